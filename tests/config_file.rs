//! `config.toml`: layers, mistakes with their place, and profiles that are changed without touching the rest.
#![allow(clippy::unwrap_used, reason = "a test's helper fails by panicking")]

use std::fs;
use std::path::Path;

use relaydeck::config::{
    Color, Config, ConfigError, Environment, Folders, Glyphs, Layer, Link, Options, Profiles, State,
};
use relaydeck::domain::{Access, Address, Fault, FaultKind, Profile};
use relaydeck::files::FileError;

fn folders(home: &Path) -> Folders {
    Folders::find(Some(home), &Environment::default()).unwrap()
}

fn environment(pairs: &[(&str, &str)]) -> Environment {
    pairs.iter().copied().collect()
}

fn load(home: &Path, variables: &[(&str, &str)], flags: &Options) -> Result<Config, ConfigError> {
    Config::load(&folders(home), &environment(variables), flags)
}

/// What a configuration file of this text is refused with.
fn refusal(text: &str) -> Fault {
    let home = tempfile::tempdir().unwrap();
    fs::write(home.path().join("config.toml"), text).unwrap();
    load(home.path(), &[], &Options::default())
        .unwrap_err()
        .into()
}

fn profile(name: &str, url: &str, access: Access) -> Profile {
    let (address, _) = Address::parse(url).unwrap();
    Profile {
        name: name.into(),
        address,
        access,
    }
}

#[test]
fn a_fresh_machine_needs_no_file_and_gets_none() {
    let home = tempfile::tempdir().unwrap();
    let home = home.path().join("not").join("there");
    let config = load(&home, &[], &Options::default()).unwrap();
    assert_eq!(config.settings.profile.value, "local");
    assert_eq!(config.settings.profile.layer, Layer::BuiltIn);
    assert_eq!(config.settings.listen.value.to_string(), "127.0.0.1:4141");
    assert_eq!(config.settings.color.value, Color::Auto);
    assert!(config.profiles.is_empty());
    assert_eq!(config.profile("local"), Ok(None));
    assert!(!home.exists(), "reading makes nothing");
}

#[test]
fn each_layer_is_stronger_than_the_one_below_it() {
    let home = tempfile::tempdir().unwrap();
    fs::write(
        home.path().join("config.toml"),
        r#"
            color = "always"
            link = "local"
            glyphs = "unicode"
            theme = "mono"

            [profiles.work]
            url = "https://relay.example/v1"
            access = "account"
            user_id = 7
            link = "slow"
            glyphs = "ascii"

            [profiles."home"]
            url = "http://127.0.0.1:8080"
            access = "key"
        "#,
    )
    .unwrap();
    let flags = Options {
        listen: Some("127.0.0.1:9".parse().unwrap()),
        ..Options::default()
    };
    let variables = [
        ("RELAYDECK_PROFILE", "work"),
        ("RELAYDECK_GLYPHS", "auto"),
        ("RELAYDECK_LISTEN", "127.0.0.1:8"),
        ("RELAYDECK_THEME", ""),
    ];
    let config = load(home.path(), &variables, &flags).unwrap();
    let got = &config.settings;
    assert_eq!(
        (got.color.value, got.color.layer),
        (Color::Always, Layer::File)
    );
    assert_eq!(
        (got.link.value, got.link.layer),
        (Link::Slow, Layer::Profile)
    );
    assert_eq!(
        (got.glyphs.value, got.glyphs.layer),
        (Glyphs::Auto, Layer::Environment)
    );
    assert_eq!(
        (got.listen.value.port(), got.listen.layer),
        (9, Layer::Flag)
    );
    assert_eq!(
        (got.theme.value.name(), got.theme.layer),
        ("mono", Layer::File),
        "an empty variable is none"
    );
    assert_eq!(
        (got.profile.value.as_str(), got.profile.layer),
        ("work", Layer::Environment)
    );

    assert_eq!(
        config.profiles,
        [
            profile("home", "http://127.0.0.1:8080", Access::KeyOnly),
            profile(
                "work",
                "https://relay.example",
                Access::Account { user_id: Some(7) }
            ),
        ]
    );
}

#[test]
fn no_color_is_heard_and_our_own_variable_is_heard_more() {
    let home = tempfile::tempdir().unwrap();
    let color = |variables: &[(&str, &str)]| {
        let config = load(home.path(), variables, &Options::default()).unwrap();
        config.settings.color.value
    };
    assert_eq!(color(&[("NO_COLOR", "1")]), Color::Never);
    assert_eq!(color(&[("NO_COLOR", "")]), Color::Auto);
    assert_eq!(
        color(&[("NO_COLOR", "1"), ("RELAYDECK_COLOR", "always")]),
        Color::Always
    );
}

#[test]
fn the_profile_used_last_is_used_again_unless_something_else_is_said() {
    let home = tempfile::tempdir().unwrap();
    let state = State::of(&folders(home.path()));
    state.remember_profile("4sapi").unwrap();
    let profiles = "[profiles.4sapi]\nurl = \"https://4sapi.example\"\naccess = \"key\"\n";
    let file = home.path().join("config.toml");
    fs::write(&file, profiles).unwrap();
    let used = || {
        let config = load(home.path(), &[], &Options::default()).unwrap();
        (config.settings.profile.value, config.settings.profile.layer)
    };
    assert_eq!(used(), ("4sapi".into(), Layer::Remembered));
    fs::write(&file, "profile = \"work\"").unwrap();
    assert_eq!(used(), ("work".into(), Layer::File));
    fs::remove_file(&file).unwrap();
    assert_eq!(
        used(),
        ("local".into(), Layer::BuiltIn),
        "a profile that is gone stands in nobody's way"
    );
    fs::write(home.path().join("state.toml"), "= broken").unwrap();
    assert_eq!(
        used(),
        ("local".into(), Layer::BuiltIn),
        "a broken memory stops nobody"
    );
    state.remember_profile("4sapi").unwrap();
    fs::write(&file, profiles).unwrap();
    assert_eq!(used().0, "4sapi");
}

#[test]
fn a_typo_is_told_with_file_line_column_and_the_right_word() {
    for (text, place, what, advice) in [
        (
            "# mine\ncolour = \"never\"\n",
            "2:1",
            r#"unknown name "colour"; did you mean "color"?"#,
            "profile, color, link",
        ),
        (
            "color = \"neber\"",
            "1:9",
            r#"color must be auto, always, never; did you mean "never"?"#,
            "auto, always, never",
        ),
        (
            "color = true",
            "1:9",
            "color must be auto, always, never in quotes, and not boolean",
            "auto",
        ),
        (
            "listen = \"4141\"",
            "1:10",
            "listen must be an IP address with a port, like 127.0.0.1:4141",
            "IP address",
        ),
        (
            "[profile.work]\nurl = \"https://h\"",
            "1:2",
            "profile must be a profile's name: letters, digits, - _ . in quotes, and not table",
            "letters",
        ),
        (
            "[profiles.work]\naccess = \"key\"\nbase_url = \"https://h\"",
            "3:1",
            r#"unknown name "base_url" in a profile; did you mean "url"?"#,
            "url, access, user_id",
        ),
        (
            "[profiles.work]\nurl = \"https://h\"",
            "1:11",
            "the profile \"work\" has no access",
            "mend",
        ),
        (
            "[profiles.work]\nurl = \"https://h\"\naccess = \"acount\"",
            "3:10",
            r#"access must be account, key; did you mean "account"?"#,
            "account, key",
        ),
        (
            "[profiles.work]\nurl = \"https://h\"\naccess = \"key\"\nuser_id = 7",
            "4:11",
            "user_id belongs to access = \"account\" only",
            "mend",
        ),
        (
            "[profiles.work]\nurl = \"https://h\"\naccess = \"account\"\nuser_id = \"7\"",
            "4:11",
            "user_id must be a whole number, and not string",
            "mend",
        ),
        (
            "[profiles.work]\nurl = 5\naccess = \"key\"",
            "2:7",
            "url must be an address like https://host in quotes, and not integer",
            "mend",
        ),
        (
            "[profiles.\"a b\"]\nurl = \"https://h\"\naccess = \"key\"",
            "1:11",
            "\"a b\" cannot name a profile",
            "mend",
        ),
        (
            "profiles = 3",
            "1:12",
            "profiles must be tables, like [profiles.work], and not integer",
            "mend",
        ),
        ("color = \"never\"\ntheme == 3\n", "2:8", "", "mend"),
        (
            "color = \"never\"\ncolor = \"auto\"\n",
            "2:1",
            "duplicate key",
            "mend",
        ),
        ("color = \"never", "1:15", "", "mend"),
        (
            "\u{feff}# 中文 \r\ncolr = \"auto\"\r\n",
            "2:1",
            "unknown name \"colr\"",
            "mend",
        ),
    ] {
        let fault = refusal(text);
        let place = format!("config.toml:{place}: ");
        assert!(
            fault.message.contains(&place),
            "{text:?}: {}",
            fault.message
        );
        assert!(fault.message.contains(what), "{text:?}: {}", fault.message);
        assert!(fault.advice.contains(advice), "{text:?}: {}", fault.advice);
        assert!(!fault.message.contains('\n'), "one line: {}", fault.message);
        assert_eq!(fault.kind, FaultKind::Local);
    }
}

#[test]
fn every_mistake_is_found_and_the_first_is_told() {
    let home = tempfile::tempdir().unwrap();
    let text = "link = \"fast\"\nbudget = 5\n[profiles.work]\nurl = \"ftp://h\"\n";
    fs::write(home.path().join("config.toml"), text).unwrap();
    let error = load(home.path(), &[], &Options::default()).unwrap_err();
    assert!(
        error
            .to_string()
            .ends_with("link must be auto, local, remote, slow (and 2 more mistakes)"),
        "{error}"
    );
    let ConfigError::Mistakes { mistakes, .. } = error else {
        panic!("{error}");
    };
    let lines: Vec<usize> = mistakes.iter().map(|mistake| mistake.line).collect();
    assert_eq!(lines, [1, 2, 4]);
}

#[test]
fn s_24_a_key_in_a_wrong_place_is_not_repeated() {
    let secret = format!("sk-{}", "Zx9".repeat(16));
    for text in [
        format!("[profiles.work]\naccess = \"key\"\nurl = \"{secret}\""),
        format!("[profiles.work]\naccess = \"key\"\nurl = \"https://user:{secret}@h\""),
        format!("[profiles.work]\naccess = \"{secret}\"\nurl = \"https://h\""),
        format!("color = \"{secret}\""),
        format!("{secret} = 1"),
        format!("[profiles.\"{secret} {secret}\"]"),
        format!("profile = \"{secret} \""),
        format!("key = {secret}"),
        format!("key = \"{secret}"),
        format!("[profiles.work]\nkey = \"{secret}\""),
    ] {
        let fault = refusal(&text);
        assert!(!format!("{fault:?}").contains("Zx9Zx9"), "{fault:?}");
    }
}

#[test]
fn a_wrong_variable_is_named() {
    let home = tempfile::tempdir().unwrap();
    let wrong = [("RELAYDECK_LINK", "slwo")];
    let error = load(home.path(), &wrong, &Options::default()).unwrap_err();
    let told = error.to_string();
    assert!(
        told.contains("RELAYDECK_LINK must be auto, local, remote, slow; did you mean \"slow\"?"),
        "{told}"
    );
    assert!(error.advice().contains("RELAYDECK_LINK"));
}

#[test]
fn an_unknown_profile_has_a_nearest() {
    let home = tempfile::tempdir().unwrap();
    let profiles = Profiles::of(&folders(home.path()));
    profiles
        .save(&profile("4sapi", "https://h.example", Access::KeyOnly))
        .unwrap();
    let config = load(home.path(), &[], &Options::default()).unwrap();
    assert!(config.profile("4sapi").unwrap().is_some());
    let fault = Fault::from(config.profile("4sap").unwrap_err());
    assert_eq!(
        fault.message,
        "there is no profile \"4sap\"; did you mean \"4sapi\"?"
    );
    assert_eq!(fault.kind.exit_code(), 4);
}

#[test]
fn comments_order_and_everything_else_survive_a_change() {
    let home = tempfile::tempdir().unwrap();
    let path = home.path().join("config.toml");
    let text = "\
# my settings
theme = \"mono\"   # easier on the eyes
color = 'never'

# the one for work
[profiles.work] # pays well
url = \"https://old.example\" # moves often
access = \"account\"
user_id = 7
link = \"slow\"

# the last word
";
    fs::write(&path, text).unwrap();
    let profiles = Profiles::of(&folders(home.path()));
    profiles
        .save(&profile(
            "work",
            "https://new.example/v1",
            Access::Account { user_id: Some(8) },
        ))
        .unwrap();
    let expected = text
        .replace("https://old.example", "https://new.example")
        .replace("= 7", "= 8");
    assert_eq!(fs::read_to_string(&path).unwrap(), expected);

    let before = fs::metadata(&path).unwrap().modified().unwrap();
    profiles
        .save(&profile(
            "work",
            "https://new.example",
            Access::Account { user_id: Some(8) },
        ))
        .unwrap();
    assert_eq!(
        fs::metadata(&path).unwrap().modified().unwrap(),
        before,
        "nothing to change, nothing written"
    );

    profiles
        .save(&profile("4sapi", "https://4sapi.example", Access::KeyOnly))
        .unwrap();
    let names: Vec<String> = profiles
        .list()
        .unwrap()
        .into_iter()
        .map(|profile| profile.name)
        .collect();
    assert_eq!(names, ["4sapi", "work"]);
    let now = fs::read_to_string(&path).unwrap();
    assert!(
        now.starts_with(&expected[..expected.find("# the last").unwrap()]),
        "{now}"
    );
    assert!(now.contains("# the last word"), "{now}");

    assert!(profiles.remove("4sapi").unwrap());
    assert!(!profiles.remove("4sapi").unwrap());
    profiles
        .save(&profile("work", "https://new.example", Access::KeyOnly))
        .unwrap();
    assert_eq!(
        profiles.list().unwrap(),
        [profile("work", "https://new.example", Access::KeyOnly)]
    );
}

#[test]
fn profiles_may_be_written_inline_and_are_changed_in_place() {
    let home = tempfile::tempdir().unwrap();
    let path = home.path().join("config.toml");
    fs::write(
        &path,
        "profiles = { a = { url = \"https://a\", access = \"key\" } }\n",
    )
    .unwrap();
    let profiles = Profiles::of(&folders(home.path()));
    profiles
        .save(&profile("a", "https://b", Access::KeyOnly))
        .unwrap();
    profiles
        .save(&profile("c", "https://c", Access::KeyOnly))
        .unwrap();
    assert_eq!(profiles.list().unwrap().len(), 2);

    fs::write(
        &path,
        "[profiles]\na.url = \"https://a\"\na.access = \"key\"\n",
    )
    .unwrap();
    profiles
        .save(&profile("a", "https://b", Access::KeyOnly))
        .unwrap();
    profiles
        .save(&profile("c", "https://c", Access::KeyOnly))
        .unwrap();
    assert_eq!(
        profiles.list().unwrap(),
        [
            profile("a", "https://b", Access::KeyOnly),
            profile("c", "https://c", Access::KeyOnly)
        ]
    );
}

#[test]
fn a_file_with_a_mistake_is_not_written_over() {
    let home = tempfile::tempdir().unwrap();
    let path = home.path().join("config.toml");
    fs::write(&path, "colour = \"never\"\n").unwrap();
    let profiles = Profiles::of(&folders(home.path()));
    let new = profile("work", "https://h", Access::KeyOnly);
    assert!(matches!(
        profiles.save(&new),
        Err(ConfigError::Mistakes { .. })
    ));
    assert_eq!(fs::read_to_string(&path).unwrap(), "colour = \"never\"\n");
    let unnamed = profile("no spaces", "https://h", Access::KeyOnly);
    assert!(matches!(
        profiles.save(&unnamed),
        Err(ConfigError::ProfileName(_))
    ));
}

#[test]
fn a_folder_that_cannot_be_used_is_told() {
    let home = tempfile::tempdir().unwrap();
    let file = home.path().join("file");
    fs::write(&file, "").unwrap();
    let folders = folders(&file.join("below"));
    let error = folders.make().unwrap_err();
    assert!(
        matches!(error, ConfigError::File(FileError::Folder { .. })),
        "{error}"
    );
    assert!(
        error.to_string().contains("below") && error.advice().contains("--home"),
        "{error}"
    );
    let new = profile("work", "https://h", Access::KeyOnly);
    assert!(Profiles::of(&folders).save(&new).is_err());
    assert!(State::of(&folders).remember_profile("work").is_err());
}

#[test]
fn one_folder_holds_everything_when_the_user_names_it() {
    let home = tempfile::tempdir().unwrap();
    let named = [("RELAYDECK_HOME", home.path().to_str().unwrap())];
    let by_variable = Folders::find(None, &environment(&named)).unwrap();
    assert_eq!(by_variable, folders(home.path()));
    assert_eq!(by_variable.config, by_variable.data);
    assert!(by_variable.ledger_file().starts_with(home.path()));
    by_variable.make().unwrap();
    assert!(by_variable.logs.is_dir());
    let relative = Folders::find(Some(Path::new("here")), &Environment::default()).unwrap();
    assert!(relative.config.is_absolute());

    let custom = Folders::find(None, &Environment::default()).unwrap();
    assert!(
        custom.config.ends_with("relaydeck") && custom.config != custom.data,
        "{custom:?}"
    );
}

#[test]
fn what_is_remembered_lies_in_files_of_its_owner_and_one_thing_does_not_displace_another() {
    use std::os::unix::fs::PermissionsExt;
    let home = tempfile::tempdir().unwrap();
    let folders = folders(home.path());
    folders.make().unwrap();
    let state = State::of(&folders);
    assert!(state.commands().is_empty() && state.declined_offers().is_empty());
    state.decline_offer("openai http://127.0.0.1:9").unwrap();
    state.remember_profile("local").unwrap();
    state.decline_offer("openai http://127.0.0.1:9").unwrap();
    let lines = ["think high".to_owned(), "market 模型".to_owned()];
    state.keep_commands(&lines).unwrap();
    assert_eq!(state.last_profile().as_deref(), Some("local"));
    assert_eq!(state.declined_offers(), ["openai http://127.0.0.1:9"]);
    assert_eq!(state.commands(), lines);
    for file in ["commands", "state.toml"] {
        let meta = std::fs::metadata(folders.state.join(file)).unwrap();
        assert_eq!(meta.permissions().mode() & 0o777, 0o600, "{file}");
    }
}
