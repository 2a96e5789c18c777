//! Two languages on one screen: columns line up whatever is written in them, and one thread's language is no other's.

use proptest::prelude::*;
use relaydeck::locale::{Language, Word, within};
use relaydeck::tui::columns::{Column, Widths};
use relaydeck::tui::keymap::{Context, Keymap};
use relaydeck::tui::text::{Align, width};
use relaydeck::tui::theme::{ColorLevel, Glyphs, Role, Theme};

/// Titles that no catalogue has are said as they are.
const TITLES: [&str; 6] = [
    "NAME",
    "名称",
    "剩余额度",
    "A",
    "首字 p50/p95",
    "模型，或所说内容",
];

fn columns() -> impl Strategy<Value = Vec<Column>> {
    let one = (
        0..TITLES.len(),
        1..24_usize,
        0..20_usize,
        any::<bool>(),
        0..9_u8,
    );
    prop::collection::vec(one, 1..7).prop_map(|all| {
        let column =
            |(title, least, more, right, matters): (usize, usize, usize, bool, u8)| Column {
                title: Word(TITLES[title]),
                least,
                most: least + more,
                align: if right { Align::Right } else { Align::Left },
                matters,
            };
        all.into_iter().map(column).collect()
    })
}

/// The cells of a row, by what the terminal counts.
fn cells(line: &ratatui::text::Line<'_>) -> usize {
    line.spans.iter().map(|span| width(&span.content)).sum()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn x_12_every_row_of_a_table_has_its_columns_at_the_same_cells(
        columns in columns(),
        total in 20..140_usize,
        texts in prop::collection::vec("[a-z名称额度，… ]{0,30}", 14),
    ) {
        let theme = Theme::new(ColorLevel::None, Glyphs::Unicode);
        let widths = Widths::fit(&columns, total);
        let row = |from: usize, here: bool| {
            widths.row(&columns, &theme, here, false, |at, _| (texts[from + at].clone(), Role::Text))
        };
        // Spans of a row come in pairs, a cell and a gap: each begins where it begins in every other row, unless a text to
        // its left runs over it while it is empty.
        let begins = |line: &ratatui::text::Line<'_>| -> Vec<usize> {
            let mut at = 0;
            line.spans.iter().map(|span| { at += width(&span.content); at }).collect()
        };
        let (one, other) = (row(0, false), row(7, false));
        let full = widths.row(&columns, &theme, false, false, |_, _| ("x".into(), Role::Text));
        for line in [&one, &other] {
            prop_assert!(begins(line).iter().all(|at| begins(&full).contains(at)));
            prop_assert_eq!(cells(line), cells(&full));
        }
        prop_assert_eq!(cells(&row(0, true)), cells(&one));
        // No title is cut while its column is there, unless the screen has no room for even one.
        let head = widths.head(&columns, &theme, None);
        let text: String = head.spans.iter().map(|span| &*span.content).collect();
        prop_assert!(cells(&head) <= cells(&one));
        if full.spans.len() > 4 {
            prop_assert!(!text.contains('…'), "{}", text);
        }
    }
}

#[test]
fn x_12_the_language_of_one_thread_is_no_other_s() {
    let title = |language| within(language, || Context::Keys.title());
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| assert_eq!(title(Language::Chinese), "令牌"));
            scope.spawn(|| assert_eq!(title(Language::English), "Keys"));
        }
    });
    assert_eq!(Context::Keys.title(), "Keys");
}

#[test]
fn x_12_the_keys_of_the_bottom_row_fit_80_cells_in_chinese() {
    let hints = within(Language::Chinese, || {
        let keymap = Keymap::built_in().unwrap_or_else(|error| panic!("{error}"));
        Context::ALL.map(|context| (context, keymap.hints(&[context])))
    });
    for (context, hints) in hints {
        // As many as are shown: what does not fit is left out from the end, and the most used come first.
        let cells = hints
            .iter()
            .take(5)
            .map(|hint| width(&hint.keys) + width(&hint.label) + 3);
        let cells: usize = 1 + cells.sum::<usize>();
        assert!(cells <= 80, "{context:?} takes {cells} cells");
    }
}
