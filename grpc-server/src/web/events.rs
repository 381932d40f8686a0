//! Streams as server-sent events (html.spec.whatwg.org, "Server-sent events"): one event a message, a comment where
//! nothing happens, the position of a message that has one as its id. The next message is asked for when the last was
//! taken, so a slow reader holds one of them.

use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::{Buf, Bytes, BytesMut};
use http::header::{CACHE_CONTROL, CONTENT_TYPE};
use http::{HeaderMap, HeaderName, HeaderValue, Response};
use hyper::body::Frame;
use prost::Message;
use tacos_proto::common::v1::Error;
use tacos_proto::json::Codec;
use tokio::time::{Instant, Interval, interval_at};
use tonic::Status;
use tonic::body::Body;

use super::answer::{self, failed};
use super::fields;
use super::figures;
use super::status::HttpRefusal;
use super::table::Plan;

/// A comment goes out after so long without an event: proxies close what is silent.
const COMMENT_EVERY: Duration = Duration::from_secs(15);
/// Browsers open a stream that has ended again after two seconds.
const BEGIN: &[u8] = b"retry: 2000\n\n";
const COMMENT: &[u8] = b":\n\n";

/// The body of a stream.
struct Events {
    plan: &'static Plan,
    trace: String,
    from: Body,
    /// What has come and is no whole message yet.
    come: BytesMut,
    begun: bool,
    ended: bool,
    quiet: Interval,
    /// Counts the request as active while the stream lives.
    _request: figures::Request,
}

/// The stream that an answer begins, or the refusal of it.
pub(super) fn stream(
    plan: &'static Plan,
    response: Response<Body>,
    trace: &str,
    request: figures::Request,
) -> Response<Body> {
    if let Some((status, push_back)) = failed(response.headers()) {
        return HttpRefusal::of_status(&status, push_back, false).answer(trace);
    }
    let events = Events {
        plan,
        trace: trace.to_owned(),
        from: response.into_body(),
        come: BytesMut::new(),
        begun: false,
        ended: false,
        quiet: interval_at(Instant::now() + COMMENT_EVERY, COMMENT_EVERY),
        _request: request,
    };
    let mut response = Response::new(Body::new(events));
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/event-stream"));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    // Proxies of the nginx family hold answers back unless they are told not to.
    headers.insert(HeaderName::from_static("x-accel-buffering"), HeaderValue::from_static("no"));
    response
}

impl Events {
    /// The next message that has come whole.
    fn next(&mut self) -> Option<BytesMut> {
        let length = self.come.get(1..5)?.try_into().map(u32::from_be_bytes).ok()? as usize;
        if self.come.len() - 5 < length {
            return None;
        }
        self.come.advance(5);
        Some(self.come.split_to(length))
    }

    fn event(&mut self, message: &[u8]) -> Bytes {
        let mut text = Vec::with_capacity(message.len() * 2 + 64);
        if let Some(position) = self.position(message) {
            text.extend_from_slice(format!("id: {position}\n").as_bytes());
        }
        if let Some(error) = self.error_in(message) {
            return self.last(&HttpRefusal::of_error(error, false));
        }
        text.extend_from_slice(b"data: ");
        if let Err(error) = Codec::contract().to_json(self.plan.response, message, &mut text) {
            tracing::error!(trace_id = self.trace, rpc = %self.plan.rpc, %error, "a message cannot be written as JSON");
            return self.last(&answer::internal());
        }
        text.extend_from_slice(b"\n\n");
        text.into()
    }

    /// The position after which a reader of this message goes on.
    fn position(&self, message: &[u8]) -> Option<u64> {
        let of = self.plan.position.as_ref()?;
        let done = of.done.is_none_or(|done| fields::number(message, &[done]) == 1);
        done.then(|| fields::number(message, &[of.position]))
    }

    /// The reason for the stream's end that a message carries.
    fn error_in(&self, message: &[u8]) -> Option<Error> {
        Error::decode(fields::bytes(message, self.plan.stream_error?)?).ok()
    }

    /// The event that says why the stream ends.
    fn last(&mut self, refusal: &HttpRefusal) -> Bytes {
        self.ended = true;
        [b"event: error\ndata: ".as_slice(), &refusal.body(&self.trace), b"\n\n"].concat().into()
    }

    /// What stands behind the last message; nothing if the stream simply ends.
    fn end(&mut self, trailers: &HeaderMap) -> Option<Bytes> {
        self.ended = true;
        failed(trailers)
            .map(|(status, push_back)| self.last(&HttpRefusal::of_status(&status, push_back, false)))
    }
}

impl hyper::body::Body for Events {
    type Data = Bytes;
    type Error = Status;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Status>>> {
        let this = &mut *self;
        let say = |bytes: Bytes| Poll::Ready(Some(Ok(Frame::data(bytes))));
        if !this.begun {
            this.begun = true;
            return say(Bytes::from_static(BEGIN));
        }
        loop {
            if this.ended {
                return Poll::Ready(None);
            }
            if let Some(message) = this.next() {
                this.quiet.reset();
                let event = this.event(&message);
                return say(event);
            }
            match Pin::new(&mut this.from).poll_frame(context) {
                Poll::Ready(Some(Ok(frame))) => match frame.into_data() {
                    Ok(data) => this.come.extend_from_slice(&data),
                    Err(frame) => {
                        let trailers = frame.into_trailers().unwrap_or_default();
                        if let Some(event) = this.end(&trailers) {
                            return say(event);
                        }
                    }
                },
                Poll::Ready(Some(Err(status))) => {
                    let event = this.last(&HttpRefusal::of_status(&status, None, false));
                    return say(event);
                }
                Poll::Ready(None) => this.ended = true,
                Poll::Pending => {
                    ready!(this.quiet.poll_tick(context));
                    return say(Bytes::from_static(COMMENT));
                }
            }
        }
    }
}
