//! The safest workflow (S-99), by keys only: the real binary in a pseudo-terminal and a relay that is served beside it. From
//! the first run, where an account is made there, over the code that fills its wallet, to a tool that another program's
//! configuration sets up; and the key that was written there calls the relay.

#![allow(clippy::unwrap_used, reason = "a helper that fails fails its test")]

mod support;

use std::path::Path;

use relaydeck::client::{Credentials, RelayClient};
use relaydeck::domain::{Address, ApiKey};
use support::pty::Pty;
use support::serving::Serving;

const DOWN: &str = "\x1b[B";
const RIGHT: &str = "\x1b[C";
const KEY: &str = "blog-dev-summaries-ann";

/// Whether the relay answers to what was written somewhere, with the model that is meant to be called.
fn answers(address: &str, key: &str) -> bool {
    let (address, odd) = Address::parse(address).unwrap();
    assert!(odd.is_empty(), "{odd:?}");
    let client = RelayClient::new(address, Credentials::default()).unwrap();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let models = runtime.block_on(client.models(Some(&ApiKey::new(key))));
    models
        .unwrap()
        .iter()
        .any(|model| model.name == "relaydeck-lab")
}

/// The value of a variable in the text of a `.env`.
fn value<'a>(text: &'a str, name: &str) -> &'a str {
    let line = text.lines().find(|line| line.starts_with(name)).unwrap();
    &line[name.len() + 1..]
}

/// A relay whose owner lets everybody make an account, and gave a code away.
fn serve(home: &Path) -> (Serving, String) {
    let serving = Serving::start(home);
    support::open_to_all(home, &serving.url);
    let made = support::relaydeck(home, &["codes", "create", "--amount", "5.00"]);
    let code = String::from_utf8(made.stdout).unwrap().trim().to_owned();
    assert!(
        !code.is_empty(),
        "{}",
        String::from_utf8_lossy(&made.stderr)
    );
    (serving, code)
}

/// The third door of the first run makes an account.
fn register(deck: &mut Pty, url: &str) {
    deck.wait_text("Which relay shall this be the deck of?");
    deck.keys("3");
    deck.wait_text("Log in to a relay");
    deck.keys(url);
    deck.keys(&format!("{DOWN}{RIGHT}{RIGHT}"));
    deck.wait_text("[a new account]");
    deck.keys(&format!("{DOWN}ann"));
    deck.keys(&format!("{DOWN}correct horse battery"));
    // The name of the profile, and the button.
    deck.keys(&format!("{DOWN}\x15team"));
    deck.wait_text("team");
    deck.keys(&format!("{DOWN}\r"));
    deck.wait_text("the account ann was made");
    deck.keys("\x1b");
    deck.wait_text("the wallet is empty");
}

/// A code fills the wallet.
fn top_up(deck: &mut Pty, code: &str) {
    deck.keys("\x1b");
    deck.wait_text("Enter or i writes");
    deck.keys("W");
    deck.wait_text("c redeems a code");
    deck.keys("c");
    deck.wait_text("Redeem a code");
    deck.keys(code);
    deck.keys(&format!("{DOWN}\r"));
    deck.wait_text("was added to the wallet");
    deck.wait_text("wallet $5.0000");
    deck.keys("\x1b");
    deck.wait_for("the wallet to close", |screen| {
        !screen.contains("What came in")
    });
}

/// A key with a name that says what it is for, saved where the program that needs it looks.
fn make_and_save_a_key(deck: &mut Pty, file: &Path) {
    deck.keys("1");
    deck.wait_text("No keys yet");
    deck.keys("n");
    deck.wait_text("project-env-use-owner");
    deck.keys(KEY);
    deck.wait_text(KEY);
    for _ in 0..6 {
        deck.keys(DOWN);
    }
    deck.keys("\r");
    deck.wait_text("The key blog-dev-summaries-ann was made");
    deck.keys("w");
    deck.wait_text("Write the key");
    // Whatever file is offered, this one is meant.
    deck.keys("\x15");
    deck.keys(file.to_str().unwrap());
    deck.keys(&format!("{DOWN}{DOWN}\r"));
    deck.wait_text("written to");
    deck.keys("\r");
    deck.wait_text("1 key");
}

/// The group, the exact name, its endpoint and base URL, and one small request.
fn choose_and_try_a_model(deck: &mut Pty) {
    deck.keys("2");
    deck.wait_text("GROUP");
    deck.keys("3");
    deck.wait_text("relaydeck-lab");
    deck.keys("/lab\r\r");
    deck.wait_text("To chat with it now");
    deck.wait_text("/v1/chat/completions");
    deck.keys("t");
    deck.wait_text("relaydeck-lab \u{b7}");
    deck.keys("[[tokens=5 speed=0]]\r");
    deck.wait_for("the bill of the small test", |screen| {
        screen.contains("[[tokens=5") && screen.contains("settled")
    });
}

/// The three tests, each above the next.
fn run_the_tests(deck: &mut Pty) {
    deck.keys("\x1b6");
    deck.wait_text("Connectivity");
    deck.wait_text("$0.0");
    for test in ["Connectivity", "Long text", "Concurrency"] {
        deck.keys("j");
        deck.wait_for(test, |screen| {
            screen.lines().any(|line| {
                line.contains('\u{25b8}') && line.to_lowercase().contains(&test.to_lowercase())
            })
        });
        deck.keys("\r");
        deck.wait_for("the test to pass", |screen| {
            screen
                .lines()
                .any(|line| line.contains('\u{25b8}') && line.contains('\u{2713}'))
        });
    }
}

/// A third-party tool, the difference first.
fn set_a_tool_up(deck: &mut Pty) {
    deck.keys("7");
    deck.wait_text("Claude Code");
    deck.keys("/claude code\r");
    deck.wait_for("the filtered list", |screen| {
        screen.contains("/claude code")
    });
    deck.keys("\r");
    deck.wait_text("Set Claude Code up?");
    deck.keys("y");
    deck.wait_text("Claude Code is set up.");
    deck.wait_text("A call through it works: \"");
    deck.keys("\x1b");
    // What follows an Esc at once would be one key with it.
    deck.wait_for("the page to close", |screen| {
        !screen.contains("A call through it works")
    });
}

#[test]
fn s_99_from_the_first_run_to_a_tools_key_without_a_mouse() {
    let (theirs, home) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let user = tempfile::tempdir().unwrap();
    let (mut serving, code) = serve(theirs.path());
    let file = user.path().join(".env");
    std::fs::write(&file, "# mine\nDEBUG=1\n").unwrap();
    let claude = user.path().join(".claude/settings.json");
    std::fs::create_dir(user.path().join(".claude")).unwrap();
    std::fs::write(&claude, "{\n  // mine\n  \"theme\": \"dark\"\n}\n").unwrap();
    let mut deck = Pty::start(
        home.path(),
        100,
        30,
        &[],
        &[
            ("RELAYDECK_LISTEN", "127.0.0.1:0"),
            ("HOME", user.path().to_str().unwrap()),
        ],
    );
    register(&mut deck, &serving.url);
    top_up(&mut deck, &code);
    make_and_save_a_key(&mut deck, &file);
    choose_and_try_a_model(&mut deck);
    run_the_tests(&mut deck);
    set_a_tool_up(&mut deck);

    let text = std::fs::read_to_string(&file).unwrap();
    assert!(text.starts_with("# mine\nDEBUG=1\n"), "{text}");
    assert!(answers(
        value(&text, "OPENAI_BASE_URL"),
        value(&text, "OPENAI_API_KEY")
    ));
    let text = std::fs::read_to_string(&claude).unwrap();
    assert!(text.contains("// mine") && text.contains("\"theme\": \"dark\""));
    let bare: String = text
        .lines()
        .filter(|line| !line.trim_start().starts_with("//"))
        .collect();
    let written: serde_json::Value = serde_json::from_str(&bare).unwrap();
    let of = |name: &str| written["env"][name].as_str().unwrap().to_owned();
    assert!(answers(
        &of("ANTHROPIC_BASE_URL"),
        &of("ANTHROPIC_AUTH_TOKEN")
    ));
    deck.keys("\x03\x03");
    deck.wait_end();
    serving.interrupt();
    serving.wait();
}
