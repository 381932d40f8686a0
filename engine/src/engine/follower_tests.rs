//! What a copy of an event costs, counted in slots that it looks at.

use std::sync::Arc;

use crate::command::{Best, CreateEvent, Currency, EventSettings, Reserve, SeatRequest, SetSale};
use crate::error::SaleState;
use crate::ids::{EventId, UserId};
use crate::inventory::{Row, RowSeats, SeatMap, Section};
use crate::sync::LOOKS;
use crate::{Clock, Config, Driver, Engine, ManualClock, UnixMs};

fn event(name: &str) -> EventId {
    EventId::new(name).expect("valid")
}

fn reserve(engine: &Engine, name: &str, user: u32) {
    let user = UserId::new(&format!("user-{user}")).expect("valid");
    engine.reserve(Reserve::new(event(name), user, SeatRequest::Best(Best::of(1)))).wait().expect("a place");
}

#[test]
fn a_copy_of_an_event_looks_at_its_own_holds_only() {
    let clock = Arc::new(ManualClock::new(UnixMs::new(1_800_000_000_000))) as Arc<dyn Clock>;
    let engine =
        Engine::in_memory(Config { driver: Driver::Manual, clock, ..Config::default() }).expect("an engine");
    let seats = RowSeats::Listed((1..=10).map(|number| format!("A-{number}")).collect());
    let row = Row { label: "A".into(), price_minor: 1, seats, ..Row::default() };
    let small = Section::Seated { name: "stalls".into(), rows: vec![row] };
    let large = Section::General { name: "floor".into(), capacity: 10_000, price_minor: 1 };
    for (name, section) in [("small", small), ("large", large)] {
        let settings = EventSettings::new("a concert", Currency::new("KRW").expect("three letters"));
        let seats = SeatMap { sections: vec![section] };
        let create = CreateEvent { event: event(name), settings, seats, queue: None, key: None };
        engine.create_event(create).wait().expect("created");
        engine
            .set_sale(SetSale { event: event(name), state: SaleState::Open, key: None })
            .wait()
            .expect("open");
    }
    (0..5_000).for_each(|user| reserve(&engine, "large", user));
    (0..4).for_each(|user| reserve(&engine, "small", user));
    let before = LOOKS.get();
    let (view, seats, _) = engine.event_snapshot(&event("small")).expect("known");
    let looks = LOOKS.get() - before;
    assert_eq!((view.counts.reserved, seats.len()), (4, 10));
    assert!(looks <= 2 * seats.len() as u64, "{looks} slots were looked at for 4 holds in 10 seats");
    let before = LOOKS.get();
    engine.event_snapshot(&event("large")).expect("known");
    assert_eq!(LOOKS.get() - before, 0, "standing places have counts, and no slots");
}
