// Written by `cargo run -p tacos-generator` from the engine's description of itself: do not edit.
// What a write answers: what was done, or the refusal. Match on it with `when`, or ask for an exception: `orThrow()`.
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

/** The answer to [TicketEngine.queuePlace]. */
sealed interface QueuePlaceLookup : Answer

/** An expected "no": nothing was changed. */
data class Refused(
    /** Why. */
    val refusal: Refusal,
    /** The refusal's name for machines: snake case, the same in all languages, never changed. */
    val code: String,
) :
    EventResult, ReserveResult, ConfirmResult, ReleaseResult, ExtendResult, PaymentResult, JoinResult,
    AdmissionResult, DoneResult, ReservationLookup, PaymentLookup, ReservationList, PaymentList, QueuePlaceLookup {
    /** The same, to be thrown. */
    fun asException() = RefusedException(refusal, code)
}

/** An event was created or changed. */
data class EventChanged(
    /** When. */
    val at: Instant,
) : EventResult

/** Seats are held. */
data class Reserved(
    /** The reservation. */
    val id: String,
    /** The same under the name that hold services use (`hold_…`). */
    val hold: String,
    /** Its event. */
    val event: String,
    /** What is held. */
    val places: List<Place>,
    /** Their price together, in minor units of the event's currency. */
    val totalMinor: Long,
    /** The hold ends at this moment. */
    val expiresAt: Instant,
) : ReserveResult

/** A hold lasts longer. */
data class Extended(
    /** The reservation. */
    val id: String,
    /** The hold now ends at this moment. */
    val expiresAt: Instant,
    /** By how much it was extended (figures are milliseconds). */
    val extendedMillis: Long,
) : ExtendResult

/** Places were given back. */
data class Released(
    /** The reservation. */
    val id: String,
    /** Its event. */
    val event: String,
    /** Where the reservation stands now; still Pending if a part was given back. */
    val state: ReservationState,
    /** What was given back. */
    val places: List<Place>,
    /** When. */
    val at: Instant,
) : ReleaseResult

/** A hold became a sale. */
data class Confirmed(
    /** The reservation; its order is [order]. */
    val id: String,
    /** The order that the reservation became (`ord_…`). */
    val order: String,
    /** Its event. */
    val event: String,
    /** What is sold. */
    val places: List<Place>,
    /** Their price together, in minor units. */
    val totalMinor: Long,
    /** When. */
    val at: Instant,
) : ConfirmResult

/** A payment intent, as it stands after a write. */
data class PaymentChanged(
    /** The intent. */
    val id: String,
    /** Its transaction (`txn_…`). */
    val transaction: String,
    /** Where it stands. */
    val state: PaymentState,
    /** When it came to stand there. */
    val at: Instant,
    /** The intent's life ends at this moment. */
    val expiresAt: Instant,
    /** What this write paid back, in minor units. */
    val refundedMinor: Long,
    /** Refunds that the intent has had so far; a refund made by this write is counted. */
    val refundNumber: Int,
    /** What became of the reservation. */
    val effect: PaymentEffect,
) : PaymentResult

/** A place in the line. */
data class Joined(
    /** The credential for this place. */
    val token: String,
    /** The place, as it stands at the moment. */
    val place: QueuePlace,
    /** True if this session had the place already. */
    val again: Boolean,
) : JoinResult {
    // A credential shows itself only when asked.
    override fun toString() = "Joined(token=wtkn_…, place=$place, again=$again)"
}

/** The right to reserve. */
data class Admitted(
    /** The credential for it. */
    val token: String,
    /** It ends at this moment. */
    val validUntil: Instant,
) : AdmissionResult {
    // A credential shows itself only when asked.
    override fun toString() = "Admitted(token=rtkn_…, validUntil=$validUntil)"
}

/** Something was done, at a moment. */
data class Done(
    /** When. */
    val at: Instant,
) : DoneResult

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
