//! Claim: `/openapi.json` is what the server does: every path that it names takes the methods that it names, every bound
//! is one that the server holds, and every answer has a status that it names; `/docs` needs nothing but its style.

use std::collections::BTreeMap;

use http::Method;
use serde_json::{Value, json};

use super::Http;
use crate::access::{house, token};

/// A path with something in its variable parts.
fn filled(path: &str) -> String {
    path.split('/')
        .map(|part| if part.starts_with('{') { "none" } else { part })
        .collect::<Vec<_>>()
        .join("/")
}

fn followed<'d>(document: &'d Value, schema: &'d Value) -> &'d Value {
    let reference = schema["$ref"].as_str().and_then(|reference| reference.strip_prefix('#'));
    reference.and_then(|reference| document.pointer(reference)).unwrap_or(schema)
}

/// Values beyond a schema's bounds.
fn beyond(schema: &Value) -> Option<Value> {
    let number = |name: &str| schema[name].as_u64().and_then(|most| usize::try_from(most).ok());
    if let Some(most) = number("maxLength") {
        return Some("x".repeat(most + 1).into());
    }
    if let Some(most) = number("maxItems") {
        return Some((0..=most).map(|at| format!("A-{at}")).collect());
    }
    if let Some(most) = number("maxProperties") {
        let entries = (0..=most).map(|at| (format!("k{at}"), Value::from("v")));
        return Some(entries.collect::<serde_json::Map<_, _>>().into());
    }
    // Every 32-bit number without a sign has the bounds of its type.
    let most = schema["maximum"].as_i64().filter(|most| *most < i64::from(u32::MAX))?;
    Some((most + 1).into())
}

/// Every bounded field of a body, with a body that breaks its bound.
fn breaking(document: &Value, schema: &Value, before: &str, found: &mut BTreeMap<String, Value>) {
    for (name, property) in schema["properties"].as_object().into_iter().flatten() {
        let at = format!("{before}{name}");
        // The header carries the key, and has its own test.
        if name == "idempotency_key" {
            continue;
        }
        if let Some(value) = beyond(property) {
            found.insert(at.clone(), value);
        }
        if property.get("$ref").is_some() && before.matches('.').count() < 2 {
            breaking(document, followed(document, property), &format!("{at}."), found);
        }
    }
}

/// `a.b` = value, as an object.
fn nested(at: &str, value: Value) -> Value {
    at.rsplit('.').fold(value, |inner, name| json!({ name: inner }))
}

#[tokio::test]
async fn every_documented_path_has_its_methods() {
    let server = house().open().await;
    let mut http = Http::connect(server.web_addresses[0]).await;
    let document = http.get("/openapi.json").await.json();
    assert_eq!(document["openapi"], "3.1.1");
    let mut seen = 0;
    for (path, methods) in document["paths"].as_object().expect("paths") {
        let answer = http.send(Method::OPTIONS, &filled(path), &[], "").await;
        assert_eq!(answer.status, 204, "{path}");
        let allowed: Vec<String> = answer.header("allow").split(", ").map(str::to_lowercase).collect();
        for method in methods.as_object().expect("methods").keys() {
            assert!(allowed.contains(method), "{path} has no {method}: {allowed:?}");
            seen += 1;
        }
    }
    assert!(seen > 70, "only {seen} operations");
}

/// A request for each bounded field of an operation, with a value beyond its bound: the field, the path, the body.
fn broken(document: &Value, path: &str, operation: &Value) -> Vec<(String, String, Value)> {
    let mut all = Vec::new();
    for parameter in operation["parameters"].as_array().into_iter().flatten() {
        let name = parameter["name"].as_str().unwrap_or_default();
        let value = match beyond(&parameter["schema"]) {
            Some(Value::String(text)) => text,
            Some(Value::Number(number)) => number.to_string(),
            _ => continue,
        };
        let asked = match parameter["in"].as_str() {
            Some("path") => filled(&path.replace(&format!("{{{name}}}"), &value)),
            Some("query") => format!("{}?{name}={value}", filled(path)),
            _ => continue,
        };
        all.push((name.to_owned(), asked, json!({})));
    }
    let content = operation["requestBody"]["content"].as_object();
    if let Some(body) = content.and_then(|content| content.values().next()) {
        let mut found = BTreeMap::new();
        breaking(document, followed(document, &body["schema"]), "", &mut found);
        let bodies = found.into_iter().map(|(at, value)| (at.clone(), filled(path), nested(&at, value)));
        all.extend(bodies);
    }
    all
}

/// Asks for each bounded field with a value beyond its bound: the server names that field.
#[tokio::test]
async fn every_documented_bound_is_held() {
    let server = house().open().await;
    let mut http = Http::connect(server.web_addresses[0]).await.with(token("root", &["admin"], 600));
    let document = http.get("/openapi.json").await.json();
    let (mut seen, mut wrong) = (0, Vec::new());
    for (path, methods) in document["paths"].as_object().expect("paths") {
        for (method, operation) in methods.as_object().expect("methods") {
            // A merge patch is of an event that is there; making one has the same bounds.
            if !path.starts_with("/v1/") || method == "patch" {
                continue;
            }
            for (at, path, body) in broken(&document, path, operation) {
                let verb = Method::from_bytes(method.to_uppercase().as_bytes()).expect("a method");
                let answer = http.json(verb, &path, "key", body).await;
                seen += 1;
                let details = &answer.json()["error"]["details"];
                let named =
                    details.as_array().into_iter().flatten().any(|detail| detail["field"] == at.as_str());
                if answer.status != 400 || !named {
                    wrong.push(format!("{method} {path:.80} {at}: {} {details}", answer.status));
                }
                let documented = operation["responses"].get(answer.status.to_string()).is_some();
                assert!(documented, "{path:.80}: {} is not documented", answer.status);
            }
        }
    }
    assert!(wrong.is_empty(), "{seen} bounds, of which not held:\n{}", wrong.join("\n"));
    assert!(seen > 36, "only {seen} bounds");
}

#[tokio::test]
async fn the_page_is_served_with_its_style_and_a_policy() {
    let server = house().open().await;
    let mut http = Http::connect(server.web_addresses[0]).await;
    let page = http.get("/docs").await;
    assert_eq!((page.status, page.header("content-type")), (200, "text/html; charset=utf-8"));
    assert!(page.header("content-security-policy").starts_with("default-src 'none'; style-src 'self';"));
    assert!(page.bytes.starts_with(b"<!doctype html>"));
    let style = http.get("/docs.css").await;
    assert_eq!((style.status, style.header("content-type")), (200, "text/css; charset=utf-8"));
}
