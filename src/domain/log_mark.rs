//! How far a relay's log has been read.

/// The newest row of a log that was read. A log that does not have this row any more is another log: of another account, or
/// of a relay that began anew.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LogMark {
    /// The row's number; 0 where nothing was read yet. Newer rows have greater ones.
    pub row: i64,
    /// The relay's id of its request.
    pub request_id: String,
}
