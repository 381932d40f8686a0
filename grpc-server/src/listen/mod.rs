//! Listeners and their connections: who gets a place, what comes before the first request (PROXY header, TLS), and the
//! HTTP layer's bounds. A connection has one deadline from its acceptance to its first request, whatever it does
//! meanwhile.

mod bell;
mod places;
mod ports;
mod proxy;
mod shards;
mod tls;

use std::convert::Infallible;
use std::io;
use std::net::IpAddr;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep_until, timeout_at};
use tokio_rustls::TlsAcceptor;
use tonic::body::Body;

use crate::admission::{Front, Queued};
use crate::app::{App, drained};
use crate::settings::Limits;
use crate::web::Web;

use bell::{Bell, by_bell};
pub(crate) use places::{Place, Places};
pub(crate) use ports::Listeners;
pub use ports::Ports;
use shards::OnShard;
pub(crate) use shards::Shards;
pub(crate) use tls::TlsFiles;

/// HTTP/2 streams that clients may reset before we see them, at once: more ends their connection.
const PENDING_RESETS_MAX: usize = 64;
/// What a small message counts for in the HTTP/2 layer's budget.
const SMALL_MESSAGE_BYTES: u32 = 256;
/// Bounds of a connection's window, in bytes; HTTP/2 knows none above the greater.
const WINDOW_MIN: u32 = 1 << 20;
const WINDOW_MAX: u32 = (1 << 31) - 1;
/// Silent HTTP/2 connections are asked this often whether they live, and have so long to answer.
const KEEPALIVE: Duration = Duration::from_secs(30);
const KEEPALIVE_ANSWER_MAX: Duration = Duration::from_secs(20);
/// The head of an HTTP/1.1 request must be whole after this time; silent connections are closed after it.
const HTTP1_HEAD_MAX: Duration = Duration::from_secs(30);
/// Longest head of an HTTP/1.1 request, in bytes; it has at most 100 headers. Over HTTP/2 a head has at most 16 KiB.
const HTTP1_HEAD_BYTES_MAX: usize = 64 << 10;
/// Listening goes on after this time when the system has no descriptor for one more connection.
const ACCEPT_AGAIN: Duration = Duration::from_millis(100);

/// The peer of a connection, for every request on it.
#[derive(Clone, Debug)]
pub(crate) struct Peer {
    /// Where the connection comes from: the client, or a proxy in front of us.
    pub(crate) address: IpAddr,
    /// DNS names and URIs of the verified client certificate.
    pub(crate) names: Arc<[String]>,
}

trait Io: AsyncRead + AsyncWrite + Send + Unpin {}
impl<T: AsyncRead + AsyncWrite + Send + Unpin> Io for T {}

/// The outermost service of a listener's connections.
#[derive(Clone)]
pub(crate) enum Door {
    /// gRPC and gRPC-Web.
    Grpc(Front),
    /// The same, REST and Connect.
    Web(Web),
}

impl Door {
    /// Finds out what a request asks for, before it is judged by overload.
    fn enter(&self, request: &mut http::Request<Body>) {
        if let Self::Web(web) = self {
            web.enter(request);
        }
    }

    async fn call(self, request: http::Request<Body>) -> http::Response<Body> {
        match self {
            Self::Grpc(front) => front.call(request).await,
            Self::Web(web) => web.call(request).await,
        }
    }
}

/// Accepts until the server drains, then waits until the connections have ended.
pub(crate) async fn accept(app: Arc<App>, listener: TcpListener, door: Door, shards: Arc<Shards>) {
    let mut draining = app.draining.subscribe();
    let mut connections = JoinSet::new();
    loop {
        let accepted = tokio::select! {
            () = drained(&mut draining) => break,
            Some(_) = connections.join_next() => continue,
            accepted = listener.accept() => accepted,
        };
        match accepted {
            Ok((io, from)) => {
                let Some(place) = app.places.take() else { continue };
                let connection = Connection { app: Arc::clone(&app), place, door: door.clone() };
                let from = from.ip().to_canonical();
                match shards.next() {
                    None => {
                        connections.spawn(connection.run(io, from, None));
                    }
                    Some((handle, on_shard)) => {
                        connections.spawn_on(connection.run_there(io, from, on_shard), handle);
                    }
                }
            }
            Err(error) if is_the_clients(&error) => {}
            Err(error) => {
                tracing::error!(%error, "a connection could not be accepted");
                tokio::time::sleep(ACCEPT_AGAIN).await;
            }
        }
    }
    drop(listener);
    while connections.join_next().await.is_some() {}
}

/// The client went away before it was accepted.
fn is_the_clients(error: &io::Error) -> bool {
    use io::ErrorKind::{ConnectionAborted, ConnectionReset, Interrupted, WouldBlock};
    matches!(error.kind(), ConnectionAborted | ConnectionReset | Interrupted | WouldBlock)
}

struct Connection {
    app: Arc<App>,
    place: Arc<Place>,
    door: Door,
}

impl Connection {
    /// The same on the runtime of a shard, which did not accept it.
    async fn run_there(self, io: TcpStream, from: IpAddr, on_shard: OnShard) {
        match io.into_std().and_then(TcpStream::from_std) {
            Ok(io) => self.run(io, from, Some(Arc::clone(&on_shard.bell))).await,
            Err(error) => tracing::error!(%error, "a connection could not be handed to its thread"),
        }
    }

    async fn run(self, io: TcpStream, from: IpAddr, bell: Option<Arc<Bell>>) {
        let deadline = Instant::now() + Duration::from_secs(self.app.settings.limits.first_request_seconds);
        let mut draining = self.app.draining.subscribe();
        let begun = tokio::select! {
            () = drained(&mut draining) => return,
            () = self.place.given_away() => return,
            begun = timeout_at(deadline, self.begin(io, from)) => begun,
        };
        match begun {
            Ok(Ok(Some((io, peer)))) => self.serve(io, peer, deadline, bell).await,
            // The address has as many connections as it may have.
            Ok(Ok(None)) => {}
            Ok(Err(error)) => tracing::debug!(%from, %error, "a connection ended before its first request"),
            Err(_) => tracing::debug!(%from, "a connection took too long to its first request"),
        }
    }

    /// What stands before HTTP: the header of a balancer, and TLS.
    async fn begin(&self, mut io: TcpStream, from: IpAddr) -> io::Result<Option<(Box<dyn Io>, Peer)>> {
        io.set_nodelay(true)?;
        let server = &self.app.settings.server;
        let mut address = from;
        if server.proxy_protocol && server.trusts(from) {
            address = proxy::read_header(&mut io).await?.unwrap_or(from);
        }
        let exempt = address.is_loopback() || server.trusts(address);
        if !exempt && !self.place.count_for(address) {
            return Ok(None);
        }
        let Some(tls) = &self.app.tls else {
            return Ok(Some((Box::new(io), Peer { address, names: Arc::default() })));
        };
        let io = TlsAcceptor::from(tls.config()).accept(io).await?;
        let shown = io.get_ref().1.peer_certificates().and_then(<[_]>::first);
        let names = shown.map(tls::names).unwrap_or_default().into();
        Ok(Some((Box::new(io), Peer { address, names })))
    }

    async fn serve(&self, io: Box<dyn Io>, peer: Peer, deadline: Instant, bell: Option<Arc<Bell>>) {
        let service = service_fn(|request: http::Request<Incoming>| {
            self.place.prove();
            let mut request = request.map(Body::new);
            self.door.enter(&mut request);
            // Heads are decoded here, one after the other, in the connection's task; each call is a task of its own.
            let queued = Queued::new(&self.app, &request, std::time::Instant::now());
            request.extensions_mut().insert(peer.clone());
            let (door, bell) = (self.door.clone(), bell.clone());
            let call =
                async move { Ok::<_, Infallible>(queued.serve(request, |request| door.call(request)).await) };
            by_bell(bell, call)
        });
        let builder = http_layer(&self.app.settings.limits);
        let mut http = pin!(builder.serve_connection_with_upgrades(TokioIo::new(io), service));
        let mut draining = self.app.draining.subscribe();
        let (mut ending, mut unproven) = (false, true);
        loop {
            tokio::select! {
                ended = http.as_mut() => {
                    if let Err(error) = ended {
                        tracing::debug!(%error, "a connection has failed");
                    }
                    return;
                }
                () = drained(&mut draining), if !ending => {
                    ending = true;
                    http.as_mut().graceful_shutdown();
                }
                () = self.place.given_away() => return,
                () = sleep_until(deadline), if unproven => {
                    unproven = false;
                    if !self.place.is_proven() {
                        return;
                    }
                }
            }
        }
    }
}

fn http_layer(limits: &Limits) -> Builder<TokioExecutor> {
    let mut builder = Builder::new(TokioExecutor::new());
    let mut http1 = builder.http1();
    http1.timer(TokioTimer::new()).header_read_timeout(HTTP1_HEAD_MAX).max_buf_size(HTTP1_HEAD_BYTES_MAX);
    builder
        .http2()
        .timer(TokioTimer::new())
        .max_concurrent_streams(limits.calls_per_connection)
        .initial_connection_window_size(window(limits.calls_per_connection))
        .max_pending_accept_reset_streams(PENDING_RESETS_MAX)
        .keep_alive_interval(KEEPALIVE)
        .keep_alive_timeout(KEEPALIVE_ANSWER_MAX);
    builder
}

/// The flow-control window of a connection. Half of it is what the HTTP/2 layer allows for small messages that have not
/// been read yet, and each counts as [`SMALL_MESSAGE_BYTES`]: a burst of as many calls as may be under way must fit, or
/// the connection is taken for an attack and closed.
pub(crate) fn window(calls: u32) -> u32 {
    calls.saturating_mul(2 * SMALL_MESSAGE_BYTES).clamp(WINDOW_MIN, WINDOW_MAX)
}
