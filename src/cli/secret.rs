//! Secrets as the command line takes them: typed, on stdin for `-`, or from the environment.

use std::io::{self, Read};

use crate::domain::{Fault, FaultKind};

/// What stands for stdin.
pub const STDIN: &str = "-";

/// A secret as given, or from stdin for `-`, so that it need not stand in a shell's history.
///
/// # Errors
/// When stdin cannot be read, or holds nothing.
pub fn given(text: String) -> Result<String, Fault> {
    if text == STDIN {
        read(io::stdin().lock())
    } else {
        Ok(text)
    }
}

fn read(mut from: impl Read) -> Result<String, Fault> {
    let mut text = String::new();
    from.read_to_string(&mut text).map_err(|error| {
        Fault::new(
            FaultKind::Local,
            format!("stdin cannot be read as text: {error}"),
        )
    })?;
    match text.trim() {
        "" => Err(Fault::new(
            FaultKind::Usage,
            "stdin holds nothing, and a secret is read from it for `-`",
        )
        .advise("pipe it in: pass show relay | relaydeck … --key -")),
        text => Ok(text.to_owned()),
    }
}

/// The secret of an environment variable; an empty one counts as not set.
pub fn of_environment(variable: &str) -> Option<String> {
    let text = std::env::var(variable).ok()?;
    (!text.trim().is_empty()).then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stdin_is_read_whole_and_its_line_break_is_no_part() {
        assert_eq!(read(&b"abcdefgh\n"[..]).unwrap(), "abcdefgh");
        assert_eq!(read(&b" \n"[..]).unwrap_err().kind, FaultKind::Usage);
        assert_eq!(read(&b"\xff\xfe"[..]).unwrap_err().kind, FaultKind::Local);
    }
}
