//! What requests came to: rows with every filter, sums, hours, a key's own rows, and what the owner sees of all.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod relay_support;

use relay_support::{Deck, START, hello, json_of};
use serde_json::{Value, json};

const HOUR: i64 = START / 1000 / 3600 * 3600;

/// Two accounts, three requests: the owner's two an hour apart, ann's one to another model.
async fn busy() -> (Deck, String, String) {
    let deck = Deck::start().await;
    let body = json!({"username": "ann", "password": "correct horse", "quota": 500_000});
    deck.send("POST", "/api/user/", &body).await;
    let url = format!("{}/api/user/login", deck.base);
    let login = json!({"username": "ann", "password": "correct horse"});
    let opened = json_of(deck.client.post(url).json(&login).send().await.unwrap()).await;
    let token = opened["data"]["access_token"].as_str().unwrap().to_owned();
    // A log-in would be over before the test is; this token lasts.
    let (_, lasting) = as_ann(&deck, &token, "/api/user/token").await;
    let token = lasting["data"].as_str().unwrap().to_owned();
    let url = format!("{}/api/token/", deck.base);
    let body = json!({"name": "ann-prod", "unlimited_quota": true});
    let made = deck
        .client
        .post(url)
        .bearer_auth(&token)
        .json(&body)
        .send()
        .await
        .unwrap();
    let key = format!(
        "sk-{}",
        json_of(made).await["data"]["key"].as_str().unwrap()
    );
    let chat = async |key: &str, model: &str| {
        let answer = deck.chat(key, &hello(model, false)).send().await.unwrap();
        assert_eq!(answer.status(), 200);
        answer.bytes().await.unwrap();
    };
    chat(deck.owner.first_key.expose(), "relaydeck-lab").await;
    deck.advance(3_600);
    chat(deck.owner.first_key.expose(), "relaydeck-lab").await;
    chat(&key, "relaydeck-handbook").await;
    (deck, token, key)
}

async fn as_ann(deck: &Deck, token: &str, path: &str) -> (u16, Value) {
    let request = deck.client.get(format!("{}{path}", deck.base));
    let response = request.bearer_auth(token).send().await.unwrap();
    (response.status().as_u16(), json_of(response).await)
}

#[tokio::test]
async fn every_filter_of_the_log_filters() {
    let (deck, token, _) = busy().await;
    let total = async |path: &str| deck.get(path).await["data"]["total"].as_i64().unwrap();
    let late = START / 1000 + 1_800;
    let id = deck.last_log().await["request_id"]
        .as_str()
        .unwrap()
        .to_owned();
    for (query, expected) in [
        ("type=2", 2),
        ("type=2&model_name=relaydeck-lab", 2),
        ("type=2&model_name=relaydeck-%25", 2),
        ("type=2&model_name=relaydeck-handbook", 0),
        ("type=2&token_name=local-default", 2),
        ("type=2&token_name=other", 0),
        ("type=2&group=default", 2),
        ("type=2&group=vip", 0),
        (&format!("type=2&start_timestamp={late}"), 1),
        (&format!("type=2&end_timestamp={late}"), 1),
        (&format!("request_id={id}"), 1),
        ("type=1", 1),
        ("type=5", 0),
        // Only an administrator's list knows of other accounts.
        ("type=2&username=ann", 2),
    ] {
        assert_eq!(
            total(&format!("/api/log/self?{query}")).await,
            expected,
            "{query}"
        );
    }
    for (query, expected) in [
        ("type=2", 3),
        ("type=2&username=ann", 1),
        ("type=2&username=nobody", 0),
        ("type=2&channel=1", 3),
        ("type=2&channel=9", 0),
        ("type=7", 1),
    ] {
        assert_eq!(
            total(&format!("/api/log/?{query}")).await,
            expected,
            "{query}"
        );
    }
    let (status, refused) = as_ann(&deck, &token, "/api/log/").await;
    assert_eq!(
        (status, &refused["code"]),
        (403, &json!("AUTH_INSUFFICIENT_PRIVILEGE"))
    );
    let (_, own) = as_ann(&deck, &token, "/api/log/self?type=2&username=owner").await;
    assert_eq!(own["data"]["total"], 1);
    assert_eq!(own["data"]["items"][0]["username"], "ann");
}

#[tokio::test]
async fn sums_and_hours_agree_with_the_accounts() {
    let (deck, token, _) = busy().await;
    let used = async |path: &str| deck.get(path).await["data"]["used_quota"].as_i64().unwrap();
    let (owner, ann) = (used("/api/user/1").await, used("/api/user/2").await);
    assert!(owner > 0 && ann > 0);
    let stat = deck.get("/api/log/self/stat").await["data"].clone();
    assert_eq!((&stat["quota"], &stat["rpm"]), (&json!(owner), &json!(1)));
    assert!(stat["tpm"].as_i64().unwrap() > 0);
    let stat = deck.get("/api/log/stat").await["data"].clone();
    assert_eq!(
        (&stat["quota"], &stat["rpm"]),
        (&json!(owner + ann), &json!(2))
    );
    let hours = deck.get("/api/data/self").await["data"].clone();
    let rows = hours.as_array().unwrap();
    assert_eq!(rows.len(), 2);
    for (row, hour) in rows.iter().zip([HOUR, HOUR + 3_600]) {
        assert_eq!(
            (
                &row["created_at"],
                &row["count"],
                &row["model_name"],
                &row["username"],
                &row["use_group"]
            ),
            (
                &json!(hour),
                &json!(1),
                &json!("relaydeck-lab"),
                &json!("owner"),
                &json!("default")
            )
        );
        assert!(row["token_used"].as_i64().unwrap() > 0);
    }
    let sum: i64 = rows.iter().map(|row| row["quota"].as_i64().unwrap()).sum();
    assert_eq!(sum, owner);
    let all = deck.get("/api/data/").await["data"].clone();
    assert_eq!(all.as_array().unwrap().len(), 3);
    let hers = deck.get("/api/data/?username=ann").await["data"].clone();
    assert_eq!(
        (&hers[0]["quota"], &hers[0]["user_id"]),
        (&json!(ann), &json!(2))
    );
    let (_, own) = as_ann(&deck, &token, "/api/data/self?username=owner").await;
    assert_eq!(own["data"], hers);
    assert_eq!(as_ann(&deck, &token, "/api/data/").await.0, 403);
    let early = deck
        .get(&format!(
            "/api/data/self?start_timestamp={HOUR}&end_timestamp={}",
            HOUR + 3_599
        ))
        .await;
    assert_eq!(early["data"].as_array().unwrap().len(), 1);
    let long = deck
        .get("/api/data/self?start_timestamp=1&end_timestamp=9999999999")
        .await;
    assert!(
        long["message"].as_str().unwrap().contains("one month"),
        "{long}"
    );
}

#[tokio::test]
async fn a_key_reads_its_own_rows_even_when_it_is_used_up() {
    let (deck, _, key) = busy().await;
    let ask = async |key: &str| {
        let request = deck.client.get(format!("{}/api/log/token", deck.base));
        json_of(request.bearer_auth(key).send().await.unwrap()).await
    };
    let rows = ask(&key).await["data"].clone();
    assert_eq!(rows.as_array().unwrap().len(), 1);
    assert_eq!(
        (
            &rows[0]["token_name"],
            &rows[0]["model_name"],
            &rows[0]["channel_name"]
        ),
        (&json!("ann-prod"), &json!("relaydeck-handbook"), &json!(""))
    );
    let (row, spent) = deck
        .make_key(json!({"name": "empty-prod", "remain_quota": 0}))
        .await;
    assert_eq!(ask(&spent).await["data"], json!([]));
    let off = json!({"id": row["id"], "status": 2});
    deck.send("PUT", "/api/token/?status_only=1", &off).await;
    assert_eq!(ask(&spent).await["code"], "token_disabled");
    assert_eq!(ask("sk-nobody").await["code"], "invalid_token");
}

#[tokio::test]
async fn the_public_reads_answer() {
    let deck = Deck::start().await;
    let get = async |path: &str| {
        let request = deck.client.get(format!("{}{path}", deck.base));
        json_of(request.send().await.unwrap()).await
    };
    assert_eq!(get("/api/setup").await["data"]["status"], true);
    assert_eq!(get("/api/notice").await["data"], "");
    let nodes =
        r#"[{"url":"https://relay.example","route":"Main line","description":"","color":"blue"}]"#;
    for (key, value) in [
        ("Notice", "Maintenance tonight"),
        ("SystemName", "Our relay"),
        ("ServerAddress", "https://relay.example"),
        ("console_setting.api_info", nodes),
    ] {
        let set = json!({"key": key, "value": value});
        assert_eq!(
            deck.send("PUT", "/api/option/", &set).await["success"],
            true
        );
    }
    assert_eq!(get("/api/notice").await["data"], "Maintenance tonight");
    let status = get("/api/status").await["data"].clone();
    assert_eq!(
        (&status["system_name"], &status["server_address"]),
        (&json!("Our relay"), &json!("https://relay.example"))
    );
    assert_eq!(status["api_info"][0]["route"], "Main line");
    let off = json!({"key": "console_setting.api_info_enabled", "value": false});
    deck.send("PUT", "/api/option/", &off).await;
    assert_eq!(get("/api/status").await["data"]["api_info"], json!([]));
}
