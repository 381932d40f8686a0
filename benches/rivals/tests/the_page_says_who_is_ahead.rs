//! The page of the suites through sockets: ratios are the other's time over ours, and what was not measured is said.

use tacos_rivals::page;
use tacos_rivals::report::Line;
use tacos_rivals::suites::{calls, second, server};

#[test]
fn ratios_say_how_far_ahead_we_are() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("page.md");
    let line = |suite, name: &str, setting: &str, ns| Line::of(suite, name, setting, "ns/op", &[ns]);
    let lines = [
        line(server::SUITE, server::OURS, "16 clients", 50_000.0),
        line(server::SUITE, "redis", "16 clients", 75_000.0),
        line(calls::READS, "tacos", "calls", 20_000.0),
        line(calls::READS, calls::SHARDED_ECHO, "calls", 10_000.0),
        line(second::SUITE, second::LOOK_UPS, "threads=1", 100.0),
        line(second::SUITE, second::LOOK_UPS, "threads=2", 50.0),
    ];
    page::write(&path, folder.path(), &lines).expect("written");
    let text = std::fs::read_to_string(&path).expect("readable");
    for row in [
        "| 16 clients | 20,000 | none | none | 13,333 | none | 1.50 | none | none |",
        "| tacos | 50,000 | 0.50 | none, none |",
        "| map look-up by label, a map for both | 100.0 | 50.0 | 2.00 |",
    ] {
        assert!(text.contains(row), "{row} is not in\n{text}");
    }
}
