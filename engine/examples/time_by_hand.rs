//! Time turned by hand: a hold expires because we say so, and one seed gives one run. For tests and simulations.
//!
//! `cargo run --example time_by_hand`
#![allow(clippy::print_stdout, reason = "an example prints")]

use std::sync::Arc;
use std::time::Duration;

use tacos_engine::{
    Best, Config, CreateEvent, Currency, Driver, Engine, EventId, EventSettings, ManualClock, Reserve, Row,
    RowSeats, SaleState, SeatMap, SeatRequest, Section, SetSale, UnixMs, UpdateKind, UserId,
};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let clock = Arc::new(ManualClock::new(UnixMs::new(1_800_000_000_000)));
    let config =
        Config::default().with_driver(Driver::Manual).with_clock(clock.clone()).with_fixed_entropy(Some(42));
    let engine = Engine::in_memory(config)?;
    let event = EventId::new("evt_by_hand")?;
    let seats = RowSeats::Numbered { prefix: "A-".into(), first_number: 1, step: 1, digits_min: 0, count: 6 };
    let row = Row { label: "A".into(), price_minor: 1_000, seats, ..Row::default() };
    engine
        .create_event(CreateEvent::new(
            event.clone(),
            EventSettings::new("By hand", Currency::new("EUR").ok_or("three letters")?),
            SeatMap { sections: vec![Section::Seated { name: "hall".into(), rows: vec![row] }] },
        ))
        .wait()?;
    engine.set_sale(SetSale::new(event.clone(), SaleState::Open)).wait()?;
    let mut updates = engine.updates(engine.position())?;

    let held = engine
        .reserve(Reserve::new(event.clone(), UserId::new("kim")?, SeatRequest::Best(Best::of(4))))
        .wait()?;
    let more = engine
        .reserve(Reserve::new(event.clone(), UserId::new("lee")?, SeatRequest::Best(Best::of(4))))
        .wait();
    println!("{} holds four of six; four more: {}", held.id, more.expect_err("only two are left"));

    // Nothing happens by itself: fifty seconds pass, and the warning is due; ten more, and the hold is over.
    let mut told = Vec::new();
    for seconds in [50, 10] {
        clock.advance(Duration::from_secs(seconds));
        let turn = engine.turn();
        updates.read(&mut told)?;
        for update in told.drain(..) {
            match update.what {
                UpdateKind::HoldExpiring { id, .. } => println!("after {seconds} s: {id} ends soon"),
                UpdateKind::Reservation(change) => println!("{} is {:?}", change.id, change.state),
                other => println!("{other:?}"),
            }
        }
        println!("{} timers fired, the next at {:?}", turn.fired, turn.next);
    }
    println!("{:?}", engine.counts(&event)?);
    Ok(())
}
