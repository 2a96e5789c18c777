//! What a terminal answers to our questions, told apart from what is typed.

/// An answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    /// Whether a private mode can be set (`DECRPM`).
    Mode {
        /// The mode's number.
        mode: u16,
        /// Whether it is known and not fixed.
        settable: bool,
    },
    /// It knows the keyboard protocol of kitty.
    Keyboard,
    /// The background, each part from 0 to 255 (`OSC 11`).
    Background(u8, u8, u8),
    /// Where the cursor stands, from 1 on. Never the first row: there it would look like a function key.
    Cursor {
        /// The row.
        row: u16,
        /// The column.
        column: u16,
    },
    /// What kind of terminal it is (`DA1`), which every terminal answers: the last answer.
    Attributes,
}

/// `ESC [ arguments final`, where it is an answer.
pub(super) fn control(arguments: &[u8], last: u8) -> Option<Answer> {
    let text = std::str::from_utf8(arguments).ok()?;
    match last {
        b'c' if text.starts_with('?') => Some(Answer::Attributes),
        b'u' if text.starts_with('?') => Some(Answer::Keyboard),
        b'y' => {
            let (mode, state) = text.strip_prefix('?')?.strip_suffix('$')?.split_once(';')?;
            Some(Answer::Mode {
                mode: mode.parse().ok()?,
                settable: matches!(state, "1" | "2"),
            })
        }
        b'R' => {
            let (row, column) = text.trim_start_matches('?').split_once(';')?;
            let (row, column) = (row.parse().ok()?, column.parse().ok()?);
            (row > 1).then_some(Answer::Cursor { row, column })
        }
        _ => None,
    }
}

/// `ESC ] text`, where it is an answer.
pub(super) fn text(bytes: &[u8]) -> Option<Answer> {
    let colour = std::str::from_utf8(bytes).ok()?.strip_prefix("11;")?;
    let parts = colour
        .strip_prefix("rgb:")
        .or(colour.strip_prefix("rgba:"))?;
    // Each part has one to four hexadecimal digits; the first two say enough.
    let mut parts = parts.split('/').map(|part| {
        let digits = part.get(..2).unwrap_or(part);
        u8::from_str_radix(digits, 16).ok()
    });
    Some(Answer::Background(
        parts.next()??,
        parts.next()??,
        parts.next()??,
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_are_told_from_keys() {
        assert_eq!(control(b"?62;22", b'c'), Some(Answer::Attributes));
        assert_eq!(control(b"?0", b'u'), Some(Answer::Keyboard));
        let mode = |settable| {
            Some(Answer::Mode {
                mode: 2026,
                settable,
            })
        };
        assert_eq!(control(b"?2026;2$", b'y'), mode(true));
        assert_eq!(control(b"?2026;0$", b'y'), mode(false));
        assert_eq!(
            control(b"2;3", b'R'),
            Some(Answer::Cursor { row: 2, column: 3 })
        );
        // Shift and F3.
        assert_eq!(control(b"1;2", b'R'), None);
        assert_eq!(control(b"97;5", b'u'), None);
    }

    #[test]
    fn a_background_is_read_in_every_length() {
        for answer in [
            "11;rgb:ffff/ffff/0000",
            "11;rgba:ff/ff/00/ff",
            "11;rgb:ffff/ffff/0000",
        ] {
            assert_eq!(
                text(answer.as_bytes()),
                Some(Answer::Background(255, 255, 0))
            );
        }
        for other in [
            "10;rgb:ffff/ffff/ffff",
            "11;?",
            "11;rgb:zz/00/00",
            "52;c;aGk=",
        ] {
            assert_eq!(text(other.as_bytes()), None);
        }
    }
}
