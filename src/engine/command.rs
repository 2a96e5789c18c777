//! The part of the door that leads in: every command the engine takes.

use std::path::PathBuf;
use std::time::Duration;

use super::door::{
    AskId, Credential, ExportFormat, KeyAsk, Offered, Scope, TurnId, WalletAsk, Wanting, Wish,
};
use super::tools::ToolJob;
use crate::domain::stability::Mark;
use crate::domain::{ChatRequest, Conversation, KeyDraft, UnixMillis};

/// A command to the engine.
#[derive(Clone, Debug)]
pub enum Command {
    /// Opens a profile: starts or joins the embedded relay, or reaches the remote one, then fetches everything.
    Open {
        /// The profile's name.
        profile: String,
    },
    /// Adds a relay, after reaching it with the credential; opens it when that works.
    AddProfile {
        /// Answered by [`Event::ProfileAdded`], [`Event::RegisterThere`] or [`Event::AskFailed`].
        ask: AskId,
        /// The new profile's name.
        name: String,
        /// The address in any pasted form.
        address: String,
        /// The credential, as pasted.
        credential: Credential,
    },
    /// Fetches a list anew. Answered by [`Event::Loaded`] or [`Event::Failed`].
    Refresh(Scope),
    /// Reads what was spent from the ledger. Answered by [`Event::Usage`] or [`Event::UsageFailed`].
    LookAtUsage {
        /// Since when.
        since: UnixMillis,
        /// Whether only receipts worth a question are wanted.
        disputes: bool,
    },
    /// Watches what runs at the relay, or stops watching. Answered by [`Event::Running`], time and again, where it tells.
    WatchRunning(bool),
    /// Makes a key. The secret is stored before the answer shows it.
    CreateKey {
        /// Answered by [`Event::KeyCreated`] or [`Event::AskFailed`].
        ask: AskId,
        /// Its settings.
        draft: KeyDraft,
    },
    /// Deletes keys at the relay, and their secrets here.
    DeleteKeys {
        /// Answered by [`Event::KeysDeleted`], even where some failed.
        ask: AskId,
        /// Their numbers.
        ids: Vec<i64>,
    },
    /// Does something with keys that are there.
    Keys {
        /// Answered by [`Event::Keys`] or [`Event::AskFailed`].
        ask: AskId,
        /// What.
        what: KeyAsk,
    },
    /// Does something with the wallet.
    Wallet {
        /// Answered by [`Event::Wallet`] or [`Event::AskFailed`].
        ask: AskId,
        /// What.
        what: WalletAsk,
    },
    /// Looks at all relays side by side. Answered by [`Event::Compared`].
    Compare {
        /// The model whose price is wanted, by exact name.
        model: Option<String>,
    },
    /// Keeps the lines of the command line for the next run, oldest first.
    KeepCommands(Vec<String>),
    /// Writes down how good an answer was (S-33); [`Event::Measured`] follows.
    Mark(Mark),
    /// Uses an upstream that was offered, or never again offers it. Answered by [`Event::OfferTaken`],
    /// [`Event::OfferDeclined`] or [`Event::AskFailed`].
    AnswerOffer {
        /// Carried back by the answer.
        ask: AskId,
        /// What was offered.
        what: Offered,
        /// Whether it is used.
        yes: bool,
    },
    /// Sends a request. Answered by events that carry the turn, [`Event::Ended`] the last but for [`Event::Settled`].
    Send {
        /// The id of the reply.
        turn: TurnId,
        /// What is asked.
        request: ChatRequest,
        /// The key's number at the relay, or `None` for the first key in the vault that may be used.
        key: Option<i64>,
        /// The longest that nothing may come; `None` for the usual.
        silence: Option<Duration>,
    },
    /// Stops a reply; what came is kept and billed.
    Stop(TurnId),
    /// Proves something about the relay: a diagnosis, a test, the checklist. Answered by [`Event::Proof`], often.
    Prove {
        /// What asks.
        ask: AskId,
        /// What is to be proven.
        wish: Wish,
    },
    /// Stops proving.
    StopProving(AskId),
    /// Asks about third-party tools. Answered by [`Event::Tool`].
    Tool(AskId, ToolJob),
    /// Keeps a conversation as it stands now. Answered by [`Event::Kept`] the first time.
    Keep(Box<Conversation>),
    /// Lists the kept conversations of the open profile. Answered by [`Event::Sessions`] or [`Event::AskFailed`].
    ListSessions {
        /// What asks.
        ask: AskId,
        /// Only those that say this; all when empty.
        find: String,
    },
    /// Reads a kept conversation. Answered by [`Event::SessionRead`] or [`Event::AskFailed`].
    ReadSession {
        /// What asks.
        ask: AskId,
        /// Its number.
        id: i64,
    },
    /// Gives a kept conversation a name. Answered by [`Event::SessionRenamed`] or [`Event::AskFailed`].
    RenameSession {
        /// What asks.
        ask: AskId,
        /// Its number.
        id: i64,
        /// The name; empty takes it away.
        name: String,
    },
    /// Deletes a kept conversation. Answered by [`Event::SessionDeleted`] or [`Event::AskFailed`].
    DeleteSession {
        /// What asks.
        ask: AskId,
        /// Its number.
        id: i64,
    },
    /// Writes a kept conversation to a new file. Answered by [`Event::SessionExported`] or [`Event::AskFailed`].
    ExportSession {
        /// What asks.
        ask: AskId,
        /// Its number.
        id: i64,
        /// In which form.
        format: ExportFormat,
        /// The file, which must not be there yet; a leading `~/` is the home folder.
        path: PathBuf,
    },
    /// Reads a picture from a file. Answered by [`Event::ImageRead`] or [`Event::AskFailed`].
    ReadImage {
        /// What asks.
        ask: AskId,
        /// The file; a leading `~/` is the home folder.
        path: PathBuf,
    },
}

impl Command {
    /// Whether it changes something, or spends money: what read-only mode withholds.
    pub const fn writes(&self) -> bool {
        match self {
            // What a proof looks at costs nothing; what it tries does.
            Command::Prove { wish, .. } => {
                matches!(wish.what, Wanting::Ladder | Wanting::Test(_))
            }
            Command::AddProfile { .. }
            | Command::CreateKey { .. }
            | Command::DeleteKeys { .. }
            | Command::Wallet { .. }
            | Command::AnswerOffer { yes: true, .. }
            | Command::Send { .. }
            | Command::RenameSession { .. }
            | Command::DeleteSession { .. }
            | Command::Tool(_, ToolJob::Agree { .. } | ToolJob::Check { .. }) => true,
            Command::Keys { what, .. } => !matches!(what, KeyAsk::Reveal { .. }),
            Command::Open { .. }
            | Command::Refresh(_)
            | Command::Compare { .. }
            | Command::AnswerOffer { .. }
            | Command::Mark(_)
            | Command::KeepCommands(_)
            | Command::LookAtUsage { .. }
            | Command::WatchRunning(_)
            | Command::Stop(_)
            | Command::StopProving(_)
            | Command::Keep(_)
            | Command::ListSessions { .. }
            | Command::ReadSession { .. }
            | Command::ExportSession { .. }
            | Command::ReadImage { .. }
            | Command::Tool(..) => false,
        }
    }
}
