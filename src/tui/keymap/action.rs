//! Everything a key can do.

use serde::{Deserialize, Serialize};

/// What a key does. Which key does it, and where, is in `assets/keymap.toml`; what it means there is the place's business.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Action {
    /// Shows the keys.
    TabKeys,
    /// Shows the groups.
    TabGroups,
    /// Shows the market.
    TabMarket,
    /// Shows the chat.
    TabChat,
    /// Shows what was spent.
    TabUsage,
    /// Shows tests and diagnosis.
    TabVerify,
    /// Finds out why a reply failed.
    Diagnose,
    /// Shows the tools.
    TabTools,
    /// Shows the next tab.
    NextTab,
    /// Shows the tab before.
    PreviousTab,
    /// Shows the keys of this place.
    Help,
    /// One step back: stops a stream, closes an overlay, leaves an input, goes up one view.
    Back,
    /// Cancels; twice within a second quits.
    Interrupt,
    /// Draws the whole screen anew.
    Redraw,
    /// Gives the terminal back to the shell until it says `fg`.
    Suspend,
    /// Quits.
    Quit,
    /// Down by one.
    Down,
    /// Up by one.
    Up,
    /// Down by a page.
    PageDown,
    /// Up by a page.
    PageUp,
    /// To the first row.
    Top,
    /// To the last row.
    Bottom,
    /// Opens what the cursor is on.
    Open,
    /// Begins a filter.
    Filter,
    /// Copies what the cursor is on.
    Copy,
    /// Copies the URL of what the cursor is on.
    CopyUrl,
    /// Fetches anew.
    Refresh,
    /// Takes the latest setup back.
    Undo,
    /// Makes a call through what is set up.
    Check,
    /// Marks or unmarks the row.
    Mark,
    /// Deletes what is marked, or what the cursor is on.
    Delete,
    /// Opens the form for a new key.
    NewKey,
    /// The models that belong to what the cursor is on.
    Models,
    /// The keys that belong to what the cursor is on.
    Keys,
    /// Chats with what the cursor is on.
    Chat,
    /// Shows the prices of the next group.
    CycleGroup,
    /// Shows only the models of the group whose prices are shown, or all again.
    OnlyGroup,
    /// Looks at the next span of time.
    CycleSpan,
    /// Breaks spending down by the next thing.
    CycleBreakdown,
    /// Shows only receipts that are worth a question, or all again.
    Disputes,
    /// Through the first door.
    FirstDoor,
    /// Through the second door.
    SecondDoor,
    /// Through the third door.
    ThirdDoor,
    /// Goes to the chat's input.
    Write,
    /// Sends what was written.
    Send,
    /// Begins a new line.
    Newline,
    /// The caret to the beginning of its line.
    LineStart,
    /// The caret a line up.
    LineUp,
    /// The caret a line down.
    LineDown,
    /// To the end of the conversation, following it.
    Follow,
    /// Asks the last question again.
    Retry,
    /// Chooses the model.
    PickModel,
    /// Chooses the key.
    PickKey,
    /// Chooses the relay, or adds one.
    PickRelay,
    /// Begins a new conversation.
    NewConversation,
    /// Opens the list of sessions.
    Sessions,
    /// Opens the settings of the session in use.
    ChatSettings,
    /// Edits what is typed in the user's own editor.
    ExternalEditor,
    /// Chooses the question before.
    PreviousTurn,
    /// Chooses the question after.
    NextTurn,
    /// Asks the chosen question another way.
    EditTurn,
    /// Opens the command line.
    CommandLine,
    /// Lets nothing be changed, or lets it again.
    ReadOnly,
    /// Covers what is private, or shows it again.
    Privacy,
    /// Takes the left answer.
    TakeLeft,
    /// Takes the right answer.
    TakeRight,
    /// Renames what the cursor is on.
    Rename,
    /// Writes it to a file.
    Export,
    /// Opens or folds the reasoning.
    ToggleReasoning,
    /// Shows the conversation as plain text, to select from.
    Select,
    /// Saves the last answer in a file.
    SaveAnswer,
    /// Prints the last answer when the dashboard is left.
    PrintLater,
    /// Accepts: submits a form, chooses in a picker, keeps a filter.
    Accept,
    /// To the next field.
    NextField,
    /// To the field before.
    PreviousField,
    /// The next choice of a field.
    NextChoice,
    /// The choice before.
    PreviousChoice,
    /// Answers a question with yes.
    Yes,
    /// Answers a question with no.
    No,
    /// Marks everything that is shown, or takes the marks off.
    MarkAll,
    /// Opens the form for the settings of a key.
    EditKey,
    /// Disables what is enabled, and the other way round.
    Switch,
    /// Copies the secret of a key.
    CopyKey,
    /// Fetches the secret of a key from its relay and stores it here.
    HoldKey,
    /// Makes a key with the same settings and disables the old one.
    ReplaceKey,
    /// Writes a key into a `.env`.
    WriteEnv,
    /// Chooses what goes into a field from a list.
    ListChoices,
    /// Sorts by name.
    SortName,
    /// Sorts by group.
    SortGroup,
    /// Sorts by what is left.
    SortLeft,
    /// Sorts by what was used.
    SortUsed,
    /// Sorts by expiry.
    SortExpires,
    /// Sorts by the last use.
    SortLastUsed,
    /// Sorts by status.
    SortStatus,
    /// Chooses what models are filtered by.
    FilterBy,
    /// The groups that belong to what the cursor is on.
    Groups,
    /// Everything about what the cursor is on.
    Details,
    /// Copies a message for the relay's support.
    ContactSupport,
    /// Sets a third-party tool up with a key.
    UseInTool,
    /// Sorts by ratio.
    SortRatio,
    /// Sorts by the number of models.
    SortModels,
    /// Sorts by measured success.
    SortSuccess,
    /// Sorts by vendor.
    SortVendor,
    /// Sorts by the price of input.
    SortInput,
    /// Sorts by the price of output.
    SortOutput,
    /// Sorts by the length of the context.
    SortContext,
    /// Sorts by the user's own marks.
    SortMarks,
    /// Opens the wallet.
    Wallet,
    /// Marks an answer as good.
    MarkGood,
    /// Marks an answer as bad.
    MarkBad,
    /// Redeems a code.
    Redeem,
    /// Orders a top-up.
    TopUp,
}

impl Action {
    /// Its name, as tables and catalogues write it: `new-key`.
    pub fn word(self) -> Option<String> {
        Some(serde_json::to_value(self).ok()?.as_str()?.to_owned())
    }

    /// The word by which the command line knows it; `None` for what only makes sense as a key: moving, typing, answering.
    pub fn command(self) -> Option<String> {
        let word = self.word()?;
        Some(match self {
            Action::TabKeys
            | Action::TabGroups
            | Action::TabMarket
            | Action::TabChat
            | Action::TabUsage
            | Action::TabVerify => word.trim_start_matches("tab-").to_owned(),
            Action::Keys => "its-keys".into(),
            Action::Models => "its-models".into(),
            Action::Chat => "chat-with".into(),
            Action::Down
            | Action::Up
            | Action::PageDown
            | Action::PageUp
            | Action::Top
            | Action::Bottom
            | Action::Back
            | Action::Interrupt
            | Action::Accept
            | Action::NextField
            | Action::PreviousField
            | Action::NextChoice
            | Action::PreviousChoice
            | Action::Yes
            | Action::No
            | Action::Newline
            | Action::LineStart
            | Action::LineUp
            | Action::LineDown
            | Action::CommandLine => return None,
            _ => word,
        })
    }

    /// Whether it goes to a tab by itself, wherever one is.
    pub const fn chooses_a_tab(self) -> bool {
        matches!(
            self,
            Action::TabKeys
                | Action::TabGroups
                | Action::TabMarket
                | Action::TabChat
                | Action::TabUsage
                | Action::TabVerify
                | Action::TabTools
                | Action::NextTab
                | Action::PreviousTab
        )
    }

    /// Whether it leaves what lies over a tab for another place: from a form or a question it leads nowhere.
    pub const fn leads_elsewhere(self) -> bool {
        self.chooses_a_tab() || matches!(self, Action::PickRelay | Action::Wallet)
    }

    /// Whether it sorts a list.
    pub const fn sorts(self) -> bool {
        matches!(
            self,
            Action::SortName
                | Action::SortGroup
                | Action::SortLeft
                | Action::SortUsed
                | Action::SortExpires
                | Action::SortLastUsed
                | Action::SortStatus
                | Action::SortRatio
                | Action::SortModels
                | Action::SortSuccess
                | Action::SortVendor
                | Action::SortInput
                | Action::SortOutput
                | Action::SortContext
                | Action::SortMarks
        )
    }

    /// Whether it changes something, or spends money: what read-only mode takes away. What slips through is still
    /// withheld where commands go to the engine.
    pub const fn writes(self) -> bool {
        matches!(
            self,
            Action::NewKey
                | Action::Delete
                | Action::Send
                | Action::Retry
                | Action::EditTurn
                | Action::Rename
                | Action::EditKey
                | Action::Switch
                | Action::ReplaceKey
                | Action::WriteEnv
                | Action::UseInTool
                | Action::Redeem
                | Action::TopUp
        )
    }
}
