//! Fifty thousand holds that end in the same moment, and what another caller notices of it. The clock is moved by hand;
//! the engine's own thread handles the storm while the caller goes on.

use std::sync::Arc;
use std::time::{Duration, Instant};

use hdrhistogram::Histogram;
use tacos_benches::people::{release, user};
use tacos_benches::results::Line;
use tacos_benches::venue::{floor, hall, open_event};
use tacos_benches::{Outcome, Venue};
use tacos_engine::{Best, Config, Engine, EventId, ManualClock, Reserve, SeatRequest, UnixMs};

use super::latency::{histogram, us};
use super::{Report, Size};

pub(super) const SUITE: &str = "storm of 50,000 expiries";
const HOLDS: usize = 50_000;
/// A round of calls without a storm.
const QUIET: Duration = Duration::from_millis(400);
/// The engine's thread looks at a clock that jumps within half a second; longer than this it must not take.
const PATIENCE: Duration = Duration::from_secs(60);

pub(super) fn measure(size: Size, report: &mut Report<'_>) -> Outcome<()> {
    let clock = Arc::new(ManualClock::new(UnixMs::new(1_800_000_000_000)));
    let short = Duration::from_secs(600);
    let config = Config::default()
        .with_clock(clock.clone())
        .with_expiry_warning(Duration::ZERO)
        .with_retention(short)
        .with_payment_ttl(short)
        .with_idempotency_ttl(short);
    let venue = Venue::with(config, floor(100_000), None)?;
    let callers = EventId::new("callers")?;
    open_event(&venue.engine, &callers, hall(3_000), None)?;
    let (mut calm, mut during, mut lasted) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..size.rounds() {
        // What ended in the round before is forgotten first, so that no table fills up.
        clock.advance(Duration::from_secs(700));
        while venue.engine.turn().fired > 0 {}
        for number in 0..HOLDS as u64 {
            let hold = Reserve::new(venue.event.clone(), user(number), SeatRequest::Best(Best::of(1)));
            venue.engine.reserve(hold).wait()?;
        }
        let begun = Instant::now();
        let quiet = call_while(&venue.engine, &callers, || Ok(begun.elapsed() < QUIET))?;
        calm.push(us(&quiet, 0.999));
        let (begun, mut over) = (Instant::now(), None);
        clock.advance(Duration::from_secs(60));
        let stormy = call_while(&venue.engine, &callers, || {
            let is_over = venue.engine.counts(&venue.event)?.reserved == 0;
            if is_over && over.is_none() {
                over = Some(begun.elapsed());
            }
            if begun.elapsed() > PATIENCE {
                return Err("the storm does not end".into());
            }
            // As long as the quiet time at least, so that both have as many calls.
            Ok(!is_over || begun.elapsed() < QUIET)
        })?;
        during.push(us(&stormy, 0.999));
        lasted.push(over.ok_or("no storm")?.as_secs_f64() * 1e6);
    }
    report.push(&Line::of(SUITE, "caller's p99.9, quiet", "us", &calm))?;
    report.push(&Line::of(SUITE, "caller's p99.9, during the storm", "us", &during))?;
    report.push(&Line::of(SUITE, "until all seats were free again, the driver's nap included", "us", &lasted))
}

/// Holds and releases as long as `go_on` says, asked every hundred calls; the time of each call.
fn call_while(
    engine: &Engine,
    event: &EventId,
    mut go_on: impl FnMut() -> Outcome<bool>,
) -> Outcome<Histogram<u64>> {
    let (mut calls, who) = (histogram()?, user(u64::MAX));
    while go_on()? {
        for _ in 0..50 {
            let begun = Instant::now();
            let held = engine
                .reserve(Reserve::new(event.clone(), who.clone(), SeatRequest::Best(Best::of(2))))
                .wait()?;
            let reserved = begun.elapsed();
            engine.release(release(held.id)).wait()?;
            calls.record(u64::try_from(reserved.as_nanos())?)?;
            calls.record(u64::try_from((begun.elapsed() - reserved).as_nanos())?)?;
        }
    }
    Ok(calls)
}
