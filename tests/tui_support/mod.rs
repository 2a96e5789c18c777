//! A small language for tests of the dashboard: keys and engine events in, commands and the screen out.
//!
//! Keys are written as they are called: `3 / son45 <Enter> <C-p> <A-Enter> <PgUp>`. A word of several letters is typed
//! letter by letter; a blank is `<Space>`. Every look at the screen also checks that the cache changes nothing.

#![allow(
    dead_code,
    unused_macros,
    unused_imports,
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "each test binary uses its own part of it, and a test may end when something is not there"
)]

pub mod events;
pub mod scenes;
pub mod shown;
pub mod tools;
pub mod world;

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use jiff::tz::TimeZone;
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Size};
use relaydeck::domain::{QuotaLimit, UnixMillis};
use relaydeck::engine::door::{AskId, Command, Credential, Event, KeyAsk, TurnId, WalletAsk};
use relaydeck::locale::Word;
use relaydeck::tui::effect::{Clip, Effect};
use relaydeck::tui::keymap::Keymap;
use relaydeck::tui::model::{Model, Settings};
use relaydeck::tui::msg::{Copied, Msg, Now};
use relaydeck::tui::theme::{ColorLevel, Glyphs, Theme};
use relaydeck::tui::update::update;
use relaydeck::tui::view::{ViewCache, view};

use crate::term_support;

/// A text of the catalogue with its arguments, as the rooms below the dashboard say it in the language of the scene.
macro_rules! said {
    (@ $text:ident $name:ident = # $value:expr) => { $text.number(stringify!($name), $value) };
    (@ $text:ident $name:ident = # $value:expr, $($rest:tt)*) => {
        $text.number(stringify!($name), $value);
        said!(@ $text $($rest)*)
    };
    (@ $text:ident $name:ident = $value:expr) => { $text.argument(stringify!($name), &$value) };
    (@ $text:ident $name:ident = $value:expr, $($rest:tt)*) => {
        $text.argument(stringify!($name), &$value);
        said!(@ $text $($rest)*)
    };
    (@ $text:ident) => {};
    ($id:literal) => { relaydeck::locale::plain($id).to_owned() };
    ($id:literal, $($arguments:tt)+) => {{
        let mut text = relaydeck::locale::Text::of($id);
        said!(@ text $($arguments)+);
        text.say()
    }};
}
pub(crate) use said;

/// 2026-11-22 12:04 UTC.
pub const NOON: UnixMillis = UnixMillis(1_795_349_040_000);

/// One run of the dashboard.
pub struct Script {
    pub model: Model,
    cache: ViewCache,
    now: Now,
    commands: Vec<String>,
    /// The lines of the command line as they were kept last.
    pub lines_kept: Vec<String>,
    last_turn: Option<TurnId>,
    last_ask: Option<AskId>,
}

impl Script {
    /// A dashboard that has just started, without colour.
    pub fn new(width: u16, height: u16) -> Self {
        Self::with(width, height, ColorLevel::None, Glyphs::Unicode)
    }

    /// A dashboard that has just started.
    pub fn with(width: u16, height: u16, level: ColorLevel, glyphs: Glyphs) -> Self {
        let settings = Settings {
            theme: Theme::new(level, glyphs),
            keymap: Keymap::built_in().unwrap(),
            zone: TimeZone::UTC,
            version: "0.1.0",
            profile: None,
            within: None,
        };
        let now = Now {
            wall: NOON,
            uptime: 0,
        };
        Script {
            model: Model::new(settings, Size::new(width, height), now),
            cache: ViewCache::default(),
            now,
            commands: Vec::new(),
            lines_kept: Vec::new(),
            last_turn: None,
            last_ask: None,
        }
    }

    /// Something happens.
    pub fn msg(&mut self, msg: Msg) -> &mut Self {
        for effect in update(&mut self.model, msg, self.now) {
            if let Effect::Engine(Command::KeepCommands(lines)) = effect {
                self.lines_kept = lines;
                continue;
            }
            self.remember(&effect);
            self.commands.push(told(&effect));
        }
        self
    }

    fn remember(&mut self, effect: &Effect) {
        match effect {
            Effect::Engine(Command::Send { turn, .. }) => self.last_turn = Some(*turn),
            Effect::Engine(
                Command::CreateKey { ask, .. }
                | Command::AddProfile { ask, .. }
                | Command::Keys { ask, .. }
                | Command::Wallet { ask, .. }
                | Command::AnswerOffer { ask, .. }
                | Command::DeleteKeys { ask, .. }
                | Command::ListSessions { ask, .. }
                | Command::ReadSession { ask, .. }
                | Command::RenameSession { ask, .. }
                | Command::DeleteSession { ask, .. }
                | Command::ExportSession { ask, .. }
                | Command::ReadImage { ask, .. }
                | Command::Prove { ask, .. }
                | Command::Tool(ask, ..),
            ) => self.last_ask = Some(*ask),
            _ => {}
        }
    }

    /// The engine says something.
    pub fn engine(&mut self, event: Event) -> &mut Self {
        self.msg(Msg::Engine(Box::new(event)))
    }

    /// Keys are pressed.
    pub fn keys(&mut self, keys: &str) -> &mut Self {
        for word in keys.split_whitespace() {
            for event in key_events(word) {
                self.msg(Msg::Key(event));
            }
        }
        self
    }

    /// A text is typed, blanks and all.
    pub fn types(&mut self, text: &str) -> &mut Self {
        for letter in text.chars() {
            let event = KeyEvent::new(KeyCode::Char(letter), KeyModifiers::NONE);
            self.msg(Msg::Key(event));
        }
        self
    }

    /// A text is pasted.
    pub fn pastes(&mut self, text: &str) -> &mut Self {
        self.msg(Msg::Paste(text.to_owned()))
    }

    /// What was copied was sent to the terminal.
    pub fn copied(&mut self, what: Word) -> &mut Self {
        self.msg(Msg::Copied {
            what,
            outcome: Copied::Sent("was sent to the terminal"),
        })
    }

    /// Time passes; what is due happens.
    pub fn waits(&mut self, ms: u64) -> &mut Self {
        self.now.uptime += ms;
        self.now.wall.0 += i64::try_from(ms).unwrap();
        self.msg(Msg::Due)
    }

    /// What the world was asked for since the last look.
    pub fn asked(&mut self) -> Vec<String> {
        std::mem::take(&mut self.commands)
    }

    /// The id of the reply that was asked for last.
    pub fn turn(&self) -> TurnId {
        self.last_turn.unwrap()
    }

    /// The id of the question that was put to the engine last.
    pub fn ask(&self) -> AskId {
        self.last_ask.unwrap()
    }

    /// The id of the reply that was asked for last, if one was.
    pub fn last_turn(&self) -> Option<TurnId> {
        self.last_turn
    }

    /// The id of the question that was put to the engine last, if one was.
    pub fn last_ask(&self) -> Option<AskId> {
        self.last_ask
    }

    /// The clock on the wall is set to another time.
    pub fn jumps(&mut self, wall: UnixMillis) -> &mut Self {
        self.now.wall = wall;
        self.msg(Msg::Due)
    }

    /// The screen as it is seen.
    pub fn screen(&mut self) -> String {
        term_support::seen(&self.buffer().0)
    }

    /// The screen with its styles.
    pub fn styled(&mut self) -> String {
        term_support::styled(&self.buffer().0)
    }

    /// Where the terminal's cursor is.
    pub fn cursor(&mut self) -> Option<Position> {
        self.buffer().1
    }

    /// One row of the screen.
    pub fn row(&mut self, at: usize) -> String {
        self.screen().lines().nth(at).unwrap_or_default().to_owned()
    }

    /// The screen must show this text.
    #[track_caller]
    pub fn sees(&mut self, text: &str) -> &mut Self {
        let screen = self.screen();
        assert!(screen.contains(text), "no {text:?} on\n{screen}");
        self
    }

    /// The screen must not show this text.
    #[track_caller]
    pub fn misses(&mut self, text: &str) -> &mut Self {
        let screen = self.screen();
        assert!(!screen.contains(text), "{text:?} is on\n{screen}");
        self
    }

    fn buffer(&mut self) -> (Buffer, Option<Position>) {
        let size = self.model.size;
        let used = drawn(&self.model, &mut self.cache, size);
        let fresh = drawn(&self.model, &mut ViewCache::default(), size);
        let same = used.0 == fresh.0;
        assert!(
            same,
            "the cache changed what is seen:\n{}\nfor\n{}",
            term_support::styled(&used.0),
            term_support::styled(&fresh.0)
        );
        assert_eq!(used.1, fresh.1);
        used
    }
}

/// The model as it is drawn, and where the cursor stands, if it is shown.
pub fn drawn(model: &Model, cache: &mut ViewCache, size: Size) -> (Buffer, Option<Position>) {
    let mut terminal = Terminal::new(TestBackend::new(size.width, size.height)).unwrap();
    let cursor_hidden_at = Position::new(u16::MAX, u16::MAX);
    let mut cursor = cursor_hidden_at;
    terminal
        .draw(|frame| {
            view(model, cache, frame);
        })
        .unwrap();
    if terminal.backend().cursor_visible() {
        cursor = terminal.backend().cursor_position();
    }
    let shown = (cursor != cursor_hidden_at).then_some(cursor);
    (terminal.backend().buffer().clone(), shown)
}

/// The keys a word of a script stands for.
pub fn key_events(word: &str) -> Vec<KeyEvent> {
    let Some(name) = word
        .strip_prefix('<')
        .and_then(|rest| rest.strip_suffix('>'))
    else {
        return word
            .chars()
            .map(|letter| KeyEvent::new(KeyCode::Char(letter), KeyModifiers::NONE))
            .collect();
    };
    let (modifiers, name) = match name.split_once('-') {
        Some(("C", rest)) => (KeyModifiers::CONTROL, rest),
        Some(("A", rest)) => (KeyModifiers::ALT, rest),
        _ => (KeyModifiers::NONE, name),
    };
    let code = match name {
        "Enter" => KeyCode::Enter,
        "Esc" => KeyCode::Esc,
        "Tab" => KeyCode::Tab,
        "BackTab" => KeyCode::BackTab,
        "Space" => KeyCode::Char(' '),
        "Up" => KeyCode::Up,
        "Down" => KeyCode::Down,
        "Left" => KeyCode::Left,
        "Right" => KeyCode::Right,
        "Home" => KeyCode::Home,
        "End" => KeyCode::End,
        "PgUp" => KeyCode::PageUp,
        "PgDn" => KeyCode::PageDown,
        "BS" => KeyCode::Backspace,
        "F1" => KeyCode::F(1),
        one => KeyCode::Char(one.chars().next().unwrap()),
    };
    vec![KeyEvent::new(code, modifiers)]
}

/// An effect in words.
fn told(effect: &Effect) -> String {
    match effect {
        Effect::Engine(command) => command_told(command),
        Effect::Copy { clip, what } => match clip {
            Clip::Text(text) => format!("copy {what}: {text}"),
            Clip::Secret(key) => format!("copy {what}: {}", key.masked()),
        },
        Effect::Select(text) => format!("select: {text}"),
        Effect::Save { name, text, .. } => format!("save {name}: {text}"),
        Effect::PrintLater(text) => format!("print later: {text}"),
        Effect::Edit { text } => format!("edit {text:?}"),
        Effect::Suspend => "suspend".into(),
        Effect::Repaint => "repaint".into(),
        Effect::Quit => "quit".into(),
    }
}

fn command_told(command: &Command) -> String {
    match command {
        Command::Open { profile } => format!("open {profile}"),
        Command::AddProfile {
            name,
            address,
            credential,
            ..
        } => {
            let credential = match credential {
                Credential::Key(key) => format!("key {}", key.masked()),
                Credential::AccessToken { token, user_id } => {
                    format!("token {} user {user_id:?}", token.masked())
                }
                Credential::Password(account) => {
                    let new = if account.register { "new " } else { "" };
                    let code = account.code.as_deref().unwrap_or("none");
                    format!("{new}account {} code {code}", account.username)
                }
            };
            format!("add {name} at {address} with {credential}")
        }
        Command::Refresh(scope) => format!("refresh {}", scope.word()),
        Command::Wallet { what, .. } => match what {
            WalletAsk::Redeem { code } => format!("redeem {}", code.masked()),
            WalletAsk::Order { amount, method } => {
                format!("order {amount} by {}", method.as_deref().unwrap_or("any"))
            }
        },
        Command::KeepCommands(lines) => format!("keep {} lines", lines.len()),
        Command::Mark(mark) => {
            let verdict = if mark.good { "good" } else { "bad" };
            let id = mark.request_id.as_deref().unwrap_or("none");
            format!("mark {} in {}: {verdict} {id}", mark.model, mark.group)
        }
        Command::AnswerOffer { what, yes, .. } => {
            let answer = if *yes { "use" } else { "never" };
            format!("{answer} {} {}", what.name, what.address)
        }
        Command::Compare { model } => {
            format!("compare {}", model.as_deref().unwrap_or("balances"))
        }
        Command::WatchRunning(watch) => format!("watch {watch}"),
        Command::LookAtUsage { since, disputes } => {
            let only = if *disputes { ", disputes" } else { "" };
            format!("usage since {}{only}", since.0)
        }
        Command::CreateKey { draft, .. } => {
            let quota = match draft.quota {
                QuotaLimit::Unlimited => "unlimited".into(),
                QuotaLimit::Limited(units) => format!("{} units", units.0),
            };
            format!(
                "create {} in {:?}, {quota}, until {:?}, models {:?}, ips {:?}",
                draft.name,
                draft.group,
                draft.expires.map(|end| end.0),
                draft.models,
                draft.ips
            )
        }
        Command::Prove { wish, .. } => {
            let with = if wish.model.is_empty() {
                "any model"
            } else {
                &wish.model
            };
            format!("prove {:?} with {with}, key {:?}", wish.what, wish.key)
        }
        Command::StopProving(_) => "stop proving".into(),
        Command::DeleteKeys { ids, .. } => format!("delete {ids:?}"),
        Command::Keys { what, .. } => keys_told(what),
        Command::Send {
            request,
            key,
            silence,
            ..
        } => {
            let said: Vec<&str> = request
                .messages
                .iter()
                .map(|message| message.text.as_str())
                .collect();
            let silence = silence.map_or_else(String::new, |most| format!(" silence {most:?}"));
            format!(
                "send {} key {key:?}{silence}: {}",
                request.model,
                said.join(" | ")
            )
        }
        Command::Stop(_) => "stop".into(),
        Command::ReadImage { path, .. } => format!("read image {}", path.display()),
        Command::ListSessions { find, .. } => format!("list sessions {find:?}"),
        Command::ReadSession { id, .. } => format!("read session {id}"),
        Command::RenameSession { id, name, .. } => format!("rename session {id} {name:?}"),
        Command::DeleteSession { id, .. } => format!("delete session {id}"),
        Command::ExportSession {
            id, format, path, ..
        } => format!("export session {id} {format:?} {}", path.display()),
        Command::Tool(_, job) => format!("tool {job:?}"),
        Command::Keep(kept) => {
            let last = kept.turns.last().unwrap();
            format!(
                "keep {:?} of {}: {} turns, last {:?}",
                kept.id,
                kept.profile,
                kept.turns.len(),
                last.reply
            )
        }
    }
}

fn keys_told(what: &KeyAsk) -> String {
    match what {
        KeyAsk::Edit {
            id,
            draft,
            keep_quota,
        } => format!(
            "edit {id}: {} in {:?}, {:?} keep {keep_quota}, until {:?}, models {:?}",
            draft.name,
            draft.group,
            draft.quota,
            draft.expires.map(|end| end.0),
            draft.models
        ),
        KeyAsk::Switch { ids, on: true } => format!("enable {ids:?}"),
        KeyAsk::Switch { ids, .. } => format!("disable {ids:?}"),
        KeyAsk::Replace { id } => format!("replace {id}"),
        KeyAsk::Reveal { id, hold } => format!("reveal {id}, hold {hold}"),
        KeyAsk::WriteEnv {
            id,
            file,
            kind,
            into_git,
        } => format!("write {id} into {file} for {kind:?}, into git {into_git}"),
    }
}
