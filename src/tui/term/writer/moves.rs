//! From one place to another in the fewest bytes, with moves that every terminal since the VT100 knows.

use std::io::Write;

use ratatui::layout::Position;

/// Adds the move. `from` is `None` where it is not known; then the place is named, and nothing is relied on.
pub(super) fn go(from: Option<Position>, to: Position, out: &mut Vec<u8>) {
    if from == Some(to) {
        return;
    }
    let mut best = named(to);
    let ways = from.map(|from| [sideways(from, to, false), sideways(from, to, true)]);
    for way in ways.into_iter().flatten() {
        if way.len() < best.len() {
            best = way;
        }
    }
    out.extend_from_slice(&best);
}

/// The place by its row and column.
fn named(to: Position) -> Vec<u8> {
    let mut out = b"\x1b[".to_vec();
    // Writing to a vector cannot fail.
    let _ = match (to.x, to.y) {
        (0, 0) => write!(out, "H"),
        (0, y) => write!(out, "{}H", y + 1),
        (x, 0) => write!(out, ";{}H", x + 1),
        (x, y) => write!(out, "{};{}H", y + 1, x + 1),
    };
    out
}

/// Up or down, then to the left or right; with `margin` from the left margin.
fn sideways(from: Position, to: Position, margin: bool) -> Vec<u8> {
    let mut out = Vec::new();
    if margin {
        out.push(b'\r');
    }
    let x = if margin { 0 } else { from.x };
    let down = to.y.saturating_sub(from.y);
    if (1..4).contains(&down) {
        out.extend(std::iter::repeat_n(b'\n', usize::from(down)));
    } else {
        steps(down, 'B', &mut out);
    }
    steps(from.y.saturating_sub(to.y), 'A', &mut out);
    let back = x.saturating_sub(to.x);
    if (1..4).contains(&back) {
        out.extend(std::iter::repeat_n(b'\x08', usize::from(back)));
    } else {
        steps(back, 'D', &mut out);
    }
    steps(to.x.saturating_sub(x), 'C', &mut out);
    out
}

fn steps(count: u16, letter: char, out: &mut Vec<u8>) {
    let _ = match count {
        0 => Ok(()),
        1 => write!(out, "\x1b[{letter}"),
        count => write!(out, "\x1b[{count}{letter}"),
    };
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shortest_way_is_taken() {
        let way = |from: Option<(u16, u16)>, to: (u16, u16)| {
            let mut out = Vec::new();
            go(from.map(Position::from), Position::from(to), &mut out);
            String::from_utf8(out).unwrap()
        };
        assert_eq!(way(Some((3, 3)), (3, 3)), "");
        assert_eq!(way(Some((3, 3)), (5, 3)), "\x1b[2C");
        assert_eq!(way(Some((3, 3)), (2, 3)), "\x08");
        assert_eq!(way(Some((70, 3)), (0, 4)), "\r\n");
        assert_eq!(way(Some((70, 33)), (1, 38)), "\x1b[39;2H");
        assert_eq!(way(None, (0, 0)), "\x1b[H");
        assert_eq!(way(None, (9, 0)), "\x1b[;10H");
        assert_eq!(way(None, (0, 9)), "\x1b[10H");
    }
}
