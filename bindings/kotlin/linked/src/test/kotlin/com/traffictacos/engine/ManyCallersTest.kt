// A thousand callers at once, batches, bounds.
package com.traffictacos.engine

import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.async
import kotlinx.coroutines.awaitAll
import kotlinx.coroutines.runBlocking
import kotlinx.coroutines.test.runTest
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertInstanceOf
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test
import org.junit.jupiter.api.io.TempDir
import java.nio.file.Path

class ManyCallersTest {
    @TempDir
    lateinit var folder: Path

    @Test
    fun `a thousand coroutines at once sell each seat once`() = runBlocking(Dispatchers.Default) {
        val sold = folder.opened(Options()).openSale(bigHouse(5)).use { engine ->
            val answers = List(1_000) { n -> async { engine.hold("user-$n", "R${n % 5 + 1}-${n % 100 + 1}") } }.awaitAll()
            val held = answers.filterIsInstance<Reserved>()
            // A hundred different seats are asked for, by ten callers each.
            assertEquals(100, held.size)
            assertEquals(100, held.flatMap { it.places }.map { it.id }.toSet().size)
            answers.filterIsInstance<Refused>().forEach { it.refusal<Refusal.SeatsTaken>() }
            val confirmed = held.map { async { engine.confirm(ReservationRef.id(it.id)).orThrow() } }.awaitAll()
            assertEquals(0, engine.border.waiting, "nobody waits any more")
            val status = engine.status()
            assertTrue(status.groups < status.commands, "syncs were shared: $status")
            confirmed.map { it.id }.toSet()
        }
        folder.opened(Options()).use { engine ->
            assertEquals(100, engine.counts(EVENT).sold)
            for (id in sold) assertEquals(ReservationState.CONFIRMED, engine.reservation(ReservationRef.id(id)).orThrow().state)
        }
    }

    @Test
    fun `a batch crosses once, answers in order, and a refusal does not stop the next`() = runTest {
        folder.opened(Options()).openSale(bigHouse(1)).use { engine ->
            val commands = (1..64).map { Reserve(EVENT, "kim", SeatRequest.seats("R1-$it")) } +
                Reserve(EVENT, "lee", SeatRequest.seats("R1-1")) + Reserve(EVENT, "lee", SeatRequest.seats("R1-65"))
            val answers = engine.executeAll(commands)
            answers.take(64).forEachIndexed { index, answer ->
                assertEquals("R1-${index + 1}", assertInstanceOf(Reserved::class.java, answer).places.single().id)
            }
            answers[64].refusal<Refusal.SeatsTaken>()
            assertInstanceOf(Reserved::class.java, answers[65])
            assertEquals(emptyList<Answer>(), engine.executeAll(emptyList()))
            assertEquals(0, engine.border.waiting)
        }
    }

    @Test
    fun `more callers than may be under way wait their turn and lose nothing`() = runBlocking(Dispatchers.Default) {
        folder.opened(Options(inFlightMax = 2)).openSale(bigHouse(2)).use { engine ->
            val want = (1..200).map { SeatRequest.seats("R${(it - 1) / 100 + 1}-${(it - 1) % 100 + 1}") }
            want.mapIndexed { n, seat -> async { engine.reserve(EVENT, "user-$n", seat).orThrow() } }.awaitAll()
            assertEquals(Counts(0, 200, 0, 0, 200), engine.counts(EVENT))
        }
    }

    @Test
    fun `the border's own futures give the same answers`() = runBlocking(Dispatchers.Default) {
        folder.opened(Options()).openSale(bigHouse(2)).use { engine ->
            val answers = List(200) { n ->
                val seat = "R${n / 100 + 1}-${n % 100 + 1}"
                async { engine.border.raw.execute(Reserve(EVENT, "user-$n", SeatRequest.seats(seat)).toBytes()) }
            }.awaitAll()
            answers.forEach { assertInstanceOf(Reserved::class.java, Reader(it).toAnswer()) }
            assertEquals(200, engine.counts(EVENT).reserved)
        }
    }

    @Test
    fun `of fifty senders of one key all get the one answer`() = runBlocking(Dispatchers.Default) {
        folder.opened(Options()).openSale().use { engine ->
            val answers = List(50) { async { engine.hold("kim", "A-1", key = "k-1") } }.awaitAll()
            assertEquals(1, answers.distinct().size)
            assertEquals(1, engine.counts(EVENT).reserved)
        }
    }
}
