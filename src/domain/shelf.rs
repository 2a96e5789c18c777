//! Values that thousands of others have in common, kept once: the groups, endpoints and vendors of a marketplace are few,
//! its models are not.

use std::borrow::Borrow;
use std::collections::HashSet;
use std::hash::Hash;
use std::sync::Arc;

/// Hands out one copy of equal values, as long as it is there.
#[derive(Debug)]
pub struct Shelf<T: ?Sized>(HashSet<Arc<T>>);

impl<T: ?Sized> Default for Shelf<T> {
    fn default() -> Self {
        Shelf(HashSet::new())
    }
}

impl<T: ?Sized + Eq + Hash> Shelf<T> {
    /// The one copy of a value.
    pub fn one<V: Borrow<T> + Into<Arc<T>>>(&mut self, value: V) -> Arc<T> {
        if let Some(known) = self.0.get(value.borrow()) {
            return Arc::clone(known);
        }
        let new: Arc<T> = value.into();
        self.0.insert(Arc::clone(&new));
        new
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_values_are_one() {
        let mut shelf: Shelf<[String]> = Shelf::default();
        let one = shelf.one(vec!["a".to_owned()]);
        let other = shelf.one(vec!["b".to_owned()]);
        assert!(Arc::ptr_eq(&one, &shelf.one(vec!["a".to_owned()])));
        assert_eq!((one.len(), &*other), (1, &["b".to_owned()][..]));
    }
}
