//! How groups stand to each other on a relay one owns: which of them `auto` stands for, and what accounts of one pay in
//! another (`contract/new-api.md` 6.3, 9.2).

use serde_json::{Map, Value, json};

use super::super::RelayClient;
use super::super::account::odd_answer;
use super::options::{map, no_such};
use crate::domain::{Fault, Ratio};
use crate::locale::say;

const AUTO_GROUPS: &str = "AutoGroups";
const MOST: &str = "MaxTokenAutoGroups";
const NEW_KEYS: &str = "DefaultUseAutoGroup";
const SPECIAL: &str = "GroupGroupRatio";

/// What `auto` is on a relay, as its owner sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AutoOptions {
    /// The groups it stands for, in the order in which they are tried.
    pub groups: Vec<String>,
    /// How many a key may name of its own; `None` where the relay knows no such thing.
    pub most: Option<u32>,
    /// Whether new keys begin in it.
    pub new_keys: bool,
}

/// What is to be changed of it; what is not named stays.
#[derive(Clone, Debug, Default)]
pub struct AutoChange {
    /// The groups it stands for.
    pub groups: Option<Vec<String>>,
    /// How many a key may name of its own.
    pub most: Option<u32>,
    /// Whether new keys begin in it.
    pub new_keys: Option<bool>,
}

/// A ratio that holds for the accounts of one group in another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SpecialRatio {
    /// The group of the accounts.
    pub accounts_of: String,
    /// The group they use.
    pub group: String,
    /// What they pay there.
    pub ratio: Ratio,
}

/// The fault of one of several options, with what became of the others: those before it are set, those behind it were not
/// sent, and of itself only what the fault says is known.
fn partly(fault: Fault, options: &[(&str, String)], failed: usize) -> Fault {
    if options.len() < 2 {
        return fault;
    }
    let names = |options: &[(&str, String)]| {
        let names: Vec<&str> = options.iter().map(|(name, _)| *name).collect();
        match names.is_empty() {
            true => say!("owner-options-none").to_owned(),
            false => names.join(", "),
        }
    };
    let message = say!(
        "owner-options-partly",
        why = fault.message,
        set = names(&options[..failed]),
        failed = options[failed].0,
        left = names(&options[failed + 1..])
    );
    let again = say!("owner-options-again");
    let advice = match fault.advice.as_str() {
        "" => again.to_owned(),
        advice => say!("owner-options-advice", advice = advice, again = again),
    };
    Fault { message, ..fault }.advise(advice)
}

impl RelayClient {
    /// What `auto` is.
    ///
    /// # Errors
    /// [`crate::domain::FaultKind::Forbidden`] when the account is not the relay's owner; otherwise what the refusal means.
    pub async fn auto_options(&self) -> Result<AutoOptions, Fault> {
        let options = self.options().await?;
        let text = |name: &str| options.get(name).map_or("", |text| text.trim());
        let groups = match text(AUTO_GROUPS) {
            "" => Vec::new(),
            listed => serde_json::from_str(listed).map_err(|error| {
                odd_answer(&say!("what-option", name = AUTO_GROUPS))
                    .advise(say!("owner-option-advice", error = error))
            })?,
        };
        Ok(AutoOptions {
            groups,
            most: text(MOST).parse().ok(),
            new_keys: text(NEW_KEYS) == "true",
        })
    }

    /// Changes what `auto` is. The protocol sets one option at a time.
    ///
    /// # Errors
    /// [`crate::domain::FaultKind::NotFound`] when a group is none; otherwise what the refusal means, and, where several
    /// were to be set, which of them are.
    pub async fn set_auto(&self, change: &AutoChange) -> Result<(), Fault> {
        let mut options: Vec<(&str, String)> = Vec::new();
        if let Some(groups) = &change.groups {
            self.must_be_groups(groups.iter()).await?;
            options.push((AUTO_GROUPS, json!(groups).to_string()));
        }
        options.extend(change.most.map(|most| (MOST, most.to_string())));
        options.extend(change.new_keys.map(|auto| (NEW_KEYS, auto.to_string())));
        for (at, (name, value)) in options.iter().enumerate() {
            self.set_option(name, value)
                .await
                .map_err(|fault| partly(fault, &options, at))?;
        }
        Ok(())
    }

    /// Every ratio that accounts of one group pay in another instead of its own, by both names.
    ///
    /// # Errors
    /// [`crate::domain::FaultKind::Forbidden`] when the account is not the relay's owner; otherwise what the refusal means.
    pub async fn special_ratios(&self) -> Result<Vec<SpecialRatio>, Fault> {
        let all = map(&self.options().await?, SPECIAL)?;
        let rows = all.iter().flat_map(|(own, inner)| {
            let inner = inner.as_object().into_iter().flatten();
            inner.map(move |(group, value)| (own, group, value))
        });
        let mut ratios: Vec<SpecialRatio> = rows
            .filter_map(|(own, group, value)| {
                Some(SpecialRatio {
                    accounts_of: own.clone(),
                    group: group.clone(),
                    ratio: Ratio::from_f64(value.as_f64()?)?,
                })
            })
            .collect();
        ratios.sort_by(|one, other| {
            (&one.accounts_of, &one.group).cmp(&(&other.accounts_of, &other.group))
        });
        Ok(ratios)
    }

    /// Sets what accounts of a group pay in another; `None` lets them pay what everybody pays.
    ///
    /// # Errors
    /// [`crate::domain::FaultKind::NotFound`] when a group is none, or there is no such ratio to forget.
    pub async fn set_special_ratio(
        &self,
        accounts_of: &str,
        group: &str,
        ratio: Option<Ratio>,
    ) -> Result<(), Fault> {
        let mut all = map(&self.options().await?, SPECIAL)?;
        let place = all
            .entry(accounts_of)
            .or_insert_with(|| Value::Object(Map::new()));
        let Value::Object(inner) = place else {
            return Err(odd_answer(&say!("what-option", name = SPECIAL)));
        };
        match ratio {
            Some(ratio) => {
                let both = [accounts_of.to_owned(), group.to_owned()];
                self.must_be_groups(both.iter()).await?;
                inner.insert(group.to_owned(), json!(ratio.to_f64()));
            }
            None if inner.remove(group).is_none() => {
                return Err(no_such(
                    |name| say!("owner-no-special", name = name, own = accounts_of),
                    group,
                    inner.keys(),
                ));
            }
            None => {}
        }
        if inner.is_empty() {
            all.remove(accounts_of);
        }
        self.set_option(SPECIAL, &Value::Object(all).to_string())
            .await
    }

    /// A relay takes any names; one that is mistyped would never be noticed.
    async fn must_be_groups(&self, names: impl Iterator<Item = &String>) -> Result<(), Fault> {
        let known: Vec<String> = self
            .owner_groups()
            .await?
            .into_iter()
            .map(|group| group.name)
            .collect();
        for name in names {
            if !known.contains(name) {
                return Err(no_such(
                    |name| say!("owner-no-group", name = name),
                    name,
                    known.iter(),
                ));
            }
        }
        Ok(())
    }
}
