//! Calls by REST: the method, path, query and body that an RPC's rule makes of a request, and its answer as gRPC has it.
//! RPCs without a rule, and the merge patch, which says less than the RPC, are called by Connect.

use std::net::SocketAddr;

use bytes::Bytes;
use http::Request;
use http_body_util::{BodyExt, Full};
use hyper_util::rt::TokioIo;
use prost_reflect::{DescriptorPool, DynamicMessage, SerializeOptions};
use serde_json::{Value, json};
use tacos_server::rpc::Rpc;
use tokio::net::TcpStream;

/// What a request becomes: method, path with query, body.
type Written = (&'static str, String, String);

/// One call; its refusal as gRPC's field `error` has it.
pub(crate) async fn call(
    address: SocketAddr,
    token: &str,
    rpc: &str,
    request: &Value,
) -> Result<Value, String> {
    let known = Rpc::of_path(&format!("/{rpc}")).ok_or_else(|| format!("{rpc} is no RPC"))?;
    let (method, path, body) = written(known, request);
    let request = Request::builder()
        .method(method)
        .uri(&path)
        .header("host", "test")
        .header("authorization", format!("Bearer {token}"))
        .header("content-type", "application/json")
        .body(Full::new(Bytes::from(body)))
        .map_err(|error| format!("{path}: {error}"))?;
    let io = TcpStream::connect(address).await.map_err(|error| error.to_string())?;
    let (mut sender, connection) =
        hyper::client::conn::http1::handshake(TokioIo::new(io)).await.map_err(|error| error.to_string())?;
    let driver = tokio::spawn(connection);
    let (head, body) = sender.send_request(request).await.map_err(|error| error.to_string())?.into_parts();
    let bytes = body.collect().await.map_err(|error| error.to_string())?.to_bytes();
    driver.abort();
    let text = String::from_utf8_lossy(&bytes);
    let answer: Value = serde_json::from_slice(&bytes).map_err(|error| format!("{error}: {text}"))?;
    if head.status.is_success() {
        return as_grpc(known, answer);
    }
    let code = answer["error"]["code"].as_str().ok_or_else(|| format!("{}: {text}", head.status))?;
    let mut error = answer["error"].clone();
    error["code"] = json!(format!("ERROR_CODE_{code}"));
    Ok(json!({ "error": error }))
}

fn written(rpc: Rpc, request: &Value) -> Written {
    let rule = rpc.http().filter(|_| rpc != Rpc::UpdateEvent);
    let Some(rule) = rule else { return ("POST", format!("/{rpc}"), request.to_string()) };
    let mut rest = request.clone();
    let mut path = String::new();
    for part in rule.path.split('/').skip(1) {
        let field = part.strip_prefix('{').and_then(|part| part.strip_suffix('}'));
        let value = match field {
            None => part.to_owned(),
            Some(field) => {
                let taken = rest.as_object_mut().and_then(|fields| fields.remove(field));
                taken.and_then(|value| value.as_str().map(escaped)).unwrap_or_default()
            }
        };
        // An empty part would be another path: such a request has no form in REST.
        if value.is_empty() {
            return ("POST", format!("/{rpc}"), request.to_string());
        }
        path = format!("{path}/{value}");
    }
    if ["POST", "PUT", "PATCH"].contains(&rule.method) {
        return (rule.method, path, rest.to_string());
    }
    let mut pairs = Vec::new();
    flatten("", &rest, &mut pairs);
    let query = if pairs.is_empty() { String::new() } else { format!("?{}", pairs.join("&")) };
    (rule.method, path + &query, String::new())
}

/// Fields as the pairs of a query.
fn flatten(name: &str, value: &Value, pairs: &mut Vec<String>) {
    match value {
        Value::Null => {}
        Value::Object(fields) => {
            for (field, value) in fields {
                let dot = if name.is_empty() { "" } else { "." };
                flatten(&format!("{name}{dot}{field}"), value, pairs);
            }
        }
        Value::Array(values) => values.iter().for_each(|value| flatten(name, value, pairs)),
        Value::String(text) => pairs.push(format!("{name}={}", escaped(text))),
        other => pairs.push(format!("{name}={other}")),
    }
}

fn escaped(text: &str) -> String {
    percent_encoding::utf8_percent_encode(text, percent_encoding::NON_ALPHANUMERIC).to_string()
}

/// An answer in the spelling of the client over gRPC: defaults left out.
fn as_grpc(rpc: Rpc, answer: Value) -> Result<Value, String> {
    let pool = DescriptorPool::decode(tacos_proto::FILE_DESCRIPTOR_SET).map_err(|error| error.to_string())?;
    let service = pool.get_service_by_name(rpc.service()).ok_or("no such service")?;
    let method = service.methods().find(|one| one.name() == rpc.method()).ok_or("no such method")?;
    let message =
        DynamicMessage::deserialize(method.output(), answer).map_err(|error| format!("{rpc}: {error}"))?;
    message
        .serialize_with_options(serde_json::value::Serializer, &SerializeOptions::new())
        .map_err(|error| error.to_string())
}
