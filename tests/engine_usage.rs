//! What other programs send through the embedded relay is seen while it runs, and has a receipt afterwards: the
//! engine with a real client, a real ledger and the real relay.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a helper that fails fails its test"
)]

#[allow(dead_code, reason = "a part of it is enough here")]
#[path = "client/fake.rs"]
mod fake;
mod support;

use std::sync::Arc;
use std::time::Duration;

use fake::{Asked, Fake, Piece, Told, access_token};
use relaydeck::domain::{
    Access, By, Fault, FaultKind, LogMark, Profile, RunningRequest, UnixMillis,
};
use relaydeck::engine::bringing::bring_in;
use relaydeck::engine::clock::Clock;
use relaydeck::engine::door::{Command, Event, Scope, UsageView};
use relaydeck::engine::host::Host;
use relaydeck::engine::session::Session;
use relaydeck::ledger::Ledger;
use serde_json::{Value, json};
use support::host::TestHost;
use support::talk::Talk;

async fn usage(deck: &mut Talk) -> UsageView {
    deck.say(Command::LookAtUsage {
        since: UnixMillis(0),
        disputes: false,
    });
    let told = |event: &Event| matches!(event, Event::Usage { .. } | Event::UsageFailed { .. });
    match deck.until(told).await {
        Event::Usage { view, .. } => *view,
        other => panic!("{other:?}"),
    }
}

/// What another program sends to the relay inside.
async fn another_program(host: &TestHost, name: &str, body: Value) -> reqwest::RequestBuilder {
    let address = host.start_local().await.unwrap();
    let key = host.held_keys("local").unwrap()[0].secret.clone();
    let client = reqwest::Client::builder().no_proxy().user_agent(name);
    let asked = client
        .build()
        .unwrap()
        .post(address.join("/v1/chat/completions"));
    asked.bearer_auth(key.expose()).json(&body)
}

/// Another program asks the relay inside something.
async fn another_program_asks(host: &TestHost) {
    let body = json!({"model": "relaydeck-lab",
        "messages": [{"role": "user", "content": "[[tokens=40 speed=0]]"}]});
    let asked = another_program(host, "codex_cli_rs/0.60.1", body).await;
    let answer = asked.send().await.unwrap();
    assert!(answer.status().is_success());
    answer.bytes().await.unwrap();
}

/// Waits until what runs at the relay is this.
async fn running(
    deck: &mut Talk,
    wanted: impl Fn(&[RunningRequest]) -> bool,
) -> Vec<RunningRequest> {
    let told = |event: &Event| matches!(event, Event::Running(list) if wanted(list));
    match deck.until(told).await {
        Event::Running(list) => list,
        _ => unreachable!("only what runs fits"),
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn x_05_what_another_program_sends_is_seen_while_it_runs_and_has_a_receipt_afterwards() {
    let host = Arc::new(TestHost::new());
    let mut deck = Talk::with(&host);
    deck.open("local", &[Scope::Models]).await;
    deck.say(Command::WatchRunning(true));
    assert!(running(&mut deck, |_| true).await.is_empty());

    let body = json!({"model": "relaydeck-lab", "stream": true,
        "messages": [{"role": "user", "content": "[[tokens=30000 speed=20]]"}]});
    let asked = another_program(&host, "claude-cli/1.0.119 (external, cli)", body).await;
    let stop = tokio_util::sync::CancellationToken::new();
    let stopped = stop.clone();
    let tool = tokio::spawn(async move {
        let mut response = asked.send().await.unwrap();
        while let Ok(Some(_)) = response.chunk().await {
            if stopped.is_cancelled() {
                return;
            }
        }
    });
    let far = |list: &[RunningRequest]| list.first().is_some_and(|first| first.parts > 2);
    let seen = running(&mut deck, far).await.remove(0);
    assert_eq!(
        (
            seen.tool.as_str(),
            seen.model.as_str(),
            seen.key_name.as_str()
        ),
        ("claude-code", "relaydeck-lab", "local-default")
    );
    stop.cancel();
    tool.await.unwrap();
    running(&mut deck, <[RunningRequest]>::is_empty).await;
    // Its bill is brought in right after; the dashboard is told that the ledger changed.
    let view = loop {
        let view = usage(&mut deck).await;
        if !view.receipts.is_empty() {
            break view;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    };
    let receipt = &view.receipts[0];
    assert_eq!(receipt.tool, "claude-code");
    assert!(receipt.charged.is_some() && receipt.request_id.is_some());
    let rows = view.report.rows(By::Tool, &jiff::tz::TimeZone::UTC);
    assert_eq!(rows.len(), 1);
    assert_eq!((rows[0].0.as_str(), rows[0].1.requests), ("claude-code", 1));

    deck.leave().await;
    host.stop_relay().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn x_05_what_another_program_spent_is_in_the_spend_of_today_though_nobody_looks() {
    let host = Arc::new(TestHost::new());
    let mut deck = Talk::with(&host);
    deck.open("local", &[Scope::Models]).await;
    another_program_asks(&host).await;
    let spent = |event: &Event| matches!(event, Event::Today(today) if today.requests == 1);
    let Event::Today(today) = deck.until(spent).await else {
        unreachable!("only the spend of today fits")
    };
    assert!(today.spent > relaydeck::domain::Money::ZERO && today.tokens > 40);
    deck.leave().await;
    host.stop_relay().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn x_05_a_start_reads_only_what_is_new_in_the_log_and_notices_a_log_that_began_anew() {
    let host = Arc::new(TestHost::new());
    let ledger = Ledger::open(&host.ledger_file()).unwrap();
    let today = |requests: u64| move |event: &Event| matches!(event, Event::Today(today) if today.requests == requests);
    let mut deck = Talk::with(&host);
    deck.open("local", &[Scope::Models]).await;
    another_program_asks(&host).await;
    deck.until(today(1)).await;
    deck.leave().await;
    let first = ledger.log_mark("local").await.unwrap();
    assert!(first.row > 0 && !first.request_id.is_empty());

    // While no dashboard runs; the next one finds it behind the mark.
    another_program_asks(&host).await;
    let mut deck = Talk::with(&host);
    deck.open("local", &[Scope::Models]).await;
    deck.until(today(2)).await;
    deck.leave().await;
    let second = ledger.log_mark("local").await.unwrap();
    assert!(second.row > first.row);

    // A mark of another log: all of this one is read, and nothing is there twice.
    let other = LogMark {
        row: second.row + 400,
        request_id: "of another log".into(),
    };
    ledger.set_log_mark("local", other).await.unwrap();
    another_program_asks(&host).await;
    let mut deck = Talk::with(&host);
    deck.open("local", &[Scope::Models]).await;
    deck.until(today(3)).await;
    deck.leave().await;
    let third = ledger.log_mark("local").await.unwrap();
    assert!(third.row > second.row && third.row < second.row + 400);
    host.stop_relay().await;
}

/// A relay of this name, whose log answers each page by a function; the home that looks into it, and what came of that.
struct Far {
    relay: Fake,
    host: Arc<TestHost>,
    ledger: Ledger,
}

impl Far {
    async fn start(name: &'static str, log: impl Fn(usize) -> Told + Send + Sync + 'static) -> Far {
        relaydeck::client::install_tls();
        let relay = Fake::start(move |asked: &Asked| match asked.line().as_str() {
            "GET /api/status" => Told::data(
                json!({"system_name": name, "chats": [], "setup": true, "quota_per_unit": 500_000}),
            ),
            "GET /api/user/self" => Told::data(json!({"id": 7, "username": "ada", "quota": 1})),
            "GET /api/log/self" => log(asked.query("p").parse().unwrap()),
            _ => Told::no_route(asked),
        })
        .await;
        let host = Arc::new(TestHost::new());
        let profile = Profile {
            name: "far".into(),
            address: relay.address.clone(),
            access: Access::Account { user_id: Some(7) },
        };
        host.save_profile(&profile, Some(&access_token())).unwrap();
        let ledger = Ledger::open(&host.ledger_file()).unwrap();
        Far {
            relay,
            host,
            ledger,
        }
    }

    async fn bring_in(&self, patience: Option<Duration>) -> (usize, Option<Fault>) {
        let host = Arc::clone(&self.host) as Arc<dyn Host>;
        let session = Session::open(host, "far").await.unwrap();
        assert!(session.facts.manages);
        bring_in(&session, &self.ledger, &Clock::system(), patience).await
    }

    fn pages_asked(&self) -> usize {
        let lines = self.relay.lines();
        lines.iter().filter(|line| line.contains("log")).count()
    }

    async fn mark(&self) -> i64 {
        self.ledger.log_mark("far").await.unwrap().row
    }
}

/// Ten rows, the newest first, down to this number.
fn ten(lowest: usize) -> Told {
    let other = json!({"tool": "cursor"}).to_string();
    let rows: Vec<Value> = (lowest..lowest + 10)
        .rev()
        .map(|id| {
            json!({"id": id, "type": 2, "created_at": 1_760_000_000 + id, "model_name": "m", "quota": 1,
                "request_id": format!("req-{id}"), "other": other})
        })
        .collect();
    Told::data(json!({"items": rows, "page": 1, "page_size": 10, "total": 9_999}))
}

#[tokio::test]
async fn x_05_the_log_of_a_relay_that_is_not_ours_is_not_read_for_programs_it_does_not_name() {
    let far = Far::start("Example", |page| ten(9_000 - 10 * page)).await;
    assert_eq!(far.bring_in(None).await, (0, None));
    assert_eq!((far.pages_asked(), far.mark().await), (0, 0));
}

#[tokio::test]
async fn x_05_a_long_log_is_read_to_where_it_was_read_before_and_no_row_is_lost() {
    let pages = 104;
    let log = move |page: usize| match page {
        1..=104 => ten(1 + 10 * (pages - page)),
        _ => Told::data(json!({"items": [], "page": page, "page_size": 10, "total": 1_040})),
    };
    let far = Far::start("relaydeck", log).await;
    assert_eq!(far.bring_in(None).await, (1_040, None));
    assert_eq!((far.pages_asked(), far.mark().await), (105, 1_040));
    assert_eq!(far.bring_in(None).await, (0, None));
    assert_eq!(far.pages_asked(), 106, "from then on only what is new");
}

#[tokio::test]
async fn x_05_a_log_that_never_ends_or_never_answers_is_told_and_read_anew_the_next_time() {
    let far = Far::start("relaydeck", |_| ten(1)).await;
    let (new, trouble) = far.bring_in(None).await;
    assert_eq!((new, trouble.unwrap().kind), (10, FaultKind::NotAnApi));
    assert_eq!((far.pages_asked(), far.mark().await), (2, 0));

    let silent = |page| match page {
        1 => ten(11),
        _ => Told::empty(200).then(Piece::Stall),
    };
    let far = Far::start("relaydeck", silent).await;
    // The first page may be late, too, on a busy machine.
    let (_, trouble) = far.bring_in(Some(Duration::from_secs(2))).await;
    assert_eq!(trouble.unwrap().kind, FaultKind::Timeout);
    assert_eq!(far.mark().await, 0);
}
