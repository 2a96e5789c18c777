//! What a streaming reply costs on the line: a Chinese and an English one, at 80 tokens a second, in a dashboard of 120×40
//! with live figures, by the stock backend and by ours. Bytes by byte of reply, KiB a second, writes a frame, the largest
//! frame. Time is made up, so the figures are the same on every machine. Prints figures and judges nothing:
//! `cargo bench --bench stream_bytes`.

#![allow(clippy::expect_used, reason = "a bench that cannot run stops")]

#[path = "../term_support/mod.rs"]
mod term_support;
#[path = "../tui_support/mod.rs"]
mod tui_support;

use std::cell::RefCell;
use std::io::{self, LineWriter, Write};
use std::rc::Rc;

use ratatui::Terminal;
use ratatui::backend::CrosstermBackend;
use ratatui::layout::{Rect, Size};
use ratatui::{TerminalOptions, Viewport};
use relaydeck::domain::{Basis, Cost, Finish, Money, Usage};
use relaydeck::engine::door::{Event, Spend, TurnId};
use relaydeck::tui::term::{Canvas, Dialect, Link, Pacer, Scroll, Urgency, Writer};
use relaydeck::tui::theme::{ColorLevel, Glyphs};
use relaydeck::tui::view::{ViewCache, view};
use tui_support::{Script, events};

const SIZE: Size = Size::new(120, 40);
/// Milliseconds between tokens, times two: 80 a second.
const TOKEN_HALF_MS: u64 = 25;

const CHINESE: &str = "中继把许多厂商的模型放在同一个地址和同一种密钥后面，按用量计费，价格因分组而不同。\
    请求发出以后，答案一个词元一个词元地到来，界面随之更新费用、速度和余额，最后以账单为准。\
    慢速线路上的用户最在意的是每一个字节：滚动一行不应该重画整个屏幕，空闲时也不应该发送任何东西。";
const ENGLISH: &str = "A relay puts the models of many vendors behind one address and one kind of key, and bills what is \
    used at a price that depends on the group. Once a request is sent the answer comes token by token, and the figures for \
    cost, speed and balance move with it until the bill settles them. On a slow line every byte counts: a pane that scrolls \
    by one row should not be painted again, and an idle screen should not send anything at all. ";

/// A text of so many bytes in paragraphs, in pieces of so many letters.
fn tokens(text: &str, bytes: usize, letters: usize) -> Vec<String> {
    let mut whole = String::new();
    let mut paragraph = 0;
    for letter in text.chars().cycle() {
        if whole.len() >= bytes {
            break;
        }
        whole.push(letter);
        paragraph += 1;
        if paragraph >= 400 && matches!(letter, '。' | '.') {
            whole.push_str("\n\n");
            paragraph = 0;
        }
    }
    let letters_of: Vec<char> = whole.chars().collect();
    letters_of
        .chunks(letters)
        .map(|piece| piece.iter().collect())
        .collect()
}

/// Counts what is written.
#[derive(Clone, Default)]
struct Line(Rc<RefCell<(usize, usize)>>);

impl Write for Line {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let mut counted = self.0.borrow_mut();
        counted.0 += bytes.len();
        counted.1 += 1;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// A way to bring frames to the terminal.
trait Way {
    /// Draws a frame; bytes and writes.
    fn draw(&mut self, script: &Script, cache: &mut ViewCache) -> (usize, usize);
}

struct Stock(Terminal<CrosstermBackend<LineWriter<Line>>>, Line);

impl Stock {
    fn new() -> Self {
        let line = Line::default();
        let backend = CrosstermBackend::new(LineWriter::new(line.clone()));
        let area = Rect::new(0, 0, SIZE.width, SIZE.height);
        let options = TerminalOptions {
            viewport: Viewport::Fixed(area),
        };
        let terminal = Terminal::with_options(backend, options).expect("a terminal");
        Stock(terminal, line)
    }
}

impl Way for Stock {
    fn draw(&mut self, script: &Script, cache: &mut ViewCache) -> (usize, usize) {
        self.0
            .draw(|frame| view(&script.model, cache, frame))
            .expect("a frame");
        std::mem::take(&mut *self.1.0.borrow_mut())
    }
}

struct Ours(Canvas, Writer);

impl Ours {
    fn new(scroll: Scroll) -> Self {
        let dialect = Dialect {
            scroll,
            synchronized: true,
            ambiguous_wide: false,
        };
        Ours(Canvas::new(SIZE), Writer::new(SIZE, dialect))
    }
}

impl Way for Ours {
    fn draw(&mut self, script: &Script, cache: &mut ViewCache) -> (usize, usize) {
        let (drawn, cursor) = self.0.draw(|frame| view(&script.model, cache, frame));
        let bytes = self.1.frame(drawn, cursor).len();
        (bytes, usize::from(bytes > 0))
    }
}

fn spend(tokens: u64, elapsed_ms: u64) -> Spend {
    let nanos = i64::try_from(tokens * 15_000).expect("few tokens");
    Spend {
        usage: Usage {
            input: 412,
            output: tokens,
            ..Usage::default()
        },
        cost: Cost {
            amount: Some(Money::from_nanos(nanos)),
            basis: Basis::Estimated,
        },
        elapsed_ms,
        first_ms: Some(420),
        tenths_per_second: Some(800 + u32::try_from(tokens % 7).expect("a digit")),
        key_left: Some(Money::from_nanos(4_897_300_000 - nanos)),
        wallet: Some(Money::from_nanos(9_831_200_000 - nanos)),
    }
}

/// A dashboard whose pane is full, with a question that waits for its answer.
fn asked() -> (Script, TurnId) {
    let mut script = Script::with(SIZE.width, SIZE.height, ColorLevel::Ansi16, Glyphs::Unicode);
    events::open(&mut script, "local");
    script.types("first").keys("<Enter>");
    let turn = script.turn();
    let end = events::spend(412, 900, "0.002676", Basis::Reported);
    script
        .engine(events::text(turn, &ENGLISH.repeat(12)))
        .engine(events::ended(turn, Finish::Stop, end));
    script.types("second").keys("<Enter>");
    let turn = script.turn();
    (script, turn)
}

fn replay(name: &str, tokens: &[String], way: &mut dyn Way, link: Link, every_token: bool) {
    let (mut script, turn) = asked();
    let mut cache = ViewCache::default();
    way.draw(&script, &mut cache);
    let mut pacer = Pacer::new(link);
    let (mut bytes, mut writes, mut frames) = (0, 0, 0usize);
    let (mut first, mut largest) = (0, 0);
    let mut now = 0;
    let mut figures = 0;
    let mut draw = |script: &Script, pacer: &mut Pacer, now: u64| {
        let (sent, pieces) = way.draw(script, &mut cache);
        pacer.drawn(now);
        pacer.written();
        bytes += sent;
        writes += pieces;
        frames += 1;
        // In the first frame the figures appear; it is told apart.
        if frames == 1 {
            first = sent;
        } else {
            largest = largest.max(sent);
        }
    };
    for (at, token) in (1u64..).zip(tokens) {
        let arrives = at * TOKEN_HALF_MS / 2;
        while let Some(due) = pacer.due().filter(|due| *due <= arrives) {
            draw(&script, &mut pacer, due.max(now));
        }
        script.waits(arrives - now);
        now = arrives;
        script.engine(events::text(turn, token));
        if now >= figures {
            let spend = spend(at, now);
            script.engine(Event::Spend { turn, spend });
            figures = now + Urgency::Ambient.interval(link);
        }
        pacer.touch(Urgency::Stream);
        if every_token {
            draw(&script, &mut pacer, now);
        }
    }
    draw(&script, &mut pacer, now);
    let payload: usize = tokens.iter().map(String::len).sum();
    let count = |number: usize| f64::from(u32::try_from(number).expect("not so much"));
    println!(
        "{name:34} {:6.1} × payload {:6.1} KiB/s {:5.2} writes a frame; {first:5} B the first, {largest:5} B the largest after it",
        count(bytes) / count(payload),
        count(bytes) / 1.024 / count(usize::try_from(now).expect("not so long")),
        count(writes) / count(frames),
    );
}

fn main() {
    let replies = [
        ("Chinese", tokens(CHINESE, 9_000, 2)),
        ("English", tokens(ENGLISH, 6_000, 4)),
    ];
    for (language, tokens) in &replies {
        let way = |name: &str| format!("{language}, {name}");
        let stock = || Stock::new();
        replay(
            &way("stock, a frame a token"),
            tokens,
            &mut stock(),
            Link::Local,
            true,
        );
        replay(
            &way("stock, 30 frames/s"),
            tokens,
            &mut stock(),
            Link::Local,
            false,
        );
        replay(
            &way("stock, 15 frames/s"),
            tokens,
            &mut stock(),
            Link::Remote,
            false,
        );
        let mut plain = Ours::new(Scroll::Never);
        replay(
            &way("ours, no margins, 30 frames/s"),
            tokens,
            &mut plain,
            Link::Local,
            false,
        );
        for (name, link) in [
            ("ours, 30 frames/s", Link::Local),
            ("ours, 15 frames/s", Link::Remote),
        ] {
            replay(
                &way(name),
                tokens,
                &mut Ours::new(Scroll::Region),
                link,
                false,
            );
        }
    }
}
