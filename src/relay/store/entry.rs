//! What the journal holds of an ending: its length, its check sum and itself. The database is posted from the same bytes.
//!
//! What always holds: what was cut off or changed is no entry.

use serde::Serialize;

use super::money::Ending;

/// Bytes of an entry before itself.
const HEAD: usize = 8;
/// An entry is seldom longer than this, in bytes.
const USUAL: usize = 768;

/// An entry, written out: its length, its check sum and itself.
pub struct Entry(Vec<u8>);

impl Entry {
    /// Of an ending.
    pub fn of(ending: &Ending<'_>) -> Self {
        let mut text = Vec::with_capacity(USUAL);
        text.resize(HEAD, 0);
        let mut text = write_behind(text, ending);
        let (head, body) = text.split_at_mut(HEAD);
        // It is a few texts long, each of a length that was bounded when it came in.
        let length = u32::try_from(body.len()).unwrap_or(u32::MAX);
        head[..4].copy_from_slice(&length.to_le_bytes());
        head[4..].copy_from_slice(&crc32fast::hash(body).to_le_bytes());
        Entry(text)
    }

    /// All of it, as it stands in the journal.
    pub fn written(&self) -> &[u8] {
        &self.0
    }

    #[cfg(test)]
    fn body(&self) -> &[u8] {
        &self.0[HEAD..]
    }
}

/// Writes something behind what is there. It is of numbers and texts, which always can be written.
pub fn write_behind(there: Vec<u8>, what: &impl Serialize) -> Vec<u8> {
    let before = there.len();
    let written = postcard::serialize_with_flavor(what, Behind(there));
    // Of nothing but zeros, whoever reads makes nothing.
    written.unwrap_or_else(|_| vec![0; before])
}

/// Writes a text at a time instead of a byte.
struct Behind(Vec<u8>);

impl postcard::ser_flavors::Flavor for Behind {
    type Output = Vec<u8>;

    fn try_push(&mut self, byte: u8) -> postcard::Result<()> {
        self.0.push(byte);
        Ok(())
    }

    fn try_extend(&mut self, bytes: &[u8]) -> postcard::Result<()> {
        self.0.extend_from_slice(bytes);
        Ok(())
    }

    fn finalize(self) -> postcard::Result<Vec<u8>> {
        Ok(self.0)
    }
}

/// Reads an entry that was written by this process; `None` where it is none.
pub fn read(written: &[u8]) -> Option<Ending<'_>> {
    read_body(written.get(HEAD..)?)
}

fn read_body(body: &[u8]) -> Option<Ending<'_>> {
    postcard::from_bytes(body).ok()
}

/// The entry that a part of a page begins with, and what is behind it; `None` where it begins with none.
pub fn first(page: &[u8]) -> Option<(Ending<'_>, &[u8])> {
    let (head, more) = page.split_at_checked(HEAD)?;
    let (length, sum) = head.split_at(4);
    let number = |bytes: &[u8]| bytes.try_into().map(u32::from_le_bytes).ok();
    let (body, behind) = more.split_at_checked(number(length)? as usize)?;
    if crc32fast::hash(body) != number(sum)? {
        return None;
    }
    Some((read_body(body)?, behind))
}

#[cfg(test)]
mod tests {
    use super::super::super::book::{Change, Share};
    use super::super::logs::NewLog;
    use super::*;
    use crate::domain::UnixSeconds;

    /// Whoever has to change these bytes gives the journal's mark another number: a killed process of the version before may have
    /// left entries of the old kind.
    #[test]
    fn an_entry_is_written_as_it_always_was() {
        let mut ending = Ending {
            reservation: 3,
            change: Change {
                account_id: 1,
                key_id: 2,
                reserved: Share {
                    units: 50,
                    tokens: 9,
                },
                charged: Some(9),
                tokens: 7,
                at: UnixSeconds(1_000),
            },
            log: None,
        };
        let entry = Entry::of(&ending);
        assert_eq!(entry.body(), [6, 2, 4, 100, 9, 1, 18, 7, 208, 15, 0]);
        ending.log = Some(NewLog {
            account_id: 1,
            created_at: 2,
            kind: 3,
            content: "c".into(),
            key_id: 4,
            key_name: "k",
            model: "m",
            quota: 5,
            prompt_tokens: 6,
            completion_tokens: 7,
            use_time: 8,
            is_stream: true,
            channel_id: 9,
            channel_name: "n",
            group: "g",
            request_id: "r",
            other: "{}".into(),
            told: vec![7].into(),
        });
        let entry = Entry::of(&ending);
        let text = &entry.body()[10..];
        assert_eq!(
            text,
            [
                1, 2, 4, 6, 1, b'c', 8, 1, b'k', 1, b'm', 10, 12, 14, 16, 1, 18, 1, b'n', 1, b'g',
                1, b'r', 2, b'{', b'}', 1, 7
            ]
        );
    }
}
