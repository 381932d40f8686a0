//! `commands.py`: a class a command.

use tacos_engine::schema::{COMMANDS, Command, Field, READS, REFUSAL, Read, ReadForm};

use super::dialect::{Member, members, said, type_name};
use super::{data_class, exports, head};
use crate::border::lookups;
use crate::words::small;

/// A command of Python's.
pub(crate) struct PythonCommand {
    pub(crate) name: String,
    /// The name of the call.
    pub(super) method: String,
    /// The operation of scenarios.
    pub(crate) operation: &'static str,
    pub(super) number: u8,
    pub(super) doc: String,
    /// The same as the engine describes them.
    pub(crate) fields: &'static [Field],
    /// In the order in which they cross.
    pub(super) members: Vec<Member>,
    /// The type of what it gives.
    pub(super) result: String,
    /// Refusals that are its own.
    pub(super) refuses: Vec<&'static str>,
}

/// All commands: those of the engine, and the reads that are asked for like commands.
pub(crate) fn all() -> Vec<PythonCommand> {
    let reads = READS.iter().filter(|read| matches!(read.form, ReadForm::Durable | ReadForm::Page));
    COMMANDS.iter().map(write).chain(reads.zip(lookups()).map(lookup)).collect()
}

fn write(command: &'static Command) -> PythonCommand {
    PythonCommand {
        name: command.name.to_owned(),
        method: if command.method == "note" { "set_note".into() } else { command.method.into() },
        operation: command.method,
        number: command.number,
        doc: said(&command.doc.join("\n")),
        fields: command.fields,
        members: members(command.name, command.fields),
        result: type_name(command.reply.name).to_owned(),
        refuses: command.refuses.iter().map(|code| class_of(code)).collect(),
    }
}

/// The class of a refusal, by its code.
fn class_of(code: &str) -> &'static str {
    let found = REFUSAL.variants.iter().find(|variant| variant.code() == code || variant.name == code);
    found.map(|variant| variant.name).expect("a refusal that the engine describes")
}

fn lookup((read, (name, number)): (&'static Read, (String, u8))) -> PythonCommand {
    let what = small(read.doc.concat().trim().trim_end_matches('.'));
    let tacos_engine::schema::Kind::Struct(view) = read.gives else { unreachable!("{name}: a view is read") };
    let view = type_name(view.name);
    let is_page = read.form == ReadForm::Page;
    PythonCommand {
        name: format!("Read{name}"),
        method: read.method.into(),
        operation: read.method,
        number,
        doc: format!("Reads {what}; what is shown is durable."),
        fields: read.fields,
        members: members("", read.fields),
        result: if is_page { format!("Page[{view}]") } else { view.into() },
        refuses: Vec::new(),
    }
}

pub(super) fn file() -> String {
    let all = all();
    let names: Vec<String> = all.iter().map(|command| command.name.clone()).collect();
    let mut out = exports(&names);
    for PythonCommand { name, doc, members, result, .. } in &all {
        out += &data_class(name, &format!("Command[{result}]"), doc, members);
    }
    head(
        "commands",
        "What an engine can be asked whose answer waits for the disk: plain data, complete before it goes in. Where a \
         command has a `key`, sending it again with the same key within five minutes gives the first answer, also after \
         a restart, and acts once. A `user` of `None` is an operator, who may act for every user.",
        &out,
    )
}
