//! Messages and enums as JSON Schema (draft 2020-12, which OpenAPI 3.1 uses), in the form in which the codec reads and
//! writes them.

use std::collections::{BTreeSet, HashSet};

use prost_types::FieldDescriptorProto;
use prost_types::field_descriptor_proto::{Label, Type};
use serde_json::{Map, Value, json};

use super::bounds;
use super::contract::{Contract, has_presence, type_of};

/// The schema of a message, under its full name.
pub(super) fn reference(name: &str) -> Value {
    json!({ "$ref": format!("#/components/schemas/{name}") })
}

/// Schemas that are referred to, and what they refer to, in turn.
pub(super) struct Schemas<'c> {
    contract: &'c Contract,
    /// Messages that only answers have: what a field without presence holds is always written.
    answers: HashSet<String>,
    wanted: BTreeSet<String>,
}

impl<'c> Schemas<'c> {
    /// `requests`: the messages in which everything may be left out.
    pub(super) fn new(contract: &'c Contract, requests: &[&str]) -> Self {
        let mut asked = HashSet::new();
        let mut open: Vec<String> = requests.iter().map(|name| (*name).to_owned()).collect();
        while let Some(name) = open.pop() {
            let Some(item) = contract.messages.get(&name) else { continue };
            if asked.insert(name) {
                open.extend(item.message.field.iter().map(|field| type_of(field).to_owned()));
            }
        }
        let answers = contract.messages.keys().filter(|name| !asked.contains(*name)).cloned().collect();
        Self { contract, answers, wanted: BTreeSet::new() }
    }

    /// A reference, whose schema will be there.
    pub(super) fn want(&mut self, name: &str) -> Value {
        self.wanted.insert(name.to_owned());
        reference(name)
    }

    /// Everything that was wanted, and what it wants.
    pub(super) fn all(mut self) -> Map<String, Value> {
        let mut done = Map::new();
        while let Some(name) = self.wanted.pop_first() {
            if !done.contains_key(&name) {
                let schema = self.named(&name);
                done.insert(name, schema);
            }
        }
        done
    }

    fn named(&mut self, name: &str) -> Value {
        if let Some(item) = self.contract.enums.get(name) {
            let values: Vec<_> =
                item.found.value.iter().map(prost_types::EnumValueDescriptorProto::name).collect();
            let said = item.found.value.iter().zip(&item.values);
            let said =
                said.map(|(value, comment)| format!("- `{}`: {}", value.name(), comment.replace('\n', " ")));
            let said: Vec<_> = said.collect();
            let description = format!("{}\n\n{}", item.comment, said.join("\n"));
            return json!({ "type": "string", "enum": values, "description": description.trim() });
        }
        let properties = self.properties(name, &[]);
        let Some(item) = self.contract.messages.get(name) else { return json!({}) };
        let mut schema = json!({ "type": "object", "properties": properties });
        if !item.comment.is_empty() {
            schema["description"] = item.comment.clone().into();
        }
        if self.answers.contains(name) {
            let always = item.message.field.iter().filter(|field| !has_presence(field));
            let always: Vec<_> = always.map(FieldDescriptorProto::name).collect();
            if !always.is_empty() {
                schema["required"] = always.into();
            }
        }
        schema
    }

    /// The properties of a message without some of them.
    pub(super) fn properties(&mut self, name: &str, without: &[&str]) -> Map<String, Value> {
        let Some(item) = self.contract.messages.get(name) else { return Map::new() };
        let fields = item.message.field.iter().zip(&item.fields);
        let fields = fields.filter(|(field, _)| !without.contains(&field.name()));
        fields.map(|(field, comment)| (field.name().to_owned(), self.field(name, field, comment))).collect()
    }

    /// The schema of a field with its comment and bounds.
    pub(super) fn field(&mut self, owner: &str, field: &FieldDescriptorProto, comment: &str) -> Value {
        let entry = self.contract.messages.get(type_of(field));
        let entry = entry
            .filter(|item| item.message.options.as_ref().is_some_and(prost_types::MessageOptions::map_entry));
        let mut schema = match entry {
            Some(entry) => {
                let value = entry.message.field.iter().find(|field| field.name() == "value");
                json!({ "type": "object", "additionalProperties": value.map(|value| self.single(value)) })
            }
            None if field.label() == Label::Repeated => {
                json!({ "type": "array", "items": self.single(field) })
            }
            None => self.single(field),
        };
        bounds::of(owner, field.name(), &mut schema);
        if !comment.is_empty() {
            schema["description"] = comment.into();
        }
        schema
    }

    fn single(&mut self, field: &FieldDescriptorProto) -> Value {
        match field.r#type() {
            Type::Bool => json!({ "type": "boolean" }),
            Type::Int32 | Type::Sint32 | Type::Sfixed32 => json!({ "type": "integer", "format": "int32" }),
            Type::Uint32 | Type::Fixed32 => {
                json!({ "type": "integer", "minimum": 0, "maximum": u32::MAX })
            }
            Type::Int64 | Type::Sint64 | Type::Sfixed64 => {
                json!({ "type": "string", "format": "int64", "pattern": "^-?[0-9]{1,19}$" })
            }
            Type::Uint64 | Type::Fixed64 => {
                json!({ "type": "string", "format": "uint64", "pattern": "^[0-9]{1,20}$" })
            }
            Type::Float => json!({ "type": "number", "format": "float" }),
            Type::Double => json!({ "type": "number", "format": "double" }),
            Type::Bytes => json!({ "type": "string", "contentEncoding": "base64" }),
            Type::String | Type::Group => json!({ "type": "string" }),
            Type::Enum => self.want(type_of(field)),
            Type::Message => match type_of(field) {
                "google.protobuf.Timestamp" => json!({ "type": "string", "format": "date-time" }),
                "google.protobuf.Duration" => {
                    json!({ "type": "string", "pattern": r"^-?[0-9]+(\.[0-9]{1,9})?s$" })
                }
                "google.protobuf.FieldMask" => json!({ "type": "string" }),
                name => self.want(name),
            },
        }
    }
}
