//! Reads a theme's table: roles and their styles. A table may rest on another, and then names only what it changes.

use std::collections::HashMap;

use ratatui::style::{Color, Modifier, Style};
use serde::Deserialize;

use super::downgrade;
use super::level::ColorLevel;
use super::role::Role;

use crate::locale::say;

/// A theme's table that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ThemeError {
    /// Not TOML, or a name that is not known; the reader's message names the line.
    #[error("{0}")]
    Table(#[from] toml::de::Error),
    /// A role without a style.
    #[error("{}", say!("theme-no-style", role = _0.word()))]
    Missing(Role),
    /// A colour that is none.
    #[error("{}", say!("theme-no-colour", role = role.word(), name = format!("{name:?}")))]
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
    basic: Option<String>,
    bold: bool,
    dim: bool,
    italic: bool,
    underline: bool,
    reverse: bool,
    crossed_out: bool,
}

/// The styles of all roles, and what stands for a role's colour where there are only sixteen.
#[derive(Clone, Debug, Default)]
pub(super) struct Palette {
    styles: HashMap<Role, Style>,
    basic: HashMap<Role, Color>,
}

impl Palette {
    /// Reads a table with every role.
    pub(super) fn parse(text: &str) -> Result<Self, ThemeError> {
        let mut palette = Self::default();
        palette.lay_over(text)?;
        match Role::ALL
            .into_iter()
            .find(|role| !palette.styles.contains_key(role))
        {
            Some(missing) => Err(ThemeError::Missing(missing)),
            None => Ok(palette),
        }
    }

    /// Reads a table that changes some roles.
    pub(super) fn lay_over(&mut self, text: &str) -> Result<(), ThemeError> {
        let table: HashMap<Role, Entry> = toml::from_str(text)?;
        for (role, entry) in &table {
            self.styles.insert(*role, style(*role, entry)?);
            match &entry.basic {
                Some(name) => self.basic.insert(*role, colour(*role, name)?),
                None => self.basic.remove(role),
            };
        }
        Ok(())
    }

    /// Keeps to the colours of a level.
    pub(super) fn fit(&mut self, level: ColorLevel) {
        for (role, style) in &mut self.styles {
            if let (ColorLevel::Ansi16, Some(basic)) = (level, self.basic.get(role)) {
                style.fg = Some(*basic);
            }
            *style = downgrade::fit(*style, level);
        }
    }

    /// The style of a role.
    pub(super) fn style(&self, role: Role) -> Style {
        self.styles.get(&role).copied().unwrap_or_default()
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
    name.parse().map_err(|_| ThemeError::Colour {
        role,
        name: name.to_owned(),
    })
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
        assert_eq!(error, "the theme has no style for warn; add a line for it");
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
    fn what_is_no_colour_is_refused_with_its_role() {
        let mut palette = Palette::default();
        for name in ["#ff0000", "208", "lightcyan", "bright-red"] {
            let text = format!("warn = {{ fg = \"{name}\" }}");
            assert!(palette.lay_over(&text).is_ok(), "{name}");
        }
        let error = palette.lay_over("warn = { fg = \"reddish\" }").unwrap_err();
        assert!(
            error
                .to_string()
                .starts_with("warn asks for the colour \"reddish\"")
        );
    }
}
