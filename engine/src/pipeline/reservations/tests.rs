//! Claim: a record that does not follow from the hold that it names is refused by replay, and no such record ends in a
//! panic.

use super::{Changes, Confirmed, Ended, PartReleased, State};
use crate::clock::UnixMs;
use crate::command::{Best, CreateEvent, Currency, EventSettings, Reserve, SeatRequest, SetSale};
use crate::config::{Config, Driver};
use crate::engine::Engine;
use crate::error::{ReservationState, SaleState};
use crate::ids::{EventId, SectionId, SlotId, UserId};
use crate::inventory::{PackedPlace, SeatMap, Section};
use crate::pipeline::fact::{Fact, Stamp};
use crate::record::Change;

/// An engine in which two customers hold standing places: the first one three of floor.
fn two_holds() -> (Engine, SlotId) {
    let engine =
        Engine::in_memory(Config { driver: Driver::Manual, ..Config::default() }).expect("an engine");
    let event = EventId::new("show").expect("valid");
    let floor = |name: &str| Section::General { name: name.into(), capacity: 10, price_minor: 1 };
    let create = CreateEvent {
        event: event.clone(),
        settings: EventSettings::new("a concert", Currency::new("KRW").expect("three letters")),
        seats: SeatMap { sections: vec![floor("floor"), floor("balcony")] },
        queue: None,
        key: None,
    };
    engine.create_event(create).wait().expect("created");
    engine
        .set_sale(SetSale { event: event.clone(), state: SaleState::Open, key: None })
        .wait()
        .expect("open");
    let hold = |user: &str, count: u32| {
        let section = Some(SectionId::new("floor").expect("valid"));
        let want = SeatRequest::Best(Best { section, ..Best::of(count) });
        let user = UserId::new(user).expect("valid");
        engine.reserve(Reserve::new(event.clone(), user, want)).wait().expect("held").id
    };
    let (first, _) = (hold("kim", 3), hold("lee", 4));
    (engine, first.0)
}

fn standing(section: u16, count: u16) -> Changes {
    [Change { place: PackedPlace::general(section, count), version: 0 }].into_iter().collect()
}

fn refused(state: &State, fact: &impl Fact) -> bool {
    fact.replay(state, Stamp { end: 1 << 20, at: UnixMs::new(1_800_000_000_000) }).is_err()
}

#[test]
fn more_places_than_the_hold_has_are_never_given_back_or_sold() {
    for changes in [standing(0, 4), standing(0, 7), standing(1, 1)] {
        let (engine, id) = two_holds();
        let (state, event) = (&engine.core().state, 0);
        let part = PartReleased { id, event, changes: changes.clone(), total_minor: 1, key: None };
        assert!(refused(state, &part), "a part of {changes:?}");
    }
    for changes in [standing(0, 2), standing(0, 4), standing(1, 3)] {
        let (engine, id) = two_holds();
        let (state, event) = (&engine.core().state, 0);
        let ended =
            Ended { id, event, state: ReservationState::Cancelled, changes: changes.clone(), key: None };
        assert!(refused(state, &ended), "the end of {changes:?}");
        let (engine, id) = two_holds();
        let state = &engine.core().state;
        let sold = Confirmed {
            id,
            event,
            payment: None,
            ticket: None,
            changes: changes.clone(),
            total_minor: 1,
            key: None,
        };
        assert!(refused(state, &sold), "the sale of {changes:?}");
    }
}
