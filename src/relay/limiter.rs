//! Attempts at guessing: so many failures from one address within a while, then none for the rest of it.
//!
//! The protocol's limiter for critical calls (`contract/new-api.md` 1.5) counts every call; this one counts failures
//! only, so that nobody who knows the password is ever kept out by using it. Of the sixth version it is not the address
//! that counts but its network: whoever has one has all of it.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};

use crate::domain::UnixSeconds;

/// Failures within a while.
const MOST: u32 = 20;
/// The while, in seconds.
const WHILE: i64 = 20 * 60;
/// Addresses that are remembered at most.
const ADDRESSES: usize = 10_000;

/// Failures by address.
#[derive(Default)]
pub struct Attempts {
    failures: Mutex<HashMap<IpAddr, (i64, u32)>>,
}

impl Attempts {
    /// Whether an address may try now.
    ///
    /// # Errors
    /// The seconds until it may again.
    pub fn may(&self, from: IpAddr, now: UnixSeconds) -> Result<(), u64> {
        let failures = self.failures.lock().unwrap_or_else(PoisonError::into_inner);
        match failures.get(&place(from)) {
            Some((since, count)) if *count >= MOST && now.0 < since + WHILE => {
                Err(u64::try_from(since + WHILE - now.0).unwrap_or(1))
            }
            _ => Ok(()),
        }
    }

    /// Notes a failure.
    pub fn failed(&self, from: IpAddr, now: UnixSeconds) {
        let mut failures = self.failures.lock().unwrap_or_else(PoisonError::into_inner);
        if failures.len() >= ADDRESSES {
            failures.retain(|_, (since, _)| now.0 < *since + WHILE);
            if failures.len() >= ADDRESSES {
                failures.clear();
            }
        }
        let entry = failures.entry(place(from)).or_insert((now.0, 0));
        if now.0 >= entry.0 + WHILE {
            *entry = (now.0, 0);
        }
        entry.1 += 1;
    }
}

/// What failures are counted by.
fn place(from: IpAddr) -> IpAddr {
    match from.to_canonical() {
        IpAddr::V6(address) => {
            let mut parts = address.segments();
            parts[4..].fill(0);
            IpAddr::from(parts)
        }
        short => short,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_that_guesses_must_wait_and_others_need_not() {
        let attempts = Attempts::default();
        let (one, other) = ("10.0.0.1".parse().unwrap(), "10.0.0.2".parse().unwrap());
        for second in 0..20 {
            assert_eq!(attempts.may(one, UnixSeconds(second)), Ok(()));
            attempts.failed(one, UnixSeconds(second));
        }
        assert_eq!(attempts.may(one, UnixSeconds(100)), Err(1_100));
        let mapped = "::ffff:10.0.0.1".parse().unwrap();
        assert!(attempts.may(mapped, UnixSeconds(100)).is_err());
        assert_eq!(attempts.may(other, UnixSeconds(100)), Ok(()));
        for second in 0..20 {
            let one_of_many = format!("2001:db8:0:1::{second:x}").parse().unwrap();
            attempts.failed(one_of_many, UnixSeconds(second));
        }
        let [inside, outside] = ["2001:db8:0:1:ffff::1", "2001:db8:0:2::1"];
        let may = |from: &str| attempts.may(from.parse().unwrap(), UnixSeconds(100));
        assert!(may(inside).is_err() && may(outside).is_ok());
        assert_eq!(attempts.may(one, UnixSeconds(1_200)), Ok(()));
        attempts.failed(one, UnixSeconds(1_200));
        assert_eq!(attempts.may(one, UnixSeconds(1_201)), Ok(()));
    }
}
