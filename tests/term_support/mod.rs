//! What the tests of the terminal share: a buffer as lines of text, the way a reader sees it.

#![allow(dead_code, reason = "each test binary uses its own part of it")]

use ratatui::buffer::{Buffer, CellWidth};
use ratatui::style::{Color, Modifier};

/// The rows of a buffer as they are seen, without blanks at their ends.
pub fn seen(buffer: &Buffer) -> String {
    rows(buffer, |_| None)
}

/// The same, with every change of style written before the text it holds for: `{bold cyan}text{}`.
pub fn styled(buffer: &Buffer) -> String {
    rows(buffer, |cell| Some(style(cell)))
}

fn rows(buffer: &Buffer, style: impl Fn(&ratatui::buffer::Cell) -> Option<String>) -> String {
    let mut all = String::new();
    for y in buffer.area.top()..buffer.area.bottom() {
        let mut row = String::new();
        let mut now = String::new();
        let mut x = buffer.area.left();
        while x < buffer.area.right() {
            let cell = &buffer[(x, y)];
            if let Some(next) = style(cell).filter(|next| *next != now) {
                row.push_str(&format!("{{{next}}}"));
                now = next;
            }
            row.push_str(cell.symbol());
            x += cell.cell_width().max(1);
        }
        all.push_str(row.trim_end());
        all.push('\n');
    }
    all
}

fn style(cell: &ratatui::buffer::Cell) -> String {
    let mut words = Vec::new();
    let modifiers = [
        (Modifier::BOLD, "bold"),
        (Modifier::DIM, "dim"),
        (Modifier::ITALIC, "italic"),
        (Modifier::UNDERLINED, "underline"),
        (Modifier::REVERSED, "reverse"),
        (Modifier::CROSSED_OUT, "struck"),
    ];
    words.extend(
        modifiers
            .iter()
            .filter(|(modifier, _)| cell.modifier.contains(*modifier))
            .map(|(_, word)| (*word).to_owned()),
    );
    if cell.fg != Color::Reset {
        words.push(cell.fg.to_string().to_lowercase());
    }
    if cell.bg != Color::Reset {
        words.push(format!("on-{}", cell.bg).to_lowercase());
    }
    words.join(" ")
}
