//! What the engine asks of the world around it: profiles, secrets and the embedded relay.
//!
//! The command line wires the real ones in; tests bring their own. Calls may touch small files and block for a
//! millisecond; only starting the relay may take longer, and that one awaits.

use std::future::Future;
use std::pin::Pin;

use super::offers::Offer;
use crate::domain::{Address, ApiKey, Fault, Profile};
use crate::ledger::Ledger;
use crate::tools::Places;

/// A key's secret as the vault keeps it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HeldKey {
    /// The relay's number for it; `None` where the relay has no numbers, as for a key-only profile.
    pub id: Option<i64>,
    /// Its name.
    pub name: String,
    /// The secret.
    pub secret: ApiKey,
}

/// What became of variables for a `.env`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum EnvOutcome {
    /// They were written.
    Written {
        /// The file, as an absolute path.
        file: String,
        /// Whether others could read it until now.
        was_open: bool,
    },
    /// They were not: the file lies in a git work tree, and nobody said yes to that.
    InGit {
        /// The file, as an absolute path.
        file: String,
        /// The work tree's folder.
        tree: String,
    },
}

/// The world around the engine.
pub trait Host: Send + Sync + 'static {
    /// The profiles there are, by name, and the one used last.
    ///
    /// # Errors
    /// When the configuration cannot be read.
    fn profiles(&self) -> Result<(Vec<Profile>, Option<String>), Fault>;

    /// Adds or replaces a profile and, where one is given, its access token.
    ///
    /// # Errors
    /// When it cannot be written; then nothing was.
    fn save_profile(&self, profile: &Profile, access_token: Option<&ApiKey>) -> Result<(), Fault>;

    /// Remembers which profile was used last.
    ///
    /// # Errors
    /// When it cannot be written.
    fn remember_profile(&self, name: &str) -> Result<(), Fault>;

    /// The access token of a profile's account.
    ///
    /// # Errors
    /// When the vault cannot be read.
    fn access_token(&self, profile: &str) -> Result<Option<ApiKey>, Fault>;

    /// The keys whose secrets we hold for a profile, in the order they were stored.
    ///
    /// # Errors
    /// When the vault cannot be read.
    fn held_keys(&self, profile: &str) -> Result<Vec<HeldKey>, Fault>;

    /// Stores a key's secret durably and says where, in words for people.
    ///
    /// # Errors
    /// When it cannot be written.
    fn hold_key(&self, profile: &str, key: &HeldKey) -> Result<String, Fault>;

    /// Forgets the secrets of deleted keys.
    ///
    /// # Errors
    /// When the vault cannot be written.
    fn forget_keys(&self, profile: &str, ids: &[i64]) -> Result<(), Fault>;

    /// Puts variables into a `.env`, closed to others; into a git work tree only where that was agreed to.
    ///
    /// # Errors
    /// When it cannot be read or written; it is as it was then.
    fn write_env(
        &self,
        file: &str,
        entries: &[(String, ApiKey)],
        into_git: bool,
    ) -> Result<EnvOutcome, Fault>;

    /// Starts the embedded relay, or joins the one that already serves this data folder. Says where it listens; its
    /// profile, access token and first key are then in place. Calling it again is harmless.
    fn start_local(&self) -> Pin<Box<dyn Future<Output = Result<Address, Fault>> + Send + '_>>;

    /// Upstreams that this machine could give the embedded relay. Nothing is sent to any of them.
    fn offers(&self) -> Pin<Box<dyn Future<Output = Vec<Offer>> + Send + '_>> {
        Box::pin(async { Vec::new() })
    }

    /// This machine as third-party tools see it.
    fn places(&self) -> Places {
        Places::default()
    }

    /// The offers that were declined for good, as [`Host::decline_offer`] was told them.
    fn declined_offers(&self) -> Vec<String> {
        Vec::new()
    }

    /// The lines that were entered in the command line before, oldest first; none where they cannot be read.
    fn commands(&self) -> Vec<String> {
        Vec::new()
    }

    /// Keeps the lines of the command line, oldest first. They hold no secrets.
    ///
    /// # Errors
    /// When that cannot be written.
    fn keep_commands(&self, _lines: &[String]) -> Result<(), Fault> {
        Ok(())
    }

    /// Remembers that an offer is not wanted.
    ///
    /// # Errors
    /// When that cannot be written.
    fn decline_offer(&self, _offer: &str) -> Result<(), Fault> {
        Ok(())
    }

    /// Opens the ledger. May take a moment: migrations run here.
    ///
    /// # Errors
    /// When it cannot be opened or is from a newer version.
    fn open_ledger(&self) -> Result<Ledger, Fault>;
}
