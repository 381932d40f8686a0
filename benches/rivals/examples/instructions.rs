//! One thread's orders of unique seats, hold and confirm, for a tool that counts instructions between two marks: see
//! `instructions.sh`. Without an argument it lists the contestants.
#![allow(clippy::print_stdout, reason = "a program that says what it did")]

use std::sync::Arc;

use tacos_engine::{Clock, SystemClock};
use tacos_rivals::contestants::dutiful_map::DutifulMap;
use tacos_rivals::contestants::mutex_map::{FastHash, MutexMap, ParkingLot};
use tacos_rivals::contestants::ours::Ours;
use tacos_rivals::rival::{Client, End, Ended, Fault, Order, Rival, Verdict};
use tacos_rivals::work::Hall;

const HALL: Hall = Hall { seats: 8_000 };
/// Orders that are done before counting begins: tables have their first size then.
const WARM: usize = 1_000;

type Contest = fn(&[Order]) -> Result<(), Fault>;

const CONTESTANTS: [(&str, Contest); 6] = [
    ("tacos", |orders| go(&Ours::in_memory(HALL, clock())?, orders)),
    ("tacos-prepared", |orders| go(&Ours::prepared_in_memory(HALL, clock())?, orders)),
    ("map", |orders| go(&MutexMap::<ParkingLot>::new(HALL, Some(clock()))?, orders)),
    ("map-bare", |orders| go(&MutexMap::<ParkingLot>::new(HALL, None)?, orders)),
    ("map-bare-fast-hash", |orders| go(&MutexMap::<FastHash>::new(HALL, None)?, orders)),
    ("map-with-records-and-keys", |orders| go(&DutifulMap::new(HALL, clock())?, orders)),
];

fn clock() -> Arc<dyn Clock> {
    Arc::new(SystemClock::new())
}

fn go<R: Rival>(rival: &R, orders: &[Order]) -> Result<(), Fault> {
    let mut client = rival.client(1)?;
    let ready: Vec<_> = orders.iter().map(|order| client.prepare(order)).collect();
    let mut ready = ready.into_iter();
    let warm: Vec<_> = ready.by_ref().take(WARM).collect();
    let mut sold = all(&mut client, warm)?;
    sold += measured(&mut client, ready.collect())?;
    if sold != orders.len() || rival.counts()?.sold != 2 * orders.len() as u64 {
        return Err(format!("{sold} of {} orders were sold", orders.len()).into());
    }
    Ok(())
}

/// What is counted.
#[inline(never)]
fn measured<C: Client>(client: &mut C, ready: Vec<C::Prepared>) -> Result<usize, Fault> {
    all(client, ready)
}

#[inline(always)]
fn all<C: Client>(client: &mut C, ready: Vec<C::Prepared>) -> Result<usize, Fault> {
    let mut sold = 0;
    for order in ready {
        let holding = client.hold(order)?;
        let Verdict::Held(hold) = client.held(holding)? else { continue };
        let ending = client.end(hold, End::Confirm)?;
        sold += usize::from(client.ended(ending)? == Ended::Done);
    }
    Ok(sold)
}

fn main() -> Result<(), Fault> {
    let Some(wanted) = std::env::args().nth(1) else {
        CONTESTANTS.iter().for_each(|(name, _)| println!("{name}"));
        return Ok(());
    };
    let contest = CONTESTANTS.iter().find(|(name, _)| *name == wanted);
    let (_, contest) = contest.ok_or_else(|| format!("no contestant is called {wanted:?}"))?;
    let orders = HALL.unique_orders(1)?;
    contest(&orders)?;
    println!("{wanted}: {} orders", orders.len() - WARM);
    Ok(())
}
