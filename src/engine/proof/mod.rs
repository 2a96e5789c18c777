//! Diagnosis and tests on a profile, or on an address and key that were merely given: what is examined, and the door to it.

mod answered;
mod door;
mod keeping;
pub mod news;
mod repository;
pub mod running;

use std::sync::Arc;
use std::time::Duration;

use tokio_util::sync::CancellationToken;

use super::clock::Clock;
use super::host::Host;
use crate::client::RelayClient;
use crate::domain::{Access, Address, ApiKey, Endpoint, Fault, FaultKind, Model, Profile};
use crate::ledger::Ledger;
use crate::locale::say;
use crate::tools::Tool;
use crate::verify::choice::{all_known, bare, billed_group, cheapest, first_endpoint, price_of};
use crate::verify::door::{Console, Door, GivenKey, HeldSecret, Subject, ToolForm};
use crate::verify::trials::{LAB, Target};

pub use door::{Pulse, WorldDoor};
pub use keeping::{HISTORY, facts, keep_outcome, keep_report, observations};

/// What is to be examined, as it was given.
#[derive(Clone, Debug, Default)]
pub struct Given {
    /// An address in any form; the profile's where absent.
    pub url: Option<String>,
    /// A key: its number or name among those held, or the secret itself; the first that is held where absent.
    pub key: Option<String>,
    /// The exact name of a model.
    pub model: Option<String>,
    /// A system message in front of every request, where one is wanted: a directive for the embedded relay's lab.
    pub system: Option<String>,
    /// The longest that one request to a model may take, where that is said.
    pub within: Option<Duration>,
    /// The tool whose settings the address was read from.
    pub tool: Option<ToolForm>,
    /// The path the model is called on, where that is known better than the address tells.
    pub endpoint: Option<Endpoint>,
}

impl Given {
    /// The address that a tool has, to be examined as the tool calls it (S-95).
    pub fn of_tool(tool: &Tool, url: String) -> Given {
        let has = url.trim_end_matches('/');
        let form = Address::parse(&url).ok().map(|(address, _)| {
            let wants = tool.url(&address);
            ToolForm {
                id: tool.id.clone(),
                name: tool.name.clone(),
                calls: format!("{has}{}", tool.calls),
                is_right: has == wants,
                wants,
            }
        });
        Given {
            tool: form,
            endpoint: Some(tool.endpoint.clone()),
            url: Some(url),
            ..Given::default()
        }
    }
}

/// A relay that is examined: what is known of it without asking anybody, and the door to it.
pub struct Examined {
    /// What is examined.
    pub subject: Subject,
    /// The door to its relay.
    pub door: WorldDoor,
    /// Where requests and results are kept.
    pub ledger: Ledger,
    /// The clock.
    pub clock: Clock,
    /// The name under which they are kept: the profile's, or the host of an address that was merely given.
    pub profile: String,
    /// What the console told, once it was asked.
    pub console: Console,
    kept: Profile,
}

/// What is examined, and the door to it. Asks nobody anything, so that whatever is wrong is found by the diagnosis itself.
///
/// # Errors
/// When what was given as an address is none, or the vault cannot be read.
pub fn examine(
    host: Arc<dyn Host>,
    profile: Option<Profile>,
    given: &Given,
    ledger: Ledger,
    clock: Clock,
    stop: CancellationToken,
) -> Result<Examined, Fault> {
    let (address, odd) = match (&given.url, &profile) {
        (Some(url), _) => Address::parse(url).map_err(|error| {
            Fault::new(FaultKind::Usage, error.to_string()).advise(say!("proof-address"))
        })?,
        (None, Some(profile)) => (profile.address.clone(), Vec::new()),
        (None, None) => {
            return Err(Fault::new(FaultKind::Usage, say!("proof-no-relay"))
                .advise(say!("proof-no-relay-advice")));
        }
    };
    // The vault's secrets belong to the profile's own address; a typed one may be anybody's.
    let own = profile.filter(|profile| profile.address == address);
    let is_known = own.is_some();
    let profile = own.unwrap_or_else(|| Profile {
        name: address.host().to_owned(),
        address: address.clone(),
        access: Access::KeyOnly,
    });
    let held = match is_known {
        true => host.held_keys(&profile.name)?,
        false => Vec::new(),
    };
    let held: Vec<HeldSecret> = held
        .into_iter()
        .map(|key| HeldSecret {
            secret: key.secret,
            name: key.name,
            id: key.id,
        })
        .collect();
    let (key, key_trouble) = chosen_key(given.key.as_deref(), &held);
    let subject = Subject {
        literal_path: given
            .url
            .as_deref()
            .and_then(|url| literal_path(url, &address)),
        endpoint: given
            .endpoint
            .clone()
            .or_else(|| given.url.as_deref().and_then(endpoint_in)),
        address,
        odd,
        key,
        key_trouble,
        model: given.model.clone(),
        system: given.system.clone(),
        tool: given.tool.clone(),
    };
    let door = WorldDoor::new(
        host,
        profile.clone(),
        is_known,
        ledger.clone(),
        clock.clone(),
        stop,
        given.within,
    );
    Ok(Examined {
        subject,
        door,
        ledger,
        clock,
        profile: profile.name.clone(),
        console: Console::default(),
        kept: profile,
    })
}

/// How long a request that was stopped may take to be written down.
const END_WITHIN: Duration = Duration::from_secs(3);

/// Carries out a work until its end. `None` when it was stopped: then what it had sent is written down, and no more.
pub async fn until_stopped<T>(
    work: impl Future<Output = T>,
    stop: &CancellationToken,
) -> Option<T> {
    tokio::pin!(work);
    tokio::select! {
        biased;
        done = &mut work => return Some(done).filter(|_| !stop.is_cancelled()),
        () = stop.cancelled() => {}
    }
    let _ = tokio::time::timeout(END_WITHIN, work).await;
    None
}

impl Examined {
    /// Asks the console, for prices, groups and the checklist.
    pub async fn ask_console(&mut self) {
        self.console = self.door.console(&self.subject.address).await;
    }

    /// The keys held for this relay.
    pub fn held(&self) -> Vec<HeldSecret> {
        self.door.held()
    }

    /// What the tests run with: the key, the model, the path it is called on, its group and price.
    ///
    /// # Errors
    /// When there is no key, or no model was named and none is listed.
    pub async fn target(&self) -> Result<Target, Fault> {
        let key = self.subject.key.clone().ok_or_else(keeping::no_key)?.held;
        let address = self.subject.address.clone();
        let served = self
            .door
            .served(&address, &key.secret)
            .await
            .unwrap_or_default();
        let group = billed_group(&self.console, &key);
        let known = all_known(&self.console, &served);
        let named = |name: &str| known.iter().find(|model| model.name == name).cloned();
        let model: Model = match &self.subject.model {
            // A name nobody lists is tried as it is: a test shows what comes of it.
            Some(name) => named(name).unwrap_or_else(|| bare(name)),
            None => named(LAB)
                .filter(|_| self.kept.is_local())
                .or_else(|| cheapest(&self.console, &served, group.as_deref()))
                .ok_or_else(|| {
                    Fault::new(FaultKind::ModelNotFound, say!("proof-no-model"))
                        .advise(say!("proof-no-model-advice"))
                })?,
        };
        Ok(Target {
            price: price_of(&self.console, &model, group.as_deref()),
            endpoint: first_endpoint(&model).unwrap_or(Endpoint::Chat),
            context: model.context,
            system: self.subject.system.clone(),
            scale: self.console.scale,
            model: model.name,
            address,
            key,
            group,
        })
    }

    fn client(&self) -> Result<RelayClient, Fault> {
        self.door.client(&self.subject.address)
    }

    fn host(&self) -> Arc<dyn Host> {
        self.door.host()
    }

    fn kept_profile(&self) -> Profile {
        self.kept.clone()
    }
}

/// The key that is meant, or why there is none.
fn chosen_key(given: Option<&str>, held: &[HeldSecret]) -> (Option<GivenKey>, Option<String>) {
    let of = |held: &HeldSecret| GivenKey {
        held: held.clone(),
        cleaned: Vec::new(),
    };
    let Some(text) = given else {
        let trouble = held.is_empty().then(|| say!("proof-none-held").to_owned());
        return (held.first().map(of), trouble);
    };
    let id = text.parse::<i64>().ok();
    let named = held
        .iter()
        .find(|key| key.name == text || (id.is_some() && key.id == id));
    if let Some(key) = named {
        return (Some(of(key)), None);
    }
    match ApiKey::from_pasted(text) {
        Ok((secret, cleaned)) => {
            let known = held.iter().find(|key| key.secret == secret).cloned();
            let held = known.unwrap_or(HeldSecret {
                secret,
                name: String::new(),
                id: None,
            });
            (Some(GivenKey { held, cleaned }), None)
        }
        Err(error) => (None, Some(error.to_string())),
    }
}

/// What stood behind the base in the form that was given, as a path below it; without query, which may hold anything.
fn literal_path(given: &str, address: &Address) -> Option<String> {
    let plain = given.trim().split(['?', '#']).next()?;
    let rest = plain.strip_prefix(address.base())?;
    (rest.starts_with('/') && rest.len() > 1).then(|| rest.to_owned())
}

/// The endpoint that a given address names.
fn endpoint_in(given: &str) -> Option<Endpoint> {
    let plain = given.trim().split(['?', '#']).next()?.trim_end_matches('/');
    [
        ("/chat/completions", Endpoint::Chat),
        ("/messages", Endpoint::Messages),
        ("/responses", Endpoint::Responses),
        ("/embeddings", Endpoint::Embeddings),
        (":generateContent", Endpoint::Gemini),
        (":streamGenerateContent", Endpoint::Gemini),
    ]
    .into_iter()
    .find(|(path, _)| plain.ends_with(path))
    .map(|(_, endpoint)| endpoint)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn s_60_a_held_key_is_found_by_its_name_and_a_pasted_one_is_cleaned() {
        let held = [HeldSecret {
            secret: ApiKey::new("sk-aB3dEFGHijklmnopx9Zk"),
            name: "cursor-dev".into(),
            id: Some(7),
        }];
        for text in ["cursor-dev", "7", " \"Bearer sk-aB3dEFGHijklmnopx9Zk\"\n"] {
            let (key, trouble) = chosen_key(Some(text), &held);
            assert_eq!(key.unwrap().held.id, Some(7), "{text}");
            assert_eq!(trouble, None);
        }
        assert!(chosen_key(None, &[]).1.is_some());
        assert!(chosen_key(Some("  "), &held).1.is_some());
    }

    #[test]
    fn s_90_what_was_given_beyond_the_base_is_kept_for_the_proof() {
        let of = |text: &str| literal_path(text, &Address::parse(text).unwrap().0);
        assert_eq!(
            of("https://h.example/chat/completions?key=x").as_deref(),
            Some("/chat/completions")
        );
        assert_eq!(of("https://h.example/"), None);
        assert_eq!(
            endpoint_in("https://h.example/v1/messages/"),
            Some(Endpoint::Messages)
        );
        assert_eq!(endpoint_in("https://h.example/v1"), None);
    }
}
