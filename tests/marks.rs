//! The user's own marks (S-33): set in the chat, kept by group and model, shown beside what was measured; never the
//! relay's claim.

#![allow(clippy::unwrap_used, reason = "a helper that fails fails its test")]

mod support;
mod term_support;
mod tui_support;

use relaydeck::domain::stability::{Mark, Marks, Measured};
use relaydeck::domain::{Basis, Finish, UnixMillis};
use relaydeck::engine::door::Event;
use relaydeck::ledger::Ledger;
use support::{json, relaydeck};
use tui_support::Script;
use tui_support::events::{ended, open, spend, text};

fn mark(model: &str, good: bool, request_id: Option<&str>) -> Mark {
    Mark {
        group: "vip".into(),
        model: model.into(),
        good,
        request_id: request_id.map(Into::into),
    }
}

#[tokio::test]
async fn s_33_a_request_has_one_mark_and_marks_are_summed_by_group_and_model() {
    let folder = tempfile::tempdir().unwrap();
    let ledger = Ledger::open(&folder.path().join("ledger.db")).unwrap();
    let at = UnixMillis(1_000);
    for one in [
        mark("a", true, Some("r1")),
        mark("a", false, Some("r1")),
        mark("a", true, Some("r2")),
        mark("a", true, None),
        mark("b", true, None),
    ] {
        ledger.mark("4sapi", one, at).await.unwrap();
    }
    ledger
        .mark("other", mark("a", false, None), at)
        .await
        .unwrap();
    let sums = ledger.marks("4sapi").await.unwrap();
    let told: Vec<(&str, u64, u64)> = sums
        .iter()
        .map(|(_, model, marks)| (model.as_str(), marks.good, marks.bad))
        .collect();
    assert_eq!(told, [("a", 2, 1), ("b", 1, 0)]);
    let measured = Measured::default().with_marks(sums);
    assert_eq!(measured.marks_of("vip", "a"), Marks { good: 2, bad: 1 });
    assert_eq!(measured.marks_of("default", "a"), Marks::default());
}

#[test]
fn s_33_an_answer_is_marked_in_the_chat_and_the_group_shows_it() {
    let mut script = Script::new(80, 24);
    open(&mut script, "4sapi");
    script.keys("<Esc> +").sees("no answer to mark");
    assert_eq!(script.asked(), [""; 0]);
    script
        .keys("i <C-p> sonnet <Enter>")
        .types("hi")
        .keys("<Enter>");
    script.asked();
    let turn = script.turn();
    script.engine(text(turn, "Hello.")).engine(ended(
        turn,
        Finish::Stop,
        spend(4, 2, "0.0001", Basis::Reported),
    ));
    script.asked();
    script.keys("<Esc> -");
    let asked = script.asked();
    assert_eq!(asked.len(), 1, "{asked:?}");
    assert!(asked[0].starts_with("mark claude-sonnet"), "{asked:?}");
    assert!(asked[0].ends_with("bad req-20261122-7f3a"), "{asked:?}");
    script.sees("marked as bad");
    let marks = Marks { good: 3, bad: 1 };
    let sums = [("default".to_owned(), "gpt-4o-mini".to_owned(), marks)];
    script.engine(Event::Measured(Box::new(
        Measured::default().with_marks(sums),
    )));
    script.keys("2 j i");
    script.sees("Your marks").sees("3 good, 1 bad");
}

#[test]
fn s_33_marks_have_a_twin_on_the_command_line() {
    let home = tempfile::tempdir().unwrap();
    let args = ["groups", "mark", "default", "relaydeck-lab"];
    let told = json(home.path(), &[&args[..], &["good"]].concat());
    assert_eq!((&told["good"], &told["bad"]), (&1.into(), &0.into()));
    let id = ["bad", "--request-id", "r1"];
    json(home.path(), &[&args[..], &id].concat());
    let told = json(home.path(), &[&args[..], &id].concat());
    assert_eq!((&told["good"], &told["bad"]), (&1.into(), &1.into()));
    let group = json(home.path(), &["groups", "show", "default"]);
    assert_eq!(group["marks"][0]["model"], "relaydeck-lab", "{group}");
    let models = json(home.path(), &["models", "list", "--sort", "marks"]);
    assert_eq!(models[0]["name"], "relaydeck-lab", "{models}");
    assert!(models[0]["marks"]["good"].as_u64() > Some(0), "{models}");
    assert_eq!(models[1]["marks"]["good"], 0, "{models}");
    let wrong = relaydeck(home.path(), &["groups", "mark", "default", "m", "great"]);
    assert_eq!(wrong.status.code(), Some(2));
}
