//! The groups a key in `auto` is served in (`contract/new-api.md` 6.3): which one a request begins in, and where it goes on
//! when none of that group's channels answered. A request of a key that goes on begins where what it refers to is kept.
//!
//! Not responsible for: the order of the channels within a group, which is [`super::super::channels::choice`].

use std::sync::Arc;

use super::super::answers::ApiError;
use super::super::app::App;
use super::super::book::Caller;
use super::super::catalog::{Catalog, Group, scale};
use super::super::channels::Channel;
use super::super::ids;
use super::super::refusals::no_channel;
use super::ask::{Ask, Sent};
use super::binding::{Binding, Fit};
use super::references::References;
use super::stored::is_store_unavailable;
use crate::domain::group::AUTO;
use crate::domain::price::BasePrice;
use crate::domain::{Price, Ratio, UnixMillis};

/// What a request pays in a group.
#[derive(Clone, Debug)]
pub struct Terms {
    pub group: Arc<str>,
    pub ratio: Ratio,
    /// The same, where accounts of the caller's group pay a ratio of their own.
    pub special_ratio: Option<Ratio>,
    pub price: Price,
}

impl Terms {
    /// What a caller pays in a group for a model of this price.
    pub fn of(catalog: &Catalog, caller: &Caller, group: &Group, base: &BasePrice) -> Self {
        let ratio = catalog.ratio_for(&caller.own_group, group);
        Terms {
            group: group.name.as_str().into(),
            ratio,
            special_ratio: catalog.special_ratio(&caller.own_group, &group.name),
            price: base.at(Some(ratio), scale()),
        }
    }
}

/// A group that a request may go on to, and its channels in the order to try them.
pub struct Detour {
    pub terms: Terms,
    pub channels: Vec<Arc<Channel>>,
}

/// A key in `auto` uses the first of the groups it stands for that serves the model; that group is billed. Where none does,
/// the key stays in `auto`, which serves nothing. The groups to go on to are given back, for a key that goes on: for it, a
/// group whose channels all rest after a failure comes after those that are ready.
pub fn choose_group(
    app: &App,
    catalog: &Catalog,
    caller: &mut Caller,
    ask: &Ask<'_>,
) -> Vec<String> {
    if &*caller.group != AUTO {
        return Vec::new();
    }
    let account = app.book.account(caller.account_id);
    let walked = catalog.auto_groups_of(&caller.rules.auto, account.as_ref());
    let serves = |group: &&Group| {
        let mut serving = catalog.serving(&ask.model, &group.name);
        serving.any(|channel| channel.serves(ask.protocol) && ask.can_go_to(channel))
    };
    let mut serving: Vec<&Group> = walked.iter().copied().filter(serves).collect();
    if caller.rules.auto.cross_group_retry {
        let now = app.clock.now();
        serving.sort_by_key(|group| {
            let mut channels = catalog.serving(&ask.model, &group.name);
            !channels.any(|channel| {
                channel.serves(ask.protocol) && channel.cooling().until(&ask.model, now).is_none()
            })
        });
    } else {
        serving.truncate(1);
    }
    // Served on other paths only: then that is what is told.
    let elsewhere = |group: &&Group| catalog.serving(&ask.model, &group.name).next().is_some();
    let mut serving = serving.into_iter();
    let first = serving.next();
    if let Some(group) = first.or_else(|| walked.iter().copied().find(elsewhere)) {
        caller.group = group.name.as_str().into();
        caller.any_group = true;
    }
    serving.map(|group| group.name.clone()).collect()
}

/// What a request needs to find its way.
pub struct Way<'a> {
    pub app: &'a App,
    pub catalog: &'a Catalog,
    pub caller: &'a Caller,
    pub ask: &'a Ask<'a>,
    pub base: &'a BasePrice,
    pub now: UnixMillis,
}

/// Where a request begins.
pub struct Beginning {
    pub terms: Terms,
    /// Whom to try, in this order.
    pub channels: Vec<Arc<Channel>>,
    /// What the first of them is sent.
    pub sent: Sent,
    /// The groups to go on to.
    pub later: Vec<String>,
}

impl Way<'_> {
    /// A request begins in the caller's group, where these channels are, or else in the first of the later ones that has what
    /// it refers to and an upstream that can be asked for it.
    ///
    /// # Errors
    /// What the caller's group has against it, where no other fits.
    pub async fn begin(
        &self,
        references: &References,
        channels: Vec<Arc<Channel>>,
        later: Vec<String>,
    ) -> Result<Beginning, ApiError> {
        let mut binding = Binding::new(references, self.caller.account_id);
        let own = self.catalog.group(&self.caller.group);
        let mut next = own.map(|group| (group, channels));
        let mut later = later.into_iter();
        let (mut refusal, mut partly) = (None, None);
        loop {
            if let Some((group, channels)) = next {
                match self.fitting(&mut binding, channels).await {
                    Ok((fit, channels, sent)) => {
                        let begun = Beginning {
                            terms: self.terms(group),
                            channels,
                            sent,
                            later: match fit.bound {
                                true => Vec::new(),
                                false => later.as_slice().to_vec(),
                            },
                        };
                        if fit.whole {
                            return Ok(begun);
                        }
                        partly.get_or_insert(begun);
                    }
                    // Nobody knows then which group would fit, so none is begun in for another's price.
                    Err(why) if is_store_unavailable(&why) => return Err(why),
                    Err(why) => {
                        refusal.get_or_insert(why);
                    }
                }
            }
            let Some(name) = later.next() else {
                break;
            };
            let group = self.catalog.group(&name);
            next = group.map(|group| (group, self.channels_in(group)));
        }
        let refused = || refusal.unwrap_or_else(|| no_channel(&self.ask.model, &self.caller.group));
        partly.ok_or_else(refused)
    }

    /// Those of a group's channels that fit, and what the first of them is sent.
    async fn fitting(
        &self,
        binding: &mut Binding<'_>,
        mut channels: Vec<Arc<Channel>>,
    ) -> Result<(Fit, Vec<Arc<Channel>>, Sent), ApiError> {
        let fit = binding.bind(self.app, self.ask, &mut channels).await?;
        match self.ask.for_first(&mut channels, self.now) {
            Ok(sent) => Ok((fit, channels, sent)),
            Err(why) => Err(why.unwrap_or_else(|| no_channel(&self.ask.model, &self.caller.group))),
        }
    }

    /// What the groups to go on to cost, and who answers in them.
    pub fn detours(&self, later: &[String]) -> Vec<Detour> {
        let groups = later.iter().filter_map(|name| self.catalog.group(name));
        groups
            .map(|group| Detour {
                terms: self.terms(group),
                channels: self.channels_in(group),
            })
            .filter(|detour| !detour.channels.is_empty())
            .collect()
    }

    fn terms(&self, group: &Group) -> Terms {
        Terms::of(self.catalog, self.caller, group, self.base)
    }

    fn channels_in(&self, group: &Group) -> Vec<Arc<Channel>> {
        let (catalog, ask, lot) = (self.catalog, self.ask, ids::lot());
        let mut channels = catalog.candidates(&ask.model, &group.name, ask.protocol, lot, self.now);
        channels.retain(|channel| ask.can_go_to(channel));
        channels
    }
}
