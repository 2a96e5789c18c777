//! The world around the engine, as it really is: profiles and secrets on disk, and the embedded relay in this process
//! or in the one that already serves this data folder.

use std::fs::{File, TryLockError};
use std::future::Future;
use std::net::{Ipv4Addr, SocketAddr};
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use tokio::sync::Mutex;
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;

use super::{offers, secret};
use crate::config::{Folders, Profiles, State, StoredKey, Vault};
use crate::domain::profile::LOCAL;
use crate::domain::{Access, Address, ApiKey, Fault, FaultKind, Profile};
use crate::engine::host::{EnvOutcome, HeldKey, Host};
use crate::engine::offers::Offer;
use crate::files::dotenv::{self, DotenvError};
use crate::files::open_lock;
use crate::ledger::Ledger;
use crate::locale::{say, system};
use crate::relay::lock::{self, Holder};
use crate::relay::{self, OwnerSecrets, RelayError, RelayOptions, Running};
use crate::tools::Places;

/// The name of the first key of the embedded relay.
const FIRST_KEY: &str = "local-default";
/// How long running answers may go on after `serve` was told to stop: as long as most take, and less than what systemd (90 s)
/// and Kubernetes (30 s) grant before they kill. Docker grants 10 s unless it is told otherwise.
const SERVING_GRACE: Duration = Duration::from_secs(25);
/// How often, and how far apart, a relay that is just starting or ending in another process is looked for: longer than
/// one that ends lets its answers run on.
const JOINING_LOOKS: u32 = 700;
/// The same for one that makes the owner's secrets.
const STARTING_LOOKS: u32 = 300;
const STARTING_WAIT: Duration = Duration::from_millis(50);

/// Where the embedded relay listens when this process starts it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Listen {
    /// On any free port of this machine: only this process needs to find it. Others know the relay by this address.
    Passing(SocketAddr),
    /// Here, or on any free port when that one is taken: nobody asked for this one.
    Prefer(SocketAddr),
    /// Here and nowhere else: somebody asked for it.
    Exactly(SocketAddr),
}

/// The world around the engine.
pub struct CliHost {
    folders: Folders,
    listen: Listen,
    running: Mutex<Option<Running>>,
    /// Given when answers that still run are to be cut.
    hurry: CancellationToken,
    /// Whether the settings want nothing offered.
    offers_nothing: AtomicBool,
}

impl CliHost {
    /// A world in these folders. Nothing is opened or started yet.
    pub fn new(folders: Folders, listen: Listen) -> Self {
        CliHost {
            folders,
            listen,
            running: Mutex::new(None),
            hurry: CancellationToken::new(),
            offers_nothing: AtomicBool::new(false),
        }
    }

    /// Whether nothing is looked for that the relay inside could use.
    pub fn offer_nothing(&self, nothing: bool) {
        self.offers_nothing.store(nothing, Ordering::Relaxed);
    }

    /// Serves in this process, and refuses where another process serves this data folder already.
    ///
    /// # Errors
    /// Why it cannot start.
    pub async fn serve(&self, asked: Option<SocketAddr>) -> Result<SocketAddr, Fault> {
        let listen = asked.unwrap_or(match self.listen {
            Listen::Prefer(address) | Listen::Exactly(address) => address,
            Listen::Passing(_) => anywhere(),
        });
        let started = self.start(listen, Some(SERVING_GRACE)).await?;
        let started = started.map_err(Fault::from)?;
        let address = started.address();
        *self.running.lock().await = Some(started);
        self.note_address(address)?;
        Ok(address)
    }

    /// Lets running streams end and closes the embedded relay, where this process runs it.
    pub async fn close(&self) {
        if let Some(running) = self.running.lock().await.take() {
            running.shutdown_or_hurry(self.hurry.cancelled()).await;
        }
    }

    /// Lets nothing that runs end by itself: what answers came to so far is settled.
    pub fn hurry(&self) {
        self.hurry.cancel();
    }

    /// Forgets a profile and every secret held for it.
    ///
    /// # Errors
    /// When a file cannot be written.
    pub fn remove_profile(&self, name: &str) -> Result<(), Fault> {
        self.vault()?.forget_profile(name)?;
        Profiles::of(&self.folders).remove(name)?;
        Ok(())
    }

    fn vault(&self) -> Result<Vault, Fault> {
        Ok(Vault::open(&self.folders.data)?)
    }

    /// Starts the relay here. The outer trouble is ours (the vault), the inner one the relay's.
    async fn start(
        &self,
        listen: SocketAddr,
        grace: Option<Duration>,
    ) -> Result<Result<Running, RelayError>, Fault> {
        self.folders.make()?;
        let owner = tokio::task::block_in_place(|| self.owner())?;
        let secret = owner.first_key.clone();
        let mut options = RelayOptions::new(self.folders.data.clone(), listen, owner);
        options.limits.grace = grace.unwrap_or(options.limits.grace);
        if let Listen::Passing(lasting) = self.listen {
            options.known_as = Some(lasting);
        }
        let started = relay::start(options).await;
        if let Ok(running) = &started
            && let Some(id) = running.first_key()
        {
            self.number_first_key(id, &secret)?;
        }
        Ok(started)
    }

    /// Writes the number of a key that was stored before the relay had made it.
    fn number_first_key(&self, id: i64, secret: &ApiKey) -> Result<(), Fault> {
        let vault = self.vault()?;
        let unnumbered = |key: &StoredKey| key.id.is_none() && key.secret == *secret;
        if vault.keys(LOCAL)?.iter().any(unnumbered) {
            vault.hold_key(LOCAL, &first_key(Some(id), secret))?;
        }
        Ok(())
    }

    /// Joins the relay that serves this folder, or starts one where the settings want it.
    async fn join_or_start(&self) -> Result<SocketAddr, Fault> {
        for _ in 0..JOINING_LOOKS {
            match self.holder()? {
                Some(Holder {
                    address: Some(address),
                    ..
                }) => return Ok(address),
                Some(_) => {
                    sleep(STARTING_WAIT).await;
                    continue;
                }
                None => {}
            }
            let (first, then) = match self.listen {
                Listen::Passing(_) => (anywhere(), None),
                Listen::Prefer(address) => (address, Some(anywhere())),
                Listen::Exactly(address) => (address, None),
            };
            let started = match (self.start(first, None).await?, then) {
                (Err(RelayError::PortInUse(_)), Some(other)) => self.start(other, None).await?,
                (started, _) => started,
            };
            match started {
                Ok(running) => {
                    let address = running.address();
                    *self.running.lock().await = Some(running);
                    return Ok(address);
                }
                // Another process was faster; look again.
                Err(RelayError::LockHeld(_)) => sleep(STARTING_WAIT).await,
                Err(error) => return Err(error.into()),
            }
        }
        Err(Fault::new(FaultKind::Local, say!("cli-relay-not-up"))
            .advise(say!("cli-relay-not-up-advice")))
    }

    fn holder(&self) -> Result<Option<Holder>, Fault> {
        lock::holder(&self.folders.data).map_err(|error| {
            let folder = self.folders.data.display();
            Fault::new(
                FaultKind::Local,
                say!("cli-relay-lock", folder = folder, error = system(&error)),
            )
            .advise(say!("cli-relay-lock-advice"))
        })
    }

    /// The owner's secrets: made once, stored before the relay sees them, and the same for every process of this folder.
    fn owner(&self) -> Result<OwnerSecrets, Fault> {
        let _one_at_a_time = self.lock_owner()?;
        let vault = self.vault()?;
        let fresh = OwnerSecrets::generate()?;
        let access_token = match vault.access_token(LOCAL)? {
            Some(token) => token,
            None => {
                vault.set_access_token(LOCAL, &fresh.access_token)?;
                fresh.access_token
            }
        };
        // Any key held here will do: the relay makes one only for a secret that it has never seen.
        let first_key = match vault.keys(LOCAL)?.into_iter().next() {
            Some(key) => key.secret,
            None => {
                vault.hold_key(LOCAL, &first_key(None, &fresh.first_key))?;
                fresh.first_key
            }
        };
        Ok(OwnerSecrets {
            access_token,
            first_key,
        })
    }

    /// Two processes that start at once must not both make the owner's secrets.
    fn lock_owner(&self) -> Result<File, Fault> {
        let path = self.folders.data.join("owner.lock");
        let trouble = |why: String| {
            Fault::new(
                FaultKind::Local,
                say!("cli-cannot-lock", path = path.display(), why = why),
            )
        };
        let file = open_lock(&path)
            .map_err(|error| trouble(system(&error)).advise(say!("cli-cannot-lock-advice")))?;
        for _ in 0..STARTING_LOOKS {
            match file.try_lock() {
                Ok(()) => return Ok(file),
                Err(TryLockError::WouldBlock) => std::thread::sleep(STARTING_WAIT),
                Err(TryLockError::Error(error)) => return Err(trouble(system(&error))),
            }
        }
        Err(trouble(say!("cli-lock-held").into()).advise(say!("cli-lock-held-advice")))
    }

    /// The address under which the embedded relay is reached. It is written down for the list of profiles, but not for
    /// a port that will be another one next time, unless there is no entry at all yet.
    fn note_address(&self, listening: SocketAddr) -> Result<Address, Fault> {
        let reachable = if listening.ip().is_unspecified() {
            SocketAddr::new(Ipv4Addr::LOCALHOST.into(), listening.port())
        } else {
            listening
        };
        let (address, _) = Address::parse(&format!("http://{reachable}")).map_err(|error| {
            let message = say!("cli-odd-listening", error = error);
            Fault::new(FaultKind::Local, message)
        })?;
        if let Err(fault) = self.write_address(&address) {
            // The relay runs; a note that could not be taken is no reason not to use it.
            tracing::warn!(%fault, "the embedded relay's address could not be written down");
        }
        Ok(address)
    }

    fn write_address(&self, address: &Address) -> Result<(), Fault> {
        let profiles = Profiles::of(&self.folders);
        let known = profiles.list()?.into_iter().find(Profile::is_local);
        let passing = matches!(self.listen, Listen::Passing(_));
        if known.is_some_and(|known| passing || known.address == *address) {
            return Ok(());
        }
        let profile = Profile {
            name: LOCAL.into(),
            address: address.clone(),
            access: Access::Account { user_id: Some(1) },
        };
        Ok(profiles.save(&profile)?)
    }
}

/// The embedded relay's first key as the vault keeps it.
fn first_key(id: Option<i64>, secret: &ApiKey) -> StoredKey {
    StoredKey {
        id,
        name: FIRST_KEY.into(),
        secret: secret.clone(),
    }
}

/// Any free port of this machine.
fn anywhere() -> SocketAddr {
    SocketAddr::new(Ipv4Addr::LOCALHOST.into(), 0)
}

impl Host for CliHost {
    fn profiles(&self) -> Result<(Vec<Profile>, Option<String>), Fault> {
        Ok((
            Profiles::of(&self.folders).list()?,
            State::of(&self.folders).last_profile(),
        ))
    }

    fn save_profile(&self, profile: &Profile, access_token: Option<&ApiKey>) -> Result<(), Fault> {
        self.folders.make()?;
        if let Some(token) = access_token {
            self.vault()?.set_access_token(&profile.name, token)?;
        }
        Ok(Profiles::of(&self.folders).save(profile)?)
    }

    fn remember_profile(&self, name: &str) -> Result<(), Fault> {
        self.folders.make()?;
        Ok(State::of(&self.folders).remember_profile(name)?)
    }

    fn access_token(&self, profile: &str) -> Result<Option<ApiKey>, Fault> {
        Ok(self.vault()?.access_token(profile)?)
    }

    fn held_keys(&self, profile: &str) -> Result<Vec<HeldKey>, Fault> {
        let keys = self.vault()?.keys(profile)?;
        Ok(keys
            .into_iter()
            .map(|key| HeldKey {
                id: key.id,
                name: key.name,
                secret: key.secret,
            })
            .collect())
    }

    fn hold_key(&self, profile: &str, key: &HeldKey) -> Result<String, Fault> {
        self.folders.make()?;
        let vault = self.vault()?;
        let stored = StoredKey {
            id: key.id,
            name: key.name.clone(),
            secret: key.secret.clone(),
        };
        vault.hold_key(profile, &stored)?;
        Ok(vault.path().display().to_string())
    }

    fn forget_keys(&self, profile: &str, ids: &[i64]) -> Result<(), Fault> {
        Ok(self.vault()?.forget_keys(profile, ids)?)
    }

    fn write_env(
        &self,
        file: &str,
        entries: &[(String, ApiKey)],
        into_git: bool,
    ) -> Result<EnvOutcome, Fault> {
        match dotenv::put(file, entries, into_git) {
            Ok(written) => Ok(EnvOutcome::Written {
                file: written.file,
                was_open: written.was_open,
            }),
            Err(DotenvError::InGit { file, tree }) => Ok(EnvOutcome::InGit { file, tree }),
            Err(error) => Err(error.into()),
        }
    }

    fn start_local(&self) -> Pin<Box<dyn Future<Output = Result<Address, Fault>> + Send + '_>> {
        Box::pin(async {
            let ours = self.running.lock().await.as_ref().map(Running::address);
            let address = match ours {
                Some(address) => address,
                None => self.join_or_start().await?,
            };
            self.note_address(address)
        })
    }

    fn offers(&self) -> Pin<Box<dyn Future<Output = Vec<Offer>> + Send + '_>> {
        Box::pin(async {
            if self.offers_nothing.load(Ordering::Relaxed) {
                return Vec::new();
            }
            let running = self.running.lock().await.as_ref().map(Running::address);
            let held = self.holder().ok().flatten();
            let asked = match self.listen {
                Listen::Prefer(address) | Listen::Exactly(address) => Some(address),
                Listen::Passing(_) => None,
            };
            let held = held.and_then(|holder| holder.address);
            let own: Vec<SocketAddr> = [running, held, asked].into_iter().flatten().collect();
            let mut found = offers::of_environment(secret::of_environment, &own);
            found.extend(offers::of_this_machine(&offers::PORTS, &own).await);
            found
        })
    }

    fn commands(&self) -> Vec<String> {
        State::of(&self.folders).commands()
    }

    fn keep_commands(&self, lines: &[String]) -> Result<(), Fault> {
        self.folders.make()?;
        Ok(State::of(&self.folders).keep_commands(lines)?)
    }

    fn declined_offers(&self) -> Vec<String> {
        State::of(&self.folders).declined_offers()
    }

    fn decline_offer(&self, offer: &str) -> Result<(), Fault> {
        self.folders.make()?;
        Ok(State::of(&self.folders).decline_offer(offer)?)
    }

    fn places(&self) -> Places {
        Places::of_process(self.folders.data.clone())
    }

    fn open_ledger(&self) -> Result<Ledger, Fault> {
        self.folders.make()?;
        Ok(Ledger::open(&self.folders.ledger_file())?)
    }
}
