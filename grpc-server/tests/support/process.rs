//! The server as a process of its own: started, killed, asked.
#![allow(dead_code, unreachable_pub, reason = "each test uses a part of this")]

use std::io::{BufRead, BufReader, Read};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, Command, Stdio};

pub const PROGRAM: &str = env!("CARGO_BIN_EXE_tacos-server");

/// A server that ends with the test, however the test ends.
pub struct Serving {
    child: Child,
    /// What it printed before it served.
    pub printed: Vec<String>,
    pub address: SocketAddr,
}

impl Serving {
    /// Serves the demo sale over a folder, on `listen`; simulated payments take a hundredth of their time.
    pub fn start(folder: &Path, listen: &str, more: &[&str]) -> Self {
        let mut child = Command::new(PROGRAM)
            .args(["serve", "--demo-sale", "--listen", listen, "--web-listen", "127.0.0.1:0", "--data-dir"])
            .arg(folder)
            .args(more)
            .env("TACOS_ENGINE__PAYMENT_TIME_PERMILLE", "10")
            .env("TACOS_LOG__LEVEL", "warn")
            .stdout(Stdio::piped())
            .spawn()
            .expect("the program starts");
        let out = BufReader::new(child.stdout.take().expect("piped"));
        let mut printed = Vec::new();
        for line in out.lines() {
            let line = line.expect("text");
            let last = line.starts_with("Or all of it at once");
            printed.push(line);
            if last {
                break;
            }
        }
        let address = printed.iter().find_map(|line| line.strip_prefix("Serving on "));
        let address = address.and_then(|line| line.split(": ").next()).expect("it serves");
        let address = address.parse().expect("an address");
        Self { child, printed, address }
    }

    pub fn target(&self) -> String {
        format!("http://{}", self.address)
    }

    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// As a power cut would end it: no signal handler runs, nothing is flushed.
    pub fn kill(mut self) {
        self.child.kill().expect("killed");
        self.child.wait().expect("ended");
    }

    /// As an operator would end it; it must end well.
    pub fn stop(mut self) {
        let asked = Command::new("kill").args(["-TERM", &self.child.id().to_string()]).status();
        assert!(asked.expect("kill runs").success());
        assert!(self.child.wait().expect("ended").success(), "the server did not end well");
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Runs a command to its end; it must end well. Returns what it printed.
pub fn run(command: &mut Command) -> String {
    let (well, out, err) = ended(command);
    assert!(well, "it failed:\n{out}\n{err}");
    out
}

/// Runs a command to its end.
pub fn ended(command: &mut Command) -> (bool, String, String) {
    let mut child =
        command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the command starts");
    // Both at once: a full pipe would stop the command.
    let mut err_pipe = child.stderr.take().expect("piped");
    let errors = std::thread::spawn(move || {
        let mut err = String::new();
        err_pipe.read_to_string(&mut err).map(|_| err)
    });
    let mut out = String::new();
    child.stdout.take().expect("piped").read_to_string(&mut out).expect("text");
    let err = errors.join().expect("no panic").expect("text");
    (child.wait().expect("ends").success(), out, err)
}
