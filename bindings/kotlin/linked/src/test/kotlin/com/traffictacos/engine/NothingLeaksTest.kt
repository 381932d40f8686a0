// Memory and threads over a million calls and many engines.
package com.traffictacos.engine

import kotlinx.coroutines.runBlocking
import kotlinx.coroutines.withTimeoutOrNull
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Assumptions.assumeTrue
import org.junit.jupiter.api.Test
import java.nio.file.Files
import java.nio.file.Path
import kotlin.time.Duration.Companion.milliseconds

class NothingLeaksTest {
    private val calls = Integer.getInteger("leak.calls", 1_000_000)

    @Test
    fun `memory does not grow with the number of calls`() = runBlocking {
        val statm = Path.of("/proc/self/statm")
        assumeTrue(Files.exists(statm), "resident memory is read from the proc file system")
        // Small buffers: they fill up before the first look.
        val options = Options(
            reservationsMax = 1_024,
            timeByHandFrom = START,
            idempotencyKeysMax = 16,
            logBufferBytes = 1 shl 20,
            updateHistoryBytes = 1 shl 20,
        )
        Engine.inMemory(options).openSale().use { engine ->
            suspend fun work(times: Int) = repeat(times) {
                val held = engine.reserve(EVENT, "kim", SeatRequest.seats("A-7"), key = null).orThrow()
                engine.hold("lee", "A-7").refusal<Refusal.SeatsTaken>()
                engine.release(ReservationRef.id(held.id)).orThrow()
                engine.counts(EVENT)
                engine.seatsNamed(EVENT, listOf("A-7"))
                if (it % 256 == 0) engine.advance(3_601_000.milliseconds)
            }

            fun resident() = Files.readString(statm).split(' ')[1].toLong() * 4_096

            // What JNA allocates beside the heap is given back by its own thread after a collection: the least of
            // many looks counts.
            fun heap() = (1..50).minOf {
                System.gc()
                Runtime.getRuntime().run { totalMemory() - freeMemory() }
            }

            work(calls / 5)
            val (heapBefore, residentBefore) = heap() to resident()
            work(calls / 5)
            val (heapAfter, residentAfter) = heap() to resident()
            val (heapGrown, grown) = (heapAfter - heapBefore) to (residentAfter - residentBefore)
            println("$calls calls: the heap grew by ${heapGrown / 1024} KiB, resident memory by ${grown / 1024} KiB")
            assertTrue(heapGrown < 4 shl 20, "the heap grew from $heapBefore to $heapAfter bytes")
            // The machine itself takes some; a leak of a hundred bytes a call would show.
            assertTrue(grown < (16L shl 20) + calls * 50L, "resident memory grew by $grown bytes over $calls calls")
        }
    }

    @Test
    fun `engines, followers and waits that were given up leave nothing behind`() = runBlocking {
        fun threads() = Thread.getAllStackTraces().keys.count { it.name.startsWith("tacos-answers") }
        val before = threads()
        repeat(50) {
            Engine.inMemory().openSale().use { engine ->
                withTimeoutOrNull(1.milliseconds) { engine.updates().collect {} }
                engine.hold("kim", "A-1").orThrow()
            }
        }
        assertTrue(threads() <= before, "threads of closed engines are gone")
    }
}
