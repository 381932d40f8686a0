// The calls of a client on their way: gathered into messages, answered by tag, asked anew after a lost connection.
package com.traffictacos.engine.remote

import com.traffic_tacos.command.v1.Answer as WireAnswer
import com.traffic_tacos.common.v1.ErrorCode
import com.traffictacos.engine.EngineClosedException
import com.traffictacos.engine.OutcomeUnknownException
import com.traffictacos.engine.ServerException
import com.traffictacos.engine.UnreachableException
import io.grpc.CallOptions
import io.grpc.ManagedChannel
import io.grpc.Status
import java.util.concurrent.ConcurrentLinkedQueue
import java.util.concurrent.CountDownLatch
import java.util.concurrent.RejectedExecutionException
import java.util.concurrent.ThreadLocalRandom
import java.util.concurrent.TimeUnit
import java.util.concurrent.atomic.AtomicBoolean

/**
 * Calls wait in [queue] until a stream takes them, and then with the stream. A stream is opened when there is something to
 * send; what a lost one leaves behind is asked again if it is a read, and not known if it is a write.
 */
internal class Link(
    val channel: ManagedChannel,
    private val loop: Loop,
    val callOptions: CallOptions,
    private val options: RemoteOptions,
) {
    private val incoming = ConcurrentLinkedQueue<Asked>()
    private val isPumping = AtomicBoolean()
    private val isClosing = AtomicBoolean()
    private val ended = CountDownLatch(1)

    // What follows is of the loop's thread.
    private val queue = ArrayDeque<Asked>()
    private val streams = HashSet<CommandStream>()
    private var current: CommandStream? = null
    private var isWaiting = false
    private var isArmed = false

    /** Streams in a row that ended before they had answered anything, and why the last one did. */
    private var failures = 0
    private var lastStatus: Status? = null
    private val drained = CountDownLatch(1)

    /** Says no to a call that would wait for itself: answers are handed out by the thread that would wait for one. */
    fun mayWaitHere() = check(!loop.isHere) {
        "this is the thread that hands out answers, and may not wait for one: use another dispatcher than Unconfined, or an " +
            "executor with threads of its own"
    }

    /** Closed before the loop knows: a stream that the close ends is no loss. */
    private val isClosed: Boolean get() = isClosing.get()

    /** Takes a call from any thread. */
    fun submit(asked: Asked) {
        incoming.add(asked)
        // A call that comes before the loop looks at them goes with it: calls made together travel together.
        if (!isPumping.getAndSet(true)) onLoop(::pump)
        // Looked at after the call was added: a loop that has ended takes nothing more.
        if (ended.count == 0L) asked.answer.completeExceptionally(EngineClosedException())
    }

    private fun onLoop(run: () -> Unit) {
        try {
            loop.execute(run)
        } catch (_: RejectedExecutionException) {
            // It is closed, and the caller is told so.
        }
    }

    private fun later(run: () -> Unit, ms: Long) {
        loop.schedule(run, ms, TimeUnit.MILLISECONDS)
    }

    private fun pump() {
        // Before looking: a call that is added later finds it false.
        isPumping.set(false)
        while (true) queue.addLast(incoming.poll() ?: break)
        // Callers that gave up while there was no connection.
        if (queue.size > 2 * options.inFlightMax) queue.removeAll { it.answer.isCompleted }
        flush()
    }

    /** Sends what waits, as far as the connection takes it. */
    fun flush() {
        if (isClosed) {
            queue.forEach { it.answer.completeExceptionally(EngineClosedException()) }
            return queue.clear()
        }
        if (queue.isEmpty()) return
        arm()
        val stream = current ?: connect() ?: return
        while (queue.isNotEmpty() && stream.isReady) stream.send(queue)
    }

    private fun connect(): CommandStream? {
        if (isWaiting) return null
        // The channel has a patience of its own, up to two minutes; ours is the calls'.
        channel.resetConnectBackoff()
        return CommandStream(this).also {
            current = it
            streams += it
            it.start()
        }
    }

    /** An answer came. */
    fun answered(stream: CommandStream, asked: Asked, answer: WireAnswer) {
        failures = 0
        val isExpired = answer.hasError() && answer.error.code == ErrorCode.ERROR_CODE_UNAUTHENTICATED
        if (isExpired && options.token != null && !asked.isRenewed && !isClosed) {
            // It was not done. A stream keeps its token: the next one asks for a new one.
            asked.isRenewed = true
            asked.isSent = false
            queue.addLast(asked)
            if (current === stream) {
                current = null
                stream.finish()
            }
            return
        }
        asked.answer.complete(answer)
    }

    /** A stream ended, and these calls have no answer. */
    fun lost(stream: CommandStream, left: List<Asked>, hasAnswered: Boolean, status: Status) {
        streams -= stream
        if (current === stream) current = null
        lastStatus = status
        if (isClosed) {
            left.forEach { it.answer.completeExceptionally(EngineClosedException()) }
            if (streams.isEmpty()) drained.countDown()
            return
        }
        for (asked in left.asReversed()) {
            asked.losses += 1
            if (asked.isRead && asked.losses < LOSSES_MAX) queue.addFirst(asked) else asked.answer.completeExceptionally(unanswered(asked, status))
        }
        if (status.code in HOPELESS) refuse(status)
        if (!hasAnswered) failures += 1
        if (failures == 0) return flush()
        if (isWaiting) return
        isWaiting = true
        later({
            isWaiting = false
            flush()
        }, pauseMs(failures))
    }

    /** The server takes no stream of this client: nothing that waits will be taken. */
    private fun refuse(status: Status) {
        val no = ServerException(status.code.name, status.description ?: "the server refuses the stream")
        queue.forEach { it.answer.completeExceptionally(no) }
        queue.clear()
    }

    private fun unanswered(asked: Asked, status: Status): RuntimeException {
        val why = "${status.code}${status.description?.let { ": $it" }.orEmpty()}"
        val cause = status.asRuntimeException()
        return if (asked.isRead || !asked.isSent) UnreachableException("the server was not reached: $why", cause)
        else OutcomeUnknownException("the connection was lost before the answer came: $why", cause)
    }

    /** Looks at the time of calls as long as some wait. */
    private fun arm() {
        if (isArmed || isClosed) return
        isArmed = true
        later({
            isArmed = false
            val now = System.nanoTime()
            queue.removeAll { late(it, now) }
            streams.forEach { stream -> stream.waiting.values.removeAll { late(it, now) } }
            if (queue.isNotEmpty() || streams.any { it.waiting.isNotEmpty() }) arm()
        }, LOOK_MS)
    }

    /** True if a call is waited for no longer; one whose time is over is told so. */
    fun late(asked: Asked, now: Long): Boolean {
        if (asked.until - now <= 0) {
            val status = lastStatus.takeIf { failures > 0 }
                ?: Status.DEADLINE_EXCEEDED.withDescription("no answer came within the call's time")
            asked.answer.completeExceptionally(unanswered(asked, status))
        }
        return asked.answer.isCompleted
    }

    /** Closes; a second call returns when the first has done it. */
    fun close() {
        val isFirst = !isClosing.getAndSet(true)
        when {
            // Nothing can be waited for here.
            loop.isHere -> if (isFirst) {
                begin()
                abandon()
                Thread(::finish, "tacos-remote-close").apply { isDaemon = true }.start()
            }
            isFirst -> {
                onLoop(::begin)
                uninterrupted { drained.await(options.closeTime.inWholeMilliseconds, TimeUnit.MILLISECONDS) }
                finish()
            }
            else -> uninterrupted { ended.await() }
        }
    }

    /** Takes no more calls, and lets streams end behind their last answers. */
    private fun begin() {
        pump()
        streams.toList().forEach { it.finish() }
        if (streams.isEmpty()) drained.countDown()
    }

    private fun abandon() = streams.forEach { stream -> stream.abandon { EngineClosedException() } }

    private fun finish() {
        channel.shutdownNow()
        uninterrupted { channel.awaitTermination(CHANNEL_S, TimeUnit.SECONDS) }
        onLoop {
            abandon()
            ended.countDown()
            loop.shutdown()
            // Calls that came after the loop's last look.
            while (true) (incoming.poll() ?: break).answer.completeExceptionally(EngineClosedException())
        }
        uninterrupted { ended.await() }
    }

    private inline fun uninterrupted(wait: () -> Unit) {
        var isInterrupted = false
        while (true) {
            try {
                wait()
                break
            } catch (_: InterruptedException) {
                isInterrupted = true
            }
        }
        if (isInterrupted) Thread.currentThread().interrupt()
    }

    private companion object {
        /** How often the time of calls is looked at. */
        const val LOOK_MS = 50L

        /** A read that loses so many streams is perhaps what ends them. */
        const val LOSSES_MAX = 4
        const val PAUSE_MS = 50L
        const val PAUSE_MAX_MS = 2_000L

        /** How long the channel may take to end once it was told to. */
        const val CHANNEL_S = 5L

        /** Statuses that another try does not change. */
        val HOPELESS = setOf(
            Status.Code.UNAUTHENTICATED,
            Status.Code.PERMISSION_DENIED,
            Status.Code.UNIMPLEMENTED,
            Status.Code.INVALID_ARGUMENT,
        )

        /** Twice as long after each failure, and not for all clients at once. */
        fun pauseMs(failures: Int): Long {
            val pause = minOf(PAUSE_MS shl minOf(failures - 1, 10), PAUSE_MAX_MS)
            return pause / 2 + ThreadLocalRandom.current().nextLong(pause / 2 + 1)
        }
    }
}
