//! The vault: nothing is lost, nobody else reads it, and no error says what stands in it.
#![allow(clippy::unwrap_used, reason = "a test's helper fails by panicking")]

use std::fs;
use std::path::Path;
use std::sync::Barrier;

use relaydeck::config::{ConfigError, Environment, Folders, Profiles, StoredKey, Vault};
use relaydeck::domain::{Access, Address, ApiKey, Fault, Profile};

fn secret(letter: char) -> ApiKey {
    ApiKey::new(format!("sk-{}", letter.to_string().repeat(48)))
}

fn key(id: Option<i64>, name: &str, letter: char) -> StoredKey {
    StoredKey {
        id,
        name: name.into(),
        secret: secret(letter),
    }
}

fn vault(folder: &Path) -> Vault {
    Vault::open(folder).unwrap()
}

#[test]
fn secrets_are_read_back_in_the_order_in_which_they_were_stored() {
    let home = tempfile::tempdir().unwrap();
    let folder = home.path().join("data");
    let held = vault(&folder);
    assert!(!folder.exists(), "opening makes nothing");
    assert_eq!(held.access_token("4sapi").unwrap(), None);
    assert!(held.keys("4sapi").unwrap().is_empty());
    held.forget_keys("4sapi", &[1]).unwrap();
    held.forget_profile("4sapi").unwrap();
    assert!(!folder.exists(), "and there is nothing to forget");

    held.hold_key("4sapi", &key(Some(2), "second \"of\" 中文\n", 'b'))
        .unwrap();
    held.set_access_token("4sapi", &secret('t')).unwrap();
    held.hold_key("4sapi", &key(Some(1), "first", 'a')).unwrap();
    held.hold_key("my.relay", &key(None, "only", 'c')).unwrap();

    let anew = vault(&folder);
    assert_eq!(anew.access_token("4sapi").unwrap(), Some(secret('t')));
    assert_eq!(
        anew.keys("4sapi").unwrap(),
        [
            key(Some(2), "second \"of\" 中文\n", 'b'),
            key(Some(1), "first", 'a')
        ]
    );
    assert_eq!(anew.keys("my.relay").unwrap(), [key(None, "only", 'c')]);
    assert_eq!(anew.access_token("my.relay").unwrap(), None);
    assert_eq!(anew.path(), folder.join("secrets.toml"));
}

#[test]
fn a_key_is_stored_once_and_forgotten_by_its_number() {
    let home = tempfile::tempdir().unwrap();
    let held = vault(home.path());
    held.hold_key("p", &key(None, "pasted", 'a')).unwrap();
    held.hold_key("p", &key(Some(9), "named", 'b')).unwrap();
    held.hold_key("p", &key(Some(7), "pasted, now numbered", 'a'))
        .unwrap();
    held.hold_key("p", &key(Some(9), "revealed anew", 'c'))
        .unwrap();
    assert_eq!(
        held.keys("p").unwrap(),
        [
            key(Some(7), "pasted, now numbered", 'a'),
            key(Some(9), "revealed anew", 'c')
        ]
    );
    held.hold_key("p", &key(None, "no number", 'd')).unwrap();
    held.set_access_token("p", &secret('t')).unwrap();
    held.forget_keys("p", &[7, 9, 11]).unwrap();
    assert_eq!(held.keys("p").unwrap(), [key(None, "no number", 'd')]);
    assert_eq!(held.access_token("p").unwrap(), Some(secret('t')));
    held.forget_profile("p").unwrap();
    assert!(held.keys("p").unwrap().is_empty());
    let text = fs::read_to_string(held.path()).unwrap();
    assert!(
        !text.contains("sk-"),
        "nothing is left of a forgotten profile"
    );
}

#[test]
fn what_a_newer_version_or_a_person_wrote_beside_it_stays() {
    let home = tempfile::tempdir().unwrap();
    let path = home.path().join("secrets.toml");
    let text = "# mine\nversion = 2\n\n[profiles.p]\nrefresh = \"later\" # new\n\n[[profiles.p.keys]]\nname = \"a\"\nsecret = \"sk-a\"\nextra = true\n";
    fs::write(&path, text).unwrap();
    let held = vault(home.path());
    held.hold_key("p", &key(Some(1), "b", 'b')).unwrap();
    let now = fs::read_to_string(&path).unwrap();
    assert!(now.starts_with(text), "{now}");
    assert_eq!(held.keys("p").unwrap().len(), 2);
}

#[cfg(unix)]
#[test]
fn only_the_owner_reads_it() {
    use std::os::unix::fs::PermissionsExt;
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    let home = tempfile::tempdir().unwrap();
    let folder = home.path().join("relaydeck");
    let held = vault(&folder);
    held.set_access_token("p", &secret('t')).unwrap();
    assert_eq!(mode(&folder), 0o700);
    assert_eq!(mode(held.path()), 0o600);
    assert_eq!(vault(&folder).repaired(), None);

    fs::set_permissions(held.path(), fs::Permissions::from_mode(0o644)).unwrap();
    let opened = vault(&folder);
    assert_eq!(mode(held.path()), 0o600, "closed before anything is read");
    let told = opened.repaired().unwrap();
    assert!(
        told.contains("could read") && told.contains("replace the keys"),
        "{told}"
    );
}

#[cfg(unix)]
#[test]
fn a_vault_behind_a_link_stays_there() {
    let home = tempfile::tempdir().unwrap();
    let real = home.path().join("safe").join("real.toml");
    let folder = home.path().join("relaydeck");
    fs::create_dir(&folder).unwrap();
    std::os::unix::fs::symlink("../safe/real.toml", folder.join("secrets.toml")).unwrap();
    let held = vault(&folder);
    held.set_access_token("p", &secret('t')).unwrap();
    held.hold_key("p", &key(None, "k", 'a')).unwrap();
    assert!(fs::symlink_metadata(held.path()).unwrap().is_symlink());
    assert!(fs::read_to_string(real).unwrap().contains("access_token"));
}

#[test]
fn no_error_says_what_stands_in_the_vault() {
    let home = tempfile::tempdir().unwrap();
    let path = home.path().join("secrets.toml");
    let hidden = "Zx9".repeat(16);
    for (text, place) in [
        (
            format!("[profiles.p]\naccess_token = \"sk-{hidden}\n"),
            "line 2",
        ),
        (
            format!("[profiles.p]\naccess_token = sk-{hidden}\n"),
            "line 2, column 16",
        ),
        (
            format!("[profiles.p]\naccess_token = [\"sk-{hidden}\"]\n"),
            "line 2, column 16",
        ),
        (format!("profiles = \"sk-{hidden}\"\n"), "line 1, column 12"),
        (
            format!("[profiles]\np = \"sk-{hidden}\"\n"),
            "line 2, column 5",
        ),
        (
            format!("[profiles.p]\nkeys = \"sk-{hidden}\"\n"),
            "line 2, column 8",
        ),
        (
            format!("[profiles.p]\n[[profiles.p.keys]]\nname = \"sk-{hidden}\"\n"),
            "line 2",
        ),
        (
            format!("[profiles.p]\n[profiles.p]\nk = \"sk-{hidden}\"\n"),
            "line 2",
        ),
    ] {
        fs::write(&path, &text).unwrap();
        let held = vault(home.path());
        let errors = [
            held.access_token("p").unwrap_err(),
            held.keys("p").unwrap_err(),
            held.hold_key("p", &key(None, "k", 'a')).unwrap_err(),
            held.forget_keys("p", &[1]).unwrap_err(),
            held.forget_profile("p").unwrap_err(),
        ];
        for error in errors {
            assert!(matches!(error, ConfigError::VaultBroken { .. }), "{error}");
            assert!(error.to_string().contains(place), "{text}: {error}");
            let fault = Fault::from(error.clone());
            assert!(!format!("{error:?}{fault:?}").contains("Zx9Zx9"));
            assert!(!fault.advice.is_empty());
        }
        assert_eq!(
            fs::read_to_string(&path).unwrap(),
            text,
            "a broken vault is left alone"
        );
    }
    let debug = format!("{:?}", key(Some(1), "k", 'q'));
    assert!(!debug.contains("qqqqq"), "{debug}");
}

#[test]
fn two_processes_lose_nothing_of_each_others() {
    const EACH: i64 = 12;
    let home = tempfile::tempdir().unwrap();
    let begin = Barrier::new(4);
    std::thread::scope(|scope| {
        for writer in 0..3_i64 {
            let (begin, folder) = (&begin, home.path());
            scope.spawn(move || {
                begin.wait();
                for turn in 0..EACH {
                    let id = writer * EACH + turn;
                    let stored = StoredKey {
                        id: Some(id),
                        name: format!("key {id}"),
                        secret: ApiKey::new(format!("sk-{id}")),
                    };
                    vault(folder).hold_key("p", &stored).unwrap();
                }
            });
        }
        // The configuration shares the folder, and so its lock.
        scope.spawn(|| {
            let folders = Folders::find(Some(home.path()), &Environment::default()).unwrap();
            begin.wait();
            for turn in 0..EACH {
                let profile = Profile {
                    name: format!("p{turn}"),
                    address: Address::parse("https://h.example").unwrap().0,
                    access: Access::KeyOnly,
                };
                Profiles::of(&folders).save(&profile).unwrap();
            }
        });
    });
    let mut ids: Vec<i64> = vault(home.path())
        .keys("p")
        .unwrap()
        .into_iter()
        .filter_map(|key| key.id)
        .collect();
    ids.sort_unstable();
    assert_eq!(ids, (0..3 * EACH).collect::<Vec<_>>());
    let folders = Folders::find(Some(home.path()), &Environment::default()).unwrap();
    assert_eq!(Profiles::of(&folders).list().unwrap().len(), EACH as usize);
    let names: Vec<String> = fs::read_dir(home.path())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned())
        .filter(|name| name.contains("tmp"))
        .collect();
    assert_eq!(names, Vec::<String>::new(), "nothing is left aside");
}

#[test]
fn a_vault_that_cannot_be_written_is_told() {
    let home = tempfile::tempdir().unwrap();
    let file = home.path().join("file");
    fs::write(&file, "").unwrap();
    let held = vault(&file.join("below"));
    let error = held.set_access_token("p", &secret('t')).unwrap_err();
    assert!(
        error.to_string().contains("below") && error.advice().contains("--home"),
        "{error}"
    );
}
