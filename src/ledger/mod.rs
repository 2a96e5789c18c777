//! The local quota ledger and the kept conversations: one owner of one SQLite file.
