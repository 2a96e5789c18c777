//! The places in which a key has a meaning, and what lies behind each.

use serde::{Deserialize, Serialize};

use crate::locale::say;

/// A place that has keys of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Context {
    /// Everywhere.
    Global,
    /// Any list of rows.
    List,
    /// The filter of a list, while it is typed.
    Filter,
    /// The tab of keys.
    Keys,
    /// The tab of groups.
    Groups,
    /// The marketplace.
    Market,
    /// What was spent.
    Usage,
    /// Tests and diagnosis.
    Verify,
    /// The tab of tools.
    Tools,
    /// A conversation that is read.
    Chat,
    /// A message that is written.
    ChatInput,
    /// A form.
    Form,
    /// A question that wants yes or no.
    Confirm,
    /// The help.
    Help,
    /// The doors of the first run.
    FirstRun,
    /// A relay that is not open: it is being opened, or it could not be.
    Closed,
    /// The detail of one thing.
    Detail,
    /// A secret that is shown once.
    Secret,
    /// A list to choose from.
    Picker,
    /// The list of sessions.
    Sessions,
    /// The command line.
    Command,
    /// Two answers side by side.
    Side,
    /// The wallet.
    Wallet,
    /// A page that is opened elsewhere.
    Link,
    /// An upstream that is offered.
    Offer,
}

impl Context {
    /// Every place there is.
    pub const ALL: [Context; 25] = [
        Context::Global,
        Context::List,
        Context::Filter,
        Context::Keys,
        Context::Groups,
        Context::Market,
        Context::Usage,
        Context::Verify,
        Context::Tools,
        Context::Chat,
        Context::ChatInput,
        Context::Form,
        Context::Confirm,
        Context::Help,
        Context::FirstRun,
        Context::Closed,
        Context::Detail,
        Context::Secret,
        Context::Picker,
        Context::Sessions,
        Context::Command,
        Context::Side,
        Context::Wallet,
        Context::Link,
        Context::Offer,
    ];

    /// The places behind it whose keys hold too, nearest first. A question, for example, lets nothing through but
    /// what holds everywhere.
    pub const fn behind(self) -> &'static [Context] {
        match self {
            Context::Global => &[],
            Context::Keys | Context::Groups | Context::Market | Context::Usage | Context::Tools => {
                &[Context::List, Context::Global]
            }
            Context::ChatInput => &[Context::Chat, Context::Global],
            Context::Wallet => &[Context::Detail, Context::Global],
            Context::List
            | Context::Filter
            | Context::Verify
            | Context::Chat
            | Context::Form
            | Context::Confirm
            | Context::Help
            | Context::FirstRun
            | Context::Closed
            | Context::Detail
            | Context::Secret
            | Context::Picker
            | Context::Sessions
            | Context::Command
            | Context::Side
            | Context::Link
            | Context::Offer => &[Context::Global],
        }
    }

    /// Its name, as tables and catalogues write it: `chat-input`.
    pub fn word(self) -> Option<String> {
        Some(serde_json::to_value(self).ok()?.as_str()?.to_owned())
    }

    /// Whether one stays here until it is answered or left: no key leads to another place.
    pub const fn holds(self) -> bool {
        matches!(
            self,
            Context::Form
                | Context::Confirm
                | Context::FirstRun
                | Context::Secret
                | Context::Picker
                | Context::Sessions
                | Context::Command
                | Context::Side
                | Context::Link
                | Context::Offer
        )
    }

    /// Whether plain characters are text here.
    pub const fn is_typing(self) -> bool {
        matches!(
            self,
            Context::Filter
                | Context::ChatInput
                | Context::Form
                | Context::Picker
                | Context::Sessions
                | Context::Command
        )
    }

    /// The heading of its keys in the help.
    pub fn title(self) -> &'static str {
        match self {
            Context::Global => say!("place-global"),
            Context::List => say!("place-list"),
            Context::Filter => say!("place-filter"),
            Context::Keys => say!("place-keys"),
            Context::Groups => say!("place-groups"),
            Context::Market => say!("place-market"),
            Context::Usage => say!("place-usage"),
            Context::Verify => say!("place-verify"),
            Context::Tools => say!("place-tools"),
            Context::Chat => say!("place-chat"),
            Context::ChatInput => say!("place-chat-input"),
            Context::Form => say!("place-form"),
            Context::Confirm => say!("place-confirm"),
            Context::Help => say!("place-help"),
            Context::FirstRun => say!("place-first-run"),
            Context::Closed => say!("place-closed"),
            Context::Detail => say!("place-detail"),
            Context::Secret => say!("place-secret"),
            Context::Picker => say!("place-picker"),
            Context::Sessions => say!("place-sessions"),
            Context::Command => say!("place-command"),
            Context::Side => say!("place-side"),
            Context::Wallet => say!("place-wallet"),
            Context::Link => say!("place-link"),
            Context::Offer => say!("place-offer"),
        }
    }
}
