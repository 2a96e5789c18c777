//! The servers as processes: started, read from `/proc`, and ended with the bench.

use std::fs;
use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

/// A server that runs until it is dropped.
pub struct Server {
    child: Child,
    pub address: SocketAddr,
}

impl Server {
    /// This program again, in another role.
    pub fn role(role: &str, upstream: Option<SocketAddr>) -> Self {
        let mut command = Command::new(std::env::current_exe().unwrap());
        command
            .arg(role)
            .args(upstream.map(|address| address.to_string()));
        Server::start(&mut command)
    }

    /// The relay with one channel to the upstream; and a key.
    pub fn relay(home: &Path, upstream: SocketAddr) -> (Self, String) {
        let relay = Server::start(relaydeck(home).args(["serve", "--listen", "127.0.0.1:0"]));
        let url = format!("http://{upstream}");
        run(relaydeck(home).args([
            "channels",
            "add",
            "bench",
            "--url",
            &url,
            "--models",
            "fast,paced,brief",
            "--price-in",
            "0.1",
            "--price-out",
            "0.1",
        ]));
        let key = run(relaydeck(home).args(["keys", "create", "--name", "bench-load-relay-ci"]));
        (relay, key.trim().to_owned())
    }

    fn start(command: &mut Command) -> Self {
        let mut child = command
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap())
            .read_line(&mut line)
            .unwrap();
        let address = line
            .split("http://")
            .nth(1)
            .expect("it says where it listens");
        let address = address.split_whitespace().next().unwrap().parse().unwrap();
        Server { child, address }
    }

    /// The CPU that all its threads took so far.
    pub fn cpu(&self) -> Duration {
        let threads = fs::read_dir(format!("/proc/{}/task", self.child.id())).unwrap();
        let nanos = threads.filter_map(|thread| {
            let text = fs::read_to_string(thread.ok()?.path().join("schedstat")).ok()?;
            text.split_whitespace().next()?.parse::<u64>().ok()
        });
        Duration::from_nanos(nanos.sum())
    }

    /// Its resident memory in MiB.
    pub fn resident(&self) -> f64 {
        let status = fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap();
        let line = status
            .lines()
            .find_map(|line| line.strip_prefix("VmRSS:"))
            .unwrap();
        line.split_whitespace()
            .next()
            .unwrap()
            .parse::<f64>()
            .unwrap()
            / 1024.0
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn relaydeck(home: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_relaydeck"));
    command
        .env("RELAYDECK_HOME", home)
        .env("RELAYDECK_LANGUAGE", "en")
        .stdin(Stdio::null());
    command
}

fn run(command: &mut Command) -> String {
    let output = command.output().unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8(output.stdout).unwrap()
}
