//! Variables in a `.env` file: the lines that are ours are put in place, every other byte stays, and the file is closed
//! to others (S-18). A file inside a git work tree is only written where that was agreed to: keys get committed that way.

use std::path::{Path, PathBuf};

use super::{FileError, Readers, parent};
use crate::domain::ApiKey;
use crate::domain::env_file::check_variable;
use crate::locale::say;

/// Why a `.env` was not written. Nothing was changed then.
#[derive(Debug, thiserror::Error)]
pub enum DotenvError {
    /// A variable cannot have this name.
    #[error("{0}")]
    Name(String),
    /// What is named is no file.
    #[error("{}", say!("trouble-env-folder", folder = _0))]
    Folder(String),
    /// The folder it should lie in is not there.
    #[error("{}", say!("trouble-env-no-folder", folder = _0))]
    NoFolder(String),
    /// It lies in a git work tree, and nobody said yes to that.
    #[error("{}", say!("trouble-env-in-git", file = file, tree = tree))]
    InGit {
        /// The file.
        file: String,
        /// The work tree's folder.
        tree: String,
    },
    /// One of our variables has a value that never ends.
    #[error("{}", say!("trouble-env-quotes", file = file, line = line))]
    OpenQuotes {
        /// The file.
        file: String,
        /// The line, from 1.
        line: usize,
    },
    /// It cannot be read or written.
    #[error(transparent)]
    Disk(#[from] FileError),
}

/// What was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Written {
    /// The file, as an absolute path.
    pub file: String,
    /// Whether others could read it until now.
    pub was_open: bool,
}

/// Puts variables into a file, making it where it is missing: mode 0600, replaced whole. `~/` stands for the home folder.
///
/// # Errors
/// See [`DotenvError`]; then the file is as it was.
pub fn put(
    file: &str,
    entries: &[(String, ApiKey)],
    into_git: bool,
) -> Result<Written, DotenvError> {
    for (name, _) in entries {
        check_variable(name).map_err(DotenvError::Name)?;
    }
    let path = absolute(file);
    let shown = path.display().to_string();
    if path.is_dir() {
        return Err(DotenvError::Folder(shown));
    }
    let folder = parent(&path);
    if !folder.is_dir() {
        return Err(DotenvError::NoFolder(folder.display().to_string()));
    }
    if !into_git && let Some(tree) = work_tree(folder) {
        return Err(DotenvError::InGit {
            file: shown,
            tree: tree.display().to_string(),
        });
    }
    let before = super::read(&path)?.unwrap_or_default();
    let after = merge(&before, entries).map_err(|line| DotenvError::OpenQuotes {
        file: shown.clone(),
        line,
    })?;
    let was_open = others_can_read(&path);
    super::replace(&path, &after, Readers::Owner)?;
    Ok(Written {
        file: shown,
        was_open,
    })
}

fn absolute(file: &str) -> PathBuf {
    let named = match (file.strip_prefix("~/"), std::env::home_dir()) {
        (Some(rest), Some(home)) => home.join(rest),
        _ => PathBuf::from(file),
    };
    std::path::absolute(&named).unwrap_or(named)
}

/// The git work tree that a folder belongs to. A folder that cannot be followed counts by its name.
fn work_tree(folder: &Path) -> Option<PathBuf> {
    let real = folder.canonicalize().unwrap_or_else(|_| folder.to_owned());
    let tree = real
        .ancestors()
        .find(|folder| folder.join(".git").exists())?;
    Some(tree.to_owned())
}

#[cfg(unix)]
fn others_can_read(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt;
    let mode = |meta: std::fs::Metadata| meta.permissions().mode();
    std::fs::metadata(path)
        .map(mode)
        .is_ok_and(|mode| mode & 0o077 != 0)
}

#[cfg(not(unix))]
fn others_can_read(_: &Path) -> bool {
    false
}

/// The text with the variables in it: each in its own line where it has one already, else at the end. The error is the
/// number of a line whose quotes never end: what follows it might be part of a value.
fn merge(text: &str, entries: &[(String, ApiKey)]) -> Result<String, usize> {
    let mut out = String::with_capacity(text.len() + 128);
    let mut missing: Vec<&(String, ApiKey)> = entries.iter().collect();
    let mut lines = text.split_inclusive('\n').enumerate();
    while let Some((at, line)) = lines.next() {
        let Some((head, name, value)) = assignment(line) else {
            out.push_str(line);
            continue;
        };
        // A quoted value may go on over lines that look like assignments and are none.
        let mut whole = line.to_owned();
        if let Some(quote) = open_quote(value) {
            loop {
                let Some((_, next)) = lines.next() else {
                    return Err(at + 1);
                };
                whole.push_str(next);
                if closes(next, quote) {
                    break;
                }
            }
        }
        match entries.iter().find(|(own, _)| own == name) {
            Some((_, value)) => {
                let end = &whole[whole.trim_end_matches(['\r', '\n']).len()..];
                out.push_str(&format!("{head}{name}={}{end}", quoted(value.expose())));
                missing.retain(|(own, _)| own != name);
            }
            None => out.push_str(&whole),
        }
    }
    let end = if text.contains("\r\n") { "\r\n" } else { "\n" };
    for (name, value) in missing {
        if !out.is_empty() && !out.ends_with('\n') {
            out.push_str(end);
        }
        out.push_str(&format!("{name}={}{end}", quoted(value.expose())));
    }
    Ok(out)
}

/// What stands before the name, the name, and the value of a line that sets a variable.
fn assignment(line: &str) -> Option<(&str, &str, &str)> {
    let (left, value) = line.split_once('=')?;
    let trimmed = left.trim();
    let name = trimmed.strip_prefix("export").map_or(trimmed, |rest| {
        if rest.starts_with([' ', '\t']) {
            rest.trim_start()
        } else {
            trimmed
        }
    });
    check_variable(name).ok()?;
    let head = &left[..left.rfind(name)?];
    Some((head, name, value))
}

/// The quote that a value begins with and does not end in its line.
fn open_quote(value: &str) -> Option<char> {
    let value = value.trim_start();
    let quote = value
        .chars()
        .next()
        .filter(|first| matches!(first, '"' | '\'' | '`'))?;
    (!closes(&value[1..], quote)).then_some(quote)
}

fn closes(text: &str, quote: char) -> bool {
    let mut escaped = false;
    text.chars().any(|letter| {
        let ends = letter == quote && !escaped;
        escaped = letter == '\\' && !escaped && quote == '"';
        ends
    })
}

/// A value as every reader of such files takes it: bare where it can be.
fn quoted(value: &str) -> String {
    let plain = |letter: char| {
        letter.is_ascii_alphanumeric()
            || matches!(letter, '-' | '_' | '.' | ':' | '/' | '@' | '+' | '%')
    };
    if value.chars().all(plain) {
        value.to_owned()
    } else if !value.contains('\'') {
        format!("'{value}'")
    } else {
        let escaped: String = value
            .chars()
            .flat_map(|letter| {
                let special = matches!(letter, '"' | '\\' | '$' | '`');
                special.then_some('\\').into_iter().chain([letter])
            })
            .collect();
        format!("\"{escaped}\"")
    }
}

impl From<DotenvError> for crate::domain::Fault {
    fn from(error: DotenvError) -> Self {
        use crate::domain::{Fault, FaultKind};
        let text = error.to_string();
        match error {
            DotenvError::Disk(error) => error.into(),
            DotenvError::Name(_) => {
                Fault::new(FaultKind::Usage, text).advise(say!("trouble-other-name"))
            }
            DotenvError::Folder(_) => {
                Fault::new(FaultKind::Usage, text).advise(say!("trouble-env-name-file"))
            }
            DotenvError::NoFolder(_) => {
                Fault::new(FaultKind::Local, text).advise(say!("trouble-env-no-folder-advice"))
            }
            DotenvError::InGit { .. } => {
                Fault::new(FaultKind::Local, text).advise(say!("trouble-env-in-git-advice"))
            }
            DotenvError::OpenQuotes { .. } => {
                Fault::new(FaultKind::Local, text).advise(say!("trouble-env-quotes-advice"))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn key(name: &str, value: &str) -> (String, ApiKey) {
        (name.to_owned(), ApiKey::new(value))
    }

    #[test]
    fn s_18_our_line_is_put_in_place_and_all_others_stay() {
        let before = "# mine\nA=1\n export OPENAI_API_KEY = \"old\" \nB='x\nOPENAI_API_KEY=in a value\n'\nlast=1";
        let after = merge(
            before,
            &[key("OPENAI_API_KEY", "sk-new"), key("NEW", "a b")],
        )
        .unwrap();
        assert_eq!(
            after,
            "# mine\nA=1\n export OPENAI_API_KEY=sk-new\nB='x\nOPENAI_API_KEY=in a value\n'\nlast=1\nNEW='a b'\n"
        );
        assert_eq!(merge("", &[key("K", "v")]).unwrap(), "K=v\n");
        assert_eq!(
            merge("A=1\r\n", &[key("K", "v")]).unwrap(),
            "A=1\r\nK=v\r\n"
        );
        let several = merge("K=1\nA=2\nK=3\n", &[key("K", "v")]).unwrap();
        assert_eq!(
            several, "K=v\nA=2\nK=v\n",
            "whichever line a reader believes"
        );
        assert_eq!(merge("#K=1\n", &[key("K", "v")]).unwrap(), "#K=1\nK=v\n");
        assert_eq!(merge("A=1\nB=\"open\n", &[key("K", "v")]), Err(2));
    }

    #[test]
    fn what_is_written_is_closed_to_others_and_a_work_tree_wants_a_yes() {
        let home = tempfile::tempdir().unwrap();
        let file = home.path().join("app").join(".env");
        let name = file.to_str().unwrap().to_owned();
        let entries = [key("K", "sk-1")];
        assert!(matches!(
            put(&name, &entries, false),
            Err(DotenvError::NoFolder(_))
        ));
        std::fs::create_dir_all(home.path().join("app")).unwrap();
        std::fs::write(&file, "A=1\n").unwrap();
        std::fs::create_dir(home.path().join(".git")).unwrap();
        let refused = put(&name, &entries, false).unwrap_err();
        assert!(matches!(refused, DotenvError::InGit { .. }), "{refused}");
        assert_eq!(std::fs::read_to_string(&file).unwrap(), "A=1\n");
        let written = put(&name, &entries, true).unwrap();
        assert_eq!(std::fs::read_to_string(&file).unwrap(), "A=1\nK=sk-1\n");
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            assert!(written.was_open);
            let mode = std::fs::metadata(&file).unwrap().permissions().mode();
            assert_eq!(mode & 0o777, 0o600);
        }
        let folder = home.path().to_str().unwrap();
        assert!(matches!(
            put(folder, &entries, true),
            Err(DotenvError::Folder(_))
        ));
    }

    proptest! {
        #[test]
        fn other_lines_survive_byte_for_byte(lines in proptest::collection::vec("[A-Z#= a-z0-9]{0,12}", 0..8), value in "[!-~]{1,20}") {
            let before: String = lines.iter().map(|line| format!("{line}\n")).collect();
            let after = merge(&before, &[key("OURS_ALONE", &value)]).unwrap();
            prop_assert!(after.starts_with(&before));
            let again = merge(&after, &[key("OURS_ALONE", &value)]).unwrap();
            prop_assert_eq!(again, after, "twice is once");
        }
    }
}
