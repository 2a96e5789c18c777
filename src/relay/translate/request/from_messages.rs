//! Reads a Messages request.

use std::borrow::Cow;

use serde_json::Value;

use super::Object;
use super::ask::{
    Arguments, Ask, Choice, Effort, Format, Media, Piece, Speaker, Thinking, Tool, Turn,
};
use super::content::{
    Place, count, figure, given, media, optional_list, required_list, stream, top, words,
};
use super::from_chat::{schema_of, thinking_object};
use crate::relay::translate::Untranslatable;

/// Reads the body.
///
/// # Errors
/// When a member is not what it must be, or has no counterpart.
pub(super) fn read(body: &Object) -> Result<Ask<'_>, Untranslatable> {
    let mut ask = Ask {
        max_tokens: count(body, "max_tokens")?,
        temperature: figure(body, "temperature")?,
        top_p: figure(body, "top_p")?,
        stop: stops(body)?,
        user: top(body, "metadata").and_then(|metadata| words(metadata, "user_id")),
        thinking: thinking(body),
        format: format(body)?,
        stream: stream(body),
        ..Ask::default()
    };
    if let Some(system) = top(body, "system") {
        ask.system = texts(system, &Place::of("system"))?;
    }
    let place = Place::of("messages");
    for (at, message) in required_list(body, "messages")?.iter().enumerate() {
        let place = place.at(at);
        let speaker = match place.text(message, "role")? {
            "user" => Speaker::User,
            "assistant" => Speaker::Assistant,
            "system" => Speaker::System,
            other => {
                let why = format!("is {other:?}; it must be user, assistant or system");
                return Err(place.of_member("role").refuse(why));
            }
        };
        let content = place.member(message, "content")?;
        let pieces = blocks(content, &place.of_member("content"))?;
        ask.turns.push(Turn { speaker, pieces });
    }
    let place = Place::of("tools");
    for (at, tool) in optional_list(body, "tools")?.iter().enumerate() {
        ask.tools.push(read_tool(tool, &place.at(at))?);
    }
    if let Some(choice) = top(body, "tool_choice") {
        read_choice(choice, &mut ask)?;
    }
    Ok(ask)
}

/// The content of a message: a text, or blocks.
fn blocks<'a>(content: &'a Value, place: &Place) -> Result<Vec<Piece<'a>>, Untranslatable> {
    if let Some(text) = content.as_str() {
        return Ok(vec![Piece::Text(text.into())]);
    }
    let mut pieces = Vec::new();
    let list = place
        .list(content)
        .map_err(|_| place.refuse("must be a text or a list of blocks"))?;
    for (at, block) in list.iter().enumerate() {
        read_block(block, &place.at(at), &mut pieces)?;
    }
    Ok(pieces)
}

fn read_block<'a>(
    block: &'a Value,
    place: &Place,
    pieces: &mut Vec<Piece<'a>>,
) -> Result<(), Untranslatable> {
    let piece = match place.text(block, "type")? {
        "text" => Piece::Text(place.text(block, "text")?.into()),
        "image" => Piece::Image(source(block, place)?),
        "document" => return document(block, place, pieces),
        "search_result" => Piece::Text(search_result(block, place)?.into()),
        "thinking" => Piece::Thinking {
            text: place.text(block, "thinking")?.into(),
            signature: words(block, "signature"),
        },
        "redacted_thinking" => Piece::Redacted(place.text(block, "data")?),
        "tool_use" => Piece::Call {
            id: place.text(block, "id")?.into(),
            name: place.text(block, "name")?.into(),
            arguments: Arguments::Object(place.member(block, "input")?),
        },
        "tool_result" => Piece::Result {
            id: place.text(block, "tool_use_id")?.into(),
            pieces: match given(block, "content") {
                Some(content) => blocks(content, &place.of_member("content"))?,
                None => Vec::new(),
            },
            failed: block.get("is_error") == Some(&Value::Bool(true)),
        },
        other => {
            let why = format!(
                "blocks of type {other:?} belong to tools that Anthropic runs; the model behind this name has none"
            );
            return Err(place.refuse(why));
        }
    };
    pieces.push(piece);
    Ok(())
}

/// Where an image or a document is.
fn source<'a>(block: &'a Value, place: &Place) -> Result<Media<'a>, Untranslatable> {
    let source = place.member(block, "source")?;
    let place = place.of_member("source");
    match place.text(source, "type")? {
        "base64" => Ok(Media::Data {
            kind: place.text(source, "media_type")?,
            base64: place.text(source, "data")?,
        }),
        "text" => Ok(Media::Plain(place.text(source, "data")?)),
        "url" => media(place.text(source, "url")?, &place.of_member("url")),
        other => Err(place.refuse(format!(
            "sources of type {other:?} are stored with Anthropic; send the data itself"
        ))),
    }
}

fn document<'a>(
    block: &'a Value,
    place: &Place,
    pieces: &mut Vec<Piece<'a>>,
) -> Result<(), Untranslatable> {
    let inner = given(block, "source")
        .filter(|source| source.get("type").is_some_and(|kind| kind == "content"));
    if let Some(content) = inner.and_then(|source| given(source, "content")) {
        pieces.extend(blocks(
            content,
            &place.of_member("source").of_member("content"),
        )?);
        return Ok(());
    }
    let name = words(block, "title");
    pieces.push(match source(block, place)? {
        // Plain text needs no file: every model reads it.
        Media::Plain(text) => match name {
            Some(name) => Piece::Text(format!("{name}\n\n{text}").into()),
            None => Piece::Text(text.into()),
        },
        media => Piece::File { name, media },
    });
    Ok(())
}

/// A search result as a text that names its source.
fn search_result(block: &Value, place: &Place) -> Result<String, Untranslatable> {
    let mut whole = format!(
        "{}\n{}",
        place.text(block, "title")?,
        place.text(block, "source")?
    );
    let content = place.of_member("content");
    for text in texts(place.member(block, "content")?, &content)? {
        whole.push_str("\n\n");
        whole.push_str(text);
    }
    Ok(whole)
}

/// A text, or blocks that are texts.
fn texts<'a>(content: &'a Value, place: &Place) -> Result<Vec<&'a str>, Untranslatable> {
    if let Some(text) = content.as_str() {
        return Ok(vec![text]);
    }
    let list = place
        .list(content)
        .map_err(|_| place.refuse("must be a text or a list of text blocks"))?;
    list.iter()
        .enumerate()
        .map(|(at, block)| place.at(at).text(block, "text"))
        .collect()
}

fn read_tool<'a>(tool: &'a Value, place: &Place) -> Result<Tool<'a>, Untranslatable> {
    if let Some(kind) = words(tool, "type").filter(|kind| *kind != "custom") {
        return Err(place.refuse(format!(
            "tools of type {kind:?} are known to Claude only, and the model behind this name is another; describe it with a schema"
        )));
    }
    Ok(Tool {
        name: place.text(tool, "name")?.into(),
        description: words(tool, "description").map(Cow::Borrowed),
        schema: schema_of(tool.get("input_schema")),
        strict: tool.get("strict") == Some(&Value::Bool(true)),
    })
}

fn read_choice<'a>(choice: &'a Value, ask: &mut Ask<'a>) -> Result<(), Untranslatable> {
    let place = Place::of("tool_choice");
    ask.choice = Some(match words(choice, "type") {
        Some("auto") => Choice::Auto,
        Some("any") => Choice::Any,
        Some("none") => Choice::None,
        Some("tool") => Choice::Tool(place.text(choice, "name")?.into()),
        _ => {
            return Err(place
                .of_member("type")
                .refuse("must be auto, any, tool or none"));
        }
    });
    ask.parallel = choice
        .get("disable_parallel_tool_use")
        .and_then(Value::as_bool)
        .map(|disabled| !disabled);
    Ok(())
}

fn stops(body: &Object) -> Result<Vec<&str>, Untranslatable> {
    let place = Place::of("stop_sequences");
    optional_list(body, "stop_sequences")?
        .iter()
        .enumerate()
        .map(|(at, text)| {
            text.as_str()
                .ok_or_else(|| place.at(at).refuse("must be a text"))
        })
        .collect()
}

/// The effort that was named outweighs the budget: where both stand, the budget is only how it is switched on.
fn thinking(body: &Object) -> Thinking {
    let said = top(body, "thinking").map_or(Thinking::Unsaid, thinking_object);
    let effort = top(body, "output_config")
        .and_then(|config| words(config, "effort"))
        .and_then(Effort::read);
    match (said, effort) {
        (Thinking::Off, _) => Thinking::Off,
        // Without thinking, an effort still tells how hard to try; chat models know no other word for it.
        (_, Some(effort)) => Thinking::Effort(effort),
        (said, None) => said,
    }
}

fn format(body: &Object) -> Result<Format<'_>, Untranslatable> {
    let (place, format) =
        match top(body, "output_config").and_then(|config| given(config, "format")) {
            Some(format) => (Place::of("output_config.format"), format),
            None => match top(body, "output_format") {
                Some(format) => (Place::of("output_format"), format),
                None => return Ok(Format::Text),
            },
        };
    match place.text(format, "type")? {
        "json_schema" => Ok(Format::Schema {
            name: None,
            description: None,
            schema: Cow::Borrowed(place.member(format, "schema")?),
        }),
        other => Err(place.refuse(format!("answers of type {other:?} have no counterpart"))),
    }
}
