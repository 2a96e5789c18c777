//! The diagnosis against a fake relay with every fault there is: does it name the right rung, and say the right thing?
//! (S-90…S-97, `contract/new-api.md` 8.6, 8.7, 11.)

#![allow(clippy::unwrap_used, clippy::expect_used)]

#[path = "ladder/cases.rs"]
mod cases;
#[allow(dead_code, reason = "the client's tests use more of it")]
#[path = "client/fake.rs"]
mod fake;
#[path = "ladder/places.rs"]
mod places;
mod support;

use std::sync::Arc;
use std::time::Duration;

use cases::{CASES, Where};
use fake::{Asked, Fake, Told};
use relaydeck::domain::{Access, ApiKey, Profile};
use relaydeck::engine::clock::Clock;
use relaydeck::engine::host::{HeldKey, Host};
use relaydeck::engine::proof::{Given, examine};
use relaydeck::ledger::{Ledger, ReceiptFilter};
use relaydeck::verify::ladder::{Limits, climb};
use relaydeck::verify::report::{Finding, Report, Rung, Verdict};
use serde_json::{Value, json};
use support::host::TestHost;
use tokio_util::sync::CancellationToken;

/// In two parts, so that no scanner takes them for real ones.
pub(crate) const KEY: &str = concat!("sk-", "aB3dEFGHijklmnopx9Zk0123456789abcdef0123456789ab");
pub(crate) const OTHER_KEY: &str =
    concat!("sk-", "zZ9yEFGHijklmnopx9Zk0123456789abcdef0123456789ab");

/// What a relay in good health answers.
pub(crate) fn healthy(asked: &Asked) -> Told {
    let with_key = asked.header("authorization").is_some();
    let streamed = asked.body.contains("\"stream\":true");
    match asked.place() {
        "/api/status" => Told::data(
            json!({"version":"v1.0.0","system_name":"Example","quota_per_unit":500_000,"chats":[]}),
        ),
        "/v1/models" if with_key => Told::json(
            200,
            json!({"object":"list","data":[{"id":"gpt-4o"},{"id":"claude-sonnet-4-5-20250929"}]}),
        ),
        "/v1/models" => Told::json(
            401,
            json!({"error":{"message":"Invalid token (request id: R)","type":"new_api_error","code":""}}),
        ),
        "/api/usage/token/" => Told::json(
            200,
            json!({"code":true,"message":"ok","data":{"name":"laptop","total_available":1_000_000,"unlimited_quota":false,"expires_at":0}}),
        ),
        "/v1/chat/completions" if streamed => Told::events(&[
            r#"{"model":"gpt-4o","choices":[{"index":0,"delta":{"content":"ready"}}]}"#,
            r#"{"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}"#,
            r#"{"choices":[],"usage":{"prompt_tokens":12,"completion_tokens":1,"total_tokens":13}}"#,
            "[DONE]",
        ]),
        "/v1/chat/completions" => Told::json(
            200,
            json!({"model":"gpt-4o","choices":[{"index":0,"message":{"content":"ready"},"finish_reason":"stop"}],
                "usage":{"prompt_tokens":12,"completion_tokens":1,"total_tokens":13}}),
        ),
        _ => Told::no_route(asked),
    }
}

/// Whether an asked thing is where a fault sits.
fn is_at(place: Where, asked: &Asked) -> bool {
    let call = asked.method == "POST";
    match place {
        Where::Key => {
            call || (asked.header("authorization").is_some() && asked.place() == "/v1/models")
        }
        Where::Call => call,
        Where::Stream => call && asked.body.contains("\"stream\":true"),
    }
}

/// Climbs the ladder at an address, and counts the ledger's rows.
pub(crate) async fn diagnose(given: Given) -> (Report, usize) {
    diagnose_as(given, TestHost::new(), None, patient()).await
}

/// A busy machine is no slow node.
fn patient() -> Limits {
    Limits {
        slow: Duration::from_secs(120),
        ..Limits::default()
    }
}

pub(crate) async fn diagnose_as(
    given: Given,
    host: TestHost,
    profile: Option<Profile>,
    limits: Limits,
) -> (Report, usize) {
    let ledger = Ledger::open(&host.ledger_file()).unwrap();
    let host: Arc<dyn Host> = Arc::new(host);
    let stop = CancellationToken::new();
    let examined = examine(
        Arc::clone(&host),
        profile,
        &given,
        ledger.clone(),
        Clock::system(),
        stop,
    )
    .unwrap();
    let mut limits = limits;
    limits.patience.first = Duration::ZERO;
    let report = climb(&examined.door, &examined.subject, limits, |_| {}).await;
    let rows = ledger
        .receipts(ReceiptFilter::default())
        .await
        .unwrap()
        .len();
    (report, rows)
}

pub(crate) fn given(url: &str) -> Given {
    Given {
        url: Some(url.to_owned()),
        key: Some(KEY.into()),
        model: Some("gpt-4o".into()),
        ..Given::default()
    }
}

fn told(finding: &Finding) -> String {
    let mut text = format!(
        "{} {}: {}",
        finding.verdict.sign(),
        finding.rung.words(),
        finding.evidence
    );
    text += &format!(" → {}", finding.advice.as_deref().unwrap_or("–"));
    if let Some(proof) = &finding.proof {
        text += &format!(" [{}: {}]", proof.change, proof.outcome);
    }
    text
}

/// Whether the lowest trouble is the expected one.
pub(crate) fn is_right(report: &Report, rung: Rung, advice: &str) -> Result<(), String> {
    let Some(finding) = report.trouble() else {
        let all: Vec<String> = report.findings.iter().map(told).collect();
        return Err(format!("no trouble was found:\n  {}", all.join("\n  ")));
    };
    let fits = finding.rung == rung
        && finding
            .advice
            .as_deref()
            .unwrap_or_default()
            .contains(advice);
    if fits { Ok(()) } else { Err(told(finding)) }
}

#[tokio::test]
async fn s_96_a_relay_in_good_health_holds_on_every_rung() {
    let fake = Fake::start(healthy).await;
    let (report, rows) = diagnose(given(fake.address.base())).await;
    assert!(report.trouble().is_none(), "{}", report.summary());
    assert_eq!(
        report
            .findings
            .iter()
            .map(|finding| finding.rung)
            .collect::<Vec<_>>(),
        Rung::ALL
    );
    let of = |rung: Rung| {
        report
            .findings
            .iter()
            .find(|finding| finding.rung == rung)
            .unwrap()
    };
    for rung in [
        Rung::Address,
        Rung::Tls,
        Rung::Kind,
        Rung::Credential,
        Rung::Balance,
        Rung::Model,
        Rung::Call,
        Rung::Stream,
    ] {
        assert_eq!(of(rung).verdict, Verdict::Good, "{}", told(of(rung)));
    }
    assert!(
        of(Rung::Kind).evidence.contains("New API v1.0.0 (Example)"),
        "{}",
        of(Rung::Kind).evidence
    );
    assert!(
        of(Rung::Balance).evidence.contains("$2"),
        "{}",
        of(Rung::Balance).evidence
    );
    assert_eq!((report.requests, rows), (2, 2), "each request has its row");
}

/// What the same relay answers on the other paths: whole, and as a stream.
fn on_every_path(asked: &Asked) -> Told {
    let streamed = asked.body.contains("\"stream\":true");
    let usage = json!({"input_tokens":12,"output_tokens":1});
    match (asked.place(), streamed) {
        ("/v1/messages", false) => Told::json(
            200,
            json!({"type":"message","role":"assistant","model":"gpt-4o","content":[{"type":"text","text":"ready"}],
                "stop_reason":"end_turn","usage":usage}),
        ),
        ("/v1/messages", true) => Told::events(&[
            r#"{"type":"message_start","message":{"model":"gpt-4o","usage":{"input_tokens":12,"output_tokens":1}}}"#,
            r#"{"type":"content_block_start","index":0,"content_block":{"type":"text","text":""}}"#,
            r#"{"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"ready"}}"#,
            r#"{"type":"message_delta","delta":{"stop_reason":"end_turn"},"usage":{"output_tokens":1}}"#,
            r#"{"type":"message_stop"}"#,
        ]),
        ("/v1/responses", false) => Told::json(
            200,
            json!({"object":"response","status":"completed","model":"gpt-4o","usage":usage,
                "output":[{"type":"message","content":[{"type":"output_text","text":"ready"}]}]}),
        ),
        ("/v1/responses", true) => Told::events(&[
            r#"{"type":"response.created","response":{"model":"gpt-4o","status":"in_progress"}}"#,
            r#"{"type":"response.output_text.delta","output_index":0,"content_index":0,"delta":"ready"}"#,
            r#"{"type":"response.completed","response":{"model":"gpt-4o","status":"completed","usage":{"input_tokens":12,"output_tokens":1}}}"#,
        ]),
        _ => healthy(asked),
    }
}

#[tokio::test]
async fn s_96_the_last_rung_streams_on_the_path_that_is_examined() {
    let fake = Fake::start(on_every_path).await;
    for path in ["/v1/messages", "/v1/responses"] {
        let (report, _) = diagnose(given(&format!("{}{path}", fake.address.base()))).await;
        assert!(report.trouble().is_none(), "{path}: {}", report.summary());
        let stream = report.findings.last().unwrap();
        assert_eq!(
            (stream.rung, stream.verdict, report.requests),
            (Rung::Stream, Verdict::Good, 2),
            "{path}: {}",
            told(stream)
        );
        let streamed =
            |asked: &&Asked| asked.place() == path && asked.body.contains("\"stream\":true");
        assert_eq!(fake.asked().iter().filter(streamed).count(), 1, "{path}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn s_96_every_case_of_the_catalogue_names_its_rung() {
    let (mut right, mut all, mut wrong) = (0, 0, Vec::new());
    for case in CASES {
        for (status, body) in case.answers {
            let (status, body) = (*status, (*body).to_owned());
            let answer = body.clone();
            let place = case.place;
            let fake = Fake::start(move |asked| {
                if !is_at(place, asked) {
                    return healthy(asked);
                }
                match answer.as_str() {
                    "" => Told::empty(status),
                    text if text.starts_with('<') => Told::bytes(status, "text/html", text),
                    text => Told::bytes(
                        status,
                        "application/json",
                        text.replace("(request id: R)", "(request id: 20260101120000)"),
                    ),
                }
            })
            .await;
            let (report, rows) = diagnose(given(fake.address.base())).await;
            let posts = fake
                .asked()
                .iter()
                .filter(|asked| asked.method == "POST")
                .count();
            all += 1;
            let mut verdict = is_right(&report, case.rung, case.advice);
            if rows != posts {
                verdict = Err(format!("{posts} requests, {rows} rows"));
            }
            if case.once && posts > 1 + usize::from(case.proves) {
                verdict = Err(format!("{posts} requests for what never passes"));
            }
            match verdict {
                Ok(()) => right += 1,
                Err(why) => wrong.push(format!("{} (HTTP {status} {body}): {why}", case.name)),
            }
        }
    }
    println!("diagnosis, error catalogue: {right}/{all} right");
    assert!(
        wrong.is_empty(),
        "{right}/{all} right; wrong:\n{}",
        wrong.join("\n")
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn s_92_s_94_the_account_tells_what_a_bare_refusal_hides() {
    for (status, left, rung, advice) in [
        (2, 100, Rung::Credential, "enable the key"),
        (3, 100, Rung::Credential, "later expiry"),
        (1, 0, Rung::Balance, "raise the key's quota"),
    ] {
        let fake = Fake::start(move |asked| match asked.place() {
            "/v1/models" => Told::json(401, json!({"error":{"message":"Invalid token (request id: R)","type":"new_api_error","code":""}})),
            _ => account(asked, json!([{"id":7,"name":"laptop","key":&KEY[3..],"status":status,"remain_quota":left,"group":"default","expired_time":-1}])),
        })
        .await;
        let (report, _) = with_account(&fake, &[(7, "laptop", KEY)], "gpt-4o").await;
        is_right(&report, rung, advice).unwrap_or_else(|why| panic!("{status}: {why}"));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn s_46_not_in_the_group_is_told_with_the_groups_and_proven_with_another_key() {
    let fake = Fake::start(|asked| match asked.place() {
        "/v1/models" if asked.header("authorization").is_some_and(|with| with.contains("zZ9y")) => {
            Told::json(200, json!({"object":"list","data":[{"id":"claude-sonnet-4-5-20250929"}]}))
        }
        "/v1/models" => healthy(asked),
        _ => account(asked, json!([
            {"id":7,"name":"laptop","key":&KEY[3..],"status":1,"remain_quota":100_000,"group":"default","expired_time":-1},
            {"id":8,"name":"pro","key":&OTHER_KEY[3..],"status":1,"remain_quota":100_000,"group":"vip","expired_time":-1},
        ])),
    })
    .await;
    let keys = [(7, "laptop", KEY), (8, "pro", OTHER_KEY)];
    let (report, rows) = with_account(&fake, &keys, "claude-sonnet-4-5-20250929").await;
    is_right(&report, Rung::Group, "vip").unwrap();
    let proof = report.trouble().unwrap().proof.clone().unwrap();
    assert!(proof.helped && proof.change.contains("pro"), "{proof:?}");
    assert_eq!(rows, 0, "found without asking a model");
}

#[tokio::test(flavor = "multi_thread")]
async fn s_94_an_empty_wallet_is_told_before_anything_is_sent() {
    let fake = Fake::start(|asked| match asked.place() {
        "/api/user/self" => Told::data(json!({"id":1,"username":"lin","group":"default","quota":-5})),
        "/v1/models" => healthy(asked),
        _ => account(asked, json!([{"id":7,"name":"laptop","key":&KEY[3..],"status":1,"unlimited_quota":true,"group":"default","expired_time":-1}])),
    })
    .await;
    let (report, rows) = with_account(&fake, &[(7, "laptop", KEY)], "gpt-4o").await;
    is_right(&report, Rung::Balance, "top up").unwrap();
    assert_eq!(rows, 0);
}

/// The console of an account in group `default`, which has one of the two models, and these keys.
pub(crate) fn account(asked: &Asked, keys: Value) -> Told {
    match asked.place() {
        "/api/user/self" => {
            Told::data(json!({"id":1,"username":"lin","group":"default","quota":5_000_000}))
        }
        "/api/user/self/groups" => {
            Told::data(json!({"default":{"ratio":1,"desc":""},"vip":{"ratio":2,"desc":""}}))
        }
        "/api/token/" => Told::data(json!({"page":1,"page_size":100,"total":2,"items":keys})),
        "/api/pricing" => Told::json(
            200,
            json!({"success":true,"data":[
            {"model_name":"gpt-4o","quota_type":0,"model_ratio":1.25,"completion_ratio":4,"enable_groups":["default"],"supported_endpoint_types":["openai"]},
            {"model_name":"claude-sonnet-4-5-20250929","quota_type":0,"model_ratio":1.5,"completion_ratio":5,"enable_groups":["vip"],"supported_endpoint_types":["anthropic","openai"]},
        ],"group_ratio":{"default":1,"vip":2},"usable_group":{"default":"","vip":""}}),
        ),
        _ => healthy(asked),
    }
}

pub(crate) async fn with_account(
    fake: &Fake,
    keys: &[(i64, &str, &str)],
    model: &str,
) -> (Report, usize) {
    let host = TestHost::new();
    let profile = Profile {
        name: "far".into(),
        address: fake.address.clone(),
        access: Access::Account { user_id: Some(1) },
    };
    host.save_profile(&profile, Some(&ApiKey::new("t".repeat(32))))
        .unwrap();
    for (id, name, secret) in keys {
        let key = HeldKey {
            id: Some(*id),
            name: (*name).to_owned(),
            secret: ApiKey::new(*secret),
        };
        host.hold_key("far", &key).unwrap();
    }
    let given = Given {
        model: Some(model.to_owned()),
        ..Given::default()
    };
    diagnose_as(given, host, Some(profile), patient()).await
}
