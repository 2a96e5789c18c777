//! Whether a key stands in the repository around a folder: in a file that is tracked, or would be with the next `add`.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use crate::domain::ApiKey;
use crate::locale::say;
use crate::verify::checklist::Repository;

/// Files that are read at most.
const MOST_FILES: usize = 20_000;
/// Larger files hold no configuration.
const LARGEST: u64 = 1024 * 1024;
/// Files that are named at most.
const NAMED: usize = 5;

/// Looks for these keys. Blocks while it reads; asks git which files count, because a file that git ignores is the right
/// place for a key.
pub fn look(folder: &Path, keys: &[ApiKey]) -> Repository {
    let secrets: Vec<&str> = keys
        .iter()
        .map(|key| key.expose().trim_start_matches("sk-"))
        .filter(|secret| secret.len() >= 12)
        .collect();
    if secrets.is_empty() {
        return Repository::Unknown(say!("repository-no-key").into());
    }
    let listed = Command::new("git")
        .arg("-C")
        .arg(folder)
        .args([
            "ls-files",
            "-z",
            "--cached",
            "--others",
            "--exclude-standard",
            "--full-name",
            ":/",
        ])
        .stdin(Stdio::null())
        .stderr(Stdio::null())
        .output();
    let listed = match listed {
        Ok(output) if output.status.success() => output.stdout,
        Ok(_) => return Repository::Unknown(say!("repository-none").into()),
        Err(_) => {
            return Repository::Unknown(say!("repository-no-git").into());
        }
    };
    let Some(root) = root(folder) else {
        return Repository::Unknown(say!("repository-none").into());
    };
    let names = String::from_utf8_lossy(&listed).into_owned();
    let mut read = 0;
    let mut found = Vec::new();
    for name in names
        .split('\0')
        .filter(|name| !name.is_empty())
        .take(MOST_FILES)
    {
        let path = Path::new(&root).join(name);
        if fs::metadata(&path).is_ok_and(|meta| !meta.is_file() || meta.len() > LARGEST) {
            continue;
        }
        let Ok(bytes) = fs::read(&path) else { continue };
        read += 1;
        let text = String::from_utf8_lossy(&bytes);
        if secrets.iter().any(|secret| text.contains(secret)) {
            found.push(name.to_owned());
            if found.len() == NAMED {
                break;
            }
        }
    }
    match found.is_empty() {
        true => Repository::Clean(read),
        false => Repository::Keys(found),
    }
}

fn root(folder: &Path) -> Option<String> {
    let told = Command::new("git")
        .arg("-C")
        .arg(folder)
        .args(["rev-parse", "--show-toplevel"])
        .stdin(Stdio::null())
        .stderr(Stdio::null())
        .output()
        .ok()?;
    let text = String::from_utf8(told.stdout).ok()?;
    let text = text.trim();
    (told.status.success() && !text.is_empty()).then(|| text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn git(folder: &Path, args: &[&str]) -> bool {
        let run = Command::new("git")
            .arg("-C")
            .arg(folder)
            .args(args)
            .output();
        run.is_ok_and(|output| output.status.success())
    }

    #[test]
    fn s_98_a_tracked_key_is_found_and_an_ignored_one_is_where_it_belongs() {
        let folder = tempfile::tempdir().unwrap();
        let keys = [ApiKey::new("sk-aB3dEFGHijklmnopx9Zk")];
        if !git(folder.path(), &["init", "-q"]) {
            // Without git the answer is the one for machines without git.
            assert!(matches!(look(folder.path(), &keys), Repository::Unknown(_)));
            return;
        }
        fs::write(folder.path().join(".gitignore"), ".env\n").unwrap();
        fs::write(folder.path().join(".env"), "KEY=sk-aB3dEFGHijklmnopx9Zk\n").unwrap();
        assert_eq!(look(folder.path(), &keys), Repository::Clean(1));
        fs::create_dir(folder.path().join("src")).unwrap();
        fs::write(
            folder.path().join("src/main.py"),
            "key = 'sk-aB3dEFGHijklmnopx9Zk'\n",
        )
        .unwrap();
        assert_eq!(
            look(folder.path(), &keys),
            Repository::Keys(vec!["src/main.py".into()])
        );
        let inner = folder.path().join("src");
        assert_eq!(
            look(&inner, &keys),
            Repository::Keys(vec!["src/main.py".into()]),
            "from any folder of it"
        );
        assert!(matches!(look(folder.path(), &[]), Repository::Unknown(_)));
    }
}
