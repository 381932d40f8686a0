// One stream of commands. Everything here happens on the loop's thread.
package com.traffictacos.engine.remote

import com.traffic_tacos.engine.v1.CommandServiceGrpc
import com.traffic_tacos.engine.v1.RunRequest
import com.traffic_tacos.engine.v1.RunResponse
import io.grpc.ClientCall
import io.grpc.Metadata
import io.grpc.Status
import java.util.TreeMap

/** A stream, and the calls that it has sent and that have no answer. */
internal class CommandStream(private val link: Link) : ClientCall.Listener<RunResponse>() {
    private val call = link.channel.newCall(CommandServiceGrpc.getRunMethod(), link.callOptions)
    private var lastTag = 0L
    private var hasAnswered = false
    private var isFinished = false

    /** By their tags, in the order in which they were sent. */
    val waiting = TreeMap<Long, Asked>()

    val isReady: Boolean get() = !isFinished && call.isReady

    fun start() {
        call.start(this, Metadata())
        // One in work, one on its way.
        call.request(2)
    }

    /** Sends one message of what waits in [queue]. */
    fun send(queue: ArrayDeque<Asked>) {
        val message = RunRequest.newBuilder()
        var bytes = 0
        val now = System.nanoTime()
        while (message.callsCount < CALLS_MAX) {
            val asked = queue.firstOrNull() ?: break
            if (link.late(asked, now)) {
                queue.removeFirst()
                continue
            }
            val leftMs = ((asked.until - now) / NS_IN_MS).coerceAtLeast(1)
            val built = asked.call.setTag(lastTag + 1).setDeadlineMs(leftMs.toInt()).build()
            if (bytes > 0 && bytes + built.serializedSize > BYTES_MAX) break
            bytes += built.serializedSize
            queue.removeFirst()
            lastTag += 1
            asked.isSent = true
            waiting[lastTag] = asked
            message.addCalls(built)
        }
        if (message.callsCount > 0) call.sendMessage(message.build())
    }

    /** Sends nothing more; the stream ends behind its last answer. */
    fun finish() {
        if (isFinished) return
        isFinished = true
        if (waiting.isEmpty()) call.cancel("the client is done", null) else call.halfClose()
    }

    /** Waits for nothing more. */
    fun abandon(why: () -> Exception) {
        waiting.values.toList().also { waiting.clear() }.forEach { it.answer.completeExceptionally(why()) }
    }

    override fun onReady() = link.flush()

    override fun onMessage(message: RunResponse) {
        hasAnswered = true
        for (answer in message.answersList) {
            // A call that is waited for no longer has no entry.
            waiting.remove(answer.tag)?.let { link.answered(this, it, answer) }
        }
        call.request(1)
        link.flush()
    }

    override fun onClose(status: Status, trailers: Metadata) {
        isFinished = true
        val left = waiting.values.toList()
        waiting.clear()
        link.lost(this, left, hasAnswered, status)
    }

    private companion object {
        const val NS_IN_MS = 1_000_000L

        /** What the server takes in one message. */
        const val CALLS_MAX = 1_024

        /** Calls are gathered up to so much; a longer one travels alone. */
        const val BYTES_MAX = 1 shl 18
    }
}
