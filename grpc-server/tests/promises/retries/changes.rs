//! Every way to change one field of a message: scalars, enums, nested messages, lists and maps, also those that are absent.

use prost_reflect::{DynamicMessage, FieldDescriptor, Kind, MapKey, ReflectMessage, Value};

/// The message with one field changed, for each field; with the field's path.
pub(crate) fn of(message: &DynamicMessage) -> Vec<(String, DynamicMessage)> {
    let mut found = Vec::new();
    for field in message.descriptor().fields() {
        if field.name() == "idempotency_key" {
            continue;
        }
        for (path, value) in values(&field, message) {
            let mut changed = message.clone();
            changed.set_field(&field, value);
            found.push((path, changed));
        }
    }
    found
}

/// Other values of a field than the one that it has.
fn values(field: &FieldDescriptor, message: &DynamicMessage) -> Vec<(String, Value)> {
    let name = field.name().to_owned();
    let old = message.get_field(field).into_owned();
    if field.is_map() {
        let Value::Map(mut entries) = old else { unreachable!("a map") };
        entries.insert(MapKey::String("another".to_owned()), Value::String("entry".to_owned()));
        let more = Value::Map(entries.clone());
        entries.remove(&MapKey::String("another".to_owned()));
        let Some(key) = entries.keys().next().cloned() else { return vec![(name, more)] };
        entries.insert(key, Value::String("another value".to_owned()));
        return vec![(name.clone(), more), (format!("{name}[]"), Value::Map(entries))];
    }
    if field.is_list() {
        let Value::List(mut items) = old else { unreachable!("a list") };
        let mut found = Vec::new();
        if let Some(Value::Message(first)) = items.first() {
            for (path, changed) in of(first) {
                let mut others = items.clone();
                others[0] = Value::Message(changed);
                found.push((format!("{name}[0].{path}"), Value::List(others)));
            }
        }
        let item = other(field, &Value::default_value(&field.kind()));
        items.push(item);
        found.push((name, Value::List(items)));
        return found;
    }
    if let Value::Message(inner) = &old {
        if !message.has_field(field) {
            // An empty message where there was none: it was sent, and the other was not.
            return vec![(name, old)];
        }
        let inner = of(inner).into_iter();
        return inner.map(|(path, changed)| (format!("{name}.{path}"), Value::Message(changed))).collect();
    }
    vec![(name, other(field, &old))]
}

fn other(field: &FieldDescriptor, old: &Value) -> Value {
    match old {
        Value::Bool(value) => Value::Bool(!value),
        Value::I32(value) => Value::I32(value + 1),
        Value::I64(value) => Value::I64(value + 1),
        Value::U32(value) => Value::U32(value + 1),
        Value::U64(value) => Value::U64(value + 1),
        Value::EnumNumber(value) => {
            let Kind::Enum(kind) = field.kind() else { unreachable!("an enum") };
            let another = kind.values().find(|other| other.number() != *value).expect("two values");
            Value::EnumNumber(another.number())
        }
        Value::String(text) => Value::String(format!("{text}x")),
        Value::Bytes(bytes) => Value::Bytes([bytes.as_ref(), b"x"].concat().into()),
        Value::Message(inner) => Value::Message(inner.clone()),
        other => panic!("no request has a field like {other:?}"),
    }
}
