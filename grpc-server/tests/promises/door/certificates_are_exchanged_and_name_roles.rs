//! Claim: certificate files that change are in force for new connections without a restart, and a client certificate has
//! the role that its name was given, and no other.

use std::path::Path;
use std::time::Instant;

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use tacos_proto::common::v1::ErrorCode;
use tacos_proto::gateway::v1::HealthCheckRequest;
use tacos_proto::gateway::v1::gateway_service_client::GatewayServiceClient;
use tacos_proto::reservation::v1::GetJobStatusRequest;
use tacos_proto::reservation::v1::worker_service_client::WorkerServiceClient;
use tacos_server::Server;
use tacos_server::settings::Role;
use tonic::transport::{Certificate, Channel, ClientTlsConfig, Identity};

use super::h2::PATIENCE;
use crate::support::House;

type Authority = CertifiedIssuer<'static, KeyPair>;

fn authority() -> Authority {
    let mut params = CertificateParams::new(Vec::new()).expect("no names");
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    CertifiedIssuer::self_signed(params, KeyPair::generate().expect("a key")).expect("signed")
}

/// Certificate and key, as PEM, for `name`.
fn signed(by: &Authority, name: &str) -> (String, String) {
    let key = KeyPair::generate().expect("a key");
    let params = CertificateParams::new(vec![name.to_owned()]).expect("a name");
    (params.signed_by(&key, by).expect("signed").pem(), key.serialize_pem())
}

fn write(folder: &Path, by: &Authority) {
    let (cert, key) = signed(by, "localhost");
    std::fs::write(folder.join("cert.pem"), cert).expect("written");
    std::fs::write(folder.join("key.pem"), key).expect("written");
}

fn house(by: &Authority) -> House {
    let mut house = House::new();
    let folder = house.folder.path().to_owned();
    write(&folder, by);
    let tls = &mut house.settings.tls;
    (tls.cert_file, tls.key_file) = (Some(folder.join("cert.pem")), Some(folder.join("key.pem")));
    house
}

async fn connect(server: &Server, trusts: &Authority, identity: Option<(String, String)>) -> Option<Channel> {
    let mut tls =
        ClientTlsConfig::new().ca_certificate(Certificate::from_pem(trusts.pem())).domain_name("localhost");
    if let Some((cert, key)) = identity {
        tls = tls.identity(Identity::from_pem(cert, key));
    }
    let endpoint = Channel::from_shared(format!("https://{}", server.addresses[0])).expect("an address");
    let channel = endpoint.timeout(PATIENCE).tls_config(tls).expect("tls").connect().await.ok()?;
    let asked = GatewayServiceClient::new(channel.clone()).health_check(HealthCheckRequest::default()).await;
    asked.ok().map(|_| channel)
}

#[tokio::test(flavor = "multi_thread")]
async fn new_certificates_need_no_restart() {
    let (old, new) = (authority(), authority());
    let mut house = house(&old);
    house.settings.auth.reload_seconds = 1;
    let server = house.open().await;
    let before = connect(&server, &old, None).await.expect("the old certificate");
    assert!(connect(&server, &new, None).await.is_none());
    // Half of a pair, or none at all, changes nothing; the whole pair does.
    std::fs::write(house.folder.path().join("cert.pem"), "no certificate").expect("written");
    assert!(connect(&server, &old, None).await.is_some());
    write(house.folder.path(), &new);
    let deadline = Instant::now() + PATIENCE;
    while connect(&server, &new, None).await.is_none() {
        assert!(Instant::now() < deadline, "the new certificate is not in force");
    }
    let still = GatewayServiceClient::new(before).health_check(HealthCheckRequest::default()).await;
    assert!(still.is_ok(), "a connection keeps what it was made with");
    server.drain().await.expect("ends cleanly");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_certificate_is_no_admin_by_itself() {
    let ours = authority();
    let mut house = house(&ours);
    let file = house.folder.path().join("ca.pem");
    std::fs::write(&file, ours.pem()).expect("written");
    house.settings.tls.client_ca_file = Some(file);
    house.settings.tls.client_roles.insert("worker.internal".to_owned(), Role::Service);
    house.settings.tls.client_roles.insert("web.internal".to_owned(), Role::User);
    let server = house.open().await;
    for (name, refused) in [
        ("worker.internal", None),
        ("web.internal", Some(ErrorCode::Forbidden)),
        ("another.internal", Some(ErrorCode::Unauthenticated)),
    ] {
        let channel = connect(&server, &ours, Some(signed(&ours, name))).await.expect("connects");
        let status = WorkerServiceClient::new(channel).get_job_status(GetJobStatusRequest::default()).await;
        let error = status.expect("an answer").into_inner().error;
        assert_eq!(error.map(|error| error.code()), refused, "{name}");
    }
    server.drain().await.expect("ends cleanly");
}
