//! The server's figures, once: what the Prometheus page shows is what GetMetrics answers.

use std::fmt::Write;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use tacos_engine::views::Status;
use tacos_proto::common::v1::{ErrorCode, MetricType};

use crate::app::App;
use crate::overload::{Overload, Reason};
use crate::rpc::{Priority, Rpc};
use crate::web::HTTP_SECONDS;

/// Upper bounds of the latency buckets, in microseconds.
const BUCKETS_US: [u64; 15] = [
    50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000, 25_000, 50_000, 100_000, 250_000, 500_000, 1_000_000,
    5_000_000,
];

/// How long something took, in cumulative buckets once it is shown.
#[derive(Default)]
pub(crate) struct Durations {
    total_us: AtomicU64,
    buckets: [AtomicU64; BUCKETS_US.len() + 1],
}

#[derive(Default)]
struct OfRpc {
    refused: AtomicU64,
    took: Durations,
}

/// Counters since the process started.
pub(crate) struct Metrics {
    rpcs: Vec<OfRpc>,
    /// By priority and reason.
    shed: [[AtomicU64; Reason::ALL.len()]; Priority::ALL.len()],
    waited: Durations,
    broken: AtomicU64,
}

/// Labels of a figure: names and values.
pub(crate) type Labels = [(&'static str, String)];

/// One figure.
#[derive(Clone, Debug)]
pub(crate) struct Sample {
    pub(crate) name: &'static str,
    pub(crate) help: &'static str,
    pub(crate) part: &'static str,
    pub(crate) kind: MetricType,
    pub(crate) unit: &'static str,
    pub(crate) labels: Vec<(&'static str, String)>,
    pub(crate) value: f64,
}

#[allow(clippy::cast_precision_loss, reason = "figures for people and graphs")]
pub(crate) fn float(value: u64) -> f64 {
    value as f64
}

impl Metrics {
    pub(crate) fn new() -> Self {
        let rpcs = Rpc::ALL.iter().map(|_| OfRpc::default()).collect();
        Self { rpcs, shed: Default::default(), waited: Durations::default(), broken: AtomicU64::new(0) }
    }

    /// The runtime has come to a call that waited for it so long.
    pub(crate) fn waited(&self, waited: Duration) {
        self.waited.add(waited);
    }

    /// A call ended.
    pub(crate) fn done(&self, rpc: Rpc, took: Duration, error: Option<ErrorCode>) {
        let of = &self.rpcs[rpc.index()];
        of.took.add(took);
        if let Some(code) = error {
            self.refused(rpc, code);
        }
    }

    /// A call was answered with an error, a stream could not begin, or ended with one.
    pub(crate) fn refused(&self, rpc: Rpc, code: ErrorCode) {
        self.rpcs[rpc.index()].refused.fetch_add(1, Ordering::Relaxed);
        if matches!(code, ErrorCode::Internal | ErrorCode::DataCorruption) {
            self.broken.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// A call was turned away by overload.
    pub(crate) fn shed(&self, priority: Priority, reason: Reason) {
        self.shed[priority as usize][reason as usize].fetch_add(1, Ordering::Relaxed);
    }

    /// Mean latency of one service's calls.
    pub(crate) fn mean_of_service(&self, service: &str) -> Duration {
        let (mut total, mut calls) = (0, 0_u64);
        for (rpc, of) in Rpc::ALL.iter().zip(&self.rpcs).filter(|(rpc, _)| rpc.service() == service) {
            debug_assert_eq!(rpc.service(), service);
            total += of.took.total_us.load(Ordering::Relaxed);
            calls += of.took.counts().iter().sum::<u64>();
        }
        Duration::from_micros(total.checked_div(calls).unwrap_or(0))
    }

    fn of_rpcs(&self, out: &mut Vec<Sample>) {
        for (rpc, of) in Rpc::ALL.iter().zip(&self.rpcs) {
            let labels = || vec![("service", rpc.service().to_owned()), ("method", rpc.method().to_owned())];
            let refused = of.refused.load(Ordering::Relaxed);
            if of.took.counts().iter().sum::<u64>() == 0 && refused == 0 {
                continue;
            }
            let help = "Latency of calls, their wait for the server included; of streams until they began.";
            of.took.show(&RPC_SECONDS, help, &labels(), out);
            let help = "Calls refused: answered with an error or a status, turned away, or a stream that ended with one.";
            out.push(Sample {
                name: "tacos_rpc_faults_total",
                help,
                part: "server",
                kind: MetricType::Counter,
                unit: "1",
                labels: labels(),
                value: float(refused),
            });
        }
    }

    fn of_overload(&self, overload: &Overload, out: &mut Vec<Sample>) {
        let mut one = |name, help, kind, unit, labels, value| {
            out.push(Sample { name, help, part: "server", kind, unit, labels, value });
        };
        let help = "Calls turned away by overload.";
        for (priority, counts) in Priority::ALL.into_iter().zip(&self.shed) {
            for (reason, count) in Reason::ALL.into_iter().zip(counts) {
                let labels = vec![("priority", priority.name().into()), ("reason", reason.name().into())];
                let count = float(count.load(Ordering::Relaxed));
                one("tacos_calls_shed_total", help, MetricType::Counter, "1", labels, count);
            }
        }
        let help = "1 while calls are refused for their age.";
        let stands = float(u64::from(overload.stands()));
        one("tacos_queue_stands", help, MetricType::Gauge, "1", Vec::new(), stands);
        let help = "Wait of the youngest call above which calls are refused for their age; 0: they are not.";
        let target = overload.target().as_secs_f64();
        one("tacos_queue_target_seconds", help, MetricType::Gauge, "seconds", Vec::new(), target);
        let help = "Wait of calls from the decoding of their head until the server came to them.";
        self.waited.show(&WAIT_SECONDS, help, &[], out);
    }
}

/// Names of a histogram's series: buckets, sum, count.
pub(crate) type Series = [&'static str; 3];
const RPC_SECONDS: Series = ["tacos_rpc_seconds_bucket", "tacos_rpc_seconds_sum", "tacos_rpc_seconds_count"];
const WAIT_SECONDS: Series =
    ["tacos_call_wait_seconds_bucket", "tacos_call_wait_seconds_sum", "tacos_call_wait_seconds_count"];

impl Durations {
    pub(crate) fn add(&self, took: Duration) {
        let us = u64::try_from(took.as_micros()).unwrap_or(u64::MAX);
        let bucket = BUCKETS_US.partition_point(|bound| *bound < us);
        self.buckets[bucket].fetch_add(1, Ordering::Relaxed);
        self.total_us.fetch_add(us, Ordering::Relaxed);
    }

    fn counts(&self) -> [u64; BUCKETS_US.len() + 1] {
        std::array::from_fn(|at| self.buckets[at].load(Ordering::Relaxed))
    }

    pub(crate) fn show(&self, names: &Series, help: &'static str, labels: &Labels, out: &mut Vec<Sample>) {
        let (part, kind) = ("server", MetricType::Histogram);
        let mut one = |name, unit, labels, value| {
            out.push(Sample { name, help, part, kind, unit, labels, value });
        };
        let mut below = 0;
        for (at, bucket) in self.counts().into_iter().enumerate() {
            below += bucket;
            let bound = BUCKETS_US.get(at).map_or("+Inf".to_owned(), |us| (float(*us) / 1e6).to_string());
            let labels = labels.iter().cloned().chain([("le", bound)]).collect();
            one(names[0], "1", labels, float(below));
        }
        let sum = float(self.total_us.load(Ordering::Relaxed)) / 1e6;
        one(names[1], "seconds", labels.to_vec(), sum);
        one(names[2], "1", labels.to_vec(), float(below));
    }
}

impl App {
    /// All figures of this moment.
    pub(crate) fn samples(&self) -> Vec<Sample> {
        let mut out = Vec::new();
        let status = self.engine.status();
        let mut one = |part, name, help, kind, unit, value: f64| {
            out.push(Sample { name, help, part, kind, unit, labels: Vec::new(), value });
        };
        use MetricType::{Counter, Gauge};
        let uptime = float(self.engine.now().get().saturating_sub(self.started_at.get())) / 1e3;
        one("server", "tacos_uptime_seconds", "Time since the server started.", Gauge, "seconds", uptime);
        let under_way = self.under_way.load(Ordering::Relaxed) as u64;
        one("server", "tacos_calls_under_way", "Calls being served.", Gauge, "1", float(under_way));
        let help = "Open streams, change feeds included.";
        one("server", "tacos_streams_open", help, Gauge, "1", float(self.hub.open() as u64));
        one("server", "tacos_feeds_open", "Open change feeds.", Gauge, "1", float(self.hub.feeds() as u64));
        let boards = self.boards.figures();
        let help = "Events whose seats are kept for viewers.";
        one("server", "tacos_boards", help, Gauge, "1", float(boards.boards as u64));
        let help = "Open streams of seats.";
        one("server", "tacos_board_viewers", help, Gauge, "1", float(boards.viewers as u64));
        let help = "Frames of changed seats, each made once for all viewers of an event.";
        one("server", "tacos_board_frames_total", help, Counter, "1", float(boards.frames));
        let help = "Whole boards sent in place of frames that a viewer was too slow for, or that were lost.";
        one("server", "tacos_board_whole_again_total", help, Counter, "1", float(boards.whole_again));
        let help = "How often changed seats are told.";
        let tick = boards.tick.as_secs_f64();
        one("server", "tacos_board_tick_seconds", help, Gauge, "seconds", tick);
        let (open, calls, refused) = self.command_streams.figures();
        one(
            "server",
            "tacos_command_streams_open",
            "Open streams of commands.",
            Gauge,
            "1",
            float(open as u64),
        );
        let help = "Calls answered over streams of commands.";
        one("server", "tacos_stream_commands_total", help, Counter, "1", float(calls));
        let help = "Calls over streams of commands that were refused, by the engine or by the server.";
        one("server", "tacos_stream_refusals_total", help, Counter, "1", float(refused));
        let (open, refused) = self.places.counts();
        one("server", "tacos_connections_open", "Open connections.", Gauge, "1", float(open as u64));
        let help = "Connections turned away: too many were open.";
        one("server", "tacos_connections_refused_total", help, Counter, "1", float(refused));
        let broken = float(self.metrics.broken.load(Ordering::Relaxed));
        one("server", "tacos_defects_total", "Calls that met a defect of the server.", Counter, "1", broken);
        let lag = status.written.saturating_sub(status.durable);
        one(
            "journal",
            "tacos_journal_written_bytes",
            "End of what was written.",
            Counter,
            "bytes",
            float(status.written),
        );
        one(
            "journal",
            "tacos_journal_durable_bytes",
            "End of what is durable.",
            Counter,
            "bytes",
            float(status.durable),
        );
        one("journal", "tacos_journal_lag_bytes", "Written and not yet durable.", Gauge, "bytes", float(lag));
        one(
            "journal",
            "tacos_journal_groups_total",
            "Groups written and synced.",
            Counter,
            "1",
            float(status.groups),
        );
        let poisoned = float(u64::from(status.poisoned.is_some()));
        one("journal", "tacos_journal_poisoned", "1 once a write or sync has failed.", Gauge, "1", poisoned);
        let full = float(u64::from(status.disk_full));
        one("disk", "tacos_disk_full", "1 while the disk is too full for writes.", Gauge, "1", full);
        let retries = self.engine.retries();
        let help = "Tries to make the journal's next file that failed and are repeated.";
        one("disk", "tacos_journal_segment_retries_total", help, Counter, "1", float(retries.segments));
        let help = "Snapshots that failed and are repeated.";
        one("disk", "tacos_snapshot_failures_total", help, Counter, "1", float(retries.snapshots));
        out.extend(status.poisoned.clone().map(|reason| Sample {
            name: "tacos_journal_poisoned_reason",
            help: "Why the journal takes no more writes, in its label.",
            part: "journal",
            kind: Gauge,
            unit: "1",
            labels: vec![("reason", reason)],
            value: 1.0,
        }));
        Self::of_engine(&mut out, &status);
        self.of_webhooks(&mut out);
        self.of_events(&mut out);
        self.http.show(&mut out);
        self.metrics.of_overload(&self.overload, &mut out);
        self.metrics.of_rpcs(&mut out);
        out
    }

    fn of_engine(out: &mut Vec<Sample>, status: &Status) {
        let mut one = |part, name, help, kind, unit, value: f64| {
            out.push(Sample { name, help, part, kind, unit, labels: Vec::new(), value });
        };
        use MetricType::{Counter, Gauge};
        one("engine", "tacos_commands_total", "Commands done.", Counter, "1", float(status.commands.0));
        one("engine", "tacos_refusals_total", "Commands refused.", Counter, "1", float(status.commands.1));
        one("engine", "tacos_timers_fired_total", "Timers fired.", Counter, "1", float(status.fired));
        one("engine", "tacos_timers", "Timers set.", Gauge, "1", float(status.timers as u64));
        one("engine", "tacos_users", "Users with something live.", Gauge, "1", float(status.users as u64));
        let keys = float(status.idempotency_keys as u64);
        one("engine", "tacos_idempotency_keys", "Idempotency keys remembered.", Gauge, "1", keys);
        one(
            "webhooks",
            "tacos_webhooks_waiting",
            "Webhooks to deliver.",
            Gauge,
            "1",
            float(status.webhooks.0 as u64),
        );
        one(
            "webhooks",
            "tacos_webhooks_dead",
            "Webhooks given up.",
            Gauge,
            "1",
            float(status.webhooks.1 as u64),
        );
    }

    fn of_webhooks(&self, out: &mut Vec<Sample>) {
        let mut one = |name, help, kind, value: u64| {
            let (part, unit, labels) = ("webhooks", "1", Vec::new());
            out.push(Sample { name, help, part, kind, unit, labels, value: float(value) });
        };
        use MetricType::{Counter, Gauge};
        let (waiting, dead) = self.webhooks.deliveries.counts();
        one("tacos_posts_waiting", "Posts to registered endpoints to deliver.", Gauge, waiting as u64);
        one("tacos_posts_dead", "Posts to registered endpoints given up.", Gauge, dead as u64);
        let read = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        let webhooks = &self.webhooks;
        let help = "Webhooks and posts that arrived.";
        one("tacos_webhooks_delivered_total", help, Counter, read(&webhooks.delivered));
        let help = "Attempts to deliver a webhook or post that failed.";
        one("tacos_webhook_failures_total", help, Counter, read(&webhooks.failed));
        let help = "Times that registered endpoints missed updates which were no longer kept.";
        one("tacos_webhook_facts_lost_total", help, Counter, read(&webhooks.facts_lost));
    }

    fn of_events(&self, out: &mut Vec<Sample>) {
        for event in self.engine.events() {
            let mut one = |part, name, help, label: Option<(&'static str, &str)>, value: u64| {
                let mut labels = vec![("event", event.id.to_string())];
                labels.extend(label.map(|(key, value)| (key, value.to_owned())));
                let (kind, unit) = (MetricType::Gauge, "1");
                out.push(Sample { name, help, part, kind, unit, labels, value: float(value) });
            };
            let counts = event.counts;
            for (state, count) in [
                ("available", counts.available),
                ("reserved", counts.reserved),
                ("sold", counts.sold),
                ("blocked", counts.blocked),
            ] {
                let help = "Seats by state.";
                one("engine", "tacos_seats", help, Some(("state", state)), count.into());
            }
            if let Ok(queue) = self.engine.queue(&event.id) {
                one("queues", "tacos_queue_waiting", "People waiting.", None, queue.waiting.into());
                one("queues", "tacos_queue_inside", "People inside.", None, queue.inside.into());
                one("queues", "tacos_queue_admitted", "People ever let in.", None, queue.admitted_total);
            }
        }
    }
}

/// The figures as Prometheus reads them.
pub(crate) fn page(samples: &[Sample]) -> String {
    let mut text = String::new();
    let mut order: Vec<&Sample> = samples.iter().collect();
    // Series of one name stand together; the order of events and methods within stays.
    order.sort_by_key(|sample| family(sample.name));
    let mut last = "";
    for sample in order {
        let family = family(sample.name);
        if family != last {
            let kind = match sample.kind {
                MetricType::Counter => "counter",
                MetricType::Histogram => "histogram",
                _ => "gauge",
            };
            let _ = writeln!(text, "# HELP {family} {}\n# TYPE {family} {kind}", sample.help);
            last = family;
        }
        text.push_str(sample.name);
        for (at, (key, value)) in sample.labels.iter().enumerate() {
            let value = value.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n");
            let _ = write!(text, "{}{key}=\"{value}\"", if at == 0 { '{' } else { ',' });
        }
        let _ = writeln!(text, "{} {}", if sample.labels.is_empty() { "" } else { "}" }, sample.value);
    }
    text
}

fn family(name: &'static str) -> &'static str {
    match name {
        _ if RPC_SECONDS.contains(&name) => "tacos_rpc_seconds",
        _ if WAIT_SECONDS.contains(&name) => "tacos_call_wait_seconds",
        _ if HTTP_SECONDS.contains(&name) => "http_server_request_duration_seconds",
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn latencies_fall_into_cumulative_buckets() {
        let metrics = Metrics::new();
        metrics.done(Rpc::JoinQueue, Duration::from_micros(60), None);
        metrics.done(Rpc::JoinQueue, Duration::from_secs(60), Some(ErrorCode::Internal));
        let mut samples = Vec::new();
        metrics.of_rpcs(&mut samples);
        let text = page(&samples);
        let labels = r#"{service="gateway.v1.QueueService",method="JoinQueue""#;
        assert!(text.contains(&format!("tacos_rpc_seconds_bucket{labels},le=\"0.00005\"}} 0\n")), "{text}");
        assert!(text.contains(&format!("tacos_rpc_seconds_bucket{labels},le=\"0.0001\"}} 1\n")), "{text}");
        assert!(text.contains(&format!("tacos_rpc_seconds_bucket{labels},le=\"+Inf\"}} 2\n")), "{text}");
        assert_eq!(text.matches("# TYPE tacos_rpc_seconds histogram").count(), 1);
        assert!(text.contains(&format!("tacos_rpc_faults_total{labels}}} 1\n")), "{text}");
    }
}
