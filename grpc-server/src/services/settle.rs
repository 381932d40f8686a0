//! What the outside world says of payments, and what that does: one table for the worker's results and for webhooks in.
//! Every step may be repeated: what was done before is found done, with the moment at which it happened.

use tacos_engine::{
    Caller, CancelPayment, Confirm, Expire, Failure, IdempotencyKey, Outcome, PaymentDoubt, PaymentId,
    PaymentState, Proof, Refusal, Release, ReportPayment, ReservationState, UnixMs, Which,
};

use crate::call::Call;

/// What a payment provider reports.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Said {
    /// Money was taken.
    Approved,
    /// It was declined.
    Failed,
    /// It was called off.
    Cancelled,
    /// So much went back, in minor units; `None`: all that is left.
    Refunded(Option<i64>),
    /// No answer came.
    Timeout,
}

/// What a report asks of an intent that stands in some state.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Step {
    /// To tell it its outcome.
    Report(Outcome),
    /// To call it off.
    CallOff,
    /// To pay back.
    PayBack,
    /// Nothing: it was so before.
    Nothing,
    /// The report contradicts what happened.
    Contradiction,
}

/// The table.
fn step(said: Said, state: PaymentState) -> Step {
    use PaymentState::{Cancelled, Completed, Failed, Pending, Processing, Refunded};
    match (said, state) {
        (Said::Approved, Pending | Processing) => Step::Report(Outcome::Completed),
        // Paid back since, by hand or because the hold had ended before the money came: the report was taken in.
        (Said::Approved, Completed | Refunded) => Step::Nothing,
        (Said::Failed, Pending | Processing) => Step::Report(Outcome::Failed),
        (Said::Cancelled, Pending | Processing) => Step::CallOff,
        (Said::Refunded(_), Completed) => Step::PayBack,
        (Said::Failed, Failed) | (Said::Cancelled, Cancelled) | (Said::Refunded(_), Refunded) => {
            Step::Nothing
        }
        _ => Step::Contradiction,
    }
}

/// How a report was taken in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Settled {
    /// True if this call did it; false if nothing was left to do.
    pub(super) now: bool,
    /// When it was done.
    pub(super) at: UnixMs,
}

/// Takes in what is said of an intent of ours. With a key a repeat gets the first answer whatever happened since.
pub(super) async fn intent(
    call: &Call,
    payment: PaymentId,
    said: Said,
    key: Option<IdempotencyKey>,
) -> Result<Settled, Failure> {
    let engine = &call.app.engine;
    let view = engine.payment(payment, &Caller::Operator).await?;
    let asked = step(said, view.state);
    let contradiction = |state| Failure::from(Refusal::PaymentIs(state));
    let result = match (asked, said) {
        // With a key the engine judges an outcome: it knows a key that came with another one before.
        (Step::Contradiction, Said::Approved | Said::Failed) if key.is_some() => {
            report(
                call,
                payment,
                if said == Said::Approved { Outcome::Completed } else { Outcome::Failed },
                key,
            )
            .await
        }
        (Step::Contradiction, _) => return Err(contradiction(view.state)),
        (Step::Nothing, _) if key.is_none() => Ok(Settled { now: false, at: view.changed_at }),
        (_, Said::Approved) => report(call, payment, Outcome::Completed, key).await,
        (_, Said::Failed) => report(call, payment, Outcome::Failed, key).await,
        // Nothing is asked back: money that came meanwhile stays, and the refusal says that it came.
        (_, Said::Cancelled) => cancel(call, payment, Some(0), key).await,
        (_, Said::Refunded(minor)) => cancel(call, payment, minor, key).await,
        (_, Said::Timeout) => return Err(contradiction(view.state)),
    };
    let settled = match result {
        Ok(settled) => settled,
        Err(Failure::Refused(Refusal::PaymentIs(state))) if step(said, state) == Step::Nothing => {
            Settled { now: false, at: engine.payment(payment, &Caller::Operator).await?.changed_at }
        }
        Err(Failure::Refused(Refusal::Invalid(_))) if said == Said::Cancelled => {
            return Err(contradiction(PaymentState::Completed));
        }
        Err(failure) => return Err(failure),
    };
    if said != Said::Cancelled {
        return Ok(settled);
    }
    // A called-off intent leaves the hold to its deadline; the report says that it will not be paid.
    let freed = release_unpaid(call, payment).await?;
    Ok(freed.filter(|_| !settled.now).unwrap_or(settled))
}

async fn report(
    call: &Call,
    payment: PaymentId,
    outcome: Outcome,
    key: Option<IdempotencyKey>,
) -> Result<Settled, Failure> {
    let changed = call.app.engine.report_payment(ReportPayment::new(payment, outcome).with_key(key)).await?;
    Ok(Settled { now: true, at: changed.at })
}

async fn cancel(
    call: &Call,
    payment: PaymentId,
    refund_minor: Option<i64>,
    key: Option<IdempotencyKey>,
) -> Result<Settled, Failure> {
    let command = CancelPayment::new(payment, Caller::Operator).with_refund_minor(refund_minor).with_key(key);
    let changed = call.app.engine.cancel_payment(command).await?;
    Ok(Settled { now: true, at: changed.at })
}

/// Frees the hold that a called-off intent was to pay for, unless another intent has taken its place.
async fn release_unpaid(call: &Call, payment: PaymentId) -> Result<Option<Settled>, Failure> {
    let Some(id) = call.app.engine.payment(payment, &Caller::Operator).await?.reservation else {
        return Ok(None);
    };
    let which = Which::Id(id);
    let held = match call.app.engine.reservation(&which, &Caller::Operator).await {
        Ok(view) => view.state == ReservationState::Pending && view.payment == Some(payment),
        Err(Failure::Refused(Refusal::UnknownReservation)) => false,
        Err(failure) => return Err(failure),
    };
    if !held {
        return Ok(None);
    }
    release(call, &which).await.map(|settled| Some(settled).filter(|settled| settled.now))
}

/// Takes in what is said of a payment that is none of ours: the caller vouches for it.
pub(super) async fn foreign(call: &Call, which: &Which, said: Said) -> Result<Settled, Failure> {
    match said {
        Said::Approved => {
            let view = call.app.engine.reservation(which, &Caller::Operator).await?;
            if view.state == ReservationState::Confirmed {
                return Ok(Settled { now: false, at: view.changed_at });
            }
            let proof = vouched(call, which).await?;
            let confirm = Confirm::new(which.clone(), Caller::Operator, proof);
            call.app.engine.confirm(confirm).await.map(|done| Settled { now: true, at: done.at })
        }
        Said::Failed | Said::Cancelled => release(call, which).await,
        Said::Timeout => expire(call, which).await,
        Said::Refunded(_) => Err(Refusal::UnknownPayment.into()),
    }
}

/// Ends a hold whose time has run out.
pub(super) async fn expire(call: &Call, which: &Which) -> Result<Settled, Failure> {
    match call.app.engine.expire(Expire::new(which.clone())).await {
        Ok(released) => Ok(Settled { now: true, at: released.at }),
        Err(failure) => over(call, which, failure).await,
    }
}

/// Frees what a pending reservation holds.
pub(super) async fn release(call: &Call, which: &Which) -> Result<Settled, Failure> {
    let release = Release::new(which.clone(), Caller::Operator);
    match call.app.engine.release(release).await {
        Ok(released) => Ok(Settled { now: true, at: released.at }),
        Err(failure) => over(call, which, failure).await,
    }
}

/// A reservation that is over already leaves nothing to do; anything else is refused as it was.
async fn over(call: &Call, which: &Which, failure: Failure) -> Result<Settled, Failure> {
    let is_over = match &failure {
        Failure::Refused(Refusal::ReservationExpired) => true,
        Failure::Refused(Refusal::ReservationIs(state)) => ended(*state),
        _ => false,
    };
    if !is_over {
        return Err(failure);
    }
    let view = call.app.engine.reservation(which, &Caller::Operator).await?;
    Ok(Settled { now: false, at: view.changed_at })
}

/// True for states that nothing leaves and that hold no seats.
pub(super) fn ended(state: ReservationState) -> bool {
    matches!(
        state,
        ReservationState::Cancelled
            | ReservationState::Expired
            | ReservationState::Failed
            | ReservationState::Refunded
    )
}

/// An intent that there cannot be: it stands for an id that none of ours has, so that the engine judges the reservation
/// first and then finds no payment.
pub(super) fn no_intent() -> PaymentId {
    PaymentId::from_bytes([0xff; 16])
}

/// What an intent's name proves: one of ours speaks for itself; any other name is the caller's own word.
pub(super) async fn proof(call: &Call, which: &Which, name: &str) -> Result<Proof, Failure> {
    match name.parse() {
        Ok(id) => Ok(Proof::Intent(id)),
        // It looks like one of ours and cannot be: a mistyped id vouches for nothing.
        Err(_) if name.starts_with("pay_") => Ok(Proof::Intent(no_intent())),
        Err(_) => vouched(call, which).await,
    }
}

/// The caller's word that a reservation is paid for elsewhere. It counts for reservations that another service keeps;
/// one of ours has its payment here, and only a caller whose credentials say that it is a service may say otherwise.
async fn vouched(call: &Call, which: &Which) -> Result<Proof, Failure> {
    if call.caller.may_vouch() {
        return Ok(Proof::Outside);
    }
    let theirs = match which {
        Which::External(_) => true,
        Which::Id(_) => call.app.engine.reservation(which, &Caller::Operator).await?.external.is_some(),
    };
    Ok(if theirs { Proof::Outside } else { Proof::Intent(no_intent()) })
}

/// That an intent belongs to the reservation that it is named with.
pub(super) async fn belongs(call: &Call, payment: PaymentId, which: &Which) -> Result<(), Failure> {
    let view = call.app.engine.payment(payment, &Caller::Operator).await?;
    let reservation = call.app.engine.reservation(which, &Caller::Operator).await?;
    if view.reservation == Some(reservation.id) {
        return Ok(());
    }
    Err(Refusal::PaymentNotApproved(PaymentDoubt::Foreign).into())
}

#[cfg(test)]
mod tests {
    use super::*;

    const STATES: [PaymentState; 7] = [
        PaymentState::Pending,
        PaymentState::Processing,
        PaymentState::Completed,
        PaymentState::Failed,
        PaymentState::Cancelled,
        PaymentState::Expired,
        PaymentState::Refunded,
    ];

    /// Where a step leads.
    fn after(step: Step, state: PaymentState) -> PaymentState {
        match step {
            Step::Report(Outcome::Completed) => PaymentState::Completed,
            Step::Report(Outcome::Failed) => PaymentState::Failed,
            Step::CallOff => PaymentState::Cancelled,
            Step::PayBack => PaymentState::Refunded,
            Step::Nothing | Step::Contradiction => state,
        }
    }

    #[test]
    fn whatever_is_said_twice_is_done_once() {
        for said in [Said::Approved, Said::Failed, Said::Cancelled, Said::Refunded(None)] {
            for state in STATES {
                let first = step(said, state);
                let then = step(said, after(first, state));
                match first {
                    Step::Contradiction => assert_eq!(then, Step::Contradiction, "{said:?} of {state:?}"),
                    _ => assert_eq!(then, Step::Nothing, "{said:?} of {state:?}"),
                }
            }
        }
    }

    #[test]
    fn money_that_went_back_because_the_hold_had_ended_is_no_contradiction() {
        assert_eq!(step(Said::Approved, PaymentState::Refunded), Step::Nothing);
        assert_eq!(step(Said::Approved, PaymentState::Expired), Step::Contradiction);
        assert_eq!(step(Said::Cancelled, PaymentState::Completed), Step::Contradiction);
    }
}
