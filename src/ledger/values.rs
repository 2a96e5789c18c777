//! What goes into the ledger and what is asked of it, besides the receipts themselves.

use crate::domain::{Basis, FaultKind, Finish, Money, Price, UnixMillis, Usage};

/// The ledger's number for a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ReceiptId(pub i64);

/// A request that is about to be sent: everything that is known before the first byte.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewRequest {
    /// The profile it goes through.
    pub profile: String,
    /// The relay's base address.
    pub relay: String,
    /// When it is sent.
    pub sent: UnixMillis,
    /// The exact name of the model asked for.
    pub model: String,
    /// The key's number at the relay, where we know it.
    pub key_id: Option<i64>,
    /// The key's name, where we know it.
    pub key_name: Option<String>,
    /// The key's masked form. A full key given by mistake is masked before it is written.
    pub key_masked: String,
    /// The group it will be billed in, where we know it.
    pub group: Option<String>,
    /// The price that is known now.
    pub price: Price,
}

/// How far a running request has come.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Progress {
    /// What we counted so far.
    pub counted: Usage,
    /// What that costs by the known price, always an estimate; `None` where the price is unknown.
    pub expected: Option<Money>,
    /// Milliseconds from sending to the first part, once there was one.
    pub first_ms: Option<u64>,
    /// The relay's request id, once its answer began: what a killed process's bill is found by.
    pub request_id: Option<String>,
}

/// How a request ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// An answer came, completely or not.
    Ended,
    /// It failed before anything was generated.
    Failed,
}

/// The end of a request: everything that is known after its last byte.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// How it ended.
    pub how: Ending,
    /// The name the relay echoed, where it did.
    pub model_echoed: Option<String>,
    /// What we counted.
    pub counted: Usage,
    /// What the relay reported with the answer.
    pub reported: Option<Usage>,
    /// What the price says it costs; `None` where the price is unknown.
    pub expected: Option<Money>,
    /// What `expected` rests on: our count or the relay's.
    pub expected_basis: Basis,
    /// Why the answer ended.
    pub finish: Option<Finish>,
    /// What went wrong, where something did.
    pub fault: Option<FaultKind>,
    /// The HTTP status.
    pub status: Option<u16>,
    /// The relay's request id.
    pub request_id: Option<String>,
    /// Milliseconds from sending to the first part.
    pub first_ms: Option<u64>,
    /// Milliseconds from sending to the end.
    pub total_ms: Option<u64>,
}

/// A request as the log of its relay has it, whoever sent it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogEntry {
    /// When it was sent.
    pub sent: UnixMillis,
    /// The exact name of the model asked for.
    pub model: String,
    /// The key's number at the relay, where it says.
    pub key_id: Option<i64>,
    /// The key's name, where the relay says.
    pub key_name: Option<String>,
    /// The group it was billed in, where the relay says.
    pub group: Option<String>,
    /// What the relay counted.
    pub usage: Usage,
    /// What it was charged.
    pub charged: Money,
    /// The relay's request id.
    pub request_id: String,
    /// Milliseconds from sending to the first part.
    pub first_ms: Option<u64>,
    /// Milliseconds from sending to the end.
    pub total_ms: Option<u64>,
    /// Whether the answer broke off.
    pub broken: bool,
    /// The program that sent it, by its own word.
    pub tool: String,
}

/// What a relay's log says that a request was charged.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Bill {
    /// What it was charged.
    pub charged: Money,
    /// The group it was billed in, where the log says.
    pub group: Option<String>,
    /// The relay's id of the request, where the log says: one that was found by its likeness has learned it only now.
    pub request_id: Option<String>,
}

impl From<Money> for Bill {
    fn from(charged: Money) -> Self {
        Bill {
            charged,
            ..Bill::default()
        }
    }
}

/// What became of entries of a relay's log.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Brought {
    /// How many of them say something new: a request of another program, or the bill of one of ours that was given up for
    /// lost.
    pub new: usize,
    /// Whether one may be of a request of ours that is just beginning, whose id is not known yet: it has to be told again.
    pub undecided: bool,
}

/// Which receipts are wanted. All conditions hold together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReceiptFilter {
    /// Only of this profile.
    pub profile: Option<String>,
    /// Only of this exact model.
    pub model: Option<String>,
    /// Only with the key of this masked form.
    pub key_masked: Option<String>,
    /// Only sent at or after this.
    pub since: Option<UnixMillis>,
    /// Only sent before this.
    pub until: Option<UnixMillis>,
    /// Only those that are worth a question to the relay.
    pub disputed: bool,
    /// Only those that come after this one in the order of the list, newest first: the next page.
    pub after: Option<(UnixMillis, ReceiptId)>,
    /// At most so many, the newest.
    pub limit: u32,
}

impl Default for ReceiptFilter {
    /// The newest hundred.
    fn default() -> Self {
        ReceiptFilter {
            profile: None,
            model: None,
            key_masked: None,
            since: None,
            until: None,
            disputed: false,
            after: None,
            limit: 100,
        }
    }
}

/// Sums over receipts, each with its best figure.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Totals {
    /// What they cost, as far as it is known; saturates at the ends of the range.
    pub spent: Money,
    /// Whether an estimate is part of that: a cost that neither the relay's usage nor its log has confirmed.
    pub estimated: bool,
    /// Those that ended or were interrupted and whose cost is not known.
    pub unknown: u64,
    /// Tokens of all of them.
    pub tokens: u64,
    /// How many there are.
    pub requests: u64,
    /// The part of the above that belongs to requests which this very ledger still waits for.
    pub running: RunningTotals,
}

/// The part of [`Totals`] that still moves. Whoever shows live figures of its own requests takes this part off first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RunningTotals {
    /// What they cost as of their last written progress.
    pub spent: Money,
    /// Their tokens as of their last written progress.
    pub tokens: u64,
    /// How many there are.
    pub requests: u64,
}
