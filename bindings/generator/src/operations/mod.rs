//! The operations of conformance scenarios: what can be asked of an engine, with flat arguments and flat answers. They
//! follow from the engine's description; `flat` says how a field of the engine becomes fields of a scenario, `extra`
//! what scenarios have besides. Does not know how any language carries an operation out.

mod extra;
pub(crate) mod flat;
mod markdown;
mod schema;

use std::sync::LazyLock;

use serde_json::Value;

pub use extra::{place, settings};
pub use markdown::markdown;
pub(crate) use schema::file as schema_file;
pub use schema::schema;

use tacos_engine::schema::{COMMANDS, READS, REFUSAL};

use crate::words::plain;

/// What a value may be. There are no others, so that every language can hold them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A text.
    Text,
    /// A whole number that fits a signed 64-bit integer.
    Int,
    /// True or false.
    Bool,
    /// A list of texts.
    Texts,
    /// A list of whole numbers.
    Ints,
    /// One of these words.
    Word(Vec<String>),
    /// A flat object with these fields.
    Record(Vec<Field>),
    /// A list of flat objects with these fields.
    Records(Vec<Field>),
}

/// An argument, a setting, or a part of an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Field {
    /// Its name, unit last.
    pub name: String,
    /// What it may be.
    pub kind: Kind,
    /// Arguments: must be given. Results: always there.
    pub always: bool,
    /// What it means.
    pub about: String,
}

/// Something that can be asked of an engine.
#[derive(Clone, Debug)]
pub struct Operation {
    /// Its name in scenarios.
    pub name: &'static str,
    /// True if it changes something, and so may be part of a batch.
    pub writes: bool,
    /// What it does.
    pub about: String,
    /// Its arguments.
    pub args: Vec<Field>,
    /// The fields of its answer.
    pub results: Vec<Field>,
}

static ALL: LazyLock<Vec<Operation>> = LazyLock::new(|| {
    let writes = COMMANDS.iter().map(|command| Operation {
        name: command.method,
        writes: true,
        about: said(command.doc),
        args: flat::arguments(command.method, command.fields),
        results: flat::answer(command.reply),
    });
    let reads = READS.iter().map(|read| Operation {
        name: extra::read_name(read.method),
        writes: false,
        about: said(read.doc),
        args: flat::arguments(read.method, read.fields),
        results: extra::results(read),
    });
    writes.chain(reads).chain(extra::whole()).collect()
});

impl Operation {
    /// All operations, writes first.
    pub fn all() -> impl Iterator<Item = &'static Self> {
        ALL.iter()
    }

    /// The operation with this name.
    #[must_use]
    pub fn named(name: &str) -> Option<&'static Self> {
        Self::all().find(|operation| operation.name == name)
    }
}

/// What may come with a refusal besides its code.
#[must_use]
pub fn refusal_fields() -> Vec<Field> {
    let mut all: Vec<Field> = Vec::new();
    for field in REFUSAL.variants.iter().flat_map(flat::carried) {
        if all.iter().all(|known| known.name != field.name) {
            all.push(field);
        }
    }
    all
}

/// The engine's documentation in the words of scenarios.
pub(crate) fn said(doc: &[&str]) -> String {
    plain(doc)
        .replace("`None`", "absent")
        .replace("unless something happens.", "unless something happens; absent while nothing can end it.")
}

impl Kind {
    /// True if `value` is of this kind. A text that begins with `$` stands for a value that is not known yet.
    #[must_use]
    pub fn takes(&self, value: &Value) -> bool {
        let is_reference = value.as_str().is_some_and(|text| text.starts_with('$'));
        let all = |holds: fn(&Value) -> bool| value.as_array().is_some_and(|list| list.iter().all(holds));
        is_reference
            || match self {
                Self::Text => value.is_string(),
                Self::Int => value.is_i64(),
                Self::Bool => value.is_boolean(),
                Self::Texts => all(Value::is_string),
                Self::Ints => all(Value::is_i64),
                Self::Word(words) => {
                    value.as_str().is_some_and(|word| words.iter().any(|known| known == word))
                }
                Self::Record(fields) => check(fields, value).is_ok(),
                Self::Records(fields) => value
                    .as_array()
                    .is_some_and(|list| list.iter().all(|record| check(fields, record).is_ok())),
            }
    }
}

/// Checks an object against its fields: none missing, none unknown, each of its kind.
///
/// # Errors
/// The first thing that is wrong, in words.
pub fn check(fields: &[Field], object: &Value) -> Result<(), String> {
    let Some(object) = object.as_object() else { return Err(format!("{object} is no object")) };
    for (name, value) in object {
        let Some(field) = fields.iter().find(|field| field.name == *name) else {
            return Err(format!("there is no {name:?} here"));
        };
        if !field.kind.takes(value) {
            return Err(format!("{name:?} cannot be {value}"));
        }
    }
    match fields.iter().find(|field| field.always && !object.contains_key(&field.name)) {
        Some(missing) => Err(format!("{:?} is missing", missing.name)),
        None => Ok(()),
    }
}
