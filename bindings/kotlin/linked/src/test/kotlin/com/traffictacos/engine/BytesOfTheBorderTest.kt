// Requests and answers are bytes while they cross: what neither side writes is an error with a name on the other.
package com.traffictacos.engine

import com.traffictacos.engine.border.InternalException
import com.traffictacos.engine.border.RawRequestException
import com.traffictacos.engine.border.encoding
import kotlinx.coroutines.test.runTest
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertThrows
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test
import java.time.Instant
import kotlin.time.Duration.Companion.hours
import kotlin.time.Duration.Companion.seconds

class BytesOfTheBorderTest {
    /** Commands that have every kind of value between them. */
    private val commands = listOf(
        CreateEvent(
            "evt_2",
            EventSettings("공연", "KRW", seatsPerUserMax = 4, saleStarts = Instant.ofEpochMilli(1)),
            listOf(
                Section.Seated(
                    "hall",
                    listOf(
                        Row("A", 100, RowSeats.Numbered("A-", 9), aislesBefore = listOf(3), exceptions = listOf(SeatException(1, 5, true))),
                        Row("B", 100, RowSeats.Listed(listOf("B-1", "B-2"))),
                    ),
                ),
                Section.General("floor", 10, 50),
            ),
            QueuePolicy(inactivity = 2.hours, room = PresaleRoom(Instant.ofEpochMilli(2), Instant.ofEpochMilli(3))),
            "key",
        ),
        SetSale(EVENT, SaleState.OPEN, "key-2"),
        BlockSeats(EVENT, listOf("A-9"), block = true),
        JoinQueue(EVENT, "tab", "kim"),
        Reserve(EVENT, "kim", SeatRequest.best(2, "stalls"), key = "key-3", external = "cart", holdUntil = Instant.ofEpochMilli(9)),
        Confirm(ReservationRef.external("cart"), exactly = listOf("A-1", "A-2")),
        Extend(ReservationRef.external("cart"), 1.seconds),
        CreatePayment(Payee.Unlinked("order"), "kim", 100, "KRW", webhookUrl = "https://example.com", attachment = Bytes.of("{}")),
        CreatePayment(Payee.OfReservation(ReservationRef.external("cart")), "kim", 100, "KRW"),
        Note("note", Bytes.of("value")),
        ReadReservations("kim", ReservationState.PENDING, EVENT, Cursor(Bytes.of(ByteArray(16))), 5),
    )

    @Test
    fun `both ends were written from one description`() {
        NativeLibrary.loaded
        assertEquals(ENCODING, encoding())
    }

    @Test
    fun `a request that is cut off or too long is a bug with a name, and does nothing`() = runTest {
        Engine.inMemory(BY_HAND).openSale().use { engine ->
            val number = engine.border.raw.register()
            val position = engine.position()
            for (command in commands) {
                val bytes = command.toBytes()
                for (cut in bytes.indices) {
                    // A value that is wrong is refused before the end is missed; nothing else may come of it.
                    try {
                        val answer = Crossing.submit(number, 1, bytes, cut)!!
                        assertTrue(Reader(answer).toAnswer() is Refused, "$command cut at $cut")
                    } catch (bug: InternalException) {
                        assertTrue("request" in bug.message!!, bug.message)
                    }
                }
                assertThrows(InternalException::class.java) { Crossing.submit(number, 1, bytes + 0, bytes.size + 1) }
                assertThrows(RawRequestException::class.java) { engine.border.raw.submit(1, bytes + 0) }
            }
            assertEquals(position, engine.position(), "nothing was written")
            Crossing.release(number)
        }
    }

    @Test
    fun `an answer that is cut off, too long or unknown is a bug with a name`() = runTest {
        Engine.inMemory(BY_HAND).openSale(queue = QueuePolicy()).use { engine ->
            val number = engine.border.raw.register()
            for (command in commands) {
                val request = command.toBytes()
                val bytes = Crossing.submit(number, 1, request, request.size)!!
                val whole = Reader(bytes).toAnswer()
                for (cut in bytes.indices) {
                    assertThrows(EngineBugException::class.java, { Reader(bytes.copyOf(cut)).toAnswer() }, "$whole cut at $cut")
                }
                assertThrows(EngineBugException::class.java) { Reader(bytes + 0).toAnswer() }
                for (at in bytes.indices) {
                    for (flip in listOf(1, 0x40, 0x80, 0xff)) {
                        val bent = bytes.copyOf().also { it[at] = (it[at].toInt() xor flip).toByte() }
                        val failure = runCatching { Reader(bent).toAnswer() }.exceptionOrNull()
                        assertTrue(failure == null || failure is EngineException, "$whole bent at $at by $flip: $failure")
                    }
                }
            }
            for (outcome in 5..255) {
                assertThrows(EngineBugException::class.java) { Reader(byteArrayOf(outcome.toByte())).toAnswer() }
            }
            Crossing.release(number)
        }
    }

    @Test
    fun `a list that says it is endless makes no room`() {
        val endless = byteArrayOf(0x7f, -1, -1, -1)
        for (read in listOf<Reader.() -> Any>({ text() }, { array() }, { list { long() } }, { part(Int.MAX_VALUE) }, { part(-1) })) {
            assertThrows(EngineBugException::class.java) { Reader.whole(Reader(endless), read) }
        }
    }
}
