//! Upstreams that were found on this machine or named in its environment. They are offered; nothing is sent to one
//! before its owner says yes.

use std::collections::BTreeMap;

use super::session::Session;
use crate::client::owner::{Channel, ChannelDraft, ChannelKind, ChannelPrice};
use crate::domain::{Address, ApiKey, Fault};

/// Stands for every model of a channel in its prices.
pub const EVERY_MODEL: &str = "*";

/// An upstream that could become a channel.
#[derive(Clone, Debug)]
pub struct Offer {
    /// What the channel would be called.
    pub name: String,
    /// What it speaks.
    pub kind: ChannelKind,
    /// Where it is.
    pub address: Address,
    /// Its credential; empty where none was found.
    pub key: ApiKey,
    /// Where it was found, in words: a variable's name, or what listens.
    pub found: String,
}

/// The offers that are no channels yet.
///
/// # Errors
/// When the channels cannot be listed.
pub async fn open(session: &Session, offers: Vec<Offer>) -> Result<Vec<Offer>, Fault> {
    let channels = session.client.channels().await?;
    let taken = |offer: &Offer| {
        let same = |channel: &Channel| {
            channel.kind == offer.kind && channel.base_url == offer.address.base()
        };
        channels.iter().any(same)
    };
    Ok(offers.into_iter().filter(|offer| !taken(offer)).collect())
}

/// Makes a channel of an offer. This is the yes: the relay asks the upstream for its models now.
///
/// # Errors
/// When the upstream cannot be asked; nothing was made then.
pub async fn accept(
    session: &Session,
    offer: &Offer,
    groups: Vec<String>,
    price: Option<ChannelPrice>,
) -> Result<Channel, Fault> {
    let prices = price.map(|price| (EVERY_MODEL.to_owned(), price));
    let draft = ChannelDraft {
        name: offer.name.clone(),
        kind: offer.kind,
        base_url: offer.address.clone(),
        key: offer.key.clone(),
        models: Vec::new(),
        groups,
        mapping: BTreeMap::new(),
        priority: 0,
        weight: 0,
        endpoints: Vec::new(),
        prices: BTreeMap::from_iter(prices),
    };
    session.client.add_channel(&draft).await
}
