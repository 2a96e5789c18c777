//! Whatever a sub-command says in Chinese is Chinese: what works, what is empty, what is refused and what is broken.
//!
//! The real binary runs through its sub-commands, with the relay it carries, and every line it prints is looked through for
//! words of English. What may stand there is listed below: names, words that are typed, and what is quoted.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a helper that fails fails its test"
)]

mod chinese;
mod support;

use std::fs;
use std::path::Path;
use std::process::Stdio;

use chinese::{Seen, english};
use support::command;

/// Runs a line and looks through what it prints.
fn look(home: &Path, line: &str, seen: &mut Seen) {
    let args: Vec<&str> = line
        .split(' ')
        .map(|word| if word == "''" { "" } else { word })
        .collect();
    let output = command(home, &args)
        .env("RELAYDECK_LANGUAGE", "zh")
        .env("HOME", home.join("user"))
        .env("EDITOR", "false")
        .current_dir(home.join("work"))
        .stdin(Stdio::null())
        .output()
        .expect("the binary runs");
    for text in [&output.stdout, &output.stderr] {
        seen.look(line, &String::from_utf8_lossy(text));
    }
}

/// A home with the folders that the lines below name.
fn home() -> tempfile::TempDir {
    let home = tempfile::tempdir().unwrap();
    for folder in ["user", "work"] {
        fs::create_dir(home.path().join(folder)).unwrap();
    }
    home
}

fn all(home: &Path, lines: &str) {
    let mut seen = Seen::default();
    for line in lines.lines().map(str::trim).filter(|line| !line.is_empty()) {
        look(home, line, &mut seen);
    }
    seen.judge();
}

#[test]
fn x_12_keys_groups_models_and_nodes_speak_chinese() {
    all(
        home().path(),
        "keys list
         keys show 1
         keys show 99
         keys show sk-0123456789012345678901
         keys create --name test
         keys create --name ab-prod-bot --quota 5 --expires 30d --models relaydeck-lab,nobody --ips 10.0.0.1,10.0.0.2
         keys create --name x --group none
         keys create --name x --quota abc
         keys create --name x --quota -1
         keys create --name x --quota 0
         keys create --name x --expires never-ever
         keys create --name x --expires 2001-01-01
         keys create --name x --ips nowhere
         keys create
         keys list
         keys list --plain
         keys show 3
         keys edit 2
         keys edit 2 --name new-name --quota 1
         keys edit 2 --models relaydeck-lab
         keys edit 99 --name a
         keys disable 2
         keys enable 2
         keys enable 99
         keys replace 2
         keys copy 2
         keys copy 99
         keys write 2 --for openai
         keys write 2 --for 1what
         keys write 2 --file /dev/full
         keys write 2 --file /nowhere/x.env
         keys write 2 --file /
         keys delete 2
         keys delete 99
         keys lst
         groups list
         groups show default
         groups show none
         groups set vip --ratio 0.8 --description 专线
         groups set vip --ratio abc
         groups set vip --ratio -1
         groups set '' --ratio 1
         groups mark default relaydeck-lab good
         groups mark vip nobody bad
         groups list
         groups remove vip
         groups remove default
         groups remove none
         models list
         models list --group none
         models list --group default --sort price
         models list --search zzz
         models list --endpoint what
         models list --sort what
         models list --vendor Nobody
         models list --tag test
         models show relaydeck-lab
         models show relaydeck-handbook
         models show none
         models check relaydeck-lab
         models check relaydeck-lap
         models check gpt-4o
         nodes list
         nodes test
         nodes test --use-best
         nodes list",
    );
}

#[test]
fn x_12_wallet_usage_chat_and_sessions_speak_chinese() {
    all(
        home().path(),
        "wallet show
         wallet redeem none
         wallet redeem ''
         wallet topup 5
         wallet topup abc
         wallet topup 5 --method what
         wallet history
         usage
         usage --by what
         usage --since never
         usage receipts
         usage receipts --disputes
         usage export out.txt
         usage export out.csv
         sessions list
         sessions show 99
         sessions export 99 out.md
         sessions delete 99
         sessions rename 99 x
         chat
         chat -m nobody 你好
         chat -m relaydeck-lab -k none 你好
         chat -m relaydeck-lab -k sk-012345678901234567890123 你好
         chat -m relaydeck-lab --protocol what 你好
         chat -m relaydeck-lab --group none 你好
         chat -m relaydeck-lab --image /nowhere.png 你好
         chat -m relaydeck-lab --image / 你好
         chat -m relaydeck-lab --temperature x 你好
         chat -m relaydeck-lab [[fault=401]]
         chat -m relaydeck-lab [[fault=upstream-401]]
         chat -m relaydeck-lab [[fault=429]]
         chat -m relaydeck-lab [[fault=402]]
         chat -m relaydeck-lab [[fault=403]]
         chat -m relaydeck-lab [[fault=404]]
         chat -m relaydeck-lab [[fault=413]]
         chat -m relaydeck-lab [[fault=empty]]
         chat -m relaydeck-lab [[fault=html]]
         chat -m relaydeck-lab [[fault=no-balance]]
         chat -m relaydeck-lab [[fault=no-quota]]
         chat -m relaydeck-lab [[fault=no-channel]]
         chat -m relaydeck-lab [[fault=wrong-path]]
         usage
         usage --by key
         usage --by model
         usage --by group
         usage --by tool
         usage receipts
         usage receipts --disputes
         usage export out.csv
         usage export out.csv
         usage export /nowhere/out.csv
         usage export /proc/out.csv",
    );
}

#[test]
fn x_12_tests_diagnosis_addresses_and_samples_speak_chinese() {
    all(
        home().path(),
        "verify
         verify --connect -m relaydeck-lab --yes
         verify --concurrency 3 -m relaydeck-lab --yes
         verify --connect -m nobody --yes
         verify --concurrency x
         verify --max-cost x
         verify --history
         verify --checklist
         verify --workflow
         doctor -m relaydeck-lab
         doctor -m nobody
         doctor --url http://127.0.0.1:1
         doctor --url https://127.0.0.1:1
         doctor --url http://nobody.invalid
         doctor --url what
         doctor --url ftp://host
         doctor --key sk-0123456789012345678901
         doctor --key test
         doctor --key me@example.com
         doctor --tool none
         doctor --tool codex
         url http://host/v1
         url https://host/v1/v1
         url https://host/chat/completions
         url https://host/v1/models/chat/completions
         url https://ｈｏｓｔ/
         url http://relay.example.com/
         url sk-0123456789abcdefghij
         url ''
         url https://host --tool claude-code
         url https://host --tool none
         sample what
         sample curl -m nobody",
    );
}

#[test]
fn x_12_tools_migration_profiles_and_log_in_speak_chinese() {
    let home = home();
    let project = home.path().join("work/project");
    fs::create_dir(&project).unwrap();
    fs::write(
        project.join("a.py"),
        "client = OpenAI(base_url='https://api.openai.com/v1')\nclient.beta.assistants.create()\n",
    )
    .unwrap();
    all(
        home.path(),
        "tools list
         tools show claude-code
         tools show codex
         tools show cursor
         tools show none
         tools setup claude-code
         tools setup claude-code --dry-run -m relaydeck-lab
         tools setup claude-code --yes -m relaydeck-lab
         tools setup claude-code --yes -m relaydeck-lab
         tools setup codex --yes -m relaydeck-lab
         tools setup cursor
         tools setup openai-sdk
         tools setup none
         tools effective
         tools effective codex
         tools effective none
         tools undo claude-code
         tools undo claude-code --yes
         tools undo codex --yes
         tools undo codex --yes
         tools undo none
         tools link
         tools link none
         tools link cherry-studio
         migrate project
         migrate project --write
         migrate project --undo
         migrate /nowhere
         migrate .
         profiles list
         profiles add work --url http://127.0.0.1:1
         profiles add work --url what --key sk-0123456789012345678901
         profiles add work --url http://127.0.0.1:1 --key sk-0123456789012345678901
         profiles add a.b/c --url http://127.0.0.1:1 --key sk-0123456789012345678901
         profiles add short --url http://127.0.0.1:1 --key short
         profiles add token --url http://127.0.0.1:1 --access-token abc
         profiles list
         profiles use work
         keys list
         models list
         chat -m gpt-4o 你好
         wallet show
         nodes test
         profiles use none
         profiles use local
         profiles remove local
         profiles remove none
         profiles remove work
         -p none keys list
         login
         login --url http://127.0.0.1:1 --user a --password b
         login --url https://nobody.invalid --user a --password b
         register
         register --url http://127.0.0.1:1 --user a --password b
         config show
         config path
         config edit
         completions what
         man --dir /nowhere/at/all
         kays
         keys list --colour never
         --color what keys list
         --lang what keys list",
    );
}

#[test]
fn x_12_the_owner_s_commands_speak_chinese() {
    all(
        home().path(),
        "accounts list
         accounts show owner
         accounts show nobody
         accounts create ann
         accounts create ann
         accounts create ''
         accounts create b --password short
         accounts edit ann --group none
         accounts edit ann --role admin
         accounts edit ann --remark 同事
         accounts credit ann 5
         accounts credit ann abc
         accounts credit nobody 5
         accounts disable ann
         accounts enable ann
         accounts disable owner
         accounts password ann
         accounts delete owner
         accounts delete ann
         accounts list
         codes list
         codes create --amount 1
         codes create --amount 0
         codes create --amount abc
         codes create --amount 1 --count 200
         codes create --amount 1 --expires never-ever
         codes list
         codes remove 1
         codes remove 99
         channels list
         channels add up --url http://127.0.0.1:1
         channels add up --url http://127.0.0.1:1 --models gpt-4o,nobody-model
         channels add up --url ftp://host
         channels add up --url http://127.0.0.1:1 --kind what
         channels add up --url http://127.0.0.1:1 --models a --map x
         channels add up --url http://127.0.0.1:1 --models a --price x
         channels test 1
         channels test 2
         chat -m gpt-4o 你好
         channels test 99
         channels edit 2 --name other
         channels edit 2
         channels edit 99 --name x
         channels disable 2
         channels enable 2
         channels list
         channels offers
         channels accept none
         channels remove 2
         channels remove 1
         channels remove 99
         prices list
         prices propose
         prices set m --input 1
         prices set m --input 1 --output 2
         prices set relaydeck-lab --input abc --output 2
         prices set relaydeck-lab --call -1
         prices set nobody --call 1
         prices remove relaydeck-lab
         prices remove nobody
         prices list
         serve --listen 1.2.3.4:1
         serve --listen what",
    );
}

#[test]
fn x_12_broken_files_and_folders_are_told_of_in_chinese() {
    let mut seen = Seen::default();
    let put = |name: &str, text: &[u8], line: &str, seen: &mut Seen| {
        let home = home();
        fs::write(home.path().join(name), text).unwrap();
        look(home.path(), line, seen);
    };
    for text in [
        "a = ",
        "[profiles",
        "colr = 1",
        "color = 1",
        "timeout = \"soon\"",
        "color = \"never\"\ncolor = \"never\"",
        "[profiles.a]\nurl = 1",
        "[profiles.a]\nurl = \"what\"",
        "x = \"\\q\"",
        "x = [1, 2",
        "x = 99999999999999999999",
        "= 1",
        "x == 1",
        "x = tru",
    ] {
        put("config.toml", text.as_bytes(), "keys list", &mut seen);
    }
    for text in ["a = ", "colr = 1", "[profiles.a]\nurl = 1"] {
        put("config.toml", text.as_bytes(), "config show", &mut seen);
        put("secrets.toml", text.as_bytes(), "profiles list", &mut seen);
    }
    for name in [
        "config.toml",
        "secrets.toml",
        "keymap.toml",
        "ledger.db",
        "relay.db",
    ] {
        put(
            name,
            b"\xff\xfe\x00garbage",
            "chat -m relaydeck-lab [[tokens=1]]",
            &mut seen,
        );
        // A folder where a file belongs.
        let home = home();
        fs::create_dir(home.path().join(name)).unwrap();
        look(home.path(), "usage", &mut seen);
        look(home.path(), "keys list", &mut seen);
    }
    let home = home();
    fs::write(home.path().join("file"), "").unwrap();
    for folder in ["file", "file/below", "work"] {
        let at = home.path().join(folder).display().to_string();
        look(home.path(), &format!("--home {at} keys list"), &mut seen);
        look(home.path(), &format!("--home {at} usage"), &mut seen);
    }
    look(home.path(), "--home /proc/nowhere keys list", &mut seen);
    look(home.path(), "--home /dev/null keys list", &mut seen);
    let long = "n".repeat(300);
    look(
        home.path(),
        &format!("--home /tmp/{long} keys list"),
        &mut seen,
    );
    look(
        home.path(),
        &format!("chat -m relaydeck-lab --image /tmp/{long} x"),
        &mut seen,
    );
    let around = home.path().join("around");
    std::os::unix::fs::symlink("around", &around).unwrap();
    look(
        home.path(),
        &format!("--home {} keys list", around.display()),
        &mut seen,
    );
    look(
        home.path(),
        &format!("chat -m relaydeck-lab --image {} x", around.display()),
        &mut seen,
    );
    seen.judge();
}

#[test]
fn x_12_a_full_disk_behind_stdout_is_told_of_in_chinese() {
    let home = home();
    let mut seen = Seen::default();
    for line in [
        "keys list",
        "models list",
        "config path",
        "sample curl",
        "man",
        "keys --help",
        "usage",
    ] {
        let args: Vec<&str> = line.split(' ').collect();
        let full = fs::OpenOptions::new()
            .write(true)
            .open("/dev/full")
            .unwrap();
        let output = command(home.path(), &args)
            .env("RELAYDECK_LANGUAGE", "zh")
            .stdout(full)
            .output()
            .unwrap();
        seen.look(line, &String::from_utf8_lossy(&output.stderr));
    }
    seen.judge();
}

#[test]
fn what_looks_for_english_finds_it() {
    assert_eq!(
        english("无法读取 /a/b：permission denied"),
        ["permission", "denied"]
    );
    assert_eq!(
        english("请运行 `keys list` 或 relaydeck keys list"),
        [""; 0]
    );
    assert_eq!(
        english("上游说“no such thing”；Claude Code 3/3 ms"),
        [""; 0]
    );
}
