//! The requests that run at this moment, for whoever watches (X-05): their keys, models and programs, and how far they
//! have come. Never their words.
//!
//! A request is in here from the moment its money is set aside until that is settled. It costs a request one entry in a
//! map; nobody is told anything unless somebody waits. The store looks in here for those that have run long enough for
//! their reservation to be worth a row.

use std::collections::{BTreeMap, HashSet};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{self, Duration};

use axum::http::header::USER_AGENT;
use axum::http::{HeaderMap, HeaderValue};
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
    /// How many wait for a change. Who begins or ends while nobody does has nobody to tell.
    watchers: usize,
}

/// A running request.
#[derive(Debug)]
pub struct Run {
    /// Its reservation's number: no other request of this process has it.
    pub number: i64,
    pub account_id: i64,
    pub key_id: i64,
    /// Quota units set aside for it.
    pub units: i64,
    pub request_id: Arc<str>,
    pub key_name: Arc<str>,
    pub model: Arc<str>,
    /// The group it began in.
    pub group: Arc<str>,
    pub tool: Arc<str>,
    pub stream: bool,
    pub begun: UnixMillis,
    /// The same moment, on a clock that nobody sets.
    pub since: time::Instant,
    /// Tokens of the prompt, as we counted them.
    pub prompt: u64,
    pub progress: Progress,
}

/// What changes about a running request.
#[derive(Debug, Default)]
pub struct Progress {
    /// Parts of the answer so far: about its tokens.
    parts: AtomicU64,
    /// Its ending is on its way into the store.
    over: AtomicBool,
    /// The group it went on to, where it did not stay in the one it began in.
    group: Mutex<Option<Arc<str>>>,
}

impl Progress {
    /// The request is tried in another group now.
    pub fn moved_to(&self, group: &Arc<str>) {
        let mut place = self.group.lock().unwrap_or_else(PoisonError::into_inner);
        *place = Some(Arc::clone(group));
    }
}

impl Run {
    /// The group it is in now.
    pub fn group(&self) -> Arc<str> {
        let moved = &self.progress.group;
        let moved = moved.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(moved.as_ref().unwrap_or(&self.group))
    }

    /// Its ending is handed over now: it needs no row any more.
    pub fn end(&self) {
        self.progress.over.store(true, Ordering::Release);
    }

    fn wants_row(&self, kept: &HashSet<i64>) -> bool {
        !self.progress.over.load(Ordering::Acquire) && !kept.contains(&self.number)
    }
}

/// Keeps a request among the running ones until it is dropped.
pub struct Entry {
    live: Arc<Live>,
    run: Arc<Run>,
}

impl Entry {
    /// How far the answer has come.
    pub fn heard(&self, parts: u64) {
        self.run.progress.parts.store(parts, Ordering::Relaxed);
    }

    /// The request.
    pub fn run(&self) -> &Arc<Run> {
        &self.run
    }
}

impl Drop for Entry {
    fn drop(&mut self) {
        self.live.change(|by_number| {
            by_number.remove(&self.run.number);
        });
    }
}

impl Live {
    /// A request begins.
    pub fn begin(self: &Arc<Self>, run: Run) -> Entry {
        let run = Arc::new(run);
        self.change(|by_number| {
            by_number.insert(run.number, Arc::clone(&run));
        });
        Entry {
            live: Arc::clone(self),
            run,
        }
    }

    fn change(&self, change: impl FnOnce(&mut BTreeMap<i64, Arc<Run>>)) {
        let mut runs = self.open();
        change(&mut runs.by_number);
        runs.version += 1;
        // Whoever begins to watch after this finds the new version.
        let watched = runs.watchers > 0;
        drop(runs);
        if watched {
            self.changed.notify_waiters();
        }
    }

    /// Those that began before a moment and whose reservations are not among those that have a row, the oldest first.
    pub fn without_row(&self, before: time::Instant, kept: &HashSet<i64>) -> Vec<Arc<Run>> {
        let runs = self.open();
        let young = |run: &&Arc<Run>| run.since <= before;
        let rows = runs.by_number.values().take_while(young);
        rows.filter(|run| run.wants_row(kept)).cloned().collect()
    }

    /// When the oldest began of those whose reservations are not among those that have a row.
    pub fn oldest_without_row(&self, kept: &HashSet<i64>) -> Option<time::Instant> {
        let runs = self.open();
        let mut rows = runs.by_number.values();
        rows.find(|run| run.wants_row(kept)).map(|run| run.since)
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
        let _watching = Watching::of(self);
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

/// Somebody waits for a change, until this is dropped.
struct Watching<'a>(&'a Live);

impl<'a> Watching<'a> {
    fn of(live: &'a Live) -> Self {
        live.open().watchers += 1;
        Watching(live)
    }
}

impl Drop for Watching<'_> {
    fn drop(&mut self) {
        self.0.open().watchers -= 1;
    }
}

impl Run {
    fn row(&self) -> LiveRow {
        LiveRow {
            request_id: self.request_id.to_string(),
            token_name: self.key_name.to_string(),
            model_name: self.model.to_string(),
            group: self.group().to_string(),
            tool: self.tool.to_string(),
            is_stream: self.stream,
            begun_ms: self.begun.0,
            prompt_tokens: i64::try_from(self.prompt).unwrap_or(i64::MAX),
            completion_parts: i64::try_from(self.progress.parts.load(Ordering::Relaxed))
                .unwrap_or(i64::MAX),
        }
    }
}

/// Programs by the names they give themselves, and the names that people know them by.
const KNOWN: [(&str, &str); 7] = [
    ("", "unknown"),
    ("claude-cli", "claude-code"),
    ("codex_cli_rs", "codex"),
    ("codex_exec", "codex"),
    ("codex_vscode", "codex"),
    ("openai", "openai-sdk"),
    ("anthropic", "anthropic-sdk"),
];

/// The program that sent a request, by the name it gives itself: what stands before the first `/` or blank of its
/// `User-Agent`, and for the best known the name that people know.
pub fn tool_in(headers: &HeaderMap) -> Arc<str> {
    let sent = headers.get(USER_AGENT).map(HeaderValue::as_bytes);
    let sent = sent.unwrap_or_default();
    let own = sent.split(|byte| matches!(byte, b'/' | b' ')).next();
    let name: String = own
        .unwrap_or_default()
        .iter()
        .filter(|byte| byte.is_ascii_graphic())
        .take(LONGEST_NAME)
        .map(|byte| char::from(*byte))
        .collect();
    let known = |other: &&(&str, &str)| name.eq_ignore_ascii_case(other.0);
    match KNOWN.iter().find(known) {
        Some((_, told)) => Arc::from(*told),
        None => Arc::from(name),
    }
}

#[cfg(test)]
pub mod tests {
    use super::*;

    /// A request of the first account.
    pub fn running(number: i64) -> Run {
        Run {
            number,
            account_id: 1,
            key_id: 1,
            units: 5,
            request_id: "r".into(),
            key_name: "k".into(),
            model: "m".into(),
            group: "g".into(),
            tool: "curl".into(),
            stream: true,
            begun: UnixMillis(7),
            since: time::Instant::now(),
            prompt: 3,
            progress: Progress::default(),
        }
    }

    #[test]
    fn a_row_is_wanted_of_what_is_neither_over_nor_kept() {
        let live = Arc::new(Live::default());
        let start = time::Instant::now();
        let at = |seconds| start + Duration::from_secs(seconds);
        let [ended, kept, young] = [1, 2, 3].map(|second| {
            let since = at(second);
            let number = i64::try_from(second).unwrap();
            live.begin(Run {
                since,
                ..running(number)
            })
        });
        let mut rows = HashSet::new();
        assert_eq!(live.oldest_without_row(&rows), Some(at(1)));
        ended.run().end();
        rows.insert(kept.run().number);
        assert!(live.without_row(at(2), &rows).is_empty());
        let found = live.without_row(at(3), &rows);
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].number, 3);
        drop(young);
        assert_eq!(live.oldest_without_row(&rows), None);
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
        let entry = live.begin(running(1));
        let _other = live.begin(Run {
            account_id: 2,
            ..running(2)
        });
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
            assert_eq!(&*tool_in(&headers), name, "{sent:?}");
        }
    }
}
