// The time that calls of a coroutine have.
package com.traffictacos.engine.remote

import kotlinx.coroutines.currentCoroutineContext
import kotlinx.coroutines.withContext
import kotlin.coroutines.AbstractCoroutineContextElement
import kotlin.coroutines.CoroutineContext
import kotlin.time.Duration
import kotlin.time.Duration.Companion.days

/** By when calls must have their answers, on the clock of [System.nanoTime]. */
internal class Deadline(val atNs: Long) : AbstractCoroutineContextElement(Deadline) {
    companion object Key : CoroutineContext.Key<Deadline>
}

/**
 * Calls of a client that [calls] makes must have their answers within [time]; a deadline around this one may end them
 * sooner. The server does not begin a call whose time is over. A call that is late throws
 * [com.traffictacos.engine.UnreachableException] if it was not done, and
 * [com.traffictacos.engine.OutcomeUnknownException] if that is not known. The linked engine has no deadlines.
 */
suspend fun <T> withDeadline(time: Duration, calls: suspend () -> T): T {
    // A longer time than any call may take is no deadline; its nanoseconds would not fit a clock that wraps around.
    val own = System.nanoTime() + time.coerceIn(Duration.ZERO, 1.days).inWholeNanoseconds
    val around = currentCoroutineContext()[Deadline]
    val deadline = if (around != null && around.atNs - own < 0) around else Deadline(own)
    return withContext(deadline) { calls() }
}
