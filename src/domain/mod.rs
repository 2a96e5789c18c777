//! Values and their arithmetic: what a relay sells, what it costs, and what can go wrong.
//!
//! Nothing in this room does I/O, reads a clock, draws lots or awaits. Money and token counts are integers
//! throughout; an unknown figure is `None` and is shown as `?`, never as zero.

pub mod account;
pub mod address;
pub mod chat;
pub mod conversation;
pub mod count;
pub mod dispute;
pub mod env_file;
pub mod expiry;
pub mod fault;
pub mod group;
pub mod halves;
pub mod image;
pub mod key;
pub mod log_mark;
pub mod model;
pub mod model_name;
pub mod money;
pub mod node;
pub mod own_words;
pub mod pace;
pub mod price;
pub mod price_catalogue;
pub mod profile;
pub mod program;
pub mod qr;
pub mod receipt;
pub mod retry;
pub mod running;
pub mod sample;
pub mod shelf;
pub mod spending;
pub mod stability;
pub mod test_result;
pub mod time;
pub mod usage;
pub mod visible;
pub mod wallet;

pub use account::{Account, RelayFacts};
pub use address::Address;
pub use chat::{ChatMessage, ChatRequest, ChatSettings, Effort, Finish, Part, Protocol, Role};
pub use conversation::{Conversation, ConversationInfo, Turn};
pub use dispute::Dispute;
pub use fault::{Fault, FaultKind};
pub use group::{AutoRoute, Group, Ratio};
pub use image::Image;
pub use key::{ApiKey, KeyDraft, KeyInfo, KeyStatus, QuotaLimit};
pub use log_mark::LogMark;
pub use model::{Endpoint, Model};
pub use money::{Basis, Cost, Money, QuotaScale, QuotaUnits};
pub use pace::Pace;
pub use price::{Price, TokenPrices};
pub use profile::{Access, Profile};
pub use receipt::{Receipt, ReceiptState};
pub use running::RunningRequest;
pub use spending::{By, Spending, SpendingReport};
pub use time::{UnixMillis, UnixSeconds};
pub use usage::Usage;
pub use wallet::{PayLink, PayMethod, TopUp, TopUpState, WaysToPay};
