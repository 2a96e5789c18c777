//! The engine's door: every command it takes and every event it gives.
//!
//! Each command that wants an answer carries an id, and the answer carries it back; a late answer to something that was
//! cancelled is recognised by it. Amounts carry their [`Basis`](crate::domain::Basis).

pub use super::credential_door::{Credential, PasswordLogIn};
pub use super::export::{ExportFormat, file_name as export_name};
pub use super::figures::{Spend, Today};
pub use super::key_door::{KeyAsk, KeyTold};
pub use super::list_door::{Scope, Snapshot};
pub use super::proof::news::{
    Check, Evidence, Finding, Line, Look, Outcome, Proof, ProofNews, ProofPlan, Report, Rung, Sent,
    State, Step, Verdict, Wanting, Wish, WorstCase,
};
pub use super::row_door::{ChannelRow, KeyRow, Offered};
use super::tools::{ToolJob, ToolNews};
pub use super::wallet_door::{RelayLook, WalletAsk, WalletInfo, WalletTold};
use crate::domain::stability::{Mark, Measured};
use crate::domain::{
    ApiKey, ChatRequest, Conversation, ConversationInfo, Cost, Fault, Finish, Image, KeyDraft,
    KeyInfo, Money, Profile, Receipt, RelayFacts, RunningRequest, SpendingReport, UnixMillis,
};

/// The id of one reply that is asked for. Whoever asks chooses it; it is never used twice in a process.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TurnId(pub u64);

/// The id of one thing that was asked of the engine.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AskId(pub u64);

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
        path: std::path::PathBuf,
    },
    /// Reads a picture from a file. Answered by [`Event::ImageRead`] or [`Event::AskFailed`].
    ReadImage {
        /// What asks.
        ask: AskId,
        /// The file; a leading `~/` is the home folder.
        path: std::path::PathBuf,
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

/// How a reply ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TurnEnd {
    /// Why the answer ended; for a failure, how far it had come.
    pub finish: Finish,
    /// What went wrong, where something did.
    pub fault: Option<Fault>,
    /// The final figures, before the relay's log was asked.
    pub spend: Spend,
    /// Milliseconds from sending to the end.
    pub total_ms: u64,
    /// The relay's request id.
    pub request_id: Option<String>,
}

/// What the ledger says was spent through a profile.
#[derive(Clone, Debug, PartialEq)]
pub struct UsageView {
    /// The profile.
    pub profile: String,
    /// Since when.
    pub since: UnixMillis,
    /// Whether only receipts worth a question are among the receipts.
    pub disputes: bool,
    /// The sums.
    pub report: SpendingReport,
    /// What the last hour cost.
    pub last_hour: Money,
    /// The latest receipts, newest first.
    pub receipts: Vec<Receipt>,
}

/// An event from the engine.
#[derive(Clone, Debug)]
pub enum Event {
    /// The profiles there are; the first event of all. An empty list means a first run.
    Profiles {
        /// By name.
        list: Vec<Profile>,
        /// The one used last.
        current: Option<String>,
    },
    /// A profile is being opened; lists of the one before are void.
    Opening {
        /// Its name.
        profile: String,
    },
    /// A profile is open; its lists follow.
    Opened {
        /// The profile.
        profile: Profile,
        /// What its relay is and can do.
        facts: RelayFacts,
        /// The conversation that was kept last, if any.
        conversation: Option<Box<Conversation>>,
    },
    /// A profile could not be opened.
    OpenFailed {
        /// Its name.
        profile: String,
        /// Why.
        fault: Fault,
    },
    /// A list was fetched.
    Loaded {
        /// The list.
        snapshot: Snapshot,
        /// When.
        at: UnixMillis,
    },
    /// A list could not be fetched; the old one stays.
    Failed {
        /// Which.
        scope: Scope,
        /// Why.
        fault: Fault,
    },
    /// No account was made: the relay makes them on a page of its own only (S-02).
    RegisterThere {
        /// What asked.
        ask: AskId,
        /// The page.
        page: String,
    },
    /// A relay was added; it is being opened.
    ProfileAdded {
        /// What asked.
        ask: AskId,
        /// The new profile.
        profile: Profile,
        /// What was put right in the address and the credential.
        notes: Vec<String>,
    },
    /// A key was made, and its secret stored.
    KeyCreated {
        /// What asked.
        ask: AskId,
        /// The profile it was made in, which may have been left since.
        profile: String,
        /// The key.
        key: KeyInfo,
        /// Its secret, to be shown once.
        secret: ApiKey,
        /// Where the secret was stored.
        stored_in: String,
    },
    /// Keys were deleted.
    KeysDeleted {
        /// What asked.
        ask: AskId,
        /// The profile they were deleted in, which may have been left since.
        profile: String,
        /// The numbers of those that are gone.
        ids: Vec<i64>,
        /// The first trouble, where there was some.
        fault: Option<Fault>,
    },
    /// Something was done with keys that were there.
    Keys {
        /// What asked.
        ask: AskId,
        /// The profile they are in, which may have been left since.
        profile: String,
        /// What became of it.
        told: KeyTold,
    },
    /// Something was done with the wallet.
    Wallet {
        /// What asked.
        ask: AskId,
        /// What became of it.
        told: WalletTold,
    },
    /// All relays side by side.
    Compared {
        /// The model that was asked about.
        model: Option<String>,
        /// A look at each, in the order of the profiles; or why the profiles could not be read.
        looks: Result<Vec<RelayLook>, Fault>,
    },
    /// The lines that were entered in the command line before, oldest first. Told once, at the start, where there are any.
    Commands(Vec<String>),
    /// Upstreams were found that the relay inside could use.
    Offered(Vec<Offered>),
    /// One of them is a channel now.
    OfferTaken {
        /// What asked.
        ask: AskId,
        /// The channel's name.
        name: String,
        /// The models it serves.
        models: Vec<String>,
    },
    /// One of them is not offered again.
    OfferDeclined {
        /// What asked.
        ask: AskId,
    },
    /// What was asked could not be done; nothing was changed.
    AskFailed {
        /// What asked.
        ask: AskId,
        /// Why.
        fault: Fault,
    },
    /// Text of a reply. Neighbouring pieces of one turn may be merged.
    Delta {
        /// The reply.
        turn: TurnId,
        /// The text.
        text: String,
        /// Whether it is reasoning rather than answer.
        reasoning: bool,
    },
    /// The moving figures of a reply. A newer one replaces an older.
    Spend {
        /// The reply.
        turn: TurnId,
        /// The figures.
        spend: Spend,
    },
    /// A reply ended.
    Ended {
        /// The reply.
        turn: TurnId,
        /// How.
        end: Box<TurnEnd>,
    },
    /// The relay's log says what a reply was charged.
    Settled {
        /// The reply.
        turn: TurnId,
        /// The settled cost.
        cost: Cost,
    },
    /// Spend since midnight. A newer one replaces an older.
    Today(Today),
    /// What was spent.
    Usage {
        /// What the ledger says.
        view: Box<UsageView>,
        /// When it was read.
        at: UnixMillis,
    },
    /// What runs at the relay now, the oldest first. A newer list replaces an older.
    Running(Vec<RunningRequest>),
    /// What was spent could not be read; what was read before stays.
    UsageFailed {
        /// Why.
        fault: Fault,
    },
    /// How well the groups of the open profile have worked in the last days. A newer one replaces an older.
    Measured(Box<Measured>),
    /// A conversation was kept for the first time, under this number.
    Kept {
        /// The store's number for it.
        id: i64,
    },
    /// The kept conversations of the open profile, the one kept last first.
    Sessions {
        /// What asked.
        ask: AskId,
        /// What was to be found in them; empty for all of them.
        find: String,
        /// Those that say it.
        list: Vec<ConversationInfo>,
    },
    /// A kept conversation was read.
    SessionRead {
        /// What asked.
        ask: AskId,
        /// The conversation.
        conversation: Box<Conversation>,
    },
    /// A kept conversation has a new name.
    SessionRenamed {
        /// What asked.
        ask: AskId,
        /// Its number.
        id: i64,
        /// The name.
        name: String,
    },
    /// A kept conversation is gone.
    SessionDeleted {
        /// What asked.
        ask: AskId,
        /// Its number.
        id: i64,
    },
    /// A picture was read.
    ImageRead {
        /// What asked.
        ask: AskId,
        /// The picture.
        image: Image,
    },
    /// A kept conversation was written to a file.
    SessionExported {
        /// What asked.
        ask: AskId,
        /// The file.
        path: std::path::PathBuf,
    },
    /// News of a proof.
    Proof {
        /// What asked.
        ask: AskId,
        /// The news.
        news: Box<ProofNews>,
    },
    /// The answer to [`Command::Tool`]: what was asked for, or why nothing was done.
    Tool(AskId, Result<ToolNews, Fault>),
    /// Something the user should know that belongs to no place: a ledger that cannot be written, a list cut short.
    Notice(Fault),
}
