//! Claim: with `trace.otlp_endpoint` each call arrives at the collector as a span of its own, under the caller's trace.
#![cfg(feature = "otlp")]

#[path = "support/process.rs"]
mod process;

use axum::body::Bytes;
use process::{PROGRAM, Serving};
use std::process::Command;
use tokio::sync::mpsc::unbounded_channel;
use tonic::service::Routes;
use tonic::transport::server::TcpIncoming;

#[tokio::test(flavor = "multi_thread")]
async fn a_call_becomes_a_span_at_the_collector() {
    let (to, mut exported) = unbounded_channel::<(String, Vec<u8>)>();
    let take = move |uri: http::Uri, body: Bytes| {
        to.send((uri.path().to_owned(), body.to_vec())).expect("the test listens");
        // An empty message, well received.
        async { ([("content-type", "application/grpc"), ("grpc-status", "0")], vec![0_u8; 5]) }
    };
    let incoming = TcpIncoming::bind(([127, 0, 0, 1], 0).into()).expect("a port");
    let collector = format!("http://{}", incoming.local_addr().expect("bound"));
    let routes = Routes::from(axum::Router::new().fallback(take));
    tokio::spawn(tonic::transport::Server::builder().add_routes(routes).serve_with_incoming(incoming));

    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("tacos.toml");
    std::fs::write(&file, format!("[trace]\notlp_endpoint = \"{collector}\"\n")).expect("written");
    let config = file.to_str().expect("text");
    let data = folder.path().join("data");
    let serving = Serving::start(&data, "127.0.0.1:0", &["--config", config, "--log-level", "info"]);
    let target = serving.target();
    let called = tokio::task::spawn_blocking(move || {
        Command::new(PROGRAM)
            .args(["call", "--target", &target, "gateway.v1.QueueService/GetQueueStats"])
            .output()
            .expect("it runs")
    });
    assert!(called.await.expect("no panic").status.success());
    // What was not sent before is sent when the server ends.
    tokio::task::spawn_blocking(move || serving.stop()).await.expect("no panic");
    let has = |body: &[u8], text: &str| body.windows(text.len()).any(|part| part == text.as_bytes());
    let mut found = false;
    while let Ok((path, body)) = exported.try_recv() {
        assert_eq!(path, "/opentelemetry.proto.collector.trace.v1.TraceService/Export");
        found |= has(&body, "gateway.v1.QueueService/GetQueueStats") && has(&body, "tacos-server");
    }
    assert!(found, "no span of the call was exported");
}
