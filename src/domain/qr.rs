//! QR codes as rows of half blocks, for a phone to read from the terminal.

use qrcode::render::unicode::Dense1x2;
use qrcode::{EcLevel, QrCode};

/// The rows of a code, a quiet zone around it; `None` when the text is too long for one. Light modules are
/// drawn and dark ones left blank: as light text on a dark ground, which most terminals are, it is a code as printed.
pub fn rows(text: &str) -> Option<Vec<String>> {
    let code = QrCode::with_error_correction_level(text, EcLevel::L).ok()?;
    let drawn = code
        .render::<Dense1x2>()
        .dark_color(Dense1x2::Light)
        .light_color(Dense1x2::Dark)
        .quiet_zone(true)
        .module_dimensions(1, 1)
        .build();
    Some(drawn.lines().map(str::to_owned).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_square_and_its_rows_are_even() {
        let rows = rows("https://relay.example").unwrap();
        let width = rows[0].chars().count();
        assert!(rows.iter().all(|row| row.chars().count() == width));
        assert_eq!(rows.len(), width.div_ceil(2));
        assert!(
            rows[0].chars().all(|block| block == '█'),
            "the quiet zone is light"
        );
        assert!(super::rows(&"x".repeat(4000)).is_none());
    }
}
