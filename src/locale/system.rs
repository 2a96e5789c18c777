//! What the operating system says when it refuses something, in the language that is spoken.

use std::io::{self, ErrorKind};

use super::say;

/// The system's words for an error, without its number; what it has no kind for is said as it comes.
pub fn system(error: &io::Error) -> String {
    let known = match error.kind() {
        ErrorKind::NotFound => say!("system-not-found"),
        ErrorKind::PermissionDenied => say!("system-no-permission"),
        ErrorKind::AlreadyExists => say!("system-exists"),
        ErrorKind::StorageFull => say!("system-full"),
        ErrorKind::QuotaExceeded => say!("system-quota"),
        ErrorKind::ReadOnlyFilesystem => say!("system-read-only"),
        ErrorKind::IsADirectory => say!("system-is-folder"),
        ErrorKind::NotADirectory => say!("system-no-folder"),
        ErrorKind::ConnectionRefused => say!("system-refused"),
        ErrorKind::ConnectionReset => say!("system-reset"),
        ErrorKind::ConnectionAborted => say!("system-aborted"),
        ErrorKind::BrokenPipe => say!("system-pipe"),
        ErrorKind::HostUnreachable => say!("system-no-route"),
        ErrorKind::NetworkUnreachable => say!("system-no-network"),
        ErrorKind::AddrInUse => say!("system-in-use"),
        ErrorKind::AddrNotAvailable => say!("system-no-address"),
        ErrorKind::TimedOut => say!("system-timed-out"),
        ErrorKind::UnexpectedEof => say!("system-ended"),
        _ => return error.to_string(),
    };
    known.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::locale::{Language, within};

    #[test]
    fn x_12_the_system_s_words_are_said_in_the_language_that_is_spoken() {
        let gone = std::fs::read("/no/such/file").unwrap_err();
        assert_eq!(system(&gone), "No such file or directory");
        within(Language::Chinese, || {
            assert_eq!(system(&gone), "没有这个文件或文件夹");
            let odd = io::Error::new(ErrorKind::InvalidData, "odd");
            assert_eq!(system(&odd), "odd");
        });
    }
}
