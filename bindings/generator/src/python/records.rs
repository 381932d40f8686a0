//! Records: what commands answer, what reads show, what can be set, what followers are told; and words.

use tacos_engine::schema::{Struct, UPDATE, Variant, snake};

use super::dialect::{Member, docstring, field_name, kind, said, type_name};
use super::{data_class, exports, head};
use crate::border::{
    SHOWN, Setting, changes, config, counts, fact_items, fact_name, form, parts, record, replies, settings,
    view, words,
};
use crate::words::shout;

/// The fields of a record that comes out.
pub(super) fn members(record: &'static Struct) -> Vec<Member> {
    parts(record).into_iter().filter_map(|part| part.item).map(Member::shown).collect()
}

fn class(record: &'static Struct) -> String {
    data_class(type_name(record.name), "", &said(&record.doc.join("\n")), &members(record))
}

fn names(records: impl Iterator<Item = &'static Struct>) -> Vec<String> {
    records.map(|record| type_name(record.name).to_owned()).collect()
}

pub(super) fn result_names() -> Vec<String> {
    names(replies())
}

pub(super) fn results() -> String {
    let out = exports(&result_names()) + &replies().map(class).collect::<String>();
    head("results", "What commands give when all goes well; a refusal is an exception.", &out)
}

fn shown() -> impl Iterator<Item = &'static Struct> {
    SHOWN.iter().flat_map(|name| (*name == "SectionView").then(counts).into_iter().chain([view(name)]))
}

pub(super) fn view_names() -> Vec<String> {
    names(shown())
}

pub(super) fn views() -> String {
    let out = exports(&view_names()) + &shown().map(class).collect::<String>();
    head("views", "What reads show: plain copies of one moment.", &out)
}

pub(super) fn settings_names() -> Vec<String> {
    names(settings().into_iter())
}

/// The fields of a setting.
pub(super) fn set(record: &'static Struct) -> Vec<Member> {
    let items = parts(record).into_iter().filter_map(|part| part.item);
    items.map(|item| Member::set(record, item)).collect()
}

pub(super) fn settings_file() -> String {
    let mut out = exports(&settings_names());
    for record in settings() {
        out += &data_class(type_name(record.name), "", &said(&record.doc.join("\n")), &set(record));
    }
    head(
        "settings",
        "What can be set about events and their waiting lines. What is left out has the engine's usual value.",
        &out,
    )
}

/// The settings of an engine, in the order in which they cross.
pub(super) fn options() -> Vec<Member> {
    let of = |Setting { item, usual, .. }: Setting| {
        let default = match usual {
            "null" => "None",
            "true" => "True",
            "false" => "False",
            "Durability.Synced" => "Synced()",
            number => number,
        };
        Member {
            name: item.name.clone(),
            kind: kind(&item.shape, true),
            doc: said(&item.doc),
            default: Some(default.to_owned()),
            shape: item.shape,
            secret: false,
        }
    };
    config().into_iter().map(of).collect()
}

pub(super) fn options_file() -> String {
    let doc =
        "Settings of one engine. What is left out has the engine's own default, which is fit for production.";
    let check = "\n    def __post_init__(self) -> None:\n        \
                 if not 1 <= self.in_flight_max <= 1 << 20:\n            \
                 raise ValueError(f\"in_flight_max is {self.in_flight_max}, but must be 1 to 1048576\")\n";
    let out = exports(&["Options".into()]) + &data_class("Options", "", doc, &options()) + check;
    head("options", "How an engine is opened.", &out)
}

/// What `updates.py` has besides the facts.
pub(super) const UPDATE_NAMES: [&str; 4] = ["PlaceChange", "ReservationChange", "Update", "UpdateKind"];

pub(super) fn updates() -> String {
    let what = form("UpdateKind");
    let mut out = exports(&UPDATE_NAMES.map(str::to_owned));
    out += &class(record("PlaceChanged"));
    changes()
        .into_iter()
        .filter(|record| record.name == "ReservationUpdate")
        .for_each(|record| out += &class(record));
    let mut facts: Vec<&str> = Vec::new();
    for variant in what.variants {
        out += &fact(variant);
        facts.push(fact_name(variant));
    }
    out += &data_class("Newer", "", "A fact that this library does not know yet.", &[]);
    facts.push("Newer");
    let facts: String = facts.iter().map(|name| format!("    | {name}\n")).collect();
    let facts = facts.replacen("    | ", "    ", 1);
    out += &format!("\n\nUpdateKind = (\n{facts})\n{}", docstring("", &said(&what.doc.join("\n"))));
    out += &class(UPDATE);
    head(
        "updates",
        "Facts that happened, as followers read them: `match update.what: case updates.Seats(places): …`.",
        &out,
    )
}

fn fact(variant: &'static Variant) -> String {
    let members: Vec<Member> = fact_items(variant).into_iter().map(Member::shown).collect();
    data_class(fact_name(variant), "", &said(&variant.doc.join("\n")), &members)
}

pub(super) fn state_names() -> Vec<String> {
    let doubts = ["PaymentDoubt", "ExtensionDoubt"].map(form);
    words().into_iter().chain(doubts).map(|of| of.name.to_owned()).collect()
}

pub(super) fn states() -> String {
    let mut out = exports(&state_names());
    // What a doubt carries stands beside it in the refusal.
    let doubts = ["PaymentDoubt", "ExtensionDoubt"].map(form);
    for of in words().into_iter().chain(doubts) {
        out += &format!("\n\nclass {}(Enum):\n{}", of.name, docstring("    ", &said(&of.doc.join("\n"))));
        for variant in of.variants {
            out += &format!("\n    {} = \"{}\"\n", shout(variant.name), snake(variant.name));
            out += &docstring("    ", &said(&variant.doc.join("\n")));
        }
    }
    head(
        "states",
        "Words that say how things stand, and of which kind they are. Each value is the word that all languages have.",
        &out,
    )
}

/// The name of a member, as it is asked for.
pub(super) fn attribute(record: &str, name: &str) -> String {
    format!("{record}.{}", field_name(name))
}
