//! What is told in passing, at the bottom of the screen: each message as it is seen at 80×24 and 120×40, without colour and
//! with, and in Chinese.

#![allow(clippy::unwrap_used, reason = "a helper that fails fails its test")]

mod term_support;
mod tui_support;

use relaydeck::domain::{Basis, Fault, FaultKind, Finish, KeyStatus, Money};
use relaydeck::engine::door::{Event, KeyTold, Scope, Snapshot, WalletInfo, WalletTold};
use relaydeck::locale::Word;
use relaydeck::tui::msg::{Copied, Edited, Msg};
use relaydeck::tui::term::{CopyRefused, Sent};
use tui_support::events::{
    ended, failed, fault, late, loaded, open, open_key_only, relay_says, spend, text,
};
use tui_support::scenes::told;
use tui_support::{Script, said, tools, world};

fn deck(script: &mut Script) {
    open(script, "4sapi");
    script.keys("<Esc>");
}

/// An order of the command line, given in the chat.
fn order(script: &mut Script, line: &str) {
    open(script, "4sapi");
    script.keys("<A-:>").types(line).keys("<Enter>");
}

/// A question that is being answered.
fn asked(script: &mut Script) {
    open(script, "4sapi");
    script
        .keys("<C-p> sonnet <Enter>")
        .types("Explain SSE.")
        .keys("<Enter>");
    let turn = script.turn();
    script.engine(text(turn, "Server-sent events"));
}

/// A question with its answer, whose session is kept.
fn answered(script: &mut Script) {
    asked(script);
    let turn = script.turn();
    let spent = spend(412, 96, "0.002676", Basis::Reported);
    script
        .engine(ended(turn, Finish::Stop, spent))
        .engine(Event::Kept { id: 7 });
}

#[test]
fn about_the_terminal() {
    let copied = |words| {
        move |script: &mut Script| {
            deck(script);
            script.msg(Msg::Copied {
                what: Word(words),
                outcome: Copied::Sent(Sent::ByTmux.words()),
            });
        }
    };
    let kept = |script: &mut Script| {
        deck(script);
        script.msg(Msg::Copied {
            what: Word("copied-key-name"),
            outcome: Copied::Sent(Sent::KeptByTmux.words()),
        });
    };
    let refused = |why: CopyRefused| {
        move |script: &mut Script| {
            deck(script);
            script.msg(Msg::Copied {
                what: Word("copied-answer"),
                outcome: Copied::Refused(why.to_string()),
            });
        }
    };
    told(
        "about_copying",
        &[
            ("a key's secret", &copied("copied-key-secret")),
            ("what only tmux has", &kept),
            ("a tool's address", &copied("copied-tool-address")),
            ("a group's name", &copied("copied-group-name")),
            ("a key's name", &copied("copied-key-name")),
            ("a URL", &copied("copied-url")),
            ("a shop's address", &copied("copied-shop")),
            (
                "too long",
                &refused(CopyRefused::TooLong { bytes: 123_456 }),
            ),
            ("nothing", &refused(CopyRefused::Empty)),
        ],
    );
    told(
        "about_files_and_editors",
        &[
            ("saved", &|script| {
                answered(script);
                script.msg(Msg::Saved {
                    what: Word("copied-answer"),
                    outcome: Ok("relaydeck-answer-2026-11-22-12.04.md".into()),
                });
            }),
            ("not saved", &|script| {
                answered(script);
                script.msg(Msg::Saved {
                    what: Word("copied-answer"),
                    outcome: Err(said!("trouble-system-full")),
                });
            }),
            ("printed later", &|script| {
                answered(script);
                script.keys("<A-p>");
            }),
            ("an editor that failed", &|script| {
                answered(script);
                script.msg(Msg::Edited(Edited::Failed(
                    "ed was not found; set EDITOR to an editor that is there. Nothing was changed"
                        .into(),
                )));
            }),
        ],
    );
}

#[test]
fn about_modes_and_the_program() {
    told(
        "about_modes",
        &[
            ("read-only", &|script| {
                deck(script);
                script.keys("<C-r>");
            }),
            ("refused whole", &|script| {
                deck(script);
                script.keys("1 <C-r> n");
            }),
            ("refused at the engine", &|script| {
                open(script, "4sapi");
                script
                    .keys("<C-p> sonnet <Enter>")
                    .types("hi")
                    .keys("<C-r> <Enter>");
            }),
            ("read-only ended", &|script| {
                deck(script);
                script.keys("<C-r> <C-r>");
            }),
            ("once more quits", &|script| {
                deck(script);
                script.keys("<C-c>");
            }),
            ("busy", &|script| {
                deck(script);
                script.msg(Msg::Busy(Box::new(
                    relaydeck::engine::door::Command::Refresh(Scope::Keys),
                )));
            }),
            ("the engine is gone", &|script| {
                asked(script);
                script.msg(Msg::EngineGone);
            }),
        ],
    );
}

/// Something told of keys.
fn of_keys(script: &mut Script, told: KeyTold) {
    deck(script);
    script.keys("1 x");
    let ask = script.ask();
    script.engine(Event::Keys {
        ask,
        profile: "4sapi".into(),
        told,
    });
}

#[test]
fn about_keys() {
    let slow = || fault(FaultKind::Timeout, &late());
    told(
        "about_keys",
        &[
            ("saved", &|script| {
                of_keys(
                    script,
                    KeyTold::Edited {
                        key: world::key(4, "cursor-dev").info,
                        warning: None,
                    },
                )
            }),
            ("saved_without_its_walk", &|script| {
                of_keys(
                    script,
                    KeyTold::Edited {
                        key: world::key(4, "cursor-dev").info,
                        warning: Some(said!("key-auto-left-out").leak()),
                    },
                )
            }),
            ("disabled", &|script| {
                of_keys(
                    script,
                    KeyTold::Switched {
                        ids: vec![4],
                        on: false,
                        fault: None,
                    },
                );
            }),
            ("some enabled", &|script| {
                let fault = Some(slow());
                of_keys(
                    script,
                    KeyTold::Switched {
                        ids: vec![4, 3],
                        on: true,
                        fault,
                    },
                );
            }),
            ("secret kept", &|script| {
                let stored_in = Some("~/.config/relaydeck/secrets.toml (0600)".into());
                let secret = relaydeck::domain::ApiKey::new("sk-abcdefgh12345678");
                of_keys(
                    script,
                    KeyTold::Revealed {
                        id: 3,
                        secret,
                        stored_in,
                    },
                );
            }),
            ("written into a file that was open", &|script| {
                let file = "/home/lin/blog/.env".into();
                of_keys(
                    script,
                    KeyTold::EnvWritten {
                        id: 4,
                        file,
                        was_open: true,
                    },
                );
            }),
            ("deleted", &|script| {
                deck(script);
                script.keys("1 <C-d> y");
                let (ask, profile, ids) = (script.ask(), "4sapi".into(), vec![4]);
                script.engine(Event::KeysDeleted {
                    ask,
                    profile,
                    ids,
                    fault: None,
                });
            }),
            ("some deleted", &|script| {
                deck(script);
                script.keys("1 <Space> <Space> <C-d> y");
                let (ask, profile, ids) = (script.ask(), "4sapi".into(), vec![4]);
                script.engine(Event::KeysDeleted {
                    ask,
                    profile,
                    ids,
                    fault: Some(slow()),
                });
            }),
            ("held already", &|script| {
                deck(script);
                script.keys("1 a");
            }),
            ("no tool without the secret", &|script| {
                deck(script);
                script.keys("1 j t");
            }),
            ("no tool, and the relay shows it again", &|script| {
                deck(script);
                let mut facts = world::facts(true);
                facts.reveals_keys = true;
                let profile = world::profile("4sapi");
                script.engine(Event::Opened {
                    profile,
                    facts,
                    conversation: None,
                });
                script.engine(loaded(Snapshot::Keys(world::keys())));
                script.keys("1 j t");
            }),
            ("no group", &|script| {
                deck(script);
                script.engine(loaded(Snapshot::Account({
                    let mut account = world::account("12.4831");
                    account.group.clear();
                    account
                })));
                script.keys("1 G m");
            }),
            ("with a key only none can be made", &|script| {
                open_key_only(script, "plain");
                script.keys("<Esc> 3 k");
            }),
        ],
    );
}

#[test]
fn about_what_the_chat_goes_with() {
    told(
        "about_the_key_in_use",
        &[
            ("gone", &|script| {
                open(script, "4sapi");
                script.keys("<C-k>");
                script.engine(loaded(Snapshot::Keys(vec![])));
                script.keys("<Enter>");
            }),
            ("not held", &|script| {
                open(script, "4sapi");
                script.keys("<C-k> n8n <Enter>");
            }),
            ("disabled", &|script| {
                open(script, "4sapi");
                let mut rows = world::keys();
                rows[0].info.status = KeyStatus::Disabled;
                script.engine(loaded(Snapshot::Keys(rows)));
                script.keys("<C-k> cursor <Enter>");
            }),
            ("one only", &|script| {
                open_key_only(script, "plain");
                script.keys("<C-k>");
            }),
            ("another relay's group without a URL", &|script| {
                deck(script);
                let mut rows = world::models();
                rows[0].endpoints = [relaydeck::domain::Endpoint::from_name("draw")].into();
                script.engine(loaded(Snapshot::Models(rows.into())));
                script.keys("3 u");
            }),
        ],
    );
}

#[test]
fn about_the_chat() {
    told(
        "about_the_chat",
        &[
            ("nothing typed", &|script| {
                open(script, "4sapi");
                script.keys("<Enter>");
            }),
            ("still coming", &|script| {
                asked(script);
                script.types("and?").keys("<Enter>");
            }),
            ("nothing asked", &|script| {
                deck(script);
                script.keys("r");
            }),
            ("complete", &|script| {
                answered(script);
                script.keys("<A-r>");
            }),
            ("new already", &|script| {
                open(script, "4sapi");
                script.keys("<C-n>");
            }),
            ("new", &|script| {
                answered(script);
                script.keys("<C-n>");
            }),
            ("something is being typed", &|script| {
                answered(script);
                script.types("half a thought").keys("<Esc> K e");
            }),
            ("a session of its own", &|script| {
                answered(script);
                script.keys("<Esc> K e <Enter>");
            }),
            ("no answer", &|script| {
                open(script, "4sapi");
                script.keys("<A-s>");
            }),
            ("no conversation", &|script| {
                open(script, "4sapi");
                script.keys("<A-v>");
            }),
            ("nothing failed", &|script| {
                answered(script);
                script.keys("<A-c>");
            }),
            ("marked as good", &|script| {
                answered(script);
                script.keys("<Esc> +");
            }),
            ("marked as bad", &|script| {
                answered(script);
                script.keys("<Esc> -");
            }),
            ("nothing to mark", &|script| {
                deck(script);
                script.keys("+");
            }),
            ("no group to mark in", &|script| {
                open_key_only(script, "plain");
                script
                    .keys("<C-p> sonnet <Enter>")
                    .types("hi")
                    .keys("<Enter>");
                let turn = script.turn();
                let spent = spend(4, 9, "0.0001", Basis::Reported);
                script.engine(text(turn, "Hello."));
                script
                    .engine(ended(turn, Finish::Stop, spent))
                    .keys("<Esc> +");
            }),
            ("the relay changed", &|script| {
                asked(script);
                let profile = world::profile("work");
                script.engine(Event::Opened {
                    profile,
                    facts: world::facts(true),
                    conversation: None,
                });
            }),
        ],
    );
    told(
        "about_sessions",
        &[
            ("nothing said yet", &|script| {
                open(script, "4sapi");
                script.keys("<A-x>");
            }),
            ("just being kept", &|script| {
                asked(script);
                script.keys("<A-x>");
            }),
            ("deleted", &|script| {
                answered(script);
                script.engine(Event::SessionDeleted {
                    ask: relaydeck::engine::door::AskId(1),
                    id: 7,
                });
            }),
            ("being answered, and not to be deleted", &|script| {
                asked(script);
                script.engine(Event::Kept { id: 7 }).keys("<C-o>");
                let ask = script.ask();
                let info = relaydeck::domain::ConversationInfo {
                    id: 7,
                    profile: "4sapi".into(),
                    name: String::new(),
                    model: "claude-sonnet-4-5-20250929".into(),
                    first: "Explain SSE.".into(),
                    turns: 1,
                    last: tui_support::NOON,
                    cost: Money::ZERO,
                    unknown: 0,
                    found: None,
                };
                script.engine(Event::Sessions {
                    ask,
                    find: String::new(),
                    list: vec![info],
                });
                script.keys("<C-d>");
            }),
            ("another is coming", &|script| {
                asked(script);
                script.keys("<C-o>");
                let ask = script.ask();
                let list = vec![];
                script.engine(Event::Sessions {
                    ask,
                    find: String::new(),
                    list,
                });
                script.keys("<C-n>");
            }),
        ],
    );
    told(
        "about_side_by_side",
        &[
            ("still coming", &|script| {
                open(script, "4sapi");
                script.keys("<C-p> sonnet <Enter>").types("why?");
                script
                    .keys("<A-:>")
                    .types("side gpt-4o-mini")
                    .keys("<Enter>")
                    .keys("2");
            }),
            ("taken", &|script| {
                open(script, "4sapi");
                script.keys("<C-p> sonnet <Enter>").types("why?");
                script
                    .keys("<A-:>")
                    .types("side gpt-4o-mini")
                    .keys("<Enter>");
                let turn = script.turn();
                script.engine(text(turn, "Because."));
                script.engine(ended(
                    turn,
                    Finish::Stop,
                    spend(4, 2, "0.0001", Basis::Reported),
                ));
                script.keys("2");
            }),
            ("leaving without taking either", &|script| {
                open(script, "4sapi");
                script.keys("<C-p> sonnet <Enter>").types("why?");
                script
                    .keys("<A-:>")
                    .types("side gpt-4o-mini")
                    .keys("<Enter>");
                let turn = script.turn();
                let left = relaydeck::engine::door::TurnId(turn.0 - 2);
                for turn in [left, turn] {
                    script.engine(text(turn, "Because."));
                    let spent = spend(4, 2, "0.0001", Basis::Reported);
                    script.engine(ended(turn, Finish::Stop, spent));
                }
                script.keys("<Esc>");
            }),
        ],
    );
}

#[test]
fn about_orders() {
    told(
        "about_orders",
        &[
            ("unknown", &|script| order(script, "frobnicate")),
            ("takes no words", &|script| order(script, "help now")),
            ("no key", &|script| order(script, "key nobody")),
            ("no relay", &|script| order(script, "relay nowhere")),
            ("the relay is open", &|script| order(script, "relay 4sapi")),
            ("no such effort", &|script| order(script, "think deeply")),
            ("no such protocol", &|script| {
                order(script, "protocol smoke")
            }),
            ("no model", &|script| order(script, "model zzzzzz")),
            ("did you mean", &|script| {
                order(script, "model claude-sonnet-4.5-20250929")
            }),
            ("settled", &|script| order(script, "temperature 0.2")),
            ("not kept yet", &|script| order(script, "write talk.md")),
            ("seconds taken", &|script| order(script, "timeout 30")),
            ("no seconds", &|script| order(script, "timeout soon")),
            ("nothing to ask two", &|script| {
                open(script, "4sapi");
                script.keys("<C-p> opus <Enter> <A-:>");
                script.types("side gpt-4o-mini").keys("<Enter>");
            }),
            ("no key of that group", &|script| {
                open(script, "4sapi");
                script.keys("<C-p> opus <Enter>").types("hi").keys("<A-:>");
                script.types("side claude-opus-4-5 vip").keys("<Enter>");
            }),
            ("the relay is being opened", &|script| {
                script.engine(Event::Profiles {
                    list: vec![world::profile("4sapi")],
                    current: Some("4sapi".into()),
                });
                script.model.chat.editor.insert("why?");
                script.keys(":").types("side gpt-4o-mini").keys("<Enter>");
            }),
            ("no relay is open", &|script| {
                script.engine(Event::Profiles {
                    list: vec![world::profile("4sapi")],
                    current: None,
                });
                script.keys(":").types("side gpt-4o-mini").keys("<Enter>");
            }),
        ],
    );
}

#[test]
fn about_groups_receipts_tests_and_tools() {
    told(
        "about_the_rest",
        &[
            ("no failure", &|script| {
                deck(script);
                script.keys("2 j s");
            }),
            ("one test runs", &|script| {
                deck(script);
                script.keys("6 <Enter> j <Enter>");
            }),
            ("nothing set up", &|script| {
                deck(script);
                script.keys("7");
                let ask = script.ask();
                script.engine(tools::told(ask)).keys("j u");
            }),
            ("a refused deed", &|script| {
                deck(script);
                script.keys("1 x");
                let ask = script.ask();
                let told = relay_says(
                    "trouble-relay-forbidden",
                    "Unauthorized, insufficient privileges",
                );
                let refused = Fault::new(FaultKind::Forbidden, told);
                script.engine(Event::AskFailed {
                    ask,
                    fault: refused,
                });
            }),
        ],
    );
}

#[test]
fn about_the_wallet_and_offers() {
    fn wallet(script: &mut Script) {
        deck(script);
        script
            .keys("W")
            .engine(loaded(Snapshot::Wallet(Box::<WalletInfo>::default())));
    }
    fn offered(script: &mut Script) {
        open(script, "local");
        script.engine(Event::Offered(vec![relaydeck::engine::door::Offered {
            name: "ollama".into(),
            kind: "openai",
            address: "http://127.0.0.1:11434".into(),
            masked: None,
            found: "something listens on port 11434, where ollama usually does".into(),
        }]));
    }
    told(
        "about_the_wallet_and_offers",
        &[
            ("no relay is open", &|script| {
                script.engine(Event::Profiles {
                    list: vec![world::profile("4sapi")],
                    current: None,
                });
                script.keys("W");
            }),
            ("no payments", &|script| {
                wallet(script);
                script.keys("t");
            }),
            ("no shop", &|script| {
                wallet(script);
                script.keys("u");
            }),
            ("redeemed", &|script| {
                wallet(script);
                script
                    .keys("c")
                    .pastes("0123456789abcdef0123456789abcdef")
                    .keys("<Enter> <Enter>");
                let (ask, added) = (script.ask(), Money::parse("2.5").unwrap());
                script.engine(Event::Wallet {
                    ask,
                    told: WalletTold::Redeemed(added),
                });
            }),
            ("an offer put off", &|script| {
                offered(script);
                script.keys("<Enter>");
            }),
            ("an offer asked for", &|script| {
                offered(script);
                script.keys("<Down> <Enter>");
            }),
            ("an offer declined", &|script| {
                offered(script);
                script.keys("<Down> <Down> <Enter>");
            }),
            ("an offer taken", &|script| {
                offered(script);
                script.keys("<Down> <Enter>");
                let (ask, name) = (script.ask(), "ollama".into());
                let models = vec!["qwen3:8b".into()];
                script.engine(Event::OfferTaken { ask, name, models });
            }),
            ("an offer taken, its prices known", &|script| {
                offered(script);
                script.keys("<Down> <Enter>");
                let (ask, name) = (script.ask(), "openai".into());
                let models = vec!["gpt-4o".into(), "gpt-4o-mini".into()];
                script.engine(Event::OfferTaken { ask, name, models });
            }),
            ("a failed answer", &|script| {
                asked(script);
                let turn = script.turn();
                script.engine(failed(
                    turn,
                    fault(FaultKind::Upstream, &said!("trouble-relay-upstream")),
                ));
            }),
        ],
    );
}
