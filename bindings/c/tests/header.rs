//! The committed header is what cbindgen makes of the crate. `TACOS_BLESS=1` writes it anew.

use std::path::Path;

#[test]
fn the_committed_header_is_that_of_the_crate() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let config = cbindgen::Config::from_root_or_default(root);
    let bindings = cbindgen::generate_with_config(root, config).expect("the crate can be read");
    let mut made = Vec::new();
    bindings.write(&mut made);
    let made = String::from_utf8(made).expect("a header is text");
    let path = root.join("include/tacos_engine.h");
    if std::env::var_os("TACOS_BLESS").is_some() {
        std::fs::write(&path, &made).expect("the header can be written");
    }
    let committed = std::fs::read_to_string(&path).unwrap_or_default();
    let differs = committed.lines().zip(made.lines()).position(|(old, new)| old != new);
    assert!(
        committed == made,
        "include/tacos_engine.h differs from the crate, first in line {:?}; run `TACOS_BLESS=1 cargo test -p tacos-engine-c --test header`",
        differs.map(|line| line + 1)
    );
}
