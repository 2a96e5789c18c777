//! The embedded relay's money, to the last unit: in log, key and wallet, in two groups, at the end of a quota, in a crowd.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod relay_support;

use relay_support::{Deck, charge_by_row, data_lines, hello, json_of, other};
use relaydeck::relay::Limits;
use serde_json::{Value, json};

const LAB: &str = "relaydeck-lab";

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
async fn two_groups_cost_in_the_ratio_of_their_ratios() {
    let deck = Deck::prepared(Limits::default(), |database| {
        database
            .execute_batch(
                "INSERT INTO user_groups (name, ratio, description) VALUES ('vip', 300000000, 'VIP');
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
async fn no_answer_ends_before_its_bill_is_kept() {
    let deck = Deck::start().await;
    let key = deck.owner.first_key.expose().to_owned();
    for stream in [true, false] {
        // Somebody else holds the database: nothing can be committed until that ends.
        let holder = deck.database();
        holder.execute_batch("BEGIN IMMEDIATE").unwrap();
        let request = deck.chat(&key, &hello("relaydeck-lab", stream));
        let text = request.send().await.unwrap().text().await.unwrap();
        let (count, heir) = (1 + i64::from(!stream), deck.heir().await);
        assert_eq!(heir.last_log().await["completion_tokens"], 12, "{stream}");
        for deck in [&deck, &heir] {
            assert_eq!(deck.own().await["request_count"], count);
        }
        holder.execute_batch("COMMIT").unwrap();
        assert!(!stream || text.ends_with("data: [DONE]\n\n"));
        assert_eq!(deck.last_log().await["completion_tokens"], 12);
    }
    assert_eq!(deck.own().await["request_count"], 2);
}

#[tokio::test]
async fn many_at_once_on_one_key_spend_every_unit_once_and_none_that_is_not_there() {
    let deck = Deck::start().await;
    let (row, key) = deck
        .make_key(json!({"name": "crowd", "remain_quota": 300}))
        .await;
    let mut body = hello("relaydeck-lab", true);
    body["max_tokens"] = json!(100);
    body["messages"][0]["content"] = json!("[[tokens=100 speed=0]]");
    let mut crowd = tokio::task::JoinSet::new();
    for _ in 0..60 {
        let request = deck.chat(&key, &body);
        crowd.spawn(async move {
            let response = request.send().await.unwrap();
            let status = response.status().as_u16();
            let text = response.text().await.unwrap();
            (status, text.ends_with("data: [DONE]\n\n"))
        });
    }
    let mut answered = 0;
    while let Some(one) = crowd.join_next().await {
        match one.unwrap() {
            (200, true) => answered += 1,
            (401 | 403, false) => {}
            other => panic!("{other:?}"),
        }
    }
    // Each costs 10 units and reserves 11 at most; so 27 to 30 fit into 300, and not one unit more is spent.
    assert!((27..=30).contains(&answered), "{answered}");
    let read = deck.get(&format!("/api/token/{}", row["id"])).await["data"].clone();
    let sum = deck.get("/api/log/self/stat?token_name=crowd").await["data"]["quota"].clone();
    assert_eq!(
        (&read["used_quota"], &sum),
        (&json!(answered * 10), &json!(answered * 10))
    );
    assert_eq!(read["remain_quota"], 300 - answered * 10);
    assert_eq!(deck.own().await["used_quota"], sum);
}
