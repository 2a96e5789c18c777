//! A list that can be filtered as one types, with a cursor that keeps its row: what tabs and pickers are made of.
//!
//! It holds the rows' identities and search texts, made once when the rows arrive; the rows themselves stay where they are
//! and are named by their position there. Filtering happens once a keystroke, never while drawing.

use super::edit::Editor;
use super::fuzzy::Haystack;
use super::list::ListCursor;

/// A filtered view of rows that are told apart by `K`.
#[derive(Clone, Debug)]
pub struct FilteredList<K> {
    keys: Vec<K>,
    haystack: Haystack,
    /// What is filtered for.
    pub query: Editor,
    /// Whether the query has the focus.
    pub typing: bool,
    shown: Vec<usize>,
    found: usize,
    cursor: ListCursor<K>,
}

impl<K> Default for FilteredList<K> {
    fn default() -> Self {
        FilteredList {
            keys: Vec::new(),
            haystack: Haystack::default(),
            query: Editor::line(),
            typing: false,
            shown: Vec::new(),
            found: 0,
            cursor: ListCursor::default(),
        }
    }
}

/// A way to leave out or reorder the rows that a query found, by position; told whether there is a query.
pub type Arrange<'a> = &'a dyn Fn(&mut Vec<usize>, bool);

/// Leaves the rows as the query found them.
pub fn as_found(_: &mut Vec<usize>, _: bool) {}

impl<K: Clone + PartialEq> FilteredList<K> {
    /// The rows changed. The cursor stays on its row, or near where it was.
    pub fn load(
        &mut self,
        rows: impl Iterator<Item = (K, String)>,
        height: usize,
        arrange: Arrange<'_>,
    ) {
        let (keys, texts): (Vec<K>, Vec<String>) = rows.unzip();
        self.haystack = Haystack::new(texts.iter().map(String::as_str));
        self.keys = keys;
        self.sift(height, arrange);
    }

    /// Something other than the query changed what is shown: the cursor stays on its row.
    pub fn sift(&mut self, height: usize, arrange: Arrange<'_>) {
        self.find(arrange);
        let (shown, keys) = (&self.shown, &self.keys);
        self.cursor
            .settle(shown.len(), height, |at| keys[shown[at]].clone());
    }

    /// The query changed: the cursor goes to the best match.
    pub fn search(&mut self, height: usize, arrange: Arrange<'_>) {
        self.find(arrange);
        let (shown, keys) = (&self.shown, &self.keys);
        self.cursor
            .put(0, shown.len(), height, |at| keys[shown[at]].clone());
    }

    fn find(&mut self, arrange: Arrange<'_>) {
        let query = self.query.text();
        self.shown = self.haystack.filter(&query);
        self.found = self.shown.len();
        arrange(&mut self.shown, !query.trim().is_empty());
    }

    /// Moves the cursor by so many rows.
    pub fn step(&mut self, by: isize, height: usize) {
        let (shown, keys) = (&self.shown, &self.keys);
        self.cursor
            .step(by, shown.len(), height, |at| keys[shown[at]].clone());
    }

    /// Puts the cursor on the row of this identity, if it is shown.
    pub fn go_to(&mut self, key: &K, height: usize) {
        let at = self
            .shown
            .iter()
            .position(|index| self.keys[*index] == *key);
        if let Some(at) = at {
            let (shown, keys) = (&self.shown, &self.keys);
            self.cursor
                .put(at, shown.len(), height, |at| keys[shown[at]].clone());
        }
    }

    /// Drops the filter; the rows follow with the next load.
    pub fn unfilter(&mut self) {
        self.query.clear();
        self.typing = false;
    }

    /// The positions of the visible rows: a window of this height, and where the cursor stands in it.
    pub fn window(&self, height: usize) -> (&[usize], usize) {
        let top = self
            .cursor
            .top(self.shown.len(), height)
            .min(self.shown.len());
        let end = (top + height).min(self.shown.len());
        (
            &self.shown[top..end],
            self.cursor.index().saturating_sub(top),
        )
    }

    /// How many rows are above and below a window of this height.
    pub fn hidden(&self, height: usize) -> (usize, usize) {
        let top = self
            .cursor
            .top(self.shown.len(), height)
            .min(self.shown.len());
        (top, self.shown.len().saturating_sub(top + height))
    }

    /// The position of the row under the cursor.
    pub fn current(&self) -> Option<usize> {
        self.shown.get(self.cursor.index()).copied()
    }

    /// The identity of the row under the cursor.
    pub fn current_key(&self) -> Option<&K> {
        self.current().and_then(|index| self.keys.get(index))
    }

    /// The identity of the row at a position.
    pub fn key_at(&self, position: usize) -> Option<&K> {
        self.keys.get(position)
    }

    /// The identities of the rows that are shown, in their order.
    pub fn shown_keys(&self) -> impl Iterator<Item = &K> {
        self.shown.iter().filter_map(|index| self.keys.get(*index))
    }

    /// How many rows are shown.
    pub fn shown(&self) -> usize {
        self.shown.len()
    }

    /// How many rows the query alone finds, whatever else leaves rows out.
    pub fn found(&self) -> usize {
        self.found
    }

    /// How many rows there are.
    pub fn total(&self) -> usize {
        self.keys.len()
    }

    /// Forgets rows, query and cursor.
    pub fn reset(&mut self) {
        *self = FilteredList::default();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn list(names: &[&str]) -> FilteredList<String> {
        let mut list = FilteredList::default();
        list.load(
            names
                .iter()
                .map(|name| ((*name).to_owned(), (*name).to_owned())),
            3,
            &as_found,
        );
        list
    }

    #[test]
    fn the_cursor_stays_on_its_row_through_a_refresh_and_goes_to_the_best_match_in_a_search() {
        let mut list = list(&["alpha", "beta", "gamma", "delta"]);
        list.step(2, 3);
        assert_eq!(list.current_key().unwrap(), "gamma");
        let rows = ["zero", "alpha", "beta", "gamma"];
        list.load(
            rows.iter()
                .map(|name| ((*name).to_owned(), (*name).to_owned())),
            3,
            &as_found,
        );
        assert_eq!(
            (list.current_key().unwrap().as_str(), list.current()),
            ("gamma", Some(3))
        );
        list.query.insert("et");
        list.search(3, &as_found);
        assert_eq!(
            (list.current_key().unwrap().as_str(), list.shown()),
            ("beta", 1)
        );
        list.query.clear();
        list.sift(3, &as_found);
        assert_eq!(
            (list.current_key().unwrap().as_str(), list.shown()),
            ("beta", 4)
        );
        list.go_to(&"zero".to_owned(), 3);
        assert_eq!(list.window(3), (&[0, 1, 2][..], 0));
        assert_eq!(list.hidden(3), (0, 1));
    }

    #[test]
    fn an_empty_list_has_no_row() {
        let mut list = list(&[]);
        list.step(5, 0);
        assert_eq!((list.current(), list.window(0).0.len()), (None, 0));
    }
}
