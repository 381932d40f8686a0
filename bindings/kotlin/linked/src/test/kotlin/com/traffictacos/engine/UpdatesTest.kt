// Followers: in order, from anywhere, slow, cancelled, too late.
package com.traffictacos.engine

import kotlinx.coroutines.CompletableDeferred
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.async
import kotlinx.coroutines.cancelAndJoin
import kotlinx.coroutines.flow.first
import kotlinx.coroutines.flow.map
import kotlinx.coroutines.flow.onStart
import kotlinx.coroutines.flow.take
import kotlinx.coroutines.flow.toList
import kotlinx.coroutines.launch
import kotlinx.coroutines.runBlocking
import kotlinx.coroutines.test.runTest
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertInstanceOf
import org.junit.jupiter.api.Assertions.assertNotNull
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test
import org.junit.jupiter.api.io.TempDir
import java.nio.file.Path
import kotlin.time.Duration.Companion.seconds

class UpdatesTest {
    @TempDir
    lateinit var folder: Path

    private fun Update.reservation() = (what as? UpdateKind.ReservationChanged)?.reservation

    @Test
    fun `a follower sees what happened, in order, and can go on from where it was`() = runTest {
        folder.opened().openSale(queue = QueuePolicy()).use { engine ->
            val joined = engine.joinQueue(EVENT, session = "tab").orThrow()
            val admitted = engine.requestAdmission(joined.token, user = "kim").orThrow()
            val held = engine.reserve(EVENT, "kim", SeatRequest.seats("A-1"), token = admitted.token).orThrow()
            engine.confirm(ReservationRef.id(held.id)).orThrow()
            val newest = engine.position()
            val seen = mutableListOf<Update>()
            engine.updates(0).first { seen.add(it) && it.position == newest }
            assertEquals(UpdateKind.EventCreated, seen.first().what)
            assertEquals(listOf(UpdateKind.Sale(SaleState.OPEN)), seen.map { it.what }.filterIsInstance<UpdateKind.Sale>())
            assertEquals(joined.token, seen.map { it.what }.filterIsInstance<UpdateKind.Joined>().single().token)
            val let = seen.map { it.what }.filterIsInstance<UpdateKind.Admitted>().single()
            assertEquals(admitted.token, let.reservationToken)
            val states = seen.mapNotNull { it.reservation() }.map { it.from to it.state }
            val moves = listOf(null to ReservationState.PENDING, ReservationState.PENDING to ReservationState.CONFIRMED)
            assertEquals(moves, states)
            assertTrue(seen.zipWithNext().all { (a, b) -> a.position <= b.position })
            // From the position of any of them on come exactly those behind it.
            val middle = seen[seen.size / 2].position
            val rest = mutableListOf<Update>()
            engine.updates(middle).first { rest.add(it) && it.position == newest }
            assertEquals(seen.filter { it.position > middle }, rest)
        }
    }

    @Test
    fun `a snapshot and the updates behind it are the whole house`() = runTest {
        folder.opened().openSale().use { engine ->
            engine.hold("kim", "A-1").orThrow()
            val snapshot = engine.eventSnapshot(EVENT)
            assertEquals(SeatState.RESERVED, snapshot.seats.first { it.place.id == "A-1" }.state)
            val expected = engine.hold("lee", "A-2").orThrow()
            val next = engine.updates(snapshot.position).first()
            assertEquals(expected.id, assertNotNull(next.reservation()).let { next.reservation()!!.id })
        }
    }

    @Test
    fun `a collector that waits is woken by the next write, and its flow ends with the engine`() =
        runBlocking(Dispatchers.Default) {
            val engine = folder.opened(Options()).openSale(bigHouse(1))
            val begun = CompletableDeferred<Unit>()
            val from = engine.position()
            val collecting = async { engine.updates(from).onStart { begun.complete(Unit) }.toList() }
            begun.await()
            val ids = (1..50).map { engine.hold("kim", "R1-$it").orThrow().id }
            engine.close()
            assertEquals(ids, collecting.await().mapNotNull { it.reservation()?.id })
        }

    @Test
    fun `a slow collector slows nobody and misses nothing`() = runBlocking(Dispatchers.Default) {
        // The least history that there is: what the collector is behind by does not fit.
        val options = Options(updateHistoryBytes = 64 shl 10, durability = Durability.Relaxed(1.seconds))
        folder.opened(options).openSale(bigHouse(20)).use { engine ->
            val (first, goOn) = List(2) { CompletableDeferred<Unit>() }
            val from = engine.position()
            val collecting = async {
                var count = 0
                engine.updates(from).map { update ->
                    if (count++ == 0) {
                        first.complete(Unit)
                        goOn.await()
                    }
                    update.reservation()?.id
                }.take(2_000).toList()
            }
            val ids = mutableListOf(engine.hold("kim", "R1-1").orThrow().id)
            first.await()
            // The collector stands still; every other write goes through.
            val commands = (1 until 2_000).map { Reserve(EVENT, "user-$it", SeatRequest.seats("R${it / 100 + 1}-${it % 100 + 1}")) }
            commands.chunked(100).forEach { chunk -> ids += engine.executeAll(chunk).map { (it as Reserved).id } }
            goOn.complete(Unit)
            assertEquals(ids, collecting.await())
        }
    }

    @Test
    fun `a follower of what is gone is told so`() = runTest {
        val options = BY_HAND.copy(updateHistoryBytes = 64 shl 10)
        Engine.inMemory(options).openSale(bigHouse(20)).use { engine ->
            repeat(2_000) { engine.hold("user-$it", "R${it / 100 + 1}-${it % 100 + 1}").orThrow() }
            val lost = runCatching { engine.updates(0).first() }.exceptionOrNull()
            val oldest = assertInstanceOf(UpdatesLostException::class.java, lost).oldest!!
            assertNotNull(engine.updates(oldest).first())
            val nowhere = runCatching { engine.updates(engine.position() + 8).first() }.exceptionOrNull()
            assertInstanceOf(UpdatesLostException::class.java, nowhere)
        }
    }

    @Test
    fun `a collector that is cancelled while waiting lets go`() = runBlocking(Dispatchers.Default) {
        val engine = folder.opened(Options()).openSale()
        repeat(50) {
            val begun = CompletableDeferred<Unit>()
            val collecting = launch { engine.updates().onStart { begun.complete(Unit) }.collect {} }
            begun.await()
            collecting.cancelAndJoin()
        }
        engine.hold("kim", "A-1").orThrow()
        engine.close()
    }
}
