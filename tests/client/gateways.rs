//! Addresses with a key only: servers that are no relays, nodes without a console, and addresses that are none.

use relaydeck::client::{Credentials, RelayClient};
use relaydeck::domain::price::BasePrice;
use relaydeck::domain::{Address, FaultKind};
use serde_json::{Value, json};

use crate::fake::{Asked, Fake, Told, access_token, key, options};

/// A server that answers `GET /v1/models` so, and everything else otherwise.
async fn server(models: Told, rest: fn(&Asked) -> Told) -> Fake {
    Fake::start(move |asked| match asked.line().as_str() {
        "GET /v1/models" => models.clone(),
        _ => rest(asked),
    })
    .await
}

fn openai_list() -> Value {
    json!({"object":"list","data":[{"id":"smollm2","object":"model","owned_by":"me"}]})
}

#[tokio::test]
async fn a_server_without_a_console_is_fine_with_a_key() {
    let plain = |_: &Asked| Told::json(404, json!({"detail":"Not Found"}));
    let relay_node = |asked: &Asked| Told::no_route(asked);
    let guarded = |_: &Asked| {
        Told::json(
            401,
            json!({"error":{"message":"Missing key","type":"invalid_request_error"}}),
        )
    };
    let front_end = |_: &Asked| Told::html(200);
    let unknown_console = |_: &Asked| Told::json(200, json!({"code":0,"msg":"ok","data":"v2"}));
    let text = |_: &Asked| Told::bytes(404, "text/plain", "404 page not found");
    for (name, rest) in [
        ("llama.cpp", plain as fn(&Asked) -> Told),
        ("relay node", relay_node),
        ("guarded", guarded),
        ("front end", front_end),
        ("unknown console", unknown_console),
        ("plain text", text),
    ] {
        let fake = server(Told::json(200, openai_list()), rest).await;
        let client = fake.visitor();
        let facts = client
            .probe()
            .await
            .unwrap_or_else(|fault| panic!("{name}: {fault}"));
        assert!(
            !facts.manages && !facts.reveals_keys && facts.version.is_none(),
            "{name}"
        );
        let models = client.models(Some(&key())).await.unwrap();
        assert_eq!(models.len(), 1, "{name}");
        assert_eq!(
            (models[0].name.as_str(), &models[0].price, &models[0].groups),
            ("smollm2", &BasePrice::Unknown, &None),
            "{name}"
        );
        assert_eq!(
            client.groups().await.unwrap_err().kind,
            FaultKind::Unsupported,
            "{name}"
        );
        let asked = fake
            .asked()
            .into_iter()
            .rev()
            .find(|asked| asked.line() == "GET /v1/models")
            .unwrap();
        assert_eq!(
            asked.header("authorization"),
            Some(format!("Bearer {}", key().expose()).as_str())
        );
    }
}

#[tokio::test]
async fn a_server_that_wants_a_key_is_recognised_without_one() {
    for models in [
        Told::json(
            401,
            json!({"error":{"message":"You didn't provide an API key.","type":"invalid_request_error"}}),
        ),
        Told::bytes(401, "text/plain", "Unauthorized"),
        Told::empty(401),
        Told::json(403, json!({"message":"Forbidden"})),
    ] {
        let fake = server(models, |_| Told::empty(404)).await;
        assert!(!fake.visitor().probe().await.unwrap().manages);
    }
}

#[tokio::test]
async fn a_server_without_any_key_needs_none() {
    let fake = server(Told::json(200, openai_list()), |_| Told::empty(404)).await;
    assert_eq!(fake.visitor().models(None).await.unwrap().len(), 1);
    assert_eq!(fake.asked().last().unwrap().header("authorization"), None);
}

#[tokio::test]
async fn s_90_an_address_that_answers_pages_is_named_as_such() {
    let fake = Fake::start(|_| Told::html(200)).await;
    let fault = fake.visitor().probe().await.unwrap_err();
    assert_eq!(fault.kind, FaultKind::NotAnApi);
    assert!(fault.advice.contains("API host"), "{}", fault.advice);
    let fault = fake.visitor().models(Some(&key())).await.unwrap_err();
    assert_eq!(fault.kind, FaultKind::NotAnApi);

    let fake = Fake::start(|_| Told::empty(404)).await;
    assert_eq!(
        fake.visitor().probe().await.unwrap_err().kind,
        FaultKind::EndpointMissing
    );
}

#[tokio::test]
async fn a_path_too_many_is_found_out() {
    let fake = Fake::start(|asked| match asked.line().as_str() {
        "GET /api/status" => {
            Told::data(json!({"quota_per_unit":500000,"chats":[],"system_name":"R"}))
        }
        _ => Told::html(200),
    })
    .await;
    let base = fake.address.base().to_owned();
    let address = Address::parse(&format!("{base}/shop")).unwrap().0;
    let client = RelayClient::with_options(address, Credentials::default(), options()).unwrap();
    let fault = client.probe().await.unwrap_err();
    assert_eq!(fault.kind, FaultKind::NotAnApi);
    assert!(
        fault.advice.contains(&format!("{base}:")),
        "{}",
        fault.advice
    );
}

#[tokio::test]
async fn a_firewall_is_not_taken_for_a_wrong_address() {
    let fake = Fake::start(|_| Told::html(403).header("cf-mitigated", "challenge")).await;
    let fault = fake.visitor().probe().await.unwrap_err();
    assert!(fault.message.contains("403"), "{fault}");
    let fake = Fake::start(|_| {
        Told::bytes(
            503,
            "text/html",
            "<html><title>Just a moment...</title></html>",
        )
    })
    .await;
    let fault = fake.visitor().probe().await.unwrap_err();
    assert_eq!(fault.kind, FaultKind::NotAnApi);
    // Nothing is concluded from it: the next probe asks again.
    let before = fake.asked().len();
    assert!(fake.visitor().probe().await.is_err());
    assert!(fake.asked().len() > before);
}

#[tokio::test]
async fn redirects_are_followed_within_the_origin_only() {
    let fake = Fake::start(|asked| match asked.line().as_str() {
        "GET /api/status" => Told::empty(301).header("location", "/api/status/"),
        "GET /api/status/" => Told::data(json!({"quota_per_unit":500000,"chats":[]})),
        _ => Told::no_route(asked),
    })
    .await;
    assert!(fake.visitor().probe().await.is_ok());

    let other = Fake::start(|_| Told::data(json!({"quota_per_unit":500000,"chats":[]}))).await;
    let target = format!("{}/api/status?token=x", other.address.base());
    let fake = Fake::start(move |_| Told::empty(301).header("location", target.clone())).await;
    let fault = fake.member().probe().await.unwrap_err();
    assert_eq!(fault.kind, FaultKind::NotAnApi);
    assert!(
        fault.message.contains(other.address.host()) && !fault.message.contains("token"),
        "{fault}"
    );
    assert!(other.asked().is_empty(), "no token went there");

    let fake = Fake::start(|_| Told::empty(302).header("location", "/api/status")).await;
    let fault = fake.visitor().probe().await.unwrap_err();
    assert!(fault.message.contains("circle"), "{fault}");
}

#[tokio::test]
async fn a_write_is_not_turned_into_a_read_by_a_redirect() {
    let fake = Fake::start(|asked| match asked.method.as_str() {
        "DELETE" => Told::empty(302).header("location", "/elsewhere"),
        _ => Told::data(json!([])),
    })
    .await;
    assert_eq!(
        fake.member().delete_key(1).await.unwrap_err().kind,
        FaultKind::NotAnApi
    );
    assert_eq!(fake.lines(), ["DELETE /api/token/1"]);
}

#[tokio::test]
async fn a_gateway_is_never_sent_the_access_token_with_a_model_list() {
    let fake = server(Told::json(200, openai_list()), |_| Told::empty(404)).await;
    fake.member().models(None).await.unwrap();
    let asked = fake.asked().pop().unwrap();
    assert_eq!(asked.line(), "GET /v1/models");
    let token = access_token();
    assert!(!format!("{:?}", asked.headers).contains(token.expose()));
}
