//! The log file: where the program writes what it does, never on the screen.

use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use tracing_appender::non_blocking::{NonBlockingBuilder, WorkerGuard};
use tracing_subscriber::EnvFilter;

/// At most so many lines wait to be written; what comes beyond is lost, and nobody waits for it. The room for them is
/// taken at the start.
const LINES: usize = 1_024;
/// How the files of the log begin, and how they end.
const NAMES: (&str, &str) = ("relaydeck", "log");
const DAY: u64 = 24 * 60 * 60;

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
        .filename_prefix(NAMES.0)
        .filename_suffix(NAMES.1)
        .max_log_files(7)
        .build(folder)
        .ok()?;
    let (writer, guard) = NonBlockingBuilder::default()
        .buffered_lines_limit(LINES)
        .lossy(true)
        .finish(Private::new(appender, folder));
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_ansi(false)
        .with_writer(writer)
        .try_init()
        .ok()?;
    Some(guard)
}

/// Writes on, and keeps what is written its owner's alone: the appender makes each day's file as any file is made.
struct Private<W> {
    inner: W,
    folder: PathBuf,
    /// The day whose file was looked at last.
    day: Option<u64>,
}

impl<W> Private<W> {
    fn new(inner: W, folder: &Path) -> Self {
        Private {
            inner,
            folder: folder.to_owned(),
            day: None,
        }
    }

    /// Once a day. Where it cannot be done, the folder is still its owner's alone.
    fn close_to_others(&mut self, now: SystemTime) {
        let today = now.duration_since(UNIX_EPOCH).ok();
        let today = today.map(|since| since.as_secs() / DAY);
        if today == self.day {
            return;
        }
        self.day = today;
        for entry in std::fs::read_dir(&self.folder)
            .into_iter()
            .flatten()
            .flatten()
        {
            let name = entry.file_name();
            let name = name.to_string_lossy();
            if name.starts_with(NAMES.0) && name.ends_with(NAMES.1) {
                only_for_owner(&entry.path());
            }
        }
    }
}

impl<W: Write> Write for Private<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.inner.write(bytes);
        self.close_to_others(SystemTime::now());
        written
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}

#[cfg(unix)]
fn only_for_owner(path: &Path) {
    use std::os::unix::fs::PermissionsExt;
    let mode = std::fs::Permissions::from_mode(0o600);
    let _ = std::fs::set_permissions(path, mode);
}

#[cfg(not(unix))]
fn only_for_owner(_path: &Path) {}

#[cfg(all(test, unix))]
mod tests {
    use std::fs::{self, Permissions};
    use std::os::unix::fs::PermissionsExt;
    use std::time::Duration;

    use super::*;

    #[test]
    fn each_days_file_is_its_owners_alone() {
        let folder = tempfile::tempdir().unwrap();
        let mut log = Private::new(io::sink(), folder.path());
        for (day, name) in [(1, "relaydeck.a.log"), (2, "relaydeck.b.log")] {
            let made = |name: &str| {
                let path = folder.path().join(name);
                fs::write(&path, "x").unwrap();
                fs::set_permissions(&path, Permissions::from_mode(0o644)).unwrap();
                path
            };
            let (ours, other) = (made(name), made("other"));
            log.close_to_others(UNIX_EPOCH + Duration::from_secs(day * DAY + 5));
            let mode = |path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
            assert_eq!((mode(&ours), mode(&other)), (0o600, 0o644));
        }
    }
}
