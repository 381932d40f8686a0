// Every expected "no" by its name, with what it names.
package com.traffictacos.engine

import java.time.Instant
import kotlin.time.Duration

/** One argument that cannot be taken: which, why, and what was given. */
data class Problem(val field: String, val reason: String, val value: String)

/** Which bound was reached. */
enum class Bound {
    EVENTS,
    RESERVATIONS,
    PAYMENTS,
    WEBHOOKS,
    IDEMPOTENCY_KEYS,

    /** People in this waiting line. */
    WAITING_LINE,
    NOTES,

    /** Bytes between the callers and the disk: the disk cannot keep up. Try again shortly. */
    LOG_BUFFER,

    /** Room on the disk. Reads go on; writes resume when space returns. */
    DISK_SPACE,
}

/** Why a payment does not confirm a reservation. */
enum class PaymentDoubt {
    /** There is no such intent. */
    UNKNOWN,

    /** It belongs to another reservation or user. */
    FOREIGN,

    /** It is not completed. */
    UNFINISHED,

    /** Amount or currency differ from the reservation's. */
    AMOUNT_DIFFERS,
}

/** Why a hold is not extended. */
enum class ExtensionDoubt {
    /** It was extended as often as the event allows. */
    ALREADY_EXTENDED,

    /** One extension may not add so much. */
    TOO_LONG,

    /** The hold would last longer than the event allows. */
    PAST_MAXIMUM,
}

/** An expected "no": it changed nothing and waited for nothing. */
sealed class Refusal {
    /** For a person. */
    abstract val message: String

    /** True if the same request may succeed shortly, without anybody changing anything. */
    open val transient: Boolean get() = false

    /** Arguments that cannot be taken; each is named. */
    data class Invalid(val problems: List<Problem>, override val message: String) : Refusal()

    /** A write without an idempotency key where the engine demands one. */
    data class IdempotencyRequired(override val message: String) : Refusal()

    /** The key was used within its life for a different request. */
    data class IdempotencyConflict(override val message: String) : Refusal()

    /** No event has this id. */
    data class UnknownEvent(override val message: String) : Refusal()

    /** An event with this id exists. */
    data class EventExists(override val message: String) : Refusal()

    /** The event has no such seats. */
    data class UnknownSeats(val seats: List<String>, override val message: String) : Refusal()

    /** The event has no such section. */
    data class UnknownSection(val section: String, override val message: String) : Refusal()

    /** No reservation has this id (or it is long forgotten). */
    data class UnknownReservation(override val message: String) : Refusal()

    /** No payment intent has this id (or it is long forgotten). */
    data class UnknownPayment(override val message: String) : Refusal()

    /** No webhook has this id. */
    data class UnknownWebhook(override val message: String) : Refusal()

    /** The token is not one of ours, or of another event or user, or long forgotten. Which, is not told. */
    data class UnknownToken(override val message: String) : Refusal()

    /** The token was good once, and its time ran out. */
    data class TokenExpired(override val message: String) : Refusal()

    /** The event is not being sold now. */
    data class SaleNotOpen(val state: SaleState, override val message: String) : Refusal()

    /** Somebody with this user id waits in this line under another session. */
    data class AlreadyWaiting(override val message: String) : Refusal()

    /** The place in the line was given up. */
    data class LeftLine(override val message: String) : Refusal()

    /** The event has no waiting line. */
    data class NoWaitingLine(override val message: String) : Refusal()

    /** Not the caller's turn. */
    data class NotYet(override val message: String) : Refusal() {
        override val transient get() = true
    }

    /** Admissions are stopped for the moment. */
    data class AdmissionPaused(override val message: String) : Refusal() {
        override val transient get() = true
    }

    /** Somebody else has these seats. */
    data class SeatsTaken(val seats: List<String>, override val message: String) : Refusal()

    /** Fewer are left than asked for. */
    data class Insufficient(val wanted: Int, val available: Int, override val message: String) : Refusal()

    /** Enough are left, but not next to each other, and a split was not allowed. */
    data class NotAdjacent(val wanted: Int, override val message: String) : Refusal()

    /** The user would have more than the event allows; [seats] is what the user has now. */
    data class QuotaExceeded(val seatsMax: Int, val seats: Int, override val message: String) : Refusal()

    /** It belongs to somebody else. */
    data class Forbidden(override val message: String) : Refusal()

    /** The hold's time ran out. */
    data class ReservationExpired(override val message: String) : Refusal()

    /** The reservation is in a state that does not allow this. */
    data class ReservationIs(val state: ReservationState, override val message: String) : Refusal()

    /** The payment is in a state that does not allow this. */
    data class PaymentIs(val state: PaymentState, override val message: String) : Refusal()

    /** The reservation cannot be confirmed with this payment; [state] tells where an unfinished one stands. */
    data class PaymentNotApproved(
        val doubt: PaymentDoubt,
        val state: PaymentState?,
        override val message: String,
    ) : Refusal()

    /** A payment for this reservation is under way or done. */
    data class PaymentExists(override val message: String) : Refusal()

    /** The hold cannot be extended; [extensionMax] tells how much one extension may add, if this was too much. */
    data class ExtensionRefused(
        val doubt: ExtensionDoubt,
        val extensionMax: Duration?,
        override val message: String,
    ) : Refusal()

    /** More than what is left to refund. */
    data class RefundTooLarge(val leftMinor: Long, override val message: String) : Refusal()

    /** The seats are not exactly those of the hold. */
    data class SeatsDiffer(override val message: String) : Refusal()

    /** A reservation with this external id exists. */
    data class ExternalExists(override val message: String) : Refusal()

    /** The step is not due before [at]. */
    data class NotDue(val at: Instant, override val message: String) : Refusal() {
        override val transient get() = true
    }

    /** A bound is reached. [retryAfter] tells how long to wait before trying again, where that is known. */
    data class AtCapacity(
        val bound: Bound,
        val retryAfter: Duration?,
        override val message: String,
        override val transient: Boolean,
    ) : Refusal()

    /** A refusal that this library does not know yet. */
    data class Newer(override val message: String, override val transient: Boolean) : Refusal()
}
