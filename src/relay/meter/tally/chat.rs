//! Reads OpenAI's chunks, documents and lists of embeddings.

use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::value::RawValue;

use super::super::super::inference::body::from_json;
use super::super::usage::Reported;
use super::{Seen, Tally, error_of, told};

#[derive(Deserialize)]
struct Body<'a, U> {
    #[serde(borrow)]
    id: Option<&'a RawValue>,
    created: Option<&'a RawValue>,
    model: Option<&'a RawValue>,
    choices: Option<Vec<Choice<'a>>>,
    data: Option<&'a RawValue>,
    #[serde(default)]
    usage: U,
    error: Option<&'a RawValue>,
}

#[derive(Deserialize)]
struct Choice<'a> {
    #[serde(borrow)]
    delta: Option<&'a RawValue>,
    message: Option<&'a RawValue>,
    finish_reason: Option<&'a RawValue>,
}

/// The members every chunk of one stream repeats, as JSON.
#[derive(Clone, Debug, Default)]
pub(super) struct Identity {
    pub id: Option<String>,
    pub created: Option<String>,
    pub model: Option<String>,
}

/// Reads a chunk, or a whole document. `None` when it is no JSON object.
pub(super) fn read(tally: &mut Tally, text: &[u8], whole: bool) -> Option<Seen> {
    let body: Body<'_, Reported> = from_json(text).or_else(|_| without_usage(text)).ok()?;
    if let Some(error) = error_of(body.error) {
        return Some(Seen::Error(error));
    }
    if tally.identity.is_none() {
        let own = |raw: Option<&RawValue>| raw.map(|raw| raw.get().to_owned());
        tally.identity = Some(Identity {
            id: own(body.id),
            created: own(body.created),
            model: own(body.model),
        });
    }
    let usage = body.usage.usage;
    let choices = body.choices.as_deref().unwrap_or_default();
    // Of a whole document that tells its usage nobody has to count the words.
    let counted = whole && usage.is_some_and(|usage| usage.output > 0);
    for choice in choices {
        let said = [choice.delta, choice.message].into_iter().flatten();
        for words in said.filter(|_| !counted) {
            tally.words(words.get());
        }
        tally.finished |= told(choice.finish_reason);
    }
    let only = choices.is_empty() && body.usage.told;
    tally.reported = usage.or(tally.reported);
    // A list of embeddings has no words, and is an answer all the same.
    tally.made |= body.data.is_some_and(|list| list.get().len() > 2);
    Some(if only { Seen::UsageOnly } else { Seen::Part })
}

/// Reads a chunk whose usage has figures or letters that nobody can hold: what it says beside it counts all the same.
fn without_usage(text: &[u8]) -> serde_json::Result<Body<'_, Reported>> {
    let body: Body<'_, Option<IgnoredAny>> = from_json(text)?;
    Ok(Body {
        id: body.id,
        created: body.created,
        model: body.model,
        choices: body.choices,
        data: body.data,
        usage: Reported {
            told: body.usage.is_some(),
            usage: None,
        },
        error: body.error,
    })
}
