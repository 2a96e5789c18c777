//! A reply that streams over a slow line: how long a key takes to be seen at 25 and at 5 KiB/s, and what the ledger says of
//! the reply's first token and duration, which must not depend on the line. The real binary in a pseudo-terminal whose other
//! end takes bytes at that rate. Prints figures and judges nothing: `cargo bench --bench slow_line`.

#![allow(clippy::expect_used, reason = "a bench that cannot run stops")]

#[path = "../support/mod.rs"]
mod support;

use std::path::Path;
use std::time::{Duration, Instant};

use support::json;
use support::pty::Pty;

/// Seconds between two keys: often enough for many, seldom enough that none waits for another.
const PAUSE: Duration = Duration::from_millis(170);
const KEYS: usize = 60;
const LETTERS: &[u8] = b"abcdefghijklmnopqrstuvwxyz";

fn main() {
    let home = tempfile::tempdir().expect("a folder");
    for (name, rate) in [
        ("no limit", 0),
        ("25 KiB/s", 25 * 1_024),
        ("5 KiB/s", 5 * 1_024),
    ] {
        measure(home.path(), name, rate);
    }
}

fn measure(home: &Path, name: &str, rate: u32) {
    let env = [
        ("RELAYDECK_LISTEN", "127.0.0.1:0"),
        ("SSH_CONNECTION", "10.0.0.1 22"),
    ];
    let mut deck = Pty::start(home, 120, 40, &[], &env);
    deck.wait_for("the dashboard", |screen| {
        screen.contains("relay inside") || screen.contains("wallet")
    });
    if deck.text().contains("relay inside") {
        deck.keys("\r");
        deck.wait_text("settled");
    }
    // Keys that arrive in one piece are taken for a paste, in which Enter chooses nothing: each waits for the one before.
    const PICKER: &str = "Choose the model";
    deck.keys("\x10");
    deck.wait_text(PICKER);
    deck.keys("relaydeck-lab");
    deck.wait_text("/ relaydeck-lab");
    deck.keys("\r");
    deck.wait_for("the lab to be chosen", |screen| {
        !screen.contains(PICKER) && screen.contains("\u{2500} relaydeck-lab")
    });
    // As long as the keys take, and a little longer.
    deck.keys("[[tokens=1100 speed=80]]\r");
    deck.wait_for("tokens", |screen| {
        screen.contains("tok/s") && screen.contains("estimated")
    });
    deck.throttle(rate);
    let bytes = deck.raw.len();
    let begun = Instant::now();
    let mut times: Vec<Duration> = (0..KEYS)
        .map(|at| {
            std::thread::sleep(PAUSE);
            deck.settle(Duration::ZERO);
            let letter = char::from(LETTERS[at % LETTERS.len()]).to_string();
            let typed: String = (0..=at)
                .map(|at| char::from(LETTERS[at % LETTERS.len()]))
                .collect();
            let pressed = Instant::now();
            deck.keys(&letter);
            deck.wait_text(&typed);
            pressed.elapsed()
        })
        .collect();
    let sent = deck.raw.len() - bytes;
    let seconds = begun.elapsed().as_secs_f64();
    deck.throttle(0);
    // Of this reply: what was said before may be settled already, and its own words speak of settling.
    deck.wait_for("the end of the reply", |screen| {
        let mut rows = screen.lines();
        rows.any(|row| row.contains("tok/s") && row.contains("settled"))
    });
    deck.keys("\x03\x03");
    deck.wait_end();
    times.sort();
    let ms = |at: usize| times[at].as_secs_f64() * 1e3;
    let receipt = &json(home, &["usage", "receipts", "--limit", "1"])[0];
    println!(
        "{name:8}: key to echo p50 {:5.1} ms, p99 {:5.1} ms, worst {:5.1} ms of {KEYS}; {:4.1} KiB/s sent; ledger: first token {} ms, whole {} ms",
        ms(times.len() / 2),
        ms(times.len() * 99 / 100),
        ms(times.len() - 1),
        f64::from(u32::try_from(sent).expect("not so much")) / 1_024.0 / seconds,
        receipt["first_ms"],
        receipt["total_ms"],
    );
}
