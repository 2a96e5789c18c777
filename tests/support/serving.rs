//! `relaydeck serve` as a process of its own.

#![allow(
    clippy::expect_used,
    reason = "a relay that cannot be had fails the test"
)]

use std::io::{BufRead, BufReader, Read};
use std::path::Path;
use std::process::{Child, ChildStderr, ExitStatus, Stdio};

use rustix::process::{Pid, Signal, kill_process};

/// A relay that is served until it is interrupted, or dropped.
pub struct Serving {
    child: Child,
    errors: BufReader<ChildStderr>,
    /// Where it listens.
    pub url: String,
}

impl Serving {
    /// Starts it on any free port, with its home in `home`, and waits until it listens.
    pub fn start(home: &Path) -> Self {
        let mut child = super::command(home, &["serve", "--listen", "127.0.0.1:0"])
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the binary runs");
        let mut line = String::new();
        let stdout = child.stdout.take().expect("its stdout");
        BufReader::new(stdout)
            .read_line(&mut line)
            .expect("its first line");
        let url = line
            .split_whitespace()
            .find(|word| word.starts_with("http://"))
            .expect("its address")
            .to_owned();
        let errors = BufReader::new(child.stderr.take().expect("its stderr"));
        Serving { child, errors, url }
    }

    /// What Ctrl-C does.
    pub fn interrupt(&self) {
        interrupt(&self.child);
    }

    /// Waits for a line on stderr that holds this. `false` when it ends without one.
    pub fn says(&mut self, words: &str) -> bool {
        let mut lines = self.errors.by_ref().lines().map_while(Result::ok);
        lines.any(|line| line.contains(words))
    }

    /// Waits for its end.
    pub fn wait(&mut self) -> ExitStatus {
        self.child.wait().expect("it ends")
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        // It may have ended already; either way it is gone after this.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// What Ctrl-C does to a process.
pub fn interrupt(child: &Child) {
    kill_process(Pid::from_child(child), Signal::INT).expect("it runs");
}
