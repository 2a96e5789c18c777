//! The order of a list: by one column, up or down, or as it came.

/// By which column a list is sorted, and in which direction. `C` is the list's own enum of columns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Order<C> {
    by: Option<C>,
    reversed: bool,
}

impl<C> Default for Order<C> {
    fn default() -> Self {
        Order {
            by: None,
            reversed: false,
        }
    }
}

impl<C: Copy + PartialEq> Order<C> {
    /// The key of a column was pressed: sorts by it, the second time the other way round, the third time not at all.
    pub fn press(&mut self, column: C) {
        *self = match (self.by, self.reversed) {
            (Some(by), false) if by == column => Order {
                by: Some(column),
                reversed: true,
            },
            (Some(by), true) if by == column => Order::default(),
            _ => Order {
                by: Some(column),
                reversed: false,
            },
        };
    }

    /// The column, and whether the other way round than the column is sorted by itself.
    pub fn by(&self) -> Option<(C, bool)> {
        self.by.map(|column| (column, self.reversed))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_column_is_sorted_by_then_the_other_way_round_then_not_at_all() {
        let mut order = Order::default();
        order.press('a');
        assert_eq!(order.by(), Some(('a', false)));
        order.press('a');
        assert_eq!(order.by(), Some(('a', true)));
        order.press('b');
        assert_eq!(order.by(), Some(('b', false)));
        order.press('b');
        order.press('b');
        assert_eq!(order.by(), None);
    }
}
