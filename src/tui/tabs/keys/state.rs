//! What the tab of keys remembers: the filter, the cursor, the marks.

use std::collections::BTreeSet;

use crate::tui::filtered::{FilteredList, as_found};
use crate::tui::relay::Relay;

/// The tab of keys.
#[derive(Clone, Debug, Default)]
pub struct KeysTab {
    /// The keys, by their numbers at the relay.
    pub list: FilteredList<i64>,
    /// Those that are marked.
    pub marked: BTreeSet<i64>,
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
        self.list.load(texts, height, &as_found);
    }

    /// The keys an action is about: those that are marked, else the one under the cursor.
    pub fn chosen(&self) -> Vec<i64> {
        if self.marked.is_empty() {
            self.list.current_key().copied().into_iter().collect()
        } else {
            self.marked.iter().copied().collect()
        }
    }
}
