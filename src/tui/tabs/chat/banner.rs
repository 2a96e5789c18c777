//! What stands in the way of sending, said above the input before anything is sent (S-05, S-58).

use crate::domain::{Endpoint, Fault, FaultKind, Money};
use crate::tui::draw::clean;
use crate::tui::model::Model;
use crate::tui::text::{Wrap, wrap_text};
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
            format!("the wallet is empty: {balance}; nothing is sent"),
        )
        .advise(format!(
            "top up the wallet of this account at {host}; Enter asks the relay again what is in it"
        )),
    )
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
    let theme = &model.settings.theme;
    let width = usize::from(width).saturating_sub(2);
    if model.chat.waiting.is_some() {
        let text = format!(
            "{} the question goes out as soon as the relay has told its prices; Esc takes it back",
            theme.glyph(Sign::Working)
        );
        return wrap_text(&text, width, Wrap::Words, theme.style(Role::Dim));
    }
    let Some(fault) = trouble(model) else {
        return Vec::new();
    };
    let cross = theme.glyph(Sign::Cross);
    let arrow = theme.glyph(Sign::Arrow);
    let mut rows = wrap_text(
        &format!("{cross} {}", clean(&fault.message)),
        width,
        Wrap::Words,
        theme.style(Role::Bad),
    );
    rows.extend(wrap_text(
        &format!("{arrow} {}", clean(&fault.advice)),
        width,
        Wrap::Words,
        theme.style(Role::Text),
    ));
    rows
}
