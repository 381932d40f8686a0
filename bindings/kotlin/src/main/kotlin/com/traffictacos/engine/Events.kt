// Events: their settings, their seats, the rules of their waiting lines.
package com.traffictacos.engine

import java.time.Instant
import kotlin.time.Duration
import kotlin.time.Duration.Companion.hours
import kotlin.time.Duration.Companion.minutes
import kotlin.time.Duration.Companion.seconds
import kotlin.time.toKotlinDuration

/** Where a sale stands. */
enum class SaleState {
    /** Created; nobody can buy yet. */
    DRAFT,

    /** Being sold. */
    OPEN,

    /** Stopped for a while; holds that exist go on. */
    PAUSED,

    /** Over. */
    CLOSED,
}

/**
 * What can be set about an event while it lives. Seats and prices are fixed when it is created.
 *
 * From Java, use [EventSettings.builder].
 */
data class EventSettings(
    /** A name for people, at most 512 bytes. */
    val name: String,
    /** The currency of all prices: three letters. Cannot change once the event exists. */
    val currency: String,
    /** Seats that one reservation may have: 1 to 64. */
    val seatsPerReservationMax: Int = 10,
    /** Seats that one user may hold or own together; `null` for no bound. */
    val seatsPerUserMax: Int? = null,
    /** How long a hold lasts: 1 ms to 24 h. */
    val hold: Duration = 60.seconds,
    /** The longest that a hold may last from its beginning, extensions included. */
    val holdMax: Duration = 10.minutes,
    /** The most that one extension may add. */
    val extensionMax: Duration = 30.seconds,
    /** How often a hold may be extended. */
    val extensionsMax: Int = 1,
    /** Nobody can reserve before this moment. */
    val saleStarts: Instant? = null,
    /** Nobody can reserve from this moment on. */
    val saleEnds: Instant? = null,
) {
    companion object {
        /** For Java. */
        @JvmStatic
        fun builder(name: String, currency: String): Builder = Builder(name, currency)
    }

    /** Settings one by one, for Java. */
    class Builder internal constructor(name: String, currency: String) {
        private var settings = EventSettings(name, currency)

        /** See [EventSettings.seatsPerReservationMax]. */
        fun seatsPerReservationMax(max: Int) = set { copy(seatsPerReservationMax = max) }

        /** See [EventSettings.seatsPerUserMax]. */
        fun seatsPerUserMax(max: Int) = set { copy(seatsPerUserMax = max) }

        /** See [EventSettings.hold]. */
        fun hold(hold: java.time.Duration) = set { copy(hold = hold.toKotlinDuration()) }

        /** See [EventSettings.holdMax]. */
        fun holdMax(max: java.time.Duration) = set { copy(holdMax = max.toKotlinDuration()) }

        /** See [EventSettings.extensionMax]. */
        fun extensionMax(max: java.time.Duration) = set { copy(extensionMax = max.toKotlinDuration()) }

        /** See [EventSettings.extensionsMax]. */
        fun extensionsMax(max: Int) = set { copy(extensionsMax = max) }

        /** See [EventSettings.saleStarts]. */
        fun saleStarts(moment: Instant) = set { copy(saleStarts = moment) }

        /** See [EventSettings.saleEnds]. */
        fun saleEnds(moment: Instant) = set { copy(saleEnds = moment) }

        /** What was set, and defaults for the rest. */
        fun build(): EventSettings = settings

        private fun set(change: EventSettings.() -> EventSettings): Builder = apply { settings = settings.change() }
    }
}

/** A part of the venue with its own counts. The order of sections is the order of preference. */
sealed interface Section {
    /** 1 to 128 bytes of `A-Z a-z 0-9 . _ : -`, unique in the event. */
    val name: String

    /** Rows of numbered seats, best row first. */
    data class Seated(override val name: String, val rows: List<Row>) : Section

    /** Places without numbers. */
    data class General(override val name: String, val capacity: Int, val priceMinor: Long) : Section
}

/** Seats side by side. */
data class Row @JvmOverloads constructor(
    /** What the row is called. Need not be unique. */
    val label: String,
    /** Price of one seat, in the smallest unit of the currency. */
    val priceMinor: Long,
    /** The seats, from left to right. */
    val seats: RowSeats,
    /** Kept for people who need them: best available leaves them out unless asked. */
    val accessible: Boolean = false,
    /** Indices (ascending, from 1) of seats that have an aisle on their left. */
    val aislesBefore: List<Int> = emptyList(),
    /** Seats that differ from their row, by ascending index. */
    val exceptions: List<SeatException> = emptyList(),
)

/** The seats of a row; each label is unique in the event. */
sealed interface RowSeats {
    /** Labels made of a prefix and a number, which cost no memory per seat: `A-1`, `A-2`, … */
    data class Numbered @JvmOverloads constructor(
        val prefix: String,
        val count: Int,
        val firstNumber: Int = 1,
        /** From one seat to the next on its right; not zero, may be negative. */
        val step: Int = 1,
        /** Numbers are filled up with zeros to this many digits, at most 9. */
        val digitsMin: Int = 0,
    ) : RowSeats

    /** Labels one by one. */
    data class Listed(val labels: List<String>) : RowSeats
}

/** What one seat has that its row has not. */
data class SeatException @JvmOverloads constructor(
    /** Index of the seat in its row, from 0. */
    val index: Int,
    val priceMinor: Long? = null,
    val accessible: Boolean? = null,
)

/**
 * The rules of one event's waiting line. They may change while the sale runs.
 *
 * From Java, use [QueuePolicy.builder].
 */
data class QueuePolicy(
    /** With `false` nobody has to wait: whoever joins is ready as fast as the system-wide ceiling allows. */
    val enabled: Boolean = true,
    /** People made ready per minute, 1 to 6,000,000. */
    val admissionsPerMinute: Int = 6_000,
    /** Permits that a quiet line saves up and may then use at once, 1 to 1,000,000. */
    val burst: Int = 100,
    /** People inside at once (ready, or holding a token that is neither used nor expired). */
    val insideMax: Int = 5_000,
    /** People waiting at once. */
    val waitingMax: Int = 2_000_000,
    /** How long somebody who is ready keeps the turn. */
    val claimWindow: Duration = 60.seconds,
    /** How long an admission is valid. */
    val tokenTtl: Duration = 5.minutes,
    /** A waiting person who shows no activity for this long loses the place. */
    val inactivity: Duration = 1.hours,
    /** One place per user, whatever the number of sessions. */
    val onePlacePerUser: Boolean = true,
    /** The room before the sale, whose order is drawn at random. */
    val room: PresaleRoom? = null,
) {
    companion object {
        /** For Java. */
        @JvmStatic
        fun builder(): Builder = Builder()
    }

    /** Rules one by one, for Java. */
    class Builder internal constructor() {
        private var policy = QueuePolicy()

        /** See [QueuePolicy.enabled]. */
        fun enabled(enabled: Boolean) = set { copy(enabled = enabled) }

        /** See [QueuePolicy.admissionsPerMinute]. */
        fun admissionsPerMinute(count: Int) = set { copy(admissionsPerMinute = count) }

        /** See [QueuePolicy.burst]. */
        fun burst(count: Int) = set { copy(burst = count) }

        /** See [QueuePolicy.insideMax]. */
        fun insideMax(count: Int) = set { copy(insideMax = count) }

        /** See [QueuePolicy.waitingMax]. */
        fun waitingMax(count: Int) = set { copy(waitingMax = count) }

        /** See [QueuePolicy.claimWindow]. */
        fun claimWindow(window: java.time.Duration) = set { copy(claimWindow = window.toKotlinDuration()) }

        /** See [QueuePolicy.tokenTtl]. */
        fun tokenTtl(ttl: java.time.Duration) = set { copy(tokenTtl = ttl.toKotlinDuration()) }

        /** See [QueuePolicy.inactivity]. */
        fun inactivity(time: java.time.Duration) = set { copy(inactivity = time.toKotlinDuration()) }

        /** See [QueuePolicy.onePlacePerUser]. */
        fun onePlacePerUser(one: Boolean) = set { copy(onePlacePerUser = one) }

        /** See [QueuePolicy.room]. */
        fun room(room: PresaleRoom) = set { copy(room = room) }

        /** What was set, and defaults for the rest. */
        fun build(): QueuePolicy = policy

        private fun set(change: QueuePolicy.() -> QueuePolicy): Builder = apply { policy = policy.change() }
    }
}

/** A room in which people gather before the sale; coming early brings no advantage. */
data class PresaleRoom(
    /** Nobody can join before. */
    val opensAt: Instant,
    /** The order of those in the room is drawn then; who joins from here on stands behind them. */
    val drawsAt: Instant,
)
