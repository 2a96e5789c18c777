//! The states of every screen beside the one where all is well: on its way, empty, stale, failed, gone, refused; and what
//! is asked and told over it. As they are seen at 80×24 and 120×40, without colour and with, and in Chinese.

mod term_support;
mod tui_support;

use relaydeck::domain::{ApiKey, Fault, FaultKind};
use relaydeck::engine::door::{Event, KeyTold, Scope, Snapshot};
use relaydeck::engine::tools::{Tone, ToolNews, ToolPage};
use tui_support::events::{
    failed, fault, late, list_failed, loaded, open, open_key_only, relay_says, text,
};
use tui_support::scenes::scene;
use tui_support::tools::{plan, told, works};
use tui_support::{Script, said, world};

/// The lists of a relay that is open now, still on their way.
fn arriving(script: &mut Script) {
    script
        .engine(Event::Profiles {
            list: vec![world::profile("4sapi")],
            current: Some("4sapi".into()),
        })
        .engine(Event::Opened {
            profile: world::profile("4sapi"),
            facts: world::facts(true),
            conversation: None,
        });
}

fn deck(script: &mut Script) {
    open(script, "4sapi");
    script.keys("<Esc>");
}

#[test]
fn lists_on_their_way_empty_stale_and_failed() {
    for (tab, place, scope) in [
        ("2", "groups", Scope::Groups),
        ("3", "market", Scope::Models),
    ] {
        let empty = || match scope {
            Scope::Groups => Snapshot::Groups(vec![]),
            _ => Snapshot::Models([].into()),
        };
        scene(&format!("{place}_loading"), |script| {
            arriving(script);
            script.keys("<Esc>").keys(tab);
        });
        scene(&format!("{place}_empty"), |script| {
            deck(script);
            script.keys(tab).engine(loaded(empty()));
        });
        scene(&format!("{place}_failed"), |script| {
            arriving(script);
            script.keys("<Esc>").keys(tab);
            script.engine(list_failed(scope, FaultKind::Timeout, &late()));
        });
        scene(&format!("{place}_stale"), |script| {
            deck(script);
            script.keys(tab).waits(7_000);
            script.engine(list_failed(scope, FaultKind::Timeout, &late()));
            script.waits(7_000);
        });
    }
    scene("groups_sorted_and_filtered", |script| {
        deck(script);
        script.keys("2 R / v");
    });
    scene("market_sorted", |script| {
        deck(script);
        script.keys("3 O");
    });
}

#[test]
fn what_is_gone_while_it_is_looked_at() {
    scene("key_gone", |script| {
        deck(script);
        script.keys("1 <Enter>");
        script.engine(loaded(Snapshot::Keys(vec![])));
    });
    scene("group_gone", |script| {
        deck(script);
        script.keys("2 i");
        script.engine(loaded(Snapshot::Groups(vec![])));
    });
    scene("model_gone", |script| {
        deck(script);
        script.keys("3 <Enter>");
        script.engine(loaded(Snapshot::Models([].into())));
    });
}

#[test]
fn questions_and_what_follows() {
    scene("keys_enable_many", |script| {
        deck(script);
        script.keys("1 j j <Space> <Space> x");
    });
    scene("switch_relay_while_streaming", |script| {
        script.engine(Event::Profiles {
            list: vec![world::profile("4sapi"), world::profile("work")],
            current: Some("4sapi".into()),
        });
        open(script, "4sapi");
        script.engine(Event::Profiles {
            list: vec![world::profile("4sapi"), world::profile("work")],
            current: Some("4sapi".into()),
        });
        script
            .keys("<C-p> sonnet <Enter>")
            .types("hi")
            .keys("<Enter>");
        let turn = script.turn();
        script
            .engine(text(turn, "Good"))
            .keys("<Tab> P work <Enter>");
    });
    scene("secret_of_a_successor", |script| {
        deck(script);
        script.keys("1 p y");
        let ask = script.ask();
        script.engine(Event::Keys {
            ask,
            profile: "4sapi".into(),
            told: KeyTold::Replaced {
                old: 4,
                key: world::key(9, "cursor-dev").info,
                secret: ApiKey::new(format!("sk-{}", "Qz7".repeat(8))),
                stored_in: "~/.config/relaydeck/secrets.toml (0600)".into(),
                fault: None,
            },
        });
    });
    scene("a_deed_refused", |script| {
        deck(script);
        script.keys("1 x");
        let ask = script.ask();
        let fault = Fault::new(FaultKind::Forbidden, "the relay refused: read-only account");
        script.engine(Event::AskFailed { ask, fault });
    });
    scene("chat_failed_and_brought_to_support", |script| {
        deck(script);
        script
            .keys("4 <C-p> sonnet <Enter>")
            .types("And in two?")
            .keys("<Enter>");
        let turn = script.turn();
        let told = relay_says(
            "trouble-relay-upstream",
            "The server is overloaded; try again later",
        );
        let broken = fault(FaultKind::Upstream, &told).with_status(503);
        script.engine(failed(turn, broken)).keys("<A-c>");
        script.copied(relaydeck::locale::Word("copied-support"));
    });
    scene("key_picker", |script| {
        deck(script);
        script.keys("4 <C-k>");
    });
}

#[test]
fn help_in_every_place() {
    for (place, keys) in [
        ("keys", "1 ?"),
        ("groups", "2 ?"),
        ("chat_reading", "4 <Esc> ?"),
        ("usage", "5 ?"),
        ("verify", "6 ?"),
        ("tools", "7 ?"),
        ("key_detail", "1 <Enter> ?"),
        ("form", "1 n <F1>"),
        ("picker", "P <F1>"),
        ("wallet", "W ?"),
        ("command_line", ": <F1>"),
    ] {
        scene(&format!("help_{place}"), |script| {
            deck(script);
            script.keys(keys);
        });
    }
}

fn tools(script: &mut Script) {
    deck(script);
    script.keys("7");
    let ask = script.ask();
    script.engine(told(ask));
}

fn page(title: &str, rows: &[(Tone, &str)], copy: Option<ApiKey>) -> ToolNews {
    let rows = rows.iter().map(|(tone, text)| (*tone, (*text).to_owned()));
    ToolNews::Page(Box::new(ToolPage {
        title: title.into(),
        rows: rows.collect(),
        question: None,
        copy,
        set_up: None,
    }))
}

#[test]
fn tools_in_every_state() {
    scene("tools_failed", |script| {
        deck(script);
        script.keys("7");
        let ask = script.ask();
        let fault = Fault::new(
            FaultKind::Local,
            said!(
                "trouble-read",
                path = "~/.claude",
                why = said!("trouble-system-no-permission")
            ),
        );
        script.engine(Event::Tool(ask, Err(fault)));
    });
    scene("tools_nothing_found", |script| {
        tools(script);
        script.keys("/ zzz");
    });
    scene("tools_without_models", |script| {
        deck(script);
        script.keys("7");
        let ask = script.ask();
        let mut rows = tui_support::tools::rows();
        rows.iter_mut().for_each(|row| row.models.clear());
        script.engine(Event::Tool(ask, Ok(ToolNews::Rows(rows))));
    });
    scene("tools_written", |script| {
        tools(script);
        script.keys("j <Enter>");
        let ask = script.ask();
        script.engine(plan(ask)).keys("y");
        let ask = script.ask();
        let (done, works) = (said!("tools-is-set-up", tool = "Codex CLI"), works());
        let kept = said!("tools-kept", kept = "~/.local/share/relaydeck/undo");
        let rows = [
            (Tone::Good, done.as_str()),
            (Tone::Text, &kept),
            (Tone::Good, &works),
        ];
        let title = said!("tools-title-set-up", tool = "Codex CLI");
        script.engine(Event::Tool(ask, Ok(page(&title, &rows, None))));
    });
    scene("tools_link", |script| {
        tools(script);
        script.keys("/ kelivo <Enter> <Enter>");
        let ask = script.ask();
        let holds = said!("tools-link-key", masked = "sk-aB3d**********x9Zk");
        let rows = [
            (Tone::Text, holds.as_str()),
            (Tone::Code, "█▀▀▀▀▀█ ▄▀ █▀▀▀▀▀█"),
            (Tone::Code, "█ ███ █ ▀▄ █ ███ █"),
            (Tone::Code, "▀▀▀▀▀▀▀ ▀▀ ▀▀▀▀▀▀▀"),
        ];
        let link = Some(ApiKey::new("ai-provider:v1:abcdefghijklmnop"));
        script.engine(Event::Tool(ask, Ok(page("Kelivo", &rows, link))));
    });
}

#[test]
fn a_relay_with_a_key_only_says_what_it_cannot_show() {
    for (place, keys) in [
        ("usage", "5"),
        ("verify", "6"),
        ("tools", "7"),
        ("chat", "4"),
    ] {
        scene(&format!("key_only_{place}"), |script| {
            open_key_only(script, "plain");
            script.keys("<Esc>").keys(keys);
        });
    }
}
