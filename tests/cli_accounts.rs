//! `login`, `register` and `profiles list --balances` against a relay that is served: what is stored, what is refused, and
//! how each ends.

#![allow(clippy::unwrap_used, reason = "a helper that fails fails its test")]

mod support;

use std::io::Write;
use std::path::Path;
use std::process::{Output, Stdio};

use support::pty::Pty;
use support::serving::Serving;
use support::{command, json, open_to_all, relaydeck};

const PASSWORD: &str = "correct horse";

fn text(output: &Output) -> String {
    format!(
        "{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    )
}

/// Runs a sub-command with a password on stdin.
fn with_password(home: &Path, args: &[&str], password: &str) -> Output {
    let mut child = command(home, args)
        .args(["--user", "ann", "--password", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    stdin.write_all(format!("{password}\n").as_bytes()).unwrap();
    drop(stdin);
    child.wait_with_output().unwrap()
}

#[test]
fn s_02_and_x_11_an_account_is_made_logged_in_to_and_stands_beside_the_others() {
    let (theirs, mine) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let (theirs, mine) = (theirs.path(), mine.path());
    let mut serving = Serving::start(theirs);
    let url = serving.url.clone();
    let register = ["register", "--url", &url, "--name", "team"];

    let closed = with_password(mine, &register, PASSWORD);
    assert_eq!(closed.status.code(), Some(1), "{}", text(&closed));
    assert!(text(&closed).contains("owner"), "{}", text(&closed));
    open_to_all(theirs, &url);
    let made = with_password(mine, &register, PASSWORD);
    assert!(made.status.success(), "{}", text(&made));
    assert!(text(&made).contains("ann was made"), "{}", text(&made));
    let kept = std::fs::read_to_string(mine.join("secrets.toml")).unwrap();
    assert!(!kept.contains(PASSWORD) && kept.contains("access_token"));

    // Again: a wrong password changes nothing, the right one gives the same profile a new token.
    let wrong = with_password(mine, &["login", "--name", "team", "--json"], "wrong horse");
    assert_eq!(wrong.status.code(), Some(3), "{}", text(&wrong));
    let told: serde_json::Value = serde_json::from_slice(&wrong.stdout).unwrap();
    assert_eq!(told["error"]["kind"], "credential_refused", "{told}");
    assert_eq!(
        std::fs::read_to_string(mine.join("secrets.toml")).unwrap(),
        kept
    );
    let again = with_password(mine, &["login", "--name", "team"], PASSWORD);
    assert!(again.status.success(), "{}", text(&again));
    assert_ne!(
        std::fs::read_to_string(mine.join("secrets.toml")).unwrap(),
        kept
    );

    let args = ["profiles", "list", "--balances", "-m", "relaydeck-lab"];
    let rows = json(mine, &args);
    let team = &rows.as_array().unwrap()[0];
    assert_eq!(team["name"], "team", "{rows}");
    assert!(team["balance_nusd"].is_i64(), "{rows}");
    assert_eq!(team["there"], true, "{rows}");
    assert_eq!(team["price"]["kind"], "per_token", "{rows}");
    assert!(text(&relaydeck(mine, &args)).contains("team"));
    serving.interrupt();
    serving.wait();
    let rows = json(mine, &args);
    assert!(rows[0]["error"].is_string() && rows[0]["balance"].is_null());
}

#[test]
fn a_log_in_without_what_it_needs_says_what_is_missing() {
    let home = tempfile::tempdir().unwrap();
    let no_url = with_password(home.path(), &["login"], PASSWORD);
    assert_eq!(no_url.status.code(), Some(2), "{}", text(&no_url));
    assert!(text(&no_url).contains("--url"), "{}", text(&no_url));
    let output = relaydeck(
        home.path(),
        &["login", "--url", "http://127.0.0.1:9", "--user", "ann"],
    );
    assert_eq!(output.status.code(), Some(2), "{}", text(&output));
    assert!(
        text(&output).contains("RELAYDECK_PASSWORD"),
        "{}",
        text(&output)
    );
    let gone = with_password(home.path(), &["login", "--url", "http://127.0.0.1:9"], "x");
    assert_eq!(gone.status.code(), Some(6), "{}", text(&gone));
    assert!(
        !home.path().join("secrets.toml").exists(),
        "nothing was stored"
    );
    let local = with_password(home.path(), &["login", "--name", "local"], "x");
    assert_eq!(local.status.code(), Some(2), "{}", text(&local));
}

#[test]
fn s_02_a_password_is_asked_for_at_the_terminal_and_not_shown() {
    let (theirs, mine) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let serving = Serving::start(theirs.path());
    open_to_all(theirs.path(), &serving.url);
    let register = [
        "register",
        "--url",
        &serving.url,
        "--name",
        "team",
        "--user",
        "ann",
    ];
    let start = |args: &[&str]| Pty::start(mine.path(), 100, 24, args, &[]);

    let mut slip = start(&register);
    slip.wait_text("not shown");
    slip.keys("correct horse\r");
    slip.wait_text("once more");
    slip.keys("corect horse\r");
    slip.wait_text("differ");
    assert_eq!(slip.wait_end(), 2);

    let mut made = start(&register);
    made.wait_text("not shown");
    made.keys("correct hx\u{7f}orse\r");
    made.wait_text("once more");
    made.keys("correct horse\r");
    made.wait_text("ann was made");
    assert_eq!(made.wait_end(), 0);
    let seen = String::from_utf8_lossy(&made.raw).into_owned();
    assert!(!seen.contains("horse"), "{seen}");
    assert!(made.line_is_as_before(), "the terminal echoes again");

    let login = [
        "login",
        "--name",
        "team",
        "--user",
        "ann",
        "--password",
        "-",
    ];
    let mut left = start(&login);
    left.wait_text("not shown");
    left.keys("corr\u{3}");
    left.wait_end();
    assert!(left.line_is_as_before(), "Ctrl-C leaves it as it was");
    let mut again = start(&login);
    again.wait_text("not shown");
    again.keys("correct horse\r");
    assert_eq!(again.wait_end(), 0, "{}", again.text());
}
