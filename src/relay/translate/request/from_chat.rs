//! Reads a Chat Completions request.

use std::borrow::Cow;

use serde_json::{Value, json};

use super::Object;
use super::ask::{
    Arguments, Ask, Choice, Effort, Format, Media, Piece, Speaker, Thinking, Tool, Turn,
};
use super::content::{
    Place, count, figure, given, media, only_text, optional_list, pieces_of, required_list, stream,
    text_part, top, words,
};
use crate::relay::translate::Untranslatable;
use crate::relay::translate::names::one_name;

/// Reads the body.
///
/// # Errors
/// When a member is not what it must be, or has no counterpart.
pub(super) fn read(body: &Object) -> Result<Ask<'_>, Untranslatable> {
    let mut ask = Ask {
        max_tokens: count(body, "max_completion_tokens")?.or(count(body, "max_tokens")?),
        temperature: figure(body, "temperature")?,
        top_p: figure(body, "top_p")?,
        top_k: count(body, "top_k")?.filter(|most| *most > 0),
        stop: stops(body)?,
        user: top(body, "safety_identifier")
            .or_else(|| top(body, "user"))
            .and_then(Value::as_str),
        parallel: top(body, "parallel_tool_calls").and_then(Value::as_bool),
        thinking: thinking(body),
        format: format(body)?,
        verbosity: top(body, "verbosity").and_then(Value::as_str),
        stream: stream(body),
        ..Ask::default()
    };
    let place = Place::of("messages");
    for (at, message) in required_list(body, "messages")?.iter().enumerate() {
        read_message(message, &place.at(at), &mut ask)?;
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

fn read_message<'a>(
    message: &'a Value,
    place: &Place,
    ask: &mut Ask<'a>,
) -> Result<(), Untranslatable> {
    let content = given(message, "content");
    let inside = place.of_member("content");
    let texts = || content.map_or(Ok(Vec::new()), |content| only_text(content, &inside));
    let (speaker, pieces) = match place.text(message, "role")? {
        "system" | "developer" if ask.turns.is_empty() => {
            ask.system.extend(texts()?);
            return Ok(());
        }
        "system" | "developer" => (Speaker::System, pieces_of(texts()?)),
        "user" => (Speaker::User, user_content(content, &inside)?),
        "assistant" => (Speaker::Assistant, assistant(message, place, texts()?)?),
        "tool" => {
            let result = Piece::Result {
                id: place.text(message, "tool_call_id")?.into(),
                pieces: user_content(content, &inside)?,
                failed: false,
            };
            (Speaker::User, vec![result])
        }
        "function" => {
            return Err(place
                .of_member("role")
                .refuse("is the old form; send the result with role tool"));
        }
        other => {
            return Err(place.of_member("role").refuse(format!(
                "is {other:?}; it must be system, developer, user, assistant or tool"
            )));
        }
    };
    ask.turns.push(Turn { speaker, pieces });
    Ok(())
}

/// The content of a user or a tool: a text, or parts.
pub(super) fn user_content<'a>(
    content: Option<&'a Value>,
    place: &Place,
) -> Result<Vec<Piece<'a>>, Untranslatable> {
    let parts = match content {
        None => return Ok(Vec::new()),
        Some(Value::String(text)) => return Ok(vec![Piece::Text(text.into())]),
        Some(Value::Array(parts)) => parts,
        Some(_) => return Err(place.refuse("must be a text or a list of parts")),
    };
    let read = |(at, part)| user_part(part, &place.at(at));
    parts.iter().enumerate().map(read).collect()
}

fn user_part<'a>(part: &'a Value, place: &Place) -> Result<Piece<'a>, Untranslatable> {
    if let Some(text) = text_part(part) {
        return Ok(Piece::Text(text.into()));
    }
    match part.get("type").and_then(Value::as_str) {
        Some("image_url") => {
            let image = place.member(part, "image_url")?;
            let url = match image {
                Value::String(url) => url.as_str(),
                image => place.of_member("image_url").text(image, "url")?,
            };
            Ok(Piece::Image(media(url, &place.of_member("image_url"))?))
        }
        Some("file") => {
            let file = place.member(part, "file")?;
            let place = place.of_member("file");
            file_piece(
                words(file, "filename"),
                words(file, "file_data"),
                None,
                &place,
            )
        }
        Some("input_audio") => {
            Err(place.refuse("the model behind this name does not listen to audio"))
        }
        Some(other) => Err(place.refuse(format!("parts of type {other:?} have no counterpart"))),
        None => Err(place.of_member("type").refuse("is missing")),
    }
}

/// A file that is in the request, or at an address.
pub(super) fn file_piece<'a>(
    name: Option<&'a str>,
    data: Option<&'a str>,
    url: Option<&'a str>,
    place: &Place,
) -> Result<Piece<'a>, Untranslatable> {
    let media = match (data, url) {
        (Some(data), _) if data.contains(':') => media(data, place)?,
        // OpenAI also takes the bare base64 of a PDF.
        (Some(base64), _) => Media::Data {
            kind: "application/pdf",
            base64,
        },
        (None, Some(url)) => media(url, place)?,
        (None, None) => {
            return Err(
                place.refuse("files are not stored here; send the data itself in file_data")
            );
        }
    };
    Ok(Piece::File { name, media })
}

fn assistant<'a>(
    message: &'a Value,
    place: &Place,
    texts: Vec<&'a str>,
) -> Result<Vec<Piece<'a>>, Untranslatable> {
    let mut pieces = thoughts(message);
    pieces.extend(pieces_of(texts));
    pieces.extend(words(message, "refusal").map(|text| Piece::Text(text.into())));
    if given(message, "function_call").is_some() {
        return Err(place
            .of_member("function_call")
            .refuse("is the old form; send tool_calls"));
    }
    let Some(calls) = given(message, "tool_calls") else {
        return Ok(pieces);
    };
    let place = place.of_member("tool_calls");
    for (at, call) in place.list(calls)?.iter().enumerate() {
        let place = place.at(at);
        if let Some(kind) = words(call, "type").filter(|kind| *kind != "function") {
            return Err(place.refuse(format!("calls of type {kind:?} have no counterpart")));
        }
        let function = place.member(call, "function")?;
        let inside = place.of_member("function");
        let arguments = match function.get("arguments") {
            None | Some(Value::Null) => Arguments::Written("".into()),
            Some(Value::String(text)) => Arguments::Written(text.into()),
            Some(object @ Value::Object(_)) => Arguments::Object(object),
            Some(_) => {
                return Err(inside
                    .of_member("arguments")
                    .refuse("must be JSON in a text"));
            }
        };
        pieces.push(Piece::Call {
            id: place.text(call, "id")?.into(),
            name: inside.text(function, "name")?.into(),
            arguments,
        });
    }
    Ok(pieces)
}

/// What the assistant thought: blocks with signatures, as this relay hands them out, or the bare text of other servers.
fn thoughts(message: &Value) -> Vec<Piece<'_>> {
    if let Some(blocks) = message.get("thinking_blocks").and_then(Value::as_array) {
        return blocks
            .iter()
            .filter_map(|block| match words(block, "type") {
                Some("redacted_thinking") => words(block, "data").map(Piece::Redacted),
                _ => Some(Piece::Thinking {
                    text: block.get("thinking")?.as_str()?.into(),
                    signature: words(block, "signature"),
                }),
            })
            .collect();
    }
    let text = words(message, "reasoning_content").or_else(|| words(message, "reasoning"));
    let thought = |text: &str| -> Piece<'_> {
        Piece::Thinking {
            text: Cow::Owned(text.to_owned()),
            signature: None,
        }
    };
    text.map(thought).into_iter().collect()
}

fn read_tool<'a>(tool: &'a Value, place: &Place) -> Result<Tool<'a>, Untranslatable> {
    if let Some(kind) = words(tool, "type").filter(|kind| *kind != "function") {
        return Err(place.refuse(format!(
            "tools of type {kind:?} are unknown to the model behind this name; describe it as a function"
        )));
    }
    let function = place.member(tool, "function")?;
    let place = place.of_member("function");
    Ok(Tool {
        name: place.text(function, "name")?.into(),
        description: words(function, "description").map(Cow::Borrowed),
        schema: schema_of(function.get("parameters")),
        strict: function.get("strict") == Some(&Value::Bool(true)),
    })
}

/// The schema of a tool's arguments; a tool without one takes none.
pub(super) fn schema_of(parameters: Option<&Value>) -> Cow<'_, Value> {
    match parameters {
        Some(schema @ Value::Object(_)) => Cow::Borrowed(schema),
        _ => Cow::Owned(json!({"type": "object", "properties": {}})),
    }
}

fn read_choice<'a>(choice: &'a Value, ask: &mut Ask<'a>) -> Result<(), Untranslatable> {
    let place = Place::of("tool_choice");
    let kind = choice.as_str().or_else(|| words(choice, "type"));
    ask.choice = Some(match kind {
        Some("auto") => Choice::Auto,
        Some("required" | "any") => Choice::Any,
        Some("none") => Choice::None,
        Some("function") => {
            let function = place.member(choice, "function")?;
            let name = place.of_member("function").text(function, "name")?;
            Choice::Tool(name.into())
        }
        Some("allowed_tools") => {
            let allowed = given(choice, "allowed_tools").unwrap_or(choice);
            return allow_only(allowed, &place, ask);
        }
        _ => return Err(place.refuse("must be auto, none, required, or name a function")),
    });
    Ok(())
}

/// Leaves only the tools that may be called.
pub(super) fn allow_only<'a>(
    allowed: &'a Value,
    place: &Place,
    ask: &mut Ask<'a>,
) -> Result<(), Untranslatable> {
    let tools = place.list(place.member(allowed, "tools")?)?;
    let name = |tool: &'a Value| -> Option<Cow<'a, str>> {
        let name = words(tool, "name").or_else(|| words(tool.get("function")?, "name"))?;
        Some(match words(tool, "namespace") {
            Some(namespace) => one_name(namespace, name).into(),
            None => name.into(),
        })
    };
    let names: Vec<Cow<'_, str>> = tools.iter().filter_map(name).collect();
    ask.tools.retain(|tool| names.contains(&tool.name));
    ask.choice = Some(match words(allowed, "mode") {
        Some("required") => Choice::Any,
        _ => Choice::Auto,
    });
    Ok(())
}

fn stops(body: &Object) -> Result<Vec<&str>, Untranslatable> {
    let wrong = || Untranslatable::new("stop", "must be a text or a list of texts");
    let texts: Vec<&str> = match top(body, "stop") {
        None => Vec::new(),
        Some(Value::String(text)) => vec![text],
        Some(Value::Array(list)) => list
            .iter()
            .map(|text| text.as_str().ok_or_else(wrong))
            .collect::<Result<_, _>>()?,
        Some(_) => return Err(wrong()),
    };
    Ok(texts.into_iter().filter(|text| !text.is_empty()).collect())
}

/// OpenAI's word for reasoning, or the object that Claude and its kind are asked with through this dialect.
fn thinking(body: &Object) -> Thinking {
    if let Some(object) = top(body, "thinking").filter(|value| value.is_object()) {
        return thinking_object(object);
    }
    match top(body, "reasoning_effort").and_then(Value::as_str) {
        Some("none") => Thinking::Off,
        Some(word) => Effort::read(word).map_or(Thinking::Unsaid, Thinking::Effort),
        None => Thinking::Unsaid,
    }
}

/// Anthropic's `thinking` member.
pub(super) fn thinking_object(object: &Value) -> Thinking {
    let budget = object.get("budget_tokens").and_then(Value::as_u64);
    match (words(object, "type"), budget) {
        (Some("disabled" | "between_tools"), _) => Thinking::Off,
        (Some("adaptive"), _) | (Some("enabled"), None) => Thinking::Adaptive,
        (Some("enabled"), Some(budget)) => Thinking::Budget(budget),
        _ => Thinking::Unsaid,
    }
}

fn format(body: &Object) -> Result<Format<'_>, Untranslatable> {
    let Some(format) = top(body, "response_format") else {
        return Ok(Format::Text);
    };
    let place = Place::of("response_format");
    match words(format, "type") {
        Some("text") | None => Ok(Format::Text),
        Some("json_object") => Ok(Format::Json),
        Some("json_schema") => {
            let inner = place.member(format, "json_schema")?;
            Ok(Format::Schema {
                name: words(inner, "name"),
                description: words(inner, "description"),
                schema: Cow::Borrowed(place.of_member("json_schema").member(inner, "schema")?),
            })
        }
        Some(other) => Err(place.refuse(format!("answers of type {other:?} have no counterpart"))),
    }
}
