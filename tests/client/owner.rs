//! The owner's channels and options.

use std::sync::Mutex;

use relaydeck::client::owner::walks::AutoChange;
use relaydeck::client::owner::{
    Channel, ChannelDraft, ChannelKind, ChannelPrice, ChannelStatus, Cooling,
};
use relaydeck::domain::{Address, ApiKey, FaultKind, Money};
use serde_json::{Value, json};

use crate::fake::{Fake, Told};

fn upstream_key() -> ApiKey {
    ApiKey::new(format!("sk-{}", "uPstr3am".repeat(6)))
}

fn draft() -> ChannelDraft {
    let price = ChannelPrice {
        input: Money::parse("0.1").unwrap(),
        output: Money::parse("0.4").unwrap(),
    };
    ChannelDraft {
        name: "llama".into(),
        kind: ChannelKind::OpenAi,
        base_url: Address::parse("http://127.0.0.1:8080/v1").unwrap().0,
        key: upstream_key(),
        models: vec!["smollm2".into(), "other".into()],
        groups: vec![],
        mapping: [("smollm2".to_owned(), "SmolLM2-135M".to_owned())].into(),
        priority: 5,
        weight: 2,
        endpoints: vec!["openai-response".into()],
        prices: [("smollm2".to_owned(), price)].into(),
    }
}

fn row() -> Value {
    json!({"id":3,"name":"llama","type":1,"key":"","base_url":"http://127.0.0.1:8080","models":"smollm2, other","group":"default","status":1,"priority":5,"weight":2,
        "endpoints":"openai-response","cooling_seconds":4,"cooling_why":"it\nbroke","cooling_models":"other"})
}

fn expected() -> Channel {
    Channel {
        id: 3,
        name: "llama".into(),
        kind: ChannelKind::OpenAi,
        base_url: "http://127.0.0.1:8080".into(),
        models: vec!["smollm2".into(), "other".into()],
        groups: vec!["default".into()],
        status: ChannelStatus::Enabled,
        priority: 5,
        weight: 2,
        endpoints: vec!["openai-response".into()],
        cooling: Some(Cooling {
            seconds: 4,
            why: "it broke".into(),
        }),
        cooling_models: vec!["other".into()],
    }
}

#[tokio::test]
async fn a_channel_is_added_in_the_form_of_both_families() {
    for tells in [true, false] {
        let fake = Fake::start(move |asked| match asked.line().as_str() {
            "POST /api/channel/" if tells => Told::data(row()),
            "POST /api/channel/" => Told::json(200, json!({"success":true,"message":""})),
            "GET /api/channel/" => Told::data(
                json!({"items":[row()],"total":1,"page":1,"page_size":100,"type_counts":{"1":1}}),
            ),
            _ => Told::no_route(asked),
        })
        .await;
        assert_eq!(
            fake.member().add_channel(&draft()).await.unwrap(),
            expected()
        );
        let body = fake.asked()[0].json();
        assert_eq!(body["mode"], "single");
        for place in [&body, &body["channel"]] {
            assert_eq!(place["type"], 1);
            assert_eq!(
                place["base_url"], "http://127.0.0.1:8080",
                "no /v1: the relay appends it"
            );
            assert_eq!(place["models"], "smollm2,other");
            assert_eq!(place["model_mapping"], r#"{"smollm2":"SmolLM2-135M"}"#);
            assert_eq!(
                (&place["priority"], &place["weight"]),
                (&json!(5), &json!(2))
            );
            assert_eq!(place["endpoints"], "openai-response");
            assert_eq!(place["group"], "default");
            assert_eq!(place["key"], upstream_key().expose());
            assert_eq!(
                place["prices"],
                json!({"smollm2":{"input":"0.10","output":"0.40"}})
            );
        }
    }
}

#[tokio::test]
async fn the_upstream_s_credential_is_not_echoed() {
    let fake =
        Fake::start(|asked| Told::refused(200, &format!("bad channel: {}", asked.body))).await;
    let fault = fake.member().add_channel(&draft()).await.unwrap_err();
    let secret = upstream_key();
    assert!(
        !format!("{fault:?}").contains(secret.expose().trim_start_matches("sk-")),
        "{fault:?}"
    );
    assert!(!format!("{:?}", draft()).contains(secret.expose()));
}

#[tokio::test]
async fn channels_are_listed_tested_and_removed() {
    let rows = Mutex::new(vec![
        row(),
        json!({"id":1,"name":"a","type":14,"status":3}),
        json!({"id":2,"type":99,"status":2}),
    ]);
    let fake = Fake::start(move |asked| {
        let mut rows = rows.lock().unwrap();
        match asked.line().as_str() {
            "GET /api/channel/" => Told::data(json!(*rows)),
            "GET /api/channel/test/3" => {
                Told::json(200, json!({"success":true,"message":"","time":0.53}))
            }
            "GET /api/channel/test/1" => Told::json(
                200,
                json!({"success":false,"message":"status code 401: invalid x-api-key","time":0.1}),
            ),
            "GET /api/channel/fetch_models/3" => Told::data(json!(["b", "a"])),
            "DELETE /api/channel/3" if rows.iter().any(|row| row["id"] == 3) => {
                rows.retain(|row| row["id"] != 3);
                Told::json(200, json!({"success":true,"message":""}))
            }
            _ => Told::refused(200, "record not found"),
        }
    })
    .await;
    let client = fake.member();
    let channels = client.channels().await.unwrap();
    let shown: Vec<_> = channels
        .iter()
        .map(|channel| (channel.id, channel.kind.word(), channel.status.word()))
        .collect();
    assert_eq!(
        shown,
        [
            (1, "anthropic", "failing"),
            (2, "other", "disabled"),
            (3, "openai", "enabled")
        ]
    );
    assert_eq!(channels[2], expected());
    assert_eq!(
        client.test_channel(3, Some("smol/lm 2")).await.unwrap(),
        530
    );
    assert_eq!(fake.asked().pop().unwrap().query("model"), "smol/lm 2");
    let fault = client.test_channel(1, None).await.unwrap_err();
    assert_eq!(fault.kind, FaultKind::Upstream);
    assert!(fault.message.contains("invalid x-api-key"), "{fault}");
    assert_eq!(client.channel_models(3).await.unwrap(), ["a", "b"]);
    client.remove_channel(3).await.unwrap();
    assert_eq!(client.channels().await.unwrap().len(), 2);
    assert_eq!(
        client.remove_channel(3).await.unwrap_err().kind,
        FaultKind::NotFound
    );
}

#[tokio::test]
async fn a_test_that_costs_is_made_once() {
    let fake = Fake::start(|_| Told::empty(503)).await;
    assert_eq!(
        fake.member().test_channel(1, None).await.unwrap_err().kind,
        FaultKind::Server
    );
    assert_eq!(fake.asked().len(), 1);
}

#[tokio::test]
async fn an_ordinary_account_may_not() {
    for told in [
        Told::refused(200, "无权进行此操作，权限不足"),
        Told::json(
            403,
            json!({"success":false,"code":"AUTH_INSUFFICIENT_PRIVILEGE","message":"x"}),
        ),
    ] {
        let fake = Fake::start(move |_| told.clone()).await;
        assert_eq!(
            fake.member().channels().await.unwrap_err().kind,
            FaultKind::Forbidden
        );
    }
}

#[tokio::test]
async fn of_options_that_are_set_one_by_one_it_is_told_which_were_set() {
    let refused = Mutex::new(2);
    let fake = Fake::start(move |asked| match asked.line().as_str() {
        "PUT /api/option/" if asked.body.contains("MaxTokenAutoGroups") => {
            let mut left = refused.lock().unwrap();
            *left -= 1;
            if *left >= 0 {
                Told::json(200, json!({"success": false, "message": "it is full"}))
            } else {
                Told::data(json!(null))
            }
        }
        "PUT /api/option/" => Told::data(json!(null)),
        "GET /api/option/" => {
            Told::data(json!([{"key": "GroupRatio", "value": "{\"default\":1,\"vip\":2}"}]))
        }
        _ => Told::no_route(asked),
    })
    .await;
    let member = fake.member();
    let all = AutoChange {
        groups: Some(vec!["vip".into()]),
        most: Some(3),
        new_keys: Some(true),
    };
    let fault = member.set_auto(&all).await.unwrap_err();
    let told =
        "(set: AutoGroups; not confirmed: MaxTokenAutoGroups; not sent: DefaultUseAutoGroup)";
    assert!(
        fault.message.contains("it is full") && fault.message.ends_with(told),
        "{}",
        fault.message
    );
    assert!(fault.advice.contains("again"), "{}", fault.advice);
    let one = AutoChange {
        most: Some(3),
        ..AutoChange::default()
    };
    let alone = member.set_auto(&one).await.unwrap_err();
    assert!(!alone.message.contains("set:"), "{}", alone.message);
    member.set_auto(&all).await.unwrap();
    let sent = fake.lines();
    assert_eq!(
        sent.iter().filter(|line| line.starts_with("PUT")).count(),
        6
    );
}
