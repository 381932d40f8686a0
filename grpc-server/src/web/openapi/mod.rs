//! The reference of the HTTP face: `/openapi.json` (OpenAPI 3.1.1) and the page `/docs`, both written once of the
//! contract's descriptors with comments, the rules of `crate::rpc` and the table of statuses. Reads nothing else and
//! serves nothing: it only writes.

mod bounds;
mod contract;
mod errors;
mod markup;
mod operations;
mod page;
mod schemas;

use std::sync::LazyLock;

use bytes::Bytes;
use serde_json::{Map, Value, json};

use crate::rpc::{Access, Rpc};
use contract::Contract;
use operations::Operation;
use schemas::Schemas;

/// The style of [`Reference::page`].
pub(crate) const STYLE: &str = include_str!("docs.css");

const ABOUT: &str = "A ticket sale: events with numbered seats and standing room, a fair waiting line, holds that run \
out, payments, and the operators' side of them.

**JSON.** Names are those of the contract (`event_id`); `eventId` is read as well. 64-bit numbers are texts in answers, \
texts or numbers in requests. Moments are RFC 3339 with `Z`. What a request leaves out, or sets to `null`, has its \
default. A server of the profile `strict` refuses fields that it does not know, one of `compat` ignores them.

**Refusals.** Every refusal has the body `Error` and one of the statuses below; `code` says why, `trace_id` names the call \
in the server's logs and stands in the header `x-trace-id` of every answer.

**Retries.** A call that changes something takes an `Idempotency-Key`: a repeat with the same key and the same request is \
answered as the first was. The statuses 429 and 503 say in `retry-after` when to come again.

**Connect.** Every RPC that is no stream also answers `POST /<package>.<Service>/<Method>` by the Connect protocol, with \
the request's message as JSON; RPCs without a path of their own are listed at that address. There a refusal is the answer's \
field `error`, with status 200, as in gRPC.";

/// Both forms of the reference.
pub(crate) struct Reference {
    /// OpenAPI 3.1.1, as JSON.
    pub(crate) document: Bytes,
    /// The same for people, as HTML.
    pub(crate) page: Bytes,
}

/// Written when it is first asked for.
pub(crate) static REFERENCE: LazyLock<Reference> = LazyLock::new(|| {
    let contract = Contract::new(tacos_proto::COMMENTED_FILE_DESCRIPTOR_SET);
    let (document, operations) = document(&contract);
    let page = page::page(&contract, &document, &operations);
    Reference { document: document.to_string().into(), page: page.into() }
});

/// The document, and its operations of RPCs in the order of the list.
fn document(contract: &Contract) -> (Value, Vec<Operation>) {
    let requests: Vec<&str> = Rpc::ALL
        .iter()
        .filter_map(|rpc| contract.methods.get(&rpc.to_string()))
        .map(|item| item.method.input_type().trim_start_matches('.'))
        .collect();
    let mut schemas = Schemas::new(contract, &requests);
    let operations: Vec<Operation> =
        Rpc::ALL.iter().filter_map(|rpc| operations::of(contract, &mut schemas, *rpc)).collect();
    let mut paths = Map::new();
    for operation in &operations {
        paths.entry(operation.path.clone()).or_insert_with(|| json!({}))[operation.method] =
            operation.value.clone();
    }
    paths.extend(probes());
    let mut all = schemas.all();
    all.extend(errors::schemas().map(|(name, schema)| (name.to_owned(), schema)));
    let tags: Vec<Value> = services()
        .into_iter()
        .map(|name| {
            let comment = contract.services.get(name).map(String::as_str).unwrap_or_default();
            json!({ "name": name, "description": comment })
        })
        .chain([json!({ "name": "probes", "description": "What probes ask for." })])
        .collect();
    let document = json!({
        "openapi": "3.1.1",
        "info": {
            "title": "Traffic Tacos",
            "version": env!("CARGO_PKG_VERSION"),
            "description": ABOUT,
            "license": { "name": "MIT", "identifier": "MIT" },
        },
        "servers": [{ "url": "/", "description": "This server." }],
        "security": [{ "bearer": [] }],
        "tags": tags,
        "paths": paths,
        "components": {
            "schemas": all,
            "responses": errors::responses(contract),
            "parameters": parameters(),
            "headers": headers(),
            "securitySchemes": {
                "bearer": {
                    "type": "http",
                    "scheme": "bearer",
                    "bearerFormat": "JWT",
                    "description": "A JWT of the platform; its claims say who calls and in which roles.",
                },
            },
        },
    });
    (document, operations)
}

/// Services without those of which no RPC is an operation: those that customers may call first, each part in the order
/// of the list.
fn services() -> Vec<&'static str> {
    let of = |service: &str| {
        let rpcs = Rpc::ALL.iter().filter(|rpc| **rpc != Rpc::Run && rpc.service() == service);
        rpcs.map(|rpc| rpc.access()).min()
    };
    let mut names: Vec<_> = Rpc::services().into_iter().filter_map(|name| Some((of(name)?, name))).collect();
    names.sort_by_key(|(access, _)| (*access).max(Access::User));
    names.into_iter().map(|(_, name)| name).collect()
}

fn parameters() -> Value {
    let header = |name: &str, schema: Value, words: &str| json!({ "name": name, "in": "header", "schema": schema, "description": words });
    json!({
        "IdempotencyKey": header(
            "Idempotency-Key",
            json!({ "type": "string", "maxLength": 128 }),
            "The same as the field `idempotency_key`: 1 to 128 bytes. If both are given they must be the same.",
        ),
        "IfMatch": header(
            "If-Match",
            json!({ "type": "string" }),
            "The same as the field `expected_revision`: change only this revision, as `etag` has it.",
        ),
        "LastEventId": header(
            "Last-Event-ID",
            json!({ "type": "string" }),
            "The id of the last event that was seen: the stream goes on behind it.",
        ),
        "ConnectTimeoutMs": header(
            "Connect-Timeout-Ms",
            json!({ "type": "integer", "minimum": 1, "maximum": 9_999_999_999_i64 }),
            "The caller's deadline, in milliseconds.",
        ),
    })
}

fn headers() -> Value {
    let header = |kind: &str, words: &str| json!({ "schema": { "type": kind }, "description": words });
    json!({
        "ETag": header("string", "The event's revision, for `if-match`."),
        "Location": header("string", "Where what was made can be read."),
        "RetryAfter": header("integer", "When to come again, in seconds."),
        "TraceId": header("string", "The call's name in the server's logs."),
        "WwwAuthenticate": header("string", "How to sign in."),
    })
}

/// What is no RPC.
fn probes() -> Map<String, Value> {
    let text = json!({ "text/plain": { "schema": { "type": "string" } } });
    let probe = |id: &str, summary: &str, responses: Value| {
        json!({ "get": {
            "operationId": id,
            "tags": ["probes"],
            "summary": summary,
            "security": [],
            "responses": responses,
        }})
    };
    let version = json!({
        "type": "object",
        "required": ["version"],
        "properties": { "version": { "type": "string" } },
    });
    let paths = [
        (
            "/livez",
            probe(
                "live",
                "The process answers",
                json!({
                    "200": { "description": "It does.", "content": text },
                    "4XX": { "$ref": "#/components/responses/Status429" },
                }),
            ),
        ),
        (
            "/readyz",
            probe(
                "ready",
                "Calls are taken",
                json!({
                    "200": { "description": "They are.", "content": text },
                    "4XX": { "$ref": "#/components/responses/Status429" },
                    "503": { "description": "The server is being stopped.", "content": text },
                }),
            ),
        ),
        (
            "/version",
            probe(
                "version",
                "The server's version",
                json!({
                    "200": { "description": "As released.", "content": { "application/json": { "schema": version } } },
                    "4XX": { "$ref": "#/components/responses/Status429" },
                }),
            ),
        ),
    ];
    paths.map(|(path, item)| (path.to_owned(), item)).into_iter().collect()
}

#[cfg(test)]
mod tests;
