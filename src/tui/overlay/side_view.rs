//! How two answers are drawn side by side: who answers, the text, and below it what it took and what it cost.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use super::view::head_with;
use crate::locale::say;
use crate::tui::advice::advised;
use crate::tui::draw::{below, clean, cost, cut, put, row};
use crate::tui::model::Model;
use crate::tui::overlay::detail::paragraph;
use crate::tui::tabs::chat::side::{Side, SideColumn};
use crate::tui::tabs::chat::transcript::odd_end;
use crate::tui::text::Document;
use crate::tui::theme::{Role, Sign};
use crate::tui::words;

/// Rows below a text: tokens, times, the cost.
const BELOW: u16 = 3;

/// Draws both.
pub fn draw(model: &Model, side: &Side, area: Rect, frame: &mut Frame<'_>) {
    let theme = &model.settings.theme;
    let prompt = side.columns[0]
        .turn
        .turn
        .prompt
        .lines()
        .next()
        .unwrap_or_default();
    let room = usize::from(area.width).saturating_sub(20);
    let title = say!("side-title", question = cut(theme, prompt, room));
    head_with(model, &title, say!("side-hint").into(), area, frame);
    let page = below(area, 1);
    let half = page.width.saturating_sub(1) / 2;
    let left = Rect {
        width: half,
        ..page
    };
    let right = Rect {
        x: page.x + half + 1,
        width: page.width.saturating_sub(half + 1),
        ..page
    };
    let bar = Line::styled(theme.glyph(Sign::ColumnBar), theme.style(Role::Rule));
    for at in 0..usize::from(page.height) {
        let place = Rect {
            x: page.x + half,
            width: 1,
            ..row(page, at)
        };
        put(frame.buffer_mut(), place, &bar);
    }
    for (number, (column, area)) in side.columns.iter().zip([left, right]).enumerate() {
        draw_column(model, number + 1, column, side.scroll, area, frame);
    }
}

fn draw_column(
    model: &Model,
    number: usize,
    column: &SideColumn,
    scroll: Option<usize>,
    area: Rect,
    frame: &mut Frame<'_>,
) {
    let theme = &model.settings.theme;
    let kept = &column.turn.turn;
    let group = column.group.as_deref().unwrap_or_default();
    let room = usize::from(area.width).saturating_sub(5);
    let group = match group {
        "" => String::new(),
        group => format!(
            " {} {}",
            theme.glyph(Sign::Dot),
            cut(theme, group, room / 3)
        ),
    };
    let name = cut(
        theme,
        &kept.model,
        room.saturating_sub(crate::tui::text::width(&group)),
    );
    let head = Line::from(vec![
        Span::styled(format!(" {number} "), theme.style(Role::Key)),
        Span::styled(name, theme.style(Role::Model)),
        Span::styled(group, theme.style(Role::Dim)),
    ]);
    put(frame.buffer_mut(), area, &head);
    let text = Rect {
        y: area.y + 1,
        x: area.x + 1,
        width: area.width.saturating_sub(2),
        height: area.height.saturating_sub(2 + BELOW),
    };
    let mut rows: Vec<Line<'static>> = Vec::new();
    if !kept.reasoning.is_empty() && kept.reply.is_empty() {
        let text = say!("side-thinking", working = theme.glyph(Sign::Working));
        rows.push(Line::styled(text, theme.style(Role::Dim)));
    } else if column.streaming && kept.reply.is_empty() {
        let text = say!("chat-waiting", working = theme.glyph(Sign::Working));
        rows.push(Line::styled(text, theme.style(Role::Dim)));
    }
    let mut document = Document::of(&kept.reply);
    let answer = document.rows(usize::from(text.width).max(2), theme, 0, usize::MAX);
    rows.extend(answer.into_iter().cloned());
    if let Some(fault) = &kept.fault {
        let what = format!("{} {}", theme.glyph(Sign::Cross), clean(&fault.message));
        rows.extend(paragraph(theme, &what, Role::Bad, 0, text.width));
        let advice = advised(theme, fault);
        rows.extend(paragraph(theme, &advice, Role::Text, 0, text.width));
    } else if !column.streaming
        && let Some(words) = odd_end(&column.turn)
    {
        let what = format!("{} {words}", theme.glyph(Sign::Warning));
        rows.extend(paragraph(theme, &what, Role::Warn, 0, text.width));
    }
    let height = usize::from(text.height);
    let last = rows.len().saturating_sub(height);
    let top = scroll.unwrap_or(last).min(last);
    for (at, line) in rows.iter().skip(top).take(height).enumerate() {
        put(frame.buffer_mut(), row(text, at), line);
    }
    figures(
        model,
        column,
        below(area, area.height.saturating_sub(BELOW)),
        frame,
    );
}

/// Tokens and speed, times, and the cost, each in a row of its own.
fn figures(model: &Model, column: &SideColumn, area: Rect, frame: &mut Frame<'_>) {
    let theme = &model.settings.theme;
    let kept = &column.turn.turn;
    let spend = column.spend.as_ref();
    if column.streaming && spend.is_none() {
        // Nothing is known yet, which is something else than nothing and than unknown.
        return;
    }
    let speed = spend.and_then(|spend| spend.tenths_per_second);
    let tokens = say!(
        "side-tokens",
        input = words::short(kept.usage.prompt()),
        output = words::short(kept.usage.output),
        speed = speed.map_or(String::new(), |speed| format!("  {}", words::speed(speed)))
    );
    let first = kept
        .first_ms
        .map(|first| say!("side-first", time = words::seconds(first)));
    let total = kept
        .total_ms
        .map(|total| say!("side-all", time = words::seconds(total)));
    let times = format!("{}{}", first.unwrap_or_default(), total.unwrap_or_default());
    let times = format!(" {}", times.trim_start());
    let dim = theme.style(Role::Dim);
    if !kept.is_counted() {
        let text = format!(" {}", say!("chat-no-tokens"));
        put(frame.buffer_mut(), row(area, 0), &Line::styled(text, dim));
        put(frame.buffer_mut(), row(area, 1), &Line::styled(times, dim));
        return;
    }
    put(frame.buffer_mut(), row(area, 0), &Line::styled(tokens, dim));
    put(frame.buffer_mut(), row(area, 1), &Line::styled(times, dim));
    let cost = match &kept.cost {
        Some(figure) => cost(theme, figure),
        None => Span::styled("?", theme.style(Role::MoneyUnknown)),
    };
    put(
        frame.buffer_mut(),
        row(area, 2),
        &Line::from(vec![Span::raw(" "), cost]),
    );
}
