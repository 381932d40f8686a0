// Written by `cargo run -p tacos-generator` from the engine's description of itself: do not edit.
// What reads show: plain copies of one moment.
package com.traffictacos.engine

import java.time.Instant
import kotlin.time.Duration
import kotlin.time.toJavaDuration

/** One place of a reservation or seat map, described. */
data class Place(
    /** The seat's id; for standing places the section's. */
    val id: String,
    /** The section. */
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
data class Seat(
    /** The seat. */
    val place: Place,
    /** How it stands. */
    val state: SeatState,
)

/** How many places there are of each kind. At every moment `available + reserved + sold + blocked == total`. */
data class Counts(
    /** Can be had now. */
    val available: Int,
    /** Held. */
    val reserved: Int,
    /** Sold. */
    val sold: Int,
    /** Off sale. */
    val blocked: Int,
    /** All of them. */
    val total: Int,
)

/** A section with its counts. */
data class SectionView(
    /** Its name. */
    val name: String,
    /** True if it has places but no numbered seats. */
    val standing: Boolean,
    /** Its counts. */
    val counts: Counts,
    /** Cheapest place, in minor units. */
    val priceMinMinor: Long,
    /** Dearest place, in minor units. */
    val priceMaxMinor: Long,
)

/** An event. */
data class Event(
    /** Its id. */
    val id: String,
    /** Its settings. */
    val settings: EventSettings,
    /** Where its sale stands. */
    val sale: SaleState,
    /** Counts over all sections. */
    val counts: Counts,
    /** True if it has a waiting line. */
    val hasQueue: Boolean,
)

/** A reservation. */
data class Reservation(
    /** Its id. */
    val id: String,
    /** The same under the name that hold services use (`hold_…`). */
    val hold: String,
    /** The order that it became, once confirmed (`ord_…`). */
    val order: String?,
    /** The id that its service brought. */
    val external: String?,
    /** Its event. */
    val event: String,
    /** Whose it is. */
    val user: String,
    /** Where it stands. A hold whose time has run out shows as Expired, whether or not a timer has fired. */
    val state: ReservationState,
    /** What it has, or had when it ended. */
    val places: List<Place>,
    /** Their price together. In minor units of the currency. */
    val totalMinor: Long,
    /** Three letters, as in ISO 4217. */
    val currency: String,
    /** When it was made. */
    val createdAt: Instant,
    /** When it last changed. */
    val changedAt: Instant,
    /** The hold ends, or ended, at this moment. */
    val expiresAt: Instant,
    /** How often it was extended. */
    val extensions: Int,
    /** The payment that is under way or done. */
    val payment: String?,
) : ReservationLookup

/** A payment intent. */
data class Payment(
    /** Its id. */
    val id: String,
    /** Where it stands. An intent whose life is over shows as Expired, whether or not a timer has fired. */
    val state: PaymentState,
    /** The reservation paid for. */
    val reservation: String?,
    /** What is paid for, if the engine does not know it. */
    val unlinked: String?,
    /** Who pays. */
    val user: String,
    /** How much. In minor units of the currency. */
    val amountMinor: Long,
    /** Three letters, as in ISO 4217. */
    val currency: String,
    /** How much went back, in minor units. */
    val refundedMinor: Long,
    /** In how many refunds. */
    val refunds: Int,
    /** How. */
    val method: PaymentMethod,
    /** What the simulated processor does. */
    val scenario: Scenario,
    /** What became of the reservation. */
    val effect: PaymentEffect,
    /** When it was made. */
    val createdAt: Instant,
    /** When it last changed. */
    val changedAt: Instant,
    /** When its outcome came. */
    val processedAt: Instant?,
    /** Its life ends at this moment. */
    val expiresAt: Instant,
    /** Where results are delivered. */
    val webhookUrl: String?,
    /** What was carried along. */
    val attachment: Bytes,
) : PaymentLookup

/** A place in the line at one moment. */
data class QueuePlace(
    /** How it stands. */
    val state: QueueState,
    /** 1 is next; 0 where there is no position (not waiting, or the order is not drawn yet). */
    val position: Int,
    /** Expected wait from the measured outflow (figures are milliseconds); `null` when nothing is known. */
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
    /** People inside: ready or with a token that is good and unused. */
    val inside: Int,
    /** People ever let in. */
    val admittedTotal: Long,
    /** People whose time ran out. */
    val expiredTotal: Long,
    /** People who gave up. */
    val leftTotal: Long,
    /** People let in during the last minute: in the present second of the clock and the 59 before it. */
    val admittedPerMinute: Int,
    /** Mean wait of those people from joining to being let in (figures are milliseconds); 0 without any. */
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
    /** Its id. */
    val id: String,
    /** The payment that it tells of. */
    val payment: String,
    /** The state that it tells of. */
    val tells: PaymentState,
    /** When it was put into the outbox. */
    val createdAt: Instant,
    /** Attempts so far. */
    val attempts: Int,
    /** When to try next; `null` for a dead letter. */
    val nextAt: Instant?,
    /** Order of creation, to page by. */
    val order: Long,
)

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
    /** Events. */
    val events: Int,
    /** Slots of reservations ever used at once. */
    val reservationSlots: Int,
    /** Slots of payments ever used at once. */
    val paymentSlots: Int,
    /** Users with something live. */
    val users: Long,
    /** Idempotency keys remembered. */
    val idempotencyKeys: Long,
    /** Webhooks to deliver. */
    val webhooksWaiting: Long,
    /** Dead letters. */
    val webhooksDead: Long,
    /** Timers set. */
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
