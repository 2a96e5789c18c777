//! Starting and stopping the relay.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;

use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::app::{App, Limits};
use super::book::Book;
use super::catalog::Catalog;
use super::clock::Clock;
use super::error::RelayError;
use super::lock::{self, Attempt, Lock};
use super::routes::Routes;
use super::serve::{self, Door};
use super::sessions::Sessions;
use super::store::journal::{Journal, Posted};
use super::store::setup::{self, Beginning};
use super::store::{self, Store, file};
use crate::domain::ApiKey;
use crate::locale::{Language, foreign, spoken, system, within};

/// The owner's secrets, made and kept by the caller before the relay first sees them. Only their hashes are stored.
#[derive(Clone, Debug)]
pub struct OwnerSecrets {
    /// Opens the console as the owner.
    pub access_token: ApiKey,
    /// The first key, `sk-` included.
    pub first_key: ApiKey,
}

impl OwnerSecrets {
    /// New ones, random.
    ///
    /// # Errors
    /// When the system gives no randomness.
    pub fn generate() -> Result<Self, RelayError> {
        let made =
            || super::ids::new_key().map_err(|error| RelayError::NoRandomness(foreign(&error)));
        let token = made()?;
        Ok(OwnerSecrets {
            access_token: ApiKey::new(token.expose().replacen("sk-", "", 1)),
            first_key: made()?,
        })
    }
}

/// What a relay is started with.
#[derive(Clone, Debug)]
pub struct RelayOptions {
    /// Holds `relay.db` with its journal and `relay.lock`; made if it is missing.
    pub folder: PathBuf,
    /// Where to listen; port 0 takes any free one.
    pub listen: SocketAddr,
    /// The address that others know it by, where it is not the one it listens on this time.
    pub known_as: Option<SocketAddr>,
    /// The owner's secrets.
    pub owner: OwnerSecrets,
    /// How long and how large things may be.
    pub limits: Limits,
    /// Tells the time.
    pub clock: Clock,
}

impl RelayOptions {
    /// The usual: the system's clock and the usual limits.
    pub fn new(folder: PathBuf, listen: SocketAddr, owner: OwnerSecrets) -> Self {
        RelayOptions {
            folder,
            listen,
            known_as: None,
            owner,
            limits: Limits::default(),
            clock: Clock::system(),
        }
    }
}

/// A relay that runs. Dropping it stops it at once, as a crash would; [`Running::shutdown`] lets answers end.
#[derive(Debug)]
pub struct Running {
    app: Arc<App>,
    address: SocketAddr,
    beginning: Beginning,
    closing: CancellationToken,
    dropping: CancellationToken,
    connections: TaskTracker,
}

/// Starts a relay.
///
/// # Errors
/// When folder, database, lock or address cannot be had; each variant says what to do. Nothing is left behind then.
pub async fn start(options: RelayOptions) -> Result<Running, RelayError> {
    check(&options.owner)?;
    // The process installs it first thing; this is for whoever uses the library alone. A second attempt changes nothing.
    crate::trust::install();
    let (folder, owner, now) = (
        options.folder.clone(),
        options.owner.clone(),
        options.clock.seconds().0,
    );
    let language = spoken();
    let open = move || within(language, || Opened::open(folder, &owner, now));
    let opened = tokio::task::spawn_blocking(open).await;
    let mut opened = opened.map_err(|error| RelayError::NoThread(foreign(&error)))??;
    let listener = serve::bind(options.listen).await?;
    let address = listener
        .local_addr()
        .map_err(|error| RelayError::CannotListen {
            address: options.listen,
            why: system(&error),
        })?;
    opened
        .lock
        .name_address(address)
        .map_err(|error| RelayError::FolderNotWritable {
            folder: options.folder.clone(),
            why: system(&error),
        })?;
    let store = Store::start(
        &opened.file,
        opened.connection,
        opened.journal,
        opened.posted,
        Arc::clone(&opened.book),
    )?;
    let mut app = App::new(
        store,
        opened.book,
        Arc::new(opened.sessions),
        options.clock.clone(),
        options.limits,
        address,
        opened.lock,
    );
    app.known_as = options.known_as.unwrap_or(address);
    let app = Arc::new(app);
    app.wall.hang(Arc::new(opened.catalog));
    let running = Running {
        address,
        beginning: opened.beginning,
        closing: app.closing.clone(),
        dropping: CancellationToken::new(),
        connections: TaskTracker::new(),
        app: Arc::clone(&app),
    };
    let door = Door {
        routes: Routes::of(app),
        clock: options.clock,
        patience: options.limits.headers,
        unread: options.limits.unread,
        closing: running.closing.clone(),
        dropping: running.dropping.clone(),
        connections: running.connections.clone(),
    };
    tokio::spawn(door.accept(listener));
    tracing::info!(%address, fresh = running.beginning.fresh, posted = running.beginning.posted, released = running.beginning.released, "the relay is up");
    Ok(running)
}

impl Running {
    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Whether this start made the database.
    pub fn is_fresh(&self) -> bool {
        self.beginning.fresh
    }

    /// The first key's number. `None` when its owner deleted it: a deleted secret stays dead, a new one is needed.
    pub fn first_key(&self) -> Option<i64> {
        self.beginning.first_key
    }

    /// How many reservations of a process that ended too soon this start released.
    pub fn released(&self) -> usize {
        self.beginning.released
    }

    /// Stops: takes nothing new, lets running answers end for as long as the limits say, cuts and settles the rest, and
    /// closes the database.
    pub async fn shutdown(self) {
        self.shutdown_or_hurry(std::future::pending()).await;
    }

    /// The same for somebody who may not want to wait so long: then the answers are cut, and settled all the same.
    pub async fn shutdown_or_hurry(self, hurry: impl Future<Output = ()>) {
        let grace = self.app.limits.grace;
        self.app.withdraw();
        self.closing.cancel();
        self.connections.close();
        let ended = tokio::select! {
            biased;
            () = self.connections.wait() => true,
            () = hurry => false,
            () = tokio::time::sleep(grace) => false,
        };
        if !ended {
            tracing::warn!(answers = self.connections.len(), "running answers are cut");
            self.app.cut.cancel();
            // Cut answers still settle and say so. A client that does not even read that is let go; dropping its
            // answer settles it.
            let _ = tokio::time::timeout(LAST, self.connections.wait()).await;
            self.dropping.cancel();
            self.connections.wait().await;
        }
        self.app.settling.close();
        self.app.settling.wait().await;
        self.app.store.close().await;
        self.app.unlock();
    }
}

/// How long answers that were cut may take to say so.
const LAST: std::time::Duration = std::time::Duration::from_secs(2);

impl Drop for Running {
    fn drop(&mut self) {
        self.closing.cancel();
        self.app.cut.cancel();
        // Nobody waits for what is cut to be read.
        self.dropping.cancel();
    }
}

/// What is opened before there is an address.
struct Opened {
    file: PathBuf,
    lock: Lock,
    connection: rusqlite::Connection,
    journal: Journal,
    posted: Posted,
    book: Arc<Book>,
    sessions: Sessions,
    catalog: Catalog,
    beginning: Beginning,
}

impl Opened {
    fn open(folder: PathBuf, owner: &OwnerSecrets, now: i64) -> Result<Self, RelayError> {
        file::prepare_folder(&folder)?;
        let lock = match lock::take(&folder) {
            Ok(Attempt::Taken(lock)) => lock,
            Ok(Attempt::Held(holder)) => return Err(RelayError::LockHeld(holder)),
            Err(error) => {
                return Err(RelayError::FolderNotWritable {
                    folder,
                    why: system(&error),
                });
            }
        };
        let file = store::path(&folder);
        let told = |error: rusqlite::Error| RelayError::from_sqlite(&file, &error);
        let mut connection = file::open(&file)?;
        let unusable = |error: std::io::Error| RelayError::from_journal(&file, &error);
        let (mut journal, left) = Journal::open(&file).map_err(unusable)?;
        let (beginning, posted) = within(Language::English, || {
            setup::ensure(&mut connection, &left, owner, now)
        })
        .map_err(told)?;
        journal.begin(posted).map_err(unusable)?;
        let book = Book::default();
        setup::load(&connection, &book).map_err(told)?;
        let sessions = Sessions::default();
        for session in store::sessions::all(&connection, now).map_err(told)? {
            sessions.put(session);
        }
        // What is found wrong with a stored channel is told to clients later, in English.
        let catalog = within(Language::English, || Catalog::load(&connection)).map_err(told)?;
        Ok(Opened {
            lock,
            connection,
            journal,
            posted,
            book: Arc::new(book),
            sessions,
            catalog,
            beginning,
            file,
        })
    }
}

fn check(owner: &OwnerSecrets) -> Result<(), RelayError> {
    for (secret, name) in [
        (&owner.access_token, "access token"),
        (&owner.first_key, "first key"),
    ] {
        if secret.expose().len() < 16 {
            return Err(RelayError::WeakSecret(name));
        }
    }
    Ok(())
}
