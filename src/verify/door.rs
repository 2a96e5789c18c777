//! What a diagnosis or a test can do to the world. The real door goes over HTTP and writes a row of the ledger for each
//! request to a model before it is sent; tests bring doors of their own.

use std::future::Future;
use std::time::Duration;

use crate::client::{KeyMoney, Look, Reach, Standing};
use crate::domain::key::KeyCleaning;
use crate::domain::{
    Account, Address, ApiKey, ChatMessage, Cost, Endpoint, Fault, Finish, Group, KeyInfo, Model,
    Price, Role, Usage,
};

/// A key that can be used: its secret, and what is known of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HeldSecret {
    /// The secret.
    pub secret: ApiKey,
    /// Its name; may be empty.
    pub name: String,
    /// The relay's number for it, where we know it.
    pub id: Option<i64>,
}

/// The key that is examined.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GivenKey {
    /// The key.
    pub held: HeldSecret,
    /// What had to be cleaned off what was pasted (S-59).
    pub cleaned: Vec<KeyCleaning>,
}

/// What is examined.
#[derive(Clone, Debug)]
pub struct Subject {
    /// The base address.
    pub address: Address,
    /// What was odd about the form it was given in.
    pub odd: Vec<crate::domain::address::Suspicion>,
    /// The path that was given beyond the base, where it was another than a form that works.
    pub literal_path: Option<String>,
    /// The key; `None` where there is none.
    pub key: Option<GivenKey>,
    /// Why the text that was given as a key cannot be one.
    pub key_trouble: Option<String>,
    /// The exact name of the model; one is chosen where there is none.
    pub model: Option<String>,
    /// The path it is called on, where that was given.
    pub endpoint: Option<Endpoint>,
    /// A system message in front of every request, where one is wanted.
    pub system: Option<String>,
    /// The tool whose address it is, where that was read from a tool's settings (S-95).
    pub tool: Option<ToolForm>,
}

/// The form of an address as a tool has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ToolForm {
    /// The word that names the tool.
    pub id: String,
    /// Its name.
    pub name: String,
    /// What it would call with the address as it is.
    pub calls: String,
    /// The form of the address that it wants.
    pub wants: String,
    /// Whether that is the form it has.
    pub is_right: bool,
}

/// What the account's console tells, as far as it could be fetched.
#[derive(Clone, Debug, Default)]
pub struct Console {
    /// The account; the fault where its credential is refused.
    pub account: Option<Result<Account, Fault>>,
    /// Its keys.
    pub keys: Option<Vec<KeyInfo>>,
    /// The groups it may use.
    pub groups: Option<Vec<Group>>,
    /// The marketplace.
    pub models: Option<Vec<Model>>,
    /// What the relay's units are worth.
    pub scale: crate::domain::QuotaScale,
}

/// A request to a model.
#[derive(Clone, Debug)]
pub struct Ask {
    /// Where.
    pub address: Address,
    /// Who pays.
    pub key: HeldSecret,
    /// The exact name of the model.
    pub model: String,
    /// The path it is called on.
    pub endpoint: Endpoint,
    /// Whether the reply is streamed.
    pub streamed: bool,
    /// What is said to it.
    pub messages: Vec<ChatMessage>,
    /// At most so many tokens in the answer.
    pub max_tokens: u32,
    /// How long the whole answer may take: whoever waits for a proof wants an end to it.
    pub within: Duration,
    /// The group that is billed, where we know it.
    pub group: Option<String>,
    /// The price there.
    pub price: Price,
}

/// How long a tiny call may take: a model that thinks first, on a slow machine, needs a minute.
pub const TINY_WITHIN: Duration = Duration::from_secs(120);

impl Ask {
    /// What a test call says: short, and clear about the short answer it wants.
    pub fn tiny(system: Option<&str>) -> Vec<ChatMessage> {
        message(system, "Reply with the single word: ready")
    }
}

/// One message from the user, after a system message where there is one.
pub fn message(system: Option<&str>, text: impl Into<String>) -> Vec<ChatMessage> {
    let system = system.map(|text| ChatMessage::new(Role::System, text));
    system
        .into_iter()
        .chain([ChatMessage::new(Role::User, text)])
        .collect()
}

/// When something of an answer came, and how many tokens there were by then.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Beat {
    /// Milliseconds since the request was sent.
    pub at_ms: u64,
    /// Tokens until then, by our count.
    pub tokens: u64,
}

/// What came of a request to a model.
#[derive(Clone, Debug)]
pub struct Told {
    /// What went wrong, where something did.
    pub fault: Option<Fault>,
    /// The HTTP status, where an answer came.
    pub status: Option<u16>,
    /// The text of the answer.
    pub text: String,
    /// Whether it reasoned before or instead.
    pub reasoned: bool,
    /// What the relay reported.
    pub reported: Option<Usage>,
    /// What we counted.
    pub counted: Usage,
    /// Why it ended.
    pub finish: Finish,
    /// The name the relay echoed.
    pub echoed: Option<String>,
    /// The vendor's mark of the set-up that answered.
    pub fingerprint: Option<String>,
    /// Milliseconds to the first part.
    pub first_ms: Option<u64>,
    /// Milliseconds to the end.
    pub total_ms: u64,
    /// When its parts came.
    pub beats: Vec<Beat>,
    /// What it cost.
    pub cost: Cost,
    /// The relay's id of the request.
    pub request_id: Option<String>,
}

impl Told {
    /// Whether an answer came that says something.
    pub fn is_good(&self) -> bool {
        self.fault.is_none() && (!self.text.trim().is_empty() || self.reasoned)
    }

    /// The longest silence between two parts, and when it began, in milliseconds.
    pub fn longest_gap(&self) -> Option<(u64, u64)> {
        self.beats
            .windows(2)
            .map(|pair| (pair[1].at_ms - pair[0].at_ms, pair[0].at_ms))
            .max()
    }
}

/// The world, as a diagnosis or a test may use it.
pub trait Door: Send + Sync {
    /// Connects to an address, step by step; sends no secret.
    fn reach(&self, at: &Address) -> impl Future<Output = Reach> + Send;
    /// What stands at an address, asked without a secret.
    fn standing(&self, at: &Address) -> impl Future<Output = Standing> + Send;
    /// What a path below an address answers to a plain read.
    fn look(&self, at: &Address, path: &str) -> impl Future<Output = Result<Look, Fault>> + Send;
    /// The models that are listed to a key.
    fn served(
        &self,
        at: &Address,
        key: &ApiKey,
    ) -> impl Future<Output = Result<Vec<Model>, Fault>> + Send;
    /// Whether a text that was given as a key opens the console instead.
    fn is_access_token(&self, at: &Address, text: &ApiKey) -> impl Future<Output = bool> + Send;
    /// What the relay tells a key about its own quota.
    fn key_money(
        &self,
        at: &Address,
        key: &ApiKey,
    ) -> impl Future<Output = Result<KeyMoney, Fault>> + Send;
    /// What the account's console tells.
    fn console(&self, at: &Address) -> impl Future<Output = Console> + Send;
    /// The keys that are held for this relay.
    fn held(&self) -> Vec<HeldSecret>;
    /// Sends a request to a model, once, and follows it to its end.
    fn call(&self, ask: &Ask) -> impl Future<Output = Told> + Send;
    /// Waits.
    fn rest(&self, wait: Duration) -> impl Future<Output = ()> + Send;
    /// A number from 0 up to 1, different each time.
    fn luck(&self) -> f64;
}
