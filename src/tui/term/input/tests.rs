//! What terminals send, and what becomes of it.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use proptest::prelude::*;

use super::answer::Answer;
use super::decode::{Decoded, Decoder, Wait};

const NONE: KeyModifiers = KeyModifiers::NONE;
const ALT: KeyModifiers = KeyModifiers::ALT;
const CTRL: KeyModifiers = KeyModifiers::CONTROL;
const SHIFT: KeyModifiers = KeyModifiers::SHIFT;

fn all(bytes: &[u8]) -> Vec<Decoded> {
    let mut decoder = Decoder::default();
    let mut found = Vec::new();
    decoder.push(bytes, &mut found);
    decoder.expire(&mut found);
    assert_eq!(decoder.wait(), Wait::None);
    found
}

fn key(code: KeyCode, modifiers: KeyModifiers) -> Decoded {
    Decoded::Key(KeyEvent::new(code, modifiers))
}

#[test]
fn keys_of_many_terminals() {
    let cases: &[(&[u8], KeyCode, KeyModifiers)] = &[
        (b"a", KeyCode::Char('a'), NONE),
        (b"G", KeyCode::Char('G'), SHIFT),
        ("模".as_bytes(), KeyCode::Char('模'), NONE),
        (b"\r", KeyCode::Enter, NONE),
        (b"\n", KeyCode::Char('j'), CTRL),
        (b"\t", KeyCode::Tab, NONE),
        (b"\x7f", KeyCode::Backspace, NONE),
        (b"\x03", KeyCode::Char('c'), CTRL),
        (b"\x1c", KeyCode::Char('\\'), CTRL),
        (b"\x1b", KeyCode::Esc, NONE),
        (b"\x1b\r", KeyCode::Enter, ALT),
        (b"\x1bx", KeyCode::Char('x'), ALT),
        (b"\x1b[", KeyCode::Char('['), ALT),
        (b"\x1bO", KeyCode::Char('O'), ALT),
        ("\x1bé".as_bytes(), KeyCode::Char('é'), ALT),
        (b"\x1b[A", KeyCode::Up, NONE),
        (b"\x1bOB", KeyCode::Down, NONE),
        (b"\x1b[1;5C", KeyCode::Right, CTRL),
        (b"\x1b[1;3D", KeyCode::Left, ALT),
        (b"\x1b[Z", KeyCode::BackTab, SHIFT),
        (b"\x1b[H", KeyCode::Home, NONE),
        (b"\x1bOF", KeyCode::End, NONE),
        (b"\x1b[4~", KeyCode::End, NONE),
        (b"\x1b[3~", KeyCode::Delete, NONE),
        (b"\x1b[5;5~", KeyCode::PageUp, CTRL),
        (b"\x1bOP", KeyCode::F(1), NONE),
        (b"\x1b[[B", KeyCode::F(2), NONE),
        (b"\x1b[15~", KeyCode::F(5), NONE),
        (b"\x1b[24~", KeyCode::F(12), NONE),
        (b"\x1b[13;3u", KeyCode::Enter, ALT),
        (b"\x1b[27;5;13~", KeyCode::Enter, CTRL),
        (b"\x1b[97;5u", KeyCode::Char('a'), CTRL),
        (b"\x1b[97:65;2u", KeyCode::Char('A'), SHIFT),
        (b"\x1b[9;2u", KeyCode::BackTab, SHIFT),
    ];
    for (bytes, code, modifiers) in cases {
        assert_eq!(all(bytes), [key(*code, *modifiers)], "{bytes:?}");
    }
}

#[test]
fn what_is_no_key_is_dropped_whole() {
    let cases: &[&[u8]] = &[
        b"\x1b[I",
        b"\x1b[O",
        b"\x1b[>64;1;2c",
        b"\x1b]52;c;aGk=\x07",
        b"\x1b]10;rgb:0000/0000/0000\x1b\\",
        b"\x1bP>|xterm\x1b\\",
        b"\x1b[<0;10;10m",
        b"\x1b[M !!",
        b"\x1b[97;1:3u",
        b"\x1b[57441u",
        b"\xff",
    ];
    for bytes in cases {
        assert_eq!(all(bytes), [], "{bytes:?}");
    }
    // Where the row is 1, a cursor report cannot be told from F3 with modifiers.
    assert_eq!(all(b"\x1b[1;2R"), [key(KeyCode::F(3), SHIFT)]);
}

#[test]
fn escape_before_something_else_is_escape() {
    assert_eq!(
        all(b"\x1b\x1b"),
        [key(KeyCode::Esc, NONE), key(KeyCode::Esc, NONE)]
    );
    assert_eq!(
        all(b"\x1b\x1b[A"),
        [key(KeyCode::Esc, NONE), key(KeyCode::Up, NONE)]
    );
}

#[test]
fn a_paste_is_text_whatever_is_in_it() {
    let bytes = "\x1b[200~one\r\ntwo\rthree\x03\x1b[Aq模\x1b[201~z".as_bytes();
    let text = "one\ntwo\nthree\u{3}\u{1b}[Aq模".to_owned();
    assert_eq!(
        all(bytes),
        [Decoded::Paste(text), key(KeyCode::Char('z'), NONE)]
    );
}

#[test]
fn a_paste_that_never_ends_can_be_left() {
    let mut decoder = Decoder::default();
    let mut found = Vec::new();
    decoder.push(b"\x1b[200~half", &mut found);
    assert_eq!((found.as_slice(), decoder.wait()), (&[][..], Wait::Paste));
    decoder.push(b"\x03", &mut found);
    let expected = [
        Decoded::Paste("half".to_owned()),
        key(KeyCode::Char('c'), CTRL),
    ];
    assert_eq!(
        (found.as_slice(), decoder.wait()),
        (&expected[..], Wait::None)
    );
}

#[test]
fn a_paste_beyond_all_measure_comes_in_parts() {
    let mut bytes = b"\x1b[200~".to_vec();
    bytes.extend(b"0123456789".repeat(500_000));
    bytes.extend(b"\x1b[201~");
    let texts: Vec<usize> = all(&bytes)
        .iter()
        .map(|part| match part {
            Decoded::Paste(text) => text.len(),
            Decoded::Key(_) | Decoded::Answer(_) | Decoded::Pointer(_) => panic!("{part:?}"),
        })
        .collect();
    assert_eq!((texts.len(), texts.iter().sum::<usize>()), (2, 5_000_000));
}

#[test]
fn broken_text_costs_the_broken_bytes_only() {
    assert_eq!(
        all(b"a\xe6\xa8b\x1b[A"),
        [
            key(KeyCode::Char('a'), NONE),
            key(KeyCode::Char('b'), NONE),
            key(KeyCode::Up, NONE)
        ]
    );
}

#[test]
fn answers_come_among_the_keys_and_are_none() {
    let found = all(b"a\x1b[?64;1;2cb\x1b]11;rgb:0000/0000/0000\x07\x1b[2;3Rc");
    assert_eq!(
        found,
        [
            key(KeyCode::Char('a'), NONE),
            Decoded::Answer(Answer::Attributes),
            key(KeyCode::Char('b'), NONE),
            Decoded::Answer(Answer::Background(0, 0, 0)),
            Decoded::Answer(Answer::Cursor { row: 2, column: 3 }),
            key(KeyCode::Char('c'), NONE),
        ]
    );
}

fn piece() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        proptest::collection::vec(any::<u8>(), 0..6),
        Just(b"\x1b[200~".to_vec()),
        Just(b"\x1b[201~".to_vec()),
        Just(b"\x1b[1;5A".to_vec()),
        Just(b"\x1b]52;c;aGk=\x07".to_vec()),
        "\\PC{0,4}".prop_map(String::into_bytes),
    ]
}

proptest! {
    #[test]
    fn however_it_is_read_it_means_the_same(pieces in proptest::collection::vec(piece(), 0..12)) {
        // A lone Ctrl-C in a paste is the one thing that depends on how it was read.
        let pieces: Vec<Vec<u8>> = pieces.into_iter().filter(|piece| piece != &[3]).collect();
        let whole = pieces.concat();
        prop_assume!(whole != [3]);
        let mut decoder = Decoder::default();
        let mut found = Vec::new();
        for piece in &pieces {
            decoder.push(piece, &mut found);
        }
        decoder.expire(&mut found);
        prop_assert_eq!(found, all(&whole));
        prop_assert_eq!(decoder.wait(), Wait::None);
    }
}
