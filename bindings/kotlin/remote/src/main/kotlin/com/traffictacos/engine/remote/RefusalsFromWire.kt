// Written by `cargo run -p tacos-generator` from the engine's description of itself: do not edit.
// Refusals out of messages of the stream.
package com.traffictacos.engine.remote

import com.traffic_tacos.command.v1.Problem as WireProblem
import com.traffic_tacos.command.v1.Refused as WireRefused
import com.traffictacos.engine.*
import java.time.Instant
import kotlin.time.Duration.Companion.milliseconds

internal fun WireRefused.face() = Refused(refusal(), code)

private fun WireRefused.refusal(): Refusal = when (code) {
    "invalid" -> Refusal.Invalid(problemsList.map { it.face() }, message)
    "idempotency_required" -> Refusal.IdempotencyRequired(message)
    "idempotency_conflict" -> Refusal.IdempotencyConflict(message)
    "unknown_event" -> Refusal.UnknownEvent(message)
    "event_exists" -> Refusal.EventExists(message)
    "unknown_seats" -> Refusal.UnknownSeats(seatsList.toList(), message)
    "unknown_section" -> Refusal.UnknownSection(section, message)
    "unknown_reservation" -> Refusal.UnknownReservation(message)
    "unknown_payment" -> Refusal.UnknownPayment(message)
    "unknown_webhook" -> Refusal.UnknownWebhook(message)
    "unknown_token" -> Refusal.UnknownToken(message)
    "token_expired" -> Refusal.TokenExpired(message)
    "sale_not_open" -> Refusal.SaleNotOpen(saleState.face(), message)
    "already_waiting" -> Refusal.AlreadyWaiting(message)
    "left_line" -> Refusal.LeftLine(message)
    "no_waiting_line" -> Refusal.NoWaitingLine(message)
    "not_yet" -> Refusal.NotYet(message)
    "admission_paused" -> Refusal.AdmissionPaused(message)
    "seats_taken" -> Refusal.SeatsTaken(seatsList.toList(), message)
    "insufficient" -> Refusal.Insufficient(wanted, available, message)
    "not_adjacent" -> Refusal.NotAdjacent(wanted, message)
    "quota_exceeded" -> Refusal.QuotaExceeded(seatsMax, seatsNow, message)
    "forbidden" -> Refusal.Forbidden(message)
    "reservation_expired" -> Refusal.ReservationExpired(message)
    "reservation_is" -> Refusal.ReservationIs(reservationState.face(), message)
    "payment_is" -> Refusal.PaymentIs(paymentState.face(), message)
    "payment_not_approved" -> Refusal.PaymentNotApproved(
        paymentDoubt.face(),
        if (hasPaymentState()) paymentState.face() else null,
        message,
    )
    "payment_exists" -> Refusal.PaymentExists(message)
    "extension_refused" -> Refusal.ExtensionRefused(
        extensionDoubt.face(),
        if (hasExtensionMaxMs()) extensionMaxMs.milliseconds else null,
        message,
    )
    "refund_too_large" -> Refusal.RefundTooLarge(leftMinor, message)
    "seats_differ" -> Refusal.SeatsDiffer(message)
    "external_exists" -> Refusal.ExternalExists(message)
    "not_due" -> Refusal.NotDue(Instant.ofEpochMilli(atUnixMs), message)
    "at_capacity" -> Refusal.AtCapacity(
        bound.face(),
        if (hasRetryAfterMs()) retryAfterMs.milliseconds else null,
        message,
        transient,
    )
    else -> Refusal.Newer(message, transient)
}

internal fun WireProblem.face() = Problem(
    field = field,
    reason = reason,
    value = value,
)
