//! Sums of 64-bit integers in SQL that nothing can overflow: the upper and the lower halves are summed apart, and put
//! together with whatever is too large cut to the largest number there is. (`sum` of SQLite fails as a whole instead.)

/// The two columns that sum an expression. Nothing stands for 0.
pub fn columns(expression: &str) -> String {
    format!("coalesce(sum(({expression}) >> 32), 0), coalesce(sum(({expression}) & 4294967295), 0)")
}

/// The sum, out of the two columns.
pub fn whole(high: i64, low: i64) -> i64 {
    let whole = (i128::from(high) << 32) + i128::from(low);
    whole.clamp(i128::from(i64::MIN), i128::from(i64::MAX)) as i64
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn halves_make_the_whole_and_never_overflow(values in prop::collection::vec(prop_oneof![any::<i64>(), Just(i64::MAX), Just(i64::MIN), -9_i64..9], 0..20)) {
            let high = values.iter().map(|value| value >> 32).sum();
            let low = values.iter().map(|value| value & 0xffff_ffff).sum();
            let exact: i128 = values.iter().map(|value| i128::from(*value)).sum();
            let cut = exact.clamp(i128::from(i64::MIN), i128::from(i64::MAX));
            prop_assert_eq!(i128::from(whole(high, low)), cut);
        }
    }
}
