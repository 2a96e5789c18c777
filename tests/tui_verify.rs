//! The Verify tab: costs first, the ladder rung by rung, the tests, the checklist, the path, the history; and the way to it
//! from a reply that failed.
#![allow(clippy::unwrap_used, reason = "a test's helper fails by panicking")]

mod term_support;
mod tui_support;

use relaydeck::domain::test_result::{TestKind, TestResult};
use relaydeck::domain::{Basis, Cost, Fault, FaultKind, Money, UnixMillis};
use relaydeck::engine::door::{
    Check, Event, Evidence, Finding, Look, Outcome, Proof, ProofNews, ProofPlan, Report, Rung,
    Sent, Verdict, WorstCase,
};
use relaydeck::verify::checklist::{Facts, Repository, lines};
use relaydeck::verify::workflow::steps;
use tui_support::events::{failed, fault, open};
use tui_support::scenes::scene;
use tui_support::{NOON, Script};

fn news(script: &mut Script, news: ProofNews) {
    let ask = script.ask();
    script.engine(Event::Proof {
        ask,
        news: Box::new(news),
    });
}

fn usd(text: &str) -> Money {
    Money::parse(text).unwrap()
}

fn plan(long: WorstCase) -> ProofPlan {
    ProofPlan {
        model: "claude-sonnet-4-5-20250929".into(),
        key: "sk-aB3d**********x9Zk".into(),
        group: Some("default".into()),
        costs: vec![
            (TestKind::Connect, WorstCase::AtMost(usd("0.004"))),
            (TestKind::Long, long),
            (TestKind::Concurrency, WorstCase::AtMost(usd("0.01"))),
        ],
    }
}

/// The tab, with its costs known. The checklist is asked for last, so its answer would be the next one.
fn verify(script: &mut Script) {
    open(script, "4sapi");
    script.keys("<Esc> 6");
    let plan = plan(WorstCase::AtMost(usd("0.0855")));
    script.model.verify.plan = Some(Ok(plan));
}

fn finding(rung: Rung, verdict: Verdict, evidence: &str) -> Finding {
    Finding::new(rung, verdict, evidence)
}

fn below() -> Vec<Finding> {
    vec![
        finding(
            Rung::Address,
            Verdict::Good,
            "4sapi.example is 203.0.113.7, found in 12 ms, connected in 38 ms",
        ),
        finding(
            Rung::Tls,
            Verdict::Good,
            "the certificate is for 4sapi.example and trusted, agreed in 41 ms",
        ),
        finding(
            Rung::Kind,
            Verdict::Good,
            "New API v1.0.0 (4SAPI); its model API wants a key (44 ms)",
        ),
        finding(
            Rung::Credential,
            Verdict::Good,
            "sk-aB3d**********x9Zk is accepted; 412 models are listed to it",
        ),
        finding(
            Rung::Balance,
            Verdict::Good,
            "$12.48 in the wallet, $4.90 left on the key",
        ),
    ]
}

fn climbed() -> Report {
    let refused = Fault::new(
        FaultKind::ModelNotFound,
        "no model is named \"claude-sonnet-45-20250929\" here",
    )
    .advise("did you mean claude-sonnet-4-5-20250929?");
    let mut findings = below();
    findings.push(Finding::failed(Rung::Model, refused).proven(Some(Proof {
        change: "called claude-sonnet-4-5-20250929 instead".into(),
        outcome: "it answers".into(),
        helped: true,
    })));
    for rung in [Rung::Group, Rung::Endpoint, Rung::Call, Rung::Stream] {
        findings.push(finding(rung, Verdict::NotReached, "not reached"));
    }
    Report {
        findings,
        requests: 1,
        cost: cost("0.000214"),
    }
}

fn cost(text: &str) -> Cost {
    Cost {
        amount: Some(usd(text)),
        basis: Basis::Reported,
    }
}

fn sent(total_ms: u64, status: u16) -> Sent {
    Sent {
        good: status == 200,
        status: Some(status),
        first_ms: Some(total_ms / 2),
        total_ms,
        input: 12,
        output: 2,
        reported: true,
        echoed: Some("claude-sonnet-4-5-20250929".into()),
        fault: None,
        retry_after: None,
    }
}

fn concurrency() -> Outcome {
    let limited = Fault::new(FaultKind::RateLimited, "too many requests (HTTP 429)");
    Outcome {
        test: TestKind::Concurrency,
        passed: false,
        summary:
            "4 of 5 answered, p50 1.02 s, p95 2.20 s; one was told 429, to come back after 7 s"
                .into(),
        checks: vec![
            Check {
                what: "all 5 succeed".into(),
                passed: Some(false),
                seen: "4 did; one was told: too many requests (HTTP 429)".into(),
            },
            Check {
                what: "429".into(),
                passed: Some(false),
                seen: "1".into(),
            },
        ],
        sent: vec![
            sent(900, 200),
            sent(1_020, 200),
            sent(1_400, 200),
            sent(2_200, 200),
            sent(80, 429),
        ],
        fault: Some(limited),
        cost: cost("0.000856"),
        evidence: vec![
            Evidence {
                about: "model name",
                look: Look::Consistent,
                seen:
                    "asked claude-sonnet-4-5-20250929, echoed claude-sonnet-4-5-20250929 in 4 of 4"
                        .into(),
            },
            Evidence {
                about: "tokens in",
                look: Look::Odd,
                seen: "reported 4000 where we count 48: far apart in 4 of 4 answers".into(),
            },
        ],
        detail: serde_json::Value::Null,
    }
}

fn standing(script: &mut Script) {
    let facts = Facts {
        account: Some(Ok(("lin".into(), Some(usd("12.4831"))))),
        keys: Some(3),
        held: 2,
        ladder: Some(climbed()),
        group: Some("default".into()),
        repository: Some(Repository::Keys(vec!["scripts/try.py".into()])),
        settled: Some((42, 42)),
        ..Facts::default()
    };
    let lines = lines(&facts);
    let result = |test, passed, summary: &str, minutes: i64| TestResult {
        profile: "4sapi".into(),
        relay: "https://4sapi.example".into(),
        at: UnixMillis(NOON.0 - minutes * 60_000),
        test,
        model: "claude-sonnet-4-5-20250929".into(),
        group: Some("default".into()),
        key_masked: "sk-aB3d**********x9Zk".into(),
        passed,
        summary: summary.into(),
        requests: 2,
        cost: cost("0.000428"),
        first_ms: Some(420),
        total_ms: Some(810),
        detail: "{}".into(),
    };
    let results = vec![
        result(
            TestKind::Concurrency,
            false,
            "4 of 5 answered, p50 1.02 s, p95 2.20 s",
            3,
        ),
        result(
            TestKind::Connect,
            true,
            "reply in 810 ms, first part of the stream after 420 ms",
            9,
        ),
    ];
    news(
        script,
        ProofNews::Standing {
            steps: steps(&lines),
            lines,
            results,
        },
    );
}

#[test]
fn s_83_the_cost_stands_there_before_anything_is_run() {
    scene("before", verify);
    let mut script = Script::new(80, 24);
    verify(&mut script);
    script
        .sees("WORST CASE")
        .sees("$0.0855")
        .sees("Not run yet");
}

#[test]
fn s_96_the_ladder_is_shown_rung_by_rung() {
    scene("climbing", |script| {
        verify(script);
        script.keys("<Enter>");
        for finding in below() {
            news(script, ProofNews::Rung(finding));
        }
    });
    scene("climbed", |script| {
        verify(script);
        script.keys("<Enter>");
        news(script, ProofNews::Climbed(climbed()));
    });
}

#[test]
fn s_82_several_at_once_are_bars() {
    scene("concurrency", |script| {
        verify(script);
        script.keys("j j j <Enter>");
        news(script, ProofNews::Tested(Box::new(concurrency())));
    });
}

/// The test of a row of the list, run: what it found.
fn tested(script: &mut Script, row: &str, outcome: Outcome) {
    verify(script);
    script.keys(row).keys("<Enter>");
    news(script, ProofNews::Tested(Box::new(outcome)));
}

fn check(what: &str, passed: Option<bool>, seen: &str) -> Check {
    Check {
        what: what.into(),
        passed,
        seen: seen.into(),
    }
}

fn outcome(test: TestKind, summary: &str, checks: Vec<Check>, fault: Option<Fault>) -> Outcome {
    Outcome {
        test,
        passed: fault.is_none(),
        summary: summary.into(),
        checks,
        sent: vec![sent(810, 200), sent(1_020, 200)],
        fault,
        cost: cost("0.000428"),
        evidence: vec![Evidence {
            about: "fingerprint",
            look: Look::Unknown,
            seen: "none was sent along".into(),
        }],
        detail: serde_json::Value::Null,
    }
}

fn long(passed: bool) -> Outcome {
    let silent = Fault::new(
        FaultKind::StreamBroken,
        "the answer broke off before its end",
    )
    .advise("ask for less, or take another group, model or node of this relay");
    let end = if passed {
        "stop"
    } else {
        "the stream ended without saying why"
    };
    let needle = |place: &str, found| {
        let seen = match found {
            true => "violet-anchor-17 was found",
            false => "violet-anchor-17 was not named",
        };
        check(&format!("needle at the {place}"), Some(found), seen)
    };
    let checks = vec![
        check("ends with stop", Some(passed), end),
        needle("start", true),
        needle("middle", passed),
        needle("end", passed),
    ];
    let summary = match passed {
        true => "5312 in, 1204 out in 41.2 s, longest silence 1.31 s at 20.4 s; 3 of 3 needles",
        false => {
            "5312 in, 388 out in 61.2 s, longest silence 30.0 s at 31.1 s; 1 of 3 needles; \
             it broke after 388 tokens, 61.2 s in"
        }
    };
    outcome(TestKind::Long, summary, checks, (!passed).then_some(silent))
}

fn connect(passed: bool) -> Outcome {
    let refused = Fault::new(
        FaultKind::CredentialRefused,
        "the key was refused (HTTP 401)",
    )
    .advise("look whether it is a key of this relay, enabled and whole");
    let checks = match passed {
        true => vec![
            check(
                "models are listed",
                None,
                "412 models, but not claude-sonnet-4-5-20250929",
            ),
            check("reply: status 200, understood", Some(true), "answered"),
            check("reply: says something", Some(true), "\"ready\""),
            check("stream: reports its tokens", Some(true), "12 in, 2 out"),
        ],
        false => vec![
            check(
                "models are listed",
                Some(false),
                "the key was refused (HTTP 401)",
            ),
            check(
                "reply: status 200, understood",
                Some(false),
                "the key was refused (HTTP 401)",
            ),
        ],
    };
    let summary = match passed {
        true => "reply in 810 ms, first part of the stream after 420 ms",
        false => "the key was refused (HTTP 401)",
    };
    outcome(
        TestKind::Connect,
        summary,
        checks,
        (!passed).then_some(refused),
    )
}

#[test]
fn s_80_to_s_82_every_test_passed_and_failed() {
    for (name, passed) in [("passed", true), ("failed", false)] {
        scene(&format!("connect_{name}"), |script| {
            tested(script, "j", connect(passed));
        });
        scene(&format!("long_{name}"), |script| {
            tested(script, "j j", long(passed));
        });
    }
    scene("concurrency_passed", |script| {
        let mut all = concurrency();
        all.passed = true;
        all.fault = None;
        all.summary = "5 of 5 answered, p50 1.02 s, p95 2.20 s".into();
        all.checks.truncate(1);
        all.checks[0] = check("all 5 succeed", Some(true), "all");
        all.sent.truncate(4);
        all.sent.push(sent(1_100, 200));
        all.evidence.truncate(1);
        tested(script, "j j j", all);
    });
    scene("concurrency_lost", |script| {
        let mut lost = concurrency();
        lost.sent[4].status = None;
        tested(script, "j j j", lost);
    });
    scene("long_running", |script| {
        verify(script);
        script.keys("j j <Enter>").keys("<Enter>");
    });
}

#[test]
fn what_cannot_be_looked_at_or_run() {
    let plan_failed = |script: &mut Script| {
        open(script, "4sapi");
        script.keys("<Esc> 6");
        let none = Fault::new(FaultKind::Local, "there is no key to test with")
            .advise("make one with: relaydeck keys create --name NAME, or give one with --key");
        script.model.verify.plan = Some(Err(none));
    };
    scene("costs_on_their_way", |script| {
        open(script, "4sapi");
        script.keys("<Esc> 6");
    });
    scene("no_costs", plan_failed);
    scene("refused", |script| {
        verify(script);
        script.keys("<Enter>");
        let gone = Fault::new(FaultKind::Local, "there is no relay to examine")
            .advise("give its address with --url, or add it: relaydeck profiles add");
        news(script, ProofNews::Failed(gone));
    });
    for (name, keys) in [("checklist_not_looked", "j j j j"), ("history_none", "G")] {
        scene(name, |script| {
            verify(script);
            script.keys(keys);
        });
    }
    scene("tried_in_vain", |script| {
        verify(script);
        script.keys("<Enter>");
        let mut report = climbed();
        let proof = Proof {
            change: "called claude-sonnet-4-5-20250929 instead".into(),
            outcome: "it does not answer either".into(),
            helped: false,
        };
        report.findings[5].proof = Some(proof);
        news(script, ProofNews::Climbed(report));
    });
}

#[test]
fn s_98_s_99_checklist_path_and_history() {
    for (name, keys) in [
        ("checklist", "j j j j"),
        ("workflow", "j j j j j"),
        ("history", "G"),
    ] {
        scene(name, |script| {
            verify(script);
            standing(script);
            script.keys(keys);
        });
    }
}

#[test]
fn s_83_above_the_limit_it_takes_a_second_enter() {
    let mut script = Script::new(80, 24);
    verify(&mut script);
    script.model.verify.plan = Some(Ok(plan(WorstCase::Unknown)));
    script.keys("j j");
    script.asked();
    script.keys("<Enter>").sees("Enter once more runs");
    assert!(script.asked().is_empty(), "nothing was sent");
    script.keys("k j <Enter>");
    assert!(script.asked().is_empty(), "any other key leaves it");
    script.keys("<Enter>");
    assert_eq!(script.asked().len(), 1);
    scene("asking", |script| {
        verify(script);
        script.model.verify.plan = Some(Ok(plan(WorstCase::AtMost(usd("0.4")))));
        script.keys("j j <Enter>");
    });
}

#[test]
fn one_key_leads_from_a_failed_reply_to_its_diagnosis() {
    let mut script = Script::new(80, 24);
    open(&mut script, "4sapi");
    script.model.chat.model = "claude-opus-4-5".into();
    script.types("hello").keys("<Enter>");
    let turn = script.turn();
    script.engine(failed(
        turn,
        fault(FaultKind::ModelNotFound, "the model is not served here"),
    ));
    script.keys("<Esc>").sees("diagnose");
    script.asked();
    script.keys("d").sees("Diagnosis").sees("Verify");
    let asked = script.asked();
    assert_eq!(asked.len(), 3, "{asked:?}");
    assert!(asked[2].starts_with("prove Ladder with "), "{asked:?}");
    script.keys("<Esc>");
    assert_eq!(script.asked(), ["stop proving"]);
    news(
        &mut script,
        ProofNews::Failed(Fault::new(FaultKind::Local, "stopped")),
    );
}

#[test]
fn late_news_of_another_relay_are_dropped() {
    let mut script = Script::new(80, 24);
    verify(&mut script);
    script.keys("<Enter>");
    let ask = script.ask();
    script.engine(Event::Opening {
        profile: "local".into(),
    });
    script.engine(Event::Proof {
        ask,
        news: Box::new(ProofNews::Climbed(climbed())),
    });
    script.misses("did you mean");
}
