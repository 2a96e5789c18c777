//! Random names and secrets, and the hash a secret is kept as.

use std::fmt;
use std::sync::LazyLock;
use std::sync::atomic::{AtomicU64, Ordering};

use jiff::tz::TimeZone;
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use crate::domain::{ApiKey, UnixMillis};

/// The SHA-256 of a secret: all that is kept of a key or an access token. Relay secrets are random and long, so a plain
/// digest is as strong as they are; a slow password hash would only slow every request down.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct SecretHash([u8; 32]);

impl fmt::Debug for SecretHash {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("SecretHash")
    }
}

impl SecretHash {
    /// Of a key as it was sent, with or without `sk-`.
    pub fn of_key(secret: &str) -> Self {
        SecretHash::of(secret.strip_prefix("sk-").unwrap_or(secret))
    }

    /// Of an access token as it was sent.
    pub fn of(secret: &str) -> Self {
        SecretHash(Sha256::digest(secret.as_bytes()).into())
    }

    /// From the database; `None` when the bytes are no such hash.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        bytes.try_into().ok().map(SecretHash)
    }

    /// For the database.
    pub fn bytes(&self) -> &[u8] {
        &self.0
    }

    /// Whether two hashes are the same, in a time that tells nothing about how alike they are.
    pub fn matches(&self, other: &SecretHash) -> bool {
        self.0.ct_eq(&other.0).into()
    }
}

const LETTERS: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// Random letters and digits, each equally likely.
///
/// # Errors
/// When the system gives no randomness.
pub fn letters(count: usize) -> Result<String, getrandom::Error> {
    let mut text = String::with_capacity(count);
    let mut pool = [0_u8; 64];
    // A few more than are needed: some are not fair.
    let pool = &mut pool[..(count + count / 8 + 4).min(64)];
    while text.len() < count {
        getrandom::fill(pool)?;
        // 248 is the largest multiple of 62 a byte can hold: above it some letters would come more often.
        let fair = pool.iter().filter(|byte| **byte < 248);
        text.extend(
            fair.take(count - text.len())
                .map(|byte| char::from(LETTERS[usize::from(byte % 62)])),
        );
    }
    Ok(text)
}

/// A new key: `sk-` and 48 letters and digits, as the protocol has it.
///
/// # Errors
/// When the system gives no randomness.
pub fn new_key() -> Result<ApiKey, getrandom::Error> {
    Ok(ApiKey::new(format!("sk-{}", letters(48)?)))
}

/// A new redemption code: 32 hex digits, as the protocol has it.
///
/// # Errors
/// When the system gives no randomness.
pub fn hex_code() -> Result<String, getrandom::Error> {
    let mut bytes = [0_u8; 16];
    getrandom::fill(&mut bytes)?;
    Ok(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}

/// A request's id: the time to the millisecond, then eight letters that no other request of this process has. Not a
/// secret.
pub fn request_id(now: UnixMillis) -> String {
    let time = jiff::Timestamp::from_millisecond(now.0).unwrap_or_default();
    let time = TimeZone::UTC.to_datetime(time);
    let mut text = String::with_capacity(25);
    let mut digits = |value: u32, count: u32| {
        for place in (0..count).rev() {
            let digit = value / 10_u32.pow(place) % 10;
            text.push(char::from(b'0' + digit as u8));
        }
    };
    digits(u32::try_from(time.year()).unwrap_or(0), 4);
    for part in [
        time.month(),
        time.day(),
        time.hour(),
        time.minute(),
        time.second(),
    ] {
        digits(u32::from(part.unsigned_abs()), 2);
    }
    digits(u32::from(time.millisecond().unsigned_abs()), 3);
    let mut lot = lot();
    for _ in 0..8 {
        text.push(char::from(LETTERS[(lot % 62) as usize]));
        lot /= 62;
    }
    text
}

/// A number for drawing lots among equal channels, and for telling requests apart. Begins anywhere and can be foretold,
/// so it is no secret; it asks the system for randomness only once.
pub fn lot() -> u64 {
    static DRAWN: LazyLock<AtomicU64> =
        LazyLock::new(|| AtomicU64::new(getrandom::u64().unwrap_or_default()));
    // SplitMix64: steps of the golden ratio, mixed until neighbours have nothing in common.
    const STEP: u64 = 0x9e37_79b9_7f4a_7c15;
    let mut lot = DRAWN.fetch_add(STEP, Ordering::Relaxed);
    lot = (lot ^ (lot >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    lot = (lot ^ (lot >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    lot ^ (lot >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_sk_and_48_letters_or_digits() {
        let (one, other) = (new_key().unwrap(), new_key().unwrap());
        let body = one.expose().strip_prefix("sk-").unwrap();
        assert_eq!(body.len(), 48);
        assert!(body.bytes().all(|byte| byte.is_ascii_alphanumeric()));
        assert_ne!(one, other);
    }

    #[test]
    fn a_key_is_known_with_and_without_its_prefix() {
        let key = new_key().unwrap();
        let bare = key.expose().trim_start_matches("sk-");
        assert!(SecretHash::of_key(key.expose()).matches(&SecretHash::of_key(bare)));
        assert!(!SecretHash::of_key(bare).matches(&SecretHash::of_key("another")));
    }

    #[test]
    fn a_request_id_begins_with_its_time() {
        let id = request_id(UnixMillis(1_767_225_600_123));
        assert!(id.starts_with("20260101000000123"), "{id}");
        assert_ne!(id, request_id(UnixMillis(1_767_225_600_123)));
        assert_eq!(id.len(), 25);
        assert_eq!(
            request_id(UnixMillis(i64::MAX)).len(),
            25,
            "a mad clock harms nothing"
        );
    }
}
