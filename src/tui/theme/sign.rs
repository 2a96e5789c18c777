//! The one table of glyphs: every sign, for terminals with Unicode and for those without.

use super::level::Glyphs;

macro_rules! signs {
    ($($(#[$doc:meta])* $name:ident = $unicode:literal / $ascii:literal,)*) => {
        /// A sign a view may draw.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Sign {
            $($(#[$doc])* $name,)*
        }

        impl Sign {
            /// Every sign there is.
            pub const ALL: [Sign; [$(Sign::$name),*].len()] = [$(Sign::$name),*];

            /// How it is drawn.
            pub(super) const fn glyph(self, glyphs: Glyphs) -> &'static str {
                match (self, glyphs) {
                    $((Sign::$name, Glyphs::Unicode) => $unicode, (Sign::$name, Glyphs::Ascii) => $ascii,)*
                }
            }
        }
    };
}

signs! {
    /// Before the row under the cursor.
    Cursor = "▸" / ">",
    /// Done, enabled, passed.
    Check = "✓" / "ok",
    /// Failed, exhausted, refused.
    Cross = "✗" / "x",
    /// Needs attention.
    Warning = "!" / "!",
    /// Before a marked row.
    Mark = "•" / "*",
    /// The filled part of a meter.
    MeterFull = "▇" / "#",
    /// The empty part of a meter.
    MeterEmpty = "▁" / ".",
    /// Where text was cut off.
    Ellipsis = "…" / "...",
    /// Where typing goes, in a place that has no real cursor.
    Caret = "▏" / "|",
    /// Before an item of a list; the outermost level.
    Bullet = "•" / "*",
    /// Before an item of a list; the second level.
    BulletInner = "◦" / "-",
    /// Before an item of a list; deeper levels.
    BulletDeep = "▪" / "+",
    /// A task that is done.
    TaskDone = "[✓]" / "[x]",
    /// A task that is open.
    TaskOpen = "[ ]" / "[ ]",
    /// A horizontal rule.
    Rule = "─" / "-",
    /// Before each line of a quotation.
    QuoteBar = "│" / "|",
    /// Between the columns of a table in a text.
    ColumnBar = "│" / "|",
    /// Where a table's rule meets its columns.
    RuleCross = "┼" / "+",
    /// Something is under way. It stands still: a sign that turns would send bytes while nothing happens.
    Working = "◌" / "~",
    /// An amount that is an estimate.
    About = "~" / "~",
    /// Times, before a ratio.
    Times = "×" / "x",
    /// No value.
    Nothing = "–" / "-",
    /// Between words of one row.
    Dot = "·" / "-",
    /// There is more above.
    Above = "↑" / "^",
    /// There is more below.
    Below = "↓" / "v",
    /// Something folded, to be opened.
    Folded = "▸" / "+",
    /// Something opened, to be folded.
    Unfolded = "▾" / "-",
    /// From here to there.
    Arrow = "→" / "->",
}

/// The steps of a sparkline, lowest first.
pub(super) const fn steps(glyphs: Glyphs) -> [&'static str; 8] {
    match glyphs {
        Glyphs::Unicode => ["▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"],
        Glyphs::Ascii => [".", ":", "-", "=", "+", "*", "#", "@"],
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use unicode_width::UnicodeWidthStr;

    #[test]
    fn the_ascii_column_is_ascii() {
        for sign in Sign::ALL {
            assert!(sign.glyph(Glyphs::Ascii).is_ascii(), "{sign:?}");
        }
        assert!(steps(Glyphs::Ascii).concat().is_ascii());
    }

    #[test]
    fn glyphs_that_are_repeated_or_lined_up_are_one_cell_wide_in_both_columns() {
        for glyphs in [Glyphs::Unicode, Glyphs::Ascii] {
            for sign in [
                Sign::Cursor,
                Sign::Mark,
                Sign::MeterFull,
                Sign::MeterEmpty,
                Sign::Caret,
                Sign::Bullet,
                Sign::BulletInner,
                Sign::BulletDeep,
                Sign::Rule,
                Sign::QuoteBar,
                Sign::ColumnBar,
                Sign::RuleCross,
                Sign::Cross,
                Sign::Folded,
                Sign::Unfolded,
                Sign::Times,
            ] {
                assert_eq!(sign.glyph(glyphs).width(), 1, "{sign:?} {glyphs:?}");
            }
            assert!(steps(glyphs).iter().all(|step| step.width() == 1));
        }
    }
}
