//! What the tab of groups remembers: the filter, the order, the model whose groups are shown, the cursor.

use std::cmp::{Ordering, Reverse};

use crate::domain::Group;
use crate::tui::filtered::FilteredList;
use crate::tui::keymap::Action;
use crate::tui::order::Order;
use crate::tui::relay::Relay;
use crate::tui::tabs::market::ranking;

/// A column that the list can be sorted by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GroupColumn {
    /// From A to Z.
    Name,
    /// The cheapest first, the unknown last.
    Ratio,
    /// The most first.
    Models,
    /// The best first, what was not measured last.
    Success,
}

impl GroupColumn {
    /// The column that an action sorts by.
    pub const fn of(action: Action) -> Option<Self> {
        Some(match action {
            Action::SortName => GroupColumn::Name,
            Action::SortRatio => GroupColumn::Ratio,
            Action::SortModels => GroupColumn::Models,
            Action::SortSuccess => GroupColumn::Success,
            _ => return None,
        })
    }

    /// Whether it shows less from row to row when it is sorted by as it comes.
    pub const fn falls(self) -> bool {
        matches!(self, GroupColumn::Models | GroupColumn::Success)
    }

    fn compare(self, relay: &Relay, one: &Group, other: &Group) -> Ordering {
        match self {
            GroupColumn::Name => one.name.cmp(&other.name),
            GroupColumn::Ratio => {
                let ratio = |group: &Group| (group.ratio.is_none(), group.ratio);
                ratio(one).cmp(&ratio(other))
            }
            GroupColumn::Models => {
                let count = |group: &Group| Reverse(relay.models_in(&group.name));
                count(one).cmp(&count(other))
            }
            GroupColumn::Success => {
                let success = |group: &Group| {
                    let measured = relay.measured.group(&group.name);
                    Reverse(measured.and_then(|measured| measured.success_tenths()))
                };
                success(one).cmp(&success(other))
            }
        }
    }
}

/// The tab of groups.
#[derive(Clone, Debug, Default)]
pub struct GroupsTab {
    /// The groups, by name.
    pub list: FilteredList<String>,
    /// The order.
    pub order: Order<GroupColumn>,
    /// Only the groups that have this model are shown, the best first (S-34, S-35).
    pub of_model: Option<String>,
}

impl GroupsTab {
    /// The relay's groups changed.
    pub fn load(&mut self, relay: &Relay, height: usize) {
        let texts = relay.group_rows().iter().map(|group| {
            let text = format!("{} {}", group.name, group.about());
            (group.name.clone(), text)
        });
        let arrange = arrangement(relay, self.order, self.of_model.as_deref());
        self.list.load(texts, height, &arrange);
    }

    /// The query changed.
    pub fn search(&mut self, relay: &Relay, height: usize) {
        let arrange = arrangement(relay, self.order, self.of_model.as_deref());
        self.list.search(height, &arrange);
    }

    /// The order or the model changed.
    pub fn sift(&mut self, relay: &Relay, height: usize) {
        let arrange = arrangement(relay, self.order, self.of_model.as_deref());
        self.list.sift(height, &arrange);
    }
}

fn arrangement<'a>(
    relay: &'a Relay,
    order: Order<GroupColumn>,
    of_model: Option<&'a str>,
) -> impl Fn(&mut Vec<usize>, bool) + 'a {
    move |shown, searching| {
        let rows = relay.group_rows();
        if let Some(model) = of_model {
            let best = relay
                .model(model)
                .map(|offer| ranking::ranked(relay, offer));
            let place = |at: &usize| {
                let group = rows.get(*at)?;
                let ranked = best.as_ref()?.iter();
                ranked
                    .map(|one| &one.group.name)
                    .position(|name| *name == group.name)
            };
            shown.retain(|at| place(at).is_some());
            shown.sort_by_key(|at| place(at));
        }
        let Some((column, reversed)) = order.by().filter(|_| !searching) else {
            return;
        };
        shown.sort_by(|one, other| match (rows.get(*one), rows.get(*other)) {
            (Some(one), Some(other)) if reversed => column.compare(relay, other, one),
            (Some(one), Some(other)) => column.compare(relay, one, other),
            _ => Ordering::Equal,
        });
    }
}
