//! An HTTP/2 client whose requests may stay unfinished: their body is what a test says, and may never end.

use std::net::SocketAddr;
use std::time::Duration;

use bytes::{BufMut, Bytes, BytesMut};
use http::{HeaderMap, Request, Response};
use http_body_util::combinators::BoxBody;
use http_body_util::{BodyExt, Full, StreamBody};
use hyper::body::Frame;
use hyper_util::rt::{TokioExecutor, TokioIo};
use prost::Message;
use tacos_proto::common::v1::Error;
use tokio::net::TcpStream;
use tokio_stream::StreamExt;

/// Nothing takes so long.
pub(crate) const PATIENCE: Duration = Duration::from_secs(60);

pub(crate) type Body = BoxBody<Bytes, std::convert::Infallible>;
pub(crate) type Sender = hyper::client::conn::http2::SendRequest<Body>;

pub(crate) async fn connect(address: SocketAddr) -> Sender {
    let io = TcpStream::connect(address).await.expect("connects");
    let shaken = hyper::client::conn::http2::handshake(TokioExecutor::new(), TokioIo::new(io)).await;
    let (sender, connection) = shaken.expect("HTTP/2");
    tokio::spawn(connection);
    sender
}

/// A body of these bytes.
pub(crate) fn whole(bytes: impl Into<Bytes>) -> Body {
    Full::new(bytes.into()).boxed()
}

/// A body that begins with these bytes, and then says nothing for as long as the request lives.
pub(crate) fn unfinished(bytes: impl Into<Bytes>) -> Body {
    let first = tokio_stream::once(Ok(Frame::data(bytes.into())));
    StreamBody::new(first.chain(tokio_stream::pending())).boxed()
}

/// A message in its frame.
pub(crate) fn framed(message: &[u8]) -> Bytes {
    let mut bytes = BytesMut::new();
    bytes.put_u8(0);
    bytes.put_u32(u32::try_from(message.len()).expect("short"));
    bytes.put_slice(message);
    bytes.freeze()
}

pub(crate) fn grpc(path: &str, headers: &[(&str, &str)], body: Body) -> Request<Body> {
    let mut request = Request::post(format!("http://test{path}"))
        .header("content-type", "application/grpc")
        .header("te", "trailers");
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    request.body(body).expect("a request")
}

/// An answer: its head, its bytes, and headers and trailers together.
pub(crate) struct Answer {
    pub(crate) head: Response<()>,
    pub(crate) bytes: Bytes,
    pub(crate) all: HeaderMap,
}

impl Answer {
    /// Its gRPC status.
    pub(crate) fn status(&self) -> i32 {
        self.all.get("grpc-status").and_then(|text| text.to_str().ok()?.parse().ok()).expect("a gRPC status")
    }

    /// The error that stands in field `number` of its message.
    pub(crate) fn error(&self, number: u32) -> Error {
        let mut message = self.bytes.slice(5..);
        let (tag, kind) = prost::encoding::decode_key(&mut message).expect("well-formed");
        assert_eq!((tag, kind), (number, prost::encoding::WireType::LengthDelimited));
        let length = prost::encoding::decode_varint(&mut message).expect("well-formed");
        // Behind it stands at most the status that says how the call ended.
        let error = message.split_to(usize::try_from(length).expect("short"));
        Error::decode(error).expect("an error")
    }
}

/// Sends a request; the answer must come, whole, within [`PATIENCE`].
pub(crate) async fn send(sender: &mut Sender, request: Request<Body>) -> Answer {
    let exchange = async {
        sender.ready().await.expect("the connection lives");
        let (head, body) = sender.send_request(request).await.expect("an answer").into_parts();
        let collected = body.collect().await.expect("a whole answer");
        let mut all = head.headers.clone();
        all.extend(collected.trailers().cloned().unwrap_or_default());
        Answer { head: Response::from_parts(head, ()), bytes: collected.to_bytes(), all }
    };
    tokio::time::timeout(PATIENCE, exchange).await.expect("answered in time")
}
