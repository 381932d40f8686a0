//! Claim: a client that speaks no gRPC is told so in words, browsers of allowed origins may call by gRPC-Web, and TLS
//! clients that know only HTTP/1.1 can connect.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};

use http::StatusCode;

use super::h2::{connect, grpc, send, whole};
use crate::outside::PATIENCE;
use crate::support::House;

/// One HTTP/1.1 exchange; returns all that came until the other side closed, in order or by a reset.
pub(crate) async fn http1(address: SocketAddr, request: &str) -> String {
    let request = request.to_owned();
    let exchange = move || {
        let mut io = TcpStream::connect(address).expect("connects");
        io.set_read_timeout(Some(PATIENCE)).expect("set");
        io.write_all(request.as_bytes()).expect("written");
        let mut answer = Vec::new();
        if let Err(error) = io.read_to_end(&mut answer) {
            assert_eq!(error.kind(), std::io::ErrorKind::ConnectionReset, "{error}");
        }
        String::from_utf8_lossy(&answer).into_owned()
    };
    tokio::task::spawn_blocking(exchange).await.expect("no panic")
}

#[tokio::test]
async fn over_http_1_and_over_http_2() {
    let server = House::new().open().await;
    let address = server.addresses[0];
    let close = "host: x\r\nconnection: close\r\n";
    let home = http1(address, &format!("GET / HTTP/1.1\r\n{close}\r\n")).await;
    assert!(home.starts_with("HTTP/1.1 200") && home.contains("gRPC over HTTP/2"), "{home}");
    let health = "/gateway.v1.GatewayService/HealthCheck";
    let json = format!(
        "POST {health} HTTP/1.1\r\n{close}content-type: application/json\r\ncontent-length: 2\r\n\r\n{{}}"
    );
    let json = http1(address, &json).await;
    assert!(json.starts_with("HTTP/1.1 415") && json.contains("JSON is not taken"), "{json}");
    let grpc1 = format!(
        "POST {health} HTTP/1.1\r\n{close}content-type: application/grpc\r\ncontent-length: 0\r\n\r\n"
    );
    let grpc1 = http1(address, &grpc1).await;
    assert!(grpc1.starts_with("HTTP/1.1 400") && grpc1.contains("needs HTTP/2"), "{grpc1}");

    let mut client = connect(address).await;
    for kind in ["application/json", "application/grpc+json", "text/plain", "application/grpc-web+json"] {
        let mut request = grpc(health, &[], whole("{}"));
        request.headers_mut().insert("content-type", kind.parse().expect("ASCII"));
        let answer = send(&mut client, request).await;
        assert_eq!(answer.head.status(), StatusCode::UNSUPPORTED_MEDIA_TYPE, "{kind}");
        assert!(String::from_utf8_lossy(&answer.bytes).contains("application/grpc"), "{kind}");
    }
    for kind in ["application/grpc", "application/grpc+proto", "application/grpc;charset=utf-8"] {
        let mut request = grpc(health, &[], whole(vec![0; 5]));
        request.headers_mut().insert("content-type", kind.parse().expect("ASCII"));
        assert_eq!(send(&mut client, request).await.status(), 0, "{kind}");
    }
    drop(client);
    server.drain().await.expect("ends cleanly");
}

#[tokio::test]
async fn browsers_of_listed_origins_only() {
    let mut house = House::new();
    house.settings.server.cors_origins = vec!["https://shop.example".to_owned()];
    let server = house.open().await;
    let address = server.addresses[0];
    let preflight = async |origin: &str| {
        let request = format!(
            "OPTIONS /gateway.v1.GatewayService/HealthCheck HTTP/1.1\r\nhost: x\r\nconnection: close\r\norigin: {origin}\r\n\
             access-control-request-method: POST\r\naccess-control-request-headers: content-type,x-grpc-web\r\n\r\n"
        );
        http1(address, &request).await
    };
    let good = preflight("https://shop.example").await;
    assert!(good.starts_with("HTTP/1.1 204"), "{good}");
    for line in [
        "access-control-allow-origin: https://shop.example\r\n",
        "access-control-allow-headers: content-type,x-grpc-web\r\n",
        "access-control-allow-methods: POST\r\n",
    ] {
        assert!(good.contains(line), "{line} in {good}");
    }
    let bad = preflight("https://evil.example").await;
    assert!(bad.starts_with("HTTP/1.1 403") && !bad.contains("access-control-allow"), "{bad}");
    let call = async |origin: &str| {
        let head = format!(
            "POST /gateway.v1.GatewayService/HealthCheck HTTP/1.1\r\nhost: x\r\nconnection: close\r\norigin: {origin}\r\n\
             content-type: application/grpc-web+proto\r\nx-grpc-web: 1\r\ncontent-length: 5\r\n\r\n\0\0\0\0\0"
        );
        http1(address, &head).await
    };
    let good = call("https://shop.example").await;
    assert!(good.contains("access-control-expose-headers: grpc-status"), "{good}");
    assert!(good.contains("access-control-allow-origin: https://shop.example"), "{good}");
    let other = call("https://evil.example").await;
    assert!(other.starts_with("HTTP/1.1 200") && !other.contains("access-control-allow-origin"), "{other}");
    server.drain().await.expect("ends cleanly");
}

#[tokio::test]
async fn what_is_switched_off_is_not_there() {
    let mut house = House::new();
    house.settings.server.metrics_listen = Some(([127, 0, 0, 1], 0).into());
    house.settings.server.metrics_page = false;
    house.settings.server.reflection = false;
    let server = house.open().await;
    let address = server.metrics_address.expect("configured");
    let get = |path: &str| format!("GET {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n");
    assert!(http1(address, &get("/metrics")).await.starts_with("HTTP/1.1 404"));
    assert!(http1(address, &get("/healthz")).await.starts_with("HTTP/1.1 200"));
    let mut client = connect(server.addresses[0]).await;
    let path = "/grpc.reflection.v1.ServerReflection/ServerReflectionInfo";
    let answer = send(&mut client, grpc(path, &[], whole(vec![0; 5]))).await;
    assert_eq!(answer.status(), 12, "UNIMPLEMENTED");
    drop(client);
    server.drain().await.expect("ends cleanly");
}
