//! One stream: takes calls as long as there is room for their answers, and sends what has been answered. It is polled
//! by the connection's own task for the stream, so that answers of a group that became durable leave in one message.

use std::collections::VecDeque;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Instant;

use futures_util::stream::FuturesUnordered;
use tacos_proto::command::v1::{Answer, Call};
use tacos_proto::common::v1::ErrorCode;
use tacos_proto::engine::v1::{RunRequest, RunResponse};
use tokio_stream::Stream;
use tonic::body::Body;
use tonic::server::{Grpc, StreamingService};
use tonic::{Request, Response, Status, Streaming};
use tonic_prost::ProstCodec;

use super::asked::{Asking, Work};
use crate::admission::Admitted;
use crate::app::{App, drained};
use crate::auth::Caller;
use crate::wire::ApiError;

/// Calls of one message, and answers of one, at most.
const CALLS_PER_MESSAGE: usize = 1_024;
/// Calls that are taken before answers are looked at again, and before other tasks of this thread have their turn.
const CALLS_PER_TURN: usize = 256;
/// What a client is told whose stream ends, or whose call is not taken, because the server drains.
const SHUTTING_DOWN: &str = "the server is shutting down";

/// Serves a stream that was admitted.
pub(crate) async fn serve(app: &Arc<App>, request: http::Request<Body>) -> http::Response<Body> {
    let codec = ProstCodec::<RunResponse, RunRequest>::default();
    let bytes_max = app.settings.limits.seat_map_bytes;
    Grpc::new(codec).max_decoding_message_size(bytes_max).streaming(Serve(Arc::clone(app)), request).await
}

struct Serve(Arc<App>);

impl StreamingService<RunRequest> for Serve {
    type Response = RunResponse;
    type ResponseStream = Running<Streaming<RunRequest>>;
    type Future = std::future::Ready<Result<Response<Self::ResponseStream>, Status>>;

    fn call(&mut self, mut request: Request<Streaming<RunRequest>>) -> Self::Future {
        let admitted = request.extensions_mut().remove::<Admitted>();
        let answers =
            admitted.ok_or_else(|| Status::internal("the call was not admitted")).and_then(|admitted| {
                let Admitted { caller, trace } = admitted;
                answers(&self.0, caller, trace, request.into_inner()).map_err(|error| error.to_status())
            });
        std::future::ready(answers.map(Response::new))
    }
}

/// The answers to the calls of `messages`.
///
/// # Errors
/// As many streams are open as may be.
pub(crate) fn answers<S>(
    app: &Arc<App>,
    caller: Caller,
    trace: String,
    messages: S,
) -> Result<Running<S>, ApiError> {
    if !app.command_streams.open(app.settings.limits.command_streams) {
        let text = "as many streams of commands are open as may be";
        return Err(ApiError::new(ErrorCode::RateLimited, text));
    }
    let mut draining = app.draining.subscribe();
    Ok(Running {
        _open: Open(Arc::clone(app)),
        asking: Asking::new(app, caller, trace),
        messages,
        over: false,
        queued: VecDeque::new(),
        arrived: Instant::now(),
        under_way: FuturesUnordered::new(),
        ready: Vec::new(),
        drain: Box::pin(async move { drained(&mut draining).await }),
        draining: false,
        most: app.settings.limits.stream_commands.max(1),
    })
}

/// Counts a stream as open for as long as it lives.
struct Open(Arc<App>);

impl Drop for Open {
    fn drop(&mut self) {
        self.0.command_streams.closed();
    }
}

/// A stream under way.
pub(crate) struct Running<S> {
    asking: Asking,
    messages: S,
    /// The client has sent its last message, or the server reads no more of them.
    over: bool,
    /// Calls of the last message that are not taken yet.
    queued: VecDeque<Call>,
    /// When that message came.
    arrived: Instant,
    under_way: FuturesUnordered<Work>,
    ready: Vec<Answer>,
    drain: Pin<Box<dyn Future<Output = ()> + Send>>,
    draining: bool,
    most: usize,
    _open: Open,
}

/// Messages of a client.
pub(crate) trait Messages: Stream<Item = Result<RunRequest, Status>> + Unpin {}

impl<S: Stream<Item = Result<RunRequest, Status>> + Unpin> Messages for S {}

impl<S: Messages> Running<S> {
    /// Takes calls while there is room; an error ends the stream.
    fn take(&mut self, context: &mut Context<'_>) -> Result<(), Status> {
        // An operator's write is done alone: its audit entry stands before and behind it in the journal.
        let mut turn = CALLS_PER_TURN;
        while !self.asking.alone && self.under_way.len() + self.ready.len() < self.most {
            if let Some(call) = self.queued.pop_front() {
                if turn == 0 {
                    self.queued.push_front(call);
                    context.waker().wake_by_ref();
                    break;
                }
                turn -= 1;
                let tag = call.tag;
                match self.asking.ask(call, self.arrived) {
                    Ok(work) => self.under_way.push(work),
                    Err(outcome) => self.ready.push(Answer { tag, outcome: Some(*outcome) }),
                }
                continue;
            }
            if self.over || self.ready.len() >= CALLS_PER_MESSAGE {
                break;
            }
            match Pin::new(&mut self.messages).poll_next(context) {
                Poll::Pending => break,
                Poll::Ready(None) => self.over = true,
                Poll::Ready(Some(Err(status))) => return Err(status),
                Poll::Ready(Some(Ok(message))) if message.calls.len() > CALLS_PER_MESSAGE => {
                    let text = format!("a message has at most {CALLS_PER_MESSAGE} calls");
                    return Err(Status::invalid_argument(text));
                }
                Poll::Ready(Some(Ok(message))) => {
                    self.arrived = Instant::now();
                    self.queued = message.calls.into();
                }
            }
        }
        Ok(())
    }

    /// Takes no more calls; those that wait are answered so.
    fn stop_taking(&mut self) {
        self.draining = true;
        self.over = true;
        let error = ApiError::unavailable(SHUTTING_DOWN);
        let refused = |call: Call| Answer { tag: call.tag, outcome: Some(*self.asking.error(&error)) };
        self.ready.extend(self.queued.drain(..).map(refused));
    }

    /// Gathers what has been answered.
    fn gather(&mut self, context: &mut Context<'_>) {
        while self.ready.len() < CALLS_PER_MESSAGE {
            match Pin::new(&mut self.under_way).poll_next(context) {
                Poll::Ready(Some(done)) => {
                    if done.alone {
                        self.asking.alone = false;
                    }
                    self.ready.push(done.answer);
                }
                Poll::Ready(None) | Poll::Pending => break,
            }
        }
    }

    fn poll(&mut self, context: &mut Context<'_>) -> Poll<Option<Result<RunResponse, Status>>> {
        if !self.draining && self.drain.as_mut().poll(context).is_ready() {
            self.stop_taking();
        }
        if let Err(status) = self.take(context) {
            return Poll::Ready(Some(Err(status)));
        }
        self.gather(context);
        if !self.ready.is_empty() {
            let left = self.ready.split_off(self.ready.len().min(CALLS_PER_MESSAGE));
            let answers = std::mem::replace(&mut self.ready, left);
            self.asking.count(answers.len());
            return Poll::Ready(Some(Ok(RunResponse { answers, error: None })));
        }
        let idle = self.under_way.is_empty() && self.queued.is_empty();
        match (idle && self.over, self.draining) {
            (true, true) => Poll::Ready(Some(Err(Status::unavailable(SHUTTING_DOWN)))),
            (true, false) => Poll::Ready(None),
            (false, _) => Poll::Pending,
        }
    }
}

impl<S: Messages> Stream for Running<S> {
    type Item = Result<RunResponse, Status>;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.get_mut().poll(context)
    }
}
