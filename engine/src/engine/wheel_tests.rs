//! The wheel passes by what a caller is changing, and comes back to it.

use std::sync::Arc;
use std::time::Duration;

use super::Engine;
use crate::clock::{Clock, ManualClock, UnixMs};
use crate::command::{
    Caller, CreateEvent, CreatePayment, Currency, EventSettings, Money, Payee, PaymentMethod, ProcessPayment,
    Reserve, Scenario, SeatRequest, SetSale,
};
use crate::config::{Config, Driver};
use crate::error::{PaymentState, ReservationState, SaleState};
use crate::ids::{EventId, PaymentId, SeatId, UserId};
use crate::inventory::{Row, RowSeats, SeatMap, Section};
use crate::reply::Reserved;
use crate::testing::watched;

const SECONDS: u64 = 60;

fn event() -> EventId {
    EventId::new("show").expect("valid")
}

/// A hold with a payment in process whose outcome, a success, is due.
fn due_success() -> (Engine, Arc<ManualClock>, Reserved, PaymentId) {
    let clock = Arc::new(ManualClock::new(UnixMs::new(1_800_000_000_000)));
    let config =
        Config { driver: Driver::Manual, clock: Arc::clone(&clock) as Arc<dyn Clock>, ..Config::default() };
    let engine = Engine::in_memory(config).expect("an engine");
    let currency = Currency::new("KRW").expect("three letters");
    let seats =
        RowSeats::Numbered { prefix: "A-".into(), first_number: 1, step: 1, digits_min: 0, count: 10 };
    let row = Row { label: "A".into(), price_minor: 100, seats, ..Row::default() };
    let seats = SeatMap { sections: vec![Section::Seated { name: "stalls".into(), rows: vec![row] }] };
    let settings = EventSettings::new("a concert", currency);
    engine.create_event(CreateEvent::new(event(), settings, seats)).wait().expect("created");
    engine.set_sale(SetSale::new(event(), SaleState::Open)).wait().expect("open");
    let user = UserId::new("kim").expect("valid");
    let want = SeatRequest::Seats([SeatId::new("A-1").expect("valid")].into_iter().collect());
    let held = engine.reserve(Reserve::new(event(), user.clone(), want)).wait().expect("held");
    let create = CreatePayment::new(
        Payee::Reservation(held.id.into()),
        user,
        Money { minor: held.total_minor, currency },
        PaymentMethod::CreditCard,
        Scenario::Approve,
    );
    let payment = engine.create_payment(create).wait().expect("an intent").id;
    engine.process_payment(ProcessPayment::new(payment, Caller::Operator)).wait().expect("in process");
    clock.advance(Duration::from_secs(30));
    (engine, clock, held, payment)
}

fn assert_sold(engine: &Engine, clock: &ManualClock, held: &Reserved, payment: PaymentId) {
    clock.advance(Duration::from_millis(1));
    engine.turn();
    let state = engine.payment(payment, &Caller::Operator).wait().expect("known").state;
    assert_eq!(state, PaymentState::Completed, "the wheel has come back");
    let state = engine.reservation(&held.id.into(), &Caller::Operator).wait().expect("known").state;
    assert_eq!(state, ReservationState::Confirmed);
}

#[test]
fn a_payment_that_a_caller_is_changing_is_not_waited_for() {
    watched("a payment in a caller's hands", SECONDS, || {
        let (engine, clock, held, payment) = due_success();
        let slot = engine.core().state.payments.slot(payment.0.slot).expect("in use");
        let callers = slot.status.own(|_| true).expect("nothing else owns it");
        engine.turn();
        drop(callers);
        assert_sold(&engine, &clock, &held, payment);
    });
}

#[test]
fn a_reservation_that_a_caller_is_changing_is_not_waited_for() {
    watched("a reservation in a caller's hands", SECONDS, || {
        let (engine, clock, held, payment) = due_success();
        let slot = engine.core().state.reservations.slot(held.id.0.slot).expect("in use");
        let callers = slot.status.own(|_| true).expect("nothing else owns it");
        engine.turn();
        drop(callers);
        assert_sold(&engine, &clock, &held, payment);
    });
}
