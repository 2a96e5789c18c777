//! What the tab of usage remembers: the span, the breakdown, whether only disputes are shown, and what the ledger said.

use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};

use crate::domain::{By, Receipt, RunningRequest, UnixMillis};
use crate::engine::door::UsageView;
use crate::locale::say;
use crate::tui::list::ListCursor;
use crate::tui::remote::Remote;

/// A span of time that ends now.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Span {
    /// Since midnight.
    #[default]
    Today,
    /// Today and the six days before.
    Week,
    /// Today and the 29 days before.
    Month,
}

impl Span {
    /// Every span, as they stand on the screen.
    pub const ALL: [Span; 3] = [Span::Today, Span::Week, Span::Month];

    /// The words on the screen.
    pub fn words(self) -> &'static str {
        match self {
            Span::Today => say!("span-today"),
            Span::Week => say!("span-week"),
            Span::Month => say!("span-month"),
        }
    }

    /// How many days it has.
    pub const fn days(self) -> usize {
        match self {
            Span::Today => 1,
            Span::Week => 7,
            Span::Month => 30,
        }
    }

    /// The next one, going round.
    #[must_use]
    pub const fn next(self) -> Self {
        match self {
            Span::Today => Span::Week,
            Span::Week => Span::Month,
            Span::Month => Span::Today,
        }
    }

    /// Its first moment: midnight where the user is.
    pub fn since(self, now: UnixMillis, zone: &TimeZone) -> UnixMillis {
        let back = i64::try_from(self.days() - 1).unwrap_or_default();
        let start = Timestamp::from_millisecond(now.0).ok().and_then(|now| {
            let day = now.to_zoned(zone.clone()).checked_sub(back.days()).ok()?;
            day.start_of_day().ok()
        });
        start.map_or(now, |start| UnixMillis(start.timestamp().as_millisecond()))
    }
}

/// The tab of usage.
#[derive(Clone, Debug)]
pub struct UsageTab {
    /// The span that is looked at.
    pub span: Span,
    /// By what it is broken down.
    pub by: By,
    /// Whether only receipts worth a question are shown.
    pub disputes: bool,
    /// What the ledger said.
    pub view: Remote<UsageView>,
    /// The place in the list of receipts.
    pub cursor: ListCursor<i64>,
    /// What runs at the relay now, the oldest first.
    pub running: Vec<RunningRequest>,
    /// Whether the engine watches what runs.
    pub watching: bool,
}

impl Default for UsageTab {
    fn default() -> Self {
        UsageTab {
            span: Span::default(),
            by: By::Model,
            disputes: false,
            view: Remote::default(),
            cursor: ListCursor::default(),
            running: Vec::new(),
            watching: false,
        }
    }
}

impl UsageTab {
    /// The receipts, newest first.
    pub fn receipts(&self) -> &[Receipt] {
        self.view
            .value()
            .map_or(&[], |view| view.receipts.as_slice())
    }

    /// A receipt by its number.
    pub fn receipt(&self, id: i64) -> Option<&Receipt> {
        self.receipts().iter().find(|receipt| receipt.id == id)
    }

    /// The receipt under the cursor.
    pub fn current(&self) -> Option<&Receipt> {
        self.receipts().get(self.cursor.index())
    }

    /// The rows or the room changed: the cursor stays on its receipt.
    pub fn settle(&mut self, height: usize) {
        let rows = self.view.value().map_or(&[][..], |view| &view.receipts);
        self.cursor.settle(rows.len(), height, |at| rows[at].id);
    }

    /// Another relay is opened: what was read is not about it.
    pub fn forget(&mut self) {
        self.view.clear();
        self.cursor = ListCursor::default();
        self.running.clear();
        // The engine's watcher belonged to the relay that was left.
        self.watching = false;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_begin_at_midnight_where_the_user_is() {
        // 2026-03-29 12:00 in Berlin, hours after the clocks went forward.
        let berlin = TimeZone::posix("CET-1CEST,M3.5.0,M10.5.0/3").unwrap();
        let now = UnixMillis(1_774_778_400_000);
        let hours = |span: Span| now.since(span.since(now, &berlin)) / 3_600_000;
        assert_eq!(hours(Span::Today), 11);
        assert_eq!(hours(Span::Week), 6 * 24 + 11);
        assert_eq!(Span::Month.next(), Span::Today);
    }
}
