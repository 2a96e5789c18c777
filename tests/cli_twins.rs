//! The headless twins of the chat and the frame: protocols, sessions, configuration, completions, the manual.

#![allow(clippy::unwrap_used, reason = "a helper that fails fails its test")]

mod support;

use serde_json::Value;
use support::pty::Pty;
use support::{command, json, relaydeck};

fn text(output: &std::process::Output) -> String {
    format!(
        "{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    )
}

#[test]
fn s_57_one_prompt_on_three_protocols_gives_one_answer_at_one_price() {
    let home = tempfile::tempdir().unwrap();
    let mut answers: Vec<Value> = Vec::new();
    for protocol in ["chat", "messages", "responses"] {
        let args = [
            "chat",
            "-m",
            "relaydeck-lab",
            "--protocol",
            protocol,
            "[[tokens=12 speed=0]] hello",
        ];
        let answer = json(home.path(), &args);
        assert_eq!(answer["protocol"], protocol);
        assert_eq!(answer["finish"], "stop", "{answer}");
        assert!(
            answer["cost_basis"] == "settled" || answer["cost_basis"] == "reported",
            "{answer}"
        );
        answers.push(answer);
    }
    for answer in &answers[1..] {
        assert_eq!(answer["text"], answers[0]["text"]);
        assert_eq!(answer["usage"], answers[0]["usage"]);
        assert_eq!(answer["cost_nusd"], answers[0]["cost_nusd"]);
    }
    let auto = json(
        home.path(),
        &["chat", "-m", "relaydeck-lab", "[[tokens=2 speed=0]]"],
    );
    assert_eq!(auto["protocol"], "chat");
}

#[test]
fn a_picture_that_is_none_and_a_group_without_a_key_are_refused_before_anything_is_sent() {
    let home = tempfile::tempdir().unwrap();
    let note = home.path().join("note.png");
    std::fs::write(&note, "text").unwrap();
    let output = relaydeck(
        home.path(),
        &["chat", "--image", note.to_str().unwrap(), "what?"],
    );
    assert_eq!(output.status.code(), Some(2), "{}", text(&output));
    assert!(text(&output).contains("is no PNG"), "{}", text(&output));
    let output = relaydeck(home.path(), &["chat", "--group", "nowhere", "hi"]);
    assert_eq!(output.status.code(), Some(4), "{}", text(&output));
    assert!(text(&output).contains("keys create"), "{}", text(&output));
    let receipts = json(home.path(), &["usage", "receipts"]);
    assert_eq!(receipts, Value::Array(vec![]));
    let gif = home.path().join("dot.bin");
    std::fs::write(&gif, b"GIF89a").unwrap();
    let args = [
        "chat",
        "-m",
        "relaydeck-lab",
        "--group",
        "default",
        "--image",
        gif.to_str().unwrap(),
        "[[tokens=2 speed=0]]",
    ];
    // The lab reads no pictures; that it says so shows that one came, in its dialect's form.
    let output = relaydeck(home.path(), &args);
    assert!(text(&output).contains("image_url"), "{}", text(&output));
}

#[test]
fn what_holds_is_shown_with_its_layer_and_secrets_masked() {
    let home = tempfile::tempdir().unwrap();
    relaydeck(home.path(), &["keys", "list"]);
    let output = command(
        home.path(),
        &["config", "show", "--json", "--color", "never"],
    )
    .env("RELAYDECK_LINK", "slow")
    .output()
    .unwrap();
    let shown: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(shown["settings"]["color"]["value"], "never");
    assert_eq!(shown["settings"]["color"]["layer"], "flag");
    assert_eq!(shown["settings"]["link"]["layer"], "environment");
    assert_eq!(shown["settings"]["glyphs"]["layer"], "built in");
    let plain = text(&relaydeck(home.path(), &["config", "show"]));
    let secrets = std::fs::read_to_string(home.path().join("secrets.toml")).unwrap();
    let held: Vec<&str> = secrets
        .split('"')
        .filter(|word| word.starts_with("sk-"))
        .collect();
    assert!(!held.is_empty());
    for secret in held {
        assert!(!plain.contains(secret) && !text(&output).contains(secret));
    }
    assert!(plain.contains("sk-") && plain.contains("**"), "{plain}");
    let paths = json(home.path(), &["config", "path"]);
    assert!(paths["config"].as_str().unwrap().ends_with("config.toml"));
}

#[test]
fn a_mistake_in_an_edited_configuration_is_told_and_nothing_is_saved_or_lost() {
    let home = tempfile::tempdir().unwrap();
    let edit = |editor: &str| {
        command(home.path(), &["config", "edit"])
            .env("EDITOR", editor)
            .output()
            .unwrap()
    };
    let output = edit("sh -c 'echo \"color = \\\"never\\\"\" >> \"$0\"'");
    assert!(output.status.success(), "{}", text(&output));
    let file = home.path().join("config.toml");
    let saved = std::fs::read_to_string(&file).unwrap();
    assert!(saved.contains("color = \"never\""), "{saved}");
    let output = edit("sed -i s/never/nevr/");
    assert_eq!(output.status.code(), Some(2), "{}", text(&output));
    assert!(
        text(&output).contains("not saved") && text(&output).contains("never"),
        "{}",
        text(&output)
    );
    assert_eq!(std::fs::read_to_string(&file).unwrap(), saved);
    let kept = text(&output);
    let kept = kept
        .split("what you wrote is in ")
        .nth(1)
        .unwrap()
        .split(';')
        .next()
        .unwrap();
    assert!(std::fs::read_to_string(kept).unwrap().contains("nevr"));
    std::fs::remove_dir_all(std::path::Path::new(kept).parent().unwrap()).unwrap();
    assert_eq!(edit("false").status.code(), Some(1));
    // Also where it cannot be read as it is.
    std::fs::write(&file, "color = \"nevr\"\n").unwrap();
    let output = edit("sed -i s/nevr/never/");
    assert!(output.status.success(), "{}", text(&output));
}

#[test]
fn shells_complete_and_the_manual_names_every_command() {
    let home = tempfile::tempdir().unwrap();
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let output = relaydeck(home.path(), &["completions", shell]);
        assert!(
            output.status.success() && text(&output).contains("sessions"),
            "{shell}"
        );
    }
    let page = text(&relaydeck(home.path(), &["man"]));
    assert!(
        page.contains(".TH")
            && ["sessions", "login", "register"]
                .iter()
                .all(|name| page.contains(&format!("relaydeck\\-{name}"))),
        "{page}"
    );
    let folder = tempfile::tempdir().unwrap();
    let output = relaydeck(
        home.path(),
        &["man", "--dir", folder.path().to_str().unwrap()],
    );
    assert!(output.status.success(), "{}", text(&output));
    assert!(folder.path().join("relaydeck-chat.1").exists());
    assert!(
        !home.path().join("config.toml").exists(),
        "nothing was made on the way"
    );
}

#[test]
fn sessions_that_are_not_there_say_so() {
    let home = tempfile::tempdir().unwrap();
    assert_eq!(
        json(home.path(), &["sessions", "list"]),
        Value::Array(vec![])
    );
    for args in [
        &["sessions", "show", "7"][..],
        &["sessions", "delete", "7"],
        &["sessions", "rename", "7", "x"],
        &["sessions", "export", "7"],
    ] {
        let output = relaydeck(home.path(), args);
        assert_eq!(output.status.code(), Some(4), "{args:?}: {}", text(&output));
    }
}

#[test]
fn the_own_editor_has_the_terminal_meanwhile_and_its_text_is_sent_and_kept() {
    let home = tempfile::tempdir().unwrap();
    let env = [
        ("RELAYDECK_LISTEN", "127.0.0.1:0"),
        (
            "EDITOR",
            "sh -c 'echo editor-has-it; printf \"What is a key?\" > \"$0\"; read line'",
        ),
    ];
    let mut deck = Pty::start(home.path(), 100, 30, &[], &env);
    deck.wait_text("relay inside");
    deck.keys("\r");
    deck.wait_text("settled");
    deck.keys("\x05");
    deck.wait_text("editor-has-it");
    assert!(
        !deck.screen().alternate_screen(),
        "the terminal is the editor's"
    );
    deck.keys("\n");
    deck.wait_text("What is a key?");
    assert!(
        deck.screen().alternate_screen(),
        "the terminal is ours again"
    );
    deck.keys("\r");
    deck.wait_for("a second bill", |screen| {
        screen.matches("settled").count() > 1
    });
    // Its twin: the same session, from the command line, found by what was said.
    deck.keys("\x03");
    deck.keys("\x03");
    deck.wait_end();
    let sessions = json(home.path(), &["sessions", "list", "--search", "a KEY?"]);
    assert_eq!(sessions[0]["turns"], 2, "{sessions}");
    let id = sessions[0]["id"].to_string();
    let file = home.path().join("talk.json");
    let file = file.to_str().unwrap();
    let exported = json(home.path(), &["sessions", "export", &id, file]);
    assert_eq!(exported["file"], file);
    let talk: Value = serde_json::from_str(&std::fs::read_to_string(file).unwrap()).unwrap();
    assert_eq!(talk["turns"][1]["prompt"], "What is a key?");
    assert_eq!(
        relaydeck(home.path(), &["sessions", "export", &id, file])
            .status
            .code(),
        Some(1)
    );
    relaydeck(home.path(), &["sessions", "rename", &id, "keys"]);
    assert!(text(&relaydeck(home.path(), &["sessions", "show", &id])).starts_with("# keys\n"));
    assert!(
        relaydeck(home.path(), &["sessions", "delete", &id])
            .status
            .success()
    );
    assert_eq!(
        json(home.path(), &["sessions", "list"]),
        Value::Array(vec![])
    );
}

#[test]
fn a_refused_question_says_so_with_its_id_and_has_no_row_of_zeros() {
    let home = tempfile::tempdir().unwrap();
    let wrong = format!("sk-{}", "a".repeat(48));
    let output = relaydeck(
        home.path(),
        &["chat", "-m", "relaydeck-lab", "-k", &wrong, "hello"],
    );
    assert_eq!(output.status.code(), Some(3), "{}", text(&output));
    let told = text(&output);
    assert!(told.starts_with("refused: nothing was generated"), "{told}");
    assert!(told.contains("request id"), "{told}");
    assert!(!told.contains("0 in") && !told.contains("$0"), "{told}");
    let receipts = relaydeck(home.path(), &["usage", "receipts"]);
    let shown = String::from_utf8(receipts.stdout).unwrap();
    let row = shown.lines().nth(1).unwrap();
    assert!(row.contains("refused: "), "{shown}");
    assert!(!row.contains("$0"), "{shown}");
    let plain = json(home.path(), &["usage", "receipts"]);
    let id = plain[0]["request_id"].as_str().unwrap();
    assert!(told.contains(id), "{told} has not {id}");
}

#[test]
fn settings_that_no_model_takes_are_refused_with_their_range_before_anything_is_sent() {
    let home = tempfile::tempdir().unwrap();
    for (flag, values, range) in [
        (
            "--temperature",
            &["9", "-1", "NaN", "hot"][..],
            "from 0 to 2",
        ),
        (
            "--max-tokens",
            &["0", "-5", "1.5", "99999999999"],
            "from 1 to 4294967295",
        ),
    ] {
        for value in values {
            let output = relaydeck(home.path(), &["chat", flag, value, "hello"]);
            assert_eq!(output.status.code(), Some(2), "{value}");
            assert!(text(&output).contains(range), "{}", text(&output));
        }
    }
    assert_eq!(
        json(home.path(), &["usage", "receipts"]),
        Value::Array(vec![])
    );
    // A list of none would say that there are none, and a quota below zero is no unknown flag.
    for (args, why) in [
        (&["usage", "receipts", "-n", "0"][..], "from 1 to"),
        (&["wallet", "history", "--limit", "0"], "from 1 to"),
        (
            &["keys", "create", "--name", "a-b", "--quota", "-1"],
            "--quota",
        ),
        (&["verify", "--max-cost", "-1"], "--max-cost: a limit"),
        (&["doctor", "--max-cost", "x"], "--max-cost: "),
        (
            &["groups", "set", "vip", "--ratio", "-1"],
            "--ratio: \"-1\" is no ratio",
        ),
        (
            &["prices", "set", "m", "--input", "-1", "--output", "1"],
            "--input: a price",
        ),
    ] {
        let output = relaydeck(home.path(), args);
        assert_eq!(output.status.code(), Some(2), "{args:?}");
        assert!(text(&output).contains(why), "{}", text(&output));
    }
}
