//! The engine with a real client, a real ledger and the real embedded relay: commands in at the door, events out.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a helper that fails fails its test"
)]

mod support;

use std::ops::{Deref, DerefMut};
use std::sync::Arc;

use relaydeck::domain::{
    Basis, ChatMessage, ChatRequest, Conversation, FaultKind, Finish, Image, KeyDraft, Price,
    QuotaLimit, QuotaUnits, Receipt, ReceiptState, Role, Turn, UnixMillis, Usage,
};
use relaydeck::engine::door::{
    AskId, Command, Event, ExportFormat, KeyAsk, KeyRow, ProofNews, Scope, Snapshot, State,
    TurnEnd, TurnId, Wanting, Wish,
};
use relaydeck::engine::host::Host;
use relaydeck::engine::tools::ToolJob;
use relaydeck::ledger::{Ending, Ledger, NewRequest, Outcome, ReceiptFilter};
use support::host::TestHost;
use support::talk::Talk;

/// A talk with an engine, and the world it works in.
struct Deck {
    host: Arc<TestHost>,
    talk: Talk,
}

impl Deck {
    async fn opened() -> Self {
        let host = Arc::new(TestHost::new());
        let mut talk = Talk::with(&host);
        talk.open("local", &Scope::ALL).await;
        Deck { host, talk }
    }

    async fn ended(&mut self, turn: TurnId) -> TurnEnd {
        match self
            .until(|event| matches!(event, Event::Ended { turn: ended, .. } if *ended == turn))
            .await
        {
            Event::Ended { end, .. } => *end,
            _ => unreachable!("only ends fit"),
        }
    }

    async fn keys(&mut self) -> Vec<KeyRow> {
        match self.list(Scope::Keys).await {
            Snapshot::Keys(rows) => rows,
            _ => unreachable!("only keys fit"),
        }
    }

    async fn balance(&mut self) -> i64 {
        match self.list(Scope::Account).await {
            Snapshot::Account(account) => account.balance.unwrap().nanos(),
            _ => unreachable!("only the account fits"),
        }
    }

    /// Leaves, as the dashboard does, and opens the ledger to look into it.
    async fn leave(self) -> (Arc<TestHost>, Ledger) {
        self.talk.leave().await;
        let ledger = Ledger::open(&self.host.ledger_file()).unwrap();
        (self.host, ledger)
    }
}

impl Deref for Deck {
    type Target = Talk;

    fn deref(&self) -> &Talk {
        &self.talk
    }
}

impl DerefMut for Deck {
    fn deref_mut(&mut self) -> &mut Talk {
        &mut self.talk
    }
}

fn lab(prompt: &str) -> ChatRequest {
    let message = ChatMessage::new(Role::User, prompt);
    ChatRequest {
        model: "relaydeck-lab".into(),
        messages: vec![message],
        ..ChatRequest::default()
    }
}

/// What to do about a refusal is told in these words, among others.
fn advises(fault: &relaydeck::domain::Fault, words: &str) {
    assert!(fault.advice.contains(words), "{}", fault.advice);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn x_01_estimated_then_reported_then_settled_and_all_figures_agree() {
    let mut deck = Deck::opened().await;
    let before = deck.balance().await;
    deck.say(Command::Send {
        turn: TurnId(1),
        request: lab("[[tokens=300 speed=0]] go"),
        key: None,
        silence: None,
    });
    let early = deck
        .until(|event| matches!(event, Event::Spend { .. }))
        .await;
    let Event::Spend { spend: early, .. } = early else {
        unreachable!()
    };
    assert_eq!(early.cost.basis, Basis::Estimated);
    let end = deck.ended(TurnId(1)).await;
    assert_eq!(
        (end.fault, end.finish, end.spend.cost.basis),
        (None, Finish::Stop, Basis::Reported)
    );
    assert_eq!(end.spend.usage.output, 300);
    let settled = deck
        .until(|event| matches!(event, Event::Settled { .. }))
        .await;
    let Event::Settled { cost, .. } = settled else {
        unreachable!()
    };
    assert_eq!(cost.basis, Basis::Settled);
    assert_eq!(cost.amount, end.spend.cost.amount, "reported and settled");
    let charged = cost.amount.unwrap().nanos();
    assert!(charged > 0 && charged % 2_000 == 0);
    assert_eq!(before - deck.balance().await, charged, "off the wallet");
    let key = deck
        .keys()
        .await
        .into_iter()
        .find(|row| row.info.id == 1)
        .unwrap();
    assert_eq!(key.info.used, QuotaUnits(charged / 2_000), "off the key");
    assert_eq!(
        end.spend.wallet.unwrap().nanos(),
        before - charged,
        "what the status row said is left"
    );

    let (host, ledger) = deck.leave().await;
    let receipts = ledger.receipts(ReceiptFilter::default()).await.unwrap();
    assert_eq!(receipts.len(), 1);
    assert_eq!(receipts[0].charged, cost.amount);
    assert_eq!(receipts[0].cost(), cost);
    host.stop_relay().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stopped_reply_keeps_what_came_and_is_billed_for_it() {
    let mut deck = Deck::opened().await;
    deck.say(Command::Send {
        turn: TurnId(7),
        request: lab("[[tokens=5000 speed=200 first=0ms]]"),
        key: None,
        silence: None,
    });
    deck.until(|event| matches!(event, Event::Delta { .. }))
        .await;
    deck.say(Command::Stop(TurnId(7)));
    let end = deck.ended(TurnId(7)).await;
    assert_eq!((end.finish, end.fault), (Finish::Cancelled, None));
    let settled = deck
        .until(|event| matches!(event, Event::Settled { .. }))
        .await;
    let Event::Settled { cost, .. } = settled else {
        unreachable!()
    };
    assert!(
        cost.amount.unwrap().nanos() > 0,
        "what was generated is billed"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn s_17_a_key_s_secret_is_stored_before_it_is_shown() {
    let mut deck = Deck::opened().await;
    let draft = KeyDraft {
        name: "blog-dev-test-ann".into(),
        group: "default".into(),
        quota: QuotaLimit::Limited(QuotaUnits(2_500_000)),
        expires: None,
        models: vec![],
        ips: vec![],
        pace: relaydeck::domain::Pace::default(),
        auto: relaydeck::domain::AutoRoute::default(),
    };
    deck.say(Command::CreateKey {
        ask: AskId(3),
        draft: draft.clone(),
    });
    let made = deck
        .until(|event| matches!(event, Event::KeyCreated { .. } | Event::AskFailed { .. }))
        .await;
    let Event::KeyCreated {
        ask, key, secret, ..
    } = made
    else {
        panic!("{made:?}")
    };
    assert_eq!(ask, AskId(3));
    let held = deck.host.held_keys("local").unwrap();
    assert!(
        held.iter()
            .any(|kept| kept.id == Some(key.id) && kept.secret == secret)
    );
    assert_eq!(key.masked, secret.masked());

    // It can be used at once, and deleting it forgets the secret.
    deck.say(Command::Send {
        turn: TurnId(1),
        request: lab("[[tokens=3 speed=0]]"),
        key: Some(key.id),
        silence: None,
    });
    assert_eq!(deck.ended(TurnId(1)).await.fault, None);
    deck.say(Command::DeleteKeys {
        ask: AskId(4),
        ids: vec![key.id],
    });
    let gone = deck
        .until(|event| matches!(event, Event::KeysDeleted { .. }))
        .await;
    let Event::KeysDeleted { ids, fault, .. } = gone else {
        unreachable!()
    };
    assert_eq!((ids, fault), (vec![key.id], None));
    assert!(
        deck.host
            .held_keys("local")
            .unwrap()
            .iter()
            .all(|kept| kept.id != Some(key.id))
    );

    // A vault that cannot be written leaves no key behind that nobody holds.
    *deck.host.vault_full.lock().unwrap() = true;
    deck.say(Command::CreateKey {
        ask: AskId(5),
        draft,
    });
    let failed = deck
        .until(|event| matches!(event, Event::AskFailed { .. }))
        .await;
    let Event::AskFailed { fault, .. } = failed else {
        unreachable!()
    };
    assert!(fault.message.contains("deleted again"), "{fault}");
    let left = deck.keys().await;
    assert_eq!(left.len(), 1, "{left:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn troubles_of_a_reply_are_explained_and_recorded() {
    let mut deck = Deck::opened().await;
    let cases = [
        ("[[fault=429 retry-after=2]]", FaultKind::RateLimited, false),
        (
            "[[fault=upstream-429 retry-after=2]]",
            FaultKind::Upstream,
            false,
        ),
        ("[[fault=no-quota]]", FaultKind::KeyQuota, false),
        ("[[fault=500]]", FaultKind::Upstream, false),
        ("[[tokens=30 speed=0 fault=cut]]", FaultKind::Upstream, true),
    ];
    for (turn, (prompt, kind, generated)) in cases.into_iter().enumerate() {
        let turn = TurnId(turn as u64);
        deck.say(Command::Send {
            turn,
            request: lab(prompt),
            key: None,
            silence: None,
        });
        let end = deck.ended(turn).await;
        let fault = end.fault.unwrap_or_else(|| panic!("{prompt} did not fail"));
        assert_eq!(fault.kind, kind, "{prompt}: {fault}");
        assert!(!fault.advice.is_empty());
        assert_eq!(end.spend.usage.output > 0, generated, "{prompt}");
    }
    deck.say(Command::Send {
        turn: TurnId(9),
        request: ChatRequest {
            model: "relaydeck-labb".into(),
            ..lab("x")
        },
        key: None,
        silence: None,
    });
    let fault = deck.ended(TurnId(9)).await.fault.unwrap();
    assert_eq!(fault.kind, FaultKind::ModelNotFound);
    advises(&fault, "did you mean relaydeck-lab");

    let (_host, ledger) = deck.leave().await;
    let receipts = ledger.receipts(ReceiptFilter::default()).await.unwrap();
    assert_eq!(
        receipts.len(),
        5,
        "what was sent has a row, what was refused before has none"
    );
    let kept = |row: &Receipt| (row.state, row.cost().amount.map(|cost| cost.nanos() > 0));
    let states: Vec<_> = receipts.iter().rev().map(kept).collect();
    let failed = (ReceiptState::Failed, Some(false));
    assert_eq!(states[..4], [failed; 4]);
    assert_eq!(states[4], (ReceiptState::Ended, Some(true)));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_picture_that_a_model_cannot_read_is_named_as_the_trouble() {
    let mut deck = Deck::opened().await;
    let png = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR".to_vec();
    let mut request = lab("and now in words");
    let mut before = ChatMessage::new(Role::User, "what is it?");
    before.images = vec![Image::new("chart.png", png).unwrap()];
    request.messages.insert(0, before);
    deck.say(Command::Send {
        turn: TurnId(1),
        request,
        key: None,
        silence: None,
    });
    let fault = deck.ended(TurnId(1)).await.fault.unwrap();
    assert_eq!(fault.kind, FaultKind::BadRequest);
    advises(&fault, "pictures of earlier questions");
    deck.leave().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_embedded_relay_is_started_anew_when_its_process_has_gone() {
    let mut deck = Deck::opened().await;
    deck.host.stop_relay().await;
    deck.say(Command::Send {
        turn: TurnId(1),
        request: lab("[[tokens=3 speed=0]]"),
        key: None,
        silence: None,
    });
    assert_eq!(deck.ended(TurnId(1)).await.fault, None);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn leaving_while_a_reply_runs_writes_its_end() {
    let mut deck = Deck::opened().await;
    deck.say(Command::Send {
        turn: TurnId(1),
        request: lab("[[tokens=5000 speed=200 first=0ms]]"),
        key: None,
        silence: None,
    });
    deck.until(|event| matches!(event, Event::Delta { .. }))
        .await;
    let (_host, ledger) = deck.leave().await;
    let receipts = ledger.receipts(ReceiptFilter::default()).await.unwrap();
    assert_eq!(receipts[0].finish, Some(Finish::Cancelled));
    assert!(receipts[0].counted.output > 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_stopped_before_it_began_costs_nothing_that_is_known() {
    let mut deck = Deck::opened().await;
    let before = deck.balance().await;
    deck.say(Command::Send {
        turn: TurnId(1),
        request: lab("[[tokens=50 first=60s]] a long prompt that would cost something"),
        key: None,
        silence: None,
    });
    deck.until(|event| matches!(event, Event::Spend { .. }))
        .await;
    deck.say(Command::Stop(TurnId(1)));
    let end = deck.ended(TurnId(1)).await;
    assert_eq!((end.finish, end.fault), (Finish::Cancelled, None));
    // The relay may charge a prompt that it has read. This one does not, but only its log could say so; where the stop came
    // before anything was sent, it is known.
    let cost = end.spend.cost.amount;
    assert!(cost.is_none_or(|cost| cost.nanos() == 0), "{cost:?}");
    assert_eq!(deck.balance().await, before);
    let (_host, ledger) = deck.leave().await;
    let receipts = ledger.receipts(ReceiptFilter::default()).await.unwrap();
    assert_eq!(receipts[0].usage().total(), 0, "{:?}", receipts[0]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_key_that_is_being_made_when_the_deck_leaves_is_held_all_the_same() {
    let deck = Deck::opened().await;
    *deck.host.vault_slow.lock().unwrap() = true;
    let draft = KeyDraft {
        name: "made-while-leaving".into(),
        group: String::new(),
        quota: QuotaLimit::Unlimited,
        expires: None,
        models: vec![],
        ips: vec![],
        pace: relaydeck::domain::Pace::default(),
        auto: relaydeck::domain::AutoRoute::default(),
    };
    deck.say(Command::CreateKey {
        ask: AskId(1),
        draft,
    });
    let (host, _ledger) = deck.leave().await;
    let held = host.held_keys("local").unwrap();
    assert!(
        held.iter().any(|key| key.name == "made-while-leaving"),
        "{held:?}"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_kept_session_is_listed_read_exported_once_and_deleted() {
    let mut deck = Deck::opened().await;
    let talk = Conversation {
        profile: "local".into(),
        model: "relaydeck-lab".into(),
        turns: vec![Turn {
            prompt: "Hello there".into(),
            reply: "Good day.".into(),
            ..Turn::default()
        }],
        ..Conversation::default()
    };
    deck.say(Command::Keep(Box::new(talk)));
    deck.say(Command::ListSessions {
        ask: AskId(1),
        find: "GOOD day".into(),
    });
    let listed = deck
        .until(|event| matches!(event, Event::Sessions { .. }))
        .await;
    let Event::Sessions { list, .. } = listed else {
        panic!()
    };
    let id = list[0].id;
    assert_eq!(list[0].found.as_deref(), Some("Good day."));
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("talk.md");
    let export = |ask| Command::ExportSession {
        ask: AskId(ask),
        id,
        format: ExportFormat::Markdown,
        path: path.clone(),
    };
    deck.say(export(2));
    deck.until(|event| matches!(event, Event::SessionExported { ask: AskId(2), .. }))
        .await;
    let written = std::fs::read_to_string(&path).unwrap();
    assert!(written.contains("Hello there") && written.contains("Good day."));
    deck.say(export(3));
    let refused = deck
        .until(|event| matches!(event, Event::AskFailed { ask: AskId(3), .. }))
        .await;
    let Event::AskFailed { fault, .. } = refused else {
        panic!()
    };
    assert!(fault.message.contains("is there already"), "{fault}");
    deck.say(Command::RenameSession {
        ask: AskId(4),
        id,
        name: "greeting".into(),
    });
    deck.say(Command::ReadSession { ask: AskId(5), id });
    let read = deck
        .until(|event| matches!(event, Event::SessionRead { .. }))
        .await;
    let Event::SessionRead { conversation, .. } = read else {
        panic!()
    };
    assert_eq!(conversation.title(), "greeting");
    deck.say(Command::DeleteSession { ask: AskId(6), id });
    deck.say(Command::ReadSession { ask: AskId(7), id });
    let gone = deck
        .until(|event| matches!(event, Event::AskFailed { ask: AskId(7), .. }))
        .await;
    let Event::AskFailed { fault, .. } = gone else {
        panic!()
    };
    assert_eq!(fault.kind, FaultKind::NotFound);
}

/// How the checklist stands for the lab.
async fn checklist(deck: &mut Deck, ask: u64) -> Vec<(String, State)> {
    deck.say(Command::Prove {
        ask: AskId(ask),
        wish: Wish {
            what: Wanting::Checklist,
            model: "relaydeck-lab".into(),
            key: None,
            within: None,
        },
    });
    let told = deck
        .until(|event| matches!(event, Event::Proof { ask: of, .. } if *of == AskId(ask)))
        .await;
    match told {
        Event::Proof { news, .. } => match *news {
            ProofNews::Standing { lines, .. } => lines
                .into_iter()
                .map(|line| (line.item.words().to_owned(), line.state))
                .collect(),
            other => panic!("{other:?}"),
        },
        _ => unreachable!("only proofs fit"),
    }
}

/// So many requests of another key for the same model, later than all that were sent so far.
async fn crowd(host: &TestHost, count: usize) {
    let ledger = Ledger::open(&host.ledger_file()).unwrap();
    let now = UnixMillis(jiff::Timestamp::now().as_millisecond());
    for _ in 0..count {
        let id = ledger
            .append(NewRequest {
                profile: "local".into(),
                relay: "http://127.0.0.1:1".into(),
                sent: now,
                model: "relaydeck-lab".into(),
                key_id: None,
                key_name: None,
                key_masked: "sk-aB3d**********x9Zk".into(),
                group: None,
                price: Price::Unknown,
            })
            .await
            .unwrap();
        ledger.end(id, refused()).await.unwrap();
    }
}

fn refused() -> Outcome {
    Outcome {
        how: Ending::Failed,
        model_echoed: None,
        counted: Usage::default(),
        reported: None,
        expected: None,
        expected_basis: Basis::Estimated,
        finish: None,
        fault: Some(FaultKind::Network),
        status: None,
        request_id: None,
        first_ms: None,
        total_ms: None,
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn s_98_an_answer_in_the_chat_is_proof_enough_for_the_checklist() {
    let mut deck = Deck::opened().await;
    let state = |lines: &[(String, State)], item: &str| {
        let line = lines.iter().find(|(words, _)| words == item);
        line.map(|(_, state)| *state)
    };
    let lines = checklist(&mut deck, 91).await;
    assert_eq!(state(&lines, "key usable"), Some(State::Unknown));
    deck.say(Command::Send {
        turn: TurnId(1),
        request: lab("[[tokens=5 speed=0]] go"),
        key: None,
        silence: None,
    });
    let end = deck.ended(TurnId(1)).await;
    assert_eq!(end.fault, None);
    let lines = checklist(&mut deck, 92).await;
    for item in ["key usable", "model in group", "exact name", "node answers"] {
        assert_eq!(state(&lines, item), Some(State::Done), "{item}");
    }
    assert_eq!(state(&lines, "connectivity tested"), Some(State::Unknown));
    // What another key was answered since does not stand before it, however much that is.
    crowd(&deck.host, 101).await;
    let lines = checklist(&mut deck, 94).await;
    assert_eq!(state(&lines, "key usable"), Some(State::Done));
    // A key that may not be used any more is not proved usable by what it was answered before.
    let ids: Vec<i64> = deck.keys().await.iter().map(|row| row.info.id).collect();
    for (ask, on, usable) in [(95, false, State::Unknown), (97, true, State::Done)] {
        let ids = ids.clone();
        deck.say(Command::Keys {
            ask: AskId(ask),
            what: KeyAsk::Switch { ids, on },
        });
        deck.until(|event| matches!(event, Event::Keys { ask: of, .. } if *of == AskId(ask)))
            .await;
        let lines = checklist(&mut deck, ask + 1).await;
        for item in ["key usable", "model in group"] {
            assert_eq!(state(&lines, item), Some(usable), "{item}, on: {on}");
        }
    }
    // The last word counts: an answer that did not come proves nothing of the next.
    deck.say(Command::Send {
        turn: TurnId(2),
        request: lab("[[fault=401]] go"),
        key: None,
        silence: None,
    });
    let end = deck.ended(TurnId(2)).await;
    assert!(end.fault.is_some());
    let lines = checklist(&mut deck, 93).await;
    assert_eq!(state(&lines, "key usable"), Some(State::Unknown));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn x_01_what_a_tools_test_call_cost_is_in_the_day_and_off_the_wallet_at_once() {
    let mut deck = Deck::opened().await;
    let before = deck.balance().await;
    let plan = AskId(71);
    let tool = "aider".to_owned();
    deck.say(Command::Tool(plan, ToolJob::Plan { tool, key: None }));
    deck.until(|event| matches!(event, Event::Tool(ask, Ok(_)) if *ask == plan))
        .await;
    deck.say(Command::Tool(AskId(72), ToolJob::Agree { plan }));
    deck.until(|event| matches!(event, Event::Today(today) if today.requests > 0))
        .await;
    let less = |event: &Event| match event {
        Event::Loaded {
            snapshot: Snapshot::Account(account),
            ..
        } => account.balance.is_some_and(|left| left.nanos() < before),
        _ => false,
    };
    // Nobody asked for it.
    deck.until(less).await;
}
