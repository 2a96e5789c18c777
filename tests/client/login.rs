//! Logging in at a console of every era, and what a relay says about making accounts.

use relaydeck::client::{LogIn, LoggedIn, Registration};
use relaydeck::domain::{ApiKey, FaultKind};
use serde_json::{Value, json};

use crate::fake::{Asked, Fake, Told};

const PASSWORD: &str = "correct horse battery";
const TOKEN: &str = "lasting-token-0123456789";

fn ann(code: Option<&str>) -> LogIn {
    LogIn {
        username: " ann ".into(),
        password: ApiKey::new(PASSWORD),
        code: code.map(str::to_owned),
    }
}

fn status(extra: Value) -> Value {
    let mut data = json!({"version":"v1.0.0","system_name":"Example","quota_per_unit":500000,"chats":[],"setup":true});
    for (name, value) in extra.as_object().unwrap() {
        data[name] = value.clone();
    }
    data
}

/// Whether a read is made through a log-in of cookie and number, as until July 2026.
fn by_cookie(asked: &Asked) -> bool {
    asked.header("cookie") == Some("session=s3cr3t") && asked.header("new-api-user") == Some("7")
}

fn by_bearer(asked: &Asked) -> bool {
    asked.header("authorization") == Some("Bearer short-token")
}

fn checked(asked: &Asked) -> Told {
    match asked.json()["password"] == PASSWORD && asked.json()["username"] == "ann" {
        true => {
            Told::data(json!({"id":7,"username":"ann","display_name":"Ann","role":1,"status":1}))
                .header("set-cookie", "session=s3cr3t; Path=/; HttpOnly")
        }
        false => Told::refused(200, "用户名或密码错误，或用户已被封禁"),
    }
}

async fn token_at(fake: &Fake, draft: &LogIn) -> (Option<i64>, String, String) {
    match fake.visitor().log_in(draft).await.unwrap() {
        LoggedIn::In {
            user_id,
            name,
            access_token,
        } => (user_id, name, access_token.expose().to_owned()),
        LoggedIn::WantsCode => panic!("no code was to be asked for"),
    }
}

#[tokio::test]
async fn with_a_cookie_a_token_is_made_and_the_log_in_is_ended() {
    let fake = Fake::start(|asked| match asked.line().as_str() {
        "GET /api/status" => Told::data(status(json!({}))),
        "POST /api/user/login" => checked(asked),
        _ if !by_cookie(asked) => Told::refused(401, "无权进行此操作，未提供 New-Api-User"),
        "GET /api/user/self" => Told::data(json!({"id":7,"username":"ann"})),
        "GET /api/user/token" => Told::data(json!(TOKEN)),
        "GET /api/user/logout" => Told::data(json!(null)),
        _ => Told::no_route(asked),
    })
    .await;
    let told = token_at(&fake, &ann(None)).await;
    assert_eq!(told, (Some(7), "ann".into(), TOKEN.into()));
    assert_eq!(fake.lines().last().unwrap(), "GET /api/user/logout");
}

#[tokio::test]
async fn a_token_that_the_relay_tells_is_taken_and_none_is_replaced() {
    let fake = Fake::start(|asked| match asked.line().as_str() {
        "GET /api/status" => Told::data(status(json!({"min_topup":1}))),
        "POST /api/user/login" => checked(asked),
        "GET /api/user/self" => Told::data(json!({"id":7,"access_token":TOKEN})),
        "GET /api/user/token" => panic!("the account's token must not be replaced"),
        _ => Told::no_route(asked),
    })
    .await;
    assert_eq!(token_at(&fake, &ann(None)).await.2, TOKEN);
}

#[tokio::test]
async fn a_short_token_buys_a_lasting_one() {
    let fake = Fake::start(|asked| match asked.line().as_str() {
        "GET /api/status" => Told::data(status(json!({}))),
        "POST /api/user/login" => Told::data(
            json!({"access_token":"short-token","token_type":"Bearer","access_expires_at":1,"session":{},"user":{"id":7,"username":"ann"}}),
        )
        .header("set-cookie", "new_api_refresh=a.b; Path=/api/user/auth"),
        _ if !by_bearer(asked) => Told::refused(401, "Unauthorized"),
        "GET /api/user/access_tokens" => Told::json(
            403,
            json!({"success":false,"code":"AUTH_INSUFFICIENT_PRIVILEGE","message":"no"}),
        ),
        "GET /api/user/token" => Told::data(json!(TOKEN)),
        "POST /api/user/auth/logout" => Told::data(json!(null)),
        _ => Told::no_route(asked),
    })
    .await;
    assert_eq!(token_at(&fake, &ann(None)).await.2, TOKEN);
    let last = fake.asked().pop().unwrap();
    assert_eq!(last.line(), "POST /api/user/auth/logout");
    assert_eq!(last.header("cookie"), Some("new_api_refresh=a.b"));
}

#[tokio::test]
async fn a_scoped_token_is_made_with_a_proof_of_who_asks() {
    let fake = Fake::start(|asked| match asked.line().as_str() {
        "GET /api/status" => Told::data(status(json!({}))),
        "POST /api/user/login" => Told::data(
            json!({"access_token":"short-token","token_type":"Bearer","user":{"id":7,"username":"ann"}}),
        ),
        _ if !by_bearer(asked) => Told::refused(401, "Unauthorized"),
        "GET /api/user/access_tokens" => Told::data(json!({"items":[],"legacy":null})),
        "POST /api/verify" => {
            let body = asked.json();
            assert_eq!(body["scope"], "access_token.generate");
            assert_eq!((&body["method"], &body["password"]), (&json!("password"), &json!(PASSWORD)));
            assert_eq!(body["context"].as_object().unwrap().len(), 2);
            Told::data(json!({"proof_token":"proof-1","expires_at":9}))
        }
        "POST /api/user/access_tokens" => {
            assert_eq!(asked.header("x-security-proof"), Some("proof-1"));
            let scopes = asked.json()["scopes"].clone();
            assert!(scopes.as_array().unwrap().contains(&json!("api_key:reveal")));
            Told::data(json!({"token":format!("nap_{TOKEN}"),"item":{"id":1}}))
        }
        "GET /api/user/token" => panic!("this relay has no such token any more"),
        _ => Told::no_route(asked),
    })
    .await;
    assert_eq!(token_at(&fake, &ann(None)).await.2, format!("nap_{TOKEN}"));
}

#[tokio::test]
async fn a_second_factor_is_asked_for_and_used() {
    let fake = Fake::start(|asked| match asked.line().as_str() {
        "GET /api/status" => Told::data(status(json!({}))),
        "POST /api/user/login" => {
            Told::data(json!({"require_2fa":true})).header("set-cookie", "session=s3cr3t; Path=/")
        }
        "POST /api/user/login/2fa" => match asked.json()["code"] == "123456" {
            true => Told::data(json!({"id":7,"username":"ann"})),
            false => Told::refused(200, "验证码或备用码不正确"),
        },
        _ if !by_cookie(asked) => Told::refused(401, "无权进行此操作"),
        "GET /api/user/token" => Told::data(json!(TOKEN)),
        _ => Told::no_route(asked),
    })
    .await;
    let client = fake.visitor();
    assert!(matches!(
        client.log_in(&ann(None)).await,
        Ok(LoggedIn::WantsCode)
    ));
    let fault = client.log_in(&ann(Some("1"))).await.unwrap_err();
    assert_eq!(fault.kind, FaultKind::CredentialRefused);
    assert_eq!(token_at(&fake, &ann(Some(" 123456 "))).await.2, TOKEN);
}

#[tokio::test]
async fn a_wrong_password_is_told_and_never_shown() {
    let fake = Fake::start(|asked| match asked.line().as_str() {
        "GET /api/status" => Told::data(status(json!({}))),
        // A server that echoes what it was sent.
        "POST /api/user/login" => Told::refused(200, &format!("wrong: {}", asked.body)),
        _ => Told::no_route(asked),
    })
    .await;
    let fault = fake.visitor().log_in(&ann(None)).await.unwrap_err();
    assert_eq!(fault.kind, FaultKind::CredentialRefused);
    assert!(
        !format!("{fault:?}{:?}", ann(None)).contains(PASSWORD),
        "{fault:?}"
    );
    assert_eq!(
        fake.lines().len(),
        2,
        "a log-in is never repeated by itself"
    );
}

#[tokio::test]
async fn what_a_terminal_cannot_do_is_said_before_anything_is_sent() {
    for extra in [
        json!({"turnstile_check":true}),
        json!({"password_login_encryption_enabled":true}),
    ] {
        let fake = Fake::start(move |asked| match asked.line().as_str() {
            "GET /api/status" => Told::data(status(extra.clone())),
            _ => panic!("nothing else is asked"),
        })
        .await;
        let fault = fake.visitor().log_in(&ann(None)).await.unwrap_err();
        assert_eq!(fault.kind, FaultKind::Unsupported);
        assert!(fault.advice.contains("access token"), "{}", fault.advice);
    }
}

#[tokio::test]
async fn s_02_where_an_account_can_be_made_is_told() {
    for (extra, expected) in [
        (json!({}), Some(Registration::Here)),
        (json!({"register_enabled":true}), Some(Registration::Here)),
        (
            json!({"register_enabled":false}),
            Some(Registration::Closed),
        ),
        (json!({"email_verification":true}), None),
        (json!({"turnstile_check":true}), None),
    ] {
        let told = status(extra.clone());
        let fake = Fake::start(move |asked| match asked.line().as_str() {
            "GET /api/status" => Told::data(told.clone()),
            "POST /api/user/register" => Told::data(json!(null)),
            _ => Told::no_route(asked),
        })
        .await;
        let page = Registration::OnItsPage(format!("{}/register", fake.address.base()));
        let expected = expected.unwrap_or(page);
        let client = fake.visitor();
        assert_eq!(client.registration().await.unwrap(), expected, "{extra}");
        match (client.register(&ann(None)).await, expected) {
            (Ok(()), Registration::Here) => {
                let sent = fake.asked().pop().unwrap().json();
                assert_eq!(sent, json!({"username":"ann","password":PASSWORD}));
            }
            (Err(fault), Registration::OnItsPage(url)) => assert!(fault.advice.contains(&url)),
            (Err(fault), Registration::Closed) => assert!(fault.advice.contains("owner")),
            (told, expected) => panic!("{told:?} {expected:?}"),
        }
    }
}
