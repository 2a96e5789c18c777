//! The first minutes: the three doors, adding a relay, a relay that is not open, changing the relay.

mod term_support;
mod tui_support;

use relaydeck::domain::{Conversation, FaultKind, Finish, Turn, UnixMillis, Usage};
use relaydeck::engine::door::{Event, Scope, Snapshot};
use relaydeck::locale::{Language, within};
use tui_support::events::{fault, list_failed, loaded, open, open_with};
use tui_support::{NOON, Script, world};

fn first_run() -> Script {
    let mut script = Script::new(80, 24);
    script.engine(Event::Profiles {
        list: vec![],
        current: None,
    });
    script
}

fn kept(text: &str) -> Conversation {
    Conversation {
        id: Some(7),
        profile: "local".into(),
        model: "gpt-4o-mini".into(),
        name: String::new(),
        system: String::new(),
        settings: Default::default(),
        turns: vec![Turn {
            sent: UnixMillis(NOON.0 - 86_400_000),
            model: "gpt-4o-mini".into(),
            prompt: "What was it?".into(),
            images: vec![],
            reply: text.into(),
            reasoning: String::new(),
            finish: Some(Finish::Stop),
            fault: None,
            usage: Usage {
                input: 12,
                output: 34,
                ..Usage::default()
            },
            cost: Some(tui_support::events::cost(
                "0.000021",
                relaydeck::domain::Basis::Settled,
            )),
            first_ms: Some(210),
            total_ms: Some(900),
        }],
    }
}

#[test]
fn the_first_frame_needs_no_word_of_the_engine() {
    Script::new(80, 24).sees("relaydeck").sees("starting");
}

#[test]
fn s_01_enter_on_the_first_door_asks_the_handbook_what_can_be_done() {
    let mut script = first_run();
    script.sees("1 Start with the relay inside").keys("<Enter>");
    assert_eq!(script.asked(), ["open local"]);
    script
        .sees("opening local")
        .engine(Event::Opening {
            profile: "local".into(),
        })
        .engine(Event::Opened {
            profile: world::profile("local"),
            facts: world::facts(true),
            conversation: None,
        });
    assert_eq!(
        script.asked(),
        [""; 0],
        "before prices are known nobody could say what it costs"
    );
    script
        .engine(loaded(Snapshot::Account(world::account("10"))))
        .engine(loaded(Snapshot::Keys(world::keys())))
        .engine(list_failed(
            Scope::Groups,
            FaultKind::Server,
            "the relay is in trouble",
        ));
    assert_eq!(script.asked(), [""; 0]);
    script.engine(loaded(Snapshot::Models(world::models().into())));
    assert_eq!(
        script.asked(),
        [
            "send relaydeck-handbook key Some(4): What can I do here?",
            "keep None of local: 1 turns, last \"\""
        ]
    );
    script
        .sees("What can I do here?")
        .sees("waiting for the answer");
}

#[test]
fn x_12_the_first_question_is_asked_in_the_reader_s_language() {
    within(Language::Chinese, || {
        let mut script = first_run();
        script
            .keys("<Enter>")
            .engine(Event::Opened {
                profile: world::profile("local"),
                facts: world::facts(true),
                conversation: None,
            })
            .engine(loaded(Snapshot::Account(world::account("10"))))
            .engine(loaded(Snapshot::Keys(world::keys())))
            .engine(loaded(Snapshot::Groups(world::groups())))
            .engine(loaded(Snapshot::Models(world::models().into())))
            .sees("我能在这里做什么？");
    });
}

#[test]
fn s_01_the_doors_are_reached_by_arrows_and_by_digits() {
    let mut script = first_run();
    script
        .keys("<Down> <Down> <Down> <Enter>")
        .sees("Log in to a relay");
    script
        .keys("<Esc> <Up> <Enter>")
        .sees("Use a relay with a key");
    script
        .keys("<Esc> 3")
        .sees("Access token")
        .keys("<Esc> 2")
        .sees("Key");
    assert_eq!(
        script.asked(),
        [""; 0],
        "nothing is sent before a door is gone through"
    );
}

#[test]
fn s_01_a_key_is_pasted_for_a_relay_and_the_relay_is_opened() {
    let mut script = first_run();
    script
        .keys("2")
        .pastes("api.4sapi.com/v1/chat/completions\n")
        .keys("<Enter>")
        .pastes("Bearer sk-abcdefghijklmnop\n")
        .keys("<Enter>");
    script
        .sees("an endpoint, not part of the base")
        .sees("was taken off");
    script.sees("sk-abc").misses("abcdefgh");
    script.keys("<Enter> <Enter>");
    assert_eq!(script.asked().len(), 1, "sent once");
    script.sees("asking the relay").keys("<Enter>");
    assert_eq!(script.asked(), [""; 0], "and only once");
    let ask = script.ask();
    script.engine(Event::ProfileAdded {
        ask,
        profile: world::profile("4sapi"),
        notes: vec!["\"Bearer\" was taken off the key".into()],
    });
    script
        .engine(Event::Opening {
            profile: "4sapi".into(),
        })
        .sees("4sapi was added")
        .sees("\"Bearer\" was taken off the key")
        .keys("<Esc>")
        .sees("opening 4sapi");
}

#[test]
fn s_01_logging_in_sends_the_token_and_the_number() {
    let mut script = first_run();
    script.keys("3").types("https://r.example");
    script
        .keys("<Enter> <Enter>")
        .types("token-abcdef")
        .keys("<Enter> 7 <Enter> <Enter> <Enter>");
    assert_eq!(
        script.asked(),
        ["add r at https://r.example with token tok**********def user Some(7)"]
    );
}

#[test]
fn errors_stand_at_their_fields_and_what_the_relay_says_stands_in_the_form() {
    let mut script = first_run();
    script.keys("2 <Up> <Down> <Down> <Down> <Down> <Enter>");
    script
        .sees("no address was given")
        .sees("no key was given")
        .sees("a profile needs a name");
    assert_eq!(script.asked(), [""; 0]);
    script
        .types("r.example")
        .keys("<Down>")
        .types("sk-abcdefgh");
    script.keys("<Down> <Down> <Enter>");
    assert_eq!(script.asked().len(), 1);
    let ask = script.ask();
    script.engine(Event::AskFailed {
        ask,
        fault: fault(FaultKind::NotAnApi, "r.example answers a web page").with_status(200),
    });
    script
        .sees("r.example answers a web page (HTTP 200)")
        .sees("check the address")
        .sees("[ Add the relay ]");
    script.keys("<Enter>");
    assert_eq!(script.asked().len(), 1, "it can be tried again");
}

#[test]
fn with_profiles_the_one_used_last_is_opened_and_the_kept_conversation_is_there() {
    let mut script = Script::new(80, 24);
    let conversation = kept("It was **this**.");
    open_with(
        &mut script,
        "local",
        world::account("10"),
        Some(conversation),
    );
    script
        .sees("What was it?")
        .sees("It was this.")
        .sees("2026-11-21 12:04")
        .sees("$0.000021 settled")
        .sees("gpt-4o-mini · /v1/chat/completions");
}

#[test]
fn a_relay_that_cannot_be_opened_says_why_and_can_be_tried_again() {
    let mut script = Script::new(80, 24);
    script
        .engine(Event::Profiles {
            list: vec![world::profile("4sapi"), world::profile("local")],
            current: Some("4sapi".into()),
        })
        .engine(Event::OpenFailed {
            profile: "4sapi".into(),
            fault: fault(FaultKind::Network, "4sapi.example cannot be reached"),
        });
    script.asked();
    script
        .sees("4sapi could not be opened")
        .sees("check the address and the network")
        .keys("r");
    assert_eq!(script.asked(), ["open 4sapi"]);
    script.engine(Event::OpenFailed {
        profile: "4sapi".into(),
        fault: fault(FaultKind::Network, "4sapi.example cannot be reached"),
    });
    script.keys("P local <Enter>");
    assert_eq!(script.asked(), ["open local"]);
}

#[test]
fn another_relay_is_opened_and_the_lists_of_the_one_before_are_void() {
    let mut script = Script::new(80, 24);
    open(&mut script, "4sapi");
    script
        .keys("<Esc> 1")
        .sees("cursor-dev")
        .keys("P local <Enter>");
    assert_eq!(script.asked(), ["open local"]);
    script.misses("cursor-dev").engine(Event::Opening {
        profile: "local".into(),
    });
    script.engine(Event::Opened {
        profile: world::profile("local"),
        facts: world::facts(true),
        conversation: None,
    });
    script.misses("cursor-dev").keys("1").misses("cursor-dev");
}

#[test]
fn another_relay_can_be_added_later() {
    let mut script = Script::new(80, 24);
    open(&mut script, "local");
    script
        .keys("<Esc> P")
        .sees("the relay inside")
        .keys("<Down> <Enter>");
    script.sees("Use a relay with a key");
    script.keys("<Esc> P log <Enter>").sees("Log in to a relay");
}

#[test]
fn a_relay_of_which_we_have_only_a_key_explains_what_is_possible() {
    let mut script = Script::new(80, 24);
    tui_support::events::open_key_only(&mut script, "plain");
    script
        .keys("<Esc> 1")
        .sees("plain was added with a key only")
        .keys("n")
        .sees("keys cannot be made here");
    script.keys("2").sees("its groups cannot be seen");
    script.keys("3").sees("claude-opus-4-5");
    script
        .keys("4")
        .types("hi")
        .keys("<C-p> opus <Enter> <Enter>");
    assert_eq!(
        script.asked(),
        [
            "send claude-opus-4-5 key None: hi",
            "keep None of plain: 1 turns, last \"\""
        ]
    );
}
