//! A receipt: one request, what it cost, and what each figure rests on.

use serde::{Deserialize, Serialize};

use super::chat::Finish;
use super::fault::FaultKind;
use super::money::{Basis, Cost, Money};
use super::price::Price;
use super::time::UnixMillis;
use super::usage::Usage;

/// How far a request has come. A row exists from the moment the request is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReceiptState {
    /// Sent, no end seen yet. After a crash such a row stays, and is settled from the relay's log if it can be.
    Sent,
    /// The answer ended, completely or not.
    Ended,
    /// It failed before anything was generated.
    Failed,
    /// The process ended while it ran; what the relay charged is not known yet.
    Interrupted,
}

/// One request as our ledger knows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Receipt {
    /// The ledger's number for it.
    pub id: i64,
    /// The profile it went through.
    pub profile: String,
    /// The relay's base address.
    pub relay: String,
    /// When it was sent.
    pub sent: UnixMillis,
    /// How far it has come.
    pub state: ReceiptState,
    /// The exact name of the model asked for.
    pub model: String,
    /// The name the relay echoed, where it did.
    pub model_echoed: Option<String>,
    /// The key's number at the relay, where we know it.
    pub key_id: Option<i64>,
    /// The key's name, where we know it.
    pub key_name: Option<String>,
    /// The key's masked form.
    pub key_masked: String,
    /// The group it was billed in, where we know it.
    pub group: Option<String>,
    /// What we counted.
    pub counted: Usage,
    /// What the relay reported with the answer.
    pub reported: Option<Usage>,
    /// The price that was known when it was sent.
    pub price: Price,
    /// What the price says it costs.
    pub expected: Option<Money>,
    /// What `expected` rests on: our count or the relay's.
    pub expected_basis: Basis,
    /// What the relay's log says it charged.
    pub charged: Option<Money>,
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
    /// The program it came from.
    pub tool: String,
}

impl Receipt {
    /// The best figure there is: settled before reported before estimated.
    pub fn cost(&self) -> Cost {
        match self.charged {
            Some(charged) => Cost {
                amount: Some(charged),
                basis: Basis::Settled,
            },
            None => Cost {
                amount: self.expected,
                basis: self.expected_basis,
            },
        }
    }

    /// The best token counts there are.
    pub fn usage(&self) -> Usage {
        self.reported.unwrap_or(self.counted)
    }
}
