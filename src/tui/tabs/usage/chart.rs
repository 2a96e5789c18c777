//! A chart of money over time: one bar a point, in eighths of a row, with the highest point named.

use ratatui::text::{Line, Span};

use crate::domain::{Money, Spending};
use crate::locale::say;
use crate::tui::draw;
use crate::tui::text::width;
use crate::tui::theme::{Role, Theme};

/// The widest bar, in cells.
const WIDEST: usize = 5;

/// The rows of a chart of these points in so many cells and rows; the first row names the highest, the last one the
/// first and the last point.
pub fn rows(
    theme: &Theme,
    points: &[Spending],
    ends: (&str, &str),
    cells: usize,
    height: usize,
) -> Vec<Line<'static>> {
    let highest = points.iter().max_by_key(|point| point.spent);
    let (highest, estimated) = highest.map_or((Money::ZERO, false), |point| {
        (point.spent, point.estimated > 0)
    });
    let bars = height.saturating_sub(2);
    if highest <= Money::ZERO || bars == 0 || points.is_empty() {
        return Vec::new();
    }
    let room = cells.saturating_sub(2);
    let each = (room / points.len()).clamp(1, WIDEST + 1);
    // Where there are more points than cells, the latest are shown.
    let points = &points[points.len().saturating_sub(room / each)..];
    let gap = usize::from(each > 2);
    let steps = theme.steps();
    let eighths = |point: &Spending| {
        let share = i128::from(point.spent.nanos().max(0)) * bars as i128 * 8;
        let level = share / i128::from(highest.nanos());
        // Something is never drawn as nothing.
        let least = i128::from(point.spent > Money::ZERO);
        usize::try_from(level.max(least)).unwrap_or(0)
    };
    let mut lines = vec![Line::styled(
        say!(
            "chart-highest",
            highest = draw::about(theme, estimated, highest)
        ),
        theme.style(Role::Dim),
    )];
    for row in (0..bars).rev() {
        let mut text = String::from(" ");
        for point in points {
            let filled = eighths(point).saturating_sub(row * 8).min(8);
            let step = match filled {
                0 => " ",
                filled => steps[filled - 1],
            };
            text.push_str(&step.repeat(each - gap));
            text.push_str(&" ".repeat(gap));
        }
        lines.push(Line::styled(
            text.trim_end().to_owned(),
            theme.style(Role::Money),
        ));
    }
    let span = (points.len() * each).saturating_sub(gap);
    let between = span.saturating_sub(width(ends.0) + width(ends.1)).max(1);
    let text = format!(" {}{}{}", ends.0, " ".repeat(between), ends.1);
    lines.push(Line::from(Span::styled(text, theme.style(Role::Dim))));
    lines
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tui::theme::{ColorLevel, Glyphs};

    fn drawn(points: &[i64], cells: usize, height: usize) -> Vec<String> {
        let theme = Theme::new(ColorLevel::None, Glyphs::Unicode);
        let points: Vec<Spending> = points
            .iter()
            .map(|nanos| Spending {
                spent: Money::from_nanos(*nanos),
                ..Spending::default()
            })
            .collect();
        rows(&theme, &points, ("a", "z"), cells, height)
            .iter()
            .map(ToString::to_string)
            .collect()
    }

    #[test]
    fn bars_are_in_proportion_and_something_is_never_nothing() {
        let rows = drawn(&[0, 1, 500_000_000, 1_000_000_000], 10, 4);
        assert_eq!((rows[0].as_str(), rows.len()), (" highest $1.0000", 4));
        assert!(rows[1].ends_with('█') && !rows[1].trim_start().starts_with('▁'));
        assert!(rows[2].contains('▁') && rows[2].matches('█').count() >= 2);
    }

    #[test]
    fn nothing_spent_is_no_chart_and_too_many_points_keep_the_latest() {
        assert!(drawn(&[0, 0], 40, 6).is_empty());
        let many: Vec<i64> = (1..=100).collect();
        let rows = drawn(&many, 22, 4);
        assert!(rows.iter().all(|row| width(row) <= 22), "{rows:?}");
    }
}
