//! The client at the relay we carry, over a real connection: what works there works against remote ones, and every figure agrees.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use futures_util::StreamExt;
use relaydeck::client::{
    ChargeQuery, Credentials, LogIn, LoggedIn, Options, Registration, RelayClient,
};
use relaydeck::domain::{
    Address, ApiKey, ChatMessage, ChatRequest, Fault, FaultKind, Finish, KeyDraft, KeyStatus,
    Money, Part, QuotaLimit, QuotaScale, QuotaUnits, Role, UnixMillis, Usage,
};
use relaydeck::relay::{OwnerSecrets, RelayOptions, Running, start};

struct House {
    running: Running,
    client: RelayClient,
    owner: OwnerSecrets,
    _folder: tempfile::TempDir,
}

async fn house() -> House {
    let folder = tempfile::tempdir().unwrap();
    let owner = OwnerSecrets::generate().unwrap();
    let listen = "127.0.0.1:0".parse().unwrap();
    let options = RelayOptions::new(folder.path().into(), listen, owner.clone());
    let running = start(options).await.unwrap();
    let address = Address::parse(&format!("http://{}", running.address()))
        .unwrap()
        .0;
    let credentials = Credentials {
        access_token: Some(owner.access_token.clone()),
        user_id: None,
    };
    let options = Options {
        backoff: Duration::ZERO,
        ..Options::default()
    };
    House {
        running,
        client: RelayClient::with_options(address, credentials, options).unwrap(),
        owner,
        _folder: folder,
    }
}

fn now() -> UnixMillis {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    UnixMillis(since.as_millis() as i64)
}

fn ask(text: &str) -> ChatRequest {
    ChatRequest {
        model: "relaydeck-lab".into(),
        messages: vec![ChatMessage::new(Role::User, text)],
        ..ChatRequest::default()
    }
}

/// What came of a chat.
#[derive(Default)]
struct Came {
    text: String,
    usage: Option<Usage>,
    finish: Option<Finish>,
    request_id: Option<String>,
    fault: Option<Fault>,
}

async fn chat(client: &RelayClient, key: &ApiKey, text: &str) -> Came {
    let mut came = Came::default();
    let mut reply = match client.chat(key, &ask(text)).await {
        Ok(reply) => reply,
        Err(fault) => {
            came.fault = Some(fault);
            return came;
        }
    };
    came.request_id = reply.request_id.clone();
    while let Some(part) = reply.parts.next().await {
        match part {
            Ok(Part::Text(text)) => came.text.push_str(&text),
            Ok(Part::Usage(usage)) => came.usage = Some(usage),
            Ok(Part::Finish(finish)) => came.finish = Some(finish),
            Ok(Part::Reasoning(_) | Part::Model(_) | Part::Fingerprint(_)) => {}
            Err(fault) => came.fault = Some(fault),
        }
    }
    came
}

fn draft(name: &str, quota: QuotaLimit) -> KeyDraft {
    KeyDraft {
        name: name.into(),
        group: "default".into(),
        quota,
        expires: None,
        models: vec![],
        ips: vec![],
        pace: relaydeck::domain::Pace::default(),
        auto: relaydeck::domain::AutoRoute::default(),
    }
}

#[tokio::test]
async fn everything_can_be_seen_and_is_what_it_should_be() {
    let house = house().await;
    let facts = house.client.probe().await.unwrap();
    assert!(facts.manages);
    assert!(!facts.reveals_keys, "it keeps hashes only (S-17)");
    assert_eq!(facts.scale, QuotaScale::default());
    let account = house.client.account().await.unwrap();
    assert_eq!(account.balance, Some(Money::from_usd(10)));
    let groups = house.client.groups().await.unwrap();
    assert!(
        groups
            .iter()
            .any(|group| group.name == "default" && group.ratio.is_some())
    );
    let models = house.client.models(None).await.unwrap();
    let names: Vec<&str> = models.iter().map(|model| model.name.as_str()).collect();
    assert!(
        names.contains(&"relaydeck-handbook") && names.contains(&"relaydeck-lab"),
        "{names:?}"
    );
    let keys = house.client.keys().await.unwrap();
    assert_eq!(keys.len(), 1);
    assert_eq!(keys[0].masked, house.owner.first_key.masked());
    house.running.shutdown().await;
}

#[tokio::test]
async fn what_a_reply_costs_agrees_everywhere_to_the_unit() {
    let house = house().await;
    let client = &house.client;
    let quota = QuotaLimit::Limited(QuotaUnits(500_000));
    let (info, key) = client.create_key(&draft("blog-prod", quota)).await.unwrap();
    assert_eq!((info.status, info.left), (KeyStatus::Enabled, quota));
    assert_eq!(info.masked, key.masked());

    let before = client.account().await.unwrap().balance.unwrap();
    let sent = now();
    let came = chat(client, &key, "[[tokens=300 speed=0]] Hello").await;
    assert_eq!((came.fault, came.finish), (None, Some(Finish::Stop)));
    let usage = came.usage.expect("it reports what it counted");
    assert!(usage.output >= 300 && !came.text.is_empty());

    let query = ChargeQuery {
        request_id: came.request_id,
        model: "relaydeck-lab".into(),
        sent,
        ended: now(),
        usage: Some(usage),
    };
    let charge = client
        .charge_of(&query)
        .await
        .unwrap()
        .expect("billed when it ended");
    let groups = client.groups().await.unwrap();
    let models = client.models(None).await.unwrap();
    let model = models
        .iter()
        .find(|model| model.name == "relaydeck-lab")
        .unwrap();
    let price = model.price_in_group("default", &groups, QuotaScale::default());
    let expected = price.cost(&usage).unwrap();
    assert_eq!(charge.units, expected.units(QuotaScale::default()));
    assert_eq!(charge.usage, usage);
    assert_eq!(
        (charge.group.as_str(), charge.key_id),
        ("default", Some(info.id))
    );
    assert!(charge.units.0 > 0);

    let after = client.account().await.unwrap().balance.unwrap();
    assert_eq!(before.minus(after), charge.money);
    let keys = client.keys().await.unwrap();
    let used = keys.iter().find(|key| key.id == info.id).unwrap();
    assert_eq!(used.used, charge.units);
    assert_eq!(
        used.left,
        QuotaLimit::Limited(QuotaUnits(500_000 - charge.units.0))
    );
    // By likeness, as in a log without ids, it is the same row.
    let alike = ChargeQuery {
        request_id: None,
        ..query
    };
    assert_eq!(
        client.charge_of(&alike).await.unwrap().unwrap().units,
        charge.units
    );
    house.running.shutdown().await;
}

#[tokio::test]
async fn keys_that_may_not_are_told_apart() {
    let house = house().await;
    let client = &house.client;
    let (used_up, exhausted) = client
        .create_key(&draft("used-up", QuotaLimit::Limited(QuotaUnits(0))))
        .await
        .unwrap();
    assert_eq!(used_up.status, KeyStatus::Exhausted);
    let past = KeyDraft {
        expires: Some(relaydeck::domain::UnixSeconds(1_600_000_000)),
        ..draft("past", QuotaLimit::Unlimited)
    };
    let (_, expired) = client.create_key(&past).await.unwrap();
    let limited = KeyDraft {
        models: vec!["relaydeck-handbook".into()],
        ..draft("limited", QuotaLimit::Unlimited)
    };
    let (_, limited) = client.create_key(&limited).await.unwrap();
    let (gone_info, gone) = client
        .create_key(&draft("gone", QuotaLimit::Unlimited))
        .await
        .unwrap();
    client.delete_key(gone_info.id).await.unwrap();
    assert_eq!(
        client.delete_key(gone_info.id).await.unwrap_err().kind,
        FaultKind::NotFound
    );
    for (key, kind) in [
        (&exhausted, FaultKind::KeyQuota),
        (&expired, FaultKind::KeyExpired),
        (&limited, FaultKind::ModelNotAllowed),
        (&gone, FaultKind::CredentialRefused),
        (&house.owner.access_token, FaultKind::CredentialRefused),
    ] {
        let fault = chat(client, key, "Hello").await.fault.unwrap();
        assert_eq!(fault.kind, kind, "{fault}");
        assert!(fault.request_id.is_some(), "{fault:?}");
        assert!(!format!("{fault:?}").contains(key.expose()));
    }
    let nobody = ChatRequest {
        model: "relaydeck-handbok".into(),
        ..ask("Hello")
    };
    let fault = client
        .chat(&house.owner.first_key, &nobody)
        .await
        .unwrap_err();
    assert_eq!(fault.kind, FaultKind::ModelNotFound, "{fault}");
    house.running.shutdown().await;
}

#[tokio::test]
async fn x_09_every_fault_of_the_lab_is_understood() {
    let house = house().await;
    let key = &house.owner.first_key;
    for (fault, kinds, speaks) in [
        ("401", &[FaultKind::CredentialRefused][..], false),
        ("upstream-401", &[FaultKind::Upstream], false),
        ("402", &[FaultKind::Upstream], false),
        ("no-balance", &[FaultKind::Balance], false),
        ("no-quota", &[FaultKind::KeyQuota], false),
        ("no-channel", &[FaultKind::ModelNotFound], false),
        ("403", &[FaultKind::Upstream], false),
        ("404", &[FaultKind::ModelNotFound], false),
        ("429", &[FaultKind::RateLimited], false),
        ("upstream-429", &[FaultKind::Upstream], false),
        ("500", &[FaultKind::Upstream], false),
        ("503", &[FaultKind::Upstream], false),
        ("html", &[FaultKind::Upstream], false),
        ("empty", &[FaultKind::Upstream], false),
        ("json-as-stream", &[FaultKind::Upstream], false),
        (
            "cut after=20",
            &[FaultKind::Upstream, FaultKind::StreamBroken],
            true,
        ),
        (
            "reset after=20",
            &[FaultKind::Upstream, FaultKind::StreamBroken],
            true,
        ),
    ] {
        let came = chat(
            &house.client,
            key,
            &format!("[[tokens=60 speed=0 fault={fault}]] Hello"),
        )
        .await;
        let found = came
            .fault
            .unwrap_or_else(|| panic!("{fault}: no fault, {:?}", came.finish));
        assert!(
            kinds.contains(&found.kind),
            "{fault}: {:?} {found}",
            found.kind
        );
        assert_eq!(!came.text.is_empty(), speaks, "{fault}: what came is kept");
    }
    house.running.shutdown().await;
}

#[tokio::test]
async fn the_owner_s_channels_are_managed() {
    let house = house().await;
    let channels = house.client.channels().await.unwrap();
    assert!(
        !channels.is_empty(),
        "the built-in models are served by one"
    );
    let id = channels[0].id;
    assert!(
        house
            .client
            .test_channel(id, Some("relaydeck-lab"))
            .await
            .is_ok()
    );
    let models = house.client.channel_models(id).await.unwrap();
    assert!(models.contains(&"relaydeck-lab".to_owned()));
    house.running.shutdown().await;
}

#[tokio::test]
async fn an_account_is_made_logged_in_to_and_filled_from_a_code() {
    let house = house().await;
    let visitor = RelayClient::new(house.client.address().clone(), Credentials::default()).unwrap();
    let draft = LogIn {
        username: "ann".into(),
        password: ApiKey::new("correct horse"),
        code: None,
    };
    assert_eq!(visitor.registration().await.unwrap(), Registration::Closed);
    let refused = visitor.register(&draft).await.unwrap_err();
    assert!(refused.advice.contains("owner"), "{refused}");
    // The owner opens the door and makes a code, with any HTTP client.
    let http = reqwest::Client::builder().no_proxy().build().unwrap();
    let base = house.client.address().base().to_owned();
    let send = async |method: &str, path: &str, body: serde_json::Value| {
        let request = http.request(method.parse().unwrap(), format!("{base}{path}"));
        let request = request.bearer_auth(house.owner.access_token.expose());
        let answer: serde_json::Value = request
            .json(&body)
            .send()
            .await
            .unwrap()
            .json()
            .await
            .unwrap();
        assert_eq!(answer["success"], true, "{answer}");
        answer
    };
    send(
        "PUT",
        "/api/option/",
        serde_json::json!({"key": "RegisterEnabled", "value": true}),
    )
    .await;
    let code = send(
        "POST",
        "/api/redemption/",
        serde_json::json!({"name": "gift", "quota": 250_000}),
    )
    .await;
    // What a relay is was kept by the first client; the door was closed then.
    let visitor = RelayClient::new(house.client.address().clone(), Credentials::default()).unwrap();
    assert_eq!(visitor.registration().await.unwrap(), Registration::Here);
    visitor.register(&draft).await.unwrap();
    let LoggedIn::In {
        user_id,
        name,
        access_token,
    } = visitor.log_in(&draft).await.unwrap()
    else {
        panic!("no second factor here")
    };
    assert_eq!((user_id, name.as_str()), (Some(2), "ann"));
    let ann = visitor.with_account(access_token, user_id).unwrap();
    assert_eq!(ann.account().await.unwrap().balance, Some(Money::ZERO));
    let added = ann.redeem(code["data"][0].as_str().unwrap()).await.unwrap();
    assert_eq!(added, Money::parse("0.5").unwrap());
    assert_eq!(ann.account().await.unwrap().balance, Some(added));
    let history = ann.top_ups().await.unwrap();
    assert_eq!(history.len(), 1);
    assert_eq!(
        (history[0].amount, history[0].how.as_str()),
        (Some(added), "code")
    );
    let ways = ann.ways_to_pay().await.unwrap();
    assert!(ways.redeems && ways.methods.is_empty() && ways.shop.is_none());
    // One more log-in replaces the token: the one before stops working.
    visitor.log_in(&draft).await.unwrap();
    assert_eq!(
        ann.account().await.unwrap_err().kind,
        FaultKind::CredentialRefused
    );
    house.running.shutdown().await;
}
