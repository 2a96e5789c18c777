//! What stands in the way of sending, said above the input before anything is sent (S-05, S-58).

use super::update::group;
use crate::domain::{Endpoint, Fault, FaultKind, Money, Protocol};
use crate::locale::{listed, say};
use crate::tui::advice::advised;
use crate::tui::draw::clean;
use crate::tui::model::Model;
use crate::tui::overlay::detail::paragraph;
use crate::tui::theme::{Role, Sign};
use ratatui::text::Line;

/// The wallet is empty.
pub fn wallet_empty(model: &Model) -> Option<Fault> {
    let balance = model.relay.balance()?;
    if balance > Money::ZERO {
        return None;
    }
    let host = model
        .relay
        .profile()
        .map(|profile| profile.address.host().to_owned())
        .unwrap_or_default();
    Some(
        Fault::new(
            FaultKind::Balance,
            say!("chat-wallet-empty", balance = balance),
        )
        .advise(say!("chat-wallet-empty-advice", host = host)),
    )
}

/// The chosen model is not here: not on this relay, or not in the group of the key in use, which is another answer
/// (S-46). A warning: the relay has the last word.
fn model_missing(model: &Model) -> Option<Fault> {
    let name = model.chat.model.as_str();
    let missing = |message: String| Fault::new(FaultKind::ModelNotFound, message);
    if name.is_empty() || model.relay.model_rows().is_empty() {
        return None;
    }
    let Some(known) = model.relay.model(name) else {
        // Nothing is rewritten: the name stays as it is until another is chosen (S-45).
        let known = model.chat.mistaken.as_ref();
        let told = known.filter(|(mistaken, _)| mistaken == name);
        let message = told.map_or_else(
            || say!("order-no-model", name = name),
            |(_, told)| told.clone(),
        );
        return Some(missing(message).advise(say!("chat-choose-there")));
    };
    let group = group(model)?;
    // A group like `auto` stands for others.
    if known.in_group(group) || model.relay.ratio(group).is_none() {
        return None;
    }
    let having: Vec<&str> = model
        .relay
        .group_rows()
        .iter()
        .map(|group| group.name.as_str())
        .filter(|group| known.in_group(group))
        .collect();
    let message = say!("chat-not-in-group", name = name, group = group);
    Some(missing(message).advise(match having.as_slice() {
        [] => say!("chat-no-group-has-it").into(),
        groups => say!("chat-groups-that-have-it", groups = listed(groups)),
    }))
}

/// The model is offered only where no replies are given. A warning: the relay may know better.
fn endpoint_missing(model: &Model) -> Option<Fault> {
    let known = model.relay.model(&model.chat.model)?;
    let replies = |offer: &Endpoint| Protocol::of(offer).is_some();
    let settled = model.chat.settings.protocol != Protocol::Auto;
    if known.endpoints.is_empty() || settled || known.endpoints.iter().any(replies) {
        return None;
    }
    let words: Vec<String> = known.endpoints.iter().map(ToString::to_string).collect();
    Some(
        Fault::new(
            FaultKind::EndpointMissing,
            say!(
                "chat-nobody-replies",
                name = known.name,
                endpoints = listed(&words)
            ),
        )
        .advise(say!("chat-choose-another-model")),
    )
}

/// What stands in the way now, the most important only.
fn trouble(model: &Model) -> Option<Fault> {
    wallet_empty(model)
        .or_else(|| model.chat.refusal.clone())
        .or_else(|| model_missing(model))
        .or_else(|| endpoint_missing(model))
}

/// What goes with the question that is being written: pictures, and the place of an earlier one.
fn beside(model: &Model, width: u16) -> Vec<Line<'static>> {
    let theme = &model.settings.theme;
    let mut rows = Vec::new();
    if let Some(at) = model.chat.editing {
        let text = say!(
            "chat-asked-another-way",
            arrow = theme.glyph(Sign::Arrow),
            number = at + 1
        );
        rows.extend(paragraph(theme, &text, Role::Dim, 1, width));
    }
    for image in &model.chat.attached {
        let text = say!(
            "chat-picture-with",
            bullet = theme.glyph(Sign::Bullet),
            name = clean(&image.name),
            size = image.size()
        );
        rows.extend(paragraph(theme, &text, Role::Dim, 1, width));
    }
    rows
}

/// The rows of the banner at this width; none when nothing stands in the way.
pub fn rows(model: &Model, width: u16) -> Vec<Line<'static>> {
    let theme = &model.settings.theme;
    if model.chat.waiting.is_some() {
        let text = say!("chat-waiting-prices", working = theme.glyph(Sign::Working));
        return paragraph(theme, &text, Role::Dim, 1, width);
    }
    let Some(fault) = trouble(model) else {
        return beside(model, width);
    };
    let what = format!("{} {}", theme.glyph(Sign::Cross), clean(&fault.message));
    let advice = advised(theme, &fault);
    let mut rows = paragraph(theme, &what, Role::Bad, 1, width);
    rows.extend(paragraph(theme, &advice, Role::Text, 1, width));
    rows
}
