// What an engine can be asked whose answer waits for the disk: plain data, complete before it goes in.
package com.traffictacos.engine

import java.time.Instant
import kotlin.time.Duration
import kotlin.time.toKotlinDuration

/**
 * Anything whose answer waits for the disk, as data: for batches, and for Java. [R] is its answer.
 *
 * Where a command has a `key`, sending it again with the same key within five minutes gives the first answer, also after a
 * restart, and acts once. A `user` of `null` is a trusted caller that speaks for everybody.
 */
sealed interface Command<out R : Answer>

/** Which seats are wanted. */
sealed interface Want {
    /** Exactly these seats, or none. The name of a standing section stands for one place there, and may be said several times. */
    data class Seats(val seats: List<String>) : Want

    /** Seats by count: adjacent where they exist, best row first. */
    data class Best @JvmOverloads constructor(
        /** 1 to 64, and to the event's own bound. */
        val quantity: Int,
        /** Only in this section. */
        val section: String? = null,
        /** If no row has that many next to each other: take them from the fewest rows. */
        val allowSplit: Boolean = true,
        /** Offer accessible seats too; they are kept for those who ask. */
        val accessible: Boolean = false,
    ) : Want

    companion object {
        /** Exactly these seats. */
        @JvmStatic
        fun seats(vararg seats: String): Want = Seats(seats.asList())

        /** The best [quantity] seats. */
        @JvmStatic
        @JvmOverloads
        fun best(quantity: Int, section: String? = null): Want = Best(quantity, section)
    }
}

/** A reservation. */
sealed interface Which {
    /** By the id that [Reserve] gave. */
    data class Id(val id: String) : Which

    /** By the id that the caller brought. */
    data class External(val id: String) : Which

    companion object {
        /** By the id that [Reserve] gave. */
        @JvmStatic
        fun id(id: String): Which = Id(id)

        /** By the id that the caller brought. */
        @JvmStatic
        fun external(id: String): Which = External(id)
    }
}

/** How the customer pays; recorded, not interpreted. */
enum class PaymentMethod { CREDIT_CARD, DEBIT_CARD, BANK_TRANSFER, MOBILE_PAY, DIGITAL_WALLET }

/** What the simulated processor does. */
enum class Scenario {
    /** Succeeds after 2 to 5 s. */
    APPROVE,

    /** Fails after 1 to 3 s. */
    FAIL,

    /** Succeeds after 10 to 30 s. */
    DELAY,

    /** Seven of ten succeed, after 2 to 7 s. */
    RANDOM,

    /** Never answers: the intent expires. */
    TIMEOUT,

    /** Nothing happens by itself: an outside processor reports by [ReportPayment]. */
    OUTSIDE,
}

/** What is paid for. */
sealed interface Payee {
    /** A reservation of this engine. */
    data class OfReservation(val which: Which) : Payee

    /** Something that the engine does not know; the outcome changes no seats. */
    data class Unlinked(val id: String) : Payee
}

/** Creates an event with its seats; its sale is a draft until it is opened. */
data class CreateEvent @JvmOverloads constructor(
    val event: String,
    val settings: EventSettings,
    /** Its sections, in order of preference. */
    val sections: List<Section>,
    /** Its waiting line; without one, customers reserve without a token. */
    val queue: QueuePolicy? = null,
    val key: String? = null,
) : Command<EventResult>

/** Changes an event's settings. The currency must stay. */
data class UpdateEvent @JvmOverloads constructor(
    val event: String,
    val settings: EventSettings,
    val key: String? = null,
) : Command<EventResult>

/** Opens, pauses or closes a sale. Any state may follow any other, but nothing returns to draft. */
data class SetSale @JvmOverloads constructor(
    val event: String,
    val state: SaleState,
    val key: String? = null,
) : Command<EventResult>

/** Takes free seats off sale, or puts blocked ones back: all of them or none; at most 64 in one command. */
data class BlockSeats @JvmOverloads constructor(
    val event: String,
    val seats: List<String>,
    /** True to block, false to unblock. */
    val block: Boolean,
    val key: String? = null,
) : Command<DoneResult>

/** Gives an event a waiting line, or changes the rules of the one it has. */
data class SetQueuePolicy @JvmOverloads constructor(
    val event: String,
    val policy: QueuePolicy,
    val key: String? = null,
) : Command<EventResult>

/** Stops or restarts admissions of one event's line. People keep their places. */
data class PauseQueue @JvmOverloads constructor(
    val event: String,
    val paused: Boolean,
    val key: String? = null,
) : Command<EventResult>

/** Draws the order of the pre-sale room now. */
data class DrawRoom @JvmOverloads constructor(val event: String, val key: String? = null) : Command<EventResult>

/** Takes a place in a line. At least one of session and user is needed; the same session has the same place. */
data class JoinQueue @JvmOverloads constructor(
    val event: String,
    val session: String? = null,
    val user: String? = null,
) : Command<JoinResult>

/** Gives a place in the line up. */
data class LeaveQueue(val token: String) : Command<DoneResult>

/** Asks to be let in; asked again, the answer is the same. */
data class RequestAdmission @JvmOverloads constructor(
    /** The place in the line (`wtkn_…`). */
    val token: String,
    /** Must be the token's event, if given. */
    val event: String? = null,
    /** Must be who joined, if both are given. */
    val user: String? = null,
) : Command<AdmissionResult>

/** Holds seats for a customer until the deadline: all that are wanted or none. */
data class Reserve @JvmOverloads constructor(
    val event: String,
    /** Who will own the seats. */
    val user: String,
    val want: Want,
    /** The right to reserve (`rtkn_…`); needed where the event has a waiting line, unless the caller is [trusted]. */
    val token: String? = null,
    val key: String? = null,
    /** The caller's own id for this reservation, for services that keep their own. */
    val external: String? = null,
    /** When the hold shall end, within the event's maximum; `null` for the event's usual time. */
    val holdUntil: Instant? = null,
    /** A caller that is let past the line. */
    val trusted: Boolean = false,
) : Command<ReserveResult>

/** Turns a hold into a sale. */
data class Confirm @JvmOverloads constructor(
    val which: Which,
    /** The payment intent (`pay_…`) that proves it is paid; `null` when the caller vouches for it. */
    val payment: String? = null,
    val user: String? = null,
    /** If given, the hold must have exactly these seats. */
    val exactly: List<String>? = null,
    val key: String? = null,
) : Command<ConfirmResult>

/** Gives a hold back, whole or in part. */
data class Release @JvmOverloads constructor(
    val which: Which,
    /** Only these seats; empty for all. */
    val seats: List<String> = emptyList(),
    val user: String? = null,
    val key: String? = null,
) : Command<ReleaseResult>

/** Lets a hold last longer. */
data class Extend(
    val which: Which,
    val by: Duration,
    val user: String? = null,
    val key: String? = null,
) : Command<ExtendResult> {
    /** For Java. */
    @JvmOverloads
    constructor(which: Which, by: java.time.Duration, user: String? = null, key: String? = null) :
        this(which, by.toKotlinDuration(), user, key)
}

/** Expires a hold whose time has run out, as the engine does by itself: for an outside orchestrator. */
data class Expire(val which: Which) : Command<ReleaseResult>

/** Creates a payment intent. */
data class CreatePayment @JvmOverloads constructor(
    val payee: Payee,
    /** Who pays. */
    val user: String,
    val amountMinor: Long,
    val currency: String,
    val method: PaymentMethod = PaymentMethod.CREDIT_CARD,
    val scenario: Scenario = Scenario.APPROVE,
    /** Where results are delivered, at most 2,048 bytes; the embedding service delivers from the outbox. */
    val webhookUrl: String? = null,
    /** Carried along unread, at most 4,096 bytes. Never put card data here. */
    val attachment: Bytes = Bytes.EMPTY,
    val key: String? = null,
) : Command<PaymentResult>

/** Starts processing at once instead of shortly. */
data class ProcessPayment @JvmOverloads constructor(
    val payment: String,
    val user: String? = null,
    val key: String? = null,
) : Command<PaymentResult>

/** Calls a payment off before it completes, or pays back (all that is left, or a part) after. */
data class CancelPayment @JvmOverloads constructor(
    val payment: String,
    /** How much to pay back, in minor units; `null` for all that is left. */
    val refundMinor: Long? = null,
    val user: String? = null,
    val key: String? = null,
) : Command<PaymentResult>

/** Reports how a payment ended outside, whatever its scenario. */
data class ReportPayment @JvmOverloads constructor(
    val payment: String,
    /** True if the money was taken. */
    val completed: Boolean,
    val key: String? = null,
) : Command<PaymentResult>

/** Reports what became of one delivery of a webhook. */
data class ReportWebhook(val webhook: String, val delivered: Boolean) : Command<DoneResult>

/** Puts a dead letter back into the outbox. */
data class ReplayWebhook(val webhook: String) : Command<DoneResult>

/** Sets or removes (`null`) a small durable fact of the embedding service, at most 4,096 bytes. */
data class Note @JvmOverloads constructor(
    val name: String,
    val value: Bytes?,
    val key: String? = null,
) : Command<DoneResult>

/** Reads a reservation; what is shown is durable. With a [user], it must be theirs. */
data class ReadReservation @JvmOverloads constructor(
    val which: Which,
    val user: String? = null,
) : Command<ReservationLookup>

/** Reads a user's reservations, newest first. */
data class ReadReservations @JvmOverloads constructor(
    val user: String,
    val state: ReservationState? = null,
    val event: String? = null,
    val after: Cursor? = null,
    /** At most 100. */
    val most: Int = 100,
) : Command<ReservationList>

/** Reads a payment intent; what is shown is durable. With a [user], it must be theirs. */
data class ReadPayment @JvmOverloads constructor(
    val payment: String,
    val user: String? = null,
) : Command<PaymentLookup>

/** Reads a user's payments, newest first. */
data class ReadPayments @JvmOverloads constructor(
    val user: String,
    val state: PaymentState? = null,
    val reservation: String? = null,
    val after: Cursor? = null,
    /** At most 100. */
    val most: Int = 100,
) : Command<PaymentList>
