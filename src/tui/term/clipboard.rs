//! Copies text to the clipboard of the person in front of the terminal, never to that of the machine we run on.
//!
//! Inside tmux, tmux is asked to pass it on, which also keeps it in tmux's own buffer. Everywhere else the terminal is asked
//! (OSC 52), through tmux or screen where one of them stands between. Whether a terminal obeys cannot be known, so nothing
//! here ever says *copied* of it. What is copied is cleaned like what is shown.

use std::ffi::OsString;
use std::io::{Read, Write};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use crossterm::Command as _;
use crossterm::clipboard::CopyToClipboard;

use crate::locale::say;
use crate::tui::text::{Breaks, sanitize};

/// What terminals take at most, in bytes of text. Beyond it many cut, or take nothing.
pub const LIMIT: usize = 100_000;

/// How long tmux may take.
const PATIENCE: Duration = Duration::from_secs(1);

/// Why something is not copied. The message says what is in the way and what works instead.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CopyRefused {
    /// Longer than terminals take.
    #[error("{}", say!("copy-too-long", size = bytes.div_ceil(1000)))]
    TooLong {
        /// Its bytes.
        bytes: usize,
    },
    /// There is nothing.
    #[error("{}", say!("copy-nothing"))]
    Empty,
}

/// How a text went out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sent {
    /// tmux has it in its buffer, and has sent it on to its terminal.
    ByTmux,
    /// tmux has it in its buffer; it knows that the terminal around it takes nothing.
    KeptByTmux,
    /// It was sent to the terminal, which may or may not take it.
    ToTerminal,
}

impl Sent {
    /// What can be said of it, to be put behind the name of what was copied.
    pub fn words(self) -> &'static str {
        match self {
            Sent::ByTmux => say!("copy-sent-tmux"),
            Sent::KeptByTmux => say!("copy-kept-tmux"),
            Sent::ToTerminal => say!("copy-sent"),
        }
    }
}

/// A text that may be copied: cleaned, and not too long.
#[derive(Clone, PartialEq, Eq)]
pub struct Copyable(String);

impl Copyable {
    /// Cleans a text.
    ///
    /// # Errors
    /// When nothing is left of it, or too much.
    pub fn new(text: &str) -> Result<Self, CopyRefused> {
        let clean = sanitize(text, Breaks::Text);
        match clean.len() {
            0 => Err(CopyRefused::Empty),
            bytes if bytes > LIMIT => Err(CopyRefused::TooLong { bytes }),
            _ => Ok(Self(clean.into_owned())),
        }
    }
}

impl std::fmt::Debug for Copyable {
    /// It may be a secret.
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "Copyable({} bytes)", self.0.len())
    }
}

/// What stands between us and the terminal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Clipboard {
    between: Between,
    /// The program to ask inside tmux.
    program: OsString,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Between {
    Nothing,
    Tmux,
    Screen,
}

impl Clipboard {
    /// Settles it from the environment; `env` reads one variable.
    pub fn detect(env: impl Fn(&str) -> Option<String>) -> Self {
        let set = |name: &str| env(name).is_some_and(|value| !value.is_empty());
        let between = if set("TMUX") {
            Between::Tmux
        } else if set("STY") {
            Between::Screen
        } else {
            Between::Nothing
        };
        Self {
            between,
            program: "tmux".into(),
        }
    }

    /// Inside tmux, hands the text to it; may take a moment, so not to be called where keys are waited for. `None` where
    /// that is not the way: the text is then to be sent as [`Clipboard::sequence`].
    pub fn by_tmux(&self, text: &Copyable) -> Option<Sent> {
        if self.between != Between::Tmux {
            return None;
        }
        // With `set-clipboard off` it would stay in tmux.
        let passes_on = self.ask(&["show-options", "-sv", "set-clipboard"], "");
        passes_on.filter(|answer| answer.trim() != "off")?;
        self.ask(&["load-buffer", "-w", "-"], &text.0)?;
        Some(match self.tmux_is_shown_where_nothing_is_taken() {
            true => Sent::KeptByTmux,
            false => Sent::ByTmux,
        })
    }

    /// Whether tmux knows of every terminal that shows it that there is no way to ask it (`Ms`, the capability of that name),
    /// as of a console. Of screen around it tmux believes that there is one.
    fn tmux_is_shown_where_nothing_is_taken(&self) -> bool {
        let told = self.ask(&["show-messages", "-T"], "").unwrap_or_default();
        let mut asks = told
            .lines()
            .filter(|line| line.contains(" Ms: "))
            .peekable();
        asks.peek().is_some() && asks.all(|line| line.contains("[missing]"))
    }

    /// The bytes that ask the terminal to take the text.
    pub fn sequence(&self, text: &Copyable) -> Vec<u8> {
        let mut plain = String::new();
        // Writing to a string cannot fail.
        let _ = CopyToClipboard::to_clipboard_from(&text.0).write_ansi(&mut plain);
        let plain = plain.replace("\u{1b}\\", "\u{7}");
        match self.between {
            Between::Nothing => plain.into_bytes(),
            Between::Tmux => format!(
                "\u{1b}Ptmux;{}\u{1b}\\",
                plain.replace('\u{1b}', "\u{1b}\u{1b}")
            )
            .into_bytes(),
            // screen takes 768 bytes of such a string, and joins one after the other.
            Between::Screen => plain
                .as_bytes()
                .chunks(700)
                .flat_map(|part| [b"\x1bP".as_slice(), part, b"\x1b\\"].concat())
                .collect(),
        }
    }

    /// Runs tmux; what it says, if it ends well and in time.
    fn ask(&self, arguments: &[&str], input: &str) -> Option<String> {
        let mut child = Command::new(&self.program)
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .ok()?;
        let begun = Instant::now();
        let mut stdin = child.stdin.take()?;
        let input = input.to_owned();
        // A program that does not read must not hold us up, so the writing is left alone.
        let writer = std::thread::spawn(move || stdin.write_all(input.as_bytes()).is_ok());
        let status = loop {
            match child.try_wait() {
                Ok(Some(status)) => break Some(status),
                Ok(None) if begun.elapsed() < PATIENCE => {
                    std::thread::sleep(Duration::from_millis(5))
                }
                Ok(None) | Err(_) => break None,
            }
        };
        let Some(status) = status else {
            let _ = child.kill();
            let _ = child.wait();
            return None;
        };
        let taken = writer.join().unwrap_or(false);
        let mut answer = String::new();
        child.stdout.take()?.read_to_string(&mut answer).ok()?;
        (status.success() && taken).then_some(answer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    fn inside(name: &'static str) -> Clipboard {
        Clipboard::detect(move |asked| (asked == name).then(|| "1".to_owned()))
    }

    fn text(text: &str) -> Copyable {
        Copyable::new(text).unwrap()
    }

    #[test]
    fn the_terminal_is_asked_with_clean_text_only() {
        let sequence = inside("NONE").sequence(&text("claude\u{1b}[2J\u{7}-4\u{202e}"));
        // base64 of "claude-4"
        assert_eq!(sequence, b"\x1b]52;c;Y2xhdWRlLTQ=\x07");
    }

    #[test]
    fn through_tmux_and_screen_it_is_wrapped() {
        let tmux = inside("TMUX").sequence(&text("hi"));
        assert_eq!(tmux, b"\x1bPtmux;\x1b\x1b]52;c;aGk=\x07\x1b\\");
        let screen = inside("STY").sequence(&text(&"x".repeat(900)));
        let parts: Vec<&[u8]> = screen.split_inclusive(|byte| *byte == b'\\').collect();
        assert_eq!(parts.len(), 2);
        assert!(
            parts
                .iter()
                .all(|part| part.starts_with(b"\x1bP") && part.len() < 768)
        );
    }

    #[test]
    fn too_much_and_nothing_are_refused_in_words() {
        let long = Copyable::new(&"x".repeat(LIMIT + 1)).unwrap_err();
        assert!(long.to_string().contains("101 kB"), "{long}");
        assert_eq!(Copyable::new("\u{200b}").unwrap_err(), CopyRefused::Empty);
        assert!(!format!("{:?}", text("secret")).contains("secret"));
    }

    fn fake_tmux(folder: &std::path::Path, script: &str) -> Clipboard {
        let program = folder.join("tmux");
        std::fs::write(&program, format!("#!/bin/sh\n{script}\n")).unwrap();
        std::fs::set_permissions(&program, std::fs::Permissions::from_mode(0o755)).unwrap();
        Clipboard {
            program: program.into(),
            ..inside("TMUX")
        }
    }

    #[test]
    fn tmux_is_handed_the_text() {
        let folder = tempfile::tempdir().unwrap();
        let kept = folder.path().join("kept");
        let script = format!(
            "case $1 in show-options) echo external;; load-buffer) cat > {}; echo \"$@\" >> {}.args;; esac",
            kept.display(),
            kept.display()
        );
        let sent = fake_tmux(folder.path(), &script).by_tmux(&text("模型\tname"));
        assert_eq!(sent, Some(Sent::ByTmux));
        assert_eq!(std::fs::read_to_string(&kept).unwrap(), "模型\tname");
        assert_eq!(
            std::fs::read_to_string(kept.with_extension("args")).unwrap(),
            "load-buffer -w -\n"
        );
    }

    #[test]
    fn a_tmux_on_a_terminal_that_takes_nothing_only_keeps_it() {
        let folder = tempfile::tempdir().unwrap();
        let shown_on = |terminals: &str| {
            let script = format!(
                "case $1 in show-options) echo on;; load-buffer) cat >/dev/null;; \
                 show-messages) printf '{terminals}';; esac"
            );
            fake_tmux(folder.path(), &script).by_tmux(&text("x"))
        };
        let console = "Terminal 0: linux for /dev/tty1\\n 192: Ms: [missing]\\n";
        assert_eq!(shown_on(console), Some(Sent::KeptByTmux));
        let xterm = "Terminal 1: xterm for /dev/pts/1\\n 192: Ms: (string) 52\\n";
        assert_eq!(shown_on(&format!("{console}{xterm}")), Some(Sent::ByTmux));
        assert_eq!(
            shown_on(""),
            Some(Sent::ByTmux),
            "an older one says nothing"
        );
    }

    #[test]
    fn a_tmux_that_will_not_pass_it_on_is_not_the_way() {
        let folder = tempfile::tempdir().unwrap();
        let keeps = fake_tmux(folder.path(), "test $1 = show-options && echo off");
        assert_eq!(keeps.by_tmux(&text("x")), None);
        let fails = fake_tmux(folder.path(), "test $1 = show-options && echo on");
        assert_eq!(fails.by_tmux(&text("x")), None);
        let absent = Clipboard {
            program: folder.path().join("none").into(),
            ..inside("TMUX")
        };
        assert_eq!(absent.by_tmux(&text("x")), None);
        assert_eq!(inside("NONE").by_tmux(&text("x")), None);
    }
}
