// How an engine is opened.
package com.traffictacos.engine

import java.time.Instant
import kotlin.time.Duration
import kotlin.time.toKotlinDuration

/** What an acknowledgement promises. */
sealed interface Durability {
    /** Acknowledged once on disk: survives a crash of the process and of the machine. */
    data object Synced : Durability

    /**
     * Acknowledged once handed to the operating system, and synced at least every [syncEvery]: survives a crash of the
     * process; a crash of the machine may lose what was acknowledged within the last interval.
     */
    data class Relaxed(val syncEvery: Duration) : Durability {
        /** For Java. */
        constructor(syncEvery: java.time.Duration) : this(syncEvery.toKotlinDuration())
    }
}

/**
 * Settings of one engine. What is left out has the engine's own default, which is fit for production.
 *
 * From Java, use [Options.builder].
 */
data class Options(
    /** What an acknowledgement promises. */
    val durability: Durability = Durability.Synced,
    /**
     * With a moment given here, time stands still there until [Engine.advance] moves it, and what is due happens only in
     * [Engine.turn]: for tests and simulations.
     */
    val timeByHandFrom: Instant? = null,
    /** Makes issued ids and simulated outcomes reproducible. Never in production. */
    val fixedEntropy: Long? = null,
    /** Refuse writes that have no idempotency key. */
    val idempotencyRequired: Boolean = false,
    /** How long an answer is remembered for its key: 1 s to 24 h, 5 minutes if left out. */
    val idempotencyTtl: Duration? = null,
    /** Keys remembered at once. */
    val idempotencyKeysMax: Int? = null,
    /** Reservations kept at once, remembered ones included. */
    val reservationsMax: Int? = null,
    /** Payment intents kept at once, remembered ones included. */
    val paymentsMax: Int? = null,
    /** Webhooks in the outbox, dead letters included. */
    val webhooksMax: Int? = null,
    /** Durable notes. */
    val notesMax: Int? = null,
    /** How long ended reservations and payments that sold nothing can still be looked up. */
    val retention: Duration? = null,
    /** A warning update goes out this long before a hold ends; zero turns it off. */
    val expiryWarning: Duration? = null,
    /** Admissions a second over all waiting lines together. */
    val admissionsPerSecondMax: Int? = null,
    /** Pay money back that comes after its hold ended, even if the same seats are still free. */
    val refundLatePayments: Boolean = false,
    /** A payment must be for exactly the reservation's total. */
    val paymentAmountMustMatch: Boolean = true,
    /** Life of a payment intent. */
    val paymentTtl: Duration? = null,
    /** Simulated payments take this share of their usual time, in thousandths: 1,000 is real time, 1 makes tests fast. */
    val paymentTimePermille: Int? = null,
    /** Attempts after the first for one webhook, then it is a dead letter. */
    val webhookRetriesMax: Int? = null,
    /** Buffer between callers and the disk, in bytes. */
    val logBufferBytes: Long? = null,
    /** Recent updates kept in memory for followers, in bytes. */
    val updateHistoryBytes: Long? = null,
    /** Size of one journal file, in bytes. */
    val segmentBytes: Long? = null,
    /** A snapshot is taken after this many bytes of journal; zero: only when asked for. */
    val snapshotEveryBytes: Long? = null,
    /**
     * Cut a damaged journal at the damage and lose what comes after, instead of refusing to open it. What is cut is kept
     * aside. For operators who have read the refusal.
     */
    val cutAtDamage: Boolean = false,
    /** Answers under way at once, 1 to 1,048,576. Beyond it a write waits for the disk before it returns to its thread. */
    val inFlightMax: Int = 65_536,
) {
    init {
        require(inFlightMax in 1..(1 shl 20)) { "inFlightMax is $inFlightMax, but must be 1 to 1048576" }
    }

    companion object {
        /** For Java. */
        @JvmStatic
        fun builder(): Builder = Builder()
    }

    /** Settings one by one, for Java. */
    class Builder internal constructor() {
        private var options = Options()

        /** See [Options.durability]. */
        fun durability(durability: Durability) = set { copy(durability = durability) }

        /** See [Options.timeByHandFrom]. */
        fun timeByHandFrom(moment: Instant) = set { copy(timeByHandFrom = moment) }

        /** See [Options.fixedEntropy]. */
        fun fixedEntropy(seed: Long) = set { copy(fixedEntropy = seed) }

        /** See [Options.idempotencyRequired]. */
        fun idempotencyRequired(required: Boolean) = set { copy(idempotencyRequired = required) }

        /** See [Options.idempotencyTtl]. */
        fun idempotencyTtl(ttl: java.time.Duration) = set { copy(idempotencyTtl = ttl.toKotlinDuration()) }

        /** See [Options.idempotencyKeysMax]. */
        fun idempotencyKeysMax(max: Int) = set { copy(idempotencyKeysMax = max) }

        /** See [Options.reservationsMax]. */
        fun reservationsMax(max: Int) = set { copy(reservationsMax = max) }

        /** See [Options.paymentsMax]. */
        fun paymentsMax(max: Int) = set { copy(paymentsMax = max) }

        /** See [Options.webhooksMax]. */
        fun webhooksMax(max: Int) = set { copy(webhooksMax = max) }

        /** See [Options.notesMax]. */
        fun notesMax(max: Int) = set { copy(notesMax = max) }

        /** See [Options.retention]. */
        fun retention(retention: java.time.Duration) = set { copy(retention = retention.toKotlinDuration()) }

        /** See [Options.expiryWarning]. */
        fun expiryWarning(before: java.time.Duration) = set { copy(expiryWarning = before.toKotlinDuration()) }

        /** See [Options.admissionsPerSecondMax]. */
        fun admissionsPerSecondMax(max: Int) = set { copy(admissionsPerSecondMax = max) }

        /** See [Options.refundLatePayments]. */
        fun refundLatePayments(refund: Boolean) = set { copy(refundLatePayments = refund) }

        /** See [Options.paymentAmountMustMatch]. */
        fun paymentAmountMustMatch(must: Boolean) = set { copy(paymentAmountMustMatch = must) }

        /** See [Options.paymentTtl]. */
        fun paymentTtl(ttl: java.time.Duration) = set { copy(paymentTtl = ttl.toKotlinDuration()) }

        /** See [Options.paymentTimePermille]. */
        fun paymentTimePermille(permille: Int) = set { copy(paymentTimePermille = permille) }

        /** See [Options.webhookRetriesMax]. */
        fun webhookRetriesMax(max: Int) = set { copy(webhookRetriesMax = max) }

        /** See [Options.logBufferBytes]. */
        fun logBufferBytes(bytes: Long) = set { copy(logBufferBytes = bytes) }

        /** See [Options.updateHistoryBytes]. */
        fun updateHistoryBytes(bytes: Long) = set { copy(updateHistoryBytes = bytes) }

        /** See [Options.segmentBytes]. */
        fun segmentBytes(bytes: Long) = set { copy(segmentBytes = bytes) }

        /** See [Options.snapshotEveryBytes]. */
        fun snapshotEveryBytes(bytes: Long) = set { copy(snapshotEveryBytes = bytes) }

        /** See [Options.cutAtDamage]. */
        fun cutAtDamage(cut: Boolean) = set { copy(cutAtDamage = cut) }

        /** See [Options.inFlightMax]. */
        fun inFlightMax(max: Int) = set { copy(inFlightMax = max) }

        /** What was set, and defaults for the rest. */
        fun build(): Options = options

        private fun set(change: Options.() -> Options): Builder = apply { options = options.change() }
    }
}
