//! The requests that run at this moment, for whoever watches (X-05): their keys, models and programs, and how far they
//! have come. Never their words.
//!
//! A request is in here from the moment its money is set aside until that is settled. It costs a request one entry in a
//! map; nobody is told anything unless somebody waits.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use axum::http::HeaderMap;
use tokio::sync::Notify;
use tokio::time::{Instant, sleep_until, timeout_at};

use crate::domain::UnixMillis;
use crate::wire::new_api::LiveRow;

/// How often the figures of running requests are told anew while nothing begins or ends.
const BEAT: Duration = Duration::from_millis(500);
/// Changes that follow each other faster than this are told together.
const GATHER: Duration = Duration::from_millis(100);
/// The longest name of a program.
const LONGEST_NAME: usize = 40;

/// The running requests.
#[derive(Default)]
pub struct Live {
    runs: Mutex<Runs>,
    changed: Notify,
}

#[derive(Default)]
struct Runs {
    by_number: BTreeMap<i64, Arc<Run>>,
    /// Grows with every beginning and end.
    version: u64,
}

/// A running request.
pub struct Run {
    pub account_id: i64,
    pub request_id: Arc<str>,
    pub key_name: String,
    pub model: String,
    pub group: String,
    pub tool: String,
    pub stream: bool,
    pub begun: UnixMillis,
    /// Tokens of the prompt, as we counted them.
    pub prompt: u64,
    /// Parts of the answer so far: about its tokens.
    pub parts: AtomicU64,
}

/// Keeps a request among the running ones until it is dropped.
pub struct Entry {
    live: Arc<Live>,
    number: i64,
    run: Arc<Run>,
}

impl Entry {
    /// How far the answer has come.
    pub fn heard(&self, parts: u64) {
        self.run.parts.store(parts, Ordering::Relaxed);
    }
}

impl Drop for Entry {
    fn drop(&mut self) {
        let mut runs = self.live.open();
        runs.by_number.remove(&self.number);
        runs.version += 1;
        drop(runs);
        self.live.changed.notify_waiters();
    }
}

impl Live {
    /// A request begins; `number` is its reservation's.
    pub fn begin(self: &Arc<Self>, number: i64, run: Run) -> Entry {
        let run = Arc::new(run);
        let mut runs = self.open();
        runs.by_number.insert(number, Arc::clone(&run));
        runs.version += 1;
        drop(runs);
        self.changed.notify_waiters();
        Entry {
            live: Arc::clone(self),
            number,
            run,
        }
    }

    /// What runs for an account, or for all of them, the oldest first; and the version to wait beyond.
    pub fn now(&self, account: Option<i64>) -> (u64, Vec<LiveRow>) {
        let runs = self.open();
        let rows = runs.by_number.values();
        let rows = rows.filter(|run| account.is_none_or(|account| run.account_id == account));
        (runs.version, rows.map(|run| run.row()).collect())
    }

    /// Waits until something begins or ends after a version, or, where the figures are wanted, until those of what runs have
    /// moved on; at most until `deadline`.
    pub async fn changed_after(&self, version: u64, figures: bool, deadline: Instant) {
        loop {
            let changed = self.changed.notified();
            let (now, running) = {
                let runs = self.open();
                (runs.version, !runs.by_number.is_empty())
            };
            if now != version {
                sleep_until(deadline.min(Instant::now() + GATHER)).await;
                return;
            }
            let beat = if running && figures {
                deadline.min(Instant::now() + BEAT)
            } else {
                deadline
            };
            if timeout_at(beat, changed).await.is_err() {
                return;
            }
        }
    }

    fn open(&self) -> MutexGuard<'_, Runs> {
        // Nothing panics while it holds this, so what a poisoned lock guards is whole.
        self.runs.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Run {
    fn row(&self) -> LiveRow {
        LiveRow {
            request_id: self.request_id.to_string(),
            token_name: self.key_name.clone(),
            model_name: self.model.clone(),
            group: self.group.clone(),
            tool: self.tool.clone(),
            is_stream: self.stream,
            begun_ms: self.begun.0,
            prompt_tokens: i64::try_from(self.prompt).unwrap_or(i64::MAX),
            completion_parts: i64::try_from(self.parts.load(Ordering::Relaxed)).unwrap_or(i64::MAX),
        }
    }
}

/// The program that sent a request, by the name it gives itself: what stands before the first `/` or blank of its
/// `User-Agent`, and for the best known the name that people know.
pub fn tool_in(headers: &HeaderMap) -> String {
    let sent = headers
        .get("user-agent")
        .and_then(|name| name.to_str().ok());
    let name = sent.unwrap_or_default();
    let name = name.split(['/', ' ']).next().unwrap_or_default();
    let name: String = name
        .chars()
        .filter(|letter| letter.is_ascii_graphic())
        .take(LONGEST_NAME)
        .collect();
    match name.to_ascii_lowercase().as_str() {
        "" => "unknown".into(),
        "claude-cli" => "claude-code".into(),
        "codex_cli_rs" | "codex_exec" | "codex_vscode" => "codex".into(),
        "openai" => "openai-sdk".into(),
        "anthropic" => "anthropic-sdk".into(),
        _ => name,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(account_id: i64) -> Run {
        Run {
            account_id,
            request_id: "r".into(),
            key_name: "k".into(),
            model: "m".into(),
            group: "g".into(),
            tool: "curl".into(),
            stream: true,
            begun: UnixMillis(7),
            prompt: 3,
            parts: AtomicU64::new(0),
        }
    }

    #[tokio::test(start_paused = true)]
    async fn who_waits_is_told_of_a_beginning_an_end_and_the_figures_in_between() {
        let live = Arc::new(Live::default());
        let (version, rows) = live.now(None);
        assert!(rows.is_empty());
        let soon = Instant::now() + Duration::from_secs(20);
        let idle = live.changed_after(version, true, soon);
        assert!(
            tokio::time::timeout(Duration::from_secs(19), idle)
                .await
                .is_err(),
            "while nothing runs nobody is woken"
        );
        let entry = live.begin(1, run(1));
        let _other = live.begin(2, run(2));
        live.changed_after(version, true, soon).await;
        let (version, rows) = live.now(Some(1));
        assert_eq!((rows.len(), rows[0].completion_parts), (1, 0));
        assert_eq!(live.now(None).1.len(), 2);
        entry.heard(5);
        let later = Instant::now() + Duration::from_secs(20);
        live.changed_after(version, true, later).await;
        assert!(Instant::now() < later, "the figures beat");
        assert_eq!(live.now(Some(1)).1[0].completion_parts, 5);
        let hour = Instant::now() + Duration::from_secs(3_600);
        let still = live.changed_after(version, false, hour);
        assert!(
            tokio::time::timeout(Duration::from_secs(600), still)
                .await
                .is_err(),
            "who does not want the figures is not woken by them"
        );
        let later = Instant::now() + Duration::from_secs(20);
        drop(entry);
        live.changed_after(version, true, later).await;
        assert!(live.now(Some(1)).1.is_empty());
    }

    #[test]
    fn programs_are_known_by_their_own_name() {
        for (sent, name) in [
            (Some("claude-cli/1.0.119 (external, cli)"), "claude-code"),
            (Some("OpenAI/Python 1.99.1"), "openai-sdk"),
            (Some("curl/8.5.0"), "curl"),
            (Some("Mozilla/5.0 (X11)"), "Mozilla"),
            (Some("relaydeck/0.1.0"), "relaydeck"),
            (Some(""), "unknown"),
            (None, "unknown"),
        ] {
            let mut headers = HeaderMap::new();
            if let Some(sent) = sent {
                headers.insert("user-agent", sent.parse().unwrap());
            }
            assert_eq!(tool_in(&headers), name, "{sent:?}");
        }
    }
}
