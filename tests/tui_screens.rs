//! Every screen, form, overlay, empty and failed state as it is seen: at 80×24 and 120×40, without colour and with.
//!
//! In the coloured form `{bold cyan}` stands before the text it holds for, and `{}` where it ends.

mod term_support;
mod tui_support;

use relaydeck::domain::{Basis, Fault, FaultKind, Finish};
use relaydeck::engine::door::{Event, KeyTold, Scope, Snapshot};
use relaydeck::locale::Word;
use relaydeck::tui::theme::{ColorLevel, Glyphs};
use tui_support::events::{
    cost, ended, failed, fault, key_made, late, list_failed, loaded, open, open_key_only,
    open_with, reasoning, spend, text, unreachable,
};
use tui_support::scenes::scene;
use tui_support::{Script, said, world};

/// Plays a scene with ASCII signs only.
fn ascii(name: &str, play: impl Fn(&mut Script)) {
    let mut script = Script::with(80, 24, ColorLevel::None, Glyphs::Ascii);
    play(&mut script);
    insta::with_settings!({ prepend_module_to_snapshot => true, omit_expression => true }, {
        insta::assert_snapshot!(format!("ascii_{name}"), script.screen());
    });
}

const ANSWER: &str = "# Server-sent events\n\nThey keep **one** HTTP response open and push text \
frames to the client as they come:\n\n```http\nContent-Type: text/event-stream\n\ndata: hello\n```\n\n\
- one response, many events\n- 纯文本帧，浏览器会自动重连\n\n> Use them where only the server speaks.\n";

fn local(script: &mut Script) {
    open(script, "local");
}

fn remote(script: &mut Script) {
    open(script, "4sapi");
}

fn streaming(script: &mut Script) {
    remote(script);
    script.keys("<C-p> sonnet <Enter>");
    script.types("Explain SSE in one line.").keys("<Enter>");
    let turn = script.turn();
    script.engine(text(turn, ANSWER)).engine(Event::Spend {
        turn,
        spend: spend(412, 96, "0.002676", Basis::Estimated),
    });
}

fn answered(script: &mut Script) {
    streaming(script);
    let turn = script.turn();
    script
        .engine(ended(
            turn,
            Finish::Stop,
            spend(412, 102, "0.002766", Basis::Reported),
        ))
        .engine(Event::Settled {
            turn,
            cost: cost("0.002766", Basis::Settled),
        });
}

fn asked_and_failed(script: &mut Script) {
    answered(script);
    script.types("And in two?").keys("<Enter>");
    let turn = script.turn();
    script.engine(failed(
        turn,
        fault(
            FaultKind::Upstream,
            "the relay's upstream answered 503: no capacity left for this model",
        )
        .with_status(503),
    ));
}

fn new_key_form(script: &mut Script) {
    remote(script);
    script.keys("<Esc> 1 n").types("test").keys("<Down> <Down>");
    script
        .keys("<Left>")
        .keys("<Down>")
        .types("five")
        .keys("<Down> <Right>");
}

fn made(script: &mut Script) {
    remote(script);
    script.keys("<Esc> 1 n").types("blog-prod-summaries-ann");
    for _ in 0..8 {
        script.keys("<Down>");
    }
    script.keys("<Enter>");
    key_made(script, "blog-prod-summaries-ann", None);
}

#[test]
fn the_start() {
    scene("start", |_| {});
}

#[test]
fn the_first_run() {
    let doors = |script: &mut Script| {
        script.engine(Event::Profiles {
            list: vec![],
            current: None,
        });
    };
    scene("first_run", doors);
    ascii("first_run", doors);
    scene("first_run_key", |script| {
        doors(script);
        script.keys("2");
    });
    scene("first_run_account_wrong", |script| {
        doors(script);
        script.keys("3").types("http://r.example/v1/v1");
        script
            .keys("<Down> <Down> <Down>")
            .types("seven")
            .keys("<Down> <Down> <Enter>");
    });
    scene("first_run_refused", |script| {
        doors(script);
        script
            .keys("2")
            .types("r.example")
            .keys("<Down>")
            .types("sk-abcdefgh");
        script.keys("<Down> <Down> <Enter>");
        let ask = script.ask();
        script.engine(Event::AskFailed {
            ask,
            fault: fault(FaultKind::CredentialRefused, "r.example refused the key")
                .with_status(401),
        });
    });
    scene("first_run_asking", |script| {
        doors(script);
        script
            .keys("2")
            .types("r.example")
            .keys("<Down>")
            .types("sk-abcdefgh");
        script.keys("<Down> <Down> <Enter>");
    });
}

#[test]
fn a_relay_that_is_opened_or_not() {
    scene("opening", |script| {
        script.engine(Event::Profiles {
            list: vec![world::profile("4sapi")],
            current: None,
        });
    });
    let failed = |script: &mut Script| {
        script
            .engine(Event::Profiles {
                list: vec![world::profile("4sapi")],
                current: None,
            })
            .engine(Event::OpenFailed {
                profile: "4sapi".into(),
                fault: fault(
                    FaultKind::NotAnApi,
                    "https://4sapi.example answers a web page, not the API of a relay",
                )
                .with_status(200),
            });
    };
    scene("not_open", failed);
    ascii("not_open", failed);
    scene("relay_picker", |script| {
        remote(script);
        script.keys("<Esc> P");
    });
    scene("relay_added_note", |script| {
        remote(script);
        script
            .keys("<Esc> P with <Enter>")
            .types("r.example")
            .keys("<Down>");
        script.types("sk-abcdefgh").keys("<Down> <Down> <Enter>");
        let ask = script.ask();
        script.engine(Event::ProfileAdded {
            ask,
            profile: world::profile("r"),
            notes: vec![
                "no scheme was given; https:// was taken".into(),
                "white space was taken out of the key".into(),
            ],
        });
    });
}

#[test]
fn the_keys() {
    let list = |script: &mut Script| {
        remote(script);
        script.keys("<Esc> 1");
    };
    scene("keys", list);
    ascii("keys", list);
    scene("keys_marked_and_filtered", |script| {
        list(script);
        script.keys("<Space> <Space> / o");
    });
    scene("keys_empty", |script| {
        list(script);
        script.engine(loaded(Snapshot::Keys(vec![])));
    });
    scene("keys_loading", |script| {
        script
            .engine(Event::Profiles {
                list: vec![world::profile("4sapi")],
                current: None,
            })
            .engine(Event::Opened {
                profile: world::profile("4sapi"),
                facts: world::facts(true),
                conversation: None,
            });
        script.keys("<Esc> 1");
    });
    scene("keys_failed", |script| {
        script
            .engine(Event::Profiles {
                list: vec![world::profile("4sapi")],
                current: None,
            })
            .engine(Event::Opened {
                profile: world::profile("4sapi"),
                facts: world::facts(true),
                conversation: None,
            })
            .engine(list_failed(Scope::Keys, FaultKind::Timeout, &late()));
        script.keys("<Esc> 1");
    });
    scene("keys_stale", |script| {
        list(script);
        script
            .waits(130_000)
            .engine(list_failed(Scope::Keys, FaultKind::Network, &unreachable()));
    });
    scene("keys_of_a_key_only_relay", |script| {
        open_key_only(script, "plain");
        script.keys("<Esc> 1");
    });
    scene("key_detail", |script| {
        list(script);
        script.keys("G <Enter>");
    });
    scene("keys_delete_one", |script| {
        list(script);
        script.keys("<C-d>");
    });
    scene("keys_delete_many", |script| {
        list(script);
        let many = (1..=9).map(|id| world::key(id, &format!("key-of-team-{id}")));
        script.engine(loaded(Snapshot::Keys(many.collect())));
        script.keys("<Space> <Space> <Space> <Space> <Space> <Space> <Space> <Space> <C-d>");
    });
}

#[test]
fn what_is_done_with_keys() {
    let list = |script: &mut Script| {
        remote(script);
        script.keys("<Esc> 1");
    };
    scene("keys_sorted", |script| {
        list(script);
        script.keys("E E");
    });
    scene("keys_disable_many", |script| {
        list(script);
        script.keys("<Space> <Space> x");
    });
    scene("key_edit", |script| {
        list(script);
        script.keys("G e <Down> <Down>");
    });
    scene("key_edit_models_picker", |script| {
        list(script);
        script.keys("G e <Down> <Down> <Down> <Down> <C-f> <Tab> gpt");
    });
    scene("key_replace", |script| {
        list(script);
        script.keys("p");
    });
    scene("key_write_env", |script| {
        list(script);
        script.keys("w <Down>");
    });
    scene("key_write_env_wrong", |script| {
        list(script);
        script
            .keys("w <C-u> <Down> <Left> <Down> <C-u>")
            .types("MY-KEY");
        script.keys("<Down> <Enter>");
    });
    scene("key_write_env_into_git", |script| {
        list(script);
        script.keys("w <Down> <Down> <Enter>");
        let ask = script.ask();
        script.engine(Event::Keys {
            ask,
            profile: "4sapi".into(),
            told: KeyTold::EnvInGit {
                file: "/home/lin/blog/.env".into(),
                tree: "/home/lin/blog".into(),
            },
        });
    });
    scene("secret_written", |script| {
        made(script);
        script.keys("w <Down> <Down> <Enter>");
        let ask = script.ask();
        script.engine(Event::Keys {
            ask,
            profile: "4sapi".into(),
            told: KeyTold::EnvWritten {
                id: 9,
                file: "/home/lin/blog/.env".into(),
                was_open: false,
            },
        });
    });
}

#[test]
fn a_new_key() {
    scene("new_key", |script| {
        remote(script);
        script.keys("<Esc> 1 n");
    });
    scene("new_key_filled", new_key_form);
    ascii("new_key_filled", new_key_form);
    scene("new_key_wrong", |script| {
        new_key_form(script);
        script.keys("<Left> <Left> <Down> <Down> <Down> <Down> <Enter>");
    });
    scene("new_key_in_auto", |script| {
        remote(script);
        script.keys("<Esc> 1 n");
        script.types("walker-dev-x-ann").keys("<Down> <Left>");
        script
            .keys("<Down>")
            .types("vip, gone")
            .keys("<Down> <Right>");
    });
    scene("new_key_in_auto_its_groups", |script| {
        remote(script);
        script.keys("<Esc> 1 n <Down> <Left> <Down>");
    });
    scene("new_key_group_picker", |script| {
        remote(script);
        script.keys("<Esc> 1 n <Enter> <Enter>");
    });
    scene("secret", made);
    ascii("secret", made);
    scene("secret_copied", |script| {
        made(script);
        script.copied(Word("copied-key"));
    });
    let tools = |script: &mut Script| {
        made(script);
        script.keys("t");
        let ask = script.ask();
        script.engine(tui_support::tools::told(ask));
    };
    scene("secret_tools_looked_for", |script| {
        made(script);
        script.keys("t");
    });
    scene("secret_tools", tools);
    scene("secret_in_tool", |script| {
        tools(script);
        script.keys("<Down> <Enter>");
        let plan = script.ask();
        script.engine(tui_support::tools::plan(plan)).keys("y");
        let ask = script.ask();
        script
            .engine(tui_support::tools::set_up(ask, 9))
            .keys("<Esc>");
    });
    scene("secret_left_without_copying", |script| {
        made(script);
        script.keys("<Esc>");
    });
}

#[test]
fn the_groups() {
    let list = |script: &mut Script| {
        remote(script);
        script.keys("<Esc> 2");
    };
    scene("groups", list);
    ascii("groups", list);
    scene("group_detail", |script| {
        list(script);
        script.keys("j i");
    });
    scene("groups_of_a_model", |script| {
        list(script);
        script.keys("3 j w");
    });
    scene("groups_of_a_key_only_relay", |script| {
        open_key_only(script, "plain");
        script.keys("<Esc> 2");
    });
}

#[test]
fn the_market() {
    let list = |script: &mut Script| {
        remote(script);
        script.keys("<Esc> 3 j");
    };
    scene("market", list);
    ascii("market", list);
    scene("market_filtered", |script| {
        list(script);
        script.keys("/ son45");
    });
    scene("market_facets", |script| {
        list(script);
        script.keys("f <Tab> <Tab>");
    });
    scene("market_did_you_mean", |script| {
        list(script);
        script.keys("/").types("claude-sonnet-4.5-20250929");
    });
    scene("market_nothing_found", |script| {
        list(script);
        script.keys("/ zzz");
    });
    scene("market_only_a_group_by_price", |script| {
        list(script);
        script.keys("g o I");
    });
    scene("market_of_a_key_only_relay", |script| {
        open_key_only(script, "plain");
        script.keys("<Esc> 3");
    });
    scene("model_detail", |script| {
        list(script);
        script.keys("<Enter>");
    });
    scene("model_detail_tiered", |script| {
        list(script);
        script.keys("/ qwen <Enter> <Enter>");
    });
}

#[test]
fn the_chat() {
    scene("chat_empty", local);
    scene("chat_without_a_model", remote);
    scene("chat_waiting", |script| {
        local(script);
        script.types("Explain SSE in one line.").keys("<Enter>");
    });
    scene("chat_streaming", streaming);
    ascii("chat_streaming", streaming);
    scene("chat_settled", answered);
    scene("chat_failed", asked_and_failed);
    ascii("chat_failed", asked_and_failed);
    scene("chat_reasoning_open", |script| {
        local(script);
        script.types("why?").keys("<Enter> <C-t>");
        let turn = script.turn();
        script
            .engine(reasoning(turn, "Let me think.\nIt follows from that."))
            .engine(text(turn, "Because."));
    });
    scene("chat_scrolled_up", |script| {
        answered(script);
        let turn = script.turn();
        let lines: String = (1..60).map(|line| format!("line {line}\n\n")).collect();
        script.engine(text(turn, &lines)).keys("<PgUp>");
    });
    scene("chat_writing_many_lines", |script| {
        answered(script);
        script.pastes("fn main() {\n    println!(\"模型\");\n}\nwhat does it do?");
    });
    scene("chat_reading", |script| {
        answered(script);
        script.keys("<Esc>");
    });
}

#[test]
fn the_chat_in_trouble() {
    scene("chat_wallet_empty", |script| {
        open_with(script, "4sapi", world::account("-0.0213"), None);
        script.keys("<C-p> sonnet <Enter>");
    });
    scene("chat_nothing_to_send_with", |script| {
        remote(script);
        script.keys("<C-p> sonnet <Enter>");
        script.engine(loaded(Snapshot::Keys(vec![])));
        script.types("hi").keys("<Enter>");
    });
    scene("chat_stopped", |script| {
        streaming(script);
        let turn = script.turn();
        script.engine(ended(
            turn,
            Finish::Cancelled,
            spend(412, 96, "0.002676", Basis::Estimated),
        ));
    });
    scene("chat_cut", |script| {
        streaming(script);
        let turn = script.turn();
        script.engine(tui_support::events::end(
            turn,
            Finish::Cut,
            Some(Fault::new(
                FaultKind::StreamBroken,
                "the stream ended without saying why",
            )),
            spend(412, 96, "0.002676", Basis::Estimated),
        ));
    });
}

#[test]
fn what_is_chosen_in_the_chat() {
    scene("model_picker", |script| {
        remote(script);
        script.keys("<C-p> son");
    });
    scene("key_picker_refused", |script| {
        remote(script);
        script.keys("<C-k> n8n <Enter>");
    });
}

#[test]
fn help_and_questions() {
    scene("help_in_the_chat", |script| {
        local(script);
        script.keys("<F1>");
    });
    scene("help_in_the_market", |script| {
        local(script);
        script.keys("<Esc> 3 ?");
    });
    scene("quit_while_streaming", |script| {
        streaming(script);
        script.keys("<Tab> q");
    });
    scene("a_notice", |script| {
        local(script);
        script.engine(Event::Notice(fault(
            FaultKind::Local,
            &said!(
                "trouble-ledger-full",
                path = "/home/lin/.local/state/relaydeck/ledger.db"
            ),
        )));
    });
}

#[test]
fn third_party_tools() {
    fn shown(script: &mut Script) {
        remote(script);
        script.keys("<Esc> 7");
        let ask = script.ask();
        script.engine(tui_support::tools::told(ask));
    }
    scene("tools", shown);
    scene("tools_loading", |script| {
        remote(script);
        script.keys("<Esc> 7");
    });
    scene("tools_filtered", |script| {
        shown(script);
        script.keys("/ py");
    });
    scene("tools_plan", |script| {
        shown(script);
        script.keys("j <Enter>");
        let ask = script.ask();
        script.engine(tui_support::tools::plan(ask));
    });
    scene("tools_sample", |script| {
        shown(script);
        script.keys("/ python-anth <Enter> <Enter>");
    });
    ascii("tools", shown);
}
