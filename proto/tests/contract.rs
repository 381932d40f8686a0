//! The built descriptor is the contract: every row of `contract.tsv` is there and equal, whatever else exists in the fixed
//! packages is listed as an addition in the README, and everything is commented.
//!
//! The comparison itself is tested too: each row, changed in each column, must be noticed. It does not judge compatibility over
//! time (`buf breaking` does) or generated code.

use std::collections::BTreeSet;

use tacos_proto::prost::Message;
use tacos_proto::prost_types::FileDescriptorSet;
use tacos_proto::{COMMENTED_FILE_DESCRIPTOR_SET, FILE_DESCRIPTOR_SET};

#[path = "contract/rows.rs"]
mod rows;

use rows::rows_of;

const TABLE: &str = include_str!("../contract.tsv");
const README: &str = include_str!("../README.md");

/// Kind and number of rows that the table must have, so that a truncated copy cannot pass.
const TABLE_ROWS: [(&str, usize); 4] = [("enum", 221), ("field", 662), ("file", 11), ("rpc", 50)];

/// Packages whose every name is fixed by the table or listed as an addition.
const FIXED_PACKAGES: [&str; 4] = ["common.v1", "gateway.v1", "payment.v1", "reservation.v1"];

fn table() -> BTreeSet<String> {
    TABLE.lines().map(str::to_owned).collect()
}

fn built() -> BTreeSet<String> {
    rows_of(&descriptors(FILE_DESCRIPTOR_SET))
}

fn descriptors(encoded: &[u8]) -> FileDescriptorSet {
    FileDescriptorSet::decode(encoded).expect("the build script wrote a descriptor set")
}

/// Rows of `table` that `built` does not have exactly so.
fn missing<'a>(table: &'a BTreeSet<String>, built: &BTreeSet<String>) -> Vec<&'a String> {
    table.iter().filter(|row| !built.contains(*row)).collect()
}

/// What the fixed packages have beyond `table`.
fn beyond(table: &BTreeSet<String>, built: &BTreeSet<String>) -> BTreeSet<String> {
    built
        .difference(table)
        .filter(|row| FIXED_PACKAGES.iter().any(|package| is_in(row, package)))
        .cloned()
        .collect()
}

fn is_in(row: &str, package: &str) -> bool {
    let columns: Vec<&str> = row.split('\t').collect();
    let owner = if columns[0] == "file" { columns[2] } else { columns[1] };
    owner == package || owner.strip_prefix(package).is_some_and(|rest| rest.starts_with('.'))
}

/// Rows of the README's table of additions, in the form of the contract table.
fn listed_additions() -> BTreeSet<String> {
    let (_, rest) =
        README.split_once("<!-- additions:begin -->").expect("the README has a table of additions");
    let (list, _) = rest.split_once("<!-- additions:end -->").expect("the table of additions ends");
    list.lines()
        .filter_map(|line| line.strip_prefix("| `")?.split_once('`'))
        .map(|(row, _)| row.replace(' ', "\t"))
        .collect()
}

/// Adds rows to the README's table: `TACOS_BLESS=1 cargo test --workspace --test contract`.
fn list(unlisted: &[&String]) {
    let end = "<!-- additions:end -->";
    let rows: String =
        unlisted.iter().map(|row| format!("| `{}` | its comment says |\n", row.replace('\t', " "))).collect();
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/README.md");
    std::fs::write(path, README.replacen(end, &(rows + end), 1)).expect("the README can be written");
}

#[test]
fn table_is_whole() {
    for (kind, expected) in TABLE_ROWS {
        let found = TABLE.lines().filter(|line| line.split('\t').next() == Some(kind)).count();
        assert_eq!(found, expected, "rows of kind {kind} in contract.tsv");
    }
    let expected: usize = TABLE_ROWS.iter().map(|(_, count)| count).sum();
    assert_eq!(table().len(), expected, "distinct rows in contract.tsv");
}

#[test]
fn every_row_of_the_table_is_built() {
    let (table, built) = (table(), built());
    let missing = missing(&table, &built);
    assert!(
        missing.is_empty(),
        "{} of {} rows differ or are missing: {missing:#?}",
        missing.len(),
        table.len()
    );
    let compared = table.intersection(&built).count();
    assert_eq!(compared, TABLE_ROWS.iter().map(|(_, count)| count).sum::<usize>(), "rows compared");
    println!("contract: {compared} rows compared, all equal");
}

#[test]
fn whatever_is_added_is_listed_in_the_readme() {
    let (added, listed) = (beyond(&table(), &built()), listed_additions());
    assert!(!listed.is_empty(), "the README lists additions");
    let unlisted: Vec<_> = added.difference(&listed).collect();
    if std::env::var_os("TACOS_BLESS").is_some() && !unlisted.is_empty() {
        return list(&unlisted);
    }
    assert!(unlisted.is_empty(), "added but not listed in README.md: {unlisted:#?}");
    let gone: Vec<_> = listed.difference(&added).collect();
    assert!(gone.is_empty(), "listed in README.md but not built, or part of the table: {gone:#?}");
}

#[test]
fn any_changed_row_is_noticed() {
    let (table, built) = (table(), built());
    let mut tried = 0;
    for row in &table {
        let columns: Vec<&str> = row.split('\t').collect();
        for column in 0..columns.len() {
            let mut changed: Vec<String> = columns.iter().map(|&text| text.to_owned()).collect();
            changed[column] = changed_text(&changed[column]);
            let mut mutant = table.clone();
            mutant.remove(row);
            mutant.insert(changed.join("\t"));
            assert_eq!(
                missing(&mutant, &built).len(),
                1,
                "column {column} of {row:?} changed, and nobody noticed"
            );
            tried += 1;
        }
    }
    assert!(tried > 4 * table.len(), "{tried} mutants of {} rows", table.len());
}

/// Another number for a number, another word for a word: renumbering, renaming, retyping.
fn changed_text(text: &str) -> String {
    text.parse::<i64>().map_or_else(|_| format!("{text}x"), |number| (number + 1_000).to_string())
}

#[test]
fn anything_removed_from_the_build_is_noticed() {
    let (table, built) = (table(), built());
    for row in &table {
        let mut poorer = built.clone();
        assert!(poorer.remove(row), "{row:?} is built");
        assert_eq!(missing(&table, &poorer), [row], "removed from the build, and nobody noticed");
    }
}

#[test]
fn anything_added_without_listing_is_noticed() {
    let (table, listed, mut richer) = (table(), listed_additions(), built());
    let secret = "field\tcommon.v1.Money\tsecret\t99\tsingular\tstring".to_owned();
    assert!(richer.insert(secret.clone()));
    assert_eq!(beyond(&table, &richer).difference(&listed).collect::<Vec<_>>(), [&secret]);
}

#[test]
fn changed_descriptors_change_their_rows() {
    let original = descriptors(FILE_DESCRIPTOR_SET);
    for (what, change) in rows::descriptor_changes() {
        let mut changed = original.clone();
        change(&mut changed);
        assert_ne!(changed, original, "{what}: the change did nothing");
        assert!(!missing(&table(), &rows_of(&changed)).is_empty(), "{what}: nobody noticed");
    }
}

#[test]
fn everything_has_a_comment() {
    let (bare, seen) = rows::without_comment(&descriptors(COMMENTED_FILE_DESCRIPTOR_SET));
    assert!(bare.is_empty(), "without a comment: {bare:#?}");
    assert!(seen > 1_000, "only {seen} items seen");
    println!("contract: {seen} items, all commented");
}
