//! Kept conversations: read back as they were, cheap to keep, and never written over by another process.
#![allow(clippy::unwrap_used, reason = "a test's helper fails by panicking")]

use std::path::Path;

use proptest::prelude::*;
use relaydeck::domain::{
    Basis, ChatSettings, Conversation, Cost, Effort, Fault, FaultKind, Finish, Image, Money,
    Protocol, Turn, UnixMillis, Usage,
};
use relaydeck::ledger::Ledger;
use rusqlite::Connection;

fn turn(prompt: &str) -> Turn {
    Turn {
        sent: UnixMillis(1),
        model: "m".into(),
        prompt: prompt.into(),
        images: vec![],
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
        ..Conversation::default()
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
    // Counts how often each row was written.
    watcher
        .execute_batch(
            "CREATE TABLE written (position INTEGER PRIMARY KEY, times INTEGER NOT NULL) STRICT;
             CREATE TRIGGER watch AFTER UPDATE ON turns BEGIN
                INSERT INTO written VALUES (new.position, 1) ON CONFLICT DO UPDATE SET times = times + 1;
             END;",
        )
        .unwrap();
    let rows = || -> Vec<(i64, String)> {
        watcher
            .prepare(
                "SELECT coalesce((SELECT times FROM written w WHERE w.position = t.position), 0), prompt
                 FROM turns t ORDER BY position",
            )
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
                images: vec![],
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

#[tokio::test]
async fn sessions_are_listed_found_renamed_and_deleted() {
    let home = tempfile::tempdir().unwrap();
    let ledger = open(home.path());
    let mut first = conversation("p", &["How does SSE work?", "和 WebSocket 比呢？"]);
    first.turns[0].cost = Some(Cost {
        amount: Some(Money::from_usd(1)),
        basis: Basis::Settled,
    });
    first.turns[1].cost = None;
    first.turns[1].sent = UnixMillis(9_000);
    let first_id = ledger.keep(&first).await.unwrap();
    let second_id = ledger
        .keep(&conversation("p", &["Bake bread"]))
        .await
        .unwrap();
    ledger.keep(&conversation("other", &["SSE"])).await.unwrap();

    let all = ledger.conversations("p", "").await.unwrap();
    let ids: Vec<i64> = all.iter().map(|info| info.id).collect();
    assert_eq!(
        ids,
        [second_id, first_id],
        "the one kept last first, and only of this relay"
    );
    let info = &all[1];
    assert_eq!(
        (info.turns, info.last, info.unknown),
        (2, UnixMillis(9_000), 1)
    );
    assert_eq!(
        (info.cost, info.title()),
        (Money::from_usd(1), "How does SSE work?".into())
    );

    for (find, said) in [
        ("sse WORK", "How does SSE work?"),
        ("websocket 比", "和 WebSocket 比呢？"),
    ] {
        let found = ledger.conversations("p", find).await.unwrap();
        assert_eq!(found.len(), 1, "{find}");
        assert_eq!(
            (found[0].id, found[0].found.as_deref()),
            (first_id, Some(said))
        );
    }
    assert!(ledger.conversations("p", "100%").await.unwrap().is_empty());

    assert!(
        ledger
            .rename_conversation(first_id, "streams")
            .await
            .unwrap()
    );
    // A copy in memory that has the old name takes nothing back.
    first.id = Some(first_id);
    assert_eq!(ledger.keep(&first).await.unwrap(), first_id);
    let read = ledger.conversation(first_id).await.unwrap().unwrap();
    assert_eq!((read.title().as_str(), read.turns.len()), ("streams", 2));

    assert_eq!(
        ledger.delete_conversations(&[first_id, 99]).await.unwrap(),
        [first_id]
    );
    assert_eq!(ledger.conversation(first_id).await.unwrap(), None);
    assert!(!ledger.rename_conversation(first_id, "x").await.unwrap());
    let new_id = ledger.keep(&first).await.unwrap();
    let read = ledger.conversation(new_id).await.unwrap().unwrap();
    assert_eq!(read.turns.len(), 2, "whoever still holds it loses nothing");
}

#[tokio::test]
async fn settings_and_pictures_of_a_conversation_are_kept_with_it() {
    let home = tempfile::tempdir().unwrap();
    let ledger = open(home.path());
    let mut talk = conversation("p", &["What is this?", "And now?"]);
    talk.settings = ChatSettings {
        max_tokens: Some(64),
        temperature: Some(0.25),
        effort: Some(Effort::High),
        protocol: Protocol::Messages,
    };
    talk.name = "pictures".into();
    let image = |name: &str| Image::new(name, format!("GIF89a{name}").into_bytes()).unwrap();
    talk.turns[0].images = vec![image("one.gif"), image("two.gif")];
    talk.id = Some(ledger.keep(&talk).await.unwrap());
    talk.turns[0].reply.push_str(" It grows.");
    ledger.keep(&talk).await.unwrap();
    talk.turns[1].images = vec![image("three.gif")];
    ledger.keep(&talk).await.unwrap();
    ledger.close().await.unwrap();
    let ledger = open(home.path());
    assert_eq!(
        ledger.latest_conversation("p").await.unwrap(),
        Some(talk.clone())
    );
    talk.turns.truncate(1);
    talk.turns[0].images.clear();
    ledger.keep(&talk).await.unwrap();
    assert_eq!(ledger.latest_conversation("p").await.unwrap(), Some(talk));
}
