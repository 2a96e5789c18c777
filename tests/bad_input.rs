//! Bad input, each with a clear message and nothing lost: what stands on stderr, the exit code, and what is still there.

#![allow(clippy::unwrap_used, reason = "a helper that fails fails its test")]

mod support;

use std::fs;
use std::io::{Read, Write};
use std::net::TcpListener;
use std::path::Path;

use support::{command, json, relaydeck};

/// Runs it and expects this exit code; returns stderr.
fn fails(home: &Path, args: &[&str], code: i32) -> String {
    let output = relaydeck(home, args);
    let errors = String::from_utf8_lossy(&output.stderr).into_owned();
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert_eq!(
        output.status.code(),
        Some(code),
        "{args:?}\nstdout: {text}\nstderr: {errors}"
    );
    assert!(!errors.contains("panicked"), "{errors}");
    errors
}

#[test]
fn a_typo_in_the_config_names_its_line_and_the_right_word() {
    let home = tempfile::tempdir().unwrap();
    let file = home.path().join("config.toml");
    fs::write(&file, "# mine\ncolour = \"never\"\n").unwrap();
    let errors = fails(home.path(), &["models", "list"], 1);
    assert!(errors.contains("config.toml:2:"), "{errors}");
    assert!(
        errors.contains("colour") && errors.contains("color"),
        "{errors}"
    );
    fs::write(&file, "color = \"never\nlink = 3").unwrap();
    assert!(fails(home.path(), &["models", "list"], 1).contains("config.toml:1:"));
    assert_eq!(
        fs::read_to_string(&file).unwrap(),
        "color = \"never\nlink = 3",
        "the file is left as it was"
    );
}

#[test]
fn a_port_in_use_is_named() {
    let home = tempfile::tempdir().unwrap();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let (address, port) = (
        taken.local_addr().unwrap().to_string(),
        taken.local_addr().unwrap().port().to_string(),
    );
    let errors = fails(home.path(), &["serve", "--listen", &address], 1);
    assert!(
        errors.contains(&port) && errors.contains("in use") && errors.contains("--listen"),
        "{errors}"
    );
}

#[test]
fn a_home_that_cannot_be_written_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("file");
    fs::write(&file, "not a folder").unwrap();
    let errors = fails(&file.join("home"), &["keys", "list"], 1);
    assert!(errors.contains("file"), "{errors}");
    // The kernel's own file system refuses even the superuser.
    if Path::new("/proc/self").exists() {
        let errors = fails(Path::new("/proc/relaydeck"), &["usage", "receipts"], 1);
        assert!(errors.contains("/proc/relaydeck"), "{errors}");
    }
}

#[test]
fn a_database_of_a_newer_version_is_left_alone() {
    let home = tempfile::tempdir().unwrap();
    json(
        home.path(),
        &["chat", "-m", "relaydeck-lab", "[[tokens=3 speed=0]]"],
    );
    let mut databases = Vec::new();
    find_databases(home.path(), &mut databases);
    assert_eq!(
        databases.len(),
        2,
        "the ledger and the relay: {databases:?}"
    );
    for database in databases {
        let connection = rusqlite::Connection::open(&database).unwrap();
        let version: i64 = connection
            .pragma_query_value(None, "user_version", |row| row.get(0))
            .unwrap();
        connection.pragma_update(None, "user_version", 999).unwrap();
        drop(connection);
        let errors = fails(home.path(), &["chat", "-m", "relaydeck-lab", "hello"], 1);
        assert!(
            errors.contains("999") && errors.contains("update relaydeck"),
            "{errors}"
        );
        let connection = rusqlite::Connection::open(&database).unwrap();
        connection
            .pragma_update(None, "user_version", version)
            .unwrap();
    }
    assert_eq!(
        json(home.path(), &["usage", "receipts"])
            .as_array()
            .map(Vec::len),
        Some(1),
        "nothing was sent meanwhile"
    );
}

fn find_databases(folder: &Path, found: &mut Vec<std::path::PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            find_databases(&path, found);
        } else if path.extension().is_some_and(|ending| ending == "db") {
            found.push(path);
        }
    }
}

/// A server that answers every request with the same bytes.
fn canned(answer: &'static str) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let Ok(mut stream) = stream else { return };
            let _ = stream.read(&mut [0; 8192]);
            let length = answer.len();
            let _ = write!(
                stream,
                "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{answer}"
            );
        }
    });
    format!("http://{address}")
}

#[test]
fn an_address_that_answers_html_is_no_api() {
    let home = tempfile::tempdir().unwrap();
    let url = canned("<!doctype html><title>Welcome</title>");
    for credential in [["--key", "sk-abcdefgh"], ["--access-token", "abcdefgh"]] {
        let args = [
            "profiles",
            "add",
            "page",
            "--url",
            &url,
            credential[0],
            credential[1],
        ];
        let errors = fails(home.path(), &args, 1);
        assert!(
            errors.contains("page") || errors.contains("HTML"),
            "{errors}"
        );
        assert!(errors.contains("address"), "{errors}");
    }
    assert_eq!(
        json(home.path(), &["profiles", "list"]),
        serde_json::json!([]),
        "nothing was stored"
    );
}

#[test]
fn an_address_where_nobody_answers_is_a_network_error() {
    let home = tempfile::tempdir().unwrap();
    let free = TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap();
    let url = format!("http://{free}");
    fails(
        home.path(),
        &[
            "profiles",
            "add",
            "gone",
            "--url",
            &url,
            "--key",
            "sk-abcdefgh",
        ],
        6,
    );
}

#[test]
fn a_cut_stream_keeps_what_came_and_says_so() {
    let home = tempfile::tempdir().unwrap();
    let output = relaydeck(
        home.path(),
        &[
            "chat",
            "-m",
            "relaydeck-lab",
            "[[tokens=40 speed=0 fault=cut]]",
        ],
    );
    assert_eq!(output.status.code(), Some(1));
    assert!(!output.stdout.is_empty(), "what came is printed");
    let receipt = &json(home.path(), &["usage", "receipts"])[0];
    assert_eq!(
        (&receipt["state"], &receipt["fault"]),
        (&"ended".into(), &"upstream".into()),
        "{receipt}"
    );
    assert_eq!(
        receipt["cost_basis"], "settled",
        "what was generated was billed, and the bill is known: {receipt}"
    );
}

#[test]
fn a_wrong_key_is_refused_and_recorded() {
    let home = tempfile::tempdir().unwrap();
    let wrong = format!("sk-{}", "w".repeat(20));
    let errors = fails(
        home.path(),
        &["chat", "-m", "relaydeck-lab", "-k", &wrong, "hello"],
        3,
    );
    assert!(
        errors.contains("key") && !errors.contains(&wrong),
        "{errors}"
    );
    let receipt = &json(home.path(), &["usage", "receipts"])[0];
    assert_eq!(
        (&receipt["state"], &receipt["cost_nusd"]),
        (&"failed".into(), &0.into()),
        "{receipt}"
    );
}

#[test]
fn a_key_without_quota_left_is_told_from_a_wallet_without_money() {
    let home = tempfile::tempdir().unwrap();
    let made = json(
        home.path(),
        &[
            "keys",
            "create",
            "--name",
            "tiny-test-quota-ci",
            "--quota",
            "0.000010",
        ],
    );
    let id = made["id"].to_string();
    let args = [
        "chat",
        "-m",
        "relaydeck-lab",
        "-k",
        &id,
        "--max-tokens",
        "4000",
        "[[tokens=4000 speed=0]]",
    ];
    let errors = fails(home.path(), &args, 5);
    assert!(
        errors.contains("quota") && errors.contains("key"),
        "{errors}"
    );
    let receipts = json(home.path(), &["usage", "receipts"]);
    assert_eq!(receipts[0]["fault"], "key_quota", "{receipts}");
    assert_eq!(receipts[0]["cost_nusd"], 0);
}

#[test]
fn a_wrong_name_is_caught_before_anything_is_sent() {
    let home = tempfile::tempdir().unwrap();
    let errors = fails(
        home.path(),
        &["chat", "-m", "relaydeck-handbok", "hello"],
        4,
    );
    assert!(
        errors.contains("did you mean relaydeck-handbook"),
        "{errors}"
    );
    assert_eq!(
        json(home.path(), &["usage", "receipts"]),
        serde_json::json!([])
    );
    let errors = fails(home.path(), &["models", "check", "Relaydeck-Lab"], 4);
    assert!(errors.contains("relaydeck-lab"), "{errors}");
}

#[test]
fn errors_are_one_json_document_when_asked() {
    let home = tempfile::tempdir().unwrap();
    let output = relaydeck(
        home.path(),
        &["chat", "-m", "no-such-model-at-all", "hello", "--json"],
    );
    assert_eq!(output.status.code(), Some(4));
    let error: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(error["error"]["kind"], "model_not_found");
    assert!(
        error["error"]["advice"]
            .as_str()
            .is_some_and(|advice| !advice.is_empty())
    );
}

#[test]
fn wrong_usage_is_exit_code_two() {
    let home = tempfile::tempdir().unwrap();
    fails(home.path(), &["kays", "list"], 2);
    fails(home.path(), &["keys", "create"], 2);
    fails(home.path(), &["-p", "nobody", "keys", "list"], 4);
}

#[test]
fn a_pipe_that_nobody_reads_ends_quietly() {
    let home = tempfile::tempdir().unwrap();
    let mut child = command(home.path(), &["models", "list", "--json"])
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
}
