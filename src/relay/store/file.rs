//! Opening the database file: its folder, its permissions, its settings and its version.

use std::fs::{self, OpenOptions};
use std::io::ErrorKind;
use std::path::Path;
use std::time::Duration;

use rusqlite::{Connection, OpenFlags};
use rusqlite_migration::{M, Migrations};

use super::super::error::RelayError;
use crate::locale::{foreign, system};

/// The schema's steps, oldest first; never changed once released.
const STEPS: [&str; 11] = [
    include_str!("../../../assets/migrations/relay/001_beginning.sql"),
    include_str!("../../../assets/migrations/relay/002_pace.sql"),
    include_str!("../../../assets/migrations/relay/003_endpoints_of_channels.sql"),
    include_str!("../../../assets/migrations/relay/004_accounts.sql"),
    include_str!("../../../assets/migrations/relay/005_prices.sql"),
    include_str!("../../../assets/migrations/relay/006_journal.sql"),
    include_str!("../../../assets/migrations/relay/007_learned.sql"),
    include_str!("../../../assets/migrations/relay/008_auto_groups.sql"),
    include_str!("../../../assets/migrations/relay/009_stored_responses.sql"),
    include_str!("../../../assets/migrations/relay/010_told.sql"),
    include_str!("../../../assets/migrations/relay/011_stored_items.sql"),
];

/// Makes the folder if it is missing.
pub fn prepare_folder(folder: &Path) -> Result<(), RelayError> {
    let told = |error: std::io::Error| match error.kind() {
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded => {
            RelayError::DiskFull(folder.to_path_buf())
        }
        // Without the rest of its text, which may name a file that nobody but us knows of.
        _ => RelayError::FolderNotWritable {
            folder: folder.to_path_buf(),
            why: system(&error),
        },
    };
    fs::create_dir_all(folder).map_err(told)?;
    // Asked by doing it: permissions, quotas and mounts can all say no, and only the attempt knows.
    tempfile::NamedTempFile::new_in(folder)
        .map(drop)
        .map_err(told)
}

/// Opens the database for writing and brings it to the newest version.
pub fn open(file: &Path) -> Result<Connection, RelayError> {
    let told = |error: rusqlite::Error| RelayError::from_sqlite(file, &error);
    create_private(file)?;
    let mut connection = Connection::open(file).map_err(told)?;
    refuse_newer(&connection, file)?;
    // WAL with NORMAL: a commit survives a killed process. It may not survive a power cut, which FULL would pay for
    // with a wait for the disk in every answer.
    connection
        .execute_batch(
            "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA foreign_keys = ON;",
        )
        .map_err(told)?;
    connection
        .busy_timeout(Duration::from_secs(5))
        .map_err(told)?;
    connection.set_prepared_statement_cache_capacity(64);
    migrations()
        .to_latest(&mut connection)
        .map_err(|error| match error {
            rusqlite_migration::Error::RusqliteError { err, .. } => told(err),
            other => RelayError::Database {
                file: file.to_path_buf(),
                why: foreign(&other),
            },
        })?;
    Ok(connection)
}

/// Opens the database a second time, for reading only.
pub fn open_reader(file: &Path) -> Result<Connection, RelayError> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let opened = Connection::open_with_flags(file, flags).and_then(|connection| {
        connection.busy_timeout(Duration::from_secs(5))?;
        Ok(connection)
    });
    opened.map_err(|error| RelayError::from_sqlite(file, &error))
}

fn migrations() -> Migrations<'static> {
    Migrations::new(STEPS.iter().map(|sql| M::up(sql)).collect())
}

/// SQLite makes its files as the process's mask allows; this one holds upstream credentials. Its two companions
/// (`-wal`, `-shm`) take the permissions of the file itself.
fn create_private(file: &Path) -> Result<(), RelayError> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    match options.open(file) {
        Ok(_) => Ok(()),
        Err(error) if error.kind() == ErrorKind::AlreadyExists => Ok(()),
        Err(error) => Err(RelayError::FolderNotWritable {
            folder: file.parent().unwrap_or(file).to_path_buf(),
            why: system(&error),
        }),
    }
}

/// Told before anything is written, so that a newer database stays exactly as it was.
fn refuse_newer(connection: &Connection, file: &Path) -> Result<(), RelayError> {
    let found: i64 = connection
        .pragma_query_value(None, "user_version", |row| row.get(0))
        .map_err(|error| RelayError::from_sqlite(file, &error))?;
    let known = STEPS.len() as i64;
    if found > known {
        return Err(RelayError::DatabaseNewer {
            file: file.to_path_buf(),
            found,
            known,
        });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_steps_are_sound() {
        migrations().validate().unwrap();
    }

    #[test]
    fn a_file_that_is_no_database_is_told_and_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("relay.db");
        let garbage = "this is no database, it is a letter. ".repeat(40);
        fs::write(&file, &garbage).unwrap();
        let error = open(&file).unwrap_err();
        assert!(
            matches!(error, RelayError::DatabaseDamaged { .. }),
            "{error}"
        );
        assert_eq!(fs::read_to_string(&file).unwrap(), garbage);
    }

    #[test]
    fn a_newer_database_is_told_and_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("relay.db");
        open(&file)
            .unwrap()
            .pragma_update(None, "user_version", 99)
            .unwrap();
        let error = open(&file).unwrap_err();
        assert!(
            matches!(error, RelayError::DatabaseNewer { found: 99, .. }),
            "{error}"
        );
    }

    #[cfg(unix)]
    #[test]
    fn only_its_owner_may_read_it() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("relay.db");
        let _open = open(&file).unwrap();
        for name in ["relay.db", "relay.db-wal", "relay.db-shm"] {
            let mode = fs::metadata(folder.path().join(name))
                .unwrap()
                .permissions()
                .mode();
            assert_eq!(mode & 0o777, 0o600, "{name}");
        }
    }

    #[test]
    fn a_folder_that_cannot_be_made_is_told() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("a-file");
        fs::write(&file, "x").unwrap();
        let error = prepare_folder(&file.join("data")).unwrap_err();
        assert!(
            matches!(error, RelayError::FolderNotWritable { .. }),
            "{error}"
        );
    }
}
