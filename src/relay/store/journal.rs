//! Settlements on their way into the database: those of one moment are appended here with one write ([`super::till`]), and
//! posted there together with others a little later. So settling an answer takes a part of a short write instead of a
//! transaction, and a killed process loses nothing. (One that its upstream keeps waits for a transaction besides: whose it
//! is must be in the database before the client can refer to it.)
//!
//! Entries are numbered, and a number is spent whether its entry could be appended or not. The database says up to which
//! number it has them, in the very transaction that puts them there; a start posts whatever is numbered higher. So what a
//! full disk took in spite of its refusal is posted once, too. Two pages take turns, so that one can be emptied while the other is
//! written on. A page begins with what it is, the database it belongs to and the number of its first entry; then its
//! entries stand one behind the other ([`super::entry`]).
//!
//! Not responsible for: what an entry means ([`super::money`]). What always holds: what was appended is read after a
//! kill; an entry that was cut off in the middle was never acknowledged, and is not read.

use std::fs::{File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use rusqlite::{Connection, params};

use super::entry;
use super::money::Ending;

/// What a page begins with. Whoever changes the members of an entry gives them a new one.
const MARK: &[u8; 8] = b"relayjn2";
/// Bytes of a page before its first entry.
const HEAD: usize = 24;
/// A page longer than this is left for the other one, as soon as that is empty.
const LONG: u64 = 1024 * 1024;

/// The journal, while the relay runs.
pub struct Journal {
    pages: [Page; 2],
    /// The page that is written on.
    open: usize,
    database: i64,
    /// The number of the next entry.
    next: i64,
}

struct Page {
    file: File,
    /// Bytes that count.
    length: u64,
    /// The number of its last entry.
    last: i64,
    /// More may stand on it than counts: a write failed. It is not written on until it is emptied, so that what stands
    /// there keeps its numbers.
    spoiled: bool,
}

/// How far the database is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Posted {
    /// Which database.
    pub database: i64,
    /// The last entry that is in it.
    pub number: i64,
}

impl Posted {
    /// What the database says.
    pub fn read(connection: &Connection) -> rusqlite::Result<Self> {
        connection.query_row("SELECT database, posted FROM journal", [], |row| {
            Ok(Posted {
                database: row.get(0)?,
                number: row.get(1)?,
            })
        })
    }

    /// Moves on, together with what the entries are about. Fails when the database is not where it was left: then
    /// somebody else writes to it.
    pub fn move_to(&mut self, connection: &Connection, number: i64) -> rusqlite::Result<()> {
        let moved = connection
            .prepare_cached("UPDATE journal SET posted = ?2 WHERE posted = ?1")?
            .execute(params![self.number, number])?;
        if moved != 1 {
            return Err(rusqlite::Error::StatementChangedRows(moved));
        }
        self.number = number;
        Ok(())
    }
}

impl Journal {
    /// Opens the journal beside a database, and reads what is on it.
    pub fn open(database: &Path) -> io::Result<(Self, Left)> {
        let mut left = Vec::new();
        let mut page = |number| {
            let mut page = Page::open(&beside(database, number))?;
            let mut text = Vec::new();
            page.file.read_to_end(&mut text)?;
            // A power cut can leave a page as long as it was, and nothing where it began. What is not behind a mark is no entry.
            let blank = text.iter().take(HEAD).all(|byte| *byte == 0);
            if blank && text.iter().any(|byte| *byte != 0) {
                tracing::error!(
                    page = number,
                    bytes = text.len(),
                    "the journal lost its beginning, as in a power cut; what stood behind it is given up"
                );
            }
            if text.len() >= HEAD && !text.starts_with(MARK) && !blank {
                let why = "it was left by another version of this program; start that one once, and let it end";
                return Err(io::Error::new(io::ErrorKind::InvalidData, why));
            }
            left.push(text);
            io::Result::Ok(page)
        };
        let journal = Journal {
            pages: [page(1)?, page(2)?],
            open: 0,
            database: 0,
            next: 0,
        };
        Ok((journal, Left(left)))
    }

    /// Begins anew, empty, behind what is posted.
    pub fn begin(&mut self, posted: Posted) -> io::Result<()> {
        self.database = posted.database;
        self.next = posted.number + 1;
        self.pages.iter_mut().try_for_each(Page::clear)
    }

    /// Appends so many entries, as they are written one behind the other: the number of the first, and whether they are
    /// kept. Where they are not, the database must be asked to have them, under the same numbers.
    pub fn append(&mut self, entries: &[u8], count: usize) -> (i64, io::Result<()>) {
        let first = self.next;
        self.next = first.saturating_add_unsigned(count as u64);
        (first, self.write(first, entries))
    }

    fn write(&mut self, first: i64, entries: &[u8]) -> io::Result<()> {
        let page = &self.pages[self.open];
        if (page.length > LONG || page.spoiled) && self.pages[1 - self.open].is_empty() {
            self.open = 1 - self.open;
        }
        let page = &mut self.pages[self.open];
        if page.spoiled {
            return Err(io::ErrorKind::StorageFull.into());
        }
        page.last = self.next - 1;
        if page.length == 0 {
            let mut text = head(self.database, first);
            text.extend_from_slice(entries);
            page.append(&text)
        } else {
            page.append(entries)
        }
    }

    /// Empties what is posted up to this number, where that is worth it.
    pub fn posted(&mut self, number: i64) -> io::Result<()> {
        let open = self.open;
        self.clear(number, |index, page| {
            page.spoiled || page.length > LONG || index != open && page.length > 0
        })
    }

    /// Leaves nothing behind that a start would have to read.
    pub fn close(&mut self, number: i64) -> io::Result<()> {
        self.clear(number, |_, _| true)
    }

    /// Empties every page that is worth it; tells of the first that could not be.
    fn clear(&mut self, number: i64, worth: impl Fn(usize, &Page) -> bool) -> io::Result<()> {
        let mut told = Ok(());
        for (index, page) in self.pages.iter_mut().enumerate() {
            if page.last <= number && worth(index, page) {
                let cleared = page.clear();
                told = told.and(cleared);
            }
        }
        told
    }
}

/// What a page begins with, whose first entry has this number.
fn head(database: i64, first: i64) -> Vec<u8> {
    let mut text = MARK.to_vec();
    text.extend_from_slice(&database.to_le_bytes());
    text.extend_from_slice(&first.to_le_bytes());
    text
}

impl Page {
    fn open(path: &Path) -> io::Result<Self> {
        let mut options = OpenOptions::new();
        options.read(true).write(true).create(true).truncate(false);
        // Names of keys and models are nobody else's business.
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        Ok(Page {
            file: options.open(path)?,
            length: 0,
            last: 0,
            spoiled: false,
        })
    }

    fn is_empty(&self) -> bool {
        self.length == 0 && !self.spoiled
    }

    fn append(&mut self, text: &[u8]) -> io::Result<()> {
        let written = self.file.write_all(text);
        match written {
            Ok(()) => self.length += text.len() as u64,
            // A part may have been written, and some of it may be whole.
            Err(_) => self.spoiled = true,
        }
        written
    }

    fn clear(&mut self) -> io::Result<()> {
        self.file.set_len(0)?;
        self.file.seek(SeekFrom::Start(0))?;
        self.length = 0;
        self.spoiled = false;
        Ok(())
    }
}

/// A page of the journal of a database.
fn beside(database: &Path, number: usize) -> PathBuf {
    database.with_extension(format!("journal-{number}"))
}

/// What a process left on the pages.
pub struct Left(Vec<Vec<u8>>);

impl Left {
    /// The entries that a database does not have, in their order.
    pub fn since(&self, posted: Posted) -> Vec<(i64, Ending<'_>)> {
        let pages = self.0.iter();
        let mut entries: Vec<_> = pages
            .flat_map(|page| entries(page, posted.database))
            .filter(|(number, _)| *number > posted.number)
            .collect();
        entries.sort_by_key(|(number, _)| *number);
        entries
    }
}

/// The entries of a page, up to the first that is none.
fn entries(page: &[u8], database: i64) -> Vec<(i64, Ending<'_>)> {
    let mut found = Vec::new();
    let Some((head, mut rest)) = page.split_at_checked(HEAD) else {
        return found;
    };
    let number = |at| head[at..at + 8].try_into().map(i64::from_le_bytes);
    let (Ok(owner), Ok(mut next)) = (number(8), number(16)) else {
        return found;
    };
    if &head[..8] != MARK || owner != database {
        return found;
    }
    while let Some((ending, more)) = entry::first(rest) {
        found.push((next, ending));
        next += 1;
        rest = more;
    }
    found
}

#[cfg(test)]
impl Journal {
    /// One that cannot be written, as on a full disk.
    pub(super) fn unwritable(database: &Path, posted: Posted) -> Self {
        let (mut journal, _) = Journal::open(database).unwrap();
        journal.begin(posted).unwrap();
        for (page, number) in journal.pages.iter_mut().zip(1..) {
            page.file = File::open(beside(database, number)).unwrap();
        }
        journal
    }

    /// A page with an entry under the number that comes next.
    pub(super) fn page_behind(posted: Posted, entry: &[u8]) -> Vec<u8> {
        [&head(posted.database, posted.number + 1), entry].concat()
    }
}

#[cfg(test)]
mod tests;
