// The engine for callers without coroutines: Java above all.
package com.traffictacos.engine

import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.asCoroutineDispatcher
import kotlinx.coroutines.future.future
import kotlinx.coroutines.runBlocking
import java.nio.file.Path
import java.util.concurrent.CompletableFuture
import java.util.concurrent.Executor
import java.util.concurrent.ForkJoinPool
import kotlin.time.toKotlinDuration

/**
 * The engine with calls that block their thread until the answer may be seen. Reads that wait for nothing are those of
 * [engine] itself.
 *
 * ```java
 * try (Engine engine = Engine.open(Path.of("data"))) {
 *     ReserveResult result = engine.blocking().execute(new Reserve("evt_1", "kim", SeatRequest.seats("A-7")));
 *     if (result instanceof Reserved held) System.out.println("held until " + held.getExpiresAt());
 *     if (result instanceof Refused refused) System.out.println(refused.getRefusal().getMessage());
 * }
 * ```
 */
class BlockingEngine internal constructor(val engine: Engine) {
    /** Does it, and waits. An interrupt ends the waiting with [InterruptedException], not the write. */
    @Throws(InterruptedException::class)
    fun <R : Answer> execute(command: Command<R>): R = waiting { engine.execute(command) }

    /** Does them one after the other with one crossing of the border, and waits for all. */
    @Throws(InterruptedException::class)
    fun executeAll(commands: List<Command<*>>): List<Answer> = waiting { engine.executeAll(commands) }

    /** Updates behind [from]; see [Engine.updates]. */
    @JvmOverloads
    fun updates(from: Long? = null): UpdateReader = UpdateReader(engine.border, from)

    /** Lets time pass by hand; see [Engine.advance]. */
    @JvmOverloads
    fun advance(by: java.time.Duration, turn: Boolean = true): java.time.Instant =
        engine.advance(by.toKotlinDuration(), turn)

    /** See [Engine.snapshot]. */
    @Throws(InterruptedException::class)
    fun snapshot(): Long = runBlocking { engine.snapshot() }

    /** See [Engine.backup]. */
    @Throws(InterruptedException::class)
    fun backup(folder: Path): Unit = runBlocking { engine.backup(folder) }

    private fun <R> waiting(call: suspend () -> R): R {
        engine.border.mayWaitHere()
        return runBlocking { call() }
    }
}

/**
 * The engine with calls that give a [CompletableFuture]. What depends on a future runs on [executor] (the common pool if
 * none is chosen), never on a thread of the engine. Cancelling a future takes no write back.
 */
class AsyncEngine internal constructor(
    val engine: Engine,
    private val executor: Executor = ForkJoinPool.commonPool(),
) {
    /** The same engine, with another executor for what depends on its futures. */
    fun on(executor: Executor): AsyncEngine = AsyncEngine(engine, executor)

    /** Does it. */
    @Suppress("UNCHECKED_CAST")
    fun <R : Answer> execute(command: Command<R>): CompletableFuture<R> {
        val future = CompletableFuture<R>()
        val waiter = object : Waiter {
            override fun answered(answer: Reader) = executor.execute { future.settle(answer) }

            override fun failed(cause: EngineException) = executor.execute { future.completeExceptionally(cause) }
        }
        try {
            engine.border.ask(command, waiter) {}?.let { future.settle(it) }
        } catch (failure: EngineException) {
            future.completeExceptionally(failure)
        }
        return future
    }

    /** Does them one after the other with one crossing of the border; see [Sales.executeAll]. */
    fun executeAll(commands: List<Command<*>>): CompletableFuture<List<Answer>> =
        CoroutineScope(executor.asCoroutineDispatcher()).future { engine.executeAll(commands) }

    @Suppress("UNCHECKED_CAST")
    private fun <R : Answer> CompletableFuture<R>.settle(answer: Reader) {
        try {
            complete(answer.toAnswer() as R)
        } catch (failure: EngineException) {
            completeExceptionally(failure)
        }
    }
}

