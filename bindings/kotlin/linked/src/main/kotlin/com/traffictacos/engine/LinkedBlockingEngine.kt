// The engine in this process with calls that block their thread, and what only it has.
package com.traffictacos.engine

import kotlinx.coroutines.runBlocking
import java.nio.file.Path
import kotlin.time.toKotlinDuration

/** The engine in this process with calls that block their thread until the answer may be seen: for Java above all. */
class LinkedBlockingEngine internal constructor(override val engine: Engine) : BlockingEngine(engine) {
    /** Updates behind [from]; see [Engine.updates]. */
    @JvmOverloads
    fun updates(from: Long? = null): UpdateReader = UpdateReader(engine.border, from)

    /** Lets time pass by hand; see [Engine.advance]. */
    @JvmOverloads
    fun advance(by: java.time.Duration, turn: Boolean = true): java.time.Instant =
        engine.advance(by.toKotlinDuration(), turn)

    /** See [Engine.snapshot]. */
    @Throws(InterruptedException::class)
    fun snapshot(): Long = runBlocking { engine.snapshot() }

    /** See [Engine.backup]. */
    @Throws(InterruptedException::class)
    fun backup(folder: Path): Unit = runBlocking { engine.backup(folder) }

    override fun <R> waiting(call: suspend () -> R): R {
        engine.border.mayWaitHere()
        return runBlocking { call() }
    }
}
