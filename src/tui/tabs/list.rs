//! What all tabs with a list share: the line above it, and what stands in its place while it is empty.

use ratatui::Frame;
use ratatui::text::{Line, Span};

use crate::tui::draw::{clean, cut, put_all, put_both};
use crate::tui::filtered::FilteredList;
use crate::tui::layout::Layout;
use crate::tui::model::Model;
use crate::tui::overlay::detail::paragraph;
use crate::tui::remote::Remote;
use crate::tui::text::width;
use crate::tui::theme::{Role, Sign};
use crate::tui::words;

/// What the line above a list says.
pub struct Caption<'a, K, T> {
    /// The list.
    pub list: &'a FilteredList<K>,
    /// Where its rows come from.
    pub remote: &'a Remote<Vec<T>>,
    /// The word for one row.
    pub one: &'static str,
    /// The word for several.
    pub many: &'static str,
    /// What stands at the right.
    pub right: Vec<Span<'static>>,
}

/// Draws the line: the filter, the count, and how fresh the rows are. While a filter is typed, the cursor stands in it.
pub fn caption<K: Clone + PartialEq, T>(
    model: &Model,
    layout: &Layout,
    frame: &mut Frame<'_>,
    caption: Caption<'_, K, T>,
) {
    let theme = &model.settings.theme;
    let list = caption.list;
    let query = list.query.text();
    let mut left = vec![Span::raw(" ")];
    if list.typing || !query.is_empty() {
        let shown = cut(theme, &query, usize::from(layout.caption.width) / 2);
        let caret = 2 + width(&shown);
        left.push(Span::styled("/", theme.style(Role::Accent)));
        left.push(Span::styled(shown, theme.style(Role::Input)));
        left.push(Span::raw("  "));
        if list.typing && model.overlays.is_empty() {
            let x = layout.caption.x + u16::try_from(caret).unwrap_or(0);
            frame.set_cursor_position((x, layout.caption.y));
        }
    }
    let total = list.total();
    let word = if total == 1 {
        caption.one
    } else {
        caption.many
    };
    let count = if list.shown() == total {
        format!("{} {word}", words::grouped(total))
    } else {
        format!(
            "{} of {}",
            words::grouped(list.shown()),
            words::grouped(total)
        )
    };
    if caption.remote.value().is_some() {
        left.push(Span::styled(count, theme.style(Role::Dim)));
    }
    left.extend(freshness(model, caption.remote));
    let right = Line::from(caption.right);
    put_both(
        frame.buffer_mut(),
        layout.caption,
        &Line::from(left),
        &right,
    );
}

/// What is to be said of rows that are not fresh: on their way, or kept from before a failed refresh.
fn freshness<T>(model: &Model, remote: &Remote<T>) -> Vec<Span<'static>> {
    let theme = &model.settings.theme;
    match remote {
        Remote::Unasked | Remote::Ready(_) => Vec::new(),
        Remote::Loading(_) => vec![Span::styled(
            format!("  {} fetching", theme.glyph(Sign::Working)),
            theme.style(Role::Dim),
        )],
        Remote::Failed(fault, stale) => {
            let mut spans = Vec::new();
            if let Some(stale) = stale {
                let age = words::age(stale.at.seconds(), model.now.wall);
                spans.push(Span::styled(
                    format!("  {age} old"),
                    theme.style(Role::Stale),
                ));
            }
            spans.push(Span::styled(
                format!(
                    "  {} {} {} {}",
                    theme.glyph(Sign::Cross),
                    clean(&fault.message),
                    theme.glyph(Sign::Arrow),
                    clean(&fault.advice)
                ),
                theme.style(Role::Bad),
            ));
            spans
        }
    }
}

/// Says why there are no rows: not here yet, failed, filtered away, or really none.
pub fn nothing<K: Clone + PartialEq, T>(
    model: &Model,
    layout: &Layout,
    frame: &mut Frame<'_>,
    list: &FilteredList<K>,
    remote: &Remote<Vec<T>>,
    empty: &str,
) {
    let theme = &model.settings.theme;
    let width = layout.rows.width;
    let say = |text: &str, role| paragraph(theme, text, role, 1, width);
    let rows: Vec<Line<'static>> = match remote {
        Remote::Failed(fault, None) => {
            let mut rows = say(
                &format!("{} {}", theme.glyph(Sign::Cross), clean(&fault.message)),
                Role::Bad,
            );
            rows.extend(say(
                &format!("{} {}", theme.glyph(Sign::Arrow), clean(&fault.advice)),
                Role::Text,
            ));
            rows.extend(say("r tries again", Role::Dim));
            rows
        }
        // What was never asked for cannot be had with a key only.
        Remote::Unasked => say(empty, Role::Dim),
        Remote::Loading(None) => Vec::new(),
        Remote::Loading(Some(_)) | Remote::Ready(_) | Remote::Failed(_, Some(_)) => {
            if list.total() > 0 && !list.query.is_empty() {
                say("Nothing matches; Esc drops the filter.", Role::Dim)
            } else if list.total() > 0 {
                say("Nothing here in this group; f shows all.", Role::Dim)
            } else {
                say(empty, Role::Dim)
            }
        }
    };
    put_all(frame.buffer_mut(), layout.rows, &rows);
}
