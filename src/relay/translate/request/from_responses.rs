//! Reads a Responses request: its input items become turns, its free-form tools become functions with one text.

use std::borrow::Cow;

use serde_json::{Value, json};

use super::Object;
use super::ask::{Arguments, Ask, Choice, Effort, Format, Piece, Speaker, Thinking, Tool, Turn};
use super::content::{
    Place, count, figure, given, media, only_text, optional_list, pieces_of, stream, text_part,
    top, words,
};
use super::from_chat::{allow_only, file_piece, schema_of};
use crate::relay::translate::Untranslatable;
use crate::relay::translate::names::one_name;
use crate::relay::translate::recall::{Namespaced, Recall, echo, unseal};

/// Reads the body, and notes in `recall` what the answer repeats.
///
/// # Errors
/// When a member is not what it must be, or has no counterpart.
pub(super) fn read<'a>(body: &'a Object, recall: &mut Recall) -> Result<Ask<'a>, Untranslatable> {
    let mut ask = Ask {
        max_tokens: count(body, "max_output_tokens")?,
        temperature: figure(body, "temperature")?,
        top_p: figure(body, "top_p")?,
        user: top(body, "safety_identifier")
            .or_else(|| top(body, "user"))
            .and_then(Value::as_str),
        parallel: top(body, "parallel_tool_calls").and_then(Value::as_bool),
        thinking: thinking(body),
        format: format(body)?,
        verbosity: top(body, "text").and_then(|text| words(text, "verbosity")),
        stream: stream(body),
        ..Ask::default()
    };
    if let Some(instructions) = top(body, "instructions") {
        ask.system = only_text(instructions, &Place::of("instructions"))?;
    }
    let place = Place::of("input");
    match top(body, "input") {
        None => return Err(place.refuse("is missing; it is what was said so far")),
        Some(Value::String(text)) => ask.turns.push(Turn {
            speaker: Speaker::User,
            pieces: vec![Piece::Text(text.into())],
        }),
        Some(items) => {
            for (at, item) in place.list(items)?.iter().enumerate() {
                read_item(item, &place.at(at), &mut ask)?;
            }
        }
    }
    let place = Place::of("tools");
    let mut hosted = None;
    for (at, tool) in optional_list(body, "tools")?.iter().enumerate() {
        match read_tool(tool, &place.at(at), &mut ask.tools, recall) {
            Ok(()) => {}
            Err(NotATool::Wrong(why)) => return Err(why),
            Err(NotATool::Hosted(why)) => hosted = hosted.or(Some(why)),
        }
    }
    if let Some(choice) = top(body, "tool_choice") {
        read_choice(choice, &mut ask)?;
    }
    // A model need not use a tool that it is offered among others. Where there is no other, or one must be used, an
    // answer without it would be something else.
    if let Some(why) = hosted
        && (ask.tools.is_empty() || ask.choice == Some(Choice::Any))
    {
        return Err(why);
    }
    recall.echo = echo(body);
    Ok(ask)
}

fn read_item<'a>(item: &'a Value, place: &Place, ask: &mut Ask<'a>) -> Result<(), Untranslatable> {
    let (speaker, pieces) = match words(item, "type").unwrap_or("message") {
        "message" => return read_message(item, place, ask),
        "reasoning" => (Speaker::Assistant, reasoning(item).into_iter().collect()),
        "function_call" => {
            let name = place.text(item, "name")?;
            let call = Piece::Call {
                id: place.text(item, "call_id")?.into(),
                name: match words(item, "namespace") {
                    Some(namespace) => one_name(namespace, name).into(),
                    None => name.into(),
                },
                arguments: Arguments::Written(place.text(item, "arguments")?.into()),
            };
            (Speaker::Assistant, vec![call])
        }
        "custom_tool_call" => {
            let input = place.text(item, "input")?;
            let call = Piece::Call {
                id: place.text(item, "call_id")?.into(),
                name: place.text(item, "name")?.into(),
                arguments: Arguments::Written(json!({ "input": input }).to_string().into()),
            };
            (Speaker::Assistant, vec![call])
        }
        "function_call_output" | "custom_tool_call_output" => {
            let result = Piece::Result {
                id: place.text(item, "call_id")?.into(),
                pieces: parts(given(item, "output"), &place.of_member("output"))?,
                failed: false,
            };
            (Speaker::User, vec![result])
        }
        "item_reference" => {
            return Err(place.refuse("items are not stored here; send the item itself"));
        }
        other => {
            return Err(place.refuse(format!(
                "items of type {other:?} belong to tools that OpenAI runs; the model behind this name has none"
            )));
        }
    };
    ask.turns.push(Turn { speaker, pieces });
    Ok(())
}

fn read_message<'a>(
    item: &'a Value,
    place: &Place,
    ask: &mut Ask<'a>,
) -> Result<(), Untranslatable> {
    let inside = place.of_member("content");
    let content = given(item, "content");
    let texts = || content.map_or(Ok(Vec::new()), |content| only_text(content, &inside));
    let (speaker, pieces) = match place.text(item, "role")? {
        "system" | "developer" if ask.turns.is_empty() => {
            ask.system.extend(texts()?);
            return Ok(());
        }
        "system" | "developer" => (Speaker::System, pieces_of(texts()?)),
        "assistant" => (Speaker::Assistant, pieces_of(texts()?)),
        "user" => (Speaker::User, parts(content, &inside)?),
        other => {
            let why = format!("is {other:?}; it must be user, assistant, system or developer");
            return Err(place.of_member("role").refuse(why));
        }
    };
    ask.turns.push(Turn { speaker, pieces });
    Ok(())
}

/// The content of a user's message or a tool's output.
fn parts<'a>(content: Option<&'a Value>, place: &Place) -> Result<Vec<Piece<'a>>, Untranslatable> {
    let list = match content {
        None => return Ok(Vec::new()),
        Some(Value::String(text)) => return Ok(vec![Piece::Text(text.into())]),
        Some(Value::Array(list)) => list,
        Some(_) => return Err(place.refuse("must be a text or a list of parts")),
    };
    let read =
        |(at, part): (usize, &'a Value)| {
            let place = place.at(at);
            if let Some(text) = text_part(part) {
                return Ok(Piece::Text(text.into()));
            }
            match words(part, "type") {
                Some("input_image") => match words(part, "image_url") {
                    Some(url) => Ok(Piece::Image(media(url, &place.of_member("image_url"))?)),
                    None => Err(place
                        .refuse("images are not stored here; send the image itself in image_url")),
                },
                Some("input_file") => file_piece(
                    words(part, "filename"),
                    words(part, "file_data"),
                    words(part, "file_url"),
                    &place,
                ),
                Some("input_audio") => {
                    Err(place.refuse("the model behind this name does not listen to audio"))
                }
                Some(other) => {
                    Err(place.refuse(format!("parts of type {other:?} have no counterpart")))
                }
                None => Err(place.of_member("type").refuse("is missing")),
            }
        };
    list.iter().enumerate().map(read).collect()
}

/// What the model thought: its summary, and the signature that this relay hid in `encrypted_content`.
fn reasoning(item: &Value) -> Option<Piece<'_>> {
    let text = |member: &str| -> String {
        let list = item.get(member).and_then(Value::as_array);
        list.into_iter().flatten().filter_map(text_part).collect()
    };
    let sealed = words(item, "encrypted_content").and_then(unseal);
    if let Some((true, data)) = sealed {
        return Some(Piece::Redacted(data));
    }
    let signature = sealed.map(|(_, signature)| signature);
    let text = Some(text("content"))
        .filter(|text| !text.is_empty())
        .unwrap_or_else(|| text("summary"));
    (signature.is_some() || !text.is_empty()).then_some(Piece::Thinking {
        text: text.into(),
        signature,
    })
}

/// Why a tool is none that can be handed on.
enum NotATool {
    /// It is not what it must be.
    Wrong(Untranslatable),
    /// OpenAI runs it.
    Hosted(Untranslatable),
}

impl From<Untranslatable> for NotATool {
    fn from(why: Untranslatable) -> Self {
        NotATool::Wrong(why)
    }
}

/// Reads a tool, or the tools of a namespace: upstreams know one name for each, so they get it in one.
fn read_tool<'a>(
    tool: &'a Value,
    place: &Place,
    tools: &mut Vec<Tool<'a>>,
    recall: &mut Recall,
) -> Result<(), NotATool> {
    match place.text(tool, "type")? {
        "namespace" => {
            let namespace = place.text(tool, "name")?;
            let inside = place.of_member("tools");
            let list = place.member(tool, "tools")?;
            for (at, inner) in inside.list(list)?.iter().enumerate() {
                let place = inside.at(at);
                if words(inner, "type") != Some("function") {
                    let why = "a namespace can hold functions only for the model behind this name";
                    return Err(place.refuse(why).into());
                }
                let mut read = described(inner, &place, recall)?;
                let name = one_name(namespace, &read.name);
                let two = Namespaced {
                    namespace: namespace.to_owned(),
                    name: read.name.into_owned(),
                };
                recall.in_namespace.push((name.clone(), two));
                read.name = name.into();
                tools.push(read);
            }
        }
        "function" | "custom" => tools.push(described(tool, place, recall)?),
        other => {
            let why = format!(
                "tools of type {other:?} are run by OpenAI; the model behind this name has functions only"
            );
            return Err(NotATool::Hosted(place.refuse(why)));
        }
    }
    Ok(())
}

/// A function, or a tool with free text, as a function.
fn described<'a>(
    tool: &'a Value,
    place: &Place,
    recall: &mut Recall,
) -> Result<Tool<'a>, Untranslatable> {
    match place.text(tool, "type")? {
        "custom" => {
            let name = place.text(tool, "name")?;
            recall.free_form.push(name.to_owned());
            Ok(Tool {
                name: name.into(),
                description: Some(free_form_description(tool).into()),
                schema: Cow::Owned(json!({
                    "type": "object",
                    "properties": {"input": {"type": "string", "description": "The whole input, as plain text."}},
                    "required": ["input"],
                    "additionalProperties": false,
                })),
                strict: false,
            })
        }
        _ => Ok(Tool {
            name: place.text(tool, "name")?.into(),
            description: words(tool, "description").map(Cow::Borrowed),
            schema: schema_of(tool.get("parameters")),
            strict: tool.get("strict") == Some(&Value::Bool(true)),
        }),
    }
}

/// The description of a tool whose input is free text, with the grammar that the text must follow.
fn free_form_description(tool: &Value) -> String {
    let mut whole = words(tool, "description").unwrap_or_default().to_owned();
    let grammar = given(tool, "format").filter(|format| words(format, "type") == Some("grammar"));
    if let Some(definition) = grammar.and_then(|format| words(format, "definition")) {
        let syntax = grammar
            .and_then(|format| words(format, "syntax"))
            .unwrap_or("formal");
        whole.push_str(&format!(
            "\n\nThe input must follow this {syntax} grammar:\n{definition}"
        ));
    }
    whole.trim_start().to_owned()
}

fn read_choice<'a>(choice: &'a Value, ask: &mut Ask<'a>) -> Result<(), Untranslatable> {
    let place = Place::of("tool_choice");
    ask.choice = Some(match choice.as_str().or_else(|| words(choice, "type")) {
        Some("auto") => Choice::Auto,
        Some("required") => Choice::Any,
        Some("none") => Choice::None,
        Some("function" | "custom") => {
            let name = place.text(choice, "name")?;
            Choice::Tool(match words(choice, "namespace") {
                Some(namespace) => one_name(namespace, name).into(),
                None => name.into(),
            })
        }
        Some("allowed_tools") => return allow_only(choice, &place, ask),
        _ => return Err(place.refuse("must be auto, none, required, or name a function")),
    });
    Ok(())
}

fn thinking(body: &Object) -> Thinking {
    match top(body, "reasoning").and_then(|reasoning| words(reasoning, "effort")) {
        Some("none") => Thinking::Off,
        Some(word) => Effort::read(word).map_or(Thinking::Unsaid, Thinking::Effort),
        None => Thinking::Unsaid,
    }
}

fn format(body: &Object) -> Result<Format<'_>, Untranslatable> {
    let Some(format) = top(body, "text").and_then(|text| given(text, "format")) else {
        return Ok(Format::Text);
    };
    let place = Place::of("text.format");
    match words(format, "type") {
        Some("text") | None => Ok(Format::Text),
        Some("json_object") => Ok(Format::Json),
        Some("json_schema") => Ok(Format::Schema {
            name: words(format, "name"),
            description: words(format, "description"),
            schema: Cow::Borrowed(place.member(format, "schema")?),
        }),
        Some(other) => Err(place.refuse(format!("answers of type {other:?} have no counterpart"))),
    }
}
