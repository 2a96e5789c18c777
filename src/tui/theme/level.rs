//! What the terminal can show, settled once from the flags and the environment.

/// The flag `--color`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ColorChoice {
    /// As the environment says.
    #[default]
    Auto,
    /// Colours, whatever the environment says.
    Always,
    /// No colours.
    Never,
}

/// How many colours may be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ColorLevel {
    /// None; bold, dim, underline and reverse only.
    None,
    /// The terminal's own sixteen.
    Ansi16,
    /// Those and 240 fixed ones.
    Ansi256,
    /// Any.
    True,
}

impl ColorLevel {
    /// Settles the level: the flag, then `NO_COLOR` (<https://no-color.org>), then `CLICOLOR=0` and a `TERM` without colour;
    /// and how many colours from `COLORTERM` and `TERM`. `env` reads one variable; an empty value counts as absent.
    pub fn detect(choice: ColorChoice, env: impl Fn(&str) -> Option<String>) -> Self {
        let set = |name: &str| env(name).filter(|value| !value.is_empty());
        match choice {
            ColorChoice::Always => return Self::most(env),
            ColorChoice::Never => return ColorLevel::None,
            ColorChoice::Auto => {}
        }
        let refused = set("NO_COLOR").is_some() || set("CLICOLOR").as_deref() == Some("0");
        let without = set("TERM").is_some_and(|term| {
            term == "dumb"
                || term.ends_with("-mono")
                || term.starts_with("vt1")
                || term.starts_with("vt2")
        });
        if refused || without {
            ColorLevel::None
        } else {
            Self::most(env)
        }
    }

    /// How many colours the terminal has, if it may use any.
    fn most(env: impl Fn(&str) -> Option<String>) -> Self {
        let variable = |name: &str| env(name).unwrap_or_default();
        let (term, colours) = (variable("TERM"), variable("COLORTERM"));
        if matches!(colours.as_str(), "truecolor" | "24bit") || term.ends_with("-direct") {
            ColorLevel::True
        } else if term.contains("256color") || MANY.iter().any(|name| term.contains(name)) {
            ColorLevel::Ansi256
        } else {
            ColorLevel::Ansi16
        }
    }
}

/// Terminals that have 256 colours without saying so in their name.
const MANY: [&str; 6] = [
    "kitty",
    "alacritty",
    "foot",
    "wezterm",
    "ghostty",
    "contour",
];

/// Which column of the glyph table is used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Glyphs {
    /// Signs beyond ASCII.
    Unicode,
    /// ASCII only.
    Ascii,
}

impl Glyphs {
    /// Settles the column: ASCII where the locale names another character set, or on a console whose font lacks the signs.
    /// A locale that is not set at all, as in most containers, says nothing about the terminal outside, and terminals
    /// have been UTF-8 for long.
    pub fn detect(env: impl Fn(&str) -> Option<String>) -> Self {
        let set = |name: &str| env(name).filter(|value| !value.is_empty());
        let locale = set("LC_ALL")
            .or_else(|| set("LC_CTYPE"))
            .or_else(|| set("LANG"));
        let other_set = locale.is_some_and(|locale| {
            let locale = locale.to_ascii_lowercase();
            !locale.contains("utf-8") && !locale.contains("utf8")
        });
        let bare_console = set("TERM").is_some_and(|term| {
            term == "linux" || term.starts_with("vt1") || term.starts_with("vt2")
        });
        if other_set || bare_console {
            Glyphs::Ascii
        } else {
            Glyphs::Unicode
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn env<'a>(set: &'a [(&'a str, &'a str)]) -> impl Fn(&str) -> Option<String> + 'a {
        |name| {
            set.iter()
                .find(|(known, _)| *known == name)
                .map(|(_, value)| (*value).to_owned())
        }
    }

    #[test]
    fn the_flag_wins_over_the_environment() {
        let refusing = [("NO_COLOR", "1"), ("TERM", "vt100")];
        assert_eq!(
            ColorLevel::detect(ColorChoice::Always, env(&refusing)),
            ColorLevel::Ansi16
        );
        let plain = [("TERM", "xterm-256color")];
        assert_eq!(
            ColorLevel::detect(ColorChoice::Never, env(&plain)),
            ColorLevel::None
        );
        assert_eq!(
            ColorLevel::detect(ColorChoice::Auto, env(&plain)),
            ColorLevel::Ansi256
        );
    }

    #[test]
    fn the_number_of_colours_is_what_the_terminal_claims() {
        for (set, level) in [
            (vec![], ColorLevel::Ansi16),
            (vec![("TERM", "xterm")], ColorLevel::Ansi16),
            (vec![("TERM", "linux")], ColorLevel::Ansi16),
            (vec![("TERM", "screen-256color")], ColorLevel::Ansi256),
            (vec![("TERM", "xterm-kitty")], ColorLevel::Ansi256),
            (
                vec![("TERM", "xterm"), ("COLORTERM", "truecolor")],
                ColorLevel::True,
            ),
        ] {
            assert_eq!(
                ColorLevel::detect(ColorChoice::Auto, env(&set)),
                level,
                "{set:?}"
            );
        }
    }

    #[test]
    fn the_environment_can_refuse_colours() {
        for refusing in [
            ("NO_COLOR", "1"),
            ("CLICOLOR", "0"),
            ("TERM", "dumb"),
            ("TERM", "vt100"),
        ] {
            assert_eq!(
                ColorLevel::detect(ColorChoice::Auto, env(&[refusing])),
                ColorLevel::None,
                "{refusing:?}"
            );
        }
    }

    #[test]
    fn an_empty_no_color_counts_as_absent() {
        assert_eq!(
            ColorLevel::detect(ColorChoice::Auto, env(&[("NO_COLOR", "")])),
            ColorLevel::Ansi16
        );
    }

    #[test]
    fn a_locale_of_another_character_set_gets_ascii() {
        for (set, wanted) in [
            (vec![], Glyphs::Unicode),
            (vec![("LANG", "zh_CN.UTF-8")], Glyphs::Unicode),
            (vec![("LANG", "C.utf8")], Glyphs::Unicode),
            (vec![("LANG", "C")], Glyphs::Ascii),
            (
                vec![("LANG", "en_US.UTF-8"), ("LC_ALL", "POSIX")],
                Glyphs::Ascii,
            ),
            (
                vec![("LANG", "en_US.UTF-8"), ("TERM", "linux")],
                Glyphs::Ascii,
            ),
        ] {
            assert_eq!(Glyphs::detect(env(&set)), wanted, "{set:?}");
        }
    }
}
