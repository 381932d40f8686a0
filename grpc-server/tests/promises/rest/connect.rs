//! Claim: the Connect protocol's unary calls, gRPC-Web and gRPC are answered at the same port, as gRPC answers them.

use base64::Engine as _;
use http::Method;
use prost::Message;
use serde_json::json;
use tacos_proto::gateway::v1::gateway_service_client::GatewayServiceClient;
use tacos_proto::gateway::v1::{GetQueueStatsRequest, GetQueueStatsResponse, HealthCheckRequest};
use tonic::transport::Channel;

use super::Http;
use crate::access::{house, token};
use crate::support::EVENT;

const STATS: &str = "/gateway.v1.QueueService/GetQueueStats";
const JSON: (&str, &str) = ("content-type", "application/json");
const PROTO: (&str, &str) = ("content-type", "application/proto");

#[tokio::test]
async fn unary_calls_in_both_forms_and_by_get() {
    let server = house().open().await;
    let mut kim = Http::connect(server.web_addresses[0]).await.with(token("kim", &[], 60));
    let version = ("connect-protocol-version", "1");
    let asked = json!({ "eventId": EVENT });
    let answer = kim.send(Method::POST, STATS, &[JSON, version], asked.to_string()).await;
    assert_eq!(answer.done(200)["events"][0]["event_id"], EVENT);
    let request = GetQueueStatsRequest { event_id: EVENT.into() }.encode_to_vec();
    let in_query = base64::engine::general_purpose::URL_SAFE.encode(&request);
    let answer = kim.send(Method::POST, STATS, &[PROTO, version], request).await;
    assert_eq!((answer.status, answer.header("content-type")), (200, "application/proto"));
    let stats = GetQueueStatsResponse::decode(answer.bytes).expect("an answer");
    assert_eq!(stats.events[0].event_id, EVENT);
    let got = kim.get(&format!("{STATS}?connect=v1&encoding=proto&base64=1&message={in_query}")).await;
    assert_eq!(GetQueueStatsResponse::decode(got.bytes).expect("an answer").events[0].event_id, EVENT);
    let got = kim.get(&format!("{STATS}?encoding=json&message=%7B%22event_id%22%3A%22{EVENT}%22%7D")).await;
    assert_eq!(got.done(200)["events"][0]["event_id"], EVENT);
    drop(kim);
    server.drain().await.expect("ends cleanly");
}

#[tokio::test]
async fn refusals_stay_in_the_answer_and_what_cannot_be_called_has_a_code() {
    let server = house().open().await;
    let mut unnamed = Http::connect(server.web_addresses[0]).await;
    let mut kim = Http::connect(server.web_addresses[0]).await.with(token("kim", &[], 60));
    let refused = unnamed.send(Method::POST, STATS, &[JSON], "{}").await.done(200);
    assert_eq!(refused["error"]["code"], "ERROR_CODE_UNAUTHENTICATED", "as gRPC: {refused}");
    let unary = "/reservation.v1.ReservationService/CreateReservation";
    for (path, headers, body, status, code) in [
        (unary, vec![JSON], "{", 400, "invalid_argument"),
        (unary, vec![JSON], r#"{"seats":1}"#, 400, "invalid_argument"),
        (unary, vec![JSON, ("connect-protocol-version", "2")], "{}", 400, "invalid_argument"),
        (unary, vec![JSON, ("content-encoding", "gzip")], "{}", 501, "unimplemented"),
        (unary, vec![PROTO], "\u{8}", 500, "internal"),
        (STATS, vec![JSON, ("connect-timeout-ms", "0")], "{}", 504, "deadline_exceeded"),
    ] {
        let answer = kim.send(Method::POST, path, &headers, body).await.done(status);
        assert_eq!(answer["code"], code, "{body} {headers:?}: {answer}");
        assert!(answer["message"].is_string());
    }
    let feed = "/engine.v1.EngineService/WatchFeed";
    assert_eq!(kim.send(Method::POST, feed, &[JSON], "{}").await.refused(415), "INVALID_ARGUMENT");
    let streams = ("content-type", "application/connect+json");
    assert_eq!(kim.send(Method::POST, unary, &[streams], "{}").await.refused(415), "INVALID_ARGUMENT");
    let write = kim.get(unary).await;
    assert_eq!((write.refused(405).as_str(), write.header("allow")), ("INVALID_ARGUMENT", "OPTIONS, POST"));
    assert_eq!(kim.get(STATS).await.done(400)["code"], "invalid_argument", "no message");
    drop((unnamed, kim));
    server.drain().await.expect("ends cleanly");
}

#[tokio::test]
async fn grpc_and_grpc_web_are_answered_here_too() {
    let server = house().open().await;
    let channel = Channel::from_shared(format!("http://{}", server.web_addresses[0])).expect("an address");
    let mut grpc = GatewayServiceClient::new(channel.connect().await.expect("connects"));
    let health = grpc.health_check(HealthCheckRequest::default()).await.expect("an answer").into_inner();
    assert_eq!(health.error, None);
    let mut web = Http::connect(server.web_addresses[0]).await;
    let headers = [("content-type", "application/grpc-web+proto"), ("x-grpc-web", "1")];
    let answer = web.send(Method::POST, "/gateway.v1.GatewayService/HealthCheck", &headers, vec![0; 5]).await;
    assert_eq!((answer.status, answer.header("content-type")), (200, "application/grpc-web+proto"));
    assert!(String::from_utf8_lossy(&answer.bytes).contains("grpc-status:0"));
    drop((grpc, web));
    server.drain().await.expect("ends cleanly");
}
