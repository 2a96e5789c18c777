//! A list that is fetched several times at once: only the answer to the last fetch counts, whichever comes last.

#![allow(clippy::unwrap_used, reason = "a helper that fails fails its test")]

#[allow(dead_code, reason = "a part of it is enough here")]
#[path = "client/fake.rs"]
mod fake;
mod support;

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use fake::{Asked, Fake, Piece, Told, access_token};
use relaydeck::domain::{Access, Profile};
use relaydeck::engine::door::{AskId, Command, Event, KeyRow, Scope, Snapshot};
use relaydeck::engine::host::Host;
use serde_json::json;
use support::host::TestHost;
use support::talk::Talk;
use tokio::sync::Notify;

/// What becomes of the fetches of keys, by their number from 1 (opening the profile is number 0): `None` answers at once.
type Plan = fn(usize) -> Option<Fate>;

#[derive(Clone, Copy)]
enum Fate {
    /// The answer, as it was at the time of asking, waits for leave.
    Held,
    Broken,
}

/// A relay with two keys, an engine on it, and the leave that held answers wait for.
struct Scene {
    talk: Talk,
    relay: Fake,
    leave: Arc<Notify>,
}

impl Scene {
    async fn play(plan: Plan) -> Scene {
        let (fetches, keys) = (AtomicUsize::new(0), Mutex::new(vec![8, 7]));
        let leave = Arc::new(Notify::new());
        let gate = Arc::clone(&leave);
        let relay = Fake::start(move |asked: &Asked| {
            let mut keys = keys.lock().unwrap();
            match asked.line().as_str() {
                "GET /api/status" => {
                    Told::data(json!({"chats": [], "setup": true, "quota_per_unit": 500_000}))
                }
                "GET /api/token/" => {
                    let rows: Vec<_> = keys.iter().map(|id| row(*id)).collect();
                    let page =
                        json!({"items": rows, "page": 1, "page_size": 100, "total": rows.len()});
                    match plan(fetches.fetch_add(1, Ordering::SeqCst)) {
                        None => Told::data(page),
                        Some(Fate::Broken) => Told::refused(400, "not now"),
                        Some(Fate::Held) => {
                            let body = json!({"success": true, "message": "", "data": page});
                            let body = body.to_string().into_bytes();
                            Told::bytes(200, "application/json", "")
                                .then(Piece::Leave(Arc::clone(&gate)))
                                .then(Piece::Bytes(body))
                        }
                    }
                }
                "DELETE /api/token/7" | "DELETE /api/token/7/" => {
                    keys.retain(|id| *id != 7);
                    Told::data(json!(null))
                }
                _ => Told::no_route(asked),
            }
        })
        .await;
        let host = Arc::new(TestHost::new());
        let profile = Profile {
            name: "far".into(),
            address: relay.address.clone(),
            access: Access::Account { user_id: Some(7) },
        };
        host.save_profile(&profile, Some(&access_token())).unwrap();
        let mut talk = Talk::with(&host);
        talk.open("far", &[]).await;
        Scene { talk, relay, leave }
    }

    /// Waits until so many fetches of keys have reached the relay.
    async fn fetched(&self, many: usize) {
        let asked = || {
            let lines = self.relay.lines();
            lines
                .iter()
                .filter(|line| *line == "GET /api/token/")
                .count()
        };
        while asked() <= many {
            tokio::task::yield_now().await;
        }
    }

    async fn delete(&mut self) {
        self.talk.say(Command::DeleteKeys {
            ask: AskId(1),
            ids: vec![7],
        });
        let gone = |event: &Event| matches!(event, Event::KeysDeleted { .. });
        match self.talk.until(gone).await {
            Event::KeysDeleted { ids, fault, .. } => assert_eq!((ids, fault), (vec![7], None)),
            _ => unreachable!("only the deletion fits"),
        }
    }
}

fn row(id: i64) -> serde_json::Value {
    json!({"id": id, "user_id": 7, "key": "aB3d**********x9Zk", "status": 1, "name": format!("key-{id}"),
        "created_time": 1, "accessed_time": 2, "expired_time": -1, "remain_quota": 900, "unlimited_quota": false,
        "used_quota": 100, "group": "default"})
}

fn ids(snapshot: &Snapshot) -> Vec<i64> {
    let of = |rows: &Vec<KeyRow>| rows.iter().map(|row| row.info.id).collect();
    match snapshot {
        Snapshot::Keys(rows) => of(rows),
        _ => Vec::new(),
    }
}

/// The keys that were told, list by list.
fn lists(told: &[Event]) -> Vec<Vec<i64>> {
    let keys = |event: &Event| match event {
        Event::Loaded { snapshot, .. } if snapshot.scope() == Scope::Keys => Some(ids(snapshot)),
        _ => None,
    };
    told.iter().filter_map(keys).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_older_answer_that_comes_last_brings_no_deleted_key_back() {
    let mut scene = Scene::play(|fetch| (fetch == 1).then_some(Fate::Held)).await;
    scene.fetched(1).await;
    scene.delete().await;
    assert_eq!(ids(&scene.talk.list(Scope::Keys).await), [8]);
    // Now the answer of before the deletion comes; one that is asked for after it shows that it was passed over.
    scene.leave.notify_one();
    for _ in 0..20 {
        assert_eq!(ids(&scene.talk.list(Scope::Keys).await), [8]);
    }
    let told = lists(scene.talk.told());
    assert!(told.iter().all(|list| *list == [8]), "{told:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_last_fetch_that_fails_is_told_and_the_next_one_is_taken() {
    let mut scene = Scene::play(|fetch| match fetch {
        1 => Some(Fate::Held),
        2 => Some(Fate::Broken),
        _ => None,
    })
    .await;
    scene.fetched(1).await;
    scene.delete().await;
    let failed = |event: &Event| {
        matches!(
            event,
            Event::Failed {
                scope: Scope::Keys,
                ..
            }
        )
    };
    scene.talk.until(failed).await;
    // What was read before the deletion is not taken for want of better.
    scene.leave.notify_one();
    assert_eq!(ids(&scene.talk.list(Scope::Keys).await), [8]);
    assert_eq!(lists(scene.talk.told()), Vec::<Vec<i64>>::new());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_asks_while_an_answer_is_under_way_waits_for_that_one() {
    let mut scene = Scene::play(|fetch| (fetch == 1).then_some(Fate::Held)).await;
    scene.fetched(1).await;
    for _ in 0..5 {
        scene.talk.say(Command::Refresh(Scope::Keys));
    }
    // Commands are obeyed in order: once this one is answered, those before it were obeyed.
    scene.talk.say(Command::Refresh(Scope::Account));
    let account =
        |event: &Event| matches!(event, Event::Failed { scope, .. } if *scope == Scope::Account);
    scene.talk.until(account).await;
    scene.leave.notify_one();
    assert_eq!(ids(&scene.talk.list(Scope::Keys).await), [8, 7]);
    let fetches = scene
        .relay
        .lines()
        .into_iter()
        .filter(|line| line == "GET /api/token/")
        .count();
    assert!(fetches <= 3, "{fetches} fetches, the first one at opening");
}
