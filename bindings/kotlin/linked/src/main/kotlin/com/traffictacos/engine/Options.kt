// Written by `cargo run -p tacos-generator` from the engine's description of itself: do not edit.
// How an engine is opened.
package com.traffictacos.engine

import java.time.Instant
import kotlin.time.Duration
import kotlin.time.toKotlinDuration

/**
 * Settings of one engine. What is left out has the engine's own default, which is fit for production.
 *
 * From Java, use [Options.builder].
 */
data class Options(
    /** What an acknowledgement promises. */
    val durability: Durability = Durability.Synced,
    /**
     * With a moment given here, time stands still there until [Engine.advance] moves it, and what is due happens only
     * in [Engine.turn]: for tests and simulations.
     */
    val timeByHandFrom: Instant? = null,
    /**
     * Fixed entropy: makes issued ids and simulated outcomes reproducible. For simulations only; never in production.
     */
    val fixedEntropy: Long? = null,
    /** Refuse writes that have no idempotency key. Default: false (the server's strict profile sets it). */
    val idempotencyRequired: Boolean = false,
    /** How long an answer is remembered for its idempotency key. Default: 5 minutes; 1 s to 24 h. */
    val idempotencyTtl: Duration? = null,
    /** Idempotency keys remembered at once. Default: 4,194,304. */
    val idempotencyKeysMax: Int? = null,
    /** Reservations kept at once, remembered ones included. Default: 4,194,304. */
    val reservationsMax: Int? = null,
    /** Payment intents kept at once, remembered ones included. Default: 1,048,576. */
    val paymentsMax: Int? = null,
    /** Webhooks in the outbox, dead letters included. Default: 262,144. */
    val webhooksMax: Int? = null,
    /** Durable notes of the embedding service. Default: 65,536. */
    val notesMax: Int? = null,
    /**
     * How long ended reservations and payments that sold nothing can still be looked up. Default: 1 hour; at least the
     * life of a payment intent.
     */
    val retention: Duration? = null,
    /** A warning update goes out this long before a hold expires. Default: 10 s; zero turns it off. */
    val expiryWarning: Duration? = null,
    /** Admissions a second over all waiting lines together. Default: 1,000. */
    val admissionsPerSecondMax: Int? = null,
    /** Pay money back that comes after its hold ended, even if the same seats are still free. */
    val refundLatePayments: Boolean = false,
    /** A payment must be for exactly the reservation's total. Default: true (the compat profile turns it off). */
    val paymentAmountMustMatch: Boolean = true,
    /** Life of a payment intent. Default: 15 minutes. */
    val paymentTtl: Duration? = null,
    /**
     * Simulated payments take this share of their usual time, in thousandths: 1,000 is real time, 1 makes tests fast.
     * 1 to 1,000,000.
     */
    val paymentTimePermille: Int? = null,
    /** Attempts after the first for one webhook, then it is a dead letter. Default: 3. */
    val webhookRetriesMax: Int? = null,
    /** Size of the buffer between callers and the disk, in bytes; rounded up to a power of two. Default: 16 MiB. */
    val logBufferBytes: Long? = null,
    /** Recent updates kept in memory for readers, in bytes; rounded up to a power of two. Default: 16 MiB. */
    val updateHistoryBytes: Long? = null,
    /** Size of one journal file, in bytes. Default: 64 MiB. */
    val segmentBytes: Long? = null,
    /** A snapshot is taken after this many bytes of journal. Default: 512 MiB; zero: only when asked for. */
    val snapshotEveryBytes: Long? = null,
    /**
     * Cut a damaged journal at the damage and lose what comes after, instead of refusing to open it. What is cut is
     * kept aside. For operators who have read the refusal.
     */
    val cutAtDamage: Boolean = false,
    /**
     * Answers under way at once, 1 to 1,048,576. Beyond it a write waits for the disk before it returns to its thread.
     */
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

    /** One by one, for Java. */
    class Builder internal constructor() {
        private var built = Options()

        /** See [Options.durability]. */
        fun durability(durability: Durability) = set { copy(durability = durability) }

        /** See [Options.timeByHandFrom]. */
        fun timeByHandFrom(timeByHandFrom: Instant) = set { copy(timeByHandFrom = timeByHandFrom) }

        /** See [Options.fixedEntropy]. */
        fun fixedEntropy(fixedEntropy: Long) = set { copy(fixedEntropy = fixedEntropy) }

        /** See [Options.idempotencyRequired]. */
        fun idempotencyRequired(idempotencyRequired: Boolean) = set { copy(idempotencyRequired = idempotencyRequired) }

        /** See [Options.idempotencyTtl]. */
        fun idempotencyTtl(idempotencyTtl: java.time.Duration) = set { copy(idempotencyTtl = idempotencyTtl.toKotlinDuration()) }

        /** See [Options.idempotencyKeysMax]. */
        fun idempotencyKeysMax(idempotencyKeysMax: Int) = set { copy(idempotencyKeysMax = idempotencyKeysMax) }

        /** See [Options.reservationsMax]. */
        fun reservationsMax(reservationsMax: Int) = set { copy(reservationsMax = reservationsMax) }

        /** See [Options.paymentsMax]. */
        fun paymentsMax(paymentsMax: Int) = set { copy(paymentsMax = paymentsMax) }

        /** See [Options.webhooksMax]. */
        fun webhooksMax(webhooksMax: Int) = set { copy(webhooksMax = webhooksMax) }

        /** See [Options.notesMax]. */
        fun notesMax(notesMax: Int) = set { copy(notesMax = notesMax) }

        /** See [Options.retention]. */
        fun retention(retention: java.time.Duration) = set { copy(retention = retention.toKotlinDuration()) }

        /** See [Options.expiryWarning]. */
        fun expiryWarning(expiryWarning: java.time.Duration) = set { copy(expiryWarning = expiryWarning.toKotlinDuration()) }

        /** See [Options.admissionsPerSecondMax]. */
        fun admissionsPerSecondMax(admissionsPerSecondMax: Int) = set { copy(admissionsPerSecondMax = admissionsPerSecondMax) }

        /** See [Options.refundLatePayments]. */
        fun refundLatePayments(refundLatePayments: Boolean) = set { copy(refundLatePayments = refundLatePayments) }

        /** See [Options.paymentAmountMustMatch]. */
        fun paymentAmountMustMatch(paymentAmountMustMatch: Boolean) = set { copy(paymentAmountMustMatch = paymentAmountMustMatch) }

        /** See [Options.paymentTtl]. */
        fun paymentTtl(paymentTtl: java.time.Duration) = set { copy(paymentTtl = paymentTtl.toKotlinDuration()) }

        /** See [Options.paymentTimePermille]. */
        fun paymentTimePermille(paymentTimePermille: Int) = set { copy(paymentTimePermille = paymentTimePermille) }

        /** See [Options.webhookRetriesMax]. */
        fun webhookRetriesMax(webhookRetriesMax: Int) = set { copy(webhookRetriesMax = webhookRetriesMax) }

        /** See [Options.logBufferBytes]. */
        fun logBufferBytes(logBufferBytes: Long) = set { copy(logBufferBytes = logBufferBytes) }

        /** See [Options.updateHistoryBytes]. */
        fun updateHistoryBytes(updateHistoryBytes: Long) = set { copy(updateHistoryBytes = updateHistoryBytes) }

        /** See [Options.segmentBytes]. */
        fun segmentBytes(segmentBytes: Long) = set { copy(segmentBytes = segmentBytes) }

        /** See [Options.snapshotEveryBytes]. */
        fun snapshotEveryBytes(snapshotEveryBytes: Long) = set { copy(snapshotEveryBytes = snapshotEveryBytes) }

        /** See [Options.cutAtDamage]. */
        fun cutAtDamage(cutAtDamage: Boolean) = set { copy(cutAtDamage = cutAtDamage) }

        /** See [Options.inFlightMax]. */
        fun inFlightMax(inFlightMax: Int) = set { copy(inFlightMax = inFlightMax) }

        /** What was set, and defaults for the rest. */
        fun build(): Options = built

        private fun set(change: Options.() -> Options): Builder = apply { built = built.change() }
    }
}
