//! `--plain` holds for every sub-command: whoever hears the lines instead of seeing columns hears what each value is.
//! The real binary, with a relay of its own; the list of sub-commands is the one that `--help` gives.

#![allow(clippy::unwrap_used, reason = "a helper that fails fails its test")]

mod support;

use std::collections::BTreeSet;
use std::path::Path;

use support::command;

/// What is run, in this order. A sub-command that is not here must stand below.
const LINES: &str = "
    keys list
    profiles list
    profiles list --balances --model relaydeck-lab
    profiles use local
    keys create --name team-prod-web-ada --quota 1.5
    keys show team-prod-web-ada
    keys edit team-prod-web-ada --expires 30d
    keys disable team-prod-web-ada
    keys enable team-prod-web-ada
    keys copy team-prod-web-ada
    keys write team-prod-web-ada --file .env --yes
    keys replace team-prod-web-ada
    chat -m relaydeck-lab [[tokens=3]]
    chat -m relaydeck-lab --max-tokens 1 [[tokens=40]]
    groups mark default relaydeck-lab good
    groups set vip --ratio 2
    groups list
    groups list --model relaydeck-lab
    groups show default
    groups auto
    groups auto default vip
    groups special vip default 0.5
    groups special
    groups remove vip
    models list
    models list --sort marks
    models show relaydeck-lab
    models check relaydeck-lab
    models check relaydeck-lap
    nodes list
    nodes test --rounds 1
    wallet show
    wallet history
    wallet redeem nonsense
    wallet topup 5
    codes create --amount 1
    codes list
    codes remove 1
    accounts create ada --credit 1
    accounts list
    accounts show ada
    accounts edit ada --remark friend
    accounts credit ada 0.001
    accounts disable ada
    accounts enable ada
    accounts password ada
    accounts delete ada
    channels add up --url http://127.0.0.1:9/v1 --key sk-nothing --models m1
    channels list
    channels offers
    channels edit 1 --priority 3
    channels disable 1
    channels enable 1
    channels test 1
    channels accept nothing
    channels remove 1
    prices set m1 --input 0.1 --output 0.25
    prices list
    prices propose
    prices remove m1
    usage
    usage --by tool
    usage receipts
    usage receipts --disputes
    usage export all.csv
    verify --connect -m relaydeck-lab --yes
    verify --concurrency 3 -m relaydeck-lab --yes
    verify --history
    doctor -m relaydeck-lab
    url https://relay.example/v1
    url https://relay.example --tool claude-code
    sample curl
    migrate .
    tools list
    tools show codex
    tools setup codex --dry-run
    tools undo codex
    tools link
    tools effective
    sessions list
    sessions show 1
    sessions export 1
    sessions rename 1 name
    sessions delete 1
    config show
    config path
    keys delete team-prod-web-ada";

/// Those that print no list: pages of others, a server, an editor, and what asks for a password or another relay.
const WITHOUT: [&str; 9] = [
    "completions",
    "man",
    "serve",
    "config edit",
    "login",
    "register",
    "profiles add",
    "profiles remove",
    "help",
];

/// Those that tell at least one line in this home, whatever else they find; all others may have nothing to tell.
const TELLING: [&str; 14] = [
    "profiles list",
    "profiles list --balances --model relaydeck-lab",
    "keys list",
    "groups list",
    "models list",
    "wallet show",
    "wallet history",
    "codes list",
    "accounts list",
    "channels list",
    "prices list",
    "usage",
    "usage receipts",
    "tools list",
];

/// Those that come to an end that is no success, and the code they end with: what they name is not there, not offered, not
/// to be removed, or there twice. All others end with 0.
const FAILING: [(&str, i32); 11] = [
    ("models check relaydeck-lap", 4),
    ("wallet redeem nonsense", 1),
    ("wallet topup 5", 1),
    ("channels accept nothing", 4),
    ("channels remove 1", 1),
    ("tools undo codex", 4),
    ("sessions show 1", 4),
    ("sessions export 1", 4),
    ("sessions rename 1 name", 4),
    ("sessions delete 1", 4),
    ("keys delete team-prod-web-ada", 2),
];

/// Those whose end is a judgement on what they measured: on a busy machine it may be a bad one.
const MEASURING: [&str; 3] = ["nodes", "verify", "doctor"];

fn output(home: &Path, args: &[&str]) -> (String, String, Option<i32>) {
    let output = command(home, args)
        .env("HOME", home.join("user"))
        .current_dir(home.join("work"))
        .output()
        .unwrap();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let told = (text(&output.stdout), text(&output.stderr));
    (told.0, told.1, output.status.code())
}

/// The sub-commands below one, as its page of help names them.
fn below(home: &Path, path: &[&str]) -> Vec<String> {
    let (page, _, _) = output(home, &[path, &["--help"]].concat());
    let listed = page
        .lines()
        .skip_while(|line| !line.starts_with("Commands:"));
    let listed = listed.skip(1).take_while(|line| !line.is_empty());
    let names = listed.filter(|line| line.starts_with("  ") && !line.starts_with("   "));
    names
        .filter_map(|line| line.split_whitespace().next())
        .filter(|name| *name != "help")
        .map(str::to_owned)
        .collect()
}

/// Every sub-command that has none itself: `keys list`.
fn all(home: &Path) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for name in below(home, &[]) {
        let deeper = below(home, &[&name]);
        if deeper.is_empty() {
            found.insert(name);
        } else {
            found.extend(deeper.iter().map(|deep| format!("{name} {deep}")));
        }
    }
    found
}

/// Whether a line has columns: a gap between words that is wider than one between words is.
fn has_columns(line: &str) -> bool {
    line.trim().contains("   ") || {
        let words = line.trim();
        words.contains("  ") && !words.contains(". ") && !words.starts_with(['+', '-', '@', '#'])
    }
}

#[test]
fn x_12_no_sub_command_prints_columns_where_plain_lines_are_wanted() {
    let home = tempfile::tempdir().unwrap();
    for folder in ["user", "work"] {
        std::fs::create_dir(home.path().join(folder)).unwrap();
    }
    let lines: Vec<Vec<&str>> = LINES
        .lines()
        .map(|line| line.split_whitespace().collect())
        .filter(|line: &Vec<&str>| !line.is_empty())
        .collect();
    let run: BTreeSet<String> = lines.iter().map(|line| line.join(" ")).collect();
    let is_run = |name: &str| {
        let begins = |line: &String| line == name || line.starts_with(&format!("{name} "));
        run.iter().any(begins) || WITHOUT.contains(&name)
    };
    let known = all(home.path());
    assert!(known.len() > 40, "help names too few: {known:?}");
    let not_run: Vec<String> = known.into_iter().filter(|name| !is_run(name)).collect();
    assert!(not_run.is_empty(), "not held to --plain: {not_run:?}");
    let mut wrong = String::new();
    for line in &lines {
        let (out, errors, code) = output(home.path(), &[line, &["--plain"][..]].concat());
        let name = line.join(" ");
        let fails = FAILING.iter().find(|(failing, _)| *failing == name);
        let wanted = fails.map_or(0, |(_, code)| *code);
        let judged = MEASURING.contains(&line[0]) && code == Some(1);
        if code != Some(wanted) && !judged {
            wrong += &format!("{name} ended with {code:?}: {errors}");
        }
        if TELLING.contains(&name.as_str()) && out.trim().is_empty() {
            wrong += &format!("{name} tells nothing\n");
        }
        assert!(
            !errors.contains("panicked") && !errors.contains("does not take"),
            "{line:?}: {errors}"
        );
        // What is quoted stays as it is: a sample, a difference, the text of a session; and what a chat cost is one line.
        let quotes = ["sample", "migrate", "sessions", "chat"].contains(&line[0]);
        let columns = out
            .lines()
            .chain(errors.lines())
            .filter(|line| has_columns(line));
        if let (false, Some(first)) = (quotes, columns.into_iter().next()) {
            wrong += &format!("{line:?}: {first}\n");
        }
    }
    assert!(
        wrong.is_empty(),
        "columns, other ends or emptiness:\n{wrong}"
    );
}
