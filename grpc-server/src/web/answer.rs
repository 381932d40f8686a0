//! From the routes' gRPC answer to HTTP's: one message as JSON, or the refusal that it carries.

use std::time::Duration;

use bytes::Bytes;
use http::header::{CACHE_CONTROL, ETAG, LOCATION};
use http::{HeaderMap, HeaderValue, Response, StatusCode};
use http_body_util::BodyExt;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use prost::Message;
use tacos_proto::common::v1::{Error, ErrorCode};
use tacos_proto::gateway::v1::HealthStatus;
use tacos_proto::json::Codec;
use tonic::Status;
use tonic::body::Body;

use super::fields;
use super::status::{HttpRefusal, json};
use super::table::{Piece, Plan};
use crate::refusal;
use crate::rpc::Rpc;

/// What is escaped in a part of a path: all but what RFC 3986 calls unreserved.
const ESCAPED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// A status that is no success, and how long its caller was asked to wait.
pub(super) type Failed = (Status, Option<Duration>);

/// The status with which an answer ends before it has a message.
pub(super) fn failed(headers: &HeaderMap) -> Option<Failed> {
    let status = Status::from_header_map(headers).filter(|status| status.code() != tonic::Code::Ok)?;
    let push_back = headers.get("grpc-retry-pushback-ms").and_then(|text| text.to_str().ok()?.parse().ok());
    Some((status, push_back.map(Duration::from_millis)))
}

/// The one message of an answer.
pub(super) async fn message(response: Response<Body>) -> Result<Bytes, Failed> {
    if let Some(failed) = failed(response.headers()) {
        return Err(failed);
    }
    let collected = response.into_body().collect().await.map_err(|status| (status, None))?;
    if let Some(failed) = collected.trailers().and_then(failed) {
        return Err(failed);
    }
    let mut bytes = collected.to_bytes();
    if bytes.len() < 5 {
        return Err((Status::internal("the answer has no message"), None));
    }
    Ok(bytes.split_off(5))
}

/// An answer of REST; `conditional`: the request had a condition on the state that it changes.
pub(super) async fn rest(
    plan: &Plan,
    response: Response<Body>,
    trace: &str,
    conditional: bool,
) -> Response<Body> {
    let message = match message(response).await {
        Ok(message) => message,
        Err((status, push_back)) => {
            return HttpRefusal::of_status(&status, push_back, conditional).answer(trace);
        }
    };
    match error_in(plan.rpc, &message) {
        Some(error) => HttpRefusal::of_error(error, conditional).answer(trace),
        None => done(plan, &message, trace),
    }
}

/// The refusal that a message carries.
fn error_in(rpc: Rpc, message: &[u8]) -> Option<Error> {
    let error = fields::bytes(message, refusal::error_field(rpc)?)?;
    Error::decode(error).ok()
}

fn done(plan: &Plan, message: &[u8], trace: &str) -> Response<Body> {
    let mut body = Vec::with_capacity(message.len() * 2);
    if let Err(error) = Codec::contract().to_json(plan.response, message, &mut body) {
        tracing::error!(trace_id = trace, rpc = %plan.rpc, %error, "an answer cannot be written as JSON");
        return internal().answer(trace);
    }
    let mut response = json(StatusCode::OK, body);
    let headers = response.headers_mut();
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    let revision = plan.revision.as_ref().map_or(0, |path| fields::number(message, path));
    if revision > 0
        && let Ok(tag) = HeaderValue::from_str(&format!("\"{revision}\""))
    {
        headers.insert(ETAG, tag);
    }
    if let Some(location) = location(plan, message) {
        headers.insert(LOCATION, location);
        *response.status_mut() = StatusCode::CREATED;
    }
    let unhealthy = HealthStatus::Unhealthy as u64;
    if plan.rpc == Rpc::GatewayHealthCheck && fields::number(message, &[1]) == unhealthy {
        *response.status_mut() = StatusCode::SERVICE_UNAVAILABLE;
    }
    response
}

pub(super) fn internal() -> HttpRefusal {
    let status = StatusCode::INTERNAL_SERVER_ERROR;
    HttpRefusal::new(status, ErrorCode::Internal, "the answer cannot be written")
}

/// Where what was made can be read.
fn location(plan: &Plan, message: &[u8]) -> Option<HeaderValue> {
    if plan.created.is_empty() {
        return None;
    }
    let mut path = String::new();
    for piece in &plan.created {
        path.push('/');
        match piece {
            Piece::Text(text) => path.push_str(text),
            Piece::Field(numbers) => {
                path.extend(utf8_percent_encode(fields::text(message, numbers)?, ESCAPED));
            }
        }
    }
    HeaderValue::from_str(&path).ok()
}
