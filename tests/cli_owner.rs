//! The owner's commands and the wallet's, in the real binary on a fresh home.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod support;

use std::io::Write;
use std::path::Path;
use std::process::{Output, Stdio};

use serde_json::{Value, json};
use support::serving::Serving;
use support::{command, json, relaydeck};

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

fn code(output: &Output) -> i32 {
    output.status.code().unwrap()
}

/// Runs it with something on stdin.
fn fed(home: &Path, args: &[&str], input: &str) -> Output {
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
        .write_all(input.as_bytes())
        .unwrap();
    child.wait_with_output().unwrap()
}

#[test]
fn an_owner_makes_accounts_and_runs_them() {
    let home = tempfile::tempdir().unwrap();
    let home = home.path();
    let made = relaydeck(
        home,
        &[
            "accounts", "create", "ann", "--credit", "2.50", "--remark", "the blog",
        ],
    );
    assert_eq!(code(&made), 0, "{}", text(&made.stderr));
    let password = text(&made.stdout);
    assert!(
        password.ends_with('\n') && password.trim().len() == 19 && password.lines().count() == 1,
        "the password alone: {password:?}"
    );
    assert!(!text(&made.stderr).contains(password.trim()));
    let ann = json(home, &["accounts", "show", "ann"]);
    assert_eq!(
        (
            &ann["id"],
            &ann["balance"],
            &ann["balance_nusd"],
            &ann["remark"],
            &ann["role"],
            &ann["status"]
        ),
        (
            &json!(2),
            &json!("2.50"),
            &json!(2_500_000_000_i64),
            &json!("the blog"),
            &json!("user"),
            &json!("enabled")
        )
    );
    let given = fed(
        home,
        &["accounts", "create", "bob", "--password", "-", "--json"],
        "correct horse\n",
    );
    let bob: Value = serde_json::from_slice(&given.stdout).unwrap();
    assert_eq!(
        (&bob["name"], &bob["password"]),
        (&json!("bob"), &Value::Null)
    );
    assert_eq!(
        json(home, &["accounts", "credit", "ann", "-0.50"])["balance"],
        "2.00"
    );
    assert_eq!(
        json(home, &["accounts", "credit", "2", "1"])["balance"],
        "3.00"
    );
    assert_eq!(
        json(home, &["accounts", "disable", "bob"])["status"],
        "disabled"
    );
    assert_eq!(
        json(home, &["accounts", "enable", "bob"])["status"],
        "enabled"
    );
    let edited = json(
        home,
        &[
            "accounts",
            "edit",
            "bob",
            "--display-name",
            "Bob B.",
            "--role",
            "admin",
        ],
    );
    assert_eq!(
        (&edited["display_name"], &edited["role"]),
        (&json!("Bob B."), &json!("admin"))
    );
    let fresh = json(home, &["accounts", "password", "bob"]);
    assert_eq!(fresh["password"].as_str().unwrap().len(), 19);
    assert_eq!(json(home, &["accounts", "delete", "bob"])["deleted"], 3);
    let list = relaydeck(home, &["accounts", "list"]);
    let list = text(&list.stdout);
    assert!(
        list.contains("owner") && list.contains("ann") && !list.contains("bob"),
        "{list}"
    );

    for (args, expected, told) in [
        (vec!["accounts", "show", "nobody"], 4, "owner, ann"),
        (vec!["accounts", "credit", "ann", "much"], 2, "dollars"),
        (
            vec!["accounts", "credit", "ann", "0.0000001"],
            2,
            "smallest unit",
        ),
        (vec!["accounts", "create", "ann"], 1, "user exists"),
        (
            vec!["accounts", "create", "x", "--password", "short"],
            1,
            "8 to 128",
        ),
        (vec!["accounts", "disable", "owner"], 1, "owner's account"),
        (
            vec!["accounts", "edit", "ann", "--group", "nowhere"],
            1,
            "no group",
        ),
    ] {
        let failed = relaydeck(home, &args);
        let said = text(&failed.stderr);
        assert_eq!(code(&failed), expected, "{args:?}: {said}");
        assert!(said.contains(told), "{args:?}: {said}");
        assert!(failed.stdout.is_empty(), "{args:?}");
    }
}

#[test]
fn s_04_codes_fill_the_wallet_and_the_history_tells_of_it() {
    let home = tempfile::tempdir().unwrap();
    let home = home.path();
    let made = relaydeck(
        home,
        &[
            "codes",
            "create",
            "--amount",
            "0.50",
            "--count",
            "2",
            "--name",
            "gift",
            "--expires",
            "30d",
        ],
    );
    assert_eq!(code(&made), 0, "{}", text(&made.stderr));
    let codes: Vec<String> = text(&made.stdout).lines().map(str::to_owned).collect();
    assert!(
        codes.len() == 2 && codes.iter().all(|code| code.len() == 32),
        "{codes:?}"
    );
    let before = json(home, &["wallet", "show"]);
    assert_eq!(
        (&before["balance"], &before["ways_to_pay"]["redeems"]),
        (&json!("10.00"), &json!(true))
    );
    let redeemed = fed(home, &["wallet", "redeem", "-"], &format!("{}\n", codes[0]));
    let said = text(&redeemed.stderr);
    assert!(
        code(&redeemed) == 0 && said.contains("0.50") && said.contains("10.50"),
        "{said}"
    );
    let again = relaydeck(home, &["wallet", "redeem", &codes[0]]);
    let said = text(&again.stderr);
    assert!(
        code(&again) == 1 && said.contains("has been used") && !said.contains(&codes[0]),
        "{said}"
    );
    assert_eq!(
        json(home, &["wallet", "redeem", &codes[1]])["balance"],
        "11.00"
    );
    let history = json(home, &["wallet", "history"]);
    let how: Vec<&str> = history
        .as_array()
        .unwrap()
        .iter()
        .map(|entry| entry["how"].as_str().unwrap())
        .collect();
    assert_eq!(how, ["code", "code", "start"]);
    assert_eq!(history[0]["amount_nusd"], 500_000_000);
    let list = json(home, &["codes", "list"]);
    assert!(
        list.as_array()
            .unwrap()
            .iter()
            .all(|row| row["state"] == "used" && row["used_by"] == 1)
    );
    assert!(
        codes
            .iter()
            .all(|code| !list.to_string().contains(code.as_str()))
    );
    assert_eq!(json(home, &["codes", "remove", "--invalid"])["removed"], 2);
    let none = relaydeck(home, &["wallet", "topup", "10"]);
    let said = text(&none.stderr);
    assert!(code(&none) != 0 && said.contains("redeem a code"), "{said}");
    let shop = relaydeck(home, &["wallet", "redeem", " "]);
    assert_eq!(code(&shop), 2);
}

#[test]
fn groups_and_prices_hold_from_the_next_command_on() {
    let home = tempfile::tempdir().unwrap();
    let home = home.path();
    let set = json(
        home,
        &[
            "groups",
            "set",
            "vip",
            "--ratio",
            "0.8",
            "--description",
            "For friends",
        ],
    );
    assert_eq!(
        (&set["ratio"], &set["public"], &set["description"]),
        (&json!(0.8), &json!(true), &json!("For friends"))
    );
    let private = json(
        home,
        &["groups", "set", "staff", "--ratio", "0", "--private"],
    );
    assert_eq!(
        (&private["ratio"], &private["public"]),
        (&json!(0.0), &json!(false))
    );
    let names = |list: &Value| -> Vec<String> {
        let rows = list.as_array().unwrap().iter();
        rows.map(|row| row["name"].as_str().unwrap().to_owned())
            .collect()
    };
    assert_eq!(
        names(&json(home, &["groups", "list"])),
        ["default", "staff", "vip"]
    );
    let price = |model: &str| {
        let list = json(home, &["prices", "list"]);
        let rows = list.as_array().unwrap().clone();
        rows.into_iter().find(|row| row["model"] == model).unwrap()
    };
    assert_eq!(price("relaydeck-lab")["set_by"], "relay");
    json(
        home,
        &[
            "prices",
            "set",
            "relaydeck-lab",
            "--input",
            "3",
            "--output",
            "15",
            "--cache-read",
            "0.30",
        ],
    );
    let own = price("relaydeck-lab");
    assert_eq!(
        (
            &own["input"],
            &own["output"],
            &own["cache_read"],
            &own["cache_write"],
            &own["set_by"]
        ),
        (
            &json!("3.00"),
            &json!("15.00"),
            &json!("0.30"),
            &json!("3.00"),
            &json!("owner")
        )
    );
    json(home, &["prices", "set", "relaydeck-lab", "--call", "0.04"]);
    assert_eq!(price("relaydeck-lab")["call_nusd"], 40_000_000);
    json(home, &["prices", "remove", "relaydeck-lab"]);
    assert_eq!(price("relaydeck-lab")["set_by"], "relay");
    json(home, &["groups", "remove", "vip"]);
    for (args, expected, told) in [
        (vec!["groups", "remove", "vip"], 4, "default"),
        (vec!["groups", "remove", "default"], 1, "cannot be removed"),
        (
            vec!["groups", "set", "x", "--ratio", "cheap"],
            2,
            "no ratio",
        ),
        (vec!["groups", "set", "auto"], 1, "automatic"),
        (vec!["prices", "remove", "relaydeck-lab"], 4, "no price"),
        (
            vec!["prices", "set", "m", "--input", "0", "--output", "1"],
            1,
            "cannot be free",
        ),
        (vec!["prices", "set", "m", "--call", "-1"], 2, "--call"),
        (vec!["prices", "set", "m", "--input", "1"], 2, "--output"),
    ] {
        let failed = relaydeck(home, &args);
        let said = text(&failed.stderr);
        assert_eq!(code(&failed), expected, "{args:?}: {said}");
        assert!(said.contains(told), "{args:?}: {said}");
    }
}

#[test]
fn what_the_environment_offers_becomes_a_channel_only_after_a_yes() {
    // Another relaydeck is as good an upstream as any that speaks OpenAI's protocol.
    let (upstream, home) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let key = relaydeck(
        upstream.path(),
        &["keys", "create", "--name", "for-the-other"],
    );
    let key = text(&key.stdout).trim().to_owned();
    let serving = Serving::start(upstream.path());
    let home = home.path();
    let offered = |args: &[&str]| {
        let mut command = command(home, args);
        command
            .env("OPENAI_API_KEY", &key)
            .env("OPENAI_BASE_URL", format!("{}/v1", serving.url))
            .arg("--json");
        let output = command.output().unwrap();
        assert_eq!(code(&output), 0, "{args:?}: {}", text(&output.stdout));
        serde_json::from_slice::<Value>(&output.stdout).unwrap()
    };
    let by_name = |list: &Value| {
        let rows = list.as_array().unwrap().clone();
        rows.into_iter().find(|row| row["name"] == "openai")
    };
    let offer = by_name(&offered(&["channels", "offers"])).unwrap();
    assert_eq!(
        (&offer["url"], &offer["kind"], &offer["found"]),
        (
            &json!(serving.url),
            &json!("openai"),
            &json!("OPENAI_API_KEY and OPENAI_BASE_URL")
        )
    );
    assert!(
        !offer.to_string().contains(key.trim_start_matches("sk-")),
        "masked"
    );
    assert_eq!(
        json(home, &["channels", "list"]).as_array().unwrap().len(),
        1,
        "nothing yet"
    );
    let made = offered(&[
        "channels",
        "accept",
        "openai",
        "--price-in",
        "1",
        "--price-out",
        "2",
    ]);
    assert_eq!(
        made["models"],
        json!(["relaydeck-handbook", "relaydeck-lab"])
    );
    assert_eq!(
        by_name(&offered(&["channels", "offers"])),
        None,
        "it is a channel now"
    );
    let id = made["id"].as_i64().unwrap().to_string();
    let edited = json(
        home,
        &[
            "channels",
            "edit",
            &id,
            "--priority",
            "7",
            "--models",
            "relaydeck-lab",
        ],
    );
    assert_eq!(
        (&edited["priority"], &edited["models"]),
        (&json!(7), &json!(["relaydeck-lab"]))
    );
    assert_eq!(
        json(home, &["channels", "disable", &id])["status"],
        "disabled"
    );
    assert_eq!(
        json(home, &["channels", "enable", &id])["status"],
        "enabled"
    );
    // Its key survived the changes, which never showed it.
    assert!(json(home, &["channels", "test", &id])["ms"].is_u64());
    let missing = relaydeck(home, &["channels", "accept", "gemini"]);
    assert_eq!(code(&missing), 4, "{}", text(&missing.stderr));
    let missing = relaydeck(home, &["channels", "disable", "99"]);
    assert_eq!(code(&missing), 4, "{}", text(&missing.stderr));
}

#[test]
fn of_thousands_of_models_a_dozen_is_named() {
    let home = tempfile::tempdir().unwrap();
    let models: Vec<String> = (1..=2_000).map(|number| format!("m-{number}")).collect();
    let models = models.join(",");
    let url = ["--url", "http://127.0.0.1:9/v1"];
    let added = ["channels", "add", "v", url[0], url[1], "--models", &models];
    let told = text(&relaydeck(home.path(), &added).stderr);
    assert!(
        told.contains("m-12 and 1988 more") && !told.contains("m-13"),
        "{told}"
    );
}

#[test]
fn vendors_prices_are_proposed_for_what_has_none_and_set_only_after_a_yes() {
    let home = tempfile::tempdir().unwrap();
    let home = home.path();
    let added = relaydeck(
        home,
        &[
            "channels",
            "add",
            "vendor",
            "--url",
            "http://127.0.0.1:9/v1",
            "--models",
            "claude-sonnet-4-5,nobody-knows-it",
        ],
    );
    assert_eq!(code(&added), 0, "{}", text(&added.stderr));
    let told = text(&added.stderr);
    assert!(
        told.contains("vendors' prices for 1 of them") && told.contains("prices propose"),
        "{told}"
    );
    let set_by = || {
        let rows = json(home, &["prices", "list"]);
        let rows = rows.as_array().unwrap().clone();
        let of = |name: &str| rows.iter().find(|row| row["model"] == name).cloned();
        of("claude-sonnet-4-5").unwrap()["set_by"].clone()
    };
    assert_eq!(set_by(), "nobody");
    // What the relay does not price is shown as the estimate it is.
    let shown = json(home, &["models", "show", "claude-sonnet-4-5"]);
    let from = shown["price_estimated_from"].as_str().unwrap();
    assert!(from.starts_with("catalogue 20"), "{shown}");
    assert_eq!(shown["input_per_million"], "3.00", "{shown}");
    let list = text(&relaydeck(home, &["models", "list"]).stdout);
    let row = list
        .lines()
        .find(|row| row.starts_with("claude-sonnet-4-5"));
    assert!(row.unwrap().contains("~3.00"), "{list}");
    let row = list.lines().find(|row| row.starts_with("nobody-knows-it"));
    assert!(row.unwrap().contains(" ? "), "{list}");

    let proposed = json(home, &["prices", "propose"]);
    assert_eq!(proposed.as_array().unwrap().len(), 1);
    assert_eq!(
        (&proposed[0]["model"], &proposed[0]["set"]),
        (&json!("claude-sonnet-4-5"), &json!(false))
    );
    assert_eq!(set_by(), "nobody", "looking sets nothing");
    let done = json(home, &["prices", "propose", "--yes"]);
    assert_eq!(done[0]["set"], true);
    assert_eq!(set_by(), "owner");
    let shown = json(home, &["models", "show", "claude-sonnet-4-5"]);
    assert_eq!(shown["price_estimated_from"], Value::Null, "{shown}");
    assert_eq!(json(home, &["prices", "propose"]), json!([]));
}
