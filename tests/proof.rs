//! `verify` and `doctor` through the real binary: against the embedded relay, and against relays with faults (S-80…S-84,
//! S-96, S-98, S-99).

#![allow(clippy::unwrap_used, clippy::expect_used)]

#[allow(dead_code, reason = "the client's tests use more of it")]
#[path = "client/fake.rs"]
mod fake;
mod support;

use std::path::Path;

use fake::{Asked, Fake, Told};
use serde_json::{Value, json};
use support::relaydeck;

/// In two parts, so that no scanner takes it for a real one.
const KEY: &str = concat!("sk-", "aB3dEFGHijklmnopx9Zk0123456789abcdef0123456789ab");

/// Runs it with `--json`: the exit code, and the one document.
fn run(home: &Path, args: &[&str]) -> (i32, Value) {
    let args: Vec<&str> = args.iter().copied().chain(["--json"]).collect();
    let output = relaydeck(home, &args);
    let text = String::from_utf8(output.stdout).unwrap();
    let told = String::from_utf8(output.stderr).unwrap();
    let value = serde_json::from_str(&text)
        .unwrap_or_else(|error| panic!("{args:?} ({error}): {text}{told}"));
    (output.status.code().unwrap(), value)
}

#[test]
fn s_80_to_s_84_the_embedded_relay_passes_everything_and_each_request_has_its_row() {
    let home = tempfile::tempdir().unwrap();
    let (code, told) = run(home.path(), &["verify", "--all"]);
    assert_eq!((code, &told["passed"]), (0, &json!(true)), "{told:#}");
    let tests = told["tests"].as_array().unwrap();
    let names: Vec<&str> = tests
        .iter()
        .map(|test| test["test"].as_str().unwrap())
        .collect();
    assert_eq!(names, ["connect", "long", "concurrency"]);
    assert!(tests.iter().all(|test| test["passed"] == true));
    assert_eq!(tests[1]["detail"]["needles"], json!([true, true, true]));
    assert_eq!(tests[1]["detail"]["finish"], "stop");
    assert_eq!(
        (&tests[2]["detail"]["good"], &tests[2]["detail"]["told_429"]),
        (&json!(5), &json!(0))
    );
    assert_eq!(
        tests[0]["evidence"][0]["look"], "consistent",
        "{}",
        tests[0]["evidence"]
    );

    let spent: i64 = tests
        .iter()
        .map(|test| test["cost_nusd"].as_i64().unwrap())
        .sum();
    let worst = told["worst_case_nusd"].as_i64().unwrap();
    assert!(spent > 0 && spent <= worst, "{spent} of at most {worst}");

    let rungs = told["ladder"]["rungs"].as_array().unwrap();
    assert_eq!(rungs.len(), 10);
    assert!(
        rungs.iter().all(|rung| rung["verdict"] == "good"),
        "{rungs:#?}"
    );
    let requests = 2 + 2 + 1 + 5;
    let (_, receipts) = run(home.path(), &["usage", "receipts"]);
    assert_eq!(receipts.as_array().unwrap().len(), requests);

    let line = |item: &str| {
        let lines = told["checklist"].as_array().unwrap();
        lines.iter().find(|line| line["item"] == item).unwrap()["state"]
            .as_str()
            .unwrap()
            .to_owned()
    };
    for item in [
        "account",
        "balance",
        "key_made",
        "key_stored",
        "key_usable",
        "group",
        "model_in_group",
        "node",
        "url_form",
        "endpoint",
        "connect",
        "long",
        "concurrency",
        "in_the_log",
    ] {
        assert_eq!(line(item), "done", "{item}");
    }
    assert_eq!(line("tool_version"), "unknown");
    let workflow = told["workflow"].as_array().unwrap();
    assert_eq!(workflow.len(), 10);
    assert_eq!(
        workflow
            .iter()
            .find(|step| step["is_next"] == true)
            .unwrap()["title"],
        "set up tools"
    );

    // A second run of one of them: history and comparison.
    let (code, _) = run(home.path(), &["verify", "--connect"]);
    assert_eq!(code, 0);
    let (_, kept) = run(home.path(), &["verify", "--history"]);
    assert_eq!(kept["results"].as_array().unwrap().len(), 5);
    let compared = &kept["comparison"][0]["tests"]["connect"];
    assert_eq!(
        (&compared["passed"], &compared["runs"]),
        (&json!(2), &json!(2))
    );
}

#[test]
fn s_83_above_the_limit_nothing_is_sent_without_a_yes() {
    let home = tempfile::tempdir().unwrap();
    for what in ["--long", "--all"] {
        let (code, told) = run(home.path(), &["verify", what, "--max-cost", "0.000001"]);
        assert_eq!(code, 2, "{what}: {told:#}");
        let message = told["error"]["message"].as_str().unwrap();
        assert!(
            message.contains("may cost $") && message.contains("limit"),
            "{message}"
        );
    }
    let (_, receipts) = run(home.path(), &["usage", "receipts"]);
    assert_eq!(receipts, json!([]));
    let (code, _) = run(
        home.path(),
        &[
            "verify",
            "--long",
            "--long-words",
            "300",
            "--max-cost",
            "0.000001",
            "--yes",
        ],
    );
    assert_eq!(code, 0);
}

#[test]
fn the_handbook_answers_but_finds_no_needles_and_that_is_said() {
    let home = tempfile::tempdir().unwrap();
    let (code, told) = run(
        home.path(),
        &[
            "verify",
            "--connect",
            "--long",
            "--long-words",
            "300",
            "-m",
            "relaydeck-handbook",
        ],
    );
    assert_eq!((code, &told["passed"]), (1, &json!(false)));
    assert_eq!(told["tests"][0]["passed"], true);
    assert_eq!(told["tests"][1]["passed"], false);
}

#[test]
fn x_09_the_labs_faults_end_the_diagnosis_with_the_exit_code_of_their_kind() {
    let home = tempfile::tempdir().unwrap();
    for (fault, code, rung) in [
        ("401", 3, "credential"),
        ("upstream-401", 1, "call"),
        ("402", 1, "call"),
        ("no-quota", 5, "balance"),
        ("no-balance", 5, "balance"),
        ("404", 4, "group"),
        ("no-channel", 4, "group"),
        ("wrong-path", 4, "endpoint"),
        ("html", 1, "call"),
        ("empty", 1, "call"),
        ("cut", 1, "call"),
        ("reset", 1, "call"),
    ] {
        let directive = format!("[[fault={fault}]]");
        let (exit, told) = run(
            home.path(),
            &["verify", "--all", "--yes", "--system", &directive],
        );
        assert_eq!(
            (exit, told["ladder"]["rung"].as_str().unwrap()),
            (code, rung),
            "{fault}: {told:#}"
        );
        assert_eq!(
            (&told["passed"], &told["tests"]),
            (&json!(false), &json!([])),
            "{fault}"
        );
    }
}

#[test]
fn a_request_that_does_not_end_is_given_up_in_time_and_progress_is_on_stderr() {
    let home = tempfile::tempdir().unwrap();
    let output = relaydeck(
        home.path(),
        &[
            "verify",
            "--all",
            "--yes",
            "--json",
            "--timeout",
            "1",
            "--system",
            "[[first=100s]]",
        ],
    );
    let told: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(output.status.code(), Some(6), "{told:#}");
    assert_eq!(told["ladder"]["rung"], "call");
    let message = told["error"]["message"].as_str().unwrap();
    assert!(message.contains("within 1 s"), "{message}");
    let progress = String::from_utf8(output.stderr).unwrap();
    for said in [
        "diagnosis: ✓ address",
        "diagnosis: ✗ tiny call",
        "at most $",
    ] {
        assert!(progress.contains(said), "{said} in {progress}");
    }
    // What was sent and given up has its row all the same.
    let (_, receipts) = run(home.path(), &["usage", "receipts"]);
    assert_eq!(receipts.as_array().unwrap().len(), 1);
    // Nothing came, and the relay may charge what it read: what that costs is not known here.
    assert_eq!(receipts[0]["expected_nusd"], Value::Null, "{receipts}");
}

fn answers(asked: &Asked, call: &Told) -> Told {
    let with_key = asked.header("authorization").is_some();
    match asked.place() {
        "/api/status" => Told::data(
            json!({"version":"v1.0.0","system_name":"Example","quota_per_unit":500_000,"chats":[]}),
        ),
        "/v1/models" if with_key => {
            Told::json(200, json!({"object":"list","data":[{"id":"gpt-4o"}]}))
        }
        "/v1/models" => Told::json(
            401,
            json!({"error":{"message":"Invalid token (request id: R)","type":"new_api_error","code":""}}),
        ),
        "/v1/chat/completions" => call.clone(),
        _ => Told::no_route(asked),
    }
}

fn refusal(status: u16, message: &str, code: &str) -> Told {
    Told::json(
        status,
        json!({"error":{"message":format!("{message} (request id: R)"),"type":"new_api_error","code":code}}),
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn exit_codes_say_which_kind_failed() {
    for (told, code, rung) in [
        (refusal(401, "Invalid token", ""), 3, "credential"),
        (
            refusal(
                403,
                "Insufficient user quota, remaining quota: $0",
                "insufficient_user_quota",
            ),
            5,
            "balance",
        ),
        (
            refusal(
                503,
                "No available channel for model gpt-4o under group default (distributor)",
                "model_not_found",
            ),
            4,
            "group",
        ),
        (
            Told::no_route(&Asked {
                method: "POST".into(),
                path: "/v1/chat/completions".into(),
                headers: Default::default(),
                body: String::new(),
            }),
            4,
            "endpoint",
        ),
        (refusal(400, "Invalid request: x", ""), 1, "call"),
    ] {
        let fake = Fake::start(move |asked| answers(asked, &told)).await;
        let url = fake.address.base().to_owned();
        let home = tempfile::tempdir().unwrap();
        let path = home.path().to_owned();
        tokio::task::spawn_blocking(move || {
            let (exit, document) = run(
                &path,
                &["doctor", "--url", &url, "--key", KEY, "-m", "gpt-4o"],
            );
            assert_eq!(
                (exit, document["rung"].as_str().unwrap()),
                (code, rung),
                "{document:#}"
            );
            let text = document.to_string();
            assert!(!text.contains(&KEY[8..30]), "a key is never shown: {text}");
            let (code_again, told) = run(
                &path,
                &["profiles", "add", "far", "--url", &url, "--key", KEY],
            );
            assert_eq!(code_again, 0, "{told:#}");
            let (exit, document) = run(&path, &["verify", "--connect", "--yes", "-m", "gpt-4o"]);
            assert_eq!(
                (exit, &document["passed"]),
                (code, &json!(false)),
                "{document:#}"
            );
            let (exit, document) = run(&path, &["verify", "--all", "--yes", "-m", "gpt-4o"]);
            assert_eq!(exit, code);
            assert_eq!(
                document["tests"],
                json!([]),
                "where the diagnosis fails, nothing more is spent"
            );
            assert_eq!(document["checklist"].as_array().unwrap().len(), 17);
        })
        .await
        .unwrap();
    }
    let home = tempfile::tempdir().unwrap();
    let (code, document) = run(
        home.path(),
        &[
            "doctor",
            "--url",
            "https://no-such-relay.invalid",
            "--key",
            KEY,
        ],
    );
    assert_eq!((code, document["rung"].as_str().unwrap()), (6, "address"));
    let (code, _) = run(home.path(), &["doctor", "--url", "not an address"]);
    assert_eq!(code, 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn s_90_the_doctor_prints_every_rung_for_people() {
    let fake = Fake::start(|asked| match asked.place() {
        path if path.starts_with("/v1/") || path.starts_with("/api/") => answers(
            asked,
            &Told::json(200, json!({"model":"gpt-4o","choices":[{"index":0,"message":{"content":"ready"},"finish_reason":"stop"}],"usage":{"prompt_tokens":9,"completion_tokens":1}})),
        ),
        _ => Told::html(200),
    })
    .await;
    let url = format!("{}/chat/completions", fake.address.base());
    let home = tempfile::tempdir().unwrap();
    let output = tokio::task::spawn_blocking(move || {
        relaydeck(
            home.path(),
            &["doctor", "--url", &url, "--key", KEY, "-m", "gpt-4o"],
        )
    })
    .await
    .unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    assert_eq!(output.status.code(), Some(4), "{text}");
    for rung in [
        "address",
        "TLS",
        "relay kind",
        "credential",
        "balance",
        "model name",
        "group",
        "endpoint",
        "tiny call",
        "tiny stream",
    ] {
        assert!(text.contains(rung), "{rung} in {text}");
    }
    assert!(
        text.contains("without /v1") && text.contains("proof:") && text.contains("a web page"),
        "{text}"
    );
}
