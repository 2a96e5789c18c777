//! What changes the tab of usage.

use super::places::{self, Places};
use crate::domain::{By, Fault, UnixMillis};
use crate::engine::door::{Command, UsageView};
use crate::locale::{Word, say};
use crate::tui::effect::Effects;
use crate::tui::keymap::Action;
use crate::tui::model::{Model, Tone};
use crate::tui::overlay::Overlay;
use crate::tui::tabs::Tab;
use crate::tui::update::areas;

/// Asks the ledger anew for what is looked at.
pub fn ask(model: &mut Model, fx: &mut Effects) {
    if model.relay.profile().is_none() {
        return;
    }
    model.usage.view.ask();
    fx.engine(Command::LookAtUsage {
        since: model.usage.span.since(model.now.wall, &model.settings.zone),
        disputes: model.usage.disputes,
    });
}

/// Sees to it that what runs is watched while the tab is shown, and only then.
pub fn watch(model: &mut Model, fx: &mut Effects) {
    let wanted = model.tab == Tab::Usage && model.relay.manages();
    if wanted != model.usage.watching {
        model.usage.watching = wanted;
        if !wanted {
            model.usage.running.clear();
        }
        fx.engine(Command::WatchRunning(wanted));
    }
}

/// The ledger changed: asked anew where that is seen, and not otherwise.
pub fn changed(model: &mut Model, fx: &mut Effects) {
    if model.tab == Tab::Usage && !model.usage.view.is_loading() {
        ask(model, fx);
    }
}

/// The ledger answered; an answer about another span or relay comes too late.
pub fn arrive(model: &mut Model, view: UsageView, at: UnixMillis, fx: &mut Effects) {
    if model.relay.profile_name() != Some(view.profile.as_str()) {
        return;
    }
    let usage = &mut model.usage;
    let since = usage.span.since(model.now.wall, &model.settings.zone);
    if (view.since, view.disputes) != (since, usage.disputes) {
        // Midnight has passed, or another span was chosen while it was read.
        if !usage.view.is_loading() {
            ask(model, fx);
        }
        return;
    }
    usage.view.arrive(view, at);
    let height = height(model);
    model.usage.settle(height);
}

/// The ledger could not be read.
pub fn fail(model: &mut Model, fault: Fault) {
    model.usage.view.fail(fault);
}

/// A key was pressed in the tab of usage.
pub fn key(model: &mut Model, action: Option<Action>, fx: &mut Effects) {
    let height = height(model);
    let page = isize::try_from(height.saturating_sub(1).max(1)).unwrap_or(isize::MAX);
    match action {
        Some(Action::Down) => step(model, 1),
        Some(Action::Up) => step(model, -1),
        Some(Action::PageDown) => step(model, page),
        Some(Action::PageUp) => step(model, -page),
        Some(Action::Top) => step(model, isize::MIN),
        Some(Action::Bottom) => step(model, isize::MAX),
        Some(Action::Refresh) => ask(model, fx),
        Some(Action::CycleSpan) => {
            model.usage.span = model.usage.span.next();
            ask(model, fx);
        }
        Some(Action::CycleBreakdown) => {
            // The days are in the chart.
            model.usage.by = match model.usage.by {
                By::Model => By::Key,
                By::Key => By::Group,
                By::Group => By::Tool,
                By::Tool | By::Day => By::Model,
            };
        }
        Some(Action::Disputes) => {
            model.usage.disputes = !model.usage.disputes;
            ask(model, fx);
        }
        Some(Action::Open) => {
            if let Some(id) = model.usage.current().map(|receipt| receipt.id) {
                model.overlays.push(Overlay::Receipt { id, scroll: 0 });
            }
        }
        Some(Action::Copy) => {
            if let Some(id) = model.usage.current().map(|receipt| receipt.id) {
                copy(model, id, fx);
            }
        }
        _ => {}
    }
}

/// Copies the id that a relay's support asks for.
pub fn copy(model: &mut Model, receipt: i64, fx: &mut Effects) {
    let found = model.usage.receipt(receipt);
    match found.and_then(|receipt| receipt.request_id.clone()) {
        Some(id) => fx.copy(id, Word("copied-request-id")),
        None => model.say(Tone::Info, say!("receipt-no-id")),
    }
}

/// The pointer chooses a receipt.
pub fn point(model: &mut Model, row: u16) {
    let rows = places(model).rows;
    let usage = &mut model.usage;
    let count = usage.receipts().len();
    let top = usage.cursor.top(count, usize::from(rows.height));
    let at = top + usize::from(row.saturating_sub(rows.y));
    if row >= rows.y && at < count {
        let by =
            isize::try_from(at).unwrap_or(0) - isize::try_from(usage.cursor.index()).unwrap_or(0);
        step(model, by);
    }
}

/// Where the parts stand now.
fn places(model: &Model) -> Places {
    places::places(areas(model).body, model.usage.running.len())
}

/// How many receipts there is room for.
fn height(model: &Model) -> usize {
    usize::from(places(model).rows.height)
}

fn step(model: &mut Model, by: isize) {
    let height = height(model);
    let usage = &mut model.usage;
    let rows = usage.view.value().map_or(&[][..], |view| &view.receipts);
    usage.cursor.step(by, rows.len(), height, |at| rows[at].id);
}
