//! Commands that run at once on one home. The first of them serves the embedded relay and the others join it, so it must
//! not take the relay away while they still ask: each holds a shared lock while it does, and the one that serves ends when
//! it holds the lock alone. The dashboard and `serve` stay as long as their user wants and take no part.

use std::fs::{File, TryLockError};
use std::path::Path;
use std::time::Duration;

use tokio::time::{Instant, sleep};

use crate::files::open_lock;

/// The lock's file in the data folder. It is empty and stays: a file that came and went would be two locks.
const FILE: &str = "neighbours.lock";
/// How often the lock is tried.
const TRIES_EVERY: Duration = Duration::from_millis(10);
/// How long a relay that is just closing is waited for. One that hangs must not hold up all others.
const CLOSING_WITHIN: Duration = Duration::from_secs(15);
/// How long the others are waited for. One that hangs must not keep this process for ever.
const ENDING_WITHIN: Duration = Duration::from_mins(1);

/// While this is held, no other command takes the relay away.
#[derive(Debug)]
pub struct Stay(File);

impl Stay {
    /// Waits until no relay of this folder is just closing. `None` where the folder has no locks or one hangs: then all
    /// works as long as nobody closes at the wrong moment.
    pub async fn take(folder: &Path) -> Option<Self> {
        let file = open_lock(&folder.join(FILE)).ok()?;
        within(CLOSING_WITHIN, || file.try_lock_shared())
            .await
            .then_some(Stay(file))
    }

    /// Waits until all others are done. While what it returns is held, those who come now wait too.
    pub async fn alone(self) -> Self {
        // Two that serve cannot be, so nobody waits for this one while this one waits for them.
        let _ = self.0.unlock();
        within(ENDING_WITHIN, || self.0.try_lock()).await;
        self
    }
}

/// Tries until the lock is had, or it cannot be, or so much time has passed.
async fn within(limit: Duration, lock: impl Fn() -> Result<(), TryLockError>) -> bool {
    let end = Instant::now() + limit;
    loop {
        match lock() {
            Ok(()) => return true,
            Err(TryLockError::WouldBlock) if Instant::now() < end => sleep(TRIES_EVERY).await,
            Err(_) => return false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn the_one_that_serves_stays_until_the_others_are_done() {
        let folder = tempfile::tempdir().unwrap();
        let take = || async { Stay::take(folder.path()).await.unwrap() };
        let (serves, joined) = (take().await, take().await);
        let mut alone = Box::pin(serves.alone());
        let early = tokio::time::timeout(Duration::from_secs(5), &mut alone).await;
        assert!(early.is_err(), "another still asks");
        drop(joined);
        let closing = alone.await;
        let mut late = Box::pin(take());
        let early = tokio::time::timeout(Duration::from_secs(5), &mut late).await;
        assert!(early.is_err(), "the relay is just closing");
        drop(closing);
        late.await;
    }

    #[tokio::test(start_paused = true)]
    async fn one_that_hangs_holds_nobody_up_for_ever() {
        let folder = tempfile::tempdir().unwrap();
        let hangs = Stay::take(folder.path()).await.unwrap();
        let serves = Stay::take(folder.path()).await.unwrap().alone().await;
        drop((hangs, serves));
        let closing = Stay::take(folder.path()).await.unwrap().alone().await;
        assert!(Stay::take(folder.path()).await.is_none());
        drop(closing);
    }
}
