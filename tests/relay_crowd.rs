//! Many at once on one key, to the last unit; and where a key's quota ends.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod relay_support;

use std::sync::Arc;

use axum::body::Body;
use axum::response::Response;
use bytes::Bytes;
use futures_util::{StreamExt, stream};
use relay_support::{
    DONE, Deck, STOP, Upstream, behind, chunk, hello, json_of, limits, text_response, until,
};
use reqwest::Client;
use serde_json::{Value, json};
use tokio::sync::Barrier;

const CROWD: usize = 200;

/// A stream that says what it used once the whole crowd is in the middle of theirs.
fn after_all_have_begun(all: Arc<Barrier>, input: u64, output: u64) -> Response {
    let usage = json!({"id": "c1", "choices": [], "usage": {"prompt_tokens": input, "completion_tokens": output}});
    let end = format!("{STOP}data: {usage}\n\n{DONE}");
    let rest = stream::once(async move {
        all.wait().await;
        Ok(Bytes::from(end))
    });
    let begin = stream::once(async { Ok::<_, std::io::Error>(Bytes::from(chunk("one two"))) });
    text_response(
        200,
        "text/event-stream",
        Body::from_stream(begin.chain(rest).boxed()),
    )
}

/// The number that a client wrote into its prompt.
fn number(body: &Value) -> u64 {
    body["messages"][0]["content"]
        .as_str()
        .unwrap()
        .parse()
        .unwrap()
}

/// What the log, the key and the wallet say was spent; all three must agree, with nothing left set aside.
async fn agreed(deck: &Deck, key: &Value) -> (i64, i64) {
    // Whoever reads finds what was settled before.
    assert!(deck.last_log().await["id"].is_i64());
    let database = deck.database();
    let one = |sql: &str| {
        database
            .query_row(sql, [], |row| row.get::<_, i64>(0))
            .unwrap()
    };
    let spent = one("SELECT sum(quota) FROM logs WHERE kind = 2");
    let row = deck.get(&format!("/api/token/{}", key["id"])).await["data"].clone();
    assert_eq!(row["used_quota"], spent);
    assert_eq!(
        row["remain_quota"],
        key["remain_quota"].as_i64().unwrap() - spent
    );
    let own = deck.own().await;
    assert_eq!(own["used_quota"], spent);
    assert_eq!(own["quota"], 5_000_000 - spent);
    assert_eq!(one("SELECT count(*) FROM reservations"), 0);
    (
        spent,
        one("SELECT count(DISTINCT request_id) FROM logs WHERE kind = 2"),
    )
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_hundred_streams_at_once_on_one_key_account_for_every_unit() {
    let all = Arc::new(Barrier::new(CROWD));
    let upstream = Upstream::start(move |body| {
        let number = number(body);
        after_all_have_begun(Arc::clone(&all), 100 + number, 50 + 3 * number)
    })
    .await;
    let (deck, _) = behind(&upstream, limits()).await;
    let (row, key) = deck
        .make_key(json!({"name": "crowd", "remain_quota": 3_000_000}))
        .await;
    let mut clients = tokio::task::JoinSet::new();
    for number in 0..CROWD {
        let mut body = hello("m", true);
        body["max_tokens"] = json!(100);
        body["messages"][0]["content"] = json!(number.to_string());
        let request = deck.chat(&key, &body);
        clients.spawn(async move {
            let response = request.send().await.unwrap();
            let status = response.status();
            (status.as_u16(), response.text().await.unwrap())
        });
    }
    while let Some(answer) = clients.join_next().await {
        let (status, text) = answer.unwrap();
        assert!(status == 200 && text.ends_with(DONE), "{status} {text}");
    }
    // 2 and 8 dollars a million are 1 and 4 units a token.
    let expected: usize = (0..CROWD)
        .map(|number| 100 + number + 4 * (50 + 3 * number))
        .sum();
    let (spent, requests) = agreed(&deck, &row).await;
    assert_eq!((spent, requests), (expected as i64, CROWD as i64));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn clients_that_leave_in_the_middle_are_billed_once_and_leave_nothing_set_aside() {
    const LEAVING: usize = 15;
    const STAYING: usize = 25;
    let all = Arc::new(Barrier::new(STAYING));
    let upstream = Upstream::start(move |body| match number(body) {
        0 => {
            let never =
                stream::once(async { Ok::<_, std::io::Error>(Bytes::from(chunk("one two"))) })
                    .chain(stream::pending());
            text_response(200, "text/event-stream", Body::from_stream(never))
        }
        number => after_all_have_begun(Arc::clone(&all), number, number),
    })
    .await;
    let (deck, _) = behind(&upstream, limits()).await;
    let (row, key) = deck
        .make_key(json!({"name": "crowd", "remain_quota": 1_000_000}))
        .await;
    let mut clients = tokio::task::JoinSet::new();
    for number in (0..LEAVING).map(|_| 0).chain(1..=STAYING) {
        let mut body = hello("m", true);
        body["messages"][0]["content"] = json!(number.to_string());
        // A connection of its own, so that leaving closes it.
        let request = deck.chat(&key, &body).build().unwrap();
        clients.spawn(async move {
            let mut response = Client::builder()
                .no_proxy()
                .build()
                .unwrap()
                .execute(request)
                .await
                .unwrap();
            response.chunk().await.unwrap();
            if number > 0 {
                response.text().await.unwrap();
            }
        });
    }
    while let Some(client) = clients.join_next().await {
        client.unwrap();
    }
    let both = (LEAVING + STAYING) as i64;
    until(|| async { (deck.own().await["request_count"] == both).then_some(()) }).await;
    let (_, requests) = agreed(&deck, &row).await;
    assert_eq!(requests, both);
    let left = deck.get("/api/log/self?page_size=100").await["data"]["items"].clone();
    let gone: Vec<&Value> = left
        .as_array()
        .unwrap()
        .iter()
        .filter(|log| log["content"].as_str().unwrap().contains("went away"))
        .collect();
    assert_eq!(gone.len(), LEAVING);
    assert!(gone.iter().all(|log| log["quota"].as_i64().unwrap() > 0));
}

#[tokio::test]
async fn a_key_with_a_cent_stops_at_the_right_request_with_the_right_code() {
    let upstream = Upstream::start(|_| {
        let usage = json!({"choices": [{"message": {"content": "hi"}, "finish_reason": "stop"}],
            "usage": {"prompt_tokens": 50, "completion_tokens": 50}});
        relay_support::json_response(200, &usage)
    })
    .await;
    let (deck, _) = behind(&upstream, limits()).await;
    // A cent is 5,000 units, and each request costs 50 + 4 × 50 of them: twenty fit exactly.
    let (row, key) = deck
        .make_key(json!({"name": "cent", "remain_quota": 5_000}))
        .await;
    let mut body = hello("m", false);
    body["messages"][0]["content"] = json!("hi");
    // Set aside: a few units for the prompt, 4 × 50 for the answer. It is less than a request costs, so the last one passes.
    body["max_tokens"] = json!(50);
    for _ in 0..20 {
        let answer = deck.chat(&key, &body).send().await.unwrap();
        assert_eq!(answer.status(), 200);
    }
    let spent = deck.get(&format!("/api/token/{}", row["id"])).await["data"].clone();
    assert_eq!(
        (&spent["remain_quota"], &spent["status"]),
        (&json!(0), &json!(4))
    );
    let after = deck.chat(&key, &body).send().await.unwrap();
    assert_eq!(after.status(), 401);
    assert_eq!(json_of(after).await["error"]["code"], "token_exhausted");
    assert_eq!(
        upstream.count(),
        20,
        "what cannot be paid for is sent nowhere"
    );

    // Where more is set aside than is left, it stops before that request, and says how much each is.
    let (_, key) = deck
        .make_key(json!({"name": "cent", "remain_quota": 5_000}))
        .await;
    body["max_tokens"] = json!(1_200);
    let mut answered = 0;
    let refused = loop {
        let answer = deck.chat(&key, &body).send().await.unwrap();
        if answer.status() != 200 {
            break answer;
        }
        answered += 1;
    };
    // 4,800 units and a few for the prompt are set aside each time: the first fits into 5,000, the second not into 4,750.
    assert_eq!((answered, refused.status().as_u16()), (1, 403));
    let told = json_of(refused).await;
    assert_eq!(told["error"]["code"], "pre_consume_token_quota_failed");
    assert!(
        told["error"]["message"]
            .as_str()
            .unwrap()
            .contains("remain quota: ＄0.009500"),
        "{told}"
    );
}
