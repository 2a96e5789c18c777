//! What passes and what does not, from answers made up for it.

use super::*;
use crate::domain::{Address, ApiKey, Endpoint, Price, QuotaScale, Usage};
use crate::verify::door::{Beat, HeldSecret};
use crate::verify::trials::{Planned, Target, Wanted, plan};

fn target(model: &str) -> Target {
    Target {
        address: Address::parse("https://h.example").unwrap().0,
        key: HeldSecret {
            secret: ApiKey::new("sk-x"),
            name: "k".into(),
            id: None,
        },
        model: model.into(),
        endpoint: Endpoint::Chat,
        group: None,
        price: Price::Unknown,
        scale: QuotaScale::default(),
        context: None,
        system: None,
    }
}

fn said(text: &str) -> Told {
    Told {
        fault: None,
        status: Some(200),
        text: text.into(),
        reasoned: false,
        reported: Some(Usage {
            input: 10,
            output: 5,
            ..Usage::default()
        }),
        counted: Usage::default(),
        finish: Finish::Stop,
        echoed: Some("m".into()),
        fingerprint: None,
        first_ms: Some(100),
        total_ms: 200,
        beats: vec![
            Beat {
                at_ms: 100,
                tokens: 1,
            },
            Beat {
                at_ms: 190,
                tokens: 5,
            },
        ],
        cost: Cost {
            amount: Some(Money::from_nanos(5)),
            basis: Basis::Reported,
        },
        request_id: None,
    }
}

fn all(count: usize) -> Wanted {
    Wanted {
        connect: true,
        long: Some(500),
        concurrency: Some(count),
    }
}

#[test]
fn s_81_all_three_needles_and_a_proper_end_are_needed() {
    let planned = plan(&target("m"), all(5), 9);
    let Planned::Long { ask, hay } = &planned[1] else {
        panic!("the second is the long one");
    };
    assert!(ask.messages[0].text.contains(&hay.needles[1]) && ask.streamed);
    let whole = hay.needles.join("\n");
    assert!(judge_long(ask, hay, said(&whole)).outcome.passed);
    assert!(!judge_long(ask, hay, said(&hay.needles[0])).outcome.passed);
    let cut = Told {
        finish: Finish::Length,
        ..said(&whole)
    };
    assert!(!judge_long(ask, hay, cut).outcome.passed);
    let broken = Told {
        fault: Some(Fault::new(FaultKind::StreamBroken, "the answer broke off")),
        ..said(&whole)
    };
    let outcome = judge_long(ask, hay, broken).outcome;
    assert!(
        !outcome.passed && outcome.summary.contains("broke after 5 tokens"),
        "{}",
        outcome.summary
    );
    assert_eq!(outcome.detail["longest_gap_ms"], 90);
}

#[test]
fn s_82_all_of_n_must_succeed() {
    let planned = plan(&target("m"), all(3), 1);
    let Planned::Concurrency { asks } = &planned[2] else {
        panic!("the third is the one with several");
    };
    assert!(
        judge_concurrency(asks, vec![said("ready"); 3])
            .outcome
            .passed
    );
    let limited = Told {
        fault: Some(Fault {
            retry_after: Some(7),
            ..Fault::new(FaultKind::RateLimited, "too many requests").with_status(429)
        }),
        ..said("")
    };
    let outcome = judge_concurrency(asks, vec![said("ready"), limited, said("ready")]).outcome;
    assert!(!outcome.passed);
    assert_eq!(
        (
            &outcome.detail["told_429"],
            &outcome.detail["retry_after"][0]
        ),
        (&json!(1), &json!(7))
    );
    assert_eq!(outcome.fault.unwrap().kind, FaultKind::RateLimited);
}

#[test]
fn s_80_text_and_usage_are_needed_of_both() {
    let planned = plan(&target("m"), all(1), 1);
    let Planned::Connect { asks } = &planned[0] else {
        panic!("the first is connectivity");
    };
    let listed = || Check {
        what: "models are listed".into(),
        passed: Some(true),
        seen: String::new(),
    };
    assert!(
        judge_connect(asks, listed(), &said("ready"), &said("ready"))
            .outcome
            .passed
    );
    let silent = Told {
        reported: None,
        ..said("ready")
    };
    let outcome = judge_connect(asks, listed(), &said("ready"), &silent).outcome;
    assert!(
        !outcome.passed && outcome.summary.contains("reports its tokens"),
        "{}",
        outcome.summary
    );
    assert!(
        !judge_connect(asks, listed(), &said("  "), &said("ready"))
            .outcome
            .passed
    );
    assert_eq!(outcome.cost.amount, Some(Money::from_nanos(10)));
}

#[test]
fn percentiles_are_of_what_there_is() {
    let of = |percent| percentile([5, 1, 4, 2, 3].into_iter(), percent);
    assert_eq!((of(50), of(95)), (Some(3), Some(5)));
    assert_eq!(percentile(std::iter::empty(), 50), None);
}
