// What cannot be opened, what is closed, and what a panic becomes.
package com.traffictacos.engine

import com.traffictacos.engine.border.RawEngine
import com.traffictacos.engine.border.panicForTest
import kotlinx.coroutines.CoroutineStart
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.async
import kotlinx.coroutines.awaitAll
import kotlinx.coroutines.flow.first
import kotlinx.coroutines.launch
import kotlinx.coroutines.runBlocking
import kotlinx.coroutines.test.runTest
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertInstanceOf
import org.junit.jupiter.api.Assertions.assertThrows
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test
import org.junit.jupiter.api.io.TempDir
import java.nio.file.Files
import java.nio.file.Path
import java.time.Instant
import java.util.concurrent.ConcurrentLinkedQueue
import java.util.concurrent.CountDownLatch
import java.util.concurrent.TimeUnit
import java.util.concurrent.atomic.AtomicInteger
import kotlin.time.Duration.Companion.seconds

class ClosingTest {
    @TempDir
    lateinit var folder: Path

    @Test
    fun `every call after closing says that it is closed, and closing again is nothing`() = runTest {
        val engine = folder.opened().openSale()
        engine.close()
        engine.close()
        suspend fun closed(call: suspend () -> Any?) {
            val thrown = runCatching { call() }.exceptionOrNull()
            assertInstanceOf(EngineClosedException::class.java, thrown)
        }
        closed { engine.hold("kim", "A-1") }
        closed { engine.executeAll(listOf(DrawRoom(EVENT))) }
        closed { engine.counts(EVENT) }
        closed { engine.event(EVENT) }
        closed { engine.queuePlace("wtkn_x") }
        closed { engine.status() }
        closed { engine.digest() }
        closed { engine.turn() }
        closed { engine.advance(1.seconds) }
        closed { engine.snapshot() }
        closed { engine.backup(folder.resolve("copy")) }
        closed { engine.updates().first() }
        closed { engine.blocking().execute(Reserve(EVENT, "kim", SeatRequest.best(1))) }
        closed { engine.blocking().updates() }
        val future = engine.async().execute(Reserve(EVENT, "kim", SeatRequest.best(1)))
        assertTrue(future.isCompletedExceptionally)
    }

    @Test
    fun `whoever waits while the engine closes gets an answer, and no answer is contradicted`() =
        runBlocking(Dispatchers.Default) {
            val held = ConcurrentLinkedQueue<String>()
            folder.opened(Options()).openSale(bigHouse(10)).let { engine ->
                val callers = List(1_000) { n ->
                    async(start = CoroutineStart.DEFAULT) {
                        try {
                            held += engine.hold("user-$n", "R${n / 100 + 1}-${n % 100 + 1}").orThrow().id
                        } catch (_: EngineClosedException) {
                            // Not asked any more, or not known.
                        }
                    }
                }
                val closers = List(4) { launch { engine.close() } }
                closers.forEach { it.join() }
                callers.awaitAll()
                assertEquals(0, engine.border.waiting)
            }
            folder.opened(Options()).use { engine ->
                for (id in held) assertEquals(ReservationState.PENDING, engine.reservation(ReservationRef.id(id)).orThrow().state)
            }
        }

    @Test
    fun `a folder that is open, or is none, is refused with a reason`() = runTest {
        folder.opened().use {
            val locked = assertThrows(OpenException::class.java) { folder.opened() }
            assertEquals(OpenException.Reason.LOCKED, locked.reason, locked.message)
        }
        folder.opened().close()
        val odd = Files.createDirectory(folder.resolveSibling("odd-${folder.fileName}"))
        Files.writeString(odd.resolve("letter.txt"), "dear reader")
        assertEquals(OpenException.Reason.JOURNAL, assertThrows(OpenException::class.java) { odd.opened() }.reason)
        val file = odd.resolve("letter.txt")
        assertEquals(OpenException.Reason.SYSTEM, assertThrows(OpenException::class.java) { file.opened() }.reason)
    }

    @Test
    fun `settings out of bounds are named`() {
        val options = Options(idempotencyKeysMax = 0, timeByHandFrom = START, webhookRetriesMax = -1)
        val refused = assertThrows(OpenException::class.java) { Engine.inMemory(options) }
        assertEquals(OpenException.Reason.CONFIG, refused.reason)
        assertEquals(listOf("webhook_retries_max"), refused.problems.map { it.field })
        val bounds = assertThrows(OpenException::class.java) { Engine.inMemory(Options(idempotencyKeysMax = 0)) }
        assertEquals(listOf("idempotency_keys_max"), bounds.problems.map { it.field })
        assertThrows(IllegalArgumentException::class.java) { Options(inFlightMax = 0) }
    }

    @Test
    fun `jobs that cannot be done say why`() = runTest {
        Engine.inMemory(BY_HAND).use { engine ->
            val thrown = runCatching { engine.snapshot() }.exceptionOrNull()
            assertEquals("an engine in memory has no folder", assertInstanceOf(JobException::class.java, thrown).message)
        }
        Engine.inMemory().use { engine ->
            assertThrows(JobException::class.java) { engine.advance(1.seconds) }
            assertTrue(engine.now() > Instant.parse("2024-01-01T00:00:00Z"))
        }
    }

    @Test
    fun `a caller that comes while the thread that fetches answers fails is told so`() {
        val way = FailingWay()
        val border = Border(RawEngine.inMemory(BY_HAND.raw()), way)
        val told = AtomicInteger()
        val waiter = object : Waiter {
            override fun answered(answer: Reader) = throw AssertionError("there is no answer")

            override fun failed(cause: EngineException) {
                told.incrementAndGet()
            }
        }
        val asked = runCatching {
            border.askAll(listOf(Reserve(EVENT, "kim", SeatRequest.best(1)))) {
                // Behind the first look at the fetcher, before the waiter is registered.
                way.fail()
                waiter
            }
        }
        assertTrue(asked.exceptionOrNull() is EngineBugException || told.get() == 1, "waits without an end: $asked")
        assertEquals(0, border.waiting)
        assertThrows(EngineBugException::class.java) { border.ask(Reserve(EVENT, "kim", SeatRequest.best(1)), waiter) {} }
        border.close()
    }

    /** Answers everything later, and fails when it is told to. */
    private class FailingWay : Way {
        private val failing = CountDownLatch(1)
        private val failed = CountDownLatch(1)

        fun fail() {
            failing.countDown()
            check(failed.await(30, TimeUnit.SECONDS)) { "the thread that fetches answers goes on" }
        }

        override fun submit(tag: Long, request: Writer): ByteArray? = null

        override fun submitAll(firstTag: Long, requests: Writer) = ByteArray(4) { -1 }

        override fun drain(timeoutMs: Long): ByteArray? {
            check(failing.await(30, TimeUnit.SECONDS)) { "was not told to fail" }
            throw IllegalStateException("on purpose")
        }

        override fun read(read: Writer) = throw AssertionError("nothing is read")

        override fun release() = failed.countDown()
    }

    @Test
    fun `a panic on the other side is an exception here, and life goes on`() = runTest {
        Engine.inMemory(BY_HAND).openSale().use { engine ->
            val bug = assertThrows(EngineBugException::class.java) { bugsNamed { panicForTest("on purpose") } }
            assertTrue("on purpose" in bug.message!!, bug.message)
            val short = assertThrows(EngineBugException::class.java) { bugsNamed { Crossing.panicForTest() } }
            assertTrue("on purpose, by the short way" in short.message!!, short.message)
            engine.hold("kim", "A-1").orThrow()
        }
        assertEquals("0.1.0", Engine.version)
    }
}
