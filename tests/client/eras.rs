//! Probing, keys, groups and models at a console of every era.

use std::collections::BTreeSet;

use relaydeck::client::{Credentials, RelayClient};
use relaydeck::domain::{
    ApiKey, FaultKind, KeyDraft, KeyStatus, Money, QuotaLimit, QuotaUnits, Ratio,
};
use serde_json::json;

use crate::console::{Console, secret};
use crate::fake::{Fake, Told, access_token, key, options};

fn draft(name: &str) -> KeyDraft {
    KeyDraft {
        name: name.into(),
        group: "vip".into(),
        quota: QuotaLimit::Limited(QuotaUnits(2_500_000)),
        expires: None,
        models: vec![],
        ips: vec![],
        pace: relaydeck::domain::Pace::default(),
        auto: relaydeck::domain::AutoRoute::default(),
    }
}

#[tokio::test]
async fn every_console_is_recognised() {
    for (name, console) in Console::all(3) {
        let reveals = name != "ours";
        let fake = console.start().await;
        let facts = fake.member().probe().await.unwrap();
        assert!(facts.manages, "{name}");
        assert_eq!(facts.reveals_keys, reveals, "{name}");
        assert_eq!(facts.scale.units_per_usd(), 500_000, "{name}");
        assert!(facts.version.is_some(), "{name}");
        assert!(fake.asked().len() <= 4, "{name}: {:?}", fake.lines());
        assert!(
            fake.asked().iter().all(|asked| asked.method == "GET"),
            "{name}: a probe changes nothing"
        );

        let visitor = fake.visitor().probe().await.unwrap();
        assert!(!visitor.manages && !visitor.reveals_keys, "{name}");
    }
}

#[tokio::test]
async fn all_keys_come_once_and_newest_first_however_pages_are_counted() {
    for count in [0, 1, 9, 10, 11, 37, 100, 101, 230] {
        for (name, console) in Console::all(count) {
            let fake = console.start().await;
            let keys = fake.member().keys().await.unwrap();
            let ids: Vec<i64> = keys.iter().map(|key| key.id).collect();
            let expected: Vec<i64> = (1..=count as i64).rev().collect();
            assert_eq!(ids, expected, "{name}, {count} keys: {:?}", fake.lines());
            for asked in fake.asked() {
                assert_ne!(asked.query("p").chars().next(), Some('-'));
            }
        }
    }
}

#[tokio::test]
async fn no_list_holds_a_secret() {
    for (name, console) in Console::all(3) {
        let fake = console.start().await;
        let keys = fake.member().keys().await.unwrap();
        assert!(!format!("{keys:?}").contains(&secret(2)), "{name}");
        assert_eq!(keys[1].masked, "sk-0002**********0002", "{name}");
        assert_eq!(keys[1].status, KeyStatus::Enabled);
    }
}

#[tokio::test]
async fn s_16_a_key_that_is_made_comes_with_its_secret() {
    for (name, console) in Console::all(12) {
        let fake = console.start().await;
        let (info, made) = fake.member().create_key(&draft("blog-prod")).await.unwrap();
        assert_eq!((info.id, info.name.as_str()), (13, "blog-prod"), "{name}");
        assert_eq!(made.expose(), format!("sk-{}", secret(13)), "{name}");
        assert_eq!(info.masked, made.masked(), "{name}");
        assert_eq!(info.left, QuotaLimit::Limited(QuotaUnits(2_500_000)));
        let posts = fake
            .lines()
            .iter()
            .filter(|line| *line == "POST /api/token/")
            .count();
        assert_eq!(posts, 1, "{name}");
    }
}

#[tokio::test]
async fn a_key_of_the_same_name_is_not_taken_for_the_new_one() {
    let fake = Console::spring_2026(0).start().await;
    let client = fake.member();
    let (first, _) = client.create_key(&draft("twin")).await.unwrap();
    let (second, made) = client.create_key(&draft("twin")).await.unwrap();
    assert_eq!((first.id, second.id), (1, 2));
    assert_eq!(made.expose(), format!("sk-{}", secret(2)));
}

#[tokio::test]
async fn a_key_whose_secret_stays_hidden_is_named() {
    let console = Console {
        reveals: false,
        ..Console::spring_2026(0)
    };
    let fake = console.start().await;
    let fault = fake
        .member()
        .create_key(&draft("blog-prod"))
        .await
        .unwrap_err();
    assert!(
        fault.message.contains("blog-prod") && fault.message.contains("number 1"),
        "{fault}"
    );
    assert!(fault.advice.contains("delete this key"), "{}", fault.advice);
}

#[tokio::test]
async fn s_12_a_name_no_relay_takes_is_refused_before_anything_is_sent() {
    let fake = Console::ours(0).start().await;
    for name in ["", "  ", &"键".repeat(17)] {
        let fault = fake.member().create_key(&draft(name)).await.unwrap_err();
        assert_eq!(fault.kind, FaultKind::BadRequest);
    }
    assert!(fake.asked().is_empty());
}

#[tokio::test]
async fn a_key_is_deleted_and_an_unknown_one_is_not_found() {
    for (name, console) in Console::all(3) {
        let fake = console.start().await;
        let client = fake.member();
        client.delete_key(2).await.unwrap();
        let ids: Vec<i64> = client
            .keys()
            .await
            .unwrap()
            .iter()
            .map(|key| key.id)
            .collect();
        assert_eq!(ids, [3, 1], "{name}");
        assert_eq!(
            client.delete_key(2).await.unwrap_err().kind,
            FaultKind::NotFound,
            "{name}"
        );
    }
}

#[tokio::test]
async fn an_access_token_that_is_refused_says_so_in_every_era() {
    for (name, console) in Console::all(1) {
        let fake = console.start().await;
        let credentials = Credentials {
            access_token: Some(ApiKey::new("wr0ngTokenOfNobody".repeat(2))),
            user_id: Some(7),
        };
        let client =
            RelayClient::with_options(fake.address.clone(), credentials, options()).unwrap();
        for fault in [
            client.probe().await.unwrap_err(),
            client.keys().await.unwrap_err(),
            client.account().await.unwrap_err(),
            client.groups().await.unwrap_err(),
        ] {
            assert_eq!(fault.kind, FaultKind::CredentialRefused, "{name}: {fault}");
            assert!(
                fault.advice.contains("access token"),
                "{name}: {}",
                fault.advice
            );
        }
    }
}

#[tokio::test]
async fn without_an_account_nothing_of_it_is_asked() {
    let fake = Console::ours(1).start().await;
    let client = fake.visitor();
    for fault in [
        client.keys().await.unwrap_err(),
        client.account().await.unwrap_err(),
        client.create_key(&draft("blog-prod")).await.unwrap_err(),
        client.delete_key(1).await.unwrap_err(),
        client.charge_of(&Default::default()).await.unwrap_err(),
        client.channels().await.unwrap_err(),
    ] {
        assert_eq!(fault.kind, FaultKind::Unsupported);
        assert!(fault.advice.contains("access token"));
    }
    assert!(fake.asked().is_empty());
}

#[tokio::test]
async fn a_relay_that_wants_the_account_s_number_says_how_to_give_it() {
    let fake = Console::spring_2026(1).start().await;
    let credentials = Credentials {
        access_token: Some(access_token()),
        user_id: None,
    };
    let client = RelayClient::with_options(fake.address.clone(), credentials, options()).unwrap();
    let fault = client.probe().await.unwrap_err();
    assert_eq!(fault.kind, FaultKind::CredentialRefused);
    assert!(fault.advice.contains("--user-id"), "{}", fault.advice);

    let fake = Console::autumn_2026(1).start().await;
    let credentials = Credentials {
        access_token: Some(access_token()),
        user_id: None,
    };
    let client = RelayClient::with_options(fake.address.clone(), credentials, options()).unwrap();
    assert!(
        client.probe().await.unwrap().manages,
        "newer ones want no number"
    );
}

#[tokio::test]
async fn a_fork_s_own_header_is_learnt_from_its_message() {
    for header in ["veloera-user", "rix-api-user", "some-fork-user"] {
        let console = Console {
            header: Some(header),
            ..Console::summer_2025(2)
        };
        let fake = console.start().await;
        let client = fake.member();
        assert_eq!(client.keys().await.unwrap().len(), 2, "{header}");
        let before = fake.asked().len();
        client.keys().await.unwrap();
        assert_eq!(
            fake.asked().len(),
            before + 1,
            "{header}: asked once, remembered"
        );
    }
}

#[tokio::test]
async fn the_account_and_its_groups_are_read() {
    for (name, console) in Console::all(0) {
        let has_groups = console.groups.is_some();
        let fake = console.start().await;
        let client = fake.member();
        let account = client.account().await.unwrap();
        assert_eq!(
            (account.id, account.name.as_str(), account.group.as_str()),
            (Some(7), "Ann", "vip"),
            "{name}"
        );
        assert_eq!(account.balance, Some(Money::from_usd(5)), "{name}");
        let groups = client.groups().await.unwrap();
        let shown: Vec<_> = groups
            .iter()
            .map(|group| (group.name.as_str(), group.ratio))
            .collect();
        let expected = match has_groups {
            true => vec![("default", Some(Ratio::ONE)), ("vip", Ratio::from_f64(0.8))],
            // One API tells the account's own group, and no ratio.
            false => vec![("vip", None)],
        };
        assert_eq!(shown, expected, "{name}");
    }
}

#[tokio::test]
async fn models_come_from_wherever_they_are_told() {
    let names = |client: RelayClient, key: Option<ApiKey>| async move {
        let models = client.models(key.as_ref()).await.unwrap();
        models
            .into_iter()
            .map(|model| model.name)
            .collect::<Vec<_>>()
    };
    let fake = Console::summer_2025(0).start().await;
    assert_eq!(names(fake.member(), None).await, ["m-1"], "the price list");
    assert_eq!(
        names(fake.visitor(), Some(key())).await,
        ["m-1"],
        "which is public"
    );

    let fake = Console::one_api(0).start().await;
    assert_eq!(names(fake.member(), None).await, ["oa-a", "oa-b"]);
    assert_eq!(names(fake.visitor(), Some(key())).await, ["v1-a", "v1-b"]);

    let hidden = Console {
        pricing: Some(json!({"success":false,"message":"pricing is disabled"})),
        ..Console::autumn_2026(0)
    };
    let fake = hidden.start().await;
    assert_eq!(names(fake.member(), None).await, ["na-a"]);
    assert_eq!(names(fake.visitor(), Some(key())).await, ["v1-a", "v1-b"]);
    let fault = fake.visitor().models(None).await.unwrap_err();
    assert_eq!(fault.kind, FaultKind::Unsupported);
}

#[tokio::test]
async fn a_visitor_sees_the_public_groups() {
    let fake = Console::summer_2025(0).start().await;
    let groups = fake.visitor().groups().await.unwrap();
    assert_eq!(groups.len(), 1);
    assert_eq!(groups[0].name, "default");
}

#[tokio::test]
async fn rows_that_move_between_pages_are_not_listed_twice() {
    // Each page shows again the last three rows of the one before, as when keys are made meanwhile.
    let fake = Fake::start(|asked| match asked.line().as_str() {
        "GET /api/token/" => {
            let page: i64 = asked.query("p").parse::<i64>().unwrap().max(1) - 1;
            let top = 250 - page * 97;
            let rows: Vec<_> = (1..=top)
                .rev()
                .take(100)
                .map(|id| json!({"id":id,"key":"","status":1}))
                .collect();
            Told::data(json!({"items":rows,"total":250,"page":page + 1,"page_size":100}))
        }
        _ => Told::no_route(asked),
    })
    .await;
    let keys = fake.member().keys().await.unwrap();
    let ids: BTreeSet<i64> = keys.iter().map(|key| key.id).collect();
    assert_eq!((keys.len(), ids.len()), (250, 250));
}

#[tokio::test]
async fn a_server_that_repeats_a_page_for_ever_is_left() {
    let fake = Fake::start(|_| {
        let rows: Vec<_> = (1..=100).map(|id| json!({"id":id})).collect();
        Told::data(json!(rows))
    })
    .await;
    assert_eq!(fake.member().keys().await.unwrap().len(), 100);
    assert_eq!(fake.asked().len(), 2);
}
