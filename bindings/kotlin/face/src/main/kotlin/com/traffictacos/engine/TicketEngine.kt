// Written by `cargo run -p tacos-generator` from the engine's description of itself: do not edit.
// What a service asks of an engine, in this process or over the network.
package com.traffictacos.engine

import java.util.BitSet
import java.util.concurrent.CompletableFuture
import kotlinx.coroutines.flow.Flow

/**
 * An engine, in this process ([Sales] says what is bought of it) or behind a server: a service that takes one is written
 * once for both. The linked engine is `Engine.open(folder)`, the client of a server `RemoteEngine.dial("host:port")`.
 *
 * Any number of coroutines and threads may use it at once. A refusal is a value; what is thrown is an
 * [EngineException]. Only a client throws [UnreachableException], [OutcomeUnknownException] and [ServerException].
 */
interface TicketEngine : Sales, AutoCloseable {
    /** The same engine for callers without coroutines: each call blocks its thread. */
    fun blocking(): BlockingEngine = BlockingEngine(this)

    /** The same engine for callers without coroutines: each call gives a [CompletableFuture]. */
    fun async(): AsyncEngine = AsyncEngine(this)

    /**
     * Updates behind [from]: a position that an earlier update or [position] gave, 0 for everything that is kept,
     * `null` for what happens from the moment of collecting on. Each collector reads for itself and at its own pace.
     * The flow ends when the engine is closed, and fails with [UpdatesLostException] if what comes next is no longer
     * kept: take a new [eventSnapshot] then, and follow from its position. A client of a server has none yet: its flow
     * fails with [UnsupportedException].
     */
    fun updates(from: Long? = null): Flow<Update>

    /** Where the newest durable update ends. */
    suspend fun position(): Long

    /** An event; `null` if there is none with this id. */
    suspend fun event(id: String): Event?

    /** All events, in the order of their creation. */
    suspend fun events(): List<Event>

    /**
     * An event with all its seats, and the position from which to follow. Throws [RefusedException] if there is none.
     */
    suspend fun eventSnapshot(event: String): EventSnapshot

    /** An event's counts. They may run ahead of the disk. Throws [RefusedException] if there is no such event. */
    suspend fun counts(event: String): Counts

    /** An event's sections with counts and prices. Throws [RefusedException] if there is no such event. */
    suspend fun sections(event: String): List<SectionView>

    /**
     * Numbered seats of an event, [most] of them from index [from] on. Throws [RefusedException] if it does not exist.
     */
    suspend fun seats(event: String, from: Int = 0, most: Int = Int.MAX_VALUE): List<Seat>

    /** These seats, in the order asked for. Throws [RefusedException] if one does not exist. */
    suspend fun seatsNamed(event: String, seats: List<String>): List<Seat>

    /**
     * The numbered seats that show as free, a bit each: a hint that is cheap to copy, exact when no command runs and
     * no hold has lapsed. A row's bits follow each other and begin at a multiple of 64. Throws [RefusedException] if
     * there is no such event.
     */
    suspend fun freeSeats(event: String): BitSet

    /**
     * An event's id, looked up ahead: what it gives stands for the id in every command and read, and saves looking the
     * id up each time. It is a text like any other and costs the engine no memory. It is good until the engine is
     * opened anew: another engine, and the same folder opened again, take it for the id that it was made of, which is
     * at its end. Do not keep it or send it elsewhere: if a character is changed, it is no id. Throws
     * [RefusedException] if there is no such event.
     */
    suspend fun prepareEvent(event: String): String

    /**
     * The same of a seat of an event, or of a standing section whose name stands for one place; see [prepareEvent]. In
     * commands about another event it stands for the seat's name. Throws [RefusedException] if there is no such seat.
     */
    suspend fun prepareSeat(event: String, seat: String): String

    /** The same of a customer's id, whether or not the engine has met them; see [prepareEvent]. */
    suspend fun prepareUser(user: String): String

    /** A place in the line. Asking counts as activity. */
    suspend fun queuePlace(token: String): QueuePlaceLookup

    /** The event of a waiting token. Throws [RefusedException] if the token is not one of ours. */
    suspend fun tokenEvent(token: String): String

    /** Figures of an event's waiting line. Throws [RefusedException] if there is none. */
    suspend fun queue(event: String): QueueFigures

    /** The rules of an event's waiting line. Throws [RefusedException] if there is none. */
    suspend fun queuePolicy(event: String): QueuePolicy

    /** The draw of an event's pre-sale room. Throws [RefusedException] if there is none. */
    suspend fun draw(event: String): Draw

    /** Webhooks whose time has come, at most [most]. Deliver them, then report each by [ReportWebhook]. */
    suspend fun dueWebhooks(most: Int): DueWebhooks

    /** Dead letters behind an order (0 for the first page), oldest first, at most 100. */
    suspend fun deadWebhooks(afterOrder: Long = 0): List<Webhook>

    /** A durable note; `null` if there is none. */
    suspend fun note(name: String): Bytes?

    /** All durable notes whose names begin with [prefix], in order. */
    suspend fun notes(prefix: String = ""): Map<String, Bytes>

    /** Figures of the engine as a whole. */
    suspend fun status(): Status

    /** Lets the engine go. Blocks until callers that wait have their answers. Closing twice is the same as once. */
    override fun close()
}
