//! Exact names and *did you mean* (S-45, S-46): a wrong name is caught before money is spent, and never rewritten silently.
//!
//! Names are compared in a folded form: case, separators, full-width letters, vendor prefix and date are set apart, so
//! that what people get wrong most costs least. What is left is edit distance, with a wrong version dearer than a slip.

mod folded;

use std::cmp::Reverse;

use super::Model;
use folded::Folded;

/// How many names are suggested at most.
const SUGGESTIONS: usize = 5;
/// Suggestions dearer than the best one by more than this say nothing beside it.
const SPREAD: u32 = 45;

/// What a name turned out to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NameCheck {
    /// A model of this name exists, in the group that was asked about.
    Exact,
    /// A model of this name exists, in these groups and not in the one that was asked about.
    NotInGroup {
        /// The groups that serve it; may be empty, when none does.
        groups: Vec<String>,
    },
    /// No model has this name.
    Unknown {
        /// Names that are near, the nearest first; empty when none is.
        suggestions: Vec<String>,
    },
}

/// Checks a name byte for byte against a relay's models.
///
/// Without a group, or where the relay does not say which groups serve a model, the name alone decides.
pub fn check(name: &str, models: &[Model], group: Option<&str>) -> NameCheck {
    let mut named = models.iter().filter(|model| model.name == name).peekable();
    if named.peek().is_none() {
        let names = models.iter().map(|model| model.name.as_str());
        return NameCheck::Unknown {
            suggestions: suggest(name, names, SUGGESTIONS),
        };
    }
    let mut groups = Vec::new();
    for model in named {
        if group.is_none_or(|group| model.in_group(group)) {
            return NameCheck::Exact;
        }
        groups.extend(
            model
                .groups
                .iter()
                .flat_map(|groups| groups.iter().cloned()),
        );
    }
    groups.sort();
    groups.dedup();
    NameCheck::NotInGroup { groups }
}

/// The names that are near to this one, the nearest first. Ties go to the newer date, then by length and alphabet.
pub fn suggest<'a>(name: &str, names: impl Iterator<Item = &'a str>, most: usize) -> Vec<String> {
    let mut asked = Folded::default();
    asked.fold(name);
    if asked.whole.is_empty() {
        return Vec::new();
    }
    let mut other = Folded::default();
    let mut found: Vec<(u32, Reverse<String>, usize, &str)> = names
        .filter_map(|candidate| {
            other.fold(candidate);
            let cost = asked.cost_to(&other)?;
            Some((
                cost,
                Reverse(other.date.clone()),
                candidate.len(),
                candidate,
            ))
        })
        .collect();
    found.sort_unstable();
    found.dedup_by(|one, before| one.3 == before.3);
    let dearest = found.first().map_or(0, |best| best.0 + SPREAD);
    found
        .into_iter()
        .take_while(|(cost, ..)| *cost <= dearest)
        .take(most)
        .map(|(.., name)| name.to_owned())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::price::BasePrice;
    use proptest::prelude::*;

    /// A list as long relays have it: siblings, versions, dates, vendors' prefixes.
    const NAMES: [&str; 62] = [
        "claude-3-5-haiku-20241022",
        "claude-3-5-sonnet-20240620",
        "claude-3-5-sonnet-20241022",
        "claude-3-7-sonnet-20250219",
        "claude-3-7-sonnet-20250219-thinking",
        "claude-3-haiku-20240307",
        "claude-3-opus-20240229",
        "claude-haiku-4-5-20251001",
        "claude-haiku-4-5-20251001-thinking",
        "claude-opus-4-1-20250805",
        "claude-opus-4-1-20250805-thinking",
        "claude-opus-4-20250514",
        "claude-opus-4-5-20251101",
        "claude-opus-4-5-20251101-thinking",
        "claude-sonnet-4-20250514",
        "claude-sonnet-4-20250514-thinking",
        "claude-sonnet-4-5-20250929",
        "claude-sonnet-4-5-20250929-thinking",
        "claude-sonnet-4-5-thinking",
        "claude-sonnet-4-6",
        "codestral-2508",
        "command-r-08-2024",
        "command-r-plus-08-2024",
        "deepseek-chat",
        "deepseek-r1",
        "deepseek-r1-0528",
        "deepseek-reasoner",
        "deepseek-v3",
        "deepseek-v3.1",
        "deepseek-ai/DeepSeek-V3.2",
        "doubao-1-5-pro-32k-250115",
        "gemini-1.5-flash",
        "gemini-1.5-pro-latest",
        "gemini-2.0-flash",
        "gemini-2.5-flash",
        "gemini-2.5-flash-lite",
        "gemini-2.5-pro",
        "gemini-2.5-pro-preview-05-06",
        "gemini-3-pro-preview",
        "gpt-3.5-turbo",
        "gpt-3.5-turbo-1106",
        "gpt-4",
        "gpt-4-0613",
        "gpt-4-turbo",
        "gpt-4-turbo-2024-04-09",
        "gpt-4.1",
        "gpt-4.1-mini",
        "gpt-4.1-nano",
        "gpt-4o",
        "gpt-4o-2024-08-06",
        "gpt-4o-mini",
        "gpt-5",
        "gpt-5-codex",
        "gpt-5-mini",
        "gpt-5.1",
        "meta-llama/Llama-3.3-70B-Instruct",
        "o1-mini",
        "o3-mini",
        "qwen/qwen3-coder-480b-a35b",
        "relaydeck-handbook",
        "relaydeck-lab",
        "text-embedding-3-small",
    ];

    fn near(name: &str) -> Vec<String> {
        suggest(name, NAMES.into_iter(), 5)
    }

    fn first(name: &str) -> String {
        near(name).into_iter().next().unwrap_or_default()
    }

    fn model(name: &str, groups: Option<&[&str]>) -> Model {
        Model {
            name: name.into(),
            vendor: "".into(),
            description: String::new(),
            tags: [].into(),
            groups: groups.map(|list| list.iter().map(|group| (*group).to_owned()).collect()),
            endpoints: [].into(),
            price: BasePrice::Unknown,
            context: None,
            max_output: None,
        }
    }

    #[test]
    fn s45_each_of_the_guide_s_wrong_names_suggests_the_right_one_first() {
        for wrong in [
            "claude-sonnet-45-20250929",
            "claudesonnet-4-5-20250929",
            "Claude-Sonnet-4-5-20250929",
            "claude-sonnet-4-5",
            "claude-sonnet-4.5-20250929",
        ] {
            assert_eq!(first(wrong), "claude-sonnet-4-5-20250929", "{wrong}");
        }
    }

    #[test]
    fn s45_slips_of_every_kind_find_their_name() {
        for (wrong, right) in [
            (" claude-sonnet-4-5-20250929", "claude-sonnet-4-5-20250929"),
            ("claude-sonnet-4-5-20250929\n", "claude-sonnet-4-5-20250929"),
            ("claude-sonnet-4-5 -20250929", "claude-sonnet-4-5-20250929"),
            ("claude-sonnet-4-5-20250930", "claude-sonnet-4-5-20250929"),
            ("claude-sonnet-4-5-2025-09-29", "claude-sonnet-4-5-20250929"),
            ("claude-sonnet-4-5-2025929", "claude-sonnet-4-5-20250929"),
            ("claude-sonnet-4-5-latest", "claude-sonnet-4-5-20250929"),
            (
                "anthropic/claude-sonnet-4-5-20250929",
                "claude-sonnet-4-5-20250929",
            ),
            ("anthropic/claude-sonnet-4.5", "claude-sonnet-4-5-20250929"),
            ("claude_sonnet_4_5_20250929", "claude-sonnet-4-5-20250929"),
            (
                "ｃｌａｕｄｅ－sonnet-4-5-20250929",
                "claude-sonnet-4-5-20250929",
            ),
            ("cluade-sonet-4-5-20250929", "claude-sonnet-4-5-20250929"),
            ("claude-4-5-sonnet", "claude-sonnet-4-5-20250929"),
            ("sonnet 4.5", "claude-sonnet-4-5-20250929"),
            ("claude-3.5-sonnet", "claude-3-5-sonnet-20241022"),
            ("claude-sonnet-4", "claude-sonnet-4-20250514"),
            ("Claude Opus 4.1", "claude-opus-4-1-20250805"),
            ("GPT-4O", "gpt-4o"),
            ("gpt4o", "gpt-4o"),
            ("openai/gpt-4o", "gpt-4o"),
            ("gpt-4o-20240806", "gpt-4o-2024-08-06"),
            ("gpt-4-1-mini", "gpt-4.1-mini"),
            ("gpt-5.1-2025-11-13", "gpt-5.1"),
            (
                "claude-sonnet-4-5-20250929-v1:0",
                "claude-sonnet-4-5-20250929",
            ),
            ("gemini-25-pro", "gemini-2.5-pro"),
            ("gemini-2-5-flash-lite", "gemini-2.5-flash-lite"),
            ("DeepSeek-V3.2", "deepseek-ai/DeepSeek-V3.2"),
            (
                "llama-3.3-70b-instruct",
                "meta-llama/Llama-3.3-70B-Instruct",
            ),
            ("Llama-3.3-70B", "meta-llama/Llama-3.3-70B-Instruct"),
            ("qwen3-coder", "qwen/qwen3-coder-480b-a35b"),
            ("command-r-2024-08", "command-r-08-2024"),
            ("relaydeck_handbook", "relaydeck-handbook"),
            ("handbook", "relaydeck-handbook"),
            ("text-embeding-3-small", "text-embedding-3-small"),
        ] {
            assert_eq!(first(wrong), right, "{wrong:?} found {:?}", near(wrong));
        }
    }

    #[test]
    fn what_is_near_to_nothing_suggests_nothing() {
        for odd in [
            "",
            "  ",
            "/",
            "---",
            "x",
            "mistral-large",
            "stable-diffusion-xl",
            "模型",
            "🦙",
        ] {
            assert_eq!(near(odd), Vec::<String>::new(), "{odd:?}");
        }
    }

    #[test]
    fn a_newer_date_comes_before_an_older_one() {
        let found = near("claude-3-5-sonnet");
        let two = ["claude-3-5-sonnet-20241022", "claude-3-5-sonnet-20240620"];
        assert_eq!(found[..2], two, "{found:?}");
    }

    #[test]
    fn the_same_name_is_suggested_once_and_not_more_than_asked_for() {
        let twice = NAMES.into_iter().chain(NAMES);
        let found = suggest("claude-sonnet-4-5", twice, 3);
        assert_eq!(found[0], "claude-sonnet-4-5-20250929");
        let mut unique = found.clone();
        unique.sort();
        unique.dedup();
        assert_eq!((found.len(), unique.len()), (3, 3), "{found:?}");
    }

    #[test]
    fn s46_not_in_this_group_is_another_answer_than_unknown() {
        let models = [
            model("gpt-4o", Some(&["vip", "default"])),
            model("gpt-5", Some(&["vip"])),
            model("gpt-5", Some(&["pro"])),
            model("gpt-4", Some(&[])),
            model("gpt-3.5-turbo", None),
        ];
        let groups = |names: &[&str]| NameCheck::NotInGroup {
            groups: names.iter().map(|name| (*name).to_owned()).collect(),
        };
        assert_eq!(check("gpt-4o", &models, Some("default")), NameCheck::Exact);
        assert_eq!(check("gpt-5", &models, Some("pro")), NameCheck::Exact);
        assert_eq!(
            check("gpt-5", &models, Some("default")),
            groups(&["pro", "vip"])
        );
        assert_eq!(check("gpt-4", &models, Some("default")), groups(&[]));
        assert_eq!(check("gpt-4", &models, None), NameCheck::Exact);
        assert_eq!(
            check("gpt-3.5-turbo", &models, Some("any")),
            NameCheck::Exact
        );
        assert_eq!(
            check("gpt5", &models, Some("default")),
            NameCheck::Unknown {
                suggestions: vec!["gpt-5".into(), "gpt-4".into(), "gpt-3.5-turbo".into()]
            }
        );
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(96))]

        #[test]
        fn s45_an_exact_name_is_exact(names in prop::collection::vec("\\PC{1,40}", 1..20), pick in any::<prop::sample::Index>()) {
            let models: Vec<Model> = names.iter().map(|name| model(name, None)).collect();
            let name = pick.get(&names);
            prop_assert_eq!(check(name, &models, Some("default")), NameCheck::Exact);
        }

        #[test]
        fn any_name_is_answered(name in "(\\PC|[-/.:0-9a-z \n]|2025|latest){0,300}", other in "(\\PC|[-/.:0-9a-z]|20){0,300}") {
            let names = NAMES.into_iter().chain([other.as_str()]);
            prop_assert!(suggest(&name, names, 5).len() <= 5);
        }

        #[test]
        fn a_name_in_other_case_and_signs_finds_itself(at in 0..NAMES.len()) {
            let wrong = NAMES[at].to_uppercase().replace(['-', '.'], "_");
            prop_assert_eq!(first(&wrong), NAMES[at]);
        }
    }
}
