//! Offers of upstreams while the dashboard runs: looked for when the relay inside is opened, answered by its owner.

use std::sync::Arc;

use super::door::{AskId, Event, Offered, Scope};
use super::offers::{self, Offer};
use super::session::Session;
use super::task::Engine;
use crate::domain::{Fault, FaultKind};
use crate::locale::say;

/// The group of the relay inside in which everybody is.
const GROUP: &str = "default";

impl Engine {
    /// Looks what this machine offers the relay inside. Nothing is sent to any of it.
    pub(super) fn look_for_offers(&mut self, session: Session) {
        if !session.profile.is_local() {
            return;
        }
        let (host, outbox) = (Arc::clone(&self.host), self.inbox.outbox.clone());
        self.start(async move {
            let declined = host.declined_offers();
            let mut found = host.offers().await;
            found.retain(|offer| {
                !declined.contains(&sign_of(offer.kind.word(), offer.address.base()))
            });
            if found.is_empty() {
                return;
            }
            // Who cannot list channels cannot add one either.
            let open = offers::open(&session, found).await.unwrap_or_default();
            if !open.is_empty() {
                outbox.push(Event::Offered(open.iter().map(row).collect()));
            }
        });
    }

    /// Makes a channel of an offer, or remembers the no.
    pub(super) fn answer_offer(&mut self, ask: AskId, what: Offered, yes: bool) {
        let sign = sign_of(what.kind, &what.address);
        self.with_session(ask, move |session, host| {
            Box::pin(async move {
                if !yes {
                    let event = match host.decline_offer(&sign) {
                        Ok(()) => Event::OfferDeclined { ask },
                        Err(fault) => Event::AskFailed { ask, fault },
                    };
                    return (event, &[] as &'static [Scope]);
                }
                let found = host.offers().await;
                let same =
                    |offer: &&Offer| sign_of(offer.kind.word(), offer.address.base()) == sign;
                let made = match found.iter().find(same) {
                    Some(offer) => offers::accept(&session, offer, vec![GROUP.into()], None).await,
                    None => Err(Fault::new(
                        FaultKind::NotFound,
                        say!("offer-gone", name = what.name),
                    )
                    .advise(say!("offer-gone-advice"))),
                };
                match made {
                    Ok(channel) => (
                        Event::OfferTaken {
                            ask,
                            name: channel.name,
                            models: channel.models,
                        },
                        &[Scope::Models, Scope::Groups, Scope::Channels] as &'static [Scope],
                    ),
                    Err(fault) => (Event::AskFailed { ask, fault }, &[] as &'static [Scope]),
                }
            })
        });
    }
}

fn row(offer: &Offer) -> Offered {
    let key = offer.key.expose();
    Offered {
        name: offer.name.clone(),
        kind: offer.kind.word(),
        address: offer.address.base().to_owned(),
        masked: (!key.is_empty()).then(|| offer.key.masked()),
        found: offer.found.clone(),
    }
}

/// What an offer is known by from one run to the next: what it speaks, and where it is. No secret.
fn sign_of(kind: &str, address: &str) -> String {
    format!("{kind} {address}")
}
