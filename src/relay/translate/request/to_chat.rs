//! Writes a request for a chat upstream.

use serde_json::{Map, Value, json};

use super::Object;
use super::ask::{
    Arguments, Ask, Choice, Effort, Format, Media, Piece, Speaker, Thinking, Tool, Turn,
};
use super::schema::is_strict;
use crate::relay::translate::Untranslatable;
use crate::relay::translate::names::{chat_id, chat_name};
use crate::relay::translate::recall::Recall;
use crate::wire::model_habits::ChatModel;

/// Writes the body; names that had to be shortened are noted in `recall`.
///
/// # Errors
/// When the conversation holds what no chat upstream takes.
pub(super) fn write(
    ask: &Ask<'_>,
    name: &str,
    model: ChatModel,
    recall: &mut Recall,
) -> Result<Object, Untranslatable> {
    let mut body = Map::new();
    body.insert("model".into(), name.into());
    body.insert("messages".into(), messages(ask)?.into());
    if let Some(most) = ask.max_tokens {
        let member = match model.openai_reasoner {
            true => "max_completion_tokens",
            false => "max_tokens",
        };
        body.insert(member.into(), most.into());
    }
    // OpenAI's reasoning models refuse any sampling but their own.
    if !model.openai_reasoner {
        optional(&mut body, "temperature", ask.temperature);
        optional(&mut body, "top_p", ask.top_p);
    } else {
        optional(&mut body, "verbosity", ask.verbosity);
    }
    if !ask.stop.is_empty() {
        body.insert("stop".into(), json!(ask.stop));
    }
    optional(&mut body, "user", ask.user);
    if model.takes_effort {
        optional(
            &mut body,
            "reasoning_effort",
            effort(ask.thinking).map(Effort::for_chat),
        );
    }
    write_tools(ask, &mut body, recall);
    write_format(&ask.format, &mut body);
    body.insert("stream".into(), ask.stream.into());
    if ask.stream {
        body.insert("stream_options".into(), json!({"include_usage": true}));
    }
    Ok(body)
}

fn optional<T: Into<Value>>(body: &mut Object, member: &str, value: Option<T>) {
    if let Some(value) = value {
        body.insert(member.into(), value.into());
    }
}

/// The word for reasoning. Whether a model can be told not to reason at all differs too much to try.
const fn effort(thinking: Thinking) -> Option<Effort> {
    match thinking {
        Thinking::Effort(effort) => Some(effort),
        Thinking::Budget(budget) => Some(Effort::of_budget(budget)),
        Thinking::Unsaid | Thinking::Off | Thinking::Adaptive => None,
    }
}

fn messages(ask: &Ask<'_>) -> Result<Vec<Value>, Untranslatable> {
    let mut out = Vec::new();
    if !ask.system.is_empty() {
        out.push(json!({"role": "system", "content": ask.system.join("\n\n")}));
    }
    // Reasoning goes back only within the present round of tool calls: there some models need it, and before it some
    // servers refuse it.
    let asked_last = ask
        .turns
        .iter()
        .rposition(|turn| turn.speaker == Speaker::User && !has_results(turn));
    let mut turns = ask.turns.iter().enumerate().peekable();
    while let Some((at, turn)) = turns.next() {
        match turn.speaker {
            Speaker::System => {
                out.push(json!({"role": "system", "content": joined(&turn.pieces, "\n\n")}))
            }
            Speaker::User => {
                let mut pieces: Vec<&Piece<'_>> = turn.pieces.iter().collect();
                // Nothing may stand between the results of one round.
                while has_results(turn)
                    && let Some((_, more)) = turns.next_if(|(_, next)| has_results(next))
                {
                    pieces.extend(&more.pieces);
                }
                user_messages(&pieces, &mut out)?;
            }
            Speaker::Assistant => {
                let mut pieces: Vec<&Piece<'_>> = turn.pieces.iter().collect();
                // Reasoning, text and calls that came as items of their own are one message here.
                while let Some((_, more)) =
                    turns.next_if(|(_, next)| next.speaker == Speaker::Assistant)
                {
                    pieces.extend(&more.pieces);
                }
                let in_round = asked_last.is_none_or(|last| at > last);
                out.push(assistant_message(&pieces, in_round)?);
            }
        }
    }
    Ok(out)
}

fn has_results(turn: &Turn<'_>) -> bool {
    let result = |piece: &Piece<'_>| matches!(piece, Piece::Result { .. });
    turn.speaker == Speaker::User && turn.pieces.iter().any(result)
}

/// Results become messages of their own; what the user said beside them follows.
fn user_messages(pieces: &[&Piece<'_>], out: &mut Vec<Value>) -> Result<(), Untranslatable> {
    let mut had_results = false;
    let mut shown = Vec::new();
    for piece in pieces {
        let Piece::Result { id, pieces, failed } = piece else {
            continue;
        };
        had_results = true;
        let mut text = joined(pieces, "\n");
        let media = pieces
            .iter()
            .filter(|piece| !matches!(piece, Piece::Text(_)));
        let before = shown.len();
        shown.extend(media);
        if shown.len() > before {
            // Chat results hold text only: what can be seen follows in the user's next message.
            let note = format!("[{} attached below]", counted(shown.len() - before));
            text = if text.is_empty() {
                note
            } else {
                format!("{text}\n{note}")
            };
        }
        if *failed {
            text = format!("Error: {text}");
        }
        out.push(json!({"role": "tool", "tool_call_id": chat_id(id), "content": text}));
    }
    let said = pieces
        .iter()
        .copied()
        .filter(|piece| !matches!(piece, Piece::Result { .. }));
    let content: Vec<&Piece<'_>> = shown.into_iter().chain(said).collect();
    if !content.is_empty() || !had_results {
        out.push(json!({"role": "user", "content": user_content(&content)?}));
    }
    Ok(())
}

fn counted(number: usize) -> String {
    match number {
        1 => "1 item".into(),
        more => format!("{more} items"),
    }
}

/// One text where there is only text: many servers take nothing else.
fn user_content(pieces: &[&Piece<'_>]) -> Result<Value, Untranslatable> {
    if pieces.iter().all(|piece| matches!(piece, Piece::Text(_))) {
        let texts: Vec<&str> = pieces.iter().filter_map(|piece| text(piece)).collect();
        return Ok(texts.join("\n\n").into());
    }
    let part = |piece: &&Piece<'_>| match piece {
        Piece::Text(text) => Ok(json!({"type": "text", "text": text})),
        Piece::Image(media) => match media {
            Media::Plain(_) => Err(Untranslatable::new("messages", "a text is no image")),
            media => Ok(json!({"type": "image_url", "image_url": {"url": url(media)}})),
        },
        Piece::File { name, media } => match media {
            Media::Url(_) => Err(Untranslatable::new(
                "messages",
                "a chat upstream takes no address of a file; send the data itself",
            )),
            Media::Plain(text) => Ok(json!({"type": "text", "text": text})),
            media => {
                let name = name.unwrap_or("document.pdf");
                Ok(json!({"type": "file", "file": {"filename": name, "file_data": url(media)}}))
            }
        },
        _ => Err(Untranslatable::new(
            "messages",
            "a user can neither think nor call tools",
        )),
    };
    pieces
        .iter()
        .map(part)
        .collect::<Result<Vec<Value>, _>>()
        .map(Value::Array)
}

fn url(media: &Media<'_>) -> String {
    match media {
        Media::Data { kind, base64 } => format!("data:{kind};base64,{base64}"),
        Media::Url(url) | Media::Plain(url) => (*url).to_owned(),
    }
}

fn text<'a>(piece: &'a Piece<'_>) -> Option<&'a str> {
    match piece {
        Piece::Text(text) => Some(text),
        _ => None,
    }
}

fn joined(pieces: &[Piece<'_>], between: &str) -> String {
    let texts: Vec<&str> = pieces.iter().filter_map(text).collect();
    texts.join(between)
}

fn assistant_message(pieces: &[&Piece<'_>], in_round: bool) -> Result<Value, Untranslatable> {
    let (mut said, mut thought, mut calls) = (String::new(), String::new(), Vec::new());
    for piece in pieces {
        match piece {
            Piece::Text(text) => said.push_str(text),
            Piece::Thinking { text, .. } => thought.push_str(text),
            Piece::Redacted(_) => {}
            Piece::Call {
                id,
                name,
                arguments,
            } => {
                let arguments = match arguments {
                    Arguments::Written(text) if text.trim().is_empty() => "{}".to_owned(),
                    Arguments::Written(text) => text.clone().into_owned(),
                    Arguments::Object(value) => value.to_string(),
                };
                let function = json!({"name": chat_name(name), "arguments": arguments});
                calls.push(json!({"id": chat_id(id), "type": "function", "function": function}));
            }
            Piece::Image(_) | Piece::File { .. } | Piece::Result { .. } => {
                return Err(Untranslatable::new(
                    "messages",
                    "an assistant's turn can hold text, thinking and calls only",
                ));
            }
        }
    }
    let mut message = Map::new();
    message.insert("role".into(), "assistant".into());
    let content = match said.is_empty() && !calls.is_empty() {
        true => Value::Null,
        false => said.into(),
    };
    message.insert("content".into(), content);
    if in_round && !calls.is_empty() && !thought.is_empty() {
        message.insert("reasoning_content".into(), thought.into());
    }
    if !calls.is_empty() {
        message.insert("tool_calls".into(), calls.into());
    }
    Ok(Value::Object(message))
}

fn write_tools(ask: &Ask<'_>, body: &mut Object, recall: &mut Recall) {
    if ask.tools.is_empty() {
        return;
    }
    let tools: Vec<Value> = ask
        .tools
        .iter()
        .map(|tool| write_tool(tool, recall))
        .collect();
    body.insert("tools".into(), tools.into());
    let choice = ask.choice.as_ref().map(|choice| match choice {
        Choice::Auto => json!("auto"),
        Choice::Any => json!("required"),
        Choice::None => json!("none"),
        Choice::Tool(name) => json!({"type": "function", "function": {"name": chat_name(name)}}),
    });
    optional(body, "tool_choice", choice);
    optional(body, "parallel_tool_calls", ask.parallel);
}

fn write_tool(tool: &Tool<'_>, recall: &mut Recall) -> Value {
    let name = chat_name(&tool.name);
    if name != tool.name {
        recall
            .renamed
            .push((name.clone().into_owned(), tool.name.clone().into_owned()));
    }
    let mut function = Map::new();
    function.insert("name".into(), name.into());
    optional(&mut function, "description", tool.description.as_deref());
    function.insert("parameters".into(), tool.schema.clone().into_owned());
    // A schema that is not of OpenAI's strict kind would be refused as strict.
    if tool.strict && is_strict(&tool.schema) {
        function.insert("strict".into(), true.into());
    }
    json!({"type": "function", "function": function})
}

fn write_format(format: &Format<'_>, body: &mut Object) {
    let value = match format {
        Format::Text => return,
        Format::Json => json!({"type": "json_object"}),
        Format::Schema {
            name,
            description,
            schema,
        } => {
            let mut inner = Map::new();
            inner.insert("name".into(), name.unwrap_or("answer").into());
            optional(&mut inner, "description", *description);
            inner.insert("schema".into(), schema.clone().into_owned());
            inner.insert("strict".into(), is_strict(schema).into());
            json!({"type": "json_schema", "json_schema": inner})
        }
    };
    body.insert("response_format".into(), value);
}
