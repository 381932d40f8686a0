//! `errors.go`: every status that a caller can meet as an error of Go. Refusals are the engine's; circumstances are the C
//! ABI's, whose header describes them.

use tacos_engine::schema::{REFUSAL, Variant};

use super::{comment, head, said};
use crate::words::{camel, small};

/// The header of the C ABI, which a test of that crate compares with its source.
const HEADER: &str = include_str!("../../../c/include/tacos_engine.h");

/// Statuses of the ABI that the Go package handles itself.
const OWN: [&str; 9] = [
    "OK",
    "PENDING",
    "NULL_POINTER",
    "MISALIGNED",
    "BAD_SIZE",
    "NEWER_STRUCT",
    "BAD_KIND",
    "BUFFER_TOO_SMALL",
    "QUEUE_FULL",
];

pub(super) fn file() -> String {
    let mut out = head("Every way of saying no, as errors to compare with.", true, &[]);
    out += "\n// Status is a number of the engine's; numbers are only ever added. A Status is an error: compare with errors.Is.\n";
    out += "type Status uint32\n\n";
    out += &comment(
        "",
        "What the engine can answer instead of doing what it was asked. Use them with errors.Is; errors.As with *Error tells more.",
    );
    out += "const (\n";
    let refusals: Vec<(String, String)> = REFUSAL
        .variants
        .iter()
        .map(|variant| (Variant::code(variant).to_uppercase(), small(&said(variant.doc))))
        .collect();
    for (status, doc) in circumstances() {
        let is_refusal = refusals.iter().any(|(code, _)| *code == status);
        if !OWN.contains(&status.as_str()) && !is_refusal && status != "REFUSED_OTHER" {
            constant(&status, &small(&doc.replace('`', "")), &mut out);
        }
    }
    for (status, doc) in &refusals {
        constant(status, doc, &mut out);
    }
    constant(
        "REFUSED_OTHER",
        "a refusal that this version of the ABI has no number for; the text says more.",
        &mut out,
    );
    out + ")\n"
}

fn constant(status: &str, doc: &str, out: &mut String) {
    let name = camel(&status.to_lowercase()).replace("Utf8", "UTF8").replace("JournalIo", "JournalIO");
    *out += &comment("\t", &format!("Err{name}: {doc}"));
    *out += &format!("\tErr{name} = Status(C.TACOS_STATUS_{status})\n");
}

/// The statuses of the header with their comments.
fn circumstances() -> Vec<(String, String)> {
    let (mut found, mut doc) = (Vec::new(), Vec::new());
    for line in HEADER.lines().map(str::trim) {
        if let Some(words) = line.strip_prefix("// ") {
            doc.push(words);
        } else {
            let status = line.strip_prefix("TACOS_STATUS_").and_then(|rest| rest.split_once(" = "));
            if let Some((status, _)) = status {
                found.push((status.to_owned(), doc.join(" ")));
            }
            doc.clear();
        }
    }
    found
}
