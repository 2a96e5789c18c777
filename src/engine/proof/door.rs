//! The door of diagnosis and tests to the world: HTTP through the client, and a row of the ledger for every request to a
//! model before it is sent, in the name of the profile it is for.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use tokio_util::sync::CancellationToken;

use crate::client::{KeyMoney, Look, Reach, RelayClient, Standing};
use crate::domain::count::TokenCounter;
use crate::domain::{
    Address, ApiKey, Basis, ChatRequest, Cost, Endpoint, Fault, Finish, Model, Money, Profile,
    Protocol,
};
use crate::engine::clock::Clock;
use crate::engine::host::{HeldKey, Host};
use crate::engine::session::{ChosenKey, Plan, Session, connect};
use crate::engine::spend::Purse;
use crate::engine::turn::{self, Progress};
use crate::ledger::Ledger;
use crate::verify::door::{Ask, Beat, Console, Door, HeldSecret, Told};

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
    clients: Mutex<HashMap<String, RelayClient>>,
}

impl WorldDoor {
    /// A door to a profile's relay.
    pub fn new(
        host: Arc<dyn Host>,
        profile: Profile,
        is_known: bool,
        ledger: Ledger,
        clock: Clock,
        stop: CancellationToken,
    ) -> Self {
        WorldDoor {
            host,
            profile,
            is_known,
            ledger,
            clock,
            stop,
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

    async fn follow(&self, ask: &Ask, client: RelayClient) -> Told {
        let profile = Profile {
            address: ask.address.clone(),
            ..self.profile.clone()
        };
        let session = Session::unopened(Arc::clone(&self.host), profile, client);
        let request = ChatRequest {
            model: ask.model.clone(),
            messages: ask.messages.clone(),
            max_tokens: Some(ask.max_tokens),
            // The dialect is what is examined; it is not to be chosen anew.
            protocol: Protocol::Chat,
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
        };
        let mut heard = Heard::new();
        let (secret, endpoint) = (&plan.key.held.secret, &ask.endpoint);
        let hear = |progress| heard.hear(&progress);
        let done = if ask.streamed && *endpoint == Endpoint::Chat {
            turn::run(&session, &self.ledger, &plan, &self.clock, &self.stop, hear).await
        } else {
            let asked = session.client.ask(secret, &plan.request, endpoint);
            turn::run_asked(
                &session,
                &self.ledger,
                &plan,
                &self.clock,
                &self.stop,
                asked,
                hear,
            )
            .await
        };
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
struct Heard {
    began: Instant,
    text: String,
    reasoned: bool,
    tokens: TokenCounter,
    beats: Vec<Beat>,
}

impl Heard {
    fn new() -> Self {
        Heard {
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
        self.tokens.add(text);
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
            Ok(client) => client.standing().await,
            Err(fault) => Standing {
                console: Err(fault.clone()),
                api: Err(fault),
                took: None,
            },
        }
    }

    async fn look(&self, at: &Address, path: &str) -> Result<Look, Fault> {
        self.client(at)?.look(path).await
    }

    async fn served(&self, at: &Address, key: &ApiKey) -> Result<Vec<Model>, Fault> {
        self.client(at)?.served(key).await
    }

    async fn is_access_token(&self, at: &Address, text: &ApiKey) -> bool {
        match self.client(at) {
            Ok(client) => client.is_access_token(text).await,
            Err(_) => false,
        }
    }

    async fn key_money(&self, at: &Address, key: &ApiKey) -> Result<KeyMoney, Fault> {
        self.client(at)?.key_money(key).await
    }

    async fn console(&self, at: &Address) -> Console {
        let Ok(client) = self.client(at) else {
            return Console::default();
        };
        let (account, keys, groups, models, scale) = if client.has_account() {
            tokio::join!(
                async { Some(client.account().await) },
                async { client.keys().await.ok() },
                async { client.groups().await.ok() },
                async { client.models(None).await.ok() },
                client.units(),
            )
        } else {
            let (groups, models, scale) = tokio::join!(
                async { client.groups().await.ok() },
                async { client.models(None).await.ok() },
                client.units(),
            );
            (None, None, groups, models, scale)
        };
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
            Ok(client) => self.follow(ask, client).await,
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
