//! Nodes against servers of every mood: each step timed apart, what is wrong named, nothing switched unless asked (S-50, S-51).

#![allow(clippy::unwrap_used, clippy::expect_used)]

#[allow(dead_code, reason = "the client's tests use more of it")]
#[path = "client/fake.rs"]
mod fake;
mod support;

use std::net::TcpListener;

use fake::{Fake, Told};
use relaydeck::client::{Credentials, RelayClient, Step};
use relaydeck::domain::Address;
use serde_json::json;
use support::relaydeck;
use support::tls::self_signed;

fn client(url: &str) -> RelayClient {
    RelayClient::new(Address::parse(url).unwrap().0, Credentials::default()).unwrap()
}

#[tokio::test]
async fn s_51_each_step_is_timed_and_only_those_that_were_needed() {
    let fake =
        Fake::start(|_| Told::data(json!({"system_name":"x","quota_per_unit":500000,"chats":[]})))
            .await;
    let reach = client(fake.address.base()).reach().await;
    assert!(reach.trouble.is_none(), "{:?}", reach.trouble);
    assert_eq!(reach.dns, None, "a number needs no look-up");
    assert_eq!(reach.tls, None);
    assert!(reach.connect.is_some() && reach.first_byte.is_some());
    assert_eq!(reach.status, Some(200));

    let named = fake.address.base().replace("127.0.0.1", "localhost");
    let reach = client(&named).reach().await;
    assert!(
        reach.trouble.is_none() && reach.dns.is_some(),
        "{:?}",
        reach.trouble
    );
}

#[tokio::test]
async fn what_is_wrong_is_told_at_its_step() {
    let step = |reach: &relaydeck::client::Reach| reach.trouble.as_ref().map(|(step, _)| *step);
    let dead = client("https://no-such-relay.invalid").reach().await;
    assert_eq!(step(&dead), Some(Step::Name), "{dead:?}");

    let port = TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap()
        .port();
    let closed = client(&format!("http://127.0.0.1:{port}")).reach().await;
    assert_eq!(step(&closed), Some(Step::Connect));
    let (_, fault) = closed.trouble.unwrap();
    assert!(fault.advice.contains("port"), "{}", fault.advice);

    let own = client(&format!("https://localhost:{}", self_signed("localhost")))
        .reach()
        .await;
    assert_eq!(step(&own), Some(Step::Tls), "{own:?}");
    assert!(own.connect.is_some() && own.first_byte.is_none());
    let (_, fault) = own.trouble.unwrap();
    assert!(fault.message.contains("certificate"), "{}", fault.message);

    let plain = Fake::start(|_| Told::empty(204)).await;
    let wrong = plain.address.base().replace("http://", "https://");
    let reach = client(&wrong).reach().await;
    assert_eq!(step(&reach), Some(Step::Tls), "{reach:?}");
    let (_, fault) = reach.trouble.unwrap();
    assert!(
        fault.message.contains("does not speak TLS"),
        "{}",
        fault.message
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn s_50_nodes_come_from_the_relay_and_nothing_moves_unless_asked() {
    let second = Fake::start(|asked| match asked.place() {
        "/api/status" => Told::data(json!({"system_name":"x","quota_per_unit":500000,"chats":[]})),
        _ => Told::json(
            401,
            json!({"error":{"message":"Invalid token (request id: R)","type":"new_api_error"}}),
        ),
    })
    .await;
    let other = second.address.base().to_owned();
    let told = other.clone();
    let first = Fake::start(move |asked| match asked.place() {
        "/api/status" => Told::data(json!({
            "system_name":"x","quota_per_unit":500000,"chats":[],
            "api_info":[{"url":format!("{told}/v1/"),"route":"Hong Kong","description":"CN2"},{"url":"not an address at all"}],
        })),
        "/v1/models" => Told::json(200, json!({"object":"list","data":[{"id":"m"}]})),
        _ => Told::no_route(asked),
    })
    .await;
    let home = tempfile::tempdir().unwrap();
    let path = home.path().to_owned();
    let base = first.address.base().to_owned();
    let gone = format!(
        "http://127.0.0.1:{}",
        TcpListener::bind("127.0.0.1:0")
            .unwrap()
            .local_addr()
            .unwrap()
            .port()
    );
    tokio::task::spawn_blocking(move || {
        let run = |args: &[&str]| {
            let output = relaydeck(&path, args);
            let text = String::from_utf8(output.stdout).unwrap();
            (
                output.status.code(),
                text,
                String::from_utf8(output.stderr).unwrap(),
            )
        };
        let (code, _, said) = run(&[
            "profiles",
            "add",
            "far",
            "--url",
            &base,
            "--key",
            "sk-aB3dEFGHijklmnopx9Zk",
        ]);
        assert_eq!(code, Some(0), "{said}");

        let (code, text, _) = run(&["nodes", "list", "--json"]);
        assert_eq!(code, Some(0));
        let rows: serde_json::Value = serde_json::from_str(&text).unwrap();
        assert_eq!(rows[0]["url"], base);
        assert_eq!(rows[0]["in_use"], true);
        assert_eq!(rows[1]["url"], other);
        assert_eq!(rows[1]["name"], "Hong Kong");
        assert_eq!(rows[1]["checks"], 0);

        let (code, text, said) = run(&["nodes", "test", &gone, "--rounds", "2", "--json"]);
        assert_eq!(code, Some(0), "{said}");
        let told: serde_json::Value = serde_json::from_str(&text).unwrap();
        assert_eq!(told["switched"], false);
        let nodes = told["nodes"].as_array().unwrap();
        assert_eq!(nodes.len(), 3);
        let of = |url: &str| nodes.iter().find(|node| node["url"] == url).unwrap();
        assert_eq!(
            (&of(&other)["good"], &of(&other)["checks"]),
            (&json!(2), &json!(2))
        );
        assert!(of(&other)["last"]["first_byte_us"].as_u64().unwrap() > 0);
        assert_eq!(
            (&of(&gone)["good"], &of(&gone)["checks"]),
            (&json!(0), &json!(2))
        );
        assert_eq!(of(&gone)["error"]["kind"], "network");

        let (code, text, _) = run(&["nodes", "list"]);
        assert_eq!(code, Some(0));
        assert!(
            text.contains("2/2") && text.contains("Hong Kong") && text.contains("✗ network"),
            "{text}"
        );
    })
    .await
    .unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn s_51_a_dead_node_is_left_only_when_asked() {
    let alive = Fake::start(|asked| match asked.place() {
        "/api/status" => Told::data(json!({"system_name":"x","quota_per_unit":500000,"chats":[]})),
        _ => Told::json(200, json!({"object":"list","data":[{"id":"m"}]})),
    })
    .await;
    let home = tempfile::tempdir().unwrap();
    let path = home.path().to_owned();
    let base = alive.address.base().to_owned();
    let dead = format!(
        "http://127.0.0.1:{}",
        TcpListener::bind("127.0.0.1:0")
            .unwrap()
            .local_addr()
            .unwrap()
            .port()
    );
    std::fs::write(
        path.join("config.toml"),
        format!("[profiles.far]\nurl = \"{dead}\"\naccess = \"key\"\n"),
    )
    .unwrap();
    tokio::task::spawn_blocking(move || {
        let tested = support::json(
            &path,
            &["-p", "far", "nodes", "test", &base, "--rounds", "1"],
        );
        assert_eq!(
            (&tested["best"], &tested["worth_switching"]),
            (&json!(base), &json!(true))
        );
        assert_eq!(tested["in_use"], dead);
        let moved = support::json(
            &path,
            &["-p", "far", "nodes", "test", "--use-best", "--rounds", "1"],
        );
        assert_eq!(
            (&moved["switched"], &moved["in_use"]),
            (&json!(true), &json!(base))
        );
        let config = std::fs::read_to_string(path.join("config.toml")).unwrap();
        assert!(
            config.contains(&base) && !config.contains(&dead),
            "{config}"
        );
        let listed = support::json(&path, &["-p", "far", "nodes", "list"]);
        assert!(
            listed
                .as_array()
                .unwrap()
                .iter()
                .any(|node| node["url"] == dead),
            "the way back is kept"
        );
    })
    .await
    .unwrap();
}
