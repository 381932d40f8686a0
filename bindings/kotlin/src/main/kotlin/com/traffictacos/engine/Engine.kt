// The engine: what is asked by suspending, and what is looked at without waiting.
package com.traffictacos.engine

import com.traffictacos.engine.border.RawAnswer
import com.traffictacos.engine.border.RawEngine
import com.traffictacos.engine.border.RawJobException
import com.traffictacos.engine.border.RawOpenException
import com.traffictacos.engine.border.RawRead
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
 * A ticket-sale engine in this process: seats, holds, waiting lines, reservations and payments of any number of events.
 *
 * Any number of coroutines and threads may use it at once. A write suspends until it is on disk; a refusal is known at
 * once and is a value, not an exception. A coroutine that is cancelled while it waits gives up its waiting, not the write:
 * what was asked may have been done, and asking again with the same key tells.
 *
 * ```kotlin
 * Engine.open(Path.of("data")).use { engine ->
 *     when (val held = engine.reserve("evt_1", "kim", Want.seats("A-7"), key = "order-1")) {
 *         is Reserved -> println("held until ${held.expiresAt}")
 *         is Refused -> println(held.refusal.message)
 *     }
 * }
 * ```
 *
 * After [close], and when a call waits while the engine closes, calls throw [EngineClosedException]; when the journal has
 * failed, writes throw [JournalFailedException].
 */
class Engine private constructor(internal val border: Border) : Sales, AutoCloseable {
    /** The same engine for callers without coroutines: each call blocks its thread. */
    fun blocking(): BlockingEngine = BlockingEngine(this)

    /** The same engine for callers without coroutines: each call gives a [java.util.concurrent.CompletableFuture]. */
    fun async(): AsyncEngine = AsyncEngine(this)

    @Suppress("UNCHECKED_CAST")
    override suspend fun <R : Answer> execute(command: Command<R>): R {
        // What is cancelled already asks for nothing.
        currentCoroutineContext().ensureActive()
        val request = command.raw()
        val answer = suspendCancellableCoroutine { waiting ->
            val now = border.ask(request, Resume(waiting)) { tag ->
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
        batch.put(border.askAll(commands.map { it.raw() }, batch::waiter))
        return batch.await().map { it.toAnswer() }
    }

    /**
     * Updates behind [from]: a position that an earlier update or [position] gave, 0 for everything that is kept, `null`
     * for what happens from the moment of collecting on. Each collector reads for itself and at its own pace; one that is
     * slow slows nobody. The flow ends when the engine is closed, and fails with [UpdatesLostException] if what comes
     * next is no longer kept: take a new [eventSnapshot] then, and follow from its position.
     */
    fun updates(from: Long? = null): Flow<Update> = followed(border, from)

    /** Where the newest durable update ends. */
    fun position(): Long = read<RawAnswer.Number>(RawRead.Position).number

    /** An event; `null` if there is none with this id. */
    fun event(id: String): Event? {
        val answer = look(RawRead.Event(id))
        return if (answer.isUnknownEvent()) null else answer.expect<RawAnswer.Event>().view.toEvent()
    }

    /** All events, in the order of their creation. */
    fun events(): List<Event> = read<RawAnswer.Events>(RawRead.Events).views.map { it.toEvent() }

    /** An event with all its seats, and the position from which to follow. Throws [RefusedException] if there is none. */
    fun eventSnapshot(event: String): EventSnapshot = read<RawAnswer.EventSnapshot>(RawRead.EventSnapshot(event)).let {
        EventSnapshot(it.view.toEvent(), it.seats.map { seat -> seat.toSeat() }, it.position)
    }

    /** An event's counts. They may run ahead of the disk. Throws [RefusedException] if there is no such event. */
    fun counts(event: String): Counts = read<RawAnswer.Counts>(RawRead.Counts(event)).counts.toCounts()

    /** An event's sections with counts and prices. Throws [RefusedException] if there is no such event. */
    fun sections(event: String): List<SectionView> =
        read<RawAnswer.Sections>(RawRead.Sections(event)).sections.map { it.toSection() }

    /** Numbered seats of an event, [most] of them from index [from] on. Throws [RefusedException] if it does not exist. */
    @JvmOverloads
    fun seats(event: String, from: Int = 0, most: Int = Int.MAX_VALUE): List<Seat> =
        read<RawAnswer.Seats>(RawRead.Seats(event, from, most)).seats.map { it.toSeat() }

    /** These seats, in the order asked for. Throws [RefusedException] if one does not exist. */
    fun seatsNamed(event: String, seats: List<String>): List<Seat> =
        read<RawAnswer.Seats>(RawRead.SeatsNamed(event, seats)).seats.map { it.toSeat() }

    /**
     * The numbered seats that show as free, a bit each: a hint that is cheap to copy, exact when nobody writes and no hold
     * has lapsed. Which bit is which seat's, [freeSeatBit] tells. Throws [RefusedException] if there is no such event.
     */
    fun freeSeats(event: String): BitSet = BitSet.valueOf(read<RawAnswer.Bytes>(RawRead.FreeSeats(event)).bytes)

    /** A seat's bit in what [freeSeats] gives. Throws [RefusedException] if there is no such seat. */
    fun freeSeatBit(event: String, seat: String): Int =
        read<RawAnswer.Number>(RawRead.FreeSeatBit(event, seat)).number.toInt()

    /** A place in the line. Asking counts as activity. */
    fun queuePlace(token: String): QueuePlaceLookup = look(RawRead.QueuePlace(token)).toAnswer() as QueuePlaceLookup

    /** The event of a waiting token. Throws [RefusedException] if the token is not one of ours. */
    fun tokenEvent(token: String): String = read<RawAnswer.Text>(RawRead.TokenEvent(token)).text

    /** Figures of an event's waiting line. Throws [RefusedException] if there is none. */
    fun queue(event: String): QueueFigures = read<RawAnswer.Queue>(RawRead.Queue(event)).queue.toFigures()

    /** The rules of an event's waiting line. Throws [RefusedException] if there is none. */
    fun queuePolicy(event: String): QueuePolicy = read<RawAnswer.QueuePolicy>(RawRead.QueuePolicy(event)).policy.toPolicy()

    /** The draw of an event's pre-sale room. Throws [RefusedException] if there is none. */
    fun draw(event: String): Draw = read<RawAnswer.Draw>(RawRead.Draw(event)).let { draw ->
        Draw(Bytes.of(draw.commitment), draw.seed?.let { Bytes.of(it) })
    }

    /** Webhooks whose time has come, at most [most]. Deliver them, then [reportWebhook]. */
    fun dueWebhooks(most: Int): DueWebhooks = read<RawAnswer.Webhooks>(RawRead.DueWebhooks(most)).let { due ->
        DueWebhooks(due.webhooks.map { it.toWebhook() }, due.nextAtMs?.let(::moment))
    }

    /** Dead letters behind an order (0 for the first page), oldest first, at most 100. */
    @JvmOverloads
    fun deadWebhooks(afterOrder: Long = 0): List<Webhook> =
        read<RawAnswer.Webhooks>(RawRead.DeadWebhooks(afterOrder)).webhooks.map { it.toWebhook() }

    /** A durable note; `null` if there is none. */
    fun note(name: String): Bytes? = read<RawAnswer.Note>(RawRead.Note(name)).value?.let { Bytes.of(it) }

    /** All durable notes whose names begin with [prefix], in order. */
    @JvmOverloads
    fun notes(prefix: String = ""): Map<String, Bytes> =
        read<RawAnswer.Notes>(RawRead.Notes(prefix)).notes.associate { it.name to Bytes.of(it.value) }

    /** Figures of the engine as a whole. */
    fun status(): Status = read<RawAnswer.Status>(RawRead.Status).status.toStatus()

    /** The engine's clock. */
    fun now(): Instant = moment(read<RawAnswer.Number>(RawRead.Now).number)

    /** A hash of the whole state: equal before a crash and after recovery. Of one moment only if nobody writes meanwhile. */
    fun digest(): Bytes = Bytes.of(read<RawAnswer.Bytes>(RawRead.Digest).bytes)

    /** Does everything that is due, and returns how many timers fired. With time by hand, deadlines work only here. */
    fun turn(): Long = job { border.raw.turn() }

    /**
     * Lets time pass by hand, does everything that is due then (unless [turn] is false), and returns the new time. See
     * [Options.timeByHandFrom].
     */
    fun advance(by: Duration, turn: Boolean = true): Instant = job {
        border.raw.advance(by.inWholeMilliseconds).also { if (turn) border.raw.turn() }
    }.let(::moment)

    /** Takes a snapshot of everything durable by now, and returns the position that it holds. Writers go on meanwhile. */
    suspend fun snapshot(): Long = withContext(Dispatchers.IO) { job { border.raw.snapshot() } }

    /** Copies everything durable by now into an empty or absent folder. The copy can be opened, and is the same engine: never run both. */
    suspend fun backup(folder: Path): Unit = withContext(Dispatchers.IO) { job { border.raw.backup(folder.toString()) } }

    /** Forgets all remembered idempotency answers. For operators only: a retry may act twice. */
    fun clearIdempotency(): Unit = job { border.raw.clearIdempotency() }

    /**
     * Takes no more writes, syncs what was taken, and answers whoever waits. Reads go on until [close]; followers end once
     * they have read everything. Blocks for as long as that takes.
     *
     * Throws [JobException] if the journal had failed before, or fails now.
     */
    fun stop(): Unit = job { border.raw.stop() }

    /**
     * Takes no more writes, syncs what was taken, answers whoever waits, and lets the folder and all memory go. Blocks
     * for as long as that takes. Closing twice is the same as closing once.
     *
     * Throws [JobException] if the journal had failed before, or fails now; the engine is closed all the same.
     */
    override fun close(): Unit = job { border.close() }

    internal fun look(read: RawRead): RawAnswer = bugsNamed { border.way.read(read) }

    private inline fun <reified A : RawAnswer> read(read: RawRead): A = look(read).expect()

    companion object {
        /** The version of the native engine. */
        @JvmStatic
        val version: String by lazy { NativeLibrary.loaded.let { engineVersion() } }

        /**
         * Opens the data folder, or makes one there, and brings back everything that was durable. Blocks for as long as
         * that takes. Damage is never repaired silently.
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

private fun RawOpenException.named(): OpenException = when (this) {
    is RawOpenException.Config -> {
        val named = problems.map { Problem(it.field, it.reason, it.value) }
        val text = named.joinToString("; ") { "${it.field} ${it.reason}" }
        OpenException(OpenException.Reason.CONFIG, "the configuration cannot be used: $text", named)
    }
    is RawOpenException.Locked -> OpenException(OpenException.Reason.LOCKED, text)
    is RawOpenException.Journal -> OpenException(OpenException.Reason.JOURNAL, text)
    is RawOpenException.System -> OpenException(OpenException.Reason.SYSTEM, text)
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

private inline fun <reified A : RawAnswer> RawAnswer.expect(): A = this as? A ?: throw broken()

private fun RawAnswer.isUnknownEvent() =
    this is RawAnswer.Refused && refusal == com.traffictacos.engine.border.RawRefusal.UnknownEvent

/** Wakes one coroutine. */
private class Resume(private val waiting: CancellableContinuation<RawAnswer>) : Waiter {
    override fun answered(answer: RawAnswer) = waiting.resume(answer)

    override fun failed(cause: EngineException) = waiting.resumeWithException(cause)
}
