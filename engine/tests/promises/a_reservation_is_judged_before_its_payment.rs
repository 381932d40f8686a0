//! A confirmation first asks whether the reservation can still be sold, then whether the payment pays for it: a hold
//! that is over is refused for its own sake, even by an intent that is unknown or somebody else's.

use crate::common::*;
use tacos_engine::{
    Confirm, Engine, PaymentDoubt, PaymentId, PaymentState, Proof, Refusal, ReservationId, ReservationState,
};

/// An intent that no engine has given out: its slot is beyond every table.
fn nobodys() -> PaymentId {
    PaymentId::from_bytes([0xff; 16])
}

fn refusal(engine: &Engine, id: ReservationId, who: &str, payment: PaymentId) -> Refusal {
    let command = Confirm::new(id, user(who), Proof::Intent(payment));
    refused(engine.confirm(command).wait())
}

#[test]
fn what_is_over_is_refused_as_such_whatever_pays() {
    let (engine, clock) = small_sale();
    let cancelled = reserve(&engine, "kim", seats(&["R1-1"])).expect("held");
    let sold = reserve(&engine, "kim", seats(&["R1-2"])).expect("held");
    let lapsed = reserve(&engine, "kim", seats(&["R1-3"])).expect("held");
    let foreign = intent(&engine, &lapsed, "kim").id;
    release(&engine, cancelled.id).expect("given up");
    confirm(&engine, sold.id).expect("sold");
    clock.advance_to(lapsed.expires_at);
    for payment in [nobodys(), foreign] {
        let over = |id| refusal(&engine, id, "kim", payment);
        assert_eq!(over(cancelled.id), Refusal::ReservationIs(ReservationState::Cancelled));
        assert_eq!(over(sold.id), Refusal::ReservationIs(ReservationState::Confirmed));
        assert_eq!(over(lapsed.id), Refusal::ReservationExpired);
    }
}

#[test]
fn existence_and_owner_come_before_everything() {
    let (engine, _) = small_sale();
    let held = reserve(&engine, "kim", seats(&["R1-1"])).expect("held");
    assert_eq!(refusal(&engine, held.id, "lee", nobodys()), Refusal::Forbidden);
    let unknown = ReservationId::from_bytes([0xff; 16]);
    assert_eq!(refusal(&engine, unknown, "kim", nobodys()), Refusal::UnknownReservation);
}

#[test]
fn a_hold_that_stands_is_refused_for_its_payment() {
    let (engine, _) = small_sale();
    let held = reserve(&engine, "kim", seats(&["R1-1"])).expect("held");
    let other = reserve(&engine, "kim", seats(&["R1-2"])).expect("held");
    let (its, foreign) = (intent(&engine, &held, "kim").id, intent(&engine, &other, "kim").id);
    let doubt = |payment| match refusal(&engine, held.id, "kim", payment) {
        Refusal::PaymentNotApproved(doubt) => doubt,
        other => panic!("{other:?} is about something else"),
    };
    assert_eq!(doubt(nobodys()), PaymentDoubt::Unknown);
    assert_eq!(doubt(foreign), PaymentDoubt::Foreign);
    assert_eq!(doubt(its), PaymentDoubt::Unfinished(PaymentState::Pending));
}
