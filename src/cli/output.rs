//! What the command line prints: tables for people, one JSON document for programs, errors in two lines.
//!
//! Data goes to stdout, everything else to stderr. In JSON, money is an integer number of nano-dollars in a field that
//! ends in `_nusd` and a decimal string in the field without the suffix; unknown is null in both.

use std::io::{self, Write};
use std::sync::atomic::{AtomicBool, Ordering};

use serde_json::{Map, Value, json};

use crate::domain::visible::{is_invisible, is_separator};
use crate::domain::{Cost, Fault, Money};
use crate::locale;
use crate::locale::say;
use crate::tui::text::width;

/// Adds `name` and `name_nusd` to a JSON object.
pub fn put_money(object: &mut Map<String, Value>, name: &str, money: Option<Money>) {
    object.insert(
        format!("{name}_nusd"),
        money.map_or(Value::Null, |money| json!(money.nanos())),
    );
    object.insert(
        name.to_owned(),
        money.map_or(Value::Null, |money| json!(money.decimal(2))),
    );
}

/// Adds `name`, `name_nusd` and `name_basis` to a JSON object.
pub fn put_cost(object: &mut Map<String, Value>, name: &str, cost: Cost) {
    put_money(object, name, cost.amount);
    object.insert(format!("{name}_basis"), json!(cost.basis));
}

/// Prints one JSON document.
///
/// # Errors
/// When stdout cannot be written.
pub fn print_json(value: &Value) -> io::Result<()> {
    let mut text = serde_json::to_string_pretty(value)?;
    text.push('\n');
    print(&text)
}

/// Writes text to stdout. A reader that has gone has seen enough: that is no error.
///
/// # Errors
/// When stdout cannot be written for another reason.
pub fn print(text: &str) -> io::Result<()> {
    let mut out = io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        other => other,
    }
}

/// Trouble as it stands under `error` in a JSON document.
pub fn fault_json(fault: &Fault) -> Value {
    json!({
        "kind": fault.kind,
        "message": fault.message,
        "advice": fault.advice,
        "request_id": fault.request_id,
    })
}

/// Prints trouble: two lines on stderr, or one JSON document on stdout.
pub fn print_fault(fault: &Fault, json: bool) {
    // A stdout that cannot be written takes no document; then stderr says it.
    if json && print_json(&json!({"error": fault_json(fault)})).is_ok() {
        return;
    }
    let mut out = io::stderr().lock();
    let _ = writeln!(
        out,
        "relaydeck: {}\n  {}",
        visible(&named(fault)),
        visible(&fault.advice)
    );
}

/// What went wrong, with the relay's id of the request, which its support asks for, unless the relay has put it there itself.
fn named(fault: &Fault) -> String {
    match fault.request_id.as_deref() {
        Some(id) if !id.is_empty() && !fault.message.contains(id) => {
            say!("cli-fault-request", message = fault.message, id = id)
        }
        _ => fault.message.clone(),
    }
}

/// Text from outside, without anything that could steer the terminal: control characters and characters that reorder
/// or hide others become spaces or go.
pub fn visible(text: &str) -> String {
    let shown = |letter: char| match letter {
        letter if letter.is_control() || is_separator(letter) => Some(' '),
        letter if is_invisible(letter) => None,
        letter => Some(letter),
    };
    text.chars().filter_map(shown).collect()
}

/// A text, filled up with blanks to so many cells.
pub fn pad(text: &str, cells: usize) -> String {
    let blank = " ".repeat(cells.saturating_sub(width(text)));
    format!("{text}{blank}")
}

/// What something is, and what is to be said of it: `connectivity: all succeeded`.
pub fn pair(what: &str, said: &str) -> String {
    locale::pair(visible(what), visible(said))
}

/// Whether tables are printed as lines of `name: value`; settled once, before anything is printed.
static PLAIN: AtomicBool = AtomicBool::new(false);

/// Settles whether tables are printed as lines of `name: value`: columns say nothing to whoever hears them.
pub fn print_plainly(plain: bool) {
    PLAIN.store(plain, Ordering::Relaxed);
}

/// Whether columns say nothing.
pub fn is_plain() -> bool {
    PLAIN.load(Ordering::Relaxed)
}

/// One fact of something: its name, filled up to so many cells, and what it is; `name: value` where columns say nothing.
pub fn fact(indent: &str, name: &str, cells: usize, value: &str) -> String {
    match is_plain() {
        true => pair(name, value) + "\n",
        false => format!(
            "{indent}{} {}\n",
            pad(&visible(name), cells),
            visible(value)
        ),
    }
}

/// The same with a sign before it, that says how it stands.
pub fn judged(sign: &str, name: &str, cells: usize, value: &str) -> String {
    format!("{sign} {}", fact("", name, cells, value))
}

/// What stands before a line that says more of such a fact: it stands below what the fact is.
pub fn below(cells: usize) -> String {
    match is_plain() {
        true => String::new(),
        false => " ".repeat(cells + 3),
    }
}

/// How many decimals the amounts of one column are told with: as many as the one that needs most, so that they line up.
pub fn places(amounts: impl IntoIterator<Item = Money>) -> usize {
    amounts.into_iter().map(Money::places).max().unwrap_or(2)
}

/// The same for prices, of which none is rounded; at least two.
pub fn exact_places(amounts: impl IntoIterator<Item = Money>) -> usize {
    let decimals = |amount: Money| {
        amount
            .decimal(2)
            .split_once('.')
            .map_or(0, |(_, after)| after.len())
    };
    amounts.into_iter().map(decimals).max().unwrap_or(2)
}

/// How a column stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Align {
    /// Text.
    Left,
    /// Figures.
    Right,
}

/// A table for people: columns as wide as what they hold, two spaces between, nothing cut.
pub struct Table {
    columns: Vec<(&'static str, Align)>,
    rows: Vec<Vec<String>>,
}

impl Table {
    /// An empty table.
    pub fn new(columns: &[(&'static str, Align)]) -> Self {
        Table {
            columns: columns.to_vec(),
            rows: Vec::new(),
        }
    }

    /// Adds a row; a missing cell is empty.
    pub fn row(&mut self, cells: impl IntoIterator<Item = String>) {
        self.rows
            .push(cells.into_iter().map(|cell| visible(&cell)).collect());
    }

    /// The table as text.
    pub fn text(&self) -> String {
        let cell = |row: &[String], at: usize| row.get(at).cloned().unwrap_or_default();
        let widest = |at: usize| {
            let cells = self.rows.iter().map(|row| width(&cell(row, at)));
            cells
                .chain([width(self.columns[at].0)])
                .max()
                .unwrap_or_default()
        };
        let widths: Vec<usize> = (0..self.columns.len()).map(widest).collect();
        let heads: Vec<String> = self
            .columns
            .iter()
            .map(|(name, _)| (*name).to_owned())
            .collect();
        let mut text = String::new();
        for row in std::iter::once(&heads).chain(&self.rows) {
            let mut line = String::new();
            for (at, (_, align)) in self.columns.iter().enumerate() {
                let cell = cell(row, at);
                let blank = " ".repeat(widths[at].saturating_sub(width(&cell)));
                line += &match align {
                    Align::Left => format!("{cell}{blank}  "),
                    Align::Right => format!("{blank}{cell}  "),
                };
            }
            text += line.trim_end();
            text.push('\n');
        }
        text
    }

    /// The same as lines of `name: value`, a blank line between two rows; empty cells are left out. A table of names and
    /// values, whose values have no head, is a line for each.
    pub fn lines(&self) -> String {
        if matches!(&self.columns[..], [_, (values, _)] if values.is_empty()) {
            let rows = self.rows.iter().filter(|row| !row[1].trim().is_empty());
            return rows
                .map(|row| locale::pair(&row[0], &row[1]) + "\n")
                .collect();
        }
        let rows = self.rows.iter().map(|row| {
            let cells = self.columns.iter().zip(row);
            let cells = cells.filter(|(_, cell)| !cell.trim().is_empty());
            cells
                .map(|((name, _), cell)| match name.is_empty() {
                    true => format!("{cell}\n"),
                    false => locale::pair(lowered(name), cell) + "\n",
                })
                .collect::<String>()
        });
        rows.collect::<Vec<_>>().join("\n")
    }

    /// The table as it is wanted: in columns, or as lines.
    pub fn shown(&self) -> String {
        match is_plain() {
            true => self.lines(),
            false => self.text(),
        }
    }

    /// Prints it, or a sentence when it is empty.
    ///
    /// # Errors
    /// When stdout cannot be written.
    pub fn print(&self, empty: &str) -> io::Result<()> {
        if self.rows.is_empty() {
            writeln!(io::stderr().lock(), "{empty}")
        } else {
            print(&self.shown())
        }
    }
}

/// A head in small letters; units stay as they are, for a million is no thousandth.
fn lowered(head: &str) -> String {
    let words = head.split(' ').map(|word| {
        let is_word = word
            .chars()
            .all(|letter| letter.is_alphabetic() || letter == '-');
        if is_word {
            word.to_lowercase()
        } else {
            word.to_owned()
        }
    });
    words.collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_line_up_in_chinese_too() {
        let mut table = Table::new(&[("NAME", Align::Left), ("LEFT", Align::Right)]);
        table.row(["测试".into(), "$1.00".into()]);
        table.row(["abcdef".into(), "$10.00".into()]);
        assert_eq!(
            table.text(),
            "NAME      LEFT\n测试     $1.00\nabcdef  $10.00\n"
        );
    }

    #[test]
    fn x_12_plain_lists_need_no_columns_to_be_understood() {
        let mut table = Table::new(&[("NAME", Align::Left), ("LEFT", Align::Right)]);
        table.row(["测试".into(), "$1.00".into()]);
        table.row(["abcdef".into(), String::new()]);
        assert_eq!(table.lines(), "name: 测试\nleft: $1.00\n\nname: abcdef\n");
        let chinese = locale::within(locale::Language::Chinese, || table.lines());
        assert!(chinese.starts_with("name：测试\n"), "{chinese}");
        let columns = [("", Align::Left), ("IN $/M", Align::Right)];
        let mut marked = Table::new(&columns);
        marked.row(["*".into(), "0.10".into()]);
        assert_eq!(marked.lines(), "*\nin $/M: 0.10\n");
        let mut facts = Table::new(&[("WALLET", Align::Left), ("", Align::Left)]);
        facts.row(["account".into(), "Owner".into()]);
        facts.row(["shop".into(), String::new()]);
        assert_eq!(facts.lines(), "account: Owner\n");
    }

    #[test]
    fn the_amounts_of_a_column_have_the_same_decimals() {
        let amounts = [0, 10_000_000_000, 1_234_567].map(Money::from_nanos);
        let decimals = places(amounts);
        let cells = amounts.map(|amount| amount.with_sign(decimals));
        assert_eq!(cells, ["$0.000000", "$10.000000", "$0.001235"]);
        let prices = [50_000_000, 3_000_000_000, 75_000_000].map(Money::from_nanos);
        let decimals = exact_places(prices);
        let cells = prices.map(|price| price.fixed(decimals));
        assert_eq!(cells, ["0.050", "3.000", "0.075"]);
        assert_eq!((places([]), exact_places([])), (2, 2));
        assert_eq!(Money::from_nanos(-1_500_000_000).with_sign(2), "-$1.50");
    }

    #[test]
    fn text_from_outside_cannot_steer_the_terminal() {
        assert_eq!(visible("a\u{1b}[2Jb\u{202e}c\n"), "a [2Jbc ");
        let hidden = "a\u{61c}b\u{180e}c\u{ad}d\u{fff9}e\u{fffb}f\u{e0041}g\u{e007f}h";
        assert_eq!(visible(hidden), "abcdefgh");
    }

    #[test]
    fn unknown_money_is_null_in_both_fields() {
        let mut object = Map::new();
        put_money(&mut object, "cost", None);
        put_money(&mut object, "left", Some(Money::from_nanos(2_676_000)));
        let expected =
            json!({"cost_nusd": null, "cost": null, "left_nusd": 2_676_000, "left": "0.002676"});
        assert_eq!(Value::Object(object), expected);
    }
}
