// The engine in this process. Reads of [TicketEngine] suspend for nothing here: they look, and return.
package com.traffictacos.engine

import com.traffictacos.engine.border.RawEngine
import com.traffictacos.engine.border.RawJobException
import com.traffictacos.engine.border.RawOpenException
import com.traffictacos.engine.border.engineVersion
import kotlinx.coroutines.CancellableContinuation
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.currentCoroutineContext
import kotlinx.coroutines.ensureActive
import kotlinx.coroutines.flow.Flow
import kotlinx.coroutines.suspendCancellableCoroutine
import kotlinx.coroutines.withContext
import java.nio.file.Path
import java.time.Instant
import java.util.BitSet
import kotlin.coroutines.resume
import kotlin.coroutines.resumeWithException
import kotlin.time.Duration

/**
 * A ticket-sale engine in this process: seats, holds, waiting lines, reservations and payments of any number of
 * events.
 *
 * Any number of coroutines and threads may use it at once. A write suspends until it is on disk; a refusal is known at
 * once and is a value, not an exception. A coroutine that is cancelled while it waits gives up its waiting, not the
 * write: what was asked may have been done, and asking again with the same key tells.
 *
 * ```kotlin
 * Engine.open(Path.of("data")).use { engine ->
 *     when (val held = engine.reserve("evt_1", "kim", SeatRequest.seats("A-7"), key = "order-1")) {
 *         is Reserved -> println("held until ${held.expiresAt}")
 *         is Refused -> println(held.refusal.message)
 *     }
 * }
 * ```
 *
 * After [close], and when a call waits while the engine closes, calls throw [EngineClosedException]; when the journal
 * has failed, writes throw [JournalFailedException].
 */
class Engine private constructor(internal val border: Border) : TicketEngine {
    override fun blocking(): LinkedBlockingEngine = LinkedBlockingEngine(this)

    @Suppress("UNCHECKED_CAST")
    override suspend fun <R : Answer> execute(command: Command<R>): R {
        // What is cancelled already asks for nothing.
        currentCoroutineContext().ensureActive()
        val answer = suspendCancellableCoroutine { waiting ->
            val now = border.ask(command, Resume(waiting)) { tag ->
                waiting.invokeOnCancellation { border.forget(tag) }
            }
            if (now != null) waiting.resume(now)
        }
        return answer.toAnswer() as R
    }

    override suspend fun executeAll(commands: List<Command<*>>): List<Answer> {
        currentCoroutineContext().ensureActive()
        if (commands.isEmpty()) return emptyList()
        val batch = Batch(commands.size)
        batch.put(border.askAll(commands, batch::waiter))
        return batch.await().map { it.toAnswer() }
    }

    override fun updates(from: Long?): Flow<Update> = followed(border, from)

    override suspend fun position(): Long = look(Reads.POSITION).value { long() }

    override suspend fun event(id: String): Event? = look(Reads.EVENT) { text(id) }.outcome({ readEvent() }) { refused ->
        if (refused.refusal is Refusal.UnknownEvent) null else throw refused.asException()
    }

    override suspend fun events(): List<Event> = look(Reads.EVENTS).value { list { readEvent() } }

    override suspend fun eventSnapshot(event: String): EventSnapshot =
        look(Reads.EVENT_SNAPSHOT) { text(event) }.value { EventSnapshot(readEvent(), list { readSeat() }, long()) }

    override suspend fun counts(event: String): Counts = look(Reads.COUNTS) { text(event) }.value { readCounts() }

    override suspend fun sections(event: String): List<SectionView> =
        look(Reads.SECTIONS) { text(event) }.value { list { readSectionView() } }

    override suspend fun seats(event: String, from: Int, most: Int): List<Seat> = look(Reads.SEATS) {
        text(event)
        int(from)
        int(most)
    }.value { list { readSeat() } }

    override suspend fun seatsNamed(event: String, seats: List<String>): List<Seat> = look(Reads.SEATS_NAMED) {
        text(event)
        list(seats) { text(it) }
    }.value { list { readSeat() } }

    override suspend fun freeSeats(event: String): BitSet = BitSet.valueOf(look(Reads.FREE_SEATS) { text(event) }.value { array() })

    /** A seat's bit in what [freeSeats] gives. Throws [RefusedException] if there is no such seat. */
    fun freeSeatBit(event: String, seat: String): Int = look(Reads.FREE_SEAT_BIT) {
        text(event)
        text(seat)
    }.value { long().toInt() }

    override suspend fun prepareEvent(event: String): String = look(Reads.PREPARE_EVENT) { text(event) }.value { text() }

    override suspend fun prepareSeat(event: String, seat: String): String = look(Reads.PREPARE_SEAT) {
        text(event)
        text(seat)
    }.value { text() }

    override suspend fun prepareUser(user: String): String = look(Reads.PREPARE_USER) { text(user) }.value { text() }

    override suspend fun queuePlace(token: String): QueuePlaceLookup =
        look(Reads.QUEUE_PLACE) { text(token) }.outcome<QueuePlaceLookup>({ readQueuePlace() }) { it }

    override suspend fun tokenEvent(token: String): String = look(Reads.TOKEN_EVENT) { text(token) }.value { text() }

    override suspend fun queue(event: String): QueueFigures = look(Reads.QUEUE) { text(event) }.value { readQueueFigures() }

    override suspend fun queuePolicy(event: String): QueuePolicy = look(Reads.QUEUE_POLICY) { text(event) }.value { readQueuePolicy() }

    override suspend fun draw(event: String): Draw = look(Reads.DRAW) { text(event) }.value { readDraw() }

    override suspend fun dueWebhooks(most: Int): DueWebhooks =
        look(Reads.DUE_WEBHOOKS) { int(most) }.value { DueWebhooks(list { readWebhook() }, maybe { moment() }) }

    override suspend fun deadWebhooks(afterOrder: Long): List<Webhook> =
        look(Reads.DEAD_WEBHOOKS) { long(afterOrder) }.value { list { readWebhook() } }

    override suspend fun note(name: String): Bytes? = look(Reads.NOTE) { text(name) }.value { maybe { bytes() } }

    override suspend fun notes(prefix: String): Map<String, Bytes> =
        look(Reads.NOTES) { text(prefix) }.value { list { text() to bytes() } }.toMap()

    override suspend fun status(): Status = look(Reads.STATUS).value { readStatus() }

    /** The engine's clock. */
    fun now(): Instant = look(Reads.NOW).value { moment() }

    /** A hash of the whole state: equal before a crash and after recovery. Of one moment only if no command runs. */
    fun digest(): Bytes = look(Reads.DIGEST).value { bytes() }

    /** Does everything that is due, and returns how many timers fired. With time by hand, deadlines work only here. */
    fun turn(): Long = job { border.raw.turn() }

    /**
     * Lets time pass by hand, does everything that is due then (unless [turn] is false), and returns the new time. See
     * [Options.timeByHandFrom].
     */
    fun advance(by: Duration, turn: Boolean = true): Instant = job {
        border.raw.advance(by.inWholeMilliseconds).also { if (turn) border.raw.turn() }
    }.let(Instant::ofEpochMilli)

    /** Takes a snapshot of everything durable by now, and returns the position that it holds. Writers go on meanwhile. */
    suspend fun snapshot(): Long = withContext(Dispatchers.IO) { job { border.raw.snapshot() } }

    /** Copies everything durable by now into an empty or absent folder. The copy can be opened, and is the same engine: never run both. */
    suspend fun backup(folder: Path): Unit = withContext(Dispatchers.IO) { job { border.raw.backup(folder.toString()) } }

    /** Forgets all remembered idempotency answers. For operators only: a retry may act twice. */
    fun clearIdempotency(): Unit = job { border.raw.clearIdempotency() }

    /**
     * Takes no more writes, syncs what was taken, and answers waiting callers. Reads go on until [close]; followers end
     * once they have read everything. Blocks for as long as that takes.
     *
     * Throws [JobException] if the journal had failed before, or fails now.
     */
    fun stop(): Unit = job { border.raw.stop() }

    /**
     * Takes no more writes, syncs what was taken, answers waiting callers, and lets the folder and all memory go. Blocks
     * for as long as that takes. Closing twice is the same as closing once.
     *
     * Throws [JobException] if the journal had failed before, or fails now; the engine is closed all the same.
     */
    override fun close(): Unit = job { border.close() }

    /** Looks at what needs no waiting: the read's number, and its arguments. */
    private inline fun look(read: Int, arguments: Writer.() -> Unit = {}): Reader = bugsNamed {
        val request = Writer.ofThread()
        request.tag(read)
        request.arguments()
        Reader(border.way.read(request))
    }

    companion object {
        /** The version of the native engine. */
        @JvmStatic
        val version: String by lazy { NativeLibrary.loaded.let { engineVersion() } }

        /**
         * Opens the data folder, or makes one there, and brings back everything that was durable. Blocks for as long
         * as that takes. Damage is never repaired silently.
         *
         * @throws OpenException if that is not possible; nothing on disk was changed.
         */
        @JvmStatic
        @JvmOverloads
        fun open(folder: Path, options: Options = Options()): Engine =
            opened { RawEngine.open(folder.toAbsolutePath().toString(), options.raw()) }

        /** An engine without a folder: everything is gone when it is closed. */
        @JvmStatic
        @JvmOverloads
        fun inMemory(options: Options = Options()): Engine = opened { RawEngine.inMemory(options.raw()) }

        /** An engine that is reached by another way: for measurements and tests. */
        internal fun over(raw: RawEngine, way: (RawEngine) -> Way): Engine = Engine(Border(raw, way(raw)))

        private inline fun opened(open: () -> RawEngine): Engine = try {
            NativeLibrary.loaded
            bugsNamed { Engine(Border(open())) }
        } catch (refused: RawOpenException) {
            throw refused.named()
        }
    }
}

private fun RawOpenException.named(): EngineException = when (this) {
    is RawOpenException.Config -> {
        val named = problems.map { Problem(it.field, it.reason, it.value) }
        val text = named.joinToString("; ") { "${it.field} ${it.reason}" }
        OpenException(OpenException.Reason.CONFIG, "the configuration cannot be used: $text", named)
    }
    is RawOpenException.Locked -> OpenException(OpenException.Reason.LOCKED, text)
    is RawOpenException.Journal -> OpenException(OpenException.Reason.JOURNAL, text)
    is RawOpenException.System -> OpenException(OpenException.Reason.SYSTEM, text)
    is RawOpenException.Malformed -> EngineBugException(text)
}

private inline fun <T> job(run: () -> T): T = try {
    bugsNamed(run)
} catch (failed: RawJobException) {
    throw when (failed) {
        is RawJobException.Closed -> EngineClosedException()
        is RawJobException.NoFolder -> JobException("an engine in memory has no folder")
        is RawJobException.Busy -> JobException("another snapshot is being taken")
        is RawJobException.Misused -> JobException(failed.text)
        is RawJobException.Failed -> JobException(failed.text)
    }
}

/** Wakes one coroutine. */
private class Resume(private val waiting: CancellableContinuation<Reader>) : Waiter {
    override fun answered(answer: Reader) = waiting.resume(answer)

    override fun failed(cause: EngineException) = waiting.resumeWithException(cause)
}
