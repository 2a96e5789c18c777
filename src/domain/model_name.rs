//! Exact names and *did you mean* (S-45, S-46): a wrong name is caught before money is spent, and never rewritten silently.
