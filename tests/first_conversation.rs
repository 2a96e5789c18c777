//! The first conversation that costs money: the real binary in a pseudo-terminal, from an empty home to a paid answer,
//! and every figure of it agreeing to the last quota unit.

#![allow(clippy::unwrap_used, reason = "a helper that fails fails its test")]

mod support;

use std::path::Path;

use relaydeck::client::{Credentials, RelayClient};
use relaydeck::domain::{Address, ApiKey, Money};
use serde_json::Value;
use support::pty::Pty;
use support::serving::Serving;
use support::{json, relaydeck};

/// Nano-dollars in one quota unit of the embedded relay.
const UNIT: i64 = 2_000;
/// What the embedded relay's owner begins with.
const CREDIT: Money = Money::from_usd(10);

/// What is left in the wallet, as the relay of this home says.
fn wallet(home: &Path) -> Money {
    let secrets: toml::Table = std::fs::read_to_string(home.join("secrets.toml"))
        .unwrap()
        .parse()
        .unwrap();
    let token = secrets["profiles"]["local"]["access_token"]
        .as_str()
        .unwrap();
    let relay = Serving::start(home);
    let (address, _) = Address::parse(&relay.url).unwrap();
    let credentials = Credentials {
        access_token: Some(ApiKey::new(token)),
        user_id: None,
    };
    relaydeck::client::install_tls();
    let client = RelayClient::new(address, credentials).unwrap();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let account = runtime.block_on(client.account()).unwrap();
    account.balance.unwrap()
}

fn embedded(home: &Path, columns: u16, rows: u16) -> Pty {
    Pty::start(
        home,
        columns,
        rows,
        &[],
        &[("RELAYDECK_LISTEN", "127.0.0.1:0")],
    )
}

/// The amount behind a word of the screen, in nano-dollars: `wallet $9.9999` → 9_999_900_000.
fn amount_before(screen: &str, basis: &str) -> Option<i64> {
    let line = screen.lines().find(|line| line.contains(basis))?;
    let before = &line[..line.find(basis)?];
    let digits = before.trim_end().rsplit('$').next()?;
    let (whole, fraction) = digits.trim().split_once('.')?;
    Some(
        whole.parse::<i64>().ok()? * 1_000_000_000
            + format!("{fraction:0<9}").parse::<i64>().ok()?,
    )
}

fn first_conversation(columns: u16, rows: u16) {
    let home = tempfile::tempdir().unwrap();
    let mut deck = embedded(home.path(), columns, rows);
    deck.wait_for("the three doors", |screen| {
        screen.contains("relay inside") && screen.contains("Log in to a relay")
    });
    deck.keys("\r");
    deck.wait_text("What can I do here?");
    deck.wait_text("estimated");
    deck.wait_text("settled");
    let shown = amount_before(&deck.text(), "settled")
        .unwrap_or_else(|| panic!("no settled cost:\n{}", deck.text()));
    assert!(deck.screen().alternate_screen());
    deck.keys("\x03");
    deck.keys("\x03");
    assert_eq!(deck.wait_end(), 0, "{}", deck.text());
    assert!(
        !deck.screen().alternate_screen()
            && !deck.screen().hide_cursor()
            && !deck.screen().bracketed_paste()
    );

    let receipts = json(home.path(), &["usage", "receipts"]);
    let receipt = &receipts[0];
    assert_eq!(receipts.as_array().map(Vec::len), Some(1));
    assert_eq!(receipt["cost_basis"], "settled");
    let cost = receipt["cost_nusd"].as_i64().unwrap();
    assert_eq!(cost, shown, "the status row and the ledger");
    assert_eq!(
        receipt["expected_nusd"].as_i64(),
        Some(cost),
        "what was reported and what was charged"
    );
    assert!(cost > 0 && cost % UNIT == 0, "whole quota units: {cost}");

    let keys = json(home.path(), &["keys", "list"]);
    assert_eq!(
        keys[0]["used_nusd"].as_i64(),
        Some(cost),
        "off the key: {keys}"
    );
    let answer = relaydeck(
        home.path(),
        &[
            "chat",
            "-m",
            "relaydeck-lab",
            "[[tokens=1 speed=0]]",
            "--json",
        ],
    );
    let second: Value = serde_json::from_slice(&answer.stdout).unwrap();
    assert_eq!(second["cost_basis"], "settled");

    let receipts = json(home.path(), &["usage", "receipts"]);
    let spent: i64 = receipts
        .as_array()
        .unwrap()
        .iter()
        .map(|receipt| receipt["cost_nusd"].as_i64().unwrap())
        .sum();
    assert_eq!(spent, cost + second["cost_nusd"].as_i64().unwrap());
    assert_eq!(
        wallet(home.path()).nanos(),
        CREDIT.nanos() - spent,
        "off the wallet: {receipts}"
    );

    // Quit, come back, and it is all still there.
    let mut again = embedded(home.path(), columns, rows);
    again.wait_text("Other programs");
    again.wait_text("wallet");
    again.keys("\x03\x03");
    assert_eq!(again.wait_end(), 0);
}

#[test]
fn from_an_empty_home_to_a_paid_answer_at_80_by_24() {
    first_conversation(80, 24);
}

#[test]
fn from_an_empty_home_to_a_paid_answer_at_120_by_40() {
    first_conversation(120, 40);
}
