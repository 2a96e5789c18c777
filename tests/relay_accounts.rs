//! Accounts beside the owner's: getting in with a password, spending one's own wallet, and what the owner may do.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod relay_support;

use relay_support::{Deck, hello, json_of};
use reqwest::Response;
use serde_json::{Value, json};

const PASSWORD: &str = "correct horse";

/// A relay with an account `ann` of two dollars.
async fn with_ann() -> (Deck, i64) {
    let deck = Deck::start().await;
    let made = deck
        .send(
            "POST",
            "/api/user/",
            &json!({"username": "ann", "password": PASSWORD, "display_name": "Ann", "role": 1, "quota": 1_000_000}),
        )
        .await;
    assert_eq!(made["success"], true, "{made}");
    let id = made["data"]["id"].as_i64().unwrap();
    (deck, id)
}

async fn log_in(deck: &Deck, name: &str, password: &str) -> Response {
    let body = json!({"username": name, "password": password});
    let request = deck.client.post(format!("{}/api/user/login", deck.base));
    request.json(&body).send().await.unwrap()
}

async fn token_of(deck: &Deck, name: &str) -> String {
    let answer = json_of(log_in(deck, name, PASSWORD).await).await;
    assert_eq!(answer["success"], true, "{answer}");
    answer["data"]["access_token"].as_str().unwrap().to_owned()
}

/// A request with some account's token.
async fn ask(deck: &Deck, token: &str, method: &str, path: &str, body: Value) -> (u16, Value) {
    let url = format!("{}{path}", deck.base);
    let request = deck.client.request(method.parse().unwrap(), url);
    let response = request.bearer_auth(token).json(&body).send().await.unwrap();
    (response.status().as_u16(), json_of(response).await)
}

fn refresh_cookie(response: &Response) -> String {
    let set = response.headers()["set-cookie"].to_str().unwrap();
    assert!(
        set.contains("HttpOnly")
            && set.contains("SameSite=Strict")
            && set.contains("Path=/api/user/auth"),
        "{set}"
    );
    set.split(';').next().unwrap().to_owned()
}

#[tokio::test]
async fn a_log_in_has_the_shape_of_its_era_and_opens_the_account() {
    let (deck, id) = with_ann().await;
    let response = log_in(&deck, "ann", PASSWORD).await;
    assert!(refresh_cookie(&response).starts_with("new_api_refresh="));
    let answer = json_of(response).await;
    let data = &answer["data"];
    assert_eq!(
        (
            &data["token_type"],
            &data["user"]["username"],
            &data["user"]["role"]
        ),
        (&json!("Bearer"), &json!("ann"), &json!(1))
    );
    assert_eq!(data["access_expires_at"], relay_support::START / 1000 + 900);
    assert_eq!(data["session"]["login_method"], "password");
    let token = data["access_token"].as_str().unwrap();
    let (_, own) = ask(&deck, token, "GET", "/api/user/self", json!({})).await;
    for (member, value) in [
        ("id", json!(id)),
        ("quota", json!(1_000_000)),
        ("used_quota", json!(0)),
        ("request_count", json!(0)),
        ("group", json!("default")),
        ("has_password", json!(true)),
        ("setting", json!("")),
        ("aff_code", json!("")),
    ] {
        assert_eq!(own["data"][member], value, "{member}");
    }
    assert_eq!(own["data"]["password"], Value::Null);
    let (_, sessions) = ask(&deck, token, "GET", "/api/user/sessions", json!({})).await;
    assert_eq!(
        (&sessions["data"][0]["current"], &sessions["data"][0]["ip"]),
        (&json!(true), &json!("127.0.0.1"))
    );
    // A restart logs nobody out.
    let mut deck = deck;
    deck.close().await;
    deck.open().await;
    let (status, _) = ask(&deck, token, "GET", "/api/user/self", json!({})).await;
    assert_eq!(status, 200);
}

#[tokio::test]
async fn wrong_names_and_passwords_are_told_alike_and_guessing_is_stopped() {
    let (deck, id) = with_ann().await;
    let mut told = Vec::new();
    for (name, password) in [("ann", "wrong horse"), ("bob", PASSWORD), ("owner", "")] {
        let answer = json_of(log_in(&deck, name, password).await).await;
        assert_eq!(answer["success"], false);
        told.push(answer["message"].clone());
    }
    assert!(told.iter().all(|message| *message == told[0]), "{told:?}");
    let off = json!({"id": id, "action": "disable"});
    deck.send("POST", "/api/user/manage", &off).await;
    let answer = json_of(log_in(&deck, "ann", PASSWORD).await).await;
    assert_eq!(answer["message"], told[0]);
    deck.send(
        "POST",
        "/api/user/manage",
        &json!({"id": id, "action": "enable"}),
    )
    .await;
    for _ in 0..16 {
        log_in(&deck, "ann", "wrong horse").await;
    }
    let stopped = log_in(&deck, "ann", PASSWORD).await;
    assert_eq!(
        (stopped.status().as_u16(), &stopped.headers()["retry-after"]),
        (429, &reqwest::header::HeaderValue::from(1_200))
    );
    json_of(stopped).await;
    deck.advance(1_200);
    assert_eq!(log_in(&deck, "ann", PASSWORD).await.status(), 200);
}

#[tokio::test]
async fn a_log_in_is_refreshed_once_and_ends_when_it_should() {
    let (deck, _) = with_ann().await;
    let response = log_in(&deck, "ann", PASSWORD).await;
    let first = refresh_cookie(&response);
    let token = json_of(response).await["data"]["access_token"].clone();
    let token = token.as_str().unwrap().to_owned();
    deck.advance(901);
    let (status, late) = ask(&deck, &token, "GET", "/api/user/self", json!({})).await;
    assert_eq!((status, &late["code"]), (401, &json!("AUTH_TOKEN_EXPIRED")));
    let refresh = async |cookie: &str| {
        let url = format!("{}/api/user/auth/refresh", deck.base);
        deck.client
            .post(url)
            .header("cookie", cookie)
            .send()
            .await
            .unwrap()
    };
    let response = refresh(&first).await;
    let second = refresh_cookie(&response);
    let fresh = json_of(response).await["data"]["access_token"].clone();
    let fresh = fresh.as_str().unwrap().to_owned();
    assert_eq!(
        ask(&deck, &fresh, "GET", "/api/user/self", json!({}))
            .await
            .0,
        200
    );
    assert_ne!(first, second);
    // Used again much later it was stolen, so the whole log-in ends.
    deck.advance(31);
    let stolen = refresh(&first).await;
    assert_eq!(stolen.status(), 401);
    assert_eq!(json_of(stolen).await["code"], "AUTH_SESSION_REVOKED");
    assert_eq!(
        ask(&deck, &fresh, "GET", "/api/user/self", json!({}))
            .await
            .0,
        401
    );
    assert_eq!(refresh(&second).await.status(), 401);

    let token = token_of(&deck, "ann").await;
    let other = token_of(&deck, "ann").await;
    ask(&deck, &token, "POST", "/api/user/auth/logout", json!({})).await;
    assert_eq!(
        ask(&deck, &token, "GET", "/api/user/self", json!({}))
            .await
            .0,
        401
    );
    assert_eq!(
        ask(&deck, &other, "GET", "/api/user/self", json!({}))
            .await
            .0,
        200
    );
}

#[tokio::test]
async fn each_account_spends_its_own_wallet() {
    let (deck, id) = with_ann().await;
    let token = token_of(&deck, "ann").await;
    let (_, made) = ask(
        &deck,
        &token,
        "POST",
        "/api/token/",
        json!({"name": "blog-prod", "unlimited_quota": true}),
    )
    .await;
    let key = format!("sk-{}", made["data"]["key"].as_str().unwrap());
    let answer = deck
        .chat(&key, &hello("relaydeck-lab", false))
        .send()
        .await
        .unwrap();
    assert_eq!(answer.status(), 200);
    json_of(answer).await;
    let own = deck.own().await;
    assert_eq!(
        (&own["used_quota"], &own["request_count"]),
        (&json!(0), &json!(0))
    );
    let (_, ann) = ask(&deck, &token, "GET", "/api/user/self", json!({})).await;
    let ann = &ann["data"];
    assert_eq!(ann["request_count"], 1);
    let used = ann["used_quota"].as_i64().unwrap();
    assert!(used > 0);
    assert_eq!(ann["quota"], 1_000_000 - used);
    let (_, log) = ask(&deck, &token, "GET", "/api/log/self?type=2", json!({})).await;
    assert_eq!(log["data"]["items"][0]["quota"], used);
    assert_eq!(log["data"]["items"][0]["channel_name"], "");
    // Nobody sees or touches another's keys.
    let key_id = &made["data"]["id"];
    let seen = deck.get(&format!("/api/token/{key_id}")).await;
    assert_eq!(seen["success"], false);
    let first = ask(&deck, &token, "DELETE", "/api/token/1", json!({})).await;
    assert_eq!(first.1["success"], false);

    // An empty wallet stops its own keys and no others.
    let empty = json!({"id": id, "action": "add_quota", "mode": "override", "value": 0});
    deck.send("POST", "/api/user/manage", &empty).await;
    let refused = deck
        .chat(&key, &hello("relaydeck-lab", false))
        .send()
        .await
        .unwrap();
    assert_eq!(refused.status(), 403);
    let refused = json_of(refused).await;
    assert_eq!(refused["error"]["code"], "insufficient_user_quota");
    let owners = deck.owner.first_key.expose();
    let fine = deck
        .chat(owners, &hello("relaydeck-lab", false))
        .send()
        .await
        .unwrap();
    assert_eq!(fine.status(), 200);
}

#[tokio::test]
async fn a_disabled_account_is_out_at_once_and_a_deleted_one_is_gone() {
    let (deck, id) = with_ann().await;
    let token = token_of(&deck, "ann").await;
    let body = json!({"name": "k-prod", "unlimited_quota": true});
    let (_, made) = ask(&deck, &token, "POST", "/api/token/", body).await;
    let key = format!("sk-{}", made["data"]["key"].as_str().unwrap());
    let (_, lasting) = ask(&deck, &token, "GET", "/api/user/token", json!({})).await;
    let lasting = lasting["data"].as_str().unwrap().to_owned();
    assert_eq!(
        ask(&deck, &lasting, "GET", "/api/user/self", json!({}))
            .await
            .0,
        200
    );
    deck.send(
        "POST",
        "/api/user/manage",
        &json!({"id": id, "action": "disable"}),
    )
    .await;
    let (status, refused) = ask(&deck, &lasting, "GET", "/api/user/self", json!({})).await;
    assert_eq!(
        (status, &refused["code"]),
        (401, &json!("AUTH_USER_DISABLED"))
    );
    let refused = deck
        .chat(&key, &hello("relaydeck-lab", false))
        .send()
        .await
        .unwrap();
    assert_eq!(refused.status(), 403);
    let gone = deck
        .send("DELETE", &format!("/api/user/{id}"), &json!({}))
        .await;
    assert_eq!(gone["success"], true);
    let refused = deck
        .chat(&key, &hello("relaydeck-lab", false))
        .send()
        .await
        .unwrap();
    assert_eq!(refused.status(), 401);
    // The name is free again; the log still tells of who had it.
    let again = json!({"username": "ann", "password": PASSWORD});
    let made = deck.send("POST", "/api/user/", &again).await;
    assert_ne!(made["data"]["id"], id);
    assert_eq!(
        deck.get("/api/user/?page_size=100").await["data"]["total"],
        2
    );
    // Gone stays gone after a restart.
    let mut deck = deck;
    deck.close().await;
    deck.open().await;
    let refused = deck
        .chat(&key, &hello("relaydeck-lab", false))
        .send()
        .await
        .unwrap();
    assert_eq!(refused.status(), 401);
}

#[tokio::test]
async fn an_account_changes_its_name_and_its_password() {
    let (deck, _) = with_ann().await;
    let (token, other) = (token_of(&deck, "ann").await, token_of(&deck, "ann").await);
    let put = async |body: Value| ask(&deck, &token, "PUT", "/api/user/self", body).await.1;
    assert_eq!(
        put(json!({"display_name": "Ann B."})).await["success"],
        true
    );
    let wrong = put(json!({"password": "another horse", "original_password": "no"})).await;
    assert!(
        wrong["message"]
            .as_str()
            .unwrap()
            .contains("original password")
    );
    let short = put(json!({"password": "short", "original_password": PASSWORD})).await;
    assert!(short["message"].as_str().unwrap().contains("8 to 128"));
    let taken = put(json!({"username": "owner"})).await;
    assert!(taken["message"].as_str().unwrap().contains("user exists"));
    let changed = put(json!({"password": "another horse", "original_password": PASSWORD})).await;
    assert_eq!(changed["success"], true);
    assert_eq!(
        ask(&deck, &token, "GET", "/api/user/self", json!({}))
            .await
            .0,
        200
    );
    assert_eq!(
        ask(&deck, &other, "GET", "/api/user/self", json!({}))
            .await
            .0,
        401,
        "log-ins with the old password end"
    );
    assert_eq!(
        json_of(log_in(&deck, "ann", PASSWORD).await).await["success"],
        false
    );
    let fresh = json_of(log_in(&deck, "ann", "another horse").await).await;
    assert_eq!(fresh["data"]["user"]["display_name"], "Ann B.");
}

#[tokio::test]
async fn accounts_are_made_by_the_public_only_where_the_owner_allows_it() {
    let deck = Deck::start().await;
    let register = async |name: &str, password: &str| {
        let url = format!("{}/api/user/register", deck.base);
        let body = json!({"username": name, "password": password});
        json_of(deck.client.post(url).json(&body).send().await.unwrap()).await
    };
    let status = async || deck.get("/api/status").await["data"]["register_enabled"].clone();
    assert_eq!(status().await, false);
    let closed = register("bob", PASSWORD).await;
    assert!(
        closed["message"].as_str().unwrap().contains("registration"),
        "{closed}"
    );
    for (key, value) in [
        ("RegisterEnabled", json!(true)),
        ("QuotaForNewUser", json!(250_000)),
    ] {
        let set = deck
            .send("PUT", "/api/option/", &json!({"key": key, "value": value}))
            .await;
        assert_eq!(set["success"], true, "{set}");
    }
    assert_eq!(status().await, true);
    assert_eq!(
        register("bob", PASSWORD).await,
        json!({"success": true, "message": ""})
    );
    for (name, password, told) in [
        ("bob", PASSWORD, "user exists"),
        ("", PASSWORD, "1 to 20"),
        ("a-name-that-is-too-long", PASSWORD, "1 to 20"),
        ("carol", "short", "8 to 128"),
    ] {
        let refused = register(name, password).await;
        assert_eq!(refused["success"], false);
        assert!(
            refused["message"].as_str().unwrap().contains(told),
            "{refused}"
        );
    }
    let token = token_of(&deck, "bob").await;
    let (_, own) = ask(&deck, &token, "GET", "/api/user/self", json!({})).await;
    assert_eq!(
        (&own["data"]["quota"], &own["data"]["role"]),
        (&json!(250_000), &json!(1))
    );
    let (_, log) = ask(&deck, &token, "GET", "/api/log/self?type=1", json!({})).await;
    assert_eq!(log["data"]["items"][0]["quota"], 250_000);
    // Closed again at once, without a restart.
    deck.send(
        "PUT",
        "/api/option/",
        &json!({"key": "RegisterEnabled", "value": "false"}),
    )
    .await;
    assert_eq!(register("dora", PASSWORD).await["success"], false);
}

#[tokio::test]
async fn the_owners_part_is_closed_to_others_and_the_owner_stays_the_owner() {
    let (deck, id) = with_ann().await;
    let token = token_of(&deck, "ann").await;
    for (method, path) in [
        ("GET", "/api/user/"),
        ("POST", "/api/user/"),
        ("PUT", "/api/user/"),
        ("GET", "/api/user/1"),
        ("DELETE", "/api/user/1"),
        ("GET", "/api/user/search?keyword=a"),
        ("POST", "/api/user/manage"),
        ("GET", "/api/user/topup"),
        ("GET", "/api/option/"),
        ("PUT", "/api/option/"),
        ("GET", "/api/redemption/"),
        ("POST", "/api/redemption/"),
        ("DELETE", "/api/redemption/invalid"),
        ("GET", "/api/channel/"),
        ("POST", "/api/channel/"),
    ] {
        let (status, refused) = ask(&deck, &token, method, path, json!({})).await;
        assert_eq!(
            (status, &refused["code"]),
            (403, &json!("AUTH_INSUFFICIENT_PRIVILEGE")),
            "{method} {path}"
        );
    }
    for action in ["disable", "delete", "demote", "promote"] {
        let refused = deck
            .send(
                "POST",
                "/api/user/manage",
                &json!({"id": 1, "action": action}),
            )
            .await;
        assert_eq!(refused["success"], false, "{action}");
    }
    assert_eq!(
        deck.send("DELETE", "/api/user/1", &json!({})).await["success"],
        false
    );
    assert_eq!(deck.get("/api/user/token").await["success"], false);
    // An administrator manages users, and neither the owner nor other administrators.
    deck.send(
        "POST",
        "/api/user/manage",
        &json!({"id": id, "action": "promote"}),
    )
    .await;
    let (_, list) = ask(&deck, &token, "GET", "/api/user/", json!({})).await;
    assert_eq!(list["data"]["total"], 2);
    let (_, refused) = ask(
        &deck,
        &token,
        "POST",
        "/api/user/manage",
        json!({"id": 1, "action": "add_quota", "mode": "add", "value": 5}),
    )
    .await;
    assert!(
        refused["message"]
            .as_str()
            .unwrap()
            .contains("Unauthorized"),
        "{refused}"
    );
    let body = json!({"username": "eve", "role": 10});
    let (_, refused) = ask(&deck, &token, "POST", "/api/user/", body).await;
    assert_eq!(refused["success"], false);
    assert_eq!(
        ask(&deck, &token, "GET", "/api/option/", json!({})).await.0,
        403
    );
    let found = deck.get("/api/user/search?keyword=AN").await;
    assert_eq!(found["data"]["items"][0]["username"], "ann");
}
