//! Writes a text into a new file of the working folder: the way for what is too long for a clipboard.

use std::io;
use std::path::Path;

use crate::engine::export::put_new;
use crate::locale::{pair, system};

/// As many names are tried before it is given up.
const TRIES: u32 = 100;

/// Writes the text into a file that did not exist, readable by its owner only; its path, or why there is none. Where the
/// name is taken, a number is put into it.
pub fn save(name: &str, text: &str) -> Result<String, String> {
    let folder = std::env::current_dir().map_err(|error| system(&error))?;
    save_in(&folder, name, text).map_err(|error| pair(folder.display(), system(&error)))
}

fn save_in(folder: &Path, name: &str, text: &str) -> io::Result<String> {
    let (stem, ending) = name.rsplit_once('.').unwrap_or((name, "txt"));
    for number in 1..=TRIES {
        let name = match number {
            1 => format!("{stem}.{ending}"),
            number => format!("{stem}-{number}.{ending}"),
        };
        let path = folder.join(name);
        match put_new(&path, text) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            put => return put.map(|()| path.display().to_string()),
        }
    }
    Err(io::ErrorKind::AlreadyExists.into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    #[test]
    fn nothing_is_overwritten_and_nobody_else_reads_it() {
        let folder = tempfile::tempdir().unwrap();
        let first = save_in(folder.path(), "answer.md", "one").unwrap();
        let second = save_in(folder.path(), "answer.md", "two").unwrap();
        assert!(first.ends_with("answer.md") && second.ends_with("answer-2.md"));
        assert_eq!(std::fs::read_to_string(&first).unwrap(), "one");
        assert_eq!(std::fs::read_to_string(&second).unwrap(), "two");
        let mode = std::fs::metadata(&first).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        assert!(save_in(&folder.path().join("none"), "answer.md", "text").is_err());
    }
}
