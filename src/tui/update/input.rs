//! Keys and pastes: what has the focus hears them, through the table of keys.

use crossterm::event::{KeyCode, KeyEvent, KeyEventKind, KeyModifiers};

use crate::locale::say;
use crate::tui::effect::{Effect, Effects};
use crate::tui::filtered::FilteredList;
use crate::tui::keymap::{Action, Context};
use crate::tui::model::{Model, Stage, Tone};
use crate::tui::overlay::command::CommandLine;
use crate::tui::overlay::picker::{Among, Picker, PickerKind};
use crate::tui::overlay::{self, Overlay, Question, wallet};
use crate::tui::relay::Connection;
use crate::tui::tabs::chat::state::ChatFocus;
use crate::tui::tabs::{Tab, chat, groups, keys, market, tools, usage, verify};
use crate::tui::{doors, overlay::picker::Pick};

use super::{areas, engine};
use crate::engine::door::{Command, Scope};

/// Two interrupts within this many milliseconds quit.
const TWICE_MS: u64 = 1_000;

/// Where keys are looked up now, innermost first.
pub fn contexts(model: &Model) -> &'static [Context] {
    if let Some(overlay) = model.overlays.last() {
        return overlay.contexts();
    }
    match model.stage {
        Stage::Starting => return &[Context::Global],
        Stage::FirstRun(_) => return &[Context::FirstRun],
        Stage::Deck => {}
    }
    match (&model.relay.connection, model.tab) {
        (Connection::Closed | Connection::Opening(_) | Connection::Failed(..), _) => {
            &[Context::Closed]
        }
        (Connection::Open(..), Tab::Keys) if model.keys.list.typing => &[Context::Filter],
        (Connection::Open(..), Tab::Groups) if model.groups.list.typing => &[Context::Filter],
        (Connection::Open(..), Tab::Market) if model.market.list.typing => &[Context::Filter],
        (Connection::Open(..), Tab::Tools) if model.tools.list.typing => &[Context::Filter],
        (Connection::Open(..), Tab::Tools) => &[Context::Tools],
        (Connection::Open(..), Tab::Keys) => &[Context::Keys],
        (Connection::Open(..), Tab::Groups) => &[Context::Groups],
        (Connection::Open(..), Tab::Market) => &[Context::Market],
        (Connection::Open(..), Tab::Usage) => &[Context::Usage],
        (Connection::Open(..), Tab::Verify) => &[Context::Verify],
        (Connection::Open(..), Tab::Chat) => match model.chat.focus {
            ChatFocus::Input => &[Context::ChatInput],
            ChatFocus::Reading => &[Context::Chat],
        },
    }
}

/// A key was pressed.
pub fn key(model: &mut Model, key: KeyEvent, fx: &mut Effects) {
    if key.kind == KeyEventKind::Release {
        return;
    }
    let contexts = contexts(model);
    let action = model.settings.keymap.action(contexts, key);
    if action == Some(Action::Interrupt) {
        interrupt(model, fx);
        return;
    }
    model.interrupted = None;
    act(model, key, action, fx);
}

/// Does what an action of this place does, without a key: for the command line.
pub fn perform(model: &mut Model, action: Action, fx: &mut Effects) {
    let nothing = KeyEvent::new(KeyCode::Null, KeyModifiers::NONE);
    act(model, nothing, Some(action), fx);
}

/// What has the focus does what a key means there.
pub fn act(model: &mut Model, key: KeyEvent, action: Option<Action>, fx: &mut Effects) {
    if model.read_only && action.is_some_and(Action::writes) {
        model.say(Tone::Info, say!("read-only-refused-whole"));
        return;
    }
    match action {
        Some(Action::CommandLine) => open_command(model, contexts(model)),
        Some(Action::ReadOnly) => {
            model.read_only = !model.read_only;
            let words = if model.read_only {
                say!("read-only-on")
            } else {
                say!("read-only-off")
            };
            model.say(Tone::Info, words);
        }
        Some(Action::Privacy) => model.private = !model.private,
        Some(Action::Redraw) => fx.push(Effect::Repaint),
        Some(Action::Suspend) => fx.push(Effect::Suspend),
        Some(Action::Help) => model.overlays.push(Overlay::Help {
            contexts: contexts(model).to_vec(),
            scroll: 0,
        }),
        Some(action) if action.leads_elsewhere() && only_read(model) => {
            model.overlays.clear();
            deck(model, key, Some(action), fx);
        }
        action if !model.overlays.is_empty() => overlay::update::key(model, key, action, fx),
        Some(Action::Quit) => quit(model, fx),
        action => match model.stage {
            Stage::Starting => {}
            Stage::FirstRun(at) => doors::update(model, at, action, fx),
            Stage::Deck => deck(model, key, action, fx),
        },
    }
}

/// Whether all that lies over a tab is there to be read: it can be left for another place at any time.
fn only_read(model: &Model) -> bool {
    let over = &model.overlays;
    model.stage == Stage::Deck && !over.is_empty() && over.iter().all(Overlay::is_read)
}

/// Opens the command line over this place.
pub fn open_command(model: &mut Model, contexts: &[Context]) {
    let over = model
        .overlays
        .iter()
        .any(|over| matches!(over, Overlay::Command(_)));
    if !over && model.stage == Stage::Deck {
        let line = CommandLine::new(contexts);
        model.overlays.push(Overlay::Command(Box::new(line)));
    }
}

/// Text was pasted: it goes to where one types, and nowhere else.
pub fn paste(model: &mut Model, text: &str, fx: &mut Effects) {
    if !model.overlays.is_empty() {
        overlay::update::paste(model, text, fx);
        return;
    }
    if model.stage != Stage::Deck || model.relay.profile().is_none() {
        return;
    }
    let height = areas(model).list_height();
    match model.tab {
        Tab::Keys if model.keys.list.typing => {
            model.keys.list.query.insert(text);
            model.keys.search(&model.relay, height);
        }
        Tab::Groups if model.groups.list.typing => {
            model.groups.list.query.insert(text);
            model.groups.search(&model.relay, height);
        }
        Tab::Market if model.market.list.typing => {
            model.market.list.query.insert(text);
            model.market.search(&model.relay, height);
        }
        Tab::Tools if model.tools.list.typing => {
            model.tools.list.query.insert(text);
            model
                .tools
                .list
                .search(height, &crate::tui::filtered::as_found);
        }
        Tab::Keys | Tab::Groups | Tab::Market | Tab::Usage | Tab::Verify | Tab::Tools => {}
        Tab::Chat => {
            model.chat.focus = ChatFocus::Input;
            model.chat.editor.insert(text);
        }
    }
}

/// Cancels what is nearest; twice within a second quits.
fn interrupt(model: &mut Model, fx: &mut Effects) {
    let now = model.now.uptime;
    if model
        .interrupted
        .is_some_and(|before| now.saturating_sub(before) <= TWICE_MS)
    {
        chat::update::leave(model, fx);
        return;
    }
    model.interrupted = Some(now);
    if chat::side::stop(model, fx) {
    } else if model.overlays.last().is_some() {
        overlay::update::back(model);
    } else if model.chat.streaming.is_some() {
        chat::update::stop(model, fx);
    } else {
        verify::update::stop(model, fx);
    }
    model.say(Tone::Info, say!("quit-once-more"));
}

/// Quits; while a reply streams it asks first.
fn quit(model: &mut Model, fx: &mut Effects) {
    if model.chat.streaming.is_some() {
        model.overlays.push(Overlay::Confirm(Question::Quit));
    } else {
        fx.push(Effect::Quit);
    }
}

/// A key in the deck, with nothing over it.
fn deck(model: &mut Model, key: KeyEvent, action: Option<Action>, fx: &mut Effects) {
    // A tab that is chosen is a new beginning: there is nowhere to go back to.
    if action.is_some_and(Action::chooses_a_tab) {
        model.came_from.clear();
    }
    match action {
        Some(Action::Back) if at_rest(model) && !model.came_from.is_empty() => {
            model.tab = model.came_from.pop().unwrap_or(model.tab);
            if model.tab != Tab::Market {
                market::update::show_all(model);
            }
        }
        Some(Action::TabKeys) => model.tab = Tab::Keys,
        Some(Action::TabGroups) => model.tab = Tab::Groups,
        Some(Action::TabMarket) => model.tab = Tab::Market,
        Some(Action::TabChat) => show_chat(model),
        Some(Action::TabUsage) => show_usage(model, fx),
        Some(Action::TabVerify) => show_tab(model, Tab::Verify, fx),
        Some(Action::TabTools) => show_tab(model, Tab::Tools, fx),
        Some(Action::NextTab) => step_tab(model, 1, fx),
        Some(Action::PreviousTab) => step_tab(model, Tab::ALL.len() - 1, fx),
        Some(Action::PickRelay) => pick_relay(model),
        Some(Action::Wallet) => wallet::update::open(model, fx),
        action => match (&model.relay.connection, model.tab) {
            (Connection::Open(..), Tab::Keys) => keys::update::key(model, key, action, fx),
            (Connection::Open(..), Tab::Groups) => groups::update::key(model, key, action, fx),
            (Connection::Open(..), Tab::Market) => market::update::key(model, key, action, fx),
            (Connection::Open(..), Tab::Chat) => chat::input::key(model, key, action, fx),
            (Connection::Open(..), Tab::Usage) => usage::update::key(model, action, fx),
            (Connection::Open(..), Tab::Verify) => verify::update::key(model, action, fx),
            (Connection::Open(..), Tab::Tools) => tools::update::key(model, key, action, fx),
            (Connection::Failed(name, _), _) if action == Some(Action::Refresh) => {
                let name = name.clone();
                engine::open(model, name, fx);
            }
            (Connection::Failed(..) | Connection::Opening(_) | Connection::Closed, _) => {}
        },
    }
}

/// Whether there is nothing in the tab itself that one step back would end: no filter, no stream, no input.
fn at_rest(model: &Model) -> bool {
    fn idle<K: Clone + PartialEq>(list: &FilteredList<K>) -> bool {
        !list.typing && list.query.is_empty()
    }
    match model.tab {
        Tab::Keys => idle(&model.keys.list),
        Tab::Groups => idle(&model.groups.list),
        Tab::Market => idle(&model.market.list),
        Tab::Tools => idle(&model.tools.list),
        _ => false,
    }
}

/// Shows the tab so many places to the right.
fn step_tab(model: &mut Model, by: usize, fx: &mut Effects) {
    show_tab(model, model.tab.step(by), fx);
}

/// Shows a tab; one that has something to ask when it is shown asks it.
pub fn show_tab(model: &mut Model, tab: Tab, fx: &mut Effects) {
    match tab {
        Tab::Verify => verify::update::show(model, fx),
        Tab::Usage => show_usage(model, fx),
        Tab::Tools => tools::update::show(model, fx),
        tab => model.tab = tab,
    }
}

/// Shows the chat, ready to type.
pub fn show_chat(model: &mut Model) {
    model.tab = Tab::Chat;
    model.chat.focus = ChatFocus::Input;
}

/// Shows what was spent, read anew.
fn show_usage(model: &mut Model, fx: &mut Effects) {
    model.tab = Tab::Usage;
    usage::update::changed(model, fx);
}

/// Opens the list of relays.
fn pick_relay(model: &mut Model) {
    let now = model
        .relay
        .profile_name()
        .map(|name| Pick::Relay(name.to_owned()));
    open_picker(model, PickerKind::Relay, now.as_ref());
}

/// Opens a list to choose from, with the cursor on what is chosen now.
pub fn open_picker(model: &mut Model, kind: PickerKind, now: Option<&Pick>) {
    let among = Among {
        relay: &model.relay,
        profiles: &model.profiles,
        tools: &model.tools,
    };
    let picker = Picker::new(kind, among, now, 0);
    model.overlays.push(Overlay::Picker(Box::new(picker)));
    let height = areas(model).picker_height();
    if let Some(Overlay::Picker(picker)) = model.overlays.last_mut()
        && let Some(pick) = now
    {
        picker.list.go_to(pick, height);
    }
}

/// Moves the cursor of a list. `false` when the action is none of moving.
pub fn move_in<K: Clone + PartialEq>(
    list: &mut FilteredList<K>,
    action: Action,
    height: usize,
) -> bool {
    let page = isize::try_from(height.saturating_sub(1).max(1)).unwrap_or(isize::MAX);
    let by = match action {
        Action::Down => 1,
        Action::Up => -1,
        Action::PageDown => page,
        Action::PageUp => -page,
        Action::Top => isize::MIN,
        Action::Bottom => isize::MAX,
        _ => return false,
    };
    list.step(by, height);
    true
}

/// What a key did to the filter of a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Filtering {
    /// The query changed.
    Changed,
    /// It was taken, without changing the query.
    Taken,
    /// It means something else.
    NotMine,
}

/// Lets a key begin, change or end the filter of a list, or move its cursor.
pub fn filter<K: Clone + PartialEq>(
    list: &mut FilteredList<K>,
    key: KeyEvent,
    action: Option<Action>,
    height: usize,
) -> Filtering {
    match (list.typing, action) {
        (_, Some(action)) if move_in(list, action, height) => Filtering::Taken,
        (false, Some(Action::Filter)) => {
            list.typing = true;
            Filtering::Taken
        }
        (true, Some(Action::Accept)) => {
            list.typing = false;
            Filtering::Taken
        }
        (_, Some(Action::Back)) if list.typing || !list.query.is_empty() => {
            list.typing = false;
            list.query.clear();
            Filtering::Changed
        }
        (true, None) if list.query.input(key) => Filtering::Changed,
        _ => Filtering::NotMine,
    }
}

/// Fetches a list anew, with the account beside it: both are looked at together.
pub fn refresh(model: &mut Model, scope: Scope, fx: &mut Effects) {
    engine::refresh(model, scope, fx);
    if scope != Scope::Account && model.relay.manages() {
        model.relay.ask(Scope::Account);
        fx.engine(Command::Refresh(Scope::Account));
    }
}
