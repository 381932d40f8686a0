// What a write answers: what was done, or the refusal. Match on it with `when`, or ask for an exception with `orThrow()`.
package com.traffictacos.engine

import java.time.Instant

/** Any answer to a [Command]: what was done, or [Refused]. */
sealed interface Answer

/** The answer to [CreateEvent], [UpdateEvent], [SetSale], [SetQueuePolicy], [PauseQueue] and [DrawRoom]. */
sealed interface EventResult : Answer

/** The answer to [Reserve]. */
sealed interface ReserveResult : Answer

/** The answer to [Confirm]. */
sealed interface ConfirmResult : Answer

/** The answer to [Release] and [Expire]. */
sealed interface ReleaseResult : Answer

/** The answer to [Extend]. */
sealed interface ExtendResult : Answer

/** The answer to [CreatePayment], [ProcessPayment], [CancelPayment] and [ReportPayment]. */
sealed interface PaymentResult : Answer

/** The answer to [JoinQueue]. */
sealed interface JoinResult : Answer

/** The answer to [RequestAdmission]. */
sealed interface AdmissionResult : Answer

/** The answer to [BlockSeats], [LeaveQueue], [ReportWebhook], [ReplayWebhook] and [Note]. */
sealed interface DoneResult : Answer

/** The answer to [ReadReservation]. */
sealed interface ReservationLookup : Answer

/** The answer to [ReadPayment]. */
sealed interface PaymentLookup : Answer

/** The answer to [ReadReservations]. */
sealed interface ReservationList : Answer

/** The answer to [ReadPayments]. */
sealed interface PaymentList : Answer

/** The answer to [Engine.queuePlace]. */
sealed interface QueuePlaceLookup : Answer

/** An expected "no": nothing was changed. */
data class Refused(
    /** Why. */
    val refusal: Refusal,
    /** The refusal's name for machines: snake case, the same in all languages, never changed. */
    val code: String,
) :
    EventResult, ReserveResult, ConfirmResult, ReleaseResult, ExtendResult, PaymentResult, JoinResult, AdmissionResult,
    DoneResult, ReservationLookup, PaymentLookup, ReservationList, PaymentList, QueuePlaceLookup {
    internal fun asException() = RefusedException(refusal, code)
}

/** An event was created or changed. */
data class EventChanged(val at: Instant) : EventResult

/** Seats are held until [expiresAt]. */
data class Reserved(
    /** The reservation (`rsv_…`). */
    val id: String,
    /** The same under the name that hold services use (`hold_…`). */
    val hold: String,
    val event: String,
    val places: List<Place>,
    /** Their price together, in minor units of the event's currency. */
    val totalMinor: Long,
    val expiresAt: Instant,
) : ReserveResult

/** A hold became a sale. */
data class Confirmed(
    val id: String,
    /** The order that the reservation became (`ord_…`). */
    val order: String,
    val event: String,
    val places: List<Place>,
    val totalMinor: Long,
    val at: Instant,
) : ConfirmResult

/** Places were given back. */
data class Released(
    val id: String,
    val event: String,
    /** Where the reservation stands now; still pending if a part was given back. */
    val state: ReservationState,
    /** What was given back. */
    val places: List<Place>,
    val at: Instant,
) : ReleaseResult

/** A hold lasts longer: until [expiresAt], which is [extendedMillis] later than before. */
data class Extended(val id: String, val expiresAt: Instant, val extendedMillis: Long) : ExtendResult

/** A payment intent, as it stands after a write. */
data class PaymentChanged(
    /** The intent (`pay_…`). */
    val id: String,
    /** Its transaction (`txn_…`). */
    val transaction: String,
    val state: PaymentState,
    val at: Instant,
    /** The intent's life ends at this moment. */
    val expiresAt: Instant,
    /** What this write paid back, in minor units. */
    val refundedMinor: Long,
    /** How many refunds the intent has had. */
    val refundNumber: Int,
    /** What became of the reservation. */
    val effect: Effect,
) : PaymentResult

/** A place in the line. */
data class Joined(
    /** The credential for this place (`wtkn_…`). */
    val token: String,
    val place: QueuePlace,
    /** True if this session had the place already. */
    val again: Boolean,
) : JoinResult {
    // A credential shows itself only when asked.
    override fun toString() = "Joined(token=wtkn_…, place=$place, again=$again)"
}

/** The right to reserve (`rtkn_…`), until [validUntil]. */
data class Admitted(val token: String, val validUntil: Instant) : AdmissionResult {
    override fun toString() = "Admitted(token=rtkn_…, validUntil=$validUntil)"
}

/** It is done. */
data class Done(val at: Instant) : DoneResult

/** What was done; or throws [RefusedException]. */
fun EventResult.orThrow(): EventChanged = done()

/** What was done; or throws [RefusedException]. */
fun ReserveResult.orThrow(): Reserved = done()

/** What was done; or throws [RefusedException]. */
fun ConfirmResult.orThrow(): Confirmed = done()

/** What was done; or throws [RefusedException]. */
fun ReleaseResult.orThrow(): Released = done()

/** What was done; or throws [RefusedException]. */
fun ExtendResult.orThrow(): Extended = done()

/** What was done; or throws [RefusedException]. */
fun PaymentResult.orThrow(): PaymentChanged = done()

/** What was done; or throws [RefusedException]. */
fun JoinResult.orThrow(): Joined = done()

/** What was done; or throws [RefusedException]. */
fun AdmissionResult.orThrow(): Admitted = done()

/** What was done; or throws [RefusedException]. */
fun DoneResult.orThrow(): Done = done()

/** What was found; or throws [RefusedException]. */
fun ReservationLookup.orThrow(): Reservation = done()

/** What was found; or throws [RefusedException]. */
fun PaymentLookup.orThrow(): Payment = done()

/** What was found; or throws [RefusedException]. */
fun ReservationList.orThrow(): ReservationPage = done()

/** What was found; or throws [RefusedException]. */
fun PaymentList.orThrow(): PaymentPage = done()

/** What was found; or throws [RefusedException]. */
fun QueuePlaceLookup.orThrow(): QueuePlace = done()

private inline fun <reified T> Answer.done(): T = if (this is Refused) throw asException() else this as T
