//! The frame: the command line with completion and history, read-only and privacy mode, the way back, pictures that go with
//! a question, the protocol, and two answers side by side. Each screen of it as it is seen.

mod term_support;
mod tui_support;

use relaydeck::domain::{Basis, FaultKind, Finish, Image, Protocol};
use relaydeck::engine::door::Event;
use tui_support::Script;
use tui_support::events::{cost, ended, failed, fault, open, reasoning, relay_says, spend, text};
use tui_support::scenes::scene;

fn deck() -> Script {
    let mut script = Script::new(80, 24);
    open(&mut script, "4sapi");
    script.asked();
    script
}

/// Two answers, the left one whole, the right one on its way.
fn side_by_side(script: &mut Script) {
    open(script, "4sapi");
    script
        .keys("<C-p> sonnet <Enter>")
        .types("Explain SSE in one line.");
    script
        .keys("<A-:>")
        .types("side gpt-4o-mini")
        .keys("<Enter>");
    let right = script.turn();
    let left = relaydeck::engine::door::TurnId(right.0 - 2);
    script
        .engine(text(
            left,
            "They keep **one** response open:\n\n- one response\n- many events\n",
        ))
        .engine(text(right, "一个响应，许多事件。"))
        .engine(Event::Spend {
            turn: right,
            spend: spend(412, 9, "0.000067", Basis::Estimated),
        })
        .engine(ended(
            left,
            Finish::Stop,
            spend(412, 96, "0.002676", Basis::Reported),
        ));
}

#[test]
fn the_frame_is_seen() {
    scene("command_line", |script| {
        open(script, "4sapi");
        script.keys("<Esc> 1 :");
    });
    scene("command_line_completing", |script| {
        open(script, "4sapi");
        script.keys("<Esc> :").types("model son").keys("<Tab>");
    });
    scene("command_line_wrong", |script| {
        open(script, "4sapi");
        script
            .keys("<Esc> :")
            .types("temperature hot")
            .keys("<Enter>");
    });
    scene("read_only", |script| {
        open(script, "4sapi");
        script.keys("<Esc> 1 <C-r>");
    });
    scene("private_keys", |script| {
        open(script, "4sapi");
        script.keys("<Esc> 1 <C-x>");
    });
    scene("private_key_detail", |script| {
        open(script, "4sapi");
        script.keys("<Esc> 1 <C-x> <Enter>");
    });
    scene("side_by_side", side_by_side);
    scene("side_by_side_coming", |script| {
        open(script, "4sapi");
        script
            .keys("<C-p> sonnet <Enter>")
            .types("Explain SSE in one line.");
        script
            .keys("<A-:>")
            .types("side gpt-4o-mini")
            .keys("<Enter>");
        let right = script.turn();
        let left = relaydeck::engine::door::TurnId(right.0 - 2);
        script
            .engine(reasoning(left, "One line means one sentence."))
            .engine(text(right, "一个响应，"))
            .engine(Event::Spend {
                turn: right,
                spend: spend(412, 4, "0.000064", Basis::Estimated),
            });
    });
    scene("side_by_side_asked", |script| {
        open(script, "4sapi");
        script.keys("<C-p> sonnet <Enter>").types("why?");
        script
            .keys("<A-:>")
            .types("side gpt-4o-mini")
            .keys("<Enter>");
    });
    scene("side_by_side_failed", |script| {
        side_by_side(script);
        let turn = script.turn();
        let told = relay_says(
            "trouble-relay-upstream",
            "The server is overloaded; try again later",
        );
        let fault = fault(FaultKind::Upstream, &told).with_status(503);
        script.engine(failed(turn, fault)).keys("<Esc>");
    });
    scene("picture_attached", |script| {
        open(script, "4sapi");
        let image = Image::new("chart.png", b"\x89PNG\r\n\x1a\n".repeat(3_000)).unwrap();
        script
            .types("What is it?")
            .keys("<A-:>")
            .types("image chart.png")
            .keys("<Enter>");
        let ask = script.ask();
        script.engine(Event::ImageRead { ask, image });
    });
}

#[test]
fn every_action_of_a_place_and_every_order_can_be_typed_and_completed() {
    let mut script = deck();
    script.keys("<Esc> :").types("gro").keys("<Tab> <Enter>");
    script.sees("RATIO").misses("Command");
    script.keys(":").types("new-conversation").keys("<Enter>");
    script.sees("no command new-conversation");
    script.keys("<Esc> 1 :").types("new-k").keys("<Enter>");
    script.sees("Name").misses("Command");
}

#[test]
fn the_lines_before_come_back_and_an_unclear_one_names_the_choices() {
    let mut script = deck();
    script.keys("<Esc> :").types("think high").keys("<Enter>");
    script.keys(":").types("max-tokens 64").keys("<Enter>");
    script.keys(": <Up> <Up>").sees(":think high");
    script.keys("<Down>").sees(":max-tokens 64");
    script.keys("<Down>").misses(":max-tokens");
    script
        .types("m")
        .keys("<Enter>")
        .sees("m may be model, max-tokens,");
    assert_eq!(script.model.chat.settings.max_tokens, Some(64));
}

#[test]
fn the_lines_outlive_the_program_but_none_with_a_secret_does() {
    let mut script = deck();
    script.keys("<Esc> :").types("think high").keys("<Enter>");
    script
        .keys(":")
        .types("system never say sk-abcdefgh12345678");
    script.keys("<Enter>");
    assert_eq!(script.lines_kept, ["think high"]);
    let mut later = deck();
    later.engine(Event::Commands(vec!["max-tokens 64".into()]));
    later.keys("<Esc> : <Up>").sees(":max-tokens 64");
}

#[test]
fn a_colon_begins_a_command_where_nothing_is_written_yet_and_is_text_elsewhere() {
    let mut script = deck();
    script.types("note: this").misses("Command");
    assert_eq!(script.model.chat.editor.text(), "note: this");
    script.keys("<C-u>");
    script.types(":").sees("Command");
}

#[test]
fn orders_do_what_they_say_and_refuse_what_makes_no_sense() {
    let mut script = deck();
    let order = |script: &mut Script, line: &str| {
        script.keys("<A-:>").types(line).keys("<Enter>");
    };
    order(&mut script, "model claude-sonnet-4.5-20250929");
    script.sees("claude-sonnet-4-5-20250929, or").keys("<Esc>");
    order(&mut script, "model claude-opus-4-5");
    order(&mut script, "key cursor-dev");
    order(&mut script, "protocol messages");
    order(&mut script, "system Be brief.");
    assert_eq!(script.model.chat.model, "claude-opus-4-5");
    assert_eq!(script.model.chat.key, Some(4));
    assert_eq!(script.model.chat.settings.protocol, Protocol::Messages);
    assert_eq!(script.model.chat.system, "Be brief.");
    order(&mut script, "timeout 30");
    let limit = std::time::Duration::from_secs(30);
    assert_eq!(script.model.settings.within, Some(limit));
    script.asked();
    script.types("hi").keys("<Enter>");
    assert_eq!(
        script.asked()[0],
        "send claude-opus-4-5 key Some(4) silence 30s: Be brief. | hi",
        "the chat is as patient"
    );
    let turn = script.turn();
    script.engine(ended(
        turn,
        Finish::Stop,
        spend(4, 9, "0.0001", Basis::Reported),
    ));
    script.keys("<C-n>");
    order(&mut script, "timeout");
    assert_eq!(script.model.settings.within, None);
    for (line, why) in [
        ("key n8n-prod-workflow", "not stored here"),
        ("protocol smoke", "none of auto, chat"),
        ("think deeply", "none of minimal"),
        ("write talk.md", "not kept yet"),
        ("relay nowhere", "no relay named nowhere"),
        ("help now", "takes no words"),
        ("model", "model wants NAME"),
        ("side gpt-4o-mini", "type a question first"),
        ("timeout soon", "no number of seconds"),
        ("timeout 0", "no number of seconds"),
    ] {
        order(&mut script, line);
        script.sees(why).keys("<Esc>");
    }
}

#[test]
fn s_57_the_title_names_the_endpoint_and_a_choice_changes_it() {
    let mut script = Script::new(120, 40);
    open(&mut script, "4sapi");
    script
        .keys("<C-p> sonnet-4-5-2025 <Enter>")
        .sees("/v1/messages");
    script
        .keys("<A-:>")
        .types("protocol chat")
        .keys("<Enter>")
        .sees("/v1/chat/completions");
    script
        .keys("<A-:>")
        .types("protocol responses")
        .keys("<Enter>")
        .sees("/v1/responses");
}

#[test]
fn read_only_mode_takes_away_what_writes_and_nothing_slips_through() {
    let mut script = deck();
    script
        .keys("<Esc> 1 <C-r>")
        .sees("read-only")
        .misses("n new");
    script
        .keys("n")
        .sees("read-only mode changes and spends nothing")
        .misses("Expires");
    script.keys("<C-d>").misses("Delete this key?");
    script.keys("4").types("hi").keys("<Enter>");
    assert!(script.asked().iter().all(|told| !told.starts_with("send")));
    assert_eq!(script.model.chat.editor.text(), "hi");
    // A form that was open before is stopped where it goes to the engine.
    script
        .keys("<C-r> <Esc> 1 n")
        .types("blog-prod-ann")
        .keys("<C-r>");
    for _ in 0..8 {
        script.keys("<Down>");
    }
    script
        .keys("<Enter>")
        .sees("read-only mode changes and spends nothing");
    assert!(
        script
            .asked()
            .iter()
            .all(|told| !told.starts_with("create"))
    );
    script.keys("<C-r>").sees("read-only mode ended");
}

#[test]
fn privacy_mode_covers_keys_amounts_and_names_in_every_place() {
    let mut script = deck();
    script.keys("<Esc> 1 <C-x>").sees("private");
    for key in ["", "<Enter>", "<Esc> 2", "3", "4"] {
        script.keys(key);
        for secret in ["cursor-dev", "12.4831", "lin ", "x9Zk", "n8n-prod", "博客"] {
            script.misses(secret);
        }
    }
    script
        .keys("<Esc> 1 <C-x>")
        .sees("cursor-dev")
        .sees("$12.4831");
}

#[test]
fn going_back_leads_to_the_tab_one_came_from() {
    let mut script = deck();
    script.keys("<Esc> 2 j <Enter>").sees("of 8");
    script.keys("<Esc>").sees("RATIO");
    script.keys("3").misses("RATIO").sees("8 models");
    script.keys("<Esc>").misses("RATIO");
}

#[test]
fn a_picture_goes_with_the_next_question_and_stays_with_it() {
    let mut script = deck();
    script
        .keys("<C-p> opus <Enter> <A-:>")
        .types("image ~/a.gif")
        .keys("<Enter>");
    assert_eq!(script.asked(), ["read image ~/a.gif"]);
    let ask = script.ask();
    let image = Image::new("a.gif", b"GIF89a".to_vec()).unwrap();
    script
        .engine(Event::ImageRead { ask, image })
        .sees("a.gif, 1 kB goes with it");
    script
        .types("What?")
        .keys("<Enter>")
        .sees("picture a.gif, 1 kB");
    assert_eq!(script.model.chat.turns[0].turn.images.len(), 1);
    assert!(script.model.chat.attached.is_empty());
    let conversation = script.model.chat.conversation();
    assert_eq!(conversation.turns[0].images[0].name, "a.gif");
}

#[test]
fn a_picture_that_cannot_be_read_says_why() {
    let mut script = deck();
    script.keys("<A-:>").types("image no.png").keys("<Enter>");
    let ask = script.ask();
    let fault = fault(FaultKind::Usage, "no.png cannot be read: no such file");
    script
        .engine(Event::AskFailed { ask, fault })
        .sees("no.png cannot be read");
}

#[test]
fn x_06_one_question_goes_to_two_models_and_one_answer_is_taken() {
    let mut script = Script::new(120, 40);
    side_by_side(&mut script);
    let asked: Vec<String> = script
        .asked()
        .into_iter()
        .filter(|told| told.starts_with("send"))
        .collect();
    assert_eq!(
        asked,
        [
            "send claude-sonnet-4-5-20250929 key Some(4): Explain SSE in one line.",
            "send gpt-4o-mini key Some(4): Explain SSE in one line."
        ]
    );
    script
        .sees("$0.002676 reported")
        .sees("~$0.000067 estimated")
        .sees("许多事件");
    script.keys("2").sees("this answer is still coming");
    let right = script.turn();
    script.engine(ended(
        right,
        Finish::Stop,
        spend(412, 20, "0.000074", Basis::Reported),
    ));
    script.engine(Event::Settled {
        turn: right,
        cost: cost("0.000075", Basis::Settled),
    });
    script.sees("$0.000075 settled").asked();
    script.keys("2").sees("part of the session now");
    let kept = script.asked();
    assert!(
        kept[0].starts_with("keep None of 4sapi: 1 turns"),
        "{kept:?}"
    );
    assert_eq!(script.model.chat.model, "gpt-4o-mini");
    script.sees("许多事件").misses("one response");
}

#[test]
fn x_06_the_same_model_in_two_groups_uses_a_key_of_each() {
    let mut script = deck();
    script.keys("<C-p> opus <Enter>").types("hi").keys("<A-:>");
    script.types("side claude-opus-4-5 vip").keys("<Enter>");
    script
        .sees("no key of group vip can be used from here")
        .keys("<Esc>");
    script.engine(tui_support::events::loaded(
        relaydeck::engine::door::Snapshot::Keys({
            let mut rows = tui_support::world::keys();
            rows[1].held = true;
            rows
        }),
    ));
    script.keys("<A-:>").types("key cursor-dev").keys("<Enter>");
    script.asked();
    script
        .keys("<A-:>")
        .types("side claude-opus-4-5 vip")
        .keys("<Enter>");
    assert_eq!(
        script.asked(),
        [
            "send claude-opus-4-5 key Some(4): hi",
            "send claude-opus-4-5 key Some(3): hi"
        ]
    );
    script.keys("<Esc>");
    assert_eq!(script.asked(), ["stop", "stop"]);
}

#[test]
fn x_06_closing_without_taking_either_says_so_first() {
    let mut script = Script::new(80, 24);
    side_by_side(&mut script);
    let turn = script.turn();
    script.keys("<Esc>");
    script.engine(ended(
        turn,
        Finish::Cancelled,
        spend(412, 3, "0.00001", Basis::Estimated),
    ));
    script
        .keys("<Esc>")
        .sees("1 or 2 takes an answer")
        .sees("Side by side");
    script.keys("<Esc>").misses("Side by side");
    assert!(script.model.chat.turns.is_empty());
}
