//! Holds and sales a second, by how many customers are under way at once, in memory and on disk. One thread sends.

use std::time::Duration;

use tacos_benches::inflight::hold_and_confirm;
use tacos_benches::results::Line;
use tacos_benches::{Outcome, Sale, Venue};
use tacos_engine::Config;

use super::{Report, Size};

pub(super) const SUITE: &str = "throughput by in flight";
const IN_FLIGHT: [usize; 7] = [1, 4, 16, 64, 256, 1_024, 4_096];

fn durable(seats: u32) -> Outcome<Venue> {
    Venue::durable(seats, Config::default().with_snapshot_every_bytes(0))
}

/// Enough customers for some tenths of a second.
fn customers(in_flight: usize, is_durable: bool) -> u32 {
    let in_flight = u32::try_from(in_flight).expect("some thousands");
    if is_durable { (400 * in_flight).clamp(400, 40_000) } else { 40_000 }
}

pub(super) fn measure(size: Size, report: &mut Report<'_>) -> Outcome<()> {
    for (name, make) in [("memory", Venue::in_memory as fn(u32) -> _), ("durable", durable)] {
        let mut rates = vec![Vec::new(); IN_FLIGHT.len()];
        // All settings in every round, so that a busy moment of the machine hits all alike.
        for _ in 0..size.rounds() {
            for (&in_flight, rates) in IN_FLIGHT.iter().zip(&mut rates) {
                let count =
                    size.many(customers(in_flight, name == "durable")).max(4 * u32::try_from(in_flight)?);
                let mut sale = Sale::new(2 * count, make)?;
                let customers = sale.customers(usize::MAX)?;
                let spent = hold_and_confirm(&sale.venue.engine, &customers, in_flight, |_, _: Duration| ())?;
                sale.check_all_sold();
                rates.push(f64::from(count) / spent.as_secs_f64());
            }
        }
        for (in_flight, rates) in IN_FLIGHT.iter().zip(&rates) {
            report.push(&Line::of(SUITE, format!("{name}, in flight {in_flight}"), "op/s", rates))?;
        }
    }
    Ok(())
}
