//! RPCs as operations: of those that have an HTTP rule at their path, of the others at their Connect address.

use serde_json::{Value, json};

use prost_types::field_descriptor_proto::{Label, Type};

use super::contract::{Contract, MethodItem, type_of};
use super::errors;
use super::schemas::Schemas;
use crate::rpc::{Access, HttpRule, Rpc};

/// Messages in messages whose fields are parameters of a query, at most.
const QUERY_DEPTH_MAX: usize = 3;

/// One operation at its place.
pub(super) struct Operation {
    pub(super) rpc: Rpc,
    pub(super) path: String,
    /// In lower case.
    pub(super) method: &'static str,
    pub(super) value: Value,
}

/// The operation of an RPC; none of those whose requests are a stream.
pub(super) fn of(contract: &Contract, schemas: &mut Schemas<'_>, rpc: Rpc) -> Option<Operation> {
    let item = contract.methods.get(&rpc.to_string())?;
    if item.method.client_streaming() {
        return None;
    }
    let asking = Asking { contract, rpc, item, request: item.method.input_type().trim_start_matches('.') };
    match rpc.http() {
        Some(rule) => Some(asking.rest(schemas, rule)),
        None if item.method.server_streaming() => None,
        None => Some(asking.connect(schemas)),
    }
}

struct Asking<'c> {
    contract: &'c Contract,
    rpc: Rpc,
    item: &'c MethodItem,
    request: &'c str,
}

/// The name of a field in a path: without the messages around it, so that paths of one shape have one name.
fn last(field: &str) -> &str {
    field.rsplit('.').next().unwrap_or(field)
}

fn named(template: &str) -> impl Iterator<Item = &str> {
    template.split('/').filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'))
}

impl Asking<'_> {
    fn has(&self, field: &str) -> bool {
        self.contract.messages[self.request].message.field.iter().any(|of| of.name() == field)
    }

    /// What every operation says: who it is of, what it does, who may call it.
    fn head(&self) -> Value {
        let comment = self.item.comment.as_str();
        let summary = comment.split(['\n']).collect::<Vec<_>>().join(" ");
        let summary = summary.split_once(". ").map_or(summary.as_str(), |(first, _)| first);
        let access = match self.rpc.access() {
            Access::Open => "any caller, without credentials",
            Access::User => "callers with valid credentials",
            Access::Service => "the roles `service` and `admin`",
            Access::Admin => "the role `admin`",
        };
        let (service, _) = self.rpc.service().rsplit_once('.').unwrap_or(("", self.rpc.service()));
        let service = &self.rpc.service()[service.len()..];
        let mut head = json!({
            "operationId": format!("{}_{}", service.trim_start_matches('.'), self.rpc.method()),
            "tags": [self.rpc.service()],
            "summary": summary.trim_end_matches('.'),
            "description": format!("{comment}\n\nAllowed to {access}. RPC `{}`.", self.rpc),
            "x-rpc": self.rpc.to_string(),
        });
        // What needs no credentials takes them too, and refuses wrong ones.
        head["security"] = match self.rpc.access() {
            Access::Open => json!([{}, { "bearer": [] }]),
            _ => json!([{ "bearer": [] }]),
        };
        head
    }

    fn rest(&self, schemas: &mut Schemas<'_>, rule: HttpRule) -> Operation {
        let in_path: Vec<&str> = named(rule.path).collect();
        let mut path = rule.path.to_owned();
        let mut parameters = Vec::new();
        for field in &in_path {
            path = path.replace(&format!("{{{field}}}"), &format!("{{{}}}", last(field)));
            parameters.push(self.in_path(schemas, field));
        }
        let mut value = self.head();
        let has_body = matches!(rule.method, "POST" | "PUT" | "PATCH");
        if has_body {
            value["requestBody"] = self.body(schemas, rule, &in_path);
        } else {
            self.query(schemas, self.request, "", &in_path, QUERY_DEPTH_MAX, &mut parameters);
        }
        parameters.extend(self.headers());
        if !parameters.is_empty() {
            value["parameters"] = parameters.into();
        }
        value["responses"] = self.responses(schemas, rule, has_body);
        let method = match rule.method {
            "GET" => "get",
            "PUT" => "put",
            "PATCH" => "patch",
            "DELETE" => "delete",
            _ => "post",
        };
        Operation { rpc: self.rpc, path, method, value }
    }

    fn in_path(&self, schemas: &mut Schemas<'_>, field: &str) -> Value {
        let mut message = self.request;
        let mut parameter = json!({ "name": last(field), "in": "path", "required": true });
        for name in field.split('.') {
            let item = &self.contract.messages[message];
            let found = item.message.field.iter().zip(&item.fields).find(|(of, _)| of.name() == name);
            let Some((found, comment)) = found else { break };
            parameter["description"] = comment.as_str().into();
            parameter["schema"] = schemas.field(message, found, "");
            message = type_of(found);
        }
        // An empty part is another path.
        parameter["schema"]["minLength"] = 1.into();
        parameter
    }

    /// What stands in the query: single values and lists of them, those in messages by dotted names.
    fn query(
        &self,
        schemas: &mut Schemas<'_>,
        message: &str,
        before: &str,
        in_path: &[&str],
        depth: usize,
        parameters: &mut Vec<Value>,
    ) {
        let item = &self.contract.messages[message];
        for (field, comment) in item.message.field.iter().zip(&item.fields) {
            let name = format!("{before}{}", field.name());
            // The header carries it.
            if in_path.contains(&name.as_str()) || name == "idempotency_key" {
                continue;
            }
            let leaf = ["google.protobuf.Timestamp", "google.protobuf.Duration", "google.protobuf.FieldMask"]
                .contains(&type_of(field));
            if field.r#type() != Type::Message || leaf {
                let schema = schemas.field(message, field, "");
                let mut parameter = json!({ "name": name, "in": "query", "schema": schema });
                parameter["description"] = comment.as_str().into();
                parameters.push(parameter);
            } else if field.label() != Label::Repeated && depth > 0 {
                self.query(schemas, type_of(field), &format!("{name}."), in_path, depth - 1, parameters);
            }
        }
    }

    /// Headers that fill fields.
    fn headers(&self) -> Vec<Value> {
        let known = [
            ("idempotency_key", "IdempotencyKey"),
            ("expected_revision", "IfMatch"),
            ("after_position", "LastEventId"),
        ];
        let known = known.iter().filter(|(field, _)| self.has(field));
        known.map(|(_, name)| json!({ "$ref": format!("#/components/parameters/{name}") })).collect()
    }

    fn body(&self, schemas: &mut Schemas<'_>, rule: HttpRule, in_path: &[&str]) -> Value {
        if rule.method == "PATCH" && self.has("update_mask") && self.has("settings") {
            let settings = self.contract.messages[self.request].message.field.iter();
            let of = settings.clone().find(|field| field.name() == "settings").map_or("", type_of);
            let schema = schemas.want(of);
            return json!({
                "description": "The fields to change, with their new values.",
                "required": true,
                "content": {
                    "application/merge-patch+json": { "schema": schema },
                    "application/json": { "schema": schema },
                },
            });
        }
        let whole = in_path.iter().all(|field| field.contains('.'));
        let properties = schemas.properties(self.request, in_path);
        let required = properties.keys().any(|name| name != "idempotency_key");
        let schema = match whole {
            true => schemas.want(self.request),
            false => json!({ "type": "object", "properties": properties }),
        };
        json!({ "required": required, "content": { "application/json": { "schema": schema } } })
    }

    fn responses(&self, schemas: &mut Schemas<'_>, rule: HttpRule, has_body: bool) -> Value {
        let output = self.item.method.output_type().trim_start_matches('.');
        let schema = schemas.want(output);
        let mut responses = errors::of_rest(has_body);
        let said = &self.contract.messages[output].comment;
        let said = if said.is_empty() { "Done." } else { said.as_str() };
        if self.item.method.server_streaming() {
            let content = json!({ "text/event-stream": {
                "schema": { "type": "string" },
                "x-event-data": schema,
                "x-event-error": { "$ref": "#/components/schemas/Error" },
            }});
            let words = "Server-sent events: each `data` is one message as JSON (`x-event-data`). An event `error` has the \
                error body and ends the stream; a comment every 15 seconds keeps it open.";
            responses["200"] = json!({ "description": format!("{said}\n\n{words}"), "content": content });
            return responses;
        }
        let mut done =
            json!({ "description": said, "content": { "application/json": { "schema": schema } } });
        let output = &self.contract.messages[output].message;
        if output
            .field
            .iter()
            .any(|field| type_of(field) == "engine.v1.EventRecord" && field.name() == "event")
        {
            done["headers"]["etag"] = json!({ "$ref": "#/components/headers/ETag" });
        }
        if self.rpc == Rpc::GatewayHealthCheck {
            responses["503"] = done.clone();
        }
        if rule.created.is_some() {
            done["headers"]["location"] = json!({ "$ref": "#/components/headers/Location" });
            responses["201"] = done;
        } else {
            responses["200"] = done;
        }
        responses
    }

    fn connect(&self, schemas: &mut Schemas<'_>) -> Operation {
        let (input, output) = (schemas.want(self.request), self.item.method.output_type());
        let output = schemas.want(output.trim_start_matches('.'));
        let mut value = self.head();
        value["parameters"] = json!([{ "$ref": "#/components/parameters/ConnectTimeoutMs" }]);
        value["requestBody"] =
            json!({ "required": true, "content": { "application/json": { "schema": input } } });
        value["responses"] = json!({
            "200": {
                "description": "The answer. A refusal is its field `error`, as in gRPC.",
                "content": { "application/json": { "schema": output } },
            },
            "415": { "$ref": "#/components/responses/Status415" },
            "default": { "$ref": "#/components/responses/Connect" },
        });
        Operation { rpc: self.rpc, path: format!("/{}", self.rpc), method: "post", value }
    }
}
