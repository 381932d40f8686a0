//! Claim: of confirm, cancel, expire, extend and a payment's outcome that meet at one hold, exactly one ends it, everybody
//! else learns so, and seats, states and updates agree with the winner.

use std::time::Duration;

use crate::common::*;
use tacos_engine::views::SeatState;
use tacos_engine::{
    Caller, Engine, Expire, Failure, PaymentEffect, PaymentOutcome, PaymentState, Position, Refusal,
    ReservationId, ReservationState, SeatId, UpdateKind,
};

/// The states that the updates give to a reservation, oldest first.
fn states(engine: &Engine, id: ReservationId) -> Vec<ReservationState> {
    let of = |change: &tacos_engine::ReservationUpdate| (change.id == id).then_some(change.state);
    updates_from(engine, Position::ZERO)
        .iter()
        .filter_map(|update| match &update.what {
            UpdateKind::Reservation(change) => of(change),
            UpdateKind::Payment(change) => change.reservation.as_ref().and_then(of),
            _ => None,
        })
        .collect()
}

fn state(engine: &Engine, id: ReservationId) -> ReservationState {
    engine.reservation(&id.into(), &Caller::Operator).wait().expect("known").state
}

fn seat_state(engine: &Engine, label: &str) -> SeatState {
    engine.seats_named(&event(), &[SeatId::new(label).expect("valid")]).expect("known")[0].state
}

/// A refusal that a loser of a race may hear.
fn is_loss(failure: &Failure) -> bool {
    matches!(
        failure,
        Failure::Refused(
            Refusal::ReservationExpired
                | Refusal::ReservationIs(_)
                | Refusal::NotDue(_)
                | Refusal::PaymentIs(_)
        )
    )
}

/// Confirm, cancel, extend and the passing of the hold's last moment, all at once.
#[test]
fn confirm_cancel_extend_and_time_meet_at_one_hold() {
    let mut won = [0_u32; 3];
    let (engine, clock) = threaded_sale(house(1, 300), settings());
    for round in 0..300 {
        let label = format!("R1-{}", round + 1);
        let held = reserve(&engine, "kim", seats(&[&label])).expect("free");
        // Some rounds with plenty of time, most around the last moment.
        if round % 4 != 0 {
            clock.advance_to(held.expires_at);
        }
        let held = if round % 4 == 0 {
            held
        } else {
            reserve(&engine, "kim", seats(&[&label])).expect("the old hold has lapsed")
        };
        let answers = together(5, |thread| match thread {
            0 => confirm(&engine, held.id).map(|_| "confirmed"),
            1 => release(&engine, held.id).map(|_| "cancelled"),
            2 => extend(&engine, held.id, Duration::from_secs(10)).map(|_| "extended"),
            3 => {
                clock.advance_to(held.expires_at);
                engine.turn();
                engine.expire(Expire::new(held.id)).wait().map(|_| "expired")
            }
            _ => {
                engine.turn();
                Ok("watched")
            }
        });
        for failure in answers.iter().filter_map(|answer| answer.as_ref().err()) {
            assert!(is_loss(failure), "round {round}: {failure:?}");
        }
        let extended = matches!(answers[2], Ok("extended"));
        // An extended hold outlives the moment at which it would have ended.
        clock.advance_to(held.expires_at.plus_ms(10_000));
        engine.turn();
        let end = state(&engine, held.id);
        let (confirmed, cancelled) = (answers[0].is_ok(), answers[1].is_ok());
        let expected = match (confirmed, cancelled) {
            (true, false) => ReservationState::Confirmed,
            (false, true) => ReservationState::Cancelled,
            (false, false) => ReservationState::Expired,
            (true, true) => panic!("round {round}: confirmed and cancelled"),
        };
        assert_eq!(end, expected, "round {round}: {answers:?}");
        if answers[3].is_ok() {
            assert_eq!(end, ReservationState::Expired, "round {round}: {answers:?}");
        }
        let told = states(&engine, held.id);
        let ends = told.iter().filter(|state| **state != ReservationState::Pending).count();
        assert_eq!((ends, told.last()), (1, Some(&end)), "round {round}: {told:?}");
        assert_eq!(told.len(), 2 + usize::from(extended), "round {round}: {told:?} after {answers:?}");
        won[match end {
            ReservationState::Confirmed => 0,
            ReservationState::Cancelled => 1,
            _ => 2,
        }] += 1;
        let seat = seat_state(&engine, &label);
        if end == ReservationState::Confirmed {
            assert_eq!(seat, SeatState::Sold, "round {round}");
            stays_sold(&engine, held.id, round);
        } else {
            assert_eq!(seat, SeatState::Available, "round {round}");
        }
    }
    let counts = engine.counts(&event()).expect("known");
    assert_eq!(counts.sold + counts.available, 300, "{counts:?} after {won:?}");
}

/// A confirmed seat cannot be cancelled.
fn stays_sold(engine: &Engine, id: ReservationId, round: u32) {
    assert_eq!(
        refused(release(engine, id)),
        Refusal::ReservationIs(ReservationState::Confirmed),
        "round {round}"
    );
}

/// A payment completes while its hold runs out and somebody else wants the seat: either the first customer owns it, or
/// the second does and the money went back. Never both, never neither.
#[test]
fn late_payment_meets_the_next_customer() {
    let mut seen = std::collections::BTreeMap::new();
    for round in 0..200 {
        let (engine, clock) = small_sale();
        let held = reserve(&engine, "kim", seats(&["R1-5"])).expect("held");
        let payment = intent(&engine, &held, "kim").id;
        let late = round % 2 == 0;
        if late {
            clock.advance_to(held.expires_at);
        }
        let answers = together(3, |thread| match thread {
            0 => report(&engine, payment, PaymentOutcome::Completed).map(|paid| (Some(paid.effect), None)),
            1 => reserve(&engine, "lee", seats(&["R1-5"])).map(|next| (None, Some(next.id))),
            _ => {
                clock.advance_to(held.expires_at);
                engine.turn();
                Ok((None, None))
            }
        });
        let effect = answers[0].as_ref().expect("the intent lives").0.expect("an effect");
        let kim = state(&engine, held.id);
        let paid = engine.payment(payment, &Caller::Operator).wait().expect("known");
        match effect {
            PaymentEffect::Confirmed | PaymentEffect::Retaken => {
                assert_eq!(kim, ReservationState::Confirmed, "round {round}");
                // Who looked at the clock before it moved on may have had a hold that was over when it was made.
                let next = answers[1].as_ref().ok().and_then(|answer| answer.1);
                let told = next.map(|next| state(&engine, next));
                let lost = matches!(told, None | Some(ReservationState::Expired));
                assert!(
                    lost,
                    "round {round}: {effect:?}, and lee's is {told:?}: {:?}",
                    updates_from(&engine, Position::ZERO)
                );
                assert_eq!(seat_state(&engine, "R1-5"), SeatState::Sold, "round {round}");
                assert_eq!((paid.state, paid.refunded_minor), (PaymentState::Completed, 0), "round {round}");
            }
            PaymentEffect::PaidBack => {
                assert_eq!(kim, ReservationState::Expired, "round {round}");
                let next = answers[1].as_ref().expect("paid back only if somebody has the seat").1;
                assert_eq!(state(&engine, next.expect("an id")), ReservationState::Pending, "round {round}");
                assert_eq!(
                    (paid.state, paid.refunded_minor),
                    (PaymentState::Refunded, held.total_minor),
                    "round {round}"
                );
            }
            other => panic!("round {round}: {other:?}"),
        }
        *seen.entry(format!("{effect:?}")).or_insert(0) += 1;
    }
    assert!(seen.len() >= 2, "the race never went both ways: {seen:?}");
}

/// A payment's outcome is settled once, whoever reports it, cancels it or lets its time run out.
#[test]
fn a_payment_ends_once() {
    for round in 0..200 {
        let (engine, clock) = small_sale();
        let held = reserve(&engine, "kim", seats(&["R2-1"])).expect("held");
        let payment = intent(&engine, &held, "kim");
        let cancel =
            || engine.cancel_payment(tacos_engine::CancelPayment::new(payment.id, Caller::Operator)).wait();
        let answers = together(4, |thread| match thread {
            0 => report(&engine, payment.id, PaymentOutcome::Completed),
            1 => report(&engine, payment.id, PaymentOutcome::Failed),
            2 => cancel(),
            _ => {
                clock.advance_to(payment.expires_at);
                engine.turn();
                cancel()
            }
        });
        for failure in answers.iter().filter_map(|answer| answer.as_ref().err()) {
            assert!(is_loss(failure), "round {round}: {failure:?}");
        }
        let paid = engine.payment(payment.id, &Caller::Operator).wait().expect("known");
        // Who completed it may have been followed by a refund, which is a second step and not a second end.
        let ends: Vec<_> = answers.iter().filter_map(|answer| answer.as_ref().ok()).collect();
        let completed =
            ends.iter().filter(|end| end.effect != PaymentEffect::None || end.state == paid.state).count();
        assert!(completed >= 1 || paid.state == PaymentState::Expired, "round {round}: {answers:?} {paid:?}");
        let counts = engine.counts(&event()).expect("known");
        match (paid.state, state(&engine, held.id)) {
            (PaymentState::Completed, ReservationState::Confirmed) => assert_eq!(counts.sold, 1),
            (PaymentState::Refunded, ReservationState::Refunded | ReservationState::Expired)
            | (PaymentState::Failed, ReservationState::Failed | ReservationState::Expired)
            | (PaymentState::Cancelled | PaymentState::Expired, ReservationState::Expired) => {
                assert_eq!((counts.sold, counts.available), (0, 20), "round {round}: {paid:?}");
            }
            other => panic!("round {round}: {other:?} after {answers:?}"),
        }
    }
}

/// Two services confirm the same hold at once: both are told the same, and it is sold once.
#[test]
fn two_confirms_have_one_answer() {
    let (engine, _) = threaded_sale(house(10, 50), settings());
    for seat in 0..50 {
        let label = format!("R1-{}", seat + 1);
        let held = reserve(&engine, "kim", seats(&[&label])).expect("held");
        let answers = together(4, |_| confirm(&engine, held.id));
        for answer in &answers {
            assert_eq!(answer, &answers[0]);
        }
        answers[0].as_ref().expect("confirmed");
        assert_eq!(states(&engine, held.id), [ReservationState::Pending, ReservationState::Confirmed]);
    }
}

/// A stranger loses every race, before it begins, and learns nothing.
#[test]
fn nobody_ends_what_is_somebody_elses() {
    let (engine, _) = small_sale();
    let held = reserve(&engine, "kim", seats(&["R1-1"])).expect("held");
    let payment = intent(&engine, &held, "kim").id;
    let lee = user("lee");
    let confirm = tacos_engine::Confirm::new(held.id, lee.clone(), tacos_engine::Proof::Outside);
    assert_eq!(refused(engine.confirm(confirm).wait()), Refusal::Forbidden);
    let release = tacos_engine::Release::new(held.id, lee.clone());
    assert_eq!(refused(engine.release(release).wait()), Refusal::Forbidden);
    let extend = tacos_engine::Extend::new(held.id, lee.clone(), Duration::from_secs(1));
    assert_eq!(refused(engine.extend(extend).wait()), Refusal::Forbidden);
    let cancel = tacos_engine::CancelPayment::new(payment, lee.clone());
    assert_eq!(refused(engine.cancel_payment(cancel).wait()), Refusal::Forbidden);
    let process = tacos_engine::ProcessPayment::new(payment, lee.clone());
    assert_eq!(refused(engine.process_payment(process).wait()), Refusal::Forbidden);
    assert_eq!(
        refused(engine.reservation(&held.id.into(), &Caller::User(lee.clone())).wait()),
        Refusal::Forbidden
    );
    assert_eq!(refused(engine.payment(payment, &Caller::User(lee.clone())).wait()), Refusal::Forbidden);
    let pay = engine.create_payment(payment_command(&held, "lee", tacos_engine::Scenario::Approve));
    assert_eq!(refused(pay.wait()), Refusal::Forbidden);
    assert_eq!(state(&engine, held.id), ReservationState::Pending);
}
