//! Expiries and spans as people write them: `30d`, `1y`, `2027-01-31`, `2027-01-31T18:00`, `never`.
//!
//! The clock and the time zone are passed in; a date without a time means the end of that day where the user is.

use jiff::civil::{Date, DateTime, time};
use jiff::tz::TimeZone;
use jiff::{Span, Timestamp, ToSpan};

use super::time::UnixSeconds;

use crate::locale::say;

/// Why a text is not a point in time to come.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ExpiryError {
    /// Nothing was written.
    #[error("{}", say!("expiry-missing"))]
    Missing,
    /// Neither a span nor a date.
    #[error("{}", say!("expiry-unreadable", text = format!("{:?}", _0)))]
    Unreadable(String),
    /// Already past: such a key would be dead from the start.
    #[error("{}", say!("expiry-past", text = format!("{:?}", _0)))]
    Past(String),
}

/// Why a text is not a span of time.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}", say!("span-unreadable", text = format!("{:?}", _0)))]
pub struct SpanError(String);

/// Reads an expiry; `None` is *never*.
///
/// # Errors
/// When it is neither a span nor a date, or lies in the past.
pub fn parse_expiry(
    text: &str,
    now: UnixSeconds,
    zone: &TimeZone,
) -> Result<Option<UnixSeconds>, ExpiryError> {
    let trimmed = text.trim();
    if trimmed.eq_ignore_ascii_case("never") || trimmed == "-1" {
        return Ok(None);
    }
    if trimmed.is_empty() {
        return Err(ExpiryError::Missing);
    }
    let unreadable = || ExpiryError::Unreadable(trimmed.to_owned());
    let now_there = Timestamp::from_second(now.0)
        .map_err(|_| unreadable())?
        .to_zoned(zone.clone());
    let end = if let Ok(span) = parse_span(trimmed) {
        now_there.checked_add(span).map_err(|_| unreadable())?
    } else {
        let moment = match trimmed.parse::<Date>() {
            Ok(date) if trimmed.len() == 10 => date.to_datetime(time(23, 59, 59, 0)),
            _ => trimmed
                .replacen(' ', "T", 1)
                .parse::<DateTime>()
                .map_err(|_| unreadable())?,
        };
        moment.to_zoned(zone.clone()).map_err(|_| unreadable())?
    };
    let end = UnixSeconds(end.timestamp().as_second());
    if end <= now {
        Err(ExpiryError::Past(trimmed.to_owned()))
    } else {
        Ok(Some(end))
    }
}

/// Reads a span: a number and one of `h`, `d`, `w`, `m` (month), `y`. A month and a year are those of the calendar.
///
/// # Errors
/// When it is nothing of the kind.
pub fn parse_span(text: &str) -> Result<Span, SpanError> {
    let wrong = || SpanError(text.trim().to_owned());
    let trimmed = text.trim();
    let (at, unit) = trimmed.char_indices().next_back().ok_or_else(wrong)?;
    let digits = &trimmed[..at];
    if digits.is_empty() || digits.len() > 5 || !digits.bytes().all(|digit| digit.is_ascii_digit())
    {
        return Err(wrong());
    }
    let number: i64 = digits.parse().map_err(|_| wrong())?;
    let span = match unit {
        'h' => Span::new().try_hours(number),
        'd' => Span::new().try_days(number),
        'w' => Span::new().try_weeks(number),
        'm' => Span::new().try_months(number),
        'y' => Span::new().try_years(number),
        _ => return Err(wrong()),
    };
    span.map_err(|_| wrong())
        .map(|span| if number == 0 { 0.hours() } else { span })
}

/// The point so long ago, for looking back.
///
/// # Errors
/// When the text is no span.
pub fn parse_since(
    text: &str,
    now: UnixSeconds,
    zone: &TimeZone,
) -> Result<UnixSeconds, SpanError> {
    let span = parse_span(text)?;
    let start = Timestamp::from_second(now.0)
        .ok()
        .and_then(|now| now.to_zoned(zone.clone()).checked_sub(span).ok());
    start
        .map(|start| UnixSeconds(start.timestamp().as_second()))
        .ok_or_else(|| SpanError(text.trim().to_owned()))
}

/// The last midnight where the user is: where *today* begins.
pub fn midnight(now: UnixSeconds, zone: &TimeZone) -> UnixSeconds {
    let start = Timestamp::from_second(now.0)
        .ok()
        .and_then(|now| now.to_zoned(zone.clone()).start_of_day().ok());
    start.map_or(now, |start| UnixSeconds(start.timestamp().as_second()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// 2026-11-22 12:00:00 UTC.
    const NOW: UnixSeconds = UnixSeconds(1_795_348_800);

    fn expiry(text: &str) -> Result<Option<UnixSeconds>, ExpiryError> {
        parse_expiry(text, NOW, &TimeZone::UTC)
    }

    #[test]
    fn s_15_expiries_as_people_write_them() {
        assert_eq!(expiry("never"), Ok(None));
        assert_eq!(expiry("12h"), Ok(Some(UnixSeconds(NOW.0 + 12 * 3600))));
        assert_eq!(expiry("30d"), Ok(Some(UnixSeconds(NOW.0 + 30 * 86_400))));
        assert_eq!(expiry("1y"), Ok(Some(UnixSeconds(NOW.0 + 365 * 86_400))));
        assert_eq!(
            expiry("2026-11-22"),
            Ok(Some(UnixSeconds(NOW.0 + 12 * 3600 - 1))),
            "a date is the end of that day"
        );
        assert_eq!(
            expiry("2026-11-22T18:00"),
            Ok(Some(UnixSeconds(NOW.0 + 6 * 3600)))
        );
        assert_eq!(
            expiry("2026-11-22 18:00"),
            Ok(Some(UnixSeconds(NOW.0 + 6 * 3600)))
        );
        assert_eq!(
            expiry("2026-01-01"),
            Err(ExpiryError::Past("2026-01-01".into()))
        );
        for wrong in [
            "",
            "soon",
            "30",
            "d",
            "99999999d",
            "2026-13-01",
            "-5d",
            "五天",
        ] {
            assert!(expiry(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn today_begins_at_midnight_where_the_user_is() {
        let shanghai = TimeZone::fixed(jiff::tz::offset(8));
        assert_eq!(midnight(NOW, &TimeZone::UTC).0, NOW.0 - 12 * 3600);
        assert_eq!(midnight(NOW, &shanghai).0, NOW.0 - 20 * 3600);
    }

    proptest! {
        #[test]
        fn no_text_makes_it_panic(text in "\\PC{0,24}") {
            let _ = (expiry(&text), parse_since(&text, NOW, &TimeZone::UTC));
        }
    }
}
