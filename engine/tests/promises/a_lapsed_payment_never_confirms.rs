//! Claim: a payment that was shown as expired, or passed over for another one, never confirms, also when its report had looked at
//! the clock before; and the refund of the payment that confirmed always gives the seats back.

use std::sync::Arc;
use std::time::Duration;

use crate::common::*;
use tacos_engine::views::SeatState;
use tacos_engine::{
    Caller, CancelPayment, Clock, Driver, Engine, PaymentChanged, PaymentEffect, PaymentOutcome,
    PaymentState, Refusal, ReservationState, Reserved, Scenario, UnixMs,
};
use tacos_testing::HoldingClock;

const TTL: Duration = Duration::from_secs(5);

/// A hold that lasts longer than the payment for it.
fn sale() -> (Engine, Arc<HoldingClock>, Reserved, PaymentChanged) {
    let clock = Arc::new(HoldingClock::new(T0));
    let shown = Arc::clone(&clock) as Arc<dyn Clock>;
    let config = config()
        .with_clock(shown)
        .with_driver(Driver::Manual)
        .with_payment_ttl(TTL)
        .with_payment_time_permille(500);
    let engine = Engine::in_memory(config).expect("an engine");
    create(&engine, event(), house(1, 10), settings().with_hold_ms(60_000), None);
    open(&engine, event());
    let held = reserve(&engine, "kim", seats(&["R1-1"])).expect("free");
    let payment = intent(&engine, &held, "kim");
    (engine, clock, held, payment)
}

fn over() -> UnixMs {
    T0.plus(TTL)
}

fn by_id(engine: &Engine, payment: &PaymentChanged) -> PaymentState {
    engine.payment(payment.id, &Caller::Operator).wait().expect("known").state
}

fn in_a_list(engine: &Engine, _: &PaymentChanged) -> PaymentState {
    engine.payments(&user("kim"), None, None, None, 10).wait().expect("known").items[0].state
}

#[test]
fn a_payment_shown_as_expired_takes_no_report() {
    for look in [by_id as fn(&Engine, &PaymentChanged) -> PaymentState, in_a_list] {
        for outcome in [PaymentOutcome::Completed, PaymentOutcome::Failed] {
            let (engine, clock, held, payment) = sale();
            let told = clock.overtake(
                "a report and a look",
                over(),
                || report(&engine, payment.id, outcome),
                || look(&engine, &payment),
            );
            assert_eq!(told.second, PaymentState::Expired);
            assert_eq!(refused(told.first), Refusal::PaymentIs(PaymentState::Expired));
            assert_eq!(look(&engine, &payment), PaymentState::Expired);
            let held = engine.reservation(&held.id.into(), &Caller::Operator).wait().expect("known");
            assert_eq!(held.state, ReservationState::Pending, "the hold goes on without it");
        }
    }
}

#[test]
fn a_payment_passed_over_for_another_takes_no_report_and_the_refund_of_the_other_frees_the_seats() {
    let (engine, clock, held, first) = sale();
    let told = clock.overtake(
        "a report and the next payment",
        over(),
        || report(&engine, first.id, PaymentOutcome::Completed),
        || engine.create_payment(payment_command(&held, "kim", Scenario::Outside)).wait(),
    );
    let second = told.second.expect("the first one's life is over");
    assert_eq!(refused(told.first), Refusal::PaymentIs(PaymentState::Expired));
    let paid = report(&engine, second.id, PaymentOutcome::Completed).expect("in time");
    assert_eq!(paid.effect, PaymentEffect::Confirmed);
    let view = engine.reservation(&held.id.into(), &Caller::Operator).wait().expect("known");
    assert_eq!((view.state, view.payment), (ReservationState::Confirmed, Some(second.id)));
    let back = CancelPayment::new(second.id, Caller::Operator);
    let back = engine.cancel_payment(back).wait().expect("paid");
    assert_eq!((back.state, back.effect), (PaymentState::Refunded, PaymentEffect::Released));
    assert_eq!(engine.seats(&event(), 0, 1).expect("known")[0].state, SeatState::Available);
}

#[test]
fn the_time_thread_starts_no_payment_that_was_shown_as_expired() {
    let (engine, clock, held, first) = sale();
    report(&engine, first.id, PaymentOutcome::Failed).expect("in time");
    assert_eq!(
        engine.reservation(&held.id.into(), &Caller::Operator).wait().expect("known").state,
        ReservationState::Failed
    );
    let held = reserve(&engine, "kim", seats(&["R1-2"])).expect("free");
    let simulated = engine.create_payment(payment_command(&held, "kim", Scenario::Approve)).wait();
    let simulated = simulated.expect("a pending hold");
    // The turn's look at the clock is between the moment of starting and the end of the intent's life.
    clock.advance_to(T0.plus_ms(300));
    let told = clock.overtake(
        "a turn and a look",
        over().plus_ms(1),
        || engine.turn().fired,
        || by_id(&engine, &simulated),
    );
    assert_eq!(told.second, PaymentState::Expired);
    engine.turn();
    assert_eq!(by_id(&engine, &simulated), PaymentState::Expired);
}
