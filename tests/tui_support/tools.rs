//! Third-party tools as the engine tells them, for the tests of their tab.

use relaydeck::engine::door::{AskId, Event};
use relaydeck::engine::tools::{Placed, SetupKind, State, Tone, ToolNews, ToolPage, ToolRow};
use relaydeck::locale::plain;
use relaydeck::tools::{Evidence, find};

use super::said;

fn placed(value: &str, place: &str) -> Placed {
    Placed {
        value: value.into(),
        place: place.into(),
    }
}

fn row(id: &'static str, name: &'static str, state: State) -> ToolRow {
    ToolRow {
        id,
        name,
        about: find(id).map_or("", |tool| &tool.words().about),
        evidence: Evidence::Verified,
        found: Some(format!("/usr/bin/{id}")),
        kind: SetupKind::Written,
        files: vec![format!("~/.{id}/config")],
        wants: "https://relay.example/v1".into(),
        calls: "/chat/completions",
        urls: Vec::new(),
        keys: Vec::new(),
        models: Vec::new(),
        relay: None,
        key_name: None,
        state,
        why: said!("tools-not-set-up"),
        brief: "",
        advice: None,
        undoable: 0,
        steps: Vec::new(),
        notes: &[],
        install: None,
    }
}

/// Four tools: one that works, one whose address has the wrong form, one not set up, one by hand.
pub fn rows() -> Vec<ToolRow> {
    let mut claude = row("claude-code", "Claude Code", State::Ready);
    claude.urls = vec![placed("https://relay.example", "~/.claude/settings.json")];
    claude.keys = vec![placed("sk-aB3d**********x9Zk", "~/.claude/settings.json")];
    claude.models = vec![placed(
        "claude-sonnet-4-5-20250929",
        "~/.claude/settings.json",
    )];
    claude.relay = Some("4sapi".into());
    claude.undoable = 1;
    let mut codex = row("codex", "Codex CLI", State::Wrong);
    codex.urls = vec![placed("https://relay.example", "~/.codex/config.toml")];
    codex.brief = plain("tools-brief-wrong-form");
    codex.why = wrong_form();
    let mut aider = row("aider", "Aider", State::Untouched);
    aider.found = None;
    let mut cursor = row("cursor", "Cursor", State::Unknown);
    cursor.found = None;
    cursor.kind = SetupKind::ByHand;
    vec![claude, codex, aider, cursor]
}

/// That the address of Codex is in no form it can call.
fn wrong_form() -> String {
    said!(
        "tools-wrong-form",
        calls = "https://relay.example/responses"
    )
}

/// The list of tools, told.
pub fn told(ask: AskId) -> Event {
    Event::Tool(ask, Ok(ToolNews::Rows(rows())))
}

/// What a setup that was agreed to came to, told: the tool uses the key of this number.
pub fn set_up(ask: AskId, key: i64) -> Event {
    let page = ToolPage {
        title: said!("tools-is-set-up", tool = "Codex CLI"),
        rows: vec![(Tone::Good, works())],
        question: None,
        copy: None,
        set_up: Some(("Codex CLI".into(), Some(key))),
    };
    Event::Tool(ask, Ok(ToolNews::Page(Box::new(page))))
}

/// What is said of a call that worked.
pub fn works() -> String {
    said!(
        "tools-works-answer",
        text = "\"Hi.\"",
        took = "0.81 s",
        cost = "$0.000021",
        models = said!("tools-key-models", count = #8)
    )
}

/// The address that a tool uses, and the file that it has it from.
pub fn address(file: &str) -> String {
    let what = plain("tools-address");
    format!("{what}: https://relay.example  ({file})")
}

/// How a tool is set up by hand, step by step; and what is to be known of it.
pub fn by_hand(id: &str) -> (Vec<String>, Vec<String>) {
    let words = find(id).unwrap().words();
    let steps = words.steps.iter().enumerate().map(|(at, step)| {
        let step = step
            .replace("{url}", "https://4sapi.example/v1")
            .replace("{model}", "claude-sonnet-4-5-20250929");
        format!("{}. {step}", at + 1)
    });
    (steps.collect(), words.notes.clone())
}

/// A plan with its difference, told.
pub fn plan(ask: AskId) -> Event {
    let wrong = wrong_form();
    let key = said!(
        "tools-key",
        name = "codex-relaydeck",
        masked = "sk-aB3d**********x9Zk"
    );
    let with = said!(
        "tools-with",
        url = "https://relay.example/v1",
        key = key,
        model = "gpt-5"
    );
    let rows = [
        (Tone::Head, plain("tools-uses-now")),
        (Tone::Text, &address("~/.codex/config.toml")),
        (Tone::Bad, &wrong),
        (Tone::Text, ""),
        (Tone::Head, plain("tools-would-get")),
        (Tone::Text, &with),
        (Tone::Text, ""),
        (Tone::Bad, "--- ~/.codex/config.toml"),
        (Tone::Good, "+++ ~/.codex/config.toml"),
        (Tone::Dim, "@@ -1,3 +1,3 @@"),
        (Tone::Code, " [model_providers.relaydeck]"),
        (Tone::Bad, "-base_url = \"https://relay.example\""),
        (Tone::Good, "+base_url = \"https://relay.example/v1\""),
    ];
    let page = ToolPage {
        title: said!("tools-ask-set-up", tool = "Codex CLI"),
        rows: rows.map(|(tone, text)| (tone, text.to_owned())).to_vec(),
        question: Some(said!("tools-yes-writes")),
        copy: None,
        set_up: None,
    };
    Event::Tool(ask, Ok(ToolNews::Page(Box::new(page))))
}
