//! What the codec knows of each message and enum, compiled once from descriptors so that no call looks anything up by
//! a type's name.

use std::collections::HashMap;

use prost::Message;
use prost::encoding::WireType;
use prost_types::field_descriptor_proto::{Label, Type};
use prost_types::{
    DescriptorProto, EnumDescriptorProto, FieldDescriptorProto, FileDescriptorSet, MessageOptions,
};

use super::error::CodecError;
use super::write::escaped;

/// Fields of one message: what a `u128` has bits for.
const FIELDS_MAX: usize = 128;

/// All messages and enums of a descriptor set.
#[derive(Debug)]
pub(super) struct Plan {
    pub(super) messages: Vec<MessagePlan>,
    pub(super) enums: Vec<EnumPlan>,
    pub(super) by_name: HashMap<String, u32>,
}

/// How a message stands in JSON.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    /// An object of its fields.
    Object,
    /// A text of RFC 3339.
    Timestamp,
    /// A text such as `1.5s`.
    Duration,
    /// A text of paths with commas between them.
    FieldMask,
}

#[derive(Debug)]
pub(super) struct MessagePlan {
    pub(super) form: Form,
    /// In the order of the contract.
    pub(super) fields: Box<[Field]>,
    /// Both names of each field, sorted.
    names: Box<[(Box<str>, usize)]>,
    /// Sorted.
    numbers: Box<[(u32, usize)]>,
}

impl MessagePlan {
    /// The place of the field with this name, as the contract writes it or in camelCase.
    pub(super) fn by_name(&self, name: &str) -> Option<usize> {
        let found = self.names.binary_search_by(|(known, _)| (**known).cmp(name)).ok()?;
        Some(self.names[found].1)
    }

    /// The place of the field with this number.
    pub(super) fn by_number(&self, number: u32) -> Option<usize> {
        // Most messages number their fields from one without gaps.
        let guess = (number as usize).wrapping_sub(1);
        if self.fields.get(guess).is_some_and(|field| field.number == number) {
            return Some(guess);
        }
        let found = self.numbers.binary_search_by_key(&number, |(known, _)| *known).ok()?;
        Some(self.numbers[found].1)
    }
}

#[derive(Debug)]
pub(super) struct Field {
    pub(super) name: Box<str>,
    pub(super) number: u32,
    pub(super) kind: Kind,
    pub(super) shape: Shape,
    /// The other members of its oneof, one bit each.
    pub(super) rivals: u128,
    /// `"name":`
    pub(super) key: Box<[u8]>,
    /// What is written where the field is absent: its default, or nothing at all if absence can be told from it.
    pub(super) absent: Box<[u8]>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shape {
    One,
    /// Several, written packed if the kind has a fixed size or is a varint.
    Many,
    /// Entries of a message with the fields `key` and `value`.
    Map,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Bool,
    Int32,
    Int64,
    Uint32,
    Uint64,
    Sint32,
    Sint64,
    Fixed32,
    Fixed64,
    Sfixed32,
    Sfixed64,
    Float,
    Double,
    Text,
    Bytes,
    Enum(usize),
    Message(usize),
}

impl Kind {
    pub(super) fn wire(self) -> WireType {
        match self {
            Self::Fixed32 | Self::Sfixed32 | Self::Float => WireType::ThirtyTwoBit,
            Self::Fixed64 | Self::Sfixed64 | Self::Double => WireType::SixtyFourBit,
            Self::Text | Self::Bytes | Self::Message(_) => WireType::LengthDelimited,
            _ => WireType::Varint,
        }
    }

    pub(super) fn packs(self) -> bool {
        self.wire() != WireType::LengthDelimited
    }

    /// Least and greatest value of a whole number; none for other kinds.
    pub(super) fn bounds(self) -> Option<(i128, i128)> {
        match self {
            Self::Int32 | Self::Sint32 | Self::Sfixed32 | Self::Enum(_) => {
                Some((i32::MIN.into(), i32::MAX.into()))
            }
            Self::Int64 | Self::Sint64 | Self::Sfixed64 => Some((i64::MIN.into(), i64::MAX.into())),
            Self::Uint32 | Self::Fixed32 => Some((0, u32::MAX.into())),
            Self::Uint64 | Self::Fixed64 => Some((0, u64::MAX.into())),
            _ => None,
        }
    }
}

#[derive(Debug)]
pub(super) struct EnumPlan {
    /// Sorted by name.
    names: Box<[(Box<str>, i32)]>,
    /// Sorted by number, with the first name of each as JSON.
    numbers: Box<[(i32, Box<[u8]>)]>,
}

impl EnumPlan {
    pub(super) fn number(&self, name: &str) -> Option<i32> {
        let found = self.names.binary_search_by(|(known, _)| (**known).cmp(name)).ok()?;
        Some(self.names[found].1)
    }

    /// The name as JSON, quotes included.
    pub(super) fn name(&self, number: i32) -> Option<&[u8]> {
        let found = self.numbers.binary_search_by_key(&number, |(known, _)| *known).ok()?;
        Some(&self.numbers[found].1)
    }

    fn new(found: &EnumDescriptorProto) -> Self {
        let mut names: Vec<_> =
            found.value.iter().map(|value| (Box::from(value.name()), value.number())).collect();
        names.sort();
        let mut numbers: Vec<_> =
            found.value.iter().map(|value| (value.number(), escaped(value.name()).into())).collect();
        // Stable, so that of several names of a number the first is left.
        numbers.sort_by_key(|(number, _): &(i32, _)| *number);
        numbers.dedup_by_key(|(number, _)| *number);
        Self { names: names.into(), numbers: numbers.into() }
    }
}

/// Every message and enum of a set by its full name with the leading dot, in the order of the plan.
#[derive(Default)]
struct Types<'d> {
    messages: Vec<(String, &'d DescriptorProto)>,
    enums: Vec<(String, &'d EnumDescriptorProto)>,
    numbers: HashMap<String, usize>,
}

impl<'d> Types<'d> {
    fn add_enum(&mut self, scope: &str, found: &'d EnumDescriptorProto) {
        let name = format!("{scope}.{}", found.name());
        self.numbers.insert(name.clone(), self.enums.len());
        self.enums.push((name, found));
    }

    fn add(&mut self, scope: &str, found: &'d DescriptorProto) {
        let name = format!("{scope}.{}", found.name());
        self.numbers.insert(name.clone(), self.messages.len());
        self.messages.push((name.clone(), found));
        found.enum_type.iter().for_each(|inner| self.add_enum(&name, inner));
        found.nested_type.iter().for_each(|inner| self.add(&name, inner));
    }
}

impl Plan {
    pub(super) fn new(descriptor_set: &[u8]) -> Result<Self, CodecError> {
        let set = FileDescriptorSet::decode(descriptor_set).map_err(CodecError::Descriptors)?;
        let mut types = Types::default();
        for file in &set.file {
            if file.syntax() != "proto3" {
                return Err(unsupported(file.name(), "is not written in proto3"));
            }
            let scope =
                if file.package().is_empty() { String::new() } else { format!(".{}", file.package()) };
            file.enum_type.iter().for_each(|found| types.add_enum(&scope, found));
            file.message_type.iter().for_each(|found| types.add(&scope, found));
        }
        let enums: Vec<_> = types.enums.iter().map(|(_, found)| EnumPlan::new(found)).collect();
        let messages: Result<Vec<_>, _> =
            types.messages.iter().map(|(name, found)| message(&types, &enums, name, found)).collect();
        let names = types.messages.iter().zip(0..).map(|((name, _), at)| (name[1..].to_owned(), at));
        Ok(Self { messages: messages?, enums, by_name: names.collect() })
    }
}

fn unsupported(name: &str, what: &'static str) -> CodecError {
    CodecError::Unsupported { name: name.trim_start_matches('.').to_owned(), what }
}

fn message(
    types: &Types<'_>,
    enums: &[EnumPlan],
    name: &str,
    found: &DescriptorProto,
) -> Result<MessagePlan, CodecError> {
    let form = match name {
        ".google.protobuf.Timestamp" => Form::Timestamp,
        ".google.protobuf.Duration" => Form::Duration,
        ".google.protobuf.FieldMask" => Form::FieldMask,
        ".google.protobuf.Empty" => Form::Object,
        other if other.starts_with(".google.protobuf.") => {
            return Err(unsupported(name, "is a well-known type without a form here"));
        }
        _ => Form::Object,
    };
    if found.field.len() > FIELDS_MAX {
        return Err(unsupported(name, "has more than 128 fields"));
    }
    let fields: Result<Vec<_>, _> =
        found.field.iter().map(|of| field(types, enums, name, found, of)).collect();
    let mut names: Vec<(Box<str>, usize)> = Vec::new();
    for (at, of) in found.field.iter().enumerate() {
        let both =
            if of.name() == of.json_name() { vec![of.name()] } else { vec![of.name(), of.json_name()] };
        names.extend(both.into_iter().filter(|name| !name.is_empty()).map(|name| (name.into(), at)));
    }
    names.sort();
    if names.windows(2).any(|pair| pair[0].0 == pair[1].0) {
        return Err(unsupported(name, "has two fields of one name in JSON"));
    }
    let fields: Box<[Field]> = fields?.into();
    let mut numbers: Vec<_> = fields.iter().enumerate().map(|(at, field)| (field.number, at)).collect();
    numbers.sort_unstable();
    Ok(MessagePlan { form, fields, names: names.into(), numbers: numbers.into() })
}

fn field(
    types: &Types<'_>,
    enums: &[EnumPlan],
    owner: &str,
    message: &DescriptorProto,
    found: &FieldDescriptorProto,
) -> Result<Field, CodecError> {
    let name = || format!("{owner}.{}", found.name());
    let number = u32::try_from(found.number()).map_err(|_| unsupported(&name(), "has a negative number"))?;
    let kind = kind(types, found).ok_or_else(|| unsupported(&name(), "has a type that is not in the set"))?;
    let shape = match kind {
        _ if found.label() != Label::Repeated => Shape::One,
        Kind::Message(of) if types.messages[of].1.options.as_ref().is_some_and(MessageOptions::map_entry) => {
            Shape::Map
        }
        _ => Shape::Many,
    };
    let rivals = message.field.iter().enumerate().filter(|(_, other)| {
        other.oneof_index.is_some()
            && other.oneof_index == found.oneof_index
            && other.number() != found.number()
    });
    let rivals = rivals.fold(0, |bits, (at, _)| bits | 1_u128 << at);
    let has_presence = found.oneof_index.is_some() || matches!(kind, Kind::Message(_));
    let absent: &[u8] = match (shape, kind) {
        (Shape::Many, _) => b"[]",
        (Shape::Map, _) => b"{}",
        _ if has_presence => b"",
        (_, Kind::Bool) => b"false",
        (_, Kind::Text | Kind::Bytes) => b"\"\"",
        (_, Kind::Int64 | Kind::Uint64 | Kind::Sint64 | Kind::Fixed64 | Kind::Sfixed64) => b"\"0\"",
        (_, Kind::Enum(of)) => enums[of].name(0).unwrap_or(b"0"),
        (_, Kind::Float | Kind::Double) => b"0.0",
        _ => b"0",
    };
    let mut key = escaped(found.name());
    key.push(b':');
    Ok(Field {
        name: found.name().into(),
        number,
        kind,
        shape,
        rivals,
        key: key.into(),
        absent: absent.into(),
    })
}

/// None: a group, or a type that is not in the set.
fn kind(types: &Types<'_>, found: &FieldDescriptorProto) -> Option<Kind> {
    Some(match found.r#type() {
        Type::Bool => Kind::Bool,
        Type::Int32 => Kind::Int32,
        Type::Int64 => Kind::Int64,
        Type::Uint32 => Kind::Uint32,
        Type::Uint64 => Kind::Uint64,
        Type::Sint32 => Kind::Sint32,
        Type::Sint64 => Kind::Sint64,
        Type::Fixed32 => Kind::Fixed32,
        Type::Fixed64 => Kind::Fixed64,
        Type::Sfixed32 => Kind::Sfixed32,
        Type::Sfixed64 => Kind::Sfixed64,
        Type::Float => Kind::Float,
        Type::Double => Kind::Double,
        Type::String => Kind::Text,
        Type::Bytes => Kind::Bytes,
        Type::Enum => Kind::Enum(*types.numbers.get(found.type_name())?),
        Type::Message => Kind::Message(*types.numbers.get(found.type_name())?),
        Type::Group => return None,
    })
}
