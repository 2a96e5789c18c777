//! Finds rows that moved up or down together: they are moved on the terminal too, instead of being sent again.

use std::cmp::Reverse;

use super::Row;
use super::slot::Slot;

/// What moving rows costs by itself, in bytes, with some to spare.
const OVERHEAD: i64 = 24;
/// What going to a row that differs costs.
const VISIT: i64 = 6;
/// With fewer changed rows than this nothing is looked for.
const FEWEST: usize = 3;
/// How many distances are reckoned through.
const CANDIDATES: usize = 2;

/// Rows that move within a region.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Shift {
    /// The first row of the region.
    pub(super) top: usize,
    /// The last row of the region.
    pub(super) bottom: usize,
    /// By how many rows.
    pub(super) by: usize,
    /// Up, or down.
    pub(super) up: bool,
}

/// The move that saves most, if any saves something. Both screens have the same number of rows.
pub(super) fn find(old: &[&Row], new: &[&Row]) -> Option<Shift> {
    let found = distances(old, new)
        .into_iter()
        .filter_map(|(by, up)| best(old, new, by, up))
        .max_by_key(|(gain, _)| *gain)?;
    (found.0 > OVERHEAD).then_some(found.1)
}

/// The distances by which most text has moved, and whether up.
fn distances(old: &[&Row], new: &[&Row]) -> Vec<(usize, bool)> {
    let height = new.len();
    let changed: Vec<usize> = (0..height)
        .filter(|y| old[*y].hash != new[*y].hash)
        .collect();
    if changed.len() < FEWEST {
        return Vec::new();
    }
    let mut votes: Vec<(i64, usize, bool)> =
        (0..2 * height).map(|at| (0, at / 2, at % 2 == 0)).collect();
    for y in changed {
        let weight = written(new[y]);
        for (from, row) in old.iter().enumerate().filter(|_| weight > 0) {
            if row.hash == new[y].hash {
                let up = from > y;
                votes[2 * from.abs_diff(y) + usize::from(!up)].0 += weight;
            }
        }
    }
    votes.retain(|(weight, ..)| *weight > 0);
    votes.sort_by_key(|(weight, by, _)| (Reverse(*weight), *by));
    let most = votes.into_iter().take(CANDIDATES);
    most.map(|(_, by, up)| (by, up)).collect()
}

/// The region in which moving by so many rows saves most, and how many bytes that is.
fn best(old: &[&Row], new: &[&Row], by: usize, up: bool) -> Option<(i64, Shift)> {
    if up {
        return best_up(old, new, by);
    }
    // Down is up in a mirror.

    let old: Vec<&Row> = old.iter().rev().copied().collect();
    let new: Vec<&Row> = new.iter().rev().copied().collect();
    let last = new.len().checked_sub(1)?;
    best_up(&old, &new, by).map(|(gain, shift)| {
        let turned = Shift {
            top: last - shift.bottom,
            bottom: last - shift.top,
            by,
            up: false,
        };
        (gain, turned)
    })
}

/// The same for rows that move up. In a region from `top` to `bottom` the rows before `bottom - by + 1` get what stood `by`
/// rows below them, and the rest are blank then.
fn best_up(old: &[&Row], new: &[&Row], by: usize) -> Option<(i64, Shift)> {
    let height = new.len();
    // Running sums, so that every region is reckoned at once.
    let (mut stay, mut moved, mut fresh) = (vec![0], vec![0], vec![0]);
    for (y, row) in new.iter().enumerate() {
        let add = |sums: &mut Vec<i64>, cost: i64| sums.push(sums[y] + cost);
        add(&mut stay, cost(old[y], row));
        add(
            &mut moved,
            old.get(y + by).map_or(0, |below| cost(below, row)),
        );
        add(
            &mut fresh,
            if written(row) > 0 {
                written(row) + VISIT
            } else {
                0
            },
        );
    }
    let mut best: Option<(i64, Shift)> = None;
    for top in 0..height {
        for bottom in top + by..height {
            let kept = bottom - by + 1;
            let gain = (stay[bottom + 1] - stay[top])
                - (moved[kept] - moved[top])
                - (fresh[bottom + 1] - fresh[kept]);
            if best.is_none_or(|(most, _)| gain > most) {
                let shift = Shift {
                    top,
                    bottom,
                    by,
                    up: true,
                };
                best = Some((gain, shift));
            }
        }
    }
    best
}

/// What it costs to make one row of another, roughly.
fn cost(from: &Row, to: &Row) -> i64 {
    if from.hash == to.hash {
        return 0;
    }
    let pairs = from.slots.iter().zip(&to.slots);
    VISIT + bytes(pairs.filter(|(from, to)| from != to).map(|(_, to)| to))
}

/// The bytes of what is written in a row.
fn written(row: &Row) -> i64 {
    bytes(row.slots.iter().filter(|slot| **slot != Slot::EMPTY))
}

fn bytes<'a>(slots: impl Iterator<Item = &'a Slot>) -> i64 {
    let sum = slots.map(Slot::bytes).sum::<usize>();
    i64::try_from(sum).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use ratatui::buffer::Buffer;

    fn shift(old: &[&str], new: &[&str]) -> Option<Shift> {
        let rows = |lines: &[&str]| -> Vec<Row> {
            let buffer = Buffer::with_lines(lines.iter().map(|line| format!("{line:40}")));
            buffer.content.chunks(40).map(Row::of).collect()
        };
        let (old, new) = (rows(old), rows(new));
        find(
            &old.iter().collect::<Vec<_>>(),
            &new.iter().collect::<Vec<_>>(),
        )
    }

    const A: &str = "the first line of some prose";
    const B: &str = "the second line, a little longer";
    const C: &str = "and what comes third";
    const D: &str = "a line that is new";

    #[test]
    fn a_pane_between_two_bars_is_found() {
        let up = shift(&["top", A, B, C, "bar"], &["top", B, C, D, "bar"]);
        let wanted = Shift {
            top: 1,
            bottom: 3,
            by: 1,
            up: true,
        };
        assert_eq!(up, Some(wanted));
        let down = shift(&["top", B, C, D, "bar"], &["top", A, B, C, "bar"]);
        assert_eq!(
            down,
            Some(Shift {
                up: false,
                ..wanted
            })
        );
    }

    #[test]
    fn a_last_word_that_wraps_keeps_the_rest_of_its_line() {
        let long = "the last line that is just full, wrapp";
        let cut = "the last line that is just full,";
        let found = shift(&["top", A, B, long], &["top", B, cut, "wrapping on"]);
        let wanted = Shift {
            top: 1,
            bottom: 3,
            by: 1,
            up: true,
        };
        assert_eq!(found, Some(wanted));
    }

    #[test]
    fn what_has_not_moved_is_left_alone() {
        assert_eq!(shift(&[A, B, C], &[A, B, D]), None);
        assert_eq!(shift(&[A, B, C, D], &["1", "2", "3", "4"]), None);
        assert_eq!(shift(&["", "", "", ""], &[A, B, C, D]), None);
        assert_eq!(
            shift(&["a", "b", "c", "d"], &["b", "c", "d", "e"]),
            None,
            "not worth it"
        );
    }
}
