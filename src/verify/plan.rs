//! The most a test can cost, said before anything is sent (S-83).
//!
//! Output is bounded by the limit that is sent along. Input is bounded from the text: no table of tokens needs more than
//! one token for two letters of a plain English word, for each other character in it, and for each byte of anything
//! else; what a relay or a chat template wraps around it gets a lump of its own.

use super::door::Ask;
use crate::domain::{Money, QuotaScale, Usage};
use crate::locale::say;

/// Tokens that templates and hidden instructions may add to a request.
const WRAPPING: u64 = 200;

/// What something can cost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WorstCase {
    /// At most so much.
    AtMost(Money),
    /// The price is not known, so nothing can be promised.
    Unknown,
}

impl WorstCase {
    /// The two together.
    #[must_use]
    pub fn and(self, other: WorstCase) -> WorstCase {
        match (self, other) {
            (WorstCase::AtMost(one), WorstCase::AtMost(two)) => {
                WorstCase::AtMost(Money::from_nanos(one.nanos().saturating_add(two.nanos())))
            }
            _ => WorstCase::Unknown,
        }
    }

    /// Whether it surely stays within a limit.
    pub fn is_within(self, limit: Money) -> bool {
        matches!(self, WorstCase::AtMost(most) if most <= limit)
    }

    /// The amount, where it is known.
    pub const fn money(self) -> Option<Money> {
        match self {
            WorstCase::AtMost(most) => Some(most),
            WorstCase::Unknown => None,
        }
    }
}

impl std::fmt::Display for WorstCase {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            WorstCase::AtMost(most) => write!(out, "{}", say!("worst-at-most", most = most)),
            WorstCase::Unknown => out.write_str(say!("worst-unknown")),
        }
    }
}

/// The most that these requests can cost together.
pub fn worst_case<'a>(asks: impl IntoIterator<Item = &'a Ask>, scale: QuotaScale) -> WorstCase {
    asks.into_iter()
        .map(|ask| worst_of(ask, scale))
        .fold(WorstCase::AtMost(Money::ZERO), WorstCase::and)
}

fn worst_of(ask: &Ask, scale: QuotaScale) -> WorstCase {
    let input: u64 = ask
        .messages
        .iter()
        .map(|message| most_tokens(&message.text))
        .sum();
    let usage = Usage {
        input: input + WRAPPING,
        output: u64::from(ask.max_tokens),
        ..Usage::default()
    };
    // A relay may bill the prompt as written to a cache, which can be dearer than reading it.
    let cached = Usage {
        input: 0,
        cache_write: usage.input,
        ..usage
    };
    let of = |usage: &Usage| ask.price.cost(usage).map(|cost| cost.charged(scale));
    match (of(&usage), of(&cached)) {
        (Some(plain), Some(cached)) => WorstCase::AtMost(plain.max(cached)),
        _ => WorstCase::Unknown,
    }
}

/// The most tokens a text can have.
pub fn most_tokens(text: &str) -> u64 {
    let mut most = 0_u64;
    let mut letters = 0_u64;
    for character in text.chars() {
        if character.is_ascii_alphabetic() {
            letters += 1;
            continue;
        }
        most += letters.div_ceil(2) + character.len_utf8() as u64;
        letters = 0;
    }
    most + letters.div_ceil(2)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::count::count_tokens;
    use crate::domain::{Address, ApiKey, Endpoint, Price, TokenPrices};
    use crate::verify::door::{HeldSecret, TINY_WITHIN, message};

    fn ask(text: &str, price: Price) -> Ask {
        Ask {
            address: Address::parse("https://h.example").unwrap().0,
            key: HeldSecret {
                secret: ApiKey::new("sk-x"),
                name: String::new(),
                id: None,
            },
            model: "m".into(),
            endpoint: Endpoint::Chat,
            streamed: true,
            messages: message(None, text),
            max_tokens: 1_000,
            within: TINY_WITHIN,
            group: None,
            price,
        }
    }

    #[test]
    fn s_83_the_bound_is_above_what_we_count() {
        for text in [
            "Reply with the single word: ready",
            "用一句话解释什么是流式传输。",
            "fn main() { println!(\"{}\", 1_000_000); }",
            "ÀÉÎõü — naïve café 12345 67890",
            "👩‍👩‍👧 🚀🚀",
        ] {
            assert!(most_tokens(text) >= count_tokens(text), "{text}");
        }
        assert_eq!(most_tokens(""), 0);
    }

    #[test]
    fn s_83_requests_add_up_and_an_unknown_price_makes_all_unknown() {
        let usd = Money::from_usd;
        let price = Price::PerToken(TokenPrices {
            input: usd(1),
            output: usd(10),
            cache_read: usd(1),
            cache_write: usd(2),
        });
        let one = ask("", price);
        let scale = QuotaScale::default();
        // 200 tokens written to a cache at 2 dollars a million, 1,000 out at 10.
        let each = Money::from_nanos(10_400_000);
        assert_eq!(worst_case([&one], scale), WorstCase::AtMost(each));
        let twice = worst_case([&one, &one], scale);
        assert_eq!(twice.money().map(Money::nanos), Some(20_800_000));
        assert!(twice.is_within(usd(1)) && !twice.is_within(each));
        let unknown = ask("", Price::Unknown);
        assert_eq!(worst_case([&one, &unknown], scale), WorstCase::Unknown);
        assert!(!WorstCase::Unknown.is_within(usd(1_000)));
    }
}
