//! The tree is as the style says: sizes, headers, import rules, who may read the time and touch files, and what the
//! engine may depend on.

use std::path::{Path, PathBuf};

const FILE_LINES_MAX: usize = 500;
const FUNCTION_LINES_MAX: usize = 60;

/// Modules that no other module may import; `pipeline` and `engine` stand above them and may import all.
const MODULES: [&str; 11] = [
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
/// A module's few looks at another, each with its reason.
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

/// Extensions of the languages whose comments begin as Rust's do.
const SOURCES: [&str; 4] = ["rs", "go", "kt", "proto"];

fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).expect("a folder of sources") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|of| SOURCES.iter().any(|known| of == *known)) {
            found.push(path);
        }
    }
}

/// Every source file of the engine with its text, tests apart.
fn engine_sources() -> Vec<(String, String)> {
    let found = sources_below(&root().join("src"));
    assert!(found.len() > 50, "only {} files were found", found.len());
    found
}

/// Those, and the sources of what its tests stand on.
fn all_sources() -> Vec<(String, String)> {
    let testing = sources_below(&root().join("testing/src"));
    engine_sources().into_iter().chain(testing).collect()
}

/// Every source file below a folder with its text, tests apart.
fn sources_below(folder: &Path) -> Vec<(String, String)> {
    let mut found = Vec::new();
    sources(folder, &mut found);
    assert!(!found.is_empty(), "no sources below {}", folder.display());
    let name = |path: &Path| path.strip_prefix(folder).expect("below it").display().to_string();
    let is_test = |name: &str| name.contains("test");
    found
        .into_iter()
        .map(|path| (name(&path), std::fs::read_to_string(&path).expect("readable")))
        .filter(|(name, _)| !is_test(name))
        .collect()
}

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

fn module_of(name: &str) -> &str {
    name.split(['/', '.']).next().unwrap_or(name)
}

/// Words with which a comment does not say who acts, or how long.
const VAGUE: [&str; 9] = [
    "nobody",
    "somebody",
    "anybody",
    "everybody",
    "whoever",
    "for ever",
    "the one that",
    "the one who",
    "the one which",
];
/// Folders whose comments are checked.
const SPOKEN: [&str; 24] = [
    "engine/src",
    "engine/examples",
    "engine/testing/src",
    "engine/testing/examples",
    "grpc-server/src",
    "benches/src",
    "benches/criterion",
    "benches/tacos-bench",
    "benches/rivals/src",
    "fuzz/fuzz_targets",
    "proto/common",
    "proto/engine",
    "proto/gateway",
    "proto/payment",
    "proto/reservation",
    "proto/src",
    "bindings/c/src",
    "bindings/conformance/src",
    "bindings/generator/src",
    "bindings/go",
    "bindings/kotlin/face/src/main",
    "bindings/kotlin/linked/src/main",
    "bindings/kotlin/remote/src/main",
    "bindings/uniffi/src",
];

/// The vague words in a text's comments, each with its line, counted from one. A phrase may be broken over two lines.
fn vague_words(text: &str) -> Vec<(usize, &'static str)> {
    let comment = |line: &str| {
        let goes_on = line.trim_start().starts_with(['*', '/']);
        let at = if goes_on { Some(0) } else { line.find("//") };
        at.map_or(String::new(), |at| line[at..].to_lowercase())
    };
    let bare = |comment: &str| comment.trim_start_matches(['/', '*', '!', ' ', '\t']).trim_end().to_owned();
    let mut found = Vec::new();
    let mut before = String::new();
    for (number, line) in text.lines().enumerate() {
        let now = bare(&comment(line));
        let joined = format!("{before} {now}");
        for word in VAGUE {
            let ends = joined.match_indices(word).map(|(at, _)| (at, at + word.len()));
            let whole = |(from, to): (usize, usize)| {
                let is_letter = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || c == '_');
                to > before.len()
                    && !is_letter(joined[..from].chars().next_back())
                    && !is_letter(joined[to..].chars().next())
            };
            found.extend(ends.filter(|ends| whole(*ends)).map(|_| (number + 1, word)));
        }
        before = now;
    }
    found
}

#[test]
fn comments_say_who_acts() {
    let mut wrong = Vec::new();
    for folder in SPOKEN {
        for (name, text) in sources_below(&root().join("..").join(folder)) {
            let found = vague_words(without_tests(&text));
            wrong.extend(found.into_iter().map(|(line, word)| format!("{folder}/{name}:{line}: {word:?}")));
        }
    }
    assert!(wrong.is_empty(), "comments that do not name their subject:\n{}", wrong.join("\n"));
}

#[test]
fn a_vague_comment_is_found() {
    let text = "/// Wakes the\n/// one that waits.\nlet nobody = 1; // Whoever comes.\n// Not for every nobody_else.\n";
    assert_eq!(vague_words(text), [(2, "the one that"), (3, "whoever")]);
}

#[test]
fn a_type_of_this_name_is_one() {
    // Names that say nothing by themselves: with two of them a reader finds the wrong one.
    for name in ["State", "Fate", "Gate", "Turned", "Wanted"] {
        let defines = |text: &str| {
            let lines = without_tests(text).lines().map(str::trim_start);
            let heads = lines.filter(|line| !line.starts_with("//"));
            let heads = heads.filter_map(|line| {
                ["struct ", "enum ", "type "].iter().find_map(|kind| line.split_once(kind))
            });
            let mut names = heads.map(|(_, rest)| rest.split(|c: char| !c.is_alphanumeric()).next());
            names.any(|found| found == Some(name))
        };
        let files: Vec<_> =
            engine_sources().into_iter().filter(|(_, text)| defines(text)).map(|(name, _)| name).collect();
        assert!(files.len() <= 1, "{name} is defined in {files:?}: qualify it by its noun");
    }
}

#[test]
fn a_term_is_explained_once() {
    let text = std::fs::read_to_string(root().join("../ARCHITECTURE.md")).expect("readable");
    let (_, glossary) = text.split_once("## Glossary\n").expect("there is a glossary");
    let glossary = glossary.split("\n## ").next().expect("its part");
    for part in glossary.split("\n### ").skip(1) {
        let mut terms: Vec<_> = part.split("**").skip(1).step_by(2).map(str::to_lowercase).collect();
        assert!(terms.len() > 10, "only {terms:?}");
        terms.sort_unstable();
        let twice: Vec<_> = terms.windows(2).filter(|pair| pair[0] == pair[1]).map(|pair| &pair[0]).collect();
        assert!(twice.is_empty(), "explained twice: {twice:?}");
    }
}

#[test]
fn files_are_short_and_say_what_they_are() {
    for (name, text) in all_sources() {
        assert!(text.starts_with("//!"), "{name} does not begin with what it is");
        let lines = text.lines().count();
        assert!(lines <= FILE_LINES_MAX, "{name} has {lines} lines, at most {FILE_LINES_MAX} are allowed");
    }
}

#[test]
fn functions_are_short() {
    for (name, text) in all_sources() {
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
fn modules_do_not_import_modules() {
    for (name, text) in engine_sources() {
        let module = module_of(&name);
        if !MODULES.contains(&module) {
            continue;
        }
        for other in MODULES.into_iter().filter(|other| *other != module) {
            let imports = without_tests(&text).contains(&format!("crate::{other}::"));
            let allowed = ALLOWED.iter().any(|(from, to, _)| (*from, *to) == (module, other));
            assert!(!imports || allowed, "{name} imports the module {other}");
        }
        for above in ["pipeline", "engine", "hooks"] {
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
