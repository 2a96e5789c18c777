//! What every request can reach: the store, the book, the catalog, the clients, the clock, and the signs to stop.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::runtime::Handle;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::book::{Book, Caller};
use super::catalog::Wall;
use super::channels::http::Clients;
use super::clock::Clock;
use super::limiter::Attempts;
use super::live::Live;
use super::lock::Lock;
use super::passwords::Passwords;
use super::sessions::Sessions;
use super::store::Store;
use crate::domain::UnixSeconds;
use crate::domain::group::AUTO;

/// How long and how large things may be. The defaults suit a relay for people; tests shorten them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// The largest request body, in bytes.
    pub body: usize,
    /// How long a connection may be without the complete headers of a request. This includes the rest between two
    /// requests, so it is longer than clients keep an idle connection: they should be the ones to close it.
    pub headers: Duration,
    /// How long a client may take between two pieces of its body.
    pub client: Duration,
    /// How long a client may take nothing of what it is sent.
    pub unread: Duration,
    /// How long an upstream may take until the first event of its answer, or the whole of an answer that is no stream.
    pub first_event: Duration,
    /// How long a stream may be silent before it is given up.
    pub stall: Duration,
    /// How often a silent stream is kept alive with a comment.
    pub ping: Duration,
    /// How long running answers may go on after the relay was told to stop.
    pub grace: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Limits {
            body: 32 * 1024 * 1024,
            headers: Duration::from_secs(120),
            client: Duration::from_secs(30),
            unread: Duration::from_secs(120),
            first_event: Duration::from_secs(300),
            stall: Duration::from_secs(120),
            ping: Duration::from_secs(15),
            grace: Duration::from_secs(10),
        }
    }
}

/// The relay at work.
pub struct App {
    pub store: Store,
    pub book: Arc<Book>,
    /// The log-ins with a password.
    pub sessions: Arc<Sessions>,
    pub passwords: Passwords,
    /// Failed log-ins and other guesses.
    pub attempts: Attempts,
    pub wall: Wall,
    pub clients: Clients,
    pub clock: Clock,
    pub limits: Limits,
    pub started: UnixSeconds,
    pub address: SocketAddr,
    /// The address that others know it by.
    pub known_as: SocketAddr,
    /// What runs at this moment.
    pub live: Arc<Live>,
    /// Said when nothing new is taken any more.
    pub closing: CancellationToken,
    /// Said when running answers must end now.
    pub cut: CancellationToken,
    /// What must be done before the store is closed: the settling of answers.
    pub settling: TaskTracker,
    /// Where settling goes on when the request it belongs to is gone.
    pub runtime: Handle,
    /// Held until the last answer is done with the database.
    pub lock: Mutex<Option<Lock>>,
    next_reservation: AtomicI64,
}

impl std::fmt::Debug for App {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "App({})", self.address)
    }
}

impl App {
    /// Puts the parts together.
    pub fn new(
        store: Store,
        book: Arc<Book>,
        sessions: Arc<Sessions>,
        clock: Clock,
        limits: Limits,
        address: SocketAddr,
        lock: Lock,
    ) -> Self {
        App {
            live: Arc::clone(store.live()),
            store,
            book,
            sessions,
            passwords: Passwords::default(),
            attempts: Attempts::default(),
            wall: Wall::default(),
            clients: Clients::default(),
            started: clock.seconds(),
            clock,
            limits,
            address,
            known_as: address,
            closing: CancellationToken::new(),
            cut: CancellationToken::new(),
            settling: TaskTracker::new(),
            runtime: Handle::current(),
            lock: Mutex::new(Some(lock)),
            next_reservation: AtomicI64::new(1),
        }
    }

    /// Sends nobody here any more, while what runs may still end.
    pub fn withdraw(&self) {
        let mut lock = self.lock.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(lock) = lock.as_mut()
            && let Err(error) = lock.withdraw_address()
        {
            tracing::warn!(%error, "the lock still names the address");
        }
    }

    /// Lets another process have the folder.
    pub fn unlock(&self) {
        drop(
            self.lock
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .take(),
        );
    }

    /// The groups a key's requests may be served in: its own, or where it is `auto` those that are tried in turn.
    pub fn groups_of(&self, caller: &Caller) -> Vec<String> {
        if &*caller.group != AUTO {
            return vec![caller.group.to_string()];
        }
        let account = self.book.account(caller.account_id);
        let catalog = self.wall.now();
        let walked = catalog.auto_groups_of(&caller.rules.auto, account.as_ref());
        let walked = walked.into_iter();
        walked.map(|group| group.name.clone()).collect()
    }

    /// A number no other reservation of this process has. Those of earlier processes were released at start.
    pub fn reservation_number(&self) -> i64 {
        self.next_reservation.fetch_add(1, Ordering::Relaxed)
    }
}
