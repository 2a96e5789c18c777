//! What a keystroke and a frame cost in the chat: a conversation of 1 MB, 200 kept sessions, code in colour. Prints figures,
//! judges nothing: `cargo bench --bench chat`.

#![allow(clippy::unwrap_used, missing_docs, reason = "a bench that fails stops")]

#[path = "../term_support/mod.rs"]
mod term_support;
#[path = "../tui_support/mod.rs"]
mod tui_support;

use std::time::{Duration, Instant};

use ratatui::layout::Size;
use relaydeck::domain::{Conversation, ConversationInfo, Finish, Money, Turn, UnixMillis, Usage};
use relaydeck::engine::door::{Event, Snapshot};
use relaydeck::ledger::Ledger;
use relaydeck::tui::view::ViewCache;
use tui_support::events::{open, text};
use tui_support::{NOON, Script, drawn};

const SIZE: Size = Size {
    width: 120,
    height: 40,
};
const SESSIONS: usize = 200;

fn answer(number: usize) -> String {
    let mut answer = format!("# Part {number}\n\n");
    for _ in 0..6 {
        answer.push_str("Some words of **an answer** with `code` and 一些中文，as models write, and then some more.\n\n");
        answer.push_str("```rust\nfn main() {\n    let words = [\"one\", \"two\"]; // a comment\n    println!(\"{}\", words.len());\n}\n```\n\n");
    }
    answer
}

/// A conversation of about a megabyte.
fn long() -> Conversation {
    let turns = (0..700).map(|number| Turn {
        sent: UnixMillis(NOON.0 - 1_000_000 + number),
        model: "claude-sonnet-4-5-20250929".into(),
        prompt: format!("Tell me about part {number}."),
        reply: answer(usize::try_from(number).unwrap()),
        finish: Some(Finish::Stop),
        usage: Usage {
            input: 400,
            output: 300,
            ..Usage::default()
        },
        ..Turn::default()
    });
    Conversation {
        id: Some(1),
        profile: "4sapi".into(),
        model: "claude-sonnet-4-5-20250929".into(),
        turns: turns.collect(),
        ..Conversation::default()
    }
}

fn told(what: &str, times: &mut [Duration]) {
    times.sort_unstable();
    let of = |share: usize| times[(times.len() - 1) * share / 100].as_secs_f64() * 1e3;
    println!("{what:<64} p50 {:>8.3} ms   p99 {:>8.3} ms", of(50), of(99));
}

/// Times something that changes the script, and the frame after it.
fn frames(
    what: &str,
    script: &mut Script,
    times: usize,
    mut change: impl FnMut(&mut Script, usize),
) {
    let mut cache = ViewCache::default();
    drawn(&script.model, &mut cache, SIZE);
    let (mut updates, mut draws) = (Vec::new(), Vec::new());
    for number in 0..times {
        let begun = Instant::now();
        change(script, number);
        updates.push(begun.elapsed());
        let begun = Instant::now();
        drawn(&script.model, &mut cache, SIZE);
        draws.push(begun.elapsed());
    }
    told(&format!("{what}: update"), &mut updates);
    told(&format!("{what}: frame"), &mut draws);
}

fn infos() -> Vec<ConversationInfo> {
    (0..SESSIONS)
        .map(|number| ConversationInfo {
            id: i64::try_from(number).unwrap() + 1,
            profile: "4sapi".into(),
            name: String::new(),
            model: "claude-sonnet-4-5-20250929".into(),
            first: format!("Question {number}: why does my stream break after a minute?"),
            turns: 12,
            last: NOON,
            cost: Money::from_nanos(31_200_000),
            unknown: 0,
            found: None,
        })
        .collect()
}

fn deck() -> Script {
    let mut script = Script::new(SIZE.width, SIZE.height);
    open(&mut script, "4sapi");
    script
}

/// The command line over a marketplace of thousands.
fn command_line() {
    let mut script = deck();
    let mut models: Vec<_> = (0..5_000)
        .map(|number| {
            let name = format!("vendor-{}-model-{number}-20250929", number % 40);
            tui_support::world::priced(&name, "Vendor", 3.0, 15.0)
        })
        .collect();
    models.sort_by(|a, b| a.name.cmp(&b.name));
    script.engine(tui_support::events::loaded(Snapshot::Models(models.into())));
    script.keys("<A-:>").types("model ");
    frames(
        "a letter of a name in the command line, 5,000 models",
        &mut script,
        100,
        |script, number| {
            script.keys(if number % 2 == 0 { "7" } else { "<BS>" });
        },
    );
}

fn main() {
    command_line();
    let talk = long();
    let bytes: usize = talk.turns.iter().map(|turn| turn.reply.len()).sum();
    println!(
        "a conversation of {} turns and {} kB, 120×40",
        talk.turns.len(),
        bytes / 1_000
    );
    let mut script = deck();
    script.keys("<C-o>");
    let ask = script.ask();
    script.engine(Event::Sessions {
        ask,
        find: String::new(),
        list: infos(),
    });
    frames(
        "a letter in the filter of 200 sessions",
        &mut script,
        200,
        |script, number| {
            script.keys(if number % 2 == 0 { "b" } else { "<BS>" });
        },
    );
    script.keys("<Enter>");
    let ask = script.ask();
    let begun = Instant::now();
    script.engine(Event::SessionRead {
        ask,
        conversation: Box::new(talk.clone()),
    });
    println!(
        "{:<64} {:>12.3} ms",
        "the conversation is opened: update",
        begun.elapsed().as_secs_f64() * 1e3
    );
    let begun = Instant::now();
    drawn(&script.model, &mut ViewCache::default(), SIZE);
    println!(
        "{:<64} {:>12.3} ms",
        "the conversation is opened: first frame",
        begun.elapsed().as_secs_f64() * 1e3
    );
    frames("a letter in the input", &mut script, 200, |script, _| {
        script.keys("x");
    });
    script.keys("<C-u>");
    frames("a page up", &mut script, 100, |script, _| {
        script.keys("<PgUp>");
    });
    script.keys("<End>").types("go on").keys("<Enter>");
    let turn = script.turn();
    script.engine(text(turn, "```rust\n"));
    frames(
        "a token of code as it streams",
        &mut script,
        400,
        |script, number| {
            let word = if number % 9 == 8 { "\n" } else { "let x = 1; " };
            script.engine(text(turn, word));
        },
    );
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap();
    runtime.block_on(ledger(&talk));
}

async fn ledger(talk: &Conversation) {
    let home = tempfile::tempdir().unwrap();
    let ledger = Ledger::open(&home.path().join("ledger.db")).unwrap();
    for number in 0..SESSIONS {
        let turns = if number == 0 { talk.turns.len() } else { 12 };
        let kept = Conversation {
            id: None,
            turns: talk.turns[..turns].to_vec(),
            ..talk.clone()
        };
        ledger.keep(&kept).await.unwrap();
    }
    for (what, find) in [
        ("the list of 200 sessions, from the ledger", ""),
        ("a text that all of them say", "as models write"),
        ("a text that none of them says", "nowhere to be found"),
    ] {
        let mut times = Vec::new();
        for _ in 0..20 {
            let begun = Instant::now();
            ledger.conversations("4sapi", find).await.unwrap();
            times.push(begun.elapsed());
        }
        told(what, &mut times);
    }
}
