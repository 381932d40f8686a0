// Written by `cargo run -p tacos-generator` from the engine's description of itself and the contract: do not edit.

//! What requests bring to commands beside what those must have: a field of the request goes into the command's optional
//! field of the same name. Each function checks the request's fields and returns what sets them.

use tacos_engine::{CancelPayment, Confirm, CreatePayment, EventId, Extend, JoinQueue, ProcessPayment, Release, RequestAdmission, Reserve, SessionId};
use tacos_proto::gateway::v1::{JoinQueueRequest, RequestAdmissionRequest};
use tacos_proto::payment::v1::{CancelPaymentRequest, CreatePaymentIntentRequest, ProcessPaymentRequest};
use tacos_proto::reservation::v1::{CancelReservationRequest, CommitReservationRequest, ConfirmReservationRequest, CreateReservationRequest, ExtendHoldRequest, ReleaseHoldRequest, ReserveSeatRequest};

use super::Checks;

pub(crate) fn join_queue(
    checks: &mut Checks,
    request: &JoinQueueRequest,
) -> impl FnOnce(JoinQueue) -> JoinQueue + use<> {
    let session = checks.id_or_none::<SessionId>("session_id", &request.session_id).flatten();
    move |command| command.with_session(session)
}

pub(crate) fn request_admission(
    checks: &mut Checks,
    request: &RequestAdmissionRequest,
) -> impl FnOnce(RequestAdmission) -> RequestAdmission + use<> {
    let event = checks.id_or_none::<EventId>("event_id", &request.event_id).flatten();
    move |command| command.with_event(event)
}

pub(crate) fn cancel_payment(
    _: &mut Checks,
    _: &CancelPaymentRequest,
) -> impl FnOnce(CancelPayment) -> CancelPayment + use<> {
    move |command| command
}

pub(crate) fn create_payment_intent(
    _: &mut Checks,
    _: &CreatePaymentIntentRequest,
) -> impl FnOnce(CreatePayment) -> CreatePayment + use<> {
    move |command| command
}

pub(crate) fn process_payment(
    _: &mut Checks,
    _: &ProcessPaymentRequest,
) -> impl FnOnce(ProcessPayment) -> ProcessPayment + use<> {
    move |command| command
}

pub(crate) fn cancel_reservation(
    _: &mut Checks,
    _: &CancelReservationRequest,
) -> impl FnOnce(Release) -> Release + use<> {
    move |command| command
}

pub(crate) fn commit_reservation(
    _: &mut Checks,
    request: &CommitReservationRequest,
) -> impl FnOnce(Confirm) -> Confirm + use<> {
    let total_minor = request.total_minor;
    move |command| command.with_total_minor(total_minor)
}

pub(crate) fn confirm_reservation(
    _: &mut Checks,
    request: &ConfirmReservationRequest,
) -> impl FnOnce(Confirm) -> Confirm + use<> {
    let total_minor = request.total_minor;
    move |command| command.with_total_minor(total_minor)
}

pub(crate) fn create_reservation(
    _: &mut Checks,
    _: &CreateReservationRequest,
) -> impl FnOnce(Reserve) -> Reserve + use<> {
    move |command| command
}

pub(crate) fn extend_hold(
    checks: &mut Checks,
    request: &ExtendHoldRequest,
) -> impl FnOnce(Extend) -> Extend + use<> {
    let expires_at = checks.moment("expires_at", request.expires_at.as_ref()).flatten();
    move |command| command.with_expires_at(expires_at)
}

pub(crate) fn release_hold(
    _: &mut Checks,
    _: &ReleaseHoldRequest,
) -> impl FnOnce(Release) -> Release + use<> {
    move |command| command
}

pub(crate) fn reserve_seat(
    _: &mut Checks,
    _: &ReserveSeatRequest,
) -> impl FnOnce(Reserve) -> Reserve + use<> {
    move |command| command
}
