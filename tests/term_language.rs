//! The language of the real binary: by flag, variable, configuration and locale, the strongest first; and what it says
//! to a name it does not know.

#![allow(clippy::unwrap_used, reason = "a helper that fails fails its test")]

mod support;

use std::process::Command;

use support::pty::Pty;

const WELCOME: &str = "欢迎";

/// The first screen, once it is there.
fn first_screen(config: &str, args: &[&str], env: &[(&str, &str)]) -> String {
    let home = tempfile::tempdir().unwrap();
    if !config.is_empty() {
        std::fs::write(home.path().join("config.toml"), config).unwrap();
    }
    let mut all = vec![("RELAYDECK_LISTEN", "127.0.0.1:0")];
    all.extend_from_slice(env);
    let mut deck = Pty::start(home.path(), 80, 24, args, &all);
    deck.wait_for("the first run", |text| {
        text.contains(WELCOME) || text.contains("Welcome")
    });
    deck.text()
}

#[test]
fn x_12_flag_variable_configuration_and_locale_choose_the_language() {
    let zh = "language = \"zh\"\n";
    let locale = ("LANG", "zh_CN.UTF-8");
    for (config, args, env, chinese) in [
        ("", &["--lang", "zh"][..], &[][..], true),
        ("", &[], &[locale], true),
        ("", &[], &[("LANG", "de_DE.UTF-8")], false),
        ("", &[], &[locale, ("LC_ALL", "C.UTF-8")], false),
        (zh, &[], &[], true),
        (zh, &[], &[("RELAYDECK_LANGUAGE", "en")], false),
        ("language = \"en\"\n", &[], &[locale], false),
        (zh, &["--lang", "en"], &[locale], false),
        (zh, &["--lang", "auto"], &[], false),
    ] {
        let text = first_screen(config, args, env);
        assert_eq!(
            text.contains(WELCOME),
            chinese,
            "{config:?} {args:?} {env:?}:\n{text}"
        );
    }
}

#[test]
fn x_12_the_first_screen_in_chinese_and_in_a_plain_locale() {
    insta::assert_snapshot!("zh_80x24", first_screen("", &["--lang", "zh"], &[]));
    let plain = first_screen("", &[], &[("LANG", "C")]);
    assert!(plain.is_ascii(), "{plain}");
    insta::assert_snapshot!("c_80x24", plain);
}

#[test]
fn x_12_a_language_that_is_not_there_is_named_with_those_that_are() {
    let home = tempfile::tempdir().unwrap();
    let run = |args: &[&str]| {
        let done = Command::new(env!("CARGO_BIN_EXE_relaydeck"))
            .args(args)
            .env("RELAYDECK_HOME", home.path())
            .env_remove("RELAYDECK_LANGUAGE")
            .output()
            .unwrap();
        (
            done.status.code(),
            String::from_utf8_lossy(&done.stderr).into_owned(),
        )
    };
    let (code, told) = run(&["--lang", "fr"]);
    assert_eq!(code, Some(2));
    for word in ["fr", "auto", "en", "zh"] {
        assert!(told.contains(word), "{told}");
    }
    std::fs::write(home.path().join("config.toml"), "language = \"zn\"\n").unwrap();
    let (code, told) = run(&["config", "show", "--lang", "en"]);
    assert_ne!(code, Some(0));
    assert!(
        told.contains("language") && told.contains("auto, en, zh"),
        "{told}"
    );
}
