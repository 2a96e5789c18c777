//! How long the ledger takes, empty and with a million receipts. Prints figures and judges nothing.
#![allow(clippy::unwrap_used, reason = "a bench fails by panicking")]

use std::time::{Duration, Instant};

use relaydeck::domain::{
    Basis, Conversation, Finish, Money, Price, TokenPrices, Turn, UnixMillis, Usage,
};
use relaydeck::ledger::{Ending, Ledger, NewRequest, Outcome, ReceiptFilter};

const ROWS: i64 = 1_000_000;
/// All of them lie in 30 days, so that a view of a month sums every one.
const APART_MS: i64 = 30 * 86_400_000 / ROWS;
const TURNS: usize = 300;

fn request(sent: i64) -> NewRequest {
    NewRequest {
        profile: "4sapi".into(),
        relay: "https://relay.example".into(),
        sent: UnixMillis(sent),
        model: "claude-sonnet-4-5-20250929".into(),
        key_id: Some(12),
        key_name: Some("cursor-dev".into()),
        key_masked: "sk-aB3d**********x9Zk".into(),
        group: Some("default".into()),
        price: Price::PerToken(TokenPrices {
            input: Money::from_usd(3),
            output: Money::from_usd(15),
            cache_read: Money::ZERO,
            cache_write: Money::ZERO,
        }),
    }
}

fn outcome() -> Outcome {
    let usage = Usage {
        input: 412,
        output: 96,
        ..Usage::default()
    };
    Outcome {
        how: Ending::Ended,
        model_echoed: None,
        counted: usage,
        reported: Some(usage),
        expected: Some(Money::from_nanos(2_676_000)),
        expected_basis: Basis::Reported,
        finish: Some(Finish::Stop),
        fault: None,
        status: Some(200),
        request_id: Some("20260101-0123456789abcdef".into()),
        first_ms: Some(420),
        total_ms: Some(2_000),
    }
}

fn turn(number: usize) -> Turn {
    Turn {
        sent: UnixMillis(number as i64),
        model: "claude-sonnet-4-5-20250929".into(),
        prompt: "What is there to say about it? ".repeat(20),
        images: vec![],
        reply: "A reply of some length, as they tend to be. ".repeat(100),
        reasoning: String::new(),
        finish: Some(Finish::Stop),
        fault: None,
        usage: Usage::default(),
        cost: None,
        first_ms: Some(420),
        total_ms: Some(2_000),
    }
}

fn print(what: &str, mut spans: Vec<Duration>) {
    spans.sort_unstable();
    let (median, worst) = (spans[spans.len() / 2], spans[spans.len() - 1]);
    println!(
        "{what:<52} median {median:>10.1?}   worst {worst:>10.1?}   n {}",
        spans.len()
    );
}

/// Times something so many times over.
macro_rules! time {
    ($what:expr, $count:expr, $work:expr) => {{
        let mut spans = Vec::new();
        for _ in 0..$count {
            let begun = Instant::now();
            $work;
            spans.push(begun.elapsed());
        }
        print($what, spans);
    }};
}

fn main() {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap();
    runtime.block_on(run());
}

async fn run() {
    let home = tempfile::tempdir().unwrap();
    let path = home.path().join("ledger.db");
    time!("open a fresh file", 1, drop(Ledger::open(&path).unwrap()));
    let ledger = Ledger::open(&path).unwrap();
    writes(&ledger, "empty").await;

    let begun = Instant::now();
    let db = rusqlite::Connection::open(&path).unwrap();
    db.execute(
        "WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < ?1)
         INSERT INTO receipts (profile, relay, sent_ms, state, model, key_masked, counted_input, counted_output,
            tokens, price_kind, expected_nanos, expected_basis, tool)
         SELECT iif(i % 10 = 0, 'other', '4sapi'), 'https://relay.example', i * ?2, 'ended', 'model-' || (i % 50),
            'sk-aB3d**********x9Zk', 412, 96, 508, 'unknown', 2676000, 'reported', iif(i % 3 = 0, 'cursor', 'relaydeck') FROM n",
        [ROWS, APART_MS],
    )
    .unwrap();
    println!("{ROWS} rows written in {:.1?}", begun.elapsed());

    let end = ROWS * APART_MS;
    let day = UnixMillis(end - 86_400_000);
    for profile in [Some("4sapi"), None] {
        let whose = profile.unwrap_or("all");
        time!(
            &format!("totals of a day, {whose}"),
            50,
            ledger.totals(profile, day).await.unwrap()
        );
        time!(
            &format!("totals of everything, {whose}"),
            5,
            ledger.totals(profile, UnixMillis(0)).await.unwrap()
        );
    }
    for (span, days) in [("today", 1), ("7 days", 7), ("30 days", 30)] {
        let since = UnixMillis(end - days * 86_400_000);
        let disputed = ReceiptFilter {
            profile: Some("4sapi".into()),
            since: Some(since),
            disputed: true,
            ..ReceiptFilter::default()
        };
        time!(
            &format!("usage view, {span}: sums and breakdowns"),
            20,
            ledger.spending(Some("4sapi"), since).await.unwrap()
        );
        time!(
            &format!("usage view, {span}: disputes"),
            20,
            ledger.receipts(disputed.clone()).await.unwrap()
        );
    }
    let newest = ReceiptFilter {
        profile: Some("4sapi".into()),
        ..ReceiptFilter::default()
    };
    time!(
        "newest 100 of a profile",
        50,
        ledger.receipts(newest.clone()).await.unwrap()
    );
    let of_model = ReceiptFilter {
        model: Some("model-7".into()),
        ..newest
    };
    time!(
        "newest 100 of a profile and model",
        50,
        ledger.receipts(of_model.clone()).await.unwrap()
    );
    time!(
        "unsettled of a day",
        50,
        ledger.unsettled("4sapi", day, 100).await.unwrap()
    );
    writes(&ledger, "a million rows").await;
    time!(
        "open with a million rows",
        20,
        Ledger::open(&path).unwrap().close().await.unwrap()
    );
    conversations(&ledger).await;
}

async fn writes(ledger: &Ledger, with: &str) {
    let mut ids = Vec::new();
    time!(
        &format!("append, {with}"),
        200,
        ids.push(ledger.append(request(1)).await.unwrap())
    );
    let mut left = ids.iter();
    time!(
        &format!("end, {with}"),
        200,
        ledger.end(*left.next().unwrap(), outcome()).await.unwrap()
    );
    let mut left = ids.iter();
    time!(
        &format!("settle, {with}"),
        200,
        ledger
            .settle(*left.next().unwrap(), Money::ZERO)
            .await
            .unwrap()
    );
}

async fn conversations(ledger: &Ledger) {
    let mut talk = Conversation {
        profile: "4sapi".into(),
        model: "m".into(),
        turns: (0..TURNS).map(turn).collect(),
        ..Conversation::default()
    };
    time!(
        "keep a conversation of 300 turns (1.5 MB) first",
        1,
        talk.id = Some(ledger.keep(&talk).await.unwrap())
    );
    time!("keep it after a further turn", 50, {
        talk.turns.push(turn(talk.turns.len()));
        ledger.keep(&talk).await.unwrap();
    });
    time!(
        "read it",
        10,
        ledger.latest_conversation("4sapi").await.unwrap()
    );
}
