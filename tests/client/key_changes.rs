//! Keys that are there: settings written over what the relay sent, switches, batches, secrets shown again.

use std::sync::Mutex;

use relaydeck::domain::{AutoRoute, FaultKind, KeyDraft, KeyStatus, QuotaLimit, QuotaUnits};
use serde_json::{Value, json};

use crate::fake::{Asked, Fake, Told};

/// One key of a relay of 2026, which takes whatever is not sent for zero, and masks keys.
fn row() -> Value {
    json!({"id": 7, "user_id": 1, "key": "aB3d**********x9Zk", "status": 1, "name": "laptop", "created_time": 1,
        "accessed_time": 2, "expired_time": -1, "remain_quota": 900, "unlimited_quota": false, "used_quota": 100,
        "model_limits_enabled": false, "model_limits": "", "allow_ips": "", "group": "auto", "cross_group_retry": true,
        "auto_groups": ["default", "vip"]})
}

/// A relay with one key, which it keeps as it is told to.
async fn relay(stored: Value) -> Fake {
    let stored = Mutex::new(stored);
    Fake::start(move |asked: &Asked| {
        let mut stored = stored.lock().unwrap();
        match asked.line().as_str() {
            "GET /api/status" => {
                Told::data(json!({"chats": [], "setup": true, "quota_per_unit": 500_000}))
            }
            "GET /api/token/7" => Told::data(stored.clone()),
            "PUT /api/token/" => {
                let sent = asked.json();
                if asked.query("status_only") == "1" {
                    stored["status"] = sent["status"].clone();
                } else {
                    for name in [
                        "name",
                        "expired_time",
                        "remain_quota",
                        "unlimited_quota",
                        "group",
                        "cross_group_retry",
                        "auto_groups",
                        "model_limits",
                        "model_limits_enabled",
                        "allow_ips",
                    ] {
                        stored[name] = sent.get(name).cloned().unwrap_or(Value::Null);
                    }
                }
                Told::data(stored.clone())
            }
            "POST /api/token/7/key" => Told::data(json!({"key": "aB3x9Zk7".repeat(6)})),
            "POST /api/token/batch" => Told::data(json!(2)),
            _ => Told::no_route(asked),
        }
    })
    .await
}

fn draft(quota: i64) -> KeyDraft {
    KeyDraft {
        name: "laptop-dev-curl-ann".into(),
        group: "auto".into(),
        quota: QuotaLimit::Limited(QuotaUnits(quota)),
        expires: None,
        models: vec!["gpt-4o".into()],
        ips: vec![],
        pace: relaydeck::domain::Pace::default(),
        auto: AutoRoute {
            groups: vec!["vip".into(), "default".into()],
            cross_group_retry: true,
        },
    }
}

#[tokio::test]
async fn new_settings_are_put_over_all_that_the_relay_sent() {
    let fake = relay(row()).await;
    let info = fake
        .member()
        .edit_key(7, &draft(5_000), false)
        .await
        .unwrap();
    assert_eq!(
        (info.name.as_str(), info.left),
        (
            "laptop-dev-curl-ann",
            QuotaLimit::Limited(QuotaUnits(5_000))
        )
    );
    let asked = fake.asked();
    let sent = asked
        .iter()
        .find(|asked| asked.method == "PUT")
        .unwrap()
        .json();
    assert_eq!(sent["user_id"], 1, "what we do not know of stays");
    assert_eq!(sent["cross_group_retry"], true);
    assert_eq!(sent["auto_groups"], json!(["vip", "default"]));
    assert_eq!(info.auto, draft(0).auto);
    assert_eq!(sent["model_limits"], "gpt-4o");
    assert_eq!(sent["expired_time"], -1, "else it would be expired");
    assert!(sent.get("status").is_none() && sent.get("key").is_none());
}

#[tokio::test]
async fn how_a_key_walks_the_groups_goes_with_auto_and_is_refused_where_the_relay_has_no_such_thing()
 {
    let fake = relay(row()).await;
    let one_group = KeyDraft {
        group: "vip".into(),
        ..draft(5_000)
    };
    let info = fake.member().edit_key(7, &one_group, false).await.unwrap();
    assert_eq!(info.auto, AutoRoute::default());
    let lifted = KeyDraft {
        auto: AutoRoute::default(),
        ..draft(5_000)
    };
    fake.member().edit_key(7, &lifted, false).await.unwrap();
    let asked = fake.asked();
    let sent = asked.iter().rfind(|asked| asked.method == "PUT").unwrap();
    assert_eq!(sent.json()["auto_groups"], Value::Null);

    // A relay from before 2026-08: its keys have no such member, and it has no such path.
    let mut old = row();
    old.as_object_mut().unwrap().remove("auto_groups");
    let fake = relay(old).await;
    let refused = fake.member().edit_key(7, &draft(5_000), false).await;
    assert_eq!(refused.unwrap_err().kind, FaultKind::Unsupported);
    let refused = fake.member().create_key(&draft(5_000)).await;
    assert_eq!(refused.unwrap_err().kind, FaultKind::Unsupported);
    let asked = fake.asked();
    assert!(asked.iter().all(|asked| asked.method == "GET"), "{asked:?}");
}

#[tokio::test]
async fn what_a_key_may_spend_stays_as_the_relay_has_it_where_nobody_changed_it() {
    let fake = relay(row()).await;
    // The form was opened when 1,000 were left; 100 have been spent since.
    let info = fake
        .member()
        .edit_key(7, &draft(1_000), true)
        .await
        .unwrap();
    assert_eq!(info.left, QuotaLimit::Limited(QuotaUnits(900)));
}

#[tokio::test]
async fn an_exhausted_key_that_gets_a_quota_is_enabled_again() {
    let mut dead = row();
    dead["status"] = json!(4);
    dead["remain_quota"] = json!(0);
    let fake = relay(dead).await;
    let info = fake
        .member()
        .edit_key(7, &draft(5_000), false)
        .await
        .unwrap();
    assert_eq!(info.status, KeyStatus::Enabled);
    let writes: Vec<Value> = fake
        .asked()
        .iter()
        .filter(|asked| asked.method == "PUT")
        .map(Asked::json)
        .collect();
    assert_eq!(writes.len(), 2);
    assert_eq!(writes[1], json!({"id": 7, "status": 1}));
}

#[tokio::test]
async fn s_17_a_secret_is_shown_again_where_the_relay_does_that() {
    let fake = relay(row()).await;
    let secret = fake.member().reveal_key(7).await.unwrap();
    assert_eq!(secret.expose(), format!("sk-{}", "aB3x9Zk7".repeat(6)));
    let mut clear = row();
    clear["key"] = json!("z".repeat(48));
    let fake = relay(clear).await;
    let secret = fake.member().reveal_key(7).await.unwrap();
    assert_eq!(
        secret.expose(),
        format!("sk-{}", "z".repeat(48)),
        "old relays hold it in the key"
    );
    assert!(!fake.lines().contains(&"POST /api/token/7/key".into()));
}

#[tokio::test]
async fn several_keys_are_deleted_with_one_call_where_there_is_one() {
    let fake = relay(row()).await;
    assert_eq!(fake.member().delete_keys(&[7, 8]).await.unwrap(), Some(2));
    let old = Fake::start(Told::no_route).await;
    assert_eq!(old.member().delete_keys(&[7, 8]).await.unwrap(), None);
    let none = fake.visitor().delete_keys(&[7]).await.unwrap_err();
    assert_eq!(none.kind, FaultKind::Unsupported);
}
