//! What a terminal obeys beyond the commands that all of them know, as far as that is known.

/// How rows can be moved on a terminal.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Scroll {
    /// Not at all, or nobody knows: rows that moved are sent again.
    #[default]
    Never,
    /// Within margins, a row at a time, as the VT100 did (`DECSTBM`, index and reverse index).
    Index,
    /// Within margins, any number of rows (`DECSTBM`, `SU`, `SD`).
    Region,
}

/// What a terminal obeys.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Dialect {
    /// How it moves rows.
    pub scroll: Scroll,
    /// Whether it can be told to show a frame only when it is whole (mode 2026).
    pub synchronized: bool,
    /// Whether it draws characters of ambiguous width in two cells, as some do for East Asian users.
    pub ambiguous_wide: bool,
}

/// Terminals that are known to move any number of rows within margins, by the beginning of their `TERM`.
const REGION: [&str; 14] = [
    "xterm",
    "tmux",
    "screen",
    "rxvt",
    "alacritty",
    "kitty",
    "foot",
    "wezterm",
    "konsole",
    "gnome",
    "vte",
    "st-",
    "contour",
    "ghostty",
];
/// Terminals that move rows within margins, but not by `SU` and `SD`.
const INDEX: [&str; 4] = ["linux", "vt1", "vt2", "vt3"];

impl Dialect {
    /// What is known of a terminal by its name; the modest choice for one that is not.
    pub fn of(term: &str) -> Self {
        let begins = |names: &[&str]| names.iter().any(|name| term.starts_with(name));
        let scroll = if begins(&REGION) || term == "st" {
            Scroll::Region
        } else if begins(&INDEX) {
            Scroll::Index
        } else {
            Scroll::Never
        };
        Self {
            scroll,
            ..Self::default()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_terminal_is_known_by_its_name_or_not_at_all() {
        for (term, scroll) in [
            ("xterm-256color", Scroll::Region),
            ("screen.xterm-256color", Scroll::Region),
            ("tmux-256color", Scroll::Region),
            ("st-256color", Scroll::Region),
            ("linux", Scroll::Index),
            ("vt100", Scroll::Index),
            ("stv52", Scroll::Never),
            ("ansi", Scroll::Never),
            ("", Scroll::Never),
        ] {
            assert_eq!(Dialect::of(term).scroll, scroll, "{term}");
        }
    }
}
