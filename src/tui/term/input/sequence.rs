//! The meaning of a whole sequence: which key, with which modifiers.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use super::decode::Decoded;

/// A character key. A capital letter carries Shift, as terminals of both kinds report it.
pub(super) fn character(letter: char, mut modifiers: KeyModifiers) -> Decoded {
    if letter.is_uppercase() {
        modifiers |= KeyModifiers::SHIFT;
    }
    Decoded::Key(KeyEvent::new(KeyCode::Char(letter), modifiers))
}

/// `ESC [ [ letter`: F1 to F5 on the Linux console.
pub(super) fn console(letter: u8) -> Option<Decoded> {
    let number = letter.checked_sub(b'A').filter(|number| *number < 5)?;
    Some(Decoded::Key(KeyEvent::from(KeyCode::F(number + 1))))
}

/// `ESC [ arguments final` or `ESC O arguments final`. `None` where it is no key press.
pub(super) fn control(arguments: &[u8], last: u8) -> Option<Decoded> {
    let text = std::str::from_utf8(arguments).ok()?;
    let fields: Vec<&str> = text.split(';').collect();
    let field = |at: usize| -> Option<u32> {
        // What follows a colon refines the number; the number itself is enough.
        let field = fields.get(at)?.split(':').next()?;
        field.parse().ok()
    };
    let modifiers = modifiers(field(1).unwrap_or(1));
    if fields
        .get(1)
        .is_some_and(|field| field.split(':').nth(1) == Some("3"))
    {
        return None; // released
    }
    let code = match last {
        b'A' => KeyCode::Up,
        b'B' => KeyCode::Down,
        b'C' => KeyCode::Right,
        b'D' => KeyCode::Left,
        b'H' => KeyCode::Home,
        b'F' => KeyCode::End,
        b'P'..=b'S' => KeyCode::F(last - b'P' + 1),
        b'Z' => {
            return Some(Decoded::Key(KeyEvent::new(
                KeyCode::BackTab,
                KeyModifiers::SHIFT,
            )));
        }
        b'u' => return unicode(field(0)?, modifiers),
        b'~' if field(0) == Some(27) => return unicode(field(2)?, modifiers),
        b'~' => tilde(field(0)?)?,
        _ => return None,
    };
    Some(Decoded::Key(KeyEvent::new(code, modifiers)))
}

fn tilde(number: u32) -> Option<KeyCode> {
    let function = |first: u32, key: u8| {
        u8::try_from(number - first)
            .ok()
            .map(|step| KeyCode::F(key + step))
    };
    match number {
        1 | 7 => Some(KeyCode::Home),
        2 => Some(KeyCode::Insert),
        3 => Some(KeyCode::Delete),
        4 | 8 => Some(KeyCode::End),
        5 => Some(KeyCode::PageUp),
        6 => Some(KeyCode::PageDown),
        11..=15 => function(11, 1),
        17..=21 => function(17, 6),
        23..=24 => function(23, 11),
        _ => None,
    }
}

/// A key by its character, from the protocols that tell all modifiers apart.
fn unicode(code: u32, modifiers: KeyModifiers) -> Option<Decoded> {
    let code = match code {
        13 | 57_414 => KeyCode::Enter,
        27 => KeyCode::Esc,
        9 if modifiers.contains(KeyModifiers::SHIFT) => KeyCode::BackTab,
        9 => KeyCode::Tab,
        8 | 127 => KeyCode::Backspace,
        // Modifiers, keypad and media keys by themselves; nothing here is bound to them.
        57_344..=63_743 => return None,
        code => {
            let letter = char::from_u32(code).filter(|letter| !letter.is_control())?;
            // With Shift some terminals send the letter itself, others its capital.
            let shifted = modifiers.contains(KeyModifiers::SHIFT);
            let mut upper = letter.to_uppercase();
            let letter = match (upper.next(), upper.next()) {
                (Some(capital), None) if shifted => capital,
                _ => letter,
            };
            return Some(character(letter, modifiers));
        }
    };
    Some(Decoded::Key(KeyEvent::new(code, modifiers)))
}

/// The modifiers' number is one more than the sum of their bits: Shift 1, Alt 2, Ctrl 4.
fn modifiers(number: u32) -> KeyModifiers {
    let bits = number.saturating_sub(1);
    let mut modifiers = KeyModifiers::NONE;
    for (bit, modifier) in [
        (1, KeyModifiers::SHIFT),
        (2, KeyModifiers::ALT),
        (4, KeyModifiers::CONTROL),
    ] {
        if bits & bit != 0 {
            modifiers |= modifier;
        }
    }
    modifiers
}
