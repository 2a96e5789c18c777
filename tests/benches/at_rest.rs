//! The dashboard at rest, with the relay inside, 5,000 models in the marketplace and a conversation of 1 MB on the screen:
//! resident memory, and over ten seconds the bytes that were sent and the context switches of every thread. Prints figures
//! and judges nothing: `cargo bench --bench at_rest`.

#![allow(clippy::expect_used, reason = "a bench that cannot run stops")]

#[path = "../support/mod.rs"]
mod support;

use std::fs;
use std::time::Duration;

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
    let mut deck = Pty::start(home.path(), 120, 40, &[], &ALONE);
    deck.wait_text("wallet");
    deck.keys("\x10");
    deck.wait_text("relaydeck-lab");
    deck.keys("relaydeck-lab\r");
    deck.wait_for("the lab to be chosen", |screen| {
        screen.contains("\u{2500} relaydeck-lab")
    });
    // Each answer is as long as the lab makes them; a conversation of 1 MB is several.
    let mut bytes = 0;
    while bytes < 1_000_000 {
        deck.keys("[[tokens=4000 speed=0]]\r");
        deck.wait_for("tokens", |screen| screen.contains("estimated"));
        deck.wait_for("the end of the answer", |screen| screen.contains("settled"));
        let receipt = &json(home.path(), &["usage", "receipts", "--limit", "1"])[0];
        // The lab's filler has about five bytes a token.
        bytes += receipt["counted"]["output"].as_u64().unwrap_or(0) * 5;
        deck.settle(Duration::from_millis(300));
    }
    memory(
        &format!(
            "{listed} models, about {} kB of conversation",
            bytes / 1_000
        ),
        &deck,
    );
    rest("the same", &mut deck);
    deck.keys("\x03\x03");
    deck.wait_end();
}
