//! The places in which a key has a meaning, and what lies behind each.

use serde::Deserialize;

/// A place that has keys of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Deserialize)]
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
}

impl Context {
    /// Every place there is.
    pub const ALL: [Context; 22] = [
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
            | Context::Side => &[Context::Global],
        }
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
    pub const fn title(self) -> &'static str {
        match self {
            Context::Global => "Everywhere",
            Context::List => "In a list",
            Context::Filter => "While filtering",
            Context::Keys => "Keys",
            Context::Groups => "Groups",
            Context::Market => "Market",
            Context::Usage => "Usage",
            Context::Verify => "Verify",
            Context::Tools => "Tools",
            Context::Chat => "Chat",
            Context::ChatInput => "While writing",
            Context::Form => "In a form",
            Context::Confirm => "A question",
            Context::Help => "Help",
            Context::FirstRun => "First run",
            Context::Closed => "No relay is open",
            Context::Detail => "A detail",
            Context::Secret => "A new key",
            Context::Picker => "Choosing",
            Context::Sessions => "Sessions",
            Context::Command => "The command line",
            Context::Side => "Side by side",
        }
    }
}
