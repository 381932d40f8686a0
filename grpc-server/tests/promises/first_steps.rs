//! What a newcomer does: starts the server with the demo sale, copies the printed lines into another terminal, and holds
//! a confirmed seat at the end. The lines are run as they are printed.

use std::process::Command;

use crate::process::{PROGRAM, Serving, run};

#[test]
fn the_printed_lines_lead_from_the_line_to_a_confirmed_seat() {
    let folder = tempfile::tempdir().expect("a folder");
    let serving = Serving::start(&folder.path().join("data"), "127.0.0.1:0", &[]);
    let printed = &serving.printed;
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
    let serving = Serving::start(&folder.path().join("data"), "127.0.0.1:0", &[]);
    let target = serving.target();
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
