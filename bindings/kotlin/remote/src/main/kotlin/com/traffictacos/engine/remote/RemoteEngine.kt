// A client of a server, with the calls of the engine in this process.
package com.traffictacos.engine.remote

import com.traffic_tacos.command.v1.Answer as WireAnswer
import com.traffic_tacos.command.v1.Call as WireCall
import com.traffictacos.engine.Answer
import com.traffictacos.engine.BlockingEngine
import com.traffictacos.engine.Command
import com.traffictacos.engine.Refused
import com.traffictacos.engine.UnsupportedException
import com.traffictacos.engine.Update
import io.grpc.CallOptions
import io.grpc.Grpc
import io.grpc.ManagedChannelBuilder
import kotlinx.coroutines.CompletableDeferred
import kotlinx.coroutines.currentCoroutineContext
import kotlinx.coroutines.ensureActive
import kotlinx.coroutines.flow.Flow
import kotlinx.coroutines.flow.flow
import kotlinx.coroutines.runBlocking
import kotlinx.coroutines.sync.Semaphore
import java.util.concurrent.TimeUnit

/**
 * An engine behind a server: the calls of [com.traffictacos.engine.TicketEngine] over one stream, many at a time.
 *
 * Any number of coroutines and threads may use it at once; calls that are made together travel together. A connection that
 * is lost is made anew. A coroutine that is cancelled while it waits gives up its waiting, not the write.
 *
 * ```kotlin
 * RemoteEngine.dial("tickets.example:7070").use { engine ->
 *     when (val held = engine.reserve("evt_1", "kim", SeatRequest.seats("A-7"), key = "order-1")) {
 *         is Reserved -> println("held until ${held.expiresAt}")
 *         is Refused -> println(held.refusal.message)
 *     }
 * }
 * ```
 *
 * Beside what the linked engine throws, a call throws
 * [UnreachableException][com.traffictacos.engine.UnreachableException] if it was not done,
 * [OutcomeUnknownException][com.traffictacos.engine.OutcomeUnknownException] if a write may have been done (repeat it with
 * the same key), and [ServerException][com.traffictacos.engine.ServerException] for the server's own no. Reads are
 * repeated by the client as long as their time lasts.
 */
class RemoteEngine private constructor(private val link: Link, private val options: RemoteOptions) : RemoteReads() {
    /** Released by the end of each call, so that a batch may be longer than what is under way at once. */
    private val permits = Semaphore(options.inFlightMax)

    /** Calls that are not answered yet. */
    internal val underWay: Int get() = options.inFlightMax - permits.availablePermits

    override fun blocking(): BlockingEngine = object : BlockingEngine(this) {
        override fun <R> waiting(call: suspend () -> R): R {
            link.mayWaitHere()
            return runBlocking { call() }
        }
    }

    @Suppress("UNCHECKED_CAST")
    override suspend fun <R : Answer> execute(command: Command<R>): R = executeAll(listOf(command)).single() as R

    /**
     * As [Sales.executeAll][com.traffictacos.engine.Sales.executeAll]. If one of them throws, the answers of the others are
     * lost with it: repeat all with the same keys.
     */
    override suspend fun executeAll(commands: List<Command<*>>): List<Answer> {
        val until = until()
        val asked = ArrayList<Pending>(commands.size)
        try {
            // In order: the stream keeps it.
            for (command in commands) {
                val pending = try {
                    Pending.Sent(submit(WireCall.newBuilder().put(command), command.isRead, until))
                } catch (no: NotSaid) {
                    Pending.Known(no.refused())
                }
                asked += pending
            }
            return asked.map { it.await() }
        } finally {
            asked.forEach { it.forget() }
        }
    }

    override suspend fun look(kind: WireAnswer.OutcomeCase, put: (WireCall.Builder) -> Unit): WireAnswer {
        val call = try {
            WireCall.newBuilder().also(put)
        } catch (no: NotSaid) {
            throw no.refused().asException()
        }
        val asked = submit(call, isRead = true, until())
        try {
            val answer = asked.answer.await()
            return when (answer.outcomeCase) {
                kind -> answer
                WireAnswer.OutcomeCase.REFUSED -> throw answer.refused.face().asException()
                WireAnswer.OutcomeCase.ERROR -> throw answer.error.asException(isRead = true)
                else -> throw unexpected(answer)
            }
        } finally {
            asked.forget()
        }
    }

    /**
     * Fails with [UnsupportedException] when it is collected: the stream of commands has no updates. The server's feed of
     * changes (`engine.v1.EngineService/WatchFeed`) tells administrators of events, seats, reservations and payments in
     * the contract's own words.
     */
    override fun updates(from: Long?): Flow<Update> = flow {
        throw UnsupportedException("a client has no updates yet: the server's feed is engine.v1.EngineService/WatchFeed")
    }

    /**
     * Takes no more calls, waits for the answers that are under way ([RemoteOptions.closeTime]), and lets the connection go.
     * Calls that have no answer by then throw [EngineClosedException][com.traffictacos.engine.EngineClosedException].
     */
    override fun close() = link.close()

    private suspend fun until(): Long {
        // What is cancelled already asks for nothing.
        currentCoroutineContext().ensureActive()
        val own = System.nanoTime() + options.callTime.inWholeNanoseconds
        val said = currentCoroutineContext()[Deadline]?.atNs
        return if (said != null && said - own < 0) said else own
    }

    private suspend fun submit(call: WireCall.Builder, isRead: Boolean, until: Long): Asked {
        permits.acquire()
        val asked = Asked(call, isRead, until)
        asked.answer.invokeOnCompletion { permits.release() }
        link.submit(asked)
        return asked
    }

    /** An answer that is known already, or comes. */
    private sealed interface Pending {
        suspend fun await(): Answer

        fun forget() = Unit

        class Known(private val refused: Refused) : Pending {
            override suspend fun await() = refused
        }

        class Sent(private val asked: Asked) : Pending {
            override suspend fun await(): Answer {
                val answer = asked.answer.await()
                if (answer.hasError()) throw answer.error.asException(asked.isRead)
                return answer.face()
            }

            override fun forget() = asked.forget()
        }
    }

    companion object {
        /**
         * A client of the server at [target], `host:port`. It connects when it is first asked, and comes back at once.
         */
        @JvmStatic
        @JvmOverloads
        fun dial(target: String, options: RemoteOptions = RemoteOptions()): RemoteEngine =
            over(Grpc.newChannelBuilder(target, options.credentials), options)

        /** A client over a channel that is made otherwise: for tests. */
        internal fun over(builder: ManagedChannelBuilder<*>, options: RemoteOptions): RemoteEngine {
            val loop = Loop()
            val channel = builder
                .executor(loop)
                // A stream that is lost is ours to open anew.
                .disableRetry()
                .keepAliveTime(KEEP_ALIVE_S, TimeUnit.SECONDS)
                .keepAliveTimeout(KEEP_ALIVE_S, TimeUnit.SECONDS)
                // Seat maps of large halls.
                .maxInboundMessageSize(Int.MAX_VALUE)
                .build()
            val call = options.token?.let { CallOptions.DEFAULT.withCallCredentials(Bearer(it)) } ?: CallOptions.DEFAULT
            return RemoteEngine(Link(channel, loop, call, options), options)
        }

        /** A connection that says nothing for so long is asked, and lost after as long again. */
        private const val KEEP_ALIVE_S = 20L
    }
}

/** A call: what is asked, by when, and its answer. */
internal class Asked(val call: WireCall.Builder, val isRead: Boolean, val until: Long) {
    val answer = CompletableDeferred<WireAnswer>()

    // What follows is of the loop's thread.

    /** It went out over a stream, and no answer says that it was not done. */
    var isSent = false

    /** Streams that were lost while it waited for its answer. */
    var losses = 0

    /** It was asked again with a new token. */
    var isRenewed = false

    /** The answer is no longer wanted. */
    fun forget() {
        answer.cancel()
    }
}
