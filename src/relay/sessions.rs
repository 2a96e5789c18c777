//! Log-ins with a password: who a session's token belongs to, and until when.
//!
//! A log-in gives two secrets. The access token opens the console for a quarter of an hour; the refresh secret buys
//! the next pair, once. Only their hashes are kept (`contract/new-api.md` 2.2 and 2.3; our tokens are random instead of
//! signed, so ending a session ends it at once).

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::ids::{self, SecretHash};
use crate::domain::UnixSeconds;

/// How long an access token lives, in seconds.
const ACCESS: i64 = 15 * 60;
/// How long a log-in lives, in seconds.
const LIFE: i64 = 30 * 24 * 3_600;
/// How long the refresh secret before is taken, for a client that lost the answer with the new one; in seconds.
const REPLAY: i64 = 30;
/// The longest name of a client that is kept, in characters.
const LONGEST_AGENT: usize = 200;

/// A log-in.
#[derive(Clone, Debug)]
pub struct Session {
    pub id: String,
    pub account_id: i64,
    pub access: SecretHash,
    pub access_expires: i64,
    pub refresh: SecretHash,
    /// The refresh secret before.
    pub replaced: Option<SecretHash>,
    pub replaced_at: i64,
    pub created: i64,
    pub active: i64,
    pub expires: i64,
    pub address: String,
    pub user_agent: String,
}

/// The two secrets of a log-in as the client gets them, once.
pub struct Secrets {
    pub access: String,
    pub refresh: String,
}

impl Secrets {
    fn new() -> Result<Self, getrandom::Error> {
        Ok(Secrets {
            access: ids::letters(48)?,
            refresh: ids::letters(48)?,
        })
    }
}

/// What an access token opens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Opened {
    /// The account of this number, through the session of this id.
    Account(i64, String),
    /// Nothing any more: it must be refreshed.
    Expired,
}

/// What a refresh secret is worth.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Worth {
    /// The next pair.
    NextPair,
    /// Nothing: it was used before, by somebody who should not have it.
    Stolen,
    /// Nothing: the session is over.
    Over,
}

impl Session {
    /// A new log-in, with its secrets.
    ///
    /// # Errors
    /// When the system gives no randomness.
    pub fn begin(
        account_id: i64,
        now: UnixSeconds,
        address: String,
        user_agent: &str,
    ) -> Result<(Self, Secrets), getrandom::Error> {
        let secrets = Secrets::new()?;
        let session = Session {
            id: ids::letters(24)?,
            account_id,
            access: SecretHash::of(&secrets.access),
            access_expires: now.0 + ACCESS,
            refresh: SecretHash::of(&secrets.refresh),
            replaced: None,
            replaced_at: 0,
            created: now.0,
            active: now.0,
            expires: now.0 + LIFE,
            address,
            user_agent: user_agent.chars().take(LONGEST_AGENT).collect(),
        };
        Ok((session, secrets))
    }

    /// What this refresh secret is worth now.
    pub fn worth(&self, refresh: &SecretHash, now: UnixSeconds) -> Worth {
        let replaced = self
            .replaced
            .is_some_and(|replaced| replaced.matches(refresh));
        if now.0 >= self.expires {
            Worth::Over
        } else if self.refresh.matches(refresh) || (replaced && now.0 <= self.replaced_at + REPLAY)
        {
            Worth::NextPair
        } else {
            Worth::Stolen
        }
    }

    /// Changes both secrets.
    ///
    /// # Errors
    /// When the system gives no randomness; nothing changed then.
    pub fn rotate(&mut self, now: UnixSeconds) -> Result<Secrets, getrandom::Error> {
        let secrets = Secrets::new()?;
        self.replaced = Some(self.refresh);
        self.replaced_at = now.0;
        self.refresh = SecretHash::of(&secrets.refresh);
        self.access = SecretHash::of(&secrets.access);
        self.access_expires = (now.0 + ACCESS).min(self.expires);
        self.active = now.0;
        Ok(secrets)
    }

    /// The seconds until it is over.
    pub fn left(&self, now: UnixSeconds) -> i64 {
        (self.expires - now.0).max(0)
    }
}

/// The log-ins in memory. Like the book, it follows what was committed, and only then.
#[derive(Default)]
pub struct Sessions {
    by_id: Mutex<Pages>,
}

#[derive(Default)]
struct Pages {
    sessions: HashMap<String, Session>,
    by_access: HashMap<SecretHash, String>,
}

impl Sessions {
    /// Puts a log-in in, or its new state in place of the old.
    pub fn put(&self, session: Session) {
        let mut pages = self.open();
        pages.remove(&session.id);
        pages.by_access.insert(session.access, session.id.clone());
        pages.sessions.insert(session.id.clone(), session);
    }

    /// Takes log-ins out.
    pub fn remove(&self, ids: &[String]) {
        let mut pages = self.open();
        for id in ids {
            pages.remove(id);
        }
    }

    /// Takes all log-ins of an account out.
    pub fn remove_account(&self, account: i64) {
        let mut pages = self.open();
        let ids: Vec<String> = pages.of(account).map(|found| found.id.clone()).collect();
        for id in ids {
            pages.remove(&id);
        }
    }

    /// What an access token opens; `None` when it is none of ours.
    pub fn opened(&self, access: &SecretHash, now: UnixSeconds) -> Option<Opened> {
        let pages = self.open();
        let session = pages.sessions.get(pages.by_access.get(access)?)?;
        if !session.access.matches(access) {
            return None;
        }
        Some(if now.0 < session.access_expires {
            Opened::Account(session.account_id, session.id.clone())
        } else {
            Opened::Expired
        })
    }

    /// An account's log-ins that are not over, newest first.
    pub fn of(&self, account: i64, now: UnixSeconds) -> Vec<Session> {
        let pages = self.open();
        let mut found: Vec<Session> = pages
            .of(account)
            .filter(|session| session.left(now) > 0)
            .cloned()
            .collect();
        found.sort_by(|one, other| (other.created, &other.id).cmp(&(one.created, &one.id)));
        found
    }

    fn open(&self) -> MutexGuard<'_, Pages> {
        // Nothing in here panics while it changes something.
        self.by_id.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Pages {
    fn remove(&mut self, id: &str) {
        if let Some(old) = self.sessions.remove(id) {
            self.by_access.remove(&old.access);
        }
    }

    fn of(&self, account: i64) -> impl Iterator<Item = &Session> {
        let all = self.sessions.values();
        all.filter(move |session| session.account_id == account)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: UnixSeconds = UnixSeconds(1_000);

    #[test]
    fn a_token_opens_until_it_is_refreshed_or_the_session_ends() {
        let sessions = Sessions::default();
        let (mut session, first) = Session::begin(7, NOW, "::1".into(), "test").unwrap();
        sessions.put(session.clone());
        let opened =
            |secret: &str, at: i64| sessions.opened(&SecretHash::of(secret), UnixSeconds(at));
        let account = Some(Opened::Account(7, session.id.clone()));
        assert_eq!(opened(&first.access, 1_899), account);
        assert_eq!(opened(&first.access, 1_900), Some(Opened::Expired));
        assert_eq!(opened(&first.refresh, 1_000), None);
        let second = session.rotate(UnixSeconds(1_900)).unwrap();
        sessions.put(session.clone());
        assert_eq!(opened(&first.access, 1_901), None);
        assert_eq!(opened(&second.access, 1_901), account);
        sessions.remove_account(7);
        assert_eq!(opened(&second.access, 1_901), None);
        assert!(sessions.of(7, NOW).is_empty());
    }

    #[test]
    fn a_refresh_secret_is_good_once_and_for_a_moment_again() {
        let (mut session, first) = Session::begin(7, NOW, String::new(), "").unwrap();
        let worth = |session: &Session, secret: &str, at: i64| {
            session.worth(&SecretHash::of(secret), UnixSeconds(at))
        };
        assert_eq!(worth(&session, &first.refresh, 1_001), Worth::NextPair);
        let second = session.rotate(UnixSeconds(1_001)).unwrap();
        assert_eq!(worth(&session, &first.refresh, 1_031), Worth::NextPair);
        assert_eq!(worth(&session, &first.refresh, 1_032), Worth::Stolen);
        assert_eq!(worth(&session, &second.refresh, 1_032), Worth::NextPair);
        let end = session.expires;
        assert_eq!(worth(&session, &second.refresh, end), Worth::Over);
    }
}
