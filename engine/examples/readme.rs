//! The program of the top README, to the letter: `engine/tests/the_readme_runs.rs` compares them and runs it.
#![allow(clippy::print_stdout, reason = "an example prints")]

use tacos_engine::{
    Caller, Config, Confirm, CreateEvent, Currency, Engine, EventId, EventSettings, Failure, Proof, Refusal,
    Reserve, Row, RowSeats, SaleState, SeatId, SeatMap, SeatRequest, Section, SetSale, UserId,
};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let engine = Engine::open("data", Config::default())?; // durable: acknowledged means on disk
    let event = EventId::new("evt_1")?;
    if engine.event(&event).is_err() {
        let row = Row {
            label: "A".into(),
            price_minor: 5_000,
            seats: RowSeats::numbered("A-", 10),
            ..Row::default()
        };
        let seats = SeatMap { sections: vec![Section::Seated { name: "stalls".into(), rows: vec![row] }] };
        let settings = EventSettings::new("A concert", Currency::new("EUR").ok_or("three letters")?);
        engine.create_event(CreateEvent::new(event.clone(), settings, seats)).wait()?;
        engine.set_sale(SetSale::new(event.clone(), SaleState::Open)).wait()?;
    }
    let seat = SeatRequest::Seats([SeatId::new("A-7")?].into());
    let held = match engine.reserve(Reserve::new(event, UserId::new("kim")?, seat)).wait() {
        Ok(held) => held,
        Err(Failure::Refused(Refusal::SeatsTaken(_))) => {
            println!("taken: A-7"); // the second run ends here
            return Ok(());
        }
        Err(failure) => return Err(failure.into()),
    };
    let confirm = Confirm::new(held.id, Caller::Operator, Proof::Outside);
    println!("sold: A-7, order {}", engine.confirm(confirm).wait()?.id.order());
    Ok(())
}
