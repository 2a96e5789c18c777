//! The one change that would mend a rung, tried at once: what it is, and what came of it (S-96).
//!
//! Nothing here sends a key to another host than the one it was given for, and nothing changes anything anywhere.

use super::choice::key_info;
use super::climb::{Climb, proof};
use super::door::{Ask, Console, Door, GivenKey, HeldSecret};
use super::plan::worst_case;
use super::report::{Finding, Proof, Rung};
use crate::domain::model_name::{self, NameCheck};
use crate::domain::{Address, Endpoint, Fault, FaultKind, KeyStatus};
use crate::locale::say;

/// The same host reached the other way: `https` for `http`, and back.
pub(super) async fn another_scheme<D: Door>(door: &D, at: &Address) -> Option<Proof> {
    let other = at.other_scheme();
    let reach = door.reach(&other).await;
    if reach.trouble.is_some() {
        return None;
    }
    // From https to http is no advice: it only shows where the trouble is.
    let (change, outcome) = match other.is_encrypted() {
        true => (
            say!("mend-tried", other = other),
            say!("mend-use-that").to_owned(),
        ),
        false => (
            say!("mend-tried-no-key", other = other),
            say!("mend-unencrypted").to_owned(),
        ),
    };
    proof(change, outcome, true)
}

/// What the form that was given answers, beside the right one.
pub(super) async fn right_form<D: Door>(
    door: &D,
    at: &Address,
    literal: Option<&str>,
) -> Option<Proof> {
    let before = match literal {
        Some(path) => match door.look(at, path).await {
            Ok(look) if look.is_page => say!("mend-web-page", status = look.status),
            Ok(look) => say!("verify-http", status = look.status),
            Err(fault) => fault.message,
        },
        None => say!("mend-nothing").into(),
    };
    let works = door.standing(at).await.api.is_ok();
    let outcome = match works {
        true => say!("mend-there-api", before = before),
        false => say!("mend-there-no-api", before = before),
    };
    proof(say!("mend-tried", other = at.v1()), outcome, works)
}

/// The host that the certificate is for.
pub(super) async fn certificate_host<D: Door>(
    door: &D,
    at: &Address,
    names: &[String],
) -> Option<Proof> {
    for name in names.iter().take(2) {
        let Ok((other, _)) = Address::parse(&at.base().replacen(bare_host(at), name, 1)) else {
            continue;
        };
        if other != *at && door.standing(&other).await.api.is_ok() {
            return proof(
                say!("mend-tried", other = other),
                say!("mend-api-there"),
                true,
            );
        }
    }
    None
}

/// Other places where relays keep their API when a page stands at the address: the host without its path, `/api`, and
/// the host's `api.` twin.
pub(super) async fn another_place<D: Door>(door: &D, at: &Address) -> Option<Proof> {
    let base = at.base();
    let scheme_end = base.find("://").map_or(0, |at| at + 3);
    let root = base[scheme_end..]
        .find('/')
        .map(|slash| base[..scheme_end + slash].to_owned());
    let mut places: Vec<String> = root.into_iter().collect();
    places.push(format!("{base}/api"));
    let host = bare_host(at);
    let is_name = host.chars().any(|letter| letter.is_ascii_alphabetic()) && host.contains('.');
    if is_name {
        let bare = host.strip_prefix("www.").unwrap_or(host);
        if !bare.starts_with("api.") {
            places.push(format!("{}api.{bare}", &base[..scheme_end]));
        }
    }
    for place in places {
        let Ok((other, _)) = Address::parse(&place) else {
            continue;
        };
        if other != *at && door.standing(&other).await.api.is_ok() {
            return proof(
                say!("mend-tried", other = other),
                say!("mend-api-there"),
                true,
            );
        }
    }
    None
}

fn bare_host(at: &Address) -> &str {
    let host = at.host();
    host.rsplit_once(':').map_or(host, |(name, _)| name)
}

/// Another key of this relay that is held here, where it gets further.
pub(super) async fn held_key<D: Door>(
    door: &D,
    at: &Address,
    key: &GivenKey,
    rung: Rung,
) -> Option<Proof> {
    let others: Vec<HeldSecret> = door
        .held()
        .into_iter()
        .filter(|other| other.secret != key.held.secret)
        .take(3)
        .collect();
    for other in others {
        let works = match rung {
            Rung::Balance => match door.key_money(at, &other.secret).await {
                Ok(money) => money
                    .left
                    .is_none_or(|left| left > crate::domain::Money::ZERO),
                Err(_) => false,
            },
            _ => door.served(at, &other.secret).await.is_ok(),
        };
        if works {
            let name = match other.name.as_str() {
                "" => other.secret.masked(),
                name => name.to_owned(),
            };
            return proof(
                say!("mend-other-key", name = name),
                say!("mend-only-key"),
                true,
            );
        }
    }
    None
}

/// A key that was refused: why, as far as anybody tells, and what works instead (S-92).
pub(super) async fn refused_key<D: Door>(
    door: &D,
    console: &Console,
    at: &Address,
    key: &GivenKey,
    fault: Fault,
) -> Finding {
    let fault = match key_info(console, &key.held) {
        // Newer relays say the same of all four; the account's own list tells them apart.
        Some(info) if fault.kind == FaultKind::CredentialRefused => match info.status {
            KeyStatus::Expired => {
                told_by_list(FaultKind::KeyExpired, say!("mend-key-expired"), &fault)
            }
            KeyStatus::Disabled => {
                told_by_list(FaultKind::KeyDisabled, say!("mend-key-disabled"), &fault)
            }
            KeyStatus::Exhausted => {
                told_by_list(FaultKind::KeyQuota, say!("mend-key-used-up"), &fault)
            }
            KeyStatus::Enabled => fault,
        },
        _ => fault,
    };
    if fault.kind == FaultKind::KeyQuota {
        let proof = held_key(door, at, key, Rung::Balance).await;
        return Finding::failed(Rung::Balance, fault).proven(proof);
    }
    if fault.kind == FaultKind::CredentialRefused
        && door.is_access_token(at, &key.held.secret).await
    {
        let fault = Fault {
            message: say!("mend-access-token").into(),
            ..fault
        }
        .advise(say!("mend-access-token-advice"));
        let proof = proof(say!("mend-tried-console"), say!("mend-console-takes"), true);
        return Finding::failed(Rung::Credential, fault).proven(proof);
    }
    let proof = held_key(door, at, key, Rung::Credential).await;
    Finding::failed(Rung::Credential, fault).proven(proof)
}

fn told_by_list(kind: FaultKind, message: &str, told: &Fault) -> Fault {
    let mut fault = Fault::new(kind, message);
    fault.status = told.status;
    fault.request_id.clone_from(&told.request_id);
    fault
}

/// The change that a failed call points at: another name, another endpoint, another key.
pub(super) async fn after_call<D: Door, T: FnMut(&Finding) + Send>(
    climb: &mut Climb<'_, D, T>,
    ask: &Ask,
    rung: Rung,
    fault: &Fault,
) -> Option<Proof> {
    let key = GivenKey {
        held: ask.key.clone(),
        cleaned: Vec::new(),
    };
    match rung {
        Rung::Credential | Rung::Balance if fault.kind != FaultKind::Balance => {
            held_key(climb.door, &ask.address, &key, rung).await
        }
        Rung::Model => another_name(climb, ask).await,
        Rung::Endpoint => another_endpoint(climb, ask).await,
        _ => None,
    }
}

/// The nearest name, called.
pub(super) async fn another_name<D: Door, T: FnMut(&Finding) + Send>(
    climb: &mut Climb<'_, D, T>,
    ask: &Ask,
) -> Option<Proof> {
    let served = climb.served.clone().unwrap_or_default();
    let NameCheck::Unknown { suggestions } = model_name::check(&ask.model, &served, None) else {
        return None;
    };
    let nearest = suggestions.first()?.clone();
    let other = Ask {
        model: nearest.clone(),
        ..ask.clone()
    };
    try_call(
        climb,
        &other,
        say!("mend-called-nearest", nearest = nearest),
    )
    .await
}

/// Another path of those a model can be called on.
pub(super) async fn another_endpoint<D: Door, T: FnMut(&Finding) + Send>(
    climb: &mut Climb<'_, D, T>,
    ask: &Ask,
) -> Option<Proof> {
    let listed = climb.console.models.iter().flatten();
    let mut places: Vec<Endpoint> = listed
        .filter(|model| model.name == ask.model)
        .flat_map(|model| model.endpoints.iter().cloned())
        .chain([Endpoint::Chat, Endpoint::Messages, Endpoint::Responses])
        .collect();
    let mut seen = vec![ask.endpoint.clone()];
    places.retain(|endpoint| {
        let fresh = !seen.contains(endpoint) && endpoint.path(&ask.model).is_some();
        seen.push(endpoint.clone());
        fresh
    });
    for endpoint in places {
        let path = endpoint.path(&ask.model).unwrap_or_default();
        let other = Ask {
            endpoint,
            streamed: false,
            ..ask.clone()
        };
        let found = try_call(climb, &other, say!("mend-called-on", path = path)).await?;
        if found.helped {
            return Some(found);
        }
    }
    None
}

async fn try_call<D: Door, T: FnMut(&Finding) + Send>(
    climb: &mut Climb<'_, D, T>,
    other: &Ask,
    change: String,
) -> Option<Proof> {
    let worst = worst_case([other], climb.console.scale);
    if worst
        .money()
        .is_some_and(|most| most > climb.limits.max_cost)
    {
        return None;
    }
    let (told, _) = climb.send(other).await;
    match &told.fault {
        None => proof(change, say!("mend-answers"), true),
        Some(fault) => proof(change, fault.message.clone(), false),
    }
}
