//! Figures as people read them: ages, countdowns, short counts, prices. Pure text; nothing here draws.

use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::domain::spending::By;
use crate::domain::stability::Stability;
use crate::domain::{
    AutoRoute, Basis, Cost, FaultKind, Finish, KeyStatus, Money, Price, TokenPrices, TopUpState,
    UnixMillis, UnixSeconds,
};
use crate::locale::say;

const MINUTE: i64 = 60;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;
/// Under this many seconds an expiry is a warning: seven days (S-23).
const SOON: i64 = 7 * DAY;

/// A count that is not the relay's own word.
pub fn about(count: u64) -> String {
    format!("~{}", short(count))
}

/// A short count: `412`, `1.2k`, `12k`, `3.4M`. Cut, never rounded up, so that no limit looks larger than it is.
pub fn short(count: u64) -> String {
    let scaled = |unit: u64, letter: char| {
        let (whole, tenth) = (count / unit, count % unit / (unit / 10));
        match (whole, tenth) {
            (whole, tenth) if whole < 10 && tenth > 0 => format!("{whole}.{tenth}{letter}"),
            _ => format!("{whole}{letter}"),
        }
    };
    match count {
        0..1_000 => count.to_string(),
        1_000..1_000_000 => scaled(1_000, 'k'),
        1_000_000..1_000_000_000 => scaled(1_000_000, 'M'),
        _ => scaled(1_000_000_000, 'G'),
    }
}

/// A whole count in groups of three: `2 814`.
pub fn grouped(count: usize) -> String {
    let digits = count.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(' ');
        }
        text.push(digit);
    }
    text
}

/// A span of time in its largest unit: `5 s`, `2 min`, `3 h`, `40 d`.
fn span(seconds: i64) -> String {
    match seconds.max(0) {
        seconds @ 0..MINUTE => say!("figure-seconds", seconds = seconds),
        seconds @ MINUTE..HOUR => say!("figure-minutes", minutes = seconds / MINUTE),
        seconds @ HOUR..172_800 => say!("figure-hours", hours = seconds / HOUR),
        seconds => say!("figure-days", days = seconds / DAY),
    }
}

/// How long ago something was: `2 min`.
pub fn age(then: UnixSeconds, now: UnixMillis) -> String {
    span(now.seconds().0.saturating_sub(then.0))
}

/// How long ago something was, for a cell of its own: Chinese says that it is past, where English needs no word.
pub fn ago(then: UnixSeconds, now: UnixMillis) -> String {
    say!("figure-age", span = age(then, now))
}

/// How near an expiry is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Nearness {
    /// Far away, or never.
    Far,
    /// Under seven days (S-23).
    Soon,
    /// Past.
    Over,
}

/// An expiry as a countdown, `in 29 d`, `12 d ago`, `never`, and how near it is.
pub fn expiry(expires: Option<UnixSeconds>, now: UnixMillis) -> (String, Nearness) {
    let Some(expires) = expires else {
        return (say!("figure-never").into(), Nearness::Far);
    };
    let left = expires.0.saturating_sub(now.seconds().0);
    match left {
        ..=0 => (
            say!("figure-ago", span = span(left.saturating_neg())),
            Nearness::Over,
        ),
        1..SOON => (say!("figure-in", span = span(left)), Nearness::Soon),
        _ => (say!("figure-in", span = span(left)), Nearness::Far),
    }
}

/// A point in time as a date and a time of day: `2026-11-22 19:04`.
pub fn date_time(at: UnixSeconds, zone: &TimeZone) -> String {
    match Timestamp::from_second(at.0) {
        Ok(stamp) => stamp
            .to_zoned(zone.clone())
            .strftime("%Y-%m-%d %H:%M")
            .to_string(),
        Err(_) => say!("figure-time-out-of-range").into(),
    }
}

/// A point in time as people say it today: `12:04`; with the date when it was another day.
pub fn clock(at: UnixMillis, now: UnixMillis, zone: &TimeZone) -> String {
    let (Ok(then), Ok(today)) = (
        Timestamp::from_millisecond(at.0),
        Timestamp::from_millisecond(now.0),
    ) else {
        return String::new();
    };
    let (then, today) = (then.to_zoned(zone.clone()), today.to_zoned(zone.clone()));
    let form = if then.date() == today.date() {
        "%H:%M"
    } else {
        "%Y-%m-%d %H:%M"
    };
    then.strftime(form).to_string()
}

/// Milliseconds as seconds: `0.42 s`, `12.5 s`.
pub fn seconds(ms: u64) -> String {
    match ms {
        0..10_000 => format!("{}.{:02} s", ms / 1_000, ms % 1_000 / 10),
        _ => format!("{}.{} s", ms / 1_000, ms % 1_000 / 100),
    }
}

/// How often something succeeded, with its sample size, for a column: `99.2% 1 204`.
pub fn success_short(measured: &Stability) -> String {
    let count = usize::try_from(measured.requests).unwrap_or(usize::MAX);
    match measured.success_tenths() {
        Some(1_000) => format!("100% {}", grouped(count)),
        Some(tenths) => format!("{}.{}% {}", tenths / 10, tenths % 10, grouped(count)),
        None => say!("figure-no-data").into(),
    }
}

/// The same in a sentence: `99.2 % of 1 204 requests`.
pub fn success(measured: &Stability) -> String {
    let count = usize::try_from(measured.requests).unwrap_or(usize::MAX);
    match measured.success_tenths() {
        Some(1_000) => say!("figure-all-of", count = grouped(count), requests = #count),
        Some(tenths) => say!(
            "figure-part-of",
            whole = tenths / 10,
            tenth = tenths % 10,
            count = grouped(count),
            requests = #count
        ),
        None => say!("figure-no-data").into(),
    }
}

/// A key's status in a word.
pub fn key_status(status: KeyStatus) -> &'static str {
    match status {
        KeyStatus::Enabled => say!("key-status-enabled"),
        KeyStatus::Disabled => say!("key-status-disabled"),
        KeyStatus::Expired => say!("key-status-expired"),
        KeyStatus::Exhausted => say!("key-status-exhausted"),
    }
}

/// How a key in `auto` walks the groups.
pub fn auto_route(auto: &AutoRoute) -> String {
    let groups = match auto.groups.as_slice() {
        [] => say!("key-auto-relays").to_owned(),
        names => names.join(say!("key-auto-then")),
    };
    let further = match auto.cross_group_retry {
        true => say!("key-auto-goes-on"),
        false => say!("key-auto-stays"),
    };
    format!("{groups}{further}")
}

/// What a figure rests on, in a word.
pub fn basis(basis: Basis) -> &'static str {
    basis.words()
}

/// A request's cost and what it rests on: `~$0.002676 estimated`, `? settled`.
pub fn cost(cost: &Cost) -> String {
    cost.to_string()
}

/// What spending is broken down by, in a word.
pub fn by(by: By) -> &'static str {
    match by {
        By::Day => say!("by-day"),
        By::Key => say!("by-key"),
        By::Model => say!("by-model"),
        By::Group => say!("by-group"),
        By::Tool => say!("by-tool"),
    }
}

/// How a reply ended, in a word; a reason of the model's own as it is.
pub fn finish(finish: &Finish) -> &str {
    match finish {
        Finish::Stop => say!("finish-stop"),
        Finish::Length => say!("finish-length"),
        Finish::ContentFilter => say!("finish-filter"),
        Finish::ToolCalls => say!("finish-tools"),
        Finish::Other(reason) => reason,
        Finish::Cancelled => say!("finish-cancelled"),
        Finish::Cut => say!("finish-cut"),
    }
}

/// What went wrong, in a few words.
pub fn fault(kind: FaultKind) -> &'static str {
    match kind {
        FaultKind::NotAnApi => say!("fault-kind-not-api"),
        FaultKind::EndpointMissing => say!("fault-kind-endpoint"),
        FaultKind::CredentialRefused => say!("fault-kind-credential"),
        FaultKind::SecondFactor => say!("fault-kind-second-factor"),
        FaultKind::KeyExpired => say!("fault-kind-key-expired"),
        FaultKind::KeyDisabled => say!("fault-kind-key-disabled"),
        FaultKind::KeyQuota => say!("fault-kind-key-quota"),
        FaultKind::Balance => say!("fault-kind-balance"),
        FaultKind::IpNotAllowed => say!("fault-kind-ip"),
        FaultKind::Forbidden => say!("fault-kind-forbidden"),
        FaultKind::ModelNotAllowed => say!("fault-kind-model-not-allowed"),
        FaultKind::GroupNotAllowed => say!("fault-kind-group-not-allowed"),
        FaultKind::ModelNotFound => say!("fault-kind-model-not-found"),
        FaultKind::ModelUnpriced => say!("fault-kind-model-unpriced"),
        FaultKind::NotFound => say!("fault-kind-not-found"),
        FaultKind::BadRequest => say!("fault-kind-bad-request"),
        FaultKind::Usage => say!("fault-kind-usage"),
        FaultKind::RateLimited => say!("fault-kind-rate"),
        FaultKind::Upstream => say!("fault-kind-upstream"),
        FaultKind::Server => say!("fault-kind-server"),
        FaultKind::Network => say!("fault-kind-network"),
        FaultKind::Timeout => say!("fault-kind-timeout"),
        FaultKind::StreamBroken => say!("fault-kind-stream"),
        FaultKind::Local => say!("fault-kind-local"),
        FaultKind::Unsupported => say!("fault-kind-unsupported"),
    }
}

/// How an order of money stands, in a word.
pub fn top_up(state: TopUpState) -> &'static str {
    match state {
        TopUpState::Pending => say!("top-up-pending"),
        TopUpState::Done => say!("top-up-done"),
        TopUpState::Failed => say!("top-up-failed"),
        TopUpState::Expired => say!("top-up-expired"),
    }
}

/// Tokens a second from tenths: `61 tok/s`, `4.5 tok/s`.
pub fn speed(tenths: u32) -> String {
    match tenths {
        0..100 => say!(
            "figure-speed-tenths",
            whole = tenths / 10,
            tenth = tenths % 10
        ),
        _ => say!("figure-speed", tokens = tenths / 10),
    }
}

/// One price of a million tokens: `3.00`, `0.0125`.
pub fn price(amount: Money) -> String {
    amount.decimal(2)
}

/// One price of a million tokens that the relay did not tell but the bundled catalogue has: `~3.00`.
pub fn listed(amount: Money) -> String {
    format!("~{}", price(amount))
}

/// The three price columns of the marketplace: input, output, cache read. Unknown is `?`, never 0.
pub fn price_columns(price_of: &Price) -> [String; 3] {
    let word = |text: &str| [text.to_owned(), String::new(), String::new()];
    match price_of {
        Price::PerToken(TokenPrices {
            input,
            output,
            cache_read,
            ..
        }) => [price(*input), price(*output), price(*cache_read)],
        Price::Listed(prices) => [prices.input, prices.output, prices.cache_read].map(listed),
        Price::PerCall { call } => word(&say!("figure-a-call", price = price(*call))),
        Price::Tiered { .. } => word(say!("figure-tiered")),
        Price::Unknown => ["?".into(), "?".into(), "?".into()],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_are_short_and_never_look_larger() {
        let pairs = [
            (0, "0"),
            (999, "999"),
            (1_000, "1k"),
            (1_250, "1.2k"),
            (9_999, "9.9k"),
            (128_000, "128k"),
            (200_000, "200k"),
            (1_048_576, "1M"),
            (3_450_000, "3.4M"),
            (7_000_000_000, "7G"),
        ];
        for (count, text) in pairs {
            assert_eq!(short(count), text);
        }
        assert_eq!(
            (
                grouped(7).as_str(),
                grouped(2_814).as_str(),
                grouped(1_000_000).as_str()
            ),
            ("7", "2 814", "1 000 000")
        );
    }

    #[test]
    fn s_23_an_expiry_counts_down_and_warns_under_seven_days() {
        let now = UnixSeconds(1_000_000_000).millis();
        let at = |seconds: i64| expiry(Some(UnixSeconds(1_000_000_000 + seconds)), now);
        assert_eq!(expiry(None, now), ("never".into(), Nearness::Far));
        assert_eq!(at(29 * DAY), ("in 29 d".into(), Nearness::Far));
        assert_eq!(at(7 * DAY - 1), ("in 6 d".into(), Nearness::Soon));
        assert_eq!(at(90 * MINUTE), ("in 1 h".into(), Nearness::Soon));
        assert_eq!(at(-12 * DAY), ("12 d ago".into(), Nearness::Over));
        assert_eq!(at(0), ("0 s ago".into(), Nearness::Over));
        assert_eq!(
            expiry(Some(UnixSeconds(i64::MIN)), now).1,
            Nearness::Over,
            "odd figures of a relay do not panic"
        );
    }

    #[test]
    fn times_of_day_get_a_date_only_when_it_was_another_day() {
        let zone = TimeZone::UTC;
        let noon = UnixMillis(1_763_812_800_000);
        assert_eq!(clock(noon, UnixMillis(noon.0 + 60_000), &zone), "12:00");
        assert_eq!(
            clock(noon, UnixMillis(noon.0 + 86_400_000), &zone),
            "2025-11-22 12:00"
        );
        assert_eq!(clock(UnixMillis(i64::MAX), noon, &zone), "");
        assert_eq!(date_time(noon.seconds(), &zone), "2025-11-22 12:00");
    }

    #[test]
    fn an_unknown_price_is_a_question_mark() {
        assert_eq!(price_columns(&Price::Unknown), ["?", "?", "?"]);
        assert_eq!(
            price_columns(&Price::PerCall {
                call: Money::from_nanos(20_000_000)
            })[0],
            "0.02 a call"
        );
        assert_eq!(
            (seconds(423).as_str(), seconds(12_540).as_str()),
            ("0.42 s", "12.5 s")
        );
        assert_eq!(
            (speed(613).as_str(), speed(45).as_str()),
            ("61 tok/s", "4.5 tok/s")
        );
    }
}
