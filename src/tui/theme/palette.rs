//! Reads a theme's table: every role exactly once, each with a style.

use std::collections::HashMap;

use ratatui::style::{Color, Modifier, Style};
use serde::Deserialize;

use super::role::Role;

/// A theme's table that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ThemeError {
    /// Not TOML, or a name that is not known; the reader's message names the line.
    #[error("{0}")]
    Table(#[from] toml::de::Error),
    /// A role without a style.
    #[error("the theme has no style for {0:?}; add a line for it")]
    Missing(Role),
    /// A colour that is not one of the terminal's sixteen.
    #[error(
        "{role:?} asks for the colour {name:?}; use one of the sixteen names, such as \"cyan\" or \"lightred\""
    )]
    Colour {
        /// The role.
        role: Role,
        /// What was asked for.
        name: String,
    },
}

/// A style as it is written in a table.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "kebab-case", deny_unknown_fields)]
struct Entry {
    fg: Option<String>,
    bg: Option<String>,
    bold: bool,
    dim: bool,
    italic: bool,
    underline: bool,
    reverse: bool,
    crossed_out: bool,
}

/// The styles of all roles.
#[derive(Clone, Debug, Default)]
pub(super) struct Palette(HashMap<Role, Style>);

impl Palette {
    /// Reads a table.
    pub(super) fn parse(text: &str) -> Result<Self, ThemeError> {
        let table: HashMap<Role, Entry> = toml::from_str(text)?;
        let mut styles = HashMap::new();
        for role in Role::ALL {
            let entry = table.get(&role).ok_or(ThemeError::Missing(role))?;
            styles.insert(role, style(role, entry)?);
        }
        Ok(Self(styles))
    }

    /// The style of a role.
    pub(super) fn style(&self, role: Role) -> Style {
        self.0.get(&role).copied().unwrap_or_default()
    }
}

fn style(role: Role, entry: &Entry) -> Result<Style, ThemeError> {
    let mut style = Style::new();
    if let Some(name) = &entry.fg {
        style = style.fg(colour(role, name)?);
    }
    if let Some(name) = &entry.bg {
        style = style.bg(colour(role, name)?);
    }
    let switches = [
        (entry.bold, Modifier::BOLD),
        (entry.dim, Modifier::DIM),
        (entry.italic, Modifier::ITALIC),
        (entry.underline, Modifier::UNDERLINED),
        (entry.reverse, Modifier::REVERSED),
        (entry.crossed_out, Modifier::CROSSED_OUT),
    ];
    for (on, modifier) in switches {
        if on {
            style = style.add_modifier(modifier);
        }
    }
    Ok(style)
}

fn colour(role: Role, name: &str) -> Result<Color, ThemeError> {
    let wrong = || ThemeError::Colour {
        role,
        name: name.to_owned(),
    };
    match name.parse().map_err(|_| wrong())? {
        Color::Rgb(..) | Color::Indexed(_) => Err(wrong()),
        colour => Ok(colour),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(change: impl Fn(&str) -> Option<String>) -> String {
        super::super::AUTO
            .lines()
            .filter_map(change)
            .collect::<Vec<_>>()
            .join("\n")
    }

    #[test]
    fn a_missing_role_is_named() {
        let text = table(|line| (!line.starts_with("warn ")).then(|| line.to_owned()));
        let error = Palette::parse(&text).unwrap_err().to_string();
        assert_eq!(error, "the theme has no style for Warn; add a line for it");
    }

    #[test]
    fn an_unknown_role_or_switch_is_refused_with_its_line() {
        for wrong in ["wran = {}", "warn = { blod = true }"] {
            let text = table(|line| {
                Some(
                    if line.starts_with("warn ") {
                        wrong
                    } else {
                        line
                    }
                    .to_owned(),
                )
            });
            let error = Palette::parse(&text).unwrap_err().to_string();
            assert!(
                error.contains("line ") && error.contains("unknown"),
                "{error}"
            );
        }
    }

    #[test]
    fn colours_beyond_the_sixteen_are_refused() {
        for name in ["#ff0000", "208", "reddish"] {
            let text = table(|line| {
                Some(match line.starts_with("warn ") {
                    true => format!("warn = {{ fg = \"{name}\" }}"),
                    false => line.to_owned(),
                })
            });
            let error = Palette::parse(&text).unwrap_err().to_string();
            assert!(error.contains("sixteen"), "{error}");
        }
    }
}
