//! What was found on this machine is offered, and used only after a yes that was chosen and confirmed.

#![allow(clippy::unwrap_used, reason = "a helper that fails fails its test")]

mod support;
mod term_support;
mod tui_support;

use std::sync::Arc;
use std::time::Duration;

use relaydeck::engine::clock::Clock;
use relaydeck::engine::door::{AskId, Command, Event, Offered};
use relaydeck::engine::handle::Handle;
use relaydeck::engine::host::Host;
use support::host::TestHost;
use support::serving::Serving;
use tui_support::Script;
use tui_support::events::{fault, open};
use tui_support::scenes::scene;

fn offered(name: &str, masked: Option<&str>) -> Offered {
    Offered {
        name: name.into(),
        kind: "openai",
        address: "http://127.0.0.1:11434".into(),
        masked: masked.map(Into::into),
        found: format!("something listens on port 11434, where {name} usually does"),
    }
}

fn shown(script: &mut Script) {
    open(script, "local");
    script.engine(Event::Offered(vec![
        offered("ollama", None),
        Offered {
            address: "https://api.openai.com".into(),
            found: "OPENAI_API_KEY".into(),
            ..offered("openai", Some("sk-abcd**********wxyz"))
        },
    ]));
}

#[test]
fn s_01_an_offer_is_shown_and_nothing_but_a_chosen_yes_uses_it() {
    let mut script = Script::new(80, 24);
    shown(&mut script);
    script
        .sees("Use ollama for the relay inside?")
        .sees("http://127.0.0.1:11434")
        .sees("something listens on port 11434");
    // Letters that were meant for the chat are no answer.
    script.types("yes please y").sees("Use ollama");
    assert_eq!(script.asked(), [""; 0]);
    script.keys("<Enter>").sees("Use openai for");
    assert_eq!(script.asked(), [""; 0], "not now is the first answer");
    script.keys("<Down> <Down> <Enter>");
    assert_eq!(script.asked(), ["never openai https://api.openai.com"]);
    script.misses("Use openai for");
}

#[test]
fn s_01_a_yes_makes_a_channel_and_says_what_it_serves() {
    let mut script = Script::new(80, 24);
    shown(&mut script);
    script.keys("<Down> <Enter>");
    assert_eq!(script.asked(), ["use ollama http://127.0.0.1:11434"]);
    let ask = script.ask();
    script.engine(Event::OfferTaken {
        ask,
        name: "ollama".into(),
        models: vec!["qwen3:8b".into(), "llama3.2".into()],
    });
    script.keys("<Esc>");
    script.engine(Event::AskFailed {
        ask,
        fault: fault(
            relaydeck::domain::FaultKind::Network,
            "http://127.0.0.1:11434 cannot be reached",
        ),
    });
    script.sees("cannot be reached");
}

#[test]
fn nobody_is_interrupted_by_an_offer() {
    let mut script = Script::new(80, 24);
    open(&mut script, "local");
    script.types("a question");
    script.engine(Event::Offered(vec![offered("ollama", None)]));
    script.misses("Use ollama").keys("<C-u>").sees("Use ollama");
    // Another relay has no use for it.
    let mut script = Script::new(80, 24);
    open(&mut script, "4sapi");
    script.engine(Event::Offered(vec![offered("ollama", None)]));
    script.misses("Use ollama");
}

#[test]
fn what_an_offer_looks_like() {
    scene("offer", shown);
    scene("offer_with_a_key", |script| {
        shown(script);
        script.keys("<Esc> <Down>");
    });
}

/// Takes events in until one fits.
async fn until(handle: &Handle, fits: impl Fn(&Event) -> bool) -> Event {
    loop {
        let more = tokio::time::timeout(Duration::from_secs(60), handle.events()).await;
        if let Some(event) = more.unwrap().unwrap().into_iter().find(&fits) {
            return event;
        }
    }
}

/// Opens the relay inside; the events up to the one that fits are let go.
async fn opened(host: &Arc<TestHost>) -> Handle {
    let (handle, _) = relaydeck::engine::spawn(Arc::clone(host) as Arc<dyn Host>, Clock::system());
    handle
        .try_send(Command::Open {
            profile: "local".into(),
        })
        .unwrap();
    handle
}

#[tokio::test(flavor = "multi_thread")]
async fn s_01_an_upstream_is_asked_for_nothing_before_a_yes_and_a_no_is_remembered() {
    relaydeck::client::install_tls();
    let home = tempfile::tempdir().unwrap();
    let upstream = Serving::start(home.path());
    let secrets = std::fs::read_to_string(home.path().join("secrets.toml")).unwrap();
    let key = secrets
        .split('"')
        .find(|word| word.starts_with("sk-"))
        .unwrap();
    let host = Arc::new(TestHost::new());
    host.offer("neighbour", &upstream.url, key);
    let handle = opened(&host).await;
    let found = until(&handle, |event| matches!(event, Event::Offered(_))).await;
    let Event::Offered(list) = found else {
        unreachable!("only offers fit");
    };
    assert_eq!((list.len(), list[0].name.as_str()), (1, "neighbour"));
    assert!(!format!("{list:?}").contains(key), "only its mask is told");

    let answer = |yes| Command::AnswerOffer {
        ask: AskId(7),
        what: list[0].clone(),
        yes,
    };
    handle.try_send(answer(true)).unwrap();
    let taken = until(&handle, |event| {
        matches!(event, Event::OfferTaken { .. } | Event::AskFailed { .. })
    });
    let Event::OfferTaken { models, .. } = taken.await else {
        panic!("it was not taken");
    };
    assert!(models.iter().any(|model| model == "relaydeck-lab"));
    drop(handle);

    // What is a channel already is not offered again; what was declined neither.
    host.offer("other", "http://127.0.0.1:9", key);
    let handle = opened(&host).await;
    let found = until(&handle, |event| matches!(event, Event::Offered(_))).await;
    let Event::Offered(list) = found else {
        unreachable!("only offers fit");
    };
    let names: Vec<&str> = list.iter().map(|offer| offer.name.as_str()).collect();
    assert_eq!(names, ["other"]);
    handle
        .try_send(Command::AnswerOffer {
            ask: AskId(8),
            what: list[0].clone(),
            yes: false,
        })
        .unwrap();
    until(&handle, |event| {
        matches!(event, Event::OfferDeclined { .. })
    })
    .await;
    assert_eq!(host.declined_offers(), ["openai http://127.0.0.1:9"]);
}
