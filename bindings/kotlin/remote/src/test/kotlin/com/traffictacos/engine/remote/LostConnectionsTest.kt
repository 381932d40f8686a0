// What a client makes of a connection that is lost, a server that does not answer, and its own end.
package com.traffictacos.engine.remote

import com.traffic_tacos.command.v1.Call as WireCall
import com.traffic_tacos.common.v1.ErrorCode
import com.traffictacos.engine.AsyncEngine
import com.traffictacos.engine.DrawRoom
import com.traffictacos.engine.Done
import com.traffictacos.engine.EngineClosedException
import com.traffictacos.engine.LeaveQueue
import com.traffictacos.engine.OutcomeUnknownException
import com.traffictacos.engine.Refusal
import com.traffictacos.engine.Refused
import com.traffictacos.engine.RefusedException
import com.traffictacos.engine.SeatRequest
import com.traffictacos.engine.ServerException
import com.traffictacos.engine.UnreachableException
import io.grpc.Status
import kotlinx.coroutines.CancellationException
import kotlinx.coroutines.CompletableDeferred
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.async
import kotlinx.coroutines.awaitAll
import kotlinx.coroutines.cancelAndJoin
import kotlinx.coroutines.runBlocking
import kotlinx.coroutines.test.runTest
import kotlinx.coroutines.withTimeout
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertInstanceOf
import org.junit.jupiter.api.Assertions.assertNotNull
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test
import org.junit.jupiter.api.Timeout
import org.junit.jupiter.api.assertThrows
import java.util.concurrent.ExecutionException
import java.util.concurrent.atomic.AtomicInteger
import kotlin.time.Duration
import kotlin.time.Duration.Companion.milliseconds
import kotlin.time.Duration.Companion.minutes
import kotlin.time.Duration.Companion.seconds

private val WRITE = LeaveQueue("wtkn_x")

@Timeout(120)
class LostConnectionsTest {
    @Test
    fun `a write that was sent is not known, and is not sent again by itself`() = runTest {
        val writes = AtomicInteger()
        val server = FakeServer { stream, _ ->
            writes.incrementAndGet()
            stream.lose()
        }
        server.use {
            it.dial().use { engine ->
                val unknown = assertThrows<OutcomeUnknownException> { engine.execute(WRITE) }
                assertTrue("on purpose" in unknown.message!!, unknown.message)
                assertEquals(1, writes.get())
                assertEquals(0, engine.underWay)
            }
        }
    }

    @Test
    fun `a read is asked again over the next stream`() = runTest {
        val server = FakeServer { stream, call -> if (streams.get() == 1) stream.lose() else stream.answer(counts(call)) }
        server.use { it.dial().use { engine -> assertEquals(7, engine.counts("evt_1").total) } }
        assertEquals(2, server.streams.get())
    }

    @Test
    fun `a read that ends every stream is given up`() = runTest {
        val reads = AtomicInteger()
        val server = FakeServer { stream, _ ->
            reads.incrementAndGet()
            stream.lose()
        }
        server.use { it.dial().use { engine -> assertThrows<UnreachableException> { engine.counts("evt_1") } } }
        assertEquals(4, reads.get())
    }

    @Test
    fun `a server that is not there is told as such when the call's time is over, and what was not sent was not done`() = runTest {
        RemoteEngine.dial("127.0.0.1:1", RemoteOptions(callTime = 300.milliseconds)).use { engine ->
            assertThrows<UnreachableException> { engine.execute(WRITE) }
            assertThrows<UnreachableException> { engine.counts("evt_1") }
        }
    }

    @Test
    fun `a deadline travels with the call and ends it, whatever the clock of the test does`() = runTest {
        val seen = CompletableDeferred<WireCall>()
        FakeServer { _, call -> seen.complete(call) }.use { server ->
            server.dial(RemoteOptions(callTime = 10.minutes)).use { engine ->
                assertThrows<OutcomeUnknownException> { withDeadline(400.milliseconds) { withDeadline(9.minutes) { engine.execute(WRITE) } } }
                assertTrue(seen.await().deadlineMs in 1..400, "${seen.await().deadlineMs}")
                assertThrows<UnreachableException> { withDeadline(100.milliseconds) { engine.counts("evt_1") } }
                assertEquals(0, engine.underWay)
            }
        }
    }

    @Test
    fun `a deadline that is endless is none, and one that is over lets nothing begin`() = runTest {
        FakeServer { stream, call -> stream.answer(counts(call)) }.use { server ->
            server.dial().use { engine ->
                assertEquals(7, withDeadline(Duration.INFINITE) { engine.counts("evt_1") }.total)
                assertThrows<UnreachableException> { withDeadline((-1).seconds) { engine.execute(WRITE) } }
                assertEquals(1, server.messages.sum())
            }
        }
    }

    @Test
    fun `a cancelled caller waits no longer`() = runBlocking<Unit>(Dispatchers.Default) {
        val seen = CompletableDeferred<Unit>()
        FakeServer { _, _ -> seen.complete(Unit) }.use { server ->
            server.dial(RemoteOptions(closeTime = 0.seconds)).use { engine ->
                val asking = async { engine.execute(WRITE) }
                seen.await()
                asking.cancelAndJoin()
                assertTrue(asking.isCancelled)
                assertThrows<CancellationException> { withTimeout(50.milliseconds) { engine.counts("evt_1") } }
                assertEquals(0, engine.underWay)
            }
        }
    }

    @Test
    fun `the server's errors have their names, and those that leave a write open say so`() = runTest {
        val codes = ErrorCode.entries.filter { it != ErrorCode.ERROR_CODE_UNSPECIFIED && it != ErrorCode.UNRECOGNIZED }
        var at = 0
        FakeServer { stream, call -> stream.answer(error(call, codes[at])) }.use { server ->
            server.dial().use { engine ->
                for (code in codes) {
                    val name = code.name.removePrefix("ERROR_CODE_")
                    val read = assertThrows<ServerException> { engine.counts("evt_1") }
                    assertEquals(name to "on purpose", read.code to read.message)
                    val write = runCatching { engine.execute(WRITE) }.exceptionOrNull()
                    if (name in setOf("TIMEOUT", "UNAVAILABLE", "INTERNAL")) {
                        val cause = assertInstanceOf(OutcomeUnknownException::class.java, write).cause
                        assertEquals(name, assertInstanceOf(ServerException::class.java, cause).code)
                    } else {
                        assertEquals(name, assertInstanceOf(ServerException::class.java, write).code)
                    }
                    at += 1
                }
            }
        }
    }

    @Test
    fun `a stream that the server does not take is a no at once`() = runTest {
        val server = FakeServer { _, _ -> error("takes none") }
        server.refusing = Status.PERMISSION_DENIED.withDescription("not this client")
        server.use {
            it.dial().use { engine ->
                assertEquals("PERMISSION_DENIED", assertThrows<ServerException> { engine.counts("evt_1") }.code)
            }
        }
    }

    @Test
    fun `an expired token is asked for again, once a call`() = runTest {
        val tokens = AtomicInteger()
        val server = FakeServer { stream, call ->
            if (stream.token == "Bearer token-1") stream.answer(error(call, ErrorCode.ERROR_CODE_UNAUTHENTICATED)) else stream.answer(done(call))
        }
        server.use {
            it.dial(RemoteOptions(token = { "token-${tokens.incrementAndGet()}" })).use { engine ->
                assertInstanceOf(Done::class.java, engine.execute(WRITE))
            }
            it.dial(RemoteOptions(token = { "token-1" })).use { engine ->
                assertEquals("UNAUTHENTICATED", assertThrows<ServerException> { engine.execute(WRITE) }.code)
            }
            it.dial(RemoteOptions(token = { throw IllegalStateException("no token today") })).use { engine ->
                val no = assertThrows<ServerException> { engine.execute(WRITE) }
                assertEquals("UNAUTHENTICATED", no.code)
                assertTrue("no token today" in no.message!!, no.message)
            }
        }
        assertEquals(2, tokens.get())
    }

    @Test
    fun `calls that are made together travel together, each gets its own answer`() = runBlocking<Unit>(Dispatchers.Default) {
        FakeServer { stream, call -> stream.answer(counts(call).toBuilder().also { it.countsBuilder.total = call.readCounts.event.toInt() }.build()) }.use { server ->
            server.dial(RemoteOptions(inFlightMax = 100)).use { engine ->
                val answers = List(10_000) { n -> async { n to engine.counts("$n").total } }.awaitAll()
                assertTrue(answers.all { (asked, answered) -> asked == answered })
                assertEquals(10_000, server.messages.sum())
                assertTrue(server.messages.size < 10_000, "${server.messages.size} messages")
                assertEquals(1, server.streams.get())
            }
        }
    }

    @Test
    fun `a batch may be longer than what is under way at once, and keeps its order`() = runTest {
        val seen = ArrayList<String>()
        FakeServer { stream, call ->
            seen += call.drawRoom.event
            stream.answer(done(call))
        }.use { server ->
            server.dial(RemoteOptions(inFlightMax = 3)).use { engine ->
                val batch = List(3_000) { DrawRoom("evt_$it") }
                assertEquals(3_000, engine.executeAll(batch).size)
                assertEquals(batch.map { it.event }, seen)
                assertTrue(server.messages.max() <= 1_024)
                assertEquals(0, engine.underWay)
            }
        }
    }

    @Test
    fun `a server that reads nothing holds the client, and nothing is lost`() = runBlocking<Unit>(Dispatchers.Default) {
        val server = FakeServer { stream, call -> stream.answer(done(call)) }
        server.takes = false
        server.use {
            it.dial(RemoteOptions(callTime = 500.milliseconds, closeTime = 0.seconds)).use { engine ->
                val late = List(1_000) { async { runCatching { engine.execute(WRITE) }.exceptionOrNull() } }.awaitAll()
                assertTrue(late.all { no -> no is UnreachableException || no is OutcomeUnknownException }, "$late")
                assertEquals(0, engine.underWay)
            }
        }
    }

    @Test
    fun `closing answers what is under way, tells the rest, and ends calls that come later`() = runBlocking<Unit>(Dispatchers.Default) {
        val held = CompletableDeferred<Pair<Seen, WireCall>>()
        val server = FakeServer { stream, call -> held.complete(stream to call) }
        server.use {
            val engine = it.dial(RemoteOptions(closeTime = 1.minutes))
            val asking = async { engine.execute(WRITE) }
            val (stream, call) = held.await()
            val closing = List(4) { async(Dispatchers.IO) { engine.close() } }
            it.finished.await()
            // Taken no more, while the first is still waited for.
            assertThrows<EngineClosedException> { engine.execute(WRITE) }
            stream.answer(done(call))
            assertInstanceOf(Done::class.java, asking.await())
            closing.awaitAll()
            assertThrows<EngineClosedException> { engine.execute(WRITE) }
            assertThrows<EngineClosedException> { engine.counts("evt_1") }
            assertThrows<EngineClosedException> { engine.blocking().execute(WRITE) }
            val future = AsyncEngine(engine).execute(WRITE)
            assertInstanceOf(EngineClosedException::class.java, assertThrows<ExecutionException> { future.get() }.cause)
        }
    }

    @Test
    fun `closing does not wait for a server that does not answer`() = runBlocking<Unit>(Dispatchers.Default) {
        val seen = CompletableDeferred<Unit>()
        FakeServer { _, _ -> seen.complete(Unit) }.use { server ->
            val engine = server.dial(RemoteOptions(closeTime = 0.seconds))
            val asking = async { runCatching { engine.execute(WRITE) }.exceptionOrNull() }
            seen.await()
            engine.close()
            assertInstanceOf(EngineClosedException::class.java, asking.await())
        }
    }

    @Test
    fun `the thread of answers may close the client, and may not wait for an answer`() = runBlocking<Unit> {
        FakeServer { stream, call -> stream.answer(done(call)) }.use { server ->
            val engine = server.dial()
            val told = async(Dispatchers.Unconfined) {
                engine.execute(WRITE)
                val misuse = runCatching { engine.blocking().execute(WRITE) }.exceptionOrNull()
                engine.close()
                misuse
            }
            assertInstanceOf(IllegalStateException::class.java, told.await())
            engine.close()
            assertThrows<EngineClosedException> { engine.execute(WRITE) }
        }
    }

    @Test
    fun `what no message can say is refused here`() = runTest {
        FakeServer { stream, call -> stream.answer(done(call)) }.use { server ->
            server.dial().use { engine ->
                val no = assertInstanceOf(Refused::class.java, engine.reserve("evt_1", "kim", SeatRequest.best(-1)))
                assertEquals("quantity", (no.refusal as Refusal.Invalid).problems.single().field)
                assertThrows<RefusedException> { engine.seats("evt_1", from = -1) }
                assertThrows<IllegalArgumentException> { engine.reserve("evt_1", "\uD800", SeatRequest.best(1)) }
                assertNotNull(engine.execute(LeaveQueue("wtkn_\uD83D\uDE00")))
                assertEquals(0, engine.underWay)
            }
        }
    }
}
