//! What a supervisor sees: systemd is told when the ports are open and when the server drains; a server that takes no more
//! writes is alive and ready for reads, and says that it is not well.

use std::os::unix::net::UnixDatagram;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use crate::process::PROGRAM;
use crate::support::{House, channel, open_sale};
use tacos_engine::{Config, Engine, EventId, Note, RecoveryConsent};
use tacos_server::{LogRing, Server};
use tacos_testing::storage::{FailedCall, Fault, SimStorage};
use tonic_health::ServingStatus;
use tonic_health::pb::HealthCheckRequest;
use tonic_health::pb::health_client::HealthClient;

/// What a loaded machine may need to start a process or to look at its health once more.
const PATIENCE: Duration = Duration::from_secs(60);

#[test]
fn systemd_is_told_when_the_ports_are_open_and_when_the_server_drains() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("notify");
    let socket = UnixDatagram::bind(&path).expect("a socket");
    socket.set_read_timeout(Some(PATIENCE)).expect("a time-out");
    let mut child = Command::new(PROGRAM)
        .args(["serve", "--listen", "127.0.0.1:0", "--web-listen", "127.0.0.1:0", "--data-dir"])
        .arg(folder.path().join("data"))
        .env("NOTIFY_SOCKET", &path)
        .stdout(Stdio::null())
        .spawn()
        .expect("the program starts");
    let next = || {
        let mut buffer = [0; 1024];
        let length = socket.recv(&mut buffer).expect("the server says something in time");
        String::from_utf8_lossy(&buffer[..length]).into_owned()
    };
    let started = next();
    assert!(started.lines().any(|line| line == "READY=1"), "{started}");
    let asked = Command::new("kill").args(["-TERM", &child.id().to_string()]).status();
    assert!(asked.expect("kill runs").success());
    let ending = next();
    assert!(ending.lines().any(|line| line == "STOPPING=1"), "{ending}");
    assert!(child.wait().expect("it ends").success());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failed_journal_leaves_the_server_alive_and_ready_for_reads() {
    let mut house = House::new();
    house.settings.server.metrics_listen = Some(([127, 0, 0, 1], 0).into());
    let disk = SimStorage::new(1);
    let storage = Arc::new(disk.clone());
    let opened = Engine::open_storage(storage, Config::default(), RecoveryConsent::LoseNothing, |_| ());
    let (engine, _) = opened.expect("an empty disk opens");
    open_sale(&engine, "evt_1", None);
    let server =
        Server::start(engine.clone(), house.settings.clone(), None, LogRing::new(64)).await.expect("serves");
    let mut health = HealthClient::new(channel(&server).await);
    let metrics = server.metrics_address.expect("configured");

    disk.add_fault(Fault::Fail { call: FailedCall::SyncData, at: disk.calls().syncs, reaches_disk: false });
    let name = tacos_engine::ExternalId::new("note").expect("valid");
    let refused = engine.note(Note::new(name, Some(vec![1]))).wait();
    assert!(refused.is_err(), "the sync has failed: {refused:?}");

    let ask = |service: &str| HealthCheckRequest { service: service.to_owned() };
    tokio::time::timeout(PATIENCE, async {
        while health.check(ask("")).await.expect("an answer").into_inner().status()
            != tonic_health::pb::health_check_response::ServingStatus::NotServing
        {
            tokio::task::yield_now().await;
        }
    })
    .await
    .expect("the server sees that its journal has failed");
    for probe in ["live", "ready"] {
        let answer = health.check(ask(probe)).await.expect("known").into_inner();
        assert_eq!(answer.status.to_string(), (ServingStatus::Serving as i32).to_string(), "{probe}");
    }
    for (path, status) in [("/livez", 200), ("/readyz", 200), ("/healthz", 503)] {
        assert_eq!(get(metrics, path).await, status, "{path}");
    }
    assert!(engine.event(&EventId::new("evt_1").expect("valid")).is_ok(), "reads go on");
    let ended = server.drain().await;
    assert!(ended.is_err(), "the journal had failed, and that is said at the end");
}

/// The status of an HTTP/1.1 answer.
async fn get(address: std::net::SocketAddr, path: &str) -> u16 {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    let mut io = tokio::net::TcpStream::connect(address).await.expect("connects");
    let head = format!("GET {path} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n");
    io.write_all(head.as_bytes()).await.expect("written");
    let mut answer = String::new();
    io.read_to_string(&mut answer).await.expect("read");
    answer.split(' ').nth(1).and_then(|status| status.parse().ok()).expect("a status line")
}
