//! Connections: so many at once, and each says something soon or goes. A connection that is silent costs its memory and
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
        let silent = Some(Box::pin(tokio::time::sleep(self.first_byte_max)));
        Some(Guarded { io, silent, _place: place })
    }

    /// Connections that are open, and those that were turned away.
    pub(crate) fn counts(&self) -> (usize, u64) {
        (self.most - self.places.available_permits(), self.refused.load(Ordering::Relaxed))
    }
}

/// A connection with its place.
pub(crate) struct Guarded {
    io: TcpStream,
    /// Runs until the first byte has come.
    silent: Option<Pin<Box<Sleep>>>,
    _place: OwnedSemaphorePermit,
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
        let Some(silent) = &mut self.silent else { return read };
        if buffer.filled().len() > before {
            self.silent = None;
            return read;
        }
        if read.is_pending() && silent.as_mut().poll(context).is_ready() {
            return Poll::Ready(Err(io::Error::new(io::ErrorKind::TimedOut, "nothing was said")));
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
