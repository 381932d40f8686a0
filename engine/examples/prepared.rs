//! Prepared ids and keys of sixteen bytes: what a server does that sells one event for an hour. Prints what each
//! customer got, and a refusal.
//!
//! `cargo run --example prepared`
#![allow(clippy::print_stdout, reason = "an example prints")]

use tacos_engine::{
    Config, Confirm, CreateEvent, Currency, Engine, EventId, EventSettings, Failure, IdempotencyKey, Proof,
    Refusal, Reserve, Row, RowSeats, SaleState, SeatId, SeatMap, SeatRequest, Section, SetSale, UserId,
};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let engine = Engine::in_memory(Config::default())?;
    let event = EventId::new("tonight")?;
    let row =
        Row { label: "A".into(), price_minor: 5_500, seats: RowSeats::numbered("A-", 10), ..Row::default() };
    let seats = SeatMap { sections: vec![Section::Seated { name: "stalls".into(), rows: vec![row] }] };
    let settings = EventSettings::new("A concert", Currency::new("EUR").ok_or("three letters")?);
    engine.create_event(CreateEvent::new(event.clone(), settings, seats)).wait()?;
    engine.set_sale(SetSale::new(event.clone(), SaleState::Open)).wait()?;

    // Once, when the sale begins: the event and all its seats.
    let event = engine.prepare_event(&event)?;
    let named = |number: u32| -> Result<SeatId, Box<dyn std::error::Error>> {
        Ok(engine.prepare_seat(&event, &SeatId::new(&format!("A-{number}"))?)?)
    };
    let seats = (1..=10).map(named).collect::<Result<Vec<_>, _>>()?;

    // For every customer: the user once, and for every command a key of sixteen bytes, a UUID as a rule.
    for (number, name) in (0_u8..).zip(["kim", "lee", "max"]) {
        let user = engine.prepare_user(&UserId::new(name)?);
        let pair = usize::from(number % 2) * 2;
        let want = SeatRequest::Seats(seats[pair..pair + 2].iter().cloned().collect());
        let mut key = [number; 16];
        let hold = Reserve::new(event.clone(), user.clone(), want).with_key(IdempotencyKey::from_bytes(key));
        match engine.reserve(hold).wait() {
            Ok(held) => {
                key[0] |= 0x80;
                let key = IdempotencyKey::from_bytes(key);
                let confirm = Confirm::new(held.id, user, Proof::Outside).with_key(key);
                let sold = engine.confirm(confirm).wait()?;
                println!("{name} has {} and pays {}", sold.id.order(), sold.total_minor);
            }
            // What was found out ahead says nothing about what is free.
            Err(Failure::Refused(Refusal::SeatsTaken(taken))) => {
                println!("{name} is refused: {} are taken", taken.join(" and "));
            }
            Err(other) => return Err(other.into()),
        }
    }
    Ok(engine.close()?)
}
