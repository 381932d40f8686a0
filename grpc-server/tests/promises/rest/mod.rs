//! The listener for programs that speak no gRPC, over real sockets, by an HTTP client that knows nothing of the contract.

mod connect;
mod pages_of_other_origins;
mod reference;
mod refusals_are_clear;
mod sale;
mod streams;

use std::net::SocketAddr;
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, Method, Request};
use http_body_util::{BodyExt, Full};
use hyper::client::conn::http1::{SendRequest, handshake};
use hyper_util::rt::TokioIo;
use serde_json::Value;
use tokio::net::TcpStream;

/// Nothing takes so long.
pub(crate) const PATIENCE: Duration = Duration::from_secs(60);

/// One connection of HTTP/1.1.
pub(crate) struct Http {
    sender: SendRequest<Full<Bytes>>,
    token: Option<String>,
}

/// An answer.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) bytes: Bytes,
}

impl Answer {
    pub(crate) fn json(&self) -> Value {
        let text = String::from_utf8_lossy(&self.bytes);
        serde_json::from_slice(&self.bytes).unwrap_or_else(|error| panic!("{error}: {} {text}", self.status))
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }

    /// The body of a call that must be done.
    pub(crate) fn done(&self, status: u16) -> Value {
        assert_eq!(self.status, status, "{}", String::from_utf8_lossy(&self.bytes));
        assert_eq!(self.header("content-type"), "application/json");
        assert_eq!(self.header("x-trace-id").len(), 32);
        self.json()
    }

    /// The code of a call that must be refused, which every refusal says in the same form.
    pub(crate) fn refused(&self, status: u16) -> String {
        let error = &self.done(status)["error"];
        assert_eq!(error["trace_id"], self.header("x-trace-id"));
        assert!(
            error["message"].as_str().is_some_and(|words| !words.is_empty()) && error["details"].is_array()
        );
        error["code"].as_str().expect("a code").to_owned()
    }
}

impl Http {
    pub(crate) async fn connect(address: SocketAddr) -> Self {
        let io = TcpStream::connect(address).await.expect("connects");
        let (sender, connection) = handshake(TokioIo::new(io)).await.expect("HTTP/1.1");
        tokio::spawn(connection);
        Self { sender, token: None }
    }

    pub(crate) fn with(self, token: String) -> Self {
        Self { token: Some(token), ..self }
    }

    /// Sends a request with this body, whatever it is.
    pub(crate) async fn send(
        &mut self,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
        body: impl Into<Bytes>,
    ) -> Answer {
        let mut request = Request::builder().method(method).uri(path).header("host", "test");
        if let Some(token) = &self.token {
            request = request.header("authorization", format!("Bearer {token}"));
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = request.body(Full::new(body.into())).expect("a request");
        let exchange = async {
            self.sender.ready().await.expect("the connection lives");
            let (head, body) = self.sender.send_request(request).await.expect("an answer").into_parts();
            let bytes = body.collect().await.expect("a whole answer").to_bytes();
            Answer { status: head.status.as_u16(), headers: head.headers, bytes }
        };
        tokio::time::timeout(PATIENCE, exchange).await.expect("answered in time")
    }

    pub(crate) async fn get(&mut self, path: &str) -> Answer {
        self.send(Method::GET, path, &[], "").await
    }

    /// A request with a JSON body and, unless it is empty, a key.
    pub(crate) async fn json(&mut self, method: Method, path: &str, key: &str, body: Value) -> Answer {
        let mut headers = vec![("content-type", "application/json")];
        if !key.is_empty() {
            headers.push(("idempotency-key", key));
        }
        self.send(method, path, &headers, body.to_string()).await
    }

    pub(crate) async fn post(&mut self, path: &str, key: &str, body: Value) -> Answer {
        self.json(Method::POST, path, key, body).await
    }
}
