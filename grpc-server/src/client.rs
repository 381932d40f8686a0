//! A client for every RPC of the contract by its name, with JSON in and out as the protobuf mapping has it: what
//! grpcurl is, for machines that lack it. Knows the messages by the descriptors that the server also reflects.

use std::path::Path;
use std::time::Duration;

use bytes::Bytes;
use prost::Message;
use prost_reflect::{DescriptorPool, DynamicMessage, MethodDescriptor, SerializeOptions};
use serde_json::Value;
use tonic::transport::{Certificate, Channel, ClientTlsConfig, Endpoint};
use tonic::{Request, Status, Streaming};

pub use crate::wire::Raw;

/// One call may take so long; streams may last longer.
const PATIENCE: Duration = Duration::from_secs(30);

/// Where to call, and as whom.
#[derive(Clone)]
pub struct Client {
    channel: Channel,
    pool: DescriptorPool,
    token: Option<String>,
}

impl std::fmt::Debug for Client {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // The token is a secret and is not shown.
        f.debug_struct("Client").field("has_token", &self.token.is_some()).finish_non_exhaustive()
    }
}

/// Answers of one call: one, or as many as the server streams.
#[derive(Debug)]
pub struct Answers {
    method: MethodDescriptor,
    first: Option<Bytes>,
    rest: Option<Streaming<Bytes>>,
}

impl Client {
    /// A client of `target`, which need not listen yet; without a scheme it is taken for plain text, `http://`.
    /// `authority` has the certificates to trust, `token` the JWT.
    ///
    /// # Errors
    /// An address that is none, files that cannot be read; in words.
    pub fn new(target: &str, authority: Option<&Path>, token: Option<&Path>) -> Result<Self, String> {
        let address = if target.contains("://") { target.to_owned() } else { format!("http://{target}") };
        let mut endpoint = Endpoint::from_shared(address)
            .map_err(|error| format!("{target}: {error}"))?
            .connect_timeout(PATIENCE);
        if let Some(path) = authority {
            // One process may have several TLS users; the first one chooses, and all choose the same.
            let _ = rustls::crypto::ring::default_provider().install_default();
            let pem = std::fs::read(path).map_err(|error| format!("{}: {error}", path.display()))?;
            let tls = ClientTlsConfig::new().ca_certificate(Certificate::from_pem(pem));
            endpoint = endpoint.tls_config(tls).map_err(|error| format!("tls: {error}"))?;
        }
        let token = match token {
            None => None,
            Some(path) => {
                let text =
                    std::fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))?;
                Some(text.trim().to_owned())
            }
        };
        let pool = DescriptorPool::decode(tacos_proto::FILE_DESCRIPTOR_SET)
            .map_err(|error| format!("the contract: {error}"))?;
        Ok(Self { channel: endpoint.connect_lazy(), pool, token })
    }

    /// The same client, showing this token.
    #[must_use]
    pub fn with_token(&self, token: String) -> Self {
        Self { token: Some(token), ..self.clone() }
    }

    /// The method that `service.v1.Service/Method` names.
    fn method(&self, rpc: &str) -> Result<MethodDescriptor, String> {
        let (service, method) =
            rpc.split_once('/').ok_or_else(|| format!("{rpc:?} is not service/method"))?;
        let found = self.pool.get_service_by_name(service).ok_or_else(|| {
            let names: Vec<_> = self.pool.services().map(|service| service.full_name().to_owned()).collect();
            format!("no service {service:?}; there are {}", names.join(", "))
        })?;
        found.methods().find(|one| one.name() == method).ok_or_else(|| {
            let names: Vec<_> = found.methods().map(|method| method.name().to_owned()).collect();
            format!("{service} has no method {method:?}; it has {}", names.join(", "))
        })
    }

    /// Starts a call. The request is JSON; fields may be named as in the contract or in lower camel case.
    ///
    /// # Errors
    /// An RPC or request that is not in the contract, or a call that failed; in words.
    pub async fn start(&self, rpc: &str, json: &str) -> Result<Answers, String> {
        let method = self.method(rpc)?;
        let mut reader = serde_json::Deserializer::from_str(json);
        let message = DynamicMessage::deserialize(method.input(), &mut reader)
            .and_then(|message| reader.end().map(|()| message))
            .map_err(|error| format!("the request is no {}: {error}", method.input().full_name()))?;
        let mut request = Request::new(Bytes::from(message.encode_to_vec()));
        if let Some(token) = &self.token {
            let value = format!("Bearer {token}").parse().map_err(|_| "the token is no token".to_owned())?;
            request.metadata_mut().insert("authorization", value);
        }
        let path = format!("/{rpc}").parse().map_err(|_| format!("{rpc:?} is no path"))?;
        let mut grpc = tonic::client::Grpc::new(self.channel.clone());
        grpc.ready().await.map_err(|error| format!("cannot connect: {error}"))?;
        let say = |status: Status| format!("{}: {}", status.code(), status.message());
        if method.is_server_streaming() {
            let answer = grpc.server_streaming(request, path, Raw).await.map_err(say)?;
            return Ok(Answers { method, first: None, rest: Some(answer.into_inner()) });
        }
        request.set_timeout(PATIENCE);
        let answer = grpc.unary(request, path, Raw).await.map_err(say)?;
        Ok(Answers { method, first: Some(answer.into_inner()), rest: None })
    }

    /// One call with one answer.
    ///
    /// # Errors
    /// As [`Client::start`].
    pub async fn call(&self, rpc: &str, json: &str) -> Result<Value, String> {
        let mut answers = self.start(rpc, json).await?;
        answers.next().await?.ok_or_else(|| format!("{rpc} ended without an answer"))
    }
}

impl Answers {
    /// The next answer; none once there are no more.
    ///
    /// # Errors
    /// A stream that broke off, in words.
    pub async fn next(&mut self) -> Result<Option<Value>, String> {
        let bytes = match (self.first.take(), &mut self.rest) {
            (Some(first), _) => Some(first),
            (None, Some(rest)) => {
                rest.message().await.map_err(|status| format!("{}: {}", status.code(), status.message()))?
            }
            (None, None) => None,
        };
        let Some(bytes) = bytes else { return Ok(None) };
        let message = DynamicMessage::decode(self.method.output(), bytes)
            .map_err(|error| format!("the answer is no {}: {error}", self.method.output().full_name()))?;
        // Fields at their defaults are left out, as grpcurl leaves them out.
        message
            .serialize_with_options(serde_json::value::Serializer, &SerializeOptions::new())
            .map(Some)
            .map_err(|error| error.to_string())
    }
}

/// The value at `a.b.0.c` of an answer.
#[must_use]
pub fn at_path<'a>(answer: &'a Value, path: &str) -> Option<&'a Value> {
    path.split('.').try_fold(answer, |found, part| match found {
        Value::Array(list) => part.parse::<usize>().ok().and_then(|at| list.get(at)),
        other => other.get(part),
    })
}

/// A value as a shell wants it: text without quotes, all else as JSON.
#[must_use]
pub fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn what_is_not_in_the_contract_is_refused_before_anything_is_sent() {
        let client = Client::new("http://127.0.0.1:9", None, None).expect("an address");
        let refused = |rpc: &'static str, json: &'static str| {
            let client = client.clone();
            async move { client.call(rpc, json).await.expect_err("refused") }
        };
        assert!(refused("JoinQueue", "{}").await.contains("is not service/method"));
        assert!(refused("gateway.v1.Nothing/JoinQueue", "{}").await.contains("gateway.v1.QueueService"));
        assert!(refused("gateway.v1.QueueService/Nothing", "{}").await.contains("JoinQueue"));
        let unknown = refused("gateway.v1.QueueService/JoinQueue", r#"{"colour":"red"}"#).await;
        assert!(unknown.contains("colour"), "{unknown}");
        let more = refused("gateway.v1.QueueService/JoinQueue", "{} {}").await;
        assert!(more.contains("is no gateway.v1.JoinQueueRequest"), "{more}");
    }

    #[test]
    fn values_are_found_by_their_path() {
        let answer = serde_json::json!({ "a": [{ "b": "c" }], "n": 7 });
        assert_eq!(at_path(&answer, "a.0.b").map(plain), Some("c".to_owned()));
        assert_eq!(at_path(&answer, "n").map(plain), Some("7".to_owned()));
        assert_eq!(at_path(&answer, "a.1.b"), None);
    }
}
