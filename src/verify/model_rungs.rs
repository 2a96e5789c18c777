//! The rungs between money and the call: the model's name, the key's group, the path it is called on (S-45, S-46, S-57).

use super::choice::{all_known, bare, billed_group, cheapest, first_endpoint, key_info, price_of};
use super::climb::{Climb, Ended, TINY};
use super::door::{Ask, Door, GivenKey, HeldSecret, TINY_WITHIN};
use super::mending;
use super::report::{Finding, Rung, Verdict};
use crate::domain::model_name::{self, NameCheck};
use crate::domain::{Address, Endpoint, Fault, FaultKind, Model};

/// The model of this name, or one that is chosen.
pub(super) async fn name<D: Door, T: FnMut(&Finding) + Send>(
    climb: &mut Climb<'_, D, T>,
    key: &GivenKey,
) -> Result<Model, Ended> {
    let group = billed_group(&climb.console, &key.held);
    let Some(name) = climb.subject.model.clone() else {
        return choose(climb, group.as_deref());
    };
    let known = all_known(&climb.console, climb.served.as_deref().unwrap_or_default());
    let listed = known.iter().find(|model| model.name == name).cloned();
    if let Some(model) = listed {
        climb.named = true;
        climb.note(Finding::new(
            Rung::Model,
            Verdict::Good,
            format!("{name} exists, byte for byte"),
        ));
        return Ok(model);
    }
    if known.is_empty() {
        climb.note(Finding::new(
            Rung::Model,
            Verdict::Unknown,
            format!("no list of models is to be had; {name} is tried as it is"),
        ));
        return Ok(bare(&name));
    }
    let suggestions = match model_name::check(&name, &known, None) {
        NameCheck::Unknown { suggestions } => suggestions,
        NameCheck::Exact | NameCheck::NotInGroup { .. } => Vec::new(),
    };
    let fault = Fault::new(
        FaultKind::ModelNotFound,
        format!("no model is named {name:?} here"),
    )
    .advise(match suggestions.as_slice() {
        [] => "look for it with: relaydeck models list --search TEXT".to_owned(),
        near => format!("did you mean {}?", near.join(", or ")),
    });
    let mut finding = Finding::failed(Rung::Model, fault);
    if let Some(nearest) = suggestions
        .first()
        .and_then(|nearest| known.iter().find(|model| model.name == *nearest))
        .cloned()
    {
        let ask = Ask {
            address: climb.subject.address.clone(),
            key: key.held.clone(),
            model: name,
            endpoint: first_endpoint(&nearest).unwrap_or(Endpoint::Chat),
            streamed: false,
            messages: Ask::tiny(climb.subject.system.as_deref()),
            max_tokens: TINY,
            within: TINY_WITHIN,
            price: price_of(&climb.console, &nearest, group.as_deref()),
            group,
        };
        finding = finding.proven(mending::another_name(climb, &ask).await);
    }
    climb.note(finding);
    Err(Ended)
}

/// One that is chosen, where none was named.
fn choose<D: Door, T: FnMut(&Finding) + Send>(
    climb: &mut Climb<'_, D, T>,
    group: Option<&str>,
) -> Result<Model, Ended> {
    let served = climb.served.clone().unwrap_or_default();
    match cheapest(&climb.console, &served, group) {
        Some(model) => {
            climb.named = true;
            climb.note(Finding::new(
                Rung::Model,
                Verdict::Good,
                format!(
                    "none was named; {} is taken, the cheapest that answers",
                    model.name
                ),
            ));
            Ok(model)
        }
        None => {
            let fault = Fault::new(FaultKind::ModelNotFound, "no model was named, and none is listed to this key")
                .advise("name one with -m MODEL; if the relay has models, this key's group or limits leave none of them");
            climb.note(Finding::failed(Rung::Model, fault));
            Err(Ended)
        }
    }
}

/// The group that is billed, if it serves the model to this key.
pub(super) async fn group<D: Door, T: FnMut(&Finding) + Send>(
    climb: &mut Climb<'_, D, T>,
    at: &Address,
    key: &GivenKey,
    model: &Model,
) -> Result<Option<String>, Ended> {
    let group = billed_group(&climb.console, &key.held);
    let limits = key_info(&climb.console, &key.held).and_then(|info| info.models.clone());
    if let Some(limits) = limits.filter(|limits| !limits.contains(&model.name)) {
        let fault = Fault::new(
            FaultKind::ModelNotAllowed,
            format!("this key may only call {}", limits.join(", ")),
        );
        let proof = other_key_with(climb.door, at, key, &model.name).await;
        climb.note(Finding::failed(Rung::Group, fault).proven(proof));
        return Err(Ended);
    }
    let named = group.as_deref();
    if let Some(named) = named
        && !model.in_group(named)
    {
        let groups = model.groups.clone().unwrap_or_default();
        let fault = Fault::new(
            FaultKind::ModelNotFound,
            format!("{} exists, but not in group {named}", model.name),
        )
        .advise(match groups.as_slice() {
            [] => "no group of this account serves it".to_owned(),
            groups => format!("use a key of a group that has it: {}", groups.join(", ")),
        });
        let proof = other_key_with(climb.door, at, key, &model.name).await;
        climb.note(Finding::failed(Rung::Group, fault).proven(proof));
        return Err(Ended);
    }
    let served = climb.served.as_deref().unwrap_or_default();
    let missing = !served.is_empty() && served.iter().all(|there| there.name != model.name);
    let finding = match (named, missing) {
        (Some(named), false) if model.groups.is_some() => {
            let ratio = climb
                .console
                .groups
                .iter()
                .flatten()
                .find(|group| group.name == named)
                .and_then(|group| group.ratio)
                .map_or_else(String::new, |ratio| format!(" {ratio}"));
            Finding::new(
                Rung::Group,
                Verdict::Good,
                format!("{named}{ratio} has {}", model.name),
            )
        }
        (_, false) => Finding::new(
            Rung::Group,
            Verdict::Unknown,
            "the relay does not say which group this key is in; the model is listed to it",
        ),
        (_, true) => Finding::new(
            Rung::Group,
            Verdict::Warned,
            format!(
                "{} is on the marketplace, but not listed to this key",
                model.name
            ),
        )
        .advise("its group or its limits may leave the model out; the call will tell"),
    };
    climb.note(finding);
    Ok(group)
}

/// Another key held here that the model is listed to.
async fn other_key_with<D: Door>(
    door: &D,
    at: &Address,
    key: &GivenKey,
    model: &str,
) -> Option<super::report::Proof> {
    let others: Vec<HeldSecret> = door
        .held()
        .into_iter()
        .filter(|other| other.secret != key.held.secret)
        .take(3)
        .collect();
    for other in others {
        let Ok(served) = door.served(at, &other.secret).await else {
            continue;
        };
        if served.iter().any(|there| there.name == model) {
            let name = if other.name.is_empty() {
                other.secret.masked()
            } else {
                other.name.clone()
            };
            return super::climb::proof(
                format!("asked for the models of the key {name}"),
                format!("{model} is listed to it: use that key"),
                true,
            );
        }
    }
    None
}

/// The path to call, looked up per model and not assumed (S-57).
pub(super) fn endpoint<D: Door, T: FnMut(&Finding) + Send>(
    climb: &mut Climb<'_, D, T>,
    model: &Model,
) -> Result<Endpoint, Ended> {
    let asked = climb.subject.endpoint.clone();
    let offered = &model.endpoints;
    let wanted = asked
        .clone()
        .unwrap_or_else(|| first_endpoint(model).unwrap_or(Endpoint::Chat));
    let path = |endpoint: &Endpoint| {
        endpoint
            .path(&model.name)
            .unwrap_or_else(|| endpoint.to_string())
    };
    if offered.is_empty() {
        climb.note(Finding::new(
            Rung::Endpoint,
            Verdict::Unknown,
            format!(
                "the relay does not say how {} is called; {} is tried",
                model.name,
                path(&wanted)
            ),
        ));
        return Ok(wanted);
    }
    if offered.contains(&wanted) {
        let all: Vec<String> = offered.iter().map(ToString::to_string).collect();
        climb.note(Finding::new(
            Rung::Endpoint,
            Verdict::Good,
            format!(
                "{} is called on {} ({})",
                model.name,
                path(&wanted),
                all.join(", ")
            ),
        ));
        return Ok(wanted);
    }
    let right = first_endpoint(model).unwrap_or(Endpoint::Chat);
    let fault = Fault::new(
        FaultKind::EndpointMissing,
        format!("{} is not called on {}", model.name, path(&wanted)),
    )
    .advise(format!(
        "call it on {}",
        climb.subject.address.join(&path(&right))
    ));
    climb.note(Finding {
        verdict: Verdict::Mended,
        ..Finding::failed(Rung::Endpoint, fault)
    });
    Ok(right)
}
