//! Writing events and JSON texts straight into a buffer of bytes.

use std::io::Write as _;

/// Appends a text as JSON, with its quotes.
pub(super) fn json_text(out: &mut Vec<u8>, text: &str) {
    // Writing into memory cannot fail.
    if serde_json::to_writer(&mut *out, text).is_err() {
        out.extend_from_slice(b"\"\"");
    }
}

/// Appends a number.
pub(super) fn number(out: &mut Vec<u8>, number: u64) {
    // Most numbers here are indexes of one digit.
    match u8::try_from(number) {
        Ok(digit @ 0..10) => out.push(b'0' + digit),
        _ => write!(out, "{number}").unwrap_or_default(),
    }
}

/// Appends text that is JSON already.
pub(super) fn raw(out: &mut Vec<u8>, json: &str) {
    out.extend_from_slice(json.as_bytes());
}

/// Appends the head of an event with a name.
pub(super) fn event(out: &mut Vec<u8>, name: &str) {
    raw(out, "event: ");
    raw(out, name);
    raw(out, "\ndata: ");
}

/// Appends the end of an event.
pub(super) fn end(out: &mut Vec<u8>) {
    raw(out, "\n\n");
}
