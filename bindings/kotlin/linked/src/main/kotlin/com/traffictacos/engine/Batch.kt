// Answers of many commands, gathered until all are there.
package com.traffictacos.engine

import kotlinx.coroutines.CompletableDeferred
import java.util.concurrent.atomic.AtomicInteger
import java.util.concurrent.atomic.AtomicReferenceArray

internal class Batch(size: Int) {
    private val answers = AtomicReferenceArray<Reader?>(size)

    /** Answers missing, and one for [put]: the batch is not complete before it was asked. */
    private val missing = AtomicInteger(size + 1)
    private val complete = CompletableDeferred<Unit>()

    /** Who waits for answer [index]. */
    fun waiter(index: Int): Waiter = object : Waiter {
        override fun answered(answer: Reader) {
            answers.set(index, answer)
            count(1)
        }

        override fun failed(cause: EngineException) {
            complete.completeExceptionally(cause)
        }
    }

    /** Takes the answers that were known at once. */
    fun put(now: List<Reader?>) {
        now.forEachIndexed { index, answer -> if (answer != null) answers.set(index, answer) }
        count(now.count { it != null } + 1)
    }

    /** All answers, in the order of the commands. */
    suspend fun await(): List<Reader> {
        complete.await()
        return List(answers.length()) { index -> checkNotNull(answers.get(index)) { "answer $index is missing" } }
    }

    private fun count(arrived: Int) {
        if (missing.addAndGet(-arrived) == 0) complete.complete(Unit)
    }
}
