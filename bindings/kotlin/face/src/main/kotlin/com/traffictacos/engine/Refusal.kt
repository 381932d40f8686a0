// Written by `cargo run -p tacos-generator` from the engine's description of itself: do not edit.
// Every expected "no" by its name, with what it names.
package com.traffictacos.engine

import java.time.Instant
import kotlin.time.Duration

/** One argument that cannot be taken: which, why, and what was given. */
data class Problem(
    /** The argument's name, as in the command. */
    val field: String,
    /** Why it cannot be taken, for a person. */
    val reason: String,
    /** What was given; empty where showing it would not help, or would tell a secret. */
    val value: String,
)

/** An expected "no": it changed nothing and waited for nothing. */
sealed class Refusal {
    /** For a person. */
    abstract val message: String

    /** True if the same request may succeed shortly, with nothing changed. */
    open val transient: Boolean get() = false

    /** Arguments that cannot be taken; each is named. */
    data class Invalid(
        val problems: List<Problem>,
        override val message: String,
    ) : Refusal()

    /** A write without an idempotency key where the engine demands one. */
    data class IdempotencyRequired(
        override val message: String,
    ) : Refusal()

    /** The key was used within its life for a different request. */
    data class IdempotencyConflict(
        override val message: String,
    ) : Refusal()

    /** No event has this id. */
    data class UnknownEvent(
        override val message: String,
    ) : Refusal()

    /** An event with this id exists. */
    data class EventExists(
        override val message: String,
    ) : Refusal()

    /** The event has no such seats; they are named. */
    data class UnknownSeats(
        val seats: List<String>,
        override val message: String,
    ) : Refusal()

    /** The event has no such section. */
    data class UnknownSection(
        val section: String,
        override val message: String,
    ) : Refusal()

    /** No reservation has this id (or it is long forgotten). */
    data class UnknownReservation(
        override val message: String,
    ) : Refusal()

    /** No payment intent has this id (or it is long forgotten). */
    data class UnknownPayment(
        override val message: String,
    ) : Refusal()

    /** No webhook has this id. */
    data class UnknownWebhook(
        override val message: String,
    ) : Refusal()

    /** The token is not one of ours, or of another event or user, or long forgotten. Which, is not told. */
    data class UnknownToken(
        override val message: String,
    ) : Refusal()

    /** The token was good once, and its time ran out. */
    data class TokenExpired(
        override val message: String,
    ) : Refusal()

    /** The event is not being sold now. */
    data class SaleNotOpen(
        val state: SaleState,
        override val message: String,
    ) : Refusal()

    /** The user waits in this line under another session. */
    data class AlreadyWaiting(
        override val message: String,
    ) : Refusal()

    /** The place in the line was given up. */
    data class LeftLine(
        override val message: String,
    ) : Refusal()

    /** The event has no waiting line. */
    data class NoWaitingLine(
        override val message: String,
    ) : Refusal()

    /** Not the caller's turn. */
    data class NotYet(
        override val message: String,
    ) : Refusal() {
        override val transient get() = true
    }

    /** Admissions are stopped for the moment. */
    data class AdmissionPaused(
        override val message: String,
    ) : Refusal() {
        override val transient get() = true
    }

    /** Other customers have these seats; they are named. */
    data class SeatsTaken(
        val seats: List<String>,
        override val message: String,
    ) : Refusal()

    /** Fewer are left than asked for. */
    data class Insufficient(
        /** How many were asked for. */
        val wanted: Int,
        /** How many could be had. */
        val available: Int,
        override val message: String,
    ) : Refusal()

    /** Enough are left, but not next to each other, and a split was not allowed. */
    data class NotAdjacent(
        /** How many were asked for. */
        val wanted: Int,
        override val message: String,
    ) : Refusal()

    /** The user would hold or own more than the event allows. */
    data class QuotaExceeded(
        /** The most seats that one user may hold or own. */
        val seatsMax: Int,
        /** What the user holds or owns now. */
        val seats: Int,
        override val message: String,
    ) : Refusal()

    /** It belongs to another user. */
    data class Forbidden(
        override val message: String,
    ) : Refusal()

    /** The hold's time ran out. */
    data class ReservationExpired(
        override val message: String,
    ) : Refusal()

    /** The reservation is in a state that does not allow this. */
    data class ReservationIs(
        val state: ReservationState,
        override val message: String,
    ) : Refusal()

    /** The payment is in a state that does not allow this. */
    data class PaymentIs(
        val state: PaymentState,
        override val message: String,
    ) : Refusal()

    /** The reservation cannot be confirmed with this payment. */
    data class PaymentNotApproved(
        /** Why. */
        val doubt: PaymentDoubt,
        /** Where that is why: it is not completed. */
        val state: PaymentState?,
        override val message: String,
    ) : Refusal()

    /** A payment for this reservation is under way or done. */
    data class PaymentExists(
        override val message: String,
    ) : Refusal()

    /** The hold cannot be extended. */
    data class ExtensionRefused(
        /** Why. */
        val doubt: ExtensionDoubt,
        /** Where that is why: one extension may add at most so many milliseconds. */
        val extensionMax: Duration?,
        override val message: String,
    ) : Refusal()

    /** More than what is left to refund. */
    data class RefundTooLarge(
        /** What is left to refund, in minor units. */
        val leftMinor: Long,
        override val message: String,
    ) : Refusal()

    /** A write of the commit names other seats than the hold has. */
    data class SeatsDiffer(
        override val message: String,
    ) : Refusal()

    /** A request with another idempotency key used this external id. */
    data class ExternalExists(
        override val message: String,
    ) : Refusal()

    /** The step is not due: its moment is given. */
    data class NotDue(
        val at: Instant,
        override val message: String,
    ) : Refusal() {
        override val transient get() = true
    }

    /** A bound is reached; nothing was changed. */
    data class AtCapacity(
        val bound: Bound,
        /** How long to wait before trying again, where that is known. */
        val retryAfter: Duration?,
        override val message: String,
        override val transient: Boolean,
    ) : Refusal()

    /** A refusal that this library does not know yet. */
    data class Newer(
        override val message: String,
        override val transient: Boolean,
    ) : Refusal()
}
