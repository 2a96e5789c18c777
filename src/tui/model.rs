//! The whole state of the dashboard. `update` changes it, `view` draws it, nothing else touches it.

use std::time::Duration;

use jiff::tz::TimeZone;
use ratatui::layout::Size;

use super::advice::here;
use super::keymap::Keymap;
use super::msg::Now;
use super::overlay::Overlay;
use super::relay::Relay;
use super::tabs::Tab;
use super::tabs::chat::state::ChatTab;
use super::tabs::groups::state::GroupsTab;
use super::tabs::keys::state::KeysTab;
use super::tabs::market::state::MarketTab;
use super::tabs::tools::state::ToolsTab;
use super::tabs::usage::state::UsageTab;
use super::tabs::verify::state::VerifyTab;
use super::theme::Theme;
use crate::domain::{Fault, Profile};
use crate::engine::door::{AskId, Offered, Today, TurnId};

/// How long a message stays, in milliseconds.
const FLASH_MS: u64 = 6_000;
/// How long trouble stays: it has advice to be read.
const FAULT_FLASH_MS: u64 = 12_000;

/// What is settled once at the start.
#[derive(Clone, Debug)]
pub struct Settings {
    /// How things look.
    pub theme: Theme,
    /// Which key does what.
    pub keymap: Keymap,
    /// The zone in which times of day are shown.
    pub zone: TimeZone,
    /// The program's version.
    pub version: &'static str,
    /// The profile that was asked for; `None` for the one used last.
    pub profile: Option<String>,
    /// The longest that one request of a test or a diagnosis may take, and that nothing may come in the chat; `None` for
    /// each request's own.
    pub within: Option<Duration>,
}

/// How far the dashboard has come.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Stage {
    /// The engine has not said yet which profiles there are.
    #[default]
    Starting,
    /// There are none: the three doors, and which one the cursor is on.
    FirstRun(usize),
    /// The deck.
    Deck,
}

/// How a message is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tone {
    /// By the way.
    Info,
    /// Something worked.
    Good,
    /// Something did not.
    Bad,
}

/// A passing message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Flash {
    /// What happened.
    pub text: String,
    /// What to do, where something is to be done.
    pub advice: Option<String>,
    /// How it is meant.
    pub tone: Tone,
    /// When it goes, in milliseconds of uptime.
    pub until: u64,
}

/// The state.
#[derive(Clone)]
pub struct Model {
    /// What is settled once at the start.
    pub settings: Settings,
    /// The terminal's size.
    pub size: Size,
    /// When something last happened. The view has no other clock.
    pub now: Now,
    /// How far the dashboard has come.
    pub stage: Stage,
    /// The profiles there are.
    pub profiles: Vec<Profile>,
    /// The relay in use.
    pub relay: Relay,
    /// Spend since midnight.
    pub today: Option<Today>,
    /// Whether the last reply asked for is not in it yet.
    pub today_lacks_last: bool,
    /// The tab that is shown.
    pub tab: Tab,
    /// The keys.
    pub keys: KeysTab,
    /// The groups.
    pub groups: GroupsTab,
    /// The marketplace.
    pub market: MarketTab,
    /// The chat.
    pub chat: ChatTab,
    /// What was spent.
    pub usage: UsageTab,
    /// Tests and diagnosis.
    pub verify: VerifyTab,
    /// Third-party tools.
    pub tools: ToolsTab,
    /// What lies over the tab, the topmost last.
    pub overlays: Vec<Overlay>,
    /// A passing message.
    pub flash: Option<Flash>,
    /// A first question to send as soon as the relay is open.
    pub greeting: Option<&'static str>,
    /// Upstreams that were found on this machine and are still to be shown.
    pub offers: Vec<Offered>,
    /// Lines that were entered in the command line, oldest first.
    pub commands: Vec<String>,
    /// Whether nothing may be changed.
    pub read_only: bool,
    /// Whether what is private is covered.
    pub private: bool,
    /// The tabs one came from, the last one last: where going back leads.
    pub came_from: Vec<Tab>,
    /// When an interrupt was pressed last, in milliseconds of uptime.
    pub interrupted: Option<u64>,
    /// Whether the engine is gone.
    pub engine_gone: bool,
    last_id: u64,
}

impl Model {
    /// The state at the start: nothing is known yet.
    pub fn new(settings: Settings, size: Size, now: Now) -> Self {
        Model {
            settings,
            size,
            now,
            stage: Stage::Starting,
            profiles: Vec::new(),
            relay: Relay::default(),
            today: None,
            today_lacks_last: false,
            tab: Tab::Chat,
            keys: KeysTab::default(),
            groups: GroupsTab::default(),
            market: MarketTab::default(),
            chat: ChatTab::default(),
            usage: UsageTab::default(),
            verify: VerifyTab::default(),
            tools: ToolsTab::default(),
            overlays: Vec::new(),
            flash: None,
            greeting: None,
            offers: Vec::new(),
            commands: Vec::new(),
            read_only: false,
            private: false,
            came_from: Vec::new(),
            interrupted: None,
            engine_gone: false,
            last_id: 0,
        }
    }

    /// A number that was not used before in this process.
    pub fn serial(&mut self) -> u64 {
        self.last_id += 1;
        self.last_id
    }

    /// So many numbers in a row; the first of them.
    pub fn serials(&mut self, count: usize) -> u64 {
        let first = self.last_id + 1;
        self.last_id += count as u64;
        first
    }

    /// The id of a new question to the engine.
    pub fn ask_id(&mut self) -> AskId {
        AskId(self.serial())
    }

    /// The id of a new reply.
    pub fn turn_id(&mut self) -> TurnId {
        TurnId(self.serial())
    }

    /// Says something in passing.
    pub fn say(&mut self, tone: Tone, text: impl Into<String>) {
        self.flash = Some(Flash {
            text: text.into(),
            advice: None,
            tone,
            until: self.now.uptime + FLASH_MS,
        });
    }

    /// Says in passing what went wrong and what to do.
    pub fn complain(&mut self, fault: &Fault) {
        self.flash = Some(Flash {
            text: fault.message.clone(),
            advice: Some(here(&fault.advice).into_owned()),
            tone: Tone::Bad,
            until: self.now.uptime + FAULT_FLASH_MS,
        });
    }

    /// When the model wants to be woken, in milliseconds of uptime; `None` for not at all.
    pub fn deadline(&self) -> Option<u64> {
        let flash = self.flash.as_ref().map(|flash| flash.until);
        let keep = self.chat.streaming.map(|streaming| streaming.keep_at);
        flash.into_iter().chain(keep).min()
    }
}
