//! `relaydeck migrate` on a project as people have them (S-74, S-75).
#![allow(clippy::unwrap_used, reason = "a test's helper fails by panicking")]

mod support;

use std::fs;
use std::path::Path;
use std::process::Output;

use serde_json::Value;

fn migrate(home: &Path, words: &[&str]) -> Output {
    let words: Vec<&str> = ["migrate"].iter().chain(words).copied().collect();
    support::command(&home.join("relaydeck"), &words)
        .env("HOME", home)
        .current_dir(home)
        .output()
        .unwrap()
}

#[test]
fn s_74_s_75_a_project_is_shown_moved_and_moved_back() {
    let folder = tempfile::tempdir().unwrap();
    let home = folder.path();
    let lay = |name: &str, text: &[u8]| {
        let path = home.join("app").join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, text).unwrap();
        path
    };
    let app = lay(
        "src/app.py",
        b"from openai import OpenAI\nclient = OpenAI(base_url=\"https://api.openai.com\")\nclient.batches.create()\r\n",
    );
    let env = lay(
        ".env",
        b"ANTHROPIC_BASE_URL=https://api.anthropic.com/v1\n# by hand",
    );
    let plain = lay(
        "src/plain.ts",
        b"import OpenAI from \"openai\";\nconst c = new OpenAI();\n",
    );
    let ignored = lay(
        "build/out.js",
        b"fetch('https://api.openai.com/v1/models')\n",
    );
    let lock = lay(
        "package-lock.json",
        b"{\"x\": \"https://api.openai.com/v1\"}\n",
    );
    let binary = lay("logo.bin", b"\0\xffhttps://api.openai.com/v1\n");
    lay(".gitignore", b"build/\n");
    let all = [&app, &env, &plain, &ignored, &lock, &binary];
    let before: Vec<Vec<u8>> = all.iter().map(|path| fs::read(path).unwrap()).collect();
    let now = || -> Vec<Vec<u8>> { all.iter().map(|path| fs::read(path).unwrap()).collect() };

    let shown = migrate(home, &["app", "--json"]);
    let document: Value = serde_json::from_slice(&shown.stdout).unwrap();
    assert_eq!(document["addresses"], 2, "{document}");
    assert_eq!(document["written"], false);
    assert_eq!(document["may_not_carry_over"][0]["feature"], "Batches");
    assert_eq!(document["may_not_carry_over"][0]["at"]["line"], 3);
    assert_eq!(document["default_address"][0], "src/plain.ts");
    assert_eq!(now(), before, "nothing without consent");

    let written = migrate(home, &["app", "--write"]);
    assert_eq!(
        written.status.code(),
        Some(0),
        "{}",
        String::from_utf8_lossy(&written.stderr)
    );
    let text = fs::read_to_string(&app).unwrap();
    assert!(
        text.contains("base_url=\"http://127.0.0.1:4141/v1\"") && text.ends_with("create()\r\n"),
        "{text}"
    );
    assert_eq!(
        fs::read_to_string(&env).unwrap(),
        "ANTHROPIC_BASE_URL=http://127.0.0.1:4141\n# by hand"
    );
    assert_eq!(
        now()[2..],
        before[2..],
        "ignored files, lock files and binaries stay"
    );

    assert_eq!(migrate(home, &["app", "--undo"]).status.code(), Some(0));
    assert_eq!(now(), before);
    assert_eq!(migrate(home, &["app", "--undo"]).status.code(), Some(4));
    assert_eq!(migrate(home, &["nowhere"]).status.code(), Some(1));
}
