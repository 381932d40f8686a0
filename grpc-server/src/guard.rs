//! Connections: so many at once, and each greets soon or goes. A connection that is silent costs its memory and
//! nothing else; one too many is closed before anything is read from it.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::Sleep;
use tonic::transport::server::{Connected, TcpConnectInfo};

/// Who may connect, over all listeners.
pub(crate) struct Guard {
    places: Arc<Semaphore>,
    most: usize,
    first_byte_max: Duration,
    refused: AtomicU64,
}

impl Guard {
    pub(crate) fn new(most: usize, first_byte_max: Duration) -> Arc<Self> {
        Arc::new(Self {
            places: Arc::new(Semaphore::new(most)),
            most,
            first_byte_max,
            refused: AtomicU64::new(0),
        })
    }

    /// Lets a connection in, or drops it.
    pub(crate) fn admit(&self, io: TcpStream) -> Option<Guarded> {
        let Ok(place) = Arc::clone(&self.places).try_acquire_owned() else {
            self.refused.fetch_add(1, Ordering::Relaxed);
            return None;
        };
        let greeting =
            Greeting { left: Box::pin(tokio::time::sleep(self.first_byte_max)), said: Said::default() };
        Some(Guarded { io, greeting: Some(greeting), _place: place })
    }

    /// Connections that are open, and those that were turned away.
    pub(crate) fn counts(&self) -> (usize, u64) {
        (self.most - self.places.available_permits(), self.refused.load(Ordering::Relaxed))
    }
}

/// A connection with its place.
pub(crate) struct Guarded {
    io: TcpStream,
    /// Until it is complete.
    greeting: Option<Greeting>,
    _place: OwnedSemaphorePermit,
}

/// What somebody says who has just connected, and the time that is left for it. One byte is no greeting: who stops in the
/// middle of one would otherwise keep a place for ever.
struct Greeting {
    left: Pin<Box<Sleep>>,
    said: Said,
}

/// How much of a greeting has come.
#[derive(Default)]
struct Said {
    bytes: usize,
    /// The first bytes are those of HTTP/2.
    differs: bool,
    /// The last three bytes.
    last: [u8; 3],
    /// Length of the first record, where TLS is spoken.
    record: usize,
}

/// How HTTP/2 begins.
const PREFACE: &[u8; 24] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

/// How TLS begins: the kind of its first record, whose length stands in the fourth and fifth byte.
const HANDSHAKE: u8 = 22;
const RECORD_HEAD_BYTES: usize = 5;

impl Said {
    /// True once it is whole: the preface of HTTP/2, the head of a first request of HTTP/1, or the first record of TLS.
    fn take(&mut self, more: &[u8]) -> bool {
        for byte in more {
            if self.bytes == 0 && *byte == HANDSHAKE {
                self.record = RECORD_HEAD_BYTES;
            }
            if self.record > 0 {
                self.bytes += 1;
                match self.bytes {
                    4 => self.record += usize::from(*byte) << 8,
                    5 => self.record += usize::from(*byte),
                    _ => {}
                }
                if self.bytes >= RECORD_HEAD_BYTES && self.bytes >= self.record {
                    return true;
                }
                continue;
            }
            self.differs |= PREFACE.get(self.bytes).is_some_and(|wanted| wanted != byte);
            self.bytes += 1;
            let end = [self.last[0], self.last[1], self.last[2], *byte] == *b"\r\n\r\n";
            if end && self.differs || self.bytes == PREFACE.len() && !self.differs {
                return true;
            }
            self.last = [self.last[1], self.last[2], *byte];
        }
        false
    }
}

impl Connected for Guarded {
    type ConnectInfo = TcpConnectInfo;

    fn connect_info(&self) -> TcpConnectInfo {
        self.io.connect_info()
    }
}

impl AsyncRead for Guarded {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        let read = Pin::new(&mut self.io).poll_read(context, buffer);
        let Some(greeting) = &mut self.greeting else { return read };
        if greeting.said.take(&buffer.filled()[before..]) {
            self.greeting = None;
            return read;
        }
        if read.is_pending() && greeting.left.as_mut().poll(context).is_ready() {
            return Poll::Ready(Err(io::Error::new(io::ErrorKind::TimedOut, "nothing whole was said")));
        }
        read
    }
}

impl AsyncWrite for Guarded {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.io).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.io).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.io).poll_shutdown(context)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.io).poll_write_vectored(context, slices)
    }

    fn is_write_vectored(&self) -> bool {
        self.io.is_write_vectored()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_greeting_is_whole_at_its_last_byte_however_it_is_cut() {
        let request = b"GET /healthz HTTP/1.1\r\nhost: localhost\r\n\r\n";
        let record = [&[22, 3, 1, 1, 4], [9; 260].as_slice()].concat();
        for greeting in [PREFACE.as_slice(), request, b"G\r\n\r\n", &record] {
            for cut in 1..greeting.len() {
                let mut said = Said::default();
                assert!(!said.take(&greeting[..cut]), "{cut}");
                assert!(said.take(&greeting[cut..]), "{cut}");
            }
        }
        // An end of lines within the preface is not the end of a head.
        assert!(!Said::default().take(&PREFACE[..18]));
    }
}
