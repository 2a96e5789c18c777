//! The figures that move while a reply streams: tokens, speed, cost, and what is left.
//!
//! Until the relay reports usage they rest on our light count; from then on on the relay's figures. No I/O and no clock:
//! whoever has the time passes it in.

use super::door::Spend;
use crate::domain::count::{TokenCounter, count_prompt};
use crate::domain::{Basis, ChatRequest, Cost, Money, Part, Price, QuotaScale, Usage};
use crate::ledger::Progress;

/// What a picture is estimated at: vendors count from a hundred tokens to some thousands, by its size and theirs.
const IMAGE_TOKENS: u64 = 1_000;

/// What is known about the money behind a request before it is sent.
#[derive(Clone, Debug)]
pub struct Purse {
    /// The model's price in the group that is billed.
    pub price: Price,
    /// What the relay's units are worth: a relay charges whole units.
    pub scale: QuotaScale,
    /// What the key may still spend; `None` for unlimited or unknown.
    pub key_left: Option<Money>,
    /// What is in the wallet; `None` when unknown.
    pub wallet: Option<Money>,
}

/// Keeps the figures of one reply.
#[derive(Clone, Debug)]
pub struct SpendMeter {
    purse: Purse,
    prompt: u64,
    output: TokenCounter,
    reported: Option<Usage>,
    first_ms: Option<u64>,
    last_ms: u64,
}

impl SpendMeter {
    /// Figures for a request that is about to be sent.
    pub fn new(request: &ChatRequest, purse: Purse) -> Self {
        let texts = request.messages.iter().map(|message| message.text.as_str());
        let images = request
            .messages
            .iter()
            .map(|message| message.images.len() as u64);
        let prompt = count_prompt(texts).saturating_add(images.sum::<u64>() * IMAGE_TOKENS);
        SpendMeter {
            purse,
            prompt,
            output: TokenCounter::default(),
            reported: None,
            first_ms: None,
            last_ms: 0,
        }
    }

    /// Takes a part of the answer into account, `elapsed_ms` after the request was sent.
    pub fn take(&mut self, part: &Part, elapsed_ms: u64) {
        match part {
            Part::Text(text) | Part::Reasoning(text) if !text.is_empty() => {
                self.first_ms.get_or_insert(elapsed_ms);
                self.last_ms = elapsed_ms;
                self.output.add(text);
            }
            Part::Usage(usage) => self.reported = Some(*usage),
            Part::Text(_)
            | Part::Reasoning(_)
            | Part::Model(_)
            | Part::Fingerprint(_)
            | Part::Finish(_) => {}
        }
    }

    /// What we counted ourselves, whatever the relay reports.
    pub fn counted(&self) -> Usage {
        Usage {
            input: self.prompt,
            output: self.output.tokens(),
            ..Usage::default()
        }
    }

    /// What the relay reported, once it did.
    pub fn reported(&self) -> Option<Usage> {
        self.reported
    }

    /// Milliseconds to the first part, once there was one.
    pub fn first_ms(&self) -> Option<u64> {
        self.first_ms
    }

    /// The cost so far and what it rests on; the prompt counts from the start.
    pub fn cost(&self) -> Cost {
        let (usage, basis) = match self.reported {
            // Of a price that the relay did not tell, nothing is more than an estimate.
            Some(usage) if self.purse.price.is_listed() => (usage, Basis::Estimated),
            Some(usage) => (usage, Basis::Reported),
            None => (self.counted(), Basis::Estimated),
        };
        let amount = self
            .purse
            .price
            .cost(&usage)
            .map(|cost| cost.charged(self.purse.scale));
        Cost { amount, basis }
    }

    /// What the ledger is told on the way: our count and its estimated cost.
    pub fn progress(&self, request_id: Option<&str>) -> Progress {
        let counted = self.counted();
        let cost = self
            .purse
            .price
            .cost(&counted)
            .map(|cost| cost.charged(self.purse.scale));
        Progress {
            counted,
            expected: cost,
            first_ms: self.first_ms,
            request_id: request_id.map(str::to_owned),
        }
    }

    /// All figures, `elapsed_ms` after the request was sent.
    pub fn spend(&self, elapsed_ms: u64) -> Spend {
        let usage = self.reported.unwrap_or_else(|| self.counted());
        let cost = self.cost();
        let rest = |before: Option<Money>| Some(before?.minus(cost.amount?));
        Spend {
            usage,
            cost,
            elapsed_ms,
            first_ms: self.first_ms,
            tenths_per_second: self.tenths_per_second(usage.output),
            key_left: rest(self.purse.key_left),
            wallet: rest(self.purse.wallet),
        }
    }

    /// The figures of a request that brought nothing: no tokens, and this cost. Key and wallet are as they were before.
    pub fn nothing(purse: &Purse, amount: Option<Money>, elapsed_ms: u64) -> Spend {
        Spend {
            usage: Usage::default(),
            cost: Cost {
                amount,
                basis: Basis::Estimated,
            },
            elapsed_ms,
            first_ms: None,
            tenths_per_second: None,
            key_left: purse.key_left,
            wallet: purse.wallet,
        }
    }

    /// Tokens a second since the first part, in tenths; `None` until there is a stretch of time to speak of.
    fn tenths_per_second(&self, output: u64) -> Option<u32> {
        let stretch = self.last_ms.checked_sub(self.first_ms?)?;
        if stretch < 50 || output < 2 {
            return None;
        }
        u32::try_from((output - 1).saturating_mul(10_000) / stretch).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{ChatMessage, Role, TokenPrices};

    fn meter(price: Price) -> SpendMeter {
        let message = ChatMessage::new(Role::User, "Explain SSE in one line.");
        let request = ChatRequest {
            model: "m".into(),
            messages: vec![message],
            ..ChatRequest::default()
        };
        let purse = Purse {
            price,
            scale: QuotaScale::default(),
            key_left: Some(Money::from_usd(5)),
            wallet: Some(Money::from_usd(10)),
        };
        SpendMeter::new(&request, purse)
    }

    fn three_and_fifteen() -> Price {
        let usd = Money::from_usd;
        Price::PerToken(TokenPrices {
            input: usd(3),
            output: usd(15),
            cache_read: usd(3),
            cache_write: usd(3),
        })
    }

    #[test]
    fn what_the_catalogue_prices_stays_an_estimate_whatever_the_relay_reports() {
        let prices = TokenPrices {
            input: Money::from_usd(1),
            output: Money::from_usd(1),
            cache_read: Money::from_usd(1),
            cache_write: Money::from_usd(1),
        };
        for (price, basis) in [
            (Price::PerToken(prices), Basis::Reported),
            (Price::Listed(prices), Basis::Estimated),
        ] {
            let mut meter = meter(price);
            let usage = Usage {
                input: 1_000_000,
                ..Usage::default()
            };
            meter.take(&Part::Usage(usage), 5);
            let cost = meter.cost();
            assert_eq!((cost.amount, cost.basis), (Some(Money::from_usd(1)), basis));
        }
    }

    #[test]
    fn x_01_estimated_until_reported_and_what_is_left_moves() {
        let mut meter = meter(three_and_fifteen());
        meter.take(&Part::Text("Server-sent events".into()), 420);
        let early = meter.spend(430);
        assert_eq!(early.cost.basis, Basis::Estimated);
        assert_eq!(early.first_ms, Some(420));
        meter.take(&Part::Text(" keep one response open.".into()), 1_420);
        let later = meter.spend(1_420);
        assert!(
            later.cost.amount > early.cost.amount
                && later.wallet < early.wallet
                && later.key_left < early.key_left
        );
        assert_eq!(
            later.tenths_per_second,
            Some(u32::try_from(later.usage.output - 1).unwrap() * 10)
        );

        meter.take(
            &Part::Usage(Usage {
                input: 412,
                output: 96,
                ..Usage::default()
            }),
            1_500,
        );
        let last = meter.spend(1_500);
        assert_eq!(
            last.cost,
            Cost {
                amount: Some(Money::from_nanos(2_676_000)),
                basis: Basis::Reported
            }
        );
        assert_eq!(last.wallet, Some(Money::from_nanos(9_997_324_000)));
    }

    #[test]
    fn an_unknown_price_leaves_everything_unknown() {
        let mut meter = meter(Price::Unknown);
        meter.take(&Part::Text("text".into()), 10);
        let spend = meter.spend(10);
        assert_eq!(
            (spend.cost.amount, spend.wallet, spend.key_left),
            (None, None, None)
        );
    }
}
