//! The groups a key in `auto` is served in (`contract/new-api.md` 6.3): which one a request begins in, and where it goes on
//! when none of that group's channels answered.
//!
//! Not responsible for: the order of the channels within a group, which is [`super::super::channels::choice`].

use std::sync::Arc;

use super::super::app::App;
use super::super::book::Caller;
use super::super::catalog::{Catalog, Group, scale};
use super::super::channels::Channel;
use super::super::ids;
use super::ask::Ask;
use crate::domain::group::AUTO;
use crate::domain::price::BasePrice;
use crate::domain::{Price, Ratio};

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

/// What the groups to go on to cost, and who answers in them.
pub fn detours(
    app: &App,
    catalog: &Catalog,
    caller: &Caller,
    ask: &Ask<'_>,
    base: &BasePrice,
    later: &[String],
) -> Vec<Detour> {
    let groups = later.iter().filter_map(|name| catalog.group(name));
    groups
        .map(|group| {
            let (lot, now) = (ids::lot(), app.clock.now());
            let mut channels = catalog.candidates(&ask.model, &group.name, ask.protocol, lot, now);
            channels.retain(|channel| ask.can_go_to(channel));
            Detour {
                terms: Terms::of(catalog, caller, group, base),
                channels,
            }
        })
        .filter(|detour| !detour.channels.is_empty())
        .collect()
}
