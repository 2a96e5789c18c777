//! Chat through the embedded relay with the models built in: streams, documents, refusals, and money to the last unit.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod relay_support;

use relay_support::{Deck, data_lines, hello, json_of, other};
use relaydeck::relay::Limits;
use serde_json::{Value, json};

const LAB: &str = "relaydeck-lab";

/// What a log row charges by the ratios and counts it names, as any client can compute it.
fn charge_by_row(row: &Value) -> i64 {
    let other = other(row);
    let number = |name: &str| other[name].as_f64().unwrap();
    let tokens = row["prompt_tokens"].as_f64().unwrap() - number("cache_tokens")
        + number("cache_tokens") * number("cache_ratio")
        + row["completion_tokens"].as_f64().unwrap() * number("completion_ratio");
    (tokens * number("model_ratio") * number("group_ratio")).round() as i64
}

#[tokio::test]
async fn x_01_a_streams_cost_is_the_same_in_usage_log_key_and_wallet_when_the_stream_ends() {
    let deck = Deck::start().await;
    let (row, key) = deck
        .make_key(json!({"name": "a", "remain_quota": 100_000}))
        .await;
    let mut body = hello(LAB, true);
    body["stream_options"] = json!({"include_usage": true});
    body["messages"][0]["content"] = json!("[[tokens=900 speed=0]]");
    let response = deck.chat(&key, &body).send().await.unwrap();
    assert_eq!(response.status(), 200);
    let id = response.headers()["x-oneapi-request-id"]
        .to_str()
        .unwrap()
        .to_owned();
    assert_eq!(response.headers()["cache-control"], "no-cache");
    let lines = data_lines(response).await;
    // Nothing is waited for: whoever saw the end sees the final figures.
    let log = deck.last_log().await;
    let key_row = deck.get(&format!("/api/token/{}", row["id"])).await["data"].clone();
    let own = deck.own().await;

    assert_eq!(lines.last().unwrap(), "[DONE]");
    let usage: Value = serde_json::from_str(&lines[lines.len() - 2]).unwrap();
    assert_eq!(usage["choices"], json!([]));
    assert_eq!(usage["usage"]["completion_tokens"], 900);
    assert_eq!(log["request_id"], id.as_str());
    assert_eq!(
        (&log["prompt_tokens"], &log["completion_tokens"]),
        (
            &usage["usage"]["prompt_tokens"],
            &usage["usage"]["completion_tokens"]
        )
    );
    let charged = log["quota"].as_i64().unwrap();
    // 0.20 dollars a million are 0.1 units a token.
    assert!((90..=92).contains(&charged), "{charged}");
    assert_eq!(charged, charge_by_row(&log));
    assert_eq!(key_row["used_quota"], charged);
    assert_eq!(key_row["remain_quota"], 100_000 - charged);
    assert_eq!(key_row["accessed_time"], relay_support::START / 1000);
    assert_eq!(own["quota"], 5_000_000 - charged);
    assert_eq!(
        (&own["used_quota"], &own["request_count"]),
        (&json!(charged), &json!(1))
    );
    let other = other(&log);
    assert_eq!(other["usage_source"], "upstream");
    assert!(other["frt"].is_u64() && log["is_stream"] == true && log["type"] == 2);
    assert_eq!(
        (&log["token_name"], &log["group"], &log["channel_name"]),
        (&json!("a"), &json!("default"), &json!("built-in"))
    );
    let stat = deck.get("/api/log/self/stat").await;
    assert_eq!(stat["data"]["quota"], charged);
    assert_eq!(stat["data"]["rpm"], 1);
}

#[tokio::test]
async fn the_handbook_answers_as_a_whole_and_is_billed_before_the_answer_is_read() {
    let deck = Deck::start().await;
    let key = deck.owner.first_key.expose().to_owned();
    let response = deck
        .chat(&key, &hello("relaydeck-handbook", false))
        .send()
        .await
        .unwrap();
    let body = json_of(response).await;
    assert!(
        body["choices"][0]["message"]["content"]
            .as_str()
            .unwrap()
            .len()
            > 20,
        "{body}"
    );
    let log = deck.last_log().await;
    assert_eq!(log["completion_tokens"], body["usage"]["completion_tokens"]);
    assert_eq!(log["quota"], charge_by_row(&log));
    assert_eq!(log["is_stream"], false);
}

#[tokio::test]
async fn who_does_not_ask_for_the_usage_does_not_see_it_and_is_billed_by_it() {
    let deck = Deck::start().await;
    let key = deck.owner.first_key.expose().to_owned();
    let lines = data_lines(deck.chat(&key, &hello(LAB, true)).send().await.unwrap()).await;
    assert!(
        lines.iter().all(|line| !line.contains("\"choices\":[]")),
        "{lines:?}"
    );
    assert_eq!(lines.iter().filter(|line| *line == "[DONE]").count(), 1);
    assert_eq!(other(&deck.last_log().await)["usage_source"], "upstream");
}

#[tokio::test]
async fn two_groups_cost_in_the_ratio_of_their_ratios() {
    let deck = Deck::prepared(Limits::default(), |database| {
        database
            .execute_batch(
                "INSERT INTO user_groups VALUES ('vip', 300000000, 'VIP');
                 UPDATE channels SET user_groups = 'default,vip';",
            )
            .unwrap();
    })
    .await;
    let mut charges = Vec::new();
    for group in ["default", "vip"] {
        let (_, key) = deck
            .make_key(json!({"name": group, "group": group, "unlimited_quota": true}))
            .await;
        let mut body = hello(LAB, false);
        body["messages"][0]["content"] = json!("[[tokens=9000 speed=0]]");
        json_of(deck.chat(&key, &body).send().await.unwrap()).await;
        let log = deck.last_log().await;
        assert_eq!(
            (&log["group"], charge_by_row(&log)),
            (&json!(group), log["quota"].as_i64().unwrap())
        );
        charges.push(log["quota"].as_i64().unwrap());
    }
    assert!(
        (charges[0] * 3 - charges[1] * 10).abs() <= 10,
        "{charges:?}"
    );
    assert_eq!(deck.get("/api/pricing").await["group_ratio"]["vip"], 0.3);
    assert_eq!(deck.own().await["used_quota"], charges.iter().sum::<i64>());
}

#[tokio::test]
async fn a_key_stops_at_the_right_request_and_the_wallet_does_too() {
    let deck = Deck::start().await;
    // Each request reserves 100 tokens of output at 0.1 units and a few of input: 11 units; it spends as many.
    let (row, key) = deck
        .make_key(json!({"name": "small", "remain_quota": 45}))
        .await;
    let mut body = hello(LAB, false);
    body["max_tokens"] = json!(100);
    body["messages"][0]["content"] = json!("[[tokens=100 speed=0]]");
    let mut answered = 0;
    let refusal = loop {
        let response = deck.chat(&key, &body).send().await.unwrap();
        if response.status() != 200 {
            break response;
        }
        answered += 1;
        assert!(answered < 10);
    };
    assert_eq!(refusal.status(), 403);
    let refusal = json_of(refusal).await;
    assert_eq!(refusal["error"]["code"], "pre_consume_token_quota_failed");
    let read = deck.get(&format!("/api/token/{}", row["id"])).await["data"].clone();
    let left = read["remain_quota"].as_i64().unwrap();
    let each = (45 - left) / answered;
    assert!(
        left >= 0 && left < each + 1,
        "{left} left after {answered} of {each}"
    );

    deck.send(
        "PUT",
        "/api/token/",
        &json!({"id": row["id"], "remain_quota": 0}),
    )
    .await;
    let used_up = deck.chat(&key, &body).send().await.unwrap();
    assert_eq!(used_up.status(), 401);
    assert_eq!(json_of(used_up).await["error"]["code"], "token_exhausted");

    body["max_tokens"] = json!(4_000_000_000_u64);
    body["model"] = json!("relaydeck-lab");
    let database = deck.database();
    database
        .execute("UPDATE accounts SET quota = 3", [])
        .unwrap();
    drop(database);
    let mut deck = deck;
    deck.close().await;
    deck.open().await;
    let first = deck.owner.first_key.expose().to_owned();
    let poor = json_of(deck.chat(&first, &body).send().await.unwrap()).await;
    assert_eq!(poor["error"]["code"], "insufficient_user_quota");
    assert!(
        poor["error"]["message"]
            .as_str()
            .unwrap()
            .contains("＄0.000006"),
        "{poor}"
    );
}

#[tokio::test]
async fn refusals_are_told_apart_by_status_code_and_words() {
    let deck = Deck::start().await;
    let soon = relay_support::START / 1000 + 10;
    let (_, expired) = deck
        .make_key(json!({"name": "e", "unlimited_quota": true, "expired_time": soon}))
        .await;
    let (row, disabled) = deck
        .make_key(json!({"name": "d", "unlimited_quota": true}))
        .await;
    deck.send(
        "PUT",
        "/api/token/?status_only=1",
        &json!({"id": row["id"], "status": 2}),
    )
    .await;
    let (_, limited) = deck
        .make_key(json!({"name": "m", "unlimited_quota": true, "model_limits_enabled": true, "model_limits": "relaydeck-handbook"}))
        .await;
    let (_, elsewhere) = deck
        .make_key(json!({"name": "i", "unlimited_quota": true, "allow_ips": "10.0.0.0/8"}))
        .await;
    deck.advance(11);
    let fine = deck.owner.first_key.expose().to_owned();
    let token = deck.owner.access_token.expose().to_owned();
    for (key, model, status, code, words) in [
        ("sk-wrong", LAB, 401, "invalid_token", "Invalid token"),
        (
            token.as_str(),
            LAB,
            401,
            "invalid_token",
            "access token of the console",
        ),
        (
            expired.as_str(),
            LAB,
            401,
            "token_expired",
            "This token has expired",
        ),
        (
            disabled.as_str(),
            LAB,
            401,
            "token_disabled",
            "This token status is unavailable",
        ),
        (
            limited.as_str(),
            LAB,
            403,
            "model_not_allowed",
            "has no access to model relaydeck-lab",
        ),
        (
            elsewhere.as_str(),
            LAB,
            403,
            "access_denied",
            "allowed list",
        ),
        (
            fine.as_str(),
            "gpt-9",
            503,
            "model_not_found",
            "No available channel for model gpt-9 under group default (distributor)",
        ),
        (
            fine.as_str(),
            "",
            400,
            "invalid_request",
            "Model name not specified",
        ),
    ] {
        let response = deck.chat(key, &hello(model, true)).send().await.unwrap();
        assert_eq!(response.status(), status, "{code}");
        let id = response.headers()["x-oneapi-request-id"]
            .to_str()
            .unwrap()
            .to_owned();
        let error = json_of(response).await["error"].clone();
        assert_eq!(
            (&error["code"], &error["type"]),
            (&json!(code), &json!("new_api_error"))
        );
        let message = error["message"].as_str().unwrap();
        assert!(message.contains(words), "{message}");
        assert!(
            message.ends_with(&format!(" (request id: {id})")),
            "{message}"
        );
    }
    let none = deck
        .client
        .post(format!("{}/v1/chat/completions", deck.base))
        .send()
        .await
        .unwrap();
    assert_eq!(json_of(none).await["error"]["code"], "token_missing");
    assert_eq!(deck.own().await["used_quota"], 0);
}

#[tokio::test]
async fn models_are_listed_in_the_shape_that_is_asked_for() {
    let deck = Deck::start().await;
    let key = deck.owner.first_key.expose().to_owned();
    let get = |path: &str| deck.client.get(format!("{}{path}", deck.base));
    let open = json_of(get("/v1/models").bearer_auth(&key).send().await.unwrap()).await;
    assert_eq!(
        (&open["object"], &open["success"]),
        (&json!("list"), &json!(true))
    );
    assert_eq!(open["data"][1]["id"], LAB);
    assert_eq!(
        open["data"][1]["supported_endpoint_types"],
        json!(["openai"])
    );
    let anthropic = get("/v1/models")
        .header("x-api-key", &key)
        .header("anthropic-version", "2023-06-01");
    let anthropic = json_of(anthropic.send().await.unwrap()).await;
    assert_eq!(
        (
            &anthropic["data"][0]["type"],
            &anthropic["first_id"],
            &anthropic["has_more"]
        ),
        (&json!("model"), &json!("relaydeck-handbook"), &json!(false))
    );
    for request in [
        get(&format!("/v1/models?key={key}")),
        get("/v1/models").header("x-goog-api-key", &key),
        get("/v1/models").header("x-api-key", &key),
    ] {
        assert_eq!(
            json_of(request.send().await.unwrap()).await["object"],
            "list"
        );
    }
    let one = get("/v1/models/relaydeck-lab")
        .bearer_auth(&key)
        .send()
        .await
        .unwrap();
    assert_eq!(json_of(one).await["id"], LAB);
    let none = get("/v1/models/vendor/none")
        .bearer_auth(&key)
        .send()
        .await
        .unwrap();
    assert_eq!(none.status(), 404);
    let none = json_of(none).await;
    assert_eq!(none["error"]["code"], "model_not_found");
    assert!(
        none["error"]["message"]
            .as_str()
            .unwrap()
            .contains("'vendor/none'")
    );
}

#[tokio::test]
async fn logs_are_filtered_and_paged() {
    let deck = Deck::start().await;
    let (_, key) = deck
        .make_key(json!({"name": "batch-job", "unlimited_quota": true}))
        .await;
    for number in 0..3 {
        deck.advance(100);
        let model = if number == 1 {
            "relaydeck-handbook"
        } else {
            LAB
        };
        json_of(deck.chat(&key, &hello(model, false)).send().await.unwrap()).await;
    }
    let total = |query: &'static str| {
        let deck = &deck;
        async move { deck.get(&format!("/api/log/self?{query}")).await["data"]["total"].clone() }
    };
    let from = relay_support::START / 1000 + 150;
    assert_eq!(total("").await, 4);
    assert_eq!(total("type=2").await, 3);
    assert_eq!(total("type=1").await, 1);
    assert_eq!(total("model_name=relaydeck-lab").await, 2);
    assert_eq!(
        total("model_name=relaydeck%25&token_name=batch-job").await,
        3
    );
    assert_eq!(total("token_name=batch_job").await, 0);
    assert_eq!(
        total("token_name=batch_%25").await,
        0,
        "an underscore is no wildcard"
    );
    assert_eq!(total("group=vip").await, 0);
    let later = deck
        .get(&format!("/api/log/self?start_timestamp={from}"))
        .await;
    assert_eq!(later["data"]["total"], 2);
    let id = later["data"]["items"][0]["request_id"]
        .as_str()
        .unwrap()
        .to_owned();
    let one = deck.get(&format!("/api/log/self?request_id={id}")).await;
    assert_eq!(one["data"]["total"], 1);
    let page = deck.get("/api/log/self?p=2&page_size=3").await;
    assert_eq!(page["data"]["items"].as_array().unwrap().len(), 1);
    let stat = deck
        .get("/api/log/self/stat?model_name=relaydeck-handbook")
        .await;
    assert_eq!(
        (&stat["data"]["rpm"], stat["data"]["quota"].is_i64()),
        (&json!(0), true)
    );
}

#[tokio::test]
async fn the_labs_faults_come_through_as_the_errors_they_are_and_cost_nothing() {
    let deck = Deck::start().await;
    let key = deck.owner.first_key.expose().to_owned();
    for (fault, status) in [
        ("401", 401),
        ("403", 403),
        ("404", 404),
        ("429", 429),
        ("500", 500),
        ("503", 503),
        ("html", 500),
        ("empty", 500),
    ] {
        let mut body = hello(LAB, true);
        body["messages"][0]["content"] = json!(format!("[[fault={fault} retry-after=7]]"));
        let response = deck.chat(&key, &body).send().await.unwrap();
        assert_eq!(response.status(), status, "{fault}");
        if fault == "429" {
            assert_eq!(response.headers()["retry-after"], "7");
        }
        let error = json_of(response).await["error"].clone();
        assert_ne!(error["type"], "new_api_error", "{error}");
        let log = deck.last_log().await;
        assert_eq!(
            (&log["type"], &log["quota"]),
            (&json!(5), &json!(0)),
            "{fault}"
        );
        assert_eq!(other(&log)["status_code"], status);
    }
    let own = deck.own().await;
    assert_eq!(
        (&own["used_quota"], &own["request_count"]),
        (&json!(0), &json!(0))
    );
    assert_eq!(own["quota"], 5_000_000);
}
