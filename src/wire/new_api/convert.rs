//! From rows of the management protocol to values of `domain`, and back.
