//! Where one is in a list: the row under the cursor, and the first row that is visible.
//!
//! The cursor remembers its row by identity, so that it keeps its place when the rows are fetched anew, sorted or filtered.

/// A place in a list of rows that are told apart by `K`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListCursor<K> {
    key: Option<K>,
    index: usize,
    top: usize,
}

impl<K> Default for ListCursor<K> {
    fn default() -> Self {
        ListCursor {
            key: None,
            index: 0,
            top: 0,
        }
    }
}

impl<K: Clone + PartialEq> ListCursor<K> {
    /// The row under the cursor, by position. Only meaningful for a list that is not empty.
    pub fn index(&self) -> usize {
        self.index
    }

    /// The row under the cursor, by identity.
    pub fn key(&self) -> Option<&K> {
        self.key.as_ref()
    }

    /// The rows changed: finds the row again, or stays at the position nearest to where it was.
    pub fn settle(&mut self, count: usize, height: usize, key_at: impl Fn(usize) -> K) {
        if let Some(key) = &self.key
            && self.index < count
            && key_at(self.index) == *key
        {
            self.show(count, height);
            return;
        }
        let found = self
            .key
            .as_ref()
            .and_then(|key| (0..count).find(|index| key_at(*index) == *key));
        self.index = found.unwrap_or(self.index).min(count.saturating_sub(1));
        self.key = (count > 0).then(|| key_at(self.index));
        self.show(count, height);
    }

    /// Moves the cursor by so many rows, stopping at the ends.
    pub fn step(&mut self, by: isize, count: usize, height: usize, key_at: impl Fn(usize) -> K) {
        let last = count.saturating_sub(1);
        self.put(
            self.index.saturating_add_signed(by).min(last),
            count,
            height,
            key_at,
        );
    }

    /// Puts the cursor on a row.
    pub fn put(&mut self, index: usize, count: usize, height: usize, key_at: impl Fn(usize) -> K) {
        self.index = index.min(count.saturating_sub(1));
        self.key = (count > 0).then(|| key_at(self.index));
        self.show(count, height);
    }

    /// The first visible row for this many rows of height: the cursor is always among them.
    pub fn top(&self, count: usize, height: usize) -> usize {
        window(self.top, self.index, count, height)
    }

    fn show(&mut self, count: usize, height: usize) {
        self.top = window(self.top, self.index, count, height);
    }
}

/// The first visible row nearest to `top` that shows the cursor and leaves no empty rows below without need.
fn window(top: usize, cursor: usize, count: usize, height: usize) -> usize {
    let height = height.max(1);
    let lowest = cursor.saturating_sub(height - 1);
    top.clamp(lowest, cursor.max(lowest))
        .min(count.saturating_sub(height).max(lowest))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_cursor_keeps_its_row_when_the_rows_move() {
        let rows = ["a", "b", "c", "d"];
        let mut cursor = ListCursor::default();
        cursor.put(2, rows.len(), 2, |index| rows[index]);
        let moved = ["x", "y", "a", "b", "c"];
        cursor.settle(moved.len(), 2, |index| moved[index]);
        assert_eq!((cursor.index(), cursor.key()), (4, Some(&"c")));
        let gone = ["x", "y"];
        cursor.settle(gone.len(), 2, |index| gone[index]);
        assert_eq!(
            (cursor.index(), cursor.key()),
            (1, Some(&"y")),
            "stays near when its row is gone"
        );
        cursor.settle(0, 2, |_| "never");
        assert_eq!((cursor.index(), cursor.key()), (0, None));
    }

    proptest! {
        #[test]
        fn the_cursor_is_always_visible(count in 0_usize..50, height in 0_usize..12, steps in proptest::collection::vec(-60_isize..60, 0..20)) {
            let mut cursor = ListCursor::default();
            for by in steps {
                cursor.step(by, count, height, |index| index);
                let top = cursor.top(count, height);
                prop_assert!(top <= cursor.index());
                prop_assert!(cursor.index() < top + height.max(1));
                prop_assert!(cursor.index() < count.max(1));
                prop_assert!(count < height || top + height <= count, "no empty rows below");
            }
        }
    }
}
