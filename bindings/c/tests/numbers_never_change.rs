//! Claim: a number of the ABI never changes and never goes. Programs that were compiled against an older header have these
//! numbers in them, so a form that is put between two others, or taken out, must not move what the others are called.
//! `numbers.txt` has all that were ever given out; a new one is put at its end by `TACOS_BLESS=1`.

use std::collections::BTreeMap;
use std::path::Path;

/// The enumerators of a header: name and number.
fn numbers(header: &str) -> BTreeMap<&str, u32> {
    let enumerators = header.lines().filter_map(|line| line.trim().strip_suffix(',')?.split_once(" = "));
    enumerators
        .filter(|(name, _)| name.starts_with("TACOS_"))
        .map(|(name, number)| (name, number.parse().expect("an enumerator is a number")))
        .collect()
}

#[test]
fn every_number_is_what_it_was() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let header = std::fs::read_to_string(root.join("include/tacos_engine.h")).expect("the header");
    let present = numbers(&header);
    assert!(present.len() > 100, "only {} numbers are in the header", present.len());
    let path = root.join("tests/numbers.txt");
    let mut given = std::fs::read_to_string(&path).expect("the list of numbers");
    let mut known = BTreeMap::new();
    for line in given.lines() {
        let (name, number) = line.split_once(' ').expect("a name and a number");
        let number: u32 = number.parse().expect("a number");
        assert_eq!(present.get(name), Some(&number), "{name} was given out as {number}");
        known.insert(name.to_owned(), number);
    }
    let new: Vec<_> = present.iter().filter(|(name, _)| !known.contains_key(**name)).collect();
    if std::env::var_os("TACOS_BLESS").is_some() {
        new.iter().for_each(|(name, number)| given += &format!("{name} {number}\n"));
        std::fs::write(&path, given).expect("the list can be written");
    } else {
        assert!(new.is_empty(), "not in tests/numbers.txt yet: {new:?}; put them there by TACOS_BLESS=1");
    }
}
