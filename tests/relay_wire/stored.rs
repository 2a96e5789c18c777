//! Stored responses: fetched, listed, cancelled and deleted at the upstream that keeps them; told where nobody does.

use std::sync::{Arc, Mutex};

use axum::response::Response;
use serde_json::{Value, json};

use crate::fake::{Call, Fake, before};
use crate::relay_support::{Deck, json_of, json_response, stream_response, text_response};

/// Keeps what it answers, as `resp_1` and so on where it begins at 0, until it is deleted; as a stream where that is asked.
pub fn keeper(begins: u32) -> impl Fn(&Call) -> Response + Clone + Send + Sync + 'static {
    let kept: Arc<Mutex<(u32, Vec<String>)>> = Arc::new(Mutex::new((begins, Vec::new())));
    move |call: &Call| {
        let mut kept = kept.lock().unwrap();
        let path = call.path.split('?').next().unwrap_or_default();
        let (id, rest) = match path.strip_prefix("/v1/responses/") {
            Some(named) => named.split_once('/').unwrap_or((named, "")),
            None => ("", ""),
        };
        if id.is_empty() {
            kept.0 += 1;
            let id = format!("resp_{}", kept.0);
            kept.1.push(id.clone());
            let whole = json!({"id": id, "object": "response", "status": "completed", "output": [{"type": "message", "id": "msg_1",
                "role": "assistant", "status": "completed", "content": [{"type": "output_text", "text": "Hi", "annotations": []}]}],
                "usage": {"input_tokens": 1, "output_tokens": 1, "total_tokens": 2}});
            if call.body["stream"] != true {
                return json_response(200, &whole);
            }
            let event = |kind: &str| {
                format!(
                    "event: {kind}\ndata: {}\n\n",
                    json!({"type": kind, "response": whole})
                )
            };
            return stream_response(&[&event("response.created"), &event("response.completed")]);
        }
        if !kept.1.iter().any(|known| known == id) {
            return json_response(
                404,
                &json!({"error": {"message": "Response with id not found.", "type": "invalid_request_error"}}),
            );
        }
        match rest {
            "input_items" => json_response(
                200,
                &json!({"object": "list", "data": [], "path": call.path}),
            ),
            "cancel" => json_response(
                409,
                &json!({"error": {"message": "Only background responses can be cancelled, upstream-secret", "type": "invalid_request_error"}}),
            ),
            _ if call.method == "DELETE" => {
                kept.1.retain(|known| known != id);
                json_response(
                    200,
                    &json!({"id": id, "object": "response", "deleted": true}),
                )
            }
            _ => json_response(
                200,
                &json!({"id": id, "object": "response", "odd": [1.0], "path": call.path}),
            ),
        }
    }
}

pub async fn ask(deck: &Deck, method: &str, path: &str, key: &str) -> (u16, Value) {
    let url = format!("{}/v1/responses/{path}", deck.base);
    let request = deck.client.request(method.parse().unwrap(), url);
    let response = request.bearer_auth(key).send().await.unwrap();
    (response.status().as_u16(), json_of(response).await)
}

/// Asks for a response; its status and its text.
pub async fn respond(deck: &Deck, key: &str, more: Value) -> (u16, String) {
    let mut body = json!({"model": "m", "input": "x"});
    for (name, value) in more.as_object().unwrap() {
        body[name] = value.clone();
    }
    let asked = deck.client.post(format!("{}/v1/responses", deck.base));
    let response = asked.bearer_auth(key).json(&body).send().await.unwrap();
    (response.status().as_u16(), response.text().await.unwrap())
}

pub fn id_of((status, text): (u16, String)) -> String {
    assert_eq!(status, 200, "{text}");
    let whole: Value = serde_json::from_str(&text).unwrap();
    whole["id"].as_str().unwrap().to_owned()
}

/// A key of another account.
pub async fn key_of_another(deck: &Deck) -> String {
    let password = "correct horse";
    let user = json!({"username": "ann", "password": password});
    let made = deck.send("POST", "/api/user/", &user).await;
    assert_eq!(made["success"], true, "{made}");
    let found = deck.get("/api/user/search?keyword=ann").await;
    let rich = json!({"id": found["data"]["items"][0]["id"], "action": "add_quota", "mode": "add", "value": 500_000});
    let rich = deck.send("POST", "/api/user/manage", &rich).await;
    assert_eq!(rich["success"], true, "{rich}");
    let login = deck.client.post(format!("{}/api/user/login", deck.base));
    let login = json_of(login.json(&user).send().await.unwrap()).await;
    let token = login["data"]["access_token"].as_str().unwrap();
    let key = deck.client.post(format!("{}/api/token/", deck.base));
    let key = key
        .bearer_auth(token)
        .json(&json!({"name": "anns", "unlimited_quota": true}));
    let key = json_of(key.send().await.unwrap()).await;
    format!("sk-{}", key["data"]["key"].as_str().unwrap())
}

#[tokio::test]
async fn what_an_upstream_keeps_is_had_from_it() {
    let fake = Fake::start(keeper(0)).await;
    let (deck, key) = before(&fake, 1, json!({"endpoints": "openai-response"})).await;
    assert_eq!(id_of(respond(&deck, &key, json!({})).await), "resp_1");
    let spent = deck.own().await["used_quota"].clone();
    let (status, told) = ask(&deck, "GET", "resp_1?include[]=a&token=secret&odd=1", &key).await;
    assert_eq!((status, &told["odd"]), (200, &json!([1.0])));
    assert_eq!(
        told["path"], "/v1/responses/resp_1?include[]=a",
        "the rest of the query stays here"
    );
    assert_eq!(
        fake.last().headers["authorization"],
        "Bearer upstream-secret"
    );
    let (status, told) = ask(&deck, "GET", "resp_1/input_items?limit=5&after=x", &key).await;
    assert_eq!(
        (status, &told["path"]),
        (
            200,
            &json!("/v1/responses/resp_1/input_items?limit=5&after=x")
        )
    );
    let (status, told) = ask(&deck, "POST", "resp_1/cancel", &key).await;
    assert_eq!(status, 409, "{told}");
    assert!(!told.to_string().contains("upstream-secret"), "{told}");
    let (status, told) = ask(&deck, "DELETE", "resp_1", &key).await;
    assert_eq!((status, &told["deleted"]), (200, &json!(true)), "{told}");
    for (method, path) in [("GET", "resp_1"), ("DELETE", "resp_1"), ("GET", "resp_9")] {
        let (status, told) = ask(&deck, method, path, &key).await;
        assert_eq!(
            (status, &told["error"]["code"]),
            (404, &json!("response_not_found"))
        );
    }
    assert_eq!(deck.own().await["used_quota"], spent, "it costs nothing");
}

#[tokio::test]
async fn a_stored_response_is_only_for_the_account_that_made_it() {
    let fake = Fake::start(keeper(0)).await;
    let (mut deck, key) = before(&fake, 1, json!({"endpoints": "openai-response"})).await;
    let stranger = key_of_another(&deck).await;
    let (_, sibling) = deck
        .make_key(json!({"name": "second", "unlimited_quota": true}))
        .await;
    let whole = id_of(respond(&deck, &key, json!({})).await);
    let (_, stream) = respond(&deck, &key, json!({"stream": true})).await;
    assert!(stream.contains("resp_2"), "{stream}");
    let unkept = id_of(respond(&deck, &key, json!({"store": false})).await);
    // It is remembered by the file, not by the process.
    deck.close().await;
    deck.open().await;

    for id in [whole.as_str(), "resp_2"] {
        assert_eq!(ask(&deck, "GET", id, &key).await.0, 200, "{id}");
        assert_eq!(ask(&deck, "GET", id, &sibling).await.0, 200, "{id}");
        let calls = fake.paths().len();
        for (method, path) in [
            ("GET", ""),
            ("GET", "/input_items"),
            ("POST", "/cancel"),
            ("DELETE", ""),
        ] {
            let (status, theirs) = ask(&deck, method, &format!("{id}{path}"), &stranger).await;
            let (_, nobodys) = ask(&deck, method, &format!("resp_0{path}"), &stranger).await;
            let words = |told: &Value| {
                let message = told["error"]["message"].as_str().unwrap();
                let message = message.split(" (request id").next().unwrap();
                message.replace(id, "ID").replace("resp_0", "ID")
            };
            assert_eq!(status, 404, "{method} {id}{path}: {theirs}");
            assert_eq!(words(&theirs), words(&nobodys));
            assert_eq!(theirs["error"]["code"], nobodys["error"]["code"]);
        }
        assert_eq!(fake.paths().len(), calls, "the upstream is not even asked");
        // Nor may a stranger go on from it.
        let on = json!({"previous_response_id": id});
        let (status, told) = respond(&deck, &stranger, on.clone()).await;
        let told: Value = serde_json::from_str(&told).unwrap();
        assert_eq!(
            (status, &told["error"]["code"]),
            (400, &json!("previous_response_not_found"))
        );
        assert_eq!(fake.paths().len(), calls);
        id_of(respond(&deck, &sibling, on.clone()).await);
        assert_eq!(
            fake.last().body["previous_response_id"],
            on["previous_response_id"]
        );
    }
    assert_eq!(
        ask(&deck, "GET", &unkept, &key).await.0,
        404,
        "what was not to be kept is not there"
    );
}

#[tokio::test]
async fn who_goes_on_is_answered_by_the_channel_that_made_what_came_before() {
    let (first, second) = (Fake::start(keeper(0)).await, Fake::start(keeper(50)).await);
    let (deck, key) = before(
        &first,
        1,
        json!({"endpoints": "openai-response", "priority": 9}),
    )
    .await;
    let id = id_of(respond(&deck, &key, json!({})).await);
    // Another upstream, which would be asked first.
    deck.add_channel(json!({"type": 1, "key": "k", "base_url": second.base, "models": "m", "endpoints": "openai-response", "priority": 99,
        "prices": {"*": {"input": "2", "output": "8"}}})).await;
    id_of(respond(&deck, &key, json!({})).await);
    assert_eq!(second.paths().len(), 1);
    id_of(respond(&deck, &key, json!({"previous_response_id": id})).await);
    assert_eq!((first.paths().len(), second.paths().len()), (2, 1));
}

#[tokio::test]
async fn where_nobody_keeps_any_it_is_told() {
    let fake = Fake::start(keeper(0)).await;
    let (deck, key) = before(&fake, 14, json!({})).await;
    let (status, told) = ask(&deck, "GET", "resp_1", &key).await;
    assert_eq!(
        (status, &told["error"]["code"]),
        (404, &json!("response_not_found"))
    );
    assert!(
        told["error"]["message"]
            .as_str()
            .unwrap()
            .contains("send the whole conversation")
    );
    assert!(fake.paths().is_empty());
    assert_eq!(ask(&deck, "GET", "resp_1", "sk-nobody").await.0, 401);
    for path in ["a%2F..%2Fb", "x?stream=true", "a.b"] {
        assert_eq!(ask(&deck, "GET", path, &key).await.0, 400, "{path}");
    }
}

#[tokio::test]
async fn what_was_learned_of_an_upstream_is_known_after_a_restart() {
    let plain = |call: &Call| match call.path.as_str() {
        "/v1/chat/completions" => json_response(
            200,
            &json!({"choices": [{"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": "Hi"}}], "usage": {"prompt_tokens": 1, "completion_tokens": 1}}),
        ),
        _ => json_response(404, &json!({"detail": "Not Found"})),
    };
    let fake = Fake::start(plain).await;
    let (mut deck, key) = before(&fake, 1, json!({})).await;
    let respond = |base: String, client: reqwest::Client, key: String| async move {
        let asked = client.post(format!("{base}/v1/responses")).bearer_auth(key);
        let asked = asked.json(&json!({"model": "m", "input": "x"}));
        assert_eq!(asked.send().await.unwrap().status(), 200);
    };
    respond(deck.base.clone(), deck.client.clone(), key.clone()).await;
    assert_eq!(fake.paths(), ["/v1/responses", "/v1/chat/completions"]);
    deck.close().await;
    deck.open().await;
    respond(deck.base.clone(), deck.client.clone(), key.clone()).await;
    assert_eq!(
        fake.paths()[2..],
        ["/v1/chat/completions"],
        "it need not be tried again"
    );
    // A channel that leads elsewhere is another one.
    let row = deck.get("/api/channel/").await["data"]["items"]
        .as_array()
        .unwrap()
        .iter()
        .find(|row| row["type"] == 1)
        .unwrap()["id"]
        .clone();
    let changed = deck
        .as_owner("PUT", "/api/channel/")
        .json(&json!({"id": row, "key": "another-secret"}));
    assert_eq!(
        json_of(changed.send().await.unwrap()).await["success"],
        true
    );
    deck.close().await;
    deck.open().await;
    respond(deck.base.clone(), deck.client.clone(), key).await;
    assert_eq!(fake.paths()[3..], ["/v1/responses", "/v1/chat/completions"]);
}

#[tokio::test]
async fn a_page_in_place_of_a_stored_response_is_not_handed_on() {
    let page = |call: &Call| match call.method.as_str() {
        "POST" => keeper(0)(call),
        _ => text_response(200, "text/html", "<!doctype html><p>hello"),
    };
    let fake = Fake::start(page).await;
    let (deck, key) = before(&fake, 1, json!({"endpoints": "openai-response"})).await;
    let id = id_of(respond(&deck, &key, json!({})).await);
    for path in [id.clone(), format!("{id}/input_items")] {
        let (status, told) = ask(&deck, "GET", &path, &key).await;
        assert_eq!(
            (status, &told["error"]["code"]),
            (500, &json!("bad_response_body")),
            "{told}"
        );
    }
}

#[tokio::test]
async fn an_item_is_referred_to_by_the_account_that_made_it_alone() {
    let fake = Fake::start(keeper(0)).await;
    let other = Fake::start(keeper(50)).await;
    let (mut deck, key) = before(
        &fake,
        1,
        json!({"endpoints": "openai-response", "priority": 9}),
    )
    .await;
    let stranger = key_of_another(&deck).await;
    // Ids as the upstream gives them: `msg_1` in the answers to both ways of asking.
    for stream in [false, true] {
        let (status, told) = respond(&deck, &key, json!({"stream": stream})).await;
        assert_eq!(status, 200, "{told}");
    }
    deck.close().await;
    deck.open().await;
    deck.add_channel(json!({"type": 1, "key": "k", "base_url": other.base, "models": "m", "endpoints": "openai-response", "priority": 99,
        "prices": {"*": {"input": "2", "output": "8"}}})).await;

    let calls = fake.paths().len();
    let forms = [
        json!({"type": "item_reference", "id": "msg_1"}),
        json!({"id": "msg_1"}),
        json!({"type": "reasoning", "id": "msg_1", "summary": []}),
        json!({"type": "image_generation_call", "id": "msg_1"}),
    ];
    for form in &forms {
        let input = json!({"input": [form, {"role": "user", "content": "x"}]});
        let (status, told) = respond(&deck, &stranger, input.clone()).await;
        let told: Value = serde_json::from_str(&told).unwrap();
        assert_eq!(
            (status, &told["error"]["code"], &told["error"]["param"]),
            (400, &json!("item_not_found"), &json!("input")),
            "{form}: {told}"
        );
        assert_eq!((fake.paths().len(), other.paths().len()), (calls, 0));
    }
    let unknown = json!({"input": [{"type": "item_reference", "id": "msg_9"}]});
    for key in [&key, &stranger] {
        let (status, told) = respond(&deck, key, unknown.clone()).await;
        assert!(status == 400 && told.contains("msg_9"), "{told}");
    }
    for form in &forms {
        let input = json!({"input": [form, {"role": "user", "content": "x"}]});
        id_of(respond(&deck, &key, input).await);
        assert_eq!(
            &fake.last().body["input"][0],
            form,
            "it goes on as it came, to the channel that made it, though another comes first"
        );
    }
    assert_eq!(other.paths(), [""; 0]);
    // What says all it means itself, and what no account was told of, is not looked up.
    for input in [
        json!([{"type": "message", "id": "msg_1", "role": "assistant", "content": "Hi"}]),
        json!([{"type": "reasoning", "id": "rs_elsewhere", "summary": []}]),
    ] {
        id_of(respond(&deck, &stranger, json!({"input": input})).await);
    }
    let (status, told) = ask(&deck, "GET", "resp_1/input_items", &key).await;
    assert_eq!(status, 200, "{told}");
}

#[tokio::test]
async fn a_container_is_for_the_account_whose_request_made_it() {
    let ran = |call: &Call| {
        let item = json!({"type": "code_interpreter_call", "id": "ci_1", "container_id": "cntr_1", "status": "completed"});
        let words = json!({"type": "message", "id": "msg_1", "role": "assistant", "content": [{"type": "output_text", "text": "Hi"}]});
        let usage = json!({"input_tokens": 1, "output_tokens": 1});
        match call.path.as_str() {
            "/v1/responses" => json_response(
                200,
                &json!({"id": "resp_1", "object": "response", "status": "completed", "output": [item, words], "usage": usage}),
            ),
            _ if call.body["stream"] == true => stream_response(&[
                &format!(
                    "event: message_start\ndata: {}\n\n",
                    json!({"type": "message_start", "message": {"id": "m", "type": "message", "role": "assistant", "content": [], "usage": usage}})
                ),
                "event: content_block_delta\ndata: {\"type\":\"content_block_delta\",\"index\":0,\"delta\":{\"type\":\"text_delta\",\"text\":\"Hi\"}}\n\n",
                &format!(
                    "event: message_delta\ndata: {}\n\n",
                    json!({"type": "message_delta", "delta": {"stop_reason": "end_turn", "container": {"id": "container_2"}}, "usage": usage})
                ),
                "event: message_stop\ndata: {\"type\":\"message_stop\"}\n\n",
            ]),
            _ => json_response(
                200,
                &json!({"id": "m", "type": "message", "role": "assistant", "stop_reason": "end_turn", "usage": usage,
                    "container": {"id": "container_1", "expires_at": "x"}, "content": [{"type": "text", "text": "Hi"}]}),
            ),
        }
    };
    let fake = Fake::start(ran).await;
    let (deck, key) = before(&fake, 1, json!({"endpoints": "openai-response,anthropic"})).await;
    let stranger = key_of_another(&deck).await;
    let send = async |key: &str, path: &str, more: Value| {
        let mut body = json!({"model": "m", "max_tokens": 9, "messages": [{"role": "user", "content": "x"}], "input": "x"});
        for (name, value) in more.as_object().unwrap() {
            body[name] = value.clone();
        }
        let asked = deck.client.post(format!("{}/v1/{path}", deck.base));
        let response = asked.bearer_auth(key).json(&body).send().await.unwrap();
        (response.status().as_u16(), response.text().await.unwrap())
    };
    let run_in = |id: &str| json!({"tools": [{"type": "code_interpreter", "container": id}]});
    assert_eq!(
        send(&key, "messages", json!({"container": "container_1"}))
            .await
            .0,
        400,
        "nobody made it yet"
    );
    for (path, more) in [
        ("responses", json!({"store": false})),
        ("messages", json!({})),
        ("messages", json!({"stream": true})),
    ] {
        assert_eq!(send(&key, path, more).await.0, 200);
    }
    for (path, more, id) in [
        ("responses", run_in("cntr_1"), "cntr_1"),
        (
            "messages",
            json!({"container": "container_1"}),
            "container_1",
        ),
        (
            "messages",
            json!({"container": {"id": "container_2"}}),
            "container_2",
        ),
    ] {
        let (status, told) = send(&stranger, path, more.clone()).await;
        let named = told.contains(&format!("Container with id '{id}' not found"));
        assert!(status == 400 && named, "{told}");
        assert_eq!(send(&key, path, more).await.0, 200, "{path}");
    }
}

#[tokio::test]
async fn a_conversation_is_for_the_owner_who_alone_can_have_made_it() {
    for (kind, more, keeps) in [
        (1, json!({"endpoints": "openai-response"}), true),
        (1, json!({"endpoints": "openai"}), false),
        (14, json!({}), false),
    ] {
        let fake = Fake::start(keeper(0)).await;
        let (deck, key) = before(&fake, kind, more).await;
        let stranger = key_of_another(&deck).await;
        for conversation in [json!("conv_1"), json!({"id": "conv_1"})] {
            let named = json!({"conversation": conversation});
            let (status, told) = respond(&deck, &stranger, named.clone()).await;
            assert!(
                status == 400 && told.contains("for the relay's owner alone"),
                "{told}"
            );
            assert!(fake.paths().is_empty());
            let (status, told) = respond(&deck, &key, named).await;
            if keeps {
                assert_eq!(status, 200, "{told}");
                assert_eq!(fake.last().body["conversation"], conversation);
                fake.calls.lock().unwrap().clear();
            } else {
                assert!(
                    status == 400 && told.contains("conversations are not stored here"),
                    "{told}"
                );
            }
        }
        assert!(fake.paths().is_empty());
        if keeps {
            id_of(respond(&deck, &stranger, json!({"conversation": null})).await);
        }
    }
}
