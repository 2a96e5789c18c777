//! How things look: a role has a style, a sign has a glyph, and both are settled once at the start.
//!
//! Views never name a colour or a special character. They ask for a [`Role`] and a [`Sign`], and get what this terminal
//! can show: the roles come from one of the tables in `assets/theme`, the signs from the one table in [`sign`].
//! Only the terminal's own sixteen colours and its attributes are used, so that light and dark backgrounds both work,
//! and the mono theme names no colour at all.

pub mod level;
mod palette;
pub mod role;
pub mod sign;

use ratatui::style::Style;

pub use level::{ColorChoice, ColorLevel, Glyphs};
pub use palette::ThemeError;
pub use role::Role;
pub use sign::Sign;

use palette::Palette;

const AUTO: &str = include_str!("../../../assets/theme/auto.toml");
const MONO: &str = include_str!("../../../assets/theme/mono.toml");

/// Styles and glyphs as this terminal shows them. Cheap to copy about by reference; made once.
#[derive(Clone, Debug)]
pub struct Theme {
    palette: Palette,
    level: ColorLevel,
    glyphs: Glyphs,
}

impl Theme {
    /// The theme for what the terminal can show.
    pub fn new(level: ColorLevel, glyphs: Glyphs) -> Self {
        let table = match level {
            ColorLevel::None => MONO,
            ColorLevel::Ansi16 => AUTO,
        };
        Self {
            // The tables are part of the program and a test reads both; were one broken, plain text is still readable.
            palette: Palette::parse(table).unwrap_or_default(),
            level,
            glyphs,
        }
    }

    /// The style of a role.
    pub fn style(&self, role: Role) -> Style {
        self.palette.style(role)
    }

    /// The glyph of a sign: one or more characters, whose width is to be measured, not assumed.
    pub fn glyph(&self, sign: Sign) -> &'static str {
        sign.glyph(self.glyphs)
    }

    /// Eight steps from lowest to highest, each one cell wide, for sparklines.
    pub fn steps(&self) -> [&'static str; 8] {
        sign::steps(self.glyphs)
    }

    /// The colours this theme was made for.
    pub fn level(&self) -> ColorLevel {
        self.level
    }

    /// The column of the glyph table this theme uses.
    pub fn glyphs(&self) -> Glyphs {
        self.glyphs
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ratatui::style::{Color, Modifier};

    #[test]
    fn both_tables_name_every_role_and_nothing_else() {
        for table in [AUTO, MONO] {
            Palette::parse(table).unwrap();
        }
    }

    #[test]
    fn the_mono_theme_uses_no_colour_and_the_other_only_the_sixteen() {
        let mono = Theme::new(ColorLevel::None, Glyphs::Ascii);
        let auto = Theme::new(ColorLevel::Ansi16, Glyphs::Unicode);
        for role in Role::ALL {
            let style = mono.style(role);
            assert_eq!(style.fg.or(style.bg), None, "{role:?}");
            for colour in [auto.style(role).fg, auto.style(role).bg] {
                let indexed = matches!(colour, Some(Color::Rgb(..) | Color::Indexed(_)));
                assert!(!indexed, "{role:?}");
            }
        }
    }

    #[test]
    fn the_selection_is_seen_without_colour() {
        for level in [ColorLevel::None, ColorLevel::Ansi16] {
            let style = Theme::new(level, Glyphs::Ascii).style(Role::Selection);
            assert!(style.add_modifier.contains(Modifier::REVERSED));
        }
    }
}
