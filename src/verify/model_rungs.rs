//! The rungs between money and the call: the model's name, the key's group, the path it is called on (S-45, S-46, S-57).

use super::choice::{all_known, bare, billed_group, cheapest, first_endpoint, key_info, price_of};
use super::climb::{Climb, Ended, TINY};
use super::door::{Ask, Door, GivenKey, HeldSecret, TINY_WITHIN};
use super::mending;
use super::report::{Finding, Rung, Verdict};
use crate::domain::model_name::{self, NameCheck};
use crate::domain::{Address, Endpoint, Fault, FaultKind, Model};
use crate::locale::{listed, say};

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
            say!("model-exists", name = name),
        ));
        return Ok(model);
    }
    if known.is_empty() {
        climb.note(Finding::new(
            Rung::Model,
            Verdict::Unknown,
            say!("model-no-list", name = name),
        ));
        return Ok(bare(&name));
    }
    let suggestions = match model_name::check(&name, &known, None) {
        NameCheck::Unknown { suggestions } => suggestions,
        NameCheck::Exact | NameCheck::NotInGroup { .. } => Vec::new(),
    };
    let fault = Fault::new(
        FaultKind::ModelNotFound,
        say!("model-none-named", name = format!("{name:?}")),
    )
    .advise(match suggestions.as_slice() {
        [] => say!("model-search-advice").to_owned(),
        near => say!("model-did-you-mean", names = near.join(say!("order-or"))),
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
                say!("model-taken", name = model.name),
            ));
            Ok(model)
        }
        None => {
            let fault = Fault::new(FaultKind::ModelNotFound, say!("model-none-listed"))
                .advise(say!("model-none-listed-advice"));
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
            say!("model-key-may", names = listed(&limits)),
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
            say!("model-not-in-group", name = model.name, named = named),
        )
        .advise(match &*groups {
            [] => say!("model-no-group-serves").to_owned(),
            groups => say!("model-use-key-of", groups = listed(groups)),
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
                say!(
                    "model-group-has",
                    named = named,
                    ratio = ratio,
                    name = model.name
                ),
            )
        }
        (_, false) => Finding::new(Rung::Group, Verdict::Unknown, say!("model-group-untold")),
        (_, true) => Finding::new(
            Rung::Group,
            Verdict::Warned,
            say!("model-not-listed", name = model.name),
        )
        .advise(say!("model-not-listed-advice")),
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
                say!("model-asked-key", name = name),
                say!("model-use-key", model = model),
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
            say!(
                "model-endpoint-guess",
                name = model.name,
                path = path(&wanted)
            ),
        ));
        return Ok(wanted);
    }
    if offered.contains(&wanted) {
        let all: Vec<String> = offered.iter().map(ToString::to_string).collect();
        climb.note(Finding::new(
            Rung::Endpoint,
            Verdict::Good,
            say!(
                "model-called-by",
                name = model.name,
                path = path(&wanted),
                protocol = listed(&all)
            ),
        ));
        return Ok(wanted);
    }
    let right = first_endpoint(model).unwrap_or(Endpoint::Chat);
    let fault = Fault::new(
        FaultKind::EndpointMissing,
        say!(
            "model-not-called-by",
            name = model.name,
            path = path(&wanted)
        ),
    )
    .advise(say!(
        "model-call-on",
        path = climb.subject.address.join(&path(&right))
    ));
    climb.note(Finding {
        verdict: Verdict::Mended,
        ..Finding::failed(Rung::Endpoint, fault)
    });
    Ok(right)
}
