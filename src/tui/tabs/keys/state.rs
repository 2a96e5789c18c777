//! What the tab of keys remembers: the filter, the cursor, the order, the marks.

use std::cmp::Ordering;
use std::collections::BTreeSet;

use crate::domain::QuotaLimit;
use crate::engine::door::KeyRow;
use crate::tui::filtered::FilteredList;
use crate::tui::keymap::Action;
use crate::tui::order::Order;
use crate::tui::relay::Relay;

/// A column of the list, as they stand on the screen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyColumn {
    /// From A to Z.
    Name,
    /// From A to Z.
    Group,
    /// The least first, unlimited last.
    Left,
    /// The most first.
    Used,
    /// The soonest first, never last.
    Expires,
    /// The latest first, never last.
    LastUsed,
    /// Usable first.
    Status,
}

impl KeyColumn {
    /// The column that an action sorts by.
    pub const fn of(action: Action) -> Option<Self> {
        Some(match action {
            Action::SortName => KeyColumn::Name,
            Action::SortGroup => KeyColumn::Group,
            Action::SortLeft => KeyColumn::Left,
            Action::SortUsed => KeyColumn::Used,
            Action::SortExpires => KeyColumn::Expires,
            Action::SortLastUsed => KeyColumn::LastUsed,
            Action::SortStatus => KeyColumn::Status,
            _ => return None,
        })
    }

    /// Whether it shows less from row to row when it is sorted by as it comes. The last use is shown as an age.
    pub const fn falls(self) -> bool {
        matches!(self, KeyColumn::Used)
    }

    fn compare(self, relay: &Relay, one: &KeyRow, other: &KeyRow) -> Ordering {
        let by_time = |time: Option<crate::domain::UnixSeconds>| (time.is_none(), time);
        match self {
            KeyColumn::Name => {
                let name = |row: &KeyRow| row.info.name.to_lowercase();
                name(one).cmp(&name(other))
            }
            KeyColumn::Group => relay.group_of(one).cmp(&relay.group_of(other)),
            KeyColumn::Left => {
                let left = |row: &KeyRow| match row.info.left {
                    QuotaLimit::Limited(units) => (false, units.0),
                    QuotaLimit::Unlimited => (true, 0),
                };
                left(one).cmp(&left(other))
            }
            KeyColumn::Used => other.info.used.0.cmp(&one.info.used.0),
            KeyColumn::Expires => by_time(one.info.expires).cmp(&by_time(other.info.expires)),
            KeyColumn::LastUsed => {
                // `None` is the least of all times, so it is last here.
                other.info.last_used.cmp(&one.info.last_used)
            }
            KeyColumn::Status => one.info.status.cmp(&other.info.status),
        }
    }
}

/// The tab of keys.
#[derive(Clone, Debug, Default)]
pub struct KeysTab {
    /// The keys, by their numbers at the relay.
    pub list: FilteredList<i64>,
    /// Those that are marked.
    pub marked: BTreeSet<i64>,
    /// The order.
    pub order: Order<KeyColumn>,
}

impl KeysTab {
    /// The relay's keys changed.
    pub fn load(&mut self, relay: &Relay, height: usize) {
        let rows = relay.key_rows();
        self.marked
            .retain(|id| rows.iter().any(|row| row.info.id == *id));
        let texts = rows.iter().map(|row| {
            let info = &row.info;
            (
                info.id,
                format!("{} {} {}", info.name, info.group, info.masked),
            )
        });
        self.list
            .load(texts, height, &arrangement(relay, self.order));
    }

    /// The query changed.
    pub fn search(&mut self, relay: &Relay, height: usize) {
        self.list.search(height, &arrangement(relay, self.order));
    }

    /// Sorts by a column, or the other way round, or not at all.
    pub fn sort(&mut self, relay: &Relay, column: KeyColumn, height: usize) {
        self.order.press(column);
        self.list.sift(height, &arrangement(relay, self.order));
    }

    /// The keys an action is about: those that are marked, else the one under the cursor.
    pub fn chosen(&self) -> Vec<i64> {
        if self.marked.is_empty() {
            self.list.current_key().copied().into_iter().collect()
        } else {
            self.marked.iter().copied().collect()
        }
    }

    /// Marks all keys that are shown; takes the marks off where all of them have one.
    pub fn mark_shown(&mut self) {
        let shown: Vec<i64> = self.list.shown_keys().copied().collect();
        if shown.iter().all(|id| self.marked.contains(id)) {
            self.marked.retain(|id| !shown.contains(id));
        } else {
            self.marked.extend(shown);
        }
    }
}

/// Sorts the keys that a query found. With a query the best match stays first; the order is for browsing.
fn arrangement(relay: &Relay, order: Order<KeyColumn>) -> impl Fn(&mut Vec<usize>, bool) + '_ {
    move |shown, searching| {
        let rows = relay.key_rows();
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
