//! Evidence about the model that was served: the name that came back, whether the counts are plausible, whether marks of
//! set-ups drift. Words of evidence with their sample size, never of fraud.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::domain::Usage;
use crate::locale::{listed, say};

/// One answer, as far as it tells about who answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Observation {
    /// The name the relay echoed.
    pub echoed: Option<String>,
    /// The vendor's mark of the set-up.
    pub fingerprint: Option<String>,
    /// What the relay reported.
    pub reported: Option<Usage>,
    /// What we counted.
    pub counted: Usage,
    /// Whether it reasoned: then it generated more than was shown.
    pub reasoned: bool,
}

/// How a piece of evidence looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Look {
    /// As it should be.
    Consistent,
    /// Something to look at.
    Odd,
    /// Nothing can be said.
    Unknown,
}

/// A piece of evidence.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Evidence {
    /// What it is about.
    pub about: &'static str,
    /// How it looks.
    pub look: Look,
    /// What was seen, with the size of the sample.
    pub seen: String,
}

/// The evidence in these observations of one model.
pub fn of(asked: &str, seen: &[Observation]) -> Vec<Evidence> {
    vec![
        names(asked, seen),
        counts(
            say!("evidence-tokens-in"),
            seen,
            |usage| usage.prompt(),
            ALLOWANCE_IN,
            |_| true,
        ),
        // Hidden thoughts are generated and never shown: of those no count of ours can say anything.
        counts(
            say!("evidence-tokens-out"),
            seen,
            |usage| usage.output,
            ALLOWANCE_OUT,
            |seen| !seen.reasoned,
        ),
        marks(seen),
    ]
}

/// Tokens that a chat template and a vendor's own instructions may add.
const ALLOWANCE_IN: u64 = 60;
/// Tokens that end marks and our own way of counting may add.
const ALLOWANCE_OUT: u64 = 16;

fn names(asked: &str, seen: &[Observation]) -> Evidence {
    let mut echoed: BTreeMap<&str, usize> = BTreeMap::new();
    for name in seen.iter().filter_map(|seen| seen.echoed.as_deref()) {
        *echoed.entry(name).or_default() += 1;
    }
    let total: usize = echoed.values().sum();
    let about = say!("rung-model");
    if total == 0 {
        return Evidence {
            about,
            look: Look::Unknown,
            seen: say!("evidence-no-name", answers = seen.len()),
        };
    }
    let odd: Vec<String> = echoed
        .iter()
        .filter(|(name, _)| !is_same_model(asked, name))
        .map(|(name, count)| {
            say!(
                "evidence-name-count",
                name = name,
                count = count,
                total = total
            )
        })
        .collect();
    if odd.is_empty() {
        let names: Vec<&str> = echoed.keys().copied().collect();
        return Evidence {
            about,
            look: Look::Consistent,
            seen: say!(
                "evidence-echoed",
                asked = asked,
                names = listed(&names),
                total = total
            ),
        };
    }
    Evidence {
        about,
        look: Look::Odd,
        seen: say!("evidence-echoed-other", asked = asked, names = listed(&odd)),
    }
}

/// Whether an echoed name is the one asked for, perhaps with its date, its vendor or a path in front.
fn is_same_model(asked: &str, echoed: &str) -> bool {
    let bare = |name: &str| {
        let last = name.rsplit('/').next().unwrap_or(name);
        last.to_ascii_lowercase()
    };
    let (asked, echoed) = (bare(asked), bare(echoed));
    let dated = |long: &str, short: &str| {
        long.strip_prefix(short).is_some_and(|rest| {
            let rest = rest.trim_start_matches(['-', '@', ':']);
            rest.is_empty()
                || rest == "latest"
                || rest
                    .chars()
                    .all(|letter| letter.is_ascii_digit() || letter == '-')
        })
    };
    dated(&asked, &echoed) || dated(&echoed, &asked)
}

fn counts(
    about: &'static str,
    seen: &[Observation],
    part: impl Fn(&Usage) -> u64,
    allowance: u64,
    counts: impl Fn(&Observation) -> bool,
) -> Evidence {
    let both = seen.iter().filter(|seen| counts(seen)).filter_map(|seen| {
        let reported = seen.reported.as_ref()?;
        Some((part(reported), part(&seen.counted)))
    });
    let pairs: Vec<(u64, u64)> = both.collect();
    if pairs.is_empty() {
        return Evidence {
            about,
            look: Look::Unknown,
            seen: say!("evidence-none-reported").into(),
        };
    }
    let odd = pairs
        .iter()
        .filter(|(reported, counted)| {
            *reported > counted * 2 + allowance || reported * 3 + allowance < *counted
        })
        .count();
    let (reported, counted) = pairs.iter().fold((0, 0), |(reported, counted), pair| {
        (reported + pair.0, counted + pair.1)
    });
    Evidence {
        about,
        look: if odd == 0 {
            Look::Consistent
        } else {
            Look::Odd
        },
        seen: match odd {
            0 => say!(
                "evidence-count",
                reported = reported,
                counted = counted,
                answers = pairs.len()
            ),
            odd => say!(
                "evidence-count-far",
                reported = reported,
                counted = counted,
                odd = odd,
                answers = pairs.len()
            ),
        },
    }
}

fn marks(seen: &[Observation]) -> Evidence {
    let about = say!("evidence-fingerprint");
    let mut marks: Vec<&str> = seen
        .iter()
        .filter_map(|seen| seen.fingerprint.as_deref())
        .collect();
    let total = marks.len();
    marks.sort_unstable();
    marks.dedup();
    match marks.as_slice() {
        [] => Evidence {
            about,
            look: Look::Unknown,
            seen: say!("evidence-no-fingerprint").into(),
        },
        [one] => Evidence {
            about,
            look: Look::Consistent,
            seen: say!("evidence-fingerprint-same", one = one, total = total),
        },
        many => Evidence {
            about,
            look: Look::Odd,
            seen: say!("evidence-fingerprints", kinds = many.len(), total = total),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(echoed: &str, fingerprint: Option<&str>, input: u64, counted: u64) -> Observation {
        let usage = |input| Usage {
            input,
            output: 10,
            ..Usage::default()
        };
        Observation {
            echoed: Some(echoed.into()),
            fingerprint: fingerprint.map(str::to_owned),
            reported: Some(usage(input)),
            counted: usage(counted),
            reasoned: false,
        }
    }

    fn look(asked: &str, seen: &[Observation]) -> Vec<Look> {
        of(asked, seen)
            .iter()
            .map(|evidence| evidence.look)
            .collect()
    }

    #[test]
    fn x_07_what_fits_is_consistent() {
        let fine = [
            seen("gpt-4o-2024-08-06", Some("fp_1"), 30, 12),
            seen("openai/gpt-4o", Some("fp_1"), 30, 12),
        ];
        assert_eq!(look("gpt-4o", &fine), [Look::Consistent; 4]);
    }

    #[test]
    fn x_07_another_name_far_counts_and_drifting_marks_are_odd() {
        let odd = [
            seen("gpt-4o-mini", Some("fp_1"), 4_000, 12),
            seen("gpt-4o-mini", Some("fp_2"), 4_000, 12),
        ];
        assert_eq!(
            look("gpt-4o", &odd),
            [Look::Odd, Look::Odd, Look::Consistent, Look::Odd]
        );
        let words = &of("gpt-4o", &odd)[0].seen;
        assert!(words.contains("gpt-4o-mini (2 of 2)"), "{words}");
    }

    #[test]
    fn x_07_nothing_seen_says_nothing() {
        assert_eq!(look("m", &[]), [Look::Unknown; 4]);
    }
}
