//! Claim: `available + reserved + sold + blocked == total`, for every section and for the event, at every moment that a
//! reader can see, whatever happens meanwhile; and after everything the counts equal what the seats say.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use crate::common::*;
use tacos_engine::views::{Counts, SeatState};
use tacos_engine::{BlockSeats, Caller, Engine, PaymentOutcome, SeatId, SeatMap};

fn check(counts: Counts, total: u32, seed: u64) {
    let sum = counts.available + counts.reserved + counts.sold + counts.blocked;
    assert_eq!((sum, counts.total), (total, total), "seed {seed}: {counts:?}");
}

/// Looks until the writers are through; returns how often.
fn watch(engine: &Engine, over: &AtomicBool, seed: u64) -> u64 {
    let mut looks = 0;
    while !over.load(Ordering::Relaxed) {
        check(engine.counts(&event()).expect("known"), 160, seed);
        let sections = engine.sections(&event()).expect("known");
        check(sections[0].counts, 100, seed);
        check(sections[1].counts, 60, seed);
        looks += 1;
    }
    looks
}

fn trade(engine: &Engine, seed: u64, thread: usize) {
    let mut rng = Rng::new(seed.wrapping_add(thread as u64 * 13));
    for step in 0..1_000 {
        let quantity = 1 + u32::try_from(rng.below(4)).expect("small");
        let want = if rng.chance(50) { best(quantity) } else { standing(quantity) };
        let who = format!("u{thread}-{}", step % 20);
        let Ok(held) = reserve(engine, &who, want) else { continue };
        match rng.below(10) {
            0 => {
                // Time passes: the hold may be over already, and the report may come after that.
                let command = payment_command(&held, &who, tacos_engine::Scenario::Outside);
                let Ok(paid) = engine.create_payment(command).wait() else { continue };
                let paid = paid.id;
                if report(engine, paid, PaymentOutcome::Completed).is_ok() {
                    let refund = tacos_engine::CancelPayment::new(paid, Caller::Operator);
                    let _ = engine.cancel_payment(refund).wait();
                }
            }
            1 if rng.chance(20) => drop(confirm(engine, held.id)),
            2..=6 => drop(release(engine, held.id)),
            // Left to expire.
            _ => {}
        }
    }
}

fn operate(engine: &Engine, over: &AtomicBool) {
    let mut block = true;
    while !over.load(Ordering::Relaxed) {
        let seats =
            (1..=5).map(|number| SeatId::new(&format!("R4-{number}")).expect("valid")).collect::<Vec<_>>();
        if engine.block_seats(BlockSeats::new(event(), seats, block)).wait().is_ok() {
            block = !block;
        }
        std::thread::yield_now();
    }
}

#[test]
fn at_every_moment_for_every_section() {
    let seed = seed();
    let sections = vec![house(4, 25).sections.remove(0), floor(60)];
    let (engine, clock) = threaded_sale(SeatMap { sections }, settings());
    let (over, looks) = (AtomicBool::new(false), AtomicU64::new(0));
    watched_scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| looks.fetch_add(watch(&engine, &over, seed), Ordering::Relaxed));
        }
        scope.spawn(|| operate(&engine, &over));
        scope.spawn(|| {
            while !over.load(Ordering::Relaxed) {
                clock.advance(Duration::from_millis(20));
                engine.turn();
            }
        });
        let _ending = Ending(&over);
        together(4, |thread| trade(&engine, seed, thread));
    });
    assert!(looks.into_inner() > 100, "hardly anybody looked");
    // Quiet now: what the seats say one by one is what the counts say.
    clock.advance(Duration::from_secs(700));
    engine.turn();
    let seats = engine.seats(&event(), 0, usize::MAX).expect("known");
    let of = |state| u32::try_from(seats.iter().filter(|seat| seat.state == state).count()).expect("small");
    let counts = engine.sections(&event()).expect("known")[0].counts;
    assert_eq!(
        (counts.available, counts.reserved, counts.sold, counts.blocked),
        (of(SeatState::Available), of(SeatState::Reserved), of(SeatState::Sold), of(SeatState::Blocked)),
        "seed {seed}"
    );
    let mut words = Vec::new();
    engine.copy_free_seats(&event(), &mut words).expect("known");
    let free: u32 = words.iter().map(|word| word.count_ones()).sum();
    assert_eq!(free, counts.available, "seed {seed}: the bitmap says the same");
}
