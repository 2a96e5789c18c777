//! The keys: listed, filtered, marked, made, shown once, deleted.

mod term_support;
mod tui_support;

use relaydeck::domain::{ApiKey, FaultKind, KeyInfo};
use relaydeck::engine::door::{AskId, Command, Event, Scope, Snapshot};
use relaydeck::locale::Word;
use relaydeck::tui::msg::{Copied, Msg};
use tui_support::events::{fault, list_failed, loaded, open};
use tui_support::{Script, world};

fn keys() -> Script {
    let mut script = Script::new(120, 40);
    open(&mut script, "4sapi");
    script.keys("<Esc> 1");
    script
}

fn made(script: &mut Script, info: KeyInfo) {
    let ask = script.ask();
    script.engine(Event::KeyCreated {
        profile: "4sapi".into(),
        ask,
        key: info,
        secret: ApiKey::new(format!("sk-{}", "Qz7".repeat(12))),
        stored_in: "the vault (keys.json, 0600)".into(),
        warning: None,
    });
}

#[test]
fn s_20_to_s_23_the_list_says_state_rest_and_expiry_in_words_and_signs() {
    let mut script = keys();
    script
        .sees("cursor-dev")
        .sees("default ×1")
        .sees("$4.90")
        .sees("in 29 d")
        .sees("2 min")
        .sees("✓ enabled");
    script
        .sees("unlimited")
        .sees("never")
        .sees("vip ×0.8")
        .sees("$31.24");
    script
        .sees("12 d ago")
        .sees("✗ exhausted")
        .sees("– disabled");
}

#[test]
fn an_expiry_that_passes_while_one_looks_is_seen_without_a_refresh() {
    let mut script = keys();
    script
        .misses("expired")
        .waits(30 * 86_400_000)
        .sees("! expired");
}

#[test]
fn the_cursor_keeps_its_row_when_the_list_is_fetched_anew() {
    let mut script = keys();
    script
        .keys("j j <Enter>")
        .sees("Key old-laptop")
        .keys("<Esc>");
    let mut rows = world::keys();
    rows.insert(0, world::key(9, "a-new-one"));
    script.engine(loaded(Snapshot::Keys(rows)));
    script.keys("<Enter>").sees("Key old-laptop");
}

#[test]
fn a_failed_refresh_keeps_the_rows_and_says_how_old_they_are() {
    let mut script = keys();
    script.waits(120_000).keys("r");
    assert_eq!(script.asked(), ["refresh keys", "refresh account"]);
    script.sees("fetching").sees("cursor-dev");
    script.engine(list_failed(
        Scope::Keys,
        FaultKind::Network,
        "4sapi.example cannot be reached",
    ));
    script
        .sees("cursor-dev")
        .sees("2 min old")
        .sees("4sapi.example cannot be reached")
        .sees("out of reach");
}

#[test]
fn rows_of_a_while_ago_say_so_and_so_do_all_once_the_relay_is_out_of_reach() {
    let mut script = keys();
    script.waits(120_000).misses(" min old");
    script.engine(list_failed(
        Scope::Account,
        FaultKind::Network,
        "4sapi.example cannot be reached",
    ));
    script.sees("4 keys  2 min old").sees("out of reach");
    let mut script = keys();
    script.waits(11 * 60_000).sees("4 keys  11 min old");
    script.engine(Event::Loaded {
        snapshot: Snapshot::Keys(world::keys()),
        at: script.model.now.wall,
    });
    script.misses(" min old");
}

#[test]
fn the_list_is_filtered_as_one_types() {
    let mut script = keys();
    script
        .keys("/ lap")
        .sees("1 of 4")
        .misses("cursor-dev")
        .keys("<Enter> <Enter>");
    script
        .sees("Key old-laptop")
        .keys("<Esc> <Esc>")
        .sees("4 keys");
    script
        .keys("/ zzz")
        .sees("Nothing matches")
        .keys("<Esc>")
        .sees("4 keys");
}

#[test]
fn s_20_the_detail_says_what_the_relay_does_not_provide() {
    let mut script = keys();
    let mut row = world::key(1, "bare");
    row.info.created = None;
    script.engine(loaded(Snapshot::Keys(vec![row])));
    script
        .keys("<Enter>")
        .sees("not provided")
        .sees("sk-k1aB**********x9Zk");
    let mut script = keys();
    script.keys("<Enter>");
    for told in [
        "Name         cursor-dev",
        "Id           4",
        "Key          sk-k4aB**********x9Zk",
        "Status       ✓ enabled",
        "Group        default ×1",
        "Left         $4.9000 (98 %)",
        "Used         $0.1000",
        "Expires      in 29 d, 2026-12-21 12:05",
        "Created      2026-10-13 12:04, 40 d ago",
        "Last used    2026-11-22 12:01, 2 min ago",
        "Models       all of its group",
        "Addresses    any",
    ] {
        script.sees(told);
    }
    script
        .keys("<Esc> j <Enter>")
        .sees("Left         unlimited: only the wallet limits it")
        .misses("%");
}

#[test]
fn s_12_to_s_16_a_key_is_made_and_its_secret_is_shown_once() {
    let mut script = keys();
    script
        .keys("n")
        .sees("project-env-use-owner")
        .types("test")
        .sees("a weak name");
    script
        .keys("<C-u>")
        .types("blog-prod-summaries-ann")
        .misses("a weak name");
    script
        .keys("<Enter> <Enter>")
        .sees("Choose the group")
        .sees("reverse channels, cheaper")
        .sees("×0.8");
    script
        .keys("vip <Enter>")
        .sees("ratio ×0.8, 8 models: reverse");
    script.keys("<Right> <Right> <Enter> <Right> <Enter>");
    script
        .types("gpt-4o-mini, gpt-5")
        .sees("! gpt-5 is not on this marketplace");
    script.keys("<Enter> <Enter> <Enter>");
    assert_eq!(
        script.asked(),
        [""; 0],
        "what is known to be wrong is not sent"
    );
    script.sees("✗ gpt-5 is not on this marketplace");
    script.keys("<C-u>").types("gpt-4o-mini, gpt-image-1");
    script.misses("marketplace").keys("<Enter> <Enter> <Enter>");
    let asked = script.asked();
    assert_eq!(
        asked,
        [
            "create blog-prod-summaries-ann in \"vip\", 2500000 units, until Some(1797941040), \
             models [\"gpt-4o-mini\", \"gpt-image-1\"], ips []"
        ]
    );
    let info = world::key(9, "blog-prod-summaries-ann").info;
    made(&mut script, info);
    script
        .sees("The key blog-prod-summaries-ann was made")
        .sees(&format!("sk-{}", "Qz7".repeat(12)))
        .sees("stored in the vault")
        .sees("never shows it again");
    script
        .keys("<Esc>")
        .sees("Close without having copied the key?");
    script.keys("n").sees("Qz7Qz7").keys("c");
    assert_eq!(script.asked(), ["copy the key: sk-Qz7Q**********7Qz7"]);
    script
        .copied(Word("copied-key"))
        .sees("✓ sent to the terminal's clipboard")
        .keys("<Enter>");
    script.misses("Qz7Qz7").sees("blog-prod-summaries-ann");
}

#[test]
fn a_copy_that_was_refused_does_not_count_as_one() {
    let mut script = keys();
    script.keys("n").types("blog-prod-x-ann").keys("<Up>");
    for _ in 0..8 {
        script.keys("<Down>");
    }
    script.keys("<Enter>");
    let info = world::key(9, "blog-prod-x-ann").info;
    made(&mut script, info);
    script.keys("c").msg(Msg::Copied {
        what: Word("copied-key"),
        outcome: Copied::Refused("the terminal takes no clipboard; select it instead".into()),
    });
    script
        .sees("could not copy")
        .keys("<Esc>")
        .sees("Close without having copied");
    script.keys("y").misses("Close without").misses("Qz7");
}

#[test]
fn a_secret_comes_even_when_its_form_was_left() {
    let mut script = keys();
    script.keys("n").types("blog-prod-x-ann");
    for _ in 0..8 {
        script.keys("<Down>");
    }
    script.keys("<Enter> <Esc>").sees("4 keys");
    let info = world::key(9, "blog-prod-x-ann").info;
    made(&mut script, info);
    script.sees("The key blog-prod-x-ann was made");
}

#[test]
fn a_form_that_is_half_filled_in_is_not_left_without_a_question() {
    let mut script = keys();
    script.keys("n <Esc>").misses("Leave this form?");
    script.sees("4 keys").keys("n");
    script.sees("Tab next field").misses("field before");
    script.types("blog-prod-x-ann").keys("<Down> <Down>");
    script.sees("Up field before");
    script
        .keys("<Esc>")
        .sees("Leave this form?")
        .keys("<Enter>")
        .misses("Leave this form?")
        .sees("blog-prod-x-ann");
    script
        .keys("<C-c>")
        .sees("Leave this form?")
        .sees("^C once more quits")
        .keys("<Enter>")
        .misses("Leave this form?")
        .sees("blog-prod-x-ann");
    script.keys("<Esc> y").misses("blog-prod-x-ann");
    script.sees("4 keys");
    assert_eq!(script.asked(), [""; 0]);
}

#[test]
fn what_the_relay_says_against_a_key_stands_in_the_form() {
    let mut script = keys();
    script.keys("n").types("blog-prod-x-ann");
    for _ in 0..8 {
        script.keys("<Down>");
    }
    script.keys("<Enter>");
    let ask = script.ask();
    script.engine(Event::AskFailed {
        ask,
        fault: fault(
            FaultKind::Forbidden,
            "this account may have 10 keys at most",
        ),
    });
    script
        .sees("this account may have 10 keys at most")
        .sees("ask the relay's support");
    script.asked();
    script.keys("<Enter>");
    assert_eq!(script.asked().len(), 1, "and it can be tried again");
    let ask = script.ask();
    script.msg(Msg::Busy(Box::new(Command::CreateKey {
        ask,
        draft: relaydeck::domain::KeyDraft {
            name: String::new(),
            group: String::new(),
            quota: relaydeck::domain::QuotaLimit::Unlimited,
            expires: None,
            models: vec![],
            ips: vec![],
            pace: relaydeck::domain::Pace::default(),
            auto: relaydeck::domain::AutoRoute::default(),
        },
    })));
    script.sees("busy").sees("[ Create the key ]");
}

#[test]
fn a_key_in_auto_is_asked_which_groups_it_tries_and_whether_it_goes_on() {
    let mut script = keys();
    script.keys("n").types("blog-prod-x-ann");
    script.keys("<Down>").misses("Try groups");
    script.keys("<Left>").sees("Try groups").sees("No answer");
    script
        .keys("<Down>")
        .types("vip, default")
        .keys("<Down> <Right>");
    script.keys("<Down> <Down> <Down> <Down> <Down> <Enter>");
    assert_eq!(script.asked().len(), 1, "and it is made");
}

/// Down to the button of the form, and Enter.
fn sends(script: &mut Script) -> Vec<String> {
    for _ in 0..12 {
        script.keys("<Down>");
    }
    script.keys("<Enter>").asked()
}

/// The form of a new key in group `default`, with these models as its only ones.
fn limited(script: &mut Script, models: &str) {
    script.keys("n").types("blog-prod-x-ann");
    script.keys("<Down> <Down> <Down> <Down>").types(models);
}

#[test]
fn s_45_s_46_a_model_that_is_known_to_be_wrong_is_an_error_beside_it() {
    let mut script = keys();
    limited(&mut script, "gpt-4o-mni");
    assert_eq!(sends(&mut script), [""; 0]);
    script.sees("✗ gpt-4o-mni is not on this marketplace; did you mean gpt-4o-mini?");
    script.sees("Enter again sends it as it is");
    script.keys("<Left> <Left> i").misses("✗ gpt-4o");
    script.misses("Enter again");
    assert_eq!(sends(&mut script).len(), 1);

    let mut script = keys();
    limited(&mut script, "claude-sonnet-4-5-thinking");
    assert_eq!(sends(&mut script), [""; 0]);
    script.sees("✗ not served in default: claude-sonnet-4-5-thinking");
    script.keys("<Up> <Up> <Up> <Right>");
    script.sees("ratio ×0.8").misses("not served in");
    assert_eq!(sends(&mut script).len(), 1, "vip serves it");
}

#[test]
fn a_group_to_try_that_the_account_does_not_have_is_an_error_beside_it() {
    let mut script = keys();
    script.keys("n").types("blog-prod-x-ann");
    script.keys("<Down> <Left> <Down>").types("vip, gold");
    script.sees("! not among this account's groups: gold");
    assert_eq!(sends(&mut script), [""; 0]);
    script.sees("✗ not among this account's groups: gold");
    script.keys("<Enter>");
    assert_eq!(script.asked().len(), 1, "sent as it is");
}

#[test]
fn s_45_a_model_that_no_list_has_is_told_once_and_goes_when_it_is_sent_again() {
    let suffixed = "claude-opus-4-5-thinking";
    // From the field where it is told, and from the button.
    for way in ["<Enter>", "<Down> <Down> <Enter>"] {
        let mut script = keys();
        limited(&mut script, suffixed);
        assert_eq!(sends(&mut script), [""; 0], "the first time it is told");
        script.sees("✗ claude-opus-4-5-thinking is not on this marketplace");
        script
            .sees("Enter again sends it as it is")
            .sees("Enter submit");
        script.keys(way);
        let asked = script.asked();
        assert_eq!(asked.len(), 1, "{way}");
        assert!(asked[0].contains(suffixed), "{}", asked[0]);
    }
    // What changes is looked at anew.
    let mut script = keys();
    limited(&mut script, suffixed);
    assert_eq!(sends(&mut script), [""; 0]);
    script.types("2");
    assert_eq!(sends(&mut script), [""; 0]);
    script.sees("✗ claude-opus-4-5-thinking2 is not on this");
    // And one that is not served where the key is.
    let mut script = keys();
    limited(&mut script, "claude-sonnet-4-5-thinking");
    assert_eq!(sends(&mut script), [""; 0]);
    script.keys("<Enter>");
    assert_eq!(script.asked().len(), 1);
}

#[test]
fn what_is_wrong_for_sure_is_not_sent_however_often() {
    let mut script = keys();
    script.keys("n <Down> <Down> <Down> <Down>").types("gpt-9");
    for _ in 0..3 {
        assert_eq!(sends(&mut script), [""; 0]);
        script.sees("a key needs a name").misses("Enter again");
    }
}

#[test]
fn what_no_list_says_is_not_wrong() {
    let mut script = Script::new(120, 40);
    script
        .engine(Event::Opened {
            profile: world::profile("4sapi"),
            facts: world::facts(true),
            conversation: None,
        })
        .engine(loaded(Snapshot::Keys(world::keys())));
    script.asked();
    script.keys("<Esc> 1");
    limited(&mut script, "a-model-of-tomorrow");
    script.misses("a-model-of-tomorrow is not");
    assert_eq!(sends(&mut script).len(), 1);
}

#[test]
fn what_a_key_has_had_before_does_not_stop_its_other_settings() {
    let mut script = keys();
    let mut row = world::key(9, "blog-prod-x-ann");
    row.info.models = Some(vec!["gone-since".into()]);
    script.engine(loaded(Snapshot::Keys(vec![row])));
    script.keys("e").sees("! gone-since is not on this");
    script.types("2");
    assert_eq!(sends(&mut script).len(), 1);
}

#[test]
fn a_wrong_amount_and_a_wrong_date_are_said_before_anything_is_sent() {
    let mut script = keys();
    script
        .keys("n")
        .types("blog-prod-x-ann")
        .keys("<Down> <Down>");
    script
        .keys("<Left>")
        .sees("another amount")
        .keys("<Down>")
        .types("five");
    script.keys("<Down> <Left> <Down>").types("31.1.2027");
    script.keys("<Down> <Down> <Down> <Enter>");
    assert_eq!(script.asked(), [""; 0]);
    script
        .sees("is not an amount")
        .sees("is no expiry; write never");
}

#[test]
fn keys_are_deleted_after_a_question_that_names_them() {
    let mut script = keys();
    script
        .keys("<C-d>")
        .sees("Delete this key?")
        .sees("cursor-dev  sk-k4aB");
    script.keys("<Enter>").misses("Delete this key?");
    assert_eq!(script.asked(), [""; 0], "Enter is no");
    script
        .keys("<Space> j <Space> <C-d>")
        .sees("Delete these 2 keys?")
        .sees("old-laptop");
    script.keys("y");
    assert_eq!(script.asked(), ["delete [4, 2]"]);
    let ask = script.ask();
    script.engine(Event::KeysDeleted {
        profile: "4sapi".into(),
        ask,
        ids: vec![4],
        fault: Some(fault(FaultKind::Server, "key 2 could not be deleted")),
    });
    script
        .misses("cursor-dev")
        .sees("old-laptop")
        .sees("key 2 could not be deleted (1 deleted)");
}

#[test]
fn an_answer_from_a_profile_that_was_left_changes_nothing_here() {
    let mut script = keys();
    script.engine(Event::KeysDeleted {
        profile: "another".into(),
        ask: AskId(99),
        ids: vec![4],
        fault: None,
    });
    script.sees("cursor-dev").sees("the key was deleted");
}

#[test]
fn a_question_that_is_not_about_the_list_hears_no_other_keys() {
    let mut script = keys();
    script.keys("<C-d> 3 q t x <Tab>").sees("Delete this key?");
    assert_eq!(script.asked(), [""; 0]);
}

#[test]
fn the_models_of_a_keys_group_are_one_key_away() {
    let mut script = keys();
    script
        .keys("j m")
        .sees("only group: vip ×0.8")
        .sees("claude-sonnet-4-5-thinking");
}

#[test]
fn no_keys_yet_says_how_to_make_one() {
    let mut script = keys();
    script
        .engine(loaded(Snapshot::Keys(vec![])))
        .sees("n makes one");
    script.keys("<Enter> <C-d> <Space> m y");
    assert_eq!(script.asked(), [""; 0]);
}
