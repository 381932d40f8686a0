//! The reference as one page without a script: services and their operations, then every message and enum, in the order
//! of the contract.

use std::fmt::Write;

use serde_json::Value;

use super::contract::{Contract, EnumItem, MessageItem};
use super::markup::{escaped, line, paragraphs};
use super::operations::Operation;
use super::services;

/// The page; `document` says which messages are in it.
pub(super) fn page(contract: &Contract, document: &Value, operations: &[Operation]) -> String {
    let mut body = String::new();
    let mut contents = String::new();
    for service in services() {
        let of: Vec<_> = operations.iter().filter(|operation| operation.rpc.service() == service).collect();
        let id = escaped(service);
        let _ = writeln!(contents, "<li><a href=\"#{id}\">{}</a><ul>", short(service));
        let comment = contract.services.get(service).map(String::as_str).unwrap_or_default();
        let _ = writeln!(body, "<section id=\"{id}\"><h2>{}</h2>\n{}", short(service), paragraphs(comment));
        for operation in of {
            let at = escaped(&operation.rpc.to_string());
            let _ = writeln!(contents, "<li><a href=\"#{at}\">{}</a></li>", spaced(operation.rpc.method()));
            write_operation(&mut body, document, operation);
        }
        contents.push_str("</ul></li>\n");
        body.push_str("</section>\n");
    }
    contents
        .push_str("<li><a href=\"#errors\">Refusals</a></li>\n<li><a href=\"#schemas\">Messages</a></li>\n");
    body.push_str("<section id=\"errors\"><h2>Refusals</h2>\n");
    for (name, response) in document["components"]["responses"].as_object().into_iter().flatten() {
        let status = name.trim_start_matches("Status");
        let said = paragraphs(text(&response["description"]));
        let _ = writeln!(body, "<h3 id=\"{}\">{}</h3>\n{said}", escaped(name), escaped(status));
    }
    body.push_str("</section>\n<section id=\"schemas\"><h2>Messages</h2>\n");
    for name in document["components"]["schemas"].as_object().into_iter().flat_map(|all| all.keys()) {
        match (contract.messages.get(name), contract.enums.get(name)) {
            (Some(item), _) => write_message(&mut body, document, name, item),
            (_, Some(item)) => write_enum(&mut body, name, item),
            _ => {}
        }
    }
    body.push_str("</section>\n");
    let about = paragraphs(text(&document["info"]["description"]));
    let version = escaped(text(&document["info"]["version"]));
    format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<title>Traffic Tacos: HTTP reference</title>\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <link rel=\"stylesheet\" href=\"/docs.css\">\n</head>\n<body>\n<a class=\"skip\" href=\"#main\">To the text</a>\n\
         <nav aria-label=\"Contents\">\n<p class=\"name\"><a href=\"#main\">Traffic Tacos</a> {version}</p>\n\
         <ul>\n{contents}</ul>\n</nav>\n<main id=\"main\">\n<h1>HTTP reference</h1>\n\
         <p>For programs: <a href=\"/openapi.json\">/openapi.json</a> (OpenAPI 3.1).</p>\n{about}{body}</main>\n</body>\n</html>\n"
    )
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

/// A full name without its package.
fn short(name: &str) -> &str {
    name.rsplit('.').next().unwrap_or(name)
}

/// `JoinQueue` as people say it.
fn spaced(method: &str) -> String {
    let mut out = String::new();
    for character in method.chars() {
        if character.is_ascii_uppercase() && !out.is_empty() {
            out.push(' ');
            out.push(character.to_ascii_lowercase());
        } else {
            out.push(character);
        }
    }
    out
}

fn write_operation(body: &mut String, document: &Value, operation: &Operation) {
    let id = escaped(&operation.rpc.to_string());
    let verb = operation.method.to_uppercase();
    let path = escaped(&operation.path).replace('{', "<var>{").replace('}', "}</var>").replace('/', "/<wbr>");
    let path = path.replace("</<wbr>var>", "</var>");
    let _ = writeln!(
        body,
        "<article id=\"{id}\"><h3>{}</h3>\n<p class=\"address\"><span class=\"verb {}\">{verb}</span> <code>{path}</code></p>\n{}",
        spaced(operation.rpc.method()),
        operation.method,
        paragraphs(text(&operation.value["description"])),
    );
    let parameters = operation.value["parameters"].as_array().into_iter().flatten();
    let parameters: Vec<&Value> = parameters.map(|parameter| followed(document, parameter)).collect();
    if !parameters.is_empty() {
        body.push_str("<table><caption>Parameters</caption><tbody>\n");
        for parameter in parameters {
            let place = format!("{}, {}", text(&parameter["in"]), kind(&parameter["schema"]));
            row(body, text(&parameter["name"]), &place, text(&parameter["description"]));
        }
        body.push_str("</tbody></table>\n");
    }
    let content = operation.value["requestBody"]["content"].as_object();
    if let Some(schema) = content.and_then(|content| content.values().next()).map(|of| &of["schema"]) {
        match schema["properties"].as_object() {
            Some(properties) if !properties.is_empty() => {
                body.push_str("<table><caption>Body</caption><tbody>\n");
                for (name, property) in properties {
                    row(body, name, &kind(property), text(&property["description"]));
                }
                body.push_str("</tbody></table>\n");
            }
            Some(_) => {}
            None => {
                let _ = writeln!(body, "<p>Body: {}</p>", kind(schema));
            }
        }
    }
    let responses = operation.value["responses"].as_object().into_iter().flatten();
    let (done, refused): (Vec<_>, Vec<_>) =
        responses.partition(|(_, response)| response.get("$ref").is_none());
    for (status, response) in done {
        let content = response["content"].as_object().and_then(|content| content.iter().next());
        let schema = content.map(|(media, of)| match of.get("x-event-data") {
            Some(data) => format!("a stream of {} ({})", kind(data), escaped(media)),
            None => kind(&of["schema"]),
        });
        let _ = writeln!(body, "<p>Answers <strong>{status}</strong>: {}</p>", schema.unwrap_or_default());
    }
    let refused = refused.into_iter().map(|(status, response)| {
        let name = text(&response["$ref"]).rsplit('/').next().unwrap_or_default();
        format!("<a href=\"#{}\">{status}</a>", escaped(name))
    });
    let refused: Vec<String> = refused.collect();
    let _ = writeln!(body, "<p class=\"refusals\">Refusals: {}</p></article>", refused.join(" "));
}

fn followed<'d>(document: &'d Value, value: &'d Value) -> &'d Value {
    let reference = value["$ref"].as_str().and_then(|reference| reference.strip_prefix('#'));
    reference.and_then(|reference| document.pointer(reference)).unwrap_or(value)
}

/// A schema's type in a few words, as HTML.
fn kind(schema: &Value) -> String {
    if let Some(reference) = schema["$ref"].as_str() {
        let name = reference.rsplit('/').next().unwrap_or_default();
        return format!("<a href=\"#{}\">{}</a>", escaped(name), escaped(short(name)));
    }
    let mut said = match (text(&schema["type"]), text(&schema["format"])) {
        ("array", _) => format!("list of {}", kind(&schema["items"])),
        ("object", _) if schema.get("additionalProperties").is_some() => {
            format!("map of {}", kind(&schema["additionalProperties"]))
        }
        ("string", "date-time") => "moment".to_owned(),
        ("string", "int64" | "uint64") => "64-bit number as text".to_owned(),
        ("string", _) if schema.get("contentEncoding").is_some() => "base64".to_owned(),
        ("string", _) => "text".to_owned(),
        ("integer", _) => "whole number".to_owned(),
        ("boolean", _) => "true or false".to_owned(),
        (other, _) => escaped(other),
    };
    let most = [("maxLength", "characters"), ("maxItems", "entries"), ("maxProperties", "entries")];
    for (name, unit) in most {
        if let Some(most) = schema[name].as_u64() {
            let _ = write!(said, ", at most {most} {unit}");
        }
    }
    if let (Some(least), Some(most)) = (schema["minimum"].as_i64(), schema["maximum"].as_i64())
        && most < i64::from(u32::MAX)
    {
        let _ = write!(said, ", {least} to {most}");
    }
    said
}

fn row(body: &mut String, name: &str, kind: &str, words: &str) {
    let name = escaped(name);
    let words = line(&words.replace('\n', " "));
    let _ = writeln!(
        body,
        "<tr><th scope=\"row\"><code>{name}</code><small>{kind}</small></th><td>{words}</td></tr>"
    );
}

fn write_message(body: &mut String, document: &Value, name: &str, item: &MessageItem) {
    let _ = writeln!(
        body,
        "<article id=\"{0}\"><h3>{1} <small>{0}</small></h3>\n{2}",
        escaped(name),
        short(name),
        paragraphs(&item.comment)
    );
    if !item.message.field.is_empty() {
        body.push_str("<table><tbody>\n");
        let properties = &document["components"]["schemas"][name]["properties"];
        for (field, comment) in item.message.field.iter().zip(&item.fields) {
            row(body, field.name(), &kind(&properties[field.name()]), comment);
        }
        body.push_str("</tbody></table>\n");
    }
    body.push_str("</article>\n");
}

fn write_enum(body: &mut String, name: &str, item: &EnumItem) {
    let _ = writeln!(
        body,
        "<article id=\"{0}\"><h3>{1} <small>{0}</small></h3>\n{2}<table><tbody>",
        escaped(name),
        short(name),
        paragraphs(&item.comment)
    );
    for (value, comment) in item.found.value.iter().zip(&item.values) {
        row(body, value.name(), "", comment);
    }
    body.push_str("</tbody></table></article>\n");
}
