//! `relaydeck keys` as a program: what it prints where, in words and as JSON, and how it ends.

#![allow(clippy::unwrap_used, reason = "a helper that fails fails its test")]

mod support;

use std::path::Path;

use support::{json, relaydeck};

fn run(home: &Path, args: &[&str]) -> (i32, String, String) {
    let output = relaydeck(home, args);
    (
        output.status.code().unwrap(),
        String::from_utf8(output.stdout).unwrap(),
        String::from_utf8(output.stderr).unwrap(),
    )
}

#[test]
fn s_10_to_s_20_a_key_is_made_shown_changed_switched_replaced_and_deleted() {
    let home = tempfile::tempdir().unwrap();
    let home = home.path();
    let made = json(
        home,
        &[
            "keys",
            "create",
            "--name",
            "blog-dev-x-ann",
            "--quota",
            "5",
            "--expires",
            "30d",
        ],
    );
    let id = made["id"].to_string();
    let shown = json(home, &["keys", "show", "blog-dev-x-ann"]);
    assert_eq!(
        (&shown["id"], &shown["left"]),
        (&made["id"], &serde_json::json!("5.00"))
    );
    let (code, text, _) = run(home, &["keys", "show", &id]);
    assert!(
        code == 0
            && text.contains("models     all of its group")
            && text.contains("last used  not provided"),
        "{text}"
    );

    let edited = json(
        home,
        &[
            "keys",
            "edit",
            &id,
            "--name",
            "blog-prod-x-ann",
            "--expires",
            "never",
            "--models",
            "relaydeck-lab",
        ],
    );
    assert_eq!(edited["name"], "blog-prod-x-ann");
    assert_eq!(
        (&edited["left"], &edited["expires"]),
        (&serde_json::json!("5.00"), &serde_json::Value::Null)
    );
    assert_eq!(edited["models"], serde_json::json!(["relaydeck-lab"]));
    let freed = json(
        home,
        &["keys", "edit", &id, "--models", "", "--quota", "unlimited"],
    );
    assert_eq!(
        (&freed["models"], &freed["unlimited"]),
        (&serde_json::Value::Null, &serde_json::json!(true))
    );

    assert_eq!(
        json(home, &["keys", "disable", &id])["disabled"],
        serde_json::json!([made["id"]])
    );
    assert_eq!(json(home, &["keys", "show", &id])["status"], "disabled");
    assert_eq!(
        json(home, &["keys", "enable", "blog-prod-x-ann"])["enabled"],
        serde_json::json!([made["id"]])
    );

    let (code, secret, _) = run(home, &["keys", "copy", &id]);
    assert_eq!((code, secret.trim()), (0, made["secret"].as_str().unwrap()));

    let (code, secret, told) = run(home, &["keys", "replace", &id]);
    assert!(
        code == 0 && secret.starts_with("sk-") && secret.lines().count() == 1,
        "{secret}{told}"
    );
    assert!(
        told.contains(&format!("key {id} (blog-prod-x-ann) is disabled")),
        "{told}"
    );
    let (code, _, told) = run(home, &["keys", "show", "blog-prod-x-ann"]);
    assert!(code == 2 && told.contains("2 keys have the name"), "{told}");
    assert_eq!(json(home, &["keys", "show", &id])["status"], "disabled");

    let all = json(home, &["keys", "list"]);
    let ids: Vec<String> = all
        .as_array()
        .unwrap()
        .iter()
        .filter(|key| key["name"] == "blog-prod-x-ann")
        .map(|key| key["id"].to_string())
        .collect();
    // A name that two have deletes neither.
    let (code, _, told) = run(home, &["keys", "delete", "blog-prod-x-ann"]);
    assert!(code == 2 && told.contains("2 keys have the name"), "{told}");
    let (code, ..) = run(home, &["keys", "delete", "nobody"]);
    assert_eq!(code, 4);
    let gone = json(home, &["keys", "delete", &ids[0], &ids[1]]);
    assert_eq!(gone["deleted"].as_array().map(Vec::len), Some(2), "{gone}");
    assert_eq!(
        json(home, &["keys", "list"]).as_array().map(Vec::len),
        Some(1)
    );
    let gone = json(home, &["keys", "delete", "local-default"]);
    assert_eq!(gone["deleted"].as_array().map(Vec::len), Some(1), "{gone}");
}

#[test]
fn s_18_a_key_is_written_into_a_file_and_not_into_a_work_tree_unasked() {
    let home = tempfile::tempdir().unwrap();
    let project = tempfile::tempdir().unwrap();
    let file = project.path().join(".env");
    let file = file.to_str().unwrap();
    std::fs::write(file, "# mine\nOPENAI_API_KEY=old\nOTHER=1\n").unwrap();
    let (code, _, told) = run(
        home.path(),
        &["keys", "write", "local-default", "--file", file],
    );
    assert!(
        code == 0
            && told.contains("OPENAI_API_KEY and OPENAI_BASE_URL in")
            && told.contains("answers there while"),
        "{told}"
    );
    let text = std::fs::read_to_string(file).unwrap();
    assert!(
        text.starts_with("# mine\nOPENAI_API_KEY=sk-")
            && text.contains("OTHER=1\nOPENAI_BASE_URL=http://127.0.0.1:4141/v1"),
        "{text}"
    );
    std::fs::create_dir(project.path().join(".git")).unwrap();
    let (code, _, told) = run(
        home.path(),
        &[
            "keys",
            "write",
            "local-default",
            "--file",
            file,
            "--for",
            "MY_KEY",
        ],
    );
    assert!(code == 1 && told.contains("git work tree"), "{told}");
    assert_eq!(std::fs::read_to_string(file).unwrap(), text);
    let written = json(
        home.path(),
        &[
            "keys",
            "write",
            "local-default",
            "--file",
            file,
            "--for",
            "MY_KEY",
            "--yes",
        ],
    );
    assert_eq!(written["variables"], serde_json::json!(["MY_KEY"]));
    let (code, _, _) = run(
        home.path(),
        &["keys", "write", "local-default", "--for", "no-name"],
    );
    assert_eq!(code, 2);
}

#[test]
fn what_is_not_there_or_cannot_be_meant_says_so_and_has_its_exit_code() {
    let home = tempfile::tempdir().unwrap();
    let home = home.path();
    for args in [
        &["keys", "show", "nobody"][..],
        &["keys", "copy", "99"],
        &["keys", "enable", "99"],
        &["keys", "replace", "99"],
    ] {
        let (code, out, told) = run(home, args);
        assert!(
            code == 4 && out.is_empty() && told.contains("no key has the number or name"),
            "{args:?}: {told}"
        );
    }
    let (code, _, told) = run(home, &["keys", "edit", "local-default"]);
    assert!(code == 2 && told.contains("nothing was named"), "{told}");
    let (code, _, told) = run(home, &["keys", "edit", "local-default", "--quota", "0"]);
    assert!(code == 2 && told.contains("nothing to spend"), "{told}");
    let (code, _, told) = run(
        home,
        &["keys", "edit", "local-default", "--group", "none-such"],
    );
    assert!(code == 1 && told.contains("there is no group"), "{told}");
    let dead = json(
        home,
        &[
            "keys",
            "create",
            "--name",
            "blog-dev-y-ann",
            "--expires",
            "1h",
        ],
    );
    assert_eq!(dead["status"], "enabled");
}
