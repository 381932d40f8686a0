//! A thousand events of ten thousand seats in one engine: what creating them takes, and how much memory they need.

use std::time::Instant;

use tacos_benches::Outcome;
use tacos_benches::results::Line;
use tacos_benches::venue::{hall, open_event};
use tacos_engine::{Config, Engine, EventId};

use super::{Report, Size, resident_bytes};

pub(super) const SUITE: &str = "a thousand events";
const SEATS: u32 = 10_000;

pub(super) fn measure(size: Size, report: &mut Report<'_>) -> Outcome<()> {
    let count = size.many(1_000);
    let engine = Engine::in_memory(Config::default())?;
    let before = resident_bytes()?;
    let mut samples = Vec::with_capacity(count as usize);
    for number in 0..count {
        let event = EventId::new(&format!("evt-{number}"))?;
        let seats = hall(SEATS);
        let begun = Instant::now();
        open_event(&engine, &event, seats, None)?;
        samples.push(begun.elapsed().as_secs_f64() * 1e9);
    }
    let used = resident_bytes()? - before;
    if engine.events().len() != count as usize {
        return Err("not all events are there".into());
    }
    report.push(&Line::of(SUITE, format!("create and open one of {SEATS} seats"), "ns/op", &samples))?;
    let per_seat = used / (f64::from(count) * f64::from(SEATS));
    let setting = format!("bytes a seat, {count} events of {SEATS}, by the process's memory");
    report.push(&Line::of(SUITE, setting, "count", &[per_seat]))
}
