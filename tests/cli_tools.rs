//! `relaydeck tools` and `relaydeck sample` as a user types them: the real binary, the embedded relay, a home of its own.
#![allow(clippy::unwrap_used, reason = "a test's helper fails by panicking")]

mod support;

use std::fs;
use std::path::Path;
use std::process::Output;

use serde_json::Value;
use support::serving::Serving;

fn relaydeck(home: &Path, words: &[&str]) -> Output {
    let project = home.join("project");
    fs::create_dir_all(&project).unwrap();
    support::command(&home.join("relaydeck"), words)
        .env("HOME", home)
        .current_dir(&project)
        .output()
        .unwrap()
}

fn json(output: &Output) -> Value {
    serde_json::from_slice(&output.stdout).unwrap_or_else(|error| {
        panic!(
            "{error}: {}{}",
            String::from_utf8_lossy(&output.stdout),
            String::from_utf8_lossy(&output.stderr)
        )
    })
}

fn code(output: &Output) -> i32 {
    output.status.code().unwrap()
}

#[test]
fn s_76_a_tool_is_set_up_after_a_yes_and_set_back() {
    let folder = tempfile::tempdir().unwrap();
    let home = folder.path();
    let settings = home.join(".claude/settings.json");
    fs::create_dir_all(settings.parent().unwrap()).unwrap();
    let before = "{\n  // mine\n  \"theme\": \"dark\"\n}\n";
    fs::write(&settings, before).unwrap();

    let asked = relaydeck(home, &["tools", "setup", "claude-code"]);
    assert_eq!(code(&asked), 2, "nobody is there to ask");
    assert_eq!(fs::read_to_string(&settings).unwrap(), before);
    let dry = relaydeck(
        home,
        &["tools", "setup", "claude-code", "--dry-run", "--json"],
    );
    let document = json(&dry);
    assert_eq!((code(&dry), &document["written"]), (0, &Value::Bool(false)));
    assert_eq!(fs::read_to_string(&settings).unwrap(), before);

    let words = [
        "tools",
        "setup",
        "claude-code",
        "--new-key",
        "--yes",
        "--json",
        "-m",
        "relaydeck-lab",
    ];
    let done = relaydeck(home, &words);
    let document = json(&done);
    assert_eq!(
        (code(&done), &document["written"]),
        (0, &Value::Bool(true)),
        "{document}"
    );
    let written = fs::read_to_string(&settings).unwrap();
    assert!(
        written.contains("// mine") && written.contains("\"http://127.0.0.1:4141\""),
        "{written}"
    );
    let secret = written
        .split("\"ANTHROPIC_AUTH_TOKEN\": \"")
        .nth(1)
        .unwrap()
        .split('"')
        .next()
        .unwrap();
    let shown = format!("{document}{}", String::from_utf8_lossy(&done.stderr));
    assert!(
        secret.starts_with("sk-") && !shown.contains(secret),
        "the key is shown"
    );

    let effective = json(&relaydeck(
        home,
        &["tools", "effective", "claude-code", "--json"],
    ));
    assert_eq!(effective[0]["state"], "ready");
    assert_eq!(effective[0]["key_name"], "claude-code-relaydeck");
    assert_eq!(effective[0]["models"][0]["value"], "relaydeck-lab");

    let undone = relaydeck(home, &["tools", "undo", "claude-code", "--yes"]);
    assert_eq!(code(&undone), 0);
    assert_eq!(fs::read_to_string(&settings).unwrap(), before);
    assert_eq!(
        code(&relaydeck(home, &["tools", "undo", "claude-code", "--yes"])),
        4
    );
}

#[test]
fn wrong_names_broken_files_and_tools_without_a_file_end_in_words() {
    let folder = tempfile::tempdir().unwrap();
    let home = folder.path();
    let said = |output: &Output| String::from_utf8_lossy(&output.stderr).into_owned();

    let unknown = relaydeck(home, &["tools", "show", "claude"]);
    assert_eq!(code(&unknown), 4);
    assert!(
        said(&unknown).contains("did you mean claude-code?"),
        "{}",
        said(&unknown)
    );

    let config = home.join(".codex/config.toml");
    fs::create_dir_all(config.parent().unwrap()).unwrap();
    fs::write(&config, "model = \"o3\"\n\nbroken = = 1\n").unwrap();
    let broken = relaydeck(home, &["tools", "setup", "codex", "--yes"]);
    assert_eq!(code(&broken), 1);
    assert!(
        said(&broken).contains("config.toml") && said(&broken).contains("line 3"),
        "{}",
        said(&broken)
    );

    let by_hand = relaydeck(home, &["tools", "setup", "cursor"]);
    assert_eq!(code(&by_hand), 0);
    assert!(String::from_utf8_lossy(&by_hand.stdout).contains("http://127.0.0.1:4141/v1"));

    let wrong = relaydeck(
        home,
        &[
            "tools",
            "setup",
            "opencode",
            "--yes",
            "-m",
            "relaydeck-handbok",
        ],
    );
    assert_eq!(code(&wrong), 4);
    assert!(
        said(&wrong).contains("relaydeck-handbook"),
        "{}",
        said(&wrong)
    );

    let env = relaydeck(
        home,
        &["tools", "setup", "openai-sdk", "--file", ".env", "--yes"],
    );
    assert_eq!(code(&env), 0, "{}", said(&env));
    let text = fs::read_to_string(home.join("project/.env")).unwrap();
    assert!(
        text.starts_with("OPENAI_BASE_URL=http://127.0.0.1:4141/v1\nOPENAI_API_KEY=sk-"),
        "{text}"
    );
}

#[test]
fn s_95_a_tool_that_cannot_connect_is_told_the_form_it_wants() {
    let folder = tempfile::tempdir().unwrap();
    let home = folder.path();
    let settings = home.join(".claude/settings.json");
    fs::create_dir_all(settings.parent().unwrap()).unwrap();
    let none = relaydeck(home, &["doctor", "--tool", "claude-code", "--json"]);
    assert_eq!(code(&none), 4, "nothing is set up");
    // A port where nothing listens is no matter of the form; one that answers shows the form first.
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    std::thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            let _ = std::io::Read::read(&mut stream, &mut [0; 1024]);
            let answer = b"HTTP/1.1 401 Unauthorized\r\ncontent-type: application/json\r\ncontent-length: 2\r\nconnection: close\r\n\r\n{}";
            let _ = std::io::Write::write_all(&mut stream, answer);
        }
    });
    let text = format!(
        r#"{{"env": {{"ANTHROPIC_BASE_URL": "http://127.0.0.1:{port}/v1", "ANTHROPIC_AUTH_TOKEN": "sk-aB3dEFGHijklmnopx9Zk0123"}}}}"#
    );
    fs::write(&settings, text).unwrap();
    let told = json(&relaydeck(
        home,
        &["doctor", "--tool", "claude-code", "--json"],
    ));
    let rung = &told["rungs"][0];
    assert_eq!(
        (&rung["rung"], &rung["verdict"]),
        (&Value::from("address"), &Value::from("mended")),
        "{told:#}"
    );
    let (evidence, advice) = (rung["evidence"].to_string(), rung["advice"].to_string());
    assert!(evidence.contains("/v1/v1/messages"), "{evidence}");
    assert!(
        advice.contains(&format!("wants http://127.0.0.1:{port};")),
        "{advice}"
    );
    assert!(!told.to_string().contains("ijklmnop"), "the key is masked");
}

#[test]
fn s_70_a_sample_stands_alone_on_stdout_and_holds_no_key() {
    let folder = tempfile::tempdir().unwrap();
    let home = folder.path();
    for (lang, url) in [
        ("python-openai", "\"http://127.0.0.1:4141/v1\""),
        ("node-anthropic", "\"http://127.0.0.1:4141\""),
    ] {
        let sample = relaydeck(home, &["sample", lang, "-m", "relaydeck-lab"]);
        let text = String::from_utf8_lossy(&sample.stdout).into_owned();
        assert_eq!(code(&sample), 0);
        assert!(
            text.contains(url) && text.contains("RELAY_API_KEY") && !text.contains("sk-s"),
            "{text}"
        );
    }
    let document = json(&relaydeck(home, &["sample", "python-anthropic", "--json"]));
    assert_eq!(document["url"], "http://127.0.0.1:4141/v1/messages");
    assert_eq!(code(&relaydeck(home, &["sample", "cobol"])), 2);
    assert_eq!(code(&relaydeck(home, &["sample", "curl", "-m", "nope"])), 4);
}

#[test]
fn a_link_is_printed_after_a_yes_only() {
    let folder = tempfile::tempdir().unwrap();
    let home = folder.path();
    assert_eq!(code(&relaydeck(home, &["tools", "link", "ama"])), 2);
    let link = relaydeck(home, &["tools", "link", "ama", "--yes", "--qr"]);
    let text = String::from_utf8_lossy(&link.stdout).into_owned();
    assert!(
        text.starts_with("ama://set-api-key?server=http%3A%2F%2F127.0.0.1%3A4141&key=sk-"),
        "{text}"
    );
    assert!(text.lines().count() > 10, "no code is drawn");
    assert_eq!(code(&relaydeck(home, &["tools", "link", "nope"])), 4);
}

#[cfg(unix)]
#[test]
fn s_98_a_tool_that_is_set_up_stands_in_the_checklist_with_its_version() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = tempfile::tempdir().unwrap();
    let home = folder.path();
    let programs = home.join(".local/bin");
    fs::create_dir_all(&programs).unwrap();
    let program = programs.join("llm");
    fs::write(&program, "#!/bin/sh\necho 'llm, version 9.8.7'\n").unwrap();
    fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).unwrap();
    let tell = |words: &[&str]| {
        support::command(&home.join("relaydeck"), words)
            .env("HOME", home)
            .env("PATH", format!("{}:/usr/bin:/bin", programs.display()))
            .current_dir(home)
            .output()
            .unwrap()
    };
    let line = |told: &Value| {
        let lines = told["checklist"].as_array().unwrap().iter();
        let mut of_versions = lines.filter(|line| line["item"] == "tool_version");
        of_versions.next().unwrap().clone()
    };
    // One relay for all of it: a tool is set up with an address.
    let _relay = Serving::start(&home.join("relaydeck"));
    let verify = ["verify", "--all", "--yes", "--long-words", "64", "--json"];
    assert_eq!(line(&json(&tell(&verify)))["state"], "unknown");
    let set = tell(&["tools", "setup", "llm", "--new-key", "--yes", "--json"]);
    assert_eq!(json(&set)["written"], true);
    let done = line(&json(&tell(&verify)));
    assert_eq!(done["state"], "done", "{done}");
    assert!(done["seen"].as_str().unwrap().contains("9.8.7"), "{done}");
}

#[test]
fn s_76_a_setup_says_that_files_are_kept_only_where_there_were_any() {
    let told = |there: bool| {
        let folder = tempfile::tempdir().unwrap();
        let home = folder.path();
        if there {
            let settings = home.join(".codex/config.toml");
            fs::create_dir_all(settings.parent().unwrap()).unwrap();
            fs::write(&settings, "model = \"mine\"\n").unwrap();
        }
        let words = ["tools", "setup", "codex", "--yes", "-m", "relaydeck-lab"];
        let output = relaydeck(home, &words);
        assert_eq!(code(&output), 0, "{output:?}");
        String::from_utf8(output.stderr).unwrap()
    };
    assert!(told(true).contains("the files as they were are kept in"));
    let new = told(false);
    assert!(new.contains("nothing was there before"), "{new}");
    assert!(!new.contains("kept"), "{new}");
}
