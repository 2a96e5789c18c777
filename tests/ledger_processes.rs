//! Several processes on one ledger: nobody disturbs the living, and what the dead acknowledged is there.
#![allow(clippy::unwrap_used, reason = "a test's helper fails by panicking")]

use std::path::Path;
use std::process::Command;

use relaydeck::domain::{Basis, Money, Price, ReceiptState, UnixMillis, Usage};
use relaydeck::ledger::{Ending, Ledger, NewRequest, Outcome, Progress, ReceiptFilter, ReceiptId};

/// Set in a process that this file starts to be killed.
const VICTIM: &str = "RELAYDECK_TEST_VICTIM";

fn request(sent: i64) -> NewRequest {
    NewRequest {
        profile: "p".into(),
        relay: "https://relay.example".into(),
        sent: UnixMillis(sent),
        model: "m".into(),
        key_id: None,
        key_name: None,
        key_masked: "sk-aB3d**********x9Zk".into(),
        group: None,
        price: Price::Unknown,
    }
}

fn outcome(cost: i64) -> Outcome {
    Outcome {
        how: Ending::Ended,
        model_echoed: None,
        counted: Usage::default(),
        reported: None,
        expected: Some(Money::from_nanos(cost)),
        expected_basis: Basis::Reported,
        finish: None,
        fault: None,
        status: Some(200),
        request_id: None,
        first_ms: None,
        total_ms: None,
    }
}

/// Runs the test of this name in a process of its own, which kills itself, and answers what it printed.
fn killed(test: &str, home: &Path) -> String {
    let output = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", test, "--nocapture"])
        .env(VICTIM, home)
        .output()
        .unwrap();
    assert!(!output.status.success(), "it was to be killed: {output:?}");
    String::from_utf8(output.stdout).unwrap()
}

/// The folder of a process that is to be killed, if this is one.
fn victim() -> Option<std::path::PathBuf> {
    std::env::var_os(VICTIM).map(Into::into)
}

#[tokio::test]
async fn x_01_a_killed_process_loses_nothing_and_its_open_requests_are_interrupted() {
    if let Some(home) = victim() {
        let ledger = Ledger::open(&home.join("ledger.db")).unwrap();
        let running = ledger.append(request(1)).await.unwrap();
        let counted = Usage {
            output: 40,
            ..Usage::default()
        };
        ledger.progress(
            running,
            Progress {
                counted,
                expected: Some(Money::from_nanos(9)),
                first_ms: Some(3),
                request_id: None,
            },
        );
        let ended = ledger.append(request(2)).await.unwrap();
        ledger.end(ended, outcome(7)).await.unwrap();
        // Whoever reads has the progress written.
        ledger.receipt(running).await.unwrap();
        std::process::abort();
    }
    let home = tempfile::tempdir().unwrap();
    killed(
        "x_01_a_killed_process_loses_nothing_and_its_open_requests_are_interrupted",
        home.path(),
    );

    let ledger = Ledger::open(&home.path().join("ledger.db")).unwrap();
    let [ended, running] = ledger
        .receipts(ReceiptFilter::default())
        .await
        .unwrap()
        .try_into()
        .unwrap();
    assert_eq!(
        (ended.state, ended.cost().amount),
        (ReceiptState::Ended, Some(Money::from_nanos(7)))
    );
    assert_eq!(
        (running.state, running.counted.output),
        (ReceiptState::Interrupted, 40)
    );
    assert_eq!(running.cost().amount, Some(Money::from_nanos(9)));
    let waiting = ledger.unsettled("p", UnixMillis(0), 10).await.unwrap();
    assert_eq!(waiting.len(), 2, "both may still be settled");
    ledger
        .settle(ReceiptId(running.id), Money::from_nanos(8))
        .await
        .unwrap();
    assert_eq!(
        ledger
            .unsettled("p", UnixMillis(0), 10)
            .await
            .unwrap()
            .len(),
        1
    );
}

#[tokio::test]
async fn whatever_was_acknowledged_survives_a_kill_at_any_moment() {
    if let Some(home) = victim() {
        let ledger = Ledger::open(&home.join("ledger.db")).unwrap();
        // Other requests are on their way at every moment while these are acknowledged one by one.
        for other in 0..4 {
            let ledger = ledger.clone();
            tokio::spawn(async move {
                for turn in 0.. {
                    let id = ledger.append(request(other * 1_000 + turn)).await.unwrap();
                    ledger.end(id, outcome(1)).await.unwrap();
                }
            });
        }
        for turn in 0..40 {
            let id = ledger.append(request(turn)).await.unwrap();
            println!("acknowledged {}", id.0);
        }
        std::process::abort();
    }
    let home = tempfile::tempdir().unwrap();
    let told = killed(
        "whatever_was_acknowledged_survives_a_kill_at_any_moment",
        home.path(),
    );
    let ids: Vec<i64> = told
        .lines()
        .filter_map(|line| line.split_once("acknowledged ")?.1.parse().ok())
        .collect();
    assert_eq!(ids.len(), 40, "{told}");

    let ledger = Ledger::open(&home.path().join("ledger.db")).unwrap();
    for id in ids {
        let receipt = ledger.receipt(ReceiptId(id)).await.unwrap();
        assert_eq!(receipt.state, ReceiptState::Interrupted);
    }
    let all = ReceiptFilter {
        limit: u32::MAX,
        ..ReceiptFilter::default()
    };
    let open = ledger.receipts(all).await.unwrap();
    assert!(
        open.iter()
            .all(|receipt| receipt.state != ReceiptState::Sent)
    );
}

#[tokio::test]
async fn two_that_live_do_not_disturb_each_other() {
    let home = tempfile::tempdir().unwrap();
    let path = home.path().join("ledger.db");
    let dashboard = Ledger::open(&path).unwrap();
    let streaming = dashboard.append(request(1)).await.unwrap();
    let expected = Some(Money::from_nanos(5));
    dashboard.progress(
        streaming,
        Progress {
            expected,
            ..Progress::default()
        },
    );
    dashboard.receipt(streaming).await.unwrap();

    let chat = Ledger::open(&path).unwrap();
    assert_eq!(
        chat.receipt(streaming).await.unwrap().state,
        ReceiptState::Sent
    );
    let other = chat.append(request(2)).await.unwrap();
    let totals = chat.totals(Some("p"), UnixMillis(0)).await.unwrap();
    assert_eq!(
        (totals.requests, totals.running.requests),
        (2, 1),
        "only its own request is running here"
    );
    assert_eq!(
        (totals.spent, totals.running.spent),
        (Money::from_nanos(5), Money::ZERO)
    );
    let totals = dashboard.totals(None, UnixMillis(0)).await.unwrap();
    assert_eq!(totals.running.spent, Money::from_nanos(5));

    chat.close().await.unwrap();
    assert_eq!(
        dashboard.receipt(other).await.unwrap().state,
        ReceiptState::Interrupted
    );
    assert_eq!(
        dashboard.receipt(streaming).await.unwrap().state,
        ReceiptState::Sent
    );
    dashboard.end(streaming, outcome(6)).await.unwrap();
    dashboard.end(other, outcome(1)).await.unwrap();
    let late = dashboard.receipt(other).await.unwrap();
    assert_eq!(
        late.state,
        ReceiptState::Ended,
        "an end that is known after all takes the place of a guess"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_writers_lose_nothing() {
    const WRITERS: i64 = 4;
    const EACH: i64 = 25;
    let home = tempfile::tempdir().unwrap();
    let path = home.path().join("ledger.db");
    let mut tasks = Vec::new();
    for writer in 0..WRITERS {
        let ledger = Ledger::open(&path).unwrap();
        tasks.push(tokio::spawn(async move {
            for turn in 0..EACH {
                let id = ledger.append(request(writer * EACH + turn)).await.unwrap();
                ledger.progress(id, Progress::default());
                ledger.end(id, outcome(3)).await.unwrap();
                ledger.settle(id, Money::from_nanos(4)).await.unwrap();
            }
            ledger.close().await.unwrap();
        }));
    }
    for task in tasks {
        task.await.unwrap();
    }
    let totals = Ledger::open(&path)
        .unwrap()
        .totals(None, UnixMillis(0))
        .await
        .unwrap();
    assert_eq!(totals.requests, (WRITERS * EACH) as u64);
    assert_eq!(totals.spent, Money::from_nanos(4 * WRITERS * EACH));
}
