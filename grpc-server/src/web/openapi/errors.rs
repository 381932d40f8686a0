//! Refusals: the one error body, and a response for each status of the table of error codes.

use std::collections::BTreeMap;

use http::StatusCode;
use serde_json::{Map, Value, json};
use tacos_proto::common::v1::ErrorCode;

use super::super::status::{name, of_code};
use super::contract::Contract;

/// Statuses that HTTP itself refuses with, all under INVALID_ARGUMENT.
const OF_HTTP: [(StatusCode, &str); 3] = [
    (StatusCode::NOT_ACCEPTABLE, "The caller does not accept the form of the answer."),
    (StatusCode::PAYLOAD_TOO_LARGE, "The body is longer than it may be."),
    (StatusCode::UNSUPPORTED_MEDIA_TYPE, "The body is not `application/json`."),
];

/// Every status with the error codes that have it.
fn table() -> BTreeMap<u16, Vec<ErrorCode>> {
    let mut table = BTreeMap::<u16, Vec<ErrorCode>>::new();
    for code in (1..=i32::from(u8::MAX)).filter_map(|number| ErrorCode::try_from(number).ok()) {
        table.entry(of_code(code).as_u16()).or_default().push(code);
    }
    // With `if-match`, a revision that has gone by is a condition that does not hold.
    table.entry(412).or_default().push(ErrorCode::ConcurrentModification);
    table
}

/// References to the responses of an operation of REST.
pub(super) fn of_rest(has_body: bool) -> Value {
    let codes = table().into_keys();
    let of_body = |status: &u16| *status != 413 && *status != 415;
    let of_http =
        OF_HTTP.iter().map(|(status, _)| status.as_u16()).filter(|status| has_body || of_body(status));
    let all = codes.chain(of_http);
    all.map(|status| {
        (status.to_string(), json!({ "$ref": format!("#/components/responses/Status{status}") }))
    })
    .collect::<Map<_, _>>()
    .into()
}

/// The responses, by their names.
pub(super) fn responses(contract: &Contract) -> Map<String, Value> {
    let codes = contract.enums.get("common.v1.ErrorCode");
    let said = |code: ErrorCode| {
        let item = codes?;
        let at = item.found.value.iter().position(|value| value.number() == code as i32)?;
        item.values.get(at).map(|comment| comment.replace('\n', " "))
    };
    let mut responses = Map::new();
    for (status, codes) in table() {
        let lines =
            codes.iter().map(|code| format!("- `{}`: {}", name(*code), said(*code).unwrap_or_default()));
        let mut response = response(&lines.collect::<Vec<_>>().join("\n"));
        if matches!(status, 429 | 503) {
            response["headers"]["retry-after"] = json!({ "$ref": "#/components/headers/RetryAfter" });
        }
        if status == 401 {
            response["headers"]["www-authenticate"] =
                json!({ "$ref": "#/components/headers/WwwAuthenticate" });
        }
        responses.insert(format!("Status{status}"), response);
    }
    for (status, words) in OF_HTTP {
        responses.insert(format!("Status{}", status.as_u16()), response(words));
    }
    let connect = json!({
        "description": "The call could not be begun: the Connect protocol's own error.",
        "content": { "application/json": { "schema": { "$ref": "#/components/schemas/ConnectError" } } },
    });
    responses.insert("Connect".to_owned(), connect);
    responses
}

fn response(description: &str) -> Value {
    json!({
        "description": description,
        "headers": { "x-trace-id": { "$ref": "#/components/headers/TraceId" } },
        "content": { "application/json": { "schema": { "$ref": "#/components/schemas/Error" } } },
    })
}

/// The schemas of error bodies, by their names.
pub(super) fn schemas() -> [(&'static str, Value); 2] {
    let codes = (1..=i32::from(u8::MAX)).filter_map(|number| ErrorCode::try_from(number).ok());
    let codes: Vec<_> = codes.map(name).collect();
    let text = |words: &str| json!({ "type": "string", "description": words });
    let detail = json!({
        "type": "object",
        "required": ["field", "reason", "value"],
        "properties": {
            "field": text("Such as `seat_ids[3]`."),
            "reason": text("What is wrong with it, in English."),
            "value": text("What was given, where that is no secret."),
        },
    });
    let error = json!({
        "type": "object",
        "required": ["code", "message", "trace_id", "details"],
        "properties": {
            "code": { "type": "string", "enum": codes },
            "message": text("In English, for people."),
            "trace_id": text("The call's name in the server's logs; also the header `x-trace-id`."),
            "details": { "type": "array", "items": detail, "maxItems": 100 },
        },
    });
    let body = json!({
        "type": "object",
        "description": "Why a call was refused.",
        "required": ["error"],
        "properties": { "error": error },
    });
    let connect = json!({
        "type": "object",
        "description": "Why a call was not begun.",
        "required": ["code", "message"],
        "properties": { "code": text("Such as `unauthenticated`."), "message": text("In English, for people.") },
    });
    [("Error", body), ("ConnectError", connect)]
}
