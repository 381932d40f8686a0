//! What is being paid for stays as it is: no part of a hold is given back while a payment for all of it is under way.

use crate::common::*;
use tacos_engine::{Caller, CancelPayment, Engine, PaymentEffect, PaymentOutcome, Refusal, ReservationState};

#[test]
fn a_part_is_not_given_back_while_all_is_paid_for() {
    let (engine, _) = small_sale();
    let held = reserve(&engine, "kim", seats(&["R1-1", "R1-2"])).expect("held");
    let first = intent(&engine, &held, "kim").id;
    let part = || {
        let seats = vec![tacos_engine::SeatId::new("R1-2").expect("valid")];
        engine.release(release_command(held.id).with_seats(seats.into())).wait()
    };
    assert_eq!(refused(part()), Refusal::PaymentExists);
    assert_eq!(total(&engine, held.id), 10_000);

    engine.cancel_payment(CancelPayment::new(first, Caller::Operator)).wait().expect("called off");
    assert_eq!(part().expect("nobody pays for it any more").state, ReservationState::Pending);
    let mut rest = held.clone();
    rest.total_minor = total(&engine, held.id);
    let second = intent(&engine, &rest, "kim").id;
    assert_eq!(
        report(&engine, second, PaymentOutcome::Completed).expect("taken").effect,
        PaymentEffect::Confirmed
    );
    assert_eq!(
        engine.payment(second, &Caller::Operator).wait().expect("known").amount.minor,
        total(&engine, held.id)
    );
}

#[test]
fn the_whole_is_given_back_though_it_is_being_paid_for() {
    let (engine, _) = small_sale();
    let held = reserve(&engine, "kim", seats(&["R1-1", "R1-2"])).expect("held");
    let payment = intent(&engine, &held, "kim").id;
    release(&engine, held.id).expect("given up");
    assert_eq!(
        report(&engine, payment, PaymentOutcome::Completed).expect("too late").effect,
        PaymentEffect::PaidBack
    );
}

fn total(engine: &Engine, id: tacos_engine::ReservationId) -> i64 {
    engine.reservation(&id.into(), &Caller::Operator).wait().expect("known").total.minor
}
