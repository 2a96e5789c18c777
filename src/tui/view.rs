//! What is on the screen: a function of the model. The cache only saves work; without it every cell is the same.

pub mod deck;
pub mod hints;
mod pages;
mod privacy;

use std::collections::HashMap;

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::Line;

use super::draw::put;
use super::layout::{Layout, SMALLEST, layout, overlay as overlay_area};
use super::model::{Model, Stage};
use super::overlay;
use super::relay::Connection;
use super::tabs::chat::rows::TurnRows;
use super::tabs::{Tab, chat, groups, keys, market, tools, usage, verify};
use super::theme::Role;

use crate::locale::say;

/// Rows that were made before and may be shown again.
#[derive(Debug, Default)]
pub struct ViewCache {
    /// The rows of the conversation's turns, by the turn's serial.
    pub turns: HashMap<u64, TurnRows>,
}

/// Draws the model.
pub fn view(model: &Model, cache: &mut ViewCache, frame: &mut Frame<'_>) {
    let area = frame.area();
    let Some(layout) = layout(model, area.as_size()) else {
        too_small(model, area, frame);
        return;
    };
    deck::draw(model, layout.deck, frame.buffer_mut());
    match model.stage {
        Stage::Starting => pages::starting(model, layout.body, frame.buffer_mut()),
        Stage::FirstRun(at) => pages::doors(model, at, layout.body, frame.buffer_mut()),
        Stage::Deck => {
            deck::tabs(model, layout.tabs, frame.buffer_mut());
            body(model, cache, &layout, frame);
        }
    }
    for over in &model.overlays {
        let area = overlay_area(over, layout.body);
        overlay::view::draw(model, over, area, frame);
    }
    hints::draw(model, layout.hints, frame.buffer_mut());
    if model.private {
        privacy::cover(model, frame.buffer_mut());
    }
}

fn body(model: &Model, cache: &mut ViewCache, layout: &Layout, frame: &mut Frame<'_>) {
    match (&model.relay.connection, model.tab) {
        (Connection::Closed, _) => {}
        (Connection::Opening(name), _) => {
            pages::opening(model, name, layout.body, frame.buffer_mut());
        }
        (Connection::Failed(name, fault), _) => {
            pages::not_open(model, name, fault, layout.body, frame.buffer_mut());
        }
        (Connection::Open(..), Tab::Keys) => keys::view::draw(model, layout, frame),
        (Connection::Open(..), Tab::Groups) => groups::view::draw(model, layout, frame),
        (Connection::Open(..), Tab::Market) => market::view::draw(model, layout, frame),
        (Connection::Open(..), Tab::Verify) => verify::view::draw(model, layout, frame),
        (Connection::Open(..), Tab::Chat) => chat::view::draw(model, cache, layout, frame),
        (Connection::Open(..), Tab::Usage) => usage::view::draw(model, layout, frame),
        (Connection::Open(..), Tab::Tools) => tools::view::draw(model, layout, frame),
    }
}

fn too_small(model: &Model, area: Rect, frame: &mut Frame<'_>) {
    let text = say!(
        "screen-small",
        width = SMALLEST.width,
        height = SMALLEST.height,
        has_width = area.width,
        has_height = area.height
    );
    let line = Line::styled(text, model.settings.theme.style(Role::Warn));
    put(frame.buffer_mut(), area, &line);
}
