// Refusals: values that name what is wrong, thrown only where that is asked for.
package com.traffictacos.engine

import kotlinx.coroutines.test.runTest
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertInstanceOf
import org.junit.jupiter.api.Assertions.assertNull
import org.junit.jupiter.api.Assertions.assertThrows
import org.junit.jupiter.api.Test
import org.junit.jupiter.api.assertThrows
import kotlin.time.Duration.Companion.seconds

class RefusalsAreValuesTest {
    @Test
    fun `a bad argument is named, whatever is wrong with it`() = runTest {
        Engine.inMemory(BY_HAND).openSale().use { engine ->
            suspend fun field(command: Command<*>) = engine.execute(command).refusal<Refusal.Invalid>().problems.single()
            assertEquals("user", field(Reserve(EVENT, "has a space", SeatRequest.best(1))).field)
            assertEquals("event", field(Reserve("", "kim", SeatRequest.best(1))).field)
            assertEquals(Problem("quantity", "is out of range", "-1"), field(Reserve(EVENT, "kim", SeatRequest.best(-1))))
            assertEquals("reservation", field(Confirm(ReservationRef.id("rsv_nonsense"))).field)
            assertEquals("key", field(Reserve(EVENT, "kim", SeatRequest.best(1), key = "k".repeat(129))).field)
            assertEquals("by", field(Extend(ReservationRef.external("cart"), (-1).seconds)).field)
            assertEquals("after", field(ReadPayments("kim", after = Cursor(Bytes.of("short")))).field)
            // Half of a surrogate pair is no text: it cannot even be asked for, and nothing breaks.
            val half = runCatching { engine.reserve(EVENT, "\uD800", SeatRequest.best(1)) }.exceptionOrNull()
            assertInstanceOf(IllegalArgumentException::class.java, half)
            assertEquals(0, engine.border.waiting)
            assertEquals(Problem("token", "is not an id of the form wtkn_…", ""), field(LeaveQueue("wtkn_nonsense")))
            assertEquals("token", field(Reserve(EVENT, "kim", SeatRequest.best(1), token = "rtkn_x")).field)
        }
    }

    @Test
    fun `an exception comes only where it was asked for`() = runTest {
        Engine.inMemory(BY_HAND).openSale().use { engine ->
            val refused = engine.hold("kim", "Z-9")
            val thrown = assertThrows(RefusedException::class.java) { refused.orThrow() }
            assertEquals("seats not found: Z-9", thrown.message)
            assertNull(engine.event("evt_nowhere"))
            assertNull(engine.note("nothing"))
            assertThrows<RefusedException> { engine.counts("evt_nowhere") }
            assertEquals("token", engine.queuePlace("wtkn_x").refusal<Refusal.Invalid>().problems.single().field)
        }
    }

    @Test
    fun `credentials do not show themselves in logs`() = runTest {
        Engine.inMemory(BY_HAND).openSale(queue = QueuePolicy()).use { engine ->
            val joined = engine.joinQueue(EVENT, session = "tab").orThrow()
            val admitted = engine.requestAdmission(joined.token).orThrow()
            assertEquals(false, joined.token in "$joined")
            assertEquals(false, admitted.token in "$admitted")
            val told = engine.blocking().updates(0).use { "${it.poll()}" }
            assertEquals(listOf(true, false, false), listOf("Admitted(", joined.token, admitted.token).map { it in told })
        }
    }
}
