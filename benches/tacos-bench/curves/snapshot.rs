//! What writers notice of a snapshot: the time of durable writes with 64 in flight, without one, with one that another
//! thread takes meanwhile, and with one after the other. A round writes some 200 MB of journal, less than half of what
//! lies between two snapshots by default, so that one a round is more than twice as often as they come.

use std::sync::atomic::{AtomicBool, Ordering};

use tacos_benches::inflight::hold_and_confirm;
use tacos_benches::results::Line;
use tacos_benches::{Outcome, Sale, Venue};
use tacos_engine::Config;

use super::latency::{histogram, us};
use super::{Report, Size};

pub(super) const SUITE: &str = "snapshot";
const IN_FLIGHT: usize = 64;
/// Pairs sold before: what the first snapshot replays.
const BEFORE: u32 = 100_000;
/// Snapshots of a round, at most.
const MOST: [u64; 3] = [0, 1, u64::MAX];
/// Pairs sold on the clock.
const ROUND: u32 = 300_000;

pub(super) fn measure(size: Size, report: &mut Report<'_>) -> Outcome<()> {
    let mut waits = MOST.map(|_| Vec::new());
    let mut snapshots = Vec::new();
    for _ in 0..size.rounds() {
        for (most, waits) in MOST.into_iter().zip(&mut waits) {
            let seats = 2 * (size.many(BEFORE) + ROUND);
            let make = |seats| Venue::durable(seats, Config::default().with_snapshot_every_bytes(0));
            let mut sale = Sale::new(seats, make)?;
            let before = sale.customers(size.many(BEFORE) as usize)?;
            let engine = sale.venue.engine.clone();
            hold_and_confirm(&engine, &before, 4_096, |_, _| ())?;
            let customers = sale.customers(ROUND as usize)?;
            let mut calls = histogram()?;
            let is_over = AtomicBool::new(false);
            let taken = std::thread::scope(|scope| -> Outcome<u64> {
                let snapshots = scope.spawn(|| {
                    let mut taken = 0;
                    while taken < most && !is_over.load(Ordering::Acquire) {
                        engine.snapshot()?;
                        taken += 1;
                    }
                    Ok(taken)
                });
                let sold = hold_and_confirm(&engine, &customers, IN_FLIGHT, |_, took| {
                    let ns = u64::try_from(took.as_nanos()).unwrap_or(u64::MAX);
                    calls.record(ns).expect("a histogram that grows");
                });
                is_over.store(true, Ordering::Release);
                sold?;
                snapshots.join().map_err(|_| "the snapshot's thread panicked")?
            })?;
            sale.check_all_sold();
            waits.push(us(&calls, 0.999));
            if most > 1 {
                #[expect(clippy::cast_precision_loss, reason = "a handful")]
                snapshots.push(taken as f64);
            }
        }
    }
    report.push(&Line::of(SUITE, "writers' p99.9, no snapshot", "us", &waits[0]))?;
    report.push(&Line::of(SUITE, "writers' p99.9, one snapshot meanwhile", "us", &waits[1]))?;
    report.push(&Line::of(SUITE, "writers' p99.9, snapshots all the time", "us", &waits[2]))?;
    report.push(&Line::of(SUITE, "snapshots taken all the time, in a round", "count", &snapshots))
}
