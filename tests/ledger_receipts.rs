//! Receipts from the moment they are sent to the relay's bill, and the sums over them.
#![allow(clippy::unwrap_used, reason = "a test's helper fails by panicking")]

use std::path::Path;

use proptest::prelude::*;
use relaydeck::domain::{
    Basis, Dispute, FaultKind, Finish, Money, Price, ReceiptState, TokenPrices, UnixMillis, Usage,
};
use relaydeck::ledger::{
    Bill, Ending, Ledger, LedgerError, NewRequest, Outcome, Progress, ReceiptFilter, ReceiptId,
    Totals,
};

fn request(profile: &str, sent: i64) -> NewRequest {
    NewRequest {
        profile: profile.into(),
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
            cache_read: Money::from_nanos(300_000_000),
            cache_write: Money::from_nanos(3_750_000_000),
        }),
    }
}

fn usage(input: u64, output: u64) -> Usage {
    Usage {
        input,
        output,
        ..Usage::default()
    }
}

fn outcome(expected: Option<Money>) -> Outcome {
    Outcome {
        how: Ending::Ended,
        model_echoed: Some("claude-sonnet-4-5".into()),
        counted: usage(410, 95),
        reported: Some(usage(412, 96)),
        expected,
        expected_basis: Basis::Reported,
        finish: Some(Finish::Stop),
        fault: None,
        status: Some(200),
        request_id: Some("20260101-abc".into()),
        first_ms: Some(420),
        total_ms: Some(2_000),
    }
}

fn open(home: &Path) -> Ledger {
    Ledger::open(&home.join("data").join("ledger.db")).unwrap()
}

#[tokio::test]
async fn x_01_a_request_has_a_row_from_sending_to_the_bill() {
    let home = tempfile::tempdir().unwrap();
    let ledger = open(home.path());
    let id = ledger.append(request("4sapi", 1_000)).await.unwrap();
    let sent = ledger.receipt(id).await.unwrap();
    assert_eq!(sent.state, ReceiptState::Sent);
    assert_eq!(
        (sent.cost().amount, sent.cost().basis),
        (None, Basis::Estimated)
    );
    assert_eq!(sent.price, request("4sapi", 1_000).price);

    let progress = Progress {
        counted: usage(410, 20),
        expected: Some(Money::from_nanos(1_530_000)),
        first_ms: Some(420),
        request_id: None,
    };
    ledger.progress(id, progress.clone());
    let running = ledger.receipt(id).await.unwrap();
    assert_eq!(running.counted, progress.counted);
    assert_eq!(running.cost().amount, progress.expected);

    let reported = Money::from_nanos(2_676_000);
    ledger.end(id, outcome(Some(reported))).await.unwrap();
    ledger.progress(id, progress);
    let ended = ledger.receipt(id).await.unwrap();
    assert_eq!(ended.state, ReceiptState::Ended);
    assert_eq!(ended.usage(), usage(412, 96));
    assert_eq!(
        ended.counted,
        usage(410, 95),
        "a late progress changes nothing"
    );
    assert_eq!(
        (ended.cost().amount, ended.cost().basis),
        (Some(reported), Basis::Reported)
    );
    assert_eq!(ended.request_id.as_deref(), Some("20260101-abc"));
    assert_eq!(ended.finish, Some(Finish::Stop));

    let charged = Money::from_nanos(2_678_000);
    ledger
        .settle(
            id,
            Bill {
                group: Some("vip".into()),
                ..charged.into()
            },
        )
        .await
        .unwrap();
    let settled = ledger.receipt(id).await.unwrap();
    assert_eq!(
        (settled.cost().amount, settled.cost().basis),
        (Some(charged), Basis::Settled)
    );
    assert_eq!(settled.group.as_deref(), Some("vip"));
    assert_eq!(
        settled.expected,
        Some(reported),
        "what was expected stays, for disputes"
    );

    assert_eq!(
        ledger.end(id, outcome(None)).await,
        Err(LedgerError::NotOpen(id.0)),
        "a request ends once"
    );
    let nowhere = ReceiptId(999);
    assert_eq!(
        ledger.settle(nowhere, charged).await,
        Err(LedgerError::NoSuchReceipt(999))
    );
    assert!(ledger.receipt(nowhere).await.is_err());
}

#[tokio::test]
async fn every_kind_of_price_finish_and_fault_is_read_back() {
    let home = tempfile::tempdir().unwrap();
    let ledger = open(home.path());
    for (at, price) in [
        Price::PerCall {
            call: Money::from_nanos(40_000_000),
        },
        Price::Tiered {
            expression: "p * 2 |||".into(),
        },
        Price::Unknown,
    ]
    .into_iter()
    .enumerate()
    {
        let new = NewRequest {
            price: price.clone(),
            key_id: None,
            key_name: None,
            group: None,
            ..request("p", at as i64)
        };
        let id = ledger.append(new).await.unwrap();
        let end = Outcome {
            how: Ending::Failed,
            reported: None,
            finish: Some(Finish::Other("moderated".into())),
            fault: Some(FaultKind::ModelNotFound),
            status: Some(503),
            ..outcome(None)
        };
        ledger.end(id, end).await.unwrap();
        let read = ledger.receipt(id).await.unwrap();
        assert_eq!(read.price, price);
        assert_eq!(read.state, ReceiptState::Failed);
        assert_eq!(read.finish, Some(Finish::Other("moderated".into())));
        assert_eq!(read.fault, Some(FaultKind::ModelNotFound));
        assert_eq!(
            (read.status, read.key_id, read.group.clone()),
            (Some(503), None, None)
        );
        assert_eq!(
            read.usage(),
            usage(410, 95),
            "our count, where none was reported"
        );
    }
}

#[tokio::test]
async fn a_full_key_never_reaches_the_file() {
    let home = tempfile::tempdir().unwrap();
    let ledger = open(home.path());
    let secret = format!("sk-{}", "Q7x".repeat(16));
    let new = NewRequest {
        key_masked: secret.clone(),
        ..request("p", 1)
    };
    let id = ledger.append(new).await.unwrap();
    assert!(ledger.receipt(id).await.unwrap().key_masked.contains("***"));
    ledger.close().await.unwrap();
    for entry in std::fs::read_dir(home.path().join("data")).unwrap() {
        let path = entry.unwrap().path();
        if path.is_file() {
            let bytes = std::fs::read(&path).unwrap();
            let found = bytes
                .windows(secret.len())
                .any(|window| window == secret.as_bytes());
            assert!(!found, "{}", path.display());
        }
    }
}

#[tokio::test]
async fn lists_are_newest_first_and_filtered() {
    let home = tempfile::tempdir().unwrap();
    let ledger = open(home.path());
    for (profile, sent, model) in [
        ("a", 10, "m"),
        ("b", 20, "m"),
        ("a", 30, "n"),
        ("a", 30, "m"),
    ] {
        let new = NewRequest {
            model: model.into(),
            ..request(profile, sent)
        };
        ledger.append(new).await.unwrap();
    }
    let ids = async |filter: ReceiptFilter| -> Vec<i64> {
        let list = ledger.receipts(filter).await.unwrap();
        list.into_iter().map(|receipt| receipt.id).collect()
    };
    let all = ReceiptFilter::default();
    assert_eq!(ids(all.clone()).await, [4, 3, 2, 1]);
    assert_eq!(
        ids(ReceiptFilter {
            limit: 2,
            ..all.clone()
        })
        .await,
        [4, 3]
    );
    let of_a = ReceiptFilter {
        profile: Some("a".into()),
        ..all
    };
    assert_eq!(ids(of_a.clone()).await, [4, 3, 1]);
    assert_eq!(
        ids(ReceiptFilter {
            model: Some("m".into()),
            ..of_a.clone()
        })
        .await,
        [4, 1]
    );
    let until = ReceiptFilter {
        since: Some(UnixMillis(10)),
        until: Some(UnixMillis(30)),
        ..of_a
    };
    assert_eq!(
        ids(until).await,
        [1],
        "from the start on, up to but without the end"
    );
}

#[tokio::test]
async fn only_what_a_bill_may_still_come_for_is_unsettled() {
    let home = tempfile::tempdir().unwrap();
    let ledger = open(home.path());
    let mut ids = Vec::new();
    for sent in 0..5 {
        ids.push(ledger.append(request("p", sent)).await.unwrap());
    }
    for id in &ids[..4] {
        let how = if *id == ids[1] {
            Ending::Failed
        } else {
            Ending::Ended
        };
        ledger
            .end(
                *id,
                Outcome {
                    how,
                    ..outcome(None)
                },
            )
            .await
            .unwrap();
    }
    ledger.settle(ids[0], Money::ZERO).await.unwrap();
    let open: Vec<i64> = ledger
        .unsettled("p", UnixMillis(0), 10)
        .await
        .unwrap()
        .into_iter()
        .map(|receipt| receipt.id)
        .collect();
    assert_eq!(
        open,
        [ids[3].0, ids[2].0],
        "not the settled, the failed and the running one"
    );
    assert_eq!(
        ledger
            .unsettled("p", UnixMillis(3), 10)
            .await
            .unwrap()
            .len(),
        1
    );
    assert!(
        ledger
            .unsettled("other", UnixMillis(0), 10)
            .await
            .unwrap()
            .is_empty()
    );
}

#[tokio::test]
async fn nonsense_from_a_relay_overflows_no_sum() {
    let home = tempfile::tempdir().unwrap();
    let ledger = open(home.path());
    for sent in 0..3 {
        let id = ledger.append(request("p", sent)).await.unwrap();
        let end = Outcome {
            reported: Some(usage(u64::MAX, u64::MAX)),
            first_ms: Some(u64::MAX),
            ..outcome(Some(Money::from_nanos(i64::MAX)))
        };
        ledger.end(id, end).await.unwrap();
    }
    let totals = ledger.totals(None, UnixMillis(0)).await.unwrap();
    assert_eq!(totals.spent, Money::from_nanos(i64::MAX));
    assert_eq!(totals.tokens, 6 << 60);
}

#[tokio::test]
async fn dropping_the_ledger_loses_nothing_that_was_acknowledged() {
    let home = tempfile::tempdir().unwrap();
    let ledger = open(home.path());
    let id = ledger.append(request("p", 1)).await.unwrap();
    ledger
        .end(id, outcome(Some(Money::from_nanos(7))))
        .await
        .unwrap();
    drop(ledger);
    let ledger = open(home.path());
    assert_eq!(
        ledger.receipt(id).await.unwrap().cost().amount,
        Some(Money::from_nanos(7))
    );
}

#[tokio::test]
async fn closing_keeps_the_last_count_and_ends_the_clones() {
    let home = tempfile::tempdir().unwrap();
    let ledger = open(home.path());
    let id = ledger.append(request("p", 1)).await.unwrap();
    let counted = usage(3, 4);
    ledger.progress(
        id,
        Progress {
            counted,
            ..Progress::default()
        },
    );
    let clone = ledger.clone();
    ledger.close().await.unwrap();
    assert_eq!(clone.receipt(id).await, Err(LedgerError::Closed));

    let receipt = open(home.path()).receipt(id).await.unwrap();
    assert_eq!(
        (receipt.state, receipt.counted),
        (ReceiptState::Interrupted, counted)
    );
}

/// One step of a life of the ledger; numbers pick among the requests there are.
#[derive(Clone, Debug)]
enum Step {
    Append {
        sent: i64,
        other: bool,
    },
    Progress(usize, u64, Option<i64>),
    End {
        of: usize,
        failed: bool,
        reported: Option<u64>,
        expected: Option<i64>,
    },
    Settle(usize, i64),
    Reopen,
}

fn step() -> impl Strategy<Value = Step> {
    let money = || proptest::option::of(any::<i64>());
    prop_oneof![
        4 => (0_i64..100, any::<bool>()).prop_map(|(sent, other)| Step::Append { sent, other }),
        3 => (any::<usize>(), any::<u64>(), money()).prop_map(|(of, count, cost)| Step::Progress(of, count, cost)),
        3 => (any::<usize>(), any::<bool>(), proptest::option::of(any::<u64>()), money())
            .prop_map(|(of, failed, reported, expected)| Step::End { of, failed, reported, expected }),
        2 => (any::<usize>(), any::<i64>()).prop_map(|(of, charged)| Step::Settle(of, charged)),
        1 => Just(Step::Reopen),
    ]
}

async fn live(home: &Path, steps: Vec<Step>) -> Ledger {
    let mut ledger = open(home);
    let mut ids: Vec<ReceiptId> = Vec::new();
    for step in steps {
        let pick = |of: usize| (!ids.is_empty()).then(|| ids[of % ids.len()]);
        match step {
            Step::Append { sent, other } => {
                let profile = if other { "other" } else { "p" };
                ids.push(ledger.append(request(profile, sent)).await.unwrap());
            }
            Step::Progress(of, count, cost) => {
                if let Some(id) = pick(of) {
                    let progress = Progress {
                        counted: usage(count, 1),
                        expected: cost.map(Money::from_nanos),
                        first_ms: None,
                        request_id: None,
                    };
                    ledger.progress(id, progress);
                }
            }
            Step::End {
                of,
                failed,
                reported,
                expected,
            } => {
                if let Some(id) = pick(of) {
                    let how = if failed {
                        Ending::Failed
                    } else {
                        Ending::Ended
                    };
                    let reported = reported.map(|count| usage(count, count));
                    let end = Outcome {
                        how,
                        reported,
                        ..outcome(expected.map(Money::from_nanos))
                    };
                    match ledger.end(id, end).await {
                        Ok(()) | Err(LedgerError::NotOpen(_)) => {}
                        Err(other) => panic!("{other}"),
                    }
                }
            }
            Step::Settle(of, charged) => {
                if let Some(id) = pick(of) {
                    ledger.settle(id, Money::from_nanos(charged)).await.unwrap();
                }
            }
            Step::Reopen => {
                ledger.close().await.unwrap();
                ledger = open(home);
            }
        }
    }
    ledger
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 32, failure_persistence: None, ..ProptestConfig::default() })]
    #[test]
    fn totals_are_the_sum_of_the_receipts(steps in proptest::collection::vec(step(), 0..16), since in 0_i64..100) {
        let home = tempfile::tempdir().unwrap();
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(async {
            let ledger = live(home.path(), steps).await;
            for profile in [None, Some("p")] {
                let filter = ReceiptFilter {
                    profile: profile.map(str::to_owned),
                    since: Some(UnixMillis(since)),
                    ..ReceiptFilter::default()
                };
                let receipts = ledger.receipts(filter).await.unwrap();
                let sum = |only: fn(ReceiptState) -> bool| {
                    let chosen = || receipts.iter().filter(|receipt| only(receipt.state));
                    let spent: i128 = chosen().filter_map(|receipt| receipt.cost().amount).map(|money| i128::from(money.nanos())).sum();
                    let tokens: u128 = chosen().map(|receipt| u128::from(receipt.usage().total())).sum();
                    (Money::from_wide_nanos(spent), u64::try_from(tokens).unwrap_or(u64::MAX), chosen().count() as u64)
                };
                let (spent, tokens, requests) = sum(|_| true);
                let unknown = receipts.iter().filter(|receipt| {
                    matches!(receipt.state, ReceiptState::Ended | ReceiptState::Interrupted) && receipt.cost().amount.is_none()
                });
                let estimated = receipts.iter().map(relaydeck::domain::Receipt::cost).any(|cost| {
                    cost.basis == Basis::Estimated && cost.amount.is_some_and(|amount| amount > Money::ZERO)
                });
                let Totals { running, .. } = ledger.totals(profile, UnixMillis(since)).await.unwrap();
                prop_assert_eq!((running.spent, running.tokens, running.requests), sum(|state| state == ReceiptState::Sent));
                let expected = Totals { spent, estimated, unknown: unknown.count() as u64, tokens, requests, running };
                prop_assert_eq!(ledger.totals(profile, UnixMillis(since)).await.unwrap(), expected);
            }
            ledger.close().await.unwrap();
            Ok(())
        })?;
    }
}

#[tokio::test]
async fn a_catalogues_price_is_kept_as_one_and_makes_no_dispute() {
    let home = tempfile::tempdir().unwrap();
    let ledger = open(home.path());
    let prices = TokenPrices {
        input: Money::from_usd(3),
        output: Money::from_usd(15),
        cache_read: Money::from_nanos(300_000_000),
        cache_write: Money::from_nanos(3_750_000_000),
    };
    let mut dear = Vec::new();
    for price in [Price::Listed(prices), Price::PerToken(prices)] {
        let sent = NewRequest {
            price: price.clone(),
            ..request("p", 1)
        };
        let id = ledger.append(sent).await.unwrap();
        let expected = Some(Money::from_nanos(2_676_000));
        ledger.end(id, outcome(expected)).await.unwrap();
        let ten_times = Money::from_nanos(26_760_000);
        ledger.settle(id, ten_times).await.unwrap();
        let receipt = ledger.receipt(id).await.unwrap();
        assert_eq!(receipt.price, price);
        dear.push(Dispute::of(&receipt));
    }
    assert_eq!(dear, [None, Some(Dispute::Overcharged)]);
    let disputed = ReceiptFilter {
        disputed: true,
        ..ReceiptFilter::default()
    };
    let found = ledger.receipts(disputed).await.unwrap();
    assert_eq!(found.len(), 1, "the query agrees");
}
