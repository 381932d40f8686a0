//! Quick start: a folder, an event, a hold, a refusal, a sale, and a restart.
//!
//! `cargo run --example quick_start`
#![allow(clippy::print_stdout, reason = "an example prints")]

use tacos_engine::{
    Caller, Config, Confirm, CreateEvent, Currency, Engine, EventId, EventSettings, Failure, IdempotencyKey,
    Proof, Refusal, ReservationRef, Reserve, Row, RowSeats, SaleState, SeatId, SeatMap, SeatRequest, Section,
    SetSale, UserId,
};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let folder = tempfile::tempdir()?;
    let engine = Engine::open(folder.path(), Config::default())?;
    println!("opened {}", folder.path().display());

    // Two rows of twelve seats; the first row is the best.
    let row = |label: &str| Row {
        label: label.into(),
        price_minor: 4_500,
        seats: RowSeats::Numbered {
            prefix: format!("{label}-"),
            first_number: 1,
            step: 1,
            digits_min: 0,
            count: 12,
        },
        ..Row::default()
    };
    let event = EventId::new("evt_quick_start")?;
    engine
        .create_event(CreateEvent::new(
            event.clone(),
            EventSettings::new("A small concert", Currency::new("EUR").ok_or("three letters")?),
            SeatMap {
                sections: vec![Section::Seated { name: "stalls".into(), rows: vec![row("A"), row("B")] }],
            },
        ))
        .wait()?;
    engine.set_sale(SetSale::new(event.clone(), SaleState::Open)).wait()?;

    // Kim holds A-7. Waiting returns when the hold is on disk.
    let seat = || -> Result<SeatRequest, Box<dyn std::error::Error>> {
        Ok(SeatRequest::Seats([SeatId::new("A-7")?].into_iter().collect()))
    };
    let reserve =
        Reserve::new(event.clone(), UserId::new("kim")?, seat()?).with_key(IdempotencyKey::new("kim-1")?);
    let held = engine.reserve(reserve.clone()).wait()?;
    println!("{} holds A-7 until {}", held.id, held.expires_at);

    // The same request again is answered with the same hold: a retry acts once.
    assert_eq!(engine.reserve(reserve).wait()?, held);

    // Lee wants the same seat and is refused, at once.
    match engine.reserve(Reserve::new(event.clone(), UserId::new("lee")?, seat()?)).wait() {
        Err(Failure::Refused(Refusal::SeatsTaken(seats))) => println!("lee is refused: {seats:?} taken"),
        other => return Err(format!("a refusal was expected, not {other:?}").into()),
    }

    // Money is handled elsewhere; the hold becomes a sale.
    let confirm = Confirm::new(held.id, Caller::Operator, Proof::Outside);
    println!("sold: {}", engine.confirm(confirm).wait()?.id.order());

    // Everything acknowledged is there after a restart.
    engine.close()?;
    drop(engine);
    let engine = Engine::open(folder.path(), Config::default())?;
    let found = engine.reservation(&ReservationRef::Id(held.id), &Caller::Operator).wait()?;
    println!("after a restart: {} is {:?}, {:?}", found.id, found.state, engine.counts(&event)?);
    Ok(())
}
