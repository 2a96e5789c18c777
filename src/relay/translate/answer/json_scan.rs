//! Sees when a JSON object or list that comes in pieces is whole, without understanding it.

/// What was seen of it.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct JsonScan {
    depth: u32,
    in_text: bool,
    escaped: bool,
    begun: bool,
    /// It does not begin as an object or a list does, so its end cannot be seen.
    strange: bool,
}

impl JsonScan {
    /// Takes the next piece.
    pub fn feed(&mut self, text: &str) {
        for byte in text.bytes() {
            if self.in_text {
                match byte {
                    _ if self.escaped => self.escaped = false,
                    b'\\' => self.escaped = true,
                    b'"' => self.in_text = false,
                    _ => {}
                }
                continue;
            }
            match byte {
                b' ' | b'\t' | b'\n' | b'\r' => continue,
                b'{' | b'[' => self.depth = self.depth.saturating_add(1),
                b'}' | b']' => self.depth = self.depth.saturating_sub(1),
                b'"' => self.in_text = true,
                _ => {}
            }
            self.strange |= !std::mem::replace(&mut self.begun, true) && self.depth == 0;
        }
    }

    /// Nothing but white space came.
    pub fn empty(&self) -> bool {
        !self.begun
    }

    /// The object or list is at its end.
    pub fn whole(&self) -> bool {
        self.begun && !self.strange && self.depth == 0 && !self.in_text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_end_of_json_is_seen() {
        for (text, whole) in [
            (r#"{}"#, true),
            (r#" {"a":"}"} "#, true),
            (r#"{"a":"\"}"#, false),
            (r#"{"a":["#, false),
            ("", false),
            ("7", false),
            (r#""text""#, false),
        ] {
            let mut scan = JsonScan::default();
            scan.feed(text);
            assert_eq!(scan.whole(), whole, "{text}");
        }
    }
}
