//! The tree is as the style says: sizes, headers, import rules, who may read the time and touch files, and what the
//! engine may depend on.

use std::path::{Path, PathBuf};

const FILE_LINES_MAX: usize = 500;
const FUNCTION_LINES_MAX: usize = 60;

/// Rooms that no other room may import; `pipeline` and `engine` stand above them and may import all.
const ROOMS: [&str; 11] = [
    "acks",
    "admission",
    "deadlines",
    "idempotency",
    "inventory",
    "journal",
    "outbox",
    "payments",
    "reservations",
    "updates",
    "users",
];
/// A room's few looks at another, each with its reason.
const ALLOWED: [(&str, &str, &str); 5] = [
    ("reservations", "users", "a slot keeps its user's number"),
    ("reservations", "inventory", "a slot keeps places in their packed form"),
    ("payments", "users", "an intent keeps its user's number"),
    ("updates", "inventory", "an update names places in their packed form"),
    ("updates", "journal", "an update has a position"),
];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).to_path_buf()
}

fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).expect("a folder of sources") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
}

/// Every source file of the engine with its text, tests apart.
fn engine_sources() -> Vec<(String, String)> {
    let mut found = Vec::new();
    sources(&root().join("src"), &mut found);
    assert!(found.len() > 50, "only {} files were found", found.len());
    let name = |path: &Path| path.strip_prefix(root().join("src")).expect("below src").display().to_string();
    let is_test = |name: &str| name.contains("test");
    found
        .into_iter()
        .map(|path| (name(&path), std::fs::read_to_string(&path).expect("readable")))
        .filter(|(name, _)| !is_test(name))
        .collect()
}

/// The text before the file's own tests.
/// A file without the tests at its end. A declaration of a test file, which stands anywhere, ends nothing.
fn without_tests(text: &str) -> &str {
    let is_test = |at: usize| {
        let mut lines = text[at + 1..].lines();
        let condition = lines.next().is_some_and(|line| line.contains("test"));
        condition && lines.next().is_some_and(|line| line.starts_with("mod ") && line.ends_with('{'))
    };
    let mut conditions = text.match_indices("\n#[cfg(").map(|(at, _)| at);
    conditions.find(|at| is_test(*at)).map_or(text, |at| &text[..at])
}

fn room_of(name: &str) -> &str {
    name.split(['/', '.']).next().unwrap_or(name)
}

#[test]
fn files_are_short_and_say_what_they_are() {
    for (name, text) in engine_sources() {
        assert!(text.starts_with("//!"), "{name} does not begin with what it is");
        let lines = text.lines().count();
        assert!(lines <= FILE_LINES_MAX, "{name} has {lines} lines, at most {FILE_LINES_MAX} are allowed");
    }
}

#[test]
fn functions_are_short() {
    for (name, text) in engine_sources() {
        let mut begun: Option<(usize, usize, &str)> = None;
        for (number, line) in without_tests(&text).lines().enumerate() {
            let indent = line.len() - line.trim_start().len();
            let is_function = line.contains("fn ") && line.trim_end().ends_with('{')
                || (line.trim_start().starts_with("fn ") && !line.trim_end().ends_with(';'));
            match begun {
                None if is_function && !line.trim_start().starts_with("//") => {
                    begun = Some((number, indent, line));
                }
                Some((start, at, title)) if line.trim_end() == format!("{}}}", " ".repeat(at)) => {
                    let lines = number - start + 1;
                    assert!(
                        lines <= FUNCTION_LINES_MAX,
                        "{name}:{}: {lines} lines: {}",
                        start + 1,
                        title.trim()
                    );
                    begun = None;
                }
                _ => {}
            }
        }
    }
}

#[test]
fn rooms_do_not_import_rooms() {
    for (name, text) in engine_sources() {
        let room = room_of(&name);
        if !ROOMS.contains(&room) {
            continue;
        }
        for other in ROOMS.into_iter().filter(|other| *other != room) {
            let imports = without_tests(&text).contains(&format!("crate::{other}::"));
            let allowed = ALLOWED.iter().any(|(from, to, _)| (*from, *to) == (room, other));
            assert!(!imports || allowed, "{name} imports the room {other}");
        }
        for above in ["pipeline", "engine", "testing"] {
            assert!(
                !without_tests(&text).contains(&format!("crate::{above}::")),
                "{name} imports {above}, above it"
            );
        }
    }
}

#[test]
fn only_the_clock_reads_the_time_and_only_storage_touches_files() {
    // The writer's intervals between syncs and the end of a time-out are waits, not moments.
    let may_measure = ["clock.rs", "engine/writer.rs", "sync/park.rs"];
    for (name, text) in engine_sources() {
        let text = without_tests(&text);
        if !may_measure.contains(&name.as_str()) {
            assert!(
                !text.contains("Instant::now") && !text.contains("SystemTime::now"),
                "{name} reads the time"
            );
        }
        let is_storage = name == "journal/file_storage.rs";
        assert!(
            is_storage || !(text.contains("std::fs") || text.contains("fs::File")),
            "{name} touches files"
        );
        assert!(!text.contains("std::env"), "{name} reads the environment");
        assert!(!text.contains(".unwrap()"), "{name} unwraps");
    }
}

#[test]
fn nothing_is_unsafe() {
    let face = std::fs::read_to_string(root().join("src/lib.rs")).expect("readable");
    assert!(face.contains("#![forbid(unsafe_code)]"), "the engine forbids unsafe code");
}

#[test]
fn the_engine_depends_on_no_runtime_network_or_serialization() {
    let cargo = std::env::var("CARGO").unwrap_or_else(|_| "cargo".into());
    let output = std::process::Command::new(cargo)
        .args(["tree", "-p", "tacos-engine", "-e", "normal", "--prefix", "none", "--format", "{p}"])
        .current_dir(root())
        .output()
        .expect("cargo tree runs");
    assert!(output.status.success(), "cargo tree: {}", String::from_utf8_lossy(&output.stderr));
    let tree = String::from_utf8(output.stdout).expect("text");
    assert!(tree.contains("blake3") && tree.contains("crossbeam"), "not the engine's tree: {tree}");
    for forbidden in
        ["tokio", "async-std", "smol", "hyper", "tonic", "prost", "serde", "bincode", "mio", "socket2"]
    {
        let found = tree.lines().any(|line| line.split_whitespace().next() == Some(forbidden));
        assert!(!found, "the engine depends on {forbidden}");
    }
}
