//! Writes `schema.json`: the format of scenarios as JSON Schema (draft 2020-12), for editors and for other languages.

use serde_json::{Map, Value, json};

use super::{Field, Kind, Operation, SETTINGS};

/// The whole of `schema.json`.
#[must_use]
pub fn schema() -> Value {
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "A conformance scenario of the Traffic Tacos engine",
        "type": "object",
        "properties": {
            "$schema": { "type": "string" },
            "name": { "type": "string", "description": "The file's name without its ending." },
            "about": { "type": "string", "description": "What it shows, in one sentence." },
            "config": object(SETTINGS.iter(), false),
            "steps": { "type": "array", "items": { "$ref": "#/$defs/step" } },
            "fails_at": { "type": "integer", "minimum": 0, "description": "Only in selftest/: the step that must fail." },
        },
        "required": ["name", "about", "steps"],
        "additionalProperties": false,
        "$defs": definitions(),
    })
}

fn definitions() -> Value {
    let mut works = vec![json!({ "$ref": "#/$defs/call" })];
    let ms = json!({ "type": "integer", "minimum": 0 });
    let batch = json!({ "type": "array", "items": { "$ref": "#/$defs/call" } });
    let of = |about: &str, mut kind: Value| {
        kind["description"] = about.into();
        kind
    };
    for (name, kind) in [
        ("batch", of("Several writes given together; answers are judged in order.", batch)),
        ("advance_ms", of("The clock goes on; nothing fires.", ms.clone())),
        ("pass_ms", of("The clock goes on 250 ms at a time, with a turn after each.", ms)),
        ("turn", of("What is due is done.", json!({ "const": true }))),
        (
            "restart",
            of(
                "Closed and opened again, or opened as a crash left it.",
                json!({ "enum": ["clean", "crash"] }),
            ),
        ),
        ("expect_counts", of("Counts of an event; they must also add up.", counts())),
    ] {
        works.push(json!({
            "type": "object",
            "properties": { name: kind, "note": { "type": "string" } },
            "required": [name],
            "additionalProperties": false,
        }));
    }
    json!({
        "reference": {
            "type": "string",
            "pattern": "^\\$",
            "description": "$name.field: what an earlier step's answer had there.",
        },
        "step": { "anyOf": works },
        "call": call(),
    })
}

fn counts() -> Value {
    let names = ["available", "reserved", "sold", "blocked", "total"];
    let mut properties: Map<String, Value> =
        names.iter().map(|name| ((*name).to_owned(), json!({ "type": "integer" }))).collect();
    properties.insert("event".to_owned(), json!({ "type": "string" }));
    json!({ "type": "object", "properties": properties, "required": ["event"], "additionalProperties": false })
}

/// One operation: what every one may have, and for each the arguments and fields that it knows.
fn call() -> Value {
    let record = || json!({ "type": "object" });
    let per_operation: Vec<Value> = Operation::all()
        .map(|operation| {
            let mut then = json!({
                "properties": {
                    "with": object(operation.args(), true),
                    "expect": object_of_some(operation.results()),
                },
            });
            if operation.args().any(|field| field.always) {
                then["required"] = json!(["with"]);
            }
            json!({ "if": { "properties": { "do": { "const": operation.name } } }, "then": then })
        })
        .collect();
    let names: Vec<&str> = Operation::all().map(|operation| operation.name).collect();
    json!({
        "type": "object",
        "properties": {
            "do": { "enum": names },
            "note": { "type": "string" },
            "with": record(),
            "as": { "type": "string", "description": "Later steps know the answer under this name." },
            "expect": record(),
            "expect_one_of": record(),
            "expect_min": record(),
            "expect_max": record(),
            "expect_prefix": record(),
            "expect_differs": record(),
            "expect_absent": { "type": "array", "items": { "type": "string" } },
            "expect_items": { "type": "array", "items": record() },
            "expect_items_contain": { "type": "array", "items": record() },
            "same_as": { "type": "string" },
            "refused": {
                "type": "object",
                "properties": { "code": { "enum": tacos_engine::Refusal::CODES } },
                "required": ["code"],
            },
            "fails": { "type": "string" },
        },
        "required": ["do"],
        "additionalProperties": false,
        "allOf": per_operation,
    })
}

fn object<'a>(fields: impl Iterator<Item = &'a Field> + Clone, references: bool) -> Value {
    let required: Vec<&str> = fields.clone().filter(|field| field.always).map(|field| field.name).collect();
    let mut schema = object_with(fields, references);
    if !required.is_empty() {
        schema["required"] = json!(required);
    }
    schema
}

fn object_of_some<'a>(fields: impl Iterator<Item = &'a Field>) -> Value {
    object_with(fields, true)
}

fn object_with<'a>(fields: impl Iterator<Item = &'a Field>, references: bool) -> Value {
    let property = |field: &Field| {
        let mut schema = of_kind(field.kind, references);
        schema["description"] = field.about.into();
        (field.name.to_owned(), schema)
    };
    let properties: Map<String, Value> = fields.map(property).collect();
    json!({ "type": "object", "properties": properties, "additionalProperties": false })
}

fn of_kind(kind: Kind, references: bool) -> Value {
    let plain = match kind {
        Kind::Text => return json!({ "type": "string" }),
        Kind::Int => json!({ "type": "integer" }),
        Kind::Bool => json!({ "type": "boolean" }),
        Kind::Texts => json!({ "type": "array", "items": { "type": "string" } }),
        Kind::Ints => json!({ "type": "array", "items": { "type": "integer" } }),
        Kind::Word(words) => json!({ "enum": words }),
        Kind::Record(fields) => object(fields.iter(), references),
        Kind::Records(fields) => {
            json!({ "type": "array", "items": object(fields.iter(), references) })
        }
    };
    if references { json!({ "anyOf": [plain, { "$ref": "#/$defs/reference" }] }) } else { plain }
}
