//! Every row of the error catalogue of relays, in both languages and of every era: the kind, and what to do.

use relaydeck::domain::{ChatRequest, Fault, FaultKind as Kind};
use relaydeck::wire::openai_error::{ErrorAnswer, classify};

use crate::fake::{Fake, Told, key};

/// A line of the fixture; where it is answered and its rung are the diagnosis' business.
struct Row {
    status: u16,
    kind: Kind,
    advice: &'static str,
    body: &'static str,
}

fn catalogue() -> Vec<Row> {
    let text = include_str!("../fixtures/relay_errors.tsv");
    let lines = text
        .lines()
        .filter(|line| !line.is_empty() && !line.starts_with('#'));
    let rows: Vec<Row> = lines
        .map(|line| {
            let fields: Vec<&str> = line.split('\t').collect();
            let [status, _, _, kind, advice, body] = fields[..] else {
                panic!("six fields a line: {line}");
            };
            Row {
                status: status.parse().unwrap(),
                kind: serde_json::from_value(kind.into()).unwrap(),
                advice,
                body: if body == "-" { "" } else { body },
            }
        })
        .collect();
    assert!(rows.len() > 200);
    rows
}

fn judged(status: u16, body: &[u8]) -> Fault {
    classify(&ErrorAnswer {
        status: Some(status),
        body,
        ..ErrorAnswer::default()
    })
}

#[test]
fn every_row_of_the_catalogue_is_understood() {
    let mut wrong = Vec::new();
    for row in catalogue() {
        let fault = judged(row.status, row.body.as_bytes());
        if fault.kind != row.kind || !fault.advice.contains(row.advice) {
            wrong.push(format!(
                "{} {}\n   is {:?} ({}; {}), not {:?} ({})",
                row.status, row.body, fault.kind, fault.message, fault.advice, row.kind, row.advice
            ));
        }
        assert!(!fault.message.contains("request id"), "{fault}");
        assert_eq!(fault.status, Some(row.status));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_relay_s_own_words_are_kept() {
    let body =
        r#"{"error":{"message":"无权访问 vip 分组 (request id: R1)","type":"new_api_error"}}"#;
    let fault = judged(403, body.as_bytes());
    assert_eq!(
        fault.message,
        "the key's group may not be used: 无权访问 vip 分组"
    );
    assert_eq!(fault.request_id.as_deref(), Some("R1"));
    let fault = judged(502, b"");
    assert_eq!(fault.message, "the relay failed (HTTP 502)");
}

#[test]
fn what_is_called_an_answer_and_is_no_json_is_no_api_s() {
    for (status, body) in [
        (200, "<html></html>"),
        (200, "hello"),
        (302, ""),
        (404, "<html></html>"),
    ] {
        let fault = judged(status, body.as_bytes());
        assert_eq!(fault.kind, Kind::NotAnApi, "{status} {body}: {fault}");
    }
}

#[tokio::test]
async fn every_row_reaches_the_user_through_a_chat() {
    let fake = Fake::start(move |asked| {
        let number: usize = asked.json()["model"].as_str().unwrap().parse().unwrap();
        let row = &catalogue()[number];
        Told::bytes(row.status, "text/event-stream", row.body).header("x-request-id", "H1")
    })
    .await;
    let client = fake.visitor();
    for (number, row) in catalogue().into_iter().enumerate() {
        let request = ChatRequest {
            model: number.to_string(),
            ..ChatRequest::default()
        };
        let fault = client.chat(&key(), &request).await.unwrap_err();
        assert_eq!(fault.kind, row.kind, "{} {}: {fault}", row.status, row.body);
        assert_eq!(fault.request_id.as_deref(), Some("H1"));
    }
}

#[tokio::test]
async fn a_relay_s_header_makes_a_foreign_error_its_upstream_s() {
    let body = r#"{"error":{"message":"Incorrect API key provided","type":"invalid_request_error","code":"invalid_api_key"}}"#;
    for (name, kind) in [
        ("x-oneapi-request-id", Kind::Upstream),
        ("x-request-id", Kind::CredentialRefused),
    ] {
        let fake =
            Fake::start(move |_| Told::bytes(401, "application/json", body).header(name, "H1"))
                .await;
        let request = ChatRequest {
            model: "m".into(),
            ..ChatRequest::default()
        };
        let fault = fake.visitor().chat(&key(), &request).await.unwrap_err();
        assert_eq!(fault.kind, kind, "{name}: {fault}");
    }
}
