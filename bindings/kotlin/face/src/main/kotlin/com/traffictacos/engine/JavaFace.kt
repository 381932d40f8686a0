// Written by `cargo run -p tacos-generator` from the engine's description of itself: do not edit.
// The engine for callers without coroutines: Java above all.
package com.traffictacos.engine

import java.util.BitSet
import java.util.concurrent.CompletableFuture
import java.util.concurrent.Executor
import java.util.concurrent.ForkJoinPool
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.CoroutineStart
import kotlinx.coroutines.asCoroutineDispatcher
import kotlinx.coroutines.future.future
import kotlinx.coroutines.runBlocking

/**
 * The engine with calls that block their thread until the answer may be seen. An interrupt ends the waiting with
 * [InterruptedException], not the write.
 *
 * ```java
 * try (Engine engine = Engine.open(Path.of("data"))) {
 *     ReserveResult result = engine.blocking().execute(new Reserve("evt_1", "kim", SeatRequest.seats("A-7")));
 *     if (result instanceof Reserved held) System.out.println("held until " + held.getExpiresAt());
 *     if (result instanceof Refused refused) System.out.println(refused.getRefusal().getMessage());
 * }
 * ```
 */
open class BlockingEngine(open val engine: TicketEngine) {
    /** Does it, and waits. */
    @Throws(InterruptedException::class)
    fun <R : Answer> execute(command: Command<R>): R = waiting { engine.execute(command) }

    /** Does them one after the other, handed over together, and waits for all; see [Sales.executeAll]. */
    @Throws(InterruptedException::class)
    fun executeAll(commands: List<Command<*>>): List<Answer> = waiting { engine.executeAll(commands) }

    /** See [TicketEngine.position]. */
    @Throws(InterruptedException::class)
    fun position(): Long = waiting { engine.position() }

    /** See [TicketEngine.event]. */
    @Throws(InterruptedException::class)
    fun event(id: String): Event? = waiting { engine.event(id) }

    /** See [TicketEngine.events]. */
    @Throws(InterruptedException::class)
    fun events(): List<Event> = waiting { engine.events() }

    /** See [TicketEngine.eventSnapshot]. */
    @Throws(InterruptedException::class)
    fun eventSnapshot(event: String): EventSnapshot = waiting { engine.eventSnapshot(event) }

    /** See [TicketEngine.counts]. */
    @Throws(InterruptedException::class)
    fun counts(event: String): Counts = waiting { engine.counts(event) }

    /** See [TicketEngine.sections]. */
    @Throws(InterruptedException::class)
    fun sections(event: String): List<SectionView> = waiting { engine.sections(event) }

    /** See [TicketEngine.seats]. */
    @Throws(InterruptedException::class)
    @JvmOverloads
    fun seats(event: String, from: Int = 0, most: Int = Int.MAX_VALUE): List<Seat> =
        waiting { engine.seats(event, from, most) }

    /** See [TicketEngine.seatsNamed]. */
    @Throws(InterruptedException::class)
    fun seatsNamed(event: String, seats: List<String>): List<Seat> = waiting { engine.seatsNamed(event, seats) }

    /** See [TicketEngine.freeSeats]. */
    @Throws(InterruptedException::class)
    fun freeSeats(event: String): BitSet = waiting { engine.freeSeats(event) }

    /** See [TicketEngine.prepareEvent]. */
    @Throws(InterruptedException::class)
    fun prepareEvent(event: String): String = waiting { engine.prepareEvent(event) }

    /** See [TicketEngine.prepareSeat]. */
    @Throws(InterruptedException::class)
    fun prepareSeat(event: String, seat: String): String = waiting { engine.prepareSeat(event, seat) }

    /** See [TicketEngine.prepareUser]. */
    @Throws(InterruptedException::class)
    fun prepareUser(user: String): String = waiting { engine.prepareUser(user) }

    /** See [TicketEngine.queuePlace]. */
    @Throws(InterruptedException::class)
    fun queuePlace(token: String): QueuePlaceLookup = waiting { engine.queuePlace(token) }

    /** See [TicketEngine.tokenEvent]. */
    @Throws(InterruptedException::class)
    fun tokenEvent(token: String): String = waiting { engine.tokenEvent(token) }

    /** See [TicketEngine.queue]. */
    @Throws(InterruptedException::class)
    fun queue(event: String): QueueFigures = waiting { engine.queue(event) }

    /** See [TicketEngine.queuePolicy]. */
    @Throws(InterruptedException::class)
    fun queuePolicy(event: String): QueuePolicy = waiting { engine.queuePolicy(event) }

    /** See [TicketEngine.draw]. */
    @Throws(InterruptedException::class)
    fun draw(event: String): Draw = waiting { engine.draw(event) }

    /** See [TicketEngine.dueWebhooks]. */
    @Throws(InterruptedException::class)
    fun dueWebhooks(most: Int): DueWebhooks = waiting { engine.dueWebhooks(most) }

    /** See [TicketEngine.deadWebhooks]. */
    @Throws(InterruptedException::class)
    @JvmOverloads
    fun deadWebhooks(afterOrder: Long = 0): List<Webhook> = waiting { engine.deadWebhooks(afterOrder) }

    /** See [TicketEngine.note]. */
    @Throws(InterruptedException::class)
    fun note(name: String): Bytes? = waiting { engine.note(name) }

    /** See [TicketEngine.notes]. */
    @Throws(InterruptedException::class)
    @JvmOverloads
    fun notes(prefix: String = ""): Map<String, Bytes> = waiting { engine.notes(prefix) }

    /** See [TicketEngine.status]. */
    @Throws(InterruptedException::class)
    fun status(): Status = waiting { engine.status() }

    /** Waits for a call. */
    protected open fun <R> waiting(call: suspend () -> R): R = runBlocking { call() }
}

/**
 * The engine with calls that give a [CompletableFuture]. What depends on a future runs on [executor] (the common pool if
 * none is chosen), never on a thread of the engine. Cancelling a future takes no write back.
 */
class AsyncEngine(
    val engine: TicketEngine,
    private val executor: Executor = ForkJoinPool.commonPool(),
) {
    /** The same engine, with another executor for what depends on its futures. */
    fun on(executor: Executor): AsyncEngine = AsyncEngine(engine, executor)

    /** Does it. */
    fun <R : Answer> execute(command: Command<R>): CompletableFuture<R> = future { engine.execute(command) }

    /** Does them one after the other, handed over together; see [Sales.executeAll]. */
    fun executeAll(commands: List<Command<*>>): CompletableFuture<List<Answer>> = future { engine.executeAll(commands) }

    /** See [TicketEngine.position]. */
    fun position(): CompletableFuture<Long> = future { engine.position() }

    /** See [TicketEngine.event]. */
    fun event(id: String): CompletableFuture<Event?> = future { engine.event(id) }

    /** See [TicketEngine.events]. */
    fun events(): CompletableFuture<List<Event>> = future { engine.events() }

    /** See [TicketEngine.eventSnapshot]. */
    fun eventSnapshot(event: String): CompletableFuture<EventSnapshot> = future { engine.eventSnapshot(event) }

    /** See [TicketEngine.counts]. */
    fun counts(event: String): CompletableFuture<Counts> = future { engine.counts(event) }

    /** See [TicketEngine.sections]. */
    fun sections(event: String): CompletableFuture<List<SectionView>> = future { engine.sections(event) }

    /** See [TicketEngine.seats]. */
    @JvmOverloads
    fun seats(event: String, from: Int = 0, most: Int = Int.MAX_VALUE): CompletableFuture<List<Seat>> =
        future { engine.seats(event, from, most) }

    /** See [TicketEngine.seatsNamed]. */
    fun seatsNamed(event: String, seats: List<String>): CompletableFuture<List<Seat>> =
        future { engine.seatsNamed(event, seats) }

    /** See [TicketEngine.freeSeats]. */
    fun freeSeats(event: String): CompletableFuture<BitSet> = future { engine.freeSeats(event) }

    /** See [TicketEngine.prepareEvent]. */
    fun prepareEvent(event: String): CompletableFuture<String> = future { engine.prepareEvent(event) }

    /** See [TicketEngine.prepareSeat]. */
    fun prepareSeat(event: String, seat: String): CompletableFuture<String> = future { engine.prepareSeat(event, seat) }

    /** See [TicketEngine.prepareUser]. */
    fun prepareUser(user: String): CompletableFuture<String> = future { engine.prepareUser(user) }

    /** See [TicketEngine.queuePlace]. */
    fun queuePlace(token: String): CompletableFuture<QueuePlaceLookup> = future { engine.queuePlace(token) }

    /** See [TicketEngine.tokenEvent]. */
    fun tokenEvent(token: String): CompletableFuture<String> = future { engine.tokenEvent(token) }

    /** See [TicketEngine.queue]. */
    fun queue(event: String): CompletableFuture<QueueFigures> = future { engine.queue(event) }

    /** See [TicketEngine.queuePolicy]. */
    fun queuePolicy(event: String): CompletableFuture<QueuePolicy> = future { engine.queuePolicy(event) }

    /** See [TicketEngine.draw]. */
    fun draw(event: String): CompletableFuture<Draw> = future { engine.draw(event) }

    /** See [TicketEngine.dueWebhooks]. */
    fun dueWebhooks(most: Int): CompletableFuture<DueWebhooks> = future { engine.dueWebhooks(most) }

    /** See [TicketEngine.deadWebhooks]. */
    @JvmOverloads
    fun deadWebhooks(afterOrder: Long = 0): CompletableFuture<List<Webhook>> =
        future { engine.deadWebhooks(afterOrder) }

    /** See [TicketEngine.note]. */
    fun note(name: String): CompletableFuture<Bytes?> = future { engine.note(name) }

    /** See [TicketEngine.notes]. */
    @JvmOverloads
    fun notes(prefix: String = ""): CompletableFuture<Map<String, Bytes>> = future { engine.notes(prefix) }

    /** See [TicketEngine.status]. */
    fun status(): CompletableFuture<Status> = future { engine.status() }

    // Asked on the caller's thread; what comes later runs on the executor.
    private fun <T> future(call: suspend () -> T): CompletableFuture<T> =
        CoroutineScope(executor.asCoroutineDispatcher()).future(start = CoroutineStart.UNDISPATCHED) { call() }
}
