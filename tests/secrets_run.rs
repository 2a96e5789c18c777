//! Point by point through the program as people use it, with a secret in every place that takes one; then everything the
//! run produced is searched for each of them: files, logs, databases, what was printed, what was on the screen (S-24).

#![allow(
    clippy::unwrap_used,
    reason = "a test that cannot read its own scratch folder fails"
)]

mod support;

use std::fs;
use std::io::{Read, Write};
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::thread;

use support::pty::Pty;
use support::serving::Serving;
use support::{command, json};

/// Secrets, as no scanner takes them for real ones: each with letters of its own.
fn made_up(letters: &str) -> String {
    format!("sk-{}", letters.repeat(16))
}

/// An upstream at its worst: it refuses, and repeats the credential it was sent.
fn telltale() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            thread::spawn(move || {
                let mut request = Vec::new();
                let mut buffer = [0; 4096];
                while !request.windows(4).any(|end| end == b"\r\n\r\n") {
                    match stream.read(&mut buffer) {
                        Ok(0) | Err(_) => return,
                        Ok(read) => request.extend_from_slice(&buffer[..read]),
                    }
                }
                let text = String::from_utf8_lossy(&request).into_owned();
                let sent = text
                    .lines()
                    .find_map(|line| line.strip_prefix("authorization: Bearer "))
                    .unwrap_or("nothing");
                let body = format!(
                    r#"{{"error":{{"message":"Incorrect API key provided: {sent}. Bearer {sent} is not valid.","type":"invalid_request_error","code":"invalid_api_key"}}}}"#
                );
                let answer = format!(
                    "HTTP/1.1 401 Unauthorized\r\ncontent-type: application/json\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}",
                    body.len()
                );
                // Whoever asked may be gone.
                let _ = stream.write_all(answer.as_bytes());
            });
        }
    });
    url
}

/// Everything that was printed, by whom.
#[derive(Default)]
struct Printed(Vec<(String, String)>);

impl Printed {
    fn run(&mut self, home: &Path, args: &[&str], secret_on_stdin: Option<&str>) {
        let mut child = command(home, args)
            .env("TMPDIR", home.join("tmp"))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut stdin = child.stdin.take().unwrap();
        // A command that reads nothing may be gone already.
        let _ = stdin.write_all(secret_on_stdin.unwrap_or_default().as_bytes());
        drop(stdin);
        let output = child.wait_with_output().unwrap();
        let text = [output.stdout, output.stderr].concat();
        let who = args.iter().take(4).copied().collect::<Vec<_>>().join(" ");
        self.0
            .push((who, String::from_utf8_lossy(&text).into_owned()));
    }
}

fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files(&path, found);
        } else if path.is_file() {
            found.push(path);
        }
    }
}

fn holds(bytes: &[u8], secret: &str) -> bool {
    let body = secret.trim_start_matches("sk-").as_bytes();
    bytes.windows(body.len()).any(|window| window == body)
}

#[test]
fn s_24_everything_a_run_produced_is_searched_for_every_secret_it_used() {
    let scratch = tempfile::tempdir().unwrap();
    let home = scratch.path();
    fs::create_dir(home.join("tmp")).unwrap();
    let upstream = telltale();
    let (credential, remote, wrong) = (made_up("uPc"), made_up("rEm"), made_up("wRo"));
    let mut printed = Printed::default();

    // The relay as a process of its own, logging everything.
    let serving = Serving::start(home);
    printed.run(
        home,
        &[
            "-vv",
            "channels",
            "add",
            "up",
            "--url",
            &upstream,
            "--models",
            "m",
            "--price-in",
            "1",
            "--price-out",
            "1",
            "--key",
            "-",
        ],
        Some(&credential),
    );
    let made = json(home, &["keys", "create", "--name", "secrets-run-search-ci"]);
    let key = made["secret"].as_str().unwrap().to_owned();
    printed.run(home, &["-vv", "channels", "list", "--json"], None);
    printed.run(home, &["-vv", "channels", "test", "2"], None);
    printed.run(home, &["-vv", "keys", "list", "--json"], None);
    let lab = ["-vv", "chat", "-m", "relaydeck-lab", "-k"];
    for (key, prompt) in [
        ("secrets-run-search-ci", "[[tokens=5 speed=0]] hello"),
        ("secrets-run-search-ci", "[[fault=401]]"),
        ("secrets-run-search-ci", "[[fault=html]]"),
        ("-", "[[tokens=5 speed=0]] with a wrong key"),
    ] {
        let args: Vec<&str> = lab.iter().copied().chain([key, prompt]).collect();
        printed.run(home, &args, Some(&wrong));
    }
    // The upstream repeats the channel's credential in its refusal.
    printed.run(home, &["-vv", "chat", "-m", "m", "hello"], None);
    printed.run(home, &["-vv", "chat", "-m", "m", "hello", "--json"], None);
    // A remote relay that repeats the key it was sent.
    printed.run(
        home,
        &[
            "-vv", "profiles", "add", "work", "--url", &upstream, "--key", "-",
        ],
        Some(&remote),
    );
    printed.run(home, &["-vv", "profiles", "list", "--json"], None);
    printed.run(
        home,
        &["-vv", "-p", "local", "usage", "receipts", "--json"],
        None,
    );
    printed.run(home, &["-vv", "-p", "local", "usage", "--by", "key"], None);
    for name in ["out.csv", "out.jsonl"] {
        let file = home.join(name);
        printed.run(
            home,
            &["-p", "local", "usage", "export", file.to_str().unwrap()],
            None,
        );
        assert!(file.exists(), "{:?}", printed.0.last());
        let mode = fs::metadata(&file).unwrap().permissions().mode();
        assert_eq!(mode & 0o077, 0, "an export is for its owner's eyes");
    }

    // The dashboard, through its tabs.
    let mut deck = Pty::start(home, 100, 30, &["-vv", "-p", "local"], &[]);
    deck.wait_text("wallet");
    // Alt-1: in the chat a plain figure is text.
    deck.keys("\x1b1");
    deck.wait_text("secrets-run-search-ci");
    deck.keys("5");
    deck.wait_text("BY MODEL");
    deck.keys("\r");
    deck.wait_text("Request id");
    deck.keys("\x1b");
    deck.wait_text("BY MODEL");
    deck.keys("4");
    deck.keys("hello there\r");
    deck.wait_text("settled");
    deck.keys("\x03\x03");
    assert_eq!(deck.wait_end(), 0);
    printed.0.push((
        "the screen".into(),
        String::from_utf8_lossy(&deck.raw).into_owned(),
    ));
    serving.interrupt();
    drop(serving);

    let vault = home.join("secrets.toml");
    let parsed: toml::Table = fs::read_to_string(&vault).unwrap().parse().unwrap();
    let token = parsed["profiles"]["local"]["access_token"]
        .as_str()
        .unwrap()
        .to_owned();
    let secrets = [
        ("the access token", &token),
        ("the key", &key),
        ("the channel's credential", &credential),
        ("the remote relay's key", &remote),
        ("the wrong key", &wrong),
    ];
    let told = |text: &str| printed.0.iter().any(|(_, said)| said.contains(text));
    assert!(told(made["key"].as_str().unwrap()), "masked forms are seen");
    assert!(
        told("Incorrect API key provided"),
        "the upstream's refusal is told"
    );
    for (who, said) in &printed.0 {
        for (what, secret) in &secrets {
            assert!(
                !holds(said.as_bytes(), secret),
                "{who} told {what}:\n{said}"
            );
        }
    }

    let mut found = Vec::new();
    files(home, &mut found);
    let (mut logs, mut databases) = (0, 0);
    for file in &found {
        let bytes = fs::read(file).unwrap();
        let name = file.file_name().unwrap().to_string_lossy().into_owned();
        let database = name.starts_with("relay.db");
        for (what, secret) in &secrets {
            // The vault keeps our secrets, and the relay its channels' credentials: that is what both are for.
            let home_of_it = match *what {
                "the channel's credential" => database,
                "the wrong key" => false,
                _ => *file == vault,
            };
            assert!(
                home_of_it || !holds(&bytes, secret),
                "{} holds {what}",
                file.display()
            );
        }
        let mode = fs::metadata(file).unwrap().permissions().mode();
        assert_eq!(
            mode & 0o077,
            0,
            "{} is open to others: {mode:o}",
            file.display()
        );
        logs += usize::from(name.ends_with(".log") && bytes.len() > 100);
        databases += usize::from(name.ends_with(".db"));
    }
    assert!(logs > 0 && databases >= 2, "{found:?}");
    assert!(
        fs::read_dir(home.join("tmp")).unwrap().next().is_none(),
        "nothing is left lying about"
    );
}
