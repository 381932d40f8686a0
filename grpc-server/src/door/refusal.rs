//! Refusals before the body is read: the typed `error` of a response, written for any response type by its field's number.

use std::sync::LazyLock;

use bytes::{BufMut, BytesMut};
use http::{HeaderMap, HeaderValue, Response};
use http_body_util::{BodyExt, Full};
use prost::Message;
use prost::encoding::{WireType, encode_key, encode_varint};
use tacos_proto::common::v1::Error;
use tonic::body::Body;

use super::Refused;
use crate::refusal;
use crate::rpc::Rpc;
use crate::settings::Rules;
use crate::wire::Fault;

/// Bytes of a message's frame before the message: a flag and its length.
const FRAME_HEAD_BYTES: usize = 5;

/// Number of the field `error` in each RPC's response; none for streams, which are refused by a status.
static ERROR_FIELDS: LazyLock<Vec<Option<u32>>> = LazyLock::new(|| {
    let pool = prost_reflect::DescriptorPool::decode(tacos_proto::FILE_DESCRIPTOR_SET);
    let pool = pool.expect("the contract's own descriptors");
    let number = |rpc: &Rpc| {
        let service = pool.get_service_by_name(rpc.service())?;
        let method = service.methods().find(|method| method.name() == rpc.method())?;
        let error = method.output().get_field_by_name("error")?;
        (!method.is_server_streaming()).then(|| error.number())
    };
    Rpc::ALL.iter().map(number).collect()
});

/// Works out the table, so that no call waits for it.
pub(super) fn prepare() {
    LazyLock::force(&ERROR_FIELDS);
}

/// The response that carries a fault: in its message where there is a field for it and the rules do not ask for a
/// status, else as its status.
pub(super) fn response(rules: &Rules, rpc: Option<Rpc>, fault: &Fault, trace: &str) -> Response<Body> {
    let Some((rpc, number)) = rpc.and_then(|rpc| Some((rpc, ERROR_FIELDS[rpc.index()]?))) else {
        return fault.to_status().into_http();
    };
    if let Some(status) = refusal::status(rules, rpc, fault, trace) {
        let mut response = status.into_http();
        response.extensions_mut().insert(Refused(fault.code));
        return response;
    }
    let mut trailers = HeaderMap::new();
    trailers.insert("grpc-status", HeaderValue::from_static("0"));
    let trailers = std::future::ready(Some(Ok(trailers)));
    let message = framed(number, &refusal::error(rules, fault, trace), &refusal::outcome(rpc, fault.code));
    let body = Full::new(message.freeze()).with_trailers(trailers);
    let mut response = Response::new(Body::new(body));
    let kind = HeaderValue::from_static("application/grpc");
    response.headers_mut().insert(http::header::CONTENT_TYPE, kind);
    response.extensions_mut().insert(Refused(fault.code));
    response
}

/// A message of its error and the fields that tell of the refusal, in its frame.
fn framed(number: u32, error: &Error, outcome: &[u8]) -> BytesMut {
    let mut bytes = BytesMut::zeroed(FRAME_HEAD_BYTES);
    encode_key(number, WireType::LengthDelimited, &mut bytes);
    encode_varint(error.encoded_len() as u64, &mut bytes);
    bytes.put_slice(&error.encode_to_vec());
    bytes.put_slice(outcome);
    let length = u32::try_from(bytes.len() - FRAME_HEAD_BYTES).expect("an error of some kilobytes");
    bytes[1..FRAME_HEAD_BYTES].copy_from_slice(&length.to_be_bytes());
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_unary_rpc_can_carry_an_error() {
        let pool = prost_reflect::DescriptorPool::decode(tacos_proto::FILE_DESCRIPTOR_SET).expect("ours");
        for (rpc, field) in Rpc::ALL.iter().zip(&*ERROR_FIELDS) {
            let service = pool.get_service_by_name(rpc.service()).expect("known");
            let method = service.methods().find(|method| method.name() == rpc.method()).expect("known");
            assert_eq!(field.is_some(), !method.is_server_streaming(), "{rpc}");
        }
    }
}
