//! Whether the terminal's background is light, as far as the environment says: for terminals that do not answer.

/// What the variable `COLORFGBG` says of the background: `foreground;background` as numbers of the sixteen colours, with
/// something else between them in some terminals. White and light grey are light; black, grey and the six dark colours are
/// dark; the bright colours, `default` and whatever else say nothing. A convention of rxvt, which others follow.
pub fn is_light(variable: &str) -> Option<bool> {
    let (_, background) = variable.rsplit_once(';')?;
    match background.trim().parse::<u8>().ok()? {
        7 | 15 => Some(true),
        0..=6 | 8 => Some(false),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_number_is_the_background() {
        for (variable, light) in [
            ("0;15", Some(true)),
            ("0;7", Some(true)),
            ("0;default;15", Some(true)),
            ("15;0", Some(false)),
            ("7;8", Some(false)),
            ("12;6", Some(false)),
            ("15;default;0", Some(false)),
            ("15;default", None),
            ("0;11", None),
            ("0;256", None),
            ("15", None),
            (";", None),
            ("", None),
        ] {
            assert_eq!(is_light(variable), light, "{variable:?}");
        }
    }
}
