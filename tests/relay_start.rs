//! Starting and stopping: what a second start, a broken folder or a full disk do, and do not do.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod relay_support;

use std::time::Duration;

use relay_support::{Deck, chunk, data_lines, fed_response, hello, json_of, other, secret, until};
use relaydeck::domain::ApiKey;
use relaydeck::relay::{self, Limits, OwnerSecrets, RelayError, RelayOptions, lock};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

#[tokio::test]
async fn a_port_in_use_is_named() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap();
    let deck = Deck::start().await;
    let folder = tempfile::tempdir().unwrap();
    let options = RelayOptions {
        folder: folder.path().to_path_buf(),
        listen: address,
        ..deck.options()
    };
    let error = relay::start(options.clone()).await.unwrap_err();
    assert!(error.to_string().contains(&address.port().to_string()));
    assert!(matches!(error, RelayError::PortInUse(_)));
    assert_eq!(
        lock::holder(folder.path()).unwrap(),
        None,
        "the lock is free again"
    );
    drop(taken);
    relay::start(options).await.unwrap().shutdown().await;
}

#[tokio::test]
async fn a_second_start_is_told_where_the_first_one_is() {
    let mut deck = Deck::start().await;
    let error = relay::start(deck.options()).await.unwrap_err();
    let RelayError::LockHeld(holder) = &error else {
        panic!("{error}")
    };
    assert_eq!(format!("http://{}", holder.address.unwrap()), deck.base);
    assert!(error.advice().contains(&deck.base), "{}", error.advice());
    let found = lock::holder(deck.folder.path()).unwrap().unwrap();
    assert_eq!(
        (found.pid, found.address),
        (Some(std::process::id()), holder.address)
    );
    deck.close().await;
    assert_eq!(lock::holder(deck.folder.path()).unwrap(), None);
}

#[tokio::test]
async fn a_restart_finds_everything_and_makes_nothing_twice() {
    let mut deck = Deck::start().await;
    let (row, key) = deck
        .make_key(json!({"name": "kept", "remain_quota": 70_000}))
        .await;
    json_of(
        deck.chat(&key, &hello("relaydeck-lab", false))
            .send()
            .await
            .unwrap(),
    )
    .await;
    let before = (
        deck.own().await,
        deck.get("/api/token/").await,
        deck.get("/api/log/self").await,
    );
    deck.close().await;
    deck.open().await;
    assert!(!deck.running.as_ref().unwrap().is_fresh());
    assert_eq!(deck.running.as_ref().unwrap().first_key(), Some(1));
    let after = (
        deck.own().await,
        deck.get("/api/token/").await,
        deck.get("/api/log/self").await,
    );
    assert_eq!(before, after);
    assert_eq!(
        deck.chat(&key, &hello("relaydeck-lab", false))
            .send()
            .await
            .unwrap()
            .status(),
        200
    );
    assert_eq!(row["id"], 2);
}

#[tokio::test]
async fn a_deleted_first_key_stays_dead_and_a_new_one_takes_its_place() {
    let mut deck = Deck::start().await;
    deck.send("DELETE", "/api/token/1", &json!({})).await;
    deck.close().await;
    deck.open().await;
    assert_eq!(deck.running.as_ref().unwrap().first_key(), None);
    let old = deck.owner.first_key.expose().to_owned();
    assert_eq!(
        deck.chat(&old, &hello("relaydeck-lab", false))
            .send()
            .await
            .unwrap()
            .status(),
        401
    );
    deck.close().await;
    deck.owner.first_key = secret("n");
    deck.owner.access_token = ApiKey::new("V".repeat(32));
    deck.open().await;
    assert_eq!(deck.running.as_ref().unwrap().first_key(), Some(2));
    let new = deck.owner.first_key.expose().to_owned();
    assert_eq!(
        deck.chat(&new, &hello("relaydeck-lab", false))
            .send()
            .await
            .unwrap()
            .status(),
        200
    );
    assert_eq!(
        deck.own().await["username"],
        "owner",
        "a new access token takes the old one's place"
    );
    let old = deck
        .client
        .get(format!("{}/api/user/self", deck.base))
        .bearer_auth("T".repeat(32));
    assert_eq!(old.send().await.unwrap().status(), 401);
}

#[tokio::test]
async fn folders_and_databases_that_cannot_be_used_are_told_and_left_alone() {
    let deck = Deck::start().await;
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| RelayOptions {
        folder: folder.path().join(name),
        ..deck.options()
    };
    std::fs::write(folder.path().join("file"), "x").unwrap();
    let error = relay::start(at("file")).await.unwrap_err();
    assert!(
        matches!(error, RelayError::FolderNotWritable { .. }),
        "{error}"
    );

    std::fs::create_dir(folder.path().join("newer")).unwrap();
    let newer = rusqlite::Connection::open(folder.path().join("newer/relay.db")).unwrap();
    newer.pragma_update(None, "user_version", 77).unwrap();
    drop(newer);
    let error = relay::start(at("newer")).await.unwrap_err();
    assert!(
        matches!(error, RelayError::DatabaseNewer { found: 77, .. }),
        "{error}"
    );

    std::fs::create_dir(folder.path().join("damaged")).unwrap();
    let garbage = "no database".repeat(500);
    std::fs::write(folder.path().join("damaged/relay.db"), &garbage).unwrap();
    let error = relay::start(at("damaged")).await.unwrap_err();
    assert!(
        matches!(error, RelayError::DatabaseDamaged { .. }),
        "{error}"
    );
    assert_eq!(
        std::fs::read_to_string(folder.path().join("damaged/relay.db")).unwrap(),
        garbage
    );

    let weak = RelayOptions {
        owner: OwnerSecrets {
            access_token: ApiKey::new("short"),
            ..deck.owner.clone()
        },
        ..at("weak")
    };
    assert!(matches!(
        relay::start(weak).await.unwrap_err(),
        RelayError::WeakSecret("access token")
    ));
}

#[tokio::test]
async fn new_secrets_are_random_and_long() {
    let (one, other) = (
        OwnerSecrets::generate().unwrap(),
        OwnerSecrets::generate().unwrap(),
    );
    assert_ne!(one.access_token, other.access_token);
    assert_ne!(one.first_key, other.first_key);
    assert!(
        one.first_key.expose().starts_with("sk-") && !one.access_token.expose().starts_with("sk-")
    );
}

#[tokio::test]
async fn a_database_that_cannot_be_written_stops_new_requests_and_loses_no_charge() {
    let (hand, mut feeds) = tokio::sync::mpsc::unbounded_channel();
    let upstream = relay_support::Upstream::start(move |_| {
        let (feed, response) = fed_response();
        feed.send(Ok(chunk("hi"))).unwrap();
        hand.send(feed).unwrap();
        response
    })
    .await;
    let deck = Deck::with(Limits {
        grace: Duration::from_millis(100),
        ..Limits::default()
    })
    .await;
    deck.add_channel(json!({"base_url": upstream.base, "models": "m", "prices": {"m": {"input": "2", "output": "8"}}})).await;
    let key = deck.owner.first_key.expose().to_owned();
    let response = deck.chat(&key, &hello("m", true)).send().await.unwrap();
    // Somebody else takes the database away while the answer runs: no write can succeed.
    let thief = deck.database();
    thief.busy_timeout(Duration::from_secs(5)).unwrap();
    thief
        .execute_batch(
            "CREATE TRIGGER broken BEFORE INSERT ON logs BEGIN SELECT raise(FAIL, 'no room'); END;",
        )
        .unwrap();
    let feed = feeds.recv().await.unwrap();
    feed.send(Ok(format!(
        "{}{}{}",
        relay_support::STOP,
        relay_support::USAGE,
        relay_support::DONE
    )))
    .unwrap();
    assert_eq!(
        data_lines(response).await.last().unwrap(),
        "[DONE]",
        "the answer itself is not lost"
    );
    assert_ne!(
        deck.last_log().await["type"],
        2,
        "it is in the journal alone"
    );
    let refused = deck.chat(&key, &hello("m", true)).send().await.unwrap();
    assert_eq!(refused.status(), 503);
    assert_eq!(json_of(refused).await["error"]["code"], "store_unavailable");
    thief.execute_batch("DROP TRIGGER broken").unwrap();
    let log: Value = until(|| async {
        let log = deck.last_log().await;
        (log["type"] == 2).then_some(log)
    })
    .await;
    assert_eq!(
        (&log["quota"], deck.own().await["used_quota"].clone()),
        (&json!(300), json!(300))
    );
    let again = deck
        .chat(&key, &hello("relaydeck-lab", false))
        .send()
        .await
        .unwrap();
    assert_eq!(again.status(), 200);
}

#[tokio::test]
async fn a_client_that_does_not_read_is_let_go_at_the_end_and_billed() {
    let mut deck = Deck::start().await;
    let key = deck.owner.first_key.expose().to_owned();
    let mut body = hello("relaydeck-lab", true);
    body["messages"][0]["content"] = json!("[[tokens=32768 speed=0]]");
    let text = body.to_string();
    let mut stream = TcpStream::connect(deck.base.trim_start_matches("http://"))
        .await
        .unwrap();
    let head = format!(
        "POST /v1/chat/completions HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {key}\r\ncontent-length: {}\r\n\r\n{text}",
        text.len()
    );
    stream.write_all(head.as_bytes()).await.unwrap();
    let mut begun = [0; 12];
    stream.read_exact(&mut begun).await.unwrap();
    assert_eq!(&begun, b"HTTP/1.1 200");
    tokio::time::timeout(Duration::from_secs(10), deck.close())
        .await
        .expect("it ends");
    deck.open().await;
    assert_eq!(deck.running.as_ref().unwrap().released(), 0);
    let log = deck.last_log().await;
    assert!(log["completion_tokens"].as_i64().unwrap() > 0, "{log}");
    assert_eq!(other(&log)["stream_status"]["status"], "error", "{log}");
    assert_eq!(deck.own().await["used_quota"], log["quota"]);
}
