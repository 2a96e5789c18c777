//! Where the parts of the tab of usage stand.

use ratatui::layout::Rect;

use crate::tui::layout::WIDE;

/// The parts, from top to bottom; where there is room the breakdown stands beside the chart.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Places {
    /// Spans and sums.
    pub sums: Rect,
    /// The chart.
    pub chart: Rect,
    /// The breakdown, its head included.
    pub breakdown: Rect,
    /// What runs now, its head included; no rows where nothing does.
    pub running: Rect,
    /// What stands above the receipts.
    pub caption: Rect,
    /// The names of the receipts' columns.
    pub head: Rect,
    /// The receipts.
    pub rows: Rect,
}

/// The most running requests that are shown.
const RUNNING: u16 = 4;

/// The parts of a body while so many requests run.
pub fn places(body: Rect, running: usize) -> Places {
    let mut rest = body;
    let mut take = |height: u16| {
        let height = height.min(rest.height);
        let taken = Rect { height, ..rest };
        rest.y += height;
        rest.height -= height;
        taken
    };
    let sums = take(2);
    // What is tall, usual and low has its own share; the receipts get the rest, and always some.
    let pick = |tall, usual, low| match body.height {
        30.. => tall,
        18..30 => usual,
        _ => low,
    };
    let (chart, breakdown) = if body.width >= WIDE {
        let both = take(pick(10, 6, 4));
        // The breakdown has names, bars and figures; the chart is a picture at any width.
        let left = both.width * 5 / 12;
        let chart = Rect {
            width: left - 2,
            ..both
        };
        let breakdown = Rect {
            x: both.x + left,
            width: both.width - left,
            ..both
        };
        (chart, breakdown)
    } else {
        (take(pick(7, 4, 0)), take(pick(7, 5, 3)))
    };
    let running = match u16::try_from(running).unwrap_or(u16::MAX) {
        0 => 0,
        running => running.min(RUNNING) + 1,
    };
    Places {
        sums,
        chart,
        breakdown,
        running: take(running),
        caption: take(1),
        head: take(1),
        rows: take(u16::MAX),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_size_leaves_rows_for_receipts_and_nothing_overlaps() {
        for (width, height, running) in [
            (60, 12, 0),
            (60, 12, 9),
            (80, 21, 3),
            (120, 37, 4),
            (200, 60, 0),
        ] {
            let places = places(Rect::new(0, 2, width, height), running);
            let tight = height < 14 && running > 0;
            assert!(places.rows.height >= u16::from(!tight), "{width}x{height}");
            assert_eq!(places.rows.bottom(), 2 + height);
            assert!(places.caption.y >= places.breakdown.bottom());
            assert!(places.breakdown.y >= places.sums.bottom());
            assert!(!places.chart.intersects(places.breakdown));
        }
    }
}
