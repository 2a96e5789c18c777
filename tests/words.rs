//! The catalogues of texts: both languages say the same things, the source says nothing they do not have, and they
//! have nothing the source does not say.

#![allow(
    clippy::unwrap_used,
    reason = "a test that cannot read the source fails"
)]

mod words_support;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use relaydeck::locale::{Language, foreign, quoted, within};
use words_support::catalogue::{Arguments, catalogue, folder};
use words_support::source::{bare, is_a_sentence, is_for_people, literals, own, said};
use words_support::tree::rust_files;

/// What the dashboard may write out: names that are the same in every language, what is for its makers, and a question that
/// is put to a model which knows English only.
const WRITTEN_OUT: [(&str, &[&str]); 9] = [
    ("text/code/languages.rs", &[""]),
    ("term/crash.rs", &[""]),
    (
        "keymap/chord.rs",
        &[
            "Enter",
            "Esc",
            "Tab",
            "Shift-Tab",
            "Space",
            "Backspace",
            "Del",
            "Ins",
            "Up",
            "Down",
            "Left",
            "Right",
            "Home",
            "End",
            "PgUp",
            "PgDn",
            "Alt-",
            "Ctrl-",
        ],
    ),
    ("overlay/chat_form.rs", &["Markdown"]),
    ("tabs/groups/support.rs", &["%Y-%m-%d %H:%M:%S UTC"]),
    (
        "tabs/tools/state.rs",
        &["sample {}", "link {}", "link {} {}"],
    ),
    ("view/deck.rs", &[" relaydeck ", " {} ms"]),
    // What tmux says of the terminals around it.
    ("term/clipboard.rs", &[" Ms: ", "[missing]"]),
    (
        "run.rs",
        &["asked to, in the dashboard", "asked to, in the background"],
    ),
];

#[test]
fn x_12_no_text_of_the_dashboard_is_written_out_in_its_source() {
    let mut wrong = Vec::new();
    let home = folder().join("src/tui");
    for file in rust_files(&home) {
        if file.ends_with("tests.rs") {
            continue;
        }
        let whole = fs::read_to_string(&file).unwrap();
        let text = whole.split("#[cfg(test)]").next().unwrap();
        let name = file.strip_prefix(&home).unwrap().display().to_string();
        let allowed = WRITTEN_OUT.iter().find(|(of, _)| *of == name);
        for (line, literal) in literals(text) {
            let may = allowed
                .is_some_and(|(_, some)| some.contains(&"") || some.contains(&literal.as_str()));
            // How a value looks to its maker: `Copyable(12 bytes)`.
            let is_debug =
                literal.contains('(') && literal.ends_with(')') && !literal.contains(". ");
            if is_for_people(&literal) && !may && !is_debug && !literal.starts_with("\\u{1b}") {
                wrong.push(format!(
                    "{name}:{line}: {literal:?} belongs into the catalogues"
                ));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// The rooms whose sentences reach people: through the dashboard, or printed by a sub-command. The relay's own are for the
/// programs that call it.
const ROOMS: [&str; 11] = [
    "cli", "client", "config", "domain", "engine", "files", "ledger", "tools", "trust", "verify",
    "wire",
];

/// Sentences that are written out in those rooms, each for a reason. `""` stands for all of a file.
const SENTENCES: [(&str, &[&str]); 20] = [
    // What `--json` prints.
    ("cli/profiles.rs", &["key only"]),
    ("domain/chat.rs", &["content filter", "tool calls"]),
    // The names of sub-commands.
    ("cli/channels.rs", &["channels edit", "channels add"]),
    ("cli/codes.rs", &["codes create"]),
    ("cli/groups/owner.rs", &["groups auto"]),
    ("cli/keys.rs", &["keys create"]),
    ("cli/keys/change.rs", &["keys edit"]),
    ("cli/prices.rs", &["prices set"]),
    // What is kept in the ledger and compared.
    ("engine/proof/keeping.rs", &["embedded relay"]),
    // What relays say, to be recognised.
    ("wire/console_error.rs", &[""]),
    ("wire/openai_error/pace.rs", &[""]),
    ("wire/openai_error/read.rs", &[""]),
    ("wire/openai_error/rules.rs", &[""]),
    // What the library that reads arguments says, to be said in our words.
    ("cli/misuse.rs", &[" is not in "]),
    // What models are asked.
    ("verify/door.rs", &["Reply with the single word: ready"]),
    ("verify/needles.rs", &[""]),
    ("verify/trials.rs", &[""]),
    // What programs are written in, and the names of features of vendors.
    (
        "tools/migrate.rs",
        &[
            "Vector stores",
            "import openai",
            "from openai",
            "import anthropic",
            "from anthropic",
        ],
    ),
    ("client/chat.rs", &["text/event-stream, application/json"]),
    // What cannot happen in a build that is sound.
    ("domain/price_catalogue.rs", &["an unknown day"]),
];

/// The same for errors of the system's kind, which nobody but a log or a sentence of ours quotes.
const QUOTED: [(&str, &[&str]); 3] = [
    ("ledger/opening.rs", &["done by another process"]),
    (
        "ledger/runs.rs",
        &["a new file is locked already", "a file without a name"],
    ),
    ("trust/mod.rs", &["no cryptography"]),
];

#[test]
fn x_12_no_sentence_for_people_is_written_out_in_any_room() {
    let mut wrong = Vec::new();
    let (home, mut idle) = (folder().join("src"), Vec::new());
    for (of, some) in SENTENCES.iter().chain(&QUOTED) {
        let there = fs::read_to_string(home.join(of)).expect(of);
        let gone = some.iter().filter(|text| !there.contains(**text));
        idle.extend(gone.map(|text| format!("{of} no longer has {text:?}")));
    }
    for room in ROOMS {
        for file in rust_files(&home.join(room)) {
            if file.to_string_lossy().ends_with("tests.rs") {
                continue;
            }
            let name = file.strip_prefix(&home).unwrap().display().to_string();
            let allowed: Vec<&str> = SENTENCES
                .iter()
                .chain(&QUOTED)
                .filter(|(of, _)| *of == name)
                .flat_map(|(_, some)| some.iter().copied())
                .collect();
            let whole = fs::read_to_string(&file).unwrap();
            let text = bare(own(&whole));
            for (line, literal) in literals(&text) {
                let may = allowed.contains(&"") || allowed.contains(&literal.as_str());
                if is_a_sentence(&literal) && !may {
                    wrong.push(format!(
                        "{name}:{line}: {literal:?} belongs into the catalogues"
                    ));
                }
            }
            // The title of a column is one word, and no sentence.
            let titled = text.match_indices("\", Align::").filter(|(at, _)| {
                let title = text[..*at].rsplit('"').next().unwrap_or_default();
                title.chars().any(char::is_alphabetic) && !title.starts_with("cli-column-")
            });
            wrong.extend(titled.map(|(at, _)| format!("{name}: a column's title at byte {at}")));
        }
    }
    wrong.extend(idle);
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Sentences of the relay that are no refusals, each for a reason. `""` stands for all of a file.
const NO_REFUSALS: [(&str, &[&str]); 24] = [
    // What the models built in answer, and what they tell of themselves.
    ("builtin/handbook/entries.rs", &[""]),
    ("builtin/handbook/mod.rs", &[""]),
    ("builtin/handbook/questions.rs", &[""]),
    ("builtin/handbook/words.rs", &[""]),
    ("builtin/lab/directives.rs", &[""]),
    ("builtin/lab/faults.rs", &[""]),
    ("builtin/lab/filler.rs", &[""]),
    // What the relay says of itself; `domain/own_words.rs` knows it.
    ("builtin/mod.rs", &[""]),
    (
        "catalog.rs",
        &["Automatic: the first group that serves the model"],
    ),
    (
        "routes/pricing.rs",
        &["Built into this relay; needs no network"],
    ),
    ("routes/status.rs", &["This machine", "The embedded relay"]),
    ("running.rs", &["access token", "first key"]),
    // What stands in its log.
    ("inference/note.rs", &[""]),
    ("routes/login.rs", &["Credit for a new account"]),
    (
        "routes/users.rs",
        &["Credit from the relay's owner", "Took ${} away, by {by}"],
    ),
    ("store/codes.rs", &["Redeemed code {} ({})"]),
    ("store/setup.rs", &["Local credit of ${} to begin with"]),
    // Ends of sentences that begin with what an upstream said.
    (
        "channels/server.rs",
        &["; check its key", "; check its address"],
    ),
    (
        "routes/channels.rs",
        &["{error}; or name its models yourself"],
    ),
    // What upstreams say, to be recognised.
    ("inference/unspoken.rs", &[""]),
    // What models are told.
    (
        "translate/request/from_responses.rs",
        &[
            "The whole input, as plain text.",
            "\\n\\nThe input must follow this {syntax} grammar:\\n{definition}",
        ],
    ),
    (
        "translate/request/to_messages.rs",
        &["Answer with one JSON object and nothing else: no words around it, no code fence."],
    ),
    // Why what is left out changes nothing: for who reads the table.
    (
        "translate/fate/gemini.rs",
        &[
            "thresholds of Google's filters, and none of them stands before the model",
            "labels for Google's bills, and Google bills nothing here",
            "how finely Google looks at images; other models look as they do",
        ],
    ),
    (
        "translate/fate.rs",
        &[
            "a wish about sampling, not about the answer",
            "changes what a cache costs, not the answer",
            "changes how fast it comes, not the answer",
            "nothing is stored here",
            "a wish about style that models of this dialect do not know",
            "labels for stored answers, and nothing is stored here",
            "saves context at the upstream; the conversation is sent whole",
            "an account matter of another vendor",
            "what can be included always is",
            "the conversation is sent whole; too long a one is refused by the upstream",
            "counts tools that servers run, and none are",
            "padding against eavesdroppers only",
        ],
    ),
];

/// The place of a value in a text: one that is written with its quotes keeps them.
fn filled(literal: &str) -> String {
    let mut text = String::new();
    let mut rest = literal.replace("{{", "\u{1}").replace("}}", "\u{2}");
    while let Some((before, behind)) = rest.clone().split_once('{') {
        let (value, behind) = behind.split_once('}').unwrap_or_default();
        text += before;
        text += if value.ends_with(":?") { "\"x\"" } else { "x" };
        rest = behind.to_owned();
    }
    text += &rest;
    let text = text.replace('\u{1}', "{").replace('\u{2}', "}");
    // A line of the source that ends with a backslash goes on behind the blanks of the next one.
    let lines: Vec<&str> = text.split("\\\n").collect();
    let rest = lines.iter().skip(1).map(|line| line.trim_start());
    let whole: String = lines.first().copied().into_iter().chain(rest).collect();
    whole.replace("\\\"", "\"")
}

#[test]
fn x_12_what_the_relay_refuses_is_said_in_chinese_too() {
    let home = folder().join("src/relay");
    let mut wrong = Vec::new();
    for (of, some) in NO_REFUSALS {
        let there = fs::read_to_string(home.join(of)).expect(of);
        let gone = some.iter().filter(|text| !there.contains(**text));
        wrong.extend(gone.map(|text| format!("{of} no longer has {text:?}")));
    }
    for file in rust_files(&home) {
        if file.to_string_lossy().ends_with("tests.rs") {
            continue;
        }
        let name = file.strip_prefix(&home).unwrap().display().to_string();
        let allowed: Vec<&str> = NO_REFUSALS
            .iter()
            .filter(|(of, _)| *of == name)
            .flat_map(|(_, some)| some.iter().copied())
            .collect();
        let whole = fs::read_to_string(&file).unwrap();
        for (line, literal) in literals(&bare(own(&whole))) {
            let may = allowed.contains(&"") || allowed.contains(&literal.as_str());
            let words = filled(&literal);
            let told = within(Language::Chinese, || foreign(&words));
            let unknown = within(Language::Chinese, || quoted(&words)) == told;
            if is_a_sentence(&literal) && unknown && !may {
                wrong.push(format!("{name}:{line}: relays.txt has no {words:?}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// The texts that the table of keys says: one for each of its lines, and its word of the bottom row where it has one.
fn of_the_keys() -> BTreeSet<String> {
    let text = fs::read_to_string(folder().join("assets/keymap.toml")).unwrap();
    let table: toml::Table = text.parse().unwrap();
    let mut ids = BTreeSet::new();
    for line in table["bind"].as_array().unwrap() {
        let word = |name: &str| line[name].as_str().unwrap();
        assert!(
            line.get("description").is_none(),
            "what {} {} says belongs into the catalogues",
            word("context"),
            word("action")
        );
        let id = format!("bind-{}-{}", word("context"), word("action"));
        if let Some(hint) = line.get("hint") {
            assert_eq!(hint.as_bool(), Some(true), "{id}");
            ids.insert(format!("{id}.hint"));
        }
        ids.insert(id);
    }
    ids
}

#[test]
fn x_12_both_languages_have_the_same_texts_with_the_same_arguments() {
    let (english, chinese) = (catalogue("en"), catalogue("zh"));
    let ids = |catalogue: &BTreeMap<String, Arguments>| -> BTreeSet<String> {
        catalogue.keys().cloned().collect()
    };
    let (of_english, of_chinese) = (ids(&english), ids(&chinese));
    let only: Vec<_> = of_english.symmetric_difference(&of_chinese).collect();
    assert!(only.is_empty(), "in one catalogue only: {only:#?}");
    for (id, takes) in &english {
        let theirs = &chinese[id];
        for (name, stands) in takes {
            // What only chooses between one and many may mean nothing in a language without the difference.
            assert!(
                !stands || theirs.contains_key(name),
                "Chinese loses {name} in {id}"
            );
        }
        for name in theirs.keys() {
            assert!(
                takes.contains_key(name),
                "{id} has no {name}, but Chinese says it"
            );
        }
    }
}

#[test]
fn every_text_that_is_said_is_there_and_gets_what_it_takes() {
    let english = catalogue("en");
    let mut wrong = Vec::new();
    for (file, id, given) in said() {
        let Some(takes) = english.get(&id) else {
            wrong.push(format!("{file}: no catalogue has {id}"));
            continue;
        };
        let takes: BTreeSet<String> = takes.keys().cloned().collect();
        if takes != given {
            wrong.push(format!(
                "{file}: {id} takes {takes:?} and is given {given:?}"
            ));
        }
    }
    for id in of_the_keys() {
        if !english.contains_key(&id) {
            wrong.push(format!("keymap.toml: no catalogue has {id}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_text_of_the_catalogues_is_said_somewhere() {
    let mut used = of_the_keys();
    used.extend(said().into_iter().map(|(_, id, _)| id));
    // What help says is asked for by the names of sub-commands and arguments: the command line's own tests see to that.
    let of_help = |id: &str| {
        id.starts_with("help-") && !id.starts_with("help-word-") && !id.starts_with("help-wrong-")
    };
    let idle: Vec<String> = catalogue("en")
        .into_keys()
        .filter(|id| !used.contains(id) && !of_help(id))
        .collect();
    assert!(idle.is_empty(), "nobody says {idle:#?}");
}
