//! What was spent, as it is seen and steered (X-03, X-04, X-05): spans, breakdowns, receipts, disputes.

#![allow(
    clippy::unwrap_used,
    reason = "a figure that is misspelt fails its test"
)]

mod term_support;
mod tui_support;

use relaydeck::domain::{
    Basis, FaultKind, Finish, Money, Price, Receipt, ReceiptState, RunningRequest, Spending,
    SpendingReport, TokenPrices, UnixMillis, Usage,
};
use relaydeck::engine::door::{Event, Today, UsageView};
use relaydeck::tui::msg::Msg;
use relaydeck::tui::term::{Deed, Pointer};
use relaydeck::tui::theme::{ColorLevel, Glyphs};
use tui_support::events::{fault, open};
use tui_support::scenes::scene;
use tui_support::{NOON, Script};

const DAY: i64 = 86_400_000;
const HOUR: i64 = 3_600_000;

fn sum(usd: &str, tokens: u64, requests: u64) -> Spending {
    Spending {
        spent: Money::parse(usd).unwrap(),
        unknown: 0,
        estimated: 0,
        tokens,
        requests,
    }
}

fn receipt(id: i64, model: &str, tool: &str) -> Receipt {
    let counted = Usage {
        input: 412,
        output: 96,
        ..Usage::default()
    };
    Receipt {
        id,
        profile: "4sapi".into(),
        relay: "https://4sapi.example".into(),
        sent: UnixMillis(NOON.0 - 60_000 * (20 - id)),
        state: ReceiptState::Ended,
        model: model.into(),
        model_echoed: None,
        key_id: Some(4),
        key_name: Some("cursor-dev".into()),
        key_masked: "sk-k4aB**********x9Zk".into(),
        group: Some("default".into()),
        counted,
        reported: Some(counted),
        price: Price::PerToken(TokenPrices {
            input: Money::from_usd(3),
            output: Money::from_usd(15),
            cache_read: Money::parse("0.3").unwrap(),
            cache_write: Money::parse("3.75").unwrap(),
        }),
        expected: Some(Money::from_nanos(2_676_000)),
        expected_basis: Basis::Reported,
        charged: Some(Money::from_nanos(2_676_000)),
        finish: Some(Finish::Stop),
        fault: None,
        status: Some(200),
        request_id: Some(format!("req-20261122-{id:04}")),
        first_ms: Some(423),
        total_ms: Some(1_980),
        tool: tool.into(),
    }
}

/// Six receipts: one runs, one failed, one is worth a question.
fn receipts() -> Vec<Receipt> {
    let mut running = receipt(9, "claude-sonnet-4-5-20250929", "claude-code");
    running.state = ReceiptState::Sent;
    (running.charged, running.reported, running.finish) = (None, None, None);
    running.expected_basis = Basis::Estimated;
    let mut failed = receipt(8, "gpt-5", "relaydeck");
    failed.state = ReceiptState::Failed;
    failed.fault = Some(FaultKind::Server);
    failed.status = Some(503);
    (failed.charged, failed.expected, failed.finish) = (None, None, None);
    let mut dear = receipt(7, "gpt-5", "cursor");
    dear.charged = Some(Money::from_nanos(5_000_000));
    let rest = [6, 5, 4].map(|id| receipt(id, "claude-sonnet-4-5-20250929", "relaydeck"));
    [running, failed, dear].into_iter().chain(rest).collect()
}

fn view(since: i64, disputes: bool) -> UsageView {
    let at = |back: i64| UnixMillis(NOON.0 - NOON.0 % 900_000 - back);
    let rows = |names: [(&str, &str, u64); 3]| {
        let rows = names
            .map(|(name, usd, requests)| (name.to_owned(), sum(usd, 1_000 * requests, requests)));
        rows.to_vec()
    };
    let mut receipts = receipts();
    if disputes {
        receipts.retain(|receipt| receipt.id == 7);
    }
    let mut whole = sum("1.234567", 48_213, 34);
    whole.unknown = 1;
    UsageView {
        profile: "4sapi".into(),
        since: UnixMillis(since),
        disputes,
        report: SpendingReport {
            whole,
            slots: vec![
                (at(12 * DAY), sum("0.9", 40_000, 20)),
                (at(3 * DAY), sum("0.12", 4_000, 5)),
                (at(2 * HOUR), sum("0.2", 4_000, 8)),
                (at(0), sum("0.014567", 213, 1)),
            ],
            models: rows([
                ("claude-sonnet-4-5-20250929", "1.1", 20),
                ("gpt-5", "0.13", 13),
                ("一个很长的中文模型名称-用来测试对齐", "0.004567", 1),
            ]),
            keys: rows([
                ("cursor-dev", "1.0", 20),
                ("n8n-prod-workflow", "0.2", 13),
                ("laptop", "0.034567", 1),
            ]),
            groups: rows([
                ("default", "1.2", 30),
                ("vip", "0.03", 3),
                ("", "0.004567", 1),
            ]),
            tools: rows([
                ("claude-code", "1.1", 20),
                ("cursor", "0.13", 13),
                ("relaydeck", "0.004567", 1),
            ]),
        },
        last_hour: Money::parse("0.35").unwrap(),
        last_hour_estimated: false,
        receipts,
    }
}

const MIDNIGHT: i64 = NOON.0 - NOON.0 % DAY;

/// A dashboard in the tab of usage, with what the ledger says of today.
fn usage(script: &mut Script) {
    open(script, "4sapi");
    script.keys("<Esc> 5");
    let asked = script.asked();
    assert_eq!(
        asked,
        [format!("usage since {MIDNIGHT}"), "watch true".into()]
    );
    tell(script, MIDNIGHT, false);
}

/// What runs now: one request of our own, five of other programs.
fn running() -> Event {
    let request = |id: i64, tool: &str| RunningRequest {
        request_id: format!("r{id}"),
        key_name: "cursor-dev".into(),
        model: "claude-sonnet-4-5-20250929".into(),
        group: "default".into(),
        tool: tool.into(),
        begun: UnixMillis(NOON.0 - 1_000 * id),
        prompt: 12_345,
        parts: 96 * id.unsigned_abs(),
    };
    let tools = ["relaydeck", "curl", "cursor", "codex", "claude-code", "n8n"];
    let list = tools.iter().zip(1..).map(|(tool, id)| request(id, tool));
    Event::Running(list.collect())
}

fn tell(script: &mut Script, since: i64, disputes: bool) {
    script.engine(Event::Usage {
        view: Box::new(view(since, disputes)),
        at: NOON,
    });
}

#[test]
fn usage_scenes() {
    scene("today", usage);
    scene("month_by_tool", |script| {
        usage(script);
        script.keys("s s b b b");
        tell(script, MIDNIGHT - 29 * DAY, false);
    });
    scene("receipt", |script| {
        usage(script);
        script.keys("j j <Enter>");
    });
    scene("disputes", |script| {
        usage(script);
        script.keys("d");
        tell(script, MIDNIGHT, true);
    });
    scene("running", |script| {
        usage(script);
        script.engine(running());
    });
    scene("empty", |script| {
        open(script, "4sapi");
        script.keys("<Esc> 5");
        let empty = UsageView {
            report: SpendingReport::default(),
            receipts: Vec::new(),
            last_hour: Money::ZERO,
            ..view(MIDNIGHT, false)
        };
        script.engine(Event::Usage {
            view: Box::new(empty),
            at: NOON,
        });
    });
    scene("reading", |script| {
        open(script, "4sapi");
        script.keys("<Esc> 5");
    });
    scene("reading_again", |script| {
        usage(script);
        script.waits(1_000).keys("r");
    });
    scene("no_disputes", |script| {
        usage(script);
        script.keys("d");
        let mut none = view(MIDNIGHT, true);
        none.receipts.clear();
        script.engine(Event::Usage {
            view: Box::new(none),
            at: NOON,
        });
    });
    scene("week_by_key_and_much_of_it", |script| {
        usage(script);
        script.keys("s b");
        let mut much = view(MIDNIGHT - 6 * DAY, false);
        let more = (1..=9).map(|at| (format!("laptop-{at}"), sum("0.01", 100, 2)));
        much.report.keys.extend(more);
        script.engine(Event::Usage {
            view: Box::new(much),
            at: NOON,
        });
    });
    scene("month_by_group_and_barely_spent", |script| {
        usage(script);
        script.keys("s s b b");
        let mut little = view(MIDNIGHT - 29 * DAY, false);
        little.last_hour = Money::from_nanos(1_000);
        script.engine(Event::Usage {
            view: Box::new(little),
            at: NOON,
        });
    });
    scene("rests_on_estimates", |script| {
        usage(script);
        let mut guessed = view(MIDNIGHT, false);
        let report = &mut guessed.report;
        report.whole.estimated = 34;
        report.models[0].1.estimated = 20;
        for (_, slot) in &mut report.slots {
            slot.estimated = slot.requests;
        }
        guessed.last_hour_estimated = true;
        script.engine(Event::Usage {
            view: Box::new(guessed),
            at: NOON,
        });
    });
    scene("failed", |script| {
        open(script, "4sapi");
        script.keys("<Esc> 5").engine(Event::UsageFailed {
            fault: fault(FaultKind::Local, "the ledger is damaged").advise("move it away"),
        });
    });
    scene("stale", |script| {
        usage(script);
        script.waits(120_000).keys("r").engine(Event::UsageFailed {
            fault: fault(FaultKind::Local, "the ledger is busy").advise("try again"),
        });
    });
}

#[test]
fn receipts_of_every_kind() {
    let with = |script: &mut Script, keys: &str, change: &dyn Fn(&mut Receipt)| {
        usage(script);
        let mut told = view(MIDNIGHT, false);
        change(&mut told.receipts[0]);
        script
            .engine(Event::Usage {
                view: Box::new(told),
                at: NOON,
            })
            .keys(keys);
    };
    scene("receipt_running", |script| with(script, "<Enter>", &|_| {}));
    scene("receipt_failed", |script| {
        with(script, "j <Enter>", &|_| {})
    });
    scene("receipt_interrupted", |script| {
        with(script, "<Enter>", &|receipt| {
            receipt.state = ReceiptState::Interrupted;
            receipt.model_echoed = Some("claude-haiku-4-5".into());
            receipt.price = Price::Unknown;
            receipt.counted = Usage {
                cache_read: 1_000,
                cache_write: 200,
                ..receipt.counted
            };
            receipt.key_name = None;
        });
    });
    scene("receipt_of_a_listed_price", |script| {
        with(script, "<Enter>", &|receipt| {
            receipt.state = ReceiptState::Ended;
            let Price::PerToken(prices) = receipt.price else {
                return;
            };
            receipt.price = Price::Listed(prices);
        });
    });
    scene("receipt_tiered", |script| {
        with(script, "<Enter>", &|receipt| {
            receipt.price = Price::Tiered {
                expression: "tier(prompt, 32000, 1.2, 2.4)".into(),
            };
        });
    });
    for (name, finish) in [
        ("cancelled", Finish::Cancelled),
        ("filtered", Finish::ContentFilter),
        ("with_tools", Finish::ToolCalls),
    ] {
        scene(&format!("receipt_{name}"), |script| {
            with(script, "<Enter>", &|receipt| {
                receipt.state = ReceiptState::Ended;
                receipt.finish = Some(finish.clone());
            });
        });
    }
    scene("receipt_without_an_id", |script| {
        with(script, "y", &|receipt| receipt.request_id = None);
    });
    scene("receipt_gone", |script| {
        usage(script);
        script.keys("<Enter>");
        let mut later = view(MIDNIGHT, false);
        later.receipts.remove(0);
        script.engine(Event::Usage {
            view: Box::new(later),
            at: NOON,
        });
    });
}

#[test]
fn without_unicode_it_is_ascii() {
    let mut script = Script::with(80, 24, ColorLevel::None, Glyphs::Ascii);
    usage(&mut script);
    let screen = script.screen();
    assert!(
        screen.contains("claude-sonnet") && screen.contains('@'),
        "{screen}"
    );
}

#[test]
fn it_is_read_when_it_is_looked_at_and_not_otherwise() {
    let mut script = Script::new(100, 30);
    open(&mut script, "4sapi");
    let spent = Event::Today(Today::default());
    script.engine(spent.clone());
    assert!(script.asked().is_empty(), "nobody looks");
    script.keys("<Esc> 5");
    let first = script.asked();
    let wanted = [format!("usage since {MIDNIGHT}"), "watch true".into()];
    assert_eq!(first, wanted);
    script.engine(spent.clone());
    assert!(script.asked().is_empty(), "it is on its way");
    tell(&mut script, MIDNIGHT, false);
    script.engine(spent.clone());
    assert_eq!(script.asked(), [format!("usage since {MIDNIGHT}")]);
    tell(&mut script, MIDNIGHT, false);
    script.keys("4").engine(spent);
    assert_eq!(script.asked(), ["watch false"]);
    script.keys("<Esc> <Tab>");
    assert_eq!(script.asked(), first, "by the next tab too");
}

#[test]
fn a_late_answer_about_another_span_or_relay_is_dropped() {
    let mut script = Script::new(100, 30);
    usage(&mut script);
    script.keys("s");
    assert_eq!(
        script.asked(),
        [format!("usage since {}", MIDNIGHT - 6 * DAY)]
    );
    tell(&mut script, MIDNIGHT, false);
    script.sees("reading");
    tell(&mut script, MIDNIGHT - 6 * DAY, false);
    script.misses("reading");
    let mut other = view(MIDNIGHT - 6 * DAY, false);
    other.profile = "another".into();
    other.receipts.clear();
    script.engine(Event::Usage {
        view: Box::new(other),
        at: NOON,
    });
    script.sees("the latest 6 receipts");
}

#[test]
fn x_03_a_receipt_says_everything_and_its_id_is_copied() {
    let mut script = Script::new(100, 40);
    usage(&mut script);
    script.keys("j j");
    script.keys("y").keys("<Enter>");
    assert_eq!(script.asked(), ["copy the request's id: req-20261122-0007"]);
    script
        .sees("charged more than its price says")
        .sees("Our count")
        .sees("412 in, 96 out")
        .sees("$0.002676 reported")
        .sees("$0.005000")
        .sees("req-20261122-0007")
        .sees("cursor");
    script.keys("y");
    assert_eq!(script.asked(), ["copy the request's id: req-20261122-0007"]);
    script
        .keys("<Esc>")
        .sees("BY MODEL")
        .keys("b")
        .sees("BY KEY")
        .sees("n8n-prod-workflow");
}

#[test]
fn x_04_the_pace_and_what_it_means_for_the_wallet() {
    let mut script = Script::new(100, 30);
    usage(&mut script);
    // 12.4831 dollars at 0.35 an hour.
    script
        .sees("last hour $0.35")
        .sees("empty in 1 d 11 h")
        .sees("+?");
}

#[test]
fn x_05_what_runs_is_seen_whoever_sent_it_and_forgotten_when_nobody_looks() {
    let mut script = Script::new(100, 40);
    usage(&mut script);
    script.engine(running());
    script
        .sees("RUNNING NOW")
        .sees("claude-code")
        .sees("and 2 older");
    script
        .engine(Event::Running(Vec::new()))
        .misses("RUNNING NOW");
    script
        .engine(running())
        .keys("3")
        .keys("5")
        .misses("RUNNING NOW");
}

#[test]
fn a_press_chooses_a_receipt_and_the_wheel_moves_on() {
    let mut script = Script::new(80, 24);
    usage(&mut script);
    let marked = |script: &mut Script| {
        (0..24)
            .filter(|row| script.row(*row).starts_with(" \u{25b8}"))
            .collect::<Vec<usize>>()
    };
    let first = marked(&mut script)[0];
    let press = |row: usize| {
        Msg::Pointer(Pointer {
            deed: Deed::Press,
            column: 9,
            row: u16::try_from(row).unwrap(),
        })
    };
    script.msg(press(first + 2));
    assert_eq!(marked(&mut script), [first + 2]);
    script.msg(press(first));
    assert_eq!(marked(&mut script), [first]);
    // The head is no receipt, and below the last one there is none.
    script.msg(press(first - 1));
    script.msg(press(23));
    assert_eq!(marked(&mut script), [first]);
}
