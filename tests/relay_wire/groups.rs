//! Groups as New API has them: what accounts of one group pay in another (`GroupGroupRatio`), and keys in `auto`.

use serde_json::{Value, json};

use crate::fake::{Call, Fake, before};
use crate::relay_support::{Deck, json_of, json_response, other};

fn answer(_: &Call) -> axum::response::Response {
    json_response(
        200,
        &json!({"choices": [{"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": "Hi"}}], "usage": {"prompt_tokens": 1000, "completion_tokens": 0}}),
    )
}

async fn set(deck: &Deck, key: &str, value: Value) {
    let sent = deck
        .as_owner("PUT", "/api/option/")
        .json(&json!({"key": key, "value": value.to_string()}));
    let told = json_of(sent.send().await.unwrap()).await;
    assert_eq!(told["success"], true, "{key}: {told}");
}

async fn key_in(deck: &Deck, group: &str) -> Value {
    let draft = json!({"name": format!("in-{group}"), "group": group, "unlimited_quota": true, "expired_time": -1});
    let made = deck.as_owner("POST", "/api/token/").json(&draft);
    json_of(made.send().await.unwrap()).await
}

fn secret(made: &Value) -> String {
    let key = made["data"]["key"].as_str().unwrap();
    format!("sk-{}", key.trim_start_matches("sk-"))
}

/// A relay with the groups default, vip and pro, and a model for 2 dollars a million tokens in vip and pro.
async fn deck() -> (Fake, Deck) {
    let fake = Fake::start(answer).await;
    let (deck, _) = before(&fake, 1, json!({"models": "none"})).await;
    set(
        &deck,
        "GroupRatio",
        json!({"default": 1, "vip": 0.8, "pro": 2}),
    )
    .await;
    let usable = json!({"default": "D", "vip": "V", "pro": "P"});
    set(&deck, "UserUsableGroups", usable).await;
    let prices = json!({"*": {"input": "2", "output": "8"}});
    deck.add_channel(json!({"type": 1, "key": "k", "base_url": fake.base, "models": "m", "group": "vip,pro", "prices": prices}))
        .await;
    (fake, deck)
}

async fn ask(deck: &Deck, key: &str) -> reqwest::Response {
    let body = json!({"model": "m", "messages": [{"role": "user", "content": "x"}]});
    deck.chat(key, &body).send().await.unwrap()
}

#[tokio::test]
async fn accounts_of_a_group_pay_in_another_what_the_owner_says() {
    let (_fake, deck) = deck().await;
    let key = secret(&key_in(&deck, "vip").await);
    assert_eq!(ask(&deck, &key).await.status(), 200);
    // 1000 tokens at 2 dollars a million, in units of a 500,000th: 1000, at x0.8.
    let log = deck.last_log().await;
    assert_eq!(
        (&log["quota"], &other(&log)["user_group_ratio"]),
        (&json!(800), &json!(-1.0))
    );

    set(
        &deck,
        "GroupGroupRatio",
        json!({"default": {"vip": 0.5}, "pro": {"vip": 9}}),
    )
    .await;
    assert_eq!(ask(&deck, &key).await.status(), 200);
    let log = deck.last_log().await;
    assert_eq!(log["quota"], 500);
    let told = other(&log);
    assert_eq!(
        (&told["group_ratio"], &told["user_group_ratio"]),
        (&json!(0.5), &json!(0.5))
    );
    // Whoever reads the lists computes what is billed.
    let groups = deck.get("/api/user/self/groups").await;
    assert_eq!(groups["data"]["vip"]["ratio"], 0.5);
    assert_eq!(groups["data"]["pro"]["ratio"], 2.0);
    assert_eq!(deck.get("/api/pricing").await["group_ratio"]["vip"], 0.5);
    let public = deck.client.get(format!("{}/api/user/groups", deck.base));
    let public = json_of(public.send().await.unwrap()).await;
    assert_eq!(
        public["data"]["vip"]["ratio"], 0.8,
        "visitors have no group"
    );
}

#[tokio::test]
async fn a_key_in_auto_uses_the_first_group_that_serves_the_model() {
    let (_fake, deck) = deck().await;
    let refused = key_in(&deck, "auto").await;
    assert_eq!(
        refused["success"], false,
        "there is no automatic group yet: {refused}"
    );
    assert!(
        deck.get("/api/user/self/groups").await["data"]
            .get("auto")
            .is_none()
    );

    set(
        &deck,
        "AutoGroups",
        json!(["default", "gone", "pro", "vip"]),
    )
    .await;
    let groups = deck.get("/api/user/self/groups").await;
    assert_eq!(groups["data"]["auto"]["ratio"], "自动");
    let pricing = deck.get("/api/pricing").await;
    assert_eq!(pricing["auto_groups"], json!(["default", "pro", "vip"]));
    assert!(
        pricing["usable_group"]["auto"].is_string() && pricing["group_ratio"].get("auto").is_none()
    );

    let key = secret(&key_in(&deck, "auto").await);
    assert_eq!(ask(&deck, &key).await.status(), 200);
    let log = deck.last_log().await;
    assert_eq!(
        (&log["group"], &log["quota"]),
        (&json!("pro"), &json!(2_000))
    );
    let listed = deck
        .client
        .get(format!("{}/v1/models", deck.base))
        .bearer_auth(&key);
    let listed = json_of(listed.send().await.unwrap()).await;
    let names: Vec<&str> = listed["data"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| row["id"].as_str().unwrap())
        .collect();
    assert!(
        names.contains(&"m") && names.contains(&"relaydeck-lab"),
        "{names:?}"
    );
    let named = deck.get("/api/user/models?group=auto").await;
    assert!(
        named["data"].as_array().unwrap().contains(&json!("m")),
        "{named}"
    );

    set(&deck, "AutoGroups", json!(["default"])).await;
    let nobody = ask(&deck, &key).await;
    assert_eq!(nobody.status(), 503);
    assert!(
        json_of(nobody).await["error"]["message"]
            .as_str()
            .unwrap()
            .contains("group auto")
    );
}
