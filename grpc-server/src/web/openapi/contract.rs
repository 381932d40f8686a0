//! The contract's descriptors as the reference reads them: every item by its full name, with the comment before it.

use std::collections::HashMap;

use prost::Message;
use prost_types::{
    DescriptorProto, EnumDescriptorProto, FieldDescriptorProto, FileDescriptorSet, MethodDescriptorProto,
    SourceCodeInfo,
};

/// Numbers of fields of `FileDescriptorProto`, `DescriptorProto`, `EnumDescriptorProto` and `ServiceDescriptorProto`:
/// the paths of comments are made of them.
mod number {
    pub(super) const MESSAGE: i32 = 4;
    pub(super) const ENUM: i32 = 5;
    pub(super) const SERVICE: i32 = 6;
    pub(super) const FIELD: i32 = 2;
    pub(super) const NESTED: i32 = 3;
    pub(super) const NESTED_ENUM: i32 = 4;
    pub(super) const VALUE: i32 = 2;
    pub(super) const METHOD: i32 = 2;
}

/// A message with its comment and those of its fields, in their order.
pub(super) struct MessageItem {
    pub(super) message: DescriptorProto,
    pub(super) comment: String,
    pub(super) fields: Vec<String>,
}

/// An enum with its comment and those of its values, in their order.
pub(super) struct EnumItem {
    pub(super) found: EnumDescriptorProto,
    pub(super) comment: String,
    pub(super) values: Vec<String>,
}

/// A method with its comment.
pub(super) struct MethodItem {
    pub(super) method: MethodDescriptorProto,
    pub(super) comment: String,
}

/// Everything by its full name; methods as `package.Service/Method`.
#[derive(Default)]
pub(super) struct Contract {
    pub(super) messages: HashMap<String, MessageItem>,
    pub(super) enums: HashMap<String, EnumItem>,
    pub(super) methods: HashMap<String, MethodItem>,
    /// Comments of services.
    pub(super) services: HashMap<String, String>,
}

/// Comments of one file by their paths.
struct Comments<'d>(HashMap<&'d [i32], String>);

impl<'d> Comments<'d> {
    fn new(info: Option<&'d SourceCodeInfo>) -> Self {
        let locations = info.map(|info| info.location.as_slice()).unwrap_or_default();
        Self(locations.iter().map(|at| (at.path.as_slice(), lines(at.leading_comments()))).collect())
    }

    fn at(&self, path: &[i32]) -> String {
        self.0.get(path).cloned().unwrap_or_default()
    }

    /// Those of the items that stand in order below `path`.
    fn below(&self, path: &[i32], kind: i32, count: usize) -> Vec<String> {
        (0..).take(count).map(|at| self.at(&[path, &[kind, at]].concat())).collect()
    }
}

/// A comment without the space that begins its lines.
fn lines(comment: &str) -> String {
    let lines: Vec<_> =
        comment.trim_end().lines().map(|line| line.strip_prefix(' ').unwrap_or(line)).collect();
    lines.join("\n")
}

impl Contract {
    /// Reads an encoded descriptor set with comments; what is no such set has no items.
    pub(super) fn new(descriptor_set: &[u8]) -> Self {
        let mut contract = Self::default();
        let set = FileDescriptorSet::decode(descriptor_set).unwrap_or_default();
        for file in &set.file {
            let comments = Comments::new(file.source_code_info.as_ref());
            let package = file.package();
            for (at, message) in (0..).zip(&file.message_type) {
                contract.message(&comments, package, message, &[number::MESSAGE, at]);
            }
            for (at, found) in (0..).zip(&file.enum_type) {
                contract.enumeration(&comments, package, found, &[number::ENUM, at]);
            }
            for (at, service) in (0..).zip(&file.service) {
                let name = format!("{package}.{}", service.name());
                let path = [number::SERVICE, at];
                let said = comments.below(&path, number::METHOD, service.method.len());
                for (method, comment) in service.method.iter().zip(said) {
                    let item = MethodItem { method: method.clone(), comment };
                    contract.methods.insert(format!("{name}/{}", method.name()), item);
                }
                contract.services.insert(name, comments.at(&path));
            }
        }
        contract
    }

    fn message(&mut self, comments: &Comments<'_>, scope: &str, message: &DescriptorProto, path: &[i32]) {
        let name = format!("{scope}.{}", message.name());
        for (at, inner) in (0..).zip(&message.nested_type) {
            self.message(comments, &name, inner, &[path, &[number::NESTED, at]].concat());
        }
        for (at, inner) in (0..).zip(&message.enum_type) {
            self.enumeration(comments, &name, inner, &[path, &[number::NESTED_ENUM, at]].concat());
        }
        let fields = comments.below(path, number::FIELD, message.field.len());
        let item = MessageItem { message: message.clone(), comment: comments.at(path), fields };
        self.messages.insert(name, item);
    }

    fn enumeration(
        &mut self,
        comments: &Comments<'_>,
        scope: &str,
        found: &EnumDescriptorProto,
        path: &[i32],
    ) {
        let values = comments.below(path, number::VALUE, found.value.len());
        let item = EnumItem { found: found.clone(), comment: comments.at(path), values };
        self.enums.insert(format!("{scope}.{}", found.name()), item);
    }
}

/// The full name of a field's type, without the dot before it.
pub(super) fn type_of(field: &FieldDescriptorProto) -> &str {
    field.type_name().trim_start_matches('.')
}

/// True if absence can be told from the default.
pub(super) fn has_presence(field: &FieldDescriptorProto) -> bool {
    use prost_types::field_descriptor_proto::{Label, Type};
    field.label() != Label::Repeated && (field.oneof_index.is_some() || field.r#type() == Type::Message)
}
