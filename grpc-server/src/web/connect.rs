//! The Connect protocol, unary (connectrpc.com/docs/protocol): `POST /package.Service/Method` with JSON or protobuf,
//! and GET with the message in the query for RPCs that only read. A refusal is in the answer's field `error` and the
//! status is 200, as in gRPC; only a call that could not be made ends with a code and its HTTP status.

use base64::Engine as _;
use base64::alphabet::URL_SAFE;
use base64::engine::DecodePaddingMode;
use base64::engine::general_purpose::{GeneralPurpose, GeneralPurposeConfig};
use bytes::Bytes;
use http::header::{CACHE_CONTROL, CONTENT_ENCODING, CONTENT_TYPE};
use http::{HeaderMap, HeaderValue, Response, StatusCode};
use http_body_util::Full;
use serde_json::json;
use tacos_proto::json::Codec;
use tonic::body::Body;
use tonic::{Code, Status};

use super::answer::{self, Failed};
use super::asked;
use super::read::{Reading, refused};
use super::status::{self, HttpRefusal};
use super::table::Plan;
use crate::wire::ApiError;

/// base64 for addresses, with padding or without.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &URL_SAFE,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// How messages are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    Json,
    Proto,
}

impl Form {
    fn named(name: &str) -> Option<Self> {
        match name {
            "json" => Some(Self::Json),
            "proto" => Some(Self::Proto),
            _ => None,
        }
    }

    /// The form of a body; none if this protocol does not know its content type.
    pub(super) fn of(headers: &HeaderMap) -> Option<Self> {
        let kind = headers.get(CONTENT_TYPE)?.to_str().ok()?;
        Self::named(kind.split(';').next()?.trim().strip_prefix("application/")?)
    }
}

/// The message of a GET, from its query.
pub(super) fn in_query(query: &str) -> Result<(Form, Vec<u8>), Status> {
    let pairs = asked::pairs(query).map_err(Status::invalid_argument)?;
    let value = |name: &str| pairs.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str());
    if value("compression").is_some_and(|name| name != "identity") {
        return Err(Status::unimplemented("messages are not compressed"));
    }
    let form = value("encoding").and_then(Form::named);
    let form = form.ok_or_else(|| Status::invalid_argument("encoding must be json or proto"))?;
    let message = value("message").ok_or_else(|| Status::invalid_argument("the query has no message"))?;
    let bytes = match value("base64") {
        Some("1") => BASE64.decode(message).map_err(|_| Status::invalid_argument("message is no base64"))?,
        _ => message.as_bytes().to_vec(),
    };
    Ok((form, bytes))
}

/// What makes a request none of this protocol.
pub(super) fn problem(headers: &HeaderMap) -> Option<Status> {
    let is = |name: &str, wanted: &str| headers.get(name).is_none_or(|value| value == wanted);
    if !is("connect-protocol-version", "1") {
        return Some(Status::invalid_argument("connect-protocol-version must be 1"));
    }
    let encoding = CONTENT_ENCODING.as_str();
    (!is(encoding, "identity")).then(|| Status::unimplemented("messages are not compressed"))
}

/// A message as the routes take it.
pub(super) fn turn(reading: &Reading, form: Form, bytes: &[u8]) -> Result<Vec<u8>, ApiError> {
    if form == Form::Proto {
        return Ok(bytes.to_vec());
    }
    let mut message = Vec::with_capacity(bytes.len());
    let codec = Codec::contract();
    codec.to_bytes(reading.plan.request, bytes, reading.unknown, &mut message).map_err(refused)?;
    Ok(message)
}

/// The answer to a call.
pub(super) async fn answer(plan: &Plan, form: Form, response: Response<Body>, trace: &str) -> Response<Body> {
    let message = match answer::message(response).await {
        Ok(message) => message,
        Err(failure) => return failed(&failure),
    };
    let (kind, body) = match form {
        Form::Proto => ("application/proto", message),
        Form::Json => {
            let mut body = Vec::with_capacity(message.len() * 2);
            if let Err(error) = Codec::contract().to_json(plan.response, &message, &mut body) {
                tracing::error!(trace_id = trace, rpc = %plan.rpc, %error, "an answer cannot be written as JSON");
                return failed(&(Status::internal("the answer cannot be written"), None));
            }
            ("application/json", Bytes::from(body))
        }
    };
    let mut response = Response::new(Body::new(Full::new(body)));
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(kind));
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

/// The answer to a call that could not be made.
pub(super) fn failed((status, push_back): &Failed) -> Response<Body> {
    let http = http(status.code());
    let body = json!({ "code": code(status.code()), "message": status.message() });
    let mut response = status::json(http, body.to_string().into_bytes());
    let mut marks = HttpRefusal::of_status(status, *push_back, false);
    marks.status = http;
    marks.mark(&mut response);
    response
}

/// The protocol's name of a code.
fn code(code: Code) -> &'static str {
    match code {
        Code::Ok | Code::Unknown => "unknown",
        Code::Cancelled => "canceled",
        Code::InvalidArgument => "invalid_argument",
        Code::DeadlineExceeded => "deadline_exceeded",
        Code::NotFound => "not_found",
        Code::AlreadyExists => "already_exists",
        Code::PermissionDenied => "permission_denied",
        Code::ResourceExhausted => "resource_exhausted",
        Code::FailedPrecondition => "failed_precondition",
        Code::Aborted => "aborted",
        Code::OutOfRange => "out_of_range",
        Code::Unimplemented => "unimplemented",
        Code::Internal => "internal",
        Code::Unavailable => "unavailable",
        Code::DataLoss => "data_loss",
        Code::Unauthenticated => "unauthenticated",
    }
}

/// The protocol's own table of statuses.
fn http(code: Code) -> StatusCode {
    match code {
        Code::FailedPrecondition | Code::OutOfRange => StatusCode::BAD_REQUEST,
        Code::Ok => StatusCode::INTERNAL_SERVER_ERROR,
        other => status::of_grpc(other),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn statuses_are_those_of_the_protocol() {
        let all = (1..17).map(|number| http(Code::from_i32(number)).as_u16());
        let wanted = [499, 500, 400, 504, 404, 409, 403, 429, 400, 409, 400, 501, 500, 503, 500, 401];
        assert_eq!(all.collect::<Vec<_>>(), wanted);
        assert_eq!(code(Code::Cancelled), "canceled");
    }

    #[test]
    fn messages_stand_in_queries_in_both_forms() {
        let json = in_query("connect=v1&encoding=json&message=%7B%22a%22%3A1%7D").expect("good");
        assert_eq!(json, (Form::Json, br#"{"a":1}"#.to_vec()));
        for padded in ["CgE_", "CgE-Pg", "CgE-Pg%3D%3D"] {
            let query = format!("encoding=proto&base64=1&message={padded}");
            assert_eq!(in_query(&query).expect("good").0, Form::Proto, "{padded}");
        }
        for bad in
            ["message=a", "encoding=xml&message=a", "encoding=json", "encoding=proto&base64=1&message=%2B"]
        {
            assert_eq!(in_query(bad).expect_err("bad").code(), Code::InvalidArgument, "{bad}");
        }
        let packed = in_query("encoding=json&message=a&compression=gzip").expect_err("packed");
        assert_eq!(packed.code(), Code::Unimplemented);
    }
}
