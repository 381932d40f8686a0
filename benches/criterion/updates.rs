//! Telling readers: what it costs until every reader has read every update, and what waiting readers cost the writer.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll, Wake, Waker};
use std::time::{Duration, Instant};

use criterion::{BenchmarkId, Criterion, SamplingMode, Throughput};
use tacos_benches::Venue;
use tacos_benches::people::user;
use tacos_benches::venue::hall;
use tacos_engine::{
    Best, Caller, Config, Driver, IdempotencyKey, ManualClock, Release, Reserve, SeatRequest, UnixMs,
    UpdateReader,
};

const READERS: [usize; 3] = [1, 100, 10_000];
/// Updates in one round: a burst that fits every reader's buffer.
const BURST: usize = 64;

/// Driven by hand, so that no other thread tells readers meanwhile.
struct Fixture {
    venue: Venue,
    clock: Arc<ManualClock>,
    readers: Vec<UpdateReader>,
}

impl Fixture {
    fn new(readers: usize) -> Self {
        let clock = Arc::new(ManualClock::new(UnixMs::new(1_800_000_000_000)));
        let minute = Duration::from_secs(60);
        let config = Config::default()
            .with_clock(clock.clone())
            .with_driver(Driver::Manual)
            .with_retention(minute)
            .with_payment_ttl(minute)
            .with_idempotency_ttl(minute);
        let venue = Venue::with(config, hall(10_000), None).expect("a venue");
        let from = venue.engine.position();
        let readers = (0..readers).map(|_| venue.engine.updates(from).expect("a reader")).collect();
        Self { venue, clock, readers }
    }

    /// A burst of holds and releases, not yet published to any reader; what was ended before is forgotten first.
    fn burst(&self) {
        let key: Option<IdempotencyKey> = None;
        for _ in 0..BURST / 2 {
            let hold = Reserve::new(self.venue.event.clone(), user(1), SeatRequest::Best(Best::of(2)));
            let held = self.venue.engine.reserve(hold).wait().expect("free seats");
            let seats = [].into_iter().collect();
            let release = Release::new(held.id, Caller::Operator).with_seats(seats).with_key(key.clone());
            self.venue.engine.release(release).wait().expect("held");
        }
    }

    fn forget(&mut self) {
        self.clock.advance(Duration::from_secs(61));
        self.venue.engine.turn();
        let mut told = Vec::new();
        for reader in &mut self.readers {
            while reader.read(&mut told).expect("not lost") > 0 {
                told.clear();
            }
        }
    }
}

struct Count(AtomicU64);

impl Wake for Count {
    fn wake(self: Arc<Self>) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }
}

pub(crate) fn benches(criterion: &mut Criterion) {
    read(criterion);
    wake(criterion);
}

/// The time for one update to be read by one reader, all readers reading all of a burst.
fn read(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("updates/burst of 64 read by all, readers");
    group.sampling_mode(SamplingMode::Flat).sample_size(10);
    for readers in READERS {
        group.throughput(Throughput::Elements((BURST * readers) as u64));
        let mut fixture = None;
        group.bench_function(BenchmarkId::from_parameter(readers), |bencher| {
            let fixture = fixture.get_or_insert_with(|| Fixture::new(readers));
            bencher.iter_custom(|iterations| {
                let mut spent = Duration::ZERO;
                let mut told = Vec::with_capacity(BURST);
                for _ in 0..iterations {
                    fixture.burst();
                    let begun = Instant::now();
                    for reader in &mut fixture.readers {
                        told.clear();
                        while reader.read(&mut told).expect("not lost") > 0 {}
                        assert_eq!(told.len(), BURST, "a reader missed something");
                    }
                    spent += begun.elapsed();
                    fixture.forget();
                }
                spent
            });
        });
    }
    group.finish();
}

/// What the writer pays for one group while so many readers sleep: it wakes each of them once.
fn wake(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("updates/one group written while readers wait, readers");
    group.sampling_mode(SamplingMode::Flat).sample_size(10);
    for readers in READERS {
        let mut fixture = None;
        group.bench_function(BenchmarkId::from_parameter(readers), |bencher| {
            let fixture = fixture.get_or_insert_with(|| Fixture::new(readers));
            bencher.iter_custom(|iterations| {
                let mut spent = Duration::ZERO;
                for _ in 0..iterations {
                    let count = Arc::new(Count(AtomicU64::new(0)));
                    let waker = Waker::from(Arc::clone(&count));
                    for reader in &mut fixture.readers {
                        assert!(matches!(reader.poll_ready(&mut Context::from_waker(&waker)), Poll::Pending));
                    }
                    fixture.burst();
                    let begun = Instant::now();
                    fixture.venue.engine.turn();
                    spent += begun.elapsed();
                    assert_eq!(count.0.load(Ordering::Relaxed), readers as u64, "each was woken once");
                    fixture.forget();
                }
                spent
            });
        });
    }
    group.finish();
}
