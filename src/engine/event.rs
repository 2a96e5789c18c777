//! The part of the door that leads out: every event the engine gives.

use std::path::PathBuf;

use super::door::{
    AskId, KeyTold, Offered, ProofNews, RelayLook, Scope, Snapshot, Spend, Today, TurnId,
    WalletTold,
};
use super::tools::ToolNews;
use crate::domain::stability::Measured;
use crate::domain::{
    ApiKey, Conversation, ConversationInfo, Cost, Fault, Finish, Image, KeyInfo, Money, Profile,
    Receipt, RelayFacts, RunningRequest, SpendingReport, UnixMillis,
};

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
    /// Whether that rests on estimates.
    pub last_hour_estimated: bool,
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
        /// What the relay did not keep of its settings.
        warning: Option<&'static str>,
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
        path: PathBuf,
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
