//! Refusals before the body is read: the answer that a handler's refusal would have, in its frame.

use bytes::{BufMut, BytesMut};
use http::{HeaderMap, HeaderValue, Response};
use http_body_util::{BodyExt, Full};
use tonic::body::Body;

use super::Refused;
use crate::refusal;
use crate::rpc::Rpc;
use crate::settings::Rules;
use crate::wire::ApiError;

/// The response that carries an error: in its message where there is a field for it and the rules do not ask for a
/// status, else as its status.
pub(super) fn response(rules: &Rules, rpc: Option<Rpc>, error: &ApiError, trace: &str) -> Response<Body> {
    let Some(rpc) = rpc else { return error.to_status().into_http() };
    let mut response = match refusal::answer(rules, rpc, error, trace) {
        Ok(message) => {
            let mut trailers = HeaderMap::new();
            trailers.insert("grpc-status", HeaderValue::from_static("0"));
            let trailers = std::future::ready(Some(Ok(trailers)));
            let mut response =
                Response::new(Body::new(Full::new(framed(&message).freeze()).with_trailers(trailers)));
            let kind = HeaderValue::from_static("application/grpc");
            response.headers_mut().insert(http::header::CONTENT_TYPE, kind);
            response
        }
        Err(status) => status.into_http(),
    };
    response.extensions_mut().insert(Refused(error.code));
    response
}

/// A message behind a flag and its length.
fn framed(message: &[u8]) -> BytesMut {
    let mut bytes = BytesMut::with_capacity(message.len() + 5);
    bytes.put_u8(0);
    bytes.put_u32(u32::try_from(message.len()).expect("an error of some kilobytes"));
    bytes.put_slice(message);
    bytes
}
