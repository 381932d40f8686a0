//! `Views.kt`: what reads show; `States.kt`: the words of states and kinds.

use super::dialect::said;
use super::results::class;
use super::{head, kdoc};
use crate::border::{SHOWN, counts, form, view, words};
use crate::words::shout;

/// Views that answer a command, or what is asked like one.
const ANSWERS: &[(&str, &str)] = &[
    ("ReservationView", "ReservationLookup"),
    ("PaymentView", "PaymentLookup"),
    ("QueuePlace", "QueuePlaceLookup"),
];

pub(super) fn file() -> String {
    let mut out = String::new();
    for name in SHOWN {
        if *name == "SectionView" {
            out += "\n";
            out += &class(counts(), "");
        }
        let of = ANSWERS.iter().find(|(view, _)| view == name).map_or("", |(_, of)| *of);
        out += "\n";
        out += &class(view(name), of);
    }
    head("What reads show: plain copies of one moment.", &out)
}

pub(super) fn states() -> String {
    let mut out = String::new();
    // What a doubt carries stands beside it in the refusal.
    let doubts = ["PaymentDoubt", "ExtensionDoubt"].map(form);
    for of in words().into_iter().chain(doubts) {
        out += "\n";
        out += &kdoc("", &said(&of.doc.join("\n")));
        out += &format!("enum class {} {{\n", of.name);
        for (at, variant) in of.variants.iter().enumerate() {
            if at > 0 {
                out += "\n";
            }
            out += &kdoc("    ", &said(&variant.doc.join("\n")));
            out += &format!("    {},\n", shout(variant.name));
        }
        out += "}\n";
    }
    head("Words that say how things stand, and of which kind they are.", &out)
}
