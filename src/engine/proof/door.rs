//! The door of diagnosis and tests to the world: HTTP through the client, and a row of the ledger for every request to a
//! model before it is sent, in the name of the profile it is for.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use tokio_util::sync::CancellationToken;

use crate::client::{KeyMoney, Look, Reach, RelayClient, Standing};
use crate::domain::count::TokenCounter;
use crate::domain::{
    Address, ApiKey, Basis, ChatRequest, Cost, Fault, FaultKind, Finish, Model, Money, Profile,
    Protocol,
};
use crate::engine::clock::Clock;
use crate::engine::host::{HeldKey, Host};
use crate::engine::session::{ChosenKey, Plan, Session, connect};
use crate::engine::spend::Purse;
use crate::engine::turn::{self, Progress};
use crate::ledger::Ledger;
use crate::locale::say;
use crate::verify::door::{Ask, Beat, Console, Door, HeldSecret, Told};

/// How long a read may take, its repetitions included: whoever waits for a proof wants an end to it.
const READ_WITHIN: Duration = Duration::from_secs(30);
/// The same for a price list, which large sites take tens of seconds to compute.
const PRICES_WITHIN: Duration = Duration::from_secs(90);

/// What is on its way right now, for whoever watches.
#[derive(Debug, Default)]
pub struct Pulse {
    requests: AtomicU64,
    tokens: AtomicU64,
}

impl Pulse {
    /// Requests to a model that are not answered to the end.
    pub fn requests(&self) -> u64 {
        self.requests.load(Ordering::Relaxed)
    }

    /// Tokens that came since the last request began while none was on its way, by our count.
    pub fn tokens(&self) -> u64 {
        self.tokens.load(Ordering::Relaxed)
    }

    fn begin(&self) -> Beating<'_> {
        if self.requests.fetch_add(1, Ordering::Relaxed) == 0 {
            self.tokens.store(0, Ordering::Relaxed);
        }
        Beating(self)
    }
}

/// A request on its way.
struct Beating<'a>(&'a Pulse);

impl Drop for Beating<'_> {
    fn drop(&mut self) {
        self.0.requests.fetch_sub(1, Ordering::Relaxed);
    }
}

/// The real world.
pub struct WorldDoor {
    host: Arc<dyn Host>,
    /// The relay in question; its address may be one that was only given for this diagnosis.
    profile: Profile,
    /// Whether the vault's secrets belong to it: not to an address that was merely typed in.
    is_known: bool,
    ledger: Ledger,
    clock: Clock,
    stop: CancellationToken,
    within: Option<Duration>,
    pulse: Arc<Pulse>,
    clients: Mutex<HashMap<String, RelayClient>>,
}

impl WorldDoor {
    /// A door to a profile's relay. `within` is the longest that a request to a model may take, where another time than the
    /// request's own is wanted.
    pub fn new(
        host: Arc<dyn Host>,
        profile: Profile,
        is_known: bool,
        ledger: Ledger,
        clock: Clock,
        stop: CancellationToken,
        within: Option<Duration>,
    ) -> Self {
        WorldDoor {
            host,
            profile,
            is_known,
            ledger,
            clock,
            stop,
            within,
            pulse: Arc::default(),
            clients: Mutex::default(),
        }
    }

    /// A client for an address. The account's access token goes to the profile's own address and nowhere else.
    pub(super) fn client(&self, at: &Address) -> Result<RelayClient, Fault> {
        let mut clients = self.clients.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(client) = clients.get(at.base()) {
            return Ok(client.clone());
        }
        let own = self.is_known && *at == self.profile.address;
        let token = match own {
            true => self.host.access_token(&self.profile.name)?,
            false => None,
        };
        let there = Profile {
            address: at.clone(),
            ..self.profile.clone()
        };
        let client = connect(&there, token)?;
        clients.insert(at.base().to_owned(), client.clone());
        Ok(client)
    }

    pub(super) fn host(&self) -> Arc<dyn Host> {
        Arc::clone(&self.host)
    }

    /// What is on its way.
    pub fn pulse(&self) -> Arc<Pulse> {
        Arc::clone(&self.pulse)
    }

    async fn follow(&self, ask: &Ask, client: RelayClient) -> Told {
        let profile = Profile {
            address: ask.address.clone(),
            ..self.profile.clone()
        };
        let session = Session::unopened(Arc::clone(&self.host), profile, client);
        let spoken = Protocol::of(&ask.endpoint);
        let protocol = spoken.unwrap_or(Protocol::Chat);
        let request = ChatRequest {
            model: ask.model.clone(),
            messages: ask.messages.clone(),
            max_tokens: Some(ask.max_tokens),
            // The dialect is what is examined; it is not to be chosen anew.
            protocol,
            ..ChatRequest::default()
        };
        let plan = Plan {
            request,
            key: ChosenKey {
                held: HeldKey {
                    id: ask.key.id,
                    name: ask.key.name.clone(),
                    secret: ask.key.secret.clone(),
                },
                info: None,
            },
            group: ask.group.clone(),
            purse: Purse {
                price: ask.price.clone(),
                scale: session.facts.scale,
                key_left: None,
                wallet: None,
            },
            // Who gives it longer gives the silence before the first token longer too; the whole time ends it before that.
            silence: self.within.map(|within| within + Duration::from_secs(1)),
        };
        let mut heard = Heard::new(&self.pulse);
        let (secret, endpoint) = (&plan.key.held.secret, &ask.endpoint);
        let (ledger, clock) = (&self.ledger, &self.clock);
        let stop = self.stop.child_token();
        let hear = |progress| heard.hear(&progress);
        let following = async {
            if ask.streamed && spoken.is_some() {
                turn::run(&session, ledger, &plan, clock, &stop, hear).await
            } else {
                let asked = session.client.ask(secret, &plan.request, endpoint);
                turn::run_asked(&session, ledger, &plan, clock, &stop, asked, hear).await
            }
        };
        let within = self.within.unwrap_or(ask.within);
        let (mut done, ended) = ended_within(following, within, &stop).await;
        if !ended && done.end.fault.is_none() {
            done.end.fault = Some(too_long(within, heard.tokens.tokens()));
        }
        Told {
            fault: done.end.fault,
            status: done.status,
            text: heard.text,
            reasoned: heard.reasoned,
            reported: done.reported,
            counted: done.counted,
            finish: done.end.finish,
            echoed: done.model_echoed,
            fingerprint: done.fingerprint,
            first_ms: done.end.spend.first_ms,
            total_ms: done.end.total_ms,
            beats: heard.beats,
            cost: done.end.spend.cost,
            request_id: done.end.request_id,
        }
    }
}

/// What was heard of an answer, and when.
struct Heard<'a> {
    pulse: &'a Pulse,
    began: Instant,
    text: String,
    reasoned: bool,
    tokens: TokenCounter,
    beats: Vec<Beat>,
}

impl<'a> Heard<'a> {
    fn new(pulse: &'a Pulse) -> Self {
        Heard {
            pulse,
            began: Instant::now(),
            text: String::new(),
            reasoned: false,
            tokens: TokenCounter::default(),
            beats: Vec::new(),
        }
    }

    fn hear(&mut self, progress: &Progress) {
        let Progress::Text { text, reasoning } = progress else {
            return;
        };
        let before = self.tokens.tokens();
        self.tokens.add(text);
        let came = self.tokens.tokens().saturating_sub(before);
        self.pulse.tokens.fetch_add(came, Ordering::Relaxed);
        self.beats.push(Beat {
            at_ms: u64::try_from(self.began.elapsed().as_millis()).unwrap_or(u64::MAX),
            tokens: self.tokens.tokens(),
        });
        match reasoning {
            true => self.reasoned = true,
            false => self.text.push_str(text),
        }
    }
}

/// Carries out a work; after some time it is told to stop. Whether it came to its own end.
async fn ended_within<T>(
    work: impl Future<Output = T>,
    within: Duration,
    stop: &CancellationToken,
) -> (T, bool) {
    tokio::pin!(work);
    tokio::select! {
        done = &mut work => return (done, true),
        () = tokio::time::sleep(within) => stop.cancel(),
    }
    (work.await, false)
}

/// A request that was given up.
fn too_long(within: Duration, tokens: u64) -> Fault {
    let seconds = within.as_secs_f64();
    let came = match tokens {
        0 => say!("proof-nothing-came").to_owned(),
        tokens => say!("proof-tokens-came", tokens = tokens),
    };
    Fault::new(
        FaultKind::Timeout,
        say!("proof-not-to-the-end", seconds = seconds, came = came),
    )
    .advise(say!("proof-longer"))
}

/// A read that ends in time, one way or the other.
async fn in_time<T>(
    within: Duration,
    work: impl Future<Output = Result<T, Fault>>,
) -> Result<T, Fault> {
    match tokio::time::timeout(within, work).await {
        Ok(done) => done,
        Err(_) => Err(Fault::new(
            FaultKind::Timeout,
            say!("proof-not-answered", seconds = within.as_secs()),
        )),
    }
}

/// What stands at an address that nobody answers at.
fn nobody(fault: Fault) -> Standing {
    Standing {
        console: Err(fault.clone()),
        api: Err(fault),
        took: None,
    }
}

/// What is told where nothing could be sent at all.
fn unsent(fault: Fault) -> Told {
    Told {
        fault: Some(fault),
        status: None,
        text: String::new(),
        reasoned: false,
        reported: None,
        counted: crate::domain::Usage::default(),
        finish: Finish::Cut,
        echoed: None,
        fingerprint: None,
        first_ms: None,
        total_ms: 0,
        beats: Vec::new(),
        cost: Cost {
            amount: Some(Money::ZERO),
            basis: Basis::Estimated,
        },
        request_id: None,
    }
}

impl Door for WorldDoor {
    async fn reach(&self, at: &Address) -> Reach {
        match self.client(at) {
            Ok(client) => client.reach().await,
            Err(fault) => Reach {
                trouble: Some((crate::client::Step::Tls, fault)),
                ..Reach::default()
            },
        }
    }

    async fn standing(&self, at: &Address) -> Standing {
        match self.client(at) {
            Ok(client) => in_time(READ_WITHIN, async { Ok(client.standing().await) })
                .await
                .unwrap_or_else(nobody),
            Err(fault) => nobody(fault),
        }
    }

    async fn look(&self, at: &Address, path: &str) -> Result<Look, Fault> {
        let client = self.client(at)?;
        in_time(READ_WITHIN, client.look(path)).await
    }

    async fn served(&self, at: &Address, key: &ApiKey) -> Result<Vec<Model>, Fault> {
        let client = self.client(at)?;
        in_time(READ_WITHIN, client.served(key)).await
    }

    async fn is_access_token(&self, at: &Address, text: &ApiKey) -> bool {
        match self.client(at) {
            Ok(client) => in_time(READ_WITHIN, async {
                Ok(client.is_access_token(text).await)
            })
            .await
            .unwrap_or(false),
            Err(_) => false,
        }
    }

    async fn key_money(&self, at: &Address, key: &ApiKey) -> Result<KeyMoney, Fault> {
        let client = self.client(at)?;
        in_time(READ_WITHIN, client.key_money(key)).await
    }

    async fn console(&self, at: &Address) -> Console {
        let Ok(client) = self.client(at) else {
            return Console::default();
        };
        let soon = READ_WITHIN;
        let account = async {
            match client.has_account() {
                true => Some(in_time(soon, client.account()).await),
                false => None,
            }
        };
        let keys = async {
            match client.has_account() {
                true => in_time(soon, client.keys()).await.ok(),
                false => None,
            }
        };
        let (account, keys, groups, models, scale) = tokio::join!(
            account,
            keys,
            async { in_time(soon, client.groups()).await.ok() },
            async { in_time(PRICES_WITHIN, client.models(None)).await.ok() },
            async { in_time(soon, async { Ok(client.units().await) }).await },
        );
        let scale = scale.unwrap_or_default();
        Console {
            account,
            keys,
            groups,
            models,
            scale,
        }
    }

    fn held(&self) -> Vec<HeldSecret> {
        if !self.is_known {
            return Vec::new();
        }
        let keys = self.host.held_keys(&self.profile.name).unwrap_or_default();
        keys.into_iter()
            .map(|key| HeldSecret {
                secret: key.secret,
                name: key.name,
                id: key.id,
            })
            .collect()
    }

    async fn call(&self, ask: &Ask) -> Told {
        match self.client(&ask.address) {
            Ok(client) => {
                let _beating = self.pulse.begin();
                self.follow(ask, client).await
            }
            Err(fault) => unsent(fault),
        }
    }

    async fn rest(&self, wait: Duration) {
        tokio::select! {
            () = self.stop.cancelled() => {}
            () = tokio::time::sleep(wait) => {}
        }
    }

    fn luck(&self) -> f64 {
        getrandom::u32().map_or(0.5, |drawn| f64::from(drawn) / f64::from(u32::MAX))
    }
}
