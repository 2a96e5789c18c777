//! A world for the engine in tests: profiles and secrets in memory, the embedded relay in a scratch folder.

use std::future::Future;
use std::path::PathBuf;
use std::pin::Pin;
use std::sync::Mutex;

use relaydeck::domain::profile::LOCAL;
use relaydeck::domain::{Access, Address, ApiKey, Fault, Profile};
use relaydeck::engine::host::{EnvOutcome, HeldKey, Host};
use relaydeck::engine::offers::Offer;
use relaydeck::ledger::Ledger;
use relaydeck::relay::{self, OwnerSecrets, RelayOptions, Running};
use relaydeck::tools::Places;

/// A world that ends with the test.
pub struct TestHost {
    /// Where the ledger and the relay's database are.
    pub folder: tempfile::TempDir,
    /// The profiles there are.
    pub profiles: Mutex<Vec<Profile>>,
    /// The profile used last.
    pub current: Mutex<Option<String>>,
    /// Access tokens by profile.
    pub tokens: Mutex<Vec<(String, ApiKey)>>,
    /// Held keys by profile.
    pub keys: Mutex<Vec<(String, HeldKey)>>,
    /// Whether storing a secret fails, as on a full disk.
    pub vault_full: Mutex<bool>,
    /// Whether storing a secret takes its time.
    pub vault_slow: Mutex<bool>,
    /// What this machine offers.
    pub offered: Mutex<Vec<Offer>>,
    /// What was declined for good.
    pub declined: Mutex<Vec<String>>,
    relay: tokio::sync::Mutex<Option<Running>>,
}

impl TestHost {
    /// An empty world: a first run.
    pub fn new() -> Self {
        TestHost {
            folder: tempfile::tempdir().unwrap(),
            profiles: Mutex::default(),
            current: Mutex::default(),
            tokens: Mutex::default(),
            keys: Mutex::default(),
            vault_full: Mutex::default(),
            vault_slow: Mutex::default(),
            offered: Mutex::default(),
            declined: Mutex::default(),
            relay: tokio::sync::Mutex::default(),
        }
    }

    /// This machine offers an upstream from now on.
    pub fn offer(&self, name: &str, url: &str, key: &str) {
        self.offered.lock().unwrap().push(Offer {
            name: name.into(),
            kind: relaydeck::client::owner::ChannelKind::OpenAi,
            address: Address::parse(url).unwrap().0,
            key: ApiKey::new(key),
            found: "the test".into(),
        });
    }

    /// Where the ledger is.
    pub fn ledger_file(&self) -> PathBuf {
        self.folder.path().join("ledger.db")
    }

    /// Stops the relay, as when the process that served it ends.
    pub async fn stop_relay(&self) {
        if let Some(running) = self.relay.lock().await.take() {
            running.shutdown().await;
        }
    }
}

impl Host for TestHost {
    fn places(&self) -> Places {
        let home = self.folder.path().join("home");
        Places {
            here: home.clone(),
            data: self.folder.path().join("data"),
            home,
            ..Places::default()
        }
    }

    fn profiles(&self) -> Result<(Vec<Profile>, Option<String>), Fault> {
        Ok((
            self.profiles.lock().unwrap().clone(),
            self.current.lock().unwrap().clone(),
        ))
    }

    fn save_profile(&self, profile: &Profile, access_token: Option<&ApiKey>) -> Result<(), Fault> {
        let mut profiles = self.profiles.lock().unwrap();
        profiles.retain(|known| known.name != profile.name);
        profiles.push(profile.clone());
        if let Some(token) = access_token {
            self.tokens
                .lock()
                .unwrap()
                .push((profile.name.clone(), token.clone()));
        }
        Ok(())
    }

    fn remember_profile(&self, name: &str) -> Result<(), Fault> {
        *self.current.lock().unwrap() = Some(name.to_owned());
        Ok(())
    }

    fn access_token(&self, profile: &str) -> Result<Option<ApiKey>, Fault> {
        let tokens = self.tokens.lock().unwrap();
        Ok(tokens
            .iter()
            .find(|(name, _)| name == profile)
            .map(|(_, token)| token.clone()))
    }

    fn held_keys(&self, profile: &str) -> Result<Vec<HeldKey>, Fault> {
        let keys = self.keys.lock().unwrap();
        Ok(keys
            .iter()
            .filter(|(name, _)| name == profile)
            .map(|(_, key)| key.clone())
            .collect())
    }

    fn hold_key(&self, profile: &str, key: &HeldKey) -> Result<String, Fault> {
        if *self.vault_slow.lock().unwrap() {
            // A slow disk, not a wait for anything: the test passes at any speed.
            std::thread::sleep(std::time::Duration::from_millis(200));
        }
        if *self.vault_full.lock().unwrap() {
            return Err(Fault::new(
                relaydeck::domain::FaultKind::Local,
                "the disk is full",
            ));
        }
        self.keys
            .lock()
            .unwrap()
            .push((profile.to_owned(), key.clone()));
        Ok("memory".into())
    }

    fn forget_keys(&self, profile: &str, ids: &[i64]) -> Result<(), Fault> {
        let gone = |key: &HeldKey| key.id.is_some_and(|id| ids.contains(&id));
        self.keys
            .lock()
            .unwrap()
            .retain(|(name, key)| name != profile || !gone(key));
        Ok(())
    }

    fn write_env(
        &self,
        file: &str,
        entries: &[(String, ApiKey)],
        into_git: bool,
    ) -> Result<EnvOutcome, Fault> {
        match relaydeck::files::dotenv::put(file, entries, into_git) {
            Ok(written) => Ok(EnvOutcome::Written {
                file: written.file,
                was_open: written.was_open,
            }),
            Err(error) => Err(error.into()),
        }
    }

    fn start_local(&self) -> Pin<Box<dyn Future<Output = Result<Address, Fault>> + Send + '_>> {
        Box::pin(async {
            let mut relay = self.relay.lock().await;
            if relay.is_none() {
                if self
                    .tokens
                    .lock()
                    .unwrap()
                    .iter()
                    .all(|(name, _)| name != LOCAL)
                {
                    self.tokens
                        .lock()
                        .unwrap()
                        .push((LOCAL.into(), ApiKey::new("t".repeat(30))));
                    let secret = ApiKey::new(format!("sk-{}", "first".repeat(5)));
                    self.keys.lock().unwrap().push((
                        LOCAL.into(),
                        HeldKey {
                            id: Some(1),
                            name: "local-default".into(),
                            secret,
                        },
                    ));
                }
                let owner = OwnerSecrets {
                    access_token: self.access_token(LOCAL)?.unwrap(),
                    first_key: self.held_keys(LOCAL)?[0].secret.clone(),
                };
                let folder = self.folder.path().join("relay");
                let options = RelayOptions::new(folder, "127.0.0.1:0".parse().unwrap(), owner);
                *relay = Some(relay::start(options).await.map_err(Fault::from)?);
            }
            let address = relay.as_ref().unwrap().address();
            let (address, _) = Address::parse(&format!("http://{address}")).unwrap();
            let profile = Profile {
                name: LOCAL.into(),
                address: address.clone(),
                access: Access::Account { user_id: Some(1) },
            };
            self.save_profile(&profile, None)?;
            Ok(address)
        })
    }

    fn offers(&self) -> Pin<Box<dyn Future<Output = Vec<Offer>> + Send + '_>> {
        let offered = self.offered.lock().unwrap().clone();
        Box::pin(async { offered })
    }

    fn declined_offers(&self) -> Vec<String> {
        self.declined.lock().unwrap().clone()
    }

    fn decline_offer(&self, offer: &str) -> Result<(), Fault> {
        self.declined.lock().unwrap().push(offer.to_owned());
        Ok(())
    }

    fn open_ledger(&self) -> Result<Ledger, Fault> {
        Ledger::open(&self.ledger_file()).map_err(Fault::from)
    }
}
