//! Kept sessions in the dashboard: the list, its search, going over, renaming, deleting, exporting, the settings, and going
//! back to an earlier question. Each screen of it as it is seen.

#![allow(clippy::unwrap_used, reason = "a helper that fails fails its test")]

mod term_support;
mod tui_support;

use relaydeck::domain::{
    Basis, Conversation, ConversationInfo, FaultKind, Finish, Money, Turn, UnixMillis,
};
use relaydeck::engine::door::Event;
use relaydeck::tui::msg::{Edited, Msg};
use tui_support::events::{ended, fault, open, spend, text};
use tui_support::scenes::scene;
use tui_support::{NOON, Script};

fn info(id: i64, name: &str, first: &str, turns: u64, hours: i64, cost: &str) -> ConversationInfo {
    ConversationInfo {
        id,
        profile: "4sapi".into(),
        name: name.into(),
        model: "claude-sonnet-4-5-20250929".into(),
        first: first.into(),
        turns,
        last: UnixMillis(NOON.0 - hours * 3_600_000),
        cost: Money::parse(cost).unwrap(),
        unknown: u64::from(id == 2),
        found: None,
    }
}

fn infos() -> Vec<ConversationInfo> {
    vec![
        info(7, "", "Explain SSE in one line.", 2, 0, "0.0063"),
        info(5, "release plan", "What is left?", 14, 3, "0.4102"),
        info(
            3,
            "",
            "把这段话翻译成英文，并解释其中的成语",
            1,
            30,
            "0.0009",
        ),
        info(
            2,
            "",
            "Why does my stream break after a minute?",
            6,
            200,
            "0.0312",
        ),
    ]
}

/// A deck in which the list of sessions was opened and came.
fn listed(script: &mut Script) {
    open(script, "4sapi");
    script.keys("<C-o>");
    let ask = script.ask();
    script.engine(Event::Sessions {
        ask,
        find: String::new(),
        list: infos(),
    });
}

fn kept(id: i64, prompts: &[&str]) -> Conversation {
    Conversation {
        id: Some(id),
        profile: "4sapi".into(),
        model: "claude-opus-4-5".into(),
        turns: prompts
            .iter()
            .map(|prompt| Turn {
                sent: UnixMillis(NOON.0 - 60_000),
                model: "claude-opus-4-5".into(),
                prompt: (*prompt).into(),
                reply: format!("An answer to {prompt}."),
                finish: Some(Finish::Stop),
                ..Turn::default()
            })
            .collect(),
        ..Conversation::default()
    }
}

/// A deck with a session of three questions.
fn three(script: &mut Script) {
    open(script, "4sapi");
    script.keys("<C-o>");
    let ask = script.ask();
    script.engine(Event::Sessions {
        ask,
        find: String::new(),
        list: infos(),
    });
    script.keys("<Down> <Enter>");
    let ask = script.ask();
    script.engine(Event::SessionRead {
        ask,
        conversation: Box::new(kept(5, &["first", "second", "third"])),
    });
    script.asked();
}

fn script(play: impl Fn(&mut Script)) -> Script {
    let mut script = Script::new(80, 24);
    play(&mut script);
    script
}

#[test]
fn the_list_of_sessions_is_seen() {
    scene("sessions", listed);
    scene("sessions_asked_for", |script| {
        open(script, "4sapi");
        script.keys("<C-o>");
    });
    scene("sessions_none", |script| {
        open(script, "4sapi");
        script.keys("<C-o>");
        let ask = script.ask();
        script.engine(Event::Sessions {
            ask,
            find: String::new(),
            list: vec![],
        });
    });
    scene("sessions_found_by_what_was_said", |script| {
        listed(script);
        script.types("brea");
        let ask = script.ask();
        let mut found = infos().remove(1);
        found.found = Some("…the build breaks when the lock file is old…".into());
        script.engine(Event::Sessions {
            ask,
            find: "brea".into(),
            list: vec![found],
        });
    });
    scene("sessions_nothing_found", |script| {
        listed(script);
        script.types("zzz");
    });
    scene("session_delete", |script| {
        listed(script);
        script.keys("<Down> <C-d>");
    });
    scene("session_rename", |script| {
        listed(script);
        script.keys("<Down> <A-r>");
    });
    scene("session_export", |script| {
        listed(script);
        script.keys("<A-x> <Down>");
    });
    scene("session_export_refused", |script| {
        listed(script);
        script.keys("<A-x> <Down> <Down> <Enter>");
        let ask = script.ask();
        let fault = fault(
            FaultKind::Local,
            "explain-sse-in-one-line.md is there already",
        )
        .advise("nothing was overwritten; give another name");
        script.engine(Event::AskFailed { ask, fault });
    });
    scene("session_settings", |script| {
        open(script, "4sapi");
        script
            .keys("<A-o>")
            .types("Be brief.")
            .keys("<A-Enter>")
            .types("Be kind.");
    });
    scene("session_settings_wrong", |script| {
        open(script, "4sapi");
        script
            .keys("<A-o> <Tab>")
            .types("hot")
            .keys("<Tab>")
            .types("0");
        script.keys("<Tab> <Tab> <Tab> <Enter>");
    });
}

#[test]
fn an_earlier_question_is_seen_chosen_and_edited() {
    scene("session_question_chosen", |script| {
        three(script);
        script.keys("<Esc> K K");
    });
    scene("session_question_edited", |script| {
        three(script);
        script.keys("<Esc> K K e").types(", please");
    });
}

#[test]
fn a_session_is_gone_over_to_and_its_settings_come_with_it() {
    let mut script = script(listed);
    assert_eq!(script.asked().last().unwrap(), "list sessions \"\"");
    script.keys("<Down> <Enter>");
    assert_eq!(script.asked(), ["read session 5"]);
    let ask = script.ask();
    let mut talk = kept(5, &["What is left?"]);
    talk.system = "Be brief.".into();
    talk.settings.temperature = Some(0.5);
    script.engine(Event::SessionRead {
        ask,
        conversation: Box::new(talk),
    });
    script
        .misses("Sessions")
        .sees("An answer to What is left?.")
        .sees("claude-opus-4-5");
    script.types("More?").keys("<Enter>");
    let asked = script.asked();
    assert!(
        asked[0].ends_with("Be brief. | What is left? | An answer to What is left?. | More?"),
        "{asked:?}"
    );
    assert_eq!(script.model.chat.settings.temperature, Some(0.5));
}

#[test]
fn while_an_answer_comes_no_other_session_is_opened_and_a_late_one_is_dropped() {
    let mut script = script(|script| open(script, "4sapi"));
    script
        .keys("<C-p> sonnet <Enter>")
        .types("hi")
        .keys("<Enter> <C-o>");
    let ask = script.ask();
    script.engine(Event::Sessions {
        ask,
        find: String::new(),
        list: infos(),
    });
    script.asked();
    script
        .keys("<Down> <Enter>")
        .sees("an answer is still coming");
    assert_eq!(script.asked(), [""; 0]);
    script.keys("<Esc>");
    script.engine(Event::SessionRead {
        ask,
        conversation: Box::new(kept(5, &["x"])),
    });
    script.sees("hi").misses("An answer to x");
}

#[test]
fn a_session_is_deleted_only_after_a_yes_and_the_one_in_use_begins_anew() {
    let mut script = script(three);
    script.keys("<C-o>");
    let ask = script.ask();
    script.engine(Event::Sessions {
        ask,
        find: String::new(),
        list: infos(),
    });
    script.asked();
    script
        .keys("<Down> <C-d>")
        .sees("Delete this session?")
        .sees("release plan");
    script.keys("n");
    assert_eq!(script.asked(), [""; 0]);
    script.keys("<C-d> y");
    assert_eq!(script.asked(), ["delete session 5"]);
    let ask = script.ask();
    script.engine(Event::SessionDeleted { ask, id: 5 });
    assert_eq!(script.asked(), ["list sessions \"\""]);
    script
        .keys("<Esc>")
        .sees("the session was deleted")
        .misses("An answer to third");
    assert_eq!(script.model.chat.id, None);
}

#[test]
fn a_session_is_renamed_and_written_to_a_file() {
    let mut script = script(listed);
    script.asked();
    script.keys("<Down> <A-r>").types(" 2").keys("<Enter>");
    assert_eq!(script.asked(), ["rename session 5 \"release plan 2\""]);
    script.keys("<A-x> <Right> <Down> <Down> <Enter>");
    assert_eq!(script.asked(), ["export session 5 Json release-plan.json"]);
    let ask = script.ask();
    script.engine(Event::SessionExported {
        ask,
        path: "release-plan.json".into(),
    });
    script.sees("written to release-plan.json").sees("Sessions");
}

#[test]
fn an_earlier_question_asked_another_way_leaves_the_session_as_it_was() {
    let mut script = script(three);
    script
        .keys("<Esc> K K e")
        .sees("question 2 is asked another way");
    script.types("!").keys("<Enter>");
    assert_eq!(
        script.asked(),
        [
            "send claude-opus-4-5 key Some(4): first | An answer to first. | second!",
            "keep None of 4sapi: 2 turns, last \"\""
        ]
    );
    script
        .sees("a session of its own from here")
        .misses("An answer to second.");
    script.engine(Event::Kept { id: 9 });
    assert_eq!(script.model.chat.id, Some(9));
}

#[test]
fn a_chosen_question_is_asked_again_as_it_was_and_its_answer_copied() {
    let mut script = script(three);
    script.keys("<Esc> K K K y");
    assert_eq!(script.asked(), ["copy the answer: An answer to first."]);
    script.keys("r");
    let asked = script.asked();
    assert_eq!(asked[0], "send claude-opus-4-5 key Some(4): first");
    assert_eq!(asked[1], "keep None of 4sapi: 1 turns, last \"\"");
}

#[test]
fn what_is_being_typed_is_not_lost_to_a_question_that_is_edited() {
    let mut script = script(three);
    script.types("half a thought").keys("<A-e>");
    script.sees("half a thought").sees("send or clear");
    assert_eq!(script.model.chat.editing, None);
}

#[test]
fn settings_go_with_the_next_question_and_are_kept() {
    let mut script = script(three);
    script
        .keys("<A-o>")
        .types("Be brief.")
        .keys("<Tab>")
        .types("0.2")
        .keys("<Tab>")
        .types("64");
    script.keys("<Tab> <Right> <Right> <Tab> <Tab> <Enter>");
    assert_eq!(
        script.asked(),
        ["keep Some(5) of 4sapi: 3 turns, last \"An answer to third.\""]
    );
    let settings = script.model.chat.settings;
    assert_eq!(
        (settings.temperature, settings.max_tokens),
        (Some(0.2), Some(64))
    );
    assert_eq!(settings.effort.map(|effort| effort.word()), Some("low"));
    script.types("x").keys("<Enter>");
    assert!(script.asked()[0].contains(": Be brief. | first"));
}

#[test]
fn the_own_editor_gets_the_text_and_gives_it_back() {
    let mut script = script(|script| open(script, "4sapi"));
    script.asked();
    script.types("half").keys("<C-e>");
    assert_eq!(script.asked(), ["edit \"half\""]);
    script.msg(Msg::Edited(Edited::Text("whole\ntext\n".into())));
    assert_eq!(script.model.chat.editor.text(), "whole\ntext");
    script.msg(Msg::Edited(Edited::Failed(
        "vi ended with 1; nothing was changed".into(),
    )));
    script.sees("nothing was changed");
    assert_eq!(script.model.chat.editor.text(), "whole\ntext");
}

#[test]
fn a_branch_of_a_running_session_waits_for_its_answer() {
    let mut script = script(three);
    script.types("fourth").keys("<Enter>");
    let turn = script.turn();
    script.engine(text(turn, "some"));
    script.asked();
    script.keys("<A-e>").sees("an answer is still coming");
    script.engine(ended(
        turn,
        Finish::Stop,
        spend(1, 2, "0.01", Basis::Reported),
    ));
    script.asked();
    script.keys("<A-e>").sees("question 4 is asked another way");
}
