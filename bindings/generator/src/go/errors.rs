//! `errors.go`: every status that a caller can meet as an error of Go.

use tacos_engine::schema::REFUSAL;

use super::{comment, head, said};
use crate::circumstances::{CIRCUMSTANCES, REFUSED_OTHER};
use crate::words::{shout, small};

pub(super) fn file() -> String {
    let mut out = head("Every way of saying no, as errors to compare with.", true, &[]);
    out += "\n// Status is a number of the engine's; numbers are only ever added. A Status is an error: compare with errors.Is.\n";
    out += "type Status uint32\n\n";
    out += &comment(
        "",
        "What the engine can answer instead of doing what it was asked. Use them with errors.Is; errors.As with *Error tells more.",
    );
    out += "const (\n";
    let circumstances =
        CIRCUMSTANCES.iter().filter(|one| !one.of_the_binding).map(|one| (one.name, one.doc.to_owned()));
    let refusals = REFUSAL.variants.iter().map(|variant| (variant.name, said(variant.doc)));
    let other = (REFUSED_OTHER.name, REFUSED_OTHER.doc.to_owned());
    for (name, doc) in circumstances.chain(refusals).chain([other]) {
        let go = name.replace("Utf8", "UTF8").replace("JournalIo", "JournalIO");
        out += &comment("\t", &format!("Err{go}: {}", small(&doc.replace('`', ""))));
        out += &format!("\tErr{go} = Status(C.TACOS_STATUS_{})\n", shout(name));
    }
    out + ")\n"
}
