//! Writes `schema.json`: the format of scenarios as JSON Schema (draft 2020-12), for editors and for other languages.

use serde_json::{Map, Value, json};

use super::{Field, Kind, Operation, settings};

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
            "config": object(&settings(), false),
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
                    "with": object(&operation.args, true),
                    "expect": object_with(&operation.results, true),
                },
            });
            if operation.args.iter().any(|field| field.always) {
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

fn object(fields: &[Field], references: bool) -> Value {
    let required: Vec<&str> =
        fields.iter().filter(|field| field.always).map(|field| field.name.as_str()).collect();
    let mut schema = object_with(fields, references);
    if !required.is_empty() {
        schema["required"] = json!(required);
    }
    schema
}

fn object_with(fields: &[Field], references: bool) -> Value {
    let property = |field: &Field| {
        let mut schema = of_kind(&field.kind, references);
        schema["description"] = field.about.as_str().into();
        (field.name.clone(), schema)
    };
    let properties: Map<String, Value> = fields.iter().map(property).collect();
    json!({ "type": "object", "properties": properties, "additionalProperties": false })
}

fn of_kind(kind: &Kind, references: bool) -> Value {
    let plain = match kind {
        Kind::Text => return json!({ "type": "string" }),
        Kind::Int => json!({ "type": "integer" }),
        Kind::Bool => json!({ "type": "boolean" }),
        Kind::Texts => json!({ "type": "array", "items": { "type": "string" } }),
        Kind::Ints => json!({ "type": "array", "items": { "type": "integer" } }),
        Kind::Word(words) => json!({ "enum": words }),
        Kind::Record(fields) => object(fields, references),
        Kind::Records(fields) => json!({ "type": "array", "items": object(fields, references) }),
    };
    if references { json!({ "anyOf": [plain, { "$ref": "#/$defs/reference" }] }) } else { plain }
}

/// The schema as text: a line for each operation, and for each thing that all have.
pub(crate) fn file() -> String {
    let mut out = String::new();
    lay_out(&schema(), 0, &mut out);
    out + "\n"
}

/// How deep entries have lines of their own.
const LINES_TO_DEPTH: usize = 4;

fn lay_out(value: &Value, depth: usize, out: &mut String) {
    let indent = "  ".repeat(depth + 1);
    let entries: Vec<(String, &Value)> = match value {
        Value::Object(fields) => {
            fields.iter().map(|(name, value)| (format!("{}: ", json!(name)), value)).collect()
        }
        Value::Array(list) => list.iter().map(|value| (String::new(), value)).collect(),
        _ => Vec::new(),
    };
    if depth == LINES_TO_DEPTH || entries.is_empty() {
        *out += &value.to_string();
        return;
    }
    let (open, close) = if value.is_object() { ('{', '}') } else { ('[', ']') };
    out.push(open);
    for (at, (name, value)) in entries.iter().enumerate() {
        *out += &format!("{}\n{indent}{name}", if at == 0 { "" } else { "," });
        lay_out(value, depth + 1, out);
    }
    *out += &format!("\n{}{close}", &indent[2..]);
}
