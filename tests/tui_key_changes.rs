//! Keys that are there: sorted, edited, switched, replaced, copied, written into a file.

mod term_support;
mod tui_support;

use relaydeck::domain::{ApiKey, FaultKind};
use relaydeck::engine::door::{Event, KeyTold, Snapshot};
use relaydeck::locale::Word;
use tui_support::events::{fault, loaded, open};
use tui_support::{Script, world};

fn keys() -> Script {
    let mut script = Script::new(120, 40);
    open(&mut script, "4sapi");
    script.keys("<Esc> 1");
    script
}

fn told(script: &mut Script, told: KeyTold) {
    let ask = script.ask();
    script.engine(Event::Keys {
        ask,
        profile: "4sapi".into(),
        told,
    });
}

/// The names in the list, from top to bottom.
fn names(script: &mut Script) -> Vec<String> {
    let rows = (4..8).map(|at| script.row(at));
    rows.map(|row| {
        row.split_whitespace()
            .find(|word| word.len() > 1 && *word != "▸")
            .unwrap_or_default()
            .to_owned()
    })
    .collect()
}

#[test]
fn s_10_a_capital_letter_sorts_by_a_column_both_ways_and_not_at_all() {
    let mut script = keys();
    let as_it_came = names(&mut script);
    script.keys("N").sees("NAME↑");
    assert_eq!(
        names(&mut script),
        [
            "cursor-dev",
            "n8n-prod-workflow",
            "old-laptop",
            "博客-生产-总结"
        ]
    );
    script.keys("N").sees("NAME↓");
    assert_eq!(
        names(&mut script),
        [
            "博客-生产-总结",
            "old-laptop",
            "n8n-prod-workflow",
            "cursor-dev"
        ]
    );
    script.keys("N").misses("NAME↓");
    assert_eq!(names(&mut script), as_it_came);
    script.keys("L").sees("LEFT↑");
    assert_eq!(names(&mut script)[0], "old-laptop", "the least left first");
    assert_eq!(names(&mut script)[3], "n8n-prod-workflow", "unlimited last");
    script.keys("E").sees("EXPIRES↑");
    assert_eq!(names(&mut script)[0], "old-laptop");
    script.keys("U").sees("USED↓");
    assert_eq!(names(&mut script)[0], "n8n-prod-workflow");
    script.keys("T");
    assert_eq!(
        names(&mut script)[0],
        "n8n-prod-workflow",
        "the latest use first"
    );
}

#[test]
fn the_cursor_stays_on_its_row_while_the_order_changes() {
    let mut script = keys();
    script.keys("j j N N <Enter>").sees("Key old-laptop");
}

#[test]
fn a_key_is_disabled_and_enabled_with_one_key_and_several_after_a_question() {
    let mut script = keys();
    script.keys("x");
    assert_eq!(script.asked(), ["disable [4]"]);
    told(
        &mut script,
        KeyTold::Switched {
            ids: vec![4],
            on: false,
            fault: None,
        },
    );
    script.sees("the key is disabled").keys("x");
    assert_eq!(script.asked(), ["enable [4]"]);
    told(
        &mut script,
        KeyTold::Switched {
            ids: vec![4],
            on: true,
            fault: None,
        },
    );
    script
        .keys("* x")
        .sees("Disable these 4 keys?")
        .sees("old-laptop")
        .sees("sk-k2aB")
        .keys("y");
    assert_eq!(script.asked(), ["disable [4, 3, 2, 1]"]);
    let trouble = Some(fault(FaultKind::RateLimited, "too many requests"));
    told(
        &mut script,
        KeyTold::Switched {
            ids: vec![1, 2],
            on: false,
            fault: trouble,
        },
    );
    script
        .sees("too many requests (2 disabled)")
        .sees("2 marked");
}

#[test]
fn the_settings_of_a_key_are_changed_in_the_form_it_was_made_with() {
    let mut script = keys();
    script
        .keys("e")
        .sees("Settings of cursor-dev")
        .sees("as it is: $4.9")
        .sees("as it is: in 29 d");
    for _ in 0..6 {
        script.keys("<Down>");
    }
    script.keys("<Enter>");
    assert_eq!(
        script.asked(),
        [
            "edit 4: cursor-dev in \"default\", Limited(QuotaUnits(2450000)) keep true, until Some(1797854700), models []"
        ],
        "what nobody touched stays"
    );
    let mut info = world::key(4, "cursor-dev").info;
    info.group = "vip".into();
    let ask = script.ask();
    script
        .engine(Event::AskFailed {
            ask,
            fault: fault(FaultKind::Forbidden, "not this group"),
        })
        .sees("not this group");
    script.keys("<Enter>");
    told(
        &mut script,
        KeyTold::Edited {
            key: info,
            warning: None,
        },
    );
    script
        .misses("Settings of")
        .sees("cursor-dev was saved")
        .sees("vip ×0.8");
}

#[test]
fn an_edit_can_be_sent_back_to_unlimited_and_to_another_group() {
    let mut script = keys();
    script.keys("e <Down> <Right> <Down> <Right> <Down> <Right>");
    for _ in 0..4 {
        script.keys("<Down>");
    }
    script.keys("<Enter>");
    assert_eq!(
        script.asked(),
        ["edit 4: cursor-dev in \"vip\", Unlimited keep false, until None, models []"]
    );
}

#[test]
fn models_are_chosen_from_a_list_in_which_several_can_be_marked() {
    let mut script = keys();
    script.keys("n").types("blog-prod-x-ann");
    for _ in 0..4 {
        script.keys("<Down>");
    }
    script.keys("<C-f>").sees("Choose the models it may call");
    script
        .keys("<Tab> <Tab> opus <Enter>")
        .sees("claude-opus-4-5, claude-sonnet-4-5-20250929");
    script
        .keys("<Up> <C-f>")
        .sees("•▸ claude-opus-4-5")
        .keys("<Tab> <Enter>");
    script
        .misses("claude-opus-4-5,")
        .sees("claude-sonnet-4-5-20250929");
}

#[test]
fn s_19_a_lost_key_is_replaced_after_a_question_that_names_it() {
    let mut script = keys();
    script
        .keys("p")
        .sees("Replace this key?")
        .sees("cursor-dev  sk-k4aB")
        .keys("n");
    assert_eq!(script.asked(), [""; 0]);
    script.keys("p y");
    assert_eq!(script.asked(), ["replace 4"]);
    told(
        &mut script,
        KeyTold::Replaced {
            old: 4,
            key: world::key(9, "cursor-dev").info,
            secret: ApiKey::new(format!("sk-{}", "Qz7".repeat(12))),
            stored_in: "the vault".into(),
            fault: None,
        },
    );
    script
        .sees("has a successor")
        .sees("Qz7Qz7")
        .sees("settings of the old key (number 4)")
        .keys("c")
        .copied(Word("copied-key"))
        .keys("<Esc>");
    script.sees("– disabled").sees("5 keys");
}

#[test]
fn s_17_a_secret_is_copied_where_it_is_held_or_shown_again_and_told_where_not() {
    let mut script = keys();
    script.keys("c");
    assert_eq!(script.asked(), ["reveal 4, hold false"]);
    told(
        &mut script,
        KeyTold::Revealed {
            id: 4,
            secret: ApiKey::new("sk-abcdefghijklmnop"),
            stored_in: None,
        },
    );
    assert_eq!(
        script.asked(),
        ["copy the key's secret: sk-abcd**********mnop"]
    );
    script.keys("a").sees("stored here already").keys("j a");
    assert_eq!(script.asked(), ["reveal 3, hold true"]);
    told(
        &mut script,
        KeyTold::Revealed {
            id: 3,
            secret: ApiKey::new("sk-abcdefghijklmnop"),
            stored_in: Some("secrets.toml".into()),
        },
    );
    script
        .sees("stored in secrets.toml")
        .keys("a")
        .sees("stored here already");
    assert_eq!(script.asked(), [""; 0]);
}

#[test]
fn s_18_a_key_is_written_into_a_file_and_a_work_tree_wants_a_yes() {
    let mut script = keys();
    script
        .keys("w")
        .sees("Write the key cursor-dev into a file")
        .keys("<Down>")
        .sees("OPENAI_API_KEY and OPENAI_BASE_URL");
    script
        .keys("<Right>")
        .sees("ANTHROPIC_API_KEY and ANTHROPIC_BASE_URL")
        .keys("<Down> <Enter>");
    assert_eq!(
        script.asked(),
        ["write 4 into .env for Anthropic, into git false"]
    );
    told(
        &mut script,
        KeyTold::EnvInGit {
            file: "/home/lin/app/.env".into(),
            tree: "/home/lin/app".into(),
        },
    );
    script
        .sees("Write a key into a git work tree?")
        .sees("/home/lin/app/.env")
        .keys("n")
        .sees("[ Write the file ]");
    script.keys("<Enter>");
    told(
        &mut script,
        KeyTold::EnvInGit {
            file: "/home/lin/app/.env".into(),
            tree: "/home/lin/app".into(),
        },
    );
    script.asked();
    script.keys("y");
    assert_eq!(
        script.asked(),
        ["write 4 into .env for Anthropic, into git true"]
    );
    told(
        &mut script,
        KeyTold::EnvWritten {
            id: 4,
            file: "/home/lin/app/.env".into(),
            was_open: true,
        },
    );
    script
        .sees("written to /home/lin/app/.env, which others could read until now")
        .misses("Write the key");
}

/// Key 9 was just made, and its secret is on the screen.
fn new_secret() -> Script {
    let mut script = keys();
    script.keys("n").types("blog-prod-x-ann");
    for _ in 0..8 {
        script.keys("<Down>");
    }
    script.keys("<Enter>");
    let ask = script.ask();
    script.engine(Event::KeyCreated {
        ask,
        profile: "4sapi".into(),
        key: world::key(9, "blog-prod-x-ann").info,
        secret: ApiKey::new(format!("sk-{}", "Qz7".repeat(12))),
        stored_in: "the vault".into(),
        warning: None,
    });
    script
}

#[test]
fn s_18_a_new_secret_that_was_written_into_a_file_may_be_left() {
    let mut script = new_secret();
    script.keys("w <Down> <Down> <Enter>");
    told(
        &mut script,
        KeyTold::EnvWritten {
            id: 9,
            file: "/home/lin/.env".into(),
            was_open: false,
        },
    );
    script
        .sees("✓ written to /home/lin/.env")
        .keys("<Esc>")
        .misses("Close without")
        .sees("5 keys");
}

#[test]
fn s_18_a_tool_is_set_up_with_a_new_key_straight_from_its_secret() {
    let mut script = new_secret();
    script.asked();
    script.keys("t").sees("looking for tools");
    assert_eq!(script.asked(), ["tool List"]);
    let list = script.ask();
    script.engine(tui_support::tools::told(list));
    script.types("codex").keys("<Enter>");
    let plan = script.ask();
    let asked = "tool Plan { tool: \"codex\", key: Some(9) }";
    assert_eq!(script.asked().last().map(String::as_str), Some(asked));
    script.engine(tui_support::tools::plan(plan));
    script.sees("+base_url").keys("y");
    let agreed = script.ask();
    script.engine(tui_support::tools::set_up(agreed, 9));
    script
        .sees("Codex CLI is set up")
        .keys("<Esc>")
        .sees("✓ Codex CLI uses it")
        .keys("<Esc>")
        .misses("Close without")
        .sees("5 keys");
}

#[test]
fn a_key_that_is_gone_meanwhile_hears_nothing() {
    let mut script = keys();
    script
        .keys("<Enter>")
        .engine(loaded(Snapshot::Keys(vec![])))
        .sees("This key is gone");
    script.keys("e x p c w t a");
    assert_eq!(
        script.asked(),
        ["enable [4]"],
        "only a switch needs no more than the number"
    );
}
