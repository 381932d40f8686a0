//! The server as it is seen from outside: what its process takes, and whether it has hung up.

#![allow(unreachable_pub, reason = "the tests of several programs share it")]

use std::io::{ErrorKind, Read};
use std::net::TcpStream;
use std::time::Duration;

/// Nothing takes so long.
pub const PATIENCE: Duration = Duration::from_secs(120);

/// Memory of a process that is in use.
pub fn memory_bytes(process: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).expect("a process of ours");
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).expect("told");
    let kib: u64 = line.trim().trim_end_matches(" kB").trim().parse().expect("a number");
    kib << 10
}

/// True once the other side has closed the connection, whatever it sent before.
pub fn is_closed(mut io: TcpStream) -> bool {
    io.set_read_timeout(Some(PATIENCE)).expect("set");
    let mut bytes = [0; 1_024];
    loop {
        match io.read(&mut bytes) {
            Ok(0) => return true,
            Ok(_) => {}
            Err(error) => return matches!(error.kind(), ErrorKind::ConnectionReset | ErrorKind::BrokenPipe),
        }
    }
}
