//! Claim: `tacos_rpc_faults_total` counts every refusal: an error as the whole answer, an error beside other fields, a
//! stream that cannot begin, a stream that ends with an error.

use std::time::Duration;

use crate::support::{EVENT, House, channel};
use tacos_proto::common::v1::GetMetricsRequest;
use tacos_proto::common::v1::admin_service_client::AdminServiceClient;
use tacos_proto::engine::v1::engine_service_client::EngineServiceClient;
use tacos_proto::engine::v1::{FeedStart, GetEventRequest, WatchFeedRequest};
use tacos_proto::gateway::v1::queue_service_client::QueueServiceClient;
use tacos_proto::gateway::v1::web_socket_service_client::WebSocketServiceClient;
use tacos_proto::gateway::v1::{GetQueueStatusRequest, StreamQueueUpdatesRequest};
use tonic::transport::Channel;

/// The longest that a test waits for one thing before it gives up.
const WATCHDOG: Duration = Duration::from_secs(30);

async fn faults(channel: &Channel, method: &str) -> f64 {
    let mut admin = AdminServiceClient::new(channel.clone());
    let answer = admin.get_metrics(GetMetricsRequest::default()).await.expect("an answer").into_inner();
    let of_method = |one: &&tacos_proto::common::v1::MetricData| {
        one.name == "tacos_rpc_faults_total" && one.labels.get("method").is_some_and(|name| name == method)
    };
    answer.metrics.iter().filter(of_method).map(|one| one.value).sum()
}

#[tokio::test]
async fn answers_and_streams_alike() {
    let house = House::new();
    let server = house.open().await;
    let channel = channel(&server).await;
    let mut engine = EngineServiceClient::new(channel.clone());
    let unknown = GetEventRequest { event_id: "evt_unknown".into() };
    assert!(engine.get_event(unknown).await.expect("an answer").into_inner().error.is_some());
    assert!(engine.get_event(GetEventRequest { event_id: EVENT.into() }).await.is_ok());
    assert_eq!(faults(&channel, "GetEvent").await, 1.0, "an error is the whole answer");

    let mut queue = QueueServiceClient::new(channel.clone());
    let ask = GetQueueStatusRequest { waiting_token: "wtkn_none".into() };
    let answer = queue.get_queue_status(ask).await.expect("an answer").into_inner();
    assert!(answer.error.is_some());
    assert_eq!(faults(&channel, "GetQueueStatus").await, 1.0, "an error beside a status");

    let mut streams = WebSocketServiceClient::new(channel.clone());
    let watch = StreamQueueUpdatesRequest { waiting_token: "wtkn_none".into(), ..Default::default() };
    streams.stream_queue_updates(watch).await.expect_err("no such place");
    assert_eq!(faults(&channel, "StreamQueueUpdates").await, 1.0, "a stream that cannot begin");

    let ahead =
        WatchFeedRequest { start: FeedStart::Position as i32, after_position: 1 << 60, ..Default::default() };
    let mut feed = engine.watch_feed(ahead).await.expect("a stream").into_inner();
    let last = tokio::time::timeout(WATCHDOG, feed.message()).await.expect("in time");
    assert!(last.expect("well").expect("a word about it").error.is_some());
    assert_eq!(faults(&channel, "WatchFeed").await, 1.0, "a stream that ends with an error");
    server.drain().await.expect("ends cleanly");
}
