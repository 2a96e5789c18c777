//! What other programs send through the embedded relay is seen while it runs, and has a receipt afterwards: the
//! engine with a real client, a real ledger and the real relay.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a helper that fails fails its test"
)]

mod support;

use std::sync::Arc;
use std::time::Duration;

use relaydeck::domain::{By, UnixMillis};
use relaydeck::engine::clock::Clock;
use relaydeck::engine::door::{Command, Event, Scope, UsageView};
use relaydeck::engine::handle::Handle;
use relaydeck::engine::host::Host;
use serde_json::json;
use support::host::TestHost;

/// Takes events in until one is wanted.
async fn until<T>(handle: &Handle, wanted: impl Fn(Event) -> Option<T>) -> T {
    loop {
        let events = tokio::time::timeout(Duration::from_secs(60), handle.events());
        let events = events
            .await
            .expect("an event in time")
            .expect("the engine lives");
        if let Some(found) = events.into_iter().find_map(&wanted) {
            return found;
        }
    }
}

async fn usage(handle: &Handle) -> UsageView {
    let look = Command::LookAtUsage {
        since: UnixMillis(0),
        disputes: false,
    };
    handle.try_send(look).unwrap();
    let told = |event| match event {
        Event::Usage { view, .. } => Some(*view),
        Event::UsageFailed { fault } => panic!("{fault}"),
        _ => None,
    };
    until(handle, told).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn x_05_what_another_program_sends_is_seen_while_it_runs_and_has_a_receipt_afterwards() {
    relaydeck::client::install_tls();
    let host = Arc::new(TestHost::new());
    let (handle, engine) =
        relaydeck::engine::spawn(Arc::clone(&host) as Arc<dyn Host>, Clock::system());
    handle
        .try_send(Command::Open {
            profile: "local".into(),
        })
        .unwrap();
    let loaded = |event| match event {
        Event::Loaded { snapshot, .. } if snapshot.scope() == Scope::Models => Some(()),
        _ => None,
    };
    until(&handle, loaded).await;
    handle.try_send(Command::WatchRunning(true)).unwrap();
    let running = |event| match event {
        Event::Running(list) => Some(list),
        _ => None,
    };
    assert!(until(&handle, running).await.is_empty());

    let address = host.start_local().await.unwrap();
    let key = host.held_keys("local").unwrap()[0].secret.clone();
    let stop = tokio_util::sync::CancellationToken::new();
    let stopped = stop.clone();
    let tool = tokio::spawn(async move {
        let client = reqwest::Client::builder()
            .no_proxy()
            .user_agent("claude-cli/1.0.119 (external, cli)")
            .build()
            .unwrap();
        let body = json!({"model": "relaydeck-lab", "stream": true,
            "messages": [{"role": "user", "content": "[[tokens=30000 speed=20]]"}]});
        let mut response = client
            .post(address.join("/v1/chat/completions"))
            .bearer_auth(key.expose())
            .json(&body)
            .send()
            .await
            .unwrap();
        while let Ok(Some(_)) = response.chunk().await {
            if stopped.is_cancelled() {
                return;
            }
        }
    });
    let far = |event| match event {
        Event::Running(list) => list.into_iter().next().filter(|first| first.parts > 2),
        _ => None,
    };
    let seen = until(&handle, far).await;
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
    let none_left = |event| match event {
        Event::Running(list) => list.is_empty().then_some(()),
        _ => None,
    };
    until(&handle, none_left).await;
    // Its bill is brought in right after; the dashboard is told that the ledger changed.
    let view = loop {
        let view = usage(&handle).await;
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

    drop(handle);
    engine.await.unwrap();
    host.stop_relay().await;
}
