//! Threads that all want the same seats, on every rival in this process: each seat is sold once, every order is answered,
//! and the house's counts are the sum of the answers.
#![allow(clippy::print_stdout, reason = "a test of chance prints its seed")]

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use tacos_engine::SystemClock;
use tacos_rivals::contestants::mutex_map::{MutexMap, ParkingLot, StdLock};
use tacos_rivals::contestants::one_owner::OneOwner;
use tacos_rivals::contestants::ours::Ours;
use tacos_rivals::drive::{Cut, run};
use tacos_rivals::rival::{Client, End, Ended, Order, Rival, Verdict};
use tacos_rivals::work::Hall;

const HALL: Hall = Hall { seats: 120 };
const THREADS: usize = 4;
const ORDERS: u64 = 4_000;

/// Sells on all threads until nothing is left; every sold seat must be new.
fn sell_out<R: Rival>(name: &str, rival: &R, seed: u64) {
    println!("{name}, seed {seed}");
    let orders = HALL.hot_orders(ORDERS, seed).expect("orders");
    let sold: Mutex<HashMap<String, u64>> = Mutex::default();
    std::thread::scope(|scope| {
        for share in orders.chunks(orders.len() / THREADS) {
            let sold = &sold;
            scope.spawn(move || {
                let mut client = rival.client(1).expect("a client");
                for order in share {
                    let Some(seats) = buy(&mut client, order) else { continue };
                    let mut sold = sold.lock().expect("no panic");
                    for seat in seats {
                        let before = sold.insert(seat.clone(), order.number);
                        assert_eq!(
                            before, None,
                            "{name}, seed {seed}: {seat} is sold to {} too",
                            order.number
                        );
                    }
                }
            });
        }
    });
    let (sold, counts) = (sold.into_inner().expect("no panic"), rival.counts().expect("counts"));
    assert_eq!((counts.sold, counts.held), (sold.len() as u64, 0), "{name}, seed {seed}");
    for order in &orders {
        let has_one = order.seats.iter().any(|seat| sold.contains_key(seat.as_str()));
        assert!(has_one, "{name}, seed {seed}: order {} was refused for nothing", order.number);
    }
}

fn buy<C: Client>(client: &mut C, order: &Order) -> Option<Vec<String>> {
    let prepared = client.prepare(order);
    let holding = client.hold(prepared).expect("alive");
    match client.held(holding).expect("alive") {
        Verdict::Taken(refusal) => {
            assert_ne!(C::taken(&refusal, order), [false, false], "a refusal names a seat");
            None
        }
        Verdict::Held(hold) => {
            let ending = client.end(hold, End::Confirm).expect("alive");
            assert_eq!(client.ended(ending).expect("alive"), Ended::Done);
            Some(order.seats.iter().map(ToString::to_string).collect())
        }
    }
}

/// Holds and releases on all threads with many customers each; `run` checks the sums.
fn churn<R: Rival>(name: &str, rival: &R, seed: u64) {
    println!("{name}, seed {seed}");
    let orders = HALL.hot_orders(ORDERS, seed).expect("orders");
    let tally = run(rival, HALL, &orders, Cut { threads: THREADS, customers: 16, end: End::Release })
        .unwrap_or_else(|fault| panic!("{name}, seed {seed}: {fault}"));
    assert!(tally.held > 0 && tally.refused > 0, "{name}, seed {seed}: {tally:?}");
}

/// Calls a generic function with every rival.
macro_rules! all {
    ($call:ident, $seed:expr) => {
        let clock = || Arc::new(SystemClock::new());
        let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).expect("a folder");
        $call("tacos", &Ours::in_memory(HALL, clock()).expect("made"), $seed);
        $call("std lock", &MutexMap::<StdLock>::new(HALL, Some(clock())).expect("made"), $seed);
        $call("parking_lot", &MutexMap::<ParkingLot>::new(HALL, Some(clock())).expect("made"), $seed);
        $call("one-owner", &OneOwner::in_memory(HALL, clock()).expect("made"), $seed);
        $call("one-owner durable", &OneOwner::durable(HALL, folder.path()).expect("opened"), $seed);
    };
}

#[test]
fn each_seat_is_sold_once() {
    for seed in 1..=5 {
        all!(sell_out, seed);
    }
}

#[test]
fn holds_and_releases_leave_the_house_as_it_was() {
    for seed in 6..=8 {
        all!(churn, seed);
    }
}
