//! What changes the tab of tools.

use crossterm::event::KeyEvent;

use super::state::{Item, ToolsTab};
use crate::domain::Fault;
use crate::domain::sample::Sample;
use crate::engine::door::{AskId, Command};
use crate::engine::tools::{ToolJob, ToolNews};
use crate::locale::{Word, say};
use crate::tui::effect::{Clip, Effects};
use crate::tui::filtered::as_found;
use crate::tui::keymap::Action;
use crate::tui::model::{Model, Tone};
use crate::tui::overlay::Overlay;
use crate::tui::overlay::page::Page;
use crate::tui::overlay::picker::PickerKind;
use crate::tui::remote::Remote;
use crate::tui::tabs::Tab;
use crate::tui::update::input::{Filtering, filter, open_picker};
use crate::tui::update::{areas, settle};

/// Shows the tab.
pub fn show(model: &mut Model, fx: &mut Effects) {
    model.tab = Tab::Tools;
    enter(model, fx);
}

/// The tab is there with a relay: its list is asked for the first time.
pub fn enter(model: &mut Model, fx: &mut Effects) {
    let unasked = matches!(model.tools.items, Remote::Unasked);
    if model.tab == Tab::Tools && unasked && model.relay.profile().is_some() {
        refresh(model, fx);
    }
}

fn refresh(model: &mut Model, fx: &mut Effects) {
    model.tools.items.ask();
    let ask = model.ask_id();
    model.tools.listing = Some(ask);
    fx.engine(Command::Tool(ask, ToolJob::List));
}

/// Asks for a page.
fn ask(model: &mut Model, job: ToolJob, fx: &mut Effects) {
    let ask = model.ask_id();
    model.tools.paging = Some(ask);
    model.tools.paging_in = Some(model.tab);
    fx.engine(Command::Tool(ask, job));
}

/// Lets one choose the tool that is to use a key (S-18).
pub fn choose_for(model: &mut Model, key: i64, fx: &mut Effects) {
    refresh(model, fx);
    open_picker(model, PickerKind::Tool(key), None);
}

/// Asks what it would take to let a tool use a key.
pub fn plan_with(model: &mut Model, key: i64, tool: String, fx: &mut Effects) {
    let key = Some(key);
    ask(model, ToolJob::Plan { tool, key }, fx);
}

/// A different relay is opened: what was said of the tools was said in its light.
pub fn forget(model: &mut Model) {
    model.tools.items.clear();
    model.tools.listing = None;
    model.tools.paging = None;
}

/// A key was pressed in the tab of tools.
pub fn key(model: &mut Model, key: KeyEvent, action: Option<Action>, fx: &mut Effects) {
    let height = areas(model).list_height();
    match filter(&mut model.tools.list, key, action, height) {
        Filtering::Changed => {
            model.tools.list.search(height, &as_found);
            return;
        }
        Filtering::Taken => return,
        Filtering::NotMine => {}
    }
    if action == Some(Action::Refresh) {
        refresh(model, fx);
        return;
    }
    let Some(item) = model.tools.current().cloned() else {
        return;
    };
    match (item, action) {
        (Item::Tool(row), Some(Action::Open)) => ask(
            model,
            ToolJob::Plan {
                tool: row.id.into(),
                key: None,
            },
            fx,
        ),
        (Item::Tool(row), Some(Action::Undo)) if row.undoable == 0 => {
            model.say(Tone::Info, say!("tools-nothing-set", name = row.name));
        }
        (Item::Tool(row), Some(Action::Undo)) => ask(
            model,
            ToolJob::PlanUndo {
                tool: row.id.into(),
            },
            fx,
        ),
        (Item::Tool(row), Some(Action::Check)) => ask(
            model,
            ToolJob::Check {
                tool: row.id.into(),
            },
            fx,
        ),
        (Item::Tool(row), Some(Action::Copy)) => fx.copy(row.wants, Word("copied-tool-address")),
        (Item::Sample(sample), Some(Action::Open)) => show_sample(model, sample),
        (Item::Sample(sample), Some(Action::Copy)) => {
            if let Some(text) = sample_text(model, sample) {
                fx.copy(text, Word("copied-sample"));
            }
        }
        (Item::Link(app), Some(Action::Open | Action::Copy)) => {
            ask(model, ToolJob::Link { app: app.id.into() }, fx)
        }
        _ => {}
    }
}

/// A sample for the open relay, with the model of the chat where there is one.
fn sample_text(model: &Model, sample: Sample) -> Option<String> {
    let profile = model.relay.profile()?;
    let models = model.relay.models.value().map_or(&[][..], AsRef::as_ref);
    let first = models.first().map(|model| model.name.as_str());
    let name = match model.chat.model.as_str() {
        "" => first.unwrap_or("MODEL"),
        name => name,
    };
    Some(sample.text(&profile.address, name))
}

fn show_sample(model: &mut Model, sample: Sample) {
    if let Some(text) = sample_text(model, sample) {
        model
            .overlays
            .push(Overlay::Page(Box::new(Page::code(sample.word(), text))));
    }
}

/// The engine says something about tools.
pub fn news(model: &mut Model, ask: AskId, news: ToolNews, fx: &mut Effects) {
    match news {
        ToolNews::Rows(rows) if model.tools.listing == Some(ask) => {
            let at = model.now.wall;
            model.tools.listing = None;
            model.tools.items.arrive(ToolsTab::items_of(rows), at);
            settle(model);
        }
        ToolNews::Page(page) => {
            // What was written or taken back changes what the rows say.
            if page.question.is_none() {
                refresh(model, fx);
            }
            if model.tools.paging == Some(ask) {
                model.tools.paging = None;
                close_page(model);
                if let Some((tool, Some(key))) = &page.set_up {
                    taken_by(model, *key, tool);
                }
                if model.tools.paging_in == Some(model.tab) {
                    let page = Page::of(ask, *page);
                    model.overlays.push(Overlay::Page(Box::new(page)));
                }
            }
        }
        ToolNews::Rows(_) => {}
    }
}

/// A tool uses the key whose secret is on the screen: it is not lost any more when that is closed.
fn taken_by(model: &mut Model, key: i64, tool: &str) {
    for overlay in &mut model.overlays {
        if let Overlay::Secret(new) = overlay
            && new.key.id == key
        {
            new.tool = Some(tool.to_owned());
        }
    }
}

/// What was asked about tools could not be done. `false` when nothing of the tab asked it.
pub fn failed(model: &mut Model, ask: AskId, fault: &Fault) -> bool {
    if model.tools.listing == Some(ask) {
        model.tools.listing = None;
        model.tools.items.fail(fault.clone());
    } else if model.tools.paging == Some(ask) {
        model.tools.paging = None;
        close_page(model);
        model.complain(fault);
    } else {
        return false;
    }
    true
}

fn close_page(model: &mut Model) {
    model
        .overlays
        .retain(|overlay| !matches!(overlay, Overlay::Page(_)));
}

/// A key on a page.
pub fn on_page(model: &mut Model, action: Action, fx: &mut Effects) {
    let Some(Overlay::Page(page)) = model.overlays.last_mut() else {
        return;
    };
    match action {
        Action::Yes => {
            if let Some((plan, _)) = page.question.take() {
                ask(model, ToolJob::Agree { plan }, fx);
            }
        }
        Action::No | Action::Back | Action::Quit => {
            model.overlays.pop();
        }
        Action::Copy => match page.copy.clone() {
            Some(Clip::Text(text)) => fx.copy(text, Word("copied-sample")),
            Some(clip) => fx.push(crate::tui::effect::Effect::Copy {
                clip,
                what: Word("copied-link"),
            }),
            None => {}
        },
        _ => {}
    }
}
