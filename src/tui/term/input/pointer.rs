//! What a mouse says, where it is listened to (xterm's SGR form, mode 1006).

/// What was done with the mouse.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Deed {
    /// The left button was pressed.
    Press,
    /// The wheel went up by a notch.
    WheelUp,
    /// The wheel went down by a notch.
    WheelDown,
}

/// The mouse did something on a cell, counted from 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pointer {
    /// What.
    pub deed: Deed,
    /// The column.
    pub column: u16,
    /// The row.
    pub row: u16,
}

/// Shift, Alt and Ctrl, which make no difference here.
const MODIFIERS: u16 = 4 | 8 | 16;

/// `ESC [ < button ; column ; row M`, where it means something here.
pub(super) fn report(arguments: &[u8], last: u8) -> Option<Pointer> {
    let text = std::str::from_utf8(arguments).ok()?.strip_prefix('<')?;
    let mut fields = text.split(';').map(|field| field.parse::<u16>().ok());
    let (button, column, row) = (fields.next()??, fields.next()??, fields.next()??);
    let deed = match (button & !MODIFIERS, last) {
        (0, b'M') => Deed::Press,
        (64, b'M') => Deed::WheelUp,
        (65, b'M') => Deed::WheelDown,
        _ => return None,
    };
    Some(Pointer {
        deed,
        column: column.checked_sub(1)?,
        row: row.checked_sub(1)?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn presses_and_the_wheel_are_told_and_the_rest_is_dropped() {
        let at = |deed| {
            Some(Pointer {
                deed,
                column: 9,
                row: 1,
            })
        };
        assert_eq!(report(b"<0;10;2", b'M'), at(Deed::Press));
        assert_eq!(report(b"<64;10;2", b'M'), at(Deed::WheelUp));
        assert_eq!(report(b"<81;10;2", b'M'), at(Deed::WheelDown), "with Ctrl");
        for (arguments, last) in [
            (&b"<0;10;2"[..], b'm'),
            (b"<2;10;2", b'M'),
            (b"<32;10;2", b'M'),
            (b"<0;0;2", b'M'),
            (b"<0;10", b'M'),
            (b"0;10;2", b'M'),
        ] {
            assert_eq!(report(arguments, last), None, "{arguments:?}");
        }
    }
}
