//! The log file: where the program writes what it does, never on the screen.

use std::path::Path;

use tracing_appender::non_blocking::{NonBlockingBuilder, WorkerGuard};
use tracing_subscriber::EnvFilter;

/// At most so many lines wait to be written; what comes beyond is lost, and nobody waits for it. The room for them is
/// taken at the start.
const LINES: usize = 1_024;

/// Starts logging to a file a day in this folder and returns what must live as long as the program. Without a folder
/// that can be written there is no log; that is no reason not to work.
pub fn start(folder: &Path, verbose: u8) -> Option<WorkerGuard> {
    let level = match verbose {
        0 => "info",
        1 => "debug",
        _ => "trace",
    };
    let filter = EnvFilter::try_from_env("RELAYDECK_LOG")
        .unwrap_or_else(|_| EnvFilter::new(format!("warn,relaydeck={level}")));
    let appender = tracing_appender::rolling::Builder::new()
        .rotation(tracing_appender::rolling::Rotation::DAILY)
        .filename_prefix("relaydeck")
        .filename_suffix("log")
        .max_log_files(7)
        .build(folder)
        .ok()?;
    let (writer, guard) = NonBlockingBuilder::default()
        .buffered_lines_limit(LINES)
        .lossy(true)
        .finish(appender);
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_ansi(false)
        .with_writer(writer)
        .try_init()
        .ok()?;
    Some(guard)
}
