//! Claim: the Rust program of the top README runs as it stands: the first run sells a seat, the second finds it taken.

use std::path::Path;
use std::process::Command;

/// The first block of the README that is marked as Rust.
fn program(readme: &str) -> &str {
    let begin = readme.find("```rust\n").expect("a Rust program") + "```rust\n".len();
    let length = readme[begin..].find("```").expect("the end of the program");
    &readme[begin..begin + length]
}

#[test]
fn the_program_of_the_readme_sells_a_seat_and_finds_it_taken() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let readme = std::fs::read_to_string(root.join("../README.md")).expect("the README");
    let example = std::fs::read_to_string(root.join("examples/readme.rs")).expect("the example");
    let written = example.split_once("\n\n").expect("a header, and the program").1;
    assert_eq!(written, program(&readme), "examples/readme.rs is the README's program to the letter");

    // Cargo builds the examples beside the tests.
    let tests = std::env::current_exe().expect("this program");
    let built = tests.parent().and_then(Path::parent).expect("the build's folder").join("examples/readme");
    assert!(
        built.exists(),
        "{} is missing: run all of this crate's tests, or build its examples",
        built.display()
    );
    let folder = tempfile::tempdir().expect("a folder");
    let run = || {
        let output = Command::new(&built).current_dir(folder.path()).output().expect("it runs");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8_lossy(&output.stdout).into_owned()
    };
    let first = run();
    assert!(first.starts_with("sold: A-7, order ord_"), "{first}");
    assert_eq!(run(), "taken: A-7\n");
}
