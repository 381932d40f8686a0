//! The engine's public API is what `engine/public-api.txt` says: whatever changes it shows in a review. Written anew by
//! `TACOS_BLESS=1 cargo test -p tacos-generator --test public_api`.

use std::path::{Path, PathBuf};
use std::process::Command;

use public_api::Builder;

/// The description of the crate that rustdoc writes for programs. Its form is not stable yet, so a stable compiler has
/// to be told that we know; the compiler's version and the reader's are pinned together.
fn described() -> PathBuf {
    let top = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let target = std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| top.join("target"), PathBuf::from);
    let target = target.join("public-api");
    let done = Command::new(env!("CARGO"))
        .args([
            "rustdoc",
            "--quiet",
            "--package",
            "tacos-engine",
            "--lib",
            "--features",
            "stream",
            "--target-dir",
        ])
        .arg(&target)
        .args(["--", "-Zunstable-options", "--output-format", "json"])
        .env("RUSTC_BOOTSTRAP", "1")
        .current_dir(&top)
        .status()
        .expect("cargo starts");
    assert!(done.success(), "rustdoc: {done}");
    target.join("doc/tacos_engine.json")
}

#[test]
fn the_public_api_is_the_one_that_was_looked_at() {
    let api = Builder::from_rustdoc_json(described())
        .omit_blanket_impls(true)
        .omit_auto_trait_impls(true)
        .omit_auto_derived_impls(true)
        .build()
        .expect("the description is understood: its version is that of public-api");
    let mut now: Vec<String> = api.items().map(ToString::to_string).collect();
    now.sort_unstable();
    let now = now.join("\n") + "\n";
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../engine/public-api.txt");
    if std::env::var_os("TACOS_BLESS").is_some() {
        std::fs::write(&file, &now).expect("written");
    }
    let then = std::fs::read_to_string(&file).unwrap_or_default();
    let gone: Vec<&str> = then.lines().filter(|line| !now.lines().any(|other| other == *line)).collect();
    let new: Vec<&str> = now.lines().filter(|line| !then.lines().any(|other| other == *line)).collect();
    assert!(
        gone.is_empty() && new.is_empty(),
        "the public API changed; if it is meant: TACOS_BLESS=1 cargo test -p tacos-generator --test public_api\n\
         gone:\n  {}\nnew:\n  {}",
        gone.join("\n  "),
        new.join("\n  ")
    );
    for line in now.lines() {
        assert!(!line.contains("smallvec::"), "a type of another library in the public API: {line}");
    }
}
