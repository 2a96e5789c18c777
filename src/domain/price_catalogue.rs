//! The bundled catalogue: what vendors ask for their models, for where no relay says what it asks.
//!
//! The last rung of the order of truth (`contract/prices.md`): what its user set, then what the relay publishes, then
//! this, then unknown. A relay may ask anything, so a price from here is always an estimate, and is told as one with the
//! catalogue's date.

use std::collections::HashMap;
use std::sync::LazyLock;

use super::money::Money;
use super::price::TokenPrices;

/// A line for each name: prices in dollars per million tokens. Made by `tests/prices/make.py`.
const LIST: &str = include_str!("../../assets/prices.tsv");

/// What the catalogue has of a model.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Listed {
    /// The vendor's list prices.
    pub prices: TokenPrices,
    /// Longest prompt and output together, in tokens, where known.
    pub context: Option<u64>,
}

struct Catalogue {
    exact: HashMap<&'static str, Listed>,
    /// By the name without what vendors and relays vary, dots read as hyphens.
    plain: HashMap<String, Listed>,
    /// Beginnings of names, the longest first: editions of the same model.
    editions: Vec<(String, Listed)>,
}

static CATALOGUE: LazyLock<Catalogue> = LazyLock::new(|| {
    let mut catalogue = Catalogue {
        exact: HashMap::new(),
        plain: HashMap::new(),
        editions: Vec::new(),
    };
    for line in LIST.lines().filter(|line| !line.starts_with('#')) {
        let Some((name, listed)) = read(line) else {
            continue;
        };
        if let Some(beginning) = name.strip_suffix('*') {
            catalogue.editions.push((hyphens(beginning), listed));
        } else {
            catalogue.exact.insert(name, listed);
            catalogue.plain.entry(hyphens(name)).or_insert(listed);
        }
    }
    let length = |(beginning, _): &(String, Listed)| std::cmp::Reverse(beginning.len());
    catalogue.editions.sort_by_key(length);
    catalogue
});

fn read(line: &'static str) -> Option<(&'static str, Listed)> {
    let mut fields = line.split('\t');
    let name = fields.next()?;
    let mut price = || Money::parse(fields.next()?).ok();
    let prices = TokenPrices {
        input: price()?,
        output: price()?,
        cache_read: price()?,
        cache_write: price()?,
    };
    let context = fields.next().and_then(|text| text.parse().ok());
    Some((name, Listed { prices, context }))
}

/// When the catalogue's prices were looked at, as `YYYY-MM-DD`.
pub fn date() -> &'static str {
    let dated = LIST.lines().find_map(|line| line.strip_prefix("# date: "));
    dated.unwrap_or("an unknown day")
}

/// What the catalogue has of a model, by the name a relay knows it by. Such names vary: a vendor's path before it, a
/// variant or a context size behind it, a date, a dot where the vendor writes a hyphen. Nothing is guessed beyond that.
pub fn find(model: &str) -> Option<Listed> {
    let name = model.trim().to_ascii_lowercase();
    let catalogue = &*CATALOGUE;
    let exact = |name: &str| catalogue.exact.get(name).copied();
    let bare = name.rsplit('/').next().unwrap_or(&name);
    let bare = bare.split('[').next().unwrap_or(bare);
    let unmarked = bare.split(':').next().unwrap_or(bare);
    if let Some(found) = exact(&name).or_else(|| exact(bare)) {
        return Some(found);
    }
    // A variant that has a price of its own stood in the list; one that costs nothing says so in its name.
    if bare.ends_with(":free") {
        return None;
    }
    let plain = hyphens(unmarked);
    let undated = without_date(&plain);
    [plain.as_str(), undated]
        .into_iter()
        .find_map(|name| catalogue.plain.get(name).copied())
        .or_else(|| catalogue.edition(&plain))
}

impl Catalogue {
    fn edition(&self, name: &str) -> Option<Listed> {
        let found = self.editions.iter().find(|(beginning, _)| {
            name.strip_prefix(beginning.as_str())
                .is_some_and(is_edition)
        });
        found.map(|(_, listed)| *listed)
    }
}

/// Whether what stands behind a model's name says which edition of it is meant, not which other model.
fn is_edition(rest: &str) -> bool {
    const WORDS: [&str; 6] = ["latest", "preview", "exp", "experimental", "beta", "v1"];
    rest.split('-').all(|part| {
        let number = part.len() >= 2 && part.bytes().all(|byte| byte.is_ascii_digit());
        part.is_empty() || number || WORDS.contains(&part)
    })
}

/// `@` and dots as hyphens: `4.5` is `4-5`.
fn hyphens(name: &str) -> String {
    name.replace(['@', '.'], "-")
}

/// A name without the date at its end, `20250929` or `2025-09-29`.
fn without_date(name: &str) -> &str {
    let digits = |text: &str| text.bytes().filter(u8::is_ascii_digit).count();
    for length in [9, 11] {
        let Some((before, date)) = name
            .len()
            .checked_sub(length)
            .and_then(|at| name.split_at_checked(at))
        else {
            continue;
        };
        let parts = date.split('-').skip(1).map(str::len);
        let shaped = matches!(parts.collect::<Vec<_>>()[..], [8] | [4, 2, 2]);
        if date.starts_with("-20") && shaped && digits(date) == 8 && !before.is_empty() {
            return before;
        }
    }
    name
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn input(model: &str) -> Option<String> {
        find(model).map(|listed| listed.prices.input.fixed(2))
    }

    #[test]
    fn the_whole_list_is_read_and_dated() {
        let lines = LIST.lines().filter(|line| !line.starts_with('#'));
        let (mut read_well, mut all) = (0, 0);
        for line in lines {
            all += 1;
            read_well += usize::from(read(line).is_some());
        }
        assert!(all > 400 && read_well == all, "{read_well} of {all}");
        assert!(date().starts_with("20") && date().len() == 10, "{}", date());
        for word in ["source: ", "licence: MIT"] {
            assert!(LIST.contains(word), "{word}");
        }
    }

    #[test]
    fn dollars_per_million_tokens_become_nano_dollars() {
        let listed = find("gpt-4o").unwrap();
        assert_eq!(listed.prices.input, Money::parse("2.5").unwrap());
        assert_eq!(listed.prices.output.nanos(), 10_000_000_000);
        assert_eq!(listed.context, Some(128_000));
    }

    #[test]
    fn a_model_is_found_under_the_names_relays_give_it() {
        for name in [
            "claude-sonnet-4-5",
            "claude-sonnet-4-5-20250929",
            "anthropic/claude-sonnet-4.5",
            "claude-sonnet-4-5@20250929",
            "claude-sonnet-4-5[1m]",
            "claude-sonnet-4-5:thinking",
            " Claude-Sonnet-4-5-20250929",
            "claude-sonnet-4-5-latest",
        ] {
            assert_eq!(input(name).as_deref(), Some("3.00"), "{name}");
        }
        // An edition with a price of its own keeps it.
        assert_eq!(input("gpt-4o-2024-05-13").as_deref(), Some("5.00"));
        assert_eq!(input("gpt-4o-2024-08-06").as_deref(), Some("2.50"));
        assert_eq!(input("gpt-4o-2031-01-01").as_deref(), Some("2.50"));
    }

    #[test]
    fn nothing_is_guessed() {
        for name in [
            "",
            "x",
            "my-model",
            "gpt",
            "claude",
            "claude-sonnet-4-5-turbo",
            "gpt-4o-realtime-mine",
            "somebody/gpt-4o-mini:free",
            "relaydeck-lab",
        ] {
            assert_eq!(input(name), None, "{name}");
        }
    }

    proptest! {
        #[test]
        fn no_name_makes_it_panic(name in "\\PC{0,40}", tail in "[-0-9:/@.\\[]{0,14}") {
            let _ = find(&name);
            let _ = find(&format!("gpt-4o{tail}"));
            let _ = find(&format!("{name}{tail}"));
        }
    }
}
