//! How relays misbehave, and what must not follow from it (`contract/new-api.md` 11).

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use relaydeck::client::Options;
use relaydeck::domain::price::BasePrice;
use relaydeck::domain::{FaultKind, KeyDraft, KeyStatus, QuotaLimit, Ratio};
use serde_json::{Value, json};

use crate::fake::{Fake, Piece, Told, access_token, options};

/// A relay whose reads answer these in turn, the last for ever.
async fn in_turn(answers: Vec<Told>) -> Fake {
    let turn = AtomicUsize::new(0);
    Fake::start(move |_| {
        let at = turn.fetch_add(1, Ordering::SeqCst).min(answers.len() - 1);
        answers[at].clone()
    })
    .await
}

fn one_key() -> Told {
    Told::data(json!([{"id":1,"key":"","status":1}]))
}

#[tokio::test]
async fn s_97_reads_are_repeated_where_that_may_help() {
    for status in [429, 500, 502, 503, 504, 524] {
        let fake = in_turn(vec![Told::empty(status), Told::html(status), one_key()]).await;
        assert_eq!(fake.member().keys().await.unwrap().len(), 1, "{status}");
        assert_eq!(fake.asked().len(), 3, "{status}");
    }
    let fake = in_turn(vec![Told::empty(200).then(Piece::Cut), one_key()]).await;
    assert_eq!(
        fake.member().keys().await.unwrap().len(),
        1,
        "a broken connection"
    );
    let fake = in_turn(vec![Told::empty(200).then(Piece::Cut)]).await;
    assert_eq!(
        fake.member().keys().await.unwrap_err().kind,
        FaultKind::Network
    );
    assert_eq!(fake.asked().len(), 2, "tried once more, not for ever");
}

#[tokio::test]
async fn s_97_and_not_more_than_three_times_nor_where_it_cannot_help() {
    let fake = in_turn(vec![Told::empty(503)]).await;
    let fault = fake.member().keys().await.unwrap_err();
    assert_eq!((fault.kind, fake.asked().len()), (FaultKind::Server, 4));
    for status in [400, 401, 403, 404, 413] {
        let fake = in_turn(vec![Told::empty(status), one_key()]).await;
        assert!(fake.member().keys().await.is_err(), "{status}");
        assert_eq!(fake.asked().len(), 1, "{status}");
    }
}

#[tokio::test]
async fn a_wait_that_is_too_long_is_handed_over() {
    let fake = in_turn(vec![Told::empty(429).header("retry-after", "1200")]).await;
    let fault = fake.member().keys().await.unwrap_err();
    assert_eq!(
        (fault.kind, fault.retry_after),
        (FaultKind::RateLimited, Some(1200))
    );
    assert_eq!(fake.asked().len(), 1);
}

#[tokio::test]
async fn writes_are_never_repeated() {
    let draft = KeyDraft {
        name: "blog-prod".into(),
        group: String::new(),
        quota: QuotaLimit::Unlimited,
        expires: None,
        models: vec![],
        ips: vec![],
        pace: relaydeck::domain::Pace::default(),
        auto: relaydeck::domain::AutoRoute::default(),
    };
    let writes = |fake: &Fake| {
        fake.asked()
            .iter()
            .filter(|asked| asked.method != "GET")
            .count()
    };
    for told in [
        Told::empty(503),
        Told::empty(429),
        Told::empty(200).then(Piece::Cut),
    ] {
        let fake = Fake::start(move |asked| match asked.method.as_str() {
            "GET" => one_key(),
            _ => told.clone(),
        })
        .await;
        assert!(fake.member().create_key(&draft).await.is_err());
        assert_eq!(writes(&fake), 1);
        assert!(fake.member().delete_key(1).await.is_err());
        assert_eq!(writes(&fake), 2);
    }
    let lost = Fake::start(|asked| match asked.method.as_str() {
        "GET" => one_key(),
        _ => Told::empty(200).then(Piece::Cut),
    })
    .await;
    let fault = lost.member().create_key(&draft).await.unwrap_err();
    assert!(
        fault.advice.contains("may have been made"),
        "{}",
        fault.advice
    );
}

#[tokio::test]
async fn a_list_that_lags_behind_a_write_is_read_again() {
    let reads = AtomicUsize::new(0);
    let fake = Fake::start(move |asked| match asked.line().as_str() {
        "GET /api/token/" => match reads.fetch_add(1, Ordering::SeqCst) {
            0..=2 => Told::data(json!([{"id":4,"key":"","name":"blog-prod","status":1}])),
            _ => {
                Told::data(json!([{"id":4,"key":"","name":"blog-prod","status":1},{"id":5,"key":"aB3x9Zk7aB3x9Zk7","name":"blog-prod","status":1}]))
            }
        },
        "POST /api/token/" => Told::json(200, json!({"success":true,"message":""})),
        _ => Told::no_route(asked),
    })
    .await;
    let draft = KeyDraft {
        name: "blog-prod".into(),
        group: String::new(),
        quota: QuotaLimit::Unlimited,
        expires: None,
        models: vec![],
        ips: vec![],
        pace: relaydeck::domain::Pace::default(),
        auto: relaydeck::domain::AutoRoute::default(),
    };
    assert_eq!(fake.member().create_key(&draft).await.unwrap().0.id, 5);
}

#[tokio::test]
async fn null_stands_for_every_empty_thing() {
    let fake = Fake::start(|asked| match asked.line().as_str() {
        "GET /api/status" => Told::data(json!({"chats":null,"api_info":null,"quota_per_unit":null})),
        "GET /api/user/self" => Told::data(json!({"id":null,"username":null,"group":null,"quota":null})),
        "GET /api/user/self/groups" => Told::data(json!({"default":{"ratio":null,"desc":null},"x":null})),
        "GET /api/pricing" => Told::json(200, json!({"success":true,"data":[{"model_name":"m","enable_groups":null,
            "supported_endpoint_types":null,"model_ratio":null,"tags":null,"vendor_id":null}],"vendors":null,"group_ratio":null,"usable_group":null})),
        "GET /api/token/" => Told::data(json!({"items":[{"id":1,"name":null,"key":null,"allow_ips":null,"model_limits":null,"group":null}],"total":null})),
        _ => Told::no_route(asked),
    })
    .await;
    let client = fake.member();
    assert_eq!(client.account().await.unwrap().id, None);
    assert_eq!(client.groups().await.unwrap().len(), 2);
    assert_eq!(
        client.models(None).await.unwrap()[0].price,
        BasePrice::Unknown
    );
    assert_eq!(client.keys().await.unwrap()[0].status, KeyStatus::Exhausted);
    for data in [json!(null), json!({"items":null})] {
        let fake = Fake::start(move |_| Told::data(data.clone())).await;
        assert_eq!(fake.member().keys().await.unwrap(), []);
    }
}

#[tokio::test]
async fn numbers_come_as_texts_and_floats() {
    let fake = Fake::start(|asked| match asked.line().as_str() {
        "GET /api/status" => Told::data(json!({"chats":[],"quota_per_unit":"500000"})),
        "GET /api/user/self" => {
            Told::data(json!({"id":"7","username":"ann","quota":"1000000","used_quota":2.0}))
        }
        "GET /api/user/self/groups" => {
            Told::data(json!({"auto":{"ratio":"自动"},"vip":{"ratio":"0.8"}}))
        }
        _ => Told::no_route(asked),
    })
    .await;
    let account = fake.member().account().await.unwrap();
    assert_eq!(
        (account.id, account.balance),
        (Some(7), Some(relaydeck::domain::Money::from_usd(2)))
    );
    let ratios: Vec<_> = fake
        .member()
        .groups()
        .await
        .unwrap()
        .iter()
        .map(|group| group.ratio)
        .collect();
    assert_eq!(ratios, [None, Ratio::from_f64(0.8)]);
}

#[tokio::test]
async fn a_price_list_of_thousands_with_broken_rows_is_read() {
    let mut rows: Vec<Value> = (0..3_000)
        .map(|n| json!({"model_name":format!("model-{n:04}"),"quota_type":0,"model_ratio":0.25,"completion_ratio":4,
            "enable_groups":["default"],"supported_endpoint_types":["openai"],"description":"x".repeat(400)}))
        .collect();
    rows.insert(7, json!(null));
    rows.insert(
        70,
        json!({"model_name":{"odd":1},"enable_groups":"default,vip","tags":["a"]}),
    );
    rows.reverse();
    let body = json!({"success":true,"data":rows,"vendors":[null,{"id":"x"}],"group_ratio":[],"usable_group":{"default":"d"}});
    let fake = Fake::start(move |asked| match asked.line().as_str() {
        "GET /api/status" => Told::data(json!({"chats":[]})),
        "GET /api/pricing" => Told::json(200, body.clone()).in_pieces_of(16 * 1024),
        _ => Told::no_route(asked),
    })
    .await;
    let models = fake.member().models(None).await.unwrap();
    assert!(models.len() >= 3_000);
    let names: Vec<&str> = models.iter().map(|model| model.name.as_str()).collect();
    assert!(names.is_sorted() && names.contains(&"model-2999"));
}

#[tokio::test]
async fn errors_with_status_200_are_errors() {
    let fake = Fake::start(|_| Told::refused(200, "用户已被封禁")).await;
    assert_eq!(
        fake.member().keys().await.unwrap_err().kind,
        FaultKind::Forbidden
    );
    let fake = Fake::start(|_| {
        Told::json(200, json!({"error":{"message":"The model 'x' does not exist","type":"invalid_request_error","code":"model_not_found"}}))
    })
    .await;
    assert_eq!(
        fake.visitor().models(None).await.unwrap_err().kind,
        FaultKind::ModelNotFound
    );
}

#[tokio::test]
async fn the_live_access_token_in_an_answer_goes_nowhere() {
    let token = access_token();
    let secret = token.expose().to_owned();
    let body =
        json!({"success":true,"data":{"id":7,"username":"ann","access_token":secret,"quota":1}});
    let fake = Fake::start(move |asked| match asked.line().as_str() {
        "GET /api/status" => Told::data(json!({"chats":[]})),
        _ => Told::json(200, body.clone()),
    })
    .await;
    let account = fake.member().account().await.unwrap();
    assert!(!format!("{account:?}").contains(token.expose()));
    assert!(!format!("{:?}", fake.member()).contains(token.expose()));

    let echo = format!("no such token: {}", token.expose());
    let fake = Fake::start(move |_| Told::refused(200, &echo)).await;
    let fault = fake.member().keys().await.unwrap_err();
    assert!(!format!("{fault:?}").contains(token.expose()), "{fault:?}");
}

#[tokio::test]
async fn expiry_is_compared_with_the_server_s_clock() {
    // The server lives in 2033; the key ends in 2030, our clock says 1970.
    let fake = Fake::start(|_| {
        Told::data(json!([{"id":1,"status":1,"unlimited_quota":true,"expired_time":1_900_000_000}]))
            .header("date", "Wed, 18 May 2033 03:33:20 GMT")
    })
    .await;
    let client = fake.member_with(Options {
        clock: || relaydeck::domain::UnixMillis(0),
        ..options()
    });
    assert_eq!(client.keys().await.unwrap()[0].status, KeyStatus::Expired);
}

#[tokio::test]
async fn a_console_that_is_silent_is_given_up() {
    let patience = Options {
        console: Duration::from_millis(50),
        ..options()
    };
    for told in [
        Told::empty(200).then(Piece::Stall),
        Told::bytes(200, "application/json", "{\"success\":").then(Piece::Stall),
    ] {
        let fake = Fake::start(move |_| told.clone()).await;
        let fault = fake.member_with(patience).keys().await.unwrap_err();
        assert_eq!(fault.kind, FaultKind::Timeout);
        assert_eq!(fake.asked().len(), 1, "a slow server is not asked thrice");
    }
}

#[tokio::test]
async fn what_is_remembered_is_only_what_was_definite() {
    let answers = Mutex::new(vec![
        Told::data(json!({"id":1,"quota":1_000_000})),
        Told::data(json!({"chats":[],"quota_per_unit":1_000_000})),
    ]);
    let fake = Fake::start(move |_| {
        let mut left = answers.lock().unwrap();
        // First four failures of the status, then the truth.
        match left.len() {
            0 => Told::empty(500),
            _ => left.pop().unwrap(),
        }
    })
    .await;
    let client = fake.member();
    let account = client.account().await.unwrap();
    assert_eq!(account.balance, Some(relaydeck::domain::Money::from_usd(1)));

    let failing = AtomicUsize::new(0);
    let fake = Fake::start(move |asked| match asked.line().as_str() {
        "GET /api/status" if failing.fetch_add(1, Ordering::SeqCst) < 4 => Told::empty(500),
        "GET /api/status" => Told::data(json!({"chats":[],"quota_per_unit":1_000_000})),
        _ => Told::data(json!({"id":1,"quota":1_000_000})),
    })
    .await;
    let client = fake.member();
    assert_eq!(client.account().await.unwrap_err().kind, FaultKind::Server);
    let balance = client.account().await.unwrap().balance;
    assert_eq!(
        balance,
        Some(relaydeck::domain::Money::from_usd(1)),
        "the real scale, not the usual one"
    );
}
