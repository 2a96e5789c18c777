//! Chat through the embedded relay with the models built in: streams, documents, lists, logs and refusals.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod relay_support;

use relay_support::{Deck, charge_by_row, data_lines, hello, json_of, other};
use serde_json::json;

const LAB: &str = "relaydeck-lab";

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
        json!(["openai", "anthropic", "openai-response", "gemini"])
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
        ("402", 402),
        ("413", 413),
        ("429-empty", 429),
        ("502", 502),
        ("504", 504),
        ("524", 524),
        ("wrong-path", 404),
        ("no-channel", 503),
        ("no-balance", 403),
        ("no-quota", 403),
        ("garbage", 500),
        ("bare-error", 502),
        ("json-as-stream", 502),
        ("error-as-stream", 503),
        ("upstream-401", 401),
        ("upstream-429", 429),
    ] {
        let mut body = hello(LAB, true);
        body["messages"][0]["content"] = json!(format!("[[fault={fault} retry-after=7]]"));
        let response = deck.chat(&key, &body).send().await.unwrap();
        assert_eq!(response.status(), status, "{fault}");
        if status == 429 {
            assert_eq!(response.headers()["retry-after"], "7");
        }
        let error = json_of(response).await["error"].clone();
        // What the relay itself refuses is told as the relay's own, and nothing else is.
        let own = ["401", "429", "no-channel", "no-balance", "no-quota"];
        let is_own = error["type"] == "new_api_error";
        assert_eq!(is_own, own.contains(&fault), "{fault}: {error}");
        if is_own {
            let message = error["message"].as_str().unwrap();
            assert_eq!(message.matches("(request id: ").count(), 1, "{message}");
        }
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
