//! Correctness never depends on a timer being on time: what has run out is in nobody's way, though nothing fired.

use std::time::Duration;

use crate::common::*;
use tacos_engine::{Caller, Engine, Failure, PaymentEffect, PaymentOutcome, PaymentState, Refusal};

#[test]
fn a_lapsed_hold_does_not_count_against_its_user() {
    let clock = clock();
    let engine = Engine::in_memory(by_hand(&clock)).expect("an engine");
    let settings = settings().with_seats_per_user_max(Some(2));
    create(&engine, event(), house(1, 10), settings, None);
    open(&engine, event());
    reserve(&engine, "kim", seats(&["R1-1", "R1-2"])).expect("held");
    let refused = reserve(&engine, "kim", seats(&["R1-3"]));
    assert_eq!(refused, Err(Failure::Refused(Refusal::QuotaExceeded { seats_max: 2, seats: 2 })));
    clock.advance(Duration::from_secs(60));
    reserve(&engine, "kim", seats(&["R1-3"])).expect("the first hold is over, whether or not a timer fired");
}

#[test]
fn a_lapsed_payment_does_not_keep_the_next_one_out() {
    let clock = clock();
    let config = by_hand(&clock).with_payment_ttl(Duration::from_secs(5));
    let engine = Engine::in_memory(config).expect("an engine");
    open_sale(&engine, house(1, 10));
    let held = reserve(&engine, "kim", seats(&["R1-1"])).expect("held");
    let first = intent(&engine, &held, "kim").id;
    let second =
        || engine.create_payment(payment_command(&held, "kim", tacos_engine::Scenario::Outside)).wait();
    clock.advance(Duration::from_millis(4_999));
    assert_eq!(refused(second()), Refusal::PaymentExists);
    clock.advance(Duration::from_millis(1));
    let second = second().expect("the first one's life is over, whether or not a timer fired").id;
    engine.turn();
    assert_eq!(engine.payment(first, &Caller::Operator).wait().expect("known").state, PaymentState::Expired);
    let paid = report(&engine, second, PaymentOutcome::Completed).expect("taken");
    assert_eq!(paid.effect, PaymentEffect::Confirmed);
}
