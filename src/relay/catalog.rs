//! What is sold: groups, channels, models and their prices, as one picture that never changes.
//!
//! A change of any of them makes a new picture. A request holds on to the one it began with, so its price cannot
//! change under it.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::{Arc, PoisonError, RwLock};

use rusqlite::Connection;

use super::builtin;
use super::channels::{Channel, choice::order};
use super::protocol::{Protocol, embeds};
use super::rows::{ADMIN, Account};
use super::settings::{Settings, SpecialRatios};
use super::store::prices::OwnPrice;
use super::store::{channels, groups, options, prices};
use crate::domain::money::NANOS_PER_USD;
use crate::domain::price::{BasePrice, ModelRatios};
use crate::domain::{AutoRoute, Money, QuotaScale, Ratio, TokenPrices, UnixMillis};

/// How `auto` is described.
pub const AUTO_IS: &str = "Automatic: the first group that serves the model";

/// Units in a dollar: the protocol's usual scale, and the only one this relay has.
pub fn scale() -> QuotaScale {
    QuotaScale::default()
}

/// An amount as the protocol writes a price by the call: a JSON number of dollars. For the wire only.
pub fn dollars(money: Money) -> f64 {
    money.nanos() as f64 / NANOS_PER_USD as f64
}

/// A group: a price ratio under a name.
#[derive(Clone, Debug)]
pub struct Group {
    pub name: String,
    pub ratio: Ratio,
    pub description: String,
    /// Whether every account may put it on a key; others only where it is their own.
    pub usable: bool,
}

/// A price as its owner sets it, in a group of ratio ×1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ListPrice {
    /// Nano-dollars a million tokens.
    PerToken(TokenPrices),
    /// Nano-dollars a call.
    PerCall(Money),
}

impl ListPrice {
    /// The price as it is published and billed: both go through the same ratios, so a client that reads the list
    /// computes what the relay charges to the unit. `None` when ratios cannot say it: free input with output that is not.
    pub fn base(&self) -> Option<BasePrice> {
        match self {
            ListPrice::PerToken(prices) => ModelRatios::from_prices(prices).map(BasePrice::Ratios),
            ListPrice::PerCall(call) => Some(BasePrice::PerCall { call: *call }),
        }
    }
}

/// The picture.
#[derive(Default)]
pub struct Catalog {
    groups: BTreeMap<String, Group>,
    channels: BTreeMap<i64, Arc<Channel>>,
    prices: HashMap<String, BasePrice>,
    /// What the owner set, part by part.
    own_prices: BTreeMap<String, OwnPrice>,
    /// How the owner wants the relay to be.
    pub settings: Settings,
    /// What accounts of a group pay in another, where it is not the ratio of that group.
    special: SpecialRatios,
    /// The groups that `auto` stands for, in their order.
    auto: Vec<String>,
    /// Model to the enabled channels that serve it.
    offers: BTreeMap<String, Vec<Arc<Channel>>>,
}

impl Catalog {
    /// Draws the picture from the database.
    pub fn load(connection: &Connection) -> rusqlite::Result<Self> {
        let mut catalog = Catalog {
            settings: Settings::of(options::all(connection)?),
            ..Catalog::default()
        };
        catalog.special = catalog.settings.special_ratios();
        catalog.auto = catalog.settings.auto_groups();
        for group in groups::all(connection)? {
            catalog.groups.insert(group.name.clone(), group);
        }
        // The order of truth: what the owner set stands over what the models built in come with.
        for model in builtin::models() {
            if let Some(base) = ListPrice::PerToken(model.prices).base() {
                catalog.prices.insert(model.name.to_owned(), base);
            }
        }
        for (model, price) in prices::all(connection)? {
            if let Some(base) = price.base() {
                catalog.prices.insert(model.clone(), base);
            }
            catalog.own_prices.insert(model, price);
        }
        let mut learned = channels::learned(connection)?;
        for stored in channels::all(connection)? {
            let known = learned.remove(&stored.id);
            // A row this version cannot serve (made by hand, or by a newer one) is left out, not fatal.
            match Channel::from_stored(stored) {
                Ok(channel) => catalog.add(Arc::new(channel.knowing(known))),
                Err(why) => tracing::warn!(%why, "a channel is left out"),
            }
        }
        Ok(catalog)
    }

    fn add(&mut self, channel: Arc<Channel>) {
        if channel.enabled() {
            for model in channel.models() {
                self.offers
                    .entry(model.to_owned())
                    // Most models have one channel, and there may be thousands.
                    .or_insert_with(|| Vec::with_capacity(1))
                    .push(Arc::clone(&channel));
            }
        }
        self.channels.insert(channel.id, channel);
    }

    /// A group by name.
    pub fn group(&self, name: &str) -> Option<&Group> {
        self.groups.get(name)
    }

    /// The ratio that accounts of a group pay in a group that is theirs alone; `None` where they pay what everybody pays.
    pub fn special_ratio(&self, own: &str, group: &str) -> Option<Ratio> {
        self.special.get(own)?.get(group).copied()
    }

    /// The ratio that accounts of a group pay in a group.
    pub fn ratio_for(&self, own: &str, group: &Group) -> Ratio {
        let special = self.special_ratio(own, &group.name);
        special.unwrap_or(group.ratio)
    }

    /// The groups that `auto` stands for, for an account: those it may use, in their order.
    pub fn auto_groups<'a>(&'a self, account: Option<&'a Account>) -> Vec<&'a Group> {
        self.usable_of(&self.auto, account)
    }

    /// The groups that a key in `auto` tries, in their order: its own where it names any, else those for everybody. Of
    /// its own, those that its account may no longer use are left out, and what is too many for the owner.
    pub fn auto_groups_of<'a>(
        &'a self,
        auto: &AutoRoute,
        account: Option<&'a Account>,
    ) -> Vec<&'a Group> {
        if auto.groups.is_empty() {
            return self.auto_groups(account);
        }
        let mut own = self.usable_of(&auto.groups, account);
        own.truncate(self.settings.most_auto_groups());
        own
    }

    /// Those of these groups that an account may use, in the order of their names here.
    fn usable_of<'a>(&'a self, names: &[String], account: Option<&'a Account>) -> Vec<&'a Group> {
        let usable: Vec<&Group> = self.groups_for(account).collect();
        let named = |name: &String| usable.iter().find(|group| group.name == *name).copied();
        names.iter().filter_map(named).collect()
    }

    /// Every group, by name.
    pub fn groups(&self) -> impl Iterator<Item = &Group> {
        self.groups.values()
    }

    /// Every channel, by number.
    pub fn channels(&self) -> impl DoubleEndedIterator<Item = &Arc<Channel>> {
        self.channels.values()
    }

    /// A channel by number.
    pub fn channel(&self, id: i64) -> Option<&Arc<Channel>> {
        self.channels.get(&id)
    }

    /// The models that some channel serves, by name.
    pub fn models(&self) -> impl Iterator<Item = &str> {
        self.offers.keys().map(String::as_str)
    }

    /// The models that a group serves, by name.
    pub fn models_in<'a>(&'a self, group: &'a str) -> impl Iterator<Item = &'a str> {
        self.offers
            .iter()
            .filter(move |(_, channels)| channels.iter().any(|channel| channel.in_group(group)))
            .map(|(model, _)| model.as_str())
    }

    /// The groups that serve a model.
    pub fn groups_of(&self, model: &str) -> BTreeSet<&str> {
        let channels = self.offers.get(model).into_iter().flatten();
        channels
            .flat_map(|channel| channel.groups())
            .filter(|group| self.groups.contains_key(*group))
            .collect()
    }

    /// The channels that serve a model in a group, in whichever protocol.
    pub fn serving<'a>(
        &'a self,
        model: &str,
        group: &'a str,
    ) -> impl Iterator<Item = &'a Arc<Channel>> {
        let channels = self.offers.get(model).into_iter().flatten();
        channels.filter(move |channel| channel.in_group(group))
    }

    /// Those of them that can answer in a protocol, in the order to try them now; `lot` decides among equals.
    pub fn candidates(
        &self,
        model: &str,
        group: &str,
        protocol: Protocol,
        lot: u64,
        now: UnixMillis,
    ) -> Vec<Arc<Channel>> {
        let serving = self.serving(model, group);
        let able = serving.filter(|channel| channel.serves(protocol));
        order(able.cloned().collect(), model, lot, now)
    }

    /// The protocols a model can be called in, in some group.
    pub fn protocols_of(&self, model: &str) -> Vec<Protocol> {
        let channels = self
            .offers
            .get(model)
            .map(Vec::as_slice)
            .unwrap_or_default();
        let mut spoken = Protocol::ALL.to_vec();
        spoken.retain(|protocol| channels.iter().any(|channel| channel.serves(*protocol)));
        let embeds = embeds(model);
        let straight = channels
            .iter()
            .any(|channel| channel.speaks(Protocol::Gemini));
        spoken.retain(|protocol| match protocol {
            Protocol::Embeddings => embeds,
            Protocol::Gemini => straight || !embeds,
            Protocol::Chat | Protocol::Messages | Protocol::Responses => !embeds,
        });
        spoken
    }

    /// Whether a model may be called: it has a price, or the owner serves what has none for nothing.
    pub fn sells(&self, model: &str) -> bool {
        !matches!(self.price(model), BasePrice::Unknown) || self.settings.flag("SelfUseModeEnabled")
    }

    /// What the owner set, by model.
    pub fn own_prices(&self) -> impl Iterator<Item = (&str, &OwnPrice)> {
        self.own_prices
            .iter()
            .map(|(model, price)| (model.as_str(), price))
    }

    /// The groups that an account may put on a key: those for everybody, and its own; all of them for administrators.
    pub fn groups_for<'a>(
        &'a self,
        account: Option<&'a Account>,
    ) -> impl Iterator<Item = &'a Group> {
        self.groups().filter(move |group| {
            group.usable
                || account
                    .is_some_and(|account| account.role >= ADMIN || account.group == group.name)
        })
    }

    /// A model's price before any group; unknown where nobody set one.
    pub fn price(&self, model: &str) -> &BasePrice {
        self.prices.get(model).unwrap_or(&BasePrice::Unknown)
    }
}

/// Where the present picture hangs.
#[derive(Default)]
pub struct Wall(RwLock<Arc<Catalog>>);

impl Wall {
    /// The present picture.
    pub fn now(&self) -> Arc<Catalog> {
        Arc::clone(&self.0.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Hangs a new one. What was learned of its channels stays known.
    pub fn hang(&self, catalog: Arc<Catalog>) {
        let mut place = self.0.write().unwrap_or_else(PoisonError::into_inner);
        for channel in catalog.channels.values() {
            if let Some(earlier) = place.channel(channel.id) {
                channel.remember(earlier);
            }
        }
        *place = catalog;
    }
}
