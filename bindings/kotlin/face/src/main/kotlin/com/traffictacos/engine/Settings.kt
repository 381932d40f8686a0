// Written by `cargo run -p tacos-generator` from the engine's description of itself: do not edit.
// What can be set about events and their waiting lines. What is left out has the engine's usual value.
package com.traffictacos.engine

import java.time.Instant
import kotlin.time.Duration
import kotlin.time.Duration.Companion.hours
import kotlin.time.Duration.Companion.minutes
import kotlin.time.Duration.Companion.seconds
import kotlin.time.toKotlinDuration

/**
 * What can be set about an event while it lives. Seats and prices are fixed when it is created.
 *
 * From Java, use [EventSettings.builder].
 */
data class EventSettings(
    /** A name for people, at most 512 bytes. */
    val name: String,
    /** The currency of all prices. Cannot change once the event exists. */
    val currency: String,
    /** Seats that one reservation may have: 1 to 64. Default 10. */
    val seatsPerReservationMax: Int = 10,
    /** Seats that one user may hold or own together; `null` (the default) for no bound. */
    val seatsPerUserMax: Int? = null,
    /** How long a hold lasts (figures are milliseconds). Default 60,000; 1 to 24 h. */
    val hold: Duration = 1.minutes,
    /**
     * The longest that a hold may last from its beginning, extensions included (figures are milliseconds). Default
     * 600,000.
     */
    val holdMax: Duration = 10.minutes,
    /** The most that one extension may add (figures are milliseconds). Default 30,000. */
    val extensionMax: Duration = 30.seconds,
    /** How often a hold may be extended. Default 1. */
    val extensionsMax: Int = 1,
    /** Customers can reserve from this moment on; `null` for no such moment. */
    val saleStarts: Instant? = null,
    /** Customers can reserve until just before this moment; `null` for no such moment. */
    val saleEnds: Instant? = null,
) {
    companion object {
        /** For Java. */
        @JvmStatic
        fun builder(name: String, currency: String): Builder = Builder(name, currency)
    }

    /** One by one, for Java. */
    class Builder internal constructor(name: String, currency: String) {
        private var built = EventSettings(name, currency)

        /** See [EventSettings.seatsPerReservationMax]. */
        fun seatsPerReservationMax(seatsPerReservationMax: Int) = set { copy(seatsPerReservationMax = seatsPerReservationMax) }

        /** See [EventSettings.seatsPerUserMax]. */
        fun seatsPerUserMax(seatsPerUserMax: Int) = set { copy(seatsPerUserMax = seatsPerUserMax) }

        /** See [EventSettings.hold]. */
        fun hold(hold: java.time.Duration) = set { copy(hold = hold.toKotlinDuration()) }

        /** See [EventSettings.holdMax]. */
        fun holdMax(holdMax: java.time.Duration) = set { copy(holdMax = holdMax.toKotlinDuration()) }

        /** See [EventSettings.extensionMax]. */
        fun extensionMax(extensionMax: java.time.Duration) = set { copy(extensionMax = extensionMax.toKotlinDuration()) }

        /** See [EventSettings.extensionsMax]. */
        fun extensionsMax(extensionsMax: Int) = set { copy(extensionsMax = extensionsMax) }

        /** See [EventSettings.saleStarts]. */
        fun saleStarts(saleStarts: Instant) = set { copy(saleStarts = saleStarts) }

        /** See [EventSettings.saleEnds]. */
        fun saleEnds(saleEnds: Instant) = set { copy(saleEnds = saleEnds) }

        /** What was set, and defaults for the rest. */
        fun build(): EventSettings = built

        private fun set(change: EventSettings.() -> EventSettings): Builder = apply { built = built.change() }
    }
}

/**
 * The rules of one event's waiting line. They may change while the sale runs.
 *
 * From Java, use [QueuePolicy.builder].
 */
data class QueuePolicy(
    /**
     * With `false` customers do not wait: each one who joins is ready as fast as the system-wide ceiling allows.
     * Default `true`.
     */
    val enabled: Boolean = true,
    /** People made ready per minute, 1 to 6,000,000. Default 6,000. */
    val admissionsPerMinute: Int = 6_000,
    /** Permits that a quiet line saves up and may then use at once, 1 to 1,000,000. Default 100. */
    val burst: Int = 100,
    /**
     * People inside at once (ready, or holding a token that is neither used nor expired), 1 to 67,108,864. Default
     * 5,000. Lowering it sends no customer out: no new one comes in until enough have left.
     */
    val insideMax: Int = 5_000,
    /** People waiting at once, 1 to 67,108,864. Default 2,000,000. */
    val waitingMax: Int = 2_000_000,
    /**
     * How long a customer who is ready keeps the turn (figures are milliseconds), 1,000 to 86,400,000. Default 60,000.
     */
    val claimWindow: Duration = 1.minutes,
    /** How long an admission is valid (figures are milliseconds), 1,000 to 86,400,000. Default 300,000. */
    val tokenTtl: Duration = 5.minutes,
    /**
     * A waiting person who shows no activity for this long loses the place (figures are milliseconds), 1,000 to
     * 604,800,000. Default 3,600,000. A restart of the engine counts as activity.
     */
    val inactivity: Duration = 1.hours,
    /**
     * One place per user, whatever the number of sessions. Default `true`. Switched on during a sale it looks only at
     * tickets that were taken while it was on.
     */
    val onePlacePerUser: Boolean = true,
    /** The room before the sale, whose order is drawn at random. Default none. */
    val room: PresaleRoom? = null,
) {
    companion object {
        /** For Java. */
        @JvmStatic
        fun builder(): Builder = Builder()
    }

    /** One by one, for Java. */
    class Builder internal constructor() {
        private var built = QueuePolicy()

        /** See [QueuePolicy.enabled]. */
        fun enabled(enabled: Boolean) = set { copy(enabled = enabled) }

        /** See [QueuePolicy.admissionsPerMinute]. */
        fun admissionsPerMinute(admissionsPerMinute: Int) = set { copy(admissionsPerMinute = admissionsPerMinute) }

        /** See [QueuePolicy.burst]. */
        fun burst(burst: Int) = set { copy(burst = burst) }

        /** See [QueuePolicy.insideMax]. */
        fun insideMax(insideMax: Int) = set { copy(insideMax = insideMax) }

        /** See [QueuePolicy.waitingMax]. */
        fun waitingMax(waitingMax: Int) = set { copy(waitingMax = waitingMax) }

        /** See [QueuePolicy.claimWindow]. */
        fun claimWindow(claimWindow: java.time.Duration) = set { copy(claimWindow = claimWindow.toKotlinDuration()) }

        /** See [QueuePolicy.tokenTtl]. */
        fun tokenTtl(tokenTtl: java.time.Duration) = set { copy(tokenTtl = tokenTtl.toKotlinDuration()) }

        /** See [QueuePolicy.inactivity]. */
        fun inactivity(inactivity: java.time.Duration) = set { copy(inactivity = inactivity.toKotlinDuration()) }

        /** See [QueuePolicy.onePlacePerUser]. */
        fun onePlacePerUser(onePlacePerUser: Boolean) = set { copy(onePlacePerUser = onePlacePerUser) }

        /** See [QueuePolicy.room]. */
        fun room(room: PresaleRoom) = set { copy(room = room) }

        /** What was set, and defaults for the rest. */
        fun build(): QueuePolicy = built

        private fun set(change: QueuePolicy.() -> QueuePolicy): Builder = apply { built = built.change() }
    }
}

/** A room in which people gather before the sale; coming early brings no advantage. */
data class PresaleRoom(
    /** Customers can join from this moment on. */
    val opensAt: Instant,
    /** The order of those in the room is drawn then; who joins at or after this moment stands behind them. */
    val drawsAt: Instant,
)
