// Cancelled coroutines give up waiting, and nothing else.
package com.traffictacos.engine

import kotlinx.coroutines.CancellationException
import kotlinx.coroutines.CoroutineStart
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.async
import kotlinx.coroutines.cancelAndJoin
import kotlinx.coroutines.coroutineScope
import kotlinx.coroutines.ExperimentalCoroutinesApi
import kotlinx.coroutines.launch
import kotlinx.coroutines.runBlocking
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test
import org.junit.jupiter.api.io.TempDir
import java.nio.file.Path
import kotlin.coroutines.cancellation.CancellationException as Cancelled

class CancellationTest {
    @TempDir
    lateinit var folder: Path

    @OptIn(ExperimentalCoroutinesApi::class)
    @Test
    fun `who is cancelled while waiting gives up the waiting, not the write`() = runBlocking(Dispatchers.Default) {
        folder.opened(Options()).openSale(bigHouse(1)).use { engine ->
            var cancelled = 0
            for (n in 1..100) {
                // Undispatched: asked, and waiting for the disk, before the next line runs.
                val asking = async(start = CoroutineStart.UNDISPATCHED) { engine.hold("kim", "R1-$n", key = "key-$n") }
                asking.cancelAndJoin()
                if (asking.isCancelled && asking.getCompletionExceptionOrNull() is Cancelled) cancelled++
                // Asking again with the same key tells what became of it.
                assertEquals("R1-$n", engine.hold("kim", "R1-$n", key = "key-$n").orThrow().places.single().id)
            }
            assertTrue(cancelled > 0, "a sync takes longer than a cancellation, at least once in a hundred")
            assertEquals(100, engine.counts(EVENT).reserved)
            assertEquals(0, engine.border.waiting, "who gave up is forgotten")
        }
    }

    @Test
    fun `who is cancelled already asks for nothing`() = runBlocking(Dispatchers.Default) {
        folder.opened(Options()).openSale().use { engine ->
            var thrown: Throwable? = null
            coroutineScope {
                launch(start = CoroutineStart.UNDISPATCHED) {
                    coroutineContext[kotlinx.coroutines.Job]!!.cancel()
                    try {
                        engine.hold("kim", "A-1")
                    } catch (cancellation: CancellationException) {
                        thrown = cancellation
                        throw cancellation
                    }
                }
            }
            assertTrue(thrown is CancellationException)
            assertEquals(20, engine.counts(EVENT).available)
        }
    }
}
