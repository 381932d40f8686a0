//! A request with the handler that answers it, whatever their types: messages are decoded and encoded here, so that
//! what stands around handlers (`crate::call`, `crate::once`, `crate::audit`) exists once and not once for each RPC.

use std::pin::Pin;

use bytes::Bytes;
use prost::Message;
use tacos_proto::common::v1::{Error, ErrorCode};
use tacos_proto::rpc::{RpcRequest, RpcResponse};
use tokio_stream::{Stream, StreamExt};
use tonic::Status;

use crate::call::Call;
use crate::wire::ApiError;

/// Work that ends with an answer.
pub(crate) type Working = Pin<Box<dyn Future<Output = Result<Reply, ApiError>> + Send>>;

/// What a call is answered with, encoded.
pub(crate) enum Reply {
    /// One message, and what it says it was refused with: some answers carry an error beside other fields.
    One {
        message: Bytes,
        refused: Option<ErrorCode>,
    },
    Many(Streamed<Bytes>),
}

impl Reply {
    /// The one message, if it is one.
    pub(crate) fn message(&self) -> Option<Bytes> {
        match self {
            Self::One { message, .. } => Some(message.clone()),
            Self::Many(_) => None,
        }
    }
}

/// Messages of a stream; a status ends it.
pub(crate) type Streamed<T> = Pin<Box<dyn Stream<Item = Result<T, Status>> + Send>>;

/// Responses that a handler streams.
pub(crate) struct Responses<T>(pub(crate) Streamed<T>);

/// What a handler of an RPC that answers `T` may return.
pub(crate) trait IntoReply<T> {
    fn into_reply(self) -> Reply;
}

impl<T: RpcResponse> IntoReply<T> for T {
    fn into_reply(self) -> Reply {
        Reply::One { message: self.encode_to_vec().into(), refused: self.error().map(Error::code) }
    }
}

impl<T: RpcResponse> IntoReply<T> for Responses<T> {
    fn into_reply(self) -> Reply {
        Reply::Many(Box::pin(self.0.map(|response| response.map(|message| message.encode_to_vec().into()))))
    }
}

/// A decoded request and its handler.
pub(crate) trait Task: Send {
    /// Full name of the request's message.
    #[cfg(test)]
    fn request_name(&self) -> &'static str;
    /// The idempotency key; empty if there is none.
    fn key(&self) -> &str;
    /// The user whom the request names; empty if it names none.
    fn user(&self) -> &str;
    /// True if it asks what would happen: the answer changed nothing and is not remembered.
    fn is_dry_run(&self) -> bool;
    /// The request, encoded again: the same message always has the same bytes.
    fn encoded(&self) -> Vec<u8>;
    /// A first answer that was kept.
    fn kept(&self, answer: &[u8]) -> Result<Reply, ApiError>;
    /// The handler's work.
    fn run(self: Box<Self>, call: Call) -> Working;
}

struct Typed<Q, F> {
    request: Q,
    handler: fn(Call, Q) -> F,
}

/// Decodes a request for its handler.
pub(crate) fn of<Q, R, F>(request: &[u8], handler: fn(Call, Q) -> F) -> Result<Box<dyn Task>, Status>
where
    Q: RpcRequest,
    R: IntoReply<Q::Response>,
    F: Future<Output = Result<R, ApiError>> + Send + 'static,
{
    // The code that gRPC has for messages that cannot be read.
    let request = Q::decode(request).map_err(|error| Status::internal(error.to_string()))?;
    Ok(Box::new(Typed { request, handler }))
}

impl<Q, R, F> Task for Typed<Q, F>
where
    Q: RpcRequest,
    R: IntoReply<Q::Response>,
    F: Future<Output = Result<R, ApiError>> + Send + 'static,
{
    #[cfg(test)]
    fn request_name(&self) -> &'static str {
        Q::NAME
    }

    fn key(&self) -> &str {
        self.request.idempotency_key()
    }

    fn user(&self) -> &str {
        self.request.user_id()
    }

    fn is_dry_run(&self) -> bool {
        self.request.dry_run()
    }

    fn encoded(&self) -> Vec<u8> {
        self.request.encode_to_vec()
    }

    fn kept(&self, answer: &[u8]) -> Result<Reply, ApiError> {
        let answer = Q::Response::decode(answer).map_err(|error| ApiError::internal(error.to_string()))?;
        Ok(answer.into_reply())
    }

    fn run(self: Box<Self>, call: Call) -> Working {
        let work = (self.handler)(call, self.request);
        Box::pin(async move { work.await.map(IntoReply::into_reply) })
    }
}
