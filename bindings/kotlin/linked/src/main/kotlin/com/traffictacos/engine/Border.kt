// How calls cross the border: one crossing to ask, answers fetched many at a time by one thread of this engine's own.
package com.traffictacos.engine

import com.sun.jna.CallbackThreadInitializer
import com.sun.jna.Native
import com.traffictacos.engine.border.InternalException
import com.traffictacos.engine.border.RawEngine
import com.traffictacos.engine.border.RawRequestException
import com.traffictacos.engine.border.uniffiRustFutureContinuationCallbackImpl
import java.util.concurrent.ConcurrentHashMap
import java.util.concurrent.atomic.AtomicLong

/** Who waits for one answer. Called once, on the thread that fetches answers: must hand over and return. */
internal interface Waiter {
    fun answered(answer: Reader)

    fun failed(cause: EngineException)
}

/** One engine's side of the border. */
internal class Border(val raw: RawEngine, val way: Way = ShortWay(raw)) {
    private val tags = AtomicLong()
    private val waiters = ConcurrentHashMap<Long, Waiter>()

    /** Why no answers are fetched any more, if that is so: a bug. */
    @Volatile
    private var broken: EngineBugException? = null
    private val fetcher = Thread(::fetch, "tacos-answers").apply { isDaemon = true }

    init {
        attachOnce
        fetcher.start()
    }

    /** How many callers wait. */
    val waiting: Int get() = waiters.size

    /**
     * Asks. Gives the answer if it is known at once; if not, [waiter] gets it, and what is returned is `null`. [tagged]
     * is told the number under which the waiter can be forgotten.
     */
    inline fun ask(command: Command<*>, waiter: Waiter, tagged: (Long) -> Unit): Reader? {
        val tag = tags.incrementAndGet()
        // Before asking: the answer may come before the question returns.
        waiters[tag] = waiter
        // Looked at after that: a fetcher that fails tells those that wait by then, so one of the two sees the other.
        broken?.let { if (waiters.remove(tag) != null) throw it else return null }
        val answer = try {
            bugsNamed { way.submit(tag, Writer.ofThread().apply { put(command) }) }
        } catch (failure: Throwable) {
            waiters.remove(tag)
            throw failure
        }
        if (answer == null) tagged(tag)
        // The side that removes the waiter tells it: if it is gone, it was told that something is broken.
        return answer?.takeIf { waiters.remove(tag) != null }?.let(::Reader)
    }

    /** Asks many things with one crossing. Waiters of answers that are known at once are not called. */
    fun askAll(commands: List<Command<*>>, waiter: (Int) -> Waiter): List<Reader?> {
        val first = tags.getAndAdd(commands.size.toLong()) + 1
        val numbers = first until first + commands.size
        numbers.forEachIndexed { index, tag -> waiters[tag] = waiter(index) }
        // As in [ask].
        broken?.let { bug ->
            numbers.forEach(waiters::remove)
            throw bug
        }
        val answers = try {
            bugsNamed {
                val requests = Writer.ofThread()
                requests.list(commands) { requests.measured { requests.put(it) } }
                Reader(way.submitAll(first, requests))
            }
        } catch (failure: Throwable) {
            numbers.forEach(waiters::remove)
            throw failure
        }
        return Reader.whole(answers) {
            numbers.map { tag ->
                // Below zero: it comes later.
                val length = int()
                if (length < 0) null else part(length).takeIf { waiters.remove(tag) != null }
            }
        }
    }

    /** Says no to a call that would wait for itself: answers are fetched by the thread that would wait for one. */
    fun mayWaitHere() = check(Thread.currentThread() !== fetcher) {
        "this is the thread that fetches answers, and may not wait for one: use another dispatcher than Unconfined, or an " +
            "executor with threads of its own"
    }

    /** The answer is no longer wanted. A write goes on all the same. */
    fun forget(tag: Long) {
        waiters.remove(tag)
    }

    /** Closes the engine and hands out all answers. A second call returns when the first has done it. */
    fun close() {
        try {
            bugsNamed { raw.shutDown() }
        } finally {
            if (Thread.currentThread() !== fetcher) joinFetcher()
        }
    }

    private fun joinFetcher() {
        var interrupted = false
        while (fetcher.isAlive) {
            try {
                fetcher.join()
            } catch (_: InterruptedException) {
                interrupted = true
            }
        }
        if (interrupted) Thread.currentThread().interrupt()
    }

    private fun fetch() {
        try {
            // After the last answer of a closed engine no caller waits: what is asked now is answered at once.
            while (true) {
                val answers = Reader(way.drain(FETCH_TIMEOUT_MS) ?: return)
                while (!answers.isEmpty) {
                    val tag = answers.long()
                    val answer = answers.part(answers.int())
                    waiters.remove(tag)?.answered(answer)
                }
            }
        } catch (failure: Throwable) {
            broken = EngineBugException("the thread that fetches answers failed", failure)
            for (tag in waiters.keys) waiters.remove(tag)?.failed(EngineBugException("answers are lost", failure))
        } finally {
            way.release()
        }
    }

    private companion object {
        /** How long the fetcher stays on the other side when there is nothing: an engine that closes wakes it. */
        const val FETCH_TIMEOUT_MS = 1_000L

        /** The border's own thread, which wakes followers, stays attached to this machine once it came. */
        val attachOnce: Unit by lazy {
            val initializer = CallbackThreadInitializer(true, false, "tacos-border")
            Native.setCallbackThreadInitializer(uniffiRustFutureContinuationCallbackImpl, initializer)
        }
    }
}

/** Gives a panic on the other side its name here, and says what is wrong with a text that cannot cross. */
internal inline fun <T> bugsNamed(call: () -> T): T = try {
    call()
} catch (panic: InternalException) {
    throw EngineBugException("the engine panicked: ${panic.message}", panic)
} catch (malformed: RawRequestException) {
    throw EngineBugException("the engine cannot read what it was asked: ${malformed.message}", malformed)
} catch (malformed: CharacterCodingException) {
    throw IllegalArgumentException("a text has half of a surrogate pair", malformed)
}
