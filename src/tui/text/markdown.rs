//! Draws one segment of Markdown as rows.
//!
//! What is drawn is calm: no frames, one blank row between blocks, headings by their style, code set in by two cells. Text
//! that the reader made from entities (`&#27;`) is cleaned once more, because it was not there when the source was cleaned.

use pulldown_cmark::{CodeBlockKind, Event, Options, Parser, Tag, TagEnd};
use ratatui::style::Style;
use ratatui::text::{Line, Span};

use super::code::{Shade, Tint};
use super::emphasis::{SEAM, ease};
use super::sanitize::{Breaks, sanitize};
use super::segment::{Kind, Segment};
use super::table::Table;
use super::width::width;
use super::wrap::{Wrap, wrap_spans};
use crate::tui::theme::{Role, Sign, Theme};

/// The rows of a segment, the blank row before it included. None is wider than `room` cells.
pub(super) fn draw(segment: &Segment, room: usize, theme: &Theme) -> Vec<Line<'static>> {
    let mut writer = Writer::new(room.max(2), theme);
    if segment.apart {
        writer.rows.push(Line::default());
    }
    match &segment.kind {
        Kind::Code { language, shade } => writer.code(language.as_deref(), *shade, &segment.text),
        Kind::Markdown => {
            let source = ease(&segment.text);
            let options =
                Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH | Options::ENABLE_TASKLISTS;
            for event in Parser::new_ext(&source, options) {
                writer.event(event);
            }
            writer.flush();
        }
    }
    writer.rows
}

/// What stands before the rows of a container: once before its first row, and before the others.
struct Margin {
    first: Option<Span<'static>>,
    rest: Span<'static>,
}

struct Writer<'t> {
    theme: &'t Theme,
    room: usize,
    rows: Vec<Line<'static>>,
    margins: Vec<Margin>,
    pieces: Vec<Span<'static>>,
    styles: Vec<Style>,
    lists: Vec<Option<u64>>,
    links: Vec<(String, usize)>,
    code: Option<(Option<String>, String)>,
    table: Option<Table>,
    /// The next block is set apart by a blank row.
    apart: bool,
}

impl<'t> Writer<'t> {
    fn new(room: usize, theme: &'t Theme) -> Self {
        Self {
            theme,
            room,
            rows: Vec::new(),
            margins: Vec::new(),
            pieces: Vec::new(),
            styles: vec![theme.style(Role::Text)],
            lists: Vec::new(),
            links: Vec::new(),
            code: None,
            table: None,
            apart: false,
        }
    }

    fn event(&mut self, event: Event<'_>) {
        match event {
            Event::Start(tag) => self.start(tag),
            Event::End(tag) => self.end(tag),
            Event::Text(text) => match &mut self.code {
                Some((_, code)) => code.push_str(&text),
                None => self.text(&text, Style::new()),
            },
            Event::Code(text) => self.text(&text, self.theme.style(Role::Code)),
            Event::Html(text) | Event::InlineHtml(text) => {
                for line in text.split_inclusive('\n') {
                    self.text(line.trim_end_matches('\n'), Style::new());
                    if line.ends_with('\n') {
                        self.flush();
                    }
                }
            }
            Event::SoftBreak | Event::HardBreak => self.flush(),
            Event::Rule => {
                self.set_apart();
                let room = self.room - self.margin_width();
                self.pieces = vec![Span::styled(
                    self.theme.glyph(Sign::Rule).repeat(room),
                    self.theme.style(Role::Rule),
                )];
                self.flush();
                self.apart = true;
            }
            Event::TaskListMarker(done) => {
                let sign = if done { Sign::TaskDone } else { Sign::TaskOpen };
                self.text(
                    &format!("{} ", self.theme.glyph(sign)),
                    self.theme.style(Role::ListMark),
                );
            }
            Event::InlineMath(text) | Event::DisplayMath(text) | Event::FootnoteReference(text) => {
                self.text(&text, Style::new());
            }
        }
    }

    fn start(&mut self, tag: Tag<'_>) {
        match tag {
            Tag::Paragraph | Tag::HtmlBlock => self.set_apart(),
            Tag::Heading { level, .. } => {
                self.set_apart();
                let first = level == pulldown_cmark::HeadingLevel::H1;
                self.style(if first { Role::Title } else { Role::Heading });
            }
            Tag::BlockQuote(_) => {
                self.set_apart();
                let bar = Span::styled(
                    format!("{} ", self.theme.glyph(Sign::QuoteBar)),
                    self.theme.style(Role::Quote),
                );
                self.margin(Some(bar.clone()), bar);
                self.style(Role::Quote);
            }
            Tag::CodeBlock(kind) => {
                self.set_apart();
                let language = match kind {
                    CodeBlockKind::Fenced(info) => info.split([' ', ',']).next().map(str::to_owned),
                    CodeBlockKind::Indented => None,
                };
                self.code = Some((language.filter(|word| !word.is_empty()), String::new()));
            }
            Tag::List(first) => {
                if self.lists.is_empty() {
                    self.set_apart();
                }
                self.lists.push(first);
            }
            Tag::Item => self.item(),
            Tag::Table(alignments) => {
                self.set_apart();
                self.table = Some(Table {
                    alignments,
                    ..Table::default()
                });
            }
            Tag::TableRow => {
                if let Some(table) = &mut self.table {
                    table.body.push(Vec::new());
                }
            }
            Tag::Emphasis => self.style(Role::Emphasis),
            Tag::Strong => self.style(Role::Strong),
            Tag::Strikethrough => self.style(Role::Struck),
            Tag::Link { dest_url, .. } | Tag::Image { dest_url, .. } => {
                self.links.push((dest_url.into_string(), self.pieces.len()));
                self.style(Role::Link);
            }
            _ => {}
        }
    }

    fn end(&mut self, tag: TagEnd) {
        match tag {
            TagEnd::Paragraph | TagEnd::HtmlBlock => {
                self.flush();
                self.apart = true;
            }
            TagEnd::Heading(_) => {
                self.flush();
                self.styles.pop();
                self.apart = false;
            }
            TagEnd::BlockQuote(_) => {
                self.flush();
                self.margins.pop();
                self.styles.pop();
                self.apart = true;
            }
            TagEnd::CodeBlock => {
                if let Some((language, code)) = self.code.take() {
                    let shade = language.as_deref().and_then(Shade::of);
                    self.code(language.as_deref(), shade, &code);
                }
                self.apart = true;
            }
            TagEnd::List(_) => {
                self.lists.pop();
                self.apart = self.lists.is_empty();
            }
            TagEnd::Item => {
                self.flush();
                // An item without text still shows its mark.
                if self
                    .margins
                    .last()
                    .is_some_and(|margin| margin.first.is_some())
                {
                    let line = self.margined(Vec::new());
                    self.rows.push(line);
                }
                self.margins.pop();
            }
            TagEnd::TableCell => {
                let cell = std::mem::take(&mut self.pieces);
                if let Some(table) = &mut self.table {
                    table.body.last_mut().unwrap_or(&mut table.head).push(cell);
                }
            }
            TagEnd::Table => {
                if let Some(table) = self.table.take() {
                    for line in table.draw(self.room - self.margin_width(), self.theme) {
                        let line = self.margined(line.spans);
                        self.rows.push(line);
                    }
                }
                self.apart = true;
            }
            TagEnd::Emphasis | TagEnd::Strong | TagEnd::Strikethrough => {
                self.styles.pop();
            }
            TagEnd::Link | TagEnd::Image => self.link_end(),
            _ => {}
        }
    }

    /// Items stand close together, loose or not: rows are precious, and the marks tell them apart.
    fn item(&mut self) {
        self.flush();
        self.apart = false;
        let depth = self.lists.len();
        let mark = match self.lists.last_mut() {
            Some(Some(number)) => {
                let mark = format!("{number}. ");
                *number = number.saturating_add(1);
                mark
            }
            _ => {
                let sign =
                    [Sign::Bullet, Sign::BulletInner, Sign::BulletDeep][depth.clamp(1, 3) - 1];
                format!("{} ", self.theme.glyph(sign))
            }
        };
        let rest = Span::raw(" ".repeat(width(&mark)));
        self.margin(
            Some(Span::styled(mark, self.theme.style(Role::ListMark))),
            rest,
        );
    }

    fn link_end(&mut self) {
        self.styles.pop();
        let Some((address, from)) = self.links.pop() else {
            return;
        };
        let shown: String = self
            .pieces
            .iter()
            .skip(from)
            .map(|span| span.content.as_ref())
            .collect();
        let plain = address.strip_prefix("mailto:").unwrap_or(&address);
        if plain != shown && !address.is_empty() {
            self.text(
                &format!(" ({address})"),
                self.theme.style(Role::LinkAddress),
            );
        }
    }

    fn text(&mut self, text: &str, style: Style) {
        let content = clean(text, Breaks::Blank);
        if !content.is_empty() {
            let outer = self
                .styles
                .iter()
                .fold(Style::new(), |all, style| all.patch(*style));
            self.pieces.push(Span::styled(content, outer.patch(style)));
        }
    }

    fn style(&mut self, role: Role) {
        self.styles.push(self.theme.style(role));
    }

    /// Adds a margin, unless it would leave the text less than half of the room.
    fn margin(&mut self, first: Option<Span<'static>>, rest: Span<'static>) {
        let taken = self.margin_width() + width(&rest.content);
        let fits = taken * 2 <= self.room && taken + 2 <= self.room;
        self.margins.push(if fits {
            Margin { first, rest }
        } else {
            Margin {
                first: None,
                rest: Span::raw(""),
            }
        });
    }

    fn margin_width(&self) -> usize {
        self.margins
            .iter()
            .map(|margin| width(&margin.rest.content))
            .sum()
    }

    /// A row with its margins; those that are drawn once are used up.
    fn margined(&mut self, spans: Vec<Span<'static>>) -> Line<'static> {
        let mut all: Vec<Span<'static>> = self
            .margins
            .iter_mut()
            .map(|margin| margin.first.take().unwrap_or_else(|| margin.rest.clone()))
            .filter(|span| !span.content.is_empty())
            .collect();
        all.extend(spans);
        Line::from(all)
    }

    /// Ends the block before, and sets the next one apart from it.
    fn set_apart(&mut self) {
        self.flush();
        if std::mem::take(&mut self.apart) {
            let bars = self.margins.iter().map(|margin| margin.rest.clone());
            let mut spans: Vec<Span<'static>> = bars.collect();
            while spans
                .last()
                .is_some_and(|span| span.content.trim().is_empty())
            {
                spans.pop();
            }
            self.rows.push(Line::from(spans));
        }
    }

    /// Wraps what was gathered.
    fn flush(&mut self) {
        if self.table.is_some() || self.pieces.is_empty() {
            return;
        }
        let pieces = std::mem::take(&mut self.pieces);
        self.links.iter_mut().for_each(|(_, from)| *from = 0);
        for line in wrap_spans(&pieces, self.room - self.margin_width(), Wrap::Words) {
            let line = self.margined(line.spans);
            self.rows.push(line);
        }
    }

    fn code(&mut self, language: Option<&str>, mut shade: Option<Shade>, code: &str) {
        self.flush();
        let inset = if self.room - self.margin_width() > 4 {
            2
        } else {
            0
        };
        let style = self.theme.style(Role::CodeBlock);
        let label = language.map(|word| {
            let word = sanitize(word, Breaks::Blank).into_owned();
            vec![Span::styled(word, self.theme.style(Role::Dim))]
        });
        let lines = code.strip_suffix('\n').unwrap_or(code);
        let lines = (!code.is_empty())
            .then(|| lines.split('\n'))
            .into_iter()
            .flatten();
        let theme = self.theme;
        let lines = lines.map(|line| {
            let line = clean(line, Breaks::Keep);
            let Some(shade) = &mut shade else {
                return vec![Span::styled(line, style)];
            };
            let pieces = shade.line(&line).into_iter();
            pieces
                .map(|(tint, piece)| Span::styled(piece.to_owned(), theme.style(role(tint))))
                .collect()
        });
        for line in label.into_iter().chain(lines) {
            let room = self.room - self.margin_width() - inset;
            for row in wrap_spans(&line, room, Wrap::Anywhere) {
                let mut spans = vec![Span::raw(" ".repeat(inset))];
                spans.extend(row.spans);
                let line = self.margined(spans);
                self.rows.push(line);
            }
        }
    }
}

/// How a piece of code looks: in the theme's own words, so that every theme has an answer.
const fn role(tint: Tint) -> Role {
    match tint {
        Tint::Plain => Role::CodeBlock,
        Tint::Comment => Role::Dim,
        Tint::Text => Role::Good,
        Tint::Number => Role::Code,
        Tint::Word => Role::Model,
        Tint::Call => Role::Strong,
        Tint::Gone => Role::Bad,
    }
}

/// The text without the seams that were put in for reading, and without what entities may have smuggled in.
fn clean(text: &str, breaks: Breaks) -> String {
    match text.contains(SEAM) {
        true => sanitize(&text.replace(SEAM, ""), breaks).into_owned(),
        false => sanitize(text, breaks).into_owned(),
    }
}
