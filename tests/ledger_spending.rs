//! What was spent over a span agrees with the receipts, whatever became of them; and disputes are found.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use relaydeck::domain::program::OTHER_RELAYDECK;
use relaydeck::domain::{
    Basis, By, Dispute, Finish, Money, Price, Receipt, Spending, SpendingReport, TokenPrices,
    UnixMillis, Usage,
};
use relaydeck::ledger::{
    Bill, Ending, Ledger, LogEntry, NewRequest, Outcome, Progress, ReceiptFilter, ReceiptId,
};

const QUARTER: i64 = 900_000;

fn request(number: i64) -> NewRequest {
    let pick = |names: [&str; 3]| names[usize::try_from(number).unwrap() % 3].to_owned();
    NewRequest {
        profile: if number % 4 == 0 { "other" } else { "4sapi" }.into(),
        relay: "https://relay.example".into(),
        sent: UnixMillis(number * 400_000),
        model: pick(["a", "b", "c"]),
        key_id: None,
        key_name: (number % 2 == 0).then(|| "laptop".to_owned()),
        key_masked: "sk-aB3d**********x9Zk".into(),
        group: (number % 3 > 0).then(|| pick(["default", "vip", "vip"])),
        price: if number % 7 == 0 {
            Price::PerCall {
                call: Money::from_nanos(5_000),
            }
        } else {
            Price::PerToken(TokenPrices {
                input: Money::from_usd(3),
                output: Money::from_usd(15),
                cache_read: Money::ZERO,
                cache_write: Money::ZERO,
            })
        },
    }
}

fn usage(input: u64, output: u64) -> Usage {
    Usage {
        input,
        output,
        ..Usage::default()
    }
}

fn outcome(number: i64) -> Outcome {
    let share = u64::try_from(number).unwrap();
    Outcome {
        how: if number % 5 == 0 {
            Ending::Failed
        } else {
            Ending::Ended
        },
        model_echoed: None,
        counted: usage(100, share % 6 * 20),
        reported: (number % 2 == 0 || number == 69).then(|| usage(100, share % 7 * 40)),
        expected: (number % 8 != 1).then(|| Money::from_nanos(1_000_000 + number)),
        expected_basis: match number % 4 {
            1 => Basis::Estimated,
            _ => Basis::Reported,
        },
        finish: Some(if number % 9 == 0 {
            Finish::Cut
        } else {
            Finish::Stop
        }),
        fault: None,
        status: Some(200),
        request_id: Some(format!("r{number}")),
        first_ms: Some(20),
        total_ms: Some(40),
    }
}

async fn filled(ledger: &Ledger) {
    for number in 0..120 {
        let id = ledger.append(request(number)).await.unwrap();
        ledger.progress(
            id,
            Progress {
                counted: usage(100, 5),
                expected: Some(Money::from_nanos(77)),
                ..Progress::default()
            },
        );
        if number % 11 > 0 {
            ledger.end(id, outcome(number)).await.unwrap();
        }
        if number % 3 == 0 {
            let charged = Money::from_nanos(1_000_000 * (number % 4));
            let group = (number % 2 == 0).then(|| "billed".to_owned());
            let bill = Bill {
                group,
                ..charged.into()
            };
            ledger.settle(id, bill).await.unwrap();
        }
    }
    // Nonsense in a relay's log must not stop the ledger.
    let id = ledger.append(request(2)).await.unwrap();
    for _ in 0..2 {
        ledger
            .settle(id, Money::from_nanos(i64::MAX))
            .await
            .unwrap();
    }
}

/// The sums over receipts, one by one.
async fn by_hand(ledger: &Ledger, profile: Option<&str>, since: UnixMillis) -> Spending {
    let totals = ledger.totals(profile, since).await.unwrap();
    let filter = ReceiptFilter {
        profile: profile.map(str::to_owned),
        since: Some(since),
        limit: 1_000,
        ..ReceiptFilter::default()
    };
    let receipts = ledger.receipts(filter).await.unwrap();
    let estimates = receipts.iter().map(Receipt::cost).filter(|cost| {
        cost.basis == Basis::Estimated && cost.amount.is_some_and(|cost| cost > Money::ZERO)
    });
    let estimated = estimates.count() as u64;
    assert_eq!(totals.estimated, estimated > 0);
    Spending {
        estimated,
        spent: totals.spent,
        unknown: totals.unknown,
        tokens: totals.tokens,
        requests: totals.requests,
    }
}

#[tokio::test]
async fn x_05_sums_agree_with_the_receipts_whatever_became_of_them() {
    let home = tempfile::tempdir().unwrap();
    let path = home.path().join("ledger.db");
    let ledger = Ledger::open(&path).unwrap();
    filled(&ledger).await;
    for reopened in [false, true] {
        let ledger = if reopened {
            // What ran is interrupted now, which makes some costs unknown.
            ledger.clone().close().await.unwrap();
            Ledger::open(&path).unwrap()
        } else {
            ledger.clone()
        };
        for profile in [Some("4sapi"), Some("other"), Some("nobody"), None] {
            for quarter in [0, 16, 17, 1_000] {
                let since = UnixMillis(quarter * QUARTER);
                let report = ledger.spending(profile, since).await.unwrap();
                let expected = by_hand(&ledger, profile, since).await;
                assert_eq!(report.whole, expected, "{profile:?} {quarter} {reopened}");
                for by in By::ALL {
                    let rows = report.rows(by, &jiff::tz::TimeZone::UTC);
                    let mut sum = Spending::default();
                    rows.iter().for_each(|(_, row)| sum.add(row));
                    assert_eq!(sum.requests, expected.requests, "{by:?}");
                    assert_eq!(sum.tokens, expected.tokens, "{by:?}");
                    assert_eq!(sum.estimated, expected.estimated, "{by:?}");
                }
            }
        }
        let inside = ledger
            .spending(None, UnixMillis(17 * QUARTER + 5))
            .await
            .unwrap();
        let whole = ledger
            .spending(None, UnixMillis(17 * QUARTER))
            .await
            .unwrap();
        assert_eq!(inside, whole, "a quarter of an hour is the smallest piece");
        let later = |span: &SpendingReport| span.slots.iter().map(|(start, _)| start.0).max();
        let hours = ledger
            .spending(None, UnixMillis(16 * QUARTER))
            .await
            .unwrap();
        assert_eq!(
            later(&whole).map(|at| at / QUARTER / 4),
            later(&hours).map(|at| at / QUARTER / 4)
        );
        assert!(
            hours
                .slots
                .iter()
                .all(|(start, _)| start.0 % (4 * QUARTER) == 0)
        );
        let names: Vec<&str> = whole.tools.iter().map(|(tool, _)| tool.as_str()).collect();
        assert_eq!(names, ["relaydeck"]);
        assert!(whole.groups.iter().any(|(group, _)| group == "billed"));
        assert!(whole.keys.iter().any(|(key, _)| key == "laptop"));
        if reopened {
            assert!(whole.whole.unknown > 0);
            ledger.close().await.unwrap();
        }
    }
}

#[tokio::test]
async fn x_03_disputes_are_those_with_a_reason_and_pages_follow_each_other() {
    let home = tempfile::tempdir().unwrap();
    let ledger = Ledger::open(&home.path().join("ledger.db")).unwrap();
    filled(&ledger).await;
    let all = ReceiptFilter {
        limit: 1_000,
        ..ReceiptFilter::default()
    };
    let receipts = ledger.receipts(all.clone()).await.unwrap();
    let expected: Vec<i64> = receipts
        .iter()
        .filter(|receipt| Dispute::of(receipt).is_some())
        .map(|receipt| receipt.id)
        .collect();
    for reason in [
        Dispute::Empty,
        Dispute::Cut,
        Dispute::Overcharged,
        Dispute::Overcounted,
    ] {
        let found = receipts
            .iter()
            .any(|receipt| Dispute::of(receipt) == Some(reason));
        assert!(found, "the test has none of {reason:?}");
    }
    let disputed = ReceiptFilter {
        disputed: true,
        ..all.clone()
    };
    let found = ledger.receipts(disputed).await.unwrap();
    let ids: Vec<i64> = found.iter().map(|receipt| receipt.id).collect();
    assert_eq!(ids, expected);

    let mut pages = Vec::new();
    let mut after = None;
    loop {
        let page = ReceiptFilter {
            limit: 7,
            after,
            ..all.clone()
        };
        let page = ledger.receipts(page).await.unwrap();
        let Some(last) = page.last() else { break };
        after = Some((last.sent, ReceiptId(last.id)));
        pages.extend(page);
    }
    assert_eq!(pages, receipts);
}

/// A moment after the rows of the relay's log were written.
const NOW: UnixMillis = UnixMillis(5_060_000);

/// A row of the relay's log.
fn logged(id: &str, tool: &str) -> LogEntry {
    LogEntry {
        sent: UnixMillis(5_000_000),
        model: "m".into(),
        key_id: Some(3),
        key_name: Some("cursor-dev".into()),
        group: Some("default".into()),
        usage: usage(10, 500),
        charged: Money::from_nanos(4_000),
        request_id: id.into(),
        first_ms: None,
        total_ms: Some(2_000),
        broken: false,
        tool: tool.into(),
    }
}

#[tokio::test]
async fn x_05_requests_of_other_programs_are_brought_in_once() {
    let home = tempfile::tempdir().unwrap();
    let ledger = Ledger::open(&home.path().join("ledger.db")).unwrap();
    let own = ledger.append(request(1)).await.unwrap();
    ledger.end(own, outcome(1)).await.unwrap();
    let broken = LogEntry {
        broken: true,
        ..logged("f2", "claude-code")
    };
    // `r1` is our own: it has its receipt already.
    let told = vec![
        logged("r1", "claude-code"),
        logged("f1", "claude-code"),
        broken,
    ];
    for new in [2, 0] {
        let brought = ledger
            .bring_in("4sapi", "https://relay.example", told.clone(), NOW)
            .await
            .unwrap();
        assert_eq!((brought.new, brought.undecided), (new, false));
    }
    let report = ledger.spending(Some("4sapi"), UnixMillis(0)).await.unwrap();
    let tools: Vec<(&str, u64)> = report
        .tools
        .iter()
        .map(|(tool, sum)| (tool.as_str(), sum.requests))
        .collect();
    assert!(tools.contains(&("claude-code", 2)) && tools.contains(&("relaydeck", 1)));
    let receipts = ledger.receipts(ReceiptFilter::default()).await.unwrap();
    let disputes: Vec<Option<Dispute>> = receipts
        .iter()
        .filter(|receipt| receipt.tool == "claude-code")
        .map(Dispute::of)
        .collect();
    assert_eq!(
        disputes,
        [Some(Dispute::Cut), None],
        "what we did not see is not disputed"
    );
}

#[tokio::test]
async fn x_05_a_relaydeck_with_another_home_is_another_program() {
    let home = tempfile::tempdir().unwrap();
    let ledger = Ledger::open(&home.path().join("ledger.db")).unwrap();
    let own = ledger.append(request(1)).await.unwrap();
    ledger.end(own, outcome(1)).await.unwrap();
    // One of ours that went through another profile to the same account.
    let mut sideways = request(2);
    sideways.profile = "shop".into();
    let id = ledger.append(sideways).await.unwrap();
    ledger.end(id, outcome(2)).await.unwrap();

    let told = ["r1", "r2", "f1"].map(|id| logged(id, "relaydeck"));
    let brought = ledger.bring_in("4sapi", "https://relay.example", told.into(), NOW);
    assert_eq!(brought.await.unwrap().new, 1);
    let report = ledger.spending(None, UnixMillis(0)).await.unwrap();
    let tools: Vec<(&str, u64)> = report
        .tools
        .iter()
        .map(|(tool, sum)| (tool.as_str(), sum.requests))
        .collect();
    assert_eq!(tools.len(), 2, "{tools:?}");
    assert!(tools.contains(&("relaydeck", 2)) && tools.contains(&(OTHER_RELAYDECK, 1)));
    // What was ours and had no bill has one now.
    let billed = ledger.receipt(own).await.unwrap();
    assert_eq!(billed.charged, Some(Money::from_nanos(4_000)));
}

/// A request of ours through this profile that those rows may be of.
fn alike(profile: &str) -> NewRequest {
    NewRequest {
        profile: profile.into(),
        sent: UnixMillis(5_000_400),
        model: "m".into(),
        key_id: Some(3),
        ..request(1)
    }
}

/// The end of a request that never learned its id.
fn nameless() -> Outcome {
    Outcome {
        request_id: None,
        reported: None,
        expected: None,
        ..outcome(1)
    }
}

#[tokio::test]
async fn x_05_a_request_of_ours_that_never_learned_its_id_is_not_another_program_s() {
    let home = tempfile::tempdir().unwrap();
    let ledger = Ledger::open(&home.path().join("ledger.db")).unwrap();
    let id = ledger.append(alike("4sapi")).await.unwrap();
    let told = vec![logged("f1", "relaydeck")];
    let bring_in = || ledger.bring_in("4sapi", "https://relay.example", told.clone(), NOW);
    // While it runs it may still learn it.
    let brought = bring_in().await.unwrap();
    assert_eq!((brought.new, brought.undecided), (0, true));
    ledger.end(id, nameless()).await.unwrap();
    let brought = bring_in().await.unwrap();
    assert_eq!((brought.new, brought.undecided), (1, false));
    assert_eq!(bring_in().await.unwrap().new, 0);
    let receipts = ledger.receipts(ReceiptFilter::default()).await.unwrap();
    assert_eq!(receipts.len(), 1);
    assert_eq!(receipts[0].request_id.as_deref(), Some("f1"));
    assert_eq!(receipts[0].charged, Some(Money::from_nanos(4_000)));
    // Another one of the same model and key is not taken for it.
    let other = vec![logged("f2", "relaydeck")];
    let brought = ledger.bring_in("4sapi", "https://relay.example", other, NOW);
    assert_eq!(brought.await.unwrap().new, 1);
    assert_eq!(
        ledger
            .receipts(ReceiptFilter::default())
            .await
            .unwrap()
            .len(),
        2
    );
}

#[tokio::test]
async fn x_05_two_profiles_that_lead_to_one_account_count_its_requests_once() {
    let home = tempfile::tempdir().unwrap();
    let ledger = Ledger::open(&home.path().join("ledger.db")).unwrap();
    let bring_in = |profile: &'static str, relay: &'static str, entry: LogEntry, now: i64| {
        ledger.bring_in(profile, relay, vec![entry], UnixMillis(now))
    };
    let (ours, another) = ("https://relay.example", "https://another.example");
    for (profile, new) in [("4sapi", 1), ("shop", 0)] {
        let brought = bring_in(profile, ours, logged("t1", "cursor"), NOW.0).await;
        assert_eq!(brought.unwrap().new, new, "{profile}");
    }
    // One of ours that runs, sent with a key alone through the other profile.
    let id = ledger.append(alike("shop")).await.unwrap();
    let told = || logged("f1", "relaydeck");
    let brought = bring_in("4sapi", ours, told(), NOW.0).await.unwrap();
    assert_eq!((brought.new, brought.undecided), (0, true));
    let elsewhere = bring_in("other", another, logged("e1", "relaydeck"), NOW.0).await;
    assert_eq!(
        elsewhere.unwrap().new,
        1,
        "at another relay it is no matter"
    );
    // Its end could not be written: after minutes the log is not kept waiting for it.
    let brought = bring_in("4sapi", ours, told(), NOW.0 + 600_000).await;
    let brought = brought.unwrap();
    assert_eq!((brought.new, brought.undecided), (1, false));
    let receipt = ledger.receipt(id).await.unwrap();
    assert_eq!(receipt.request_id.as_deref(), Some("f1"));
    assert_eq!(receipt.charged, Some(Money::from_nanos(4_000)));
    let receipts = ledger.receipts(ReceiptFilter::default()).await.unwrap();
    assert_eq!(receipts.len(), 3);
}

#[tokio::test]
async fn x_05_what_never_left_is_not_taken_for_a_request_of_the_log() {
    let home = tempfile::tempdir().unwrap();
    let ledger = Ledger::open(&home.path().join("ledger.db")).unwrap();
    // No connection, and stopped before it was sent.
    for how in [Ending::Failed, Ending::Ended] {
        let id = ledger.append(alike("4sapi")).await.unwrap();
        let end = Outcome {
            how,
            status: None,
            expected: Some(Money::ZERO),
            ..nameless()
        };
        ledger.end(id, end).await.unwrap();
    }
    let bring_in = |id| {
        let told = vec![logged(id, "relaydeck")];
        ledger.bring_in("4sapi", "https://relay.example", told, NOW)
    };
    bring_in("f1").await.unwrap();
    // One that was sent and that nobody answered may be the next.
    let sent = ledger.append(alike("4sapi")).await.unwrap();
    let unknown = Outcome {
        status: None,
        ..nameless()
    };
    ledger.end(sent, unknown).await.unwrap();
    bring_in("f2").await.unwrap();
    let receipts = ledger.receipts(ReceiptFilter::default()).await.unwrap();
    let named = |tool| {
        let of = receipts.iter().filter(move |receipt| receipt.tool == tool);
        of.filter_map(|receipt| receipt.request_id.as_deref().map(|id| (receipt.id, id)))
            .collect::<Vec<_>>()
    };
    assert_eq!(named("relaydeck"), [(sent.0, "f2")]);
    let others: Vec<&str> = named(OTHER_RELAYDECK).iter().map(|(_, id)| *id).collect();
    assert_eq!(others, ["f1"]);
}

#[tokio::test]
async fn x_05_a_bill_that_was_found_by_likeness_names_its_request() {
    let home = tempfile::tempdir().unwrap();
    let ledger = Ledger::open(&home.path().join("ledger.db")).unwrap();
    let id = ledger.append(alike("4sapi")).await.unwrap();
    ledger.end(id, nameless()).await.unwrap();
    let bill = Bill {
        charged: Money::from_nanos(4_000),
        group: None,
        request_id: Some("f1".into()),
    };
    ledger.settle(id, bill).await.unwrap();
    let told = vec![logged("f1", "relaydeck")];
    let brought = ledger.bring_in("4sapi", "https://relay.example", told, NOW);
    assert_eq!(brought.await.unwrap().new, 0);
    let receipts = ledger.receipts(ReceiptFilter::default()).await.unwrap();
    assert_eq!(receipts.len(), 1);
    assert_eq!(receipts[0].request_id.as_deref(), Some("f1"));
}
