//! Reports of payments from outside, and what they do: one table for the worker's results and for incoming webhooks.
//! Every step may be repeated: a step that was taken before is found done, with its moment.

use tacos_engine::{
    Caller, CancelPayment, Confirm, Expire, Failure, IdempotencyKey, PaymentDoubt, PaymentId, PaymentOutcome,
    PaymentState, Proof, Refusal, Release, ReportPayment, ReservationRef, ReservationState, UnixMs,
};

use crate::call::Call;

/// What a payment provider reports.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reported {
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

/// What a report does to an intent, by the intent's state.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum IntentAction {
    /// Sets its outcome.
    Report(PaymentOutcome),
    /// Calls it off.
    CallOff,
    /// Refunds it.
    PayBack,
    /// Nothing: it was so before.
    Nothing,
    /// The report contradicts what happened.
    Contradiction,
}

/// The table of reports and states.
fn action_for(reported: Reported, state: PaymentState) -> IntentAction {
    use PaymentState::{Cancelled, Completed, Failed, Pending, Processing, Refunded};
    match (reported, state) {
        (Reported::Approved, Pending | Processing) => IntentAction::Report(PaymentOutcome::Completed),
        // Paid back since, by hand or because the hold had ended before the money came: the report was taken in.
        (Reported::Approved, Completed | Refunded) => IntentAction::Nothing,
        (Reported::Failed, Pending | Processing) => IntentAction::Report(PaymentOutcome::Failed),
        (Reported::Cancelled, Pending | Processing) => IntentAction::CallOff,
        (Reported::Refunded(_), Completed) => IntentAction::PayBack,
        (Reported::Failed, Failed) | (Reported::Cancelled, Cancelled) | (Reported::Refunded(_), Refunded) => {
            IntentAction::Nothing
        }
        _ => IntentAction::Contradiction,
    }
}

/// The result of applying a report.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Settled {
    /// True if this call did it; false if nothing was left to do.
    pub(super) applied: bool,
    /// When it was done.
    pub(super) at: UnixMs,
}

/// Applies a report to an intent of this engine. With a key a repeat gets the first answer, whatever happened since.
pub(super) async fn apply(
    call: &Call,
    payment: PaymentId,
    reported: Reported,
    key: Option<IdempotencyKey>,
) -> Result<Settled, Failure> {
    let engine = &call.app.engine;
    let view = engine.payment(payment, &Caller::Operator).await?;
    let asked = action_for(reported, view.state);
    let contradiction = |state| Failure::from(Refusal::PaymentIs(state));
    let result = match (asked, reported) {
        // With a key the engine judges an outcome: it knows a key that came with another one before.
        (IntentAction::Contradiction, Reported::Approved | Reported::Failed) if key.is_some() => {
            report(
                call,
                payment,
                if reported == Reported::Approved {
                    PaymentOutcome::Completed
                } else {
                    PaymentOutcome::Failed
                },
                key,
            )
            .await
        }
        (IntentAction::Contradiction, _) => return Err(contradiction(view.state)),
        (IntentAction::Nothing, _) if key.is_none() => Ok(Settled { applied: false, at: view.changed_at }),
        (_, Reported::Approved) => report(call, payment, PaymentOutcome::Completed, key).await,
        (_, Reported::Failed) => report(call, payment, PaymentOutcome::Failed, key).await,
        // Nothing is asked back: money that came meanwhile stays, and the refusal says that it came.
        (_, Reported::Cancelled) => cancel(call, payment, Some(0), key).await,
        (_, Reported::Refunded(minor)) => cancel(call, payment, minor, key).await,
        (_, Reported::Timeout) => return Err(contradiction(view.state)),
    };
    let settled = match result {
        Ok(settled) => settled,
        Err(Failure::Refused(Refusal::PaymentIs(state)))
            if action_for(reported, state) == IntentAction::Nothing =>
        {
            Settled { applied: false, at: engine.payment(payment, &Caller::Operator).await?.changed_at }
        }
        Err(Failure::Refused(Refusal::Invalid(_))) if reported == Reported::Cancelled => {
            return Err(contradiction(PaymentState::Completed));
        }
        Err(failure) => return Err(failure),
    };
    if reported != Reported::Cancelled {
        return Ok(settled);
    }
    // A called-off intent leaves the hold to its deadline; the report says that it will not be paid.
    let freed = release_unpaid(call, payment).await?;
    Ok(freed.filter(|_| !settled.applied).unwrap_or(settled))
}

async fn report(
    call: &Call,
    payment: PaymentId,
    outcome: PaymentOutcome,
    key: Option<IdempotencyKey>,
) -> Result<Settled, Failure> {
    let changed = call.app.engine.report_payment(ReportPayment::new(payment, outcome).with_key(key)).await?;
    Ok(Settled { applied: true, at: changed.at })
}

async fn cancel(
    call: &Call,
    payment: PaymentId,
    refund_minor: Option<i64>,
    key: Option<IdempotencyKey>,
) -> Result<Settled, Failure> {
    let command = CancelPayment::new(payment, Caller::Operator).with_refund_minor(refund_minor).with_key(key);
    let changed = call.app.engine.cancel_payment(command).await?;
    Ok(Settled { applied: true, at: changed.at })
}

/// Frees the hold that a called-off intent was to pay for, unless another intent has taken its place.
async fn release_unpaid(call: &Call, payment: PaymentId) -> Result<Option<Settled>, Failure> {
    let Some(id) = call.app.engine.payment(payment, &Caller::Operator).await?.reservation else {
        return Ok(None);
    };
    let which = ReservationRef::Id(id);
    let held = match call.app.engine.reservation(&which, &Caller::Operator).await {
        Ok(view) => view.state == ReservationState::Pending && view.payment == Some(payment),
        Err(Failure::Refused(Refusal::UnknownReservation)) => false,
        Err(failure) => return Err(failure),
    };
    if !held {
        return Ok(None);
    }
    release(call, &which).await.map(|settled| Some(settled).filter(|settled| settled.applied))
}

/// Applies a report of a payment that this engine does not know: the caller vouches for it.
pub(super) async fn apply_foreign(
    call: &Call,
    which: &ReservationRef,
    reported: Reported,
) -> Result<Settled, Failure> {
    match reported {
        Reported::Approved => {
            let view = call.app.engine.reservation(which, &Caller::Operator).await?;
            if view.state == ReservationState::Confirmed {
                return Ok(Settled { applied: false, at: view.changed_at });
            }
            let proof = vouched(call, which).await?;
            let confirm = Confirm::new(which.clone(), Caller::Operator, proof);
            call.app.engine.confirm(confirm).await.map(|done| Settled { applied: true, at: done.at })
        }
        Reported::Failed | Reported::Cancelled => release(call, which).await,
        Reported::Timeout => expire(call, which).await,
        Reported::Refunded(_) => Err(Refusal::UnknownPayment.into()),
    }
}

/// Ends a hold whose time has run out.
pub(super) async fn expire(call: &Call, which: &ReservationRef) -> Result<Settled, Failure> {
    match call.app.engine.expire(Expire::new(which.clone())).await {
        Ok(released) => Ok(Settled { applied: true, at: released.at }),
        Err(failure) => over(call, which, failure).await,
    }
}

/// Frees what a pending reservation holds.
pub(super) async fn release(call: &Call, which: &ReservationRef) -> Result<Settled, Failure> {
    let release = Release::new(which.clone(), Caller::Operator);
    match call.app.engine.release(release).await {
        Ok(released) => Ok(Settled { applied: true, at: released.at }),
        Err(failure) => over(call, which, failure).await,
    }
}

/// For a reservation that is over already there is nothing to do; any other failure is returned as it is.
async fn over(call: &Call, which: &ReservationRef, failure: Failure) -> Result<Settled, Failure> {
    let is_over = match &failure {
        Failure::Refused(Refusal::ReservationExpired) => true,
        Failure::Refused(Refusal::ReservationIs(state)) => ended(*state),
        _ => false,
    };
    if !is_over {
        return Err(failure);
    }
    let view = call.app.engine.reservation(which, &Caller::Operator).await?;
    Ok(Settled { applied: false, at: view.changed_at })
}

/// True for final states that hold no seats.
pub(super) fn ended(state: ReservationState) -> bool {
    matches!(
        state,
        ReservationState::Cancelled
            | ReservationState::Expired
            | ReservationState::Failed
            | ReservationState::Refunded
    )
}

/// The id of an intent that cannot exist. It stands for an id that was not issued here, so that the engine checks the
/// reservation first and then finds no payment.
pub(crate) fn no_intent() -> PaymentId {
    PaymentId::from_bytes([0xff; 16])
}

/// The proof of payment in an intent's id: an intent of this engine proves itself; for any other id the caller vouches.
pub(super) async fn proof(call: &Call, which: &ReservationRef, name: &str) -> Result<Proof, Failure> {
    match name.parse() {
        Ok(id) => Ok(Proof::Intent(id)),
        // It has the form of an id of this engine and is none: a mistyped id proves nothing.
        Err(_) if name.starts_with("pay_") => Ok(Proof::Intent(no_intent())),
        Err(_) => vouched(call, which).await,
    }
}

/// The caller's word that a reservation is paid for elsewhere. It counts for reservations that another service keeps;
/// one of ours has its payment here, and only a caller whose credentials say that it is a service may say otherwise.
async fn vouched(call: &Call, which: &ReservationRef) -> Result<Proof, Failure> {
    if call.caller.may_vouch() {
        return Ok(Proof::Outside);
    }
    let theirs = match which {
        ReservationRef::External(_) => true,
        ReservationRef::Id(_) => {
            call.app.engine.reservation(which, &Caller::Operator).await?.external.is_some()
        }
    };
    Ok(if theirs { Proof::Outside } else { Proof::Intent(no_intent()) })
}

/// Checks that an intent belongs to the reservation of the same request.
pub(super) async fn belongs(call: &Call, payment: PaymentId, which: &ReservationRef) -> Result<(), Failure> {
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
    fn after(step: IntentAction, state: PaymentState) -> PaymentState {
        match step {
            IntentAction::Report(PaymentOutcome::Completed) => PaymentState::Completed,
            IntentAction::Report(PaymentOutcome::Failed) => PaymentState::Failed,
            IntentAction::CallOff => PaymentState::Cancelled,
            IntentAction::PayBack => PaymentState::Refunded,
            IntentAction::Nothing | IntentAction::Contradiction => state,
        }
    }

    #[test]
    fn whatever_is_said_twice_is_done_once() {
        for reported in [Reported::Approved, Reported::Failed, Reported::Cancelled, Reported::Refunded(None)]
        {
            for state in STATES {
                let first = action_for(reported, state);
                let then = action_for(reported, after(first, state));
                match first {
                    IntentAction::Contradiction => {
                        assert_eq!(then, IntentAction::Contradiction, "{reported:?} of {state:?}");
                    }
                    _ => assert_eq!(then, IntentAction::Nothing, "{reported:?} of {state:?}"),
                }
            }
        }
    }

    #[test]
    fn money_that_went_back_because_the_hold_had_ended_is_no_contradiction() {
        assert_eq!(action_for(Reported::Approved, PaymentState::Refunded), IntentAction::Nothing);
        assert_eq!(action_for(Reported::Approved, PaymentState::Expired), IntentAction::Contradiction);
        assert_eq!(action_for(Reported::Cancelled, PaymentState::Completed), IntentAction::Contradiction);
    }
}
