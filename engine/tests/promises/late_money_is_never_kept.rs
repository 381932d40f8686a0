//! Claim: money that comes after its hold expired either buys the same seats, if they are still free and the policy is
//! so, or goes back, and the result says which. Refunds put seats back on sale when they are whole, and only then.

use std::time::Duration;

use crate::common::*;
use tacos_engine::{
    Caller, CancelPayment, Engine, Failure, LatePayment, PaymentChanged, PaymentEffect, PaymentId,
    PaymentOutcome, PaymentState, Refusal, ReservationState, UpdateKind,
};

fn refund(engine: &Engine, payment: PaymentId, refund_minor: Option<i64>) -> Result<PaymentChanged, Failure> {
    engine
        .cancel_payment(CancelPayment::new(payment, Caller::Operator).with_refund_minor(refund_minor))
        .wait()
}

fn state(engine: &Engine, held: &tacos_engine::Reserved) -> ReservationState {
    engine.reservation(&held.id.into(), &Caller::Operator).wait().expect("known").state
}

fn last_update(engine: &Engine, from: tacos_engine::Position) -> UpdateKind {
    let (mut reader, mut updates) = (engine.updates(from).expect("kept"), Vec::new());
    reader.read(&mut updates).expect("readable");
    updates.pop().expect("an update").what
}

#[test]
fn in_time_it_confirms_without_anybody_asking() {
    let (engine, _) = small_sale();
    let held = reserve(&engine, "kim", best(3)).expect("held");
    let paid = intent(&engine, &held, "kim");
    let done = report(&engine, paid.id, PaymentOutcome::Completed).expect("settled");
    assert_eq!(
        (done.state, done.effect, done.refunded_minor),
        (PaymentState::Completed, PaymentEffect::Confirmed, 0)
    );
    assert_eq!(state(&engine, &held), ReservationState::Confirmed);
    assert_eq!(engine.counts(&event()).expect("known").sold, 3);
}

#[test]
fn a_failed_payment_gives_the_seats_back() {
    let (engine, _) = small_sale();
    let held = reserve(&engine, "kim", best(3)).expect("held");
    let paid = intent(&engine, &held, "kim");
    let done = report(&engine, paid.id, PaymentOutcome::Failed).expect("settled");
    assert_eq!((done.state, done.effect), (PaymentState::Failed, PaymentEffect::Released));
    assert_eq!(state(&engine, &held), ReservationState::Failed);
    assert_eq!(engine.counts(&event()).expect("known").available, 20);
}

#[test]
fn late_money_takes_the_same_seats_again_if_all_are_free() {
    let (engine, clock) = small_sale();
    let held = reserve(&engine, "kim", seats(&["R1-3", "R1-4"])).expect("held");
    let paid = intent(&engine, &held, "kim");
    clock.advance(Duration::from_secs(61));
    engine.turn();
    assert_eq!(state(&engine, &held), ReservationState::Expired);
    let from = engine.position();
    let done = report(&engine, paid.id, PaymentOutcome::Completed).expect("settled");
    assert_eq!(
        (done.state, done.effect, done.refunded_minor),
        (PaymentState::Completed, PaymentEffect::Retaken, 0)
    );
    let found = engine.reservation(&held.id.into(), &Caller::Operator).wait().expect("known");
    assert_eq!((found.state, found.places), (ReservationState::Confirmed, held.places));
    let UpdateKind::Payment(told) = last_update(&engine, from) else { panic!("a payment's update") };
    assert_eq!(
        (told.effect, told.reservation.expect("changed").state),
        (PaymentEffect::Retaken, ReservationState::Confirmed)
    );
}

#[test]
fn late_money_goes_back_if_one_seat_is_gone() {
    let (engine, clock) = small_sale();
    let held = reserve(&engine, "kim", seats(&["R1-3", "R1-4"])).expect("held");
    let paid = intent(&engine, &held, "kim");
    clock.advance(Duration::from_secs(61));
    reserve(&engine, "lee", seats(&["R1-4"])).expect("free again");
    let from = engine.position();
    let done = report(&engine, paid.id, PaymentOutcome::Completed).expect("settled");
    assert_eq!(
        (done.state, done.effect, done.refunded_minor, done.refund_number),
        (PaymentState::Refunded, PaymentEffect::PaidBack, 10_000, 1)
    );
    assert_eq!(state(&engine, &held), ReservationState::Expired);
    let counts = engine.counts(&event()).expect("known");
    assert_eq!((counts.reserved, counts.sold, counts.available), (1, 0, 19), "R1-3 was not taken along");
    let UpdateKind::Payment(told) = last_update(&engine, from) else { panic!("a payment's update") };
    assert_eq!((told.effect, told.refunded_minor), (PaymentEffect::PaidBack, 10_000), "an update says so");
}

#[test]
fn by_policy_late_money_always_goes_back() {
    let clock = clock();
    let config = by_hand(&clock).with_late_payment(LatePayment::Refund);
    let engine = Engine::in_memory(config).expect("an engine");
    open_sale(&engine, house(2, 10));
    let held = reserve(&engine, "kim", best(2)).expect("held");
    let paid = intent(&engine, &held, "kim");
    clock.advance(Duration::from_secs(60));
    let done = report(&engine, paid.id, PaymentOutcome::Completed).expect("settled");
    assert_eq!((done.state, done.effect), (PaymentState::Refunded, PaymentEffect::PaidBack));
    assert_eq!(engine.counts(&event()).expect("known").available, 20);
}

#[test]
fn money_for_a_cancelled_hold_goes_back() {
    let (engine, _) = small_sale();
    let held = reserve(&engine, "kim", best(2)).expect("held");
    let paid = intent(&engine, &held, "kim");
    release(&engine, held.id).expect("cancelled");
    let done = report(&engine, paid.id, PaymentOutcome::Completed).expect("settled");
    assert_eq!((done.state, done.effect), (PaymentState::Refunded, PaymentEffect::PaidBack));
    assert_eq!(
        state(&engine, &held),
        ReservationState::Cancelled,
        "the customer gave it up and does not get it"
    );
}

#[test]
fn a_retaken_seat_counts_for_its_owner() {
    let clock = clock();
    let engine = Engine::in_memory(by_hand(&clock)).expect("an engine");
    let tight = settings().with_seats_per_user_max(Some(2));
    create(&engine, event(), house(2, 10), tight, None);
    open(&engine, event());
    let held = reserve(&engine, "kim", best(2)).expect("held");
    let paid = intent(&engine, &held, "kim");
    clock.advance(Duration::from_secs(61));
    engine.turn();
    report(&engine, paid.id, PaymentOutcome::Completed).expect("settled");
    assert_eq!(refused(reserve(&engine, "kim", best(1))), Refusal::QuotaExceeded { seats_max: 2, seats: 2 });
    refund(&engine, paid.id, None).expect("paid back");
    reserve(&engine, "kim", best(2)).expect("the refund gave the seats back");
}

#[test]
fn refunds_add_up_and_the_last_one_puts_the_seats_back() {
    let (engine, _) = small_sale();
    let held = reserve(&engine, "kim", best(2)).expect("held");
    let paid = intent(&engine, &held, "kim");
    report(&engine, paid.id, PaymentOutcome::Completed).expect("settled");
    let part = refund(&engine, paid.id, Some(4_000)).expect("a part");
    assert_eq!(
        (part.state, part.effect, part.refunded_minor, part.refund_number),
        (PaymentState::Completed, PaymentEffect::None, 4_000, 1)
    );
    assert_eq!(state(&engine, &held), ReservationState::Confirmed);
    assert_eq!(refused(refund(&engine, paid.id, Some(6_001))), Refusal::RefundTooLarge { left_minor: 6_000 });
    for nonsense in [0, -1] {
        assert!(matches!(refused(refund(&engine, paid.id, Some(nonsense))), Refusal::Invalid(_)));
    }
    let rest = refund(&engine, paid.id, None).expect("the rest");
    assert_eq!(
        (rest.state, rest.effect, rest.refunded_minor, rest.refund_number),
        (PaymentState::Refunded, PaymentEffect::Released, 6_000, 2)
    );
    assert_eq!(state(&engine, &held), ReservationState::Refunded);
    assert_eq!(engine.counts(&event()).expect("known").available, 20);
    assert_eq!(refused(refund(&engine, paid.id, None)), Refusal::PaymentIs(PaymentState::Refunded));
}

#[test]
fn the_amount_must_be_the_reservations() {
    let (engine, _) = small_sale();
    let held = reserve(&engine, "kim", best(2)).expect("held");
    let with = |minor, currency| {
        let mut command = payment_command(&held, "kim", tacos_engine::Scenario::Outside);
        command.amount = tacos_engine::Money { minor, currency };
        engine.create_payment(command).wait()
    };
    assert!(matches!(refused(with(9_999, krw())), Refusal::Invalid(_)));
    assert!(matches!(refused(with(-1, krw())), Refusal::Invalid(_)));
    let euro = tacos_engine::Currency::new("EUR").expect("three letters");
    assert!(matches!(refused(with(10_000, euro)), Refusal::Invalid(_)));
    with(10_000, krw()).expect("an intent");
    assert_eq!(refused(with(10_000, krw())), Refusal::PaymentExists);
}
