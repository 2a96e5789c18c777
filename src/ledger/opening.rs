//! Opens the ledger's file: makes it where it is missing, checks that it is ours and not newer, brings its layout up to date.

use std::fs;
use std::io;
use std::path::Path;
use std::time::{Duration, Instant};

use rusqlite::{Connection, ErrorCode, OpenFlags, TransactionBehavior};
use rusqlite_migration::{HookError, M, Migrations};
use tempfile::NamedTempFile;

use super::error::LedgerError;
use crate::locale::{say, system};

/// "rdlg": tells a ledger from any other SQLite file. The first migration writes it.
const APPLICATION_ID: i64 = 1_919_184_999;

/// How long to wait for another process that is writing.
const PATIENCE: Duration = Duration::from_secs(5);

/// The layout's steps, oldest first. Published steps are never changed.
const STEPS: [&str; 10] = [
    include_str!("../../assets/migrations/ledger/0001_receipts_and_conversations.sql"),
    include_str!("../../assets/migrations/ledger/0002_node_checks_and_test_results.sql"),
    include_str!("../../assets/migrations/ledger/0003_usage.sql"),
    include_str!("../../assets/migrations/ledger/0004_sessions.sql"),
    include_str!("../../assets/migrations/ledger/0005_listed_prices.sql"),
    include_str!("../../assets/migrations/ledger/0006_marks.sql"),
    include_str!("../../assets/migrations/ledger/0007_usage_hours.sql"),
    include_str!("../../assets/migrations/ledger/0008_log_marks.sql"),
    include_str!("../../assets/migrations/ledger/0009_estimates_in_sums.sql"),
    include_str!("../../assets/migrations/ledger/0010_whose_requests.sql"),
];

/// Opens the file for reading and writing.
pub(super) fn open(path: &Path) -> Result<Connection, LedgerError> {
    let parent = match path.parent() {
        Some(parent) if parent != Path::new("") => parent,
        _ => Path::new("."),
    };
    make_folder(parent).map_err(|error| LedgerError::from_folder(path, parent, &error))?;
    make_private_file(path, parent)?;

    let explain = |error: rusqlite::Error| LedgerError::from_sql(path, &error);
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let mut db = Connection::open_with_flags(path, flags).map_err(explain)?;
    db.busy_timeout(PATIENCE).map_err(explain)?;
    // A transaction that begins by reading cannot always go on to write while others write too; ours never try.
    db.set_transaction_behavior(TransactionBehavior::Immediate);
    if db.is_readonly("main").map_err(explain)? {
        return Err(LedgerError::ReadOnly {
            path: path.to_owned(),
        });
    }
    let version = check_is_ours(&mut db, path)?;
    // FULL: a row is on the disk before its request is sent, even if the power fails right after.
    patiently(|| db.pragma_update(None, "journal_mode", "wal")).map_err(explain)?;
    db.execute_batch("PRAGMA synchronous = full; PRAGMA foreign_keys = on;")
        .map_err(explain)?;
    if version < STEPS.len() as i64 {
        bring_up_to_date(&mut db, path)?;
    }
    Ok(db)
}

/// Makes a folder that only its owner may enter; one that is there already is left as it is.
pub(super) fn make_folder(folder: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

/// Makes the file with mode 0600, which SQLite gives to the files beside it too; one that is there is made private.
/// The file is never held open here: closing it would take away the locks that SQLite holds on it in this process.
fn make_private_file(path: &Path, parent: &Path) -> Result<(), LedgerError> {
    if !path.exists() {
        let made = NamedTempFile::new_in(parent)
            .map(NamedTempFile::into_temp_path)
            .and_then(|closed| Ok(closed.persist_noclobber(path)?));
        match made {
            Ok(()) => return Ok(()),
            // Another process was faster, or it is a link to nothing, which is told below.
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(LedgerError::from_folder(path, parent, &error)),
        }
    }
    let cannot_open = |why: String| LedgerError::CannotOpen {
        path: path.to_owned(),
        why,
    };
    let found = fs::metadata(path).map_err(|error| cannot_open(system(&error)))?;
    if !found.is_file() {
        return Err(cannot_open(say!("trouble-ledger-no-file").into()));
    }
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        // It holds conversations. Where it belongs to somebody else, that one decides who reads it.
        let mode = found.permissions().mode();
        if mode & 0o077 != 0 {
            let _ = fs::set_permissions(path, fs::Permissions::from_mode(mode & 0o700));
        }
    }
    Ok(())
}

/// The layout's version, 0 for a fresh file; an error for a newer one or one of another program.
fn check_is_ours(db: &mut Connection, path: &Path) -> Result<i64, LedgerError> {
    let explain = |error: rusqlite::Error| LedgerError::from_sql(path, &error);
    // One statement sees one state of the file, even while another process is just laying it out.
    let (id, version, tables) = db
        .query_row(
            "SELECT (SELECT application_id FROM pragma_application_id),
                    (SELECT user_version FROM pragma_user_version),
                    (SELECT count(*) FROM sqlite_schema)",
            [],
            |row| {
                Ok((
                    row.get::<_, i64>(0)?,
                    row.get::<_, i64>(1)?,
                    row.get::<_, i64>(2)?,
                ))
            },
        )
        .map_err(explain)?;
    let fresh = id == 0 && version == 0 && tables == 0;
    if !fresh && id != APPLICATION_ID {
        return Err(LedgerError::Foreign {
            path: path.to_owned(),
        });
    }
    let known = STEPS.len() as i64;
    if version > known {
        return Err(LedgerError::Newer {
            path: path.to_owned(),
            found: version,
            known,
        });
    }
    Ok(version)
}

/// Runs the steps that are missing, in one transaction.
fn bring_up_to_date(db: &mut Connection, path: &Path) -> Result<(), LedgerError> {
    let steps = STEPS.into_iter().enumerate().map(|(number, sql)| {
        M::up_with_hook(sql, move |tx: &rusqlite::Transaction<'_>| {
            not_yet(tx, number)
        })
    });
    let outcome = Migrations::from_iter(steps).to_latest(db);
    // Another process may have done the same steps first; then ours were undone, and all is well.
    if check_is_ours(db, path)? == STEPS.len() as i64 {
        return Ok(());
    }
    match outcome {
        Ok(()) => Ok(()),
        Err(rusqlite_migration::Error::RusqliteError { err, .. }) => {
            Err(LedgerError::from_sql(path, &err))
        }
        Err(other) => Err(LedgerError::Other {
            path: path.to_owned(),
            why: other.to_string(),
        }),
    }
}

/// Inside the transaction: no other process may have done this step since we looked.
fn not_yet(tx: &rusqlite::Transaction<'_>, step: usize) -> Result<(), HookError> {
    let version: i64 = tx.pragma_query_value(None, "user_version", |row| row.get(0))?;
    if version > step as i64 {
        return Err(HookError::Hook("done by another process".into()));
    }
    Ok(())
}

/// Tries again while another process is in the way: not every statement waits by itself.
fn patiently<T>(mut attempt: impl FnMut() -> rusqlite::Result<T>) -> rusqlite::Result<T> {
    let begun = Instant::now();
    loop {
        match attempt() {
            Err(error)
                if error.sqlite_error_code() == Some(ErrorCode::DatabaseBusy)
                    && begun.elapsed() < PATIENCE =>
            {
                std::thread::sleep(Duration::from_millis(2));
            }
            outcome => return outcome,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::UnixMillis;
    use crate::ledger::usage::spending;

    #[test]
    fn an_older_ledger_learns_which_of_its_sums_rest_on_estimates() {
        const BEFORE: usize = 8;
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("ledger.db");
        let old = Connection::open(&path).unwrap();
        for step in &STEPS[..BEFORE] {
            old.execute_batch(step).unwrap();
        }
        old.pragma_update(None, "user_version", BEFORE as i64)
            .unwrap();
        let receipt = "INSERT INTO receipts (profile, relay, sent_ms, state, model, key_masked, price_kind, expected_nanos,
            expected_basis, charged_nanos) VALUES ('4sapi', '', ?1, 'ended', ?2, 'sk-a', 'unknown', ?3, ?4, ?5)";
        let tell = |sent: i64, model: &str, expected: i64, basis: &str, charged: Option<i64>| {
            let row = (sent, model, expected, basis, charged);
            old.execute(receipt, row).unwrap();
        };
        tell(100, "guessed", 5, "estimated", None);
        tell(1_000_000, "guessed", 7, "estimated", None);
        tell(5_000_000, "guessed", 9, "reported", None);
        tell(100, "told", 5, "reported", None);
        tell(100, "billed", 5, "estimated", Some(6));
        tell(100, "free", 0, "estimated", None);
        drop(old);

        let db = open(&path).unwrap();
        // Once by hours, once by quarters of an hour.
        for (since, guessed) in [(0, 2), (900_000, 1)] {
            let report = spending(&db, None, UnixMillis(since)).unwrap();
            for (model, sum) in &report.models {
                let expected = if model == "guessed" { guessed } else { 0 };
                assert_eq!(sum.estimated, expected, "{model} since {since}");
            }
            assert_eq!(report.whole.estimated, guessed);
        }
        // The sums are kept on: what is billed later is no estimate any more.
        db.execute(
            "UPDATE receipts SET charged_nanos = 5 WHERE sent_ms = 1000000",
            [],
        )
        .unwrap();
        db.execute("UPDATE receipts SET expected_basis = 'reported' WHERE model = 'guessed' AND sent_ms = 100", [])
            .unwrap();
        let report = spending(&db, None, UnixMillis(0)).unwrap();
        assert_eq!((report.whole.estimated, report.whole.requests), (0, 6));
    }
}
