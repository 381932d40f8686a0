//! `numbers.rs`: the enums of the engine as numbers of the ABI, and back.

use tacos_engine::schema::{COMMANDS, Enum, Kind, REFUSAL, REPLY, VIEWS};

use super::{BANNER, documented, said};
use crate::words::{reached, wrap};

/// The engine's name, C's, the number of the first form, and whether the forms carry something in the engine, so that
/// the conversion is written by hand.
const ENUMS: &[(&str, &str, u32, bool)] = &[
    ("SaleState", "tacos_sale", 0, false),
    ("ReservationState", "tacos_reservation_state", 1, false),
    ("PaymentState", "tacos_payment_state", 1, false),
    ("PaymentMethod", "tacos_payment_method", 0, false),
    ("Scenario", "tacos_scenario", 0, false),
    ("PaymentOutcome", "tacos_payment_outcome", 1, false),
    ("PaymentEffect", "tacos_payment_effect", 0, false),
    ("SeatState", "tacos_seat_state", 0, false),
    ("QueueState", "tacos_queue_state", 0, false),
    ("Bound", "tacos_bound", 1, false),
    ("PaymentDoubt", "tacos_payment_doubt", 1, true),
    ("ExtensionDoubt", "tacos_extension_doubt", 1, true),
];

/// Enums whose 0 means something in fields that may be empty.
const EMPTY: [&str; 2] = ["ReservationState", "PaymentState"];

const BEGINNING: &str = "//! The enums of the engine as numbers of the ABI, and back. The header's enums are for reading only: what comes in is
//! a plain number and is checked here. Numbers are only ever added.

use tacos::views::{QueueState, SeatState};
use tacos::{
    Bound, PaymentEffect, PaymentMethod, PaymentOutcome, PaymentState, ReservationState, SaleState, Scenario,
};

use crate::number::{Number, numbers};

numbers! {
";

/// The name in C of an enum of the engine.
pub(super) fn c_name(name: &str) -> &'static str {
    ENUMS.iter().find(|(engine, ..)| *engine == name).map_or("uint32_t", |(_, c, ..)| *c)
}

/// The number of an enum's first form; the others follow one by one.
pub(crate) fn first_number(name: &str) -> u32 {
    ENUMS.iter().find(|(engine, ..)| *engine == name).map_or(1, |(_, _, first, _)| *first)
}

pub(super) fn file() -> String {
    let fields = COMMANDS.iter().flat_map(|command| command.fields).map(|field| field.kind);
    let views = VIEWS.iter().map(|view| Kind::Struct(view));
    let (_, all) = reached(fields.chain([Kind::Enum(REPLY), Kind::Enum(REFUSAL)]).chain(views));
    let find =
        |name: &str| *all.iter().find(|of| of.name == name).expect("an enum that the engine describes");
    let mut out = format!("{BANNER}{BEGINNING}");
    for (name, c, _, by_hand) in ENUMS {
        if !by_hand {
            let names: Vec<&str> = find(name).variants.iter().map(|variant| variant.name).collect();
            out += &format!("    {name} as {c} {{\n");
            for line in wrap(&names.join(", "), 100) {
                out += &format!("        {line}\n");
            }
            out += "    }\n";
        }
    }
    out += "}\n";
    for (name, c, first, _) in ENUMS {
        one(find(name), c, *first, &mut out);
    }
    out
}

fn one(of: &Enum, c: &str, first: u32, out: &mut String) {
    let mut doc = said(of.doc);
    if EMPTY.contains(&of.name) {
        doc += " 0 in a field of this kind means \"none\" or \"any\".";
    }
    *out += "\n";
    *out += &documented("", &doc);
    *out += &format!("#[repr(u32)]\npub enum {c} {{\n");
    for (number, variant) in (first..).zip(of.variants) {
        *out += &documented("    ", &said(variant.doc));
        *out += &format!("    {} = {number},\n", variant.name);
    }
    *out += "}\n";
}
