//! Whatever is pressed and whatever the engine says, in any order and at any size: nothing panics, nothing from outside
//! steers the terminal, and the cache changes no cell.

mod term_support;
mod tui_support;

use proptest::prelude::*;
use ratatui::layout::Size;
use relaydeck::domain::{ApiKey, Basis, Conversation, Fault, FaultKind, Finish, Money, UnixMillis};
use relaydeck::engine::door::{AskId, Command, Event, Scope, Snapshot, Today, TurnId};
use relaydeck::tui::msg::Msg;
use relaydeck::tui::theme::{ColorLevel, Glyphs};
use relaydeck::tui::view::ViewCache;
use tui_support::events::{cost, end, list_failed, loaded, spend};
use tui_support::{Script, drawn, world};

/// Texts as nobody should send them.
const HOSTILE: [&str; 8] = [
    "\u{1b}[2J\u{1b}]0;owned\u{7}",
    "\u{202e}desrever\u{2066}",
    "a\r\nb\tc\0d\u{85}e",
    "👩‍👩‍👧‍👦\u{fe0f}\u{200d}\u{200b}",
    "模型名称很长很长很长很长很长很长很长很长很长很长很长很长很长很长",
    "z\u{300}\u{301}\u{302}\u{303}\u{304}\u{305}\u{306}\u{307}\u{308}\u{309}\u{30a}",
    "| a | b |\n|---|---|\n| `x` | **y** |\n\n```\nunclosed",
    "",
];

/// One thing that happens.
#[derive(Clone, Debug)]
enum Step {
    Keys(&'static str),
    Letter(char),
    Paste(&'static str),
    Resize(u16, u16),
    Wait(u64),
    Say(u8, usize),
    Busy,
}

const KEYS: [&str; 52] = [
    "<Enter>",
    "<Esc>",
    "<Tab>",
    "<BackTab>",
    "<Space>",
    "<Up>",
    "<Down>",
    "<Left>",
    "<Right>",
    "<Home>",
    "<End>",
    "<PgUp>",
    "<PgDn>",
    "<BS>",
    "<F1>",
    "<C-c>",
    "<C-d>",
    "<C-j>",
    "<C-k>",
    "<C-l>",
    "<C-n>",
    "<C-p>",
    "<C-t>",
    "<C-u>",
    "<C-w>",
    "<C-y>",
    "<C-z>",
    "<A-Enter>",
    "<A-1>",
    "<A-2>",
    "<A-3>",
    "<A-4>",
    "<A-r>",
    "1",
    "2",
    "3",
    "4",
    "/",
    "?",
    "P",
    "G",
    "S",
    "f",
    "g",
    "k",
    "m",
    "n",
    "q",
    "r",
    "t",
    "u",
    "y",
];

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        8 => (0..KEYS.len()).prop_map(|at| Step::Keys(KEYS[at])),
        1 => any::<char>().prop_map(Step::Letter),
        1 => (0..HOSTILE.len()).prop_map(|at| Step::Paste(HOSTILE[at])),
        1 => (1_u16..=200, 1_u16..=60).prop_map(|(width, height)| Step::Resize(width, height)),
        1 => (0_u64..7_000).prop_map(Step::Wait),
        8 => (0_u8..24, 0..HOSTILE.len()).prop_map(|(what, text)| Step::Say(what, text)),
        1 => Just(Step::Busy),
    ]
}

/// Something the engine might say, with a text in it that nobody should send.
fn event(script: &Script, what: u8, hostile: &str) -> Event {
    let turn = script.last_turn().unwrap_or(TurnId(1));
    let ask = script.last_ask().unwrap_or(AskId(1));
    let trouble = || Fault::new(FaultKind::Local, hostile).with_request_id(Some(hostile.into()));
    let mut model = world::priced(hostile, hostile, 1.0, 2.0);
    model.description = hostile.into();
    model.tags = [hostile.into()].into();
    let mut key = world::key(5, hostile);
    key.info.group = hostile.into();
    key.info.masked = hostile.into();
    let conversation = Conversation {
        id: Some(1),
        profile: "local".into(),
        model: hostile.into(),
        name: hostile.into(),
        ..Conversation::default()
    };
    match what {
        0 => Event::Profiles {
            list: vec![],
            current: None,
        },
        1 => Event::Profiles {
            list: vec![world::profile("local"), world::profile("4sapi")],
            current: Some("4sapi".into()),
        },
        2 => Event::Opening {
            profile: hostile.into(),
        },
        3 => Event::Opened {
            profile: world::profile("local"),
            facts: world::facts(true),
            conversation: Some(Box::new(conversation)),
        },
        4 => Event::Opened {
            profile: world::profile("plain"),
            facts: world::facts(false),
            conversation: None,
        },
        5 => Event::OpenFailed {
            profile: hostile.into(),
            fault: trouble(),
        },
        6 => loaded(Snapshot::Keys(world::keys())),
        7 => loaded(Snapshot::Keys(vec![key, world::key(6, "ok")])),
        8 => loaded(Snapshot::Groups(world::groups())),
        9 => loaded(Snapshot::Groups(vec![world::group(hostile, None, hostile)])),
        10 => loaded(Snapshot::Models(world::models().into())),
        11 => loaded(Snapshot::Models([model].into())),
        12 => loaded(Snapshot::Account(world::account("-1"))),
        13 => loaded(Snapshot::Account(world::account("10"))),
        14 => list_failed(Scope::Keys, FaultKind::Network, hostile),
        15 => Event::ProfileAdded {
            ask,
            profile: world::profile("new"),
            notes: vec![hostile.into()],
        },
        16 => Event::KeyCreated {
            profile: "local".into(),
            ask,
            key: key.info,
            secret: ApiKey::new(hostile),
            stored_in: hostile.into(),
            warning: None,
        },
        17 => Event::KeysDeleted {
            profile: "local".into(),
            ask,
            ids: vec![4, 5],
            fault: Some(trouble()),
        },
        18 => Event::AskFailed {
            ask,
            fault: trouble(),
        },
        19 => Event::Delta {
            turn,
            text: format!("{hostile}\n\n# more\n"),
            reasoning: hostile.len() % 2 == 1,
        },
        20 => Event::Spend {
            turn,
            spend: spend(u64::MAX, 7, "0.1", Basis::Estimated),
        },
        21 => end(
            turn,
            Finish::Other(hostile.into()),
            (hostile.len() % 2 == 1).then(trouble),
            spend(1, 2, "0.1", Basis::Reported),
        ),
        22 => Event::Settled {
            turn,
            cost: cost("1", Basis::Settled),
        },
        _ => Event::Today(Today {
            spent: Money::from_nanos(i64::MAX),
            estimated: false,
            unknown: 1,
            tokens: u64::MAX,
            requests: 1,
        }),
    }
}

fn play(script: &mut Script, step: &Step) {
    match step {
        Step::Keys(keys) => script.keys(keys),
        Step::Letter(letter) => script.types(&letter.to_string()),
        Step::Paste(text) => script.pastes(text),
        Step::Resize(width, height) => script.msg(Msg::Resize(Size::new(*width, *height))),
        Step::Wait(ms) => script.waits(*ms),
        Step::Say(what, text) => {
            let event = event(script, *what, HOSTILE[*text]);
            script.engine(event)
        }
        Step::Busy => {
            let command = match script.last_turn() {
                Some(turn) => Command::Stop(turn),
                None => Command::Refresh(Scope::Models),
            };
            script.msg(Msg::Busy(Box::new(command)))
        }
    };
}

/// Nothing in a cell may be seen by the terminal as more than a glyph.
fn is_harmless(symbol: &str) -> bool {
    !symbol.chars().any(|letter| {
        letter.is_control()
            || matches!(letter, '\u{200b}'..='\u{200c}' | '\u{200e}'..='\u{200f}'
                | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn nothing_panics_and_nothing_from_outside_reaches_the_terminal(steps in proptest::collection::vec(step(), 1..60)) {
        let mut script = Script::with(100, 30, ColorLevel::Ansi16, Glyphs::Unicode);
        tui_support::events::open(&mut script, "local");
        for (at, step) in steps.iter().enumerate() {
            play(&mut script, step);
            script.asked();
            // Every look compares with a fresh cache.
            if at % 4 == 0 || at + 1 == steps.len() {
                script.screen();
            }
        }
        let (buffer, _) = drawn(&script.model, &mut ViewCache::default(), script.model.size);
        for cell in buffer.content() {
            prop_assert!(is_harmless(cell.symbol()), "{:?}", cell.symbol());
        }
    }

    #[test]
    fn every_state_can_be_drawn_at_every_size(steps in proptest::collection::vec(step(), 1..25), sizes in proptest::collection::vec((1_u16..=200, 1_u16..=60), 6)) {
        let mut script = Script::new(80, 24);
        for step in &steps {
            play(&mut script, step);
        }
        for (width, height) in sizes.into_iter().chain([(1, 1), (60, 16), (200, 60)]) {
            // Drawn as a terminal would that was resized before the model heard of it.
            drawn(&script.model, &mut ViewCache::default(), Size::new(width, height));
            script.msg(Msg::Resize(Size::new(width, height)));
            drawn(&script.model, &mut ViewCache::default(), Size::new(width, height));
        }
    }

    #[test]
    fn where_only_ascii_can_be_shown_only_ascii_is_shown(keys in proptest::collection::vec(0..KEYS.len(), 1..30)) {
        let mut script = Script::with(100, 30, ColorLevel::None, Glyphs::Ascii);
        tui_support::events::open(&mut script, "local");
        script.engine(loaded(Snapshot::Groups(vec![world::group("default", Some(0.5), "plain")])));
        script.engine(loaded(Snapshot::Keys(vec![world::key(1, "one"), world::key(2, "two")])));
        script.engine(loaded(Snapshot::Models([world::priced("model-a", "Vendor", 1.0, 2.0)].into())));
        for at in keys {
            script.keys(KEYS[at]);
            let screen = script.screen();
            prop_assert!(screen.is_ascii(), "{screen}");
        }
    }
}

#[test]
fn a_clock_that_jumps_does_no_harm() {
    let mut script = Script::new(80, 24);
    tui_support::events::open(&mut script, "local");
    for wall in [0, i64::MIN, i64::MAX, 1] {
        script.jumps(UnixMillis(wall));
        for keys in ["<Esc> 1", "<Enter>", "<Esc> 4 x <Enter>", "<A-r>"] {
            script.keys(keys).screen();
        }
    }
}
