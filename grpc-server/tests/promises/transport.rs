//! Claim: the same services are reached over plain HTTP/2, TLS, mutual TLS, gRPC-Web and every listener; reflection and
//! health tell of each; the metrics page has the figures.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};

use crate::support::{House, channel};
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use tacos_proto::gateway::v1::HealthCheckRequest;
use tacos_proto::gateway::v1::gateway_service_client::GatewayServiceClient;
use tacos_server::rpc::Rpc;
use tonic::transport::{Certificate, Channel, ClientTlsConfig, Identity};
use tonic_health::pb::health_check_response::ServingStatus;
use tonic_health::pb::health_client::HealthClient;
use tonic_reflection::pb::v1::ServerReflectionRequest;
use tonic_reflection::pb::v1::server_reflection_client::ServerReflectionClient;
use tonic_reflection::pb::v1::server_reflection_request::MessageRequest;
use tonic_reflection::pb::v1::server_reflection_response::MessageResponse;

fn authority() -> CertifiedIssuer<'static, KeyPair> {
    let mut params = CertificateParams::new(Vec::new()).expect("no names");
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    CertifiedIssuer::self_signed(params, KeyPair::generate().expect("a key")).expect("signed")
}

/// Certificate and key, as PEM, for `name`.
fn signed(by: &CertifiedIssuer<'static, KeyPair>, name: &str) -> (String, String) {
    let key = KeyPair::generate().expect("a key");
    let params = CertificateParams::new(vec![name.to_owned()]).expect("a name");
    (params.signed_by(&key, by).expect("signed").pem(), key.serialize_pem())
}

async fn asks(channel: Channel) -> Result<(), tonic::Status> {
    GatewayServiceClient::new(channel).health_check(HealthCheckRequest::default()).await.map(drop)
}

#[tokio::test]
async fn tls_is_spoken_and_a_client_certificate_is_asked_for_where_configured() {
    let (ours, others) = (authority(), authority());
    let (cert, key) = signed(&ours, "localhost");
    for mutual in [false, true] {
        let mut house = House::new();
        let write = |name: &str, text: &str| {
            let file = house.folder.path().join(name);
            std::fs::write(&file, text).expect("written");
            Some(file)
        };
        let (cert_file, key_file, ca) =
            (write("cert.pem", &cert), write("key.pem", &key), write("ca.pem", &ours.pem()));
        let tls = &mut house.settings.tls;
        (tls.cert_file, tls.key_file) = (cert_file, key_file);
        tls.client_ca_file = ca.filter(|_| mutual);
        let server = house.open().await;
        let connect = async |identity: Option<(String, String)>| {
            let mut tls = ClientTlsConfig::new()
                .ca_certificate(Certificate::from_pem(ours.pem()))
                .domain_name("localhost");
            if let Some((cert, key)) = identity {
                tls = tls.identity(Identity::from_pem(cert, key));
            }
            let endpoint = Channel::from_shared(format!("https://{}", server.addresses[0]));
            let channel = endpoint.expect("an address").tls_config(tls).expect("tls").connect().await;
            asks(channel.map_err(|error| tonic::Status::unavailable(error.to_string()))?).await
        };
        let with_ours = connect(Some(signed(&ours, "client"))).await;
        assert!(with_ours.is_ok(), "mutual {mutual}: {with_ours:?}");
        assert_eq!(connect(None).await.is_ok(), !mutual, "without a certificate");
        if mutual {
            assert!(connect(Some(signed(&others, "client"))).await.is_err(), "of another authority");
        }
        // Who speaks plain text is not understood.
        let plain = Channel::from_shared(format!("http://{}", server.addresses[0])).expect("an address");
        let answered = match plain.connect().await {
            Ok(channel) => asks(channel).await.is_ok(),
            Err(_) => false,
        };
        assert!(!answered);
        server.drain().await.expect("ends cleanly");
    }
}

#[tokio::test]
async fn every_listener_serves_everything_and_says_what_it_serves() {
    let mut house = House::new();
    house.settings.server.listen = vec![([127, 0, 0, 1], 0).into(), ([127, 0, 0, 1], 0).into()];
    let server = house.open().await;
    assert_eq!(server.addresses.len(), 2);
    for address in &server.addresses {
        let channel = Channel::from_shared(format!("http://{address}")).expect("an address");
        let channel = channel.connect().await.expect("connects");
        assert!(asks(channel.clone()).await.is_ok());
        let mut reflection = ServerReflectionClient::new(channel.clone());
        let ask = ServerReflectionRequest {
            host: String::new(),
            message_request: Some(MessageRequest::ListServices(String::new())),
        };
        let mut answers = reflection
            .server_reflection_info(tokio_stream::iter([ask]))
            .await
            .expect("an answer")
            .into_inner();
        let answer = answers.message().await.expect("well").expect("one").message_response;
        let Some(MessageResponse::ListServicesResponse(list)) = answer else { panic!("{answer:?}") };
        let listed: Vec<String> = list.service.into_iter().map(|service| service.name).collect();
        let mut health = HealthClient::new(channel.clone());
        let second_name = "reservation.v1.Inventory";
        for service in Rpc::services().into_iter().chain([second_name]) {
            assert!(listed.iter().any(|one| one == service), "{service} is not among {listed:?}");
            let ask = tonic_health::pb::HealthCheckRequest { service: service.to_owned() };
            let answer = health.check(ask).await.expect("known").into_inner();
            assert_eq!(answer.status(), ServingStatus::Serving, "{service}");
        }
        // Older tools ask under the older name.
        let mut older =
            tonic_reflection::pb::v1alpha::server_reflection_client::ServerReflectionClient::new(channel);
        let ask = tonic_reflection::pb::v1alpha::ServerReflectionRequest::default();
        assert!(older.server_reflection_info(tokio_stream::iter([ask])).await.is_ok());
    }
    server.drain().await.expect("ends cleanly");
}

/// One HTTP/1.1 exchange; returns all that came until the other side closed.
async fn http(address: SocketAddr, head: String, body: Vec<u8>) -> String {
    let exchange = move || {
        let mut io = TcpStream::connect(address).expect("connects");
        io.write_all(head.as_bytes()).and_then(|()| io.write_all(&body)).expect("written");
        let mut answer = Vec::new();
        io.read_to_end(&mut answer).expect("read");
        String::from_utf8_lossy(&answer).into_owned()
    };
    tokio::task::spawn_blocking(exchange).await.expect("no panic")
}

#[tokio::test]
async fn browsers_are_answered_over_http_1() {
    let house = House::new();
    let server = house.open().await;
    let head = "POST /gateway.v1.GatewayService/HealthCheck HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\
                content-type: application/grpc-web+proto\r\nx-grpc-web: 1\r\ncontent-length: 5\r\n\r\n";
    let answer = http(server.addresses[0], head.to_owned(), vec![0; 5]).await;
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    assert!(answer.contains("application/grpc-web+proto") && answer.contains("grpc-status:0"), "{answer}");
    assert!(answer.contains("gateway.v1.QueueService"), "the health of each service: {answer}");
    server.drain().await.expect("ends cleanly");
}

#[tokio::test]
async fn the_metrics_page_counts_what_was_called() {
    let mut house = House::new();
    house.settings.server.metrics_listen = Some(([127, 0, 0, 1], 0).into());
    let server = house.open().await;
    asks(channel(&server).await).await.expect("an answer");
    let address = server.metrics_address.expect("configured");
    let get = |path: &str| format!("GET {path} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n");
    let page = http(address, get("/metrics"), Vec::new()).await;
    let counted = r#"tacos_rpc_seconds_count{service="gateway.v1.GatewayService",method="HealthCheck"} 1"#;
    assert!(page.contains(counted), "{page}");
    assert!(page.contains("tacos_connections_open"), "{page}");
    let health = http(address, get("/healthz"), Vec::new()).await;
    assert!(health.starts_with("HTTP/1.1 200"), "{health}");
    // The dashboard shows nothing that the page does not have.
    let dashboard = std::fs::read_to_string(
        std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("deploy/grafana-dashboard.json"),
    )
    .expect("the dashboard");
    let dashboard: serde_json::Value = serde_json::from_str(&dashboard).expect("JSON");
    let panels = dashboard["panels"].as_array().expect("panels");
    let mut asked_for = 0;
    for target in panels.iter().filter_map(|panel| panel["targets"].as_array()).flatten() {
        let expression = target["expr"].as_str().expect("an expression");
        for name in expression.split(|c: char| !c.is_ascii_alphanumeric() && c != '_') {
            if name.starts_with("tacos_") {
                asked_for += 1;
                assert!(page.contains(&format!("\n{name}")), "{name} is not on the page");
            }
        }
    }
    assert!(asked_for >= 15, "only {asked_for} figures are shown");
    server.drain().await.expect("ends cleanly");
}
