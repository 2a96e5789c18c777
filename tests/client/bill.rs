//! What the relay's log says a request was charged.

use std::time::Duration;

use relaydeck::client::{ChargeQuery, Options};
use relaydeck::domain::{Money, QuotaUnits, UnixMillis, Usage};
use serde_json::{Value, json};

use crate::fake::{Fake, Told, options};

const SENT: i64 = 1_767_225_600;

fn row(id: &str, model: &str, at: i64, prompt: i64, output: i64, quota: i64) -> Value {
    json!({"id":1,"created_at":at,"type":2,"model_name":model,"quota":quota,"prompt_tokens":prompt,"completion_tokens":output,
        "token_name":"laptop","token_id":12,"group":"vip","request_id":id,
        "other":"{\"cache_tokens\":4,\"model_ratio\":1.25}"})
}

async fn relay(rows: Value) -> Fake {
    Fake::start(move |asked| match asked.line().as_str() {
        "GET /api/status" => Told::data(json!({"chats":[],"quota_per_unit":500000})),
        // One second ahead of us.
        "GET /api/log/self" => {
            Told::data(rows.clone()).header("date", "Thu, 01 Jan 2026 00:00:11 GMT")
        }
        _ => Told::no_route(asked),
    })
    .await
}

fn query(id: Option<&str>, usage: Option<(u64, u64)>) -> ChargeQuery {
    ChargeQuery {
        request_id: id.map(str::to_owned),
        model: "m-1".into(),
        sent: UnixMillis(SENT * 1000),
        ended: UnixMillis((SENT + 3) * 1000),
        usage: usage.map(|(input, output)| Usage {
            input,
            output,
            ..Usage::default()
        }),
    }
}

fn at_ten() -> Options {
    Options {
        clock: || UnixMillis((SENT + 10) * 1000),
        ..options()
    }
}

#[tokio::test]
async fn a_row_is_found_by_its_id() {
    let rows = json!([
        row("other", "m-1", SENT + 3, 9, 2, 77),
        row("mine", "m-1", SENT + 300, 9, 2, 1250),
        row("", "m-1", SENT, 9, 2, 1)
    ]);
    for rows in [
        rows.clone(),
        json!({"items":rows,"total":3,"page":1,"page_size":100}),
    ] {
        let fake = relay(rows).await;
        let charge = fake
            .member_with(at_ten())
            .charge_of(&query(Some("mine"), None))
            .await
            .unwrap()
            .unwrap();
        assert_eq!(
            (charge.units, charge.money),
            (QuotaUnits(1250), Money::parse("0.0025").unwrap())
        );
        assert_eq!(
            (
                charge.group.as_str(),
                charge.key_name.as_str(),
                charge.key_id
            ),
            ("vip", "laptop", Some(12))
        );
        assert_eq!(
            charge.usage,
            Usage {
                input: 5,
                cache_read: 4,
                output: 2,
                ..Usage::default()
            }
        );
        assert_eq!(charge.request_id.as_deref(), Some("mine"));
        assert!(!charge.usage_counted);
        let asked = fake.asked().pop().unwrap();
        assert_eq!(
            (
                asked.query("request_id").as_str(),
                asked.query("type").as_str()
            ),
            ("mine", "2")
        );
    }
}

#[tokio::test]
async fn a_log_with_ids_but_without_ours_says_nothing_yet() {
    let fake = relay(json!([row("other", "m-1", SENT + 3, 9, 2, 77)])).await;
    let client = fake.member_with(at_ten());
    assert_eq!(
        client
            .charge_of(&query(Some("mine"), Some((9, 2))))
            .await
            .unwrap(),
        None
    );
    let empty = relay(json!(null)).await;
    assert_eq!(
        empty
            .member_with(at_ten())
            .charge_of(&query(Some("mine"), None))
            .await
            .unwrap(),
        None
    );
}

#[tokio::test]
async fn a_log_without_ids_is_searched_by_model_tokens_and_time() {
    let rows = json!([
        row("", "m-2", SENT + 3, 9, 2, 1),
        row("", "m-1", SENT + 3, 9, 3, 2),
        row("", "m-1", SENT + 60, 9, 2, 3),
        row("", "m-1", SENT + 4, 9, 2, 4),
        row("", "m-1", SENT + 800, 9, 2, 5),
    ]);
    let fake = relay(rows).await;
    let client = fake.member_with(at_ten());
    let units = |found: Option<relaydeck::client::Charge>| found.map(|charge| charge.units.0);
    assert_eq!(
        units(
            client
                .charge_of(&query(Some("mine"), Some((9, 2))))
                .await
                .unwrap()
        ),
        Some(4),
        "the nearest in time"
    );
    assert_eq!(
        units(client.charge_of(&query(None, Some((9, 3)))).await.unwrap()),
        Some(2)
    );
    assert_eq!(
        units(client.charge_of(&query(None, Some((1, 1)))).await.unwrap()),
        None
    );
    assert_eq!(
        units(client.charge_of(&query(None, None)).await.unwrap()),
        None,
        "three could be it: none is taken"
    );
    let asked = fake.asked().pop().unwrap();
    assert_eq!(asked.query("model_name"), "m-1");
}

#[tokio::test]
async fn without_a_count_only_a_row_that_stands_alone_is_taken() {
    let fake = relay(json!([
        row("", "m-1", SENT + 4, 9, 2, 4),
        row("", "m-2", SENT + 4, 9, 2, 9)
    ]))
    .await;
    let charge = fake
        .member_with(at_ten())
        .charge_of(&query(None, None))
        .await
        .unwrap()
        .unwrap();
    assert_eq!(charge.units, QuotaUnits(4));
}

#[tokio::test]
async fn clocks_that_differ_do_not_hide_a_row() {
    // The server's clock is ten minutes ahead or behind, and so are its rows.
    for (date, at) in [
        ("Thu, 01 Jan 2026 00:10:10 GMT", SENT + 604),
        ("Wed, 31 Dec 2025 23:50:10 GMT", SENT - 596),
    ] {
        let rows = json!([row("", "m-1", at, 9, 2, 4)]);
        let fake = Fake::start(move |asked| match asked.line().as_str() {
            "GET /api/status" => Told::data(json!({"chats":[]})),
            _ => Told::data(rows.clone()).header("date", date),
        })
        .await;
        let client = fake.member_with(at_ten());
        let found = client.charge_of(&query(None, Some((9, 2)))).await.unwrap();
        assert_eq!(found.unwrap().units, QuotaUnits(4), "{date}");
    }
}

#[tokio::test]
async fn a_relay_that_counted_itself_says_so() {
    let mut counted = row("mine", "m-1", SENT, 9, 2, 4);
    counted["other"] = json!("{\"usage_source\":\"counted\",\"claude\":true,\"cache_tokens\":100}");
    let fake = relay(json!([counted])).await;
    let charge = fake
        .member_with(at_ten())
        .charge_of(&query(Some("mine"), None))
        .await
        .unwrap()
        .unwrap();
    assert!(charge.usage_counted);
    assert_eq!(
        (charge.usage.input, charge.usage.cache_read),
        (9, 100),
        "disjoint already"
    );
    for other in [json!(""), json!("not json"), json!(null), json!({"a":1})] {
        let mut odd = row("mine", "m-1", SENT, 9, 2, 4);
        odd["other"] = other;
        let fake = relay(json!([odd])).await;
        let charge = fake
            .member_with(at_ten())
            .charge_of(&query(Some("mine"), None))
            .await
            .unwrap();
        assert_eq!(charge.unwrap().usage.input, 9);
    }
}

#[tokio::test]
async fn a_busy_log_is_searched_page_by_page_and_not_for_ever() {
    let fake = Fake::start(|asked| match asked.line().as_str() {
        "GET /api/status" => Told::data(json!({"chats":[]})),
        _ => {
            let page: i64 = asked.query("page").parse().unwrap();
            let rows: Vec<Value> = (0..100)
                .map(|n| row(&format!("r{page}-{n}"), "m-1", SENT, 9, 2, page))
                .collect();
            Told::data(json!({"items":rows,"total":10_000,"page":page,"page_size":100}))
        }
    })
    .await;
    let client = fake.member_with(Options {
        console: Duration::from_secs(5),
        ..at_ten()
    });
    assert_eq!(
        client
            .charge_of(&query(Some("r3-50"), None))
            .await
            .unwrap()
            .unwrap()
            .units,
        QuotaUnits(3)
    );
    assert_eq!(
        client.charge_of(&query(Some("gone"), None)).await.unwrap(),
        None
    );
    assert_eq!(fake.asked().len(), 1 + 3 + 5);
}
