//! A message with every kind of field, which the contract does not have: each alone, optional, repeated and as a value
//! of a map, keys of every kind, a oneof, well-known types, and itself within itself.

use prost::Message;
use prost_types::field_descriptor_proto::{Label, Type};
use prost_types::{
    DescriptorProto, EnumDescriptorProto, EnumValueDescriptorProto, FieldDescriptorProto,
    FileDescriptorProto, FileDescriptorSet, MessageOptions, OneofDescriptorProto,
};

const SCALARS: [Type; 15] = [
    Type::Bool,
    Type::Int32,
    Type::Int64,
    Type::Uint32,
    Type::Uint64,
    Type::Sint32,
    Type::Sint64,
    Type::Fixed32,
    Type::Fixed64,
    Type::Sfixed32,
    Type::Sfixed64,
    Type::Float,
    Type::Double,
    Type::String,
    Type::Bytes,
];
const TYPES: [(Type, &str); 5] = [
    (Type::Enum, ".kinds.Colour"),
    (Type::Message, ".kinds.Kinds"),
    (Type::Message, ".google.protobuf.Timestamp"),
    (Type::Message, ".google.protobuf.Duration"),
    (Type::Message, ".google.protobuf.Empty"),
];

/// The set, encoded.
pub(super) fn descriptor_set() -> Vec<u8> {
    let own = FileDescriptorSet::decode(crate::FILE_DESCRIPTOR_SET).expect("our own descriptors");
    let mut file: Vec<_> =
        own.file.into_iter().filter(|file| file.name() == "google/protobuf/timestamp.proto").collect();
    file.push(well_known(
        "google/protobuf/duration.proto",
        "Duration",
        &[scalar("seconds", 1, Type::Int64), scalar("nanos", 2, Type::Int32)],
    ));
    file.push(well_known("google/protobuf/empty.proto", "Empty", &[]));
    let dependency = file.iter().map(|file| file.name().to_owned()).collect();
    file.push(FileDescriptorProto {
        name: Some("kinds.proto".to_owned()),
        package: Some("kinds".to_owned()),
        syntax: Some("proto3".to_owned()),
        dependency,
        message_type: vec![kinds()],
        enum_type: vec![colour()],
        ..Default::default()
    });
    FileDescriptorSet { file }.encode_to_vec()
}

fn well_known(name: &str, message: &str, fields: &[FieldDescriptorProto]) -> FileDescriptorProto {
    let message =
        DescriptorProto { name: Some(message.to_owned()), field: fields.to_vec(), ..Default::default() };
    FileDescriptorProto {
        name: Some(name.to_owned()),
        package: Some("google.protobuf".to_owned()),
        syntax: Some("proto3".to_owned()),
        message_type: vec![message],
        ..Default::default()
    }
}

fn colour() -> EnumDescriptorProto {
    let value = |name: &str, number| EnumValueDescriptorProto {
        name: Some(name.to_owned()),
        number: Some(number),
        ..Default::default()
    };
    EnumDescriptorProto {
        name: Some("Colour".to_owned()),
        value: vec![value("COLOUR_NONE", 0), value("COLOUR_RED", 1), value("COLOUR_BELOW", -1)],
        ..Default::default()
    }
}

fn scalar(name: &str, number: i32, of: Type) -> FieldDescriptorProto {
    let mut json_name = String::new();
    for part in name.split('_') {
        let (first, rest) = part.split_at(1.min(part.len()));
        let first = if json_name.is_empty() { first.to_owned() } else { first.to_uppercase() };
        json_name.extend([first.as_str(), rest]);
    }
    FieldDescriptorProto {
        name: Some(name.to_owned()),
        json_name: Some(json_name),
        number: Some(number),
        label: Some(Label::Optional.into()),
        r#type: Some(of.into()),
        ..Default::default()
    }
}

fn typed(name: &str, number: i32, (of, type_name): (Type, &str)) -> FieldDescriptorProto {
    let type_name = (!type_name.is_empty()).then(|| type_name.to_owned());
    FieldDescriptorProto { type_name, ..scalar(name, number, of) }
}

fn kinds() -> DescriptorProto {
    let types: Vec<_> = SCALARS.iter().map(|of| (*of, "")).chain(TYPES).collect();
    let mut message = DescriptorProto {
        name: Some("Kinds".to_owned()),
        oneof_decl: vec![OneofDescriptorProto { name: Some("choice".to_owned()), ..Default::default() }],
        ..Default::default()
    };
    let mut optional = Vec::new();
    for (at, of) in (0..).zip(types) {
        let name = |what: &str| format!("{what}_of_{at}");
        // Numbers with gaps, and not in the order of the fields.
        let mut push = |field| message.field.push(field);
        push(typed(&name("single"), 100 + at, of));
        push(FieldDescriptorProto {
            label: Some(Label::Repeated.into()),
            ..typed(&name("many"), 50 + at, of)
        });
        if at % 3 == 0 {
            push(FieldDescriptorProto { oneof_index: Some(0), ..typed(&name("chosen"), 300 + at, of) });
        }
        let optional_index = i32::try_from(1 + optional.len()).expect("few");
        push(FieldDescriptorProto {
            proto3_optional: Some(true),
            oneof_index: Some(optional_index),
            ..typed(&name("optional"), 200 + at, of)
        });
        optional.push(OneofDescriptorProto { name: Some(name("_optional")), ..Default::default() });
        // Keys of every kind that may be one.
        let key = match of.0 {
            Type::Float | Type::Double | Type::Bytes | Type::Enum | Type::Message => Type::String,
            other => other,
        };
        let entry = format!("MapOf{at}Entry");
        push(FieldDescriptorProto {
            label: Some(Label::Repeated.into()),
            ..typed(&name("map"), 400 + at, (Type::Message, &format!(".kinds.Kinds.{entry}")))
        });
        message.nested_type.push(DescriptorProto {
            name: Some(entry),
            field: vec![scalar("key", 1, key), typed("value", 2, of)],
            options: Some(MessageOptions { map_entry: Some(true), ..Default::default() }),
            ..Default::default()
        });
    }
    message.oneof_decl.extend(optional);
    message
}
