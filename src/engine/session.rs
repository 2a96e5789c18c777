//! One opened profile: its client, what was fetched through it, and the check of a request before money is spent.

use std::sync::Arc;
use std::time::Duration;

use super::door::{ChannelRow, KeyRow, Scope, Snapshot};
use super::host::{HeldKey, Host};
use super::spend::Purse;
use super::wallet_asks::wallet;
use crate::client::owner::Channel;
use crate::client::{Credentials, RelayClient};
use crate::domain::model_name::{self, NameCheck};
use crate::domain::{
    Access, Account, ApiKey, ChatRequest, Fault, FaultKind, Group, KeyInfo, KeyStatus, Model,
    Money, Price, Profile, Protocol, RelayFacts,
};
use crate::locale::{listed, say};

/// An opened profile. Cheap to clone: whoever works on its behalf takes a copy of what is known at that moment.
#[derive(Clone)]
pub struct Session {
    /// The profile.
    pub profile: Profile,
    /// Its relay.
    pub client: RelayClient,
    /// What the relay is and can do.
    pub facts: RelayFacts,
    /// What was fetched so far.
    pub lists: Lists,
    host: Arc<dyn Host>,
}

/// What was fetched from a relay; `None` for what was not, or could not be.
#[derive(Clone, Default)]
pub struct Lists {
    /// The account and its wallet.
    pub account: Option<Account>,
    /// The keys.
    pub keys: Option<Arc<Vec<KeyInfo>>>,
    /// The groups.
    pub groups: Option<Arc<Vec<Group>>>,
    /// The models.
    pub models: Option<Arc<[Model]>>,
}

/// A key that is to be used, and what its relay says of it.
#[derive(Clone, Debug)]
pub struct ChosenKey {
    /// The secret and its name.
    pub held: HeldKey,
    /// The key as its relay describes it; `None` where it does not.
    pub info: Option<KeyInfo>,
}

/// How a key is named by whoever asks.
#[derive(Clone, Debug)]
pub enum KeyChoice {
    /// The first held key that may be used.
    Any,
    /// The first held key of this group that may be used.
    InGroup(String),
    /// By the relay's number.
    Id(i64),
    /// By number, name, or the secret itself, as typed on a command line.
    Typed(String),
}

/// A request that passed the checks.
#[derive(Clone, Debug)]
pub struct Plan {
    /// What is asked.
    pub request: ChatRequest,
    /// The key that pays.
    pub key: ChosenKey,
    /// The group that is billed, where we know it.
    pub group: Option<String>,
    /// The money behind it.
    pub purse: Purse,
    /// The longest that nothing may come; `None` for the client's own patience.
    pub silence: Option<Duration>,
}

impl Session {
    /// Opens a profile: starts or joins the embedded relay, or reaches the remote one.
    ///
    /// # Errors
    /// When there is no such profile, its secrets cannot be read, or its relay does not answer as one.
    pub async fn open(host: Arc<dyn Host>, name: &str) -> Result<Self, Fault> {
        let started = if name == crate::domain::profile::LOCAL {
            Some(host.start_local().await?)
        } else {
            None
        };
        let (profiles, _) = host.profiles()?;
        let Some(mut profile) = profiles.into_iter().find(|profile| profile.name == name) else {
            return Err(Fault::new(
                FaultKind::NotFound,
                say!("profile-none", name = format!("{name:?}")),
            )
            .advise(say!("profile-none-advice")));
        };
        if let Some(address) = started {
            profile.address = address;
        }
        let client = connect(&profile, host.access_token(&profile.name)?)?;
        let facts = client.probe().await?;
        Ok(Session {
            profile,
            client,
            facts,
            lists: Lists::default(),
            host,
        })
    }

    /// A session whose relay was not asked for anything yet, and that therefore cannot fail: for a diagnosis.
    pub fn unopened(host: Arc<dyn Host>, profile: Profile, client: RelayClient) -> Self {
        Session {
            profile,
            client,
            facts: RelayFacts {
                system_name: String::new(),
                version: None,
                scale: crate::domain::QuotaScale::default(),
                manages: false,
                reveals_keys: false,
                new_keys_in_auto: false,
                latency_ms: 0,
            },
            lists: Lists::default(),
            host,
        }
    }

    /// The same as one whose credential sees the account, its keys and its log.
    #[must_use]
    pub fn managing(mut self) -> Self {
        self.facts.manages = true;
        self
    }

    /// The same session on a relay that surely runs. The embedded relay may have been served by another process that
    /// has ended since; then it is started here, perhaps on another port. Costs one look at a lock file.
    ///
    /// # Errors
    /// When the embedded relay cannot be started.
    pub async fn alive(mut self) -> Result<Self, Fault> {
        if self.profile.is_local() {
            let address = self.host.start_local().await?;
            if address != self.profile.address {
                self.profile.address = address;
                self.client = connect(&self.profile, self.host.access_token(&self.profile.name)?)?;
            }
        }
        Ok(self)
    }

    /// Fetches one list; [`Session::take`] keeps it.
    ///
    /// # Errors
    /// When the relay cannot be reached, refuses, or has no such list for this credential.
    pub async fn fetch(&self, scope: Scope) -> Result<Snapshot, Fault> {
        Ok(match scope {
            Scope::Account => Snapshot::Account(self.client.account().await?),
            Scope::Keys => Snapshot::Keys(self.rows(self.client.keys().await?)?),
            Scope::Groups => Snapshot::Groups(self.client.groups().await?),
            Scope::Wallet => Snapshot::Wallet(Box::new(wallet(self).await?)),
            Scope::Channels => {
                let channels = self.client.channels().await?.into_iter();
                Snapshot::Channels(channels.map(channel_row).collect())
            }
            Scope::Models => {
                let key = self.host.held_keys(&self.profile.name)?.into_iter().next();
                Snapshot::Models(
                    self.client
                        .models(key.as_ref().map(|key| &key.secret))
                        .await?
                        .into(),
                )
            }
        })
    }

    /// Keeps a list that was fetched.
    pub fn take(&mut self, snapshot: &Snapshot) {
        match snapshot {
            Snapshot::Account(account) => self.lists.account = Some(account.clone()),
            Snapshot::Keys(rows) => {
                self.lists.keys = Some(Arc::new(rows.iter().map(|row| row.info.clone()).collect()));
            }
            Snapshot::Groups(groups) => self.lists.groups = Some(Arc::new(groups.clone())),
            Snapshot::Models(models) => self.lists.models = Some(Arc::clone(models)),
            // Nothing that is sent rests on them.
            Snapshot::Channels(_) | Snapshot::Wallet(_) => {}
        }
    }

    /// Whether a key is among those that were fetched.
    pub fn knows_key(&self, id: i64) -> bool {
        let keys = self.lists.keys.as_deref();
        keys.is_some_and(|keys| keys.iter().any(|key| key.id == id))
    }

    /// Which lists this credential can fetch.
    pub fn scopes(&self) -> &'static [Scope] {
        if self.facts.manages {
            &Scope::ALL
        } else {
            &[Scope::Models]
        }
    }

    /// Fetches every list this credential can, and keeps what came. Returns the first trouble; the rest is there all the same.
    pub async fn fetch_all(&mut self) -> Option<Fault> {
        let copy = self.clone();
        let fetches = self.scopes().iter().map(|scope| copy.fetch(*scope));
        let mut trouble = None;
        for result in futures_util::future::join_all(fetches).await {
            match result {
                Ok(snapshot) => self.take(&snapshot),
                Err(fault) => trouble = trouble.or(Some(fault)),
            }
        }
        trouble
    }

    /// Checks a request before money is spent (S-05, S-45, S-46, S-58) and says what it rests on.
    ///
    /// # Errors
    /// Names what is missing or wrong, and what to do.
    pub fn plan(&self, mut request: ChatRequest, choice: &KeyChoice) -> Result<Plan, Fault> {
        if request.model.trim().is_empty() {
            return Err(Fault::new(FaultKind::BadRequest, say!("send-no-model"))
                .advise(say!("send-no-model-advice")));
        }
        let key = self.choose_key(choice)?;
        let group = self.billed_group(&key);
        self.check_model(&request.model, group.as_deref())?;
        request.protocol = self.protocol(&request)?;
        let wallet = self
            .lists
            .account
            .as_ref()
            .and_then(|account| account.balance);
        if let Some(balance) = wallet.filter(|balance| *balance <= Money::ZERO) {
            return Err(Fault::new(
                FaultKind::Balance,
                say!("send-wallet-holds", balance = balance),
            ));
        }
        let price = self.price(&request.model, group.as_deref());
        let key_left = key
            .info
            .as_ref()
            .and_then(|info| info.left.money(self.facts.scale));
        let purse = Purse {
            price,
            scale: self.facts.scale,
            key_left,
            wallet,
        };
        Ok(Plan {
            request,
            key,
            group,
            purse,
            silence: None,
        })
    }

    /// The protocol that a request is sent in: the one that is asked for, or one that the model is offered on (S-57).
    fn protocol(&self, request: &ChatRequest) -> Result<Protocol, Fault> {
        let models = self.lists.models.as_deref();
        let known = models.and_then(|all| all.iter().find(|known| known.name == request.model));
        let offered = known.map_or(&[][..], |known| &known.endpoints);
        let replies = offered.iter().any(|offer| Protocol::of(offer).is_some());
        if request.protocol == Protocol::Auto && !offered.is_empty() && !replies {
            let words: Vec<String> = offered.iter().map(ToString::to_string).collect();
            return Err(Fault::new(
                FaultKind::EndpointMissing,
                say!(
                    "send-no-replies",
                    name = request.model,
                    endpoints = listed(&words)
                ),
            )
            .advise(say!("send-no-replies-advice")));
        }
        let endpoint = request.protocol.endpoint(&request.model, offered);
        Ok(Protocol::of(&endpoint).unwrap_or_default())
    }

    /// The price of a model in a group, as far as it is known.
    pub fn price(&self, model: &str, group: Option<&str>) -> Price {
        let found = self
            .lists
            .models
            .as_ref()
            .and_then(|models| models.iter().find(|known| known.name == model));
        match (found, group, &self.lists.groups) {
            (Some(model), Some(group), Some(groups)) => {
                model.price_in_group(group, groups, self.facts.scale)
            }
            (Some(model), _, _) => model.price_in_no_group(),
            (None, _, _) => Price::Unknown,
        }
    }

    /// The keys with whether we hold their secrets.
    ///
    /// # Errors
    /// When the vault cannot be read.
    fn rows(&self, keys: Vec<KeyInfo>) -> Result<Vec<KeyRow>, Fault> {
        let held = self.host.held_keys(&self.profile.name)?;
        let is_held = |info: &KeyInfo| held.iter().any(|key| key.id == Some(info.id));
        Ok(keys
            .into_iter()
            .map(|info| KeyRow {
                held: is_held(&info),
                info,
            })
            .collect())
    }

    /// The key that a choice means, with what its relay says of it.
    ///
    /// # Errors
    /// When no key held here is meant.
    pub fn choose_key(&self, choice: &KeyChoice) -> Result<ChosenKey, Fault> {
        let held = self.host.held_keys(&self.profile.name)?;
        let with_info = |held: HeldKey| {
            let keys = self
                .lists
                .keys
                .as_deref()
                .map(Vec::as_slice)
                .unwrap_or_default();
            let info = keys.iter().find(|info| Some(info.id) == held.id).cloned();
            ChosenKey { held, info }
        };
        let missing =
            |what: String| Fault::new(FaultKind::NotFound, what).advise(say!("send-make-key"));
        let usable = |key: &ChosenKey| match (&key.info, &self.lists.keys) {
            (Some(info), _) => info.status == KeyStatus::Enabled,
            // The relay lists its keys and this one is not among them: it was deleted elsewhere.
            (None, Some(_)) => key.held.id.is_none(),
            (None, None) => true,
        };
        match choice {
            KeyChoice::InGroup(group) => held
                .into_iter()
                .map(with_info)
                .find(|key| usable(key) && self.billed_group(key).as_deref() == Some(group))
                .ok_or_else(|| {
                    Fault::new(
                        FaultKind::NotFound,
                        say!("send-no-key-of-group", group = group),
                    )
                    .advise(say!("send-make-key-of-group", group = group))
                }),
            KeyChoice::Any => {
                let mut keys = held.into_iter().map(with_info);
                keys.find(usable)
                    .ok_or_else(|| missing(say!("send-no-key").into()))
            }
            KeyChoice::Id(id) => {
                let found = held.into_iter().find(|key| key.id == Some(*id));
                found
                    .map(with_info)
                    .ok_or_else(|| missing(say!("send-key-not-held", id = id)))
            }
            KeyChoice::Typed(text) => {
                let id = text.parse::<i64>().ok();
                let named = |key: &HeldKey| key.name == *text || (id.is_some() && key.id == id);
                if let Some(key) = held.iter().find(|key| named(key)) {
                    return Ok(with_info(key.clone()));
                }
                if !text.trim().starts_with("sk-") && !text.contains("sk-") {
                    return Err(missing(say!(
                        "send-key-unknown",
                        text = format!("{text:?}")
                    )));
                }
                let bad = |error: crate::domain::key::KeyTextError| {
                    Fault::new(FaultKind::BadRequest, error.to_string())
                };
                let (secret, _) = ApiKey::from_pasted(text).map_err(bad)?;
                let known = held.into_iter().find(|key| key.secret == secret);
                let fresh = HeldKey {
                    id: None,
                    name: String::new(),
                    secret,
                };
                Ok(with_info(known.unwrap_or(fresh)))
            }
        }
    }

    /// The group a key is billed in: its own, or the account's.
    pub fn billed_group(&self, key: &ChosenKey) -> Option<String> {
        match &key.info {
            Some(info) if !info.group.is_empty() => Some(info.group.clone()),
            _ => self
                .lists
                .account
                .as_ref()
                .map(|account| account.group.clone())
                .filter(|group| !group.is_empty()),
        }
    }

    /// Checks the exact name of a model in a group.
    ///
    /// # Errors
    /// Did you mean, or not in this group.
    pub fn check_model(&self, name: &str, group: Option<&str>) -> Result<(), Fault> {
        // Without a list nothing can be said, and the relay will.
        let Some(models) = self
            .lists
            .models
            .as_deref()
            .filter(|models| !models.is_empty())
        else {
            return Ok(());
        };
        name_fault(model_name::check(name, models, group), name, group).map_or(Ok(()), Err)
    }
}

fn channel_row(channel: Channel) -> ChannelRow {
    ChannelRow {
        kind: channel.kind.word(),
        status: channel.status.word(),
        models: channel.models.len(),
        name: channel.name,
        base_url: channel.base_url,
        groups: channel.groups,
    }
}

/// What is wrong with a model's name, in words; `None` when nothing is.
pub fn name_fault(check: NameCheck, name: &str, group: Option<&str>) -> Option<Fault> {
    match check {
        NameCheck::Exact => None,
        NameCheck::NotInGroup { groups } => Some(
            Fault::new(
                FaultKind::ModelNotFound,
                say!(
                    "send-not-in-group",
                    name = name,
                    group = group.unwrap_or(say!("send-of-this-key"))
                ),
            )
            .advise(match groups.as_slice() {
                [] => say!("model-no-group-serves").to_owned(),
                groups => say!("model-use-key-of", groups = listed(groups)),
            }),
        ),
        NameCheck::Unknown { suggestions } => Some(
            Fault::new(
                FaultKind::ModelNotFound,
                say!("model-unknown", name = format!("{name:?}")),
            )
            .advise(match suggestions.as_slice() {
                [] => say!("model-search-advice").to_owned(),
                suggestions => say!(
                    "model-did-you-mean",
                    names = suggestions.join(say!("order-or"))
                ),
            }),
        ),
    }
}

/// A client for a profile.
///
/// # Errors
/// When no client can be made of its address and credential.
pub fn connect(profile: &Profile, access_token: Option<ApiKey>) -> Result<RelayClient, Fault> {
    let credentials = match profile.access {
        Access::Account { user_id } => Credentials {
            access_token,
            user_id,
        },
        Access::KeyOnly => Credentials {
            access_token: None,
            user_id: None,
        },
    };
    RelayClient::new(profile.address.clone(), credentials)
}
