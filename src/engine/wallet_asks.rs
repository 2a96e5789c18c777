//! The engine's commands about the wallet, and about several relays side by side.

use std::sync::Arc;

use super::compare::compare;
use super::door::{AskId, Event, Scope, WalletAsk, WalletInfo, WalletTold};
use super::session::Session;
use super::task::Engine;
use crate::domain::Fault;

impl Engine {
    pub(super) fn ask_of_wallet(&mut self, ask: AskId, what: WalletAsk) {
        self.with_session(ask, move |session, _| {
            Box::pin(async move {
                let done = match what {
                    WalletAsk::Redeem { code } => {
                        let added = session.client.redeem(code.expose()).await;
                        added.map(WalletTold::Redeemed)
                    }
                    WalletAsk::Order { amount, method } => {
                        let link = session.client.order(amount, method.as_deref()).await;
                        link.map(WalletTold::Ordered)
                    }
                };
                let event = match done {
                    Ok(told) => Event::Wallet { ask, told },
                    Err(fault) => Event::AskFailed { ask, fault },
                };
                (event, &[Scope::Account, Scope::Wallet] as &'static [Scope])
            })
        });
    }

    /// Looks at all relays, beside the loop.
    pub(super) fn compare(&mut self, model: Option<String>) {
        let (host, outbox) = (Arc::clone(&self.host), self.inbox.outbox.clone());
        self.start(async move {
            let looks = compare(host, model.as_deref()).await;
            outbox.push(Event::Compared { model, looks });
        });
    }
}

/// How a wallet is filled, and what came in.
///
/// # Errors
/// When the relay does not say how its wallet is filled.
pub(super) async fn wallet(session: &Session) -> Result<WalletInfo, Fault> {
    let ways = session.client.ways_to_pay().await?;
    let (top_ups, fault) = match session.client.top_ups().await {
        Ok(top_ups) => (top_ups, None),
        Err(fault) => (Vec::new(), Some(fault)),
    };
    Ok(WalletInfo {
        ways,
        top_ups,
        fault,
    })
}
