//! How the tab of keys is drawn.

use ratatui::Frame;
use ratatui::text::{Line, Span};

use crate::domain::{KeyInfo, KeyStatus, Money, QuotaLimit};
use crate::engine::door::KeyRow;
use crate::locale::{Word, say};
use crate::tui::columns::{Column, Sorted, Table};
use crate::tui::draw::{clean, put_all, with_ratio};
use crate::tui::layout::Layout;
use crate::tui::model::Model;
use crate::tui::overlay::detail::paragraph;
use crate::tui::tabs::list::{self, Caption};
use crate::tui::text::Align;
use crate::tui::theme::{Role, Sign, Theme};
use crate::tui::words::{self, Nearness};

const COLUMNS: [Column; 7] = [
    Column::new(Word("keys-column-name"), 16, 30, Align::Left, 9),
    Column::new(Word("keys-column-group"), 10, 18, Align::Left, 5),
    Column::new(Word("keys-column-left"), 15, 16, Align::Left, 7),
    Column::new(Word("keys-column-used"), 9, 10, Align::Right, 3),
    Column::new(Word("keys-column-expires"), 9, 10, Align::Left, 6),
    Column::new(Word("keys-column-last-used"), 9, 9, Align::Left, 2),
    Column::new(Word("keys-column-status"), 12, 12, Align::Left, 8),
];

/// Draws the tab.
pub fn draw(model: &Model, layout: &Layout, frame: &mut Frame<'_>) {
    let theme = &model.settings.theme;
    let tab = &model.keys;
    if !model.relay.manages() && model.relay.keys.value().is_none() {
        explain(model, layout, frame);
        return;
    }
    let marked = match tab.marked.len() {
        0 => Vec::new(),
        count => vec![Span::styled(
            say!("keys-marked", count = count),
            theme.style(Role::Mark),
        )],
    };
    list::caption(
        model,
        layout,
        frame,
        Caption {
            list: &tab.list,
            remote: &model.relay.keys,
            count: |total| say!("keys-count", count = words::grouped(total), keys = #total),
            right: marked,
        },
    );
    if tab.list.shown() == 0 {
        let empty = say!("keys-empty");
        list::nothing(
            model,
            layout,
            frame,
            &tab.list,
            &model.relay.keys,
            empty,
            "",
        );
        return;
    }
    let table = Table::new(&COLUMNS, theme, layout.rows.width);
    let buffer = frame.buffer_mut();
    let sorted = tab.order.by().map(|(column, reversed)| Sorted {
        at: column as usize,
        falling: column.falls() != reversed,
    });
    table.head(buffer, layout.head, sorted);
    let rows = model.relay.key_rows();
    let (window, cursor) = tab.list.window(layout.list_height());
    table.rows(
        buffer,
        layout.rows,
        cursor,
        window.iter().filter_map(|index| rows.get(*index)),
        |key| tab.marked.contains(&key.info.id),
        |key, column, _| text(model, key, column),
    );
}

/// The text of one cell.
fn text(model: &Model, row: &KeyRow, column: usize) -> (String, Role) {
    let theme = &model.settings.theme;
    let relay = &model.relay;
    let info = &row.info;
    let now = model.now.wall;
    match column {
        0 => (info.name.clone(), Role::Text),
        1 => {
            let group = relay.group_of(row).unwrap_or("?");
            (
                with_ratio(theme, group, relay.ratio(group), usize::MAX),
                Role::Text,
            )
        }
        2 => left(model, info),
        3 => (money(relay.scale().money(info.used)), Role::Money),
        4 => {
            let (text, nearness) = words::expiry(info.expires, now);
            let role = match nearness {
                Nearness::Far => Role::Text,
                Nearness::Soon => Role::Warn,
                Nearness::Over => Role::Bad,
            };
            (text, role)
        }
        5 => match info.last_used {
            Some(at) => (words::ago(at, now), Role::Dim),
            None => (theme.glyph(Sign::Nothing).into(), Role::Dim),
        },
        _ => {
            let status = relay.status(row, now.seconds());
            let text = format!(
                "{} {}",
                status_sign(theme, status),
                words::key_status(status)
            );
            (text, status_role(status))
        }
    }
}

/// Money in a column: two decimals, more where that would show nothing of it.
fn money(amount: Money) -> String {
    let small = amount.nanos() != 0 && amount.nanos().abs() < 10_000_000;
    if small {
        amount.to_string()
    } else {
        let text = amount.fixed(2);
        match text.strip_prefix('-') {
            Some(rest) => format!("-${rest}"),
            None => format!("${text}"),
        }
    }
}

/// What is left, with a meter; unlimited is a word, never 0 % or 100 % (S-22).
fn left(model: &Model, info: &KeyInfo) -> (String, Role) {
    let theme = &model.settings.theme;
    let Some(left) = info.left.money(model.relay.scale()) else {
        return (say!("key-unlimited").into(), Role::Text);
    };
    let share = left_share(info).unwrap_or(0);
    let full = usize::try_from((share + 19) / 20).unwrap_or(0).min(5);
    let meter = format!(
        "{}{}",
        theme.glyph(Sign::MeterFull).repeat(full),
        theme.glyph(Sign::MeterEmpty).repeat(5 - full)
    );
    let role = match share {
        0 => Role::Bad,
        1..=20 => Role::Warn,
        _ => Role::Text,
    };
    (format!("{:<9} {meter}", money(left)), role)
}

/// What is left of a key in percent of all it was given; `None` for unlimited.
pub fn left_share(info: &KeyInfo) -> Option<i64> {
    let QuotaLimit::Limited(left) = info.left else {
        return None;
    };
    let (left, used) = (i128::from(left.0.max(0)), i128::from(info.used.0.max(0)));
    match left + used {
        0 => Some(0),
        all => i64::try_from((left * 100).div_euclid(all)).ok(),
    }
}

/// The sign of a status: never colour alone (S-21).
pub fn status_sign(theme: &Theme, status: KeyStatus) -> &'static str {
    match status {
        KeyStatus::Enabled => theme.glyph(Sign::Check),
        KeyStatus::Disabled => theme.glyph(Sign::Nothing),
        KeyStatus::Expired => theme.glyph(Sign::Warning),
        KeyStatus::Exhausted => theme.glyph(Sign::Cross),
    }
}

/// The colour of a status.
pub fn status_role(status: KeyStatus) -> Role {
    match status {
        KeyStatus::Enabled => Role::Good,
        KeyStatus::Disabled => Role::Dim,
        KeyStatus::Expired => Role::Warn,
        KeyStatus::Exhausted => Role::Bad,
    }
}

/// Why there is no list, and what is possible, for a relay that was added with a key only.
fn explain(model: &Model, layout: &Layout, frame: &mut Frame<'_>) {
    let theme = &model.settings.theme;
    let name = model.relay.profile_name().unwrap_or_default();
    let width = layout.body.width;
    let mut rows = vec![Line::default()];
    let head = say!("keys-only-key", name = clean(name));
    rows.extend(paragraph(theme, &head, Role::Heading, 1, width));
    rows.push(Line::default());
    for text in [
        say!("keys-only-key-limits"),
        say!("keys-only-key-works"),
        say!("keys-only-key-advice"),
    ] {
        rows.extend(paragraph(theme, text, Role::Text, 1, width));
    }
    put_all(frame.buffer_mut(), layout.body, &rows);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::QuotaUnits;
    use crate::domain::key::tests::key_in;

    #[test]
    fn s_21_every_status_has_a_sign_and_a_colour_of_its_own() {
        use crate::tui::theme::{ColorLevel, Glyphs};
        let all = [
            KeyStatus::Enabled,
            KeyStatus::Disabled,
            KeyStatus::Expired,
            KeyStatus::Exhausted,
        ];
        for glyphs in [Glyphs::Unicode, Glyphs::Ascii] {
            let theme = Theme::new(ColorLevel::Ansi16, glyphs);
            for (at, one) in all.iter().enumerate() {
                for other in &all[at + 1..] {
                    assert_ne!(status_sign(&theme, *one), status_sign(&theme, *other));
                    let style = |status: KeyStatus| theme.style(status_role(status));
                    assert_ne!(style(*one), style(*other));
                }
            }
        }
    }

    #[test]
    fn s_22_a_share_is_only_of_what_is_limited() {
        let key = |left, used| KeyInfo {
            left,
            used: QuotaUnits(used),
            ..key_in("")
        };
        let limited = |left, used| key(QuotaLimit::Limited(QuotaUnits(left)), used);
        assert_eq!(left_share(&key(QuotaLimit::Unlimited, 5)), None);
        assert_eq!(left_share(&limited(0, 0)), Some(0));
        assert_eq!(left_share(&limited(98, 2)), Some(98));
        assert_eq!(left_share(&limited(-5, 100)), Some(0));
        assert_eq!(left_share(&limited(i64::MAX, i64::MAX)), Some(50));
    }
}
