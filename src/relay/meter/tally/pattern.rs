//! What the chunks of a stream have in common: most differ from the one before in nothing but their words.
//!
//! A chunk that was read as a whole and held nothing but words is remembered around them. One that begins and ends the
//! same, with no quote, backslash or control character between, is the same JSON with other words; there is nothing
//! else to be found in it.

/// Where words stand in memory.
#[derive(Clone, Copy, Debug)]
pub(super) struct Words {
    address: usize,
    length: usize,
}

impl Words {
    /// Of a text.
    pub fn of(text: &str) -> Self {
        Words {
            address: text.as_ptr().addr(),
            length: text.len(),
        }
    }
}

/// A chunk without its words.
#[derive(Debug, Default)]
pub(super) struct Pattern {
    /// What stands before the words, then what stands behind them.
    around: Vec<u8>,
    /// Where the words stood; 0 while there is no pattern, for words never come first.
    at: usize,
}

impl Pattern {
    /// The words of a chunk that is like the one before.
    pub fn words<'a>(&self, chunk: &'a [u8]) -> Option<&'a str> {
        if self.at == 0 || chunk.len() < self.around.len() {
            return None;
        }
        let (before, behind) = self.around.split_at(self.at);
        let words = chunk.strip_prefix(before)?.strip_suffix(behind)?;
        let plain = |byte: &u8| *byte >= b' ' && *byte != b'"' && *byte != b'\\';
        if !words.iter().all(plain) {
            return None;
        }
        std::str::from_utf8(words).ok()
    }

    /// Remembers a chunk that holds words and nothing else: so many bytes of text, beginning at an address.
    pub fn learn(&mut self, chunk: &[u8], words: Words) {
        // Words that were written with escapes were put together elsewhere, and are no part of the chunk.
        let at = words.address.wrapping_sub(chunk.as_ptr().addr());
        let before = chunk.get(..at).unwrap_or_default();
        let behind = chunk
            .get(at.saturating_add(words.length)..)
            .unwrap_or_default();
        self.at = 0;
        if before.ends_with(b"\"") && behind.starts_with(b"\"") {
            self.around.clear();
            self.around.extend_from_slice(before);
            self.around.extend_from_slice(behind);
            self.at = at;
        }
    }

    /// Forgets it.
    pub fn forget(&mut self) {
        self.at = 0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn learnt(chunk: &str, words: &str) -> Pattern {
        let mut pattern = Pattern::default();
        let at = chunk.find(words).unwrap();
        pattern.learn(chunk.as_bytes(), Words::of(&chunk[at..at + words.len()]));
        pattern
    }

    #[test]
    fn a_chunk_that_differs_in_its_words_alone_is_known() {
        let pattern = learnt(r#"{"id":"1","delta":{"content":"Hel"},"end":null}"#, "Hel");
        for (chunk, words) in [
            (
                r#"{"id":"1","delta":{"content":"lo, 你"},"end":null}"#,
                Some("lo, 你"),
            ),
            (r#"{"id":"1","delta":{"content":""},"end":null}"#, Some("")),
            (r#"{"id":"1","delta":{"content":"a\n"},"end":null}"#, None),
            (
                r#"{"id":"1","delta":{"content":"a","x":"b"},"end":null}"#,
                None,
            ),
            (r#"{"id":"2","delta":{"content":"a"},"end":null}"#, None),
            (r#"{"id":"1","delta":{"content":"a"},"end":"stop"}"#, None),
            (r#"{"id":"1","delta":{"content":null},"end":null}"#, None),
            (r#"{"id":"1","delta":{"content":"#, None),
            ("", None),
        ] {
            assert_eq!(pattern.words(chunk.as_bytes()), words, "{chunk}");
        }
        let broken = b"{\"id\":\"1\",\"delta\":{\"content\":\"\xff\"},\"end\":null}";
        assert_eq!(pattern.words(broken), None);
    }

    #[test]
    fn words_from_elsewhere_make_no_pattern() {
        let mut pattern = learnt(r#"{"content":"Hel"}"#, "Hel");
        let chunk = br#"{"content":"a"}"#;
        assert_eq!(pattern.words(chunk), Some("a"));
        pattern.learn(chunk, Words::of("elsewhere"));
        assert_eq!(pattern.words(chunk), None);
        let name = r#"{"content":1}"#;
        assert_eq!(
            learnt(name, "content").words(name.as_bytes()),
            Some("content")
        );
        assert_eq!(learnt(name, "1").words(name.as_bytes()), None);
    }
}
