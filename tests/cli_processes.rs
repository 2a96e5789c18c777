//! Several relaydecks on one home, and what Ctrl-C does to one that has something to end.

#![allow(clippy::unwrap_used, reason = "a helper that fails fails its test")]

mod support;

use std::io::Read;
use std::process::Stdio;
use std::time::{Duration, Instant};

use serde_json::Value;
use support::command;
use support::serving::{Serving, interrupt};

#[test]
fn four_at_once_on_an_empty_home_agree_on_one_key() {
    let home = tempfile::tempdir().unwrap();
    let children: Vec<_> = (0..4)
        .map(|_| {
            command(home.path(), &["keys", "list", "--json"])
                .stdout(Stdio::piped())
                .stderr(Stdio::piped())
                .spawn()
                .unwrap()
        })
        .collect();
    let mut seen: Vec<Value> = Vec::new();
    for child in children {
        let output = child.wait_with_output().unwrap();
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        let errors = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(0), "{text}{errors}");
        let keys: Value = serde_json::from_str(&text).unwrap();
        assert_eq!(keys.as_array().map(Vec::len), Some(1), "{keys}");
        seen.push(keys);
    }
    for keys in &seen {
        assert_eq!(
            (&keys[0]["id"], &keys[0]["key"]),
            (&seen[0][0]["id"], &seen[0][0]["key"])
        );
    }
}

#[test]
fn ctrl_c_stops_an_answer_and_its_cost_is_told() {
    let home = tempfile::tempdir().unwrap();
    let prompt = "[[tokens=2000 speed=10]]";
    let mut chat = command(home.path(), &["chat", "-m", "relaydeck-lab", prompt])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // The first letter is there: the answer runs.
    chat.stdout.as_mut().unwrap().read_exact(&mut [0]).unwrap();
    interrupt(&chat);
    let output = chat.wait_with_output().unwrap();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(130), "{errors}");
    assert!(errors.contains(" out "), "{errors}");
}

#[test]
fn a_relay_lets_answers_end_and_a_second_ctrl_c_cuts_and_settles_them() {
    let home = tempfile::tempdir().unwrap();
    let mut relay = Serving::start(home.path());
    let prompt = "[[tokens=2000 speed=10]]";
    let mut chat = command(home.path(), &["chat", "-m", "relaydeck-lab", prompt])
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    chat.stdout.as_mut().unwrap().read_exact(&mut [0]).unwrap();
    relay.interrupt();
    assert!(relay.says("Ctrl-C cuts them"), "the wait is explained");
    let second = Instant::now();
    relay.interrupt();
    assert_eq!(relay.wait().code(), Some(0));
    assert!(
        second.elapsed() < Duration::from_secs(15),
        "it does not wait"
    );
    assert_eq!(chat.wait_with_output().unwrap().status.code(), Some(1));
    let shown = command(home.path(), &["wallet", "show", "--json"]).output();
    let wallet: Value = serde_json::from_slice(&shown.unwrap().stdout).unwrap();
    assert_eq!(wallet["requests"], 1, "{wallet}");
    let used = wallet["used_nusd"].as_i64().unwrap();
    assert!(used > 0, "what was generated is paid: {wallet}");
}
