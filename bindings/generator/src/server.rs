//! The server's conversions that are mechanical: what a request of the contract brings to a command beside what the
//! command must have. A field of the request goes into the command's optional field of the same name.

use tacos_engine::schema::{COMMANDS, Command, Field, Kind, Mark, snake};
use tacos_proto::prost::Message;
use tacos_proto::prost_types::field_descriptor_proto::{Label, Type};
use tacos_proto::prost_types::{DescriptorProto, FieldDescriptorProto, FileDescriptorSet};

use crate::Output;

/// A request, and the command that it becomes.
const REQUESTS: &[(&str, &str)] = &[
    ("gateway.v1.JoinQueueRequest", "JoinQueue"),
    ("gateway.v1.RequestAdmissionRequest", "RequestAdmission"),
    ("payment.v1.CancelPaymentRequest", "CancelPayment"),
    ("payment.v1.CreatePaymentIntentRequest", "CreatePayment"),
    ("payment.v1.ProcessPaymentRequest", "ProcessPayment"),
    ("reservation.v1.CancelReservationRequest", "Release"),
    ("reservation.v1.CommitReservationRequest", "Confirm"),
    ("reservation.v1.ConfirmReservationRequest", "Confirm"),
    ("reservation.v1.CreateReservationRequest", "Reserve"),
    ("reservation.v1.ExtendHoldRequest", "Extend"),
    ("reservation.v1.ReleaseHoldRequest", "Release"),
    ("reservation.v1.ReserveSeatRequest", "Reserve"),
];

/// Fields of commands whose values need more than a conversion, in whatever request they come: the caller's identity
/// decides about the user, the door's allow-list about an address, and a token that is none is no bad request.
const BY_HAND: &[&str] = &["user", "key", "token", "webhook_url"];

const BEGINNING: &str = "// Written by `cargo run -p tacos-generator` from the engine's description of itself and the contract: do not edit.

//! What requests bring to commands beside what those must have: a field of the request goes into the command's optional
//! field of the same name. Each function checks the request's fields and returns what sets them.

";

pub(crate) fn output() -> Output {
    let contract =
        FileDescriptorSet::decode(tacos_proto::FILE_DESCRIPTOR_SET).expect("the contract's own bytes");
    let mut functions = String::new();
    let (mut commands, mut ids, mut packages) = (Vec::new(), Vec::new(), Vec::<(&str, Vec<&str>)>::new());
    for (request, command) in REQUESTS {
        let (package, name) = request.rsplit_once('.').expect("a package and a name");
        let message = message(&contract, package, name);
        let command = COMMANDS.iter().find(|row| row.name == *command).expect("a command");
        let brought = brought(command, message);
        commands.push(command.name);
        ids.extend(brought.iter().filter_map(|(field, _)| id(field)));
        match packages.iter_mut().find(|(known, _)| *known == package) {
            Some((_, names)) => names.push(name),
            None => packages.push((package, vec![name])),
        }
        functions += &function(command, name, &brought);
    }
    Output {
        path: "grpc-server/src/wire/optional.rs",
        text: BEGINNING.to_owned() + &uses(commands, ids, packages) + &functions,
    }
}

fn uses(mut commands: Vec<&str>, ids: Vec<&'static str>, packages: Vec<(&str, Vec<&str>)>) -> String {
    commands.extend(ids);
    commands.sort_unstable();
    commands.dedup();
    let group = |path: &str, names: &[&str]| match names {
        [one] => format!("use {path}::{one};\n"),
        all => format!("use {path}::{{{}}};\n", all.join(", ")),
    };
    let mut out = group("tacos_engine", &commands);
    let mut lines: Vec<String> = packages
        .into_iter()
        .map(|(package, mut names)| {
            names.sort_unstable();
            group(&format!("tacos_proto::{}", package.replace('.', "::")), &names)
        })
        .collect();
    lines.sort_unstable();
    lines.into_iter().for_each(|line| out += &line);
    out + "\nuse super::Checks;\n"
}

fn message<'a>(contract: &'a FileDescriptorSet, package: &str, name: &str) -> &'a DescriptorProto {
    let files = contract.file.iter().filter(|file| file.package() == package);
    files
        .flat_map(|file| &file.message_type)
        .find(|message| message.name() == name)
        .expect("a request of the contract")
}

/// The command's optional fields that the request has under the same name, an id also with `_id` behind it.
fn brought<'a>(
    command: &'static Command,
    message: &'a DescriptorProto,
) -> Vec<(&'static Field, &'a FieldDescriptorProto)> {
    let asked = command.fields.iter().filter(|field| {
        field.mark == Mark::Asked && field.setter.is_some() && !BY_HAND.contains(&field.name)
    });
    asked
        .filter_map(|field| {
            let names = [field.name.to_owned(), format!("{}_id", field.name)];
            let brings =
                message.field.iter().find(|brings| names.iter().any(|name| name == brings.name()))?;
            Some((field, brings))
        })
        .collect()
}

fn inner(field: &Field) -> Kind {
    match field.kind {
        Kind::Optional(of) => *of,
        other => other,
    }
}

/// The type of an id that callers bring.
fn id(field: &Field) -> Option<&'static str> {
    match inner(field) {
        Kind::Name { name, .. } => Some(name),
        _ => None,
    }
}

/// How the value is read from the request.
///
/// # Panics
/// If no rule fits both types: then there is a rule to be written here, or the name belongs to [`BY_HAND`].
fn read(field: &Field, brings: &FieldDescriptorProto) -> String {
    let name = brings.name();
    let is_one = brings.label() != Label::Repeated;
    match (inner(field), brings.r#type()) {
        (Kind::Name { name: id, .. }, Type::String) if is_one => {
            format!("checks.id_or_none::<{id}>(\"{name}\", &request.{name}).flatten()")
        }
        (Kind::Signed(64), Type::Int64) if is_one && brings.proto3_optional() => format!("request.{name}"),
        (Kind::Moment, Type::Message) if brings.type_name() == ".google.protobuf.Timestamp" => {
            format!("checks.moment(\"{name}\", request.{name}.as_ref()).flatten()")
        }
        (kind, wire) => panic!("{}: no rule brings a {wire:?} to a {kind:?}", field.name),
    }
}

fn function(command: &Command, request: &str, brought: &[(&Field, &FieldDescriptorProto)]) -> String {
    let name = snake(request.trim_end_matches("Request"));
    let read: Vec<String> = brought
        .iter()
        .map(|(field, brings)| format!("    let {} = {};\n", field.name, read(field, brings)))
        .collect();
    let used = |word: &str| {
        if read.iter().any(|line| line.contains(word)) {
            word.trim_end_matches('.').to_owned()
        } else {
            "_".to_owned()
        }
    };
    let mut out = format!(
        "\npub(crate) fn {name}(\n    {}: &mut Checks,\n    {}: &{request},\n) -> impl FnOnce({command}) -> {command} + use<> {{\n",
        used("checks."),
        used("request."),
        command = command.name,
    );
    read.iter().for_each(|line| out += line);
    out += "    move |command| command";
    for (field, _) in brought {
        out += &format!(".{}({})", field.setter.expect("an optional field"), field.name);
    }
    out + "\n}\n"
}
