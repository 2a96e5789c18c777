//! A YAML file as a tree that knows where each thing stands in the text.

use std::ops::Range;

use saphyr_parser::{Event, Parser, ScalarStyle, Span};
use serde_json::{Map, Value};

use super::super::EditError;
use crate::locale::say;
use crate::tools::path::Step;

/// One thing of the file.
pub(super) struct Node {
    pub kind: Kind,
    /// Bytes of the text. For a collection in block style only its start can be relied on.
    pub span: Range<usize>,
    /// Whether something else refers to it.
    pub anchored: bool,
}

/// What a thing is.
pub(super) enum Kind {
    Scalar {
        text: String,
        /// Over several lines, behind `|` or `>`.
        block: bool,
        /// A bare word that stands for nothing.
        null: bool,
    },
    Map {
        entries: Vec<(Node, Node)>,
        flow: bool,
    },
    List {
        items: Vec<Node>,
        flow: bool,
    },
    /// A reference to something else.
    Alias,
}

/// The tree of a text; `None` when it holds nothing but comments.
pub(super) fn parse(text: &str) -> Result<Option<Node>, EditError> {
    // The parser counts characters.
    let mut bytes: Vec<usize> = text.char_indices().map(|(at, _)| at).collect();
    bytes.push(text.len());
    let mut reader = Reader {
        text,
        bytes,
        parser: Parser::new_from_str(text),
    };
    let mut root = None;
    loop {
        match reader.next()? {
            (Event::StreamEnd, _) => return Ok(root),
            (Event::DocumentStart(_), span) => {
                if root.is_some() {
                    return Err(EditError::Broken {
                        line: span.start.line(),
                        column: 1,
                        why: say!("trouble-edit-documents").into(),
                    });
                }
                let first = reader.next()?;
                let node = reader.node(first)?;
                let nothing =
                    matches!(&node.kind, Kind::Scalar { null: true, .. }) && node.span.is_empty();
                root = (!nothing).then_some(node);
            }
            _ => {}
        }
    }
}

struct Reader<'a> {
    text: &'a str,
    bytes: Vec<usize>,
    parser: Parser<'a, saphyr_parser::StrInput<'a>>,
}

type Spanned<'a> = (Event<'a>, Span);

impl<'a> Reader<'a> {
    fn next(&mut self) -> Result<Spanned<'a>, EditError> {
        match self.parser.next_event() {
            Some(Ok(event)) => Ok(event),
            Some(Err(error)) => Err(EditError::Broken {
                line: error.marker().line(),
                column: error.marker().col() + 1,
                why: error.info().to_owned(),
            }),
            None => Err(EditError::Broken {
                line: self.text.lines().count().max(1),
                column: 1,
                why: say!("trouble-edit-early").into(),
            }),
        }
    }

    fn byte(&self, character: usize) -> usize {
        self.bytes
            .get(character)
            .copied()
            .unwrap_or(self.text.len())
    }

    fn range(&self, span: Span) -> Range<usize> {
        self.byte(span.start.index())..self.byte(span.end.index())
    }

    fn node(&mut self, (event, span): Spanned<'a>) -> Result<Node, EditError> {
        let mut range = self.range(span);
        let flow = |mark: char| self.text[range.start..].starts_with(mark);
        let (kind, anchor) = match event {
            Event::Scalar(text, style, anchor, _) => {
                let bare = style == ScalarStyle::Plain;
                let kind = Kind::Scalar {
                    block: matches!(style, ScalarStyle::Literal | ScalarStyle::Folded),
                    null: bare && matches!(text.as_ref(), "" | "~" | "null"),
                    text: text.into_owned(),
                };
                if let Some(end) = closing_quote(&self.text[range.clone()]) {
                    // The parser counts what stands behind the quotes on their line, a comment too.
                    range.end = range.start + end;
                }
                if range.is_empty() {
                    // An absent value: behind the colon or dash before it.
                    let before = self.text[..range.start].trim_end_matches([' ', '\n', '\r', '\t']);
                    if before.ends_with([':', '-']) {
                        range = before.len()..before.len();
                    }
                }
                (kind, anchor)
            }
            Event::MappingStart(anchor, _) => {
                let flow = flow('{');
                let mut entries = Vec::new();
                loop {
                    let next = self.next()?;
                    if matches!(next.0, Event::MappingEnd) {
                        range.end = self.range(next.1).end;
                        break;
                    }
                    let key = self.node(next)?;
                    let next = self.next()?;
                    entries.push((key, self.node(next)?));
                }
                (Kind::Map { entries, flow }, anchor)
            }
            Event::SequenceStart(anchor, _) => {
                let flow = flow('[');
                let mut items = Vec::new();
                loop {
                    let next = self.next()?;
                    if matches!(next.0, Event::SequenceEnd) {
                        range.end = self.range(next.1).end;
                        break;
                    }
                    items.push(self.node(next)?);
                }
                (Kind::List { items, flow }, anchor)
            }
            _ => (Kind::Alias, 0),
        };
        Ok(Node {
            kind,
            span: range,
            anchored: anchor != 0,
        })
    }
}

impl Node {
    pub(super) fn scalar(&self) -> Option<&str> {
        match &self.kind {
            Kind::Scalar {
                text, null: false, ..
            } => Some(text),
            _ => None,
        }
    }

    pub(super) fn step(&self, step: &Step) -> Option<&Node> {
        match (&self.kind, step) {
            (Kind::Map { entries, .. }, Step::Key(key)) => {
                let found = entries.iter().find(|(name, _)| name.scalar() == Some(key));
                found.map(|(_, value)| value)
            }
            (Kind::List { items, .. }, Step::First) => items.first(),
            (Kind::List { items, .. }, Step::Where { field, value }) => items.iter().find(|item| {
                let found = item.step(&Step::Key(field.clone()));
                found.and_then(Node::scalar) == Some(value)
            }),
            _ => None,
        }
    }

    /// Where it ends in the text, trailing comments left out.
    pub(super) fn end(&self) -> usize {
        match &self.kind {
            Kind::Map { flow: false, .. } | Kind::List { flow: false, .. } => {
                self.last_child_end().unwrap_or(self.span.end)
            }
            _ => self.span.end,
        }
    }

    /// Where the last thing inside ends.
    pub(super) fn last_child_end(&self) -> Option<usize> {
        match &self.kind {
            Kind::Map { entries, .. } => entries
                .last()
                .map(|(key, value)| value.end().max(key.end())),
            Kind::List { items, .. } => items.last().map(Node::end),
            Kind::Scalar { .. } | Kind::Alias => None,
        }
    }

    /// The column of its start, in characters.
    pub(super) fn column(&self, text: &str) -> usize {
        let start = text[..self.span.start].rfind('\n').map_or(0, |at| at + 1);
        text[start..self.span.start].chars().count()
    }

    /// The column of the dash before an item of a list.
    pub(super) fn dash_column(&self, text: &str) -> usize {
        let before = text[..self.span.start].trim_end_matches([' ', '\n', '\r', '\t']);
        match before.strip_suffix('-') {
            Some(before) => before
                .chars()
                .rev()
                .take_while(|letter| *letter != '\n')
                .count(),
            None => self.column(text).saturating_sub(2),
        }
    }

    /// The tree without its places: every scalar as text, so that two trees can be compared.
    pub(super) fn value(&self) -> Value {
        match &self.kind {
            Kind::Scalar { null: true, .. } => Value::Null,
            Kind::Scalar { text, .. } => Value::String(text.clone()),
            Kind::Map { entries, .. } => {
                let entry = |(key, value): &(Node, Node)| (key.value().to_string(), value.value());
                Value::Object(entries.iter().map(entry).collect())
            }
            Kind::List { items, .. } => Value::Array(items.iter().map(Node::value).collect()),
            Kind::Alias => Value::String("*".into()),
        }
    }
}

/// A bare tree with one value set.
pub(super) fn with(tree: Value, path: &[Step], wanted: &str) -> Value {
    let Some((step, rest)) = path.split_first() else {
        return Value::String(wanted.to_owned());
    };
    let name = |key: &str| Value::String(key.to_owned()).to_string();
    match step {
        Step::Key(key) => {
            let mut map = match tree {
                Value::Object(map) => map,
                _ => Map::new(),
            };
            let old = map.get(&name(key)).cloned().unwrap_or_default();
            map.insert(name(key), with(old, rest, wanted));
            Value::Object(map)
        }
        Step::First | Step::Where { .. } => {
            let mut list = match tree {
                Value::Array(list) => list,
                _ => Vec::new(),
            };
            let fits = |item: &Value| match step {
                Step::Where { field, value } => {
                    item.get(name(field)).and_then(Value::as_str) == Some(value)
                }
                _ => true,
            };
            let at = list.iter().position(fits).unwrap_or_else(|| {
                let mut fresh = Map::new();
                if let Step::Where { field, value } = step {
                    fresh.insert(name(field), Value::String(value.clone()));
                }
                list.push(Value::Object(fresh));
                list.len() - 1
            });
            let old = std::mem::take(&mut list[at]);
            list[at] = with(old, rest, wanted);
            Value::Array(list)
        }
    }
}

/// Where a quoted scalar ends, behind its closing quote; `None` for a text that does not begin with a quote.
fn closing_quote(text: &str) -> Option<usize> {
    let quote = text
        .chars()
        .next()
        .filter(|first| matches!(first, '"' | '\''))?;
    let mut letters = text.char_indices().skip(1).peekable();
    while let Some((at, letter)) = letters.next() {
        if letter == '\\' && quote == '"' {
            letters.next();
        } else if letter == quote {
            // Two single quotes are one that belongs to the text.
            if quote == '\'' && letters.next_if(|(_, next)| *next == quote).is_some() {
                continue;
            }
            return Some(at + 1);
        }
    }
    None
}
