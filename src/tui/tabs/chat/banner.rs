//! What stands in the way of sending, said above the input before anything is sent (S-05, S-58).

use crate::domain::{Endpoint, Fault, FaultKind, Money, Price};
use crate::tui::model::Model;
use crate::tui::text::{Wrap, wrap_text};
use crate::tui::theme::Role;
use ratatui::text::Line;

/// The wallet is empty, and what is about to be asked is not known to be free.
pub fn wallet_empty(model: &Model) -> Option<Fault> {
    let balance = model.relay.balance()?;
    if balance > Money::ZERO || is_free(model) {
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
            format!("the wallet is empty: {balance}; nothing is sent"),
        )
        .advise(format!(
            "top up the wallet of this account at {host}; Enter asks the relay again what is in it"
        )),
    )
}

fn is_free(model: &Model) -> bool {
    let chat = &model.chat;
    let Some(known) = model.relay.model(&chat.model) else {
        return false;
    };
    let group = super::update::group(model).unwrap_or_default();
    match model.relay.price(known, group) {
        Price::PerToken(prices) => prices.input == Money::ZERO && prices.output == Money::ZERO,
        Price::PerCall { call } => call == Money::ZERO,
        Price::Tiered { .. } | Price::Unknown => false,
    }
}

/// The model is not offered on the endpoint that the chat uses. A warning: the relay may know better.
fn endpoint_missing(model: &Model) -> Option<Fault> {
    let known = model.relay.model(&model.chat.model)?;
    if known.endpoints.is_empty() || known.endpoints.contains(&Endpoint::Chat) {
        return None;
    }
    let words: Vec<String> = known.endpoints.iter().map(ToString::to_string).collect();
    Some(
        Fault::new(
            FaultKind::EndpointMissing,
            format!(
                "{} is offered on {}, not on /v1/chat/completions",
                known.name,
                words.join(", ")
            ),
        )
        .advise("^P chooses another model"),
    )
}

/// What stands in the way now, the most important only.
fn trouble(model: &Model) -> Option<Fault> {
    wallet_empty(model)
        .or_else(|| model.chat.refusal.clone())
        .or_else(|| endpoint_missing(model))
}

/// The rows of the banner at this width; none when nothing stands in the way.
pub fn rows(model: &Model, width: u16) -> Vec<Line<'static>> {
    let Some(fault) = trouble(model) else {
        return Vec::new();
    };
    let theme = &model.settings.theme;
    let width = usize::from(width).saturating_sub(2);
    let cross = theme.glyph(crate::tui::theme::Sign::Cross);
    let arrow = theme.glyph(crate::tui::theme::Sign::Arrow);
    let mut rows = wrap_text(
        &format!("{cross} {}", crate::tui::draw::clean(&fault.message)),
        width,
        Wrap::Words,
        theme.style(Role::Bad),
    );
    rows.extend(wrap_text(
        &format!("{arrow} {}", crate::tui::draw::clean(&fault.advice)),
        width,
        Wrap::Words,
        theme.style(Role::Text),
    ));
    rows
}
