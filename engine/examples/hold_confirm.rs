//! What one thread pays for holding and confirming two named seats, everything on but the disk: record encoded into the
//! log buffer, idempotency keys kept, deadline set.
//!
//! `cargo run --release --example hold_confirm`
#![allow(clippy::print_stdout, reason = "an example prints")]

use std::time::{Duration, Instant};

use tacos_engine::{
    Config, Confirm, CreateEvent, Currency, Engine, EventId, EventSettings, IdempotencyKey, Proof, Reserve,
    Row, RowSeats, SaleState, SeatId, SeatMap, SeatRequest, Section, SetSale, UserId,
};

const SEATS: usize = 400_000;
const ROW: usize = 40;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let engine = Engine::in_memory(Config::default().with_expiry_warning(Duration::ZERO))?;
    let event = EventId::new("evt")?;
    let row = |at: usize| Row {
        label: format!("R{at}"),
        price_minor: 5_000,
        seats: RowSeats::Numbered {
            prefix: format!("R{at}-"),
            first_number: 1,
            step: 1,
            digits_min: 0,
            count: 40,
        },
        ..Row::default()
    };
    let hall = Section::Seated { name: "hall".into(), rows: (0..SEATS / ROW).map(row).collect() };
    let currency = Currency::new("EUR").ok_or("three letters")?;
    engine
        .create_event(CreateEvent::new(
            event.clone(),
            EventSettings::new("A hall", currency),
            SeatMap { sections: vec![hall] },
        ))
        .wait()?;
    engine.set_sale(SetSale::new(event.clone(), SaleState::Open)).wait()?;
    let user = |at: usize| UserId::new(&format!("user-{at}"));
    let pairs = SEATS / 2;
    let mut commands = Vec::with_capacity(pairs);
    for at in 0..pairs {
        // Scattered over the hall, as customers are.
        let seat = (at * 7_919) % pairs * 2;
        let label = |seat: usize| SeatId::new(&format!("R{}-{}", seat / ROW, seat % ROW + 1));
        let want = SeatRequest::Seats([label(seat)?, label(seat + 1)?].into_iter().collect());
        let command = Reserve::new(event.clone(), user(at)?, want)
            .with_key(IdempotencyKey::new(&format!("hold-{at}"))?);
        commands.push((command, IdempotencyKey::new(&format!("confirm-{at}"))?));
    }
    let started = Instant::now();
    let mut held_ns = 0;
    for (command, key) in commands {
        let (user, begun) = (command.user.clone(), Instant::now());
        // Not waited for: what the journal does with the record is not the caller's time.
        let held = engine.submit(&tacos_engine::Command::Reserve(Box::new(command)));
        held_ns += begun.elapsed().as_nanos();
        let tacos_engine::Reply::Reserved(held) = held.wait()? else { return Err("a reservation".into()) };
        engine.confirm(Confirm::new(held.id, user, Proof::Outside).with_key(key)).wait()?;
    }
    let total_ns = started.elapsed().as_nanos();
    println!(
        "hold: {} ns, hold + confirm, both waited for: {} ns",
        held_ns / pairs as u128,
        total_ns / pairs as u128
    );
    Ok(())
}
