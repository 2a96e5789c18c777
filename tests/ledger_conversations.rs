//! Kept conversations: read back as they were, cheap to keep, and never written over by another process.
#![allow(clippy::unwrap_used, reason = "a test's helper fails by panicking")]

use std::path::Path;

use proptest::prelude::*;
use relaydeck::domain::{
    Basis, Conversation, Cost, Fault, FaultKind, Finish, Money, Turn, UnixMillis, Usage,
};
use relaydeck::ledger::Ledger;
use rusqlite::Connection;

fn turn(prompt: &str) -> Turn {
    Turn {
        sent: UnixMillis(1),
        model: "m".into(),
        prompt: prompt.into(),
        reply: format!("about {prompt}"),
        reasoning: String::new(),
        finish: Some(Finish::Stop),
        fault: None,
        usage: Usage {
            input: 4,
            output: 9,
            ..Usage::default()
        },
        cost: None,
        first_ms: None,
        total_ms: None,
    }
}

fn conversation(profile: &str, prompts: &[&str]) -> Conversation {
    Conversation {
        id: None,
        profile: profile.into(),
        model: "m".into(),
        system: "be brief".into(),
        turns: prompts.iter().map(|prompt| turn(prompt)).collect(),
    }
}

fn open(home: &Path) -> Ledger {
    Ledger::open(&home.join("ledger.db")).unwrap()
}

#[tokio::test]
async fn a_conversation_is_there_when_one_comes_back() {
    let home = tempfile::tempdir().unwrap();
    let ledger = open(home.path());
    assert_eq!(ledger.latest_conversation("p").await.unwrap(), None);
    let mut talk = conversation("p", &["one", "two"]);
    talk.turns[1].fault = Some(
        Fault::new(FaultKind::StreamBroken, "the stream broke off")
            .with_request_id(Some("r".into())),
    );
    talk.turns[1].finish = Some(Finish::Other("moderated".into()));
    talk.turns[1].cost = Some(Cost {
        amount: None,
        basis: Basis::Estimated,
    });
    talk.id = Some(ledger.keep(&talk).await.unwrap());
    ledger.close().await.unwrap();

    let ledger = open(home.path());
    assert_eq!(ledger.latest_conversation("p").await.unwrap(), Some(talk));
    assert_eq!(ledger.latest_conversation("other").await.unwrap(), None);
}

#[tokio::test]
async fn the_one_kept_last_is_the_latest() {
    let home = tempfile::tempdir().unwrap();
    let ledger = open(home.path());
    let mut first = conversation("p", &["one"]);
    first.id = Some(ledger.keep(&first).await.unwrap());
    let second = ledger.keep(&conversation("p", &["two"])).await.unwrap();
    let elsewhere = ledger.keep(&conversation("q", &["three"])).await.unwrap();
    assert!(Some(second) != first.id && elsewhere != second);
    assert_eq!(
        ledger.latest_conversation("p").await.unwrap().unwrap().id,
        Some(second)
    );
    first.model = "n".into();
    assert_eq!(Some(ledger.keep(&first).await.unwrap()), first.id);
    assert_eq!(ledger.latest_conversation("p").await.unwrap(), Some(first));
}

#[tokio::test]
async fn only_turns_that_changed_are_written() {
    let home = tempfile::tempdir().unwrap();
    let ledger = open(home.path());
    let mut talk = conversation("p", &["one", "two", "three"]);
    talk.id = Some(ledger.keep(&talk).await.unwrap());
    let watcher = Connection::open(home.path().join("ledger.db")).unwrap();
    // A replaced row gets a new row number, so the numbers tell what was written.
    let rows = || -> Vec<(i64, String)> {
        watcher
            .prepare("SELECT rowid, prompt FROM turns ORDER BY position")
            .unwrap()
            .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))
            .unwrap()
            .collect::<rusqlite::Result<_>>()
            .unwrap()
    };
    let before = rows();
    talk.turns.push(turn("four"));
    ledger.keep(&talk).await.unwrap();
    assert_eq!(rows()[..3], before, "a further turn writes itself alone");
    talk.turns[3].reply.push_str(", at length");
    ledger.keep(&talk).await.unwrap();
    assert_eq!(rows()[..3], before);
    assert_eq!(
        ledger.latest_conversation("p").await.unwrap(),
        Some(talk.clone())
    );

    // The same after a restart, when only the file knows what was kept.
    ledger.close().await.unwrap();
    let ledger = open(home.path());
    let before = rows();
    talk.turns[3].reply.push('!');
    ledger.keep(&talk).await.unwrap();
    assert_eq!(rows()[..3], before[..3]);
    assert_ne!(rows()[3], before[3]);

    talk.turns.truncate(1);
    talk.turns[0].prompt = "uno".into();
    ledger.keep(&talk).await.unwrap();
    let left: Vec<String> = rows().into_iter().map(|(_, prompt)| prompt).collect();
    assert_eq!(
        left,
        ["uno"],
        "an earlier message sent anew drops what followed"
    );
}

#[tokio::test]
async fn two_that_continue_the_same_conversation_both_keep_theirs() {
    let home = tempfile::tempdir().unwrap();
    let (here, there) = (open(home.path()), open(home.path()));
    let mut mine = conversation("p", &["one"]);
    mine.id = Some(here.keep(&mine).await.unwrap());
    let mut theirs = there.latest_conversation("p").await.unwrap().unwrap();
    assert_eq!(theirs, mine);

    theirs.turns.push(turn("theirs"));
    assert_eq!(Some(there.keep(&theirs).await.unwrap()), theirs.id);
    mine.turns.push(turn("mine"));
    let moved = here.keep(&mine).await.unwrap();
    assert_ne!(
        Some(moved),
        mine.id,
        "somebody else has gone on with that one"
    );
    mine.turns.push(turn("more of mine"));
    assert_eq!(
        here.keep(&mine).await.unwrap(),
        moved,
        "even for one who goes on with the old number"
    );
    mine.id = Some(moved);
    mine.turns.push(turn("still more of mine"));
    assert_eq!(here.keep(&mine).await.unwrap(), moved);

    theirs.turns.push(turn("more of theirs"));
    assert_eq!(Some(there.keep(&theirs).await.unwrap()), theirs.id);
    assert_eq!(there.latest_conversation("p").await.unwrap(), Some(theirs));
    mine.turns.push(turn("the last word"));
    here.keep(&mine).await.unwrap();
    assert_eq!(there.latest_conversation("p").await.unwrap(), Some(mine));
}

#[tokio::test]
async fn a_number_that_is_not_there_any_more_costs_no_text() {
    let home = tempfile::tempdir().unwrap();
    let ledger = open(home.path());
    let mut talk = conversation("p", &["one"]);
    talk.id = Some(4_711);
    talk.id = Some(ledger.keep(&talk).await.unwrap());
    assert_eq!(ledger.latest_conversation("p").await.unwrap(), Some(talk));
}

fn any_turn() -> impl Strategy<Value = Turn> {
    let text = || "\\PC{0,12}|[\\x00-\\x1f]{1,4}";
    let finish = prop_oneof![
        Just(None),
        Just(Some(Finish::Cancelled)),
        text().prop_map(|word| Some(Finish::Other(word))),
    ];
    let fault =
        proptest::option::of(text().prop_map(|message| Fault::new(FaultKind::Upstream, message)));
    let cost = proptest::option::of(
        (proptest::option::of(any::<i64>()), any::<bool>()).prop_map(|(amount, settled)| Cost {
            amount: amount.map(Money::from_nanos),
            basis: if settled {
                Basis::Settled
            } else {
                Basis::Reported
            },
        }),
    );
    let span = || proptest::option::of(0..i64::MAX as u64);
    let texts = (text(), text(), text(), text());
    (
        any::<i64>(),
        texts,
        finish,
        fault,
        0_u64..1 << 40,
        cost,
        span(),
        span(),
    )
        .prop_map(
            |(
                sent,
                (model, prompt, reply, reasoning),
                finish,
                fault,
                tokens,
                cost,
                first_ms,
                total_ms,
            )| Turn {
                sent: UnixMillis(sent),
                model,
                prompt,
                reply,
                reasoning,
                finish,
                fault,
                usage: Usage {
                    input: tokens,
                    cache_read: 1,
                    cache_write: 2,
                    output: tokens / 2,
                },
                cost,
                first_ms,
                total_ms,
            },
        )
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]
    #[test]
    fn any_history_of_a_conversation_is_read_back(versions in proptest::collection::vec(proptest::collection::vec(any_turn(), 0..5), 1..5)) {
        let home = tempfile::tempdir().unwrap();
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(async {
            let ledger = open(home.path());
            let mut talk = conversation("p", &[]);
            for turns in versions {
                talk.turns = turns;
                talk.id = Some(ledger.keep(&talk).await.unwrap());
            }
            ledger.close().await.unwrap();
            let read = open(home.path()).latest_conversation("p").await.unwrap();
            prop_assert_eq!(read, Some(talk));
            Ok(())
        })?;
    }
}
