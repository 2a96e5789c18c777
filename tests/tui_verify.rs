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
use relaydeck::locale::{self, plain};
use relaydeck::verify::checklist::{Facts, Repository, lines};
use relaydeck::verify::workflow::steps;
use tui_support::events::{failed, fault, open};
use tui_support::scenes::scene;
use tui_support::{NOON, Script, said};

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

fn finding(rung: Rung, verdict: Verdict, evidence: impl Into<String>) -> Finding {
    Finding::new(rung, verdict, evidence)
}

fn below() -> Vec<Finding> {
    vec![
        finding(
            Rung::Address,
            Verdict::Good,
            format!(
                "4sapi.example{}{}{}",
                said!("judge-is", address = "203.0.113.7"),
                said!("judge-found-in", took = "12 ms"),
                said!("judge-connected-in", took = "38 ms")
            ),
        ),
        finding(
            Rung::Tls,
            Verdict::Good,
            said!(
                "judge-certificate",
                host = "4sapi.example",
                took = said!("judge-agreed-in", took = "41 ms")
            ),
        ),
        finding(
            Rung::Kind,
            Verdict::Good,
            said!(
                "judge-console-seen",
                console = "New API v1.0.0 (4SAPI)",
                answers = said!("judge-wants-key"),
                took = said!("judge-took", span = "44 ms")
            ),
        ),
        finding(
            Rung::Credential,
            Verdict::Good,
            said!(
                "climb-key-accepted",
                masked = "sk-aB3d**********x9Zk",
                listed = 412
            ),
        ),
        finding(
            Rung::Balance,
            Verdict::Good,
            locale::clauses(&[
                said!("climb-wallet", balance = "$12.48"),
                said!("climb-key-left", left = "$4.90"),
            ]),
        ),
    ]
}

fn climbed() -> Report {
    let refused = Fault::new(
        FaultKind::ModelNotFound,
        said!("model-none-named", name = "\"claude-sonnet-45-20250929\""),
    )
    .advise(said!(
        "model-did-you-mean",
        names = "claude-sonnet-4-5-20250929"
    ));
    let mut findings = below();
    findings.push(Finding::failed(Rung::Model, refused).proven(Some(Proof {
        change: said!(
            "mend-called-nearest",
            nearest = "claude-sonnet-4-5-20250929"
        ),
        outcome: said!("mend-answers"),
        helped: true,
    })));
    for rung in [Rung::Group, Rung::Endpoint, Rung::Call, Rung::Stream] {
        findings.push(finding(
            rung,
            Verdict::NotReached,
            said!("ladder-not-reached"),
        ));
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

/// How many of five answered, in words.
fn answered(good: u32) -> String {
    said!(
        "trial-many-summary",
        good = good,
        all = 5,
        p50 = "1.02 s",
        p95 = "2.20 s"
    )
}

/// How a short test went that passed, in words.
fn replied() -> String {
    said!("trial-connect-summary", reply = "810 ms", stream = "420 ms")
}

fn concurrency() -> Outcome {
    let told = said!(
        "trouble-relay-status",
        head = said!("trouble-relay-rate"),
        status = 429
    );
    let limited = Fault::new(FaultKind::RateLimited, told.clone());
    Outcome {
        test: TestKind::Concurrency,
        passed: false,
        summary: [
            answered(4),
            said!("trial-many-limited", limited = #1),
            said!("trial-many-wait", longest = 7),
        ]
        .concat(),
        checks: vec![
            Check {
                what: said!("trial-all-succeed", count = 5),
                passed: Some(false),
                seen: said!("trial-some-told", good = 4, fault = told),
            },
            Check {
                what: said!("trial-limited"),
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
                about: plain("rung-model"),
                look: Look::Consistent,
                seen: said!(
                    "evidence-echoed",
                    asked = "claude-sonnet-4-5-20250929",
                    names = "claude-sonnet-4-5-20250929",
                    total = 4
                ),
            },
            Evidence {
                about: plain("evidence-tokens-in"),
                look: Look::Odd,
                seen: said!(
                    "evidence-count-far",
                    reported = 4000,
                    counted = 48,
                    odd = 4,
                    answers = 4
                ),
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
    let result = |test, passed, summary: String, minutes: i64| TestResult {
        profile: "4sapi".into(),
        relay: "https://4sapi.example".into(),
        at: UnixMillis(NOON.0 - minutes * 60_000),
        test,
        model: "claude-sonnet-4-5-20250929".into(),
        group: Some("default".into()),
        key_masked: "sk-aB3d**********x9Zk".into(),
        passed,
        summary,
        requests: 2,
        cost: cost("0.000428"),
        first_ms: Some(420),
        total_ms: Some(810),
        detail: "{}".into(),
    };
    let results = vec![
        result(TestKind::Concurrency, false, answered(4), 3),
        result(TestKind::Connect, true, replied(), 9),
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

fn check(what: String, passed: Option<bool>, seen: impl Into<String>) -> Check {
    Check {
        what,
        passed,
        seen: seen.into(),
    }
}

fn outcome(test: TestKind, summary: String, checks: Vec<Check>, fault: Option<Fault>) -> Outcome {
    Outcome {
        test,
        passed: fault.is_none(),
        summary,
        checks,
        sent: vec![sent(810, 200), sent(1_020, 200)],
        fault,
        cost: cost("0.000428"),
        evidence: vec![Evidence {
            about: plain("evidence-fingerprint"),
            look: Look::Unknown,
            seen: said!("evidence-no-fingerprint"),
        }],
        detail: serde_json::Value::Null,
    }
}

fn long(passed: bool) -> Outcome {
    let silent = Fault::new(FaultKind::StreamBroken, said!("trouble-relay-stream"))
        .advise(said!("trial-advice"));
    let end = if passed {
        "stop".to_owned()
    } else {
        said!("trouble-relay-stream")
    };
    let needle = |place: String, found| {
        let seen = match found {
            true => said!("trial-needle-found", needle = "violet-anchor-17"),
            false => said!("trial-needle-lost", needle = "violet-anchor-17"),
        };
        check(said!("trial-needle", place = place), Some(found), seen)
    };
    let checks = vec![
        check(said!("trial-ends-stop"), Some(passed), end),
        needle(said!("needle-start"), true),
        needle(said!("needle-middle"), passed),
        needle(said!("needle-end"), passed),
    ];
    let summary = match passed {
        true => said!(
            "trial-long-summary",
            input = 5312,
            output = 1204,
            took = "41.2 s",
            silence = said!("trial-silence", took = "1.31 s", at = "20.4 s"),
            hits = 3,
            broke = ""
        ),
        false => said!(
            "trial-long-summary",
            input = 5312,
            output = 388,
            took = "61.2 s",
            silence = said!("trial-silence", took = "30.0 s", at = "31.1 s"),
            hits = 1,
            broke = said!("trial-broke", tokens = 388, took = "61.2 s")
        ),
    };
    outcome(TestKind::Long, summary, checks, (!passed).then_some(silent))
}

fn connect(passed: bool) -> Outcome {
    let told = said!(
        "trouble-relay-status",
        head = said!("trouble-relay-credential"),
        status = 401
    );
    let refused =
        Fault::new(FaultKind::CredentialRefused, told.clone()).advise(said!("advice-credential"));
    let (reply, stream) = (said!("trial-reply"), said!("trial-stream"));
    let checks = match passed {
        true => vec![
            check(
                said!("trial-listed"),
                None,
                said!(
                    "trial-listed-not",
                    count = 412,
                    name = "claude-sonnet-4-5-20250929"
                ),
            ),
            check(
                said!("trial-understood", name = reply),
                Some(true),
                said!("trial-answered"),
            ),
            check(said!("trial-says", name = reply), Some(true), "\"ready\""),
            check(
                said!("trial-reports", name = stream),
                Some(true),
                said!("trial-usage", input = 12, output = 2),
            ),
        ],
        false => vec![
            check(said!("trial-listed"), Some(false), told.clone()),
            check(
                said!("trial-understood", name = reply),
                Some(false),
                told.clone(),
            ),
        ],
    };
    let summary = match passed {
        true => replied(),
        false => told,
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
        all.summary = answered(5);
        all.checks.truncate(1);
        all.checks[0] = check(
            said!("trial-all-succeed", count = 5),
            Some(true),
            said!("trial-all"),
        );
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
        let none = Fault::new(FaultKind::Local, said!("proof-no-key"))
            .advise(said!("proof-no-key-advice"));
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
        let gone = Fault::new(FaultKind::Local, said!("proof-no-relay"))
            .advise(said!("proof-no-relay-advice"));
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
            change: said!(
                "mend-called-nearest",
                nearest = "claude-sonnet-4-5-20250929"
            ),
            outcome: said!("mend-nothing"),
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
        fault(
            FaultKind::ModelNotFound,
            &said!("trouble-relay-model-not-found"),
        ),
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
