//! What the operating system says when it refuses something, in the language that is spoken.

use std::io::{self, ErrorKind};
use std::process::ExitStatus;

use super::{Language, foreign, say, spoken};

/// The system's words for an error, without its number. What nobody put into our words is quoted, with its number.
pub fn system(error: &io::Error) -> String {
    if let Some(known) = of_kind(error.kind()) {
        return known.to_owned();
    }
    let Some(number) = error.raw_os_error() else {
        // Made by a program: by the standard library, or by what reads and writes through it.
        return foreign(error);
    };
    match of_number(number) {
        Some(known) => known.to_owned(),
        None if spoken() == Language::English => error.to_string(),
        None => {
            let words = error.to_string();
            let own = words.strip_suffix(&format!(" (os error {number})"));
            let words = super::quoted(own.unwrap_or(&words));
            say!("trouble-system-number", words = words, number = number)
        }
    }
}

/// How a program ended, where it did not end well.
pub fn exit(status: ExitStatus) -> String {
    #[cfg(unix)]
    if let Some(signal) = std::os::unix::process::ExitStatusExt::signal(&status) {
        return say!("trouble-exit-signal", signal = signal);
    }
    match status.code() {
        Some(code) => say!("trouble-exit-code", code = code),
        None => foreign(&status),
    }
}

/// By the kind that the standard library gives it.
fn of_kind(kind: ErrorKind) -> Option<&'static str> {
    Some(match kind {
        ErrorKind::NotFound => say!("trouble-system-not-found"),
        ErrorKind::PermissionDenied => say!("trouble-system-no-permission"),
        ErrorKind::AlreadyExists => say!("trouble-system-exists"),
        ErrorKind::StorageFull => say!("trouble-system-full"),
        ErrorKind::QuotaExceeded => say!("trouble-system-quota"),
        ErrorKind::ReadOnlyFilesystem => say!("trouble-system-read-only"),
        ErrorKind::IsADirectory => say!("trouble-system-is-folder"),
        ErrorKind::NotADirectory => say!("trouble-system-no-folder"),
        ErrorKind::ConnectionRefused => say!("trouble-system-refused"),
        ErrorKind::ConnectionReset => say!("trouble-system-reset"),
        ErrorKind::ConnectionAborted => say!("trouble-system-aborted"),
        ErrorKind::BrokenPipe => say!("trouble-system-pipe"),
        ErrorKind::HostUnreachable => say!("trouble-system-no-route"),
        ErrorKind::NetworkUnreachable => say!("trouble-system-no-network"),
        ErrorKind::NetworkDown => say!("trouble-system-network-down"),
        ErrorKind::NotConnected => say!("trouble-system-not-connected"),
        ErrorKind::AddrInUse => say!("trouble-system-in-use"),
        ErrorKind::AddrNotAvailable => say!("trouble-system-no-address"),
        ErrorKind::TimedOut => say!("trouble-system-timed-out"),
        ErrorKind::UnexpectedEof => say!("trouble-system-ended"),
        ErrorKind::InvalidFilename => say!("trouble-system-name-long"),
        ErrorKind::TooManyLinks => say!("trouble-system-many-links"),
        ErrorKind::DirectoryNotEmpty => say!("trouble-system-not-empty"),
        ErrorKind::ResourceBusy => say!("trouble-system-busy"),
        ErrorKind::ExecutableFileBusy => say!("trouble-system-text-busy"),
        ErrorKind::CrossesDevices => say!("trouble-system-other-disk"),
        ErrorKind::FileTooLarge => say!("trouble-system-large"),
        ErrorKind::StaleNetworkFileHandle => say!("trouble-system-stale"),
        ErrorKind::NotSeekable => say!("trouble-system-no-seek"),
        ErrorKind::ArgumentListTooLong => say!("trouble-system-arguments"),
        ErrorKind::OutOfMemory => say!("trouble-system-memory"),
        ErrorKind::Interrupted => say!("trouble-system-interrupted"),
        ErrorKind::WriteZero => say!("trouble-system-nothing-written"),
        ErrorKind::WouldBlock => say!("trouble-system-later"),
        ErrorKind::Deadlock => say!("trouble-system-deadlock"),
        _ => return None,
    })
}

/// By the system's own number, where the standard library has no kind for it.
#[cfg(unix)]
fn of_number(number: i32) -> Option<&'static str> {
    use rustix::io::Errno;
    Some(match Errno::from_raw_os_error(number) {
        Errno::LOOP => say!("trouble-system-links"),
        Errno::MFILE => say!("trouble-system-files"),
        Errno::NFILE => say!("trouble-system-files-all"),
        Errno::IO => say!("trouble-system-io"),
        Errno::NODEV => say!("trouble-system-no-device"),
        Errno::NXIO => say!("trouble-system-no-device-there"),
        Errno::NOTTY => say!("trouble-system-no-terminal"),
        Errno::NOEXEC => say!("trouble-system-no-program"),
        Errno::NOBUFS => say!("trouble-system-buffers"),
        Errno::HOSTDOWN => say!("trouble-system-host-down"),
        Errno::NOLCK => say!("trouble-system-no-locks"),
        Errno::CHILD => say!("trouble-system-child"),
        Errno::AFNOSUPPORT => say!("trouble-system-family"),
        // These have kinds, which programs also give to errors of their own, with words worth more than the kind.
        Errno::INVAL => say!("trouble-system-invalid"),
        Errno::NOSYS | Errno::OPNOTSUPP => say!("trouble-system-unsupported"),
        _ => return None,
    })
}

#[cfg(not(unix))]
fn of_number(_number: i32) -> Option<&'static str> {
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::locale::within;

    fn chinese(error: &io::Error) -> String {
        within(Language::Chinese, || system(error))
    }

    #[test]
    fn x_12_the_system_s_words_are_said_in_the_language_that_is_spoken() {
        let gone = std::fs::read("/no/such/file").unwrap_err();
        assert_eq!(system(&gone), "No such file or directory");
        assert_eq!(chinese(&gone), "没有这个文件或文件夹");
        let odd = io::Error::new(ErrorKind::InvalidData, "odd");
        assert_eq!(
            (system(&odd).as_str(), chinese(&odd).as_str()),
            ("odd", "“odd”")
        );
        let bytes = io::Read::read_to_string(&mut [0xff].as_slice(), &mut String::new());
        assert_eq!(chinese(&bytes.unwrap_err()), "不是 UTF-8 文本");
    }

    #[cfg(unix)]
    #[test]
    fn x_12_what_the_system_has_only_a_number_for_is_chinese_or_quoted_with_it() {
        use rustix::io::Errno;
        for errno in [
            Errno::NOSPC,
            Errno::DQUOT,
            Errno::MFILE,
            Errno::NFILE,
            Errno::NAMETOOLONG,
            Errno::LOOP,
            Errno::ROFS,
            Errno::XDEV,
            Errno::TXTBSY,
            Errno::HOSTUNREACH,
            Errno::NETDOWN,
            Errno::NETUNREACH,
            Errno::CONNRESET,
            Errno::PERM,
            Errno::ACCESS,
            Errno::BUSY,
            Errno::NOTEMPTY,
            Errno::FBIG,
            Errno::MLINK,
            Errno::NOMEM,
            Errno::INTR,
            Errno::INVAL,
            Errno::NOSYS,
            Errno::NOTTY,
            Errno::NOEXEC,
            Errno::NOBUFS,
            Errno::IO,
        ] {
            let error = io::Error::from_raw_os_error(errno.raw_os_error());
            let said = chinese(&error);
            assert!(
                said.chars().any(|letter| letter >= '\u{4e00}'),
                "{error}: {said}"
            );
            assert!(!said.contains('“'), "{error}: {said}");
            assert!(!system(&error).contains("os error"), "{error}");
        }
        let rare = io::Error::from_raw_os_error(Errno::BADMSG.raw_os_error());
        assert_eq!(system(&rare), rare.to_string());
        let said = chinese(&rare);
        let number = Errno::BADMSG.raw_os_error();
        assert!(
            said.starts_with('“') && said.ends_with(&format!("”（错误码 {number}）")),
            "{said}"
        );
    }
}
