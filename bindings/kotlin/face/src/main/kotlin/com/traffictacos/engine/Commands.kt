// Written by `cargo run -p tacos-generator` from the engine's description of itself: do not edit.
// What an engine can be asked whose answer waits for the disk: plain data, complete before it goes in.
package com.traffictacos.engine

import java.time.Instant
import kotlin.time.Duration
import kotlin.time.toKotlinDuration

/**
 * Anything whose answer waits for the disk, as data: for batches, and for Java. [R] is its answer.
 *
 * Where a command has a `key`, sending it again with the same key within five minutes gives the first answer, also
 * after a restart, and acts once. A `user` of `null` is a trusted caller that speaks for every user.
 */
sealed interface Command<out R : Answer>

/** Creates an event with its seats; its sale is a draft until it is opened. */
data class CreateEvent @JvmOverloads constructor(
    /** The new event's id. */
    val event: String,
    /** Its settings. */
    val settings: EventSettings,
    /** Its sections, in order of preference. */
    val sections: List<Section>,
    /** Its waiting line; without one, customers reserve without a token. */
    val queue: QueuePolicy? = null,
    /** Makes the command safe to send twice. */
    val key: String? = null,
) : Command<EventResult>

/** Changes an event's settings. The currency must stay. */
data class UpdateEvent @JvmOverloads constructor(
    /** The event. */
    val event: String,
    /** All settings, as they shall be. */
    val settings: EventSettings,
    /** Makes the command safe to send twice. */
    val key: String? = null,
) : Command<EventResult>

/** Opens, pauses or closes a sale. Any state may follow any other, but nothing returns to draft. */
data class SetSale @JvmOverloads constructor(
    /** The event. */
    val event: String,
    /** The state to be in. */
    val state: SaleState,
    /** Makes the command safe to send twice. */
    val key: String? = null,
) : Command<EventResult>

/**
 * Takes free seats off sale, or puts blocked ones back: all of them or none. The name of a standing section stands for
 * one place there, and may be said several times.
 */
data class BlockSeats @JvmOverloads constructor(
    /** The event. */
    val event: String,
    /** The seats, without doubles; at most 64 in one command. */
    val seats: List<String>,
    /** True to block, false to unblock. */
    val block: Boolean,
    /** Makes the command safe to send twice. */
    val key: String? = null,
) : Command<DoneResult>

/** Gives an event a waiting line, or changes the rules of the one it has, while the sale runs. */
data class SetQueuePolicy @JvmOverloads constructor(
    /** The event. */
    val event: String,
    /** All rules, as they shall be. */
    val policy: QueuePolicy,
    /** Makes the command safe to send twice. */
    val key: String? = null,
) : Command<EventResult>

/** Stops or restarts admissions of one event's line. People keep their places. */
data class PauseQueue @JvmOverloads constructor(
    /** The event. */
    val event: String,
    /** True to pause, false to resume. */
    val paused: Boolean,
    /** Makes the command safe to send twice. */
    val key: String? = null,
) : Command<EventResult>

/**
 * Draws the order of the pre-sale room now; it is drawn by itself when its time comes. From then on the line is first
 * come, first served.
 */
data class DrawRoom @JvmOverloads constructor(
    /** The event. */
    val event: String,
    /** Makes the command safe to send twice. */
    val key: String? = null,
) : Command<EventResult>

/**
 * Takes a place in an event's waiting line. At least one of session and user is needed; the same session joining again
 * has the same place.
 */
data class JoinQueue @JvmOverloads constructor(
    /** The event. */
    val event: String,
    /** The customer's session. */
    val session: String? = null,
    /** The customer. */
    val user: String? = null,
) : Command<JoinResult>

/** Gives a place in the line up. */
data class LeaveQueue(
    /** The place in the line. */
    val token: String,
) : Command<DoneResult>

/** Asks to be let in; asked again, the answer is the same. */
data class RequestAdmission @JvmOverloads constructor(
    /** The place in the line. */
    val token: String,
    /** Must be the token's event, if given. */
    val event: String? = null,
    /** Must be who joined, if both are given. Who joined without a name is named here. */
    val user: String? = null,
) : Command<AdmissionResult>

/** Holds seats for a customer until the deadline: all that are wanted or none. */
data class Reserve @JvmOverloads constructor(
    /** The event. */
    val event: String,
    /** Who will own the seats. */
    val user: String,
    /** Which seats. */
    val want: SeatRequest,
    /** The right to reserve; needed where the event has a waiting line, unless the caller is [trusted]. */
    val token: String? = null,
    /** Makes the command safe to send twice. */
    val key: String? = null,
    /** The caller's own id for this reservation, for services that keep their own. */
    val external: String? = null,
    /** When the hold shall end, within the event's maximum; `null` for the event's usual time. */
    val holdUntil: Instant? = null,
    /** A caller that is let past the line (an inventory client with its own admission). */
    val trusted: Boolean = false,
) : Command<ReserveResult>

/** Turns a hold into a sale. */
data class Confirm @JvmOverloads constructor(
    /** The reservation. */
    val which: ReservationRef,
    /** The payment intent (`pay_…`) that proves it is paid; `null` when the caller vouches for it. */
    val payment: String? = null,
    /** Whose it must be, unless an operator asks. */
    val user: String? = null,
    /** If given, the hold must have exactly these seats. */
    val exactly: List<String>? = null,
    /** Makes the command safe to send twice. */
    val key: String? = null,
    /**
     * If given, what the hold costs must be exactly this, in minor units: what the customer was charged where money is
     * handled elsewhere.
     */
    val totalMinor: Long? = null,
) : Command<ConfirmResult>

/** Gives a hold back, whole or in part; a part only while no payment is under way for the whole. */
data class Release @JvmOverloads constructor(
    /** The reservation. */
    val which: ReservationRef,
    /**
     * Only these seats; empty for all. Naming all of them is the same as naming none. The name of a standing section
     * stands for one place there.
     */
    val seats: List<String> = emptyList(),
    /** Whose it must be, unless an operator asks. */
    val user: String? = null,
    /** Makes the command safe to send twice. */
    val key: String? = null,
) : Command<ReleaseResult>

/** Lets a hold last longer. */
data class Extend(
    /** The reservation. */
    val which: ReservationRef,
    /** By how much, in whole milliseconds. */
    val by: Duration,
    /** Whose it must be, unless an operator asks. */
    val user: String? = null,
    /** Makes the command safe to send twice. */
    val key: String? = null,
    /**
     * If given, the hold must end at this moment before it is extended: what was extended meanwhile is not extended
     * again.
     */
    val expiresAt: Instant? = null,
) : Command<ExtendResult> {
    /** For Java. */
    @JvmOverloads
    constructor(which: ReservationRef, by: java.time.Duration, user: String? = null, key: String? = null, expiresAt: Instant? = null) :
        this(which, by.toKotlinDuration(), user, key, expiresAt)
}

/** Expires a hold whose time has run out, as the engine does by itself: for an outside orchestrator. */
data class Expire(
    /** The reservation. */
    val which: ReservationRef,
) : Command<ReleaseResult>

/** Creates a payment intent. */
data class CreatePayment @JvmOverloads constructor(
    /** What is paid for. */
    val payee: Payee,
    /** Who pays. */
    val user: String,
    /** How much; see `Options.paymentAmountMustMatch`. In minor units of the currency. */
    val amountMinor: Long,
    /** Three letters, as in ISO 4217. */
    val currency: String,
    /** How. */
    val method: PaymentMethod = PaymentMethod.CREDIT_CARD,
    /** What the simulated processor does. */
    val scenario: Scenario = Scenario.APPROVE,
    /** Where results are delivered, at most 2,048 bytes; the embedding service delivers from the outbox. */
    val webhookUrl: String? = null,
    /** Carried along unread, at most 4,096 bytes. Never put card data here. */
    val attachment: Bytes = Bytes.EMPTY,
    /** Makes the command safe to send twice. */
    val key: String? = null,
) : Command<PaymentResult>

/** Starts processing a payment at once instead of shortly. */
data class ProcessPayment @JvmOverloads constructor(
    /** The payment intent. */
    val payment: String,
    /** Whose it must be, unless an operator asks. */
    val user: String? = null,
    /** Makes the command safe to send twice. */
    val key: String? = null,
) : Command<PaymentResult>

/** Calls a payment off before it completes, or pays back (all that is left, or a part) after. */
data class CancelPayment @JvmOverloads constructor(
    /** The payment intent. */
    val payment: String,
    /** How much to pay back, in minor units; `null` for all that is left. */
    val refundMinor: Long? = null,
    /** Whose it must be, unless an operator asks. */
    val user: String? = null,
    /** Makes the command safe to send twice. */
    val key: String? = null,
) : Command<PaymentResult>

/** Reports the outcome of a payment at once, whatever its scenario. */
data class ReportPayment @JvmOverloads constructor(
    /** The payment intent. */
    val payment: String,
    /** True if the money was taken. */
    val completed: Boolean,
    /** Makes the command safe to send twice. */
    val key: String? = null,
) : Command<PaymentResult>

/** Reports what became of one delivery attempt of a webhook. */
data class ReportWebhook(
    /** The webhook. */
    val webhook: String,
    /** True if the receiver took it. */
    val delivered: Boolean,
) : Command<DoneResult>

/** Puts a dead letter back into the outbox. */
data class ReplayWebhook(
    /** The webhook. */
    val webhook: String,
) : Command<DoneResult>

/**
 * Sets or removes a small durable fact of the embedding service: a setting that outlives a restart, a registered
 * address.
 */
data class Note @JvmOverloads constructor(
    /** Its name. Names that begin with `tacos.` are the engine's own and are refused. */
    val name: String,
    /** Its value, at most 4,096 bytes; `null` removes it. */
    val value: Bytes?,
    /** Makes the command safe to send twice. */
    val key: String? = null,
) : Command<DoneResult>

/** Reads a reservation; what is shown is durable. With a [user], it must be theirs. */
data class ReadReservation @JvmOverloads constructor(
    /** The reservation. */
    val which: ReservationRef,
    /** Whose it must be. */
    val user: String? = null,
) : Command<ReservationLookup>

/** Reads a user's reservations, newest first. */
data class ReadReservations @JvmOverloads constructor(
    /** Whose they are. */
    val user: String,
    /** Only those that stand so. */
    val state: ReservationState? = null,
    /** Only those of this event. */
    val event: String? = null,
    /** Where the page before ended; `null` for the first. */
    val after: Cursor? = null,
    /** At most so many, and at most 100. */
    val most: Int = 100,
) : Command<ReservationList>

/** Reads a payment intent; what is shown is durable. With a [user], it must be theirs. */
data class ReadPayment @JvmOverloads constructor(
    /** The payment intent (`pay_…`). */
    val payment: String,
    /** Whose it must be. */
    val user: String? = null,
) : Command<PaymentLookup>

/** Reads a user's payments, newest first. */
data class ReadPayments @JvmOverloads constructor(
    /** Whose they are. */
    val user: String,
    /** Only those that stand so. */
    val state: PaymentState? = null,
    /** Only those of this reservation. */
    val reservation: String? = null,
    /** Where the page before ended; `null` for the first. */
    val after: Cursor? = null,
    /** At most so many, and at most 100. */
    val most: Int = 100,
) : Command<PaymentList>
