// The one thread of a client, on which its streams live.
package com.traffictacos.engine.remote

import java.util.concurrent.ScheduledThreadPoolExecutor

/** The thread on which everything of a client's streams happens, so that it needs no locks. */
internal class Loop : ScheduledThreadPoolExecutor(1) {
    @Volatile
    private var thread: Thread? = null

    init {
        setThreadFactory { run -> Thread(run, "tacos-remote").apply { isDaemon = true }.also { thread = it } }
        removeOnCancelPolicy = true
        executeExistingDelayedTasksAfterShutdownPolicy = false
    }

    val isHere: Boolean get() = Thread.currentThread() === thread
}
