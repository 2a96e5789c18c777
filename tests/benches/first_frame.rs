//! Start of the process to the first frame, in a real pseudo-terminal: the median and the range of twenty starts, on a
//! fresh home and on a used one, in English and in Chinese. Prints figures and judges nothing.

#![allow(clippy::expect_used, reason = "a bench that cannot run stops")]

#[path = "../support/pty.rs"]
#[allow(dead_code, reason = "the tests use more of it")]
mod pty;

use std::path::Path;
use std::time::Duration;

const STARTS: usize = 20;
const LANGUAGES: [(&str, &str); 2] = [("en", "English"), ("zh", "Chinese")];

fn start(home: &Path, language: &str) -> Duration {
    let environment = [
        ("RELAYDECK_LISTEN", "127.0.0.1:0"),
        ("RELAYDECK_LANGUAGE", language),
    ];
    let mut deck = pty::Pty::start(home, 120, 40, &[], &environment);
    deck.wait_text("relaydeck");
    let took = deck.started.elapsed();
    deck.kill();
    took
}

fn report(name: &str, mut times: Vec<Duration>) {
    times.sort();
    let ms = |at: usize| times[at].as_secs_f64() * 1e3;
    println!(
        "first frame, {name}: median {:.1} ms, best {:.1} ms, worst {:.1} ms of {}",
        ms(times.len() / 2),
        ms(0),
        ms(times.len() - 1),
        times.len()
    );
}

fn main() {
    for (tag, language) in LANGUAGES {
        let fresh = (0..STARTS).map(|_| {
            let home = tempfile::tempdir().expect("a folder");
            start(home.path(), tag)
        });
        report(&format!("fresh home, {language}"), fresh.collect());
    }

    let home = tempfile::tempdir().expect("a folder");
    let mut deck = pty::Pty::start(
        home.path(),
        120,
        40,
        &[],
        &[("RELAYDECK_LISTEN", "127.0.0.1:0")],
    );
    deck.wait_text("relay inside");
    deck.keys("\r");
    deck.wait_text("settled");
    deck.keys("\x03\x03");
    deck.wait_end();
    for (tag, language) in LANGUAGES {
        let used = (0..STARTS).map(|_| start(home.path(), tag));
        report(&format!("used home, {language}"), used.collect());
    }
}
