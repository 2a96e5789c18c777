//! The frame: deck, tabs, help, messages, leaving, sizes.

mod term_support;
mod tui_support;

use crossterm::event::{KeyCode, KeyEvent, KeyEventKind, KeyModifiers};
use ratatui::layout::Size;
use relaydeck::domain::{Basis, Fault, FaultKind, Finish, Money};
use relaydeck::engine::door::{Command, Event, Scope, Snapshot, Today};
use relaydeck::tui::msg::Msg;
use tui_support::events::{list_failed, loaded, open, text};
use tui_support::{Script, world};

fn deck(width: u16) -> Script {
    let mut script = Script::new(width, 24);
    open(&mut script, "4sapi");
    script
}

#[test]
fn the_deck_shows_relay_account_wallet_and_today() {
    let mut script = deck(120);
    let row = script.row(0);
    for part in [
        "relaydeck  4sapi · 4sapi.example 38 ms",
        "lin  group default ×1",
        "wallet $12.4831",
        "today $0.2137",
        "1.2k tok",
    ] {
        assert!(row.contains(part), "{part} in {row}");
    }
}

#[test]
fn on_a_narrow_deck_the_last_tabs_stand_with_their_digits() {
    let mut script = deck(60);
    let row = script.row(1);
    let whole = "1 Keys  2 Groups  3 Market  4 Chat  5 Usage  6  7";
    assert!(row.contains(whole) && row.contains("F1 help"), "{row}");
    script.keys("<Esc>").keys("7");
    let row = script.row(1);
    assert!(row.contains("6  7 Tools"), "the chosen one is named: {row}");
}

#[test]
fn what_is_pasted_into_a_field_of_one_line_leaves_its_lines_end_behind() {
    let mut script = deck(80);
    script.keys("<Esc>").keys("1").keys("n");
    script.pastes("blog-prod-summaries-ann\n");
    let row = script.row(4);
    assert!(
        row.contains("Name         blog-prod-summaries-ann"),
        "{row}"
    );
    assert_eq!(script.cursor().map(|at| at.x), Some(16 + 23));
}

#[test]
fn what_matters_least_leaves_a_narrow_deck_first() {
    let mut script = deck(60);
    let row = script.row(0);
    assert!(
        row.contains("4sapi") && row.contains("wallet $12.4831"),
        "{row}"
    );
    assert!(!row.contains("4sapi.example"), "{row}");
}

#[test]
fn what_today_cost_says_when_an_estimate_is_part_of_it() {
    let mut script = deck(120);
    script.engine(Event::Today(Today {
        spent: Money::parse("0.2").unwrap(),
        estimated: true,
        unknown: 0,
        tokens: 10,
        requests: 3,
    }));
    script.sees("today ~$0.2000");
}

#[test]
fn requests_of_unknown_cost_are_not_taken_for_free_ones() {
    let mut script = deck(120);
    script.engine(Event::Today(Today {
        spent: Money::parse("0.2").unwrap(),
        estimated: false,
        unknown: 2,
        tokens: 10,
        requests: 3,
    }));
    script.sees("today $0.2000+?");
}

#[test]
fn x_01_what_today_has_cost_moves_while_an_answer_comes() {
    let mut script = deck(120);
    script
        .keys("<C-p> opus <Enter>")
        .types("hi")
        .keys("<Enter>");
    let turn = script.turn();
    let figures = tui_support::events::spend(400, 100, "0.0063", Basis::Estimated);
    script.engine(Event::Spend {
        turn,
        spend: figures.clone(),
    });
    script
        .sees("today ~$0.2200   1.7k tok")
        .sees("wallet ~$9.8312");
    script.engine(tui_support::events::ended(turn, Finish::Stop, figures));
    script.sees("today ~$0.2200");
    script.engine(Event::Today(Today {
        spent: Money::parse("0.22").unwrap(),
        estimated: false,
        unknown: 0,
        tokens: 1_734,
        requests: 10,
    }));
    script.sees("today $0.2200   1.7k tok");
    // What proves the relay is no part of that answer.
    script.keys("<Esc> 6 <Enter>");
    script.sees("today $0.2200   1.7k tok");
}

#[test]
fn a_relay_out_of_reach_and_an_empty_wallet_are_said_in_words() {
    let mut script = deck(100);
    script.engine(list_failed(Scope::Account, FaultKind::Timeout, "too slow"));
    script.sees("4sapi out of reach");
    let mut script = deck(100);
    script.engine(tui_support::events::loaded(
        relaydeck::engine::door::Snapshot::Account(world::account("0")),
    ));
    script.sees("wallet $0.00 is empty: top up");
}

#[test]
fn an_account_that_cannot_be_read_says_why_once() {
    let mut script = deck(100);
    let refused = || {
        list_failed(
            Scope::Account,
            FaultKind::CredentialRefused,
            "token refused",
        )
    };
    script
        .engine(refused())
        .sees("✗ token refused")
        .sees("wallet $12.4831");
    script.waits(12_000).misses("token refused");
    script.engine(refused()).misses("token refused");
}

#[test]
fn tabs_are_switched_by_digits_by_tab_and_while_typing_with_alt() {
    let mut script = deck(80);
    script
        .keys("<A-1>")
        .sees("4 keys")
        .keys("2")
        .sees("4 groups")
        .keys("<Tab>");
    script
        .sees("8 models")
        .keys("<Tab>")
        .types("12")
        .sees(" 12");
    script.keys("<BackTab> <BackTab>").sees("4 groups");
    script
        .keys("4")
        .types("3")
        .sees(" 123")
        .keys("<Esc> 3")
        .sees("8 models");
}

#[test]
fn help_shows_the_keys_of_the_place_from_the_table_that_binds_them() {
    let mut script = deck(80);
    script
        .keys("<F1>")
        .sees("While writing")
        .sees("Alt-Enter ^J")
        .sees("send");
    script
        .keys("<Esc> <Esc> 3 ?")
        .sees("copy the exact name")
        .keys("G");
    script
        .sees("the command line: every action")
        .sees("use another relay")
        .keys("?");
    script.misses("use another relay").sees("8 models");
}

#[test]
fn the_keys_that_texts_name_are_bound_as_they_say() {
    let mut script = deck(80);
    let keymap = script.model.settings.keymap.clone();
    use relaydeck::tui::keymap::{Action, Context};
    for (context, action, key) in [
        (Context::ChatInput, Action::PickModel, "^P"),
        (Context::ChatInput, Action::PickKey, "^K"),
        (Context::ChatInput, Action::Follow, "End"),
        (Context::Chat, Action::Write, "Enter"),
        (Context::Keys, Action::NewKey, "n"),
        (Context::Keys, Action::PickRelay, "P"),
        (Context::Market, Action::Chat, "t"),
        (Context::Market, Action::OnlyGroup, "o"),
        (Context::Closed, Action::Refresh, "r"),
        (Context::Closed, Action::Quit, "q"),
        (Context::Secret, Action::Copy, "c"),
        (Context::Confirm, Action::Yes, "y"),
        (Context::Global, Action::Interrupt, "^C"),
        (Context::Global, Action::TabKeys, "1"),
    ] {
        assert_eq!(
            keymap.key_for(&[context], action).as_deref(),
            Some(key),
            "{context:?} {action:?}"
        );
    }
    script.keys("<Esc>").sees("Enter write");
}

#[test]
fn a_message_stays_six_seconds_and_trouble_longer() {
    let mut script = deck(80);
    script.keys("<Enter>").sees("type a message first");
    assert_eq!(script.model.deadline(), Some(6_000));
    script.waits(5_999).sees("type a message first").waits(1);
    script.misses("type a message first");
    let notice = Fault::new(FaultKind::Local, "the ledger cannot be written");
    script.engine(Event::Notice(notice)).waits(11_999);
    script
        .sees("✗ the ledger cannot be written")
        .sees("→ mend what the message names");
    script.waits(1).misses("ledger");
}

#[test]
fn interrupt_cancels_and_twice_within_a_second_quits() {
    let mut script = deck(80);
    script.keys("<C-c>").sees("^C once more quits");
    assert_eq!(script.asked(), [""; 0]);
    script.waits(1_001).keys("<C-c>");
    assert_eq!(script.asked(), [""; 0], "too late for twice");
    script.waits(999).keys("<C-c>");
    assert_eq!(script.asked(), ["quit"]);
    script.keys("<F1> <C-c>").misses("Everywhere");
    script
        .waits(2_000)
        .keys("<C-p> opus <Enter>")
        .types("hi")
        .keys("<Enter>");
    let turn = script.turn();
    script.engine(text(turn, "words"));
    script.asked();
    script.keys("<C-c>");
    assert_eq!(script.asked(), ["stop"]);
    script.keys("<C-c>");
    assert_eq!(script.asked(), ["quit"]);
}

#[test]
fn quitting_asks_only_while_an_answer_comes() {
    let mut script = deck(80);
    script.keys("<Esc> q");
    assert_eq!(script.asked(), ["quit"]);
    script
        .keys("4")
        .keys("<C-p> opus <Enter>")
        .types("hi")
        .keys("<Enter>");
    script.asked();
    script
        .keys("<A-1> q")
        .sees("Quit while an answer is coming?")
        .keys("n");
    assert_eq!(script.asked(), [""; 0]);
    script.keys("q y");
    assert_eq!(script.asked(), ["stop", "quit"]);
}

#[test]
fn another_relay_while_an_answer_comes_asks_and_stops_it() {
    let mut script = deck(80);
    script
        .keys("<C-p> opus <Enter>")
        .types("hi")
        .keys("<Enter>");
    script.asked();
    script
        .keys("<A-1> P local <Enter>")
        .sees("Open another relay while");
    script.keys("y");
    assert_eq!(script.asked(), ["stop", "open local"]);
}

#[test]
fn a_busy_engine_is_said_and_nothing_hangs() {
    let mut script = deck(80);
    script
        .keys("<Esc> 1 r")
        .msg(Msg::Busy(Box::new(Command::Refresh(Scope::Keys))));
    script
        .sees("busy: too many things")
        .sees("4 keys")
        .misses("fetching");
    script.msg(Msg::Busy(Box::new(Command::Open {
        profile: "x".into(),
    })));
    script.sees("x could not be opened");
}

#[test]
fn suspending_and_redrawing_are_asked_of_the_world() {
    let mut script = deck(80);
    script.keys("<C-z> <C-l>");
    assert_eq!(script.asked(), ["suspend", "repaint"]);
}

#[test]
fn being_ended_from_outside_stops_what_streams() {
    let mut script = deck(80);
    script
        .keys("<C-p> opus <Enter>")
        .types("hi")
        .keys("<Enter>");
    script.asked();
    script.msg(Msg::Ended);
    assert_eq!(script.asked(), ["stop", "quit"]);
}

#[test]
fn a_released_key_is_no_key() {
    let mut script = deck(80);
    let mut event = KeyEvent::new(KeyCode::Char('x'), KeyModifiers::NONE);
    event.kind = KeyEventKind::Release;
    script.msg(Msg::Key(event)).sees("ask something");
}

#[test]
fn below_60_by_16_one_line_says_so() {
    let mut script = deck(80);
    script.msg(Msg::Resize(Size::new(59, 16)));
    assert_eq!(
        script.screen().trim(),
        "relaydeck needs 60x16; this is 59x16"
    );
    script.msg(Msg::Resize(Size::new(60, 16))).sees("wallet");
    script.msg(Msg::Resize(Size::new(60, 15))).misses("wallet");
}

#[test]
fn what_is_only_read_is_left_for_another_place_and_what_asks_is_not() {
    let mut script = Script::new(80, 24);
    open(&mut script, "4sapi");
    script.keys("<Esc> 1 <Enter>").sees("Key cursor-dev");
    script.keys("3").sees("8 models").misses("Key cursor-dev");
    script
        .keys("<Enter> ?")
        .sees("The keys of this place")
        .sees("Groups");
    script.keys("2").sees("4 groups");
    // A form keeps what was typed, and its help names no way out of it that there is not.
    script.keys("1 n").types("blog-prod-ann").keys("<A-3>");
    script.sees("blog-prod-ann").keys("<F1>");
    script
        .sees("Everywhere")
        .misses("Alt-3")
        .keys("<Esc> <Esc> y");
    script.keys("<C-d>").keys("2").sees("Delete this key?");
}

#[test]
fn a_filter_is_about_the_relay_it_was_typed_at() {
    let mut script = Script::new(80, 24);
    open(&mut script, "4sapi");
    script.keys("<Esc> 1 / cursor <Enter>").sees("1 of 4");
    script.keys("3 / son <Enter> f billing <Enter>");
    script
        .engine(Event::Opening {
            profile: "work".into(),
        })
        .engine(Event::Opened {
            profile: world::profile("work"),
            facts: world::facts(true),
            conversation: None,
        })
        .engine(loaded(Snapshot::Keys(world::keys())))
        .engine(loaded(Snapshot::Models(world::models().into())));
    script.keys("1").sees("4 keys").keys("3").sees("8 models");
}
