//! Every operation that a scenario may ask for, with its arguments and results: the one table behind the runner's
//! checks, `operations.md` and `schema.json`. Does not know how any language carries an operation out.

mod fields;
mod markdown;
mod reads;
mod schema;
mod writes;

use serde_json::Value;

pub use fields::{EVENT_SETTINGS, PLACE, QUEUE, SETTINGS};
pub use markdown::markdown;
pub use schema::schema;

/// What a value may be. There are no others, so that every language can hold them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
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
    Word(&'static [&'static str]),
    /// A flat object with these fields.
    Record(&'static [Field]),
    /// A list of flat objects with these fields.
    Records(&'static [Field]),
}

/// An argument, a setting, or a part of an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Field {
    /// Its name, unit last.
    pub name: &'static str,
    /// What it may be.
    pub kind: Kind,
    /// Arguments: must be given. Results: always there.
    pub always: bool,
    /// What it means.
    pub about: &'static str,
}

/// Something that can be asked of an engine.
#[derive(Clone, Copy, Debug)]
pub struct Operation {
    /// Its name in scenarios.
    pub name: &'static str,
    /// True if it changes something, and so may be part of a batch.
    pub writes: bool,
    /// What it does.
    pub about: &'static str,
    /// Where the gRPC contract has it; empty if it has not.
    pub grpc: &'static str,
    /// Its arguments, in groups.
    pub args: &'static [&'static [Field]],
    /// The fields of its answer, in groups.
    pub results: &'static [&'static [Field]],
}

impl Operation {
    /// All operations, writes first.
    pub fn all() -> impl Iterator<Item = &'static Self> {
        writes::WRITES.iter().chain(reads::READS)
    }

    /// The operation with this name.
    #[must_use]
    pub fn named(name: &str) -> Option<&'static Self> {
        Self::all().find(|operation| operation.name == name)
    }

    /// All arguments.
    pub fn args(&self) -> impl Iterator<Item = &'static Field> + Clone + use<> {
        self.args.iter().copied().flatten()
    }

    /// All fields of the answer.
    pub fn results(&self) -> impl Iterator<Item = &'static Field> + Clone + use<> {
        self.results.iter().copied().flatten()
    }
}

impl Kind {
    /// True if `value` is of this kind. A text that begins with `$` stands for a value that is not known yet.
    #[must_use]
    pub fn takes(self, value: &Value) -> bool {
        let reference = value.as_str().is_some_and(|text| text.starts_with('$'));
        match self {
            _ if reference => true,
            Self::Text => value.is_string(),
            Self::Int => value.is_i64(),
            Self::Bool => value.is_boolean(),
            Self::Texts => value.as_array().is_some_and(|list| list.iter().all(Value::is_string)),
            Self::Ints => value.as_array().is_some_and(|list| list.iter().all(Value::is_i64)),
            Self::Word(words) => value.as_str().is_some_and(|word| words.contains(&word)),
            Self::Record(fields) => check(fields.iter(), value).is_ok(),
            Self::Records(fields) => value
                .as_array()
                .is_some_and(|list| list.iter().all(|record| check(fields.iter(), record).is_ok())),
        }
    }
}

/// Checks an object against its fields: none missing, none unknown, each of its kind.
///
/// # Errors
/// The first thing that is wrong, in words.
pub fn check<'a>(mut fields: impl Iterator<Item = &'a Field> + Clone, object: &Value) -> Result<(), String> {
    let Some(object) = object.as_object() else { return Err(format!("{object} is no object")) };
    for (name, value) in object {
        let Some(field) = fields.clone().find(|field| field.name == name) else {
            return Err(format!("there is no {name:?} here"));
        };
        if !field.kind.takes(value) {
            return Err(format!("{name:?} cannot be {value}"));
        }
    }
    match fields.find(|field| field.always && !object.contains_key(field.name)) {
        Some(missing) => Err(format!("{:?} is missing", missing.name)),
        None => Ok(()),
    }
}

const fn must(name: &'static str, kind: Kind, about: &'static str) -> Field {
    Field { name, kind, always: true, about }
}

const fn may(name: &'static str, kind: Kind, about: &'static str) -> Field {
    Field { name, kind, always: false, about }
}
