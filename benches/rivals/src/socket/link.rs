//! A TCP connection of many customers of one thread: what they send meanwhile leaves in one write, and what has come is
//! read in one read. Knows no protocol.

use std::cell::RefCell;
use std::io;
use std::net::SocketAddr;

use bytes::BytesMut;
use tokio::net::TcpStream;
use tokio::sync::Notify;

use crate::rival::Fault;

/// The most that one read takes.
const READ_BYTES: usize = 64 << 10;

pub(super) struct Link {
    io: TcpStream,
    unsent: RefCell<Vec<u8>>,
    more: Notify,
    why: RefCell<String>,
}

impl Link {
    pub(super) async fn open(address: SocketAddr) -> Result<Self, Fault> {
        let io = TcpStream::connect(address).await?;
        io.set_nodelay(true)?;
        let why = RefCell::new("the connection is closed".to_owned());
        Ok(Self { io, unsent: RefCell::default(), more: Notify::new(), why })
    }

    /// Adds bytes to what is sent next.
    pub(super) fn send(&self, add: impl FnOnce(&mut Vec<u8>)) {
        add(&mut self.unsent.borrow_mut());
        self.more.notify_one();
    }

    /// Why no more answers come.
    pub(super) fn why(&self) -> Fault {
        self.why.borrow().clone().into()
    }

    /// Writes and reads until the connection breaks; `take` takes what it understands of the bytes that have come.
    pub(super) async fn run(&self, take: impl FnMut(&mut BytesMut) -> Result<(), Fault>) {
        let mut take = take;
        let mut write = std::pin::pin!(self.write());
        let mut read = std::pin::pin!(self.read(&mut take));
        let fault = std::future::poll_fn(|context| {
            if let std::task::Poll::Ready(error) = write.as_mut().poll(context) {
                return std::task::Poll::Ready(Fault::from(error));
            }
            read.as_mut().poll(context)
        })
        .await;
        *self.why.borrow_mut() = fault.to_string();
    }

    async fn write(&self) -> io::Error {
        let mut bytes = Vec::new();
        loop {
            std::mem::swap(&mut bytes, &mut *self.unsent.borrow_mut());
            if bytes.is_empty() {
                self.more.notified().await;
                continue;
            }
            let mut rest = &bytes[..];
            while !rest.is_empty() {
                match self.io.try_write(rest) {
                    Ok(count) => rest = &rest[count..],
                    Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                        if let Err(error) = self.io.writable().await {
                            return error;
                        }
                    }
                    Err(error) => return error,
                }
            }
            bytes.clear();
        }
    }

    async fn read(&self, take: &mut impl FnMut(&mut BytesMut) -> Result<(), Fault>) -> Fault {
        let mut piece = vec![0; READ_BYTES];
        let mut come = BytesMut::new();
        loop {
            match self.io.try_read(&mut piece) {
                Ok(0) => return "the server has closed the connection".into(),
                Ok(count) => {
                    come.extend_from_slice(&piece[..count]);
                    if let Err(fault) = take(&mut come) {
                        return fault;
                    }
                }
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                    if let Err(error) = self.io.readable().await {
                        return error.into();
                    }
                }
                Err(error) => return error.into(),
            }
        }
    }
}
