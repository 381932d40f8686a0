//! From an HTTP request to the gRPC request that the routes take. The head is turned at once; the body is read and
//! turned when the handler's side asks for it, so that a call which is refused by its head costs no reading, and a body
//! that does not come is cut by the call's deadline.

use std::collections::HashMap;

use bytes::{BufMut, Bytes, BytesMut};
use futures_util::stream;
use http::header::{CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE, TE, TRANSFER_ENCODING};
use http::request::Parts;
use http::{HeaderMap, HeaderValue, Request, Version};
use http_body_util::{BodyExt, LengthLimitError, Limited, StreamBody};
use hyper::body::Frame;
use serde::de::IgnoredAny;
use tacos_proto::common::v1::ErrorCode;
use tacos_proto::json::{Codec, JsonError, MessageId, Unknown};
use tonic::Status;
use tonic::body::Body;

use super::fields;
use super::table::Plan;
use crate::refusal;
use crate::wire::ApiError;

/// Texts of a request that are not in its body.
#[derive(Clone, Default)]
pub(super) struct Texts {
    /// What stands in the path for the fields that it names.
    pub(super) path: Vec<String>,
    pub(super) query: Vec<(String, String)>,
    /// The header `idempotency-key`.
    pub(super) key: Option<String>,
    /// The header `if-match`: a revision.
    pub(super) revision: Option<String>,
    /// The header `last-event-id`: a position.
    pub(super) position: Option<String>,
    /// The header `x-signature`.
    pub(super) signature: Option<String>,
}

/// How a request's message is made.
pub(super) struct Reading {
    pub(super) plan: &'static Plan,
    pub(super) unknown: Unknown,
    pub(super) bytes_max: usize,
    pub(super) trace: String,
}

/// The message of a request, or why there is none.
type Turned = Result<Vec<u8>, ApiError>;

impl Reading {
    /// The gRPC request; `turn` makes the message of the body's bytes.
    pub(super) fn request(
        self,
        mut head: Parts,
        body: Option<Body>,
        turn: impl FnOnce(&Self, &[u8]) -> Turned + Send + 'static,
    ) -> Request<Body> {
        head.uri = self.plan.uri.clone();
        head.method = http::Method::POST;
        head.version = Version::HTTP_2;
        for not_ours in [CONTENT_LENGTH, CONTENT_ENCODING, TRANSFER_ENCODING] {
            head.headers.remove(not_ours);
        }
        head.headers.remove("grpc-encoding");
        head.headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/grpc"));
        head.headers.insert(TE, HeaderValue::from_static("trailers"));
        let message = async move {
            let bytes = match body {
                Some(body) => whole(body, self.bytes_max).await?,
                None => Bytes::new(),
            };
            let turned = turn(&self, &bytes).map_err(|error| refusal::detailed(&error, &self.trace))?;
            Ok::<_, Status>(Frame::data(framed(&turned)))
        };
        Request::from_parts(head, Body::new(StreamBody::new(stream::once(message))))
    }

    /// A JSON body and the texts beside it as one message.
    pub(super) fn rest(&self, body: &[u8], texts: &Texts) -> Turned {
        let (plan, codec) = (self.plan, Codec::contract());
        let mut message = Vec::with_capacity(body.len() + 64);
        match &plan.patched {
            Some(names) => self.patch(names, body, &mut message)?,
            None if body.iter().all(u8::is_ascii_whitespace) => {}
            None => codec.to_bytes(plan.request, body, self.unknown, &mut message).map_err(refused)?,
        }
        for (name, text) in &texts.query {
            let known = plan.fields.contains(name.split('.').next().unwrap_or_default());
            if known || self.unknown == Unknown::Refuse {
                codec.put_text(plan.request, name, text, &mut message).map_err(refused)?;
            }
        }
        for (name, text) in plan.in_path.iter().zip(&texts.path) {
            codec.put_text(plan.request, name, text, &mut message).map_err(refused)?;
        }
        if let (Some(number), Some(key)) = (plan.key, &texts.key) {
            match fields::text(&message, &[number]) {
                Some(given) if given != key => {
                    return Err(ApiError::invalid(
                        "idempotency_key",
                        "differs from the header idempotency-key",
                        given,
                    ));
                }
                _ => put(plan.request, "idempotency_key", key, &mut message)?,
            }
        }
        self.put_known("expected_revision", texts.revision.as_deref(), &mut message)?;
        if plan.fields.contains("after_position") && texts.position.is_some() {
            self.put_known("start", Some("FEED_START_POSITION"), &mut message)?;
            self.put_known("after_position", texts.position.as_deref(), &mut message)?;
        }
        self.put_known("signature", texts.signature.as_deref(), &mut message)?;
        Ok(message)
    }

    /// Adds a header's text to the field that it fills, if the request has it.
    fn put_known(&self, field: &str, text: Option<&str>, message: &mut Vec<u8>) -> Result<(), ApiError> {
        match text {
            Some(text) if self.plan.fields.contains(field) => put(self.plan.request, field, text, message),
            _ => Ok(()),
        }
    }

    /// A merge patch (RFC 7396) of `settings`: the names that it has are the fields to change.
    fn patch(
        &self,
        names: &std::collections::HashSet<String>,
        body: &[u8],
        message: &mut Vec<u8>,
    ) -> Result<(), ApiError> {
        let given: HashMap<String, IgnoredAny> = serde_json::from_slice(body)
            .map_err(|error| ApiError::new(ErrorCode::InvalidArgument, format!("the body: {error}")))?;
        // The id stands in the path: it is not changed.
        let mut mask: Vec<&str> = given.keys().map(String::as_str).collect();
        mask.retain(|name| names.contains(*name) && !matches!(*name, "event_id" | "eventId"));
        mask.sort_unstable();
        let mask = mask.join(",");
        let whole =
            [br#"{"settings":"#.as_slice(), body, br#","update_mask":""#, mask.as_bytes(), br#""}"#].concat();
        Codec::contract().to_bytes(self.plan.request, &whole, self.unknown, message).map_err(refused)
    }
}

fn put(request: MessageId, field: &str, text: &str, message: &mut Vec<u8>) -> Result<(), ApiError> {
    Codec::contract().put_text(request, field, text, message).map_err(refused)
}

/// A refusal by the codec.
#[allow(clippy::needless_pass_by_value, reason = "given to map_err")]
pub(super) fn refused(error: JsonError) -> ApiError {
    let plain = ApiError::new(ErrorCode::InvalidArgument, format!("invalid argument: {error}"));
    if error.path().is_empty() { plain } else { plain.detail(error.path(), error.reason(), "") }
}

/// All of a body.
async fn whole(body: Body, bytes_max: usize) -> Result<Bytes, Status> {
    match Limited::new(body, bytes_max).collect().await {
        Ok(collected) => Ok(collected.to_bytes()),
        Err(error) if error.is::<LengthLimitError>() => Err(too_long(bytes_max)),
        Err(error) => Err(Status::cancelled(format!("the body did not come whole: {error}"))),
    }
}

pub(super) fn too_long(bytes_max: usize) -> Status {
    Status::out_of_range(format!("the body is longer than {bytes_max} bytes"))
}

/// True for a body that says itself that it is longer than it may be.
pub(super) fn says_too_long(headers: &HeaderMap, bytes_max: usize) -> bool {
    let length = headers.get(CONTENT_LENGTH).and_then(|text| text.to_str().ok()?.parse::<u64>().ok());
    length.is_some_and(|length| length > bytes_max as u64)
}

/// A message behind a flag and its length.
fn framed(message: &[u8]) -> Bytes {
    let mut bytes = BytesMut::with_capacity(message.len() + 5);
    bytes.put_u8(0);
    // Bodies are bounded far below: what is longer would be refused for its length.
    bytes.put_u32(u32::try_from(message.len()).unwrap_or(u32::MAX));
    bytes.put_slice(message);
    bytes.freeze()
}
