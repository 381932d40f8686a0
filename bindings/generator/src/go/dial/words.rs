//! `dial_words.go`: values of enums, between the face's numbers and those of the stubs.

use tacos_engine::schema::Enum;

use super::super::dialect::ENUMS;
use super::super::enums::described;
use super::super::{Uses, head};
use super::STUBS;
use crate::c::first_number;
use crate::words::shout;

/// Enums that go to the server, and those that come from it.
const SENT: [&str; 6] =
    ["SaleState", "PaymentMethod", "Scenario", "PaymentOutcome", "ReservationState", "PaymentState"];
const NEVER_COME: [&str; 2] = ["PaymentOutcome", "UpdateKind"];

pub(crate) fn file() -> String {
    let about = "Values of enums as those of the stubs, and back.";
    let mut out = head(about, Uses::Nothing, &[STUBS]);
    out +=
        "\n// notKnown is the number of a value that a newer server may send.\nconst notKnown = 1<<32 - 1\n";
    for (name, prefix) in ENUMS {
        let of = described(name);
        if SENT.contains(name) {
            to(of, prefix, &mut out);
        }
        if !NEVER_COME.contains(name) {
            from(of, prefix, &mut out);
        }
    }
    out
}

fn stubs_value(of: &Enum, variant: &str) -> String {
    format!("commandv1.{0}_{1}_{2}", of.name, shout(of.name), shout(variant))
}

fn to(of: &Enum, prefix: &str, out: &mut String) {
    let name = of.name;
    *out += &format!("\nfunc to{name}(v {name}) commandv1.{name} {{\n\tswitch v {{\n");
    if first_number(name) > 0 {
        *out += "\tcase 0:\n\t\treturn 0\n";
    }
    for variant in of.variants {
        *out +=
            &format!("\tcase {prefix}{0}:\n\t\treturn {1}\n", variant.name, stubs_value(of, variant.name));
    }
    *out += "\t}\n\t// The server refuses it by name.\n\treturn -1\n}\n";
}

fn from(of: &Enum, prefix: &str, out: &mut String) {
    let name = of.name;
    *out += &format!("\nfunc from{name}(v commandv1.{name}) {name} {{\n\tswitch v {{\n");
    if first_number(name) > 0 {
        *out += "\tcase 0:\n\t\treturn 0\n";
    }
    for variant in of.variants {
        *out +=
            &format!("\tcase {1}:\n\t\treturn {prefix}{0}\n", variant.name, stubs_value(of, variant.name));
    }
    *out += "\t}\n\treturn notKnown\n}\n";
}
