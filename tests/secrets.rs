//! Secrets stay secret: after a run that makes keys, uses them and fails with them, no file but the vault holds one, and
//! no file is open to others.

#![allow(
    clippy::unwrap_used,
    reason = "a test that cannot read its own scratch folder fails"
)]

mod support;

use std::fs;
use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Output, Stdio};

use support::{command, json, relaydeck};

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
        assert_eq!(
            mode & 0o077,
            0,
            "{} is open to others: {mode:o}",
            file.display()
        );
    }
    for body in bodies {
        assert!(!printed.contains(body), "a secret was printed");
    }
}

#[test]
fn s_24_a_secret_given_as_an_address_is_not_repeated() {
    let home = tempfile::tempdir().unwrap();
    for address in [
        "Bearer sk-abcd1234",
        "Bearer abcd1234",
        "ftp://ann:abcd1234@relay.example",
        "ftp://relay.example/abcd1234",
    ] {
        for args in [
            vec![
                "profiles",
                "add",
                "work",
                "--url",
                address,
                "--key",
                "sk-aaaabbbb",
            ],
            vec!["channels", "add", "work", "--url", address],
        ] {
            let output = relaydeck(home.path(), &args);
            let told = String::from_utf8_lossy(&output.stderr);
            assert_eq!(output.status.code(), Some(2), "{args:?}: {told}");
            assert!(!told.contains("abcd1234"), "{args:?}: {told}");
        }
    }
}

/// Runs it with this on stdin.
fn piped(home: &Path, args: &[&str], stdin: &str) -> Output {
    let mut child = command(home, args)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child
        .stdin
        .take()
        .unwrap()
        .write_all(stdin.as_bytes())
        .unwrap();
    child.wait_with_output().unwrap()
}

fn good(output: &Output) {
    let told = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{told}");
}

#[test]
fn a_dash_reads_the_secret_from_stdin_everywhere() {
    let home = tempfile::tempdir().unwrap();
    let made = json(
        home.path(),
        &["keys", "create", "--name", "stdin-test-secrets-ci"],
    );
    let secret = format!("{}\n", made["secret"].as_str().unwrap());
    let prompt = "[[tokens=3 speed=0]]";
    let chat = ["chat", "-m", "relaydeck-lab", "-k", "-", prompt];
    good(&piped(home.path(), &chat, &secret));
    let receipts = json(home.path(), &["usage", "receipts"]);
    assert_eq!(
        receipts[0]["key_name"], "stdin-test-secrets-ci",
        "{receipts}"
    );

    let nobody = "http://127.0.0.1:9";
    let add = [
        "channels", "add", "up", "--url", nobody, "--models", "m", "--key", "-",
    ];
    let added = piped(home.path(), &add, "sk-abcd1234\n");
    good(&added);
    assert!(
        !String::from_utf8_lossy(&added.stderr).contains("abcd1234") && !added.stderr.is_empty(),
        "added, and not shown"
    );
    assert_eq!(piped(home.path(), &add, "").status.code(), Some(2));
}

#[test]
fn the_environment_gives_a_credential_only_where_no_flag_does() {
    let home = tempfile::tempdir().unwrap();
    let secret = "sk-abcd1234";
    let run = |args: &[&str], env: &[(&str, &str)]| {
        let all = ["profiles", "add", "work", "--url", "http://127.0.0.1:9"];
        let all: Vec<&str> = all.iter().chain(args).copied().collect();
        let output = command(home.path(), &all)
            .envs(env.iter().copied())
            .output()
            .unwrap();
        let told = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(!told.contains("abcd1234"), "{told}");
        (output.status.code(), told)
    };
    let (key, token) = ("RELAYDECK_KEY", "RELAYDECK_ACCESS_TOKEN");
    // Code 6 is where nobody answers: the credential was taken.
    for (args, env) in [
        (&["--access-token", "abcd1234"][..], &[(key, secret)][..]),
        (&["--key", secret], &[(token, "abcd1234")]),
        (&["--key", secret], &[(token, ""), (key, "")]),
        (&[], &[(key, secret)]),
        (&[], &[(token, "abcd1234")]),
        (&[], &[(token, ""), (key, secret)]),
        (&["--user-id", "7"], &[(token, "abcd1234"), (key, secret)]),
        (&[], &[(key, secret), ("RELAYDECK_PROFILE", "")]),
    ] {
        let (code, told) = run(args, env);
        assert_eq!(code, Some(6), "{args:?} {env:?}: {told}");
    }
    for env in [&[][..], &[(key, ""), (token, " ")]] {
        let (code, told) = run(&[], env);
        assert_eq!(code, Some(2), "{env:?}: {told}");
    }
    let (code, _) = run(&["--key", secret, "--access-token", "abcd1234"], &[]);
    assert_eq!(code, Some(2), "both at once cannot be meant");
}

#[test]
fn the_help_names_the_variables() {
    let home = tempfile::tempdir().unwrap();
    let help = |args: &[&str]| {
        let output = relaydeck(home.path(), args);
        String::from_utf8_lossy(&output.stdout).into_owned()
    };
    let profiles = help(&["profiles", "add", "--help"]);
    assert!(profiles.contains("RELAYDECK_KEY") && profiles.contains("RELAYDECK_ACCESS_TOKEN"));
    assert!(help(&["channels", "add", "--help"]).contains("RELAYDECK_CHANNEL_KEY"));
    assert!(!help(&["--help"]).contains("budget"), "there are none yet");
}
