//! Turns a descriptor set into rows of the form of `contract.tsv`, finds items without comments, and makes damaged copies for the
//! self-test. It does not know the table.

use std::collections::BTreeSet;

use tacos_proto::prost_types::field_descriptor_proto::{Label, Type};
use tacos_proto::prost_types::{
    DescriptorProto, EnumDescriptorProto, FieldDescriptorProto, FileDescriptorProto, FileDescriptorSet,
    MessageOptions, MethodDescriptorProto,
};

/// One row for each file, rpc, field and enum value outside `google.protobuf`.
pub(crate) fn rows_of(set: &FileDescriptorSet) -> BTreeSet<String> {
    let mut rows = BTreeSet::new();
    for file in own_files(set) {
        let package = file.package();
        rows.insert(file_row(file));
        for service in &file.service {
            for method in &service.method {
                rows.insert(rpc_row(&format!("{package}.{}", service.name()), method));
            }
        }
        for message in &file.message_type {
            message_rows(package, message, &mut rows);
        }
        for item in &file.enum_type {
            enum_rows(package, item, &mut rows);
        }
    }
    rows
}

fn own_files(set: &FileDescriptorSet) -> impl Iterator<Item = &FileDescriptorProto> {
    set.file.iter().filter(|file| file.package() != "google.protobuf")
}

fn file_row(file: &FileDescriptorProto) -> String {
    let options = file.options.clone().unwrap_or_default();
    [
        "file",
        file.name(),
        file.package(),
        options.java_package(),
        &options.java_multiple_files().to_string(),
        options.java_outer_classname(),
    ]
    .join("\t")
}

fn rpc_row(service: &str, method: &MethodDescriptorProto) -> String {
    let kind = match (method.client_streaming(), method.server_streaming()) {
        (false, false) => "unary",
        (false, true) => "server-streaming",
        (true, false) => "client-streaming",
        (true, true) => "bidirectional",
    };
    ["rpc", service, method.name(), unqualified(method.input_type()), unqualified(method.output_type()), kind]
        .join("\t")
}

fn message_rows(scope: &str, message: &DescriptorProto, rows: &mut BTreeSet<String>) {
    let name = format!("{scope}.{}", message.name());
    for field in &message.field {
        let (cardinality, of) = shape(message, field);
        rows.insert(format!("field\t{name}\t{}\t{}\t{cardinality}\t{of}", field.name(), field.number()));
    }
    for nested in message.nested_type.iter().filter(|nested| !is_map_entry(nested)) {
        message_rows(&name, nested, rows);
    }
    for item in &message.enum_type {
        enum_rows(&name, item, rows);
    }
}

fn enum_rows(scope: &str, item: &EnumDescriptorProto, rows: &mut BTreeSet<String>) {
    for value in &item.value {
        rows.insert(format!("enum\t{scope}.{}\t{}\t{}", item.name(), value.name(), value.number()));
    }
}

/// Cardinality and type. A field with its own presence or in a oneof is named so: neither is `singular`.
fn shape(message: &DescriptorProto, field: &FieldDescriptorProto) -> (&'static str, String) {
    let of = type_name(field);
    if let Some(entry) = message
        .nested_type
        .iter()
        .find(|entry| is_map_entry(entry) && of.ends_with(&format!(".{}", entry.name())))
    {
        return ("map", format!("map<{},{}>", type_name(&entry.field[0]), type_name(&entry.field[1])));
    }
    let cardinality = match (field.label(), field.proto3_optional(), field.oneof_index) {
        (Label::Repeated, _, _) => "repeated",
        (_, true, _) => "optional",
        (_, false, Some(_)) => "oneof",
        (_, false, None) => "singular",
    };
    (cardinality, of)
}

fn is_map_entry(message: &DescriptorProto) -> bool {
    message.options.as_ref().is_some_and(MessageOptions::map_entry)
}

fn type_name(field: &FieldDescriptorProto) -> String {
    match field.r#type() {
        Type::Message | Type::Enum => unqualified(field.type_name()).to_owned(),
        scalar => scalar.as_str_name().trim_start_matches("TYPE_").to_lowercase(),
    }
}

fn unqualified(name: &str) -> &str {
    name.strip_prefix('.').unwrap_or(name)
}

/// Items without a leading comment, by file and descriptor path, and how many items were seen.
pub(crate) fn without_comment(set: &FileDescriptorSet) -> (Vec<String>, usize) {
    let (mut bare, mut seen) = (Vec::new(), 0);
    for file in own_files(set) {
        let info = file.source_code_info.as_ref().expect("the set with comments has source information");
        let commented: BTreeSet<&[i32]> = info
            .location
            .iter()
            .filter(|location| !location.leading_comments().trim().is_empty())
            .map(|location| location.path.as_slice())
            .collect();
        for (path, name) in items(file) {
            seen += 1;
            if !commented.contains(path.as_slice()) {
                bare.push(format!("{}: {name}", file.name()));
            }
        }
    }
    (bare, seen)
}

/// Paths as `descriptor.proto` numbers them: 4 message, 5 enum, 6 service of a file; 2 field, 8 oneof of a message; 2 value, 2 method.
fn items(file: &FileDescriptorProto) -> Vec<(Vec<i32>, String)> {
    let mut items = Vec::new();
    for (m, message) in indexed(&file.message_type) {
        assert!(
            message.nested_type.iter().all(is_map_entry),
            "{}: nested messages are not looked into",
            message.name()
        );
        assert!(message.enum_type.is_empty(), "{}: nested enums are not looked into", message.name());
        items.push((vec![4, m], message.name().to_owned()));
        for (f, field) in indexed(&message.field) {
            items.push((vec![4, m, 2, f], format!("{}.{}", message.name(), field.name())));
        }
        // What the compiler makes of a field with `optional` is not written in the file.
        let is_made = |of: i32| {
            message.field.iter().any(|field| field.proto3_optional() && field.oneof_index == Some(of))
        };
        for (o, oneof) in indexed(&message.oneof_decl).filter(|(o, _)| !is_made(*o)) {
            items.push((vec![4, m, 8, o], format!("{}.{}", message.name(), oneof.name())));
        }
    }
    for (e, item) in indexed(&file.enum_type) {
        items.push((vec![5, e], item.name().to_owned()));
        for (v, value) in indexed(&item.value) {
            items.push((vec![5, e, 2, v], value.name().to_owned()));
        }
    }
    for (s, service) in indexed(&file.service) {
        items.push((vec![6, s], service.name().to_owned()));
        for (r, method) in indexed(&service.method) {
            items.push((vec![6, s, 2, r], format!("{}.{}", service.name(), method.name())));
        }
    }
    items
}

fn indexed<T>(list: &[T]) -> impl Iterator<Item = (i32, &T)> {
    (0_i32..).zip(list)
}

type Change = fn(&mut FileDescriptorSet);

/// One descriptor change of each kind that the contract forbids.
pub(crate) fn descriptor_changes() -> Vec<(&'static str, Change)> {
    fn file(set: &mut FileDescriptorSet) -> &mut FileDescriptorProto {
        set.file
            .iter_mut()
            .find(|file| file.name() == "proto/common/v1/types.proto")
            .expect("types.proto is in the set")
    }
    fn seat(set: &mut FileDescriptorSet) -> &mut DescriptorProto {
        file(set)
            .message_type
            .iter_mut()
            .find(|message| message.name() == "Seat")
            .expect("types.proto has Seat")
    }
    fn admin(set: &mut FileDescriptorSet) -> &mut MethodDescriptorProto {
        let file = set
            .file
            .iter_mut()
            .find(|file| file.name() == "proto/common/v1/admin.proto")
            .expect("admin.proto is in the set");
        &mut file.service[0].method[0]
    }
    vec![
        ("field renamed", |set| seat(set).field[0].name = Some("seat_id".to_owned())),
        ("field renumbered", |set| seat(set).field[0].number = Some(99)),
        ("field retyped", |set| seat(set).field[0].set_type(Type::Bytes)),
        ("field repeated", |set| seat(set).field[0].set_label(Label::Repeated)),
        ("field optional", |set| seat(set).field[0].proto3_optional = Some(true)),
        ("field put into a oneof", |set| seat(set).field[0].oneof_index = Some(0)),
        ("field removed", |set| drop(seat(set).field.remove(0))),
        ("message renamed", |set| seat(set).name = Some("Place".to_owned())),
        ("enum value renumbered", |set| file(set).enum_type[0].value[1].number = Some(99)),
        ("enum value removed", |set| drop(file(set).enum_type[0].value.remove(1))),
        ("package renamed", |set| file(set).package = Some("common.v2".to_owned())),
        ("file moved", |set| file(set).name = Some("common/v1/types.proto".to_owned())),
        ("java package changed", |set| {
            file(set).options.get_or_insert_default().java_package = Some("com.example".to_owned());
        }),
        ("java files joined", |set| {
            file(set).options.get_or_insert_default().java_multiple_files = Some(false);
        }),
        ("method renamed", |set| admin(set).name = Some("Ask".to_owned())),
        ("method streams", |set| admin(set).server_streaming = Some(true)),
        ("method retyped", |set| admin(set).input_type = Some(".common.v1.Money".to_owned())),
    ]
}
