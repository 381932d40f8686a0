// What an acknowledgement promises.
package com.traffictacos.engine

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

/** Settings as they cross the border. */
internal fun Options.raw(): ByteArray = Writer.ofThread().also { it.put(this) }.copied()
