//! What all tabs with a list share: the line above it, and what stands in its place while it is empty.

use ratatui::Frame;
use ratatui::text::{Line, Span};

use crate::domain::{Fault, UnixMillis};
use crate::locale::say;
use crate::tui::advice::advised;
use crate::tui::draw::{clean, cut, more_below, put_all, put_both};
use crate::tui::filtered::FilteredList;
use crate::tui::layout::Layout;
use crate::tui::model::Model;
use crate::tui::overlay::detail::paragraph;
use crate::tui::remote::Remote;
use crate::tui::text::width;
use crate::tui::theme::{Role, Sign, Theme};
use crate::tui::words;

/// What the line above a list says.
pub struct Caption<'a, K, T> {
    /// The list.
    pub list: &'a FilteredList<K>,
    /// Where its rows come from.
    pub remote: &'a Remote<T>,
    /// So many of them, in words.
    pub count: fn(usize) -> String,
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
    let count = if list.shown() == total {
        (caption.count)(total)
    } else {
        say!(
            "list-found",
            shown = words::grouped(list.shown()),
            total = words::grouped(total)
        )
    };
    if caption.remote.value().is_some() {
        let (_, below) = list.hidden(layout.list_height());
        let count = format!("{count}{}", more_below(theme, below));
        left.push(Span::styled(count, theme.style(Role::Dim)));
    }
    let mut right = Line::from(caption.right);
    let used = |right: &Line<'_>| left.iter().map(Span::width).sum::<usize>() + right.width() + 1;
    let mut room = usize::from(layout.caption.width).saturating_sub(used(&right));
    // Where one types, the key is a letter.
    let retry = match list.typing {
        true => "",
        false => say!("list-retry"),
    };
    if whole(model, caption.remote, retry) > room {
        // Why the rows are old is not cut for what can be seen in them too.
        right = Line::default();
        room = usize::from(layout.caption.width).saturating_sub(used(&right));
    }
    left.extend(freshness(model, caption.remote, retry, room));
    put_both(
        frame.buffer_mut(),
        layout.caption,
        &Line::from(left),
        &right,
    );
}

/// Cells in which age and reason of rows from before a failed refresh, and the key that tries again, can be said whole.
fn whole<T>(model: &Model, remote: &Remote<T>, retry: &str) -> usize {
    match remote {
        Remote::Failed(fault, Some(stale)) => {
            let (age, what) = old(model, fault, stale.at);
            width(&age) + width(&what) + width(retry)
        }
        _ => 0,
    }
}

/// How old the rows are, and why.
fn old(model: &Model, fault: &Fault, at: UnixMillis) -> (String, String) {
    let age = words::age(at.seconds(), model.now.wall);
    let sign = model.settings.theme.glyph(Sign::Cross);
    (
        say!("list-old", age = age),
        format!("  {sign} {}", clean(&fault.message)),
    )
}

/// Rows of this age are said to be old, even where nothing failed.
const OLD_MS: i64 = 600_000;

/// What is to be said of rows that are not fresh: on their way, kept from before a failed refresh, or loaded a while ago.
fn freshness<T>(model: &Model, remote: &Remote<T>, retry: &str, room: usize) -> Vec<Span<'static>> {
    let theme = &model.settings.theme;
    match remote {
        Remote::Unasked | Remote::Failed(_, None) => Vec::new(),
        Remote::Ready(rows) => {
            let age = model.now.wall.0.saturating_sub(rows.at.0);
            // Where the relay is out of reach, even a list of a moment ago is one from before.
            if age < OLD_MS && !model.relay.is_out_of_reach() {
                return Vec::new();
            }
            let age = words::age(rows.at.seconds(), model.now.wall);
            let text = say!("list-old", age = age);
            let style = theme.style(Role::Stale);
            match width(&text) <= room {
                true => vec![Span::styled(text, style)],
                false => Vec::new(),
            }
        }
        Remote::Loading(stale) => {
            let gap = if stale.is_some() { "  " } else { "" };
            let text = say!(
                "list-fetching",
                gap = gap,
                working = theme.glyph(Sign::Working)
            );
            vec![Span::styled(text, theme.style(Role::Dim))]
        }
        Remote::Failed(fault, Some(stale)) => kept(model, fault, stale.at, retry, room),
    }
}

/// What is said of rows from before a failed refresh: how old they are, why, and what to do. The advice is said only where
/// there is room for all of it, and the reason is cut before the key that tries again is.
pub fn kept(
    model: &Model,
    fault: &Fault,
    at: UnixMillis,
    retry: &str,
    room: usize,
) -> Vec<Span<'static>> {
    let theme = &model.settings.theme;
    let (age, what) = old(model, fault, at);
    let advice = format!(" {}", advised(theme, fault));
    let room = room.saturating_sub(width(&age) + width(retry));
    let text = match width(&what) + width(&advice) <= room {
        true => format!("{what}{advice}"),
        false => cut(theme, &what, room),
    };
    vec![
        Span::styled(age, theme.style(Role::Stale)),
        Span::styled(text, theme.style(Role::Bad)),
        Span::styled(retry.to_owned(), theme.style(Role::Text)),
    ]
}

/// What is said where there is nothing to show because it could not be fetched: why, and what to do.
pub fn failed(theme: &Theme, fault: &Fault, indent: usize, cells: u16) -> Vec<Line<'static>> {
    let what = format!("{} {}", theme.glyph(Sign::Cross), clean(&fault.message));
    let advice = advised(theme, fault);
    let mut rows = paragraph(theme, &what, Role::Bad, indent, cells);
    rows.extend(paragraph(theme, &advice, Role::Text, indent, cells));
    rows
}

/// Says why there are no rows: not here yet, failed, filtered away, left out by something else (`narrowed`), or really none
/// (`empty`).
pub fn nothing<K: Clone + PartialEq, T>(
    model: &Model,
    layout: &Layout,
    frame: &mut Frame<'_>,
    list: &FilteredList<K>,
    remote: &Remote<T>,
    empty: &str,
    narrowed: &str,
) {
    let theme = &model.settings.theme;
    let width = layout.rows.width;
    let say = |text: &str, role| paragraph(theme, text, role, 1, width);
    let rows: Vec<Line<'static>> = match remote {
        Remote::Failed(fault, None) => {
            let mut rows = failed(theme, fault, 1, width);
            rows.extend(say(say!("list-try-again"), Role::Dim));
            rows
        }
        // What was never asked for cannot be had with a key only.
        Remote::Unasked => say(empty, Role::Dim),
        Remote::Loading(None) => Vec::new(),
        Remote::Loading(Some(_)) | Remote::Ready(_) | Remote::Failed(_, Some(_)) => {
            if list.total() > 0 && list.found() > 0 {
                say(narrowed, Role::Dim)
            } else if list.total() > 0 {
                say(say!("list-no-match"), Role::Dim)
            } else {
                say(empty, Role::Dim)
            }
        }
    };
    put_all(frame.buffer_mut(), layout.rows, &rows);
}
