//! Answers that are not what they are labelled as, or not all there: pages, errors in a stream's clothes, streams that
//! break (`contract/new-api.md` 8.5, 8.6, 11).

use std::time::Duration;

use relaydeck::domain::Endpoint;
use relaydeck::engine::proof::Given;
use relaydeck::verify::report::Rung;
use serde_json::json;

use crate::fake::{Fake, Piece, Told};
use crate::table::{Shows, Table, sent};
use crate::{diagnose, given, on_every_path};

const FIRST: &str = r#"{"choices":[{"index":0,"delta":{"content":"rea"}}]}"#;
const EMPTY_WALLET: &str = r#"{"error":{"message":"用户额度不足, 剩余额度: ＄0.000000 (request id: R)","type":"new_api_error","param":"","code":"insufficient_user_quota"}}"#;
const NO_CHANNEL: &str = r#"{"error":{"code":"model_not_found","message":"No available channel for model gpt-4o under group default (distributor) (request id: R)","type":"new_api_error"}}"#;
const LIMITED: &str = r#"{"error":{"code":"","message":"You have reached the request limit: maximum 60 requests in 1 minutes (request id: R)","type":"new_api_error"}}"#;
const UPSTREAM: &str = r#"{"error":{"message":"upstream error (request id: R)","type":"upstream_error","param":"","code":"upstream_error"}}"#;

fn page() -> Told {
    Told::html(200)
}

/// Text under the label of a stream.
fn as_stream(status: u16, text: impl Into<Vec<u8>>) -> Told {
    Told::bytes(status, "text/event-stream", text)
}

/// What every call of a model is answered: the fault, the answer, the rung, the advice.
fn calls() -> Vec<(&'static str, Told, Rung, &'static str)> {
    let chat = |text: &str| json!({"model":"gpt-4o","choices":[{"index":0,"message":{"content":text},"finish_reason":"stop"}],"usage":{"prompt_tokens":9,"completion_tokens":3}});
    let half = Told::bytes(200, "application/json", r#"{"choices":[{"mess"#).then(Piece::Cut);
    vec![
        ("a page for an answer", page(), Rung::Call, "another node"),
        (
            "a page under 404",
            Told::html(404),
            Rung::Call,
            "another node",
        ),
        ("a redirect", Told::empty(302), Rung::Call, "another node"),
        (
            "an answer of nothing",
            Told::empty(200),
            Rung::Call,
            "try again",
        ),
        (
            "words that are no JSON",
            Told::bytes(200, "text/plain", "hello"),
            Rung::Call,
            "another node",
        ),
        (
            "a firewall's page with 200",
            Told::bytes(
                200,
                "text/html",
                "<html><head><title>Just a moment...</title></head></html>",
            ),
            Rung::Call,
            "firewall",
        ),
        (
            "an error with 200",
            Told::bytes(200, "application/json", UPSTREAM),
            Rung::Call,
            "upstream is in trouble",
        ),
        (
            "an empty wallet with 200",
            Told::bytes(200, "application/json", EMPTY_WALLET),
            Rung::Balance,
            "top up",
        ),
        (
            "an answer without words",
            Told::json(200, chat("")),
            Rung::Call,
            "another group or model",
        ),
        (
            "an answer cut in the middle",
            half,
            Rung::Call,
            "another node",
        ),
    ]
}

/// What streamed calls alone are answered, and how often a model is asked then.
fn streams() -> Vec<(&'static str, Told, Rung, &'static str, usize)> {
    let first = || Told::events(&[FIRST]);
    let error = |text: &str| format!("{text}\n");
    vec![
        (
            "cut",
            first().then(Piece::Cut),
            Rung::Stream,
            "another node",
            2,
        ),
        ("ended early", first(), Rung::Stream, "another node", 2),
        (
            "garbage",
            as_stream(200, "data: {broken\n\ndata: {broken\n\n"),
            Rung::Stream,
            "another node",
            2,
        ),
        ("nothing", Told::empty(200), Rung::Stream, "another node", 2),
        (
            "pings and nothing more",
            as_stream(200, ": PING\n\n: PING\n\n"),
            Rung::Stream,
            "another node",
            2,
        ),
        ("a page", page(), Rung::Stream, "another node", 2),
        (
            "a page labelled as a stream",
            as_stream(200, "<!doctype html><html></html>"),
            Rung::Stream,
            "another node",
            2,
        ),
        (
            "an error document",
            Told::bytes(200, "application/json", UPSTREAM),
            Rung::Stream,
            "upstream is in trouble",
            2,
        ),
        (
            "an error document labelled as a stream",
            as_stream(200, UPSTREAM),
            Rung::Stream,
            "upstream is in trouble",
            2,
        ),
        (
            "403 labelled as a stream",
            as_stream(403, EMPTY_WALLET),
            Rung::Balance,
            "top up",
            2,
        ),
        (
            "503 labelled as a stream",
            as_stream(503, NO_CHANNEL),
            Rung::Group,
            "groups that have it",
            2,
        ),
        (
            "429 labelled as a stream",
            as_stream(429, LIMITED),
            Rung::Stream,
            "requests of a minute",
            5,
        ),
        ("429 of nothing", Told::empty(429), Rung::Stream, "wait", 5),
        (
            "a bare error after a ping",
            as_stream(200, format!(": PING\n\n{}", error(EMPTY_WALLET))),
            Rung::Balance,
            "top up",
            2,
        ),
        (
            "a bare error after words",
            as_stream(200, format!("data: {FIRST}\n\n{}", error(UPSTREAM))),
            Rung::Stream,
            "upstream is in trouble",
            2,
        ),
        (
            "an error's event after words",
            Told::events(&[FIRST, UPSTREAM]),
            Rung::Stream,
            "upstream is in trouble",
            2,
        ),
    ]
}

/// Streams of the other dialects, broken off after their first event.
const DIALECTS: [(&str, &str); 2] = [
    (
        "/v1/messages",
        r#"{"type":"message_start","message":{"model":"gpt-4o","usage":{"input_tokens":12,"output_tokens":1}}}"#,
    ),
    (
        "/v1/responses",
        r#"{"type":"response.created","response":{"model":"gpt-4o","status":"in_progress"}}"#,
    ),
];

pub async fn hold(table: &mut Table) {
    table.part("answers that are none (8.6, 11)");
    for (fault, answer, rung, advice) in calls() {
        let fake = Fake::start(move |asked| match asked.method.as_str() {
            "POST" => answer.clone(),
            _ => on_every_path(asked),
        })
        .await;
        let (report, rows) = diagnose(given(fake.address.base())).await;
        let led = report.leads_to(rung, advice).and(sent(rows, 1));
        table.hold(fault, led.and(report.stops_there()));
    }
    silence(table).await;
    malformed_call(table).await;

    table.part("streams that break, or are none (8.5, 8.6)");
    for (fault, answer, rung, advice, requests) in streams() {
        let (report, rows) = streamed("", answer).await;
        let mut led = report.leads_to(rung, advice).and(sent(rows, requests));
        if advice == "another node" {
            led = led.and(report.sums_up("whole answers work"));
        }
        table.hold(fault, led);
    }
    for (path, first) in DIALECTS {
        let (report, rows) = streamed(path, Told::events(&[first]).then(Piece::Cut)).await;
        let led = report.leads_to(Rung::Stream, "another node");
        table.hold(path, led.and(sent(rows, 2)));
    }
}

async fn streamed(path: &str, answer: Told) -> (relaydeck::verify::report::Report, usize) {
    let fake = Fake::start(move |asked| match asked.body.contains("\"stream\":true") {
        true => answer.clone(),
        false => on_every_path(asked),
    })
    .await;
    diagnose(given(&format!("{}{path}", fake.address.base()))).await
}

/// A call that is never answered is given up.
async fn silence(table: &mut Table) {
    let fake = Fake::start(|asked| match asked.method.as_str() {
        "POST" => Told::empty(200).then(Piece::Stall),
        _ => on_every_path(asked),
    })
    .await;
    let given = Given {
        within: Some(Duration::from_millis(200)),
        ..given(fake.address.base())
    };
    let (report, rows) = diagnose(given).await;
    let led = report.leads_to(Rung::Call, "faster group or model");
    table.hold("silence", led.and(sent(rows, 1)).and(report.exits(6)));
}

/// Gemini's word for an answer that meant to call a tool and is none.
async fn malformed_call(table: &mut Table) {
    let fake = Fake::start(|asked| match asked.place() {
        "/v1beta/models/gpt-4o:generateContent" => Told::json(
            200,
            json!({"candidates":[{"content":{"role":"model"},"finishReason":"MALFORMED_FUNCTION_CALL","index":0}],
                "usageMetadata":{"promptTokenCount":12},"modelVersion":"gpt-4o"}),
        ),
        _ => on_every_path(asked),
    })
    .await;
    let given = Given {
        endpoint: Some(Endpoint::Gemini),
        ..given(fake.address.base())
    };
    let (report, rows) = diagnose(given).await;
    let led = report.leads_to(Rung::Call, "another group or model");
    table.hold("MALFORMED_FUNCTION_CALL", led.and(sent(rows, 1)));
}
