//! What the engine says in the tests, in short words.

use relaydeck::domain::{
    Account, ApiKey, Basis, Conversation, Cost, Fault, FaultKind, Finish, Money, UnixMillis, Usage,
};
use relaydeck::engine::door::{Event, Scope, Snapshot, Spend, Today, TurnEnd, TurnId};
use relaydeck::locale::{foreign, plain};

use super::{NOON, Script, said, world};

pub fn fault(kind: FaultKind, message: &str) -> Fault {
    Fault::new(kind, message)
}

/// That the relay took too long, as the client says it in the language of the scene.
pub fn late() -> String {
    said!("http-late", host = "4sapi.example")
}

/// What a relay answered that did not do what was asked, in our words and its own, as the wire tells it in the language of
/// the scene.
pub fn relay_says(head: &'static str, words: &str) -> String {
    said!(
        "trouble-relay-says",
        head = plain(head),
        words = foreign(&words)
    )
}

/// That the relay cannot be reached, as the client says it in the language of the scene.
pub fn unreachable() -> String {
    let cause = said!("trouble-system-refused");
    said!("http-no-reach", host = "4sapi.example", cause = cause)
}

/// The key that was asked for is made and its secret stored; the relay may have left out some of its settings.
pub fn key_made(script: &mut Script, name: &str, warning: Option<&'static str>) {
    let ask = script.ask();
    script.engine(Event::KeyCreated {
        profile: "4sapi".into(),
        ask,
        key: world::key(9, name).info,
        secret: ApiKey::new(format!("sk-{}", "Qz7".repeat(8))),
        stored_in: "~/.local/share/relaydeck/vault.json (0600)".into(),
        warning,
    });
}

pub fn loaded(snapshot: Snapshot) -> Event {
    Event::Loaded {
        snapshot,
        at: UnixMillis(NOON.0 - 1),
    }
}

pub fn cost(amount: &str, basis: Basis) -> Cost {
    Cost {
        amount: Some(Money::parse(amount).unwrap()),
        basis,
    }
}

pub fn spend(input: u64, output: u64, amount: &str, basis: Basis) -> Spend {
    Spend {
        usage: Usage {
            input,
            output,
            ..Usage::default()
        },
        cost: cost(amount, basis),
        elapsed_ms: 1_980,
        first_ms: Some(423),
        tenths_per_second: Some(613),
        key_left: Some(Money::parse("4.8973").unwrap()),
        wallet: Some(Money::parse("9.8312").unwrap()),
    }
}

pub fn ended(turn: TurnId, finish: Finish, spend: Spend) -> Event {
    end(turn, finish, None, spend)
}

pub fn failed(turn: TurnId, fault: Fault) -> Event {
    let nothing = Spend {
        usage: Usage::default(),
        cost: Cost {
            amount: Some(Money::ZERO),
            basis: Basis::Estimated,
        },
        elapsed_ms: 210,
        first_ms: None,
        tenths_per_second: None,
        key_left: None,
        wallet: None,
    };
    end(turn, Finish::Cut, Some(fault), nothing)
}

pub fn end(turn: TurnId, finish: Finish, fault: Option<Fault>, spend: Spend) -> Event {
    Event::Ended {
        turn,
        end: Box::new(TurnEnd {
            finish,
            fault,
            total_ms: spend.elapsed_ms,
            spend,
            request_id: Some("req-20261122-7f3a".into()),
        }),
    }
}

pub fn text(turn: TurnId, text: &str) -> Event {
    Event::Delta {
        turn,
        text: text.into(),
        reasoning: false,
    }
}

pub fn reasoning(turn: TurnId, text: &str) -> Event {
    Event::Delta {
        turn,
        text: text.into(),
        reasoning: true,
    }
}

/// Brings a dashboard to an open relay of this name, with all its lists.
pub fn open(script: &mut Script, name: &str) {
    open_with(script, name, world::account("12.4831"), None);
}

/// The same with an account and a conversation that was kept.
pub fn open_with(
    script: &mut Script,
    name: &str,
    account: Account,
    conversation: Option<Conversation>,
) {
    script
        .engine(Event::Profiles {
            list: vec![world::profile(name)],
            current: Some(name.into()),
        })
        .engine(Event::Opening {
            profile: name.into(),
        })
        .engine(Event::Opened {
            profile: world::profile(name),
            facts: world::facts(true),
            conversation: conversation.map(Box::new),
        })
        .engine(loaded(Snapshot::Account(account)))
        .engine(loaded(Snapshot::Keys(world::keys())))
        .engine(loaded(Snapshot::Groups(world::groups())))
        .engine(loaded(Snapshot::Models(world::models().into())))
        .engine(Event::Today(Today {
            spent: Money::parse("0.2137").unwrap(),
            estimated: false,
            unknown: 0,
            tokens: 1_234,
            requests: 9,
        }));
    assert_eq!(script.asked(), [format!("open {name}")]);
}

/// Brings a dashboard to a relay that was added with a key only.
pub fn open_key_only(script: &mut Script, name: &str) {
    let mut profile = world::profile(name);
    profile.access = relaydeck::domain::Access::KeyOnly;
    script
        .engine(Event::Profiles {
            list: vec![profile.clone()],
            current: None,
        })
        .engine(Event::Opened {
            profile,
            facts: world::facts(false),
            conversation: None,
        })
        .engine(loaded(Snapshot::Models(world::models().into())));
    script.asked();
}

/// A list could not be fetched.
pub fn list_failed(scope: Scope, kind: FaultKind, message: &str) -> Event {
    Event::Failed {
        scope,
        fault: fault(kind, message),
    }
}
