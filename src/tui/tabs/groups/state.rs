//! What the tab of groups remembers: the filter and the cursor.

use crate::tui::filtered::{FilteredList, as_found};
use crate::tui::relay::Relay;

/// The tab of groups.
#[derive(Clone, Debug, Default)]
pub struct GroupsTab {
    /// The groups, by name.
    pub list: FilteredList<String>,
}

impl GroupsTab {
    /// The relay's groups changed.
    pub fn load(&mut self, relay: &Relay, height: usize) {
        let texts = relay.group_rows().iter().map(|group| {
            let text = format!("{} {}", group.name, group.description);
            (group.name.clone(), text)
        });
        self.list.load(texts, height, &as_found);
    }
}
