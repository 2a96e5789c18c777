//! One relay over HTTP: probing, account calls, keys, models, the bill and the chat stream.
//!
//! Everything a relay can answer becomes a value of `domain` or a [`Fault`] that says what to do. Reads are repeated when
//! that may help, writes and chats never. Secrets go into headers of this relay's own origin and nowhere else.

mod account;
mod answer;
mod ask;
mod call;
mod charge;
mod chat;
mod http;
mod key_changes;
mod keys;
mod list;
mod live;
mod log;
mod login;
mod models;
mod options;
pub mod owner;
mod probe;
mod reach;
mod standing;
mod tls;
mod wallet;

use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex};

use tokio::sync::OnceCell;

use crate::domain::{Address, ApiKey, Fault};
use crate::wire::family::Site;

pub use crate::trust::install as install_tls;
pub use charge::{Charge, ChargeQuery};
pub use chat::{Parts, Reply};
pub use log::{LogPage, LoggedRequest};
pub use login::{LogIn, LoggedIn, Registration};
pub use options::Options;
pub use reach::{Reach, Step};
pub use standing::{ApiSeen, ConsoleSeen, KeyMoney, Look, Standing};

/// Who we are to a relay's console. Without an access token only its public parts and calls with a key work.
#[derive(Clone, Debug, Default)]
pub struct Credentials {
    /// The account's access token; not an API key.
    pub access_token: Option<ApiKey>,
    /// The account's number, which relays before July 2026 want beside the token.
    pub user_id: Option<i64>,
}

/// A relay, ready to be called. Clones share connections and what was found out about it.
#[derive(Clone)]
pub struct RelayClient {
    inner: Arc<Inner>,
}

struct Inner {
    http: reqwest::Client,
    address: Address,
    credentials: Credentials,
    options: Options,
    /// What its status tells; `None` inside for an address without a console. Only definite answers are kept.
    site: OnceCell<Option<Site>>,
    /// A header of a fork's own in which it wants the account's number, learnt from its message.
    fork_header: Mutex<Option<String>>,
    /// Whether the server once refused to be asked for its count at the end of a stream.
    refuses_usage: AtomicBool,
}

impl RelayClient {
    /// A client with the usual timeouts. Opens no connection yet.
    ///
    /// # Errors
    /// When this machine cannot make TLS connections at all.
    pub fn new(address: Address, credentials: Credentials) -> Result<Self, Fault> {
        Self::with_options(address, credentials, Options::default())
    }

    /// A client with timeouts, waits, clock and luck of the caller's choosing.
    ///
    /// # Errors
    /// When this machine cannot make TLS connections at all.
    pub fn with_options(
        address: Address,
        credentials: Credentials,
        options: Options,
    ) -> Result<Self, Fault> {
        let http = http::client(&address, options.connect)?;
        Ok(RelayClient {
            inner: Arc::new(Inner {
                http,
                address,
                credentials,
                options,
                site: OnceCell::new(),
                fork_header: Mutex::new(None),
                refuses_usage: AtomicBool::new(false),
            }),
        })
    }

    /// The relay's base address.
    pub fn address(&self) -> &Address {
        &self.inner.address
    }

    /// Whether there is an access token to manage keys and wallet with.
    pub fn has_account(&self) -> bool {
        self.inner.credentials.access_token.is_some()
    }
}

impl std::fmt::Debug for RelayClient {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_struct("RelayClient")
            .field("address", &self.inner.address.base())
            .finish_non_exhaustive()
    }
}
