//! The journal on a real disk: appending, group commit, holding and selling with many in flight, opening a folder
//! again, taking a snapshot. The folder lies where `TACOS_BENCH_DIR` says, else in the build folder.

use std::path::Path;
use std::time::{Duration, Instant};

use criterion::{BenchmarkId, Criterion, SamplingMode, Throughput};
use tacos_benches::inflight::hold_and_confirm;
use tacos_benches::timing::in_rounds;
use tacos_benches::venue::data_folder;
use tacos_benches::{Sale, Venue, table};
use tacos_engine::{Config, Done, Engine, ExternalId, Note, Pending, RecoveryConsent, SnapshotError};

/// Records appended before they are waited for; far below what the log buffer holds.
const ROUND: u64 = 16_384;

fn sale_seats() -> u32 {
    table(400_000)
}

/// Records of the folder that is opened again and of which snapshots are taken: two of each pair sold.
fn records() -> u32 {
    table(1_000_000)
}

pub(crate) fn benches(criterion: &mut Criterion) {
    append(criterion);
    groups(criterion);
    in_flight(criterion);
    recovery(criterion);
    snapshot(criterion);
}

/// As users have it, but no snapshot is taken in between.
fn config() -> Config {
    Config::default().with_snapshot_every_bytes(0)
}

fn durable(seats: u32) -> tacos_benches::Outcome<Venue> {
    Venue::durable(seats, config())
}

fn note(engine: &Engine, name: &ExternalId) -> Pending<Done> {
    engine.note(Note::new(name.clone(), Some(vec![7; 100])))
}

fn all_durable(pending: Vec<Pending<Done>>) {
    for one in pending {
        one.wait().expect("durable");
    }
}

/// What a caller pays for one record of about two hundred bytes until it may go on; the disk works beside it.
fn append(criterion: &mut Criterion) {
    let mut venue = None;
    criterion.bench_function("journal/append, not waited for", |bencher| {
        let venue = &*venue.get_or_insert_with(|| durable(100).expect("a venue"));
        let name = ExternalId::new("note").expect("a name");
        bencher.iter_custom(|iterations| {
            in_rounds(
                iterations,
                ROUND,
                |count| count,
                |count| (0..count).map(|_| note(&venue.engine, &name)).collect::<Vec<_>>(),
                |pending, _| all_durable(pending),
            )
        });
    });
}

/// From the first record of a group until all of it is on disk.
fn groups(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("journal/group commit, records");
    let mut venue = None;
    for records in [1_u64, 16, 256, 4_096] {
        group.throughput(Throughput::Elements(records));
        group.bench_function(BenchmarkId::from_parameter(records), |bencher| {
            let venue = &*venue.get_or_insert_with(|| durable(100).expect("a venue"));
            let name = ExternalId::new("note").expect("a name");
            bencher.iter(|| {
                let pending: Vec<_> = (0..records).map(|_| note(&venue.engine, &name)).collect();
                all_durable(pending);
            });
        });
    }
    group.finish();
}

fn in_flight(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("journal/hold + confirm, durable, in flight");
    group.throughput(Throughput::Elements(1));
    for count in [1_usize, 16, 256, 4_096] {
        let mut sale = None;
        group.bench_function(BenchmarkId::from_parameter(count), |bencher| {
            let sale = sale.get_or_insert_with(|| Sale::new(sale_seats(), durable).expect("a sale"));
            bencher.iter_custom(|iterations| {
                // Fewer than fit would leave the disk waiting at the end of every sample.
                let least = iterations.max(4 * count as u64);
                let (mut left, mut spent) = (least, Duration::ZERO);
                while left > 0 {
                    let most = usize::try_from(left).expect("a count");
                    let customers = sale.customers(most).expect("customers");
                    spent +=
                        hold_and_confirm(&sale.venue.engine, &customers, count, |_, _| ()).expect("sold");
                    left -= customers.len() as u64;
                }
                sale.check_all_sold();
                #[expect(clippy::cast_precision_loss, reason = "a ratio of counts")]
                spent.mul_f64(iterations as f64 / least as f64)
            });
        });
    }
    group.finish();
}

/// A closed folder with a journal of sales and no snapshot, in such groups as a rush makes them.
fn folder() -> tempfile::TempDir {
    let mut sale = Sale::new(records(), durable).expect("a sale");
    let customers = sale.customers(usize::MAX).expect("customers");
    hold_and_confirm(&sale.venue.engine, &customers, 4_096, |_, _| ()).expect("sold");
    sale.check_all_sold();
    sale.into_venue().into_folder().expect("closed")
}

fn open(folder: &Path) -> (Engine, u64) {
    let opened = Engine::open_with(folder, config(), RecoveryConsent::LoseNothing, |_| ());
    let (engine, opened) = opened.expect("a whole folder");
    assert!(opened.records >= u64::from(records()), "only {} records", opened.records);
    (engine, opened.records)
}

fn recovery(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("journal/recovery, records");
    group.throughput(Throughput::Elements(u64::from(records()))).sample_size(10);
    group.sampling_mode(SamplingMode::Flat);
    let mut made = None;
    group.bench_function(BenchmarkId::from_parameter(records()), |bencher| {
        let folder = made.get_or_insert_with(folder);
        bencher.iter_custom(|iterations| {
            let mut spent = Duration::ZERO;
            for _ in 0..iterations {
                let begun = Instant::now();
                let (engine, _) = open(folder.path());
                spent += begun.elapsed();
                engine.close().expect("closed");
            }
            spent
        });
    });
    group.finish();
}

fn copy(from: &Path) -> tempfile::TempDir {
    let to = data_folder().expect("a folder");
    for entry in std::fs::read_dir(from).expect("a folder") {
        let path = entry.expect("an entry").path();
        std::fs::copy(&path, to.path().join(path.file_name().expect("a file"))).expect("copied");
    }
    to
}

fn snapshot(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("journal/snapshot of so many records");
    group.throughput(Throughput::Elements(u64::from(records()))).sample_size(10);
    group.sampling_mode(SamplingMode::Flat);
    let mut made = None;
    group.bench_function(BenchmarkId::from_parameter(records()), |bencher| {
        let folder = made.get_or_insert_with(folder);
        bencher.iter_custom(|iterations| {
            let mut spent = Duration::ZERO;
            for _ in 0..iterations {
                // The first snapshot of a folder replays all of it; the next would begin with the first.
                let copied = copy(folder.path());
                let (engine, _) = open(copied.path());
                let begun = Instant::now();
                let taken: Result<_, SnapshotError> = engine.snapshot();
                spent += begun.elapsed();
                assert!(taken.expect("a snapshot").records > 0);
                engine.close().expect("closed");
            }
            spent
        });
    });
    group.finish();
}
