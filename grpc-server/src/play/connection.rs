//! A connection that says when a call leaves it: gRPC over HTTP/2, with no more streams open than the server allows.
//! Client libraries queue what is beyond that behind their own face, where a load generator could not tell its own
//! queue from the server's.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use bytes::{BufMut, Bytes, BytesMut};
use h2::RecvStream;
use h2::client::SendRequest;
use http::{HeaderMap, Request, Uri};
use prost::Message;
use tokio::net::TcpStream;
use tonic::Status;

/// Windows for answers, in bytes.
const STREAM_WINDOW: u32 = 1 << 20;
const CONNECTION_WINDOW: u32 = 4 << 20;
/// What stands before a message: a flag and its length.
const FRAME_HEAD: usize = 5;

/// One connection.
pub(super) struct Connection {
    send: SendRequest<Bytes>,
    authority: String,
    under_way: AtomicUsize,
}

/// A stream that the server allows, until it is dropped.
pub(super) struct Stream(Arc<Connection>);

impl Connection {
    /// Connects to `http://HOST:PORT`. Must be called within a tokio runtime.
    ///
    /// # Errors
    /// An address that is none, or a server that does not answer; in words.
    pub(super) async fn open(target: &str) -> Result<Arc<Self>, String> {
        let uri: Uri = target.parse().map_err(|error| format!("{target}: {error}"))?;
        let authority = uri.authority().filter(|_| uri.scheme_str() == Some("http"));
        let authority = authority.ok_or_else(|| format!("{target} is not http://HOST:PORT"))?;
        let say = |error: &dyn std::fmt::Display| format!("{target}: {error}");
        let address = (authority.host().trim_matches(['[', ']']), authority.port_u16().unwrap_or(80));
        let io = TcpStream::connect(address).await.map_err(|error| say(&error))?;
        io.set_nodelay(true).map_err(|error| say(&error))?;
        let mut builder = h2::client::Builder::new();
        builder.initial_window_size(STREAM_WINDOW).initial_connection_window_size(CONNECTION_WINDOW);
        let (send, connection) = builder.handshake(io).await.map_err(|error| say(&error))?;
        tokio::spawn(async move {
            // Every call under way reports the failure itself.
            let _ = connection.await;
        });
        let authority = authority.to_string();
        Ok(Arc::new(Self { send, authority, under_way: AtomicUsize::new(0) }))
    }

    /// A stream, if the server allows one more now.
    pub(super) fn stream(self: &Arc<Self>) -> Option<Stream> {
        // Relaxed: a count, which guards nothing else.
        let before = self.under_way.fetch_add(1, Ordering::Relaxed);
        let stream = Stream(Arc::clone(self));
        (before < self.send.current_max_send_streams()).then_some(stream)
    }
}

impl Drop for Stream {
    fn drop(&mut self) {
        self.0.under_way.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Stream {
    /// One call with one answer.
    pub(super) async fn call<A: Message + Default>(
        self,
        path: &str,
        request: &impl Message,
    ) -> Result<A, Status> {
        let uri = format!("http://{}{path}", self.0.authority);
        let head = Request::post(uri).header("content-type", "application/grpc").header("te", "trailers");
        let head = head.body(()).map_err(|error| Status::internal(error.to_string()))?;
        let broken = |error: h2::Error| Status::unavailable(error.to_string());
        let mut send = self.0.send.clone().ready().await.map_err(broken)?;
        let (answer, mut body) = send.send_request(head, false).map_err(broken)?;
        body.send_data(framed(request), true).map_err(broken)?;
        let (head, body) = answer.await.map_err(broken)?.into_parts();
        read(&head.headers, body).await
    }
}

fn framed(message: &impl Message) -> Bytes {
    let length = message.encoded_len();
    let mut bytes = BytesMut::with_capacity(FRAME_HEAD + length);
    bytes.put_u8(0);
    bytes.put_u32(u32::try_from(length).unwrap_or(u32::MAX));
    message.encode_raw(&mut bytes);
    bytes.freeze()
}

/// The message of an answer, or the status that it ends with.
async fn read<A: Message + Default>(head: &HeaderMap, mut body: RecvStream) -> Result<A, Status> {
    let broken = |error: h2::Error| Status::unavailable(error.to_string());
    let mut bytes = BytesMut::new();
    while let Some(data) = body.data().await {
        let data = data.map_err(broken)?;
        body.flow_control().release_capacity(data.len()).map_err(broken)?;
        bytes.extend_from_slice(&data);
    }
    let trailers = body.trailers().await.map_err(broken)?;
    let status =
        trailers.as_ref().and_then(Status::from_header_map).or_else(|| Status::from_header_map(head));
    match status {
        Some(status) if status.code() == tonic::Code::Ok => {}
        Some(status) => return Err(status),
        None => return Err(Status::internal("the answer has no status")),
    }
    let message = bytes.get(FRAME_HEAD..).ok_or_else(|| Status::internal("the answer has no message"))?;
    A::decode(message).map_err(|error| Status::internal(error.to_string()))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use tacos_engine::QueuePolicy;
    use tacos_proto::gateway::v1::{GetQueueStatsRequest, GetQueueStatsResponse};

    use super::*;
    use crate::commands::import_catalogue;
    use crate::play::{Offer, Play, Work, of, steady};
    use crate::settings::{DurabilityName, Settings};
    use crate::{LogRing, Server, open_engine};

    async fn serve(change: impl FnOnce(&mut Settings)) -> (Server, String) {
        let mut settings = Settings::default();
        settings.engine.durability = DurabilityName::Memory;
        settings.server.listen = vec![([127, 0, 0, 1], 0).into()];
        settings.web.listen.clear();
        change(&mut settings);
        let engine = open_engine(&settings, |_| ()).expect("opens");
        import_catalogue(&engine, &QueuePolicy::default()).expect("imported");
        let server = Server::start(engine, settings, None, LogRing::new(8)).await.expect("serves");
        let target = format!("http://{}", server.addresses[0]);
        (server, target)
    }

    #[tokio::test]
    async fn no_more_streams_are_open_than_the_server_allows() {
        let (server, target) = serve(|settings| settings.limits.calls_per_connection = 3).await;
        let connection = Connection::open(&target).await.expect("connects");
        // The server's settings come before its first answer.
        let first = connection.stream().expect("none is open");
        let path = "/gateway.v1.QueueService/GetQueueStats";
        let answer: GetQueueStatsResponse =
            first.call(path, &GetQueueStatsRequest::default()).await.expect("an answer");
        assert_eq!(answer.error, None);
        let mut open: Vec<_> = (0..3).map(|_| connection.stream().expect("allowed")).collect();
        assert!(connection.stream().is_none());
        open.pop();
        assert!(connection.stream().is_some());
        drop((open, connection));
        server.drain().await.expect("ends cleanly");
    }

    #[tokio::test]
    async fn a_refusal_is_a_status_and_not_a_broken_connection() {
        let (server, target) = serve(|_| ()).await;
        let connection = Connection::open(&target).await.expect("connects");
        for _ in 0..2 {
            let stream = connection.stream().expect("none is open");
            let answer =
                stream.call::<GetQueueStatsResponse>("/none/Such", &GetQueueStatsRequest::default()).await;
            assert_eq!(answer.expect_err("no such method").code(), tonic::Code::Unimplemented);
        }
        drop(connection);
        server.drain().await.expect("ends cleanly");
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn every_call_that_was_due_is_answered_refused_or_given_up() {
        let (server, target) = serve(|settings| {
            settings.limits.calls_per_connection = 2;
            settings.limits.concurrent_calls = 2;
        })
        .await;
        let play = Play::new(&target, 2, "evt_2025_1001", 1, Duration::ZERO).expect("an address");
        let patience = Duration::from_millis(5);
        let offer = Offer { work: Work::Line, rate: 20_000, seconds: 1, first: 0, patience };
        steady(&play, offer, Vec::new()).await.expect("a server");
        let tally = &play.tally;
        assert_eq!(of(&tally.failed), 0, "{:?}", play.first_failure.lock());
        let ended = of(&tally.done) + of(&tally.refused);
        assert_eq!(ended, of(&tally.arrived), "every call that was sent has ended");
        assert_eq!(ended + of(&tally.given_up), 20_000);
        assert!(of(&tally.done) > 0 && of(&tally.given_up) > 0, "{tally:?}");
        drop(play);
        server.drain().await.expect("ends cleanly");
    }
}
