// Read this first: one customer, from the waiting line to a confirmed seat, and what becomes of it over a restart. Time
// stands still except where a test lets it pass.
package com.traffictacos.engine

import kotlinx.coroutines.test.runTest
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertInstanceOf
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test
import org.junit.jupiter.api.io.TempDir
import java.nio.file.Path
import kotlin.time.Duration.Companion.milliseconds
import kotlin.time.Duration.Companion.seconds

class OneCustomerTest {
    @TempDir
    lateinit var folder: Path

    @Test
    fun `from the line to a seat that survives a restart`() = runTest {
        val engine = folder.opened().openSale(queue = QueuePolicy())

        // The line: nobody is ahead, so it is kim's turn at once.
        val joined = engine.joinQueue(EVENT, session = "tab-1", user = "kim").orThrow()
        assertTrue(engine.joinQueue(EVENT, session = "tab-1", user = "kim").orThrow().again, "the same place")
        assertEquals(EVENT, engine.tokenEvent(joined.token))
        val admitted = engine.requestAdmission(joined.token, EVENT, "kim").orThrow()
        assertEquals(QueueState.ADMITTED, engine.queuePlace(joined.token).orThrow().state)

        // Without the token nobody reserves; with it the seat is held for sixty seconds.
        val seat = SeatRequest.seats("A-7")
        engine.reserve(EVENT, "kim", seat).refusal<Refusal.UnknownToken>()
        val held = engine.reserve(EVENT, "kim", seat, token = admitted.token, key = "order-1").orThrow()
        assertEquals(START.plusSeconds(60), held.expiresAt)
        assertEquals(listOf("A-7"), held.places.map { it.id })
        assertEquals(5_000, held.totalMinor)
        assertEquals(SeatState.RESERVED, engine.seatsNamed(EVENT, listOf("A-7")).single().state)

        // Payment: processed by itself, and its success confirms the reservation.
        val pay = CreatePayment(Payee.OfReservation(ReservationRef.id(held.id)), "kim", held.totalMinor, "KRW")
        val paid = engine.createPayment(pay).orThrow()
        repeat(6) { engine.advance(1.seconds) }
        val payment = engine.payment(paid.id).orThrow()
        assertEquals(PaymentState.COMPLETED to PaymentEffect.CONFIRMED, payment.state to payment.effect)
        val confirmed = engine.confirm(ReservationRef.id(held.id), payment = paid.id, user = "kim").orThrow()
        assertTrue(confirmed.order.startsWith("ord_"))

        // Everything is there after a restart, the remembered answer too.
        val digest = engine.digest()
        val now = engine.now()
        engine.close()
        folder.opened(Options(timeByHandFrom = now)).use { again ->
            assertEquals(digest, again.digest())
            val found = again.reservation(ReservationRef.id(held.id), user = "kim").orThrow()
            assertEquals(ReservationState.CONFIRMED to confirmed.order, found.state to found.order)
            assertEquals(held, again.reserve(EVENT, "kim", seat, token = admitted.token, key = "order-1"))
            assertEquals(Counts(available = 19, reserved = 0, sold = 1, blocked = 0, total = 20), again.counts(EVENT))
        }
    }

    @Test
    fun `a hold that is not paid gives its seat to the next at the moment of its expiry`() = runTest {
        folder.opened().openSale().use { engine ->
            val first = engine.hold("kim", "A-7").orThrow()
            engine.advance(59_999.milliseconds)
            assertEquals(listOf("A-7"), engine.hold("lee", "A-7").refusal<Refusal.SeatsTaken>().seats)
            engine.advance(1.milliseconds)
            assertInstanceOf(Reserved::class.java, engine.hold("lee", "A-7"))
            assertEquals(ReservationState.EXPIRED, engine.reservation(ReservationRef.id(first.id)).orThrow().state)
        }
    }

    @Test
    fun `a hold can be extended once, released in part, and found by the caller's own id`() = runTest {
        folder.opened().openSale().use { engine ->
            val want = SeatRequest.seats("A-1", "A-2")
            val held = engine.reserve(EVENT, "kim", want, external = "cart:7").orThrow()
            val extended = engine.extend(ReservationRef.external("cart:7"), 30.seconds).orThrow()
            assertEquals(held.expiresAt.plusSeconds(30), extended.expiresAt)
            val doubt = engine.extend(ReservationRef.external("cart:7"), 30.seconds).refusal<Refusal.ExtensionRefused>().doubt
            assertEquals(ExtensionDoubt.ALREADY_EXTENDED, doubt)
            val released = engine.release(ReservationRef.id(held.id), seats = listOf("A-2")).orThrow()
            assertEquals(ReservationState.PENDING to listOf("A-2"), released.state to released.places.map { it.id })
            val confirmed = engine.confirm(ReservationRef.external("cart:7"), exactly = listOf("A-1")).orThrow()
            assertEquals(held.id to 5_000L, confirmed.id to confirmed.totalMinor)
        }
    }

    @Test
    fun `a snapshot and a backup hold the same state`(@TempDir other: Path) = runTest {
        val copy = other.resolve("copy")
        val digest = folder.opened().openSale().use { engine ->
            engine.hold("kim", "A-1", "A-2").orThrow()
            assertTrue(engine.snapshot() > 0)
            engine.setNote("setting", Bytes.of("on")).orThrow()
            engine.backup(copy)
            engine.digest()
        }
        for (place in listOf(folder, copy)) {
            place.opened().use { engine ->
                assertEquals(digest, engine.digest(), "$place")
                assertEquals(mapOf("setting" to Bytes.of("on")), engine.notes("set"))
            }
        }
    }
}
