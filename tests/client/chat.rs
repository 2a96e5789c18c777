//! Replies: streamed, whole, cut, stalled, refused.

use std::time::Duration;

use futures_util::StreamExt;
use proptest::prelude::*;
use relaydeck::client::{Options, Reply};
use relaydeck::domain::{
    ApiKey, ChatMessage, ChatRequest, Fault, FaultKind, Finish, Part, Role, Usage,
};
use serde_json::json;

use crate::fake::{Fake, Piece, Told, key, options};

pub fn request() -> ChatRequest {
    ChatRequest {
        model: "m-1".into(),
        messages: vec![ChatMessage::new(Role::User, "Say hello")],
        ..ChatRequest::default()
    }
}

/// What came, and what went wrong after it.
pub async fn all(mut reply: Reply) -> (Vec<Part>, Option<Fault>) {
    let mut parts = Vec::new();
    while let Some(part) = reply.parts.next().await {
        match part {
            Ok(part) => parts.push(part),
            Err(fault) => {
                assert!(reply.parts.next().await.is_none(), "nothing after a fault");
                return (parts, Some(fault));
            }
        }
    }
    (parts, None)
}

async fn ask(told: Told) -> Result<(Vec<Part>, Option<Fault>), Fault> {
    ask_with(told, options()).await
}

async fn ask_with(told: Told, options: Options) -> Result<(Vec<Part>, Option<Fault>), Fault> {
    let fake = Fake::start(move |_| told.clone()).await;
    let reply = fake.member_with(options).chat(&key(), &request()).await?;
    Ok(all(reply).await)
}

pub fn text(parts: &[Part]) -> String {
    parts
        .iter()
        .map(|part| match part {
            Part::Text(text) => text.as_str(),
            _ => "",
        })
        .collect()
}

pub const STREAM: [&str; 5] = [
    r#"{"model":"m-1","choices":[{"index":0,"delta":{"role":"assistant","content":""}}]}"#,
    r#"{"model":"m-1","choices":[{"index":0,"delta":{"content":"Hé "}}]}"#,
    r#"{"model":"m-1","choices":[{"index":0,"delta":{"content":"世界"},"finish_reason":"stop"}]}"#,
    r#"{"model":"m-1","choices":[],"usage":{"prompt_tokens":9,"completion_tokens":2,"prompt_tokens_details":{"cached_tokens":4}}}"#,
    "[DONE]",
];

fn whole_stream() -> Vec<Part> {
    vec![
        Part::Model("m-1".into()),
        Part::Text("Hé ".into()),
        Part::Text("世界".into()),
        Part::Finish(Finish::Stop),
        Part::Usage(Usage {
            input: 5,
            cache_read: 4,
            output: 2,
            ..Usage::default()
        }),
    ]
}

#[tokio::test]
async fn a_stream_comes_part_by_part() {
    let fake =
        Fake::start(|_| Told::events(&STREAM).header("x-oneapi-request-id", "20260101R")).await;
    let reply = fake.member().chat(&key(), &request()).await.unwrap();
    assert_eq!(
        (reply.status, reply.request_id.as_deref()),
        (200, Some("20260101R"))
    );
    assert_eq!(all(reply).await, (whole_stream(), None));

    let asked = &fake.asked()[0];
    assert_eq!(asked.line(), "POST /v1/chat/completions");
    assert_eq!(
        asked.header("authorization"),
        Some(format!("Bearer {}", key().expose()).as_str())
    );
    assert_eq!(asked.header("accept-language"), Some("en"));
    assert_eq!(
        asked.header("new-api-user"),
        None,
        "a key needs no account's number"
    );
    assert_eq!(
        asked.json()["stream_options"],
        json!({"include_usage":true})
    );
}

#[tokio::test]
async fn every_cut_of_the_bytes_into_pieces_gives_the_same_parts() {
    for length in [1, 2, 3, 7, 64] {
        let told = Told::events(&STREAM).in_pieces_of(length);
        assert_eq!(ask(told).await.unwrap(), (whole_stream(), None), "{length}");
    }
}

#[tokio::test]
async fn a_stream_may_end_without_its_mark_or_without_a_reason() {
    let (parts, fault) = ask(Told::events(&STREAM[..4])).await.unwrap();
    assert_eq!((parts, fault), (whole_stream(), None), "no [DONE]");

    let (parts, fault) = ask(Told::events(&[STREAM[1], "[DONE]"])).await.unwrap();
    assert_eq!(fault, None);
    assert_eq!(
        parts.last(),
        Some(&Part::Finish(Finish::Cut)),
        "ended properly, and did not say why"
    );

    let (parts, fault) = ask(Told::events(&[STREAM[1]])).await.unwrap();
    let fault = fault.unwrap();
    assert_eq!(
        (text(&parts).as_str(), fault.kind),
        ("Hé ", FaultKind::StreamBroken)
    );
    assert!(fault.advice.contains("kept"), "{}", fault.advice);
}

#[tokio::test]
async fn an_answer_of_nothing_is_a_fault_that_says_so() {
    for told in [
        Told::empty(200),
        Told::bytes(200, "text/event-stream", "\n\n  \n"),
        Told::bytes(200, "text/event-stream", ": PING\n\n: PING\n\n"),
        Told::events(&["[DONE]"]),
        Told::bytes(200, "text/event-stream", "").then(Piece::Cut),
    ] {
        let (parts, fault) = ask(told.clone()).await.unwrap();
        let fault = fault.unwrap();
        assert_eq!(
            (parts, fault.kind),
            (vec![], FaultKind::StreamBroken),
            "{told:?}"
        );
        assert!(
            fault.advice.contains("nothing had arrived"),
            "{}",
            fault.advice
        );
    }
}

#[tokio::test]
async fn a_silent_stream_is_given_up_and_a_finished_one_is_not_waited_for() {
    let patience = Options {
        first_byte: Duration::from_millis(60),
        stall: Duration::from_millis(60),
        tail: Duration::from_millis(60),
        ..options()
    };
    let (parts, fault) = ask_with(Told::events(&STREAM[..2]).then(Piece::Stall), patience)
        .await
        .unwrap();
    assert_eq!(text(&parts), "Hé ");
    assert_eq!(fault.unwrap().kind, FaultKind::Timeout);

    let (parts, fault) = ask_with(Told::empty(200).then(Piece::Stall), patience)
        .await
        .unwrap();
    assert_eq!((parts, fault.unwrap().kind), (vec![], FaultKind::Timeout));

    let patient = Options {
        stall: Duration::from_secs(3_600),
        ..patience
    };
    let told = Told::events(&STREAM[..3]).then(Piece::Stall);
    let (parts, fault) = tokio::time::timeout(Duration::from_secs(20), ask_with(told, patient))
        .await
        .expect("an answer that said why it ended is not waited for")
        .unwrap();
    assert_eq!((text(&parts).as_str(), fault), ("Hé 世界", None));
}

#[tokio::test]
async fn a_silence_lasts_as_long_as_was_said_for_this_request() {
    let patient = Options {
        first_byte: Duration::from_secs(3_600),
        stall: Duration::from_secs(3_600),
        ..options()
    };
    for spoken in [0, 2] {
        let told = Told::events(&STREAM[..spoken]).then(Piece::Stall);
        let fake = Fake::start(move |_| told.clone()).await;
        let silence = Some(Duration::from_millis(60));
        let reply = fake
            .member_with(patient)
            .chat_with_patience(&key(), &request(), silence)
            .await
            .unwrap();
        let (_, fault) = all(reply).await;
        assert_eq!(fault.unwrap().kind, FaultKind::Timeout);
    }
}

#[tokio::test]
async fn signs_of_life_are_no_data() {
    let patience = Options {
        first_byte: Duration::from_millis(150),
        stall: Duration::from_millis(150),
        ..options()
    };
    for sign in [
        ": PING\n\n",
        "event: ping\ndata: {\"type\": \"ping\"}\n\n",
        "\n",
    ] {
        for spoken in 0..=2 {
            let alive = Told::events(&STREAM[..spoken]);
            // Ten seconds of them, so that no slow machine ends the stream first.
            let alive = (0..1_000).fold(alive, |told, _| {
                told.then(Piece::Late(Duration::from_millis(10), sign))
            });
            let (_, fault) = ask_with(alive, patience).await.unwrap();
            assert_eq!(fault.unwrap().kind, FaultKind::Timeout, "{sign:?} {spoken}");
        }
    }
}

#[tokio::test]
async fn leaving_closes_the_connection() {
    let (sender, mut receiver) = tokio::sync::mpsc::channel(1);
    let told = Told::events(&STREAM[..2]).then(Piece::Watch(sender));
    let fake = Fake::start({
        let told = std::sync::Mutex::new(Some(told));
        move |_| told.lock().unwrap().take().unwrap()
    })
    .await;
    let mut reply = fake.member().chat(&key(), &request()).await.unwrap();
    assert!(reply.parts.next().await.unwrap().is_ok());
    drop(reply);
    assert_eq!(receiver.recv().await, None, "the server noticed");
}

#[tokio::test]
async fn an_answer_in_one_piece_is_understood() {
    let body = json!({"model":"m-1","choices":[{"index":0,"message":{"role":"assistant","content":"Hello","reasoning_content":"hm"},"finish_reason":"length"}],
        "usage":{"prompt_tokens":3,"completion_tokens":1}});
    for kind in ["application/json", "text/event-stream", "text/html"] {
        let told = Told::bytes(200, kind, format!("\u{feff}\n {body}")).in_pieces_of(5);
        let (parts, fault) = ask(told).await.unwrap();
        assert_eq!(fault, None);
        let usage = Usage {
            input: 3,
            output: 1,
            ..Usage::default()
        };
        assert_eq!(
            parts,
            [
                Part::Model("m-1".into()),
                Part::Reasoning("hm".into()),
                Part::Text("Hello".into()),
                Part::Finish(Finish::Length),
                Part::Usage(usage)
            ]
        );
    }
    let half = body.to_string();
    let (_, fault) = ask(Told::bytes(
        200,
        "application/json",
        &half.as_bytes()[..half.len() / 2],
    ))
    .await
    .unwrap();
    assert_eq!(fault.unwrap().kind, FaultKind::StreamBroken);

    let (_, fault) = ask(Told::json(200, json!({"status":"ok"}))).await.unwrap();
    assert_eq!(fault.unwrap().kind, FaultKind::NotAnApi);
}

#[tokio::test]
async fn lines_of_json_without_fields_are_a_stream_too() {
    let lines = format!("{}\n{}\n{}\n", STREAM[1], STREAM[2], STREAM[3]);
    let (parts, fault) = ask(Told::bytes(200, "application/x-ndjson", lines))
        .await
        .unwrap();
    assert_eq!((text(&parts).as_str(), fault), ("Hé 世界", None));
}

#[tokio::test]
async fn errors_after_status_200_are_found_wherever_they_stand() {
    let error = r#"{"error":{"message":"用户额度不足, 剩余额度: ＄0.000000 (request id: R9)","type":"new_api_error","param":"","code":"insufficient_user_quota"}}"#;
    for (body, said) in [
        (format!(": PING\n\n{error}"), ""),
        (format!(": PING\n\n: PING\n\n{error}\n"), ""),
        (format!("data: {error}\n\n"), ""),
        (format!("data: {}\n\n{error}", STREAM[1]), "Hé "),
        (format!("data: {}\n\ndata: {error}\n\n", STREAM[1]), "Hé "),
        (error.to_owned(), ""),
    ] {
        let told = Told::bytes(200, "text/event-stream", body.clone());
        let (parts, fault) = ask(told).await.unwrap();
        let fault = fault.unwrap();
        assert_eq!(
            (text(&parts).as_str(), fault.kind),
            (said, FaultKind::Balance),
            "{body}"
        );
        assert_eq!(fault.request_id.as_deref(), Some("R9"), "{body}");
        assert!(fault.message.contains("用户额度不足") && !fault.message.contains("R9"));
    }
}

#[tokio::test]
async fn a_page_instead_of_an_answer_is_a_wrong_address() {
    let (_, fault) = ask(Told::html(200)).await.unwrap();
    let fault = fault.unwrap();
    assert_eq!(fault.kind, FaultKind::NotAnApi);
    assert!(
        fault.message.contains("Example") && fault.advice.contains("address"),
        "{fault:?}"
    );

    let fault = ask(Told::html(403).header("cf-mitigated", "challenge"))
        .await
        .unwrap_err();
    assert!(fault.advice.contains("firewall"), "{}", fault.advice);

    let page = Told::bytes(
        200,
        "text/event-stream",
        format!(": PING\n\n<html>{}", "x".repeat(100_000)),
    );
    let (_, fault) = ask(page).await.unwrap();
    assert_eq!(fault.unwrap().kind, FaultKind::NotAnApi);
}

#[tokio::test]
async fn a_chat_is_sent_once_whatever_happens() {
    for told in [
        Told::empty(429).header("retry-after", "7"),
        Told::empty(503),
        Told::empty(500).then(Piece::Cut),
    ] {
        let fake = Fake::start(move |_| told.clone()).await;
        let fault = fake.member().chat(&key(), &request()).await.unwrap_err();
        assert!(fault.kind.may_pass(), "{fault:?}");
        assert_eq!(fake.asked().len(), 1);
    }
    let fault = ask(Told::empty(429).header("retry-after", "7"))
        .await
        .unwrap_err();
    assert_eq!(
        (fault.kind, fault.retry_after),
        (FaultKind::RateLimited, Some(7))
    );
}

#[tokio::test]
async fn an_error_labelled_as_a_stream_is_judged_by_its_status() {
    let body = json!({"error":{"message":"Invalid token (request id: R)","type":"new_api_error","code":""}});
    let fault = ask(Told::bytes(401, "text/event-stream", body.to_string()))
        .await
        .unwrap_err();
    assert_eq!(
        (fault.kind, fault.status),
        (FaultKind::CredentialRefused, Some(401))
    );
    assert_eq!(fault.request_id.as_deref(), Some("R"));
}

#[tokio::test]
async fn an_error_whose_body_never_ends_still_has_its_status() {
    let patience = Options {
        console: Duration::from_millis(60),
        ..options()
    };
    let told = Told::bytes(429, "application/json", "{\"err").then(Piece::Stall);
    assert_eq!(
        ask_with(told, patience).await.unwrap_err().kind,
        FaultKind::RateLimited
    );
}

#[tokio::test]
async fn redirects_carry_no_key_elsewhere() {
    let other = Fake::start(|_| Told::events(&STREAM)).await;
    let target = format!("{}/login?next=secret", other.address.base());
    for status in [301, 302, 307, 308] {
        let fault = ask(Told::empty(status).header("location", target.clone()))
            .await
            .unwrap_err();
        assert_eq!(
            (fault.kind, fault.status),
            (FaultKind::NotAnApi, Some(status))
        );
        assert!(fault.message.contains(other.address.host()) && !fault.message.contains("secret"));
    }
    assert!(other.asked().is_empty());
}

#[tokio::test]
async fn no_key_comes_back_in_a_message() {
    let secret = key();
    let bare = secret.expose().trim_start_matches("sk-").to_owned();
    let short = ApiKey::new("hunter2-hunter2");
    let told = Told::json(
        400,
        json!({"error":{"message":"the key hunter2-hunter2 is odd"}}),
    );
    let fake = Fake::start(move |_| told.clone()).await;
    let fault = fake.visitor().chat(&short, &request()).await.unwrap_err();
    assert!(!fault.message.contains(short.expose()), "{fault}");
    let error = r#"{"error":{"message":"the key hunter2-hunter2 is odd"}}"#;
    let fake = Fake::start(move |_| Told::events(&[error])).await;
    let (_, fault) = all(fake.visitor().chat(&short, &request()).await.unwrap()).await;
    assert!(!fault.unwrap().message.contains(short.expose()));

    for echo in [
        secret.expose().to_owned(),
        bare.clone(),
        format!("x{bare}x"),
        format!("Bearer {}", secret.expose()),
    ] {
        let error = json!({"error":{"message":format!("Incorrect API key provided: {echo}"),"type":"invalid_request_error"}});
        let refused = ask(Told::json(401, error.clone())).await.unwrap_err();
        let (_, streamed) = ask(Told::events(&[&error.to_string()])).await.unwrap();
        let plain = ask(Told::bytes(500, "text/plain", format!("panic: {echo}")))
            .await
            .unwrap_err();
        for fault in [refused, streamed.unwrap(), plain] {
            assert!(!format!("{fault:?}").contains(&bare), "{fault:?}");
        }
    }
}

#[tokio::test]
async fn a_server_that_takes_no_question_for_its_count_is_not_asked_again() {
    let fake = Fake::start(|asked| match asked.json().get("stream_options") {
        Some(_) => Told::json(400, json!({"detail":[{"msg":"Extra inputs are not permitted: stream_options","loc":["body","stream_options"]}]})),
        None => Told::events(&STREAM),
    })
    .await;
    let client = fake.visitor();
    let fault = client.chat(&key(), &request()).await.unwrap_err();
    assert!(fault.advice.contains("send it again"), "{}", fault.advice);
    let (parts, _) = all(client.chat(&key(), &request()).await.unwrap()).await;
    assert_eq!(parts, whole_stream());
}

#[tokio::test]
async fn an_address_where_nobody_listens_is_out_of_reach() {
    let port = std::net::TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap()
        .port();
    let address = relaydeck::domain::Address::parse(&format!("http://127.0.0.1:{port}"))
        .unwrap()
        .0;
    let client = relaydeck::client::RelayClient::new(address, Default::default()).unwrap();
    let fault = client.chat(&key(), &request()).await.unwrap_err();
    assert_eq!(fault.kind, FaultKind::Network);
    assert!(fault.message.contains("refused"), "{fault}");
    assert!(fault.never_left);
}

#[tokio::test]
async fn a_server_that_speaks_no_tls_is_told_apart_from_one_that_is_gone() {
    let fake = Fake::start(|_| Told::events(&STREAM)).await;
    let secure = fake.address.base().replace("http://", "https://");
    let address = relaydeck::domain::Address::parse(&secure).unwrap().0;
    let client = relaydeck::client::RelayClient::new(address, Default::default()).unwrap();
    let fault = client.chat(&key(), &request()).await.unwrap_err();
    assert_eq!(fault.kind, FaultKind::Network);
    assert!(fault.message.contains("no secure connection"), "{fault}");
    assert!(fault.never_left);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn no_body_makes_it_panic_or_hang(
        body in prop::collection::vec(prop_oneof![
            Just("data: ".to_owned()), Just("\n\n".to_owned()), Just("\n".to_owned()), Just("[DONE]".to_owned()),
            Just(STREAM[1].to_owned()), Just("{".to_owned()), Just("<".to_owned()), Just(": PING".to_owned()), ".{0,6}"], 0..14),
        status in prop_oneof![Just(200_u16), Just(200), Just(400), Just(401), Just(403), Just(404), Just(429), Just(503)],
        length in 1_usize..40,
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let told = Told::bytes(status, "text/event-stream", body.concat()).in_pieces_of(length);
            match ask(told).await {
                Ok((parts, fault)) => {
                    let ended = parts.iter().any(|part| matches!(part, Part::Finish(_)));
                    assert!(fault.is_some() || ended, "it neither ended nor failed: {parts:?}");
                }
                Err(fault) => assert!(!fault.message.is_empty() && !fault.advice.is_empty()),
            }
        });
    }
}
