//! What a screen shows, in words: which tab in which state, and what lies over it. Every kind has a word here, so that a
//! new one does not compile without; and `tests/scenes.rs` looks for a scene of each.

use relaydeck::domain::Finish;
use relaydeck::domain::test_result::TestKind;
use relaydeck::tui::model::{Model, Stage};
use relaydeck::tui::overlay::picker::PickerKind;
use relaydeck::tui::overlay::relay_form::Door;
use relaydeck::tui::overlay::{Overlay, Question};
use relaydeck::tui::relay::Connection;
use relaydeck::tui::remote::Remote;
use relaydeck::tui::tabs::Tab;
use relaydeck::tui::tabs::verify::state::Item;

/// Words for every kind of something, and the list of them.
macro_rules! kinds {
    ($(#[$doc:meta])* $list:ident, $name:ident($of:ty) { $($word:literal: $kind:pat $(if $also:expr)?,)* }) => {
        $(#[$doc])*
        pub const $list: &[&str] = &[$($word),*];

        $(#[$doc])*
        fn $name(it: &$of) -> &'static str {
            match it {
                $($kind $(if $also)? => $word,)*
            }
        }
    };
}

kinds! {
    /// What lies over a tab.
    OVERLAYS, overlay(Overlay) {
        "help": Overlay::Help { .. },
        "delete keys?": Overlay::Confirm(Question::DeleteKeys(_)),
        "switch keys on?": Overlay::Confirm(Question::SwitchKeys { on: true, .. }),
        "switch keys off?": Overlay::Confirm(Question::SwitchKeys { on: false, .. }),
        "replace the key?": Overlay::Confirm(Question::ReplaceKey(_)),
        "into a work tree?": Overlay::Confirm(Question::IntoGit { .. }),
        "leave the secret?": Overlay::Confirm(Question::LeaveSecret),
        "leave the form?": Overlay::Confirm(Question::LeaveForm),
        "quit?": Overlay::Confirm(Question::Quit),
        "switch the relay?": Overlay::Confirm(Question::SwitchRelay(_)),
        "delete the session?": Overlay::Confirm(Question::DeleteSession(..)),
        "a key's settings": Overlay::NewKey(form) if form.editing.is_some(),
        "a new key": Overlay::NewKey(_),
        "a secret": Overlay::Secret(_),
        "choose a model": Overlay::Picker(picker) if picker.kind == PickerKind::Model,
        "choose a key": Overlay::Picker(picker) if picker.kind == PickerKind::Key,
        "choose a group": Overlay::Picker(picker) if picker.kind == PickerKind::Group,
        "choose a relay": Overlay::Picker(picker) if picker.kind == PickerKind::Relay,
        "choose a key's models": Overlay::Picker(picker) if picker.kind == PickerKind::Limits,
        "choose facets": Overlay::Picker(picker) if picker.kind == PickerKind::Facets,
        "choose a tool": Overlay::Picker(_),
        "a key": Overlay::KeyDetail { .. },
        "a group": Overlay::GroupDetail { .. },
        "a model": Overlay::ModelDetail { .. },
        "a receipt": Overlay::Receipt { .. },
        "add a relay with a key": Overlay::AddRelay(form) if form.door == Door::Key,
        "log in to a relay": Overlay::AddRelay(_),
        "a note": Overlay::Note(_),
        "write a .env": Overlay::WriteEnv(_),
        "sessions": Overlay::Sessions(_),
        "a form of the chat": Overlay::ChatForm(_),
        "command line": Overlay::Command(_),
        "side by side, coming": Overlay::Side(side) if side.columns.iter().all(|column| column.streaming),
        "side by side": Overlay::Side(_),
        "a page that asks": Overlay::Page(page) if page.question.is_some(),
        "a page": Overlay::Page(_),
        "wallet": Overlay::Wallet { .. },
        "a form of the wallet": Overlay::WalletForm(_),
        "an offer": Overlay::Offer(_),
        "a page elsewhere": Overlay::Link(_),
    }
}

/// The states of a list that is fetched.
pub const LIST: &[&str] = &[
    "fetching",
    "refreshing",
    "ready",
    "empty",
    "failed",
    "stale",
];

fn list<T>(remote: &Remote<T>, is_empty: impl Fn(&T) -> bool) -> &'static str {
    match remote {
        Remote::Unasked => "unasked",
        Remote::Loading(None) => "fetching",
        Remote::Loading(Some(_)) => "refreshing",
        Remote::Ready(value) if is_empty(value) => "empty",
        Remote::Ready(_) => "ready",
        Remote::Failed(_, None) => "failed",
        Remote::Failed(_, Some(_)) => "stale",
    }
}

kinds! {
    /// What the chat shows of its last reply.
    CHAT, chat(Model) {
        "without a model": it if it.chat.turns.is_empty() && it.chat.model.is_empty(),
        "a question waits": it if it.chat.waiting.is_some(),
        "nothing said": it if it.chat.turns.is_empty(),
        "waiting": it if it.chat.streaming.is_some() && it.chat.turns.last().is_some_and(|last| last.turn.reply.is_empty()),
        "coming": it if it.chat.streaming.is_some(),
        "whole": it if end(it) == Some(&Finish::Stop),
        "cut at the limit": it if end(it) == Some(&Finish::Length),
        "filtered": it if end(it) == Some(&Finish::ContentFilter),
        "wants a tool": it if end(it) == Some(&Finish::ToolCalls),
        "ended otherwise": it if matches!(end(it), Some(Finish::Other(_))),
        "stopped": it if end(it) == Some(&Finish::Cancelled),
        "cut": it if end(it) == Some(&Finish::Cut),
        "failed": _,
    }
}

fn end(model: &Model) -> Option<&Finish> {
    model.chat.turns.last()?.turn.finish.as_ref()
}

kinds! {
    /// What Verify shows of the row under the cursor.
    VERIFY, verify(Model) {
        "it cannot be said what it costs": it if matches!(it.verify.plan, Some(Err(_))),
        "runs": it if it.verify.running.is_some_and(|(_, item)| item == it.verify.item),
        "asks": it if it.verify.asking == Some(it.verify.item),
        "refused": it if it.verify.fault.as_ref().is_some_and(|(item, _)| *item == it.verify.item),
        "a diagnosis": it if it.verify.item == Item::Ladder && it.verify.report.is_some(),
        "a checklist": it if it.verify.item == Item::Checklist && !it.verify.lines.is_empty(),
        "the path": it if it.verify.item == Item::Workflow && !it.verify.steps.is_empty(),
        "earlier results": it if it.verify.item == Item::History && !it.verify.results.is_empty(),
        "connectivity passed": it if judged(it) == Some((TestKind::Connect, true)),
        "connectivity failed": it if judged(it) == Some((TestKind::Connect, false)),
        "long text passed": it if judged(it) == Some((TestKind::Long, true)),
        "long text failed": it if judged(it) == Some((TestKind::Long, false)),
        "concurrency passed": it if judged(it) == Some((TestKind::Concurrency, true)),
        "concurrency failed": it if judged(it) == Some((TestKind::Concurrency, false)),
        "costs on their way": it if it.verify.plan.is_none(),
        "not run": _,
    }
}

fn judged(model: &Model) -> Option<(TestKind, bool)> {
    let outcome = model.verify.outcome(model.verify.item.test()?)?;
    Some((outcome.test, outcome.passed))
}

/// The tab and its state.
fn place(model: &Model) -> String {
    match (&model.stage, &model.relay.connection) {
        (Stage::Starting, _) => return "starting".into(),
        (Stage::FirstRun(_), _) => return "first run".into(),
        (Stage::Deck, Connection::Opening(_)) => return "opening".into(),
        (Stage::Deck, Connection::Failed(..)) => return "not open".into(),
        (Stage::Deck, Connection::Closed | Connection::Open(..)) => {}
    }
    let relay = &model.relay;
    let state = match model.tab {
        Tab::Keys if !relay.manages() => "with a key only",
        Tab::Groups | Tab::Usage if !relay.manages() => "with a key only",
        Tab::Keys => list(&relay.keys, Vec::is_empty),
        Tab::Groups => list(&relay.groups, Vec::is_empty),
        Tab::Market => list(&relay.models, |models| models.is_empty()),
        Tab::Usage => list(&model.usage.view, |view| view.receipts.is_empty()),
        Tab::Tools => list(&model.tools.items, |_| model.tools.list.shown() == 0),
        Tab::Chat => chat(model),
        Tab::Verify => verify(model),
    };
    format!("{:?}, {state}", model.tab)
}

/// Every place that there is.
pub fn places() -> Vec<String> {
    let mut places: Vec<String> = ["starting", "first run", "opening", "not open"]
        .map(str::to_owned)
        .into();
    for tab in Tab::ALL {
        let states = match tab {
            Tab::Keys | Tab::Groups | Tab::Market | Tab::Usage | Tab::Tools => LIST,
            Tab::Chat => CHAT,
            Tab::Verify => VERIFY,
        };
        places.extend(states.iter().map(|state| format!("{tab:?}, {state}")));
        if matches!(tab, Tab::Keys | Tab::Groups | Tab::Usage) {
            places.push(format!("{tab:?}, with a key only"));
        }
    }
    places
}

/// What is on the screen: the place, and whatever lies over it, the topmost last.
pub fn shown(model: &Model) -> String {
    let over = model.overlays.iter().map(overlay);
    let all: Vec<String> = std::iter::once(place(model))
        .chain(over.map(str::to_owned))
        .collect();
    all.join(" < ")
}
