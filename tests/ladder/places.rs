//! Addresses that are wrong, dead, insecure or slow, and what lies behind the guide's troubleshooting: each leads to its
//! rung, with the change that helps proven at once.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::sync::Arc;
use std::time::Duration;

use relaydeck::domain::FaultKind;
use relaydeck::engine::proof::Given;
use relaydeck::verify::ladder::Limits;
use relaydeck::verify::report::{Report, Rung, Verdict};
use serde_json::json;

use crate::fake::{Fake, Piece, Told};
use crate::support::host::TestHost;
use crate::{KEY, diagnose, diagnose_as, given, healthy, is_right};

/// Whether the proof that was tried helped, and names this.
fn proven(report: &Report, says: &str) {
    let finding = report.trouble().expect("there is trouble");
    let proof = finding
        .proof
        .clone()
        .unwrap_or_else(|| panic!("nothing was tried: {finding:?}"));
    assert!(proof.helped, "{proof:?}");
    let told = format!("{} {}", proof.change, proof.outcome);
    assert!(told.contains(says), "{told}");
}

fn page() -> Told {
    Told::html(200)
}

/// A port where nothing listens.
fn closed_port() -> u16 {
    TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap()
        .port()
}

/// A server with a certificate of its own.
fn self_signed() -> u16 {
    relaydeck::client::install_tls();
    let made = rcgen::generate_simple_self_signed(["relay.example".to_owned()]).unwrap();
    let key = rustls::pki_types::PrivateKeyDer::try_from(made.signing_key.serialize_der()).unwrap();
    let config = rustls::ServerConfig::builder()
        .with_no_client_auth()
        .with_single_cert(vec![made.cert.der().clone()], key)
        .unwrap();
    let config = Arc::new(config);
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    std::thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            let Ok(mut tls) = rustls::ServerConnection::new(config.clone()) else {
                continue;
            };
            let mut secured = rustls::Stream::new(&mut tls, &mut stream);
            let _ = secured.read(&mut [0; 1024]);
            let _ = secured.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}");
        }
    });
    port
}

#[tokio::test(flavor = "multi_thread")]
async fn s_90_a_missing_v1_is_named_and_mended() {
    // As relays of this family do: a page wherever no API path was hit.
    let fake = Fake::start(|asked| match asked.place() {
        path if path.starts_with("/v1/") || path.starts_with("/api/") => healthy(asked),
        _ => page(),
    })
    .await;
    for form in ["/chat/completions", "/v1/v1/chat/completions", "/V1"] {
        let (report, _) = diagnose(given(&format!("{}{form}", fake.address.base()))).await;
        is_right(&report, Rung::Address, "/v1").unwrap_or_else(|why| panic!("{form}: {why}"));
        let finding = report.trouble().unwrap();
        assert_eq!(finding.verdict, Verdict::Mended, "{form}");
        proven(&report, "a model API answers");
        assert!(
            report
                .findings
                .iter()
                .all(|finding| finding.verdict != Verdict::Failed),
            "the climb went on: {form}"
        );
        assert_eq!(report.kind(), Some(FaultKind::EndpointMissing));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn wrong_hosts_and_pages_are_told_with_the_place_that_answers() {
    let fake = Fake::start(|asked| match asked.place() {
        path if path.starts_with("/v1/") || path.starts_with("/api/status") => healthy(asked),
        _ => page(),
    })
    .await;
    let (report, _) = diagnose(given(&format!("{}/shop", fake.address.base()))).await;
    is_right(&report, Rung::Kind, "").unwrap();
    proven(&report, fake.address.base());

    let below = Fake::start(|asked| match asked.place() {
        "/api/v1/models" => Told::json(
            401,
            json!({"error":{"message":"No auth credentials found","code":401}}),
        ),
        _ => page(),
    })
    .await;
    let (report, _) = diagnose(given(below.address.base())).await;
    is_right(&report, Rung::Kind, "").unwrap();
    proven(&report, "/api");

    let pages = Fake::start(|_| page()).await;
    let (report, _) = diagnose(given(pages.address.base())).await;
    is_right(&report, Rung::Kind, "API host").unwrap();
    assert_eq!(report.kind(), Some(FaultKind::NotAnApi));

    let wall = Fake::start(|_| {
        Told::bytes(
            403,
            "text/html",
            "<html><head><title>Just a moment...</title></head></html>",
        )
        .header("cf-mitigated", "challenge")
    })
    .await;
    let (report, _) = diagnose(given(wall.address.base())).await;
    is_right(&report, Rung::Kind, "firewall").unwrap();

    let moved =
        Fake::start(|_| Told::empty(301).header("location", "https://elsewhere.example/")).await;
    let (report, _) = diagnose(given(moved.address.base())).await;
    is_right(&report, Rung::Kind, "use it as the address").unwrap();

    let down = Fake::start(|_| {
        Told::bytes(
            502,
            "text/html",
            "<html><title>502 Bad Gateway</title></html>",
        )
    })
    .await;
    let (report, _) = diagnose(given(down.address.base())).await;
    is_right(&report, Rung::Kind, "in trouble").unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn dead_names_closed_ports_and_bad_certificates_have_their_rungs() {
    let (report, _) = diagnose(given("https://no-such-relay.invalid")).await;
    is_right(&report, Rung::Address, "spelling").unwrap();
    assert_eq!(report.kind(), Some(FaultKind::Network));

    let (report, _) = diagnose(given(&format!("http://127.0.0.1:{}", closed_port()))).await;
    is_right(&report, Rung::Address, "port").unwrap();

    let (report, _) = diagnose(given(&format!("https://localhost:{}", self_signed()))).await;
    is_right(&report, Rung::Tls, "official address")
        .or_else(|_| is_right(&report, Rung::Tls, ""))
        .unwrap();
    assert!(
        report.summary().contains("certificate"),
        "{}",
        report.summary()
    );
    let above = report
        .findings
        .iter()
        .filter(|finding| finding.rung > Rung::Tls);
    assert!(
        above
            .into_iter()
            .all(|finding| finding.verdict == Verdict::NotReached)
    );

    let plain = Fake::start(healthy).await;
    let wrong = plain.address.base().replace("http://", "https://");
    let (report, _) = diagnose(given(&wrong)).await;
    is_right(&report, Rung::Tls, "plain http").unwrap();
    proven(&report, "http://");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_slow_node_is_warned_of_and_climbed_all_the_same() {
    let fake = Fake::start(|asked| {
        if asked.place() == "/api/status" && asked.header("accept-language").is_none() {
            std::thread::sleep(Duration::from_millis(300));
        }
        healthy(asked)
    })
    .await;
    let limits = Limits {
        slow: Duration::from_millis(250),
        ..Limits::default()
    };
    let (report, _) = diagnose_as(given(fake.address.base()), TestHost::new(), None, limits).await;
    let address = &report.findings[0];
    assert_eq!(address.verdict, Verdict::Warned, "{address:?}");
    assert!(address.advice.as_deref().unwrap().contains("another node"));
    assert!(report.trouble().is_none(), "{}", report.summary());
}

#[tokio::test(flavor = "multi_thread")]
async fn streams_that_break_are_told_apart_from_calls_that_fail() {
    for (name, told) in [
        (
            "cut",
            Told::events(&[r#"{"choices":[{"index":0,"delta":{"content":"rea"}}]}"#])
                .then(Piece::Cut),
        ),
        (
            "ended early",
            Told::events(&[r#"{"choices":[{"index":0,"delta":{"content":"rea"}}]}"#]),
        ),
        (
            "garbage",
            Told::bytes(
                200,
                "text/event-stream",
                "data: {broken\n\ndata: {broken\n\n",
            ),
        ),
    ] {
        let fake = Fake::start(move |asked| match asked.body.contains("\"stream\":true") {
            true => told.clone(),
            false => healthy(asked),
        })
        .await;
        let (report, rows) = diagnose(given(fake.address.base())).await;
        is_right(&report, Rung::Stream, "another node")
            .unwrap_or_else(|why| panic!("{name}: {why}"));
        assert!(
            report.summary().contains("whole answers work"),
            "{name}: {}",
            report.summary()
        );
        assert_eq!(rows, 2, "{name}: a stream that broke is not sent again");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn s_91_the_model_s_own_endpoint_is_named_and_proven() {
    // Relays with a price list tell which path a model is called on.
    let fake = Fake::start(|asked| match asked.place() {
        "/api/pricing" => Told::json(200, json!({"success":true,"data":[
            {"model_name":"gpt-4o","quota_type":0,"model_ratio":1,"completion_ratio":1,"enable_groups":["default"],"supported_endpoint_types":["openai"]},
        ],"group_ratio":{"default":1}})),
        _ => healthy(asked),
    })
    .await;
    let (report, _) = diagnose(given(&format!("{}/v1/messages", fake.address.base()))).await;
    let finding = report
        .findings
        .iter()
        .find(|finding| finding.rung == Rung::Endpoint)
        .unwrap();
    assert_eq!(finding.verdict, Verdict::Mended, "{finding:?}");
    assert!(
        finding
            .advice
            .as_deref()
            .unwrap()
            .ends_with("/v1/chat/completions")
    );

    // Others answer 404, and the path that works is found by calling it.
    let blind = Fake::start(|asked| match asked.place() {
        "/v1/messages" => Told::json(200, json!({"model":"gpt-4o","content":[{"type":"text","text":"ready"}],"stop_reason":"end_turn","usage":{"input_tokens":9,"output_tokens":1}})),
        "/v1/chat/completions" => Told::no_route(asked),
        _ => healthy(asked),
    })
    .await;
    let (report, _) = diagnose(given(blind.address.base())).await;
    is_right(&report, Rung::Endpoint, "").unwrap();
    proven(&report, "/v1/messages");
}

#[tokio::test(flavor = "multi_thread")]
async fn s_92_what_is_no_key_is_told_for_what_it_is() {
    let fake = Fake::start(|asked| match asked.place() {
        "/api/user/self" => Told::data(json!({"id":1,"username":"lin","quota":5,"group":"default"})),
        "/v1/models" => Told::json(401, json!({"error":{"message":"Invalid token (request id: R)","type":"new_api_error","code":""}})),
        _ => healthy(asked),
    })
    .await;
    for (text, says) in [
        (
            "0123456789abcdef0123456789abcdef",
            "make a key in the console",
        ),
        ("hunter2", "login password"),
        ("ann@example.com", "starts with sk-"),
        ("sk-aB3d**********x9Zk", "whole key"),
    ] {
        let given = Given {
            key: Some(text.into()),
            ..given(fake.address.base())
        };
        let (report, rows) = diagnose(given).await;
        is_right(&report, Rung::Credential, says).unwrap_or_else(|why| panic!("{text}: {why}"));
        assert_eq!(rows, 0);
        assert_eq!(report.kind().unwrap().exit_code(), 3);
    }
    let none = Given {
        key: None,
        ..given(fake.address.base())
    };
    let (report, _) = diagnose(none).await;
    is_right(&report, Rung::Credential, "keys create").unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn s_93_a_wrong_name_is_told_with_the_nearest_and_that_one_is_called() {
    let fake = Fake::start(healthy).await;
    for wrong in [
        "claude-sonnet-45-20250929",
        "Claude-Sonnet-4-5-20250929",
        "claude-sonnet-4.5-20250929",
        "claude-sonnet-4-5",
    ] {
        let given = Given {
            model: Some(wrong.into()),
            ..given(fake.address.base())
        };
        let (report, rows) = diagnose(given).await;
        is_right(&report, Rung::Model, "claude-sonnet-4-5-20250929")
            .unwrap_or_else(|why| panic!("{wrong}: {why}"));
        proven(&report, "claude-sonnet-4-5-20250929");
        assert_eq!(rows, 1, "only the right name was called");
        assert_eq!(report.kind().unwrap().exit_code(), 4);
    }
}

#[tokio::test(flavor = "multi_thread")]
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

#[tokio::test(flavor = "multi_thread")]
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
