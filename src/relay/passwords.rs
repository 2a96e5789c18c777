//! Passwords of accounts: Argon2id, made and checked on threads that may wait, a few at a time.
//!
//! What always holds: no password is kept, and checking one for a name that nobody has takes as long as for one that
//! somebody has.

use std::fmt;
use std::sync::Arc;

use argon2::password_hash::phc;
use argon2::{Argon2, PasswordHasher, PasswordVerifier};
use tokio::sync::Semaphore;

/// The shortest password that is taken, in bytes.
const SHORTEST: usize = 8;
/// The longest password that is taken, in bytes.
const LONGEST: usize = 128;
/// Each check takes 19 MiB for its time; so many at once, and a flood of log-ins cannot eat the machine.
const AT_ONCE: usize = 2;

/// What is kept of a password.
#[derive(Clone, PartialEq, Eq)]
pub struct PasswordHash(Arc<str>);

impl fmt::Debug for PasswordHash {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("PasswordHash")
    }
}

impl PasswordHash {
    /// From the database.
    pub fn stored(text: &str) -> Self {
        PasswordHash(text.into())
    }

    /// For the database.
    pub fn text(&self) -> &str {
        &self.0
    }

    fn of(password: &str) -> Result<Self, String> {
        let mut salt = [0_u8; 16];
        getrandom::fill(&mut salt).map_err(|error| error.to_string())?;
        let hash: phc::PasswordHash = Argon2::default()
            .hash_password_with_salt(password.as_bytes(), &salt)
            .map_err(|error| error.to_string())?;
        Ok(PasswordHash(hash.to_string().into()))
    }

    fn fits(&self, password: &str) -> bool {
        phc::PasswordHash::new(&self.0).is_ok_and(|hash| {
            Argon2::default()
                .verify_password(password.as_bytes(), &hash)
                .is_ok()
        })
    }
}

/// Where passwords are made and checked.
#[derive(Clone)]
pub struct Passwords {
    turns: Arc<Semaphore>,
}

impl Default for Passwords {
    fn default() -> Self {
        Passwords {
            turns: Arc::new(Semaphore::new(AT_ONCE)),
        }
    }
}

impl Passwords {
    /// Whether a password may be chosen.
    ///
    /// # Errors
    /// A sentence about why not.
    pub fn check(password: &str) -> Result<(), String> {
        if (SHORTEST..=LONGEST).contains(&password.len()) {
            Ok(())
        } else {
            Err(format!(
                "a password has {SHORTEST} to {LONGEST} bytes; this one has {}",
                password.len()
            ))
        }
    }

    /// What to keep of a new password.
    ///
    /// # Errors
    /// When it may not be chosen, or the system gives no randomness.
    pub async fn hash(&self, password: String) -> Result<PasswordHash, String> {
        Self::check(&password)?;
        self.work(move || PasswordHash::of(&password))
            .await
            .unwrap_or_else(|| Err("the password could not be kept; try again".into()))
    }

    /// Whether a password is the one that was kept. With nothing kept it never is, and takes as long to say so.
    pub async fn fits(&self, kept: Option<PasswordHash>, password: String) -> bool {
        if password.len() > LONGEST {
            return false;
        }
        let checked = self.work(move || match kept {
            Some(kept) => kept.fits(&password),
            None => PasswordHash::of(&password).is_err(),
        });
        checked.await.unwrap_or(false)
    }

    async fn work<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Option<T> {
        let turn = Arc::clone(&self.turns).acquire_owned().await.ok()?;
        let done = tokio::task::spawn_blocking(move || {
            let result = work();
            drop(turn);
            result
        });
        done.await.ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn only_the_password_itself_fits_and_nothing_of_it_is_kept() {
        let passwords = Passwords::default();
        let kept = passwords.hash("correct horse".into()).await.unwrap();
        assert!(kept.text().starts_with("$argon2id$") && !kept.text().contains("horse"));
        assert_eq!(format!("{kept:?}"), "PasswordHash");
        for (password, fits) in [
            ("correct horse", true),
            ("correct hors", false),
            ("", false),
        ] {
            let told = passwords.fits(Some(kept.clone()), password.into()).await;
            assert_eq!(told, fits, "{password}");
        }
        assert!(!passwords.fits(None, "correct horse".into()).await);
        let broken = PasswordHash::stored("not a hash");
        assert!(!passwords.fits(Some(broken), "correct horse".into()).await);
    }

    #[tokio::test]
    async fn a_password_that_is_too_short_or_too_long_is_refused() {
        let passwords = Passwords::default();
        for password in ["short".to_owned(), "x".repeat(129)] {
            let told = passwords.hash(password).await.unwrap_err();
            assert!(told.contains("8 to 128"), "{told}");
        }
    }
}
