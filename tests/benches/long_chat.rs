//! A conversation of 1 MB on a screen of 120×40: how long a frame takes when it is first shown, when one more token has come,
//! when it is scrolled, when the terminal has another width. Prints figures and judges nothing:
//! `cargo bench --bench long_chat`.

#![allow(clippy::expect_used, reason = "a bench that cannot run stops")]

#[path = "../term_support/mod.rs"]
mod term_support;
#[path = "../tui_support/mod.rs"]
mod tui_support;

use std::time::{Duration, Instant};

use ratatui::layout::Size;
use relaydeck::domain::{Basis, Finish};
use relaydeck::tui::msg::Msg;
use relaydeck::tui::term::{Canvas, Dialect, Scroll, Writer};
use relaydeck::tui::theme::{ColorLevel, Glyphs};
use relaydeck::tui::view::{ViewCache, view};
use tui_support::{Script, events};

const SIZE: Size = Size::new(120, 40);
const PIECE: &str = "A relay puts the models of many vendors behind one address: **one key**, `one bill`, 一个地址。\n\n\
    - the price depends on the group\n- 价格因分组而不同\n\n```rust\nfn main() { println!(\"{}\", 42); }\n```\n\n";

struct Deck {
    script: Script,
    cache: ViewCache,
    canvas: Canvas,
    writer: Writer,
}

impl Deck {
    fn frame(&mut self) -> (Duration, usize) {
        let begun = Instant::now();
        let (model, cache) = (&self.script.model, &mut self.cache);
        let (drawn, cursor) = self.canvas.draw(|frame| view(model, cache, frame));
        let bytes = self.writer.frame(drawn, cursor).len();
        (begun.elapsed(), bytes)
    }

    fn report(&mut self, what: &str, times: usize, mut change: impl FnMut(&mut Script, usize)) {
        let mut all: Vec<(Duration, usize)> = (0..times)
            .map(|at| {
                let begun = Instant::now();
                change(&mut self.script, at);
                let changed = begun.elapsed();
                let (drawn, bytes) = self.frame();
                (changed + drawn, bytes)
            })
            .collect();
        all.sort();
        let ms = |at: usize| all[at].0.as_secs_f64() * 1e3;
        println!(
            "{what:28} p50 {:7.2} ms, worst {:7.2} ms, {:6} B",
            ms(all.len() / 2),
            ms(all.len() - 1),
            all[all.len() / 2].1
        );
    }
}

fn deck(script: Script) -> Deck {
    let dialect = Dialect {
        scroll: Scroll::Region,
        synchronized: true,
        ambiguous_wide: false,
    };
    Deck {
        script,
        cache: ViewCache::default(),
        canvas: Canvas::new(SIZE),
        writer: Writer::new(SIZE, dialect),
    }
}

fn conversation(answers: usize) -> Deck {
    let mut script = Script::with(SIZE.width, SIZE.height, ColorLevel::Ansi16, Glyphs::Unicode);
    events::open(&mut script, "local");
    let pieces = 1_000_000 / PIECE.len() / answers;
    for _ in 0..answers {
        script.types("go on").keys("<Enter>");
        let turn = script.turn();
        let end = events::spend(412, 900, "0.002676", Basis::Reported);
        script
            .engine(events::text(turn, &PIECE.repeat(pieces)))
            .engine(events::ended(turn, Finish::Stop, end));
    }
    script.types("and on").keys("<Enter>");
    deck(script)
}

fn main() {
    for answers in [1, 100] {
        println!("1 MB in {answers} answers, 120×40");
        let mut deck = conversation(answers);
        deck.report("first frame", 1, |_, _| {});
        let turn = deck.script.turn();
        deck.report("one more token", 200, |script, _| {
            script.engine(events::text(turn, "token 词元 "));
        });
        deck.report("a page up", 30, |script, _| {
            script.keys("<PgUp>");
        });
        deck.report("a row up", 100, |script, _| {
            script.keys("<Up>");
        });
        deck.report("another width", 10, |script, at| {
            let width = if at % 2 == 0 { 100 } else { 120 };
            script.msg(Msg::Resize(Size::new(width, 40)));
        });
    }
}
