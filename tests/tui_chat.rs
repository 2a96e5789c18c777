//! The chat: sending, streaming, stopping, failing, keeping, reading, choosing model and key.

mod term_support;
mod tui_support;

use relaydeck::domain::{Basis, FaultKind, Finish};
use relaydeck::engine::door::{Command, Event, Snapshot, TurnId};
use relaydeck::tui::msg::Msg;
use tui_support::events::{
    cost, ended, failed, fault, loaded, open, open_with, reasoning, spend, text,
};
use tui_support::{Script, world};

fn chat() -> Script {
    let mut script = Script::new(80, 24);
    open(&mut script, "local");
    script
}

/// A chat in which a question was just sent.
fn asked(question: &str) -> Script {
    let mut script = chat();
    script.types(question).keys("<Enter>");
    script.asked();
    script
}

#[test]
fn a_question_is_sent_with_the_first_key_that_may_be_used() {
    let mut script = chat();
    script.types("Explain SSE in one line.").keys("<Enter>");
    assert_eq!(
        script.asked(),
        [
            "send relaydeck-handbook key Some(4): Explain SSE in one line.",
            "keep None of local: 1 turns, last \"\""
        ]
    );
    script.sees("Explain SSE").sees("ask something");
}

#[test]
fn an_empty_answer_says_so_and_is_asked_again_in_its_place() {
    let mut script = asked("hello");
    let turn = script.turn();
    script
        .engine(ended(
            turn,
            Finish::Stop,
            spend(412, 1, "0.001", Basis::Reported),
        ))
        .sees("the answer is empty")
        .sees("Alt-r tries again");
    script.asked();
    script.keys("<A-r>").sees("waiting for the answer");
    assert_eq!(
        script.asked()[0],
        "send relaydeck-handbook key Some(4): hello"
    );
    let turn = script.turn();
    script.engine(text(turn, "Hi.")).engine(ended(
        turn,
        Finish::ToolCalls,
        spend(412, 9, "0.001", Basis::Reported),
    ));
    script.keys("<A-r>").sees("the last answer is complete");
}

#[test]
fn an_answer_streams_with_its_cost_and_is_settled_in_the_end() {
    let mut script = asked("hello");
    let turn = script.turn();
    script
        .engine(text(turn, "Server-sent "))
        .engine(text(turn, "**events**"))
        .sees("Server-sent events");
    script
        .engine(Event::Spend {
            turn,
            spend: spend(412, 96, "0.002676", Basis::Estimated),
        })
        .sees("~412 in")
        .sees("~96 out")
        .sees("61 tok/s")
        .sees("~$0.002676 estimated")
        .sees("key ~$4.8973")
        .sees("wallet ~$9.8312");
    script
        .engine(ended(
            turn,
            Finish::Stop,
            spend(412, 102, "0.00277", Basis::Reported),
        ))
        .sees("412 in    102 out")
        .sees("$0.002770 reported")
        .sees("wallet ~$9.8312")
        .misses("estimated");
    script
        .engine(Event::Settled {
            turn,
            cost: cost("0.002872", Basis::Settled),
        })
        .sees("$0.002872 settled")
        .misses("reported");
    // The bill is known: what it leaves is no estimate any more.
    script.sees("key $4.8972").sees("wallet $9.8311");
    script.misses("wallet ~").misses("key ~");
}

#[test]
fn the_conversation_is_kept_when_sent_while_it_streams_and_at_the_end() {
    let mut script = chat();
    script.types("hi").keys("<Enter>");
    let turn = script.turn();
    assert_eq!(script.asked()[1], "keep None of local: 1 turns, last \"\"");
    script.engine(Event::Kept { id: 7 });
    script.engine(text(turn, "half")).waits(4_999);
    assert_eq!(script.asked(), [""; 0]);
    script.waits(1);
    assert_eq!(
        script.asked(),
        ["keep Some(7) of local: 1 turns, last \"half\""]
    );
    script.engine(text(turn, " and whole")).engine(ended(
        turn,
        Finish::Stop,
        spend(1, 2, "0.01", Basis::Reported),
    ));
    assert_eq!(
        script.asked(),
        ["keep Some(7) of local: 1 turns, last \"half and whole\""]
    );
    script.waits(60_000);
    assert_eq!(script.asked(), [""; 0], "nothing streams, nothing is due");
    assert_eq!(script.model.deadline(), None);
}

#[test]
fn a_conversation_that_waits_for_its_number_is_kept_under_it_once_it_has_one() {
    let mut script = asked("hi");
    let turn = script.turn();
    script.engine(text(turn, "answer")).engine(ended(
        turn,
        Finish::Stop,
        spend(1, 2, "0.01", Basis::Reported),
    ));
    assert_eq!(script.asked(), [""; 0], "else it would be kept twice");
    script.keys("<C-n>").engine(Event::Kept { id: 3 });
    assert_eq!(
        script.asked(),
        ["keep Some(3) of local: 1 turns, last \"answer\""]
    );
    script.types("new").keys("<Enter>");
    assert_eq!(script.asked()[1], "keep None of local: 1 turns, last \"\"");
}

#[test]
fn escape_stops_the_stream_once_and_what_came_stays() {
    let mut script = asked("hi");
    let turn = script.turn();
    script.engine(text(turn, "some words")).keys("<Esc> <Esc>");
    assert_eq!(script.asked(), ["stop"]);
    script.engine(ended(
        turn,
        Finish::Cancelled,
        spend(3, 2, "0.0001", Basis::Estimated),
    ));
    script
        .sees("some words")
        .sees("stopped; what came is billed")
        .sees("~$0.000100 estimated");
}

#[test]
fn s_36_a_failed_answer_is_brought_to_the_relay_s_support_without_question_and_key() {
    let mut script = asked("a secret plan");
    let turn = script.turn();
    let broken = fault(FaultKind::Upstream, "no capacity").with_status(503);
    script.engine(failed(turn, broken));
    script.sees("Alt-c copies it for support").asked();
    script.keys("<A-c>");
    let copied = script.asked().pop().unwrap_or_default();
    for part in [
        "req-20261122-7f3a",
        "relaydeck-handbook",
        "default",
        "503",
        "UTC",
        "your upstream answered with an error",
    ] {
        assert!(copied.contains(part), "{part}: {copied}");
    }
    assert!(
        !copied.contains("secret plan") && !copied.contains("sk-"),
        "{copied}"
    );

    // What went well, or was never sent, is nothing for support.
    script.keys("<A-r>");
    let turn = script.turn();
    script.engine(text(turn, "better")).engine(ended(
        turn,
        Finish::Stop,
        spend(1, 1, "0.01", Basis::Reported),
    ));
    script.asked();
    script
        .keys("<A-c>")
        .sees("no request here failed at the relay");
    assert_eq!(script.asked(), [""; 0]);
}

#[test]
fn a_failed_answer_says_why_and_can_be_asked_again() {
    let mut script = asked("one");
    let first = script.turn();
    script.engine(failed(
        first,
        fault(FaultKind::CredentialRefused, "the key was refused").with_status(401),
    ));
    script
        .sees("✗ the key was refused (HTTP 401)")
        .sees("check the key")
        .sees("request req-20261122-7f3a")
        .sees("no tokens were counted");
    script.asked();
    script.keys("<A-r>");
    assert_eq!(
        script.asked()[0],
        "send relaydeck-handbook key Some(4): one"
    );
    script.misses("refused");
    let second = script.turn();
    script.engine(text(first, "late")).misses("late");
    script.engine(text(second, "better")).engine(ended(
        second,
        Finish::Stop,
        spend(1, 1, "0.01", Basis::Reported),
    ));
    script.asked();
    script.keys("<A-r>").sees("the last answer is complete");
    assert_eq!(script.asked(), [""; 0]);
}

#[test]
fn a_cut_answer_stays_when_it_is_asked_again_and_is_not_paid_for_twice() {
    let mut script = asked("one");
    let turn = script.turn();
    script.engine(text(turn, "half an ans")).engine(failed(
        turn,
        fault(FaultKind::StreamBroken, "the stream broke off"),
    ));
    script.asked();
    script.keys("<A-r>");
    assert_eq!(
        script.asked()[0],
        "send relaydeck-handbook key Some(4): one"
    );
    script.sees("half an ans").sees("the stream broke off");
}

#[test]
fn s_58_what_is_missing_is_named_before_anything_is_sent() {
    let mut script = Script::new(80, 24);
    open(&mut script, "4sapi");
    script.types("hi").keys("<Enter>");
    script
        .sees("no model is chosen")
        .sees("^P chooses the model");
    assert_eq!(script.asked(), [""; 0]);
    script
        .keys("<C-p> opus45 <Enter>")
        .misses("no model is chosen");
    let mut keys = world::keys();
    for row in &mut keys {
        row.held = false;
    }
    script.engine(loaded(Snapshot::Keys(keys))).keys("<Enter>");
    script
        .sees("there is no key to send with")
        .sees("n makes a key");
    assert_eq!(script.asked(), [""; 0]);
    script.sees("hi");
}

#[test]
fn s_05_an_empty_wallet_stands_in_the_way_and_is_looked_at_again() {
    let mut script = Script::new(100, 24);
    open_with(&mut script, "4sapi", world::account("-0.02"), None);
    script
        .sees("wallet -$0.0200 is empty: top up")
        .sees("the wallet is empty: -$0.0200; nothing is sent")
        .sees("top up the wallet");
    script
        .keys("<C-p> opus45 <Enter>")
        .types("hi")
        .keys("<Enter>");
    assert_eq!(script.asked(), ["refresh account"]);
    script.engine(loaded(Snapshot::Account(world::account("5"))));
    script.misses("is empty").keys("<Enter>");
    assert_eq!(script.asked()[0], "send claude-opus-4-5 key Some(4): hi");
}

#[test]
fn a_paste_of_many_lines_stays_text_and_sends_nothing() {
    let mut script = chat();
    script.pastes("first\r\nsecond\rthird\n").types("!");
    assert_eq!(script.asked(), [""; 0]);
    script.sees("first").sees("second").sees("third");
    script.keys("<Enter>");
    assert_eq!(
        script.asked()[0],
        "send relaydeck-handbook key Some(4): first\nsecond\nthird\n!"
    );
}

#[test]
fn lines_are_broken_and_edited_and_the_cursor_stands_at_the_caret() {
    let mut script = chat();
    script
        .types("模型")
        .keys("<A-Enter>")
        .types("ab")
        .keys("<Left>");
    assert_eq!(script.cursor().map(|at| (at.x, at.y)), Some((2, 22)));
    script.keys("<Up>");
    assert_eq!(script.cursor().map(|at| (at.x, at.y)), Some((3, 21)));
    script.keys("<C-j>").types("x").keys("<Enter>");
    assert_eq!(
        script.asked()[0],
        "send relaydeck-handbook key Some(4): 模\nx型\nab"
    );
}

#[test]
fn nothing_is_sent_twice_and_nothing_empty() {
    let mut script = chat();
    script.keys("<Enter>").sees("type a message first");
    script.types("   ").keys("<Enter>");
    assert_eq!(script.asked(), [""; 0]);
    script
        .types("x")
        .keys("<Enter>")
        .types("next")
        .keys("<Enter>");
    assert_eq!(script.asked().len(), 2, "one question and its keeping");
    script.sees("Esc stops it").sees("next");
}

#[test]
fn reading_stops_following_and_end_follows_again() {
    let mut script = asked("tell me");
    let turn = script.turn();
    let lines: String = (1..=60).map(|line| format!("line {line}\n\n")).collect();
    script
        .engine(text(turn, &lines))
        .sees("line 60")
        .misses("line 40\n");
    script
        .keys("<PgUp>")
        .sees("below, End follows")
        .misses("line 60");
    let seen = script.row(5);
    script.engine(text(turn, "line 61\n\nline 62\n\n"));
    assert_eq!(script.row(5), seen, "what is read does not move");
    script.keys("<End>").sees("line 62").misses("below");
    script
        .keys("<Up> <Up>")
        .misses("line 62")
        .keys("<Down> <Down>");
    script.sees("line 62").misses("below");
    script.keys("<Esc>");
    assert_eq!(script.asked(), ["stop"]);
    script.engine(ended(
        turn,
        Finish::Cancelled,
        spend(3, 2, "0.0001", Basis::Estimated),
    ));
    script
        .keys("<Esc> g")
        .sees("tell me")
        .keys("G")
        .sees("line 62");
}

#[test]
fn reasoning_is_folded_and_one_key_opens_it() {
    let mut script = asked("think");
    let turn = script.turn();
    script
        .engine(reasoning(turn, "first this"))
        .engine(text(turn, "so that"))
        .sees("reasoning, about")
        .sees("^T opens it")
        .misses("first this");
    script.keys("<C-t>").sees("first this").sees("^T folds it");
}

#[test]
fn only_keys_whose_secret_is_held_can_be_chosen() {
    let mut script = chat();
    script
        .keys("<C-k> n8n <Enter>")
        .sees("its secret is not stored here");
    script
        .keys("<Esc> <C-k> laptop <Enter>")
        .sees("it is exhausted; choose another");
    script
        .keys("<Esc> <C-k> cursor <Enter>")
        .misses("Choose the key");
    script.types("hi").keys("<Enter>");
    assert!(script.asked()[0].starts_with("send relaydeck-handbook key Some(4)"));
}

#[test]
fn s_46_a_model_that_the_keys_group_does_not_have_says_so_in_the_list() {
    let mut script = Script::new(100, 24);
    open(&mut script, "local");
    script.keys("<C-p> thinking").sees("not in group default");
}

#[test]
fn s_46_a_model_that_is_elsewhere_is_named_before_anything_is_sent() {
    let mut script = Script::new(100, 24);
    open(&mut script, "local");
    script.keys("<C-p> thinking <Enter>");
    script
        .sees("claude-sonnet-4-5-thinking is not in group default, which the key in use has")
        .sees("groups that have it: auto, vip; ^K chooses a key of one of them");
    script.engine(loaded(Snapshot::Models(
        [world::priced("other", "v", 1.0, 2.0)].into(),
    )));
    script.sees("this relay has no model named claude-sonnet-4-5-thinking");
}

#[test]
fn s_57_a_model_that_is_not_called_by_chat_is_named() {
    let mut script = chat();
    script.keys("<C-p> embedding <Enter>");
    script.sees("is offered on embeddings only: it cannot be");
}

#[test]
fn a_question_before_the_prices_are_known_waits_for_them() {
    let mut script = Script::new(80, 24);
    script
        .engine(Event::Profiles {
            list: vec![world::profile("local")],
            current: None,
        })
        .engine(Event::Opened {
            profile: world::profile("local"),
            facts: world::facts(true),
            conversation: None,
        });
    script.asked();
    script
        .types("hi")
        .keys("<Enter>")
        .sees("the question goes out as soon as");
    script.types("more").keys("<Esc>").sees(" hi").sees(" more");
    script.keys("<Enter>");
    assert_eq!(script.asked(), [""; 0]);
    script
        .engine(loaded(Snapshot::Keys(world::keys())))
        .engine(loaded(Snapshot::Groups(world::groups())))
        .engine(loaded(Snapshot::Account(world::account("1"))))
        .engine(loaded(Snapshot::Models(world::models().into())));
    assert_eq!(
        script.asked()[0],
        "send relaydeck-handbook key Some(4): hi\nmore"
    );
}

#[test]
fn a_door_that_is_full_gives_the_question_back() {
    let mut script = chat();
    script.types("hi").keys("<Enter>");
    let turn = script.turn();
    script.msg(Msg::Busy(Box::new(Command::Send {
        turn,
        request: relaydeck::domain::ChatRequest {
            model: "m".into(),
            ..Default::default()
        },
        key: None,
        silence: None,
    })));
    script.sees("busy").misses("You").sees(" hi");
}

#[test]
fn an_engine_that_ends_leaves_what_came_on_the_screen() {
    let mut script = asked("hi");
    let turn = script.turn();
    script.engine(text(turn, "words")).msg(Msg::EngineGone);
    script
        .sees("words")
        .sees("the engine behind this screen has ended");
}

#[test]
fn answers_to_turns_that_are_gone_are_dropped() {
    let mut script = chat();
    script
        .engine(text(TurnId(999), "ghost"))
        .engine(failed(TurnId(999), fault(FaultKind::Server, "ghost")))
        .engine(Event::Settled {
            turn: TurnId(999),
            cost: cost("1", Basis::Settled),
        })
        .misses("ghost");
    assert_eq!(script.asked(), [""; 0]);
}

#[test]
fn the_answer_is_copied_whole() {
    let mut script = asked("hi");
    let turn = script.turn();
    script.engine(text(turn, "# Title\n\ntext")).keys("<C-y>");
    assert_eq!(script.asked(), ["copy the answer: # Title\n\ntext"]);
}

#[test]
fn leaving_keeps_an_answer_as_far_as_it_came() {
    let mut script = asked("a long story");
    let turn = script.turn();
    script
        .engine(Event::Kept { id: 7 })
        .engine(text(turn, "once upon a time"));
    script.asked();
    script.keys("<C-c> <C-c>");
    assert_eq!(
        script.asked(),
        [
            "stop",
            "keep Some(7) of local: 1 turns, last \"once upon a time\"",
            "quit"
        ]
    );
}
