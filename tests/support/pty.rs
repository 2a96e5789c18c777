//! The real binary in a real pseudo-terminal: keys in, screen out, as a terminal would show it.

#![allow(
    clippy::expect_used,
    reason = "a terminal that cannot be had fails the test"
)]

use std::io::{Read, Write};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, Instant};

use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, native_pty_system};

/// Longest wait for anything to appear. Generous: it only matters when a test fails.
const PATIENCE: Duration = Duration::from_secs(30);

/// A program whose line was lost.
pub struct HungUp {
    child: Process,
}

impl HungUp {
    /// Waits for the end; how long it took.
    ///
    /// # Panics
    /// When it does not end within half a minute.
    pub fn wait_end(&mut self) -> Duration {
        let begun = Instant::now();
        while self.child.0.try_wait().expect("an exit status").is_none() {
            assert!(
                begun.elapsed() < PATIENCE,
                "it lives on without its terminal"
            );
            std::thread::sleep(Duration::from_millis(10));
        }
        begun.elapsed()
    }
}

/// A program on a screen.
pub struct Pty {
    master: Box<dyn MasterPty + Send>,
    writer: Box<dyn Write + Send>,
    child: Process,
    output: Receiver<Vec<u8>>,
    screen: vt100::Parser,
    /// Every byte the program wrote.
    pub raw: Vec<u8>,
    /// When it was started.
    pub started: Instant,
    /// How the line was set before the program was started.
    before: String,
    rate: Arc<AtomicU32>,
}

impl Pty {
    /// Starts the binary with its home in `home`, on a screen of so many columns and rows.
    pub fn start(
        home: &Path,
        columns: u16,
        rows: u16,
        args: &[&str],
        env: &[(&str, &str)],
    ) -> Self {
        let binary = env!("CARGO_BIN_EXE_relaydeck");
        let command: Vec<&str> = std::iter::once(binary)
            .chain(args.iter().copied())
            .collect();
        Self::start_program(&command, home, columns, rows, env)
    }

    /// The same where the system sends no signal when the line is lost.
    pub fn start_detached(home: &Path, columns: u16, rows: u16, env: &[(&str, &str)]) -> Self {
        let mut command = CommandBuilder::new(env!("CARGO_BIN_EXE_relaydeck"));
        command.set_controlling_tty(false);
        Self::spawn(command, home, columns, rows, env)
    }

    /// Starts a program, which may start the binary in its turn, with the binary's home in `home`.
    pub fn start_program(
        program: &[&str],
        home: &Path,
        columns: u16,
        rows: u16,
        env: &[(&str, &str)],
    ) -> Self {
        let mut command = CommandBuilder::new(program[0]);
        command.args(&program[1..]);
        Self::spawn(command, home, columns, rows, env)
    }

    fn spawn(
        mut command: CommandBuilder,
        home: &Path,
        columns: u16,
        rows: u16,
        env: &[(&str, &str)],
    ) -> Self {
        let size = PtySize {
            rows,
            cols: columns,
            pixel_width: 0,
            pixel_height: 0,
        };
        let pair = native_pty_system()
            .openpty(size)
            .expect("a pseudo-terminal");
        let before = line(&*pair.master);
        command.env_clear();
        for (name, value) in [
            ("TERM", "xterm-256color"),
            ("LANG", "C.UTF-8"),
            ("TZ", "UTC"),
            ("RUST_BACKTRACE", "0"),
            ("PATH", "/usr/bin:/bin"),
            // What happens to listen on the machine of whoever runs the tests is not offered.
            ("RELAYDECK_OFFERS", "off"),
        ] {
            command.env(name, value);
        }
        command.env("RELAYDECK_HOME", home);
        for (name, value) in env {
            command.env(name, value);
        }
        let started = Instant::now();
        let child = pair.slave.spawn_command(command);
        let child = Process(child.expect("the binary starts"));
        drop(pair.slave);
        let mut reader = pair.master.try_clone_reader().expect("a reader");
        let (sender, output) = channel();
        let rate = Arc::new(AtomicU32::new(0));
        let limit = Arc::clone(&rate);
        std::thread::spawn(move || {
            let mut buffer = [0; 16 * 1024];
            loop {
                // A slow line takes a fiftieth of a second's bytes at a time, and takes its time.
                let rate = usize::try_from(limit.load(Ordering::Relaxed)).unwrap_or(0);
                let part = match rate {
                    0 => buffer.len(),
                    rate => (rate / 50).clamp(1, buffer.len()),
                };
                let Ok(read @ 1..) = reader.read(&mut buffer[..part]) else {
                    break;
                };
                if let Some(micros) = (read * 1_000_000).checked_div(rate) {
                    std::thread::sleep(Duration::from_micros(
                        u64::try_from(micros).unwrap_or(u64::MAX),
                    ));
                }
                if sender.send(buffer[..read].to_vec()).is_err() {
                    break;
                }
            }
        });
        let writer = pair.master.take_writer().expect("a writer");
        let screen = vt100::Parser::new(size_of(rows), size_of(columns), 0);
        Pty {
            master: pair.master,
            writer,
            child,
            output,
            screen,
            raw: Vec::new(),
            started,
            before,
            rate,
        }
    }

    /// Sends the program a signal by its name, such as `TERM`.
    pub fn signal(&self, name: &str) {
        let pid = self.pid().to_string();
        let sent = std::process::Command::new("/bin/kill")
            .args(["-s", name, &pid])
            .status();
        assert!(sent.is_ok_and(|status| status.success()), "SIG{name}");
    }

    /// Takes in what comes until nothing has for so long; whether anything did.
    pub fn settle(&mut self, quiet: Duration) -> bool {
        let mut came = false;
        while let Ok(bytes) = self.output.recv_timeout(quiet) {
            self.feed(&bytes);
            came = true;
        }
        came
    }

    /// Whether the line is set as it was before the program was started.
    pub fn line_is_as_before(&self) -> bool {
        line(&*self.master) == self.before
    }

    /// The line is lost: nothing is on the other end any more. What is left tells how the program ends.
    pub fn hang_up(self) -> HungUp {
        HungUp { child: self.child }
    }

    /// Types bytes.
    pub fn keys(&mut self, keys: &str) {
        self.writer
            .write_all(keys.as_bytes())
            .expect("the program reads");
        self.writer.flush().expect("the program reads");
    }

    /// From now on the line takes at most so many bytes a second; 0 for as many as come.
    pub fn throttle(&self, bytes_a_second: u32) {
        self.rate.store(bytes_a_second, Ordering::Relaxed);
    }

    /// Changes the size of the screen.
    pub fn resize(&mut self, columns: u16, rows: u16) {
        let size = PtySize {
            rows,
            cols: columns,
            pixel_width: 0,
            pixel_height: 0,
        };
        self.master.resize(size).expect("a resize");
        self.screen
            .screen_mut()
            .set_size(size_of(rows), size_of(columns));
    }

    /// What stands on the screen.
    pub fn text(&self) -> String {
        self.screen.screen().contents()
    }

    /// The screen as an emulator knows it: modes, cursor, attributes.
    pub fn screen(&self) -> &vt100::Screen {
        self.screen.screen()
    }

    /// Takes output in until the screen satisfies something.
    ///
    /// # Panics
    /// When it does not within half a minute, with the screen as it then stood.
    pub fn wait_for(&mut self, what: &str, done: impl Fn(&str) -> bool) {
        let deadline = Instant::now() + PATIENCE;
        while !done(&self.text()) {
            let left = deadline.saturating_duration_since(Instant::now());
            match self.output.recv_timeout(left) {
                Ok(bytes) => self.feed(&bytes),
                Err(RecvTimeoutError::Timeout) => {
                    panic!("waited in vain for {what}; the screen:\n{}", self.text())
                }
                Err(RecvTimeoutError::Disconnected) => {
                    panic!(
                        "the program ended while {what} was awaited; the screen:\n{}",
                        self.text()
                    )
                }
            }
        }
    }

    /// Takes output in until some text is on the screen.
    ///
    /// # Panics
    /// When it does not appear.
    pub fn wait_text(&mut self, text: &str) {
        self.wait_for(&format!("{text:?}"), |screen| screen.contains(text));
    }

    /// Takes output in until the program has sent these bytes.
    ///
    /// # Panics
    /// When it does not within half a minute.
    pub fn wait_raw(&mut self, wanted: &[u8]) {
        let deadline = Instant::now() + PATIENCE;
        while !self.raw.windows(wanted.len()).any(|bytes| bytes == wanted) {
            let left = deadline.saturating_duration_since(Instant::now());
            let bytes = self.output.recv_timeout(left);
            self.feed(&bytes.expect("the bytes come"));
        }
    }

    /// Waits for the end and returns the exit code, every byte taken in.
    ///
    /// # Panics
    /// When it does not end.
    pub fn wait_end(&mut self) -> u32 {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let left = deadline.saturating_duration_since(Instant::now());
            match self.output.recv_timeout(left) {
                Ok(bytes) => self.feed(&bytes),
                Err(RecvTimeoutError::Disconnected) => break,
                Err(RecvTimeoutError::Timeout) => {
                    panic!("it did not end; the screen:\n{}", self.text())
                }
            }
        }
        self.child.0.wait().expect("an exit status").exit_code()
    }

    /// The program's process id.
    pub fn pid(&self) -> u32 {
        self.child.0.process_id().expect("a process id")
    }

    /// Kills it without a word, as the system would.
    pub fn kill(&mut self) {
        let _ = self.child.0.kill();
        let _ = self.child.0.wait();
    }

    fn feed(&mut self, bytes: &[u8]) {
        self.raw.extend_from_slice(bytes);
        self.screen.process(bytes);
    }
}

/// A process that does not outlive its test.
struct Process(Box<dyn Child + Send + Sync>);

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.0.kill();
    }
}

/// How the line is set.
fn line(master: &dyn MasterPty) -> String {
    format!("{:?}", master.get_termios())
}

fn size_of(cells: u16) -> std::num::NonZeroU16 {
    std::num::NonZeroU16::new(cells).expect("a screen has rows and columns")
}
