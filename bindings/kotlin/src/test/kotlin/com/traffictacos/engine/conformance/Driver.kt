// The conformance suite's driver for Kotlin and Java: takes blocks (`bindings/conformance/DRIVING.md`) from its
// standard input and does what they ask through the public API of this artifact alone. By turns a write suspends, or is
// asked by Java's futures: both ways must come to the same.
package com.traffictacos.engine.conformance

import com.traffictacos.engine.Answer
import com.traffictacos.engine.Command
import com.traffictacos.engine.Engine
import com.traffictacos.engine.EngineClosedException
import com.traffictacos.engine.JournalFailedException
import com.traffictacos.engine.Options
import com.traffictacos.engine.RefusedException
import com.traffictacos.engine.UpdatesLostException
import kotlinx.coroutines.runBlocking
import java.nio.file.Path
import java.util.concurrent.ExecutionException
import kotlin.time.Duration.Companion.milliseconds

/** Small buffers and tables: many engines fit one run. */
private const val SMALL = 1 shl 12
private const val BUFFER = 1L shl 20

private class Driver {
    private var opened: Engine? = null
    private val engine get() = checkNotNull(opened) { "no engine is open" }
    private var isJava = false

    suspend fun answer(word: String, with: Arguments): List<Block> = when (word) {
        "open" -> listOf(reply()).also { opened = Engine.open(Path.of(with.text("folder")), options(with)) }
        "call" -> listOf(judged { call(with.text("do"), with.record("with")) })
        "batch" -> batch(with.records("calls"))
        "advance" -> listOf(reply()).also { engine.advance((with.long("ms") ?: 0).milliseconds, turn = false) }
        "turn" -> listOf(reply()).also { engine.turn() }
        "digest" -> {
            // Reading the position writes what there is to write.
            engine.position()
            listOf(reply("digest" to engine.digest().toHex()))
        }
        "prepare" -> listOf(judged { reply("prepared" to prepare(with.text("what"), with.text("name"), with)) })
        "close" -> listOf(reply()).also { engine.close() }
        else -> error("no such word: $word")
    }

    private fun prepare(what: String, name: String, with: Arguments) = when (what) {
        "event" -> engine.prepareEvent(name)
        "seat" -> engine.prepareSeat(with.text("event"), name)
        else -> engine.prepareUser(name)
    }

    private suspend fun call(operation: String, with: Arguments): Block {
        READS[operation]?.let { return it(engine, with) }
        val command = with.command(operation) ?: return Block("unsupported", mapOf("why" to "the operation $operation"))
        return came(execute(command))
    }

    private suspend fun <R : Answer> execute(command: Command<R>): R {
        isJava = !isJava
        return if (isJava) engine.async().execute(command).get() else engine.execute(command)
    }

    /** All commands are handed over together; answers to those that cannot be commands stand between the others. */
    private suspend fun batch(calls: List<Arguments>): List<Block> {
        val commands = calls.map { call ->
            runCatching { checkNotNull(call.record("with").command(call.text("do"))) { "no write: $call" } }
        }
        val good = commands.mapNotNull { it.getOrNull() }
        isJava = !isJava
        val answers = runCatching { if (isJava) engine.async().executeAll(good).get() else engine.executeAll(good) }
        val left = answers.getOrNull()?.iterator()
        return commands.map { command ->
            judged {
                command.getOrThrow()
                came(left?.next() ?: throw checkNotNull(answers.exceptionOrNull()))
            }
        }
    }

    private inline fun judged(call: () -> Block): Block = try {
        call()
    } catch (illFormed: IllFormed) {
        Block("refused", mapOf("code" to "invalid", "fields" to listOf(illFormed.field)))
    } catch (failed: Exception) {
        failed(if (failed is ExecutionException) failed.cause ?: failed else failed)
    }

    private fun failed(why: Throwable): Block = when (why) {
        is RefusedException -> refused(why.code, why.refusal)
        is EngineClosedException -> Block("failed", mapOf("why" to "closed"))
        is JournalFailedException -> Block("failed", mapOf("why" to "poisoned"))
        is UpdatesLostException -> Block("failed", mapOf("why" to said(why.reason)))
        else -> throw why
    }
}

private fun options(with: Arguments): Options {
    val usual = mapOf(
        "idempotencyKeysMax" to SMALL,
        "reservationsMax" to SMALL,
        "paymentsMax" to SMALL,
        "webhooksMax" to SMALL,
        "timeByHandFrom" to moment((with.long("clock_unix_ms") ?: START_MS) - START_MS),
        "logBufferBytes" to BUFFER,
        "updateHistoryBytes" to BUFFER,
        "segmentBytes" to BUFFER,
        "snapshotEveryBytes" to 0L,
    )
    return with.record("config").filled(Options::class, RECORDS.getValue(Options::class), usual) as Options
}

fun main() {
    val (lines, driver) = System.`in`.bufferedReader() to Driver()
    while (true) {
        val block = readBlock(lines::readLine) ?: return
        val answers = runBlocking { driver.answer(block.word, Arguments(block.fields)) }
        System.out.write(answers.joinToString("") { it.written() }.encodeToByteArray())
        System.out.flush()
    }
}
