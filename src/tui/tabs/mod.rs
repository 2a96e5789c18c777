//! The tabs, each a folder: its state, what changes it, and how it is drawn.

use crate::locale::say;

pub mod chat;
pub mod groups;
pub mod keys;
pub mod list;
pub mod market;
pub mod tools;
pub mod usage;
pub mod verify;

/// A tab.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tab {
    /// The keys.
    Keys,
    /// The groups.
    Groups,
    /// The marketplace.
    Market,
    /// The chat.
    Chat,
    /// What was spent.
    Usage,
    /// Tests and diagnosis.
    Verify,
    /// Third-party tools.
    Tools,
}

impl Tab {
    /// The tabs as they stand on the screen.
    pub const ALL: [Tab; 7] = [
        Tab::Keys,
        Tab::Groups,
        Tab::Market,
        Tab::Chat,
        Tab::Usage,
        Tab::Verify,
        Tab::Tools,
    ];

    /// The digit that leads to it.
    pub const fn digit(self) -> char {
        match self {
            Tab::Keys => '1',
            Tab::Groups => '2',
            Tab::Market => '3',
            Tab::Chat => '4',
            Tab::Usage => '5',
            Tab::Verify => '6',
            Tab::Tools => '7',
        }
    }

    /// The word on the screen.
    pub fn word(self) -> &'static str {
        match self {
            Tab::Keys => say!("tab-keys"),
            Tab::Groups => say!("tab-groups"),
            Tab::Market => say!("tab-market"),
            Tab::Chat => say!("tab-chat"),
            Tab::Usage => say!("tab-usage"),
            Tab::Verify => say!("tab-verify"),
            Tab::Tools => say!("tab-tools"),
        }
    }

    /// The tab so many places to the right, going round.
    #[must_use]
    pub fn step(self, by: usize) -> Tab {
        let at = Tab::ALL.iter().position(|tab| *tab == self).unwrap_or(0);
        Tab::ALL[(at + by) % Tab::ALL.len()]
    }
}
