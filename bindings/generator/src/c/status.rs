//! `status.rs`: everything that may become of a call, with its number and name.

use tacos_engine::schema::REFUSAL;

use super::{BANNER, documented, said};
use crate::circumstances::{CIRCUMSTANCES, FIRST_REFUSAL, REFUSED_OTHER};
use crate::words::shout;

const BEGINNING: &str = "//! Every answer of the library has a number. Numbers are only ever added: 0 and 1 go well, below 30 is wrong use, below 100
//! circumstances, from 100 on a refusal. Nothing here decides; `failure` maps the engine's answers to these.

use std::ffi::c_char;

use tacos::Refusal;

/// What became of a call, or of a command. Numbers are only ever added; treat one that you do not know as a failure.
#[repr(u32)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum tacos_status {
";

/// Where `tacos_failure` has what a refusal carries.
const CARRIED: &[(&str, &str)] = &[
    ("Invalid", "`problems` has them."),
    ("UnknownSeats", "`seats` has them."),
    ("UnknownSection", "`section` has it."),
    ("SaleNotOpen", "`state` is a `tacos_sale`."),
    ("SeatsTaken", "`seats` has them."),
    ("Insufficient", "See `wanted` and `available`."),
    ("NotAdjacent", "See `wanted`."),
    ("QuotaExceeded", "See `seats_max` and `seats_held`."),
    ("ReservationIs", "`state` is a `tacos_reservation_state`."),
    ("PaymentIs", "`state` is a `tacos_payment_state`."),
    (
        "PaymentNotApproved",
        "`doubt` is a `tacos_payment_doubt`; if the payment is unfinished, `state` is a `tacos_payment_state`.",
    ),
    ("ExtensionRefused", "`doubt` is a `tacos_extension_doubt`; see `extension_ms_max`."),
    ("RefundTooLarge", "See `left_minor`."),
    ("NotDue", "See `at_ms`."),
    ("AtCapacity", "`bound` is a `tacos_bound`."),
];

const NAME: &str = "
/// The name of a status, as the header spells it, ended with a zero byte and living as long as the process;
/// `TACOS_STATUS_UNKNOWN` for a number that this library does not know.
#[unsafe(no_mangle)]
pub extern \"C\" fn tacos_status_name(status: u32) -> *const c_char {
    let known = NAMES.iter().find(|(number, _)| *number == status);
    known.map_or(\"TACOS_STATUS_UNKNOWN\\0\", |(_, name)| name).as_ptr().cast()
}
";

pub(super) fn file() -> String {
    let refusals = (FIRST_REFUSAL..).zip(REFUSAL.variants).map(|(number, variant)| {
        let carried = CARRIED.iter().find(|(name, _)| *name == variant.name).map(|(_, where_)| *where_);
        (number, variant.name, format!("{} {}", said(variant.doc), carried.unwrap_or_default()))
    });
    let border = |one: &crate::circumstances::Circumstance| (one.number, one.name, one.doc.to_owned());
    let all: Vec<(u32, &str, String)> =
        CIRCUMSTANCES.iter().map(border).chain(refusals).chain([border(&REFUSED_OTHER)]).collect();
    let mut out = format!("{BANNER}{BEGINNING}");
    for (number, name, doc) in &all {
        out += &documented("    ", doc);
        out += &format!("    {name} = {number},\n");
    }
    out += "}\n\n/// Names that end with a zero byte, by number.\nconst NAMES: &[(u32, &str)] = &[\n";
    for (_, name, _) in &all {
        out += &format!("    (tacos_status::{name} as u32, \"TACOS_STATUS_{}\\0\"),\n", shout(name));
    }
    out += "];\n";
    out += NAME;
    out += "\n/// The status of a refusal. The engine's may grow: what has no number yet still has a text.\n";
    out += "pub(crate) fn of_refusal(refusal: &Refusal) -> tacos_status {\n    match refusal {\n";
    for variant in REFUSAL.variants {
        let inside = match variant.fields {
            [] => "",
            [field] if field.name.is_empty() => "(_)",
            _ => " { .. }",
        };
        out += &format!("        Refusal::{0}{inside} => tacos_status::{0},\n", variant.name);
    }
    out + "        _ => tacos_status::RefusedOther,\n    }\n}\n"
}
