//! The engine's door: every command it takes and every event it gives.
//!
//! Each command that wants an answer carries an id, and the answer carries it back; a late answer to something that was
//! cancelled is recognised by it. Amounts carry their [`Basis`](crate::domain::Basis).

pub use super::command::Command;
pub use super::credential_door::{Credential, PasswordLogIn};
pub use super::event::{Event, TurnEnd, UsageView};
pub use super::export::{ExportFormat, file_name as export_name};
pub use super::figures::{Spend, Today};
pub use super::key_door::{KeyAsk, KeyTold};
pub use super::list_door::{Scope, Snapshot};
pub use super::proof::news::{
    Check, Evidence, Finding, Line, Look, Outcome, Proof, ProofNews, ProofPlan, Report, Rung, Sent,
    State, Step, Verdict, Wanting, Wish, WorstCase,
};
pub use super::row_door::{ChannelRow, KeyRow, Offered};
pub use super::wallet_door::{RelayLook, WalletAsk, WalletInfo, WalletTold};

/// The id of one reply that is asked for. Whoever asks chooses it; it is never used twice in a process.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TurnId(pub u64);

/// The id of one thing that was asked of the engine.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AskId(pub u64);
