//! What lies over a tab: a stack, of which only the topmost hears keys.

pub mod chat_form;
mod chat_update;
pub mod command;
mod command_view;
pub mod detail;
pub mod env_form;
pub mod form;
pub mod form_update;
mod form_view;
pub mod key_form;
mod link;
pub mod offer;
pub mod orders;
pub mod page;
pub mod picker;
mod picker_view;
mod question;
pub mod relay_form;
pub mod sessions;
mod sessions_view;
mod side_view;
pub mod update;
pub mod view;
pub mod wallet;

use crate::domain::{ApiKey, Fault, KeyInfo};
use crate::engine::door::{AskId, KeyRow};

use super::keymap::{Action, Context};
use super::model::Model;
use super::tabs::chat::side::Side;
use chat_form::ChatForm;
use command::CommandLine;
use env_form::EnvForm;
use form::Filling;
use key_form::KeyForm;
use page::Page;
use picker::Picker;
use relay_form::RelayForm;
use sessions::Sessions;
use wallet::form::WalletForm;

/// A key as a question names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NamedKey {
    /// Its number.
    pub id: i64,
    /// Its name.
    pub name: String,
    /// Its masked form.
    pub masked: String,
}

impl NamedKey {
    /// The key of a row.
    pub fn of(row: &KeyRow) -> Self {
        NamedKey {
            id: row.info.id,
            name: row.info.name.clone(),
            masked: row.info.masked.clone(),
        }
    }
}

/// A question that wants yes or no.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Question {
    /// Delete these keys.
    DeleteKeys(Vec<NamedKey>),
    /// Switch these keys on or off.
    SwitchKeys {
        /// The keys.
        keys: Vec<NamedKey>,
        /// Whether on.
        on: bool,
    },
    /// Put a new key in the place of this one.
    ReplaceKey(NamedKey),
    /// Write a key into a file that lies in a git work tree.
    IntoGit {
        /// The file.
        file: String,
        /// The work tree's folder.
        tree: String,
    },
    /// Close the screen of a new secret that was not copied.
    LeaveSecret,
    /// Leave a form that is half filled in.
    LeaveForm,
    /// Quit while a reply streams.
    Quit,
    /// Open this profile while a reply streams.
    SwitchRelay(String),
    /// Delete this session: number, title.
    DeleteSession(i64, String),
}

/// A key that was just made, and its secret.
#[derive(Clone, Debug)]
pub struct NewSecret {
    /// The key.
    pub key: KeyInfo,
    /// Its secret.
    pub secret: ApiKey,
    /// Where it is stored.
    pub stored_in: String,
    /// Whether it was copied.
    pub copied: bool,
    /// The file it was written into.
    pub written: Option<String>,
    /// The third-party tool that uses it.
    pub tool: Option<String>,
    /// The number of the key in whose place it was put.
    pub replaced: Option<i64>,
    /// What the relay did not keep of its settings.
    pub warning: Option<&'static str>,
}

impl NewSecret {
    /// A secret that nobody has taken yet.
    pub fn new(key: KeyInfo, secret: ApiKey, stored_in: String) -> Self {
        NewSecret {
            key,
            secret,
            stored_in,
            copied: false,
            written: None,
            tool: None,
            replaced: None,
            warning: None,
        }
    }

    /// Whether somebody has taken it with them.
    pub fn is_taken(&self) -> bool {
        self.copied || self.written.is_some() || self.tool.is_some()
    }
}

/// A few sentences to be read and closed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    /// What it is about.
    pub title: String,
    /// The sentences.
    pub lines: Vec<String>,
}

/// A page that is opened elsewhere: its address to copy, and drawn for a phone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    /// What it is for.
    pub title: String,
    /// What is to be known of it.
    pub lines: Vec<String>,
    /// Its address.
    pub url: String,
}

/// Something over a tab.
#[derive(Clone, Debug)]
pub enum Overlay {
    /// The keys of the place below.
    Help {
        /// The contexts of that place.
        contexts: Vec<Context>,
        /// The first visible row.
        scroll: usize,
    },
    /// A question.
    Confirm(Question),
    /// The form for a new key, or for the settings of one.
    NewKey(Box<KeyForm>),
    /// A secret, shown once.
    Secret(Box<NewSecret>),
    /// A list to choose from.
    Picker(Box<Picker>),
    /// Everything about one key.
    KeyDetail {
        /// Its number.
        id: i64,
        /// The first visible row.
        scroll: usize,
    },
    /// Everything about one group.
    GroupDetail {
        /// Its name.
        name: String,
        /// The first visible row.
        scroll: usize,
    },
    /// Everything about one model.
    ModelDetail {
        /// Its exact name.
        name: String,
        /// The first visible row.
        scroll: usize,
    },
    /// Everything about one receipt.
    Receipt {
        /// Its number.
        id: i64,
        /// The first visible row.
        scroll: usize,
    },
    /// The form that adds a relay.
    AddRelay(Box<RelayForm>),
    /// A few sentences.
    Note(Note),
    /// The form that writes a key into a `.env`.
    WriteEnv(Box<EnvForm>),
    /// The kept sessions.
    Sessions(Box<Sessions>),
    /// A form of the chat.
    ChatForm(Box<ChatForm>),
    /// The command line.
    Command(Box<CommandLine>),
    /// Two answers side by side.
    Side(Box<Side>),
    /// A page about tools.
    Page(Box<Page>),
    /// The wallet, and all relays side by side.
    Wallet {
        /// The first visible row.
        scroll: usize,
    },
    /// A form of the wallet.
    WalletForm(Box<WalletForm>),
    /// An upstream that was found on this machine.
    Offer(Box<offer::Offer>),
    /// A page to be opened elsewhere.
    Link(Box<Link>),
}

impl Overlay {
    /// Where its keys are looked up, innermost first.
    pub fn contexts(&self) -> &'static [Context] {
        match self {
            Overlay::Help { .. } | Overlay::Note(_) => &[Context::Help],
            Overlay::Wallet { .. } => &[Context::Wallet],
            Overlay::Link(_) => &[Context::Link],
            Overlay::Offer(_) => &[Context::Offer],
            Overlay::Confirm(_) => &[Context::Confirm],
            Overlay::NewKey(_)
            | Overlay::AddRelay(_)
            | Overlay::WriteEnv(_)
            | Overlay::WalletForm(_)
            | Overlay::ChatForm(_) => &[Context::Form],
            Overlay::Sessions(_) => &[Context::Sessions],
            Overlay::Command(_) => &[Context::Command],
            Overlay::Side(_) => &[Context::Side],
            Overlay::Secret(_) => &[Context::Secret],
            Overlay::Picker(_) => &[Context::Picker],
            Overlay::Page(page) => page.contexts(),
            Overlay::KeyDetail { .. } => &[Context::Detail, Context::Keys],
            Overlay::GroupDetail { .. } => &[Context::Detail, Context::Groups],
            Overlay::ModelDetail { .. } => &[Context::Detail, Context::Market],
            // The copying is that of the tab: a receipt has an id, and no name.
            Overlay::Receipt { .. } => &[Context::Usage, Context::Detail],
        }
    }

    /// For a form: the question to the engine whose answer it awaits, and the trouble that it shows.
    pub fn form_parts(&mut self) -> Option<(&mut Option<AskId>, &mut Option<Fault>)> {
        fn parts<N>(form: &mut form::Form<N>) -> (&mut Option<AskId>, &mut Option<Fault>) {
            (&mut form.asked, &mut form.fault)
        }
        match self {
            Overlay::NewKey(form) => Some(parts(&mut form.form)),
            Overlay::AddRelay(form) => Some(parts(&mut form.form)),
            Overlay::WriteEnv(form) => Some(parts(&mut form.form)),
            Overlay::ChatForm(form) => Some(parts(&mut form.form)),
            Overlay::WalletForm(form) => Some(parts(&mut form.form)),
            Overlay::Help { .. }
            | Overlay::Confirm(_)
            | Overlay::Secret(_)
            | Overlay::Picker(_)
            | Overlay::KeyDetail { .. }
            | Overlay::GroupDetail { .. }
            | Overlay::ModelDetail { .. }
            | Overlay::Receipt { .. }
            | Overlay::Sessions(_)
            | Overlay::Command(_)
            | Overlay::Side(_)
            | Overlay::Page(_)
            | Overlay::Wallet { .. }
            | Overlay::Link(_)
            | Overlay::Offer(_)
            | Overlay::Note(_) => None,
        }
    }

    /// For a form: what any of them can be asked.
    pub fn filling(&self) -> Option<&dyn Filling> {
        match self {
            Overlay::NewKey(form) => Some(&form.form),
            Overlay::AddRelay(form) => Some(&form.form),
            Overlay::WriteEnv(form) => Some(&form.form),
            Overlay::ChatForm(form) => Some(&form.form),
            Overlay::WalletForm(form) => Some(&form.form),
            _ => None,
        }
    }

    /// For a form: what Enter does in it now.
    pub fn enter(&self) -> Option<form::Enter> {
        self.filling().map(Filling::enter)
    }

    /// Whether an action can do anything here: a place of its own lends its keys to a detail, where some do nothing.
    pub fn takes(&self, action: Action) -> bool {
        match self {
            Overlay::KeyDetail { .. }
            | Overlay::GroupDetail { .. }
            | Overlay::ModelDetail { .. } => {
                !action.sorts()
                    && !matches!(
                        action,
                        Action::Open
                            | Action::Filter
                            | Action::Mark
                            | Action::MarkAll
                            | Action::Details
                            | Action::FilterBy
                            | Action::OnlyGroup
                    )
            }
            Overlay::Receipt { .. } => !matches!(
                action,
                Action::Open
                    | Action::Filter
                    | Action::Mark
                    | Action::CycleSpan
                    | Action::CycleBreakdown
                    | Action::Disputes
                    | Action::Refresh
            ),
            Overlay::Picker(picker) => action != Action::Mark || picker.kind.takes_several(),
            _ => true,
        }
    }

    /// Moves the trouble that a form shows to the field that it is about, where it is about one.
    pub fn blame(&mut self) {
        match self {
            Overlay::AddRelay(form) => form.blame(),
            Overlay::WalletForm(form) => form.blame(),
            _ => {}
        }
    }

    /// Whether it is there to be read: nothing is lost when it is left.
    pub fn is_read(&self) -> bool {
        match self {
            Overlay::Help { .. }
            | Overlay::Note(_)
            | Overlay::KeyDetail { .. }
            | Overlay::GroupDetail { .. }
            | Overlay::ModelDetail { .. }
            | Overlay::Receipt { .. }
            | Overlay::Wallet { .. } => true,
            Overlay::Page(page) => page.question.is_none(),
            _ => false,
        }
    }

    /// The first visible row of one that is a text and can be scrolled.
    pub fn scroll(&self) -> Option<usize> {
        match self {
            Overlay::Help { scroll, .. }
            | Overlay::KeyDetail { scroll, .. }
            | Overlay::GroupDetail { scroll, .. }
            | Overlay::ModelDetail { scroll, .. }
            | Overlay::Receipt { scroll, .. }
            | Overlay::Wallet { scroll } => Some(*scroll),
            Overlay::Page(page) => Some(page.scroll),
            _ => None,
        }
    }

    /// Whether it is a form.
    pub fn is_form(&self) -> bool {
        matches!(self.contexts(), [Context::Form])
    }
}

/// Whether the topmost overlay is such a one: only that has the terminal's cursor.
pub(super) fn is_top(model: &Model, such: impl Fn(&Overlay) -> bool) -> bool {
    model.overlays.last().is_some_and(such)
}
