//! The diagnosis against a fake relay with every fault there is: does it name the right rung, and say the right thing?
//! (S-90…S-97, `contract/new-api.md` 8.6, 8.7, 11.)

#![allow(clippy::unwrap_used, clippy::expect_used)]

#[path = "ladder/accounts.rs"]
mod accounts;
#[path = "ladder/catalogue.rs"]
mod catalogue;
#[allow(dead_code, reason = "the client's tests use more of it")]
#[path = "client/fake.rs"]
mod fake;
#[path = "ladder/places.rs"]
mod places;
mod support;
#[path = "ladder/table.rs"]
mod table;
#[path = "ladder/transport.rs"]
mod transport;

use std::sync::Arc;
use std::time::Duration;

use fake::{Asked, Fake, Told};
use relaydeck::domain::Profile;
use relaydeck::engine::clock::Clock;
use relaydeck::engine::host::Host;
use relaydeck::engine::proof::{Given, examine};
use relaydeck::ledger::{Ledger, ReceiptFilter};
use relaydeck::verify::ladder::{Limits, climb};
use relaydeck::verify::report::{Report, Rung, Verdict};
use serde_json::json;
use support::host::TestHost;
use table::{Table, told};
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

/// Climbs the ladder at an address, and counts the ledger's rows.
pub(crate) async fn diagnose(given: Given) -> (Report, usize) {
    diagnose_as(given, TestHost::new(), None, patient()).await
}

/// A busy machine is no slow node.
pub(crate) fn patient() -> Limits {
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
    // Nothing is waited for: what names a longer wait is not asked again.
    (limits.patience.first, limits.patience.longest) = (Duration::ZERO, Duration::ZERO);
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
pub(crate) fn on_every_path(asked: &Asked) -> Told {
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
async fn s_90_to_s_97_every_fault_leads_to_its_rung_and_its_advice() {
    let mut table = Table::default();
    places::hold(&mut table).await;
    accounts::hold(&mut table).await;
    catalogue::hold(&mut table).await;
    transport::hold(&mut table).await;
    table.print();
}

#[tokio::test]
async fn s_59_a_key_that_had_to_be_cleaned_is_told() {
    let fake = Fake::start(healthy).await;
    let given = Given {
        key: Some(format!("Bearer {KEY}\n")),
        ..given(fake.address.base())
    };
    let (report, _) = diagnose(given).await;
    let finding = report
        .findings
        .iter()
        .find(|finding| finding.rung == Rung::Credential)
        .unwrap();
    assert_eq!(finding.verdict, Verdict::Warned);
    assert!(finding.evidence.contains("Bearer"), "{}", finding.evidence);
}

#[tokio::test]
async fn s_97_what_passes_by_itself_is_waited_for_and_said() {
    let tries = std::sync::atomic::AtomicU32::new(0);
    let fake = Fake::start(move |asked| {
        if asked.method != "POST" || tries.fetch_add(1, std::sync::atomic::Ordering::Relaxed) >= 2 {
            return healthy(asked);
        }
        Told::empty(429)
    })
    .await;
    let (report, rows) = diagnose(given(fake.address.base())).await;
    assert!(report.trouble().is_none(), "{}", report.summary());
    let call = report
        .findings
        .iter()
        .find(|finding| finding.rung == Rung::Call)
        .unwrap();
    assert!(call.evidence.contains("3 tries"), "{}", call.evidence);
    assert_eq!(rows, 4);
}
