//! The owner's options: the words the protocol has for them, what each may be, and what holds where nothing was set.
//!
//! Not responsible for the maps of groups and prices, which have tables of their own. An option that this relay would
//! not follow does not exist here.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::domain::group::AUTO;
use crate::domain::{Address, Ratio};
use crate::wire::new_api::ApiInfo;

/// What an option may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    /// `true` or `false`.
    Flag,
    /// Quota units, none or more.
    Units,
    /// A whole number from 1 to so many.
    Count(usize),
    /// One line of at most so many bytes.
    Line(usize),
    /// A text of at most so many bytes.
    Text(usize),
    /// An address, or nothing.
    Link,
    /// A JSON list of nodes.
    Nodes,
    /// A JSON list of groups.
    Groups,
    /// A JSON map of an account's group to a map of the group it uses to the ratio it pays there.
    Ratios,
}

/// Every option with what it may be and how it begins.
const KNOWN: [(&str, Kind, &str); 18] = [
    ("RegisterEnabled", Kind::Flag, "false"),
    ("PasswordRegisterEnabled", Kind::Flag, "true"),
    ("PasswordLoginEnabled", Kind::Flag, "true"),
    ("QuotaForNewUser", Kind::Units, "0"),
    ("SelfUseModeEnabled", Kind::Flag, "true"),
    ("SystemName", Kind::Line(60), "relaydeck"),
    ("ServerAddress", Kind::Link, ""),
    ("TopUpLink", Kind::Link, ""),
    ("Notice", Kind::Text(20_000), ""),
    ("About", Kind::Text(20_000), ""),
    ("HomePageContent", Kind::Text(20_000), ""),
    ("general_setting.docs_link", Kind::Link, ""),
    ("console_setting.api_info", Kind::Nodes, "[]"),
    ("console_setting.api_info_enabled", Kind::Flag, "true"),
    ("AutoGroups", Kind::Groups, "[]"),
    ("DefaultUseAutoGroup", Kind::Flag, "false"),
    ("MaxTokenAutoGroups", Kind::Count(50), "5"),
    ("GroupGroupRatio", Kind::Ratios, "{}"),
];

/// More than anybody's budget, and far from overflowing: a billion dollars.
pub const LARGEST_QUOTA: i64 = 500_000_000_000_000;

/// The options as texts: what was set, over how a relay begins.
#[derive(Clone, Debug, Default)]
pub struct Settings {
    set: BTreeMap<String, String>,
}

impl Settings {
    /// From the rows of the database.
    pub fn of(set: BTreeMap<String, String>) -> Self {
        Settings { set }
    }

    /// Every option with its text, by name.
    pub fn all(&self) -> impl Iterator<Item = (&'static str, &str)> {
        KNOWN.iter().map(|(key, ..)| (*key, self.text(key)))
    }

    /// An option as text; empty where there is none of this name.
    pub fn text(&self, key: &str) -> &str {
        let begins = KNOWN
            .iter()
            .find(|(known, ..)| *known == key)
            .map_or("", |(_, _, value)| *value);
        self.set.get(key).map_or(begins, String::as_str)
    }

    /// Whether an option is on.
    pub fn flag(&self, key: &str) -> bool {
        self.text(key) == "true"
    }

    /// Whether people may make an account themselves.
    pub fn registers(&self) -> bool {
        self.flag("RegisterEnabled") && self.flag("PasswordRegisterEnabled")
    }

    /// What a new account begins with, in quota units.
    pub fn quota_for_new_user(&self) -> i64 {
        self.text("QuotaForNewUser").parse().unwrap_or(0)
    }

    /// The groups that `auto` stands for, in the order in which they are tried.
    pub fn auto_groups(&self) -> Vec<String> {
        serde_json::from_str(self.text("AutoGroups")).unwrap_or_default()
    }

    /// How many groups a key in `auto` may name of its own.
    pub fn most_auto_groups(&self) -> usize {
        self.text("MaxTokenAutoGroups").parse().unwrap_or(1)
    }

    /// What accounts of a group pay in another, where it is not the ratio of that group.
    pub fn special_ratios(&self) -> SpecialRatios {
        serde_json::from_str::<Numbers>(self.text("GroupGroupRatio"))
            .ok()
            .and_then(|numbers| ratios_of(&numbers).ok())
            .unwrap_or_default()
    }

    /// The nodes that the owner names.
    pub fn nodes(&self) -> Vec<ApiInfo> {
        serde_json::from_str(self.text("console_setting.api_info")).unwrap_or_default()
    }
}

/// Checks the value of an option and gives it as the text that is kept. `None` when there is no option of this name.
pub fn check(key: &str, value: &Value) -> Option<Result<String, String>> {
    let (_, kind, _) = KNOWN.iter().find(|(known, ..)| *known == key)?;
    let text = match value {
        Value::String(text) => text.clone(),
        Value::Null => String::new(),
        other => other.to_string(),
    };
    Some(
        kind.check(text.trim())
            .map_err(|why| format!("{key}: {why}")),
    )
}

/// The names of all options, for whoever asks for one that does not exist.
pub fn names() -> impl Iterator<Item = &'static str> {
    KNOWN.iter().map(|(key, ..)| *key)
}

impl Kind {
    fn check(self, text: &str) -> Result<String, String> {
        let short = |most: usize| match text.len() <= most {
            true => Ok(text.to_owned()),
            false => Err(format!("{} bytes are too many; at most {most}", text.len())),
        };
        match self {
            Kind::Flag if matches!(text, "true" | "false") => Ok(text.to_owned()),
            Kind::Flag => Err(format!("{text:?} is neither true nor false")),
            Kind::Units => match text.parse::<i64>() {
                Ok(units) if (0..=LARGEST_QUOTA).contains(&units) => Ok(units.to_string()),
                _ => Err(format!(
                    "{text:?} is no whole number of quota units from 0 to {LARGEST_QUOTA}"
                )),
            },
            Kind::Count(most) => match text.parse::<usize>() {
                Ok(count) if (1..=most).contains(&count) => Ok(count.to_string()),
                _ => Err(format!("{text:?} is no whole number from 1 to {most}")),
            },
            Kind::Line(_) if text.is_empty() || text.chars().any(char::is_control) => {
                Err("it is one line, and not an empty one".into())
            }
            Kind::Line(most) | Kind::Text(most) => short(most),
            Kind::Link if text.is_empty() => Ok(String::new()),
            Kind::Link => {
                let odd = text
                    .chars()
                    .any(|letter| letter.is_control() || letter == ' ');
                match url::Url::parse(text) {
                    Ok(url) if matches!(url.scheme(), "http" | "https") && !odd => short(500),
                    _ => Err(format!("{text:?} is no address that begins with https://")),
                }
            }
            Kind::Nodes => nodes(text),
            Kind::Groups => groups(text),
            Kind::Ratios => {
                let text = if text.is_empty() { "{}" } else { text };
                let numbers: Numbers = serde_json::from_str(text).map_err(|error| {
                    format!("it is a JSON map of a group to a map of groups to ratios: {error}")
                })?;
                ratios_of(&numbers)?;
                Ok(text.to_owned())
            }
        }
    }
}

/// Account's group, group it uses, ratio.
pub type SpecialRatios = BTreeMap<String, BTreeMap<String, Ratio>>;
type Numbers = BTreeMap<String, BTreeMap<String, f64>>;

fn ratios_of(numbers: &Numbers) -> Result<SpecialRatios, String> {
    let ratio = |own: &str, name: &str, number: f64| {
        let ratio = Ratio::from_f64(number).ok_or_else(|| {
            format!("the ratio of {own:?} in {name:?} is a number from 0 to 1000000, not {number}")
        })?;
        Ok((name.to_owned(), ratio))
    };
    let inner = |own: &str, map: &BTreeMap<String, f64>| -> Result<_, String> {
        let each = map.iter().map(|(name, number)| ratio(own, name, *number));
        each.collect()
    };
    numbers
        .iter()
        .map(|(own, map)| Ok((own.clone(), inner(own, map)?)))
        .collect()
}

/// Checks a list of groups.
fn groups(text: &str) -> Result<String, String> {
    let text = if text.is_empty() { "[]" } else { text };
    let names: Vec<String> = serde_json::from_str(text)
        .map_err(|error| format!("it is a JSON list of the names of groups: {error}"))?;
    if let Some(odd) = names.iter().find(|name| name.is_empty() || *name == AUTO) {
        return Err(format!(
            "{odd:?} cannot be one of the groups that auto stands for"
        ));
    }
    serde_json::to_string(&names).map_err(|error| error.to_string())
}

/// Checks a list of nodes (`contract/new-api.md` 3: at most 50; url 500, route 100, description 200 characters).
fn nodes(text: &str) -> Result<String, String> {
    if text.is_empty() {
        return Ok("[]".into());
    }
    let nodes: Vec<ApiInfo> = serde_json::from_str(text).map_err(|error| {
        format!("it is a JSON list of {{url, route, description, color}}: {error}")
    })?;
    if nodes.len() > 50 {
        return Err(format!("{} nodes are too many; at most 50", nodes.len()));
    }
    for node in &nodes {
        Address::parse(&node.url).map_err(|error| format!("{:?}: {error}", node.url))?;
        let lengths = [
            ("url", &node.url, 500),
            ("route", &node.route, 100),
            ("description", &node.description, 200),
        ];
        for (name, text, most) in lengths {
            if text.chars().count() > most {
                return Err(format!("a {name} has at most {most} characters"));
            }
        }
        if node.route.trim().is_empty() {
            return Err(format!(
                "the node {} has no route, which is its name",
                node.url
            ));
        }
    }
    serde_json::to_string(&nodes).map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn how_a_relay_begins_is_itself_allowed() {
        for (key, _, value) in KNOWN {
            assert_eq!(check(key, &json!(value)), Some(Ok(value.into())), "{key}");
        }
        let settings = Settings::default();
        assert!(!settings.registers() && settings.flag("PasswordLoginEnabled"));
        assert_eq!(settings.all().count(), KNOWN.len());
    }

    #[test]
    fn values_come_as_text_number_or_truth_and_nonsense_is_told() {
        for (key, value, kept) in [
            ("RegisterEnabled", json!(true), Some("true")),
            ("RegisterEnabled", json!("yes"), None),
            ("QuotaForNewUser", json!(500_000), Some("500000")),
            ("QuotaForNewUser", json!("0.5"), None),
            ("QuotaForNewUser", json!(-1), None),
            ("SystemName", json!(" Ours "), Some("Ours")),
            ("AutoGroups", json!(["a", "b"]), Some(r#"["a","b"]"#)),
            ("AutoGroups", json!("[\"auto\"]"), None),
            ("AutoGroups", json!("a"), None),
            (
                "GroupGroupRatio",
                json!({"vip": {"default": 0.9}}),
                Some(r#"{"vip":{"default":0.9}}"#),
            ),
            ("MaxTokenAutoGroups", json!(3), Some("3")),
            ("MaxTokenAutoGroups", json!("0"), None),
            ("MaxTokenAutoGroups", json!(51), None),
            ("GroupGroupRatio", json!({"vip": {"default": -1}}), None),
            ("GroupGroupRatio", json!({"vip": 1}), None),
            ("SystemName", json!("a\nb"), None),
            ("SystemName", json!(""), None),
            ("TopUpLink", json!("javascript:alert(1)"), None),
            (
                "TopUpLink",
                json!("https://pay.example/x?y=1"),
                Some("https://pay.example/x?y=1"),
            ),
            (
                "console_setting.api_info",
                json!("[{\"url\":\"https://a.example\"}]"),
                None,
            ),
            ("console_setting.api_info", json!("{"), None),
        ] {
            let told = check(key, &value).unwrap();
            assert_eq!(told.as_deref().ok(), kept, "{key} {value}: {told:?}");
        }
        assert_eq!(check("Unheard", &json!("x")), None);
    }
}
