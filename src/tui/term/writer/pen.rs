//! From one look to another in the fewest bytes (ECMA-48, select graphic rendition).

use std::io::Write;

use ratatui::style::{Color, Modifier};

use super::slot::Look;

/// Attributes and the arguments that switch them on. What switches them off may switch off another one too.
const SWITCHES: [(Modifier, u8, u8); 9] = [
    (Modifier::BOLD, 1, 22),
    (Modifier::DIM, 2, 22),
    (Modifier::ITALIC, 3, 23),
    (Modifier::UNDERLINED, 4, 24),
    (Modifier::SLOW_BLINK, 5, 25),
    (Modifier::RAPID_BLINK, 6, 25),
    (Modifier::REVERSED, 7, 27),
    (Modifier::HIDDEN, 8, 28),
    (Modifier::CROSSED_OUT, 9, 29),
];

/// Adds what changes the look of the text that follows. `from` is `None` where it is not known.
pub(super) fn change(from: Option<Look>, to: Look, out: &mut Vec<u8>) {
    if from == Some(to) {
        return;
    }
    let fresh = if to == Look::PLAIN {
        String::new()
    } else {
        join("0".to_owned(), arguments(Look::PLAIN, to))
    };
    let step = from.map(|from| arguments(from, to));
    let shorter = step.filter(|step| step.len() < fresh.len());
    // Writing to a vector cannot fail.
    let _ = write!(out, "\x1b[{}m", shorter.unwrap_or(fresh));
}

/// What must be said to come from one look to another.
fn arguments(from: Look, to: Look) -> String {
    let gone = from.modifier.difference(to.modifier);
    let mut text = String::new();
    let mut add = |argument: &str| text = join(std::mem::take(&mut text), argument.to_owned());
    let mut now = from.modifier;
    for (modifier, _, off) in SWITCHES {
        if gone.contains(modifier) && now.contains(modifier) {
            add(&off.to_string());
            for (other, _, same) in SWITCHES {
                if same == off {
                    now.remove(other);
                }
            }
        }
    }
    for (modifier, on, _) in SWITCHES {
        if to.modifier.contains(modifier) && !now.contains(modifier) {
            add(&on.to_string());
        }
    }
    if from.fg != to.fg {
        add(&colour(to.fg, 30));
    }
    if from.bg != to.bg {
        add(&colour(to.bg, 40));
    }
    text
}

fn join(mut first: String, second: String) -> String {
    if !first.is_empty() && !second.is_empty() {
        first.push(';');
    }
    first.push_str(&second);
    first
}

/// The arguments for a colour; `base` is 30 for what is written and 40 for what is behind it.
fn colour(colour: Color, base: u8) -> String {
    let low = |index: u8| (base + index).to_string();
    let high = |index: u8| (base + 60 + index).to_string();
    match colour {
        Color::Reset => low(9),
        Color::Black => low(0),
        Color::Red => low(1),
        Color::Green => low(2),
        Color::Yellow => low(3),
        Color::Blue => low(4),
        Color::Magenta => low(5),
        Color::Cyan => low(6),
        Color::Gray => low(7),
        Color::DarkGray => high(0),
        Color::LightRed => high(1),
        Color::LightGreen => high(2),
        Color::LightYellow => high(3),
        Color::LightBlue => high(4),
        Color::LightMagenta => high(5),
        Color::LightCyan => high(6),
        Color::White => high(7),
        Color::Indexed(index) => format!("{};5;{index}", base + 8),
        Color::Rgb(red, green, blue) => format!("{};2;{red};{green};{blue}", base + 8),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bytes(from: Option<Look>, to: Look) -> String {
        let mut out = Vec::new();
        change(from, to, &mut out);
        String::from_utf8(out).unwrap()
    }

    fn look(fg: Color, modifier: Modifier) -> Look {
        Look {
            fg,
            bg: Color::Reset,
            modifier,
        }
    }

    #[test]
    fn only_what_changes_is_said_and_in_the_shorter_way() {
        let red = look(Color::Red, Modifier::empty());
        let bold = look(Color::Red, Modifier::BOLD);
        let dim = look(Color::Red, Modifier::DIM);
        assert_eq!(bytes(Some(red), red), "");
        assert_eq!(bytes(Some(red), bold), "\x1b[1m");
        assert_eq!(bytes(Some(bold), red), "\x1b[22m");
        assert_eq!(bytes(Some(bold), dim), "\x1b[22;2m");
        assert_eq!(bytes(Some(bold), Look::PLAIN), "\x1b[m");
        assert_eq!(bytes(None, Look::PLAIN), "\x1b[m");
        assert_eq!(bytes(None, red), "\x1b[0;31m");
        let both = look(Color::Red, Modifier::BOLD | Modifier::DIM);
        assert_eq!(bytes(Some(both), bold), "\x1b[22;1m");
        assert_eq!(
            bytes(
                Some(Look::PLAIN),
                look(Color::Indexed(208), Modifier::empty())
            ),
            "\x1b[38;5;208m"
        );
    }
}
