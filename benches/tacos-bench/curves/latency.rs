//! How long single calls take, as percentiles: holds and confirmations in memory and on disk, joining a line and asking
//! for one's place in it. An answer that is waited for counts from the call to the answer.

use std::time::Instant;

use hdrhistogram::Histogram;
use tacos_benches::inflight::hold_and_confirm;
use tacos_benches::people::user;
use tacos_benches::results::Line;
use tacos_benches::venue::hall;
use tacos_benches::{Outcome, Sale, Venue, scattered, seed};
use tacos_engine::{Config, JoinQueue, QueuePolicy, SessionId};

use super::{Report, Size};

pub(super) const SUITE: &str = "latency";
/// What is told of every histogram, and as what.
pub(super) const QUANTILES: [(&str, f64); 7] = [
    ("p50", 0.5),
    ("p90", 0.9),
    ("p99", 0.99),
    ("p99.9", 0.999),
    ("p99.99", 0.9999),
    ("p99.999", 0.99999),
    ("max", 1.0),
];

type Make = fn(u32) -> Outcome<Venue>;

/// A histogram of nanoseconds, to three digits.
pub(super) fn histogram() -> Outcome<Histogram<u64>> {
    Ok(Histogram::new(3)?)
}

/// The quantile in microseconds.
pub(super) fn us(histogram: &Histogram<u64>, quantile: f64) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "far below 2^52")]
    let ns = histogram.value_at_quantile(quantile) as f64;
    ns / 1_000.0
}

fn push(report: &mut Report<'_>, name: &str, histogram: &Histogram<u64>) -> Outcome<()> {
    for (label, quantile) in QUANTILES {
        let mut line = Line::of(SUITE, format!("{name}, {label}"), "us", &[us(histogram, quantile)]);
        line.samples = histogram.len();
        report.push(&line)?;
    }
    Ok(())
}

pub(super) fn measure(size: Size, report: &mut Report<'_>) -> Outcome<()> {
    let durable = |seats| Venue::durable(seats, Config::default().with_snapshot_every_bytes(0));
    let settings: [(&str, Make, u32, usize); 4] = [
        ("in memory", Venue::in_memory, 200_000, 1),
        ("durable, 1 in flight", durable, 4_000, 1),
        ("durable, 256 in flight", durable, 200_000, 256),
        ("durable, 4,096 in flight", durable, 200_000, 4_096),
    ];
    for (name, make, count, in_flight) in settings {
        let mut sale = Sale::new(2 * size.many(count), make)?;
        let customers = sale.customers(usize::MAX)?;
        let (mut holds, mut confirms) = (histogram()?, histogram()?);
        hold_and_confirm(&sale.venue.engine, &customers, in_flight, |is_hold, took| {
            let ns = u64::try_from(took.as_nanos()).unwrap_or(u64::MAX);
            let recorded = if is_hold { holds.record(ns) } else { confirms.record(ns) };
            recorded.expect("a histogram that grows");
        })?;
        sale.check_all_sold();
        push(report, &format!("hold, {name}"), &holds)?;
        push(report, &format!("confirm, {name}"), &confirms)?;
    }
    line(size, report)
}

fn line(size: Size, report: &mut Report<'_>) -> Outcome<()> {
    let count = size.many(1_000_000);
    let policy = QueuePolicy::default().with_inside_max(1);
    let venue = Venue::with(Config::default(), hall(1_000), Some(policy))?;
    let (mut joins, mut looks) = (histogram()?, histogram()?);
    let mut tokens = Vec::with_capacity(count as usize);
    for number in 0..u64::from(count) {
        let join = JoinQueue::new(venue.event.clone())
            .with_session(SessionId::new(&format!("session-{number}"))?)
            .with_user(user(number));
        let begun = Instant::now();
        let joined = venue.engine.join_queue(join).wait()?;
        joins.record(u64::try_from(begun.elapsed().as_nanos())?)?;
        tokens.push(joined.token);
    }
    for at in scattered(count, seed()) {
        let begun = Instant::now();
        let place = venue.engine.queue_place(&tokens[at as usize])?;
        looks.record(u64::try_from(begun.elapsed().as_nanos())?)?;
        if place.position == 0 && at > 10 {
            return Err(format!("number {at} has no place").into());
        }
    }
    push(report, "join, in memory", &joins)?;
    push(report, "position, in memory", &looks)
}
