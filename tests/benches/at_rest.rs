//! The dashboard at rest, with the relay inside, 5,000 models in the marketplace and a conversation of 1 MB on the screen:
//! resident memory, and over ten seconds the bytes that were sent and the context switches of every thread. Prints figures
//! and judges nothing: `cargo bench --bench at_rest`.

#![allow(clippy::expect_used, reason = "a bench that cannot run stops")]

#[path = "../support/mod.rs"]
mod support;

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use relaydeck::domain::{Conversation, Finish, Turn, UnixMillis};
use relaydeck::ledger::Ledger;
use support::pty::Pty;
use support::{json, relaydeck};

const REST: Duration = Duration::from_secs(10);
const ALONE: [(&str, &str); 1] = [("RELAYDECK_LISTEN", "127.0.0.1:0")];

/// A line of `/proc/PID/status` in its unit.
fn status(path: &str, name: &str) -> u64 {
    let text = fs::read_to_string(path).unwrap_or_default();
    let line = text.lines().find_map(|line| line.strip_prefix(name));
    let figure = line.and_then(|rest| {
        rest.trim_start_matches(':')
            .split_whitespace()
            .next()?
            .parse()
            .ok()
    });
    figure.unwrap_or(0)
}

fn memory(name: &str, deck: &Pty) {
    let path = format!("/proc/{}/status", deck.pid());
    let mib = |name| f64::from(u32::try_from(status(&path, name)).unwrap_or(0)) / 1_024.0;
    println!(
        "memory, {name}: {:.1} MiB resident, of which {:.1} MiB are not files",
        mib("VmRSS"),
        mib("RssAnon")
    );
}

/// The threads, by name, with how often each was put to sleep and woken.
fn switches(deck: &Pty) -> Vec<(String, u64)> {
    let tasks = fs::read_dir(format!("/proc/{}/task", deck.pid())).expect("the process");
    tasks
        .filter_map(Result::ok)
        .map(|task| {
            let path = task.path();
            let name = fs::read_to_string(path.join("comm")).unwrap_or_default();
            let path = path.join("status").display().to_string();
            let count = status(&path, "voluntary_ctxt_switches")
                + status(&path, "nonvoluntary_ctxt_switches");
            (name.trim().to_owned(), count)
        })
        .collect()
}

fn rest(name: &str, deck: &mut Pty) {
    // What passes by itself has passed: messages, measurements after opening.
    while deck.settle(Duration::from_secs(8)) {}
    let (bytes, before) = (deck.raw.len(), switches(deck));
    std::thread::sleep(REST);
    deck.settle(Duration::ZERO);
    let after = switches(deck);
    let woken: Vec<String> = after
        .iter()
        .zip(&before)
        .filter(|((_, after), (_, before))| after > before)
        .map(|((name, after), (_, before))| format!("{name} {}", after - before))
        .collect();
    println!(
        "at rest for {} s, {name}: {} bytes sent; context switches of {} threads: {}",
        REST.as_secs(),
        deck.raw.len() - bytes,
        after.len(),
        if woken.is_empty() {
            "none".to_owned()
        } else {
            woken.join(", ")
        }
    );
}

/// Keeps a conversation of a megabyte in the ledger; says how many bytes it has. The relay's own models read no such
/// length at once.
fn keep_a_conversation(home: &Path) -> usize {
    let part = "Some words of **an answer** with `code` and 一些中文，as models write, and then some more.\n\n\
        ```rust\nfn main() { println!(\"{}\", 42); }\n```\n\n";
    let reply = part.repeat(20_000 / part.len());
    let turns: Vec<Turn> = (0..50)
        .map(|number| Turn {
            sent: UnixMillis(1_790_000_000_000 + number),
            model: "relaydeck-lab".into(),
            prompt: "Tell me everything".into(),
            reply: match number {
                49 => format!("{reply}These are the last words of all."),
                _ => reply.clone(),
            },
            finish: Some(Finish::Stop),
            ..Turn::default()
        })
        .collect();
    let bytes = turns.iter().map(|turn| turn.reply.len()).sum();
    let conversation = Conversation {
        profile: "local".into(),
        model: "relaydeck-lab".into(),
        turns,
        ..Conversation::default()
    };
    let ledger = json(home, &["config", "path"])["ledger"]
        .as_str()
        .map(PathBuf::from)
        .expect("the ledger's path");
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .expect("a runtime");
    runtime.block_on(async {
        let ledger = Ledger::open(&ledger).expect("the ledger");
        ledger.keep(&conversation).await.expect("it is kept");
        ledger.close().await.expect("it is closed");
    });
    bytes
}

fn main() {
    let home = tempfile::tempdir().expect("a folder");
    let mut deck = Pty::start(home.path(), 120, 40, &[], &ALONE);
    deck.wait_text("relay inside");
    deck.keys("\r");
    deck.wait_text("settled");
    memory("fresh home", &deck);
    rest("fresh home", &mut deck);
    deck.keys("\x03\x03");
    deck.wait_end();

    for vendor in 0..4 {
        let models: Vec<String> = (0..1_250)
            .map(|at| format!("vendor{vendor}-model-{at:04}"))
            .collect();
        let added = relaydeck(
            home.path(),
            &[
                "channels",
                "add",
                &format!("vendor{vendor}"),
                "--url",
                "http://127.0.0.1:9/v1",
                "--models",
                &models.join(","),
            ],
        );
        assert!(
            added.status.success(),
            "{}",
            String::from_utf8_lossy(&added.stderr)
        );
    }
    let listed = json(home.path(), &["models", "list"])
        .as_array()
        .map_or(0, Vec::len);
    let bytes = keep_a_conversation(home.path());
    let mut deck = Pty::start(home.path(), 120, 40, &[], &ALONE);
    deck.wait_text("wallet");
    deck.keys("\x0f");
    deck.wait_text("Tell me everything");
    deck.keys("\r");
    deck.wait_text("the last words of all");
    memory(
        &format!("{listed} models, {} kB of conversation", bytes / 1_000),
        &deck,
    );
    rest("the same", &mut deck);
    deck.keys("\x03\x03");
    deck.wait_end();
}
