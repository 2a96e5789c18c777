//! What changes the tab of proofs: keys, and what the engine found.

use super::rows;
use super::state::{Item, LIMIT};
use crate::domain::Fault;
use crate::engine::door::{AskId, Command, ProofNews, Wanting, Wish};
use crate::locale::{Word, say};
use crate::tui::effect::Effects;
use crate::tui::keymap::Action;
use crate::tui::model::{Model, Tone};
use crate::tui::tabs::{Tab, chat};
use crate::tui::update::areas;

/// Shows the tab, and asks what the tests would cost and how the checklist stands. Neither sends anything to a model.
pub fn show(model: &mut Model, fx: &mut Effects) {
    model.tab = Tab::Verify;
    if model.relay.profile().is_some() {
        look(model, fx);
    }
}

/// Asks for costs and checklist anew.
fn look(model: &mut Model, fx: &mut Effects) {
    model.verify.planning = Some(ask(model, Wanting::Plan, fx));
    model.verify.standing = Some(ask(model, Wanting::Checklist, fx));
}

fn ask(model: &mut Model, what: Wanting, fx: &mut Effects) -> AskId {
    let ask = model.ask_id();
    let wish = Wish {
        what,
        model: model.chat.model.clone(),
        key: chat::update::key(model).map(|row| row.info.id),
        within: model.settings.within,
    };
    fx.engine(Command::Prove { ask, wish });
    ask
}

/// Goes from a reply that failed to the diagnosis, and runs it with the same model and key.
pub fn diagnose(model: &mut Model, fx: &mut Effects) {
    model.verify.item = Item::Ladder;
    show(model, fx);
    run(model, Item::Ladder, fx);
}

/// A key was pressed in the tab.
pub fn key(model: &mut Model, action: Option<Action>, fx: &mut Effects) {
    let asking = model.verify.asking.take();
    match action {
        Some(Action::Down) => step(model, 1),
        Some(Action::Up) => step(model, -1),
        Some(Action::Top) => place(model, 0),
        Some(Action::Bottom) => place(model, Item::ALL.len() - 1),
        Some(Action::PageDown) => scroll(model, true),
        Some(Action::PageUp) => scroll(model, false),
        Some(Action::Open) => {
            let item = model.verify.item;
            let dear = model
                .verify
                .worst(item)
                .is_some_and(|worst| !worst.is_within(LIMIT));
            if dear && asking != Some(item) && model.verify.running.is_none() {
                model.verify.asking = Some(item);
            } else {
                run(model, item, fx);
            }
        }
        Some(Action::Refresh) => look(model, fx),
        Some(Action::Back) => stop(model, fx),
        Some(Action::Copy) => {
            let text = rows::plain(model);
            if !text.is_empty() {
                fx.copy(text, Word("copied-findings"));
            }
        }
        _ => {}
    }
}

fn step(model: &mut Model, by: isize) {
    let at = Item::ALL
        .iter()
        .position(|item| *item == model.verify.item)
        .unwrap_or(0);
    place(model, at.saturating_add_signed(by));
}

fn place(model: &mut Model, at: usize) {
    model.verify.item = Item::ALL[at.min(Item::ALL.len() - 1)];
    model.verify.scroll = 0;
}

/// The pointer chooses a row.
pub fn point(model: &mut Model, body: ratatui::layout::Rect, row: u16) {
    let at = usize::from(row.saturating_sub(body.y + 1));
    if row > body.y && at < Item::ALL.len() {
        place(model, at);
    }
}

fn scroll(model: &mut Model, down: bool) {
    let area = rows::area(areas(model).body);
    let page = usize::from(area.height.saturating_sub(1).max(1));
    let most = rows::found(model, area.width)
        .len()
        .saturating_sub(usize::from(area.height));
    let now = model.verify.scroll;
    model.verify.scroll = match down {
        true => (now + page).min(most),
        false => now.saturating_sub(page),
    };
}

fn run(model: &mut Model, item: Item, fx: &mut Effects) {
    if model.verify.running.is_some() {
        model.say(Tone::Info, say!("verify-one-running"));
        return;
    }
    let what = match (item, item.test()) {
        (_, Some(test)) => Wanting::Test(test),
        (Item::Ladder, _) => Wanting::Ladder,
        _ => {
            look(model, fx);
            return;
        }
    };
    if item == Item::Ladder {
        model.verify.findings.clear();
        model.verify.report = None;
    }
    model.verify.fault = None;
    model.verify.scroll = 0;
    let asked = ask(model, what, fx);
    model.verify.running = Some((asked, item));
}

/// Stops what runs.
pub fn stop(model: &mut Model, fx: &mut Effects) {
    if let Some((asked, _)) = model.verify.running {
        fx.engine(Command::StopProving(asked));
    }
}

/// News from the engine. What was asked for before the relay was changed is dropped.
pub fn news(model: &mut Model, asked: AskId, news: ProofNews, fx: &mut Effects) {
    let verify = &mut model.verify;
    let running = verify.running.filter(|(running, _)| *running == asked);
    match news {
        ProofNews::Planned(plan) if verify.planning == Some(asked) => verify.plan = Some(plan),
        ProofNews::Standing {
            lines,
            steps,
            results,
        } if verify.standing == Some(asked) => {
            verify.lines = lines;
            verify.steps = steps;
            verify.results = results;
        }
        ProofNews::Rung(finding) if running.is_some() => {
            verify.findings.retain(|known| known.rung != finding.rung);
            verify.findings.push(finding);
            verify.findings.sort_by_key(|finding| finding.rung);
        }
        ProofNews::Climbed(report) if running.is_some() => {
            verify.findings.clone_from(&report.findings);
            verify.report = Some(report);
            over(model, fx);
        }
        ProofNews::Tested(outcome) if running.is_some() => {
            verify.outcomes.retain(|known| known.test != outcome.test);
            verify.outcomes.push(*outcome);
            over(model, fx);
        }
        ProofNews::Failed(fault) => refused(model, asked, fault),
        ProofNews::Planned(_)
        | ProofNews::Standing { .. }
        | ProofNews::Rung(_)
        | ProofNews::Climbed(_)
        | ProofNews::Tested(_) => {}
    }
}

/// The engine could not take the wish.
pub fn refused(model: &mut Model, asked: AskId, fault: Fault) {
    let verify = &mut model.verify;
    match verify.running {
        Some((running, item)) if running == asked => {
            verify.fault = Some((item, fault));
            verify.running = None;
        }
        _ if verify.planning == Some(asked) => verify.plan = Some(Err(fault)),
        _ => {}
    }
}

/// What ran is over: the checklist and the history changed with it.
fn over(model: &mut Model, fx: &mut Effects) {
    model.verify.running = None;
    model.verify.standing = Some(ask(model, Wanting::Checklist, fx));
}
