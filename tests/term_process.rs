//! What concerns the whole process: panics that are kept for later, and signals. One test each, because both are global.

use std::time::Duration;

use relaydeck::tui::term::{CrashReports, Signal, Signals};
use rustix::process::{Signal as Raw, getpid, kill_process};
use tokio::time::timeout;

const SOON: Duration = Duration::from_secs(10);

#[tokio::test]
async fn a_panic_in_the_background_is_kept_and_wakes_the_loop() {
    let reports = CrashReports::keep();
    let task = tokio::spawn(async { panic!("in a task") });
    assert!(timeout(SOON, reports.came()).await.is_ok());
    assert!(task.await.is_err());
    let thread = std::thread::Builder::new()
        .name("worker".to_owned())
        .spawn(|| panic!("in a thread"));
    assert!(thread.is_ok_and(|thread| thread.join().is_err()));
    let kept = reports.take();
    assert_eq!(kept.len(), 2);
    assert!(
        kept[0].contains("in a task") && kept[0].contains("term_process.rs"),
        "{}",
        kept[0]
    );
    assert!(
        kept[1].starts_with("thread worker panicked at "),
        "{}",
        kept[1]
    );
    assert!(reports.take().is_empty());
}

#[tokio::test]
async fn signals_are_told_by_what_they_ask_for() {
    let Ok(mut signals) = Signals::listen() else {
        panic!("cannot listen");
    };
    for (raw, signal) in [
        (Raw::TERM, Signal::End),
        (Raw::INT, Signal::Interrupt),
        (Raw::QUIT, Signal::End),
        (Raw::HUP, Signal::HangUp),
        (Raw::WINCH, Signal::Resized),
        (Raw::TSTP, Signal::Pause),
        (Raw::CONT, Signal::Resumed),
    ] {
        assert!(kill_process(getpid(), raw).is_ok());
        assert_eq!(
            timeout(SOON, signals.next()).await.ok(),
            Some(signal),
            "{raw:?}"
        );
    }
}
