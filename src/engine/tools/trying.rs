//! The call through what was written for a tool, or through what it uses: the models that its key may call, and one tiny
//! request on the path that the tool itself calls, kept in the ledger like every request (S-76).

use std::sync::Arc;

use tokio_util::sync::CancellationToken;

use crate::client::{Credentials, RelayClient};
use crate::domain::{Access, Address, ApiKey, Cost, Fault, FaultKind, Price, Profile};
use crate::engine::clock::Clock;
use crate::engine::host::Host;
use crate::engine::proof::WorldDoor;
use crate::engine::session::{KeyChoice, Session};
use crate::ledger::Ledger;
use crate::locale::say;
use crate::tools::Tool;
use crate::verify::door::{Ask, Door, HeldSecret, TINY_WITHIN};

/// Tokens the answer may have: room for a model that thinks before it says one word.
const ROOM: u32 = 64;

/// What a call is made and kept with.
#[derive(Clone)]
pub struct Means {
    /// Profiles and secrets.
    pub host: Arc<dyn Host>,
    /// Where the request is kept.
    pub ledger: Ledger,
    /// The clock.
    pub clock: Clock,
}

/// Where a tool would call, and with what.
#[derive(Clone, Copy, Debug)]
pub struct Through<'a> {
    /// Its address, in the form it is written in.
    pub url: &'a str,
    /// Its key.
    pub key: &'a ApiKey,
    /// Its model, where it names one.
    pub model: Option<&'a str>,
}

/// What the call showed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checked {
    /// How many models the key may call there.
    pub models: usize,
    /// Whether the tool's model is among them; `None` where it names none.
    pub model: Option<bool>,
    /// What its model answered; `None` where none was asked.
    pub answer: Option<Answer>,
}

/// The answer to the tiny request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// What it said, in one line.
    pub text: String,
    /// Milliseconds from sending to its end.
    pub ms: u64,
    /// What it cost.
    pub cost: Cost,
}

/// Makes the call.
///
/// # Errors
/// When nothing answers there as an API, the key is refused, or the model does not answer.
pub async fn check(
    session: &Session,
    means: &Means,
    tool: &Tool,
    through: Through<'_>,
) -> Result<Checked, Fault> {
    let (address, _) = Address::parse(through.url)
        .map_err(|error| Fault::new(FaultKind::NotAnApi, error.to_string()))?;
    let nobody = Credentials {
        access_token: None,
        user_id: None,
    };
    let models = RelayClient::new(address.clone(), nobody)?
        .served_models(Some(through.key))
        .await?;
    let found = through
        .model
        .map(|name| models.iter().any(|model| model.name == name));
    let answer = match through.model {
        Some(model) if found == Some(true) => {
            Some(ask(session, means, tool, address, through.key, model).await?)
        }
        _ => None,
    };
    Ok(Checked {
        models: models.len(),
        model: found,
        answer,
    })
}

async fn ask(
    session: &Session,
    means: &Means,
    tool: &Tool,
    address: Address,
    key: &ApiKey,
    model: &str,
) -> Result<Answer, Fault> {
    let is_own = address == session.profile.address;
    // A relay that is not the open one is known by its host, and nobody here knows its prices.
    let profile = Profile {
        name: match is_own {
            true => session.profile.name.clone(),
            false => address.host().to_owned(),
        },
        address: address.clone(),
        access: Access::KeyOnly,
    };
    let typed = KeyChoice::Typed(key.expose().to_owned());
    let known = match is_own {
        true => session.choose_key(&typed).ok(),
        false => None,
    };
    let group = known.as_ref().and_then(|key| session.billed_group(key));
    let price = match is_own {
        true => session.price(model, group.as_deref()),
        false => Price::Unknown,
    };
    let held = known.map(|key| key.held);
    let stop = CancellationToken::new();
    let (ledger, clock) = (means.ledger.clone(), means.clock.clone());
    let host = Arc::clone(&means.host);
    let door = WorldDoor::new(host, profile, false, ledger, clock, stop, None);
    let told = door
        .call(&Ask {
            address,
            key: HeldSecret {
                secret: key.clone(),
                name: held
                    .as_ref()
                    .map(|key| key.name.clone())
                    .unwrap_or_default(),
                id: held.and_then(|key| key.id),
            },
            model: model.to_owned(),
            endpoint: tool.endpoint.clone(),
            streamed: false,
            messages: Ask::tiny(None),
            max_tokens: ROOM,
            within: TINY_WITHIN,
            group,
            price,
        })
        .await;
    match told.fault {
        Some(fault) => Err(fault),
        None if !told.is_good() => Err(Fault::new(
            FaultKind::Upstream,
            say!("tools-said-nothing", model = model),
        )
        .advise(say!("tools-said-nothing-advice"))
        .with_request_id(told.request_id)),
        None => Ok(Answer {
            text: told.text.split_whitespace().collect::<Vec<_>>().join(" "),
            ms: told.total_ms,
            cost: told.cost,
        }),
    }
}
