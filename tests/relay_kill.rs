//! `kill -9` at random moments under load: no settled request is lost, none is billed twice, no reservation is left over.
//!
//! `RELAY_KILLS` says how often, and `--nocapture` shows what it came to: `RELAY_KILLS=200 cargo test --test relay_kill
//! -- --nocapture`.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod relay_support;

use std::hash::{BuildHasher, RandomState};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use relay_support::{Deck, hello, http, secret, until};
use relaydeck::domain::ApiKey;
use relaydeck::relay::{self, OwnerSecrets, RelayOptions, lock};
use reqwest::Client;
use serde_json::json;
use tokio::sync::Notify;

/// Clients that ask without a pause.
const CLIENTS: usize = 8;

/// Not a test of its own: started again by the test below, this process is the relay that gets killed.
#[tokio::test]
async fn a_relay_to_be_killed() {
    let Ok(folder) = std::env::var("RELAY_TO_BE_KILLED") else {
        return;
    };
    let owner = OwnerSecrets {
        access_token: ApiKey::new("T".repeat(32)),
        first_key: secret("k"),
    };
    let listen = SocketAddr::from(([127, 0, 0, 1], 0));
    let running = relay::start(RelayOptions::new(PathBuf::from(folder), listen, owner))
        .await
        .unwrap();
    assert!(running.address().port() > 0);
    std::future::pending::<()>().await;
}

struct Victim(Child);

impl Drop for Victim {
    fn drop(&mut self) {
        // When a test fails half-way, nothing of it stays behind.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

impl Victim {
    fn start(folder: &Path) -> Self {
        let child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "a_relay_to_be_killed", "--nocapture"])
            .env("RELAY_TO_BE_KILLED", folder)
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        Victim(child)
    }

    /// `SIGKILL`: nothing of it runs any more.
    fn kill(mut self) {
        self.0.kill().unwrap();
        self.0.wait().unwrap();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_killed_relay_loses_no_settled_request_bills_none_twice_and_leaves_no_reservation() {
    let rounds: usize = match std::env::var("RELAY_KILLS") {
        Ok(text) => text.parse().expect("RELAY_KILLS is a number"),
        Err(_) => 5,
    };
    let mut deck = Deck::start().await;
    deck.close().await;
    let client = http();
    let key = deck.owner.first_key.expose().to_owned();
    let (mut ended, mut released) = (0, 0);
    let mut last = Sums::default();
    for round in 1..=rounds {
        let folder = deck.folder.path().to_path_buf();
        let victim = Victim::start(&folder);
        let address = until(|| async {
            let holder = lock::holder(&folder).unwrap()?;
            holder.address
        })
        .await;
        let mut tasks = tokio::task::JoinSet::new();
        let begun: [Arc<Notify>; 2] = Default::default();
        for number in 0..CLIENTS {
            let begun = begun[number.min(1)].clone();
            tasks.spawn(asking(
                client.clone(),
                address,
                key.clone(),
                number == 0,
                begun,
            ));
        }
        let both = async { tokio::join!(begun[0].notified(), begun[1].notified()) };
        tokio::time::timeout(Duration::from_secs(60), both)
            .await
            .expect("the victim answers");
        // Any moment will do, between two writes or in the middle of one; but the long answer has its row by then.
        let moment = 60_000 + RandomState::new().hash_one(round) % 250_000;
        tokio::time::sleep(Duration::from_micros(moment)).await;
        victim.kill();
        while let Some(count) = tasks.join_next().await {
            ended += count.unwrap();
        }
        deck.open().await;
        released += deck.running.as_ref().unwrap().released();
        last = check(&deck, ended, round).await;
        deck.close().await;
    }
    println!(
        "{rounds} kills: {ended} answers seen to their end, {} requests settled, none lost, none twice; \
         {released} open reservations released, {} left over",
        last.rows, last.open
    );
    assert!(
        ended > 0 && released >= rounds,
        "{ended} ended, {released} released"
    );
    deck.open().await;
    let refunds = deck.get("/api/log/self?type=6").await["data"].clone();
    assert_eq!(refunds["total"], released);
    let told = refunds["items"][0]["content"].as_str().unwrap();
    assert!(told.contains("released"), "{told}");
}

/// A client that asks until nobody answers: how many answers it saw to their end.
async fn asking(
    client: Client,
    address: SocketAddr,
    key: String,
    long: bool,
    begun: Arc<Notify>,
) -> i64 {
    let mut body = hello("relaydeck-lab", true);
    // One of them is always in the middle when the end comes.
    let directives = if long {
        "[[tokens=5000 speed=50]]"
    } else {
        "[[tokens=30 speed=0]]"
    };
    body["messages"][0]["content"] = json!(directives);
    let mut ended = 0;
    loop {
        let request = client
            .post(format!("http://{address}/v1/chat/completions"))
            .bearer_auth(&key)
            .json(&body);
        let Ok(response) = request.send().await else {
            return ended;
        };
        assert_eq!(response.status(), 200);
        begun.notify_one();
        match response.text().await {
            Ok(text) if text.ends_with("data: [DONE]\n\n") => ended += 1,
            _ => return ended,
        }
    }
}

/// What must hold after every start.
async fn check(deck: &Deck, ended: i64, round: usize) -> Sums {
    let settled = Sums::of(deck);
    let own = deck.own().await;
    assert!(
        settled.rows >= ended,
        "{} rows for {ended} answers whose end was seen",
        settled.rows
    );
    assert!(
        settled.rows <= ended + (CLIENTS * round) as i64,
        "no more than were in flight besides"
    );
    assert_eq!(settled.distinct, settled.rows, "none twice");
    assert_eq!(
        (settled.key, settled.units),
        (settled.units, settled.account)
    );
    assert_eq!(own["quota"], 5_000_000 - settled.units);
    assert_eq!(
        (&own["request_count"], settled.open),
        (&json!(settled.rows), 0)
    );
    settled
}

/// What the database says.
#[derive(Default)]
struct Sums {
    rows: i64,
    distinct: i64,
    units: i64,
    key: i64,
    account: i64,
    open: i64,
}

impl Sums {
    fn of(deck: &Deck) -> Self {
        let database = deck.database();
        let one = |sql: &str| {
            database
                .query_row(sql, [], |row| row.get::<_, i64>(0))
                .unwrap()
        };
        Sums {
            rows: one("SELECT count(*) FROM logs WHERE kind = 2"),
            distinct: one("SELECT count(DISTINCT request_id) FROM logs WHERE kind = 2"),
            units: one("SELECT coalesce(sum(quota), 0) FROM logs WHERE kind = 2"),
            key: one("SELECT used_quota FROM keys WHERE id = 1"),
            account: one("SELECT used_quota FROM accounts WHERE id = 1"),
            open: one("SELECT count(*) FROM reservations"),
        }
    }
}
