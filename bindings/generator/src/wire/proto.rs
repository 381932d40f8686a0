//! The `.proto` file. A field keeps the number that the committed file gives it; a new one has the next.

use tacos_engine::schema::Enum;
use tacos_proto::prost::Message as _;
use tacos_proto::prost_types::{FileDescriptorProto, FileDescriptorSet};

use super::PACKAGE;
use super::messages::{All, Label, Message, Part};
use crate::words::{plain, shout, wrap};

const BEGINNING: &str = "// Written by `cargo run -p tacos-generator` from the engine's description of itself: do not edit.
//
// What goes over a stream of commands (`engine.v1.CommandService/Run`): every command and read of the engine, under
// the names and with the fields that the linked engine has. A moment is milliseconds since the Unix epoch, money is in
// minor units of its currency, and ids are texts; a prepared id goes wherever the id goes.
syntax = \"proto3\";

package command.v1;

import \"proto/common/v1/errors.proto\";

option go_package = \"github.com/traffic-tacos/proto-contracts/gen/go/command/v1;commandv1\";
option java_multiple_files = true;
option java_outer_classname = \"CommandProto\";
option java_package = \"com.traffic_tacos.command.v1\";
";

const WIDTH: usize = 116;

/// The numbers that the committed file gives.
struct Known(Option<FileDescriptorProto>);

impl Known {
    fn read() -> Self {
        let contract =
            FileDescriptorSet::decode(tacos_proto::FILE_DESCRIPTOR_SET).expect("the contract's own bytes");
        Self(contract.file.into_iter().find(|file| file.package() == PACKAGE))
    }

    fn of_message(&self, name: &str) -> Vec<(String, i32)> {
        let message =
            self.0.iter().flat_map(|file| &file.message_type).find(|message| message.name() == name);
        let fields = message.into_iter().flat_map(|message| &message.field);
        fields.map(|field| (field.name().to_owned(), field.number())).collect()
    }

    fn of_enum(&self, name: &str) -> Vec<(String, i32)> {
        let of = self.0.iter().flat_map(|file| &file.enum_type).find(|of| of.name() == name);
        of.into_iter()
            .flat_map(|of| &of.value)
            .map(|value| (value.name().to_owned(), value.number()))
            .collect()
    }
}

/// Numbers for names: the known ones keep theirs.
fn numbered(known: &[(String, i32)], names: &[String], first: i32) -> Vec<i32> {
    let mut next = known.iter().map(|(_, number)| number + 1).max().unwrap_or(first).max(first);
    let mut number = |name: &String| {
        if let Some((_, number)) = known.iter().find(|(known, _)| known == name) {
            return *number;
        }
        next += 1;
        next - 1
    };
    names.iter().map(&mut number).collect()
}

pub(crate) fn file(all: &All) -> String {
    let known = Known::read();
    let mut out = BEGINNING.to_owned();
    for message in &all.messages {
        print(message, &known, &mut out);
    }
    for of in &all.enums {
        print_enum(of, &known, &mut out);
    }
    out
}

fn comment(doc: &str, indent: &str, out: &mut String) {
    for line in wrap(doc, WIDTH - indent.len()) {
        *out += &format!("{indent}// {line}\n");
    }
}

fn print(message: &Message, known: &Known, out: &mut String) {
    let names: Vec<String> = message.parts.iter().map(|part| part.name.clone()).collect();
    let numbers = numbered(&known.of_message(&message.name), &names, 1);
    out.push('\n');
    comment(&message.doc, "", out);
    if message.parts.is_empty() {
        *out += &format!("message {} {{}}\n", message.name);
        return;
    }
    *out += &format!("message {} {{\n", message.name);
    let (mut in_choice, parts) = (false, message.parts.iter().zip(numbers));
    for (Part { name, doc, of_type, label }, number) in parts {
        if *label == Label::Choice && !in_choice {
            let (choice, doc) = message.choice.expect("a message with a choice");
            comment(doc, "  ", out);
            *out += &format!("  oneof {choice} {{\n");
            in_choice = true;
        }
        let (indent, word) = match label {
            Label::One => ("  ", ""),
            Label::Maybe => ("  ", "optional "),
            Label::Many => ("  ", "repeated "),
            Label::Choice => ("    ", ""),
        };
        comment(doc, indent, out);
        *out += &format!("{indent}{word}{of_type} {name} = {number};\n");
    }
    *out += if in_choice { "  }\n}\n" } else { "}\n" };
}

fn print_enum(of: &Enum, known: &Known, out: &mut String) {
    let prefix = shout(of.name);
    let names: Vec<String> =
        of.variants.iter().map(|variant| format!("{prefix}_{}", shout(variant.name))).collect();
    let numbers = numbered(&known.of_enum(of.name), &names, 1);
    out.push('\n');
    comment(&plain(of.doc), "", out);
    *out += &format!("enum {} {{\n  // Never sent.\n  {prefix}_UNSPECIFIED = 0;\n", of.name);
    for ((variant, name), number) in of.variants.iter().zip(names).zip(numbers) {
        comment(&plain(variant.doc), "  ", out);
        *out += &format!("  {name} = {number};\n");
    }
    *out += "}\n";
}
