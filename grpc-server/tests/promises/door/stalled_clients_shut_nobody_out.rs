//! Claim: clients that connect and stop, wherever they stop, keep nobody else out, and are let go at their deadline.

use std::io::Write;
use std::net::{SocketAddr, TcpStream};
use std::sync::Arc;
use std::time::Instant;

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use tacos_proto::gateway::v1::HealthCheckRequest;
use tacos_proto::gateway::v1::gateway_service_client::GatewayServiceClient;
use tacos_server::Server;
use tonic::transport::{Certificate, Channel, ClientTlsConfig};

use super::h2::PATIENCE;
use crate::outside::is_closed;
use crate::support::House;

const CONNECTIONS: usize = 20;
const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0";

/// A server with TLS, and the authority that its clients trust.
fn house() -> (House, String) {
    let mut params = CertificateParams::new(Vec::new()).expect("no names");
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let authority =
        CertifiedIssuer::self_signed(params, KeyPair::generate().expect("a key")).expect("signed");
    let key = KeyPair::generate().expect("a key");
    let params = CertificateParams::new(vec!["localhost".to_owned()]).expect("a name");
    let cert = params.signed_by(&key, &authority).expect("signed");
    let mut house = House::new();
    let write = |name: &str, text: String| {
        let file = house.folder.path().join(name);
        std::fs::write(&file, text).expect("written");
        Some(file)
    };
    let files = (write("cert.pem", cert.pem()), write("key.pem", key.serialize_pem()));
    (house.settings.tls.cert_file, house.settings.tls.key_file) = files;
    house.settings.limits.connections = CONNECTIONS;
    (house, authority.pem())
}

/// What a TLS client says first.
fn client_hello() -> Vec<u8> {
    tacos_server::install_cryptography();
    let config = rustls::ClientConfig::builder()
        .with_root_certificates(rustls::RootCertStore::empty())
        .with_no_client_auth();
    let name = "localhost".try_into().expect("a name");
    let mut client = rustls::ClientConnection::new(Arc::new(config), name).expect("a client");
    let mut hello = Vec::new();
    client.write_tls(&mut hello).expect("to memory");
    hello
}

/// Clients that say this and stop.
fn stalled(address: SocketAddr, says: &[u8]) -> Vec<TcpStream> {
    let connect = |_| {
        let mut io = TcpStream::connect(address).expect("connects");
        io.write_all(says).expect("written");
        io
    };
    (0..CONNECTIONS).map(connect).collect()
}

async fn ask(channel: Channel) {
    let mut gateway = GatewayServiceClient::new(channel);
    gateway.health_check(HealthCheckRequest::default()).await.expect("an answer");
}

/// Connects by TLS and makes a call, within [`PATIENCE`].
async fn served(server: &Server, authority: &str) {
    let tls =
        ClientTlsConfig::new().ca_certificate(Certificate::from_pem(authority)).domain_name("localhost");
    let endpoint = Channel::from_shared(format!("https://{}", server.addresses[0])).expect("an address");
    let endpoint = endpoint.tls_config(tls).expect("tls");
    let call = async { ask(endpoint.connect().await.expect("connects")).await };
    tokio::time::timeout(PATIENCE, call).await.expect("served while others stall");
}

#[tokio::test(flavor = "multi_thread")]
async fn twenty_tls_clients_that_stop_after_client_hello_keep_nobody_out() {
    let (mut house, authority) = house();
    // The deadline of the stalled ones is no help here: it lies far beyond the end of this test.
    house.settings.limits.first_request_seconds = 86_400;
    let server = house.open().await;
    let held = stalled(server.addresses[0], &client_hello());
    let begun = Instant::now();
    served(&server, &authority).await;
    println!("served after {:?} while {} TLS clients stall", begun.elapsed(), held.len());
    drop(held);
    server.drain().await.expect("ends cleanly");
}

#[tokio::test(flavor = "multi_thread")]
async fn neither_do_clients_that_stop_elsewhere() {
    let mut house = House::new();
    house.settings.limits.connections = CONNECTIONS;
    house.settings.limits.first_request_seconds = 86_400;
    let server = house.open().await;
    for says in [b"".as_slice(), PREFACE, b"POST / HTTP/1.1\r\nhost: "] {
        let held = stalled(server.addresses[0], says);
        let channel = Channel::from_shared(format!("http://{}", server.addresses[0])).expect("an address");
        let call = async { ask(channel.connect().await.expect("connects")).await };
        tokio::time::timeout(PATIENCE, call).await.expect("served while others stall");
        drop(held);
    }
    server.drain().await.expect("ends cleanly");
}

#[tokio::test(flavor = "multi_thread")]
async fn one_deadline_covers_the_handshake() {
    let (mut house, authority) = house();
    house.settings.limits.first_request_seconds = 1;
    let server = house.open().await;
    let hello = client_hello();
    for part in [&hello[..1], &hello[..hello.len() - 1], &hello] {
        let mut io = TcpStream::connect(server.addresses[0]).expect("connects");
        io.write_all(part).expect("written");
        let closed = tokio::task::spawn_blocking(move || is_closed(io)).await.expect("no panic");
        assert!(closed, "after {} of {} bytes", part.len(), hello.len());
    }
    served(&server, &authority).await;
    server.drain().await.expect("ends cleanly");
}
