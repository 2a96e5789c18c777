//! `relaydeck groups` and `models` as a program: what was measured, filters, orders, the check of a name.

#![allow(clippy::unwrap_used, reason = "a helper that fails fails its test")]

mod support;

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
