// Prepared ids and keys of sixteen bytes: the answers are those of the texts, and what was changed is no id.
package com.traffictacos.engine

import kotlinx.coroutines.test.runTest
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Test
import org.junit.jupiter.api.assertThrows
import org.junit.jupiter.api.io.TempDir
import java.nio.file.Path
import java.util.UUID

class PreparedIdsTest {
    @TempDir
    lateinit var folder: Path

    @Test
    fun `the answers are those of the texts, also of another engine and after opening again`() = runTest {
        val key = Keys.of(UUID(7L shl 56, 0))
        assertEquals("bytes 07000000000000000000000000000000", key)
        val (prepared, held) = folder.opened().openSale().use { engine ->
            val event = engine.prepareEvent(EVENT)
            val prepared = Reserve(event, engine.prepareUser("kim"), SeatRequest.seats(engine.prepareSeat(event, "B-7")), key = key)
            val held = engine.execute(prepared).orThrow()
            // Under one key one is the retry of the other.
            assertEquals(held, engine.hold("kim", "B-7", key = key))
            assertEquals(SeatState.RESERVED, engine.seatsNamed(event, listOf("B-7")).single().state)
            prepared to held
        }
        Engine.inMemory(BY_HAND).use { other ->
            other.execute(prepared).refusal<Refusal.UnknownEvent>()
            other.openSale(listOf(Section.General("floor", 5, 100)), event = "first").openSale()
            other.execute(prepared).orThrow()
            assertEquals(SeatState.RESERVED, other.seatsNamed(EVENT, listOf("B-7")).single().state)
        }
        folder.opened().use { again -> assertEquals(held, again.execute(prepared)) }
    }

    @Test
    fun `a character that is changed makes it no id`() = runTest {
        Engine.inMemory(BY_HAND).openSale().use { engine ->
            val seat = engine.prepareSeat(EVENT, "B-7")
            for (at in seat.indices) {
                val forged = seat.replaceRange(at, at + 1, "${seat[at].code.xor(1).toChar()}")
                engine.hold("kim", forged).refusal<Refusal.Invalid>()
            }
            assertEquals(0, engine.counts(EVENT).reserved)
        }
    }

    @Test
    fun `what is not there cannot be prepared`() = runTest {
        Engine.inMemory(BY_HAND).openSale().use { engine ->
            assertThrows<RefusedException> { engine.prepareEvent("nope") }
            assertThrows<RefusedException> { engine.prepareSeat(EVENT, "Z-1") }
            assertThrows<RefusedException> { engine.prepareUser("a b") }
        }
    }
}
