//! Which characters of a text from outside are not seen, or make it read as something that it is not.
//!
//! Control characters are another matter: whoever shows a text decides what becomes of a line break or a tab.

/// Whether a character is invisible, joins or hides others, or turns their order: soft hyphens, direction marks,
/// overrides and isolates, zero-width characters, fillers, annotation marks, variation selectors and tags. Line and
/// paragraph separators are not among them; they are breaks.
pub const fn is_invisible(letter: char) -> bool {
    matches!(letter,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}'..='\u{1160}' | '\u{17b4}'..='\u{17b5}' | '\u{180b}'..='\u{180f}'
        | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{3164}'
        | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}' | '\u{1bca0}'..='\u{1bca3}'
        | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}')
}

/// Whether a character ends a line without being a control character.
pub const fn is_separator(letter: char) -> bool {
    matches!(letter, '\u{2028}' | '\u{2029}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_hides_or_turns_is_known() {
        for letter in [
            '\u{ad}',
            '\u{61c}',
            '\u{180e}',
            '\u{200b}',
            '\u{200f}',
            '\u{202e}',
            '\u{2066}',
            '\u{206f}',
            '\u{fe0f}',
            '\u{feff}',
            '\u{fff9}',
            '\u{fffb}',
            '\u{e0001}',
            '\u{e0041}',
            '\u{e007f}',
        ] {
            assert!(is_invisible(letter), "{letter:?}");
        }
    }

    #[test]
    fn what_is_read_stays() {
        for letter in "aé中، ½→👩\u{301}\u{2028}\n".chars() {
            assert!(!is_invisible(letter), "{letter:?}");
        }
    }
}
