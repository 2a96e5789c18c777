//! The console against bodies, queries and headers that nobody should send: whatever comes, the answer is JSON, soon,
//! and the relay goes on.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod relay_support;

use std::time::Duration;

use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use relay_support::{Deck, hello};
use serde_json::{Value, json};

/// Every route of the console that takes anything.
const ROUTES: [(&str, &str); 44] = [
    ("GET", "/api/status"),
    ("GET", "/api/pricing"),
    ("POST", "/api/user/login"),
    ("POST", "/api/user/register"),
    ("POST", "/api/user/auth/refresh"),
    ("POST", "/api/user/auth/logout"),
    ("GET", "/api/user/sessions"),
    ("DELETE", "/api/user/sessions/x"),
    ("GET", "/api/user/self"),
    ("PUT", "/api/user/self"),
    ("GET", "/api/user/self/groups"),
    ("GET", "/api/user/models"),
    ("GET", "/api/user/"),
    ("POST", "/api/user/"),
    ("PUT", "/api/user/"),
    ("GET", "/api/user/search"),
    ("GET", "/api/user/2"),
    ("POST", "/api/user/manage"),
    ("POST", "/api/user/topup"),
    ("GET", "/api/user/topup"),
    ("GET", "/api/user/topup/self"),
    ("GET", "/api/user/topup/info"),
    ("POST", "/api/user/pay"),
    ("GET", "/api/token/"),
    ("POST", "/api/token/"),
    ("PUT", "/api/token/"),
    ("GET", "/api/token/search"),
    ("POST", "/api/token/batch"),
    ("POST", "/api/token/1/key"),
    ("GET", "/api/log/self"),
    ("GET", "/api/log/self/stat"),
    ("GET", "/api/log/"),
    ("GET", "/api/log/stat"),
    ("GET", "/api/log/token"),
    ("GET", "/api/data/self"),
    ("GET", "/api/data/"),
    ("GET", "/api/redemption/"),
    ("POST", "/api/redemption/"),
    ("PUT", "/api/redemption/"),
    ("GET", "/api/option/"),
    ("PUT", "/api/option/"),
    ("PATCH", "/api/option/model_pricing"),
    ("GET", "/api/usage/token/"),
    ("GET", "/dashboard/billing/subscription"),
];

/// Members that mean something somewhere.
const NAMES: [&str; 27] = [
    "id",
    "ids",
    "name",
    "username",
    "password",
    "original_password",
    "display_name",
    "role",
    "group",
    "quota",
    "value",
    "mode",
    "action",
    "key",
    "status",
    "expired_time",
    "remain_quota",
    "unlimited_quota",
    "model_limits",
    "allow_ips",
    "count",
    "model",
    "price",
    "models",
    "base_url",
    "type",
    "channel",
];

fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        prop::num::f64::NORMAL.prop_map(Value::from),
        prop::sample::select(vec![
            "",
            "add",
            "add_quota",
            "delete",
            "GroupRatio",
            "ModelRatio",
            "UserUsableGroups",
            "default",
            "owner",
            "\0",
            "{",
            "9223372036854775808",
            "’; DROP TABLE keys; --",
            "sk-x",
            "1e309",
            "http://127.0.0.1:1",
            "x",
        ])
        .prop_map(Value::from),
        ".{0,12}".prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 24, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::btree_map(prop::sample::select(NAMES.to_vec()), inner, 0..6)
                .prop_map(|map| json!(map)),
        ]
    })
}

/// A body: mostly JSON objects of known members, sometimes anything.
fn body() -> impl Strategy<Value = Vec<u8>> {
    let object = prop::collection::btree_map(prop::sample::select(NAMES.to_vec()), value(), 0..8)
        .prop_map(|map| json!(map).to_string().into_bytes());
    prop_oneof![
        6 => object,
        1 => value().prop_map(|value| value.to_string().into_bytes()),
        1 => prop::collection::vec(any::<u8>(), 0..64),
        1 => Just("[".repeat(20_000).into_bytes()),
    ]
}

/// A query: parameters that mean something, with values that do not.
fn query() -> impl Strategy<Value = String> {
    let name = prop::sample::select(vec![
        "p",
        "page_size",
        "size",
        "type",
        "keyword",
        "group",
        "start_timestamp",
        "end_timestamp",
        "token_name",
        "model_name",
        "username",
        "channel",
        "status_only",
        "key",
        "request_id",
        "token",
    ]);
    let text = prop_oneof![
        Just("-1".to_owned()),
        Just("9223372036854775807".to_owned()),
        Just("-9223372036854775808".to_owned()),
        Just("%25%25".to_owned()),
        Just("%00%ff%c3".to_owned()),
        Just("' OR 1=1 --".replace(' ', "+")),
        "[a-z0-9%_.-]{0,20}",
    ];
    prop::collection::vec((name, text), 0..5).prop_map(|pairs| {
        let pairs: Vec<String> = pairs
            .into_iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        pairs.join("&")
    })
}

#[tokio::test]
async fn whatever_is_sent_the_answer_is_json_and_the_relay_goes_on() {
    let mut deck = Deck::start().await;
    let user = json!({"username": "ann", "password": "correct horse", "quota": 1_000});
    deck.send("POST", "/api/user/", &user).await;
    let mut runner = TestRunner::deterministic();
    let cases = (
        prop::sample::select(ROUTES.to_vec()),
        body(),
        query(),
        prop::option::of("[ -~]{0,40}"),
        0_u8..8,
    );
    for number in 0..600 {
        let case = cases.new_tree(&mut runner).unwrap().current();
        let ((method, path), body, query, header, who) = case.clone();
        let url = format!("{}{path}?{query}", deck.base);
        let mut request = deck.client.request(method.parse().unwrap(), url).body(body);
        // Mostly the owner, who gets furthest; sometimes nobody, sometimes a key.
        request = match who {
            0 => request,
            1 => request.bearer_auth(deck.owner.first_key.expose()),
            _ => request.bearer_auth(deck.owner.access_token.expose()),
        };
        if let Some(text) = header {
            for name in ["New-Api-User", "cookie", "content-type"] {
                request = request.header(name, &text);
            }
        }
        let answer = request.timeout(Duration::from_secs(60)).send().await;
        let answer = answer.unwrap_or_else(|error| panic!("{number} {case:?}: {error}"));
        let status = answer.status().as_u16();
        let kind = answer.headers()["content-type"]
            .to_str()
            .unwrap()
            .to_owned();
        let text = answer.text().await.unwrap();
        assert!(
            status < 500 && kind.starts_with("application/json"),
            "{number} {case:?}: {status} {kind} {text}"
        );
        let told: Value = serde_json::from_str(&text)
            .unwrap_or_else(|error| panic!("{number} {case:?}: {error} in {text}"));
        assert!(told.is_object(), "{number} {case:?}: {text}");
        // Its own database can be read again at any point of this.
        if number % 200 == 199 {
            deck.close().await;
            deck.open().await;
        }
    }
    let own = deck.own().await;
    assert_eq!(
        (&own["id"], &own["role"], &own["status"]),
        (&json!(1), &json!(100), &json!(1))
    );
    let key = deck.owner.first_key.expose();
    let answer = deck
        .chat(key, &hello("relaydeck-lab", false))
        .send()
        .await
        .unwrap();
    assert!(answer.status().as_u16() < 500);
}

#[tokio::test]
async fn an_unknown_path_is_a_404_in_json_whatever_the_method() {
    let deck = Deck::start().await;
    for method in ["GET", "POST", "PUT", "DELETE", "PATCH", "OPTIONS"] {
        for path in [
            "/api/nothing",
            "/api/user/self/nothing",
            "/api/token/1/2/3",
            "/api",
            "/api/",
        ] {
            let answer = deck.as_owner(method, path).send().await.unwrap();
            assert_eq!(answer.status(), 404, "{method} {path}");
            let told: Value = answer.json().await.unwrap();
            assert_eq!(
                told["error"]["type"], "invalid_request_error",
                "{method} {path}"
            );
        }
    }
}
