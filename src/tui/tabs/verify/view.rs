//! How the tab of proofs is drawn: the items with what each can cost, and below them what was found.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use super::rows;
use super::state::Item;
use crate::engine::door::WorstCase;
use crate::locale::say;
use crate::tui::draw::{bar, clean, cut, put, put_all, put_both, row, rule};
use crate::tui::layout::Layout;
use crate::tui::model::Model;
use crate::tui::text::{Align, fit};
use crate::tui::theme::{Role, Sign};

/// Draws the tab.
pub fn draw(model: &Model, layout: &Layout, frame: &mut Frame<'_>) {
    let buffer = frame.buffer_mut();
    caption(model, layout, buffer);
    for (at, item) in Item::ALL.into_iter().enumerate() {
        let area = row(
            Rect {
                y: layout.body.y + 1,
                height: layout.body.height.saturating_sub(1),
                ..layout.body
            },
            at,
        );
        let line = item_row(model, item, usize::from(layout.body.width));
        put(buffer, area, &line);
        if model.verify.item == item {
            bar(buffer, area, &model.settings.theme);
        }
    }
    let area = rows::area(layout.body);
    if area.height == 0 {
        return;
    }
    let theme = &model.settings.theme;
    let title = vec![Span::styled(
        model.verify.item.words(),
        theme.style(Role::Heading),
    )];
    let above = Rect {
        y: area.y - 1,
        height: 1,
        ..area
    };
    let heading = rule(theme, title, area.width);
    let found = rows::found(model, area.width);
    let from = model.verify.scroll.min(found.len().saturating_sub(1));
    let shown: Vec<Line<'_>> = found
        .iter()
        .skip(from)
        .take(usize::from(area.height))
        .cloned()
        .collect();
    put_all(buffer, area, &shown);
    put(buffer, above, &heading);
    let left = found.len().saturating_sub(from + usize::from(area.height));
    if left > 0 {
        let more = say!("verify-more", sign = theme.glyph(Sign::Below), left = left);
        let more = Line::styled(format!(" {more} "), theme.style(Role::Dim));
        put_both(buffer, above, &heading, &more);
    }
}

/// What everything is run with.
fn caption(model: &Model, layout: &Layout, buffer: &mut ratatui::buffer::Buffer) {
    let theme = &model.settings.theme;
    let area = Rect {
        height: 1,
        ..layout.body
    };
    let (text, role) = match &model.verify.plan {
        None => (
            say!("verify-looking", working = theme.glyph(Sign::Working)),
            Role::Dim,
        ),
        Some(Err(fault)) => (
            format!(" {} {}", theme.glyph(Sign::Cross), clean(&fault.message)),
            Role::Bad,
        ),
        Some(Ok(plan)) => {
            let dot = theme.glyph(Sign::Dot);
            let group = plan.group.as_deref().map_or_else(String::new, |group| {
                say!("verify-group", dot = dot, group = clean(group))
            });
            let limit = model.settings.within.map_or_else(String::new, |within| {
                say!("verify-within", dot = dot, seconds = within.as_secs())
            });
            (
                format!(" {} {dot} {}{group}{limit}", clean(&plan.model), plan.key),
                Role::Dim,
            )
        }
    };
    let text = cut(theme, &text, usize::from(area.width).saturating_sub(14));
    put_both(
        buffer,
        area,
        &Line::styled(text, theme.style(role)),
        &Line::styled(say!("verify-worst"), theme.style(Role::ColumnHead)),
    );
}

fn item_row(model: &Model, item: Item, cells: usize) -> Line<'static> {
    let theme = &model.settings.theme;
    let here = model.verify.item == item;
    let cursor = if here { theme.glyph(Sign::Cursor) } else { " " };
    let (sign, role) = standing(model, item);
    let worst = match model.verify.worst(item) {
        Some(WorstCase::AtMost(most)) => most.to_string(),
        Some(WorstCase::Unknown) => say!("verify-worst-unknown").into(),
        None if item.test().is_some() || item == Item::Ladder => "?".into(),
        None => say!("verify-worst-nothing").into(),
    };
    let about = cells.saturating_sub(3 + 3 + 17 + 14);
    Line::from(vec![
        Span::raw(format!(" {cursor} ")),
        Span::styled(fit(sign, 3, Align::Left, ""), theme.style(role)),
        Span::raw(fit(item.words(), 16, Align::Left, "")),
        Span::raw(" "),
        Span::styled(
            fit(
                item.about(),
                about,
                Align::Left,
                theme.glyph(Sign::Ellipsis),
            ),
            theme.style(Role::Dim),
        ),
        Span::styled(
            fit(&worst, 13, Align::Right, theme.glyph(Sign::Ellipsis)),
            theme.style(Role::Money),
        ),
    ])
}

/// How an item stands: running, passed, failed, or not run.
fn standing(model: &Model, item: Item) -> (&'static str, Role) {
    let theme = &model.settings.theme;
    let verify = &model.verify;
    if verify.running.is_some_and(|(_, running)| running == item) {
        return (theme.glyph(Sign::Working), Role::Accent);
    }
    let passed = match (item, item.test()) {
        (_, Some(test)) => verify.outcome(test).map(|outcome| outcome.passed),
        (Item::Ladder, _) => verify
            .report
            .as_ref()
            .map(|report| report.trouble().is_none()),
        _ => None,
    };
    match passed {
        Some(true) => (theme.glyph(Sign::Check), Role::Good),
        Some(false) => (theme.glyph(Sign::Cross), Role::Bad),
        None => ("", Role::Dim),
    }
}
