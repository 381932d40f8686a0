// What no caller should do, and what comes of it: an exception, an answer, never a crash.
package com.traffictacos.engine

import com.traffictacos.engine.border.InternalException
import com.traffictacos.engine.border.RawEngine
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.async
import kotlinx.coroutines.awaitAll
import kotlinx.coroutines.runBlocking
import kotlinx.coroutines.test.runTest
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertInstanceOf
import org.junit.jupiter.api.Assertions.assertNull
import org.junit.jupiter.api.Assertions.assertThrows
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test
import org.junit.jupiter.api.io.TempDir
import java.nio.file.Path
import java.time.Duration
import kotlin.random.Random

class WrongUseTest {
    @TempDir
    lateinit var folder: Path

    @Test
    fun `bytes that are no request are a bug with a name`() = runTest {
        Engine.inMemory(BY_HAND).openSale().use { engine ->
            val number = engine.border.raw.register()
            val seed = System.nanoTime()
            val random = Random(seed)
            repeat(10_000) {
                val bytes = random.nextBytes(random.nextInt(0, 64))
                assertThrows(InternalException::class.java, { Crossing.submit(number, 1, bytes, bytes.size) }, "seed $seed")
            }
            // A length that the array does not have, a list that says it is endless, and nothing at all.
            val bytes = ByteArray(8) { 0x7f }
            for (length in listOf(-1, 9, Int.MIN_VALUE, Int.MAX_VALUE)) {
                assertThrows(InternalException::class.java) { Crossing.read(number, bytes, length) }
            }
            assertThrows(InternalException::class.java) { Crossing.submitAll(number, 1, bytes, bytes.size) }
            assertThrows(InternalException::class.java) { Crossing.submit(number, 1, ByteArray(0), 0) }
            engine.hold("kim", "A-1").orThrow()
            Crossing.release(number)
        }
    }

    @Test
    fun `an engine that nobody has is closed`() {
        NativeLibrary.loaded
        for (number in listOf(0L, -1L, Long.MAX_VALUE)) {
            assertNull(Crossing.drain(number, 1_000))
            Crossing.release(number)
        }
        val engine = Engine.inMemory(BY_HAND)
        engine.close()
        repeat(3) { engine.border.way.release() }
        assertThrows(EngineClosedException::class.java) { engine.blocking().status() }
    }

    @Test
    fun `a reader that is closed, or was left waiting, says so`() = runBlocking<Unit> {
        folder.opened().openSale().use { engine ->
            val reader = engine.blocking().updates()
            assertEquals(emptyList<Update>(), reader.next(Duration.ofMillis(1)))
            assertThrows(IllegalStateException::class.java) { reader.poll() }
            val held = engine.hold("kim", "A-1").orThrow()
            val update = reader.next(Duration.ofSeconds(60))!!.single()
            assertEquals(held.id, (update.what as UpdateKind.ReservationChanged).reservation.id)
            assertEquals(engine.position(), reader.position)
            assertEquals(emptyList<Update>(), reader.poll())
            reader.close()
            reader.close()
            assertThrows(IllegalStateException::class.java) { reader.poll() }
            assertThrows(IllegalStateException::class.java) { reader.next(Duration.ofSeconds(60)) }
            assertThrows(UpdatesLostException::class.java) { engine.blocking().updates(-1) }
        }
    }

    @Test
    fun `an engine that is stopped takes no writes, shows everything, and ends its followers`() = runBlocking(Dispatchers.Default) {
        val engine = folder.opened(Options()).openSale()
        val held = engine.hold("kim", "A-1").orThrow()
        val reader = engine.blocking().updates(0)
        repeat(2) { engine.stop() }
        assertThrows(EngineClosedException::class.java) { runBlocking { engine.hold("kim", "A-2") } }
        assertEquals(held.id, engine.reservation(ReservationRef.id(held.id)).orThrow().id)
        assertEquals(19, engine.counts(EVENT).available)
        assertEquals(19, engine.freeSeats(EVENT).cardinality())
        val seen = generateSequence { reader.next(Duration.ofSeconds(60)) }.flatten().toList()
        assertInstanceOf(UpdateKind.ReservationChanged::class.java, seen.last().what)
        reader.close()
        engine.close()
    }

    @Test
    fun `a call that would wait for itself is refused`() = runBlocking<Unit>(Dispatchers.Unconfined) {
        folder.opened(Options()).openSale(bigHouse(1)).use { engine ->
            // Unconfined goes on where the answer was fetched, if it was not there at once.
            val fetched = (1..100).firstOrNull {
                engine.hold("kim", "R1-$it").orThrow()
                Thread.currentThread().name.startsWith("tacos-answers")
            }
            assertTrue(fetched != null, "of a hundred syncs one takes longer than a call")
            assertThrows(IllegalStateException::class.java) { engine.blocking().execute(DrawRoom(EVENT)) }
            assertThrows(IllegalStateException::class.java) { engine.blocking().executeAll(listOf(DrawRoom(EVENT))) }
            // Closing from there is allowed.
            engine.close()
        }
    }

    @Test
    fun `free seats and seats agree`() = runTest {
        Engine.inMemory(BY_HAND).openSale().use { engine ->
            engine.hold("kim", "A-3", "B-10").orThrow()
            val free = engine.freeSeats(EVENT)
            for (seat in engine.seats(EVENT)) {
                assertEquals(seat.state == SeatState.AVAILABLE, free[engine.freeSeatBit(EVENT, seat.place.id)], "$seat")
            }
            assertThrows(RefusedException::class.java) { engine.freeSeatBit(EVENT, "Z-1") }
        }
    }

    @Test
    fun `the long way says the same as the short one`() = runBlocking(Dispatchers.Default) {
        for ((name, way) in listOf("long" to ::LongWay, "short" to ::ShortWay)) {
            val path = folder.resolve(name).toString()
            Engine.over(RawEngine.open(path, Options().raw()), way).openSale(bigHouse(2)).use { engine ->
                val answers = List(400) { n -> async { engine.hold("user-$n", "R${n % 2 + 1}-${n % 100 + 1}") } }.awaitAll()
                assertEquals(100, answers.filterIsInstance<Reserved>().size)
                answers.filterIsInstance<Refused>().forEach { it.refusal<Refusal.SeatsTaken>() }
                val all = engine.executeAll(answers.filterIsInstance<Reserved>().map { Confirm(ReservationRef.id(it.id)) })
                assertTrue(all.all { it is Confirmed })
                assertEquals(Counts(100, 0, 100, 0, 200), engine.counts(EVENT))
                assertEquals(0, engine.border.waiting)
            }
        }
    }

    @Test
    fun `a text of any length and kind crosses whole`() = runTest {
        Engine.inMemory(BY_HAND).openSale().use { engine ->
            // Longer than what a thread keeps for its requests.
            val words = "좌석 ".repeat(100_000)
            val refused = engine.setNote("note", Bytes.of(words)).refusal<Refusal.Invalid>()
            assertEquals("value", refused.problems.single().field)
            val name = "공연 🎫 " + "x".repeat(400)
            engine.updateEvent(EVENT, EventSettings(name, "KRW")).orThrow()
            assertEquals(name, engine.event(EVENT)!!.settings.name)
            engine.hold("kim", *Array(70) { "A-1" }).refusal<Refusal.Invalid>()
        }
    }
}
