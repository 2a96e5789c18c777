//! Lets `**strong**` work in Chinese and Japanese text.
//!
//! CommonMark (6.2) tells an opening mark from a closing one by the blanks and punctuation around it. Without blanks
//! between words that fails at every `**重点：**内容`, and models write that all the time. The marks of a paragraph are
//! paired by their order, and where the rule would fail, a character that counts as a blank is put beside the mark. That
//! character is [`SEAM`], which cleaned text never holds; it is taken out again when the text is drawn.

use std::borrow::Cow;

/// Counts as a blank for CommonMark, and is not in any text that was cleaned.
pub(super) const SEAM: char = '\u{2028}';

/// The text with seams where strong marks need them.
pub(super) fn ease(text: &str) -> Cow<'_, str> {
    if text.is_ascii() || !text.contains("**") {
        return Cow::Borrowed(text);
    }
    let mut eased = String::with_capacity(text.len() + 16);
    let mut open = false;
    let mut code = 0;
    let mut before = '\n';
    let mut rest = text;
    while let Some(letter) = rest.chars().next() {
        let length = match letter {
            '*' | '`' => rest.len() - rest.trim_start_matches(letter).len(),
            '\\' => 1 + rest[1..].chars().next().map_or(0, char::len_utf8),
            _ => letter.len_utf8(),
        };
        let (run, after) = rest.split_at(length);
        let next = after.chars().next().unwrap_or('\n');
        let mut sides = (false, false);
        match letter {
            '\n' if before == '\n' => (open, code) = (false, 0),
            '`' if code == 0 => code = length,
            '`' if code == length => code = 0,
            '*' if code == 0 && matches!(length, 2 | 3) => {
                if open && !before.is_whitespace() {
                    sides.1 = is_mark(before) && is_letter(next);
                    open = false;
                } else if !open && !next.is_whitespace() {
                    sides.0 = is_mark(next) && is_letter(before);
                    open = true;
                }
            }
            _ => {}
        }
        if sides.0 {
            eased.push(SEAM);
        }
        eased.push_str(run);
        if sides.1 {
            eased.push(SEAM);
        }
        before = run.chars().next_back().unwrap_or(letter);
        rest = after;
    }
    Cow::Owned(eased)
}

/// Punctuation, as far as the rule is concerned: whatever is neither a letter nor a blank.
fn is_mark(letter: char) -> bool {
    !letter.is_alphanumeric() && !letter.is_whitespace()
}

fn is_letter(letter: char) -> bool {
    letter.is_alphanumeric()
}

#[cfg(test)]
mod tests {
    use super::*;
    use pulldown_cmark::{Event, Parser, Tag};

    fn strong(text: &str) -> Vec<String> {
        let eased = ease(text);
        let mut found = Vec::new();
        let mut inside = false;
        for event in Parser::new(&eased) {
            match event {
                Event::Start(Tag::Strong) => {
                    inside = true;
                    found.push(String::new());
                }
                Event::End(pulldown_cmark::TagEnd::Strong) => inside = false,
                Event::Text(text) if inside => {
                    if let Some(last) = found.last_mut() {
                        last.push_str(&text);
                    }
                }
                _ => {}
            }
        }
        found
    }

    #[test]
    fn marks_beside_chinese_punctuation_work() {
        for (text, wanted) in [
            ("**重点：**内容", vec!["重点："]),
            ("这是**“引用”**的内容", vec!["“引用”"]),
            ("注意：**内容**。", vec!["内容"]),
            ("一，**二（2）**三，**四！**五", vec!["二（2）", "四！"]),
            ("代码 `**` 与**强调：**后", vec!["强调："]),
        ] {
            assert_eq!(strong(text), wanted, "{text}");
        }
    }

    #[test]
    fn what_worked_before_still_works() {
        for text in [
            "plain **bold** text",
            "中文 **粗体** 中文",
            "a**b**c 中",
            "2 ** 3 中 ** 4",
        ] {
            let plain = Parser::new(text)
                .filter(|event| matches!(event, Event::Start(Tag::Strong)))
                .count();
            assert_eq!(strong(text).len(), plain, "{text}");
        }
    }
}
