//! Prices and the arithmetic from tokens to money.
//!
//! A relay publishes ratios (`contract/new-api.md` 6.2): ratio 1 is 2 USD per million input tokens. Here they become
//! integer prices in nano-dollars per million tokens, and a cost is an exact integer until the one rounding at its end.
//! The embedded relay bills with this very code, so what the deck computes and what the relay charges agree to the unit.

use serde::{Deserialize, Serialize};

use super::group::Ratio;
use super::money::{Money, QuotaScale, QuotaUnits, div_round};
use super::usage::Usage;

/// Nano-dollars for a million tokens of each kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TokenPrices {
    /// A million prompt tokens.
    pub input: Money,
    /// A million generated tokens.
    pub output: Money,
    /// A million prompt tokens read from a cache.
    pub cache_read: Money,
    /// A million prompt tokens written to a cache (for five minutes).
    pub cache_write: Money,
}

/// What a model costs in one group.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Price {
    /// By the token.
    PerToken(TokenPrices),
    /// By the call, whatever its length.
    PerCall {
        /// Nano-dollars for one call.
        call: Money,
    },
    /// By an expression of the relay that we show and do not evaluate; the cost is known once the relay settles.
    Tiered {
        /// The expression, verbatim.
        expression: String,
    },
    /// By the token, as the bundled catalogue has its vendor's list price, because the relay told none: always an
    /// estimate ([`super::price_catalogue`]).
    Listed(TokenPrices),
    /// Nobody told us.
    Unknown,
}

/// The ratios a relay publishes for a model, before any group is applied.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ModelRatios {
    /// Input price: ratio 1 is 2 USD per million tokens.
    pub model: Ratio,
    /// Output price as a multiple of the input price.
    pub completion: Ratio,
    /// Cache-read price as a multiple of the input price; absent means no discount.
    pub cache_read: Option<Ratio>,
    /// Cache-write price as a multiple of the input price; absent is billed as ×1.25.
    pub cache_write: Option<Ratio>,
}

/// The price of a model as published, before any group is applied.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum BasePrice {
    /// By ratios.
    Ratios(ModelRatios),
    /// By the call.
    PerCall {
        /// Nano-dollars for one call at group ratio 1.
        call: Money,
    },
    /// By an expression.
    Tiered {
        /// The expression, verbatim.
        expression: String,
    },
    /// Not published.
    Unknown,
}

/// Billionths in ×1.
const ONE: i128 = 1_000_000_000;
/// What a cache write is billed at when the relay does not publish its ratio (`contract/new-api.md` 6.2).
pub const DEFAULT_CACHE_WRITE: Ratio = Ratio::from_billionths(1_250_000_000);

impl ModelRatios {
    /// Ratios that mean these dollars per million tokens at group ratio 1.
    /// `None` when input is free but something else is not: no ratio can say that.
    pub fn from_prices(prices: &TokenPrices) -> Option<Self> {
        let input = i128::from(prices.input.nanos());
        let parts = [prices.output, prices.cache_read, prices.cache_write];
        if input <= 0 {
            let free = parts.iter().all(|part| *part == Money::ZERO) && input == 0;
            return free.then_some(ModelRatios {
                model: Ratio::ZERO,
                completion: Ratio::ONE,
                cache_read: Some(Ratio::ONE),
                cache_write: Some(Ratio::ONE),
            });
        }
        let ratio = |part: Money| -> Option<Ratio> {
            let value = div_round(i128::from(part.nanos()) * ONE, input);
            (value >= 0).then_some(Ratio::from_billionths(i64::try_from(value).ok()?))
        };
        Some(ModelRatios {
            model: Ratio::from_billionths(i64::try_from(div_round(input, 2)).ok()?),
            completion: ratio(prices.output)?,
            cache_read: Some(ratio(prices.cache_read)?),
            cache_write: Some(ratio(prices.cache_write)?),
        })
    }

    /// Prices at a group's ratio. The protocol fixes the unit: ratio 1 is 1,000,000 / `quota_per_unit` dollars per
    /// million tokens. Each price is rounded once, to the nano-dollar per million tokens.
    pub fn at(&self, group: Ratio, scale: QuotaScale) -> TokenPrices {
        // Three ratios in billionths are 10⁻²⁷; 10⁶ tokens × 10⁹ nano-dollars bring it back to 10⁻¹².
        let divisor = i128::from(scale.units_per_usd()) * 1_000_000_000_000;
        let price = |kind: Ratio| {
            let wide = i128::from(self.model.billionths())
                .checked_mul(i128::from(group.billionths()))
                .and_then(|base| base.checked_mul(i128::from(kind.billionths())))
                .unwrap_or(i128::MAX / 2);
            Money::from_wide_nanos(div_round(wide, divisor))
        };
        TokenPrices {
            input: price(Ratio::ONE),
            output: price(self.completion),
            cache_read: price(self.cache_read.unwrap_or(Ratio::ONE)),
            cache_write: price(self.cache_write.unwrap_or(DEFAULT_CACHE_WRITE)),
        }
    }
}

impl BasePrice {
    /// The price in a group. `None` as the group's ratio means *not known*, and so is the price then.
    pub fn at(&self, group: Option<Ratio>, scale: QuotaScale) -> Price {
        match (self, group) {
            (BasePrice::Tiered { expression }, _) => Price::Tiered {
                expression: expression.clone(),
            },
            (BasePrice::Unknown, _) | (_, None) => Price::Unknown,
            (BasePrice::Ratios(ratios), Some(group)) => Price::PerToken(ratios.at(group, scale)),
            (BasePrice::PerCall { call }, Some(group)) => {
                let wide = i128::from(call.nanos()) * i128::from(group.billionths());
                Price::PerCall {
                    call: Money::from_wide_nanos(div_round(wide, ONE)),
                }
            }
        }
    }
}

/// An exact cost: nano-dollars × 10⁶, so that any number of tokens times any price is an integer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ExactCost(i128);

impl ExactCost {
    /// Rounded to the nearest nano-dollar.
    pub fn money(self) -> Money {
        Money::from_wide_nanos(div_round(self.0, 1_000_000))
    }

    /// Rounded to the nearest quota unit: what a relay charges. No minimum and no rounding up (S-08).
    pub fn units(self, scale: QuotaScale) -> QuotaUnits {
        let wide = self.0.saturating_mul(i128::from(scale.units_per_usd()));
        let units = div_round(wide, 1_000_000 * ONE);
        QuotaUnits(i64::try_from(units).unwrap_or(i64::MAX))
    }

    /// What a relay of this scale charges, as money: the figure that must agree everywhere to the last unit.
    pub fn charged(self, scale: QuotaScale) -> Money {
        scale.money(self.units(scale))
    }
}

impl Price {
    /// Whether it is no price of the relay's but the bundled catalogue's.
    pub const fn is_listed(&self) -> bool {
        matches!(self, Price::Listed(_))
    }

    /// The cost of this usage. `None` where the price is unknown or an expression.
    pub fn cost(&self, usage: &Usage) -> Option<ExactCost> {
        match self {
            Price::PerToken(prices) | Price::Listed(prices) => Some(prices.cost(usage)),
            Price::PerCall { call } => Some(ExactCost(i128::from(call.nanos()) * 1_000_000)),
            Price::Tiered { .. } | Price::Unknown => None,
        }
    }
}

impl TokenPrices {
    /// The exact cost of this usage.
    pub fn cost(&self, usage: &Usage) -> ExactCost {
        let part = |tokens: u64, price: Money| {
            i128::from(tokens).saturating_mul(i128::from(price.nanos()))
        };
        let parts = [
            part(usage.input, self.input),
            part(usage.output, self.output),
            part(usage.cache_read, self.cache_read),
            part(usage.cache_write, self.cache_write),
        ];
        ExactCost(parts.into_iter().fold(0, i128::saturating_add))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn ratios(model: f64, completion: f64) -> ModelRatios {
        let ratio = |value| Ratio::from_f64(value).unwrap();
        ModelRatios {
            model: ratio(model),
            completion: ratio(completion),
            cache_read: None,
            cache_write: None,
        }
    }

    #[test]
    fn the_worked_example_of_the_protocol() {
        let prices = ratios(1.5, 5.0).at(Ratio::from_f64(0.8).unwrap(), QuotaScale::default());
        assert_eq!(prices.input, Money::parse("2.40").unwrap());
        assert_eq!(prices.output, Money::parse("12").unwrap());
        assert_eq!(
            prices.cache_read, prices.input,
            "no published ratio means no discount"
        );
        assert_eq!(
            prices.cache_write,
            Money::parse("3").unwrap(),
            "and a write is billed at 1.25"
        );
    }

    #[test]
    fn a_cost_is_rounded_once_and_to_the_nearest_unit() {
        let price = Price::PerToken(ratios(0.025, 4.0).at(Ratio::ONE, QuotaScale::default()));
        let cost = |input, output| {
            price
                .cost(&Usage {
                    input,
                    output,
                    ..Usage::default()
                })
                .unwrap()
        };
        // 0.05 dollars a million is 50 nano-dollars a token; a unit is 2,000.
        assert_eq!(cost(1, 0).money(), Money::from_nanos(50));
        assert_eq!(cost(19, 0).units(QuotaScale::default()), QuotaUnits(0));
        assert_eq!(cost(20, 0).units(QuotaScale::default()), QuotaUnits(1));
        assert_eq!(cost(0, 10).units(QuotaScale::default()), QuotaUnits(1));
    }

    #[test]
    fn an_unknown_price_costs_an_unknown_amount() {
        assert_eq!(
            Price::Unknown.cost(&Usage {
                input: 5,
                ..Usage::default()
            }),
            None
        );
        assert_eq!(
            BasePrice::PerCall {
                call: Money::from_usd(1)
            }
            .at(None, QuotaScale::default()),
            Price::Unknown
        );
    }

    proptest! {
        #[test]
        fn dollars_survive_the_way_through_ratios(input in 1_000_000_i64..100_000_000_000, output in 0_i64..100_000_000_000, read in 0_i64..10_000_000_000) {
            // Prices in whole thousandths of a cent per million, as vendors publish them.
            let round = |nanos: i64| Money::from_nanos(nanos / 10_000 * 10_000);
            let prices = TokenPrices { input: round(input), output: round(output), cache_read: round(read), cache_write: round(input) };
            let back = ModelRatios::from_prices(&prices).unwrap().at(Ratio::ONE, QuotaScale::default());
            for (told, got) in [(prices.input, back.input), (prices.output, back.output), (prices.cache_read, back.cache_read)] {
                prop_assert!((told.nanos() - got.nanos()).abs() <= 51, "{told:?} {got:?}");
            }
        }

        #[test]
        fn a_charge_is_the_pages_formula_rounded_once(
            tokens in prop::array::uniform4(0_u64..2_000_000), model in 0_i64..40_000, group in 0_i64..5_000,
            kinds in prop::array::uniform3(0_i64..10_000),
        ) {
            // Thousandths throughout, as relays publish them: then no price is rounded, and the whole is exact.
            let ratio = |thousandths: i64| Ratio::from_billionths(thousandths * 1_000_000);
            let ratios = ModelRatios {
                model: ratio(model), completion: ratio(kinds[0]),
                cache_read: Some(ratio(kinds[1])), cache_write: Some(ratio(kinds[2])),
            };
            let [input, output, cache_read, cache_write] = tokens;
            let usage = Usage { input, output, cache_read, cache_write };
            let wide = |tokens: u64, kind: i64| i128::from(tokens) * i128::from(kind);
            let weighted = wide(input, 1_000) + wide(output, kinds[0]) + wide(cache_read, kinds[1]) + wide(cache_write, kinds[2]);
            let expected = (weighted * i128::from(model) * i128::from(group) + 500_000_000) / 1_000_000_000;
            let charged = |group| ratios.at(ratio(group), QuotaScale::default()).cost(&usage).units(QuotaScale::default()).0;
            prop_assert_eq!(i128::from(charged(group)), expected);
        }

        #[test]
        fn a_call_costs_its_price_times_the_group(units in 0_i64..1_000_000_000, group in 0_i64..5_000) {
            // A price in whole units a call: 2,000 nano-dollars each.
            let base = BasePrice::PerCall { call: Money::from_nanos(units * 2_000) };
            let price = base.at(Some(Ratio::from_billionths(group * 1_000_000)), QuotaScale::default());
            let charged = price.cost(&Usage::default()).unwrap().units(QuotaScale::default()).0;
            prop_assert_eq!(charged, (units * group + 500) / 1_000);
        }

        #[test]
        fn no_usage_and_no_ratio_overflows(tokens in any::<[u64; 4]>(), a in any::<i64>(), b in any::<i64>(), g in any::<i64>()) {
            let ratios = ModelRatios {
                model: Ratio::from_billionths(a), completion: Ratio::from_billionths(b),
                cache_read: None, cache_write: Some(Ratio::from_billionths(b)),
            };
            let usage = Usage { input: tokens[0], cache_read: tokens[1], cache_write: tokens[2], output: tokens[3] };
            let cost = Price::PerToken(ratios.at(Ratio::from_billionths(g), QuotaScale::default())).cost(&usage).unwrap();
            prop_assert!(cost.money() >= Money::ZERO && cost.units(QuotaScale::default()).0 >= 0);
        }
    }
}
