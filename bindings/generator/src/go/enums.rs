//! `enums.go` and `enums_told.go`: the enums of the ABI as types with names.

use tacos_engine::schema::{COMMANDS, Enum, Kind, REFUSAL, REPLY, UPDATE, VIEWS, Variant};

use super::dialect::{ENUMS, c_enum};
use super::{Uses, comment, head, said};
use crate::c::first_number;
use crate::words::{reached, shout, small};

/// Enums that only refusals and updates tell.
const TOLD: [&str; 4] = ["Bound", "PaymentDoubt", "ExtensionDoubt", "UpdateKind"];

pub(super) fn file() -> String {
    let mut out = head("The enums of the ABI as types with names.", Uses::Nothing, &["strconv"]);
    out += "\nfunc unknown(number uint32) string {\n\treturn \"unknown(\" + strconv.FormatUint(uint64(number), 10) + \")\"\n}\n";
    all(false, &mut out);
    out
}

pub(super) fn told_file() -> String {
    let mut out = head("The enums that refusals and updates tell.", Uses::Nothing, &[]);
    all(true, &mut out);
    out
}

/// Lines that are no Go unless each number is that of the header.
pub(super) fn checks() -> Vec<String> {
    let one = |(of, prefix): (&'static Enum, &str)| {
        let line = |variant: &Variant| {
            let c = format!("C.{}_{}", c_enum(of.name), shout(variant.name));
            (format!("{prefix}{}", variant.name), c)
        };
        of.variants.iter().map(line).collect::<Vec<_>>()
    };
    ENUMS.iter().map(|(name, prefix)| (described(name), *prefix)).flat_map(one).map(super::same).collect()
}

/// An enum by its name.
pub(super) fn described(name: &str) -> &'static Enum {
    every().into_iter().find(|of| of.name == name).expect("an enum that the engine describes")
}

fn every() -> Vec<&'static Enum> {
    let fields = COMMANDS.iter().flat_map(|command| command.fields).map(|field| field.kind);
    let views = VIEWS.iter().map(|view| Kind::Struct(view)).chain([Kind::Struct(UPDATE)]);
    reached(fields.chain([Kind::Enum(REPLY), Kind::Enum(REFUSAL)]).chain(views)).1
}

fn all(told: bool, out: &mut String) {
    for (name, prefix) in ENUMS.iter().filter(|(name, _)| TOLD.contains(name) == told) {
        one(described(name), prefix, out);
    }
}

fn one(of: &Enum, prefix: &str, out: &mut String) {
    let name = of.name;
    *out += "\n";
    let zero = "Zero may also mean none or any where a field says so.";
    *out += &comment("", &format!("{name}: {} {zero}", small(&said(of.doc))));
    *out += &format!("type {name} uint32\n\n// The values of {name}.\nconst (\n");
    let value = |number: u32, variant: &str, doc: &str| {
        comment("\t", &format!("{prefix}{variant}: {doc}"))
            + &format!("\t{prefix}{variant} {name} = {number}\n")
    };
    // What a library that is newer than this package may say.
    let other = (name == "UpdateKind").then_some(("Other", "other"));
    if let Some((variant, _)) = other {
        *out += &value(0, variant, "something that this version of the ABI has no number for.");
    }
    for (number, variant) in (first_number(name)..).zip(of.variants) {
        *out += &value(number, variant.name, &small(&said(variant.doc)));
    }
    *out += &format!(")\n\nfunc (v {name}) String() string {{\n\tswitch v {{\n");
    let words = of.variants.iter().map(|variant| (variant.name, Variant::code(variant)));
    for (variant, word) in other.iter().map(|(variant, word)| (*variant, (*word).to_owned())).chain(words) {
        *out += &format!("\tcase {prefix}{variant}:\n\t\treturn \"{word}\"\n");
    }
    *out += "\t}\n\treturn unknown(uint32(v))\n}\n";
}
