//! Reads a request of Gemini's: its contents become turns, its function declarations tools.
//!
//! Google's calls need no ids: a result says which function it is of. Those without one get one here, by their place in
//! the conversation, and a result gets that of the oldest call of its function that has no result yet.

use std::borrow::Cow;

use serde_json::Value;

use super::Object;
use super::ask::{
    Arguments, Ask, Choice, Effort, Format, Media, Piece, Speaker, Thinking, Tool, Turn,
};
use super::content::{Place, count, figure, media, words};
use super::from_chat::schema_of;
use super::schema::of_gemini;
use crate::relay::translate::Untranslatable;
use crate::relay::translate::recall::{Recall, unseal};
use crate::relay::translate::spelling::{either, member};

/// Reads the body; `stream` in it says what Google's clients say in the path.
///
/// # Errors
/// When a member is not what it must be, or has no counterpart.
pub(super) fn read<'a>(body: &'a Object, recall: &mut Recall) -> Result<Ask<'a>, Untranslatable> {
    let mut ask = Ask {
        stream: body.get("stream") == Some(&Value::Bool(true)),
        ..Ask::default()
    };
    if let Some(config) = either(body, "generationConfig") {
        read_config(config, &mut ask, recall)?;
    }
    if let Some(system) = either(body, "systemInstruction") {
        ask.system = texts(system, &Place::of("systemInstruction"))?;
    }
    let place = Place::of("contents");
    let mut calls = Calls::default();
    match either(body, "contents") {
        None => return Err(place.refuse("is missing; it is the list of what was said so far")),
        Some(Value::Array(list)) => {
            for (at, content) in list.iter().enumerate() {
                ask.turns.push(turn(content, &place.at(at), &mut calls)?);
            }
        }
        // One content, or a text, stands for the list.
        Some(only) => ask.turns.push(turn(only, &place, &mut calls)?),
    }
    let hosted = read_tools(body, &mut ask)?;
    if let Some(config) = either(body, "toolConfig") {
        read_choice(config, &mut ask)?;
    }
    // As with OpenAI's: a model need not use what it is offered, but where there is nothing else, or a tool must be used,
    // an answer without it would be something else.
    match hosted {
        Some(why) if ask.tools.is_empty() || ask.choice == Some(Choice::Any) => Err(why),
        _ => Ok(ask),
    }
}

/// The calls of the conversation that have no result yet: name and id.
#[derive(Default)]
struct Calls<'a> {
    made: u64,
    open: Vec<(&'a str, Cow<'a, str>)>,
}

impl<'a> Calls<'a> {
    fn call(&mut self, name: &'a str, id: Option<&'a str>) -> Cow<'a, str> {
        self.made += 1;
        let id = match id {
            Some(id) => Cow::Borrowed(id),
            None => format!("call_{}", self.made).into(),
        };
        self.open.push((name, id.clone()));
        id
    }

    /// The id of the call that a result belongs to.
    fn result(&mut self, name: &str, id: Option<&'a str>) -> Option<Cow<'a, str>> {
        let by_id = self.open.iter().position(|(_, open)| Some(&**open) == id);
        let by_name = || self.open.iter().position(|(open, _)| *open == name);
        match by_id.or_else(by_name) {
            Some(at) => Some(self.open.remove(at).1),
            None => id.map(Cow::Borrowed),
        }
    }
}

fn turn<'a>(
    content: &'a Value,
    place: &Place,
    calls: &mut Calls<'a>,
) -> Result<Turn<'a>, Untranslatable> {
    if let Some(text) = content.as_str() {
        return Ok(Turn {
            speaker: Speaker::User,
            pieces: vec![Piece::Text(text.into())],
        });
    }
    let speaker = match words(content, "role") {
        None | Some("user" | "function" | "tool") => Speaker::User,
        Some("model") => Speaker::Assistant,
        Some("system") => Speaker::System,
        Some(other) => {
            let why = format!("is {other:?}; it must be user or model");
            return Err(place.of_member("role").refuse(why));
        }
    };
    let inside = place.of_member("parts");
    let mut pieces = Vec::new();
    for (at, part) in parts_of(content, place)?.iter().enumerate() {
        let piece = read_part(part, &inside.at(at), calls)?;
        match (pieces.last_mut(), piece) {
            // A thought that was streamed comes back in the pieces it came in, its signature with the last.
            (
                Some(Piece::Thinking {
                    text,
                    signature: signed @ None,
                }),
                Some(Piece::Thinking {
                    text: more,
                    signature,
                }),
            ) => {
                text.to_mut().push_str(&more);
                *signed = signature;
            }
            (_, piece) => pieces.extend(piece),
        }
    }
    Ok(Turn { speaker, pieces })
}

/// The parts of a content; one that stands alone is a list of one.
fn parts_of<'a>(content: &'a Value, place: &Place) -> Result<&'a [Value], Untranslatable> {
    match place.member(content, "parts")? {
        Value::Array(list) => Ok(list),
        only @ Value::Object(_) => Ok(std::slice::from_ref(only)),
        _ => Err(place.of_member("parts").refuse("must be a list")),
    }
}

fn read_part<'a>(
    part: &'a Value,
    place: &Place,
    calls: &mut Calls<'a>,
) -> Result<Option<Piece<'a>>, Untranslatable> {
    if let Some(call) = member(part, "functionCall") {
        let place = place.of_member("functionCall");
        let name = place.text(call, "name")?;
        return Ok(Some(Piece::Call {
            id: calls.call(name, words(call, "id")),
            name: name.into(),
            arguments: match member(call, "args") {
                Some(args @ Value::Object(_)) => Arguments::Object(args),
                None => Arguments::Written("".into()),
                Some(_) => return Err(place.of_member("args").refuse("must be an object")),
            },
        }));
    }
    if let Some(result) = member(part, "functionResponse") {
        return read_result(result, &place.of_member("functionResponse"), calls).map(Some);
    }
    if let Some(data) = member(part, "inlineData") {
        return inline(data, &place.of_member("inlineData")).map(Some);
    }
    if let Some(file) = member(part, "fileData") {
        return stored(file, &place.of_member("fileData")).map(Some);
    }
    for hosted in ["executableCode", "codeExecutionResult"] {
        if member(part, hosted).is_some() {
            return Err(place.of_member(hosted).refuse(
                "belongs to a tool that Google runs; the model behind this name has none",
            ));
        }
    }
    let signature = member(part, "thoughtSignature").and_then(Value::as_str);
    let sealed = signature.and_then(unseal);
    let text = match member(part, "text") {
        Some(text) => text
            .as_str()
            .ok_or_else(|| place.of_member("text").refuse("must be a text"))?,
        // A signature may come in a part of its own.
        None if signature.is_some() => "",
        None => {
            return Err(place
                .refuse("must hold text, inlineData, fileData, functionCall or functionResponse"));
        }
    };
    if let Some((true, data)) = sealed {
        return Ok(Some(Piece::Redacted(data)));
    }
    if part.get("thought") == Some(&Value::Bool(true)) {
        return Ok(Some(Piece::Thinking {
            text: text.into(),
            signature: sealed.map(|(_, signature)| signature),
        }));
    }
    Ok((!text.is_empty()).then(|| Piece::Text(text.into())))
}

/// A result: by custom what a function gave is in `output` or `result`, and what went wrong in `error`.
fn read_result<'a>(
    result: &'a Value,
    place: &Place,
    calls: &mut Calls<'a>,
) -> Result<Piece<'a>, Untranslatable> {
    let name = place.text(result, "name")?;
    let Some(id) = calls.result(name, words(result, "id")) else {
        return Err(place.refuse(format!("no call of {name} stands before it")));
    };
    let said = place.member(result, "response")?;
    let only = said
        .as_object()
        .filter(|members| members.len() == 1)
        .and_then(|members| members.iter().next());
    let (text, failed) = match only {
        Some((name, Value::String(text)))
            if matches!(name.as_str(), "output" | "result" | "error") =>
        {
            (Cow::Borrowed(text.as_str()), name == "error")
        }
        _ => (Cow::Owned(said.to_string()), false),
    };
    let mut pieces = vec![Piece::Text(text)];
    let inside = place.of_member("parts");
    let shown = member(result, "parts").map_or(Ok(&[][..]), |list| inside.list(list))?;
    for (at, part) in shown.iter().enumerate() {
        let place = inside.at(at);
        match (member(part, "inlineData"), member(part, "fileData")) {
            (Some(data), _) => pieces.push(inline(data, &place.of_member("inlineData"))?),
            (None, Some(file)) => pieces.push(stored(file, &place.of_member("fileData"))?),
            (None, None) => return Err(place.refuse("must hold inlineData or fileData")),
        }
    }
    Ok(Piece::Result { id, pieces, failed })
}

fn kind_of<'a>(data: &'a Value, place: &Place) -> Result<&'a str, Untranslatable> {
    let kind = member(data, "mimeType").and_then(Value::as_str);
    let kind = kind.ok_or_else(|| place.of_member("mimeType").refuse("is missing"))?;
    if kind.starts_with("audio/") || kind.starts_with("video/") {
        let why = "the model behind this name neither listens to audio nor watches video";
        return Err(place.refuse(why));
    }
    Ok(kind)
}

fn shown<'a>(kind: &str, name: Option<&'a str>, media: Media<'a>) -> Piece<'a> {
    match kind.starts_with("image/") {
        true => Piece::Image(media),
        false => Piece::File { name, media },
    }
}

fn inline<'a>(data: &'a Value, place: &Place) -> Result<Piece<'a>, Untranslatable> {
    let kind = kind_of(data, place)?;
    let media = Media::Data {
        kind,
        base64: place.text(data, "data")?,
    };
    let name = member(data, "displayName").and_then(Value::as_str);
    Ok(shown(kind, name, media))
}

/// A file by its address: one on the web can be handed on, one that Google keeps cannot.
fn stored<'a>(file: &'a Value, place: &Place) -> Result<Piece<'a>, Untranslatable> {
    let kind = kind_of(file, place)?;
    let place = place.of_member("fileUri");
    let address = member(file, "fileUri").and_then(Value::as_str);
    let address = address.ok_or_else(|| place.refuse("is missing"))?;
    if address.starts_with("gs://") || address.contains("googleapis.com/") {
        return Err(place.refuse("is stored with Google; send the data itself in inlineData"));
    }
    let name = member(file, "displayName").and_then(Value::as_str);
    Ok(shown(kind, name, media(address, &place)?))
}

/// A content that may only hold text.
fn texts<'a>(content: &'a Value, place: &Place) -> Result<Vec<&'a str>, Untranslatable> {
    if let Some(text) = content.as_str() {
        return Ok(vec![text]);
    }
    let inside = place.of_member("parts");
    let parts = parts_of(content, place)?.iter().enumerate();
    parts
        .map(|(at, part)| inside.at(at).text(part, "text"))
        .collect()
}

/// Reads the tools; why the first of those that Google runs cannot be handed on.
fn read_tools<'a>(
    body: &'a Object,
    ask: &mut Ask<'a>,
) -> Result<Option<Untranslatable>, Untranslatable> {
    let place = Place::of("tools");
    let list = either(body, "tools").map_or(Ok(&[][..]), |list| place.list(list))?;
    let mut hosted = None;
    for (at, tool) in list.iter().enumerate() {
        let place = place.at(at);
        let declared = member(tool, "functionDeclarations");
        let inside = place.of_member("functionDeclarations");
        let list = declared.map_or(Ok(&[][..]), |list| inside.list(list))?;
        for (at, function) in list.iter().enumerate() {
            let place = inside.at(at);
            ask.tools.push(Tool {
                name: place.text(function, "name")?.into(),
                description: words(function, "description").map(Cow::Borrowed),
                schema: match member(function, "parametersJsonSchema") {
                    Some(schema) => schema_of(Some(schema)),
                    None => match member(function, "parameters") {
                        Some(schema) => Cow::Owned(of_gemini(schema)),
                        None => schema_of(None),
                    },
                },
                strict: false,
            });
        }
        let others = tool.as_object().into_iter().flatten();
        let mut others = others.filter(|(name, value)| {
            !value.is_null()
                && !matches!(
                    name.as_str(),
                    "functionDeclarations" | "function_declarations"
                )
        });
        if let Some((name, _)) = others.next() {
            let why = "is a tool that Google runs; the model behind this name has functions only";
            hosted = hosted.or(Some(place.of_member(name).refuse(why)));
        }
    }
    Ok(hosted)
}

fn read_choice<'a>(config: &'a Value, ask: &mut Ask<'a>) -> Result<(), Untranslatable> {
    let Some(config) = member(config, "functionCallingConfig") else {
        return Ok(());
    };
    let place = Place::of("toolConfig.functionCallingConfig");
    let allowed = member(config, "allowedFunctionNames");
    let allowed = allowed.map_or(Ok(&[][..]), |list| {
        place.of_member("allowedFunctionNames").list(list)
    })?;
    let allowed: Vec<&str> = allowed.iter().filter_map(Value::as_str).collect();
    ask.choice = Some(match words(config, "mode") {
        None | Some("MODE_UNSPECIFIED" | "AUTO" | "VALIDATED") => Choice::Auto,
        Some("NONE") => Choice::None,
        Some("ANY") => match *allowed.as_slice() {
            [only] => Choice::Tool(only.into()),
            _ => Choice::Any,
        },
        Some(_) => {
            let why = "must be AUTO, ANY, NONE or VALIDATED";
            return Err(place.of_member("mode").refuse(why));
        }
    });
    if !allowed.is_empty() && ask.choice.as_ref() != Some(&Choice::None) {
        ask.tools.retain(|tool| allowed.contains(&&*tool.name));
    }
    Ok(())
}

fn read_config<'a>(
    config: &'a Value,
    ask: &mut Ask<'a>,
    recall: &mut Recall,
) -> Result<(), Untranslatable> {
    let place = Place::of("generationConfig");
    let Some(config) = config.as_object() else {
        return Err(place.refuse("must be an object"));
    };
    ask.temperature = number(config, "temperature", figure)?;
    ask.top_p = number(config, "topP", figure)?;
    ask.top_k = number(config, "topK", count)?;
    ask.max_tokens = number(config, "maxOutputTokens", count)?;
    if let Some(stops) = either(config, "stopSequences") {
        let place = place.of_member("stopSequences");
        for (at, stop) in place.list(stops)?.iter().enumerate() {
            let text = stop
                .as_str()
                .ok_or_else(|| place.at(at).refuse("must be a text"))?;
            ask.stop.push(text);
        }
    }
    if let Some(thinking) = either(config, "thinkingConfig") {
        recall.thoughts = member(thinking, "includeThoughts") == Some(&Value::Bool(true));
        ask.thinking = thinking_of(thinking, recall.thoughts);
    }
    ask.format = format(config, &place)?;
    Ok(())
}

/// A number under either spelling.
fn number<T>(
    config: &Object,
    camel: &str,
    read: impl Fn(&Object, &str) -> Result<Option<T>, Untranslatable>,
) -> Result<Option<T>, Untranslatable> {
    let Some(value) = either(config, camel) else {
        return Ok(None);
    };
    let one = Object::from_iter([(camel.to_owned(), value.clone())]);
    read(&one, camel).map_err(|wrong| {
        Place::of("generationConfig")
            .of_member(camel)
            .refuse(wrong.why)
    })
}

/// A level outweighs a budget: newer models know no other.
fn thinking_of(config: &Value, shown: bool) -> Thinking {
    let level = member(config, "thinkingLevel").and_then(Value::as_str);
    let level = level.and_then(|word| Effort::read(&word.to_ascii_lowercase()));
    match (
        level,
        member(config, "thinkingBudget").and_then(Value::as_i64),
    ) {
        (Some(effort), _) => Thinking::Effort(effort),
        (None, Some(0)) => Thinking::Off,
        (None, Some(budget)) => u64::try_from(budget).map_or(Thinking::Adaptive, Thinking::Budget),
        (None, None) if shown => Thinking::Adaptive,
        (None, None) => Thinking::Unsaid,
    }
}

fn format<'a>(config: &'a Object, place: &Place) -> Result<Format<'a>, Untranslatable> {
    let plain = either(config, "responseJsonSchema");
    let schema = match plain.or_else(|| config.get("_responseJsonSchema")) {
        Some(schema) => Some(Cow::Borrowed(schema)),
        None => either(config, "responseSchema").map(|schema| Cow::Owned(of_gemini(schema))),
    };
    let kind = either(config, "responseMimeType").and_then(Value::as_str);
    match (kind.unwrap_or("text/plain"), schema) {
        ("application/json", Some(schema)) => Ok(Format::Schema {
            name: None,
            description: None,
            schema,
        }),
        ("application/json", None) => Ok(Format::Json),
        ("text/plain", _) => Ok(Format::Text),
        (other, _) => Err(place
            .of_member("responseMimeType")
            .refuse(format!("answers of type {other:?} have no counterpart"))),
    }
}
