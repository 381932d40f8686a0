//! Claim: a member of a struct of the ABI keeps its place and its type, and one that is added later stands behind all
//! that were there, so a program that was compiled against an older header reads and writes the right bytes.
//! `members.txt` has all that were ever given out, a line for each struct; what is new is put there by `TACOS_BLESS=1`.

use std::collections::BTreeMap;
use std::path::Path;

/// The structs of a header: what each is made of, in order, without words and line breaks.
fn structs(header: &str) -> BTreeMap<String, Vec<String>> {
    let code: Vec<&str> =
        header.lines().map(|line| line.split("//").next().unwrap_or_default().trim()).collect();
    let code = code.join(" ");
    let mut found = BTreeMap::new();
    for part in code.split("typedef struct {").skip(1) {
        let (inside, rest) = part.split_once('}').expect("a struct has an end");
        let (name, _) = rest.split_once(';').expect("a struct has a name");
        let members = inside.split(';').map(|member| member.split_whitespace().collect::<Vec<_>>().join(" "));
        found.insert(name.trim().to_owned(), members.filter(|member| !member.is_empty()).collect());
    }
    found
}

#[test]
fn every_member_stands_where_it_stood() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let header = std::fs::read_to_string(root.join("include/tacos_engine.h")).expect("the header");
    let present = structs(&header);
    assert!(present.len() > 50, "only {} structs are in the header", present.len());
    let path = root.join("tests/members.txt");
    let given = std::fs::read_to_string(&path).unwrap_or_default();
    let mut known: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for line in given.lines() {
        let (name, members) = line.split_once(": ").expect("a struct and its members");
        known.insert(name, members.split("; ").collect());
    }
    for (name, before) in &known {
        let now = present.get(*name).unwrap_or_else(|| panic!("{name} was given out, and is gone"));
        let begins: Vec<&str> = now.iter().take(before.len()).map(String::as_str).collect();
        assert_eq!(begins, *before, "{name}: what was given out stays in front");
    }
    let written: String =
        present.iter().map(|(name, members)| format!("{name}: {}\n", members.join("; "))).collect();
    if std::env::var_os("TACOS_BLESS").is_some() {
        std::fs::write(&path, written).expect("the list can be written");
    } else {
        assert!(written == given, "tests/members.txt lacks what is new; put it there by TACOS_BLESS=1");
    }
}
