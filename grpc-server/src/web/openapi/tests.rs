use std::collections::HashSet;

use super::*;

fn reference() -> Value {
    serde_json::from_slice(&REFERENCE.document).expect("what we write is JSON")
}

/// Every `$ref` in a value.
fn references<'v>(value: &'v Value, found: &mut Vec<&'v str>) {
    match value {
        Value::Object(of) => {
            for (name, inner) in of {
                match inner.as_str() {
                    Some(at) if name == "$ref" => found.push(at),
                    _ => references(inner, found),
                }
            }
        }
        Value::Array(of) => of.iter().for_each(|inner| references(inner, found)),
        _ => {}
    }
}

#[test]
fn every_reference_leads_somewhere_and_every_component_is_led_to() {
    let document = reference();
    let mut found = Vec::new();
    references(&document, &mut found);
    assert!(found.len() > 500, "only {} references", found.len());
    for at in &found {
        let pointer = at.strip_prefix('#').expect("within the document");
        assert!(document.pointer(pointer).is_some(), "{at} is not there");
    }
    let found: HashSet<&str> = found.into_iter().collect();
    for kind in ["schemas", "responses", "parameters", "headers"] {
        for name in document["components"][kind].as_object().expect("components").keys() {
            assert!(
                found.contains(format!("#/components/{kind}/{name}").as_str()),
                "{kind}/{name} is not used"
            );
        }
    }
}

#[test]
fn every_rpc_is_one_operation() {
    let document = reference();
    let mut seen = HashSet::new();
    let mut ids = HashSet::new();
    for (path, item) in document["paths"].as_object().expect("paths") {
        for (method, operation) in item.as_object().expect("methods") {
            let id = operation["operationId"].as_str().expect("an id");
            assert!(ids.insert(id.to_owned()), "{id} twice");
            let Some(rpc) = operation["x-rpc"].as_str() else {
                assert!(["/livez", "/readyz", "/version"].contains(&path.as_str()), "{path}");
                continue;
            };
            assert!(seen.insert(rpc.to_owned()), "{rpc} twice");
            let rpc = Rpc::of_path(&format!("/{rpc}")).expect("an RPC");
            match rpc.http() {
                Some(rule) => {
                    assert_eq!(*method, rule.method.to_lowercase());
                    let shape = |path: &str| {
                        path.split('/')
                            .map(|part| if part.starts_with('{') { "*" } else { part }.to_owned())
                            .collect::<Vec<_>>()
                    };
                    assert_eq!(shape(path), shape(rule.path));
                }
                None => assert_eq!((path.as_str(), method.as_str()), (format!("/{rpc}").as_str(), "post")),
            }
            let named = path.split('/').filter(|part| part.starts_with('{')).count();
            let parameters = operation["parameters"].as_array();
            let parameters = parameters.into_iter().flatten().filter(|parameter| parameter["in"] == "path");
            assert_eq!(parameters.count(), named, "{path}");
            assert!(!operation["summary"].as_str().expect("a summary").is_empty(), "{rpc}");
        }
    }
    let wanted: HashSet<String> =
        Rpc::ALL.iter().filter(|rpc| **rpc != Rpc::Run).map(ToString::to_string).collect();
    assert_eq!(seen, wanted);
}

#[test]
fn what_an_operation_says_is_what_the_contract_says() {
    let document = reference();
    let join = &document["paths"]["/v1/events/{event_id}/queue"]["post"];
    assert_eq!(join["summary"], "Takes a place");
    let body = &join["requestBody"]["content"]["application/json"]["schema"]["properties"];
    assert!(body.get("event_id").is_none() && body.get("session_id").is_some(), "{body}");
    assert_eq!(join["responses"]["201"]["headers"]["location"]["$ref"], "#/components/headers/Location");
    let refused = document["components"]["responses"]["Status409"]["description"].as_str().expect("words");
    assert!(refused.contains("`INVENTORY_CONFLICT`: ") && !refused.contains("ERROR_CODE"), "{refused}");
    let check = document["paths"]["/v1/events/{event_id}/seats/check"]["get"]["parameters"].as_array();
    let seats =
        check.into_iter().flatten().find(|parameter| parameter["name"] == "seat_ids").expect("a list");
    assert_eq!((&seats["schema"]["type"], &seats["in"]), (&json!("array"), &json!("query")));
    let stream =
        &document["paths"]["/v1/admin/feed"]["get"]["responses"]["200"]["content"]["text/event-stream"];
    assert_eq!(stream["x-event-data"]["$ref"], "#/components/schemas/engine.v1.WatchFeedResponse");
    let position = &document["components"]["schemas"]["gateway.v1.JoinQueueResponse"];
    assert!(position["required"].as_array().expect("answers have all").contains(&json!("position_hint")));
    assert!(!position["required"].as_array().expect("answers have all").contains(&json!("error")));
}

#[test]
fn every_bound_is_of_a_field() {
    let contract = Contract::new(tacos_proto::COMMENTED_FILE_DESCRIPTOR_SET);
    let mut seen = HashSet::new();
    for (message, field, bound) in bounds::BOUNDS {
        let item = contract.messages.get(message).unwrap_or_else(|| panic!("{message} is no message"));
        assert!(
            item.message.field.iter().any(|of| of.name() == field),
            "{message} has no {field}: {bound:?}"
        );
        assert!(seen.insert((message, field)), "{message}.{field} twice");
    }
}

/// Without a script, a style or a picture of its own the page needs no exception from the policy that forbids them.
#[test]
fn the_page_has_no_script_and_its_links_lead_somewhere() {
    let page = std::str::from_utf8(&REFERENCE.page).expect("a text");
    for never in ["<script", "style=", "<style", "onclick", "javascript:", "<img", "http://", "https://"] {
        assert!(!page.contains(never), "{never}");
    }
    let ids: HashSet<&str> = page.split(" id=\"").skip(1).filter_map(|rest| rest.split('"').next()).collect();
    let links: Vec<&str> = page.split("href=\"#").skip(1).filter_map(|rest| rest.split('"').next()).collect();
    assert!(links.len() > 500 && ids.len() > 200, "{} links, {} places", links.len(), ids.len());
    for link in links {
        assert!(ids.contains(link), "#{link} leads nowhere");
    }
    let opened =
        |tag: &str| page.matches(&format!("<{tag}>")).count() + page.matches(&format!("<{tag} ")).count();
    for tag in
        ["article", "section", "table", "tbody", "tr", "td", "th", "ul", "li", "p", "code", "h3", "a", "var"]
    {
        assert_eq!(opened(tag), page.matches(&format!("</{tag}>")).count(), "{tag}");
    }
}
