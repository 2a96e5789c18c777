//! What holds for every format: a change sets one value, and every other value, comment and line stays.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;

fn path(steps: &[&str]) -> Vec<Step> {
    steps.iter().map(|step| Step::parse(step)).collect()
}

/// A configuration in block or flow style with comments, and the paths of its scalars.
#[derive(Clone, Debug)]
enum Tree {
    Scalar(String),
    Map(Vec<(String, Tree)>),
    List(Vec<Tree>),
}

fn tree() -> impl Strategy<Value = Tree> {
    let leaf = "[a-z][a-z0-9 ]{0,8}[a-z]".prop_map(Tree::Scalar);
    let inner = leaf.prop_recursive(3, 24, 4, |inner| {
        prop_oneof![
            prop::collection::btree_map("[a-z]{1,5}", inner.clone(), 1..4)
                .prop_map(|map| Tree::Map(map.into_iter().collect())),
            prop::collection::vec(inner, 1..3).prop_map(Tree::List),
        ]
    });
    prop::collection::btree_map("[a-z]{1,5}", inner, 1..5)
        .prop_map(|map| Tree::Map(map.into_iter().collect()))
}

/// Writes a tree as people do: `lot` decides about comments, blank lines, quotes and style.
fn yaml_text(tree: &Tree, column: usize, lot: &mut impl FnMut(usize) -> usize) -> String {
    let indent = " ".repeat(column);
    match tree {
        Tree::Scalar(text) => match lot(3) {
            0 => format!(" \"{text}\""),
            1 => format!("   '{text}'  # why"),
            _ => format!(" {text}"),
        },
        Tree::Map(entries) if lot(5) == 0 => {
            let inner: Vec<String> = entries
                .iter()
                .map(|(key, value)| format!("{key}: {}", flow_text(value)))
                .collect();
            format!(" {{{}}}", inner.join(",  "))
        }
        Tree::Map(entries) => entries.iter().fold(String::new(), |text, (key, value)| {
            let gap = ["", "\n", "\n# note", "\n\n    # odd"][lot(4)];
            format!(
                "{text}{gap}\n{indent}{key}:{}",
                yaml_text(value, column + 2 + lot(2), lot)
            )
        }),
        Tree::List(items) => items.iter().fold(String::new(), |text, item| {
            let inner = yaml_text(item, column + 2, lot);
            let inner = match item {
                Tree::Scalar(_) => inner,
                // The first line of what is inside stands behind the dash.
                _ if inner.starts_with('\n') => format!("\n{}", inner.trim_start_matches('\n')),
                _ => inner,
            };
            format!("{text}\n{indent}-{inner}")
        }),
    }
}

fn flow_text(tree: &Tree) -> String {
    match tree {
        Tree::Scalar(text) => format!("'{text}'"),
        Tree::Map(entries) => {
            let inner: Vec<String> = entries
                .iter()
                .map(|(key, value)| format!("{key}: {}", flow_text(value)))
                .collect();
            format!("{{{}}}", inner.join(", "))
        }
        Tree::List(items) => format!(
            "[{}]",
            items.iter().map(flow_text).collect::<Vec<_>>().join(", ")
        ),
    }
}

/// Every comment of a text, in order.
fn comments(text: &str) -> Vec<&str> {
    text.lines()
        .filter_map(|line| line.split_once('#'))
        .map(|(_, comment)| comment)
        .collect()
}

/// How many lines of one text are missing from the other, order kept.
fn missing(before: &str, after: &str) -> usize {
    let (before, after): (Vec<&str>, Vec<&str>) =
        (before.lines().collect(), after.lines().collect());
    let mut table = vec![vec![0_usize; after.len() + 1]; before.len() + 1];
    for (i, one) in before.iter().enumerate() {
        for (j, other) in after.iter().enumerate() {
            table[i + 1][j + 1] = if one == other {
                table[i][j] + 1
            } else {
                table[i][j + 1].max(table[i + 1][j])
            };
        }
    }
    before.len() - table[before.len()][after.len()]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    /// The tree with the value set is proved inside `set`; here: it is found again, no comment is lost, at most the one
    /// line that holds the value changes, and setting it once more changes nothing.
    #[test]
    fn yaml_is_changed_in_place(
        tree in tree(),
        lots in prop::collection::vec(0..60_usize, 40),
        steps in prop::collection::vec("[a-z]{1,5}", 1..4),
        windows in any::<bool>(),
    ) {
        let mut at = 0;
        let mut lot = |of: usize| { at += 1; lots[at % lots.len()] % of };
        let mut text = format!("# head{}\n# tail\n", yaml_text(&tree, 0, &mut lot));
        if windows { text = text.replace('\n', "\r\n"); }
        prop_assume!(Format::Yaml.check(&text).is_ok());
        let steps: Vec<&str> = steps.iter().map(String::as_str).collect();
        let path = path(&steps);
        match Format::Yaml.set(&text, &path, &json!("https://relay.example/v1")) {
            Ok(after) => {
                prop_assert_eq!(Format::Yaml.get(&after, &path).unwrap().unwrap(), "https://relay.example/v1");
                prop_assert_eq!(comments(&text), comments(&after));
                prop_assert!(missing(&text, &after) <= 1, "{}\n--\n{}", text, after);
                prop_assert_eq!(Format::Yaml.set(&after, &path, &json!("https://relay.example/v1")).unwrap(), after);
            }
            // Only what stands in the way may be a reason: a list or a value where a table is wanted.
            Err(EditError::OtherShape { .. }) => {}
            Err(other) => prop_assert!(false, "{}: {}", other, text),
        }
    }

    #[test]
    fn json_is_changed_in_place(tree in tree(), steps in prop::collection::vec("[a-z]{1,5}", 1..4), wide in any::<bool>()) {
        let value = json_value(&tree);
        let plain = if wide { serde_json::to_string_pretty(&value).unwrap() } else { value.to_string() };
        let text = format!("// head\n{}\n/* tail */\n", plain.replace("\",\n", "\", // why\n"));
        let steps: Vec<&str> = steps.iter().map(String::as_str).collect();
        let path = path(&steps);
        match Format::Json.set(&text, &path, &json!("new \"one\"")) {
            Ok(after) => {
                prop_assert_eq!(Format::Json.get(&after, &path).unwrap().unwrap(), "new \"one\"");
                prop_assert_eq!(text.matches("// why").count(), after.matches("// why").count());
                prop_assert!(after.starts_with("// head\n") && after.ends_with("\n/* tail */\n"));
                let bare = |text: &str| -> Value {
                    jsonc_parser::cst::CstRootNode::parse(text, &jsonc_parser::ParseOptions::default()).unwrap().to_serde_value().unwrap()
                };
                let mut expected = bare(&text);
                let mut place = &mut expected;
                for step in &steps { place = &mut place[*step]; }
                *place = json!("new \"one\"");
                prop_assert_eq!(bare(&after), expected);
                if wide { prop_assert!(missing(&text, &after) <= 2, "{}\n--\n{}", text, after); }
            }
            Err(EditError::OtherShape { .. }) => {}
            Err(other) => prop_assert!(false, "{}: {}", other, text),
        }
    }

    #[test]
    fn variables_are_changed_in_place(value in "[ -~]{0,24}", others in prop::collection::vec(("[A-Z]{1,4}", "[ -~&&[^\"'#\\\\]]{0,10}"), 0..5)) {
        let lines: Vec<String> = others.iter().map(|(name, value)| format!("X{name}={value}\n# about {name}\n")).collect();
        let text = lines.concat();
        let path = path(&["KEY"]);
        let after = Format::Dotenv.set(&text, &path, &json!(value)).unwrap();
        let read = Format::Dotenv.get(&after, &path).unwrap();
        prop_assert_eq!(read.unwrap_or_default(), value.clone());
        prop_assert!(after.starts_with(&text));
        let again = Format::Dotenv.set(&after, &path, &json!("other")).unwrap();
        prop_assert_eq!(missing(&after, &again) <= 1, true);
        prop_assert_eq!(Format::Dotenv.get(&again, &path).unwrap().unwrap(), "other");
    }

    #[test]
    fn toml_is_changed_in_place(
        names in prop::collection::btree_set("[a-z]{1,5}", 1..6),
        value in "[ -\"$-~]{0,12}",
        windows in any::<bool>(),
    ) {
        let mut text = String::from("# head\n");
        for (at, name) in names.iter().enumerate() {
            text += &format!("{name}   = {at}  # why {name}\n");
        }
        text += "\n[table.\"in side\"]   # kept\nx = 1\n\n# tail\n";
        if windows { text = text.replace('\n', "\r\n"); }
        for steps in [vec!["zzzzzz"], vec!["table", "in side", "x"], vec!["table", "fresh", "y"]] {
            let path = path(&steps);
            let after = Format::Toml.set(&text, &path, &json!(value)).unwrap();
            prop_assert_eq!(Format::Toml.get(&after, &path).unwrap().unwrap(), value.clone());
            prop_assert!(missing(&text, &after) <= 1, "{}\n--\n{}", text, after);
            prop_assert_eq!(comments(&text), comments(&after));
            let breaks = after.matches('\n').count();
            prop_assert_eq!(after.matches("\r\n").count(), if windows { breaks } else { 0 });
        }
    }
}

fn json_value(tree: &Tree) -> Value {
    match tree {
        Tree::Scalar(text) => json!(text),
        Tree::Map(entries) => Value::Object(
            entries
                .iter()
                .map(|(key, value)| (key.clone(), json_value(value)))
                .collect(),
        ),
        Tree::List(items) => items.iter().map(json_value).collect(),
    }
}

#[test]
fn a_shell_reads_what_was_written() {
    for value in ["sk-abc", "a b", "it's", "a\"b$HOME`x`\\", "#no", ""] {
        let path = path(&["KEY"]);
        let text = Format::Dotenv
            .set("export A=1\n", &path, &json!(value))
            .unwrap();
        let script = format!("{text}printf %s \"$KEY\"");
        let ran = std::process::Command::new("sh")
            .arg("-c")
            .arg(script)
            .output()
            .unwrap();
        assert_eq!(String::from_utf8_lossy(&ran.stdout), value, "{text}");
    }
}

#[test]
fn yaml_that_cannot_be_changed_safely_is_refused() {
    let refused =
        |text: &str, at: &[&str]| Format::Yaml.set(text, &path(at), &json!("x")).unwrap_err();
    let unsafe_ones = [
        ("a: &x\n  b: 1\nc: *x\n", vec!["a", "b"]),
        ("a: |\n  long\n  text\n", vec!["a"]),
    ];
    for (text, at) in unsafe_ones {
        assert!(
            matches!(refused(text, &at), EditError::Unsafe { .. }),
            "{text}"
        );
    }
    assert!(matches!(
        refused("a: *x\n", &["b"]),
        EditError::Broken { .. }
    ));
    assert!(matches!(
        refused("a: 1\n---\nb: 2\n", &["a"]),
        EditError::Broken { .. }
    ));
    assert!(matches!(
        refused("- 1\n", &["a"]),
        EditError::OtherShape { .. }
    ));
    assert!(matches!(
        refused("a: 1\n", &["a", "b"]),
        EditError::OtherShape { .. }
    ));
}

#[test]
fn yaml_grows_where_nothing_stood() {
    let set = |text: &str, at: &[&str]| Format::Yaml.set(text, &path(at), &json!("v")).unwrap();
    assert_eq!(set("", &["a", "b"]), "a:\n  b: v\n");
    assert_eq!(
        set("# only\n", &["l", "[id=x]", "z"]),
        "# only\nl:\n  - id: x\n    z: v\n"
    );
    assert_eq!(set("a:\nb: 1\n", &["a", "c"]), "a:\n  c: v\nb: 1\n");
    assert_eq!(
        set("a:   # why\nb: 1\n", &["a", "c"]),
        "a:   # why\n  c: v\nb: 1\n"
    );
    assert_eq!(set("a: ~\n", &["a"]), "a: v\n");
    assert_eq!(set("a: {}\n", &["a", "b"]), "a: {b: v}\n");
    assert_eq!(
        set("a:\n- id: b\n", &["a", "[id=x]", "z"]),
        "a:\n- id: b\n- id: x\n  z: v\n"
    );
    assert_eq!(
        set("---\na: |\n  x\n  y\n\n", &["b"]),
        "---\na: |\n  x\n  y\nb: v\n\n"
    );
}

#[test]
fn toml_keeps_each_line_s_own_break() {
    let before = "# mine\r\nmodel = \"o3\"\n\n[other]\r\na = 1\n# tail";
    let after = Format::Toml.set(before, &path(&["model"]), &json!("x"));
    let wanted = "# mine\r\nmodel = \"x\"\r\n\n[other]\r\na = 1\n# tail";
    assert_eq!(after.unwrap(), wanted);
    let plain = "a = 1\n";
    let after = Format::Toml.set(plain, &path(&["b"]), &json!("x"));
    assert_eq!(after.unwrap(), "a = 1\nb = \"x\"\n");
}
