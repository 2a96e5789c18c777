//! What several whole-program tests share.

#![allow(
    dead_code,
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "each test binary uses a part of it, and fails where it must"
)]

pub mod host;
pub mod pty;
pub mod serving;
pub mod talk;
pub mod tls;

use std::path::Path;
use std::process::{Command, Output};

use relaydeck::client::{Credentials, RelayClient};
use relaydeck::domain::{Address, ApiKey};

/// Runs the binary with its home in `home` and waits for its end.
///
/// # Panics
/// When it cannot be started.
pub fn relaydeck(home: &Path, args: &[&str]) -> Output {
    command(home, args).output().expect("the binary runs")
}

/// The binary, ready to run with its home in `home` and nothing else of this machine's environment.
pub fn command(home: &Path, args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_relaydeck"));
    command
        .args(args)
        .env_clear()
        .env("RELAYDECK_HOME", home)
        .env("TZ", "UTC")
        .env("RELAYDECK_LANGUAGE", "en")
        .env("PATH", "/usr/bin:/bin");
    command
        .env("RUST_BACKTRACE", "0")
        .stdin(std::process::Stdio::null());
    command
}

/// Runs it with `--json` and reads the document.
///
/// # Panics
/// When it fails or does not print one JSON document.
pub fn json(home: &Path, args: &[&str]) -> serde_json::Value {
    let args: Vec<&str> = args.iter().copied().chain(["--json"]).collect();
    let output = relaydeck(home, &args);
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(
        output.status.success(),
        "{args:?}: {text}{}",
        String::from_utf8_lossy(&output.stderr)
    );
    serde_json::from_str(&text)
        .unwrap_or_else(|error| panic!("{args:?} printed no JSON ({error}): {text}"))
}

/// Lets the relay that is served in `home` take new accounts.
///
/// # Panics
/// When its owner's token is not there, or the relay refuses.
pub fn open_to_all(home: &Path, url: &str) {
    relaydeck::client::install_tls();
    let secrets = std::fs::read_to_string(home.join("secrets.toml")).unwrap();
    let line = secrets
        .lines()
        .find(|line| line.starts_with("access_token"));
    let token = line.unwrap().split('"').nth(1).unwrap();
    let credentials = Credentials {
        access_token: Some(ApiKey::new(token)),
        user_id: Some(1),
    };
    let client = RelayClient::new(Address::parse(url).unwrap().0, credentials).unwrap();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime
        .block_on(client.set_option("RegisterEnabled", "true"))
        .unwrap();
}
