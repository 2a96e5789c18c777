//! Point 3: a round trip for every tool with a file. On an existing, commented, hand-formatted configuration the
//! difference touches only what it must; undo restores byte for byte; what is broken is refused with its line.
#![allow(clippy::unwrap_used, reason = "a test's helper fails by panicking")]

use std::fs;
use std::path::{Path, PathBuf};

use relaydeck::domain::{Address, ApiKey, UnixSeconds};
use relaydeck::tools::{
    self, EditError, Format, Places, Plan, Target, Tool, ToolError, Undone, Verdict, apply,
    plan_undo, undo,
};

const KEY: &str = "sk-aB3dEFGHijklmnopx9Zk";
const MODEL: &str = "claude-sonnet-4-5-20250929";

struct Machine {
    folder: tempfile::TempDir,
    places: Places,
}

fn machine() -> Machine {
    let folder = tempfile::tempdir().unwrap();
    let places = Places {
        home: folder.path().join("home"),
        here: folder.path().join("home/project"),
        data: folder.path().join("data"),
        ..Places::default()
    };
    fs::create_dir_all(&places.here).unwrap();
    Machine { folder, places }
}

fn target() -> Target {
    Target {
        address: Address::parse("https://relay.example").unwrap().0,
        key: ApiKey::new(KEY),
        model: MODEL.into(),
    }
}

/// Carries a plan out; where the files as they were are kept.
fn write(plan: &Plan, machine: &Machine) -> Result<PathBuf, ToolError> {
    apply(
        &plan.tool.id,
        &plan.changes,
        &machine.places,
        UnixSeconds(1),
    )
}

/// Every tool whose configuration is written, with its first file as it would lie here.
fn written() -> Vec<(&'static Tool, Machine, PathBuf)> {
    let tools = tools::all().iter().filter(|tool| tool.is_written());
    tools
        .map(|tool| {
            let mut machine = machine();
            let own = machine.places.file(&tool.files[0].path);
            let path = own.unwrap_or_else(|| {
                // It has no file of its own; one is named.
                let path = machine.places.here.join(".env");
                machine.places.named = Some(path.clone());
                path
            });
            (tool, machine, path)
        })
        .collect()
}

fn lay(path: &Path, text: &str) {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
}

/// Every file that a setup of the tool writes, as it would lie here; the first is known.
fn files_of(tool: &Tool, machine: &Machine, first: &Path) -> Vec<(PathBuf, Format)> {
    let rest = tool.files.iter().skip(1).map(|rule| {
        let path = machine.places.file(&rule.path).unwrap();
        (path, rule.format)
    });
    std::iter::once((first.to_owned(), tool.files[0].format))
        .chain(rest)
        .collect()
}

/// The tool's first file as people write them.
fn by_hand(tool: &Tool) -> &'static str {
    hand_written(&tool.id, tool.files[0].format)
}

/// A configuration as people write them: comments everywhere, odd spacing, other programs' settings.
fn hand_written(tool: &str, format: Format) -> &'static str {
    match (tool, format) {
        ("llm", Format::Yaml) => {
            "# my models\n\n-   model_id:   \"gpt-oss\"   # local\n    model_name: gpt-oss\n    api_base: 'http://127.0.0.1:8080/v1'\n\n# the end\n"
        }
        ("aider", _) => {
            "# how I like it\nmodel:   gpt-4o   # the old one\ndark-mode: true\n\n\nread:\n    - CONVENTIONS.md   # always\n    - \"odd name.md\"\n# tail\n"
        }
        (_, Format::Json) => {
            "// mine\n{\n    /* theme */ \"theme\":   \"dark\",\n    \"list\": [1,  2,\n        3],   // odd\n\n    \"env\": { \"FOO\": \"bar\" }, // env\n    \"permissions\": {\n        \"allow\": [\"Bash(ls:*)\"]\n    }\n}\n"
        }
        (_, Format::Toml) => {
            "# mine\nmodel = \"o3\"   # the old one\napproval_policy   = 'on-request'\n\n[model_providers.other]   # kept\nname = \"other\"\nbase_url = \"https://other.example/v1\"\n\n[projects.\"/srv/x\"]\ntrust_level = \"trusted\"\n# tail\n"
        }
        (_, Format::Yaml) => {
            "# mine\nname:  My Assistant   # odd\nversion: \"0.0.1\"\nschema: v1\nmodel: other:one\n\nclients:\n-   type: openai     # kept\n    name: other\n    api_key: sk-1234567890abcdefghij\nmodels:\n  - name: other     # kept\n    provider: ollama\n    model: \"x\"\n\nmodel_list:\n  - model_name: x\n    litellm_params: {model: openai/x, api_base: 'http://127.0.0.1:1/v1'}\ncustom_providers: []   # none yet\nrules:\n  - |\n    Be brief.\n    Be kind.\n# tail\n"
        }
        (_, Format::Dotenv) => {
            "# mine\nFOO=bar   # kept\n\nexport GEMINI_API_KEY='old key'  # replaced\nOPENAI_API_KEY=\nMULTI=\"a\nb\"\n# tail"
        }
        (_, Format::Block) => "# mine\nmcp add x --command y   # kept\nexport A=1\n# tail",
        (_, Format::Text) => "old",
    }
}

/// The lines of a text that are not in another, in order.
fn lost<'a>(before: &'a str, after: &str) -> Vec<&'a str> {
    let mut rest = after.lines();
    before
        .lines()
        .filter(|line| {
            !rest.clone().any(|other| other == *line) || {
                while rest.next().is_some_and(|other| other != *line) {}
                false
            }
        })
        .collect()
}

#[test]
fn s_76_a_setup_touches_only_what_it_must_and_undo_restores_every_byte() {
    let shown = round_trip_of_every_tool("\n");
    let shown = shown.replace(" \n", "\n");
    insta::with_settings!({filters => vec![(r"(?m)\S*/(data|home)/", "[$1]/")]}, {
        insta::assert_snapshot!(shown);
    });
    // As editors on Windows write them: lines that are not touched keep their breaks, and new ones get the same.
    round_trip_of_every_tool("\r\n");
}

/// Sets every tool up on files with these line breaks, and takes it back; the differences that are shown.
fn round_trip_of_every_tool(breaks: &str) -> String {
    let by_hand = |tool: &Tool, format| hand_written(&tool.id, format).replace('\n', breaks);
    let mut shown = String::new();
    for (tool, machine, first) in written() {
        let files = files_of(tool, &machine, &first);
        for (path, format) in &files {
            lay(path, &by_hand(tool, *format));
        }
        let plan = tool
            .plan(target(), &machine.places)
            .unwrap_or_else(|error| panic!("{}: {error}", tool.id));
        let changed: Vec<&PathBuf> = plan.changes.iter().map(|change| &change.path).collect();
        assert_eq!(
            changed,
            files.iter().map(|(path, _)| path).collect::<Vec<_>>(),
            "{}",
            tool.id
        );
        shown += &format!("== {}\n", tool.id);
        for (change, (_, format)) in plan.changes.iter().zip(&files) {
            let before = by_hand(tool, *format);
            touches_only_what_it_must(tool, &before, &change.after);
            let all = change.after.matches('\n').count();
            let of_kind = change.after.matches(breaks).count();
            assert!(
                all == of_kind || !before.contains(breaks),
                "{}: {} of {all} line breaks are others",
                tool.id,
                all - of_kind
            );
            shown += &change.diff(&machine.places);
        }

        write(&plan, &machine).unwrap();
        for change in &plan.changes {
            assert_eq!(fs::read_to_string(&change.path).unwrap(), change.after);
        }
        let again = tool.plan(target(), &machine.places).unwrap();
        let twice: Vec<&Path> = again
            .changes
            .iter()
            .map(|change| change.path.as_path())
            .collect();
        assert!(
            twice.is_empty(),
            "{}: a second setup changes {twice:?}",
            tool.id
        );

        let back = plan_undo(&tool.id, &machine.places).unwrap();
        undo(&back).unwrap();
        for (path, format) in &files {
            let before = by_hand(tool, *format);
            assert_eq!(fs::read_to_string(path).unwrap(), before, "{}", tool.id);
        }
        let left = plan_undo(&tool.id, &machine.places).unwrap_err();
        assert!(matches!(left, ToolError::NothingToUndo(_)));
    }
    assert!(!shown.contains("aB3dEFGH"), "a key is shown: {shown}");
    shown
}

fn touches_only_what_it_must(tool: &Tool, before: &str, after: &str) {
    let lines = lost(before, after);
    for line in &lines {
        let name = line.trim_start().trim_start_matches("export ");
        // Lines that hold a value we set, or that open what we add to.
        let ours = [
            "\"env\"",
            "model",
            "GEMINI_API_KEY",
            "OPENAI_API_KEY",
            "custom_providers",
            "old",
            "}",
        ];
        assert!(
            ours.iter().any(|word| name.starts_with(word)),
            "{}: {line:?} is lost",
            tool.id
        );
    }
    assert!(lines.len() <= 2, "{}: {lines:?}", tool.id);
    for word in [
        "mine",
        "tail",
        "kept",
        "# odd",
        "// odd",
        "# always",
        "# the end",
    ] {
        assert!(
            !before.contains(word) || after.contains(word),
            "{}",
            tool.id
        );
    }
}

#[test]
fn x_08_what_was_written_is_what_the_tool_would_use() {
    for (tool, mut machine, path) in written() {
        let plan = tool.plan(target(), &machine.places).unwrap();
        assert!(!plan.changes.is_empty(), "{}", tool.id);
        write(&plan, &machine).unwrap();
        if machine.places.named.is_some() {
            machine.places.named = None;
        }
        let found = tool.effective(&machine.places);
        let url = found
            .urls
            .first()
            .unwrap_or_else(|| panic!("{}: no address", tool.id));
        assert_eq!(url.value, tool.url(&target().address), "{}", tool.id);
        if let Some(variable) = &tool.variable {
            assert_eq!(
                found.missing.or(Some(format!("${variable}"))),
                Some(format!("${variable}")),
                "{}",
                tool.id
            );
            machine
                .places
                .environment
                .insert(variable.clone(), KEY.into());
        }
        let found = tool.effective(&machine.places);
        assert_eq!(
            tool.verdict(&found),
            Verdict::Ready,
            "{}: {found:?}",
            tool.id
        );
        assert_eq!(found.keys[0].value, ApiKey::new(KEY), "{}", tool.id);
        if let Some(model) = found.models.first() {
            assert!(model.value.ends_with(MODEL), "{}: {model:?}", tool.id);
        }
        // New files go again, and so do the folders that were made for them.
        let back = plan_undo(&tool.id, &machine.places).unwrap();
        assert!(
            back.files.iter().all(|file| file.how == Undone::Removed),
            "{}",
            tool.id
        );
        undo(&back).unwrap();
        assert!(!path.exists(), "{}", tool.id);
    }
}

#[cfg(unix)]
#[test]
fn a_file_that_holds_a_key_is_readable_for_its_owner_only_and_gets_its_rights_back() {
    use std::os::unix::fs::PermissionsExt;
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    for (tool, machine, path) in written() {
        lay(&path, by_hand(tool));
        fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
        let plan = tool.plan(target(), &machine.places).unwrap();
        write(&plan, &machine).unwrap();
        for change in &plan.changes {
            let wanted = if change.secret || change.before.is_none() {
                0o600
            } else {
                0o644
            };
            assert_eq!(
                mode(&change.path),
                wanted,
                "{}: {}",
                tool.id,
                change.path.display()
            );
        }
        undo(&plan_undo(&tool.id, &machine.places).unwrap()).unwrap();
        assert_eq!(mode(&path), 0o644, "{}", tool.id);
    }
}

#[test]
fn a_broken_configuration_is_refused_with_its_line_and_stays_as_it_is() {
    for (tool, machine, first) in written() {
        for (path, format) in files_of(tool, &machine, &first) {
            let (text, line) = match format {
                Format::Json => ("{\n  \"a\": 1,\n  \"b\" 2\n}\n", 3),
                Format::Toml => ("a = 1\n\nb = = 2\n", 3),
                Format::Yaml => ("a: 1\nb: [1,\nc: 2\n", 3),
                Format::Dotenv => ("A=1\nB=\"never closed\n", 2),
                Format::Block => ("a\n# >>> relaydeck >>>\nb\n", 2),
                Format::Text => continue,
            };
            lay(&path, text);
            let error = tool.plan(target(), &machine.places).unwrap_err();
            let ToolError::Edit {
                error: EditError::Broken { line: told, .. },
                path: which,
            } = &error
            else {
                panic!("{}: {error}", tool.id);
            };
            assert_eq!(which, &path, "{}", tool.id);
            assert!(told.abs_diff(line) <= 1, "{}: {error}", tool.id);
            assert!(error.advice().contains("mend that line"));
            assert_eq!(fs::read_to_string(&path).unwrap(), text);
            assert!(
                !machine.places.data.join("tools").join(&tool.id).exists(),
                "nothing was begun"
            );
            if machine.places.named.is_none() && path == first {
                assert!(
                    matches!(
                        tool.verdict(&tool.effective(&machine.places)),
                        Verdict::Broken(_)
                    ),
                    "{}",
                    tool.id
                );
            }
            fs::remove_file(&path).unwrap();
        }
    }
}

#[cfg(unix)]
#[test]
fn a_read_only_file_is_not_replaced() {
    use std::os::unix::fs::PermissionsExt;
    for (tool, machine, path) in written() {
        lay(&path, by_hand(tool));
        fs::set_permissions(&path, fs::Permissions::from_mode(0o444)).unwrap();
        let plan = tool.plan(target(), &machine.places).unwrap();
        let error = write(&plan, &machine).unwrap_err();
        assert!(matches!(error, ToolError::File(_)), "{}: {error}", tool.id);
        assert_eq!(fs::read_to_string(&path).unwrap(), by_hand(tool));
        assert!(matches!(
            plan_undo(&tool.id, &machine.places),
            Err(ToolError::NothingToUndo(_))
        ));
    }
}

/// A folder where a file must go stands in for a disk that takes no more: the write fails after others succeeded.
#[test]
fn when_the_second_file_cannot_be_written_the_first_is_put_back() {
    let codex = tools::named("codex").unwrap();
    let machine = machine();
    let config = machine.places.home.join(".codex/config.toml");
    lay(&config, by_hand(codex));
    let plan = codex.plan(target(), &machine.places).unwrap();
    assert_eq!(plan.changes.len(), 2);
    // Between plan and write the second one's place is taken by a folder that cannot be replaced.
    let taken = &plan.changes[1].path;
    lay(&taken.join("inside"), "x");
    let error = write(&plan, &machine).unwrap_err();
    assert!(matches!(error, ToolError::File(_)), "{error}");
    assert_eq!(fs::read_to_string(&config).unwrap(), by_hand(codex));
}

#[test]
fn a_file_that_changed_since_the_plan_is_not_overwritten() {
    let claude = tools::named("claude-code").unwrap();
    let machine = machine();
    let path = machine.places.home.join(".claude/settings.json");
    lay(&path, "{}\n");
    let plan = claude.plan(target(), &machine.places).unwrap();
    lay(&path, "{\"new\": 1}\n");
    let error = write(&plan, &machine).unwrap_err();
    assert!(matches!(error, ToolError::ChangedMeanwhile(_)), "{error}");
    assert_eq!(fs::read_to_string(&path).unwrap(), "{\"new\": 1}\n");
}

#[test]
fn undo_keeps_later_changes_elsewhere_and_refuses_those_in_the_same_lines() {
    let claude = tools::named("claude-code").unwrap();
    let machine = machine();
    let path = machine.places.home.join(".claude/settings.json");
    let before = "{\n  \"theme\": \"dark\",\n  \"a\": 1,\n  \"b\": 2,\n  \"env\": {\n    \"FOO\": \"bar\"\n  }\n}\n";
    lay(&path, before);
    let set_up = || {
        let plan = claude.plan(target(), &machine.places).unwrap();
        write(&plan, &machine).unwrap();
        fs::read_to_string(&path).unwrap()
    };
    let written = set_up();
    fs::write(&path, written.replace("dark", "light")).unwrap();
    let back = plan_undo(&claude.id, &machine.places).unwrap();
    assert_eq!(back.files[0].how, Undone::Merged);
    undo(&back).unwrap();
    assert_eq!(
        fs::read_to_string(&path).unwrap(),
        before.replace("dark", "light")
    );

    let written = set_up();
    let changed = written.replace("https://relay.example", "https://elsewhere.example");
    fs::write(&path, &changed).unwrap();
    let error = plan_undo(&claude.id, &machine.places).unwrap_err();
    let ToolError::UndoConflict { kept, .. } = &error else {
        panic!("{error}")
    };
    assert!(kept.exists() && error.to_string().contains("nothing was undone"));
    assert_eq!(fs::read_to_string(&path).unwrap(), changed);

    fs::remove_file(&path).unwrap();
    let error = plan_undo(&claude.id, &machine.places).unwrap_err();
    assert!(matches!(error, ToolError::UndoGone { .. }), "{error}");
}

#[test]
fn each_undo_takes_back_one_setup() {
    let claude = tools::named("claude-code").unwrap();
    let machine = machine();
    let path = machine.places.home.join(".claude/settings.json");
    lay(&path, "{}");
    for model in ["one", "two"] {
        let target = Target {
            model: model.into(),
            ..target()
        };
        write(&claude.plan(target, &machine.places).unwrap(), &machine).unwrap();
    }
    let back = plan_undo(&claude.id, &machine.places).unwrap();
    assert_eq!(back.earlier, 1);
    undo(&back).unwrap();
    assert!(fs::read_to_string(&path).unwrap().contains("\"one\""));
    undo(&plan_undo(&claude.id, &machine.places).unwrap()).unwrap();
    assert_eq!(fs::read_to_string(&path).unwrap(), "{}");
}

#[cfg(unix)]
#[test]
fn a_link_stays_a_link_and_one_that_leaves_home_is_refused() {
    use std::os::unix::fs::symlink;
    let claude = tools::named("claude-code").unwrap();
    let machine = machine();
    let path = machine.places.home.join(".claude/settings.json");
    let real = machine.places.home.join("dotfiles/claude.json");
    lay(&real, "{}\n");
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    symlink("../dotfiles/claude.json", &path).unwrap();
    write(&claude.plan(target(), &machine.places).unwrap(), &machine).unwrap();
    assert!(fs::symlink_metadata(&path).unwrap().is_symlink());
    assert!(fs::read_to_string(&real).unwrap().contains(KEY));
    undo(&plan_undo(&claude.id, &machine.places).unwrap()).unwrap();
    assert_eq!(fs::read_to_string(&real).unwrap(), "{}\n");

    let outside = machine.folder.path().join("outside.json");
    lay(&outside, "{}\n");
    fs::remove_file(&path).unwrap();
    symlink(&outside, &path).unwrap();
    let error = claude.plan(target(), &machine.places).unwrap_err();
    assert!(matches!(error, ToolError::LeavesHome { .. }), "{error}");
}

#[test]
fn x_08_the_stronger_layer_wins_and_the_weaker_stands_in_its_shadow() {
    let claude = tools::named("claude-code").unwrap();
    let mut machine = machine();
    let settings = |url: &str| {
        format!(
            "{{\"env\": {{\"ANTHROPIC_BASE_URL\": \"{url}\", \"ANTHROPIC_AUTH_TOKEN\": \"{KEY}\"}}}}"
        )
    };
    lay(
        &machine.places.home.join(".claude/settings.json"),
        &settings("https://mine.example"),
    );
    lay(
        &machine.places.here.join(".claude/settings.local.json"),
        &settings("https://project.example/v1"),
    );
    machine
        .places
        .environment
        .insert("ANTHROPIC_BASE_URL".into(), "https://shell.example".into());
    let found = claude.effective(&machine.places);
    let urls: Vec<&str> = found.urls.iter().map(|url| url.value.as_str()).collect();
    assert_eq!(
        urls,
        [
            "https://project.example/v1",
            "https://mine.example",
            "https://shell.example"
        ]
    );
    assert!(
        found.urls[0]
            .place
            .ends_with("project/.claude/settings.local.json")
    );
    let Verdict::WrongForm { calls, wants } = claude.verdict(&found) else {
        panic!("S-95")
    };
    assert_eq!(calls, "https://project.example/v1/v1/messages");
    assert_eq!(wants, "https://project.example");
}

#[test]
fn tools_without_a_file_are_told_how_and_never_written() {
    for tool in tools::all().iter().filter(|tool| !tool.is_written()) {
        let machine = machine();
        let error = tool.plan(target(), &machine.places).unwrap_err();
        assert!(matches!(error, ToolError::ByHand(_)), "{}", tool.id);
        let told = tool.instructions(&target(), &machine.places).join("\n");
        assert!(
            told.contains(MODEL) && !told.contains(KEY),
            "{}: {told}",
            tool.id
        );
    }
    assert!(matches!(tools::named("claude_code"), Ok(tool) if tool.id == "claude-code"));
    let error = tools::named("claude-cod").unwrap_err();
    assert!(
        error.to_string().contains("did you mean claude-code?"),
        "{error}"
    );
}
