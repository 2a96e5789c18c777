//! Keys in `auto` with an order of their own, and those that go on to the next group where one has no answer
//! (`contract/new-api.md` 5.1, 6.3).

use serde_json::{Value, json};

use crate::fake::{Call, Fake};
use crate::relay_support::{Deck, json_of, json_response, limits, other};

/// 1000 tokens in, none out.
fn answer(_: &Call) -> axum::response::Response {
    json_response(
        200,
        &json!({"choices": [{"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": "Hi"}}], "usage": {"prompt_tokens": 1000, "completion_tokens": 0}}),
    )
}

fn down(_: &Call) -> axum::response::Response {
    json_response(
        500,
        &json!({"error": {"message": "out of order", "type": "server_error"}}),
    )
}

/// A relay with the model `m` for 2 dollars a million tokens in the groups cheap (×0.5) and dear (×2).
async fn deck(cheap: &Fake, dear: &Fake) -> Deck {
    let deck = Deck::with(limits()).await;
    let usable = json!({"default": "D", "cheap": "C", "dear": "P"});
    for (key, value) in [
        ("GroupRatio", json!({"default": 1, "cheap": 0.5, "dear": 2})),
        ("UserUsableGroups", usable),
        ("AutoGroups", json!(["dear", "cheap"])),
    ] {
        option(&deck, key, &value).await;
    }
    for (fake, group) in [(cheap, "cheap"), (dear, "dear")] {
        let prices = json!({"*": {"input": "2", "output": "8"}});
        deck.add_channel(
            json!({"type": 1, "key": "k", "base_url": fake.base, "models": "m", "group": group, "prices": prices}),
        )
        .await;
    }
    deck
}

async fn option(deck: &Deck, key: &str, value: &Value) {
    let body = json!({"key": key, "value": value.to_string()});
    let told = deck.send("PUT", "/api/option/", &body).await;
    assert_eq!(told["success"], true, "{key}: {told}");
}

fn draft(more: Value) -> Value {
    let mut draft = json!({"name": "walker", "group": "auto", "unlimited_quota": true});
    for (name, value) in more.as_object().unwrap() {
        draft[name] = value.clone();
    }
    draft
}

async fn ask(deck: &Deck, key: &str) -> (u16, Value) {
    let body =
        json!({"model": "m", "max_tokens": 10, "messages": [{"role": "user", "content": "x"}]});
    let response = deck.chat(key, &body).send().await.unwrap();
    (response.status().as_u16(), json_of(response).await)
}

#[tokio::test]
async fn what_a_key_in_auto_names_is_kept_told_checked_and_lifted() {
    let fake = Fake::start(answer).await;
    let mut deck = deck(&fake, &fake).await;
    let told = deck.get("/api/token/auto-groups").await;
    assert_eq!(
        told["data"],
        json!({"groups": ["dear", "cheap"], "max_count": 5})
    );

    option(&deck, "DefaultUseAutoGroup", &json!(true)).await;
    let status = deck.get("/api/status").await;
    assert_eq!(status["data"]["default_use_auto_group"], true);
    let own = json!({"auto_groups": ["cheap", "default"], "cross_group_retry": true});
    let (made, _) = deck.make_key(draft(own)).await;
    let id = made["id"].as_i64().unwrap();
    let named = |row: &Value| (row["auto_groups"].clone(), row["cross_group_retry"].clone());
    let expected = (json!(["cheap", "default"]), json!(true));
    assert_eq!(named(&made), expected);
    let one = deck.get(&format!("/api/token/{id}")).await;
    assert_eq!(named(&one["data"]), expected);
    deck.close().await;
    deck.open().await;
    let list = deck.get("/api/token/").await;
    assert_eq!(named(&list["data"]["items"][0]), expected);

    // What is not sent stays; null is the relay's own list again.
    let put = |more: Value| {
        let mut body = json!({"id": id});
        for (name, value) in more.as_object().unwrap() {
            body[name] = value.clone();
        }
        let deck = &deck;
        async move { deck.send("PUT", "/api/token/", &body).await }
    };
    assert_eq!(
        named(&put(json!({"name": "walks"})).await["data"]),
        expected
    );
    let lifted = put(json!({"auto_groups": null, "cross_group_retry": false})).await;
    assert_eq!(named(&lifted["data"]), (Value::Null, json!(false)));
    let again = put(json!({"auto_groups": ["dear"], "cross_group_retry": true})).await;
    assert_eq!(named(&again["data"]), (json!(["dear"]), json!(true)));

    for (groups, why) in [
        (json!(["cheap", "cheap"]), "twice"),
        (json!(["nobody"]), "there is no group \"nobody\""),
        (json!(["auto"]), "there is no group \"auto\""),
    ] {
        let told = put(json!({"auto_groups": groups})).await;
        let message = told["message"].as_str().unwrap();
        assert!(message.contains(why), "{groups}: {told}");
    }
    option(&deck, "MaxTokenAutoGroups", &json!(1)).await;
    let many = put(json!({"auto_groups": ["cheap", "dear"]})).await;
    let message = many["message"].as_str().unwrap();
    assert!(message.contains("at most 1"), "{many}");

    // A group that the account lost may stay on the key, so that the rest of it can be changed.
    let less = json!({"default": "D", "cheap": "C"});
    option(&deck, "UserUsableGroups", &less).await;
    let moved = put(json!({"group": "cheap", "auto_groups": ["dear"]})).await;
    assert_eq!(
        named(&moved["data"]),
        (Value::Null, json!(false)),
        "a key of one group walks none: {moved}"
    );
}

#[tokio::test]
async fn a_key_in_auto_tries_its_own_groups_in_its_own_order() {
    let fake = Fake::start(answer).await;
    let deck = deck(&fake, &fake).await;
    let (_, common) = deck.make_key(draft(json!({}))).await;
    assert_eq!(ask(&deck, &common).await.0, 200);
    let log = deck.last_log().await;
    assert_eq!(
        (&log["group"], &log["quota"]),
        (&json!("dear"), &json!(2_000))
    );

    let own = json!({"auto_groups": ["default", "cheap", "dear"]});
    let (_, own) = deck.make_key(draft(own)).await;
    assert_eq!(ask(&deck, &own).await.0, 200);
    let log = deck.last_log().await;
    assert_eq!(
        (&log["group"], &log["quota"]),
        (&json!("cheap"), &json!(500))
    );

    // Its own list stands for itself: what the owner names for everybody is not tried after it.
    let only = json!({"auto_groups": ["default"]});
    let (_, only) = deck.make_key(draft(only)).await;
    let (status, told) = ask(&deck, &only).await;
    assert_eq!(
        (status, &told["error"]["code"]),
        (503, &json!("model_not_found"))
    );

    // With a list of its own a key may be in auto where the owner names none.
    option(&deck, "AutoGroups", &json!([])).await;
    let own = json!({"auto_groups": ["cheap"]});
    let (_, own) = deck.make_key(draft(own)).await;
    assert_eq!(ask(&deck, &own).await.0, 200);
    let none = deck.send("POST", "/api/token/", &draft(json!({}))).await;
    assert_eq!(none["success"], false, "{none}");
}

#[tokio::test]
async fn a_key_that_goes_on_is_answered_by_the_next_group_and_pays_its_ratio() {
    let (cheap, dear) = (Fake::start(down).await, Fake::start(answer).await);
    let deck = deck(&cheap, &dear).await;
    let order = json!({"auto_groups": ["cheap", "dear"], "cross_group_retry": true});
    let (row, key) = deck.make_key(draft(order)).await;
    let (status, told) = ask(&deck, &key).await;
    assert_eq!(status, 200, "{told}");
    assert_eq!((cheap.paths().len(), dear.paths().len()), (1, 1));
    let log = deck.last_log().await;
    let facts = (&log["group"], &log["quota"], &log["type"]);
    assert_eq!(facts, (&json!("dear"), &json!(2_000), &json!(2)));
    assert_eq!(deck.own().await["used_quota"], 2_000);
    let id = row["id"].as_i64().unwrap();
    let used = deck.get(&format!("/api/token/{id}")).await["data"]["used_quota"].clone();
    assert_eq!(used, 2_000);

    // While the first group rests, its failing channel is not asked before the other.
    assert_eq!(ask(&deck, &key).await.0, 200);
    assert_eq!((cheap.paths().len(), dear.paths().len()), (1, 2));

    // A key that does not go on stays in the first group that serves the model, and costs nothing where that fails.
    let (_, stays) = deck
        .make_key(draft(json!({"auto_groups": ["cheap", "dear"]})))
        .await;
    let (status, _) = ask(&deck, &stays).await;
    assert!(status >= 500, "{status}");
    assert_eq!(dear.paths().len(), 2);
    assert_eq!(deck.own().await["used_quota"], 4_000);
}

#[tokio::test]
async fn where_no_group_answers_the_row_tells_of_the_first_one_as_the_client_is() {
    let shut = |_: &Call| json_response(502, &json!({"error": {"message": "shut"}}));
    let (cheap, dear) = (Fake::start(down).await, Fake::start(shut).await);
    let deck = deck(&cheap, &dear).await;
    let order = json!({"auto_groups": ["cheap", "dear"], "cross_group_retry": true});
    let (_, key) = deck.make_key(draft(order)).await;
    let (status, told) = ask(&deck, &key).await;
    let said = told["error"]["message"].as_str().unwrap();
    assert!(status == 500 && said.starts_with("out of order"), "{told}");
    let row = deck.last_log().await;
    assert_eq!(
        (&row["group"], &row["content"], &row["channel"]),
        (&json!("cheap"), &json!("out of order"), &json!(2)),
        "{row}"
    );
    let way = json!({"use_channel": ["2", "3"]});
    assert_eq!(other(&row)["admin_info"], way);
}

#[tokio::test]
async fn what_is_wrong_with_the_request_itself_is_not_tried_in_another_group() {
    let refuses = |_: &Call| json_response(400, &json!({"error": {"message": "no such tool"}}));
    let (cheap, dear) = (Fake::start(refuses).await, Fake::start(answer).await);
    let deck = deck(&cheap, &dear).await;
    let order = json!({"auto_groups": ["cheap", "dear"], "cross_group_retry": true});
    let (_, key) = deck.make_key(draft(order)).await;
    assert_eq!(ask(&deck, &key).await.0, 400);
    assert!(dear.paths().is_empty());
}

#[tokio::test]
async fn a_key_without_the_money_for_the_next_group_stays_and_nothing_is_left_set_aside() {
    let (cheap, dear) = (Fake::start(answer).await, Fake::start(answer).await);
    let deck = deck(&cheap, &dear).await;
    // A prompt of a few tokens and 10 of answer: some 40 units at ×0.5 and some 170 at ×2.
    let order = json!({"auto_groups": ["cheap", "dear"], "cross_group_retry": true,
        "unlimited_quota": false, "remain_quota": 100});
    let (row, key) = deck.make_key(draft(order)).await;
    assert_eq!(ask(&deck, &key).await.0, 200, "the cheap one can be paid");
    assert!(dear.paths().is_empty());
    let log = deck.last_log().await;
    assert_eq!(
        (&log["group"], &log["quota"]),
        (&json!("cheap"), &json!(500))
    );
    let id = row["id"].as_i64().unwrap();
    let spent = deck.get(&format!("/api/token/{id}")).await["data"].clone();
    assert_eq!(spent["used_quota"], 500);
    let kept: i64 = deck
        .database()
        .query_row("SELECT count(*) FROM reservations", [], |row| row.get(0))
        .unwrap();
    assert_eq!(kept, 0);
}
