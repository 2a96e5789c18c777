//! Whose the parts of an answer are, where upstreams and clients make that hard: ids that a client names itself, ids that are
//! given twice, answers that break off, deletions that say nothing, and groups that a key walks.

use std::sync::atomic::{AtomicU32, Ordering};

use axum::response::{IntoResponse, Response};
use futures_util::StreamExt;
use serde_json::{Value, json};

use crate::fake::{Call, Fake, before};
use crate::relay_support::{Deck, fed_response, json_response, limits, stream_response, until};
use crate::stored::{ask, id_of, keeper, key_of_another, respond};

fn whole(id: &str, output: &Value) -> Value {
    json!({"id": id, "object": "response", "status": "completed", "output": output,
        "usage": {"input_tokens": 1, "output_tokens": 1, "total_tokens": 2}})
}

fn message(id: &str) -> Value {
    json!({"type": "message", "id": id, "role": "assistant", "status": "completed",
        "content": [{"type": "output_text", "text": "Hi", "annotations": []}]})
}

fn event(kind: &str, more: Value) -> String {
    let mut data = more;
    data["type"] = kind.into();
    format!("event: {kind}\ndata: {data}\n\n")
}

/// A request whose input refers to an item: what it is told.
async fn refer(deck: &Deck, key: &str, id: &str) -> (u16, String) {
    let input = json!([{"type": "item_reference", "id": id}, {"role": "user", "content": "x"}]);
    respond(deck, key, json!({"input": input})).await
}

async fn assert_only_for(deck: &Deck, owner: &str, stranger: &str, id: &str) {
    let (status, told) = refer(deck, stranger, id).await;
    assert!(status == 400 && told.contains("item_not_found"), "{told}");
    let (status, told) = refer(deck, owner, id).await;
    assert_eq!(status, 200, "{told}");
}

fn rows(deck: &Deck) -> Vec<String> {
    let database = deck.database();
    let mut select = database
        .prepare("SELECT id FROM stored_items ORDER BY id")
        .unwrap();
    let rows = select.query_map([], |row| row.get(0)).unwrap();
    rows.map(Result::unwrap).collect()
}

#[tokio::test]
async fn what_a_client_put_into_its_input_does_not_become_its_own() {
    // `resp_1` with `msg_1` and so on; the items of an input are those that were asked.
    let number = std::sync::Arc::new(AtomicU32::new(0));
    let asked: std::sync::Arc<std::sync::Mutex<Value>> = std::sync::Arc::default();
    let fake = Fake::start(move |call: &Call| {
        if call.method == "GET" {
            let items = asked.lock().unwrap().clone();
            return json_response(200, &json!({"object": "list", "data": items}));
        }
        *asked.lock().unwrap() = call.body["input"].clone();
        let number = number.fetch_add(1, Ordering::Relaxed) + 1;
        let output = json!([message(&format!("msg_{number}"))]);
        json_response(200, &whole(&format!("resp_{number}"), &output))
    })
    .await;
    let (deck, key) = before(&fake, 1, json!({"endpoints": "openai-response"})).await;
    let stranger = key_of_another(&deck).await;
    assert_eq!(id_of(respond(&deck, &key, json!({})).await), "resp_1");
    let named = json!([{"type": "message", "id": "msg_1", "role": "user", "content": "x"}]);
    let claimed = respond(&deck, &stranger, json!({"input": named})).await;
    assert_eq!(id_of(claimed), "resp_2");
    let (status, told) = ask(&deck, "GET", "resp_2/input_items", &stranger).await;
    assert_eq!((status, &told["data"][0]["id"]), (200, &json!("msg_1")));
    assert_only_for(&deck, &key, &stranger, "msg_1").await;
    assert_only_for(&deck, &stranger, &key, "msg_2").await;
}

#[tokio::test]
async fn an_item_that_says_nothing_is_looked_up_however_that_is_written() {
    let fake = Fake::start(keeper(0)).await;
    let (deck, key) = before(&fake, 1, json!({"endpoints": "openai-response"})).await;
    let stranger = key_of_another(&deck).await;
    id_of(respond(&deck, &key, json!({})).await);
    for said in [
        r#""content":[ ]"#,
        "\"content\":[\n]",
        r#""content":"""#,
        r#""encrypted_content":"""#,
        r#""result":"""#,
        r#""result":[]"#,
    ] {
        let item = format!(r#"{{"type":"reasoning","id":"msg_1","summary":[],{said}}}"#);
        let body = format!(r#"{{"model":"m","input":[{item},{{"role":"user","content":"x"}}]}}"#);
        for (key, expected) in [(&stranger, 400), (&key, 200)] {
            let asked = deck.client.post(format!("{}/v1/responses", deck.base));
            let asked = asked.bearer_auth(key).body(body.clone());
            let asked = asked.header("content-type", "application/json");
            let response = asked.send().await.unwrap();
            assert_eq!(response.status(), expected, "{said}");
        }
    }
}

#[tokio::test]
async fn an_id_that_an_upstream_gives_twice_is_lost_to_nobody() {
    let fake = Fake::start(keeper(0)).await;
    let (deck, key) = before(&fake, 1, json!({"endpoints": "openai-response"})).await;
    let second = key_of_another(&deck).await;
    for key in [&key, &second] {
        id_of(respond(&deck, key, json!({})).await);
    }
    for key in [&key, &second] {
        let (status, told) = refer(&deck, key, "msg_1").await;
        assert_eq!(status, 200, "{told}");
    }
}

#[tokio::test]
async fn what_came_of_an_answer_that_was_interrupted_can_be_referred_to() {
    let begun = |id: &str| {
        let created = event(
            "response.created",
            json!({"response": {"id": id, "status": "in_progress", "output": []}}),
        );
        let item = json!({"type": "code_interpreter_call", "id": format!("ci_of_{id}"), "container_id": format!("cntr_of_{id}")});
        let words = event("response.output_text.delta", json!({"delta": "Hello"}));
        let thought = json!({"type": "reasoning", "id": format!("rs_of_{id}"), "summary": []});
        let added = event("response.output_item.added", json!({"item": item}));
        let done = event("response.output_item.done", json!({"item": thought}));
        created + &added + &done + &words
    };
    let fake = Fake::start(move |call: &Call| -> Response {
        match call.body["input"].as_str() {
            Some("breaks") => stream_response(&[&begun("resp_1")]),
            Some("stays") => {
                let (feed, response) = fed_response();
                feed.send(Ok(begun("resp_2"))).unwrap();
                tokio::spawn(async move { feed.closed().await });
                response
            }
            _ => json_response(200, &whole("resp_3", &json!([message("msg_3")]))),
        }
    })
    .await;
    let (deck, key) = before(&fake, 1, json!({"endpoints": "openai-response"})).await;
    let stranger = key_of_another(&deck).await;
    let (_, told) = respond(&deck, &key, json!({"input": "breaks", "stream": true})).await;
    assert!(told.contains("event: error"), "{told}");
    // The client leaves as soon as it was told of the items.
    let body = json!({"model": "m", "input": "stays", "stream": true});
    let asked = deck.client.post(format!("{}/v1/responses", deck.base));
    let response = asked.bearer_auth(&key).json(&body).send().await.unwrap();
    let (mut pieces, mut text) = (response.bytes_stream(), Vec::new());
    while !String::from_utf8_lossy(&text).contains("Hello") {
        text.extend(pieces.next().await.unwrap().unwrap());
    }
    drop(pieces);
    until(|| async { (rows(&deck).len() == 6).then_some(()) }).await;
    for id in ["resp_1", "resp_2"] {
        for part in ["ci", "rs"] {
            assert_only_for(&deck, &key, &stranger, &format!("{part}_of_{id}")).await;
        }
        let run =
            json!({"tools": [{"type": "code_interpreter", "container": format!("cntr_of_{id}")}]});
        assert_eq!(respond(&deck, &stranger, run.clone()).await.0, 400);
        assert_eq!(respond(&deck, &key, run).await.0, 200);
    }
}

#[tokio::test]
async fn a_deletion_that_is_told_by_its_status_alone_is_one() {
    let fake = Fake::start(|call: &Call| match call.method.as_str() {
        "DELETE" => axum::http::StatusCode::NO_CONTENT.into_response(),
        "GET" => axum::http::StatusCode::OK.into_response(),
        _ => keeper(0)(call),
    })
    .await;
    let (deck, key) = before(&fake, 1, json!({"endpoints": "openai-response"})).await;
    let id = id_of(respond(&deck, &key, json!({})).await);
    let (status, told) = ask(&deck, "GET", &id, &key).await;
    let nothing = (status, &told["error"]["code"]);
    assert_eq!(
        nothing,
        (500, &json!("bad_response_body")),
        "it is no response"
    );
    let asked = deck
        .client
        .delete(format!("{}/v1/responses/{id}", deck.base));
    let response = asked.bearer_auth(&key).send().await.unwrap();
    assert_eq!(response.status(), 204);
    assert!(response.headers().get("content-type").is_none());
    assert_eq!(response.text().await.unwrap(), "");
    let (status, told) = ask(&deck, "GET", &id, &key).await;
    assert_eq!(
        (status, &told["error"]["code"]),
        (404, &json!("response_not_found"))
    );
    assert_eq!(fake.last().method, "DELETE", "nobody has it any more");
}

#[tokio::test]
async fn a_container_is_looked_up_where_a_shell_ran_in_it() {
    let item = json!({"type": "shell_call", "id": "sh_1", "call_id": "c", "action": {"commands": ["ls"]},
        "environment": {"type": "container_reference", "container_id": "cntr_1"}});
    let output = json!([item.clone()]);
    let fake = Fake::start(move |_: &Call| json_response(200, &whole("resp_1", &output))).await;
    let (deck, key) = before(&fake, 1, json!({"endpoints": "openai-response"})).await;
    let stranger = key_of_another(&deck).await;
    id_of(respond(&deck, &key, json!({})).await);
    let mut theirs = item.clone();
    theirs["id"] = "sh_of_its_own".into();
    let input = json!({"input": [theirs, {"role": "user", "content": "x"}]});
    let (status, told) = respond(&deck, &stranger, input.clone()).await;
    assert!(status == 400 && told.contains("cntr_1"), "{told}");
    assert_eq!(respond(&deck, &key, input).await.0, 200);
}

#[tokio::test]
async fn of_an_answer_that_is_not_to_be_kept_only_the_container_is_remembered() {
    let item = json!({"type": "code_interpreter_call", "id": "ci_1", "container_id": "cntr_1"});
    let fake = Fake::start(move |call: &Call| {
        let output = match call.body["input"].as_str() {
            Some("run") => json!([item, message("msg_1")]),
            _ => json!([message("msg_1")]),
        };
        let whole = whole("resp_1", &output);
        if call.body["stream"] != true {
            return json_response(200, &whole);
        }
        stream_response(&[
            &event("response.output_item.done", json!({"item": output[0]})),
            &event("response.completed", json!({"response": whole})),
        ])
    })
    .await;
    let (deck, key) = before(&fake, 1, json!({"endpoints": "openai-response"})).await;
    for stream in [false, true] {
        for (input, remembered) in [("x", &[][..]), ("run", &["cntr_1"])] {
            let unkept = json!({"store": false, "stream": stream, "input": input});
            assert_eq!(respond(&deck, &key, unkept).await.0, 200);
            assert_eq!(rows(&deck), remembered, "{input}, {stream}");
        }
        let forgotten = deck.database().execute("DELETE FROM stored_items", []);
        assert_eq!(forgotten.unwrap(), 1);
    }
    assert_eq!(respond(&deck, &key, json!({})).await.0, 200);
    assert_eq!(rows(&deck), ["msg_1"]);
}

/// A relay with the model `m` in the groups cheap (×0.5) and dear (×2), a key that walks them in this order, and one in dear.
async fn groups(cheap: Value, dear: &Fake) -> (Deck, String, String) {
    let deck = Deck::with(limits()).await;
    for (key, value) in [
        ("GroupRatio", json!({"default": 1, "cheap": 0.5, "dear": 2})),
        (
            "UserUsableGroups",
            json!({"default": "D", "cheap": "C", "dear": "P"}),
        ),
    ] {
        let body = json!({"key": key, "value": value.to_string()});
        let told = deck.send("PUT", "/api/option/", &body).await;
        assert_eq!(told["success"], true, "{key}: {told}");
    }
    let dear =
        json!({"type": 1, "base_url": dear.base, "endpoints": "openai-response", "group": "dear"});
    for mut channel in [cheap, dear] {
        channel["key"] = "k".into();
        channel["models"] = "m".into();
        channel["prices"] = json!({"*": {"input": "1000", "output": "1000"}});
        deck.add_channel(channel).await;
    }
    let walks = json!({"name": "walks", "group": "auto", "unlimited_quota": true, "auto_groups": ["cheap", "dear"],
        "cross_group_retry": true});
    let (_, walker) = deck.make_key(walks).await;
    let stays = json!({"name": "stays", "group": "dear", "unlimited_quota": true});
    let (_, stays) = deck.make_key(stays).await;
    (deck, walker, stays)
}

/// Group and charge of the last request: it came to 2 tokens for 1000 dollars a million.
async fn last_paid(deck: &Deck) -> (Value, Value) {
    let log = deck.last_log().await;
    (log["group"].clone(), log["quota"].clone())
}

#[tokio::test]
async fn a_key_that_walks_begins_in_the_group_that_has_what_it_refers_to_and_pays_its_price() {
    let (near, far) = (Fake::start(keeper(0)).await, Fake::start(keeper(50)).await);
    let cheap =
        json!({"type": 1, "base_url": near.base, "endpoints": "openai-response", "group": "cheap"});
    let (deck, walker, stays) = groups(cheap, &far).await;
    let id = id_of(respond(&deck, &stays, json!({})).await);
    assert_eq!((&*id, near.paths().len()), ("resp_51", 0));
    let forms = [
        json!({"previous_response_id": id}),
        json!({"input": [{"type": "item_reference", "id": "msg_1"}]}),
        // It could do without this one, but only where it is does it mean anything.
        json!({"input": [{"type": "reasoning", "id": "msg_1", "summary": []}, {"role": "user", "content": "x"}]}),
    ];
    for form in forms {
        let (status, told) = respond(&deck, &walker, form.clone()).await;
        assert_eq!(status, 200, "{form}: {told}");
        assert_eq!(last_paid(&deck).await, (json!("dear"), json!(2_000)));
        assert!(near.paths().is_empty(), "{form}");
    }
    // What is nowhere is refused, and what refers to nothing begins where it always did.
    assert_eq!(refer(&deck, &walker, "msg_9").await.0, 400);
    assert_eq!(respond(&deck, &walker, json!({})).await.0, 200);
    assert_eq!(last_paid(&deck).await, (json!("cheap"), json!(500)));
}

#[tokio::test]
async fn a_key_that_walks_begins_where_its_request_can_be_expressed() {
    let (near, far) = (Fake::start(keeper(0)).await, Fake::start(keeper(50)).await);
    let cheap = json!({"type": 14, "base_url": near.base, "group": "cheap"});
    let (deck, walker, _) = groups(cheap, &far).await;
    let more = json!({"tools": [{"type": "image_generation"}]});
    let (status, told) = respond(&deck, &walker, more.clone()).await;
    assert_eq!(status, 200, "{told}");
    assert_eq!(last_paid(&deck).await, (json!("dear"), json!(2_000)));
    assert!(near.paths().is_empty());
    // A key of the first group alone is told what its upstream cannot be asked for.
    let stays = json!({"name": "cheap", "group": "cheap", "unlimited_quota": true});
    let (_, stays) = deck.make_key(stays).await;
    let (status, told) = respond(&deck, &stays, more).await;
    assert!(status == 400 && told.contains("image_generation"), "{told}");
}
