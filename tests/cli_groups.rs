//! `relaydeck groups` and `models` as a program: what was measured, filters, orders, the check of a name.

#![allow(clippy::unwrap_used, reason = "a helper that fails fails its test")]

mod support;

use serde_json::json as value;
use support::{json, relaydeck};

#[test]
fn s_30_to_s_46_groups_and_models_are_told_with_what_was_measured_here() {
    let home = tempfile::tempdir().unwrap();
    let home = home.path();
    let groups = json(home, &["groups", "list"]);
    let default = groups
        .as_array()
        .unwrap()
        .iter()
        .find(|group| group["name"] == "default")
        .unwrap();
    assert!(default["measured_7d"].is_null(), "{default}");
    json(
        home,
        &["chat", "-m", "relaydeck-lab", "[[tokens=3 speed=0]]"],
    );
    let shown = json(home, &["groups", "show", "default"]);
    assert_eq!(
        (
            &shown["measured_7d"]["requests"],
            &shown["measured_7d"]["success_permille"]
        ),
        (&1.into(), &1_000.into())
    );
    assert_eq!(shown["measured_models"]["relaydeck-lab"]["failed"], 0);
    let of_model = json(home, &["groups", "list", "--model", "relaydeck-lab"]);
    assert!(of_model[0]["input_per_million_nusd"].is_i64(), "{of_model}");
    let none = relaydeck(home, &["groups", "show", "nobody"]);
    assert_eq!(none.status.code(), Some(4));

    let by_token = json(
        home,
        &["models", "list", "--billing", "token", "--sort", "output"],
    );
    let all = json(home, &["models", "list"]);
    assert_eq!(
        by_token.as_array().map(Vec::len),
        all.as_array().map(Vec::len)
    );
    assert_eq!(
        json(home, &["models", "list", "--tag", "no-such-tag"]),
        serde_json::json!([])
    );
    assert_eq!(
        json(home, &["models", "check", "relaydeck-lab"])["exact"],
        true
    );
    let wrong = relaydeck(home, &["models", "check", "relaydeck-Lab"]);
    assert_eq!(wrong.status.code(), Some(4));
    let told = String::from_utf8_lossy(&wrong.stderr).into_owned();
    assert!(told.contains("did you mean relaydeck-lab"), "{told}");
}

fn told(output: &std::process::Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

#[test]
fn an_owner_says_what_auto_stands_for_and_keys_in_it_walk_as_they_are_told() {
    let home = tempfile::tempdir().unwrap();
    let home = home.path();
    for (name, ratio) in [("vip", "2"), ("slow", "0.5")] {
        json(
            home,
            &[
                "groups",
                "set",
                name,
                "--ratio",
                ratio,
                "--description",
                "for all",
            ],
        );
    }
    assert_eq!(
        json(home, &["groups", "auto"]),
        value!({"groups": [], "most_of_a_key": 5, "new_keys_in_auto": false})
    );
    let set = json(
        home,
        &[
            "groups",
            "auto",
            "slow",
            "vip",
            "--most",
            "2",
            "--new-keys",
            "auto",
        ],
    );
    let expected =
        value!({"groups": ["slow", "vip"], "most_of_a_key": 2, "new_keys_in_auto": true});
    assert_eq!(set, expected);
    let shown = relaydeck(home, &["groups", "auto"]);
    let text = String::from_utf8_lossy(&shown.stdout).into_owned();
    assert!(
        text.contains("slow then vip") && text.contains("in auto"),
        "{text}"
    );
    let none = relaydeck(home, &["groups", "auto", "slow", "fast"]);
    assert_eq!(none.status.code(), Some(4));
    assert!(
        told(&none).contains("there is no group \"fast\""),
        "{}",
        told(&none)
    );
    assert_eq!(
        json(home, &["groups", "auto"]),
        expected,
        "nothing was changed"
    );
    let twice = relaydeck(home, &["groups", "auto", "slow", "slow"]);
    assert_eq!(twice.status.code(), Some(2), "{}", told(&twice));

    let made = json(
        home,
        &[
            "keys",
            "create",
            "--name",
            "walker-dev-x-ann",
            "--auto-groups",
            "vip,slow",
            "--cross-group-retry",
        ],
    );
    let route = value!({"groups": ["vip", "slow"], "cross_group_retry": true});
    assert_eq!((&made["group"], &made["auto"]), (&value!("auto"), &route));
    let shown = relaydeck(home, &["keys", "show", "walker-dev-x-ann"]);
    let text = String::from_utf8_lossy(&shown.stdout).into_owned();
    assert!(
        text.contains("auto       vip then slow; on to the next"),
        "{text}"
    );
    let edited = json(
        home,
        &[
            "keys",
            "edit",
            "walker-dev-x-ann",
            "--auto-groups",
            "",
            "--no-cross-group-retry",
        ],
    );
    assert_eq!(
        edited["auto"],
        value!({"groups": [], "cross_group_retry": false})
    );
    let many = relaydeck(
        home,
        &[
            "keys",
            "edit",
            "walker-dev-x-ann",
            "--auto-groups",
            "vip,slow,default",
        ],
    );
    assert!(
        !many.status.success() && told(&many).contains("at most 2"),
        "{}",
        told(&many)
    );
    let other = json(
        home,
        &["keys", "edit", "walker-dev-x-ann", "--group", "vip"],
    );
    assert!(other["auto"].is_null(), "{other}");
    let odd = relaydeck(
        home,
        &[
            "keys",
            "create",
            "--name",
            "odd-dev-x-ann",
            "--group",
            "vip",
            "--cross-group-retry",
        ],
    );
    assert_eq!(odd.status.code(), Some(2), "{}", told(&odd));
    let cleared = json(home, &["groups", "auto", "--none", "--new-keys", "own"]);
    assert_eq!(
        (&cleared["groups"], &cleared["new_keys_in_auto"]),
        (&value!([]), &value!(false))
    );
}

#[test]
fn an_owner_says_what_accounts_of_a_group_pay_in_another() {
    let home = tempfile::tempdir().unwrap();
    let home = home.path();
    json(home, &["groups", "set", "vip", "--ratio", "2"]);
    assert_eq!(json(home, &["groups", "special"]), value!([]));
    let set = json(home, &["groups", "special", "default", "vip", "x0.5"]);
    let row = value!({"accounts_of": "default", "group": "vip", "ratio": 0.5});
    assert_eq!(set, value!([row]));
    let listed = json(home, &["groups", "list"]);
    let vip = listed
        .as_array()
        .unwrap()
        .iter()
        .find(|group| group["name"] == "vip");
    assert_eq!(
        vip.unwrap()["ratio"],
        0.5,
        "the owner's account is of default"
    );
    let plain = relaydeck(home, &["groups", "special", "--plain"]);
    let text = String::from_utf8_lossy(&plain.stdout).into_owned();
    assert!(text.contains("default") && text.contains("×0.5"), "{text}");
    for (args, code, words) in [
        (vec!["default", "nobody", "1"], 4, "there is no group"),
        (vec!["default", "vip", "many"], 2, "is no ratio"),
        (
            vec!["vip", "default", "--remove"],
            4,
            "have no ratio of their own",
        ),
        (vec!["default", "vip"], 2, ""),
    ] {
        let mut all = vec!["groups", "special"];
        all.extend(args);
        let refused = relaydeck(home, &all);
        assert_eq!(
            refused.status.code(),
            Some(code),
            "{all:?}: {}",
            told(&refused)
        );
        assert!(
            told(&refused).contains(words),
            "{all:?}: {}",
            told(&refused)
        );
    }
    assert_eq!(
        json(home, &["groups", "special", "default", "vip", "--remove"]),
        value!([])
    );
}

#[test]
fn a_colon_in_the_name_of_a_value_is_no_end_of_it_in_zsh() {
    let home = tempfile::tempdir().unwrap();
    let printed = relaydeck(home.path(), &["completions", "zsh"]);
    let text = String::from_utf8(printed.stdout).unwrap();
    assert!(text.contains(":ADDRESS\\:PORT:"), "the name is one");
    assert!(!text.contains(":ADDRESS:PORT:"));
}
