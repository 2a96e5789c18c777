//! Money that comes in: codes, the owner's credits, and what a wallet's history tells of them.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod relay_support;

use relay_support::{Deck, START, json_of};
use serde_json::{Value, json};

async fn make_codes(deck: &Deck, settings: Value) -> Vec<String> {
    let made = deck.send("POST", "/api/redemption/", &settings).await;
    assert_eq!(made["success"], true, "{made}");
    serde_json::from_value(made["data"].clone()).unwrap()
}

async fn redeem(deck: &Deck, code: &str) -> Value {
    deck.send("POST", "/api/user/topup", &json!({"key": code}))
        .await
}

#[tokio::test]
async fn a_code_is_told_once_and_redeemed_once() {
    let deck = Deck::start().await;
    let codes = make_codes(
        &deck,
        json!({"name": "spring", "quota": 250_000, "count": 2}),
    )
    .await;
    assert_eq!(codes.len(), 2);
    assert!(codes[0].len() == 32 && codes[0].bytes().all(|byte| byte.is_ascii_hexdigit()));
    let redeemed = redeem(&deck, &format!(" {}\n", codes[0])).await;
    assert_eq!(
        redeemed,
        json!({"success": true, "message": "", "data": 250_000})
    );
    assert_eq!(deck.own().await["quota"], 5_250_000);
    let again = redeem(&deck, &codes[0]).await;
    assert!(
        again["message"].as_str().unwrap().contains("has been used"),
        "{again}"
    );
    assert_eq!(deck.own().await["quota"], 5_250_000);
    let list = deck.get("/api/redemption/?p=1&page_size=10").await["data"].clone();
    assert_eq!(list["total"], 2);
    let (newer, older) = (&list["items"][0], &list["items"][1]);
    assert_eq!(
        (
            &older["status"],
            &older["used_user_id"],
            &older["redeemed_time"]
        ),
        (&json!(3), &json!(1), &json!(START / 1000))
    );
    assert_eq!(
        (&newer["status"], &newer["quota"]),
        (&json!(1), &json!(250_000))
    );
    for code in &codes {
        assert!(!list.to_string().contains(code.as_str()), "told again");
    }
    // The file holds no code either.
    let deck = {
        let mut deck = deck;
        deck.close().await;
        deck
    };
    let file = std::fs::read(deck.folder.path().join("relay.db")).unwrap();
    let text = String::from_utf8_lossy(&file);
    assert!(codes.iter().all(|code| !text.contains(code.as_str())));
}

#[tokio::test]
async fn a_code_that_many_redeem_at_once_pays_one_of_them() {
    let deck = Deck::start().await;
    let code = make_codes(&deck, json!({"name": "race", "quota": 1_000}))
        .await
        .remove(0);
    let tries = (0..16).map(|_| redeem(&deck, &code));
    let answers = futures_util::future::join_all(tries).await;
    let paid = answers
        .iter()
        .filter(|answer| answer["success"] == true)
        .count();
    assert_eq!(paid, 1);
    assert_eq!(deck.own().await["quota"], 5_001_000);
}

#[tokio::test]
async fn codes_end_are_switched_off_and_are_removed() {
    let deck = Deck::start().await;
    let now = START / 1000;
    let late = make_codes(
        &deck,
        json!({"name": "late", "quota": 1, "expired_time": now + 60}),
    )
    .await;
    let off = make_codes(&deck, json!({"name": "off", "quota": 1})).await;
    let kept = make_codes(&deck, json!({"name": "kept", "quota": 1})).await;
    deck.advance(60);
    let put = deck
        .send(
            "PUT",
            "/api/redemption/?status_only=1",
            &json!({"id": 2, "status": 2}),
        )
        .await;
    assert_eq!(
        (&put["data"]["status"], &put["data"]["name"]),
        (&json!(2), &json!("off"))
    );
    for (code, told) in [
        (late[0].as_str(), "expired"),
        (off[0].as_str(), "switched off"),
        ("nonsense", "invalid"),
        ("", "No redemption code"),
    ] {
        let refused = redeem(&deck, code).await;
        assert!(
            refused["message"].as_str().unwrap().contains(told),
            "{refused}"
        );
    }
    assert_eq!(
        deck.send("DELETE", "/api/redemption/invalid", &json!({}))
            .await["data"],
        2
    );
    let left = deck.get("/api/redemption/search?keyword=kep").await;
    assert_eq!(left["data"]["items"][0]["name"], "kept");
    assert_eq!(redeem(&deck, &kept[0]).await["success"], true);
    assert_eq!(
        deck.send("DELETE", "/api/redemption/3", &json!({})).await["success"],
        true
    );
    assert_eq!(deck.get("/api/redemption/3").await["success"], false);
    for wrong in [
        json!({"name": "", "quota": 1}),
        json!({"name": "x".repeat(21), "quota": 1}),
        json!({"name": "x", "quota": 0}),
        json!({"name": "x", "quota": -5}),
        json!({"name": "x", "quota": 9e18}),
        json!({"name": "x", "quota": 1, "count": 101}),
        json!({"name": "x", "quota": 1, "expired_time": 5}),
    ] {
        let refused = deck.send("POST", "/api/redemption/", &wrong).await;
        assert_eq!(refused["success"], false, "{wrong}");
    }
    assert_eq!(deck.get("/api/redemption/").await["data"]["total"], 0);
}

#[tokio::test]
async fn guessing_codes_is_stopped() {
    let deck = Deck::start().await;
    for _ in 0..20 {
        assert_eq!(redeem(&deck, "0123456789abcdef").await["success"], false);
    }
    let request = deck.as_owner("POST", "/api/user/topup");
    let stopped = request.json(&json!({"key": "x"})).send().await.unwrap();
    assert_eq!(stopped.status(), 429);
    json_of(stopped).await;
}

#[tokio::test]
async fn s_06_every_unit_that_came_in_is_in_the_history() {
    let deck = Deck::start().await;
    let code = make_codes(&deck, json!({"name": "gift", "quota": 40_000})).await;
    redeem(&deck, &code[0]).await;
    for (mode, value) in [
        ("add", 60_000),
        ("subtract", 10_000),
        ("override", 5_100_000),
    ] {
        let body = json!({"id": 1, "action": "add_quota", "mode": mode, "value": value});
        let done = deck.send("POST", "/api/user/manage", &body).await;
        assert_eq!(done["success"], true, "{done}");
    }
    let history = deck.get("/api/user/topup/self?p=1&page_size=100").await["data"].clone();
    let rows = history["items"].as_array().unwrap();
    let methods: Vec<&str> = rows
        .iter()
        .map(|row| row["payment_method"].as_str().unwrap())
        .collect();
    assert_eq!(methods, ["owner", "owner", "code", "start"]);
    let came: i64 = rows.iter().map(|row| row["quota"].as_i64().unwrap()).sum();
    // What was taken away is in the log, and nothing else is missing.
    assert_eq!(came - 10_000, deck.own().await["quota"].as_i64().unwrap());
    assert_eq!(rows[2]["amount"], 0.08);
    assert!(rows.iter().all(|row| row["status"] == "success"));
    let taken = deck.get("/api/log/self?type=3").await["data"]["items"][0].clone();
    assert_eq!(taken["content"], "Took $0.02 away, by owner");
    assert_eq!(deck.get("/api/log/self?type=1").await["data"]["total"], 4);
    for wrong in [
        json!({"id": 1, "action": "add_quota", "mode": "add", "value": 0}),
        json!({"id": 1, "action": "add_quota", "mode": "steal", "value": 5}),
        json!({"id": 1, "action": "add_quota", "mode": "add"}),
        json!({"id": 99, "action": "add_quota", "mode": "add", "value": 5}),
        json!({"id": 1, "action": "dance"}),
    ] {
        let refused = deck.send("POST", "/api/user/manage", &wrong).await;
        assert_eq!(refused["success"], false, "{wrong}");
    }
    assert_eq!(deck.get("/api/user/topup").await["data"]["total"], 4);
}

#[tokio::test]
async fn the_wallet_says_what_it_takes() {
    let deck = Deck::start().await;
    let info = deck.get("/api/user/topup/info").await["data"].clone();
    assert_eq!(
        (
            &info["enable_redemption"],
            &info["enable_online_topup"],
            &info["topup_link"]
        ),
        (&json!(true), &json!(false), &json!(""))
    );
    let link = json!({"key": "TopUpLink", "value": "https://shop.example/x"});
    deck.send("PUT", "/api/option/", &link).await;
    let info = deck.get("/api/user/topup/info").await["data"].clone();
    assert_eq!(info["topup_link"], "https://shop.example/x");
    let pay = deck
        .send("POST", "/api/user/pay", &json!({"amount": 10}))
        .await;
    assert_eq!(pay["message"], "error");
    assert!(pay["data"].as_str().unwrap().contains("no online payments"));
}
