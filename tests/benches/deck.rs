//! What the dashboard works for each key pressed, with 5,000 models and 500 keys: a keystroke in the filter, and the
//! opening of each tab. Drawing is part of it. Prints figures and judges nothing.

#![allow(clippy::unwrap_used, reason = "a bench fails by panicking")]

#[path = "../term_support/mod.rs"]
mod term_support;
#[path = "../tui_support/mod.rs"]
mod tui_support;

use std::time::{Duration, Instant};

use relaydeck::engine::door::Snapshot;
use relaydeck::tui::view::ViewCache;
use tui_support::events::{loaded, open};
use tui_support::{Script, drawn, world};

const TIMES: usize = 60;

fn deck() -> Script {
    let mut script = Script::new(120, 40);
    open(&mut script, "4sapi");
    let models: Vec<_> = (0..5_000)
        .map(|at| {
            world::priced(
                &format!("vendor-{}/model-{at:04}", at % 37),
                "vendor",
                1.0,
                2.0,
            )
        })
        .collect();
    let keys = (1..=500)
        .map(|id| world::key(id, &format!("project-{id}-prod-use-ann")))
        .collect();
    script.engine(loaded(Snapshot::Models(models.into())));
    script.engine(loaded(Snapshot::Keys(keys)));
    script.keys("<Esc>");
    script
}

/// The work of these keys and of the frame after them, many times; `back` is pressed between and does not count.
fn measure(name: &str, script: &mut Script, keys: &str, back: &str) {
    let mut cache = ViewCache::default();
    let mut times: Vec<Duration> = (0..TIMES)
        .map(|_| {
            let begun = Instant::now();
            script.keys(keys);
            drawn(&script.model, &mut cache, script.model.size);
            let took = begun.elapsed();
            script.keys(back);
            took
        })
        .collect();
    times.sort();
    let ms = |at: usize| times[at].as_secs_f64() * 1e3;
    println!(
        "{name}: median {:.3} ms, 95 % {:.3} ms, worst {:.3} ms of {TIMES}",
        ms(TIMES / 2),
        ms(TIMES * 95 / 100),
        ms(TIMES - 1)
    );
}

fn main() {
    let mut script = deck();
    measure("open Keys (500)", &mut script, "1", "4 <Esc>");
    measure("open Groups", &mut script, "2", "4 <Esc>");
    measure("open Market (5 000)", &mut script, "3", "4 <Esc>");
    measure("open Chat", &mut script, "4", "<Esc> 1");
    script.keys("3 /");
    measure(
        "a keystroke in the filter of the Market",
        &mut script,
        "m",
        "<BS>",
    );
    script.keys("m o d e");
    measure("a fifth letter", &mut script, "l", "<BS>");
    script.keys("<Esc> 1 /");
    measure(
        "a keystroke in the filter of the Keys",
        &mut script,
        "p",
        "<BS>",
    );
    script.keys("<Esc> 3");
    measure("sort the Market by price", &mut script, "I", "");
    measure(
        "choose what the Market is filtered by",
        &mut script,
        "f",
        "<Esc>",
    );
}
