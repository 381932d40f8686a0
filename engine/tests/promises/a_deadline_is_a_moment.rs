//! Claim: a deadline is a moment, not a sweep: what comes at or after it is refused although no timer has fired, and
//! what it frees can be had at once. In most of these tests nobody turns the wheel.

use std::time::Duration;

use crate::common::*;
use tacos_engine::views::{QueueState, SeatState};
use tacos_engine::{
    BlockSeats, Bound, Caller, CancelPayment, Engine, EventId, Expire, ExtensionDoubt, PaymentOutcome,
    PaymentState, Position, ProcessPayment, QueuePolicy, Refusal, ReservationState, Reserve, SaleState,
    SeatId, SeatMap, UpdateEvent, UpdateKind,
};

#[test]
fn at_its_end_a_hold_can_neither_be_confirmed_nor_kept() {
    let (engine, clock) = small_sale();
    let hold = |seat| reserve(&engine, "kim", seats(&[seat])).expect("held");
    let [confirmed, released, extended, paid] = ["R1-1", "R1-2", "R1-3", "R1-4"].map(hold);
    let last_moment = hold("R1-5");
    clock.advance(Duration::from_millis(59_999));
    confirm(&engine, last_moment.id).expect("a millisecond before the end");
    clock.advance(Duration::from_millis(1));
    assert_eq!(
        engine.reservation(&paid.id.into(), &Caller::Operator).wait().expect("known").state,
        ReservationState::Expired
    );
    assert_eq!(refused(confirm(&engine, confirmed.id)), Refusal::ReservationExpired);
    assert_eq!(refused(release(&engine, released.id)), Refusal::ReservationExpired);
    assert_eq!(refused(extend(&engine, extended.id, Duration::from_secs(1))), Refusal::ReservationExpired);
    let late = engine.create_payment(payment_command(&paid, "kim", tacos_engine::Scenario::Approve)).wait();
    assert_eq!(refused(late), Refusal::ReservationExpired);
}

#[test]
fn at_its_end_a_holds_seats_are_anybodys() {
    let (engine, clock) = small_sale();
    let held = reserve(&engine, "kim", best(10)).expect("the whole first row");
    clock.advance(Duration::from_millis(59_999));
    let shown = |engine: &Engine| engine.seats(&event(), 0, 1).expect("known")[0].state;
    assert_eq!(shown(&engine), SeatState::Reserved);
    assert!(matches!(refused(reserve(&engine, "lee", seats(&["R1-3"]))), Refusal::SeatsTaken(_)));
    clock.advance(Duration::from_millis(1));
    assert_eq!(shown(&engine), SeatState::Available, "nobody looked at it yet, and it is shown as free");
    reserve(&engine, "lee", seats(&["R1-3"])).expect("named");
    let rest = engine.reservation(&held.id.into(), &Caller::Operator).wait().expect("known");
    assert_eq!(rest.state, ReservationState::Expired);
    reserve(&engine, "lee", best(7)).expect("the other seats of the hold came back with it");
}

#[test]
fn a_search_and_an_operator_find_what_has_lapsed() {
    let (engine, clock) = small_sale();
    reserve(&engine, "kim", best(10)).expect("held");
    reserve(&engine, "kim", best(10)).expect("held");
    assert_eq!(refused(reserve(&engine, "lee", best(1))), Refusal::Insufficient { wanted: 1, available: 0 });
    clock.advance(Duration::from_secs(60));
    let block = BlockSeats::new(event(), vec![SeatId::new("R2-10").expect("valid")], true);
    engine.block_seats(block).wait().expect("its hold has lapsed");
    assert_eq!(reserve(&engine, "lee", best(10)).expect("held").places.len(), 10);
    assert_eq!(reserve(&engine, "lee", best(9)).expect("held").places.len(), 9);
    let counts = engine.counts(&event()).expect("known");
    assert_eq!((counts.reserved, counts.blocked, counts.available), (19, 1, 0));
}

#[test]
fn standing_places_come_back_at_their_moment() {
    let clock = clock();
    let engine = Engine::in_memory(by_hand(&clock)).expect("an engine");
    open_sale(&engine, SeatMap { sections: vec![floor(10)] });
    reserve(&engine, "kim", standing(10)).expect("held");
    clock.advance(Duration::from_millis(59_999));
    assert_eq!(
        refused(reserve(&engine, "lee", standing(1))),
        Refusal::Insufficient { wanted: 1, available: 0 }
    );
    clock.advance(Duration::from_millis(1));
    reserve(&engine, "lee", standing(10)).expect("all of them");
}

#[test]
fn an_extension_moves_the_moment_once() {
    let (engine, clock) = small_sale();
    let held = reserve(&engine, "kim", seats(&["R1-1"])).expect("held");
    let doubt = |answer| match refused(answer) {
        Refusal::ExtensionRefused(doubt) => doubt,
        other => panic!("{other:?}"),
    };
    let too_long = ExtensionDoubt::TooLong { extension_ms_max: 30_000 };
    assert_eq!(doubt(extend(&engine, held.id, Duration::from_millis(30_001))), too_long);
    assert!(matches!(refused(extend(&engine, held.id, Duration::ZERO)), Refusal::Invalid(_)));
    let extended = extend(&engine, held.id, Duration::from_secs(30)).expect("extended");
    assert_eq!(extended.expires_at, T0.plus_ms(90_000));
    assert_eq!(doubt(extend(&engine, held.id, Duration::from_secs(1))), ExtensionDoubt::AlreadyExtended);
    clock.advance(Duration::from_millis(89_999));
    engine.turn();
    assert!(matches!(refused(reserve(&engine, "lee", seats(&["R1-1"]))), Refusal::SeatsTaken(_)));
    clock.advance(Duration::from_millis(1));
    assert_eq!(refused(confirm(&engine, held.id)), Refusal::ReservationExpired);
}

#[test]
fn no_hold_lasts_longer_than_the_event_allows() {
    let clock = clock();
    let engine = Engine::in_memory(by_hand(&clock)).expect("an engine");
    let short = settings().with_hold_ms_max(80_000).with_extensions_max(5);
    create(&engine, event(), house(1, 10), short, None);
    open(&engine, event());
    let until = |ms| {
        let mut command = Reserve::new(event(), user("kim"), best(1));
        command.hold_until = Some(T0.plus_ms(ms));
        engine.reserve(command).wait()
    };
    assert_eq!(until(80_000).expect("just allowed").expires_at, T0.plus_ms(80_000));
    assert!(matches!(refused(until(80_001)), Refusal::Invalid(_)));
    assert!(matches!(refused(until(0)), Refusal::Invalid(_)), "a hold that is over when it begins");
    let held = reserve(&engine, "kim", best(1)).expect("held");
    extend(&engine, held.id, Duration::from_secs(20)).expect("to 80 s");
    let more = refused(extend(&engine, held.id, Duration::from_millis(1)));
    assert_eq!(more, Refusal::ExtensionRefused(ExtensionDoubt::PastMaximum));
}

#[test]
fn a_warning_comes_before_the_end_and_the_end_once() {
    let (engine, clock) = small_sale();
    let held = reserve(&engine, "kim", seats(&["R1-1"])).expect("held");
    let (mut reader, mut updates) = (engine.updates(engine.position()).expect("now"), Vec::new());
    let mut told = |engine: &Engine| {
        engine.turn();
        updates.clear();
        reader.read(&mut updates).expect("readable");
        updates.iter().map(|update| update.what.clone()).collect::<Vec<_>>()
    };
    clock.advance(Duration::from_millis(49_999));
    assert_eq!(told(&engine), []);
    clock.advance(Duration::from_millis(1));
    let warning =
        UpdateKind::HoldExpiring { id: held.id, user: Some(user("kim")), expires_at: held.expires_at };
    assert_eq!(told(&engine), [warning]);
    clock.advance(Duration::from_millis(9_999));
    assert_eq!(told(&engine), []);
    clock.advance(Duration::from_millis(1));
    let ended = told(&engine);
    let [UpdateKind::Reservation(change)] = ended.as_slice() else { panic!("{ended:?}") };
    assert_eq!((change.id, change.state), (held.id, ReservationState::Expired));
    clock.advance(Duration::from_secs(60));
    assert_eq!(told(&engine), []);
}

#[test]
fn an_outside_orchestrator_expires_what_is_due_and_nothing_else() {
    let (engine, clock) = small_sale();
    let held = reserve(&engine, "kim", seats(&["R1-1"])).expect("held");
    let sold = reserve(&engine, "kim", seats(&["R1-2"])).expect("held");
    confirm(&engine, sold.id).expect("sold");
    let expire = |id: tacos_engine::ReservationId| engine.expire(Expire::new(id)).wait();
    assert_eq!(refused(expire(held.id)), Refusal::NotDue(held.expires_at));
    clock.advance(Duration::from_secs(60));
    assert_eq!(expire(held.id).expect("due").state, ReservationState::Expired);
    assert_eq!(refused(expire(held.id)), Refusal::ReservationIs(ReservationState::Expired));
    assert_eq!(refused(expire(sold.id)), Refusal::ReservationIs(ReservationState::Confirmed));
}

#[test]
fn places_and_tokens_end_at_their_moment() {
    let clock = clock();
    let engine = Engine::in_memory(by_hand(&clock)).expect("an engine");
    open_line(&engine, QueuePolicy::default().with_inside_max(1));
    let (kim, lee) = (join(&engine, "kim").expect("joined"), join(&engine, "lee").expect("joined"));
    let admitted = ask(&engine, &kim).expect("kim's turn");
    assert_eq!(admitted.valid_until, T0.plus_ms(300_000));
    let with = |seat| Reserve::new(event(), user("kim"), seats(&[seat])).with_token(admitted.token);
    clock.advance(Duration::from_millis(299_999));
    let held = engine.reserve(with("R1-1")).wait().expect("the last moment");
    clock.advance(Duration::from_millis(1));
    assert_eq!(refused(engine.reserve(with("R1-2")).wait()), Refusal::TokenExpired);
    confirm(&engine, held.id).expect("the hold was made while the token was good");
    engine.turn();
    assert_eq!(engine.queue_place(&lee.token).expect("ours").state, QueueState::Ready);
}

#[test]
fn a_sale_begins_and_ends_at_its_moments() {
    let (engine, clock) = small_sale();
    let times = settings().with_sale_starts(Some(T0.plus_ms(1_000))).with_sale_ends(Some(T0.plus_ms(2_000)));
    engine.update_event(UpdateEvent::new(event(), times)).wait().expect("set");
    clock.advance(Duration::from_millis(999));
    assert_eq!(refused(reserve(&engine, "kim", best(1))), Refusal::SaleNotOpen(SaleState::Draft));
    clock.advance(Duration::from_millis(1));
    let held = reserve(&engine, "kim", best(1)).expect("open");
    clock.advance(Duration::from_millis(1_000));
    assert_eq!(refused(reserve(&engine, "kim", best(1))), Refusal::SaleNotOpen(SaleState::Closed));
    confirm(&engine, held.id).expect("a hold goes on");
}

#[test]
fn an_intent_ends_at_its_moment() {
    let (engine, clock) = small_sale();
    let mut long = Reserve::new(event(), user("kim"), seats(&["R1-1"]));
    long.hold_until = Some(T0.plus_ms(600_000));
    let held = engine.reserve(long).wait().expect("held");
    let paid = intent(&engine, &held, "kim");
    assert_eq!(paid.expires_at, T0.plus_ms(900_000));
    clock.advance(Duration::from_millis(900_000));
    assert_eq!(
        engine.payment(paid.id, &Caller::Operator).wait().expect("known").state,
        PaymentState::Expired
    );
    let expired = Refusal::PaymentIs(PaymentState::Expired);
    assert_eq!(refused(report(&engine, paid.id, PaymentOutcome::Completed)), expired);
    let cancel = CancelPayment::new(paid.id, Caller::Operator);
    assert_eq!(refused(engine.cancel_payment(cancel).wait()), expired);
    let process = ProcessPayment::new(paid.id, Caller::Operator);
    assert_eq!(refused(engine.process_payment(process).wait()), expired);
}

/// Ended reservations and payments are forgotten after their retention, and their slots are used again.
#[test]
fn what_ended_is_forgotten_after_its_retention() {
    let clock = clock();
    let config = by_hand(&clock).with_reservations_max(4).with_payments_max(4);
    let engine = Engine::in_memory(config).expect("an engine");
    open_sale(&engine, house(1, 10));
    let first = reserve(&engine, "kim", best(1)).expect("held");
    let paid = intent(&engine, &first, "kim");
    for _ in 0..3 {
        let other = reserve(&engine, "kim", best(1)).expect("held");
        release(&engine, other.id).expect("released");
    }
    assert_eq!(refused(reserve(&engine, "lee", best(1))), Refusal::AtCapacity(Bound::Reservations));
    // The hold ends after a minute and its intent after fifteen.
    for step_s in [60, 840, 2_699] {
        clock.advance(Duration::from_secs(step_s));
        engine.turn();
    }
    clock.advance(Duration::from_millis(999));
    engine.turn();
    assert_eq!(refused(reserve(&engine, "lee", best(1))), Refusal::AtCapacity(Bound::Reservations));
    clock.advance(Duration::from_millis(1));
    engine.turn();
    for _ in 0..3 {
        reserve(&engine, "lee", best(1)).expect("three slots came back");
    }
    assert!(engine.reservation(&first.id.into(), &Caller::Operator).wait().is_ok());
    clock.advance(Duration::from_secs(60));
    engine.turn();
    assert_eq!(
        refused(engine.reservation(&first.id.into(), &Caller::Operator).wait()),
        Refusal::UnknownReservation
    );
    assert!(engine.payment(paid.id, &Caller::Operator).wait().is_ok());
    let page = engine.reservations(&user("kim"), None, None, None, 10).wait().expect("a page");
    assert_eq!(page.items, []);
    clock.advance(Duration::from_secs(840));
    engine.turn();
    assert_eq!(refused(engine.payment(paid.id, &Caller::Operator).wait()), Refusal::UnknownPayment);
    assert_eq!(engine.updates(Position::ZERO).map(drop), Ok(()));
}

#[test]
fn only_what_still_holds_its_seats_is_listed_as_held() {
    let (engine, clock) = small_sale();
    create(&engine, EventId::new("other").expect("valid"), house(1, 5), settings(), None);
    let [kept, given_back, sold] =
        ["kim", "lee", "park"].map(|who| reserve(&engine, who, best(1)).expect("held").id);
    release(&engine, given_back).expect("released");
    confirm(&engine, sold).expect("confirmed");
    assert_eq!(engine.operator().held_reservations(&event()), Ok(vec![kept]));
    let other = EventId::new("other").expect("valid");
    assert_eq!(engine.operator().held_reservations(&other), Ok(Vec::new()), "of another event");
    assert_eq!(
        engine.operator().held_reservations(&EventId::new("nobody").expect("valid")),
        Err(Refusal::UnknownEvent)
    );
    clock.advance(Duration::from_secs(60));
    assert_eq!(
        engine.operator().held_reservations(&event()),
        Ok(Vec::new()),
        "lapsed, though no timer fired"
    );
}
