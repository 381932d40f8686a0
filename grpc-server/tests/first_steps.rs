//! What a newcomer does: starts the server with the demo sale, copies the printed lines into another terminal, and holds
//! a confirmed seat at the end. The lines are run as they are printed.

use std::io::{BufRead, BufReader, Read};
use std::path::Path;
use std::process::{Child, Command, Stdio};

const PROGRAM: &str = env!("CARGO_BIN_EXE_tacos-server");

/// A server that ends with the test, however the test ends.
struct Serving(Child);

impl Drop for Serving {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Starts it over a folder; returns the lines to type.
fn serve(folder: &Path) -> (Serving, Vec<String>) {
    let mut child = Command::new(PROGRAM)
        .args(["serve", "--demo-sale", "--listen", "127.0.0.1:0", "--log-level", "warn", "--data-dir"])
        .arg(folder)
        // Simulated payments at a hundredth of their time; nothing else differs from what a newcomer has.
        .env("TACOS_ENGINE__PAYMENT_TIME_PERMILLE", "10")
        .stdout(Stdio::piped())
        .spawn()
        .expect("the program starts");
    let out = BufReader::new(child.stdout.take().expect("piped"));
    let serving = Serving(child);
    let mut lines = Vec::new();
    for line in out.lines() {
        let line = line.expect("text");
        let last = line.starts_with("Or all of it at once");
        lines.push(line);
        if last {
            break;
        }
    }
    (serving, lines)
}

fn run(command: &mut Command) -> String {
    let mut child =
        command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the command starts");
    let (mut out, mut err) = (String::new(), String::new());
    child.stdout.take().expect("piped").read_to_string(&mut out).expect("text");
    child.stderr.take().expect("piped").read_to_string(&mut err).expect("text");
    assert!(child.wait().expect("ends").success(), "it failed:\n{out}\n{err}");
    out
}

#[test]
fn the_printed_lines_lead_from_the_line_to_a_confirmed_seat() {
    let folder = tempfile::tempdir().expect("a folder");
    let (_serving, printed) = serve(&folder.path().join("data"));
    let begin = printed.iter().position(|line| line.starts_with("EVENT=")).expect("lines to type");
    let lines: Vec<&str> =
        printed[begin..].iter().take_while(|line| !line.is_empty()).map(String::as_str).collect();
    let out = run(Command::new("bash").args(["-euo", "pipefail", "-c", &lines.join("\n")]));
    for told in ["wtkn_", "rtkn_", "rsv_", "pay_", "PAYMENT_STATUS_COMPLETED", "\"orderId\": \"ord_"] {
        assert!(out.contains(told), "no {told} in:\n{out}");
    }
    assert!(out.contains("RESERVATION_STATUS_CONFIRMED"), "{out}");
    // The same walk by one command, for somebody else.
    let all_at_once = printed.last().expect("printed").split_once(": ").expect("a command").1;
    let out = run(Command::new("bash").args(["-c", all_at_once]));
    assert!(out.contains("Joined, let in, held, paid, confirmed."), "{out}");
}

#[test]
fn the_built_in_client_shows_refusals_and_ends_badly_then() {
    let folder = tempfile::tempdir().expect("a folder");
    let (_serving, printed) = serve(&folder.path().join("data"));
    let address = printed.iter().find_map(|line| line.strip_prefix("Serving on ")).expect("an address");
    let address = address.split(": ").next().expect("an address");
    let target = format!("http://{address}");
    let call = |rpc: &str, json: &str| {
        Command::new(PROGRAM).args(["call", "--target", &target, rpc, json]).output().expect("it runs")
    };
    let refused = call("gateway.v1.QueueService/JoinQueue", r#"{"event_id":"nowhere","session_id":"s"}"#);
    let told = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert!(!refused.status.success() && told.contains("ERROR_CODE_NOT_FOUND"), "{told}");
    let one = run(Command::new(PROGRAM).args([
        "call",
        "--target",
        &target,
        "--get",
        "stats.totalSeats",
        "reservation.v1.InventoryService/GetInventoryStatus",
        r#"{"event_id":"evt_2025_1001"}"#,
    ]));
    let seats: u32 = one.trim().parse().expect("a number");
    assert!((49_000..=51_000).contains(&seats), "{seats}");
}

#[test]
fn settings_print_as_a_file_that_gives_the_same_settings() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("tacos.toml");
    let flags = ["--profile", "compat", "--listen", "127.0.0.1:8010", "--listen", "127.0.0.1:8020"];
    let printed = run(Command::new(PROGRAM).args(flags).arg("--print-config"));
    std::fs::write(&file, &printed).expect("written");
    let again = run(Command::new(PROGRAM).arg("--config").arg(&file).arg("--print-config"));
    assert_eq!(printed, again);
    std::fs::write(&file, "[server]\nport = 1\n").expect("written");
    let wrong = Command::new(PROGRAM).arg("--config").arg(&file).output().expect("it runs");
    assert!(!wrong.status.success() && String::from_utf8_lossy(&wrong.stderr).contains("port"));
}
