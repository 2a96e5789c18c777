//! Groups and prices as their owner sets them: what holds from the next request on, and what it then costs to the unit.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod relay_support;

use std::sync::{Arc, Mutex};

use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use relay_support::{Deck, Upstream, charge_by_row, json_of, json_response, limits, secret};
use serde_json::{Value, json};

/// The usage an upstream reports: prompt, cached, completion.
type Usage = (u64, u64, u64);

/// A relay behind whose model `m` stands an upstream that reports whatever usage is set.
async fn reporting(groups: &str) -> (Deck, Arc<Mutex<Usage>>) {
    let usage: Arc<Mutex<Usage>> = Arc::new(Mutex::new((1_000, 0, 500)));
    let told = Arc::clone(&usage);
    let upstream = Upstream::start(move |_| {
        let (prompt, cached, completion) = *told.lock().unwrap();
        json_response(
            200,
            &json!({"choices": [{"index": 0, "message": {"role": "assistant", "content": "hi"}, "finish_reason": "stop"}],
                "usage": {"prompt_tokens": prompt, "completion_tokens": completion, "total_tokens": prompt + completion,
                    "prompt_tokens_details": {"cached_tokens": cached}}}),
        )
    })
    .await;
    let deck = Deck::with(limits()).await;
    let set = set(
        &deck,
        "GroupRatio",
        json!({"default": 1, "half": 0.5, "dear": 2.5}),
    )
    .await;
    assert_eq!(set["success"], true, "{set}");
    let labels = json!({"default": "Default group", "half": "Half price", "dear": "Dear"});
    set_ok(&deck, "UserUsableGroups", labels).await;
    deck.add_channel(json!({"base_url": upstream.base, "models": "m", "group": groups, "key": secret("u").expose()}))
        .await;
    (deck, usage)
}

async fn set(deck: &Deck, key: &str, value: Value) -> Value {
    let body = json!({"key": key, "value": value.to_string()});
    deck.send("PUT", "/api/option/", &body).await
}

async fn set_ok(deck: &Deck, key: &str, value: Value) {
    let answer = set(deck, key, value).await;
    assert_eq!(answer["success"], true, "{key}: {answer}");
}

async fn option(deck: &Deck, key: &str) -> Value {
    let options = deck.get("/api/option/").await["data"].clone();
    let rows = options.as_array().unwrap();
    let row = rows.iter().find(|row| row["key"] == key).unwrap();
    serde_json::from_str(row["value"].as_str().unwrap()).unwrap()
}

async fn key_in(deck: &Deck, group: &str) -> String {
    let settings =
        json!({"name": format!("{group}-prod"), "unlimited_quota": true, "group": group});
    deck.make_key(settings).await.1
}

/// What one request costs, by the account's own figures and by the log, which agree.
async fn cost(deck: &Deck, key: &str) -> i64 {
    let before = deck.own().await["used_quota"].as_i64().unwrap();
    let body =
        json!({"model": "m", "max_tokens": 1, "messages": [{"role": "user", "content": "hi"}]});
    let answer = deck.chat(key, &body).send().await.unwrap();
    assert_eq!(answer.status(), 200, "{}", answer.text().await.unwrap());
    answer.bytes().await.unwrap();
    let row = deck.last_log().await;
    let after = deck.own().await["used_quota"].as_i64().unwrap();
    assert_eq!(row["quota"], after - before);
    after - before
}

#[tokio::test]
async fn the_same_prompt_costs_exactly_in_the_ratio_of_the_groups() {
    let (deck, usage) = reporting("default,half,dear").await;
    set_ok(&deck, "ModelRatio", json!({"m": 1.5})).await;
    set_ok(&deck, "CompletionRatio", json!({"m": 4})).await;
    set_ok(&deck, "CacheRatio", json!({"m": 0.1})).await;
    let keys = [
        key_in(&deck, "default").await,
        key_in(&deck, "half").await,
        key_in(&deck, "dear").await,
    ];
    for (prompt, cached, completion) in [(1_000, 0, 500), (4_000, 2_000, 20), (40, 40, 0)] {
        *usage.lock().unwrap() = (prompt, cached, completion);
        let mut costs = Vec::new();
        for key in &keys {
            costs.push(cost(&deck, key).await);
            assert_eq!(
                charge_by_row(&deck.last_log().await),
                costs[costs.len() - 1]
            );
        }
        let base = costs[0];
        assert!(base > 0);
        assert_eq!((costs[1] * 2, costs[2] * 2), (base, base * 5), "{costs:?}");
    }
}

#[tokio::test]
async fn a_key_of_one_cent_stops_at_the_right_request_with_the_right_code() {
    let (deck, _) = reporting("default").await;
    // Two tenths of a cent a call: five calls, and not one more.
    set_ok(&deck, "ModelPrice", json!({"m": 0.002})).await;
    let settings = json!({"name": "cent-prod", "remain_quota": 5_000});
    let (row, key) = deck.make_key(settings).await;
    for _ in 0..5 {
        assert_eq!(cost(&deck, &key).await, 1_000);
    }
    let body = json!({"model": "m", "messages": [{"role": "user", "content": "hi"}]});
    let refused = deck.chat(&key, &body).send().await.unwrap();
    assert_eq!(refused.status(), 401);
    let told = json_of(refused).await;
    assert_eq!(told["error"]["code"], "token_exhausted");
    let now = deck.get(&format!("/api/token/{}", row["id"])).await["data"].clone();
    assert_eq!(
        (&now["status"], &now["remain_quota"], &now["used_quota"]),
        (&json!(4), &json!(0), &json!(5_000))
    );
    // Half a call's worth is left: the next is refused before it is sent, by the key's quota and not the wallet's.
    let settings = json!({"name": "odd-prod", "remain_quota": 1_500});
    let (_, key) = deck.make_key(settings).await;
    assert_eq!(cost(&deck, &key).await, 1_000);
    let refused = deck.chat(&key, &body).send().await.unwrap();
    assert_eq!(refused.status(), 403);
    let told = json_of(refused).await;
    assert_eq!(told["error"]["code"], "pre_consume_token_quota_failed");
}

/// What the protocol charges (`contract/new-api.md` 6.2), in whole numbers: all ratios in billionths.
fn by_the_page(usage: Usage, model: i64, completion: i64, cache: i64, group: i64) -> i64 {
    const ONE: i128 = 1_000_000_000;
    let (prompt, cached, output) = usage;
    let weighted = i128::from(prompt - cached) * ONE
        + i128::from(cached) * i128::from(cache)
        + i128::from(output) * i128::from(completion);
    let scaled = weighted * i128::from(model) / 1_000_000 * i128::from(group) / 1_000_000;
    // What was cut above is nothing: every ratio has at most three decimals.
    let unit = ONE * ONE * ONE / 1_000_000_000_000;
    i64::try_from((scaled + unit / 2) / unit).unwrap()
}

#[tokio::test]
async fn the_arithmetic_of_the_page_holds_over_groups_prices_and_cached_tokens() {
    let (deck, usage) = reporting("default,half,dear").await;
    let key = key_in(&deck, "dear").await;
    let mut runner = TestRunner::deterministic();
    let cases = (
        (1_u64..200_000, 0_u64..=100, 0_u64..50_000),
        (1_i64..2_000, 1_i64..8_000, 0_i64..2_000, 1_i64..4_000),
    );
    for _ in 0..40 {
        let case = cases.new_tree(&mut runner).unwrap().current();
        let ((prompt, share, output), (model, completion, cache, group)) = case;
        let told = (prompt, prompt * share / 100, output);
        *usage.lock().unwrap() = told;
        let number = |thousandths: i64| thousandths as f64 / 1_000.0;
        set_ok(
            &deck,
            "GroupRatio",
            json!({"default": 1, "dear": number(group)}),
        )
        .await;
        set_ok(&deck, "ModelRatio", json!({"m": number(model)})).await;
        set_ok(&deck, "CompletionRatio", json!({"m": number(completion)})).await;
        set_ok(&deck, "CacheRatio", json!({"m": number(cache)})).await;
        let credit = json!({"id": 1, "action": "add_quota", "mode": "override", "value": 500_000_000_000_i64});
        deck.send("POST", "/api/user/manage", &credit).await;
        let wide = 1_000_000;
        let expected = by_the_page(
            told,
            model * wide,
            completion * wide,
            cache * wide,
            group * wide,
        );
        assert_eq!(cost(&deck, &key).await, expected, "{case:?}");
    }
    // By the call: the price times the group, whatever the length.
    for (price, group) in [("0.04", 0.25), ("0.000002", 1.0), ("1.5", 0.001)] {
        set_ok(&deck, "GroupRatio", json!({"default": 1, "dear": group})).await;
        let price: f64 = price.parse().unwrap();
        set_ok(&deck, "ModelPrice", json!({"m": price})).await;
        let expected = (price * group * 500_000.0).round() as i64;
        assert_eq!(cost(&deck, &key).await, expected, "{price} {group}");
    }
}

proptest! {
    #[test]
    fn the_page_rounds_once_and_to_the_nearest(prompt in 0_u64..1_000_000, model in 1_i64..5_000, group in 1_i64..5_000) {
        let wide = 1_000_000;
        let charged = by_the_page((prompt, 0, 0), model * wide, 0, 0, group * wide);
        let exact = prompt as f64 * (model as f64 / 1e3) * (group as f64 / 1e3);
        prop_assert!((charged as f64 - exact).abs() <= 0.5 + 1e-6, "{charged} {exact}");
    }
}

#[tokio::test]
async fn a_price_holds_from_the_next_request_on_and_survives_a_restart() {
    let (mut deck, _) = reporting("default").await;
    let key = key_in(&deck, "default").await;
    assert_eq!(cost(&deck, &key).await, 0, "nobody named a price");
    let put = json!({"model": "m", "price": {"input": "3", "output": "15", "cache_read": "0.30"}});
    assert_eq!(
        deck.send("PATCH", "/api/option/model_pricing", &put).await["success"],
        true
    );
    // 1,000 × 3 $ + 500 × 15 $ a million = 0.0105 $.
    assert_eq!(cost(&deck, &key).await, 5_250);
    assert_eq!(option(&deck, "ModelRatio").await, json!({"m": 1.5}));
    assert_eq!(option(&deck, "CompletionRatio").await, json!({"m": 5.0}));
    assert_eq!(option(&deck, "CacheRatio").await, json!({"m": 0.1}));
    let pricing = deck.get("/api/pricing").await["data"].clone();
    let listed = pricing
        .as_array()
        .unwrap()
        .iter()
        .find(|entry| entry["model_name"] == "m");
    assert_eq!(listed.unwrap()["model_ratio"], 1.5);
    deck.close().await;
    deck.open().await;
    assert_eq!(cost(&deck, &key).await, 5_250);
    let forget = json!({"model": "m"});
    assert_eq!(
        deck.send("PATCH", "/api/option/model_pricing", &forget)
            .await["success"],
        true
    );
    assert_eq!(cost(&deck, &key).await, 0);
    let again = deck
        .send("PATCH", "/api/option/model_pricing", &forget)
        .await;
    assert_eq!(again["success"], false);
    // The owner's price stands over the one a built-in model comes with, and the latter comes back.
    let ratio = async |deck: &Deck| {
        let pricing = deck.get("/api/pricing").await["data"].clone();
        let rows = pricing.as_array().unwrap().clone();
        let lab = rows
            .into_iter()
            .find(|row| row["model_name"] == "relaydeck-lab");
        lab.unwrap()["model_ratio"].as_f64().unwrap()
    };
    let begun = ratio(&deck).await;
    set_ok(&deck, "ModelRatio", json!({"relaydeck-lab": 7})).await;
    assert_eq!(ratio(&deck).await, 7.0);
    set_ok(&deck, "ModelRatio", json!({})).await;
    assert_eq!(ratio(&deck).await, begun);
}

#[tokio::test]
async fn what_cannot_be_is_told_and_changes_nothing() {
    let (deck, _) = reporting("default").await;
    let before = deck.get("/api/option/").await;
    for (key, value, told) in [
        ("GroupRatio", "{", "no JSON map"),
        ("GroupRatio", "[]", "no JSON map"),
        ("GroupRatio", "{\"vip\":1}", "cannot be removed"),
        ("GroupRatio", "{\"default\":-1}", "number from 0"),
        ("GroupRatio", "{\"default\":1,\"auto\":1}", "automatic"),
        ("UserUsableGroups", "{\"default\":5}", "is a text"),
        ("ModelRatio", "{\"m\":\"dear\"}", "number from 0"),
        ("ModelPrice", "{\"m\":1e300}", "number of dollars"),
        ("RegisterEnabled", "perhaps", "neither true nor false"),
        ("Unheard", "1", "there is no option"),
        ("", "1", "there is no option"),
    ] {
        let refused = deck
            .send("PUT", "/api/option/", &json!({"key": key, "value": value}))
            .await;
        assert_eq!(refused["success"], false, "{key} {value}");
        let message = refused["message"].as_str().unwrap();
        assert!(message.contains(told), "{key} {value}: {message}");
    }
    for body in [
        json!({"model": "", "price": {"call": "1"}}),
        json!({"model": "m", "price": {"input": "1"}}),
        json!({"model": "m", "price": {"input": "0", "output": "1"}}),
        json!({"model": "m", "price": {"call": "-1"}}),
    ] {
        let refused = deck.send("PATCH", "/api/option/model_pricing", &body).await;
        assert_eq!(refused["success"], false, "{body}");
    }
    let request = deck.as_owner("PUT", "/api/option/").body("not json");
    assert_eq!(request.send().await.unwrap().status(), 400);
    assert_eq!(deck.get("/api/option/").await, before);
}

#[tokio::test]
async fn a_group_that_is_not_for_everybody_is_used_by_its_own_alone() {
    let (deck, _) = reporting("default,half,dear").await;
    set_ok(
        &deck,
        "UserUsableGroups",
        json!({"default": "Default group", "half": "Half price"}),
    )
    .await;
    for (name, group) in [("ann", "default"), ("bob", "dear")] {
        let body = json!({"username": name, "password": "correct horse", "group": group, "quota": 500_000});
        assert_eq!(
            deck.send("POST", "/api/user/", &body).await["success"],
            true
        );
    }
    let ask = async |name: &str, method: &str, path: &str, body: Value| {
        let url = format!("{}/api/user/login", deck.base);
        let login = json!({"username": name, "password": "correct horse"});
        let opened = json_of(deck.client.post(url).json(&login).send().await.unwrap()).await;
        let token = opened["data"]["access_token"].as_str().unwrap().to_owned();
        let url = format!("{}{path}", deck.base);
        let request = deck.client.request(method.parse().unwrap(), url);
        json_of(request.bearer_auth(token).json(&body).send().await.unwrap()).await
    };
    let names = |map: &Value| map.as_object().unwrap().keys().cloned().collect::<Vec<_>>();
    let none = || json!({});
    let seen = ask("ann", "GET", "/api/user/self/groups", none()).await;
    assert_eq!(names(&seen["data"]), ["default", "half"]);
    let seen = ask("bob", "GET", "/api/user/self/groups", none()).await;
    assert_eq!(names(&seen["data"]), ["dear", "default", "half"]);
    assert_eq!(
        names(&deck.get("/api/user/groups").await["data"]),
        ["default", "half"]
    );
    let pricing = ask("ann", "GET", "/api/pricing", none()).await;
    assert_eq!(names(&pricing["group_ratio"]), ["default", "half"]);
    assert_eq!(
        pricing["data"][0]["enable_groups"],
        json!(["default", "half"])
    );
    let key = |group: &str| json!({"name": "k-prod", "unlimited_quota": true, "group": group});
    let refused = ask("ann", "POST", "/api/token/", key("dear")).await;
    assert!(
        refused["message"]
            .as_str()
            .unwrap()
            .contains("default, half"),
        "{refused}"
    );
    let made = ask("bob", "POST", "/api/token/", key("dear")).await;
    let bobs = format!("sk-{}", made["data"]["key"].as_str().unwrap());
    let body = json!({"model": "m", "messages": [{"role": "user", "content": "hi"}]});
    let code = async |key: &str| {
        let answer = deck.chat(key, &body).send().await.unwrap();
        let status = answer.status().as_u16();
        let told: Value = answer.json().await.unwrap();
        (
            status,
            told["error"]["code"]
                .as_str()
                .unwrap_or_default()
                .to_owned(),
        )
    };
    assert_eq!(code(&bobs).await.0, 200);
    // Moved elsewhere, the key's group is no longer his; the group removed, it is nobody's.
    let moved = json!({"id": 3, "group": "half"});
    assert_eq!(
        deck.send("PUT", "/api/user/", &moved).await["success"],
        true
    );
    assert_eq!(code(&bobs).await, (403, "group_not_allowed".into()));
    let kept = set(&deck, "GroupRatio", json!({"default": 1, "dear": 2})).await;
    assert!(
        kept["message"].as_str().unwrap().contains("own group of 1"),
        "{kept}"
    );
    set_ok(&deck, "GroupRatio", json!({"default": 1, "half": 0.5})).await;
    assert_eq!(code(&bobs).await, (403, "group_not_allowed".into()));
    assert_eq!(
        deck.get("/api/group/").await["data"],
        json!(["default", "half"])
    );
}

#[tokio::test]
async fn a_relay_that_sells_can_refuse_what_has_no_price() {
    let (deck, _) = reporting("default").await;
    let key = key_in(&deck, "default").await;
    assert_eq!(cost(&deck, &key).await, 0);
    let off = json!({"key": "SelfUseModeEnabled", "value": false});
    assert_eq!(
        deck.send("PUT", "/api/option/", &off).await["success"],
        true
    );
    let body = json!({"model": "m", "messages": [{"role": "user", "content": "hi"}]});
    let refused = deck.chat(&key, &body).send().await.unwrap();
    assert_eq!(refused.status(), 400);
    assert_eq!(json_of(refused).await["error"]["code"], "model_price_error");
    let request = deck.client.get(format!("{}/v1/models", deck.base));
    let models = json_of(request.bearer_auth(&key).send().await.unwrap()).await;
    assert!(!models.to_string().contains("\"m\""), "{models}");
    set_ok(&deck, "ModelPrice", json!({"m": 0})).await;
    assert_eq!(cost(&deck, &key).await, 0, "free is a price");
}
