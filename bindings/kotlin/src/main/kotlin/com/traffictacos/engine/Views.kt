// What reads show: plain copies of one moment.
package com.traffictacos.engine

import java.time.Instant
import kotlin.time.Duration
import kotlin.time.toJavaDuration

/** Where a reservation stands. */
enum class ReservationState {
    /** Seats are held until the deadline. */
    PENDING,

    /** Paid: the seats are sold. */
    CONFIRMED,

    /** Given back by the customer or the service. */
    CANCELLED,

    /** The hold's time ran out. */
    EXPIRED,

    /** The payment failed. */
    FAILED,

    /** Paid back in full; the seats are on sale again. */
    REFUNDED,
}

/** Where a payment intent stands. */
enum class PaymentState {
    /** Created, processing has not begun. */
    PENDING,

    /** Outcome and moment are decided and durable; the moment has not come. */
    PROCESSING,

    /** Money taken. */
    COMPLETED,

    /** Refused by the simulated processor. */
    FAILED,

    /** Called off before it completed. */
    CANCELLED,

    /** No outcome within the intent's life. */
    EXPIRED,

    /** Paid back in full. */
    REFUNDED,
}

/** What a payment did to its reservation. */
enum class Effect {
    /** Nothing: there is none, or the outcome says nothing about it. */
    NONE,

    /** It confirmed the reservation. */
    CONFIRMED,

    /** It came after the hold expired, the same seats were still free, and they are sold. */
    RETAKEN,

    /** It came too late: the money was paid back. */
    PAID_BACK,

    /** It gave the seats back. */
    RELEASED,
}

/** How one seat stands. */
enum class SeatState { AVAILABLE, RESERVED, SOLD, BLOCKED }

/** How a place in the line stands. */
enum class QueueState {
    /** In the pre-sale room: the order is not drawn yet. */
    IN_ROOM,

    WAITING,

    /** It is this person's turn, until the claim window closes. */
    READY,

    /** Let in, with a token that is still good. */
    ADMITTED,

    /** Let in, and the token was used for an order. */
    USED,

    /** Given up. */
    LEFT,

    /** Its time ran out. */
    EXPIRED,
}

/** One place of a reservation or seat map. */
data class Place(
    /** The seat's id; for standing places the section's. */
    val id: String,
    val section: String,
    /** The row; empty for standing places. */
    val row: String,
    /** The number within the row; empty for standing places. */
    val number: String,
    /** Price of one place, in minor units. */
    val priceMinor: Long,
    /** How many places: 1 for a seat. */
    val count: Int,
)

/** A seat of the map with its state. */
data class Seat(val place: Place, val state: SeatState)

/** How many places there are of each kind. At every moment `available + reserved + sold + blocked == total`. */
data class Counts(val available: Int, val reserved: Int, val sold: Int, val blocked: Int, val total: Int)

/** A section with its counts. */
data class SectionView(
    val name: String,
    /** True if it has places but no numbered seats. */
    val standing: Boolean,
    val counts: Counts,
    val priceMinMinor: Long,
    val priceMaxMinor: Long,
)

/** An event. */
data class Event(
    val id: String,
    val settings: EventSettings,
    val sale: SaleState,
    val counts: Counts,
    val hasQueue: Boolean,
)

/** An event with all its seats, and the [position] behind which lie all updates that this copy may lack. */
data class EventSnapshot(val event: Event, val seats: List<Seat>, val position: Long)

/** A reservation. */
data class Reservation(
    val id: String,
    val hold: String,
    /** The order that it became, once confirmed. */
    val order: String?,
    /** The id that its service brought. */
    val external: String?,
    val event: String,
    val user: String,
    /** A hold whose time has run out shows as expired, whether or not a timer has fired. */
    val state: ReservationState,
    /** What it has, or had when it ended. */
    val places: List<Place>,
    val totalMinor: Long,
    val currency: String,
    val createdAt: Instant,
    val changedAt: Instant,
    /** The hold ends, or ended, at this moment. */
    val expiresAt: Instant,
    val extensions: Int,
    /** The payment that is under way or done. */
    val payment: String?,
) : ReservationLookup

/** A payment intent. */
data class Payment(
    val id: String,
    /** An intent whose life is over shows as expired, whether or not a timer has fired. */
    val state: PaymentState,
    val reservation: String?,
    /** What is paid for, if the engine does not know it. */
    val unlinked: String?,
    val user: String,
    val amountMinor: Long,
    val currency: String,
    val refundedMinor: Long,
    val refunds: Int,
    val method: PaymentMethod,
    val scenario: Scenario,
    val effect: Effect,
    val createdAt: Instant,
    val changedAt: Instant,
    /** When its outcome came. */
    val processedAt: Instant?,
    val expiresAt: Instant,
    val webhookUrl: String?,
    /** What was carried along. */
    val attachment: Bytes,
) : PaymentLookup

/** Reservations, newest first. */
data class ReservationPage(
    val items: List<Reservation>,
    /** Where the next page begins; `null` if this is the last. A page may be short and still have a next one. */
    val next: Cursor?,
) : ReservationList

/** Payments, newest first. */
data class PaymentPage(
    val items: List<Payment>,
    /** Where the next page begins; `null` if this is the last. A page may be short and still have a next one. */
    val next: Cursor?,
) : PaymentList

/** Bytes that never change, compared by what they are. */
class Bytes private constructor(private val bytes: ByteArray) {
    val size: Int get() = bytes.size

    /** A copy. */
    fun toByteArray(): ByteArray = bytes.copyOf()

    /** As hexadecimal digits. */
    fun toHex(): String = bytes.joinToString("") { "%02x".format(it) }

    override fun equals(other: Any?) = other is Bytes && bytes.contentEquals(other.bytes)

    override fun hashCode() = bytes.contentHashCode()

    override fun toString() = "Bytes($size)"

    companion object {
        /** No bytes. */
        @JvmField
        val EMPTY = Bytes(ByteArray(0))

        /** These bytes, copied. */
        @JvmStatic
        fun of(bytes: ByteArray): Bytes = if (bytes.isEmpty()) EMPTY else Bytes(bytes.copyOf())

        /** These bytes of a text in UTF-8. */
        @JvmStatic
        fun of(text: String): Bytes = Bytes(text.encodeToByteArray())
    }
}

/** Where a page of a listing begins. Carry it outside as bytes. */
data class Cursor(val bytes: Bytes)

/** A place in the line at one moment. */
data class QueuePlace(
    val state: QueueState,
    /** 1 is next; 0 where there is no position (not waiting, or the order is not drawn yet). */
    val position: Int,
    /** Expected wait from the measured outflow; `null` when nothing is known. */
    val eta: Duration?,
    /** The place is lost at this moment unless something happens; `null` while nothing can end it. */
    val expiresAt: Instant?,
) : QueuePlaceLookup {
    /** [eta], for Java. */
    fun etaJava(): java.time.Duration? = eta?.toJavaDuration()
}

/** Figures of one waiting line. */
data class QueueFigures(
    /** People waiting, those in the pre-sale room included. */
    val waiting: Int,
    /** People whose turn it is. */
    val ready: Int,
    /** People inside: ready, or with a token that is good and unused. */
    val inside: Int,
    val admittedTotal: Long,
    val expiredTotal: Long,
    val leftTotal: Long,
    /** Admissions in the last minute. */
    val admittedPerMinute: Int,
    /** Average wait of those let in lately. */
    val averageWait: Duration,
    /** True while admissions are paused. */
    val paused: Boolean,
) {
    /** [averageWait], for Java. */
    fun averageWaitJava(): java.time.Duration = averageWait.toJavaDuration()
}

/** The pre-sale draw of an event: anyone can check it. */
data class Draw(
    /** blake3 of the seed: known before the draw. */
    val commitment: Bytes,
    /** The seed: known after the draw. */
    val seed: Bytes?,
)

/** A webhook of the outbox. */
data class Webhook(
    val id: String,
    val payment: String,
    /** The state that it tells of. */
    val tells: PaymentState,
    val createdAt: Instant,
    /** Attempts so far. */
    val attempts: Int,
    /** When to try next; `null` for a dead letter. */
    val nextAt: Instant?,
    /** Order of creation, to page by. */
    val order: Long,
)

/** Webhooks whose time has come, and the time of the next one. */
data class DueWebhooks(val webhooks: List<Webhook>, val nextAt: Instant?)

/** Figures of the engine as a whole. */
data class Status(
    /** End of everything written so far, in bytes of the journal. */
    val written: Long,
    /** End of everything durable so far. */
    val durable: Long,
    /** End of what the last finished snapshot holds. */
    val snapshot: Long,
    /** Why the journal takes no more writes, if it does not. */
    val poisoned: String?,
    /** True while the disk is too full for new writes. */
    val diskFull: Boolean,
    val events: Int,
    /** Slots of reservations ever used at once. */
    val reservationSlots: Int,
    /** Slots of payments ever used at once. */
    val paymentSlots: Int,
    /** Users with something live. */
    val users: Long,
    val idempotencyKeys: Long,
    val webhooksWaiting: Long,
    val webhooksDead: Long,
    val timers: Long,
    /** Commands done since the engine was opened. */
    val commands: Long,
    /** Commands refused since the engine was opened. */
    val refusals: Long,
    /** Groups written to the journal since it was opened. */
    val groups: Long,
    /** Timers that fired since it was opened. */
    val fired: Long,
    /** What the engine's tables take, in bytes. */
    val memoryBytes: Long,
)
