//! Calls as JSON: what a test asks and what it is answered, without a client for each service.
#![allow(dead_code, unreachable_pub, reason = "each test uses a part of this")]

use std::sync::LazyLock;

use prost_reflect::{DescriptorPool, DynamicMessage, MessageDescriptor};
use serde_json::Value;
use tacos_server::client::Raw;
use tonic::transport::Channel;
use tonic::{Request, Status};

/// Read once: it is looked at for every call.
static POOL: LazyLock<DescriptorPool> =
    LazyLock::new(|| DescriptorPool::decode(tacos_proto::FILE_DESCRIPTOR_SET).expect("our own descriptors"));

/// The contract.
pub fn pool() -> DescriptorPool {
    POOL.clone()
}

/// Request and response of `package.Service/Method`.
pub fn messages(rpc: &str) -> (MessageDescriptor, MessageDescriptor) {
    let (service, method) = rpc.split_once('/').expect("service/method");
    let service = pool().get_service_by_name(service).expect("a service of the contract");
    let method = service.methods().find(|one| one.name() == method).expect("a method of the service");
    (method.input(), method.output())
}

/// One caller.
#[derive(Clone)]
pub struct Caller {
    pub channel: Channel,
    pub token: Option<String>,
}

impl Caller {
    pub fn new(channel: &Channel) -> Self {
        Self { channel: channel.clone(), token: None }
    }

    pub fn with(channel: &Channel, token: String) -> Self {
        Self { channel: channel.clone(), token: Some(token) }
    }

    /// The answer as a message, or the status with which the call ended.
    pub async fn message(&self, rpc: &str, asked: &Value) -> Result<DynamicMessage, Status> {
        let (input, output) = messages(rpc);
        let message = DynamicMessage::deserialize(input, asked).expect("a request of this RPC");
        let mut request = Request::new(prost::Message::encode_to_vec(&message).into());
        if let Some(token) = &self.token {
            request.metadata_mut().insert("authorization", format!("Bearer {token}").parse().expect("ASCII"));
        }
        let mut client = tonic::client::Grpc::new(self.channel.clone());
        client.ready().await.map_err(|error| Status::unknown(error.to_string()))?;
        let answer = client.unary(request, format!("/{rpc}").parse().expect("a path"), Raw).await?;
        Ok(DynamicMessage::decode(output, answer.into_inner()).expect("a response of this RPC"))
    }

    /// The answer as JSON, or the status.
    pub async fn status(&self, rpc: &str, asked: Value) -> Result<Value, Status> {
        let answer = self.message(rpc, &asked).await?;
        Ok(serde_json::to_value(&answer).expect("JSON"))
    }

    /// The answer as JSON, refused or not.
    pub async fn ask(&self, rpc: &str, asked: Value) -> Value {
        self.status(rpc, asked).await.unwrap_or_else(|status| panic!("{rpc} ended with {status:?}"))
    }

    /// The answer of a call that must be done.
    pub async fn done(&self, rpc: &str, asked: Value) -> Value {
        let answer = self.ask(rpc, asked).await;
        assert!(answer.get("error").is_none(), "{rpc} was refused: {answer}");
        answer
    }

    /// The code of a call that must be refused.
    pub async fn refused(&self, rpc: &str, asked: Value) -> String {
        let answer = self.ask(rpc, asked).await;
        let code = answer["error"]["code"].as_str();
        code.unwrap_or_else(|| panic!("{rpc} was not refused: {answer}")).to_owned()
    }
}

/// A text in an answer.
pub fn text<'a>(answer: &'a Value, field: &str) -> &'a str {
    answer[field].as_str().unwrap_or_else(|| panic!("no {field} in {answer}"))
}
