//! Simulated customers who buy over gRPC as real ones would: they arrive at their own rate, wait with some patience,
//! take seats in groups, walk away, retry with the same key, pay in every way. And the audit of the answers that they
//! got.

mod audit;
mod bare;
mod connection;
mod customer;
mod queue;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use hdrhistogram::Histogram;
use parking_lot::Mutex;
use tonic::transport::{Channel, Endpoint};

pub(crate) use audit::audit;
pub(crate) use bare::{Bare, serve as serve_bare};
pub(crate) use customer::arrive;
pub(crate) use queue::{Offer, Work, places, saturate, steady};

/// A call that broke off, or was refused without saying when to come again, is sent again after so long.
const REPEAT_AFTER: Duration = Duration::from_millis(100);
/// Longer latencies count as this, in microseconds.
const MOST_US: u64 = 60_000_000;

/// One step of a customer, for its latency.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    Join,
    Status,
    Admission,
    Reserve,
    Pay,
    PaymentStatus,
    Confirm,
}

impl Step {
    pub(crate) const ALL: [Self; 7] = [
        Self::Join,
        Self::Status,
        Self::Admission,
        Self::Reserve,
        Self::Pay,
        Self::PaymentStatus,
        Self::Confirm,
    ];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Join => "JoinQueue",
            Self::Status => "GetQueueStatus",
            Self::Admission => "RequestAdmission",
            Self::Reserve => "CreateReservation",
            Self::Pay => "CreatePaymentIntent",
            Self::PaymentStatus => "GetPaymentStatus",
            Self::Confirm => "ConfirmReservation",
        }
    }
}

/// An order that the server acknowledged: it must never be lost.
#[derive(Clone, Debug)]
pub(crate) struct Acknowledged {
    pub(crate) user: String,
    pub(crate) reservation: String,
    pub(crate) order: String,
    pub(crate) seats: Vec<String>,
}

macro_rules! counters {
    ($($name:ident),* $(,)?) => {
        /// What became of the customers so far.
        #[derive(Debug, Default)]
        pub(crate) struct Tally { $(pub(crate) $name: AtomicU64),* }
    };
}
counters!(
    turned_away,
    given_up,
    refused,
    repeated,
    arrived,
    admitted,
    impatient,
    held,
    sold_out,
    abandoned,
    unpaid,
    sold,
    seats,
    retried,
    expired,
    failed,
    done
);

/// Adds one to a tally.
pub(crate) fn one(counter: &AtomicU64) {
    counter.fetch_add(1, Ordering::Relaxed);
}

/// The value of a tally.
pub(crate) fn of(counter: &AtomicU64) -> u64 {
    counter.load(Ordering::Relaxed)
}

/// Latencies by step, in microseconds.
type Latencies = Vec<Mutex<Histogram<u64>>>;

fn no_latencies() -> Result<Latencies, String> {
    Step::ALL.iter().map(|_| no_latency()).collect()
}

fn no_latency() -> Result<Mutex<Histogram<u64>>, String> {
    Histogram::new_with_max(MOST_US, 3).map(Mutex::new).map_err(|error| error.to_string())
}

fn record(latencies: &Mutex<Histogram<u64>>, took: Duration) {
    let us = u64::try_from(took.as_micros()).unwrap_or(u64::MAX).clamp(1, MOST_US);
    latencies.lock().saturating_record(us);
}

/// Values at these quantiles, in microseconds, and how many there are; `None` if there are none.
fn quantiles(latencies: &Mutex<Histogram<u64>>, quantiles: &[f64]) -> Option<(u64, Vec<u64>)> {
    let latencies = latencies.lock();
    let values = quantiles.iter().map(|quantile| latencies.value_at_quantile(*quantile)).collect();
    (!latencies.is_empty()).then(|| (latencies.len(), values))
}

/// What all customers of one run share.
pub(crate) struct Play {
    target: String,
    channels: Vec<Channel>,
    pub(crate) event: String,
    pub(crate) tally: Tally,
    /// By step, of calls that were answered well: from when they were due.
    latencies: Latencies,
    /// The same of calls at a rate, from when they were sent.
    from_sent: Latencies,
    /// By step, of calls that were refused because of overload: from when they were sent.
    refusals: Latencies,
    /// How late the client's own timer was.
    client_late: Mutex<Histogram<u64>>,
    pub(crate) acknowledged: Mutex<Vec<Acknowledged>>,
    /// User and id of every reservation that the server acknowledged.
    pub(crate) held: Mutex<Vec<(String, String)>>,
    /// Violations of what the server promises, in words: the first ones.
    pub(crate) violations: Mutex<Vec<String>>,
    pub(crate) first_failure: Mutex<Option<String>>,
    next_channel: AtomicU64,
    seed: u64,
    /// How long a customer waits at each step.
    pub(crate) patience: Duration,
    /// How long the server may be away before a call counts as failed.
    outage: Duration,
}

impl Play {
    pub(crate) fn new(
        target: &str,
        connections: usize,
        event: &str,
        seed: u64,
        outage: Duration,
    ) -> Result<Arc<Self>, String> {
        let endpoint = Endpoint::from_shared(target.to_owned())
            .map_err(|error| format!("{target}: {error}"))?
            .timeout(Duration::from_secs(30))
            .tcp_nodelay(true)
            .initial_stream_window_size(1 << 20)
            .initial_connection_window_size(4 << 20);
        Ok(Arc::new(Self {
            target: target.to_owned(),
            channels: (0..connections.max(1)).map(|_| endpoint.connect_lazy()).collect(),
            event: event.to_owned(),
            tally: Tally::default(),
            latencies: no_latencies()?,
            from_sent: no_latencies()?,
            refusals: no_latencies()?,
            client_late: no_latency()?,
            acknowledged: Mutex::default(),
            held: Mutex::default(),
            violations: Mutex::default(),
            first_failure: Mutex::default(),
            next_channel: AtomicU64::new(0),
            seed,
            patience: Duration::from_secs(30),
            outage,
        }))
    }

    /// True if a call failed because no server answered, and the server may still come back.
    fn is_away(&self, status: &tonic::Status, began: Instant) -> bool {
        use tonic::Code::{Cancelled, Internal, Unavailable, Unknown};
        // The codes of a call whose connection broke off in the middle.
        let broke_off = matches!(status.code(), Unavailable | Unknown | Cancelled | Internal);
        broke_off && began.elapsed() < self.outage
    }

    /// A moment before the same call is sent again.
    async fn wait_for_server(&self) {
        one(&self.tally.repeated);
        tokio::time::sleep(REPEAT_AFTER).await;
    }

    /// True if the server is overloaded and the customer still patient; then this waits as long as the server asks for.
    async fn was_turned_away(&self, status: &tonic::Status, began: Instant) -> bool {
        if status.code() != tonic::Code::ResourceExhausted || began.elapsed() > self.patience {
            return false;
        }
        one(&self.tally.turned_away);
        let asked =
            status.metadata().get("grpc-retry-pushback-ms").and_then(|ms| ms.to_str().ok()?.parse().ok());
        tokio::time::sleep(asked.map_or(REPEAT_AFTER, Duration::from_millis)).await;
        true
    }

    /// A connection; they take turns.
    pub(crate) fn channel(&self) -> Channel {
        let turn = self.next_channel.fetch_add(1, Ordering::Relaxed);
        self.channels[usize::try_from(turn).unwrap_or(0) % self.channels.len()].clone()
    }

    pub(crate) fn took(&self, step: Step, took: Duration) {
        record(&self.latencies[step as usize], took);
    }

    fn took_from_sent(&self, step: Step, took: Duration) {
        record(&self.from_sent[step as usize], took);
    }

    fn refused(&self, step: Step, took: Duration) {
        one(&self.tally.refused);
        record(&self.refusals[step as usize], took);
    }

    fn client_late(&self, late: Duration) {
        record(&self.client_late, late);
    }

    pub(crate) fn violated(&self, what: String) {
        let mut violations = self.violations.lock();
        if violations.len() < 20 {
            violations.push(what);
        }
    }

    /// A call that failed: with neither an answer nor a refusal that a customer could meet.
    pub(crate) fn fail(&self, what: impl std::fmt::Display) {
        one(&self.tally.failed);
        self.first_failure.lock().get_or_insert_with(|| what.to_string());
    }

    /// Latencies of a step at these quantiles, in microseconds, and how many there were; `None` if there were none.
    pub(crate) fn quantiles(&self, step: Step, at: &[f64]) -> Option<(u64, Vec<u64>)> {
        quantiles(&self.latencies[step as usize], at)
    }

    /// The same of calls at a rate, from when they were sent.
    pub(crate) fn quantiles_from_sent(&self, step: Step, at: &[f64]) -> Option<(u64, Vec<u64>)> {
        quantiles(&self.from_sent[step as usize], at)
    }

    /// The same of calls that were refused because of overload.
    pub(crate) fn quantiles_refused(&self, step: Step, at: &[f64]) -> Option<(u64, Vec<u64>)> {
        quantiles(&self.refusals[step as usize], at)
    }

    /// How late the client's own timer was at these quantiles, in microseconds.
    pub(crate) fn quantiles_client_late(&self, at: &[f64]) -> Option<(u64, Vec<u64>)> {
        quantiles(&self.client_late, at)
    }

    /// Chance of one customer: the same seed and number give the same customer.
    pub(crate) fn chance(&self, number: u64) -> Chance {
        Chance(self.seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ number.wrapping_mul(0xd1b5_4a32_d192_ed03))
    }
}

/// A small generator of pseudo-random numbers (SplitMix64, by Steele, Lea and Flood).
#[derive(Clone, Debug)]
pub(crate) struct Chance(u64);

impl Chance {
    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// 0 to `bound - 1`.
    pub(crate) fn below(&mut self, bound: u64) -> u64 {
        self.next() % bound.max(1)
    }

    /// True in so many of a hundred cases.
    pub(crate) fn percent(&mut self, share: u64) -> bool {
        self.below(100) < share
    }
}
