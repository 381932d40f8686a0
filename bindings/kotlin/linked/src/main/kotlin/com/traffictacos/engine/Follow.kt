// Updates as a flow, and as a reader for callers without coroutines.
package com.traffictacos.engine

import com.traffictacos.engine.UpdatesLostException.Reason
import com.traffictacos.engine.border.RawUpdates
import com.traffictacos.engine.border.RawUpdatesLost
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.Deferred
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.async
import kotlinx.coroutines.cancel
import kotlinx.coroutines.flow.Flow
import kotlinx.coroutines.flow.flow
import kotlinx.coroutines.runBlocking
import kotlinx.coroutines.withTimeoutOrNull
import kotlin.time.toKotlinDuration

internal fun followed(border: Border, from: Long?): Flow<Update> = flow {
    val follower = follower(border, from)
    try {
        while (true) {
            for (update in follower.nextUpdates() ?: break) emit(update)
        }
    } finally {
        follower.close()
    }
}

private fun follower(border: Border, from: Long?): RawUpdates = try {
    bugsNamed { border.raw.updates(from) }
} catch (_: RawUpdatesLost.Closed) {
    throw EngineClosedException()
} catch (lost: RawUpdatesLost) {
    throw lost.named()
}

/** The next updates; `null` when the engine is closed and everything was read. */
private suspend fun RawUpdates.nextUpdates(): List<Update>? = lostNamed { next() }?.toUpdates()

private fun ByteArray.toUpdates(): List<Update> = Reader.whole(Reader(this)) { list { readUpdate() } }

private inline fun <T : Any> lostNamed(read: () -> T): T? = try {
    bugsNamed(read)
} catch (_: RawUpdatesLost.Closed) {
    null
} catch (lost: RawUpdatesLost) {
    throw lost.named()
}

private fun RawUpdatesLost.named(): EngineException = when (this) {
    is RawUpdatesLost.Gone ->
        UpdatesLostException(Reason.GONE, "these updates are gone, the oldest kept begin at $oldest", oldest)
    is RawUpdatesLost.NotAPosition -> UpdatesLostException(Reason.NOT_A_POSITION, "no update ends at $position")
    is RawUpdatesLost.Journal -> UpdatesLostException(Reason.JOURNAL, "the journal cannot be read: $text")
    is RawUpdatesLost.Closed -> EngineClosedException()
    is RawUpdatesLost.Busy -> EngineBugException("a follower was waited for twice")
}

/** Reads updates for one caller without coroutines. Not for two threads at once. */
class UpdateReader internal constructor(border: Border, from: Long?) : AutoCloseable {
    private val follower = follower(border, from)
    private val scope = CoroutineScope(Dispatchers.Default)

    /** What is being waited for. A wait that runs out of time leaves it here: nothing that was read is lost. */
    private var coming: Deferred<List<Update>?>? = null

    /**
     * The next updates, one at least; none if there are none within [timeout]; `null` when the engine is closed and
     * everything was read.
     */
    fun next(timeout: java.time.Duration): List<Update>? = runBlocking {
        val next = coming ?: scope.async { follower.nextUpdates() }.also { coming = it }
        val came = withTimeoutOrNull(timeout.toKotlinDuration()) { next.join() }
        if (came == null) return@runBlocking emptyList()
        coming = null
        next.await()
    }

    /**
     * The updates that are there now, without waiting; none if there are none, `null` when the engine is closed and
     * everything was read. Not while a [next] that ran out of time has left its wait behind: call that again first.
     */
    fun poll(): List<Update>? {
        check(coming == null) { "a call of next() that ran out of time still waits" }
        return lostNamed { follower.ready() }?.toUpdates()
    }

    /** Where the last update that was read ends. */
    val position: Long get() = bugsNamed { follower.position() }

    override fun close() {
        scope.cancel()
        follower.close()
    }
}
