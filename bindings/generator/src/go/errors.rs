//! `errors.go`: every status that a caller can meet as an error of Go.

use tacos_engine::schema::REFUSAL;

use super::{Uses, comment, head, said};
use crate::circumstances::{CIRCUMSTANCES, FIRST_REFUSAL, REFUSED_OTHER};
use crate::words::{shout, small};

/// Number, name, and documentation where a caller can meet it.
fn statuses() -> Vec<(u32, &'static str, Option<String>)> {
    let circumstances = CIRCUMSTANCES
        .iter()
        .map(|one| (one.number, one.name, (!one.of_the_binding).then(|| one.doc.to_owned())));
    let refusals = (FIRST_REFUSAL..)
        .zip(REFUSAL.variants)
        .map(|(number, variant)| (number, variant.name, Some(said(variant.doc))));
    let other = (REFUSED_OTHER.number, REFUSED_OTHER.name, Some(REFUSED_OTHER.doc.to_owned()));
    circumstances.chain(refusals).chain([other]).collect()
}

fn go_name(name: &str) -> String {
    format!("Err{}", name.replace("Utf8", "UTF8").replace("JournalIo", "JournalIO"))
}

pub(super) fn file() -> String {
    let mut out = head("Every way of saying no, as errors to compare with.", Uses::Nothing, &[]);
    out += "\n// Status is a number of the engine's; numbers are only ever added. A Status is an error: compare with errors.Is.\n";
    out += "type Status uint32\n\n";
    out += &comment(
        "",
        "What the engine can answer instead of doing what it was asked. Use them with errors.Is; errors.As with *Error tells more.",
    );
    out += "const (\n";
    for (number, name, doc) in statuses() {
        let Some(doc) = doc else { continue };
        let go = go_name(name);
        out += &comment("\t", &format!("{go}: {}", small(&doc.replace('`', ""))));
        out += &format!("\t{go} Status = {number}\n");
    }
    out += ")\n\n// firstRefusal is the number of the first status that is a refusal.\n";
    out += &format!("const firstRefusal Status = {FIRST_REFUSAL}\n");
    out += "\n// name is the name that the header has; empty for a number that this package does not know.\nfunc (s Status) name() string {\n\tswitch s {\n";
    for (number, name, _) in statuses() {
        out += &format!("\tcase {number}:\n\t\treturn \"TACOS_STATUS_{}\"\n", shout(name));
    }
    out += "\t}\n\treturn \"\"\n}\n\n// refusalOf is the status of a refusal, by its code.\nfunc refusalOf(code string) Status {\n\tswitch code {\n";
    for variant in REFUSAL.variants {
        out += &format!("\tcase \"{}\":\n\t\treturn {}\n", variant.code(), go_name(variant.name));
    }
    out + "\t}\n\treturn ErrRefusedOther\n}\n"
}

/// Lines that are no Go unless each number is that of the header.
pub(super) fn checks() -> Vec<String> {
    let met = statuses().into_iter().filter(|(.., doc)| doc.is_some());
    met.map(|(_, name, _)| super::same((go_name(name), format!("C.TACOS_STATUS_{}", shout(name))))).collect()
}
