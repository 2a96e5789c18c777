//! What needs a hand inside: a full disk, and progress that is written without anybody asking.

use std::path::Path;
use std::time::Duration;

use super::*;
use crate::domain::{Basis, Fault, FaultKind, Price, ReceiptState, Usage};

fn request(profile: &str) -> NewRequest {
    NewRequest {
        profile: profile.into(),
        relay: "https://relay.example".into(),
        sent: UnixMillis(1),
        model: "m".into(),
        key_id: None,
        key_name: None,
        key_masked: "sk-aB3d**********x9Zk".into(),
        group: None,
        price: Price::Unknown,
    }
}

fn outcome() -> Outcome {
    Outcome {
        how: Ending::Ended,
        model_echoed: None,
        counted: Usage::default(),
        reported: None,
        expected: None,
        expected_basis: Basis::Estimated,
        finish: None,
        fault: None,
        status: None,
        request_id: None,
        first_ms: None,
        total_ms: None,
    }
}

impl Ledger {
    /// Runs a statement on the owner's connection.
    async fn execute(&self, sql: &'static str) {
        self.ask(move |desk| {
            desk.execute(sql).unwrap();
            Ok(())
        })
        .await
        .unwrap();
    }
}

#[tokio::test]
async fn a_full_disk_is_told_and_costs_nothing_that_was_written() {
    let home = tempfile::tempdir().unwrap();
    let path = home.path().join("ledger.db");
    let ledger = Ledger::open(&path).unwrap();
    let id = ledger.append(request("p")).await.unwrap();

    ledger.execute("PRAGMA max_page_count = 1").await;
    let long = request(&"p".repeat(100_000));
    let error = ledger.append(long).await.unwrap_err();
    assert_eq!(error, LedgerError::Full { path });
    let fault = Fault::from(error);
    assert_eq!(fault.kind, FaultKind::Local);
    assert!(
        fault.message.contains("disk is full") && fault.message.contains("ledger.db"),
        "{fault}"
    );
    assert!(fault.advice.contains("free some space"), "{}", fault.advice);

    ledger.execute("PRAGMA max_page_count = 1000000").await;
    ledger.end(id, outcome()).await.unwrap();
    let all = ledger.receipts(ReceiptFilter::default()).await.unwrap();
    assert_eq!(all.len(), 1, "the row that did not fit left nothing behind");
    assert_eq!(all[0].state, ReceiptState::Ended);
}

#[tokio::test]
async fn x_01_progress_reaches_the_disk_while_nobody_asks() {
    let home = tempfile::tempdir().unwrap();
    let path = home.path().join("ledger.db");
    let ledger = Ledger::open_with(&path, Duration::ZERO).unwrap();
    let id = ledger.append(request("p")).await.unwrap();
    let counted = Usage {
        output: 17,
        ..Usage::default()
    };
    ledger.progress(
        id,
        Progress {
            counted,
            ..Progress::default()
        },
    );
    // Jobs are done in order, so the note was written once this empty one is done.
    ledger.ask(|_| Ok(())).await.unwrap();
    assert_eq!(on_disk(&path, id).await.counted, counted);
}

#[tokio::test]
async fn many_notes_of_a_reply_wait_for_one_write() {
    let home = tempfile::tempdir().unwrap();
    let path = home.path().join("ledger.db");
    let ledger = Ledger::open_with(&path, Duration::from_secs(3_600)).unwrap();
    let id = ledger.append(request("p")).await.unwrap();
    for output in 1..=1_000 {
        let counted = Usage {
            output,
            ..Usage::default()
        };
        ledger.progress(
            id,
            Progress {
                counted,
                ..Progress::default()
            },
        );
    }
    ledger.ask(|_| Ok(())).await.unwrap();
    assert_eq!(
        on_disk(&path, id).await.counted.output,
        0,
        "none was written yet"
    );
    assert_eq!(
        ledger.receipt(id).await.unwrap().counted.output,
        1_000,
        "but whoever asks here sees the newest"
    );
}

#[tokio::test]
async fn a_file_that_another_program_holds_is_told() {
    let home = tempfile::tempdir().unwrap();
    let path = home.path().join("ledger.db");
    let ledger = Ledger::open(&path).unwrap();
    ledger.execute("PRAGMA busy_timeout = 1").await;
    let other = rusqlite::Connection::open(&path).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();

    let error = ledger.append(request("p")).await.unwrap_err();
    assert_eq!(error, LedgerError::Locked { path });
    assert!(
        error.advice().contains("end the other program"),
        "{}",
        error.advice()
    );
    let read = ledger.totals(None, UnixMillis(0)).await.unwrap();
    assert_eq!(read.requests, 0, "who only reads need not wait");

    other.execute_batch("ROLLBACK").unwrap();
    ledger.append(request("p")).await.unwrap();
}

/// A receipt as another process sees it.
async fn on_disk(path: &Path, id: ReceiptId) -> Receipt {
    Ledger::open(path).unwrap().receipt(id).await.unwrap()
}
