//! Secrets stay secret: after a run that makes keys, uses them and fails with them, no file but the vault holds one, and
//! no file is open to others.

#![allow(
    clippy::unwrap_used,
    reason = "a test that cannot read its own scratch folder fails"
)]

mod support;

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use support::{json, relaydeck};

fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files(&path, found);
        } else {
            found.push(path);
        }
    }
}

#[test]
fn s_24_no_key_outside_the_vault() {
    let home = tempfile::tempdir().unwrap();
    let made = json(
        home.path(),
        &["keys", "create", "--name", "secrets-test-search-ci"],
    );
    let secret = made["secret"].as_str().unwrap().to_owned();
    let wrong = format!("sk-{}", "z".repeat(30));
    let mut printed = String::new();
    for args in [
        vec![
            "-vv",
            "chat",
            "-m",
            "relaydeck-lab",
            "-k",
            secret.as_str(),
            "[[tokens=5 speed=0]] hello",
        ],
        vec![
            "-vv",
            "chat",
            "-m",
            "relaydeck-lab",
            "-k",
            wrong.as_str(),
            "hello",
        ],
        vec![
            "-vv",
            "chat",
            "-m",
            "relaydeck-lab",
            "-k",
            secret.as_str(),
            "[[fault=401]]",
        ],
        vec!["-vv", "keys", "list"],
        vec!["-vv", "keys", "list", "--json"],
        vec!["-vv", "usage", "receipts", "--json"],
        vec!["-vv", "profiles", "list", "--json"],
    ] {
        let output = relaydeck(home.path(), &args);
        printed += &String::from_utf8_lossy(&output.stdout);
        printed += &String::from_utf8_lossy(&output.stderr);
    }
    assert!(
        printed.contains(made["key"].as_str().unwrap()),
        "the masked form is what is seen"
    );

    let vault = fs::read_to_string(home.path().join("secrets.toml")).unwrap();
    let parsed: toml::Table = vault.parse().unwrap();
    let token = parsed["profiles"]["local"]["access_token"]
        .as_str()
        .unwrap()
        .to_owned();
    assert!(vault.contains(&secret), "the vault is where it is");
    let bodies: Vec<&str> = [&secret, &wrong, &token]
        .iter()
        .map(|text| text.trim_start_matches("sk-"))
        .collect();
    let mut found = Vec::new();
    files(home.path(), &mut found);
    assert!(
        found
            .iter()
            .any(|file| file.to_string_lossy().contains("logs")),
        "{found:?}"
    );
    for file in found {
        let bytes = fs::read(&file).unwrap();
        let mode = fs::metadata(&file).unwrap().permissions().mode();
        let is_vault = file.file_name().is_some_and(|name| name == "secrets.toml");
        for body in &bodies {
            let holds = bytes
                .windows(body.len())
                .any(|window| window == body.as_bytes());
            assert!(
                !holds || (is_vault && *body != bodies[1]),
                "{} holds a secret",
                file.display()
            );
        }
        let name = file.file_name().unwrap().to_string_lossy().into_owned();
        if is_vault || name.ends_with(".db") || name.ends_with("-wal") {
            assert_eq!(
                mode & 0o077,
                0,
                "{} is open to others: {mode:o}",
                file.display()
            );
        }
    }
    for body in bodies {
        assert!(!printed.contains(body), "a secret was printed");
    }
}
