//! Writes a request for an Anthropic upstream: what it requires is added, what it refuses is left out.

use serde_json::{Map, Value, json};

use super::Object;
use super::ask::{Arguments, Ask, Choice, Effort, Format, Media, Piece, Speaker, Thinking, Tool};
use super::schema::for_messages;
use crate::relay::translate::Untranslatable;
use crate::relay::translate::names::messages_id;
use crate::wire::model_habits::{ClaudeModel, Sampling, Thinks};

/// The smallest budget that Anthropic takes.
const SMALLEST_BUDGET: u64 = 1_024;
/// Longest name of a user that Anthropic takes.
const LONGEST_USER: usize = 256;
/// What a client that wanted some JSON object gets where no schema says more.
const JSON_ONLY: &str =
    "Answer with one JSON object and nothing else: no words around it, no code fence.";

/// Writes the body.
///
/// # Errors
/// When the conversation holds what Anthropic does not take, or nothing at all.
pub(super) fn write(
    ask: &Ask<'_>,
    name: &str,
    model: ClaudeModel,
) -> Result<Object, Untranslatable> {
    let mut body = Map::new();
    body.insert("model".into(), name.into());
    let max_tokens = ask.max_tokens.unwrap_or(model.max_tokens);
    body.insert("max_tokens".into(), max_tokens.into());
    let plan = plan(ask, model, max_tokens);
    let (system, turns) = conversation(ask, plan != Plan::Unsaid && plan != Plan::Off)?;
    if !system.is_empty() {
        body.insert("system".into(), system.into());
    }
    body.insert("messages".into(), turns.into());
    write_sampling(ask, model, plan, &mut body);
    write_stops(ask, &mut body)?;
    // Anthropic refuses users that look like addresses of people.
    if let Some(user) = ask
        .user
        .filter(|user| user.len() <= LONGEST_USER && !user.contains('@'))
    {
        body.insert("metadata".into(), json!({"user_id": user}));
    }
    write_tools(ask, &mut body);
    write_thinking(plan, model, &ask.format, &mut body);
    body.insert("stream".into(), ask.stream.into());
    Ok(body)
}

/// How this request thinks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Plan {
    /// As the model does by itself.
    Unsaid,
    /// Not, although the model would.
    Off,
    Budget(u64),
    Adaptive(Option<Effort>),
}

fn plan(ask: &Ask<'_>, model: ClaudeModel, max_tokens: u64) -> Plan {
    // Anthropic refuses thinking that is asked for beside a call that is forced.
    let forced = matches!(ask.choice, Some(Choice::Any | Choice::Tool(_)));
    match (model.thinks, ask.thinking) {
        (Thinks::Never, _) | (_, Thinking::Unsaid) => Plan::Unsaid,
        (_, Thinking::Off) if model.thinks_unasked => Plan::Off,
        (_, Thinking::Off) => Plan::Unsaid,
        _ if forced => Plan::Unsaid,
        (Thinks::ByEffort, Thinking::Adaptive) => Plan::Adaptive(None),
        (Thinks::ByEffort, Thinking::Effort(effort)) => Plan::Adaptive(Some(effort)),
        (Thinks::ByEffort, Thinking::Budget(budget)) => {
            Plan::Adaptive(Some(Effort::of_budget(budget)))
        }
        (Thinks::ByBudget, wanted) => {
            let wanted = match wanted {
                Thinking::Budget(budget) => budget,
                Thinking::Effort(effort) => effort.budget(),
                _ => Effort::Medium.budget(),
            };
            // Both dialects count thinking into the limit; a third of it is kept for the answer.
            let budget = wanted.min(max_tokens / 3 * 2);
            // It also refuses to think on where a call of this round lost its thinking.
            match budget < SMALLEST_BUDGET || round_without_thoughts(ask) {
                true => Plan::Unsaid,
                false => Plan::Budget(budget),
            }
        }
    }
}

/// Whether the conversation ends in results of a call whose signed thinking the client did not send back.
fn round_without_thoughts(ask: &Ask<'_>) -> bool {
    let results = |pieces: &[Piece<'_>]| {
        pieces
            .iter()
            .any(|piece| matches!(piece, Piece::Result { .. }))
    };
    if !ask.turns.last().is_some_and(|turn| results(&turn.pieces)) {
        return false;
    }
    let signed = |piece: &Piece<'_>| {
        matches!(
            piece,
            Piece::Redacted(_)
                | Piece::Thinking {
                    signature: Some(_),
                    ..
                }
        )
    };
    let asked = ask
        .turns
        .iter()
        .rposition(|turn| turn.speaker == Speaker::User && !results(&turn.pieces));
    let round = &ask.turns[asked.map_or(0, |at| at + 1)..];
    !round
        .iter()
        .any(|turn| turn.speaker == Speaker::Assistant && turn.pieces.iter().any(signed))
}

/// The system prompt, and the turns: neighbours of one side merged, results first, nothing empty.
fn conversation(ask: &Ask<'_>, thinks: bool) -> Result<(String, Vec<Value>), Untranslatable> {
    let mut turns: Vec<(&'static str, Vec<Value>)> = Vec::new();
    for turn in &ask.turns {
        let (role, blocks) = match turn.speaker {
            Speaker::User => ("user", blocks(&turn.pieces, false)?),
            Speaker::Assistant => ("assistant", blocks(&turn.pieces, thinks)?),
            Speaker::System => ("user", reminder(&turn.pieces)),
        };
        if blocks.is_empty() {
            continue;
        }
        match turns.last_mut().filter(|(before, _)| *before == role) {
            Some((_, before)) => before.extend(blocks),
            None => turns.push((role, blocks)),
        }
    }
    let mut system: Vec<&str> = ask
        .system
        .iter()
        .copied()
        .filter(|text| !text.trim().is_empty())
        .collect();
    if turns.is_empty() && !system.is_empty() {
        // Only instructions: they are what the model is asked.
        turns.push((
            "user",
            vec![json!({"type": "text", "text": system.join("\n\n")})],
        ));
        system.clear();
    }
    if turns.is_empty() {
        return Err(Untranslatable::new(
            "messages",
            "holds nothing that was said",
        ));
    }
    if matches!(ask.format, Format::Json) {
        system.push(JSON_ONLY);
    }
    let last = turns.len() - 1;
    let turns = turns
        .into_iter()
        .enumerate()
        .map(|(at, (role, mut blocks))| {
            match role {
                // Sorting is steady: results come first, as Anthropic wants it, and all else keeps its order.
                "user" => blocks.sort_by_key(|block| block["type"] != "tool_result"),
                // The beginning of an answer may not end in white space.
                _ if at == last => trim_end(&mut blocks),
                _ => {}
            }
            json!({"role": role, "content": shortest(blocks)})
        });
    Ok((system.join("\n\n"), turns.collect()))
}

/// A single text needs no block.
fn shortest(mut blocks: Vec<Value>) -> Value {
    if let [only] = blocks.as_mut_slice()
        && only["type"] == "text"
    {
        return only["text"].take();
    }
    blocks.into()
}

fn trim_end(blocks: &mut [Value]) {
    if let Some(Value::String(text)) = blocks.last_mut().and_then(|block| block.get_mut("text")) {
        text.truncate(text.trim_end().len());
    }
}

/// Instructions in the middle keep their place: most models take none there but the user's.
fn reminder(pieces: &[Piece<'_>]) -> Vec<Value> {
    let texts = pieces.iter().filter_map(|piece| match piece {
        Piece::Text(text) if !text.trim().is_empty() => Some(text),
        _ => None,
    });
    texts
        .map(|text| json!({"type": "text", "text": format!("<system>\n{text}\n</system>")}))
        .collect()
}

fn blocks(pieces: &[Piece<'_>], thinks: bool) -> Result<Vec<Value>, Untranslatable> {
    let mut out = Vec::new();
    for piece in pieces {
        match piece {
            // Anthropic refuses texts of white space only.
            Piece::Text(text) if text.trim().is_empty() => {}
            Piece::Text(text) => out.push(json!({"type": "text", "text": text})),
            Piece::Image(media) => out.push(json!({"type": "image", "source": source(media)})),
            Piece::File { name, media } => out.push(document(*name, media)?),
            Piece::Thinking {
                text,
                signature: Some(signature),
            } if thinks => {
                out.push(json!({"type": "thinking", "thinking": text, "signature": signature}));
            }
            Piece::Redacted(data) if thinks => {
                out.push(json!({"type": "redacted_thinking", "data": data}));
            }
            // Unsigned thinking is refused, and without thinking in this request none is needed.
            Piece::Thinking { .. } | Piece::Redacted(_) => {}
            Piece::Call {
                id,
                name,
                arguments,
            } => out.push(json!({
                "type": "tool_use", "id": messages_id(id), "name": name, "input": input(arguments),
            })),
            Piece::Result { id, pieces, failed } => {
                let mut block = Map::new();
                block.insert("type".into(), "tool_result".into());
                block.insert("tool_use_id".into(), messages_id(id).into());
                let content = blocks(pieces, false)?;
                if !content.is_empty() {
                    block.insert("content".into(), shortest(content));
                }
                if *failed {
                    block.insert("is_error".into(), true.into());
                }
                out.push(Value::Object(block));
            }
        }
    }
    Ok(out)
}

fn source(media: &Media<'_>) -> Value {
    match media {
        Media::Data { kind, base64 } => {
            json!({"type": "base64", "media_type": kind, "data": base64})
        }
        Media::Url(url) => json!({"type": "url", "url": url}),
        Media::Plain(text) => json!({"type": "text", "media_type": "text/plain", "data": text}),
    }
}

fn document(name: Option<&str>, media: &Media<'_>) -> Result<Value, Untranslatable> {
    if let Media::Data { kind, .. } = media
        && *kind != "application/pdf"
    {
        let why =
            format!("a file of type {kind:?} has no counterpart; send a PDF, an image or text");
        return Err(Untranslatable::new("messages", why));
    }
    let mut block = Map::new();
    block.insert("type".into(), "document".into());
    block.insert("source".into(), source(media));
    if let Some(name) = name {
        block.insert("title".into(), name.into());
    }
    Ok(Value::Object(block))
}

/// The arguments as an object. What is no object is handed on in one, as Anthropic's guide to invalid JSON has it.
fn input(arguments: &Arguments<'_>) -> Value {
    match arguments {
        Arguments::Object(value) if value.is_object() => (*value).clone(),
        Arguments::Object(value) => json!({"INVALID_JSON": value.to_string()}),
        Arguments::Written(text) => crate::relay::translate::answer::input_object(text),
    }
}

fn write_sampling(ask: &Ask<'_>, model: ClaudeModel, plan: Plan, body: &mut Object) {
    let thinks = !matches!(plan, Plan::Unsaid | Plan::Off);
    if model.sampling == Sampling::None || thinks {
        // While thinking, temperature is fixed, and so is all else but for a little.
        return;
    }
    let temperature = ask.temperature.map(|heat| heat.clamp(0.0, 1.0));
    if let Some(temperature) = temperature {
        body.insert("temperature".into(), temperature.into());
    }
    if let Some(top_p) = ask.top_p
        && (temperature.is_none() || model.sampling == Sampling::All)
    {
        body.insert("top_p".into(), top_p.into());
    }
    if let Some(top_k) = ask.top_k {
        body.insert("top_k".into(), top_k.into());
    }
}

fn write_stops(ask: &Ask<'_>, body: &mut Object) -> Result<(), Untranslatable> {
    if ask.stop.iter().any(|stop| stop.trim().is_empty()) {
        return Err(Untranslatable::new(
            "stop",
            "the model behind this name cannot stop at white space; name a text with letters or signs",
        ));
    }
    if !ask.stop.is_empty() {
        body.insert("stop_sequences".into(), json!(ask.stop));
    }
    Ok(())
}

fn write_tools(ask: &Ask<'_>, body: &mut Object) {
    let mut tools: Vec<Value> = ask.tools.iter().map(write_tool).collect();
    let mut choice = ask.choice.clone();
    if tools.is_empty() {
        // Anthropic wants every tool described that the conversation speaks of, even where none may be called.
        tools = spoken_of(ask);
        choice = Some(Choice::None);
    }
    if tools.is_empty() {
        return;
    }
    body.insert("tools".into(), tools.into());
    let mut value = match &choice {
        None if ask.parallel != Some(false) => return,
        None | Some(Choice::Auto) => json!({"type": "auto"}),
        Some(Choice::Any) => json!({"type": "any"}),
        Some(Choice::None) => json!({"type": "none"}),
        Some(Choice::Tool(name)) => json!({"type": "tool", "name": name}),
    };
    if let Some(parallel) = ask.parallel
        && choice != Some(Choice::None)
    {
        value["disable_parallel_tool_use"] = (!parallel).into();
    }
    body.insert("tool_choice".into(), value);
}

fn write_tool(tool: &Tool<'_>) -> Value {
    let mut out = Map::new();
    out.insert("name".into(), (&*tool.name).into());
    if let Some(description) = &tool.description {
        out.insert("description".into(), description.as_ref().into());
    }
    let mut schema = tool.schema.clone().into_owned();
    // Anthropic insists on the word; everything else of a schema is taken as it is.
    if schema.get("type").is_none()
        && let Value::Object(members) = &mut schema
    {
        members.insert("type".into(), "object".into());
    }
    out.insert("input_schema".into(), schema);
    Value::Object(out)
}

fn spoken_of(ask: &Ask<'_>) -> Vec<Value> {
    let mut names: Vec<&str> = Vec::new();
    for piece in ask.turns.iter().flat_map(|turn| &turn.pieces) {
        if let Piece::Call { name, .. } = piece
            && !names.contains(&&**name)
        {
            names.push(name);
        }
    }
    let tool = |name: &&str| json!({"name": name, "input_schema": {"type": "object"}});
    names.iter().map(tool).collect()
}

fn write_thinking(plan: Plan, model: ClaudeModel, format: &Format<'_>, body: &mut Object) {
    let mut output = Map::new();
    let thinking = match plan {
        Plan::Unsaid => None,
        Plan::Off => Some(json!({"type": "disabled"})),
        Plan::Budget(budget) => Some(json!({"type": "enabled", "budget_tokens": budget})),
        Plan::Adaptive(effort) => {
            if let Some(effort) = effort {
                output.insert("effort".into(), effort.for_messages().into());
            }
            // Clients of the other dialects are used to seeing what was thought.
            Some(match model.hides_thoughts {
                true => json!({"type": "adaptive", "display": "summarized"}),
                false => json!({"type": "adaptive"}),
            })
        }
    };
    if let Some(thinking) = thinking {
        body.insert("thinking".into(), thinking);
    }
    if let Format::Schema { schema, .. } = format {
        let format = json!({"type": "json_schema", "schema": for_messages(schema)});
        output.insert("format".into(), format);
    }
    if !output.is_empty() {
        body.insert("output_config".into(), output.into());
    }
}
