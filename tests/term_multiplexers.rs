//! Inside tmux and inside screen: what is on their screens after rows were moved is what a whole repaint shows. They need the
//! programs, so they are run by `.ci/run`, or by `cargo test --test term_multiplexers -- --ignored`.

#![allow(clippy::unwrap_used, reason = "a helper that fails fails its test")]

mod support;

use std::fs::Permissions;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use support::pty::Pty;

/// Longest wait for anything to appear.
const PATIENCE: Duration = Duration::from_secs(60);

/// A tmux server of its own, with one window of 100×30.
struct Tmux {
    socket: String,
}

impl Tmux {
    fn start(home: &Path, command: &str) -> Self {
        let socket = format!("relaydeck-{}", home.file_name().unwrap().to_string_lossy());
        let tmux = Tmux { socket };
        let line = format!(
            "RELAYDECK_LISTEN=127.0.0.1:0 LANG=C.UTF-8 RELAYDECK_HOME={} {command}",
            home.display()
        );
        tmux.run(&[
            "-f",
            "/dev/null",
            "new-session",
            "-d",
            "-x",
            "100",
            "-y",
            "30",
            &line,
        ]);
        tmux
    }

    fn run(&self, args: &[&str]) -> String {
        let output = Command::new("tmux")
            .args(["-L", &self.socket])
            .args(args)
            .output()
            .unwrap();
        String::from_utf8_lossy(&output.stdout).into_owned()
    }

    fn screen(&self) -> String {
        self.run(&["capture-pane", "-p"])
    }

    fn keys(&self, keys: &[&str]) {
        self.run(&[&["send-keys"], keys].concat());
    }

    #[track_caller]
    fn wait(&self, what: &str, done: impl Fn(&str) -> bool) {
        let begun = Instant::now();
        while !done(&self.screen()) {
            assert!(
                begun.elapsed() < PATIENCE,
                "waited in vain for {what}:\n{}",
                self.screen()
            );
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    /// What is shown is the same after everything was drawn anew.
    #[track_caller]
    fn is_exact(&self, when: &str) {
        // Drawn when nothing moves any more.
        let settled = || {
            let mut last = self.screen();
            loop {
                std::thread::sleep(Duration::from_millis(700));
                let now = self.screen();
                if now == last {
                    return now;
                }
                last = now;
            }
        };
        let before = settled();
        self.keys(&["C-l"]);
        assert_eq!(before, settled(), "{when}");
    }
}

impl Drop for Tmux {
    fn drop(&mut self) {
        self.run(&["kill-server"]);
    }
}

fn converses(command: &str) {
    let home = tempfile::tempdir().unwrap();
    let tmux = Tmux::start(home.path(), command);
    tmux.wait("the three doors", |screen| screen.contains("relay inside"));
    tmux.keys(&["Enter"]);
    tmux.wait("the first answer", |screen| screen.contains("settled"));
    tmux.keys(&["C-p"]);
    tmux.wait("the models", |screen| screen.contains("relaydeck-lab"));
    tmux.keys(&["-l", "relaydeck-lab"]);
    tmux.keys(&["Enter"]);
    tmux.wait("the lab", |screen| {
        screen.contains("\u{2500} relaydeck-lab")
    });
    tmux.keys(&["-l", "[[tokens=900 speed=150]] \u{4e2d}\u{6587}"]);
    tmux.keys(&["Enter"]);
    tmux.wait("the answer to begin", |screen| screen.contains("estimated"));
    tmux.wait("the answer to end", |screen| screen.contains("settled"));
    tmux.is_exact("after an answer has scrolled by");
    tmux.keys(&["PPage"]);
    tmux.keys(&["Up", "Up", "Up"]);
    tmux.is_exact("after scrolling up");
    tmux.keys(&["NPage"]);
    tmux.is_exact("after scrolling down");
}

#[test]
#[ignore = "needs tmux"]
fn inside_tmux() {
    converses(env!("CARGO_BIN_EXE_relaydeck"));
}

#[test]
#[ignore = "needs tmux and screen"]
fn inside_screen() {
    // A name of its own: screen outlives the terminal it was started in, and is to be told to end.
    let session = ScreenSession {
        name: format!("relaydeck-{}", std::process::id()),
        sockets: None,
    };
    let binary = env!("CARGO_BIN_EXE_relaydeck");
    converses(&format!("screen -S {} -U {binary}", session.name));
}

/// What a terminal around multiplexers is asked to take when a model's name is copied; and what the deck says of it.
fn taken_by_the_terminal_around(home: &Path, term: &str, line: &str, said: &str) -> bool {
    // screen wants a folder that nobody else can read.
    let sockets = home.join("screen");
    std::fs::create_dir(&sockets).unwrap();
    std::fs::set_permissions(&sockets, Permissions::from_mode(0o700)).unwrap();
    let env = [
        ("TERM", term),
        ("RELAYDECK_LISTEN", "127.0.0.1:0"),
        ("SCREENDIR", &sockets.to_string_lossy()),
    ];
    let mut pty = Pty::start_program(&["sh", "-c", line], home, 100, 30, &env);
    pty.wait_text("relay inside");
    pty.keys("\r");
    pty.wait_text("settled");
    pty.keys("\x1b");
    pty.wait_text("Enter write");
    pty.keys("3");
    pty.wait_text("y copy name");
    pty.keys("y");
    pty.wait_text(said);
    // base64 of "relaydeck-handbook"
    let name = b";cmVsYXlkZWNrLWhhbmRib29r\x07";
    let asked = pty.raw.windows(5).any(|bytes| bytes == b"\x1b]52;");
    asked && pty.raw.windows(name.len()).any(|bytes| bytes == name)
}

#[test]
#[ignore = "needs tmux and screen"]
fn what_is_copied_reaches_the_terminal_around() {
    let deck = env!("CARGO_BIN_EXE_relaydeck");
    let id = std::process::id();
    let tmux = |on: &str, inner: &str| {
        let server = format!("tmux -L relaydeck-{id}-{on} -f /dev/null");
        format!("{server} set -s set-clipboard on \\; new-session '{inner}'")
    };
    let screen = |inner: &str| format!("screen -U -c /dev/null -S relaydeck-{id} {inner}");
    let passed = "sent to the terminal";
    let xterm = "xterm-256color";
    for (name, term, line, said, reaches) in [
        ("tmux", xterm, tmux("alone", deck), passed, true),
        ("screen", xterm, screen(deck), passed, true),
        (
            "screen in tmux",
            xterm,
            tmux("outside", &screen(deck)),
            passed,
            true,
        ),
        // A console takes nothing, and tmux knows.
        (
            "tmux on a console",
            "linux",
            tmux("console", deck),
            "takes no clipboard",
            false,
        ),
    ] {
        let home = tempfile::tempdir().unwrap();
        // They live on without their terminal, so they are ended, however the test ends.
        let _servers = ["alone", "outside", "console"].map(|on| Tmux {
            socket: format!("relaydeck-{id}-{on}"),
        });
        let _session = ScreenSession {
            name: format!("relaydeck-{id}"),
            sockets: Some(home.path().join("screen")),
        };
        let reached = taken_by_the_terminal_around(home.path(), term, &line, said);
        assert_eq!(reached, reaches, "{name}");
    }
}

/// A session of screen that ends with its test.
struct ScreenSession {
    name: String,
    /// Where its socket is, if not where screen usually has it.
    sockets: Option<PathBuf>,
}

impl Drop for ScreenSession {
    fn drop(&mut self) {
        let _ = Command::new("screen")
            .args(["-S", &self.name, "-X", "quit"])
            .envs(self.sockets.iter().map(|folder| ("SCREENDIR", folder)))
            .output();
    }
}
