//! `enums.go` and `enums_told.go`: the enums of the ABI as types with names.

use tacos_engine::schema::{COMMANDS, Enum, Kind, REFUSAL, REPLY, UPDATE, VIEWS, Variant};

use super::dialect::{ENUMS, c_enum};
use super::{comment, head, said};
use crate::words::{reached, shout, small};

/// Enums that only refusals and updates tell.
const TOLD: [&str; 4] = ["Bound", "PaymentDoubt", "ExtensionDoubt", "UpdateKind"];

pub(super) fn file() -> String {
    let mut out = head("The enums of the ABI as types with names.", true, &["strconv"]);
    out += "\nfunc unknown(number uint32) string {\n\treturn \"unknown(\" + strconv.FormatUint(uint64(number), 10) + \")\"\n}\n";
    all(false, &mut out);
    out
}

pub(super) fn told_file() -> String {
    let mut out = head("The enums that refusals and updates tell.", true, &[]);
    all(true, &mut out);
    out
}

fn all(told: bool, out: &mut String) {
    let fields = COMMANDS.iter().flat_map(|command| command.fields).map(|field| field.kind);
    let views = VIEWS.iter().map(|view| Kind::Struct(view)).chain([Kind::Struct(UPDATE)]);
    let (_, all) = reached(fields.chain([Kind::Enum(REPLY), Kind::Enum(REFUSAL)]).chain(views));
    for (name, prefix) in ENUMS.iter().filter(|(name, _)| TOLD.contains(name) == told) {
        let of = all.iter().find(|of| of.name == *name).expect("an enum that the engine describes");
        one(of, prefix, out);
    }
}

fn one(of: &Enum, prefix: &str, out: &mut String) {
    let name = of.name;
    *out += "\n";
    let zero = "Zero may also mean none or any where a field says so.";
    *out += &comment("", &format!("{name}: {} {zero}", small(&said(of.doc))));
    *out += &format!("type {name} uint32\n\n// The values of {name}.\nconst (\n");
    let value = |variant: &str, doc: &str| {
        let c = format!("{}_{}", c_enum(name), shout(variant));
        comment("\t", &format!("{prefix}{variant}: {doc}"))
            + &format!("\t{prefix}{variant} = {name}(C.{c})\n")
    };
    // What a library that is newer than this package may say.
    let other = (name == "UpdateKind").then_some(("Other", "other"));
    if let Some((variant, _)) = other {
        *out += &value(variant, "something that this version of the ABI has no number for.");
    }
    for variant in of.variants {
        *out += &value(variant.name, &small(&said(variant.doc)));
    }
    *out += &format!(")\n\nfunc (v {name}) String() string {{\n\tswitch v {{\n");
    let words = of.variants.iter().map(|variant| (variant.name, Variant::code(variant)));
    for (variant, word) in other.iter().map(|(variant, word)| (*variant, (*word).to_owned())).chain(words) {
        *out += &format!("\tcase {prefix}{variant}:\n\t\treturn \"{word}\"\n");
    }
    *out += "\t}\n\treturn unknown(uint32(v))\n}\n";
}
