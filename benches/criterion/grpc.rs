//! The real server over loopback, in this process, beside a bare tonic server with the same messages: one call after
//! another, many at once, and a stream. Server, client and echo share the two cores; the ratio is what to read.
#![allow(missing_docs, reason = "criterion's macros make functions without")]

mod echo;

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use tacos_benches::people::{release, user};
use tacos_benches::venue::{data_folder, hall, open_event};
use tacos_engine::{Best, Engine, EventId, QueuePolicy, Reserve, SeatRequest};
use tacos_proto::engine::v1::engine_service_client::EngineServiceClient;
use tacos_proto::engine::v1::{FeedStart, FeedTopic, WatchFeedRequest, WatchFeedResponse};
use tacos_proto::gateway::v1::queue_service_client::QueueServiceClient;
use tacos_proto::gateway::v1::web_socket_service_client::WebSocketServiceClient;
use tacos_proto::gateway::v1::{
    GetQueueStatusRequest, GetQueueStatusResponse, JoinQueueRequest, JoinQueueResponse,
    StreamQueueUpdatesRequest,
};
use tacos_server::settings::{DurabilityName, Settings};
use tacos_server::{LogRing, Server, open_engine};
use tokio::runtime::Runtime;
use tonic::transport::Channel;

const EVENT: &str = "evt";
/// Calls at once in the benches of many.
const MANY: u64 = 64;
/// Messages of one round of a stream.
const BURST: u64 = 256;

fn settings() -> Criterion {
    let is_quick = std::env::var_os("QUICK").is_some_and(|value| value != "0");
    let (warm_up_ms, measure_ms) = if is_quick { (100, 400) } else { (500, 2_000) };
    Criterion::default()
        .sample_size(if is_quick { 10 } else { 20 })
        .warm_up_time(Duration::from_millis(warm_up_ms))
        .measurement_time(Duration::from_millis(measure_ms))
}

criterion_group! {
    name = all;
    config = settings();
    targets = unary, stream
}
criterion_main!(all);

/// A server in this process, and a connection to it.
struct Fixture {
    engine: Engine,
    channel: Channel,
    /// Ends with the fixture.
    _server: Server,
    _folder: tempfile::TempDir,
}

async fn connect(address: SocketAddr) -> Channel {
    Channel::from_shared(format!("http://{address}")).expect("an address").connect().await.expect("connects")
}

impl Fixture {
    async fn open(durability: DurabilityName) -> Self {
        let folder = data_folder().expect("a folder");
        let mut settings = Settings::default();
        settings.engine.durability = durability;
        settings.engine.data_dir = folder.path().join("data");
        settings.server.backup_dir = folder.path().join("backups");
        settings.server.listen = vec![([127, 0, 0, 1], 0).into()];
        settings.web.listen.clear();
        settings.limits.user_per_second = 0;
        let engine = open_engine(&settings, |_| ()).expect("an engine");
        let event = EventId::new(EVENT).expect("a name");
        let policy = QueuePolicy::default().with_inside_max(1).with_waiting_max(1 << 26);
        open_event(&engine, &event, hall(1_000), Some(policy)).expect("on sale");
        let server = Server::start(engine.clone(), settings, None, LogRing::new(64)).await.expect("serves");
        let channel = connect(server.addresses[0]).await;
        Self { engine, channel, _server: server, _folder: folder }
    }
}

fn runtime() -> Runtime {
    tokio::runtime::Builder::new_multi_thread().enable_all().worker_threads(2).build().expect("threads")
}

fn join_request(number: u64) -> JoinQueueRequest {
    JoinQueueRequest {
        event_id: EVENT.into(),
        session_id: format!("session-{number}"),
        ..JoinQueueRequest::default()
    }
}

async fn join(client: &mut QueueServiceClient<Channel>, number: u64) -> JoinQueueResponse {
    let joined = client.join_queue(join_request(number)).await.expect("an answer").into_inner();
    assert_eq!(joined.error, None);
    joined
}

async fn status(client: &mut QueueServiceClient<Channel>, token: &str) -> GetQueueStatusResponse {
    let ask = GetQueueStatusRequest { waiting_token: token.to_owned() };
    let status = client.get_queue_status(ask).await.expect("an answer").into_inner();
    assert_eq!(status.error, None);
    status
}

/// Both servers and what they answer.
struct Pair {
    real: Fixture,
    echo: Channel,
    token: String,
    next: u64,
}

impl Pair {
    async fn open(durability: DurabilityName) -> Self {
        let real = Fixture::open(durability).await;
        let mut client = QueueServiceClient::new(real.channel.clone());
        // The first has their turn at once; the second waits.
        join(&mut client, 0).await;
        let joined = join(&mut client, 1).await;
        let token = joined.waiting_token.clone();
        let status = status(&mut client, &token).await;
        let echo = echo::Echo { joined, status };
        let echo = connect(echo::serve(echo).await).await;
        Self { real, echo, token, next: 2 }
    }

    /// `count` calls, `at_once` of them at any time, over one connection.
    async fn calls(&mut self, is_echo: bool, is_join: bool, count: u64, at_once: u64) -> Duration {
        let channel = if is_echo { &self.echo } else { &self.real.channel };
        let at_once = at_once.min(count);
        let begun = Instant::now();
        let mut callers = tokio::task::JoinSet::new();
        for caller in 0..at_once {
            let (mut client, token) = (QueueServiceClient::new(channel.clone()), self.token.clone());
            let (first, end) = (self.next + caller, self.next + count);
            callers.spawn(async move {
                let mut number = first;
                while number < end {
                    if is_join {
                        assert!(!join(&mut client, number).await.waiting_token.is_empty());
                    } else {
                        assert!(status(&mut client, &token).await.position > 0);
                    }
                    number += at_once;
                }
            });
        }
        while let Some(ended) = callers.join_next().await {
            ended.expect("no caller panics");
        }
        self.next += count;
        begun.elapsed()
    }
}

fn unary(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("grpc unary");
    group.throughput(Throughput::Elements(1));
    for (work, durability, is_join) in [
        ("GetQueueStatus, in memory", DurabilityName::Memory, false),
        ("JoinQueue, in memory", DurabilityName::Memory, true),
        ("JoinQueue, durable", DurabilityName::Synced, true),
    ] {
        let mut fixture = None;
        for at_once in [1, MANY] {
            for (name, is_echo) in [("server", false), ("echo", true)] {
                let id = BenchmarkId::new(work, format!("{at_once} at once, {name}"));
                group.bench_function(id, |bencher| {
                    let (threads, pair) = fixture.get_or_insert_with(|| {
                        let threads = runtime();
                        let pair = threads.block_on(Pair::open(durability));
                        (threads, pair)
                    });
                    bencher.iter_custom(|iterations| {
                        threads.block_on(pair.calls(is_echo, is_join, iterations, at_once))
                    });
                });
            }
        }
    }
    group.finish();
}

/// Bursts of changes made by the process itself, until a reader of the feed has all of them; and as many messages of
/// one size out of the bare server.
fn stream(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("grpc stream");
    group.throughput(Throughput::Elements(1));
    let threads = runtime();
    let mut fixture = None;
    group.bench_function("WatchFeed, in memory/server", |bencher| {
        let (fixture, feed) = fixture.get_or_insert_with(|| {
            threads.block_on(async {
                let fixture = Fixture::open(DurabilityName::Memory).await;
                let watch = WatchFeedRequest {
                    start: FeedStart::Position as i32,
                    after_position: fixture.engine.position().0,
                    topics: vec![FeedTopic::Reservations as i32],
                    ..Default::default()
                };
                let mut client = EngineServiceClient::new(fixture.channel.clone());
                let feed = client.watch_feed(watch).await.expect("a stream").into_inner();
                (fixture, feed)
            })
        });
        bencher.iter_custom(|iterations| threads.block_on(changes(&fixture.engine, feed, iterations)));
    });
    let mut echo = None;
    group.bench_function("WatchFeed, in memory/echo", |bencher| {
        let updates = echo.get_or_insert_with(|| {
            threads.block_on(async {
                let address = echo::serve(echo::Echo::default()).await;
                let mut client = WebSocketServiceClient::new(connect(address).await);
                let ask = StreamQueueUpdatesRequest::default();
                client.stream_queue_updates(ask).await.expect("a stream").into_inner()
            })
        });
        bencher.iter_custom(|iterations| {
            threads.block_on(async {
                let begun = Instant::now();
                for _ in 0..iterations {
                    updates.message().await.expect("well").expect("more");
                }
                begun.elapsed()
            })
        });
    });
    group.finish();
}

/// So many changes of reservations (a hold, a release, a hold, …), read as they come.
async fn changes(
    engine: &Engine,
    feed: &mut tonic::Streaming<WatchFeedResponse>,
    iterations: u64,
) -> Duration {
    let event = EventId::new(EVENT).expect("a name");
    let mut hold = Reserve::new(event, user(1), SeatRequest::Best(Best::of(2)));
    hold.trusted = true;
    // Both of a pair are told.
    let total = iterations.next_multiple_of(2);
    let (mut left, begun) = (total, Instant::now());
    while left > 0 {
        let burst = left.min(BURST);
        for _ in 0..burst / 2 {
            let held = engine.reserve(hold.clone()).wait().expect("free seats");
            engine.release(release(held.id)).wait().expect("held");
        }
        let mut seen = 0;
        while seen < burst {
            let message = feed.message().await.expect("well").expect("more");
            assert_eq!(message.error, None);
            seen += u64::from(message.change.is_some());
        }
        left -= burst;
    }
    #[expect(clippy::cast_precision_loss, reason = "a ratio of counts")]
    begun.elapsed().mul_f64(iterations as f64 / total as f64)
}
