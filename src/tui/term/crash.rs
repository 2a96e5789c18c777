//! Keeps what panics say until the screen is free again.
//!
//! A panic's message on top of a dashboard is lost in it, and a panic in a task in the background is no reason to tear the
//! screen down under a program that lives on. So while the dashboard runs its hook keeps the reports and wakes whoever waits
//! for them; the terminal is restored by its guard, and the reports are printed after that.

use std::backtrace::{Backtrace, BacktraceStatus};
use std::panic::{self, PanicHookInfo};
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::Notify;

/// Reports that are kept; a panic in a loop must not fill the memory.
const KEPT: usize = 16;

type Hook = Box<dyn Fn(&PanicHookInfo<'_>) + Sync + Send + 'static>;

#[derive(Debug, Default)]
struct Shared {
    reports: Mutex<Vec<String>>,
    came: Notify,
}

/// The hook while the dashboard runs. Dropping it puts the one from before back.
pub struct CrashReports {
    shared: Arc<Shared>,
    before: Option<Hook>,
}

impl CrashReports {
    /// Begins to keep the reports of all panics in this process.
    pub fn keep() -> Self {
        let before = panic::take_hook();
        let shared = Arc::new(Shared::default());
        let theirs = Arc::clone(&shared);
        panic::set_hook(Box::new(move |info| {
            let report = report(info);
            let mut reports = theirs
                .reports
                .lock()
                .unwrap_or_else(PoisonError::into_inner);
            if reports.len() < KEPT {
                reports.push(report);
            }
            drop(reports);
            theirs.came.notify_one();
        }));
        Self {
            shared,
            before: Some(before),
        }
    }

    /// Waits until there is a report that was not taken. May be dropped while it waits.
    pub async fn came(&self) {
        loop {
            let came = self.shared.came.notified();
            if !self.reports().is_empty() {
                return;
            }
            came.await;
        }
    }

    /// Takes the reports, oldest first: who panicked, where, why, and the way there where `RUST_BACKTRACE` asks for it.
    pub fn take(&self) -> Vec<String> {
        std::mem::take(&mut *self.reports())
    }

    fn reports(&self) -> std::sync::MutexGuard<'_, Vec<String>> {
        self.shared
            .reports
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

impl std::fmt::Debug for CrashReports {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "CrashReports({})", self.reports().len())
    }
}

impl Drop for CrashReports {
    fn drop(&mut self) {
        // A thread that is unwinding may not touch the hook; the process is about to end then anyway.
        if let Some(before) = self.before.take().filter(|_| !std::thread::panicking()) {
            panic::set_hook(before);
        }
    }
}

fn report(info: &PanicHookInfo<'_>) -> String {
    let thread = std::thread::current();
    let name = thread.name().unwrap_or("without a name").to_owned();
    let place = info
        .location()
        .map_or_else(|| "an unknown place".to_owned(), ToString::to_string);
    let why = info.payload_as_str().unwrap_or("no message");
    let way = Backtrace::capture();
    match way.status() {
        BacktraceStatus::Captured => format!("thread {name} panicked at {place}:\n{why}\n{way}"),
        _ => format!("thread {name} panicked at {place}:\n{why}"),
    }
}
