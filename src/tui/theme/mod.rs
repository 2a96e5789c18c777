//! How things look: a role has a style, a sign has a glyph, and both are settled once at the start.
//!
//! Views never name a colour or a special character. They ask for a [`Role`] and a [`Sign`], and get what this terminal
//! can show: the roles come from one of the tables in `assets/theme`, the signs from the one table in [`sign`].
//! On a dark background what the program brings uses only the terminal's own sixteen colours and its attributes; on a light
//! one, where those are hardly read, fixed ones of the 256 if there are so many. The mono theme names no colour at all. A
//! theme of the user's may name any colour, and gets the nearest one that the terminal has.

mod downgrade;
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
const LIGHT: &str = include_str!("../../../assets/theme/light.toml");
const COLOUR_BLIND: &str = include_str!("../../../assets/theme/colour-blind.toml");
const COLOUR_BLIND_LIGHT: &str = include_str!("../../../assets/theme/colour-blind-light.toml");
const MONO: &str = include_str!("../../../assets/theme/mono.toml");

/// Which theme is wanted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Wanted {
    /// The one for the background, as far as the terminal tells; for a dark one where it does not.
    #[default]
    Auto,
    /// The one for a dark background.
    Dark,
    /// The one for a light background.
    Light,
    /// No colours.
    Mono,
    /// No meaning on red and green.
    ColourBlind,
    /// A table of the user's, which names what it changes.
    Own(String),
}

impl Wanted {
    /// The names of those that the program brings.
    pub const BUILT_IN: [&str; 5] = ["auto", "dark", "light", "mono", "colour-blind"];

    /// One of those, by its name.
    pub fn built_in(name: &str) -> Option<Self> {
        match name {
            "auto" => Some(Wanted::Auto),
            "dark" => Some(Wanted::Dark),
            "light" => Some(Wanted::Light),
            "mono" => Some(Wanted::Mono),
            "colour-blind" => Some(Wanted::ColourBlind),
            _ => None,
        }
    }
}

/// Styles and glyphs as this terminal shows them. Cheap to copy about by reference; made once.
#[derive(Clone, Debug)]
pub struct Theme {
    palette: Palette,
    wanted: Wanted,
    level: ColorLevel,
    glyphs: Glyphs,
}

impl Theme {
    /// The theme for what the terminal can show.
    pub fn new(level: ColorLevel, glyphs: Glyphs) -> Self {
        // The tables are part of the program and a test reads them all; were one broken, plain text is still readable.
        let palette = table(&Wanted::Auto, level, false).unwrap_or_default();
        Self {
            palette,
            wanted: Wanted::Auto,
            level,
            glyphs,
        }
    }

    /// The theme that is wanted, as far as the terminal can show it.
    ///
    /// # Errors
    /// When a table of the user's holds a mistake.
    pub fn of(wanted: Wanted, level: ColorLevel, glyphs: Glyphs) -> Result<Self, ThemeError> {
        Ok(Self {
            palette: table(&wanted, level, false)?,
            wanted,
            level,
            glyphs,
        })
    }

    /// The same on a light background; `None` where that makes no difference.
    pub fn on_light(&self) -> Option<Self> {
        let settled = matches!(self.wanted, Wanted::Dark | Wanted::Light | Wanted::Mono);
        if settled || self.level == ColorLevel::None {
            return None;
        }
        // A table of the user's was read before and is read again without trouble.
        let palette = table(&self.wanted, self.level, true).ok()?;
        Some(Self {
            palette,
            ..self.clone()
        })
    }

    /// The same with ASCII signs; `None` where it has them.
    pub fn in_ascii(&self) -> Option<Self> {
        (self.glyphs != Glyphs::Ascii).then(|| Self {
            glyphs: Glyphs::Ascii,
            ..self.clone()
        })
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

/// The styles of a theme, in colours of a level, for a light background or a dark one.
fn table(wanted: &Wanted, level: ColorLevel, light: bool) -> Result<Palette, ThemeError> {
    // Without colours the plain theme says everything by attributes, and only a table of the user's may change that.
    let mono = level == ColorLevel::None || *wanted == Wanted::Mono;
    let mut palette = Palette::parse(if mono { MONO } else { AUTO })?;
    if !mono && (light || *wanted == Wanted::Light) {
        palette.lay_over(LIGHT)?;
    }
    match wanted {
        Wanted::Own(text) => palette.lay_over(text)?,
        Wanted::ColourBlind if !mono && light => palette.lay_over(COLOUR_BLIND_LIGHT)?,
        Wanted::ColourBlind if !mono => palette.lay_over(COLOUR_BLIND)?,
        Wanted::Auto | Wanted::Dark | Wanted::Light | Wanted::Mono | Wanted::ColourBlind => {}
    }
    palette.fit(level);
    Ok(palette)
}

#[cfg(test)]
mod tests {
    use super::*;
    use ratatui::style::{Color, Modifier};

    fn built_in(name: &str, level: ColorLevel) -> Theme {
        let wanted = Wanted::built_in(name).unwrap();
        Theme::of(wanted, level, Glyphs::Unicode).unwrap()
    }

    #[test]
    fn every_theme_for_a_dark_background_keeps_to_the_sixteen_and_mono_to_none() {
        for name in Wanted::BUILT_IN {
            for role in Role::ALL {
                for level in [ColorLevel::Ansi16, ColorLevel::True] {
                    let style = built_in(name, level).style(role);
                    for colour in [style.fg, style.bg].into_iter().flatten() {
                        let fixed = matches!(colour, Color::Rgb(..) | Color::Indexed(_));
                        let may = name == "light" && level == ColorLevel::True;
                        assert!((!fixed || may) && name != "mono", "{name}: {role:?}");
                    }
                }
                let without = built_in(name, ColorLevel::None).style(role);
                assert_eq!(without.fg.or(without.bg), None, "{name}: {role:?}");
            }
        }
    }

    #[test]
    fn red_and_green_mean_nothing_in_the_colour_blind_theme() {
        let theme = built_in("colour-blind", ColorLevel::Ansi16);
        for role in Role::ALL {
            let colour = theme.style(role).fg;
            let red_or_green = [Color::Red, Color::LightRed, Color::Green, Color::LightGreen];
            assert!(
                !colour.is_some_and(|colour| red_or_green.contains(&colour)),
                "{role:?}"
            );
        }
    }

    #[test]
    fn on_a_light_background_everything_is_read() {
        // A code for a phone brings its own dark ground along.
        let on_the_ground = |role: &Role| *role != Role::PhoneCode;
        for name in ["auto", "colour-blind"] {
            for role in Role::ALL.into_iter().filter(on_the_ground) {
                let basic = built_in(name, ColorLevel::Ansi16).on_light().unwrap();
                let dark = [
                    None,
                    Some(Color::Blue),
                    Some(Color::Magenta),
                    Some(Color::Red),
                ];
                assert!(dark.contains(&basic.style(role).fg), "{name}: {role:?}");
                for level in [ColorLevel::Ansi256, ColorLevel::True] {
                    let light = built_in(name, level).on_light().unwrap();
                    if let Some(colour) = light.style(role).fg {
                        let contrast = contrast_with_white(colour);
                        assert!(contrast >= 4.5, "{name}: {role:?} has {contrast:.1}");
                    }
                }
            }
        }
    }

    /// By the formula of WCAG 2.1; 4.5 is what it asks for.
    fn contrast_with_white(colour: Color) -> f64 {
        let Color::Indexed(index @ 16..) = colour else {
            panic!("{colour:?} looks different in every terminal");
        };
        let parts = downgrade::rgb(index).map(|part| {
            let part = f64::from(part) / 255.0;
            match part <= 0.03928 {
                true => part / 12.92,
                false => ((part + 0.055) / 1.055).powf(2.4),
            }
        });
        1.05 / (0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2] + 0.05)
    }

    #[test]
    fn red_and_green_mean_nothing_in_the_colour_blind_theme_on_a_light_background_either() {
        let blind = built_in("colour-blind", ColorLevel::True)
            .on_light()
            .unwrap();
        let light = built_in("light", ColorLevel::True);
        for role in Role::ALL {
            let colour = blind.style(role).fg;
            let red_or_green =
                [Role::Good, Role::Bad, Role::MeterFull].map(|role| light.style(role).fg);
            assert!(
                colour.is_none() || !red_or_green.contains(&colour),
                "{role:?}"
            );
        }
    }

    #[test]
    fn what_a_theme_of_ones_own_does_not_name_is_read_on_a_light_background() {
        let own = Wanted::Own("warn = { fg = \"#ff8700\", basic = \"red\" }".into());
        let at = |level| Theme::of(own.clone(), level, Glyphs::Unicode).unwrap();
        let light = at(ColorLevel::True).on_light().unwrap();
        assert_eq!(light.style(Role::Warn).fg, Some(Color::Rgb(255, 135, 0)));
        let built_in = built_in("light", ColorLevel::True);
        assert_eq!(light.style(Role::Good), built_in.style(Role::Good));
        let few = at(ColorLevel::Ansi16);
        assert_eq!(few.style(Role::Warn).fg, Some(Color::Red));
    }

    #[test]
    fn a_chosen_background_and_no_colour_are_kept_on_a_light_background() {
        for name in ["dark", "light", "mono"] {
            assert!(
                built_in(name, ColorLevel::Ansi16).on_light().is_none(),
                "{name}"
            );
        }
        assert!(built_in("auto", ColorLevel::None).on_light().is_none());
    }

    #[test]
    fn a_theme_of_ones_own_changes_what_it_names_in_what_the_terminal_has() {
        let own = Wanted::Own("warn = { fg = \"#ff8700\", bold = true }".into());
        let at = |level| {
            Theme::of(own.clone(), level, Glyphs::Unicode)
                .unwrap()
                .style(Role::Warn)
        };
        assert_eq!(at(ColorLevel::Ansi256).fg, Some(Color::Indexed(208)));
        assert_eq!(at(ColorLevel::None).fg, None);
        assert!(at(ColorLevel::None).add_modifier.contains(Modifier::BOLD));
        let theme = Theme::of(own, ColorLevel::Ansi16, Glyphs::Unicode).unwrap();
        let auto = Theme::new(ColorLevel::Ansi16, Glyphs::Unicode);
        assert_eq!(theme.style(Role::Bad), auto.style(Role::Bad));
    }

    #[test]
    fn the_selection_is_seen_without_colour() {
        for level in [ColorLevel::None, ColorLevel::Ansi16] {
            let style = Theme::new(level, Glyphs::Ascii).style(Role::Selection);
            assert!(style.add_modifier.contains(Modifier::REVERSED));
        }
    }
}
