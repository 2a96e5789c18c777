//! The ledger's file: who may read it, and what is said when it cannot be used.
#![allow(clippy::unwrap_used, reason = "a test's helper fails by panicking")]

use std::fs;
use std::path::Path;
use std::sync::Barrier;

use relaydeck::domain::{Fault, FaultKind, UnixMillis};
use relaydeck::ledger::{Ledger, LedgerError, ReceiptFilter};
use rusqlite::Connection;

fn refusal(path: &Path) -> LedgerError {
    match Ledger::open(path) {
        Ok(_) => panic!("{} was opened", path.display()),
        Err(error) => error,
    }
}

fn version_of(path: &Path) -> i64 {
    Connection::open(path)
        .unwrap()
        .pragma_query_value(None, "user_version", |row| row.get(0))
        .unwrap()
}

#[tokio::test]
async fn a_fresh_file_is_made_for_its_owner_alone() {
    let home = tempfile::tempdir().unwrap();
    let folder = home.path().join("share").join("relaydeck");
    let ledger = Ledger::open(&folder.join("ledger.db")).unwrap();
    let nothing = ledger.totals(None, UnixMillis(0)).await.unwrap();
    assert_eq!(nothing.requests, 0);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode(&folder), 0o700);
        let files: Vec<_> = fs::read_dir(&folder)
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .collect();
        assert_eq!(
            files.len(),
            4,
            "the database, two files of SQLite's beside it, and the runs: {files:?}"
        );
        for path in files {
            assert_eq!(mode(&path) & 0o077, 0, "{}", path.display());
        }
    }
    ledger.close().await.unwrap();
    let left: Vec<_> = fs::read_dir(folder.join("ledger.db.runs"))
        .unwrap()
        .collect();
    assert!(left.is_empty(), "a closed ledger leaves no run behind");
}

#[cfg(unix)]
#[tokio::test]
async fn a_file_that_others_can_read_is_closed_to_them() {
    use std::os::unix::fs::PermissionsExt;
    let home = tempfile::tempdir().unwrap();
    let path = home.path().join("ledger.db");
    Ledger::open(&path).unwrap().close().await.unwrap();
    let mode = || fs::metadata(&path).unwrap().permissions().mode() & 0o777;
    fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
    Ledger::open(&path).unwrap().close().await.unwrap();
    assert_eq!(mode(), 0o600);
    fs::set_permissions(&path, fs::Permissions::from_mode(0o444)).unwrap();
    // Whether it may be written then depends on who runs the test; that nobody else may read it does not.
    let _ = Ledger::open(&path);
    assert_eq!(
        mode(),
        0o400,
        "what its owner took away from himself stays away"
    );
}

#[tokio::test]
async fn a_database_from_a_newer_version_is_left_alone() {
    let home = tempfile::tempdir().unwrap();
    let path = home.path().join("ledger.db");
    Ledger::open(&path).unwrap().close().await.unwrap();
    let known = version_of(&path);
    Connection::open(&path)
        .unwrap()
        .pragma_update(None, "user_version", known + 7)
        .unwrap();
    let before = fs::read(&path).unwrap();

    let error = refusal(&path);
    assert_eq!(
        error,
        LedgerError::Newer {
            path: path.clone(),
            found: known + 7,
            known
        }
    );
    let fault = Fault::from(error);
    assert!(
        fault
            .message
            .contains(&format!("layout version {}", known + 7))
            && fault.message.contains(&format!("up to {known}")),
        "{fault}"
    );
    assert!(fault.message.contains(env!("CARGO_PKG_VERSION")), "{fault}");
    assert!(
        fault.advice.contains("update relaydeck"),
        "{}",
        fault.advice
    );
    assert_eq!(fault.kind, FaultKind::Local);
    assert_eq!(fs::read(&path).unwrap(), before, "not a byte was changed");
}

#[test]
fn a_database_of_another_program_is_left_alone() {
    let home = tempfile::tempdir().unwrap();
    let path = home.path().join("ledger.db");
    Connection::open(&path)
        .unwrap()
        .execute_batch("CREATE TABLE songs (title)")
        .unwrap();
    assert!(matches!(refusal(&path), LedgerError::Foreign { .. }));
    let tables: i64 = Connection::open(&path)
        .unwrap()
        .query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))
        .unwrap();
    assert_eq!(tables, 1);
}

#[tokio::test]
async fn a_damaged_file_is_told_and_left_alone() {
    let home = tempfile::tempdir().unwrap();
    let text = home.path().join("text.db");
    fs::write(
        &text,
        "this is not a database, but it is long enough to look like one",
    )
    .unwrap();
    let error = refusal(&text);
    assert!(matches!(error, LedgerError::Damaged { .. }), "{error}");
    assert!(
        error.advice().contains("move") && error.advice().contains("keep"),
        "{}",
        error.advice()
    );

    // A page of zeros in the middle of the rows.
    let path = home.path().join("ledger.db");
    Ledger::open(&path).unwrap().close().await.unwrap();
    let mut bytes = fs::read(&path).unwrap();
    bytes[4096..].fill(0);
    fs::write(&path, &bytes).unwrap();
    let found = match Ledger::open(&path) {
        Ok(ledger) => ledger.receipts(ReceiptFilter::default()).await.unwrap_err(),
        Err(error) => error,
    };
    assert!(matches!(found, LedgerError::Damaged { .. }), "{found}");
    assert_eq!(fs::read(&path).unwrap().len(), bytes.len());
}

#[test]
fn a_folder_that_cannot_be_used_is_told() {
    let home = tempfile::tempdir().unwrap();
    let file = home.path().join("file");
    fs::write(&file, "").unwrap();
    let error = refusal(&file.join("data").join("ledger.db"));
    assert!(matches!(error, LedgerError::Folder { .. }), "{error}");
    assert!(
        error.to_string().contains("data") && error.advice().contains("--home"),
        "{error}"
    );

    let error = refusal(home.path());
    assert!(error.to_string().contains("it is not a file"), "{error}");
    #[cfg(unix)]
    {
        let link = home.path().join("link.db");
        std::os::unix::fs::symlink("nowhere/ledger.db", &link).unwrap();
        assert!(matches!(refusal(&link), LedgerError::CannotOpen { .. }));
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_folder_that_is_read_only_is_told() {
    // Not even the system's owner may make a file there.
    let error = refusal(Path::new("/proc/self/ledger.db"));
    assert!(matches!(error, LedgerError::Folder { .. }), "{error}");
    assert!(error.to_string().contains("/proc/self"), "{error}");
}

#[test]
fn many_may_open_a_fresh_file_at_once() {
    let home = tempfile::tempdir().unwrap();
    let alone = home.path().join("alone.db");
    Ledger::open(&alone).map(drop).unwrap();
    let newest = version_of(&alone);
    for round in 0..4 {
        let path = home.path().join(format!("ledger{round}.db"));
        let begin = Barrier::new(6);
        std::thread::scope(|scope| {
            for _ in 0..6 {
                scope.spawn(|| {
                    begin.wait();
                    Ledger::open(&path).map(drop).unwrap();
                });
            }
        });
        let version = version_of(&path);
        let healthy: String = Connection::open(&path)
            .unwrap()
            .query_row("PRAGMA integrity_check", [], |row| row.get(0))
            .unwrap();
        assert_eq!((version, healthy.as_str()), (newest, "ok"));
    }
}
