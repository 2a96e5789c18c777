//! The embedded relay's console over real HTTP: who may ask, and what is answered, route by route.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod relay_support;

use relay_support::{Deck, START, hello, json_of};
use serde_json::json;

#[tokio::test]
async fn the_status_is_for_everybody_and_says_what_a_client_needs() {
    let deck = Deck::start().await;
    let response = deck
        .client
        .get(format!("{}/api/status", deck.base))
        .send()
        .await
        .unwrap();
    assert_eq!(response.headers()["x-new-api-version"], "relaydeck-0.1.0");
    assert!(response.headers()["x-oneapi-request-id"].len() > 20);
    let body = json_of(response).await;
    let data = &body["data"];
    assert_eq!(body["success"], true);
    assert_eq!(data["quota_per_unit"], 500_000);
    assert_eq!(data["setup"], true);
    assert_eq!(data["chats"], json!([]));
    assert_eq!(data["api_info"][0]["url"], deck.base);
    assert_eq!(data["start_time"], START / 1000);
}

#[tokio::test]
async fn the_console_tells_credentials_apart() {
    let deck = Deck::start().await;
    let ask = |header: Option<String>| {
        let request = deck.client.get(format!("{}/api/user/self", deck.base));
        match header {
            Some(value) => request.header("authorization", value),
            None => request,
        }
    };
    let token = deck.owner.access_token.expose();
    for form in [
        token.to_owned(),
        format!("Bearer {token}"),
        format!("bearer {token}"),
    ] {
        let answer = json_of(
            ask(Some(form))
                .header("New-Api-User", "77")
                .send()
                .await
                .unwrap(),
        )
        .await;
        assert_eq!(answer["data"]["username"], "owner");
    }
    for (header, told) in [
        (None, "not logged in"),
        (Some("Bearer nonsense".to_owned()), "invalid access token"),
        (
            Some(format!("Bearer {}", deck.owner.first_key.expose())),
            "key for models",
        ),
    ] {
        let response = ask(header).send().await.unwrap();
        assert_eq!(response.status(), 401);
        let answer = json_of(response).await;
        assert_eq!(answer["code"], "AUTH_UNAUTHORIZED");
        assert!(
            answer["message"].as_str().unwrap().contains(told),
            "{answer}"
        );
    }
}

#[tokio::test]
async fn the_owner_begins_with_ten_dollars_one_group_and_one_key() {
    let deck = Deck::start().await;
    let own = deck.own().await;
    assert_eq!(
        (
            &own["quota"],
            &own["role"],
            &own["group"],
            &own["request_count"]
        ),
        (&json!(5_000_000), &json!(100), &json!("default"), &json!(0))
    );
    let groups = deck.get("/api/user/self/groups").await;
    assert_eq!(groups["data"]["default"]["ratio"], 1.0);
    assert_eq!(deck.get("/api/user/groups").await["data"], groups["data"]);
    let keys = deck
        .get("/api/token/?p=0&size=100&page_size=100&page=1")
        .await;
    let first = &keys["data"]["items"][0];
    assert_eq!(keys["data"]["total"], 1);
    assert_eq!(
        (&first["name"], &first["unlimited_quota"], &first["status"]),
        (&json!("local-default"), &json!(true), &json!(1))
    );
    assert_eq!(first["key"], "kkkk**********kkkk");
    let credit = deck.last_log().await;
    assert_eq!(
        (&credit["type"], &credit["quota"]),
        (&json!(1), &json!(5_000_000))
    );
}

#[tokio::test]
async fn the_marketplace_publishes_prices_as_ratios() {
    let deck = Deck::start().await;
    let pricing = deck.get("/api/pricing").await;
    let models = pricing["data"].as_array().unwrap();
    let named = |name: &str| {
        models
            .iter()
            .find(|model| model["model_name"] == name)
            .unwrap()
    };
    let handbook = named("relaydeck-handbook");
    assert_eq!(
        (
            &handbook["model_ratio"],
            &handbook["completion_ratio"],
            &handbook["quota_type"]
        ),
        (&json!(0.05), &json!(4.0), &json!(0))
    );
    assert_eq!(handbook["enable_groups"], json!(["default"]));
    assert_eq!(
        handbook["supported_endpoint_types"],
        json!(["openai", "anthropic", "openai-response", "gemini"])
    );
    assert!(handbook["context_length"].as_i64().unwrap() > 1_000);
    assert!(
        named("relaydeck-lab")["description"]
            .as_str()
            .unwrap()
            .len()
            > 10
    );
    assert_eq!(pricing["group_ratio"], json!({"default": 1.0}));
    assert_eq!(pricing["usable_group"], json!({"default": "Default group"}));
    assert_eq!(
        pricing["supported_endpoint"]["openai"]["path"],
        "/v1/chat/completions"
    );
    assert_eq!(pricing["vendors"][0]["name"], "relaydeck");
    assert_eq!(
        deck.get("/api/user/models").await["data"],
        json!(["relaydeck-handbook", "relaydeck-lab"])
    );
    assert_eq!(
        deck.get("/api/user/models?group=none").await["data"],
        json!([])
    );
}

#[tokio::test]
async fn s_16_and_s_17_a_key_is_made_shown_once_changed_and_deleted() {
    let deck = Deck::start().await;
    let (row, secret) = deck
        .make_key(json!({"name": "laptop", "remain_quota": 5_000, "expired_time": -1, "unlimited_quota": false,
            "model_limits_enabled": true, "model_limits": "relaydeck-lab", "allow_ips": null, "group": "default"}))
        .await;
    assert_eq!(secret.len(), 51);
    let id = row["id"].as_i64().unwrap();
    let read = deck.get(&format!("/api/token/{id}")).await["data"].clone();
    assert!(read["key"].as_str().unwrap().contains("**********"));
    assert_eq!(
        (
            &read["remain_quota"],
            &read["status"],
            &read["model_limits"]
        ),
        (&json!(5_000), &json!(1), &json!("relaydeck-lab"))
    );
    let reveal = deck
        .as_owner("POST", &format!("/api/token/{id}/key"))
        .send()
        .await
        .unwrap();
    assert_eq!(reveal.status(), 403);
    assert!(
        json_of(reveal).await["message"]
            .as_str()
            .unwrap()
            .contains("hash")
    );

    let found = deck.get(&format!("/api/token/search?token={secret}")).await;
    assert_eq!(found["data"]["items"][0]["id"], id);
    assert_eq!(
        deck.get("/api/token/search?keyword=lap").await["data"]["total"],
        0
    );
    assert_eq!(
        deck.get("/api/token/search?keyword=lap%25").await["data"]["total"],
        1
    );

    let changed = deck
        .send(
            "PUT",
            "/api/token/",
            &json!({"id": id, "name": "desk", "remain_quota": 9, "group": ""}),
        )
        .await;
    assert_eq!(
        (
            &changed["data"]["name"],
            &changed["data"]["remain_quota"],
            &changed["data"]["model_limits"]
        ),
        (&json!("desk"), &json!(9), &json!("relaydeck-lab")),
        "what was not sent stays"
    );
    let off = deck
        .send(
            "PUT",
            "/api/token/?status_only=1",
            &json!({"id": id, "status": 2}),
        )
        .await;
    assert_eq!(
        (&off["data"]["status"], &off["data"]["name"]),
        (&json!(2), &json!("desk"))
    );

    let gone = deck
        .send("DELETE", &format!("/api/token/{id}"), &json!({}))
        .await;
    assert_eq!(gone["success"], true);
    assert_eq!(
        deck.get(&format!("/api/token/{id}")).await["message"],
        "record not found"
    );
    let refused = deck
        .chat(&secret, &hello("relaydeck-lab", false))
        .send()
        .await
        .unwrap();
    assert_eq!(refused.status(), 401);
}

#[tokio::test]
async fn keys_are_listed_page_by_page_newest_first_and_deleted_in_one_go() {
    let deck = Deck::start().await;
    let mut ids = Vec::new();
    for number in 0..12 {
        let (row, _) = deck
            .make_key(json!({"name": format!("key-{number}"), "unlimited_quota": true}))
            .await;
        ids.push(row["id"].clone());
    }
    let page = deck.get("/api/token/?p=2&page_size=5").await["data"].clone();
    assert_eq!(
        (&page["page"], &page["page_size"], &page["total"]),
        (&json!(2), &json!(5), &json!(13))
    );
    let names: Vec<_> = page["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| row["name"].clone())
        .collect();
    assert_eq!(names, ["key-6", "key-5", "key-4", "key-3", "key-2"]);
    let deleted = deck
        .send("POST", "/api/token/batch", &json!({"ids": ids}))
        .await;
    assert_eq!(deleted["data"], 12);
    let again = deck
        .send("POST", "/api/token/batch", &json!({"ids": ids}))
        .await;
    assert_eq!(again["data"], 0);
}

#[tokio::test]
async fn a_key_that_cannot_be_is_refused_with_a_sentence() {
    let deck = Deck::start().await;
    for (body, told) in [
        (json!({"name": ""}), "needs a name"),
        (json!({"name": "键".repeat(17)}), "too long"),
        (json!({"name": "a", "remain_quota": -1}), "negative"),
        (
            json!({"name": "a", "remain_quota": 1_000_000_000_000_000_000_i64}),
            "too large",
        ),
        (json!({"name": "a", "group": "vip"}), "no group \"vip\""),
        (
            json!({"name": "a", "allow_ips": "home"}),
            "\"home\" is no address",
        ),
    ] {
        let answer = deck.send("POST", "/api/token/", &body).await;
        assert_eq!(answer["success"], false);
        assert!(
            answer["message"].as_str().unwrap().contains(told),
            "{answer}"
        );
    }
    let odd = deck
        .as_owner("POST", "/api/token/")
        .body("{")
        .send()
        .await
        .unwrap();
    assert_eq!(odd.status(), 400);
    assert_eq!(json_of(odd).await["code"], "INVALID_REQUEST");
    assert_eq!(deck.get("/api/token/").await["data"]["total"], 1);
}

#[tokio::test]
async fn what_is_expired_or_used_up_is_shown_so_and_cannot_just_be_switched_on() {
    let deck = Deck::start().await;
    let soon = START / 1000 + 60;
    let (expiring, _) = deck
        .make_key(json!({"name": "a", "unlimited_quota": true, "expired_time": soon}))
        .await;
    let (empty, _) = deck.make_key(json!({"name": "b", "remain_quota": 0})).await;
    deck.advance(61);
    for (row, status, told) in [(expiring, 3, "expired"), (empty, 4, "exhausted")] {
        let id = &row["id"];
        assert_eq!(
            deck.get(&format!("/api/token/{id}")).await["data"]["status"],
            status
        );
        let answer = deck
            .send(
                "PUT",
                "/api/token/?status_only=true",
                &json!({"id": id, "status": 1}),
            )
            .await;
        assert!(
            answer["message"].as_str().unwrap().contains(told),
            "{answer}"
        );
        let revived = deck
            .send(
                "PUT",
                "/api/token/",
                &json!({"id": id, "expired_time": -1, "unlimited_quota": true}),
            )
            .await;
        assert_eq!(revived["data"]["status"], 1);
    }
}

#[tokio::test]
async fn a_key_alone_learns_what_it_may_spend() {
    let deck = Deck::start().await;
    let (_, key) = deck
        .make_key(json!({"name": "a", "remain_quota": 1_000_000}))
        .await;
    let ask = |path: &str, key: &str| {
        deck.client
            .get(format!("{}{path}", deck.base))
            .bearer_auth(key)
            .send()
    };
    let usage = json_of(ask("/api/usage/token/", &key).await.unwrap()).await;
    assert_eq!(
        (
            &usage["code"],
            &usage["data"]["total_available"],
            &usage["data"]["expires_at"]
        ),
        (&json!(true), &json!(1_000_000), &json!(0))
    );
    let limit = json_of(
        ask("/v1/dashboard/billing/subscription", &key)
            .await
            .unwrap(),
    )
    .await;
    assert_eq!(limit["hard_limit_usd"], 2.0);
    let spent = json_of(
        ask("/dashboard/billing/usage?start_date=x", &key)
            .await
            .unwrap(),
    )
    .await;
    assert_eq!(spent["total_usage"], 0.0);
    let wrong = ask("/api/usage/token/", "sk-wrong").await.unwrap();
    assert_eq!(wrong.status(), 401);
}

#[tokio::test]
async fn paths_that_do_not_exist_answer_json() {
    let deck = Deck::start().await;
    for (method, path) in [
        ("GET", "/"),
        ("GET", "/api/nothing"),
        ("POST", "/v1/audio/speech"),
        ("DELETE", "/api/status"),
        ("GET", "/v1/chat/completions"),
        ("GET", "/index.html"),
        ("PATCH", "/api/token/"),
    ] {
        let response = deck.as_owner(method, path).send().await.unwrap();
        assert_eq!(response.status(), 404, "{method} {path}");
        let body = json_of(response).await;
        assert_eq!(
            body["error"]["message"],
            format!("Invalid URL ({method} {path})")
        );
        assert_eq!(body["error"]["type"], "invalid_request_error");
    }
    let odd = deck.get("/api/token/one%ff").await;
    assert_eq!(odd["message"], "record not found");
}
