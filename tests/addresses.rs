//! Addresses as people paste them, through the real binary: all forms come out, and what was odd is named (S-52, S-56).

#![allow(clippy::unwrap_used, clippy::expect_used)]

mod support;

use support::{json, relaydeck};

/// What is pasted, the base that must come out, and what must be named.
const MANGLED: [(&str, &str, &[&str]); 18] = [
    (
        "https://relay.example/v1/v1",
        "https://relay.example",
        &["doubled_version"],
    ),
    (
        "https://relay.example/chat/completions",
        "https://relay.example",
        &["endpoint_path", "version_missing"],
    ),
    (
        "https://relay.example/v1/models/chat/completions",
        "https://relay.example",
        &["endpoint_path", "doubled_endpoint"],
    ),
    (
        "https://relay.example/v1/",
        "https://relay.example",
        &["trailing_slash"],
    ),
    (
        "https：／／relay．example／v1",
        "https://relay.example",
        &["full_width"],
    ),
    (
        "http://relay.example/v1",
        "http://relay.example",
        &["unencrypted"],
    ),
    (
        "relay.example/v1/messages",
        "https://relay.example",
        &["scheme_missing", "endpoint_path"],
    ),
    (
        "https:/relay.example//v1//chat/completions/",
        "https://relay.example",
        &["scheme_misspelt", "doubled_slash", "trailing_slash"],
    ),
    (
        "https://https://relay.example/V1",
        "https://relay.example",
        &["doubled_scheme", "version_capital"],
    ),
    (
        "OPENAI_BASE_URL=\"https://relay.example/v1\"",
        "https://relay.example",
        &["wrapped"],
    ),
    (
        "https://relay.example/console/token?tab=1#top",
        "https://relay.example",
        &["page", "extras"],
    ),
    (
        "https://relay.example/v1/chat/completion。",
        "https://relay.example",
        &["full_width", "punctuation", "misspelt_endpoint"],
    ),
    (
        "curl https://relay.example/v1/chat/completions -d x",
        "https://relay.example",
        &["wrapped", "endpoint_path"],
    ),
    (
        "\u{200b}https://relay.example/llm/v1 ",
        "https://relay.example/llm",
        &["invisible"],
    ),
    (
        "https://relay.example/v1/chat/completions/v1",
        "https://relay.example",
        &["doubled_version", "endpoint_path"],
    ),
    (
        "https://relay.example/v1beta/models/gemini-2.5-pro:streamGenerateContent?alt=sse",
        "https://relay.example",
        &["endpoint_path", "extras"],
    ),
    (
        "https://relay.example/models/gemini-2.5-pro:generateContent",
        "https://relay.example",
        &["endpoint_path", "version_missing"],
    ),
    (
        "[我的中转](https://relay.example:8443/v1beta)",
        "https://relay.example:8443",
        &["wrapped"],
    ),
];

#[test]
fn s_52_s_56_mangled_addresses_give_the_right_forms() {
    let home = tempfile::tempdir().unwrap();
    let mut right = 0;
    for (pasted, base, named) in MANGLED {
        let told = json(home.path(), &["url", pasted]);
        let forms = &told["forms"];
        let all = [
            ("base", String::new()),
            ("v1", "/v1".into()),
            ("v1beta", "/v1beta".into()),
            ("chat", "/v1/chat/completions".into()),
            ("messages", "/v1/messages".into()),
            ("responses", "/v1/responses".into()),
            ("embeddings", "/v1/embeddings".into()),
            ("models", "/v1/models".into()),
            ("status", "/api/status".into()),
        ];
        for (name, path) in all {
            assert_eq!(forms[name], format!("{base}{path}"), "{name} of {pasted}");
        }
        let codes: Vec<&str> = told["suspicious"]
            .as_array()
            .unwrap()
            .iter()
            .map(|odd| odd["code"].as_str().unwrap())
            .collect();
        for name in named {
            assert!(
                codes.contains(name),
                "{pasted}: {name} is not among {codes:?}"
            );
        }
        right += 1;
    }
    println!("addresses: {right}/{} right", MANGLED.len());
}

#[test]
fn s_95_the_form_that_a_tool_wants_stands_alone_on_stdout() {
    let home = tempfile::tempdir().unwrap();
    let pasted = "https://relay.example/v1/chat/completions/";
    for (tool, form, calls) in [
        ("claude-code", "https://relay.example", "/v1/messages"),
        ("codex", "https://relay.example/v1", "/responses"),
        ("curl", "https://relay.example/v1/chat/completions", ""),
    ] {
        let told = relaydeck(home.path(), &["url", pasted, "--tool", tool]);
        assert_eq!(String::from_utf8(told.stdout).unwrap(), format!("{form}\n"));
        let said = String::from_utf8(told.stderr).unwrap();
        assert!(said.contains(&format!("{form}{calls}")), "{said}");
        assert!(said.contains("trailing slash"), "{said}");
        let document = json(home.path(), &["url", pasted, "--tool", tool]);
        assert_eq!(document["tool"]["url"], form);
        assert_eq!(document["tool"]["calls"], format!("{form}{calls}"));
    }
    let unknown = relaydeck(home.path(), &["url", pasted, "--tool", "claude-cod"]);
    assert_eq!(unknown.status.code(), Some(4));
    let said = String::from_utf8(unknown.stderr).unwrap();
    assert!(said.contains("did you mean claude-code?"), "{said}");
}

#[test]
fn a_good_address_is_not_suspected_and_a_secret_is_not_repeated() {
    let home = tempfile::tempdir().unwrap();
    let told = json(home.path(), &["url", "https://relay.example/v1"]);
    assert_eq!(told["suspicious"].as_array().unwrap().len(), 0);

    let secret = "sk-aB3dEFGHijklmnopx9Zk";
    let refused = relaydeck(home.path(), &["url", &format!("Bearer {secret}")]);
    assert_eq!(refused.status.code(), Some(2));
    let said = String::from_utf8(refused.stderr).unwrap();
    assert!(
        said.contains("this is a key") && !said.contains("EFGH"),
        "{said}"
    );

    let plain = relaydeck(home.path(), &["url", "relay.example/v1/"]);
    assert!(plain.status.success());
    let table = String::from_utf8(plain.stdout).unwrap();
    assert!(
        table.contains("https://relay.example/v1/messages"),
        "{table}"
    );
    let said = String::from_utf8(plain.stderr).unwrap();
    assert!(
        said.contains("trailing slash") && said.contains("no scheme"),
        "{said}"
    );
}
