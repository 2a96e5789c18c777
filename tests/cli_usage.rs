//! `relaydeck usage` knows what others spent without a dashboard, another relaydeck on the same account among them (X-05).

#![allow(clippy::unwrap_used, reason = "a helper that fails fails its test")]

mod support;

use std::io::{Read, Write};
use std::net::TcpListener;
use std::path::Path;

use serde_json::Value;
use support::serving::Serving;
use support::{json, relaydeck};

/// A secret of the first profile of a home, by the name it stands under.
fn secret(home: &Path, name: &str) -> String {
    let secrets = std::fs::read_to_string(home.join("secrets.toml")).unwrap();
    let line = secrets.lines().find(|line| line.contains(name)).unwrap();
    let value = line.split(name).nth(1).unwrap();
    value.split('"').nth(1).unwrap().to_owned()
}

fn chat(home: &Path, profile: &str, tokens: u32) -> Value {
    let prompt = format!("[[tokens={tokens} speed=0]] hello");
    json(
        home,
        &["-p", profile, "chat", "-m", "relaydeck-lab", &prompt],
    )
}

/// Requests and nano-dollars of each program.
fn by_tool(home: &Path, args: &[&str]) -> Vec<(String, i64, i64)> {
    let args = [args, &["usage", "--by", "tool"]].concat();
    let report = json(home, &args);
    assert_eq!(report["not_asked"], Value::Array(vec![]), "{report}");
    let rows = report["rows"].as_array().unwrap().iter().map(|row| {
        (
            row["tool"].as_str().unwrap().to_owned(),
            row["requests"].as_i64().unwrap(),
            row["spent_nusd"].as_i64().unwrap(),
        )
    });
    let mut rows: Vec<_> = rows.collect();
    rows.sort();
    rows
}

#[test]
fn x_05_what_another_home_sends_to_the_same_account_is_counted_once_as_another_program_s() {
    let owner = tempfile::tempdir().unwrap();
    let guest = tempfile::tempdir().unwrap();
    let mut serving = Serving::start(owner.path());
    let key = secret(owner.path(), "secret");
    let url = serving.url.clone();
    let add = relaydeck(
        guest.path(),
        &["profiles", "add", "shop", "--url", &url, "--key", &key],
    );
    assert!(add.status.success(), "{add:?}");

    let own = chat(owner.path(), "local", 20)["cost_nusd"]
        .as_i64()
        .unwrap();
    chat(guest.path(), "shop", 40);
    chat(guest.path(), "shop", 60);
    let rows = by_tool(owner.path(), &[]);
    assert_eq!(rows.len(), 2, "{rows:?}");
    assert_eq!((rows[0].0.as_str(), rows[0].1), ("other-relaydeck", 2));
    assert_eq!(rows[1], ("relaydeck".to_owned(), 1, own));
    assert!(rows[0].2 > own, "{rows:?}");
    assert_eq!(
        by_tool(owner.path(), &[]),
        rows,
        "asked again, it is the same"
    );

    // The key alone sees no log: what the guest's home knows is what it sent itself.
    let guests = by_tool(guest.path(), &["-p", "shop"]);
    assert_eq!(guests.len(), 1);
    assert_eq!((guests[0].0.as_str(), guests[0].1), ("relaydeck", 2));

    // Receipts and the file have them too, in words of their own.
    let receipts = relaydeck(owner.path(), &["usage", "receipts"]);
    let shown = String::from_utf8(receipts.stdout).unwrap();
    assert_eq!(shown.matches("other relaydeck").count(), 2, "{shown}");
    let all = json(owner.path(), &["usage", "--all", "--by", "tool"]);
    assert_eq!(all["total"]["requests"], 3);
    serving.interrupt();
    serving.wait();
}

#[test]
fn x_05_where_the_relay_cannot_be_asked_what_is_known_is_told_and_so_is_that() {
    let owner = tempfile::tempdir().unwrap();
    let guest = tempfile::tempdir().unwrap();
    let mut serving = Serving::start(owner.path());
    let token = secret(owner.path(), "access_token");
    let args = [
        "profiles",
        "add",
        "shop",
        "--url",
        &serving.url,
        "--access-token",
        &token,
        "--user-id",
        "1",
    ];
    let add = relaydeck(guest.path(), &args);
    assert!(add.status.success(), "{add:?}");
    chat(owner.path(), "local", 20);
    // The guest sees the whole account: the owner's request is another relaydeck's to it.
    let rows = by_tool(guest.path(), &["-p", "shop"]);
    assert_eq!((rows[0].0.as_str(), rows[0].1), ("other-relaydeck", 1));
    chat(owner.path(), "local", 20);
    serving.interrupt();
    serving.wait();

    for args in [&["usage"][..], &["usage", "receipts"]] {
        let output = relaydeck(guest.path(), &[&["-p", "shop"], args].concat());
        assert!(output.status.success(), "{output:?}");
        let errors = String::from_utf8(output.stderr).unwrap();
        assert!(errors.contains("shop could not be asked"), "{errors}");
        assert!(!output.stdout.is_empty());
    }
    let told = json(guest.path(), &["-p", "shop", "usage"]);
    assert_eq!(told["total"]["requests"], 1);
    assert_eq!(told["not_asked"][0]["profile"], "shop");
    assert_eq!(told["not_asked"][0]["error"]["kind"], "network");
}

/// An API with one model. What it is asked for replies it answers with this, where that is nothing by hanging up.
fn api(reply: &'static str) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let Ok(mut stream) = stream else { return };
            let mut head = [0; 8_192];
            let length = stream.read(&mut head).unwrap_or(0);
            let head = String::from_utf8_lossy(&head[..length]).into_owned();
            let (status, body) = if head.starts_with("POST") {
                ("429 Too Many Requests", reply)
            } else if head.starts_with("GET /v1/models") {
                ("200 OK", r#"{"object":"list","data":[{"id":"m"}]}"#)
            } else {
                ("404 Not Found", r#"{"error":{"message":"Invalid URL"}}"#)
            };
            if !body.is_empty() {
                let length = body.len();
                let _ = write!(
                    stream,
                    "HTTP/1.1 {status}\r\nContent-Type: application/json\r\nContent-Length: {length}\r\n\
                     Connection: close\r\n\r\n{body}"
                );
            }
        }
    });
    format!("http://{address}")
}

#[test]
fn x_05_only_what_a_relay_refused_is_told_to_be_refused_and_free() {
    let (free, unknown) = ("nothing is charged for it", "is not known yet");
    for (reply, told, not_told, cost) in [
        (
            r#"{"error":{"message":"slow down"}}"#,
            free,
            unknown,
            Some(0),
        ),
        ("", unknown, free, None),
    ] {
        let home = tempfile::tempdir().unwrap();
        let url = api(reply);
        let key = "sk-abcdefghijklmnop";
        let args = ["profiles", "add", "far", "--url", &url, "--key", key];
        let add = relaydeck(home.path(), &args);
        assert!(add.status.success(), "{add:?}");
        let output = relaydeck(home.path(), &["-p", "far", "chat", "-m", "m", "hello"]);
        let errors = String::from_utf8(output.stderr).unwrap();
        assert!(
            !output.status.success() && errors.contains(told),
            "{errors}"
        );
        assert!(!errors.contains(not_told), "{errors}");
        let receipts = json(home.path(), &["-p", "far", "usage", "receipts"]);
        let receipt = &receipts[0];
        assert_eq!(receipt["cost_nusd"].as_i64(), cost, "{receipts}");
    }
}
