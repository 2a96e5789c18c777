//! Privacy mode: what is private is covered in the finished frame, whatever drew it, so that no view can forget to.
//!
//! Covered are secrets (whatever begins with `sk-`), amounts of money, and the names of the account and of its keys. Each
//! becomes three dots, whatever its length; what was cut at the end of its room is known by its beginning.

use ratatui::buffer::Buffer;

use crate::tui::model::Model;
use crate::tui::text::width;
use crate::tui::theme::{Sign, Theme};

/// Dots that stand for something covered.
const DOTS: usize = 3;
/// The shortest beginning by which a name that was cut is known.
const BEGINNING: usize = 3;

/// Covers what is private.
pub fn cover(model: &Model, buffer: &mut Buffer) {
    let theme = &model.settings.theme;
    cover_names(&names(model), theme, buffer);
}

fn cover_names(names: &[String], theme: &Theme, buffer: &mut Buffer) {
    let (top, bottom) = (buffer.area.top(), buffer.area.bottom());
    let rows: Vec<Row> = (top..bottom).map(|y| Row::read(buffer, y)).collect();
    for (at, row) in rows.iter().enumerate() {
        for (from, to) in private(&row.text, names, theme) {
            row.cover(buffer, from, to, theme);
        }
        let Some(next) = rows.get(at + 1) else {
            continue;
        };
        if let Some((from, rest)) = wrapped(&row.text, &next.text, names) {
            row.cover(buffer, from, row.text.trim_end().len(), theme);
            next.cover(buffer, rest.0, rest.1, theme);
        }
    }
}

/// A name whose beginning ends a row and whose rest stands in the next one: where it begins, and where the rest is.
fn wrapped(row: &str, next: &str, names: &[String]) -> Option<(usize, (usize, usize))> {
    let row = row.trim_end();
    names.iter().find_map(|name| {
        let cuts = name.char_indices().map(|(at, _)| at).skip(1);
        cuts.into_iter().find_map(|cut| {
            let (head, rest) = (name[..cut].trim_end(), name[cut..].trim_start());
            let from = row.len().checked_sub(head.len())?;
            if head.is_empty() || !row.ends_with(head) || before_is_word(row, from) {
                return None;
            }
            let whole = |at: &usize| {
                let after = next[at + rest.len()..].chars().next();
                next[..*at].trim_end().len() < *at || *at == 0 || after.is_none()
            };
            let at = next.match_indices(rest).map(|(at, _)| at).find(whole)?;
            Some((from, (at, at + rest.len())))
        })
    })
}

/// The names that are private, the longest first, so that one that holds another is covered whole.
fn names(model: &Model) -> Vec<String> {
    let account = model
        .relay
        .account
        .value()
        .map(|account| account.shown_name().to_owned());
    let keys = model
        .relay
        .key_rows()
        .iter()
        .map(|row| row.info.name.clone());
    let mut names: Vec<String> = account
        .into_iter()
        .chain(keys)
        .filter(|name| !name.trim().is_empty())
        .collect();
    names.sort_by_key(|name| std::cmp::Reverse(name.len()));
    names.dedup();
    names
}

/// A row of the screen as text, and where each of its characters stands.
struct Row {
    y: u16,
    text: String,
    /// The column of each byte at which a cell's text begins.
    columns: Vec<(usize, u16)>,
}

impl Row {
    fn read(buffer: &Buffer, y: u16) -> Self {
        let (mut text, mut columns) = (String::new(), Vec::new());
        let mut x = buffer.area.left();
        while x < buffer.area.right() {
            let symbol = buffer[(x, y)].symbol();
            columns.push((text.len(), x));
            text.push_str(symbol);
            x += u16::try_from(width(symbol).max(1)).unwrap_or(1);
        }
        columns.push((text.len(), buffer.area.right()));
        Row { y, text, columns }
    }

    /// The first column at or after a byte.
    fn column(&self, byte: usize) -> u16 {
        let at = self.columns.partition_point(|(start, _)| *start < byte);
        self.columns.get(at).map_or(u16::MAX, |(_, column)| *column)
    }

    fn cover(&self, buffer: &mut Buffer, from: usize, to: usize, theme: &Theme) {
        let (first, end) = (self.column(from), self.column(to).min(buffer.area.right()));
        for (number, x) in (first..end).enumerate() {
            let symbol = if number < DOTS {
                theme.glyph(Sign::Bullet)
            } else {
                " "
            };
            buffer[(x, self.y)].set_symbol(symbol);
        }
    }
}

/// The private parts of a row, as bytes from and to.
fn private(text: &str, names: &[String], theme: &Theme) -> Vec<(usize, usize)> {
    let mut parts = Vec::new();
    for (at, _) in text.match_indices("sk-") {
        let rest = &text[at + 3..];
        let end = rest
            .find(|letter: char| !(letter.is_ascii_alphanumeric() || "*-_….".contains(letter)))
            .unwrap_or(rest.len());
        if !before_is_word(text, at) {
            parts.push((at + 3, at + 3 + end));
        }
    }
    for (at, _) in text.match_indices('$') {
        let rest = &text[at + 1..];
        let end = rest
            .find(|letter: char| !(letter.is_ascii_digit() || letter == '.' || letter == ','))
            .unwrap_or(rest.len());
        parts.push((at + 1, at + 1 + end));
    }
    let ellipsis = theme.glyph(Sign::Ellipsis);
    for name in names {
        for (at, _) in text.match_indices(name.as_str()) {
            let end = at + name.len();
            let ends = text[end..]
                .chars()
                .next()
                .is_none_or(|next| !next.is_alphanumeric());
            if ends && !before_is_word(text, at) {
                parts.push((at, end));
            }
        }
        for (at, _) in text.match_indices(ellipsis) {
            parts.extend(cut_name(text, at, name));
        }
    }
    parts.retain(|(from, to)| from < to);
    parts
}

fn before_is_word(text: &str, at: usize) -> bool {
    text[..at]
        .chars()
        .next_back()
        .is_some_and(char::is_alphanumeric)
}

/// The beginning of a name that stands before a sign that something was cut.
fn cut_name(text: &str, at: usize, name: &str) -> Option<(usize, usize)> {
    let starts: Vec<usize> = name.char_indices().map(|(start, _)| start).collect();
    let beginnings = starts.iter().skip(BEGINNING).rev();
    for end in beginnings {
        let beginning = name[..*end].trim_end();
        let before = text[..at].trim_end();
        if before.ends_with(beginning) && !before_is_word(text, before.len() - beginning.len()) {
            return Some((before.len() - beginning.len(), before.len()));
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tui::theme::{ColorLevel, Glyphs};
    use ratatui::layout::Rect;

    fn covered(text: &str, names: &[&str]) -> String {
        let theme = Theme::new(ColorLevel::None, Glyphs::Unicode);
        let mut buffer = Buffer::empty(Rect::new(0, 0, 60, 1));
        buffer.set_string(0, 0, text, ratatui::style::Style::default());
        let mut names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
        names.sort_by_key(|name| std::cmp::Reverse(name.len()));
        let row = Row::read(&buffer, 0);
        for (from, to) in private(&row.text, &names, &theme) {
            row.cover(&mut buffer, from, to, &theme);
        }
        let row = Row::read(&buffer, 0);
        row.text.trim_end().to_owned()
    }

    #[test]
    fn a_name_that_goes_over_two_rows_is_covered_in_both() {
        let theme = Theme::new(ColorLevel::None, Glyphs::Unicode);
        let mut buffer = Buffer::empty(Rect::new(0, 0, 24, 2));
        let style = ratatui::style::Style::default();
        buffer.set_string(0, 0, " the key n8n-prod-", style);
        buffer.set_string(0, 1, " workflow was made", style);
        cover_names(&["n8n-prod-workflow".to_owned()], &theme, &mut buffer);
        let rows = [Row::read(&buffer, 0).text, Row::read(&buffer, 1).text];
        assert_eq!(rows[0].trim_end(), " the key •••");
        assert_eq!(rows[1].trim_end(), " •••      was made");
    }

    #[test]
    fn secrets_amounts_and_names_are_covered_and_nothing_else() {
        let names = ["lin", "cursor-dev", "博客-生产", "n8n-prod-workflow"];
        assert_eq!(
            covered("lin  wallet ~$12.4831 ok", &names),
            "•••  wallet ~$•••     ok"
        );
        assert_eq!(
            covered("linux lines cursor-dev2", &names),
            "linux lines cursor-dev2"
        );
        assert_eq!(
            covered("sk-k4aB**********x9Zk enabled", &names),
            "sk-•••                enabled"
        );
        assert_eq!(covered("键 博客-生产 好", &names), "键 •••       好");
        assert_eq!(covered("n8n-prod-wo… vip", &names), "•••        … vip");
        assert_eq!(covered("task-1 costs 3.00", &names), "task-1 costs 3.00");
    }
}
