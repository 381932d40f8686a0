//! Seats: claims, holds, sales, the best that can be had, contention, standing places, and reading while others write.

use std::hint::black_box;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use criterion::{BenchmarkId, Criterion};
use tacos_benches::people::{is_taken, release, sell_scattered, user};
use tacos_benches::timing::{at_least, on_threads, sample_on_threads};
use tacos_benches::venue::{floor, forgetful, hall, label};
use tacos_benches::{Customer, Sale, Venue, scattered, seed, table};
use tacos_engine::{Best, Failure, Reserve, Reserved, SeatId, SeatRequest};
use tacos_testing::Random;
use tacos_testing::modules::Hall;

const SEATS: u32 = 50_000;
/// So large a hall that a round does not end before the clock has been on for a while.
const SALE_SEATS: u32 = 400_000;
const ROUND: u64 = 8_192;
const HOT_SEATS: u64 = 100;

pub(crate) fn benches(criterion: &mut Criterion) {
    claim(criterion);
    hold_and_release(criterion);
    hold_and_confirm(criterion, false);
    hold_and_confirm(criterion, true);
    best(criterion);
    hot(criterion);
    general(criterion);
    reads(criterion);
}

fn forgetful_venue(seats: u32) -> Venue {
    Venue::with(forgetful(), hall(seats), None).expect("a venue")
}

fn want(seats: &[u32]) -> SeatRequest {
    SeatRequest::Seats(seats.iter().map(|&seat| label(seat)).collect())
}

fn give_back(venue: &Venue, held: Result<Reserved, Failure>) {
    let held = held.expect("free seats");
    venue.engine.release(release(held.id)).wait().expect("held");
}

/// Claim and give back in the seat map alone: what the words, bitmaps and counts cost.
fn claim(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("seats");
    for count in [1_u32, 2, 4] {
        let (mut fixture, mut at) = (None, 0);
        group.bench_function(BenchmarkId::new("claim and free, seat map alone", count), |bencher| {
            let (room, wanted) = fixture.get_or_insert_with(|| {
                let starts = scattered(SEATS / count, seed()).into_iter();
                let wanted: Vec<Vec<u32>> =
                    starts.map(|at| (at * count..(at + 1) * count).collect()).collect();
                (Hall::new(&hall(SEATS)).expect("a hall"), wanted)
            });
            bencher.iter(|| {
                at = (at + 1) % wanted.len();
                assert!(room.claim(7, black_box(&wanted[at])));
                room.free(7, &wanted[at]);
            });
        });
    }
    group.finish();
}

fn hold_and_release(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("seats");
    for count in [2_u32, 4] {
        let (mut fixture, mut at) = (None, 0);
        group.bench_function(BenchmarkId::new("hold + release, named seats", count), |bencher| {
            let (venue, commands) = fixture.get_or_insert_with(|| {
                let venue = forgetful_venue(SEATS);
                let command = |at: u32| {
                    let seats: Vec<u32> = (at * count..(at + 1) * count).collect();
                    Reserve::new(venue.event.clone(), user(at.into()), want(&seats))
                };
                let commands: Vec<Reserve> =
                    scattered(SEATS / count, seed()).into_iter().map(command).collect();
                (venue, commands)
            });
            bencher.iter(|| {
                at = (at + 1) % commands.len();
                give_back(venue, venue.engine.reserve(commands[at].clone()).wait());
            });
        });
    }
    group.finish();
}

/// Everything on but the disk: records, keys, deadlines. Tables grow from nothing in each new engine. Names are texts,
/// or prepared, with keys of sixteen bytes.
fn hold_and_confirm(criterion: &mut Criterion, are_prepared: bool) {
    let name = if are_prepared {
        "hold + confirm two prepared seats, threads"
    } else {
        "hold + confirm two named seats, threads"
    };
    let mut group = criterion.benchmark_group("seats");
    for threads in [1_u64, 2] {
        let id = BenchmarkId::new(name, threads);
        let mut sale = None;
        group.bench_function(id, |bencher| {
            let sale =
                sale.get_or_insert_with(|| Sale::new(table(SALE_SEATS), Venue::in_memory).expect("a sale"));
            let mut orders = |count: u64| {
                let mut left = count;
                let mut spent = std::time::Duration::ZERO;
                while left > 0 {
                    let most = usize::try_from(left.min(ROUND)).expect("a round");
                    let mut customers = sale.customers(most).expect("customers");
                    if are_prepared {
                        let prepare = |customer: Customer| customer.prepared(&sale.venue.engine);
                        customers =
                            customers.into_iter().map(prepare).collect::<Result<_, _>>().expect("known");
                    }
                    let (engine, count) = (&sale.venue.engine, customers.len() as u64);
                    let next = AtomicU64::new(0);
                    let buy = |customer: &Customer| {
                        let held = customer.hold(engine).expect("free seats");
                        engine.confirm(customer.confirm(held.id)).wait().expect("held");
                    };
                    spent += if threads == 1 {
                        let begun = std::time::Instant::now();
                        customers.iter().for_each(buy);
                        begun.elapsed()
                    } else {
                        // A faster thread takes more; a share of 64 at a time costs the counter nothing.
                        let share = |_, _| {
                            while let Some(some) = customers
                                .chunks(64)
                                .nth(usize::try_from(next.fetch_add(1, Ordering::Relaxed)).expect("an index"))
                            {
                                some.iter().for_each(buy);
                            }
                        };
                        on_threads(threads, count.next_multiple_of(threads), share)
                    };
                    left -= count;
                }
                sale.check_all_sold();
                spent
            };
            bencher.iter_custom(|iterations| at_least(iterations, &mut orders));
        });
    }
    group.finish();
}

fn best(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("seats best available, hold + release");
    for (name, sold) in [("empty", 0), ("half sold", 50), ("95 % sold", 95)] {
        let mut venue = None;
        for quantity in 2..=6 {
            group.bench_function(BenchmarkId::new(name, quantity), |bencher| {
                let venue = venue.get_or_insert_with(|| {
                    let venue = forgetful_venue(SEATS);
                    sell_scattered(&venue, SEATS / 100 * sold, seed()).expect("sold");
                    venue
                });
                let command =
                    Reserve::new(venue.event.clone(), user(1), SeatRequest::Best(Best::of(quantity)));
                bencher.iter(|| {
                    let held = venue.engine.reserve(command.clone()).wait();
                    assert!(held.as_ref().is_ok_and(|held| held.places.len() == quantity as usize));
                    give_back(venue, held);
                });
            });
        }
    }
    group.finish();
}

/// Pairs out of the same hundred seats, wanted by all threads. A refusal is an answer too; a thread that gets the seats
/// gives them back.
fn hot(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("seats hot, 100 seats, hold two + release or refusal, threads");
    for threads in [1_u64, 2, 4, 8] {
        let mut venue = None;
        group.bench_function(BenchmarkId::from_parameter(threads), |bencher| {
            let hot_seats = u32::try_from(HOT_SEATS).expect("a hundred");
            let venue = &*venue.get_or_insert_with(|| forgetful_venue(hot_seats));
            let names: Vec<SeatId> = (0..venue.seats).map(label).collect();
            bencher.iter_custom(|iterations| {
                let held = AtomicU64::new(0);
                let spent = sample_on_threads(threads, iterations, |thread, share| {
                    let mut random = Random::new(seed() + thread);
                    let who = user(thread);
                    let mut mine = 0;
                    for _ in 0..share {
                        let first = random.index(names.len());
                        let second = (first + 1) % names.len();
                        let pair = [names[first].clone(), names[second].clone()].into_iter().collect();
                        let hold = Reserve::new(venue.event.clone(), who.clone(), SeatRequest::Seats(pair));
                        match venue.engine.reserve(hold).wait() {
                            Ok(got) => {
                                give_back(venue, Ok(got));
                                mine += 1;
                            }
                            Err(failure) => assert!(is_taken(&failure)),
                        }
                    }
                    held.fetch_add(mine, Ordering::Relaxed);
                });
                assert!(held.into_inner() > 0, "no thread ever got seats");
                let counts = venue.engine.counts(&venue.event).expect("known");
                assert_eq!(u64::from(counts.available), HOT_SEATS, "all were given back");
                spent
            });
        });
    }
    group.finish();
}

fn general(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("seats standing, hold two + release, threads");
    for threads in [1_u64, 2] {
        let mut venue = None;
        group.bench_function(BenchmarkId::from_parameter(threads), |bencher| {
            let make = || Venue::with(forgetful(), floor(1_000_000), None).expect("a venue");
            let venue = &*venue.get_or_insert_with(make);
            let place = || SeatId::new("floor").expect("a name");
            let two = SeatRequest::Seats([place(), place()].into_iter().collect());
            bencher.iter_custom(|iterations| {
                sample_on_threads(threads, iterations, |thread, share| {
                    let hold = Reserve::new(venue.event.clone(), user(thread), two.clone());
                    for _ in 0..share {
                        give_back(venue, venue.engine.reserve(hold.clone()).wait());
                    }
                })
            });
        });
    }
    group.finish();
}

/// What a reader pays while another thread holds and releases without a pause.
fn reads(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("seats read under write load");
    type Read = fn(&Venue, &mut Vec<u64>);
    let counts: Read = |venue, _| {
        let counts = venue.engine.counts(&venue.event).expect("known");
        assert_eq!(counts.available + counts.reserved, SEATS);
    };
    let free: Read =
        |venue, bits| venue.engine.copy_free_seats(&venue.event, black_box(bits)).expect("known");
    for (name, read) in [("counts", counts), ("all free seats", free)] {
        for writers in [0, 1] {
            let mut venue = None;
            group.bench_function(BenchmarkId::new(name, format!("{writers} writers")), |bencher| {
                let venue = &*venue.get_or_insert_with(|| forgetful_venue(SEATS));
                let is_over = AtomicBool::new(false);
                let written = AtomicU64::new(0);
                std::thread::scope(|scope| {
                    for _ in 0..writers {
                        scope.spawn(|| {
                            let hold =
                                Reserve::new(venue.event.clone(), user(1), SeatRequest::Best(Best::of(2)));
                            while !is_over.load(Ordering::Relaxed) {
                                give_back(venue, venue.engine.reserve(hold.clone()).wait());
                                written.fetch_add(1, Ordering::Relaxed);
                            }
                        });
                        while written.load(Ordering::Relaxed) == 0 {
                            std::thread::yield_now();
                        }
                    }
                    let mut bits = Vec::new();
                    bencher.iter(|| read(venue, &mut bits));
                    is_over.store(true, Ordering::Relaxed);
                });
            });
        }
    }
    group.finish();
}
