//! Third-party tools and the open relay brought together: which key, model and form of the address a tool gets, what it
//! uses now and whose that is, and whether what was written works.

mod jobs;
mod pages;
mod rows;
mod trying;
mod versions;

pub use crate::tools::links::{APPS, App};
pub use jobs::{LastPlan, Tone, ToolJob, ToolNews, ToolPage, run};
pub use rows::{Placed, SetupKind, State, ToolRow, row, rows};
pub use trying::{Answer, Checked, Means, Through, check};
pub use versions::versions;

use super::host::Host;
use super::keys;
use super::session::{ChosenKey, KeyChoice, Session};
use crate::domain::{
    Address, ApiKey, AutoRoute, Fault, FaultKind, KeyDraft, Model, Pace, QuotaLimit,
};
use crate::locale::say;
use crate::tools::{Target, Tool};

/// What was chosen for a setup.
#[derive(Clone, Debug)]
pub struct Choice {
    /// Which key; a fresh one instead where `new_key` says so.
    pub key: KeyChoice,
    /// Whether a key is made for the tool.
    pub new_key: bool,
    /// The exact name of the model; one that suits the tool when absent.
    pub model: Option<String>,
    /// The address the tool is to use: for the embedded relay the one it will have later too.
    pub address: Address,
}

/// What a tool is to use, and how that came about.
#[derive(Clone, Debug)]
pub struct Chosen {
    /// Address, key and model.
    pub target: Target,
    /// The key's name; empty for one that was typed in.
    pub key_name: String,
    /// Whether the key is still to be made: its secret stands for one then.
    pub key_to_make: bool,
    /// What the user should know before saying yes.
    pub notes: Vec<String>,
}

/// Chooses key and model for a tool. Makes nothing: [`make_key`] does, once the user has said yes.
///
/// # Errors
/// When there is no key that can be used, or the relay has no such model for this tool.
pub fn choose(
    session: &Session,
    tool: &Tool,
    choice: &Choice,
    now: Option<&str>,
) -> Result<Chosen, Fault> {
    let mut notes = Vec::new();
    let named = || session.choose_key(&KeyChoice::Typed(key_name(tool))).ok();
    let (key, key_to_make) = match &choice.key {
        _ if choice.new_key => (None, true),
        KeyChoice::Any => (
            Some(named().map_or_else(|| session.choose_key(&KeyChoice::Any), Ok)?),
            false,
        ),
        other => (Some(session.choose_key(other)?), false),
    };
    let group = key
        .as_ref()
        .and_then(|key| session.billed_group(key))
        .or_else(|| own_group(session));
    let model = match &choice.model {
        Some(name) => {
            session.check_model(name, group.as_deref())?;
            name.clone()
        }
        None => {
            let chosen = suiting(session, tool, group.as_deref(), now)?;
            notes.push(say!("tools-model-chosen", chosen = chosen));
            chosen
        }
    };
    if let Some(known) = model_of(session, &model) {
        callable(known, tool, session)?;
    }
    if let Some(limits) = key
        .as_ref()
        .and_then(|key| key.info.as_ref()?.models.as_ref())
        && !limits.contains(&model)
    {
        return Err(Fault::new(
            FaultKind::ModelNotAllowed,
            say!("tools-key-may-not", model = model),
        )
        .advise(say!("tools-other-key")));
    }
    let (secret, name) = match key {
        Some(ChosenKey { held, .. }) => (held.secret, held.name),
        None => (
            ApiKey::new("sk-to-be-made-when-you-say-yes"),
            key_name(tool),
        ),
    };
    Ok(Chosen {
        target: Target {
            address: choice.address.clone(),
            key: secret,
            model,
        },
        key_name: name,
        key_to_make,
        notes,
    })
}

/// Makes the key that was chosen to be made, and stores its secret.
///
/// # Errors
/// When the relay refuses, or the secret cannot be stored.
pub async fn make_key(session: &Session, host: &dyn Host, tool: &Tool) -> Result<ApiKey, Fault> {
    let draft = KeyDraft {
        name: key_name(tool),
        group: String::new(),
        quota: QuotaLimit::Unlimited,
        expires: None,
        models: Vec::new(),
        ips: Vec::new(),
        pace: Pace::default(),
        auto: AutoRoute::default(),
    };
    Ok(keys::create(session, host, &draft).await?.secret)
}

/// The name of a key that is a tool's own, so that its spend can be told apart.
pub fn key_name(tool: &Tool) -> String {
    format!("{}-relaydeck", tool.id)
}

fn own_group(session: &Session) -> Option<String> {
    let account = session.lists.account.as_ref()?;
    Some(account.group.clone()).filter(|group| !group.is_empty())
}

fn model_of<'a>(session: &'a Session, name: &str) -> Option<&'a Model> {
    let models = session.lists.models.as_ref()?;
    models.iter().find(|model| model.name == name)
}

/// Whether a model answers the way a tool calls it, as far as the relay says.
fn answers(model: &Model, tool: &Tool) -> bool {
    model.endpoints.is_empty() || model.endpoints.contains(&tool.endpoint)
}

fn callable(model: &Model, tool: &Tool, session: &Session) -> Result<(), Fault> {
    if answers(model, tool) {
        return Ok(());
    }
    let bridge = say!("tools-front");
    let advice = if session.profile.is_local() {
        say!("tools-other-model")
    } else {
        bridge
    };
    Err(Fault::new(
        FaultKind::EndpointMissing,
        say!(
            "tools-not-there",
            tool = tool.name,
            path = tool.endpoint,
            model = model.name
        ),
    )
    .advise(advice))
}

/// A model that suits the tool: the one it uses now, else one whose name it likes, else the first by name.
fn suiting(
    session: &Session,
    tool: &Tool,
    group: Option<&str>,
    now: Option<&str>,
) -> Result<String, Fault> {
    let all = session.lists.models.as_deref().unwrap_or_default();
    let fits =
        |model: &&Model| answers(model, tool) && group.is_none_or(|group| model.in_group(group));
    let mut models: Vec<&Model> = all.iter().filter(fits).collect();
    models.sort_by(|one, other| one.name.cmp(&other.name));
    let liked = || {
        tool.prefers.iter().find_map(|part| {
            models
                .iter()
                .find(|model| model.name.contains(part.as_str()))
        })
    };
    let current = models.iter().find(|model| Some(model.name.as_str()) == now);
    let chosen = current.or_else(liked).or(models.first());
    chosen.map(|model| model.name.clone()).ok_or_else(|| {
        Fault::new(
            FaultKind::ModelNotFound,
            say!("tools-no-model", tool = tool.name),
        )
        .advise(say!("tools-name-one"))
    })
}
