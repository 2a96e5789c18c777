//! What was written is read again, wherever a crash, a full disk or a power cut left it.

use super::super::super::book::{Change, Share};
use super::super::entry::Entry;
use super::super::logs::NewLog;
use super::*;
use crate::domain::UnixSeconds;
use proptest::prelude::*;

const HERE: Posted = Posted {
    database: -5,
    number: 0,
};

fn ending(number: i64, words: &str) -> Ending<'_> {
    Ending {
        reservation: number,
        change: Change {
            account_id: 1,
            key_id: 2,
            reserved: Share {
                units: 50,
                tokens: 9,
            },
            charged: Some(number * 3),
            tokens: 7,
            at: UnixSeconds(1_000),
        },
        log: Some(NewLog {
            content: words.into(),
            quota: number * 3,
            ..NewLog::default()
        }),
    }
}

fn begun(folder: &tempfile::TempDir) -> Journal {
    let (mut journal, _) = Journal::open(&folder.path().join("relay.db")).unwrap();
    journal.begin(HERE).unwrap();
    journal
}

fn left(folder: &tempfile::TempDir) -> Left {
    Journal::open(&folder.path().join("relay.db")).unwrap().1
}

fn append(journal: &mut Journal, entry: &Entry) -> i64 {
    let (number, kept) = journal.append(entry.written(), 1);
    kept.unwrap();
    number
}

fn numbers(entries: &[(i64, Ending<'_>)]) -> Vec<i64> {
    entries.iter().map(|(number, _)| *number).collect()
}

fn page(folder: &tempfile::TempDir, number: usize) -> PathBuf {
    folder.path().join(format!("relay.journal-{number}"))
}

#[test]
fn what_was_appended_is_there_after_a_kill_and_what_was_posted_is_not_told_again() {
    let folder = tempfile::tempdir().unwrap();
    let mut journal = begun(&folder);
    for number in 1..=5 {
        let entry = Entry::of(&ending(number, "told"));
        assert_eq!(append(&mut journal, &entry), number);
    }
    let left_behind = left(&folder);
    let all = left_behind.since(HERE);
    assert_eq!(numbers(&all), [1, 2, 3, 4, 5]);
    assert_eq!(all[4].1, ending(5, "told"));
    let three = Posted { number: 3, ..HERE };
    assert_eq!(numbers(&left(&folder).since(three)), [4, 5]);
    let elsewhere = Posted {
        database: 6,
        ..HERE
    };
    assert!(left(&folder).since(elsewhere).is_empty());
    journal.close(5).unwrap();
    assert!(left(&folder).since(HERE).is_empty());
}

#[test]
fn pages_take_turns_and_a_full_one_is_emptied_once_it_is_posted() {
    let folder = tempfile::tempdir().unwrap();
    let mut journal = begun(&folder);
    let entry = Entry::of(&ending(1, &"x".repeat(200_000)));
    let length = |number| std::fs::metadata(page(&folder, number)).unwrap().len();
    for _ in 0..8 {
        append(&mut journal, &entry);
    }
    assert!(length(1) > LONG && length(2) > 0);
    assert_eq!(
        numbers(&left(&folder).since(HERE)),
        (1..=8).collect::<Vec<_>>()
    );
    journal.posted(3).unwrap();
    assert!(length(1) > LONG, "not all of it is posted");
    journal.posted(7).unwrap();
    assert!(length(1) == 0 && length(2) > 0);
    let seven = Posted { number: 7, ..HERE };
    assert_eq!(numbers(&left(&folder).since(seven)), [8]);
    for _ in 0..20 {
        append(&mut journal, &entry);
    }
    assert_eq!(
        numbers(&left(&folder).since(seven)),
        (8..=28).collect::<Vec<_>>()
    );
}

#[test]
fn a_page_that_could_not_be_written_is_left_until_it_is_emptied_and_numbers_are_spent_once() {
    let folder = tempfile::tempdir().unwrap();
    let mut journal = begun(&folder);
    let entries: Vec<_> = (0..8)
        .map(|number| Entry::of(&ending(number, "told")))
        .collect();
    assert_eq!(append(&mut journal, &entries[1]), 1);
    let writable = std::mem::replace(
        &mut journal.pages[0].file,
        File::open(page(&folder, 1)).unwrap(),
    );
    let (number, kept) = journal.append(entries[2].written(), 1);
    assert!(number == 2 && kept.is_err());
    // The disk took all of it in spite of what it said.
    let there = std::fs::read(page(&folder, 1)).unwrap();
    let taken = [&there, entries[2].written()].concat();
    std::fs::write(page(&folder, 1), taken).unwrap();
    assert_eq!(append(&mut journal, &entries[3]), 3, "on the other page");
    let all = left(&folder);
    let all = all.since(HERE);
    assert_eq!(numbers(&all), [1, 2, 3]);
    for (number, found) in &all {
        assert_eq!(*found, ending(*number, "told"));
    }
    let two = Posted { number: 2, ..HERE };
    assert_eq!(numbers(&left(&folder).since(two)), [3]);
    // It cannot be emptied, so it is not written on; the other one goes on.
    assert!(journal.posted(3).is_err());
    assert_eq!(append(&mut journal, &entries[4]), 4);
    journal.pages[0].file = writable;
    journal.posted(3).unwrap();
    assert_eq!(numbers(&left(&folder).since(HERE)), [3, 4]);
    let page_2 = File::open(page(&folder, 2)).unwrap();
    journal.pages[1].file = page_2;
    assert!(journal.append(entries[5].written(), 1).1.is_err());
    assert_eq!(append(&mut journal, &entries[6]), 6, "on the first again");
    let four = Posted { number: 4, ..HERE };
    assert_eq!(numbers(&left(&folder).since(four)), [6]);
}

#[test]
fn only_its_owner_may_read_it_and_a_stranger_is_told_and_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    drop(begun(&folder));
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = std::fs::metadata(page(&folder, 2)).unwrap().permissions();
        assert_eq!(mode.mode() & 0o777, 0o600);
    }
    let letter = "this is no journal, it is a letter";
    std::fs::write(page(&folder, 2), letter).unwrap();
    let refused = Journal::open(&folder.path().join("relay.db"));
    let told = refused.err().unwrap().to_string();
    assert!(told.contains("another version"), "{told}");
    assert_eq!(std::fs::read_to_string(page(&folder, 2)).unwrap(), letter);
}

#[test]
fn a_page_that_a_power_cut_left_blank_is_an_empty_one() {
    let folder = tempfile::tempdir().unwrap();
    drop(begun(&folder));
    std::fs::write(page(&folder, 1), [0; 4_096]).unwrap();
    let (mut journal, left) = Journal::open(&folder.path().join("relay.db")).unwrap();
    assert!(left.since(HERE).is_empty());
    journal.begin(HERE).unwrap();
    let entry = Entry::of(&ending(1, "told"));
    append(&mut journal, &entry);
    assert_eq!(numbers(&self::left(&folder).since(HERE)), [1]);
}

proptest! {
    #[test]
    fn cut_anywhere_it_has_what_was_whole_and_broken_anywhere_what_was_before(
        cut in 0_usize..700, broken in 0_usize..700, with in 1_u8..,
    ) {
        let folder = tempfile::tempdir().unwrap();
        let mut journal = begun(&folder);
        let mut ends = vec![HEAD];
        for number in 1..=6 {
            let entry = Entry::of(&ending(number, "some words of it"));
            ends.push(ends[ends.len() - 1] + entry.written().len());
            append(&mut journal, &entry);
        }
        let mut text = std::fs::read(page(&folder, 1)).unwrap();
        let cut = cut % text.len();
        let whole = entries(&text[..cut], HERE.database);
        prop_assert_eq!(whole.len(), ends.iter().skip(1).filter(|end| **end <= cut).count());
        let broken = broken % text.len();
        text[broken] ^= with;
        let before = ends.iter().skip(1).filter(|end| **end <= broken).count();
        let found = entries(&text, HERE.database);
        let head = (16..HEAD).contains(&broken);
        prop_assert!(head || found.len() <= 6 && numbers(&found) == (1..=found.len() as i64).collect::<Vec<_>>());
        prop_assert!(broken < HEAD || found.len() == before, "{} {}", found.len(), before);
    }

    #[test]
    fn no_page_makes_it_panic(page in prop::collection::vec(any::<u8>(), 0..200)) {
        let mut marked = MARK.to_vec();
        marked.extend_from_slice(&page);
        entries(&page, 0);
        entries(&marked, 0);
    }
}
