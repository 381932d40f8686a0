//! The descriptions say what is true.

use super::{COMMANDS, CONFIG, Enum, Kind, Mark, REFUSAL, REPLY, Struct, UPDATE, VIEWS};
use crate::error::Refusal;

#[test]
fn fields_that_are_no_part_of_a_request_are_these() {
    let mut left_out: Vec<String> = Vec::new();
    for command in COMMANDS {
        for field in command.fields.iter().filter(|field| field.mark != Mark::Asked) {
            let is_usual = (field.name, field.mark) == ("key", Mark::Key)
                || (field.name, field.mark) == ("user", Mark::Scope);
            if !is_usual {
                left_out.push(format!("{}.{}", command.method, field.name));
            }
        }
    }
    assert_eq!(left_out, ["reserve.token", "reserve.trusted"], "a retry may differ in these");
}

#[test]
fn numbers_and_names_are_given_once() {
    for (at, command) in COMMANDS.iter().enumerate() {
        let before = &COMMANDS[..at];
        assert!(before.iter().all(|other| other.number != command.number), "{}: number", command.method);
        assert!(before.iter().all(|other| other.method != command.method), "{}: method", command.method);
        for field in command.fields {
            let same = command.fields.iter().filter(|other| other.name == field.name).count();
            assert_eq!(same, 1, "{}.{}", command.method, field.name);
        }
    }
}

#[test]
fn refusals_are_described_by_their_codes() {
    let described: Vec<String> = REFUSAL.variants.iter().map(super::Variant::code).collect();
    assert_eq!(described, Refusal::CODES);
    for command in COMMANDS {
        for code in command.refusals() {
            assert!(Refusal::CODES.contains(&code), "{}: {code} is no refusal", command.method);
        }
        for (at, code) in command.refuses.iter().enumerate() {
            assert!(!command.refuses[..at].contains(code), "{}: {code} is named twice", command.method);
        }
    }
}

#[test]
fn every_reply_of_a_command_is_one() {
    for command in COMMANDS {
        let is_reply = |field: &super::Field| field.kind == Kind::Struct(command.reply);
        assert!(
            REPLY.variants.iter().any(|variant| variant.fields.iter().all(is_reply)),
            "{}",
            command.method
        );
    }
}

/// Every record and every enum that can be reached has a name of its own, fields with names where they are several, and
/// words.
#[test]
fn descriptions_are_whole() {
    let mut kinds: Vec<Kind> =
        COMMANDS.iter().flat_map(|command| command.fields).map(|field| field.kind).collect();
    kinds.extend([Kind::Enum(REPLY), Kind::Enum(REFUSAL), Kind::Struct(UPDATE), Kind::Struct(CONFIG)]);
    kinds.extend(VIEWS.iter().map(|view| Kind::Struct(view)));
    let mut records: Vec<&'static Struct> = Vec::new();
    let mut enums: Vec<&'static Enum> = Vec::new();
    while let Some(kind) = kinds.pop() {
        match kind {
            Kind::Optional(of) | Kind::List(of) => kinds.push(*of),
            Kind::Pair(first, second) => kinds.extend([*first, *second]),
            Kind::Struct(record) if !records.contains(&record) => {
                records.push(record);
                kinds.extend(record.fields.iter().map(|field| field.kind));
                assert!(
                    record.fields.iter().all(|field| !field.doc.concat().trim().is_empty()),
                    "{}",
                    record.name
                );
                for field in record.fields {
                    let (least, most) = field.bounds.unwrap_or((0, 0));
                    assert!(least <= most, "{}.{}", record.name, field.name);
                }
            }
            Kind::Enum(of) if !enums.contains(&of) => {
                enums.push(of);
                for variant in of.variants {
                    assert!(!variant.doc.concat().trim().is_empty(), "{}::{}", of.name, variant.name);
                    kinds.extend(variant.fields.iter().map(|field| field.kind));
                }
            }
            _ => {}
        }
    }
    let mut names: Vec<&str> =
        records.iter().map(|record| record.name).chain(enums.iter().map(|of| of.name)).collect();
    assert!(names.len() > 40, "only {} types are reached", names.len());
    names.sort_unstable();
    for pair in names.windows(2) {
        assert_ne!(pair[0], pair[1], "two types have one name");
    }
}
