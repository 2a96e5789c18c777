//! Versions of the tools that are set up with a relay, as their own `--version` tells them (S-98). Only programs that the
//! user has set up with this relay are asked, and none for long.

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use super::rows::{State, rows};
use crate::domain::Address;
use crate::engine::host::Host;
use crate::locale::say;
use crate::tools;

/// How long a program may take: some unpack themselves first.
const WITHIN: Duration = Duration::from_secs(10);
/// How often it is looked at.
const LOOK: Duration = Duration::from_millis(20);
/// Characters of a version that are shown.
const MOST: usize = 40;

/// The tools that work with this relay, known by its address or by the name of its profile, each with its version where it has a program that tells one. Blocks for as long
/// as the slowest takes. `None` where nothing can be said about tools at all.
pub fn versions(host: &dyn Host, profile: &str, relay: &Address) -> Option<Vec<String>> {
    let places = host.places();
    let here = rows(host, &places, Some(relay)).ok()?;
    let uses = |url: &str| Address::parse(url).is_ok_and(|(address, _)| address == *relay);
    let asked: Vec<_> = here
        .iter()
        .filter(|row| row.state == State::Ready)
        .filter(|row| {
            row.relay.as_deref() == Some(profile)
                || row.urls.first().is_some_and(|url| uses(&url.value))
        })
        .map(|row| {
            let tool = tools::named(row.id).ok();
            let program = tool.and_then(|tool| places.program(tool));
            let name = row.name;
            std::thread::spawn(
                move || match program.and_then(|program| version(&program)) {
                    Some(version) if version.contains(name) => version,
                    Some(version) => format!("{name} {version}"),
                    None => say!("tools-no-version", name = name),
                },
            )
        })
        .collect();
    Some(
        asked
            .into_iter()
            .filter_map(|asking| asking.join().ok())
            .collect(),
    )
}

/// What a program says to `--version`: its first line with a digit.
fn version(program: &Path) -> Option<String> {
    let mut child = Command::new(program)
        .arg("--version")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .ok()?;
    let began = Instant::now();
    loop {
        match child.try_wait() {
            Ok(Some(status)) if status.success() => break,
            Ok(None) if began.elapsed() < WITHIN => std::thread::sleep(LOOK),
            _ => {
                let _ = child.kill();
                let _ = child.wait();
                return None;
            }
        }
    }
    let told = child.wait_with_output().ok()?.stdout;
    let told = String::from_utf8_lossy(&told);
    let line = told
        .lines()
        .map(str::trim)
        .find(|line| line.chars().any(|letter| letter.is_ascii_digit()))?;
    let plain = |letter: &char| !letter.is_control();
    Some(line.chars().filter(plain).take(MOST).collect())
}

#[cfg(all(test, unix))]
#[allow(clippy::unwrap_used, reason = "a test's helper fails by panicking")]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    fn program(folder: &Path, name: &str, text: &str) -> std::path::PathBuf {
        let path = folder.join(name);
        std::fs::write(&path, format!("#!/bin/sh\n{text}\n")).unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
        path
    }

    #[test]
    fn s_98_a_version_is_the_first_line_with_a_digit_of_a_program_that_ends_well() {
        let folder = tempfile::tempdir().unwrap();
        let of = |name: &str, text: &str| version(&program(folder.path(), name, text));
        assert_eq!(
            of("a", "echo; echo welcome; echo ' llm, version 0.36 '").as_deref(),
            Some("llm, version 0.36")
        );
        assert_eq!(of("b", "echo 1.0; exit 3"), None);
        assert_eq!(of("c", "echo none"), None);
        assert_eq!(version(&folder.path().join("absent")), None);
    }
}
