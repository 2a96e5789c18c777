//! A cancellation that is waited for beside something busy, at no cost until it comes.
//!
//! Waiting for a token takes its lock each time it is polled. A stream is polled for every piece of its answer, and all
//! streams share the relay's tokens; so the waiting is put where it is only polled when the token itself has woken it.

use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;
use tokio_util::sync::{CancellationToken, WaitForCancellationFutureOwned};

/// One token's cancellation.
#[derive(Debug)]
pub struct Sign(FuturesUnordered<WaitForCancellationFutureOwned>);

impl Sign {
    /// Of a token.
    pub fn of(token: &CancellationToken) -> Self {
        Sign(FuturesUnordered::from_iter([token
            .clone()
            .cancelled_owned()]))
    }

    /// Waits until it is given; at once where it has been.
    pub async fn given(&mut self) {
        // The first time it is the token that tells; afterwards there is nothing left to wait for.
        let _ = self.0.next().await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures_util::FutureExt;

    #[tokio::test]
    async fn it_is_given_once_and_stays() {
        let token = CancellationToken::new();
        let mut sign = Sign::of(&token);
        assert_eq!(sign.given().now_or_never(), None);
        let waiting = tokio::spawn(async move {
            sign.given().await;
            sign
        });
        tokio::task::yield_now().await;
        token.cancel();
        let mut sign = waiting.await.unwrap();
        assert_eq!(sign.given().now_or_never(), Some(()));
        assert_eq!(Sign::of(&token).given().now_or_never(), Some(()));
    }
}
