//! What a client of Anthropic's says of its version and features goes on to an Anthropic upstream, and to no
//! other; and what headers say of a body's compression is undone,
//! and pages in a browser may call models and nothing else.

use serde_json::json;

use crate::fake::{Fake, before};
use crate::relay_support::{json_response, messages};

#[tokio::test]
async fn versions_and_features_go_on_to_the_protocol_they_belong_to() {
    let answer = json!({"type": "message", "content": [{"type": "text", "text": "Hi"}], "stop_reason": "end_turn", "usage": {"input_tokens": 3, "output_tokens": 2},
        "choices": [{"message": {"content": "Hi"}, "finish_reason": "stop"}]});
    let fake = Fake::start(move |_| json_response(200, &answer)).await;
    let (deck, key) = before(&fake, 14, json!({})).await;
    let body = messages::ask("m", "Hello", false);
    let request = deck
        .client
        .post(format!("{}/v1/messages?beta=true&x=1", deck.base))
        .header("x-api-key", &key)
        .header("anthropic-version", "2099-01-01")
        .header("anthropic-beta", "one-2025,two-2025")
        .header("anthropic-beta", "three")
        .header("x-own", "stays here")
        .json(&body);
    assert_eq!(request.send().await.unwrap().status(), 200);
    let call = fake.last();
    assert_eq!(call.path, "/v1/messages?beta=true");
    assert_eq!(call.headers["anthropic-version"], "2099-01-01");
    let features: Vec<_> = call.headers.get_all("anthropic-beta").iter().collect();
    assert_eq!(features, ["one-2025,two-2025", "three"]);
    assert_eq!(call.headers["x-api-key"], "upstream-secret");
    assert!(!call.headers.contains_key("x-own"));

    messages::post(&deck, &key, &body).send().await.unwrap();
    assert_eq!(fake.last().path, "/v1/messages");
    assert!(!fake.last().headers.contains_key("anthropic-beta"));
    let chat = json!({"model": "m", "messages": [{"role": "user", "content": "x"}]});
    let chat = deck.chat(&key, &chat).header("anthropic-beta", "not-meant");
    assert_eq!(chat.send().await.unwrap().status(), 200);
    assert_eq!(fake.last().headers["anthropic-version"], "2023-06-01");
    assert!(!fake.last().headers.contains_key("anthropic-beta"));

    let (deck, key) = before(&fake, 1, json!({})).await;
    let bridged = messages::post(&deck, &key, &body).header("anthropic-beta", "one");
    bridged.send().await.unwrap();
    assert_eq!(fake.last().path, "/v1/chat/completions");
    assert!(!fake.last().headers.contains_key("anthropic-beta"));
    assert!(!fake.last().headers.contains_key("anthropic-version"));
}

#[tokio::test]
async fn a_body_may_come_compressed() {
    let answer = json!({"choices": [{"message": {"content": "Hi"}, "finish_reason": "stop"}], "usage": {"prompt_tokens": 3, "completion_tokens": 2}});
    let fake = Fake::start(move |_| json_response(200, &answer)).await;
    let (deck, key) = before(&fake, 1, json!({})).await;
    let chat =
        json!({"model": "m", "max_tokens": 9, "messages": [{"role": "user", "content": "packed"}]});
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    std::io::Write::write_all(&mut packed, chat.to_string().as_bytes()).unwrap();
    let packed = packed.finish().unwrap();
    let send = async |path: &str, encoding: &'static str| {
        let request = deck.client.post(format!("{}/v1/{path}", deck.base));
        let request = request.bearer_auth(&key).body(packed.clone());
        let response = request.header("content-encoding", encoding).send();
        let response = response.await.unwrap();
        let status = response.status().as_u16();
        (status, crate::relay_support::json_of(response).await)
    };
    for path in ["chat/completions", "messages"] {
        let (status, told) = send(path, "gzip").await;
        assert_eq!(status, 200, "{told}");
        assert_eq!(fake.last().body["messages"][0]["content"], "packed");
        assert!(!fake.last().headers.contains_key("content-encoding"));
    }
    let calls = fake.paths().len();
    for (encoding, refused, code) in [
        ("zstd", 415, "unsupported_content_encoding"),
        ("deflate", 400, "read_request_body_failed"),
    ] {
        let (status, told) = send("chat/completions", encoding).await;
        assert_eq!((status, &told["error"]["code"]), (refused, &json!(code)));
    }
    assert_eq!(fake.paths().len(), calls);
}

#[tokio::test]
async fn a_page_in_a_browser_may_call_models_with_its_key_and_nothing_else() {
    let answer = json!({"choices": [{"message": {"content": "Hi"}, "finish_reason": "stop"}], "usage": {"prompt_tokens": 3, "completion_tokens": 2}});
    let fake = Fake::start(move |_| json_response(200, &answer)).await;
    let (deck, key) = before(&fake, 1, json!({})).await;
    let ask = async |path: &str, origin: Option<&str>| {
        let options = reqwest::Method::OPTIONS;
        let mut request = deck.client.request(options, format!("{}{path}", deck.base));
        request = request
            .header("access-control-request-method", "POST")
            .header(
                "access-control-request-headers",
                "authorization, x-stainless-os",
            )
            .header("access-control-request-private-network", "true");
        if let Some(origin) = origin {
            request = request.header("origin", origin);
        }
        request.send().await.unwrap()
    };
    let page = Some("https://chat.example");
    for path in [
        "/v1/chat/completions",
        "/v1/messages",
        "/v1beta/models/m:generateContent",
        "/dashboard/billing/usage",
        "/v1/models",
    ] {
        let may = ask(path, page).await;
        assert_eq!(may.status(), 204, "{path}");
        let headers = may.headers();
        assert_eq!(headers["access-control-allow-origin"], "*");
        assert_eq!(
            headers["access-control-allow-headers"],
            "authorization, x-stainless-os"
        );
        assert_eq!(headers["access-control-allow-private-network"], "true");
        assert!(
            headers["access-control-allow-methods"]
                .to_str()
                .unwrap()
                .contains("POST")
        );
    }
    for (path, origin) in [
        ("/api/token/", page),
        ("/api/user/login", page),
        ("/api/user/self", page),
        ("/v1/models", None),
    ] {
        let may = ask(path, origin).await;
        assert_eq!(may.status(), 404, "{path}");
        assert!(!may.headers().contains_key("access-control-allow-origin"));
    }
    let chat = json!({"model": "m", "messages": [{"role": "user", "content": "x"}]});
    for (key, status) in [(key.as_str(), 200), ("sk-nobody", 401)] {
        let asked = deck
            .chat(key, &chat)
            .header("origin", "https://chat.example");
        let told = asked.send().await.unwrap();
        assert_eq!(told.status(), status);
        assert_eq!(told.headers()["access-control-allow-origin"], "*");
        assert!(
            told.headers()["access-control-expose-headers"]
                .to_str()
                .unwrap()
                .contains("x-oneapi-request-id")
        );
    }
    let console = deck
        .as_owner("GET", "/api/user/self")
        .header("origin", "https://chat.example");
    let told = console.send().await.unwrap();
    assert!(!told.headers().contains_key("access-control-allow-origin"));
}
