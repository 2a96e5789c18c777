//! Secrets as the command line takes them: in a flag, on stdin for `-`, or from the environment. Where stdin is a terminal
//! they are asked for there, and not shown.

use std::io::{self, Read};

use super::hidden;
use crate::domain::{Fault, FaultKind};
use crate::locale::{foreign, say, system};

/// What stands for stdin.
pub const STDIN: &str = "-";

/// A secret as given, or from stdin for `-`, so that it need not stand in a shell's history.
///
/// # Errors
/// When stdin cannot be read, or holds nothing.
pub fn given(text: String) -> Result<String, Fault> {
    if text == STDIN && hidden::can_ask() {
        hidden::ask(say!("cli-ask-secret"))
    } else if text == STDIN {
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
            say!("cli-stdin-unreadable", error = system(&error)),
        )
    })?;
    match text.trim() {
        "" => Err(Fault::new(FaultKind::Usage, say!("cli-stdin-empty"))
            .advise(say!("cli-stdin-empty-advice"))),
        text => Ok(text.to_owned()),
    }
}

/// A password nobody knows yet: 16 letters and digits that are hard to mistake for one another, in groups of four.
///
/// # Errors
/// When the system gives no randomness.
pub fn made_up() -> Result<String, Fault> {
    const LETTERS: &[u8; 32] = b"abcdefghijkmnpqrstuvwxyz23456789";
    let mut bytes = [0_u8; 16];
    getrandom::fill(&mut bytes).map_err(|error| {
        Fault::new(
            FaultKind::Local,
            say!("cli-no-randomness", error = foreign(&error)),
        )
    })?;
    let letters: Vec<char> = bytes
        .iter()
        .map(|byte| char::from(LETTERS[usize::from(byte % 32)]))
        .collect();
    let groups: Vec<String> = letters
        .chunks(4)
        .map(|group| group.iter().collect())
        .collect();
    Ok(groups.join("-"))
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
    fn a_made_up_password_is_long_and_another_each_time() {
        let (one, other) = (made_up().unwrap(), made_up().unwrap());
        assert_eq!(one.len(), 19);
        assert_ne!(one, other);
    }

    #[test]
    fn stdin_is_read_whole_and_its_line_break_is_no_part() {
        assert_eq!(read(&b"abcdefgh\n"[..]).unwrap(), "abcdefgh");
        assert_eq!(read(&b" \n"[..]).unwrap_err().kind, FaultKind::Usage);
        assert_eq!(read(&b"\xff\xfe"[..]).unwrap_err().kind, FaultKind::Local);
    }
}
