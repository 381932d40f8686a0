//! `refusals.py`: every refusal as an exception, with what it names.

use tacos_engine::schema::{REFUSAL, Variant};

use super::dialect::{Member, docstring, said};
use super::{exports, head, records};
use crate::border::{record, refusal_items};

/// The values of a refusal.
pub(super) fn members(variant: &'static Variant) -> Vec<Member> {
    refusal_items(variant).into_iter().map(Member::shown).collect()
}

pub(super) fn names() -> Vec<String> {
    let refusals = REFUSAL.variants.iter().map(|variant| variant.name.to_owned());
    ["Problem".to_owned()].into_iter().chain(refusals).chain(["NewerRefusal".to_owned()]).collect()
}

pub(super) fn file() -> String {
    let mut out = exports(&names());
    let problem = record("Problem");
    out += &super::data_class("Problem", "", &said(&problem.doc.join("\n")), &records::members(problem));
    for variant in REFUSAL.variants {
        let name = variant.name;
        out += &format!(
            "\n\nclass {name}(Refused):\n{}\n    code = \"{}\"\n",
            docstring("    ", &said(&variant.doc.join("\n"))),
            variant.code()
        );
        for Member { name, kind, doc, .. } in members(variant) {
            out += &format!("    {name}: {kind}\n");
            if !doc.is_empty() {
                out += &docstring("    ", &doc);
            }
        }
    }
    out +=
        "\n\nclass NewerRefusal(Refused):\n    \"\"\"A refusal that this library does not know yet.\"\"\"\n";
    head(
        "refusals",
        "Every expected \"no\" by its name, with what it names: it changed nothing and waited for nothing.",
        &out,
    )
}
