//! Read this first: one customer, from the waiting line to a confirmed seat, and what becomes of it over a restart.
//! Time stands still except where the test lets it pass.

use std::sync::Arc;
use std::time::Duration;

use tacos_engine::{
    Caller, Config, Confirm, CreateEvent, CreatePayment, Currency, Driver, Engine, EventId, EventSettings,
    Failure, IdempotencyKey, JoinQueue, ManualClock, Money, Payee, PaymentEffect, PaymentMethod,
    PaymentState, Proof, QueuePolicy, Refusal, Release, RequestAdmission, ReservationRef, ReservationState,
    Reserve, Row, RowSeats, SaleState, Scenario, SeatId, SeatMap, SeatRequest, Section, SessionId, SetSale,
    UnixMs, UserId,
};

struct House {
    folder: tempfile::TempDir,
    clock: Arc<ManualClock>,
}

impl House {
    fn new() -> Self {
        let clock = Arc::new(ManualClock::new(UnixMs::new(1_800_000_000_000)));
        Self { folder: tempfile::tempdir().expect("a folder"), clock }
    }

    fn open(&self) -> Engine {
        let config = Config::default().with_driver(Driver::Manual).with_clock(self.clock.clone());
        Engine::open(self.folder.path(), config).expect("the folder opens")
    }
}

fn event() -> EventId {
    EventId::new("evt_2025_1001").expect("valid")
}

fn user(name: &str) -> UserId {
    UserId::new(name).expect("valid")
}

fn seat(label: &str) -> SeatRequest {
    SeatRequest::Seats([SeatId::new(label).expect("valid")].into_iter().collect())
}

/// Two rows of ten seats, a waiting line, and the sale open.
fn open_sale(engine: &Engine) {
    let row = |label: &str| Row {
        label: label.into(),
        price_minor: 5_000,
        seats: RowSeats::Numbered {
            prefix: format!("{label}-"),
            first_number: 1,
            step: 1,
            digits_min: 0,
            count: 10,
        },
        ..Row::default()
    };
    let stalls = Section::Seated { name: "stalls".into(), rows: vec![row("A"), row("B")] };
    engine
        .create_event(
            CreateEvent::new(
                event(),
                EventSettings::new("A concert", Currency::new("KRW").expect("valid")),
                SeatMap { sections: vec![stalls] },
            )
            .with_queue(QueuePolicy::default()),
        )
        .wait()
        .expect("created");
    engine.set_sale(SetSale::new(event(), SaleState::Open)).wait().expect("opened");
}

#[test]
fn one_customer_from_the_line_to_a_seat_that_survives_a_restart() {
    let house = House::new();
    let engine = house.open();
    open_sale(&engine);

    // The line: nobody is ahead, so it is kim's turn at once.
    let join =
        JoinQueue::new(event()).with_session(SessionId::new("tab-1").expect("valid")).with_user(user("kim"));
    let joined = engine.join_queue(join.clone()).wait().expect("joined");
    assert!(engine.join_queue(join).wait().expect("the same place").again);
    let ask = RequestAdmission::new(joined.token).with_event(event()).with_user(user("kim"));
    let admitted = engine.request_admission(ask).wait().expect("let in");

    // Without the token nobody reserves; with it the seat is held for sixty seconds.
    let reserve = Reserve::new(event(), user("kim"), seat("A-7"));
    let refused = engine.reserve(reserve.clone()).wait();
    assert_eq!(refused, Err(Failure::Refused(Refusal::UnknownToken)));
    let key = IdempotencyKey::new("order-1").expect("valid");
    let reserve = reserve.with_token(admitted.token).with_key(key);
    let held = engine.reserve(reserve.clone()).wait().expect("held");
    assert_eq!(engine.reserve(reserve.clone()).wait().expect("the same answer"), held, "a retry acts once");
    assert_eq!(held.expires_at, engine.now().plus(Duration::from_secs(60)));

    // Payment: processed by itself, and its success confirms the reservation.
    let paid = engine
        .create_payment(CreatePayment::new(
            Payee::Reservation(held.id.into()),
            user("kim"),
            Money { minor: held.total_minor, currency: Currency::new("KRW").expect("valid") },
            PaymentMethod::CreditCard,
            Scenario::Approve,
        ))
        .wait()
        .expect("intent");
    for _ in 0..6 {
        house.clock.advance(Duration::from_secs(1));
        engine.turn();
    }
    let payment = engine.payment(paid.id, &Caller::Operator).wait().expect("known");
    assert_eq!((payment.state, payment.effect), (PaymentState::Completed, PaymentEffect::Confirmed));
    let confirm = Confirm::new(held.id, user("kim"), Proof::Intent(paid.id));
    let order = engine.confirm(confirm).wait().expect("confirmed").id.order();
    assert!(order.to_string().starts_with("ord_"));

    // Everything is there after a restart, the remembered answer too.
    let digest = engine.digest();
    engine.close().expect("closed");
    drop(engine);
    let engine = house.open();
    assert_eq!(engine.digest(), digest);
    let found = engine
        .reservation(&ReservationRef::Id(held.id), &Caller::User(user("kim").clone()))
        .wait()
        .expect("known");
    assert_eq!(found.state, ReservationState::Confirmed);
    assert_eq!(engine.reserve(reserve).wait().expect("the same answer"), held);
    let counts = engine.counts(&event()).expect("known");
    assert_eq!((counts.available, counts.reserved, counts.sold, counts.total), (19, 0, 1, 20));
}

#[test]
fn a_hold_that_is_not_paid_gives_its_seat_to_the_next() {
    let house = House::new();
    let engine = house.open();
    open_sale(&engine);
    let reserve = |who: &str| {
        let mut command = Reserve::new(event(), user(who), seat("A-7"));
        command.trusted = true;
        engine.reserve(command).wait()
    };
    let first = reserve("kim").expect("held");
    house.clock.advance(Duration::from_millis(59_999));
    assert_eq!(reserve("lee"), Err(Failure::Refused(Refusal::SeatsTaken(Box::new(["A-7".to_owned()])))));
    // The moment of expiry: the seat can be had although no timer has fired.
    house.clock.advance(Duration::from_millis(1));
    reserve("lee").expect("held by the next");
    let found = engine.reservation(&first.id.into(), &Caller::Operator).wait().expect("known");
    assert_eq!(found.state, ReservationState::Expired);
}

#[test]
fn standing_places_are_named_by_their_section() {
    let house = House::new();
    let engine = house.open();
    let floor = Section::General { name: "floor".into(), capacity: 5, price_minor: 3_000 };
    engine
        .create_event(CreateEvent::new(
            event(),
            EventSettings::new("A concert", Currency::new("KRW").expect("valid")),
            SeatMap { sections: vec![floor] },
        ))
        .wait()
        .expect("created");
    engine.set_sale(SetSale::new(event(), SaleState::Open)).wait().expect("opened");
    let places = |count: usize| (0..count).map(|_| SeatId::new("floor").expect("valid")).collect::<Vec<_>>();
    let held = engine
        .reserve(Reserve::new(event(), user("kim"), SeatRequest::Seats(places(4).into())))
        .wait()
        .expect("held");
    assert_eq!(held.total_minor, 12_000);
    let refused =
        engine.reserve(Reserve::new(event(), user("lee"), SeatRequest::Seats(places(2).into()))).wait();
    assert_eq!(refused, Err(Failure::Refused(Refusal::Insufficient { wanted: 2, available: 1 })));
    let one = Release::new(held.id, Caller::Operator).with_seats(places(1).into());
    assert_eq!(engine.release(one).wait().expect("one given back").state, ReservationState::Pending);
    let digest = engine.digest();
    drop(engine);
    let engine = house.open();
    assert_eq!(engine.digest(), digest);
    let counts = engine.counts(&event()).expect("known");
    assert_eq!((counts.available, counts.reserved), (2, 3));
}
