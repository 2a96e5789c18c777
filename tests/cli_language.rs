//! Sub-commands in Chinese (X-12): they say it, their columns line up, and what is for programs stays as it is.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a helper that fails fails its test"
)]

mod support;

use std::path::Path;

use support::command;
use unicode_width::UnicodeWidthChar;

/// What a command prints in Chinese: stdout, then stderr.
fn chinese(home: &Path, line: &str) -> (String, String) {
    let args: Vec<&str> = line.split(' ').collect();
    let output = command(home, &args)
        .env("RELAYDECK_LANGUAGE", "zh")
        .output()
        .expect("the binary runs");
    let text = |bytes| String::from_utf8_lossy(bytes).into_owned();
    (text(&output.stdout), text(&output.stderr))
}

fn is_chinese(letter: char) -> bool {
    matches!(letter, '\u{4e00}'..='\u{9fff}')
}

/// For each cell of a line, whether something stands there.
fn cells(line: &str) -> Vec<bool> {
    let of = |letter: char| vec![letter != ' '; letter.width().unwrap_or(0)];
    line.chars().flat_map(of).collect()
}

/// How many strips of two blank cells or more go down through all lines, between their first and last cell.
fn strips(lines: &[&str]) -> usize {
    let rows: Vec<Vec<bool>> = lines.iter().map(|line| cells(line)).collect();
    let width = rows.iter().map(Vec::len).max().unwrap_or(0);
    let taken = |at: usize| rows.iter().any(|row| row.get(at) == Some(&true));
    let (mut found, mut blank) = (0, 0);
    for at in 0..width {
        if taken(at) {
            found += usize::from(blank >= 2 && at > blank);
            blank = 0;
        } else {
            blank += 1;
        }
    }
    found
}

#[test]
fn x_12_tables_line_up_in_chinese() {
    let home = tempfile::tempdir().unwrap();
    for line in [
        "keys list",
        "groups list",
        "models list",
        "nodes list",
        "wallet history",
        "channels list",
        "accounts list",
        "prices list",
        "profiles list",
        "tools list",
        "config path",
        "url http://host/v1",
    ] {
        let (out, told) = chinese(home.path(), line);
        let lines: Vec<&str> = out.lines().collect();
        assert!(lines.len() > 1, "{line}: {out}{told}");
        let head = lines[0];
        assert!(head.contains(is_chinese), "{line}: {head}");
        let columns = head
            .split("  ")
            .filter(|cell| !cell.trim().is_empty())
            .count();
        assert!(
            strips(&lines) + 1 >= columns,
            "{line} has {columns} columns:\n{out}"
        );
    }
}

#[test]
fn x_12_what_went_wrong_and_what_to_do_is_chinese_in_every_room() {
    let home = tempfile::tempdir().unwrap();
    for line in [
        "keys show 99",
        "keys create --name a --quota abc",
        "groups show none",
        "models check gtp-4o",
        "models show none",
        "url sk-0123456789abcdefghij",
        "wallet redeem none",
        "wallet topup 5",
        "accounts show nobody",
        "codes create --amount 0",
        "channels add x --url ftp://host",
        "prices set m --input 1",
        "profiles use none",
        "profiles remove local",
        "-p none keys list",
        "sessions show 99",
        "usage --since never",
        "usage export out.txt",
        "tools show none",
        "tools undo codex",
        "doctor --url http://127.0.0.1:1",
        "chat",
        "login --user a",
        "kays list",
        "keys list --colour never",
        "man --dir /nowhere/at/all",
        "sessions delete one",
        "codes create --amount 1 --count 200",
        "verify --long-words few",
    ] {
        let (out, told) = chinese(home.path(), line);
        let lines: Vec<&str> = told.lines().collect();
        let all = format!("{line}:\n{out}{told}");
        assert!(told.contains(is_chinese), "{all}");
        let advice = lines.last().unwrap();
        assert!(
            advice.contains(is_chinese) || line.starts_with("doctor"),
            "{all}"
        );
    }
}

#[test]
fn x_12_a_configuration_with_a_mistake_is_told_of_in_the_language_of_the_environment() {
    let home = tempfile::tempdir().unwrap();
    std::fs::write(home.path().join("config.toml"), "colr = \"never\"\n").unwrap();
    for line in ["keys list", "config show", "config path"] {
        let (out, told) = chinese(home.path(), line);
        let all = format!("{out}{told}");
        assert!(all.contains(is_chinese), "{line}: {all}");
        assert_eq!(
            told.contains("colr"),
            line != "config path",
            "{line}: {all}"
        );
    }
}

#[test]
fn x_12_usage_and_the_manual_have_no_english_words_of_the_libraries() {
    let home = tempfile::tempdir().unwrap();
    let (help, _) = chinese(home.path(), "keys --help");
    assert!(help.contains("relaydeck keys [选项] <命令>"), "{help}");
    let (help, _) = chinese(home.path(), "keys create --help");
    assert!(
        help.contains("relaydeck keys create [选项] --name <名称>"),
        "{help}"
    );
    let (page, _) = chinese(home.path(), "man");
    let headings: Vec<&str> = page
        .lines()
        .filter_map(|line| line.strip_prefix(".SH "))
        .collect();
    assert_eq!(
        headings,
        ["名称", "概要", "描述", "选项", "子命令", "其他", "版本"]
    );
    assert!(
        page.contains(r"[\fI命令\fR]") && !page.contains("COMMAND"),
        "{page}"
    );
    let (_, told) = chinese(home.path(), &format!("man --dir {}", home.path().display()));
    assert_eq!(told, "");
    let page = std::fs::read_to_string(home.path().join("relaydeck-keys-create.1")).unwrap();
    assert!(
        page.starts_with(".ie") && page.contains(".SH 选项"),
        "{page}"
    );
}

#[test]
fn x_12_what_the_relay_inside_says_of_itself_is_chinese_for_people_and_english_for_programs() {
    let home = tempfile::tempdir().unwrap();
    for (line, english, ours) in [
        ("models show relaydeck-lab", "A test model", "测试模型："),
        (
            "models show relaydeck-handbook",
            "built-in handbook",
            "用内置手册回答",
        ),
        ("groups list", "Default group", "默认分组"),
        ("groups show default", "Default group", "默认分组"),
    ] {
        let (out, told) = chinese(home.path(), line);
        assert!(
            out.contains(ours) && !out.contains(english),
            "{line}: {out}{told}"
        );
        let (out, told) = chinese(home.path(), &format!("{line} --json"));
        assert!(
            out.contains(english) && !out.contains(ours),
            "{line}: {out}{told}"
        );
    }
}

#[test]
fn x_12_what_is_for_programs_is_the_same_in_both_languages() {
    let home = tempfile::tempdir().unwrap();
    for line in [
        "config path --json",
        "url http://host/v1 --json",
        "keys show 99 --json",
        "kays --json",
        "tools list --json",
    ] {
        let (out, told) = chinese(home.path(), line);
        assert!(
            !out.contains(is_chinese) && !told.contains(is_chinese),
            "{line}: {out}{told}"
        );
        let args: Vec<&str> = line.split(' ').collect();
        let english = command(home.path(), &args).output().unwrap();
        assert_eq!(out, String::from_utf8_lossy(&english.stdout), "{line}");
    }
}
