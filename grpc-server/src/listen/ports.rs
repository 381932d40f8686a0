//! The addresses that the server listens on, taken before anything else is done: a port in use or a setting that
//! forbids the address ends the start before a data folder is made. Connections are answered once the engine is open.

use std::net::SocketAddr;

use tokio::net::{TcpListener, TcpSocket};

use crate::settings::Settings;

/// Connections that the system keeps for us while we do not accept: what std and tokio ask for as well.
const BACKLOG: u32 = 1_024;

/// Sockets that are bound and do not listen yet.
#[derive(Debug)]
pub struct Ports {
    grpc: Vec<TcpSocket>,
    web: Vec<TcpSocket>,
    metrics: Option<TcpSocket>,
}

/// Sockets that listen.
pub(crate) struct Listeners {
    pub(crate) grpc: Vec<TcpListener>,
    pub(crate) web: Vec<TcpListener>,
    pub(crate) metrics: Option<TcpListener>,
}

impl Ports {
    /// Takes all addresses that the settings name.
    ///
    /// # Errors
    /// Settings that cannot work, an address that cannot be bound; in words, with the flag that helps.
    pub fn take(settings: &Settings) -> Result<Self, String> {
        let problems = settings.problems();
        if !problems.is_empty() {
            return Err(problems.join("\n"));
        }
        let all = |addresses: &[SocketAddr], flag| {
            addresses.iter().map(|address| take(*address, flag)).collect::<Result<Vec<_>, _>>()
        };
        let grpc = all(&settings.server.listen, "--listen")?;
        let web = all(&settings.web.listen, "--web-listen")?;
        let metrics =
            settings.server.metrics_listen.map(|address| take(address, "--metrics-listen")).transpose()?;
        Ok(Self { grpc, web, metrics })
    }

    /// Lets connections in. Must be called within a tokio runtime.
    pub(crate) fn listen(self) -> Result<Listeners, String> {
        let all = |sockets: Vec<TcpSocket>, flag| {
            sockets.into_iter().map(|socket| listen(socket, flag)).collect::<Result<Vec<_>, _>>()
        };
        let (grpc, web) = (all(self.grpc, "--listen")?, all(self.web, "--web-listen")?);
        let metrics = self.metrics.map(|socket| listen(socket, "--metrics-listen")).transpose()?;
        Ok(Listeners { grpc, web, metrics })
    }
}

fn take(address: SocketAddr, flag: &str) -> Result<TcpSocket, String> {
    let taken = || {
        let socket = if address.is_ipv4() { TcpSocket::new_v4()? } else { TcpSocket::new_v6()? };
        // A restarted server must not wait until the system forgets the connections of the process before.
        socket.set_reuseaddr(true)?;
        socket.bind(address)?;
        Ok(socket)
    };
    taken().map_err(|error| refused(address, flag, &error))
}

fn listen(socket: TcpSocket, flag: &str) -> Result<TcpListener, String> {
    let address = socket.local_addr().map_err(|error| error.to_string())?;
    socket.listen(BACKLOG).map_err(|error| refused(address, flag, &error))
}

fn refused(address: SocketAddr, flag: &str, error: &std::io::Error) -> String {
    let mut text = format!("{address}: {error}");
    if error.kind() == std::io::ErrorKind::AddrInUse {
        let free = SocketAddr::new(address.ip(), 0);
        text.push_str(&format!(
            "; stop what listens there, or choose another address: {flag} {free} takes a free port"
        ));
        if flag == "--web-listen" {
            text.push_str(", TACOS_WEB__LISTEN='[]' serves no REST");
        }
    }
    text
}
