//! A client of gRPC over HTTP/2 (RFC 9113) that does as little as it may: heads by indexes of HPACK (RFC 7541), windows
//! for answers that never fill, answers' heads skipped. A call that ends without a message is a fault, so a refusal by
//! status is seen.

use std::cell::RefCell;
use std::collections::HashMap;
use std::net::SocketAddr;
use std::rc::Rc;

use bytes::{Buf, BytesMut};
use prost::Message;
use tokio::sync::{Notify, oneshot};

use super::link::Link;
use crate::rival::Fault;

const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
/// Kinds of frames.
const DATA: u8 = 0;
const HEADERS: u8 = 1;
const RST_STREAM: u8 = 3;
const SETTINGS: u8 = 4;
const PING: u8 = 6;
const GOAWAY: u8 = 7;
const WINDOW_UPDATE: u8 = 8;
/// Flags.
const END_STREAM: u8 = 1;
const ACK: u8 = 1;
const END_HEADERS: u8 = 4;
const PADDED: u8 = 8;
/// A setting: how much of a stream's data may come unasked.
const INITIAL_WINDOW: u16 = 4;
/// What every side may send before the other has said more.
const FIRST_WINDOW: i64 = 65_535;
const FRAME_HEAD: usize = 9;
const FRAME_BYTES_MAX: usize = 16_384;
/// What stands before a message: a flag and its length.
const MESSAGE_HEAD: usize = 5;
/// What the server may send on the connection, and on a stream, before we say more; and when we say it.
const OUR_WINDOW: u32 = 1 << 30;
const OUR_STREAM_WINDOW: u32 = 1 << 24;
/// Entries of HPACK's static table.
const STATIC_ENTRIES: usize = 61;

/// Takes a stream's messages one by one.
type Each = Box<dyn FnMut(&[u8]) -> Result<(), Fault>>;

/// What becomes of a stream's messages.
enum Sink {
    /// One message, told when the stream has ended well.
    Once(Option<Vec<u8>>, oneshot::Sender<Vec<u8>>),
    /// Each as it comes.
    Each(Each),
}

struct Stream {
    bytes: BytesMut,
    sink: Sink,
    /// What may still be sent on it.
    window: i64,
    /// What has come and was not made room for.
    unacknowledged: u32,
}

struct State {
    streams: HashMap<u32, Stream>,
    next: u32,
    names: Names,
    window: i64,
    stream_window: i64,
    unacknowledged: u32,
}

struct Shared {
    link: Link,
    state: RefCell<State>,
    room: Notify,
}

/// A connection.
#[derive(Clone)]
pub struct Http2(Rc<Shared>);

/// A stream whose requests follow one by one.
pub struct Requests {
    http2: Http2,
    stream: u32,
}

impl Http2 {
    /// Connects. Must be called within a set of local tasks.
    ///
    /// # Errors
    /// The server is gone.
    pub async fn open(address: SocketAddr) -> Result<Self, Fault> {
        let state = State {
            streams: HashMap::new(),
            next: 1,
            names: Names { authority: address.to_string(), entered: Vec::new() },
            window: FIRST_WINDOW,
            stream_window: FIRST_WINDOW,
            unacknowledged: 0,
        };
        let link = Link::open(address).await?;
        let shared = Rc::new(Shared { link, state: RefCell::new(state), room: Notify::new() });
        shared.link.send(|out| {
            out.extend_from_slice(PREFACE);
            frame(out, SETTINGS, 0, 0, &setting(INITIAL_WINDOW, OUR_STREAM_WINDOW));
            frame(out, WINDOW_UPDATE, 0, 0, &(OUR_WINDOW - 65_535).to_be_bytes());
        });
        let running = Rc::clone(&shared);
        tokio::task::spawn_local(async move {
            running.link.run(|come| running.take(come)).await;
            running.state.borrow_mut().streams.clear();
            running.room.notify_waiters();
        });
        Ok(Self(shared))
    }

    /// One request and its answer.
    ///
    /// # Errors
    /// The connection is broken, or the call ended without an answer.
    pub async fn call<A: Message + Default>(&self, path: &str, request: &impl Message) -> Result<A, Fault> {
        let (answer, answered) = oneshot::channel();
        let stream = self.begin(path, Sink::Once(None, answer));
        self.send(stream, request, END_STREAM).await?;
        let bytes = answered.await.map_err(|_| self.no_answer(path))?;
        Ok(A::decode(&bytes[..])?)
    }

    /// A call with many requests and many answers.
    #[must_use]
    pub fn open_stream(
        &self,
        path: &str,
        each: impl FnMut(&[u8]) -> Result<(), Fault> + 'static,
    ) -> Requests {
        Requests { http2: self.clone(), stream: self.begin(path, Sink::Each(Box::new(each))) }
    }

    fn no_answer(&self, path: &str) -> Fault {
        format!("{path} ended without an answer; {}", self.0.link.why()).into()
    }

    fn begin(&self, path: &str, sink: Sink) -> u32 {
        let mut state = self.0.state.borrow_mut();
        let number = state.next;
        state.next += 2;
        let head = state.names.head(path);
        let window = state.stream_window;
        state.streams.insert(number, Stream { bytes: BytesMut::new(), sink, window, unacknowledged: 0 });
        drop(state);
        self.0.link.send(|out| frame(out, HEADERS, END_HEADERS, number, &head));
        number
    }

    async fn send(&self, stream: u32, message: &impl Message, last: u8) -> Result<(), Fault> {
        let length = message.encoded_len();
        if MESSAGE_HEAD + length <= FRAME_BYTES_MAX {
            self.room_for(stream, MESSAGE_HEAD + length).await?;
            self.0.link.send(|out| {
                frame_head(out, MESSAGE_HEAD + length, DATA, last, stream);
                encode(out, message, length);
            });
            return Ok(());
        }
        let mut bytes = Vec::with_capacity(MESSAGE_HEAD + length);
        encode(&mut bytes, message, length);
        let mut pieces = bytes.chunks(FRAME_BYTES_MAX).peekable();
        while let Some(piece) = pieces.next() {
            self.room_for(stream, piece.len()).await?;
            let flags = if pieces.peek().is_none() { last } else { 0 };
            self.0.link.send(|out| frame(out, DATA, flags, stream, piece));
        }
        Ok(())
    }

    /// Waits until so many bytes may be sent, and counts them.
    async fn room_for(&self, stream: u32, bytes: usize) -> Result<(), Fault> {
        let bytes = i64::try_from(bytes)?;
        loop {
            {
                let state = &mut *self.0.state.borrow_mut();
                let of_stream = state.streams.get_mut(&stream).ok_or_else(|| self.no_answer("a call"))?;
                if state.window >= bytes && of_stream.window >= bytes {
                    state.window -= bytes;
                    of_stream.window -= bytes;
                    return Ok(());
                }
            }
            // No other task runs between the look and the wait.
            self.0.room.notified().await;
        }
    }
}

impl Requests {
    /// Sends a request.
    ///
    /// # Errors
    /// The stream has ended.
    pub async fn send(&self, message: &impl Message) -> Result<(), Fault> {
        self.http2.send(self.stream, message, 0).await
    }

    /// Why no more answers come.
    #[must_use]
    pub fn why(&self) -> Fault {
        self.http2.no_answer("the stream")
    }
}

impl Shared {
    fn take(&self, come: &mut BytesMut) -> Result<(), Fault> {
        while let Some(head) = come.first_chunk::<FRAME_HEAD>() {
            let length = usize::from(head[0]) << 16 | usize::from(head[1]) << 8 | usize::from(head[2]);
            let (kind, flags) = (head[3], head[4]);
            let stream = u32::from_be_bytes([head[5] & 0x7f, head[6], head[7], head[8]]);
            if come.len() < FRAME_HEAD + length {
                break;
            }
            come.advance(FRAME_HEAD);
            let payload = come.split_to(length);
            self.frame(kind, flags, stream, &payload)?;
        }
        Ok(())
    }

    fn frame(&self, kind: u8, flags: u8, stream: u32, payload: &[u8]) -> Result<(), Fault> {
        let word = |at: usize| -> Result<u32, Fault> {
            let four = payload.get(at..).and_then(<[u8]>::first_chunk).ok_or("a short frame")?;
            Ok(u32::from_be_bytes(*four))
        };
        match kind {
            DATA if flags & PADDED != 0 => return Err("padding, which no server of ours sends".into()),
            DATA => self.data(stream, payload)?,
            RST_STREAM => {
                self.state.borrow_mut().streams.remove(&stream);
                return Err(format!("stream {stream} was reset, code {}", word(0)?).into());
            }
            SETTINGS if flags & ACK == 0 => {
                self.settings(payload)?;
                self.link.send(|out| frame(out, SETTINGS, ACK, 0, &[]));
            }
            PING if flags & ACK == 0 => self.link.send(|out| frame(out, PING, ACK, 0, payload)),
            GOAWAY => return Err(format!("the server goes away, code {}", word(4)?).into()),
            WINDOW_UPDATE => {
                let (more, state) = (i64::from(word(0)?), &mut *self.state.borrow_mut());
                match stream {
                    0 => state.window += more,
                    _ => state.streams.get_mut(&stream).into_iter().for_each(|stream| stream.window += more),
                }
                self.room.notify_waiters();
            }
            _ => {}
        }
        if matches!(kind, DATA | HEADERS) && flags & END_STREAM != 0 {
            let ended = self.state.borrow_mut().streams.remove(&stream);
            if let Some(Stream { sink: Sink::Once(Some(message), answer), .. }) = ended {
                // Its customer is gone if the run is being ended.
                let _ = answer.send(message);
            }
        }
        Ok(())
    }

    fn settings(&self, payload: &[u8]) -> Result<(), Fault> {
        for setting in payload.chunks_exact(6) {
            let (id, value) = (u16::from_be_bytes([setting[0], setting[1]]), setting[2..].first_chunk());
            if id == INITIAL_WINDOW {
                let window = i64::from(u32::from_be_bytes(*value.ok_or("a short setting")?));
                let state = &mut *self.state.borrow_mut();
                let more = window - std::mem::replace(&mut state.stream_window, window);
                state.streams.values_mut().for_each(|stream| stream.window += more);
                self.room.notify_waiters();
            }
        }
        Ok(())
    }

    fn data(&self, number: u32, payload: &[u8]) -> Result<(), Fault> {
        let state = &mut *self.state.borrow_mut();
        let length = u32::try_from(payload.len())?;
        let more = |unacknowledged: &mut u32, of: u32, window: u32| {
            *unacknowledged += length;
            if *unacknowledged > window / 2 {
                self.link.send(|out| frame(out, WINDOW_UPDATE, 0, of, &unacknowledged.to_be_bytes()));
                *unacknowledged = 0;
            }
        };
        more(&mut state.unacknowledged, 0, OUR_WINDOW);
        let Some(stream) = state.streams.get_mut(&number) else { return Ok(()) };
        more(&mut stream.unacknowledged, number, OUR_STREAM_WINDOW);
        stream.bytes.extend_from_slice(payload);
        while let Some(head) = stream.bytes.first_chunk::<MESSAGE_HEAD>() {
            let length = u32::from_be_bytes([head[1], head[2], head[3], head[4]]) as usize;
            if stream.bytes.len() < MESSAGE_HEAD + length {
                break;
            }
            let message = stream.bytes.split_to(MESSAGE_HEAD + length);
            match &mut stream.sink {
                Sink::Once(kept, _) => *kept = Some(message[MESSAGE_HEAD..].to_vec()),
                Sink::Each(each) => each(&message[MESSAGE_HEAD..])?,
            }
        }
        Ok(())
    }
}

fn encode(out: &mut Vec<u8>, message: &impl Message, length: usize) {
    out.push(0);
    out.extend_from_slice(&u32::try_from(length).unwrap_or(u32::MAX).to_be_bytes());
    message.encode_raw(out);
}

fn frame_head(out: &mut Vec<u8>, length: usize, kind: u8, flags: u8, stream: u32) {
    let length = u32::try_from(length).unwrap_or(u32::MAX).to_be_bytes();
    out.extend_from_slice(&length[1..]);
    out.extend_from_slice(&[kind, flags]);
    out.extend_from_slice(&stream.to_be_bytes());
}

fn frame(out: &mut Vec<u8>, kind: u8, flags: u8, stream: u32, payload: &[u8]) {
    frame_head(out, payload.len(), kind, flags, stream);
    out.extend_from_slice(payload);
}

fn setting(id: u16, value: u32) -> [u8; 6] {
    let ([a, b], [c, d, e, f]) = (id.to_be_bytes(), value.to_be_bytes());
    [a, b, c, d, e, f]
}

/// The heads of requests: what was said once is said again by a byte.
struct Names {
    authority: String,
    /// What both sides' dynamic tables hold, oldest first. So few and so short that none is evicted.
    entered: Vec<(&'static str, String)>,
}

impl Names {
    fn head(&mut self, path: &str) -> Vec<u8> {
        // :method: POST, :scheme: http.
        let mut head = vec![0x83, 0x86];
        let authority = self.authority.clone();
        for (static_index, name, value) in [
            (4, ":path", path),
            (1, ":authority", &*authority),
            (31, "content-type", "application/grpc"),
            (0, "te", "trailers"),
        ] {
            self.field(&mut head, static_index, name, value);
        }
        head
    }

    fn field(&mut self, head: &mut Vec<u8>, static_index: u8, name: &'static str, value: &str) {
        let known = self.entered.iter().position(|(known, is)| *known == name && is == value);
        if let Some(at) = known {
            // The newest entry has the lowest index.
            let index = STATIC_ENTRIES + self.entered.len() - at;
            head.push(0x80 | u8::try_from(index).expect("a few entries"));
            return;
        }
        head.push(0x40 | static_index);
        if static_index == 0 {
            text(head, name);
        }
        text(head, value);
        self.entered.push((name, value.to_owned()));
    }
}

/// A short text, as it is.
fn text(head: &mut Vec<u8>, text: &str) {
    head.push(u8::try_from(text.len()).ok().filter(|length| *length < 127).expect("a short text"));
    head.extend_from_slice(text.as_bytes());
}
