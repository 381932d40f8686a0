// The driver of the conformance suite, by the public API of the artifacts alone: of the engine in this process, and with
// `--dial PROGRAM` of the client of a server, which that program is (`bindings/conformance/DRIVING.md`). By turns a write
// suspends, or is asked by Java's futures: both ways must come to the same.
package com.traffictacos.engine.conformance

import com.traffictacos.engine.Answer
import com.traffictacos.engine.Command
import com.traffictacos.engine.EngineClosedException
import com.traffictacos.engine.JournalFailedException
import com.traffictacos.engine.RefusedException
import com.traffictacos.engine.UpdatesLostException
import kotlinx.coroutines.runBlocking
import java.util.concurrent.ExecutionException

private class Driver(private val subject: Subject) {
    private val engine get() = subject.engine
    private var isJava = false

    suspend fun answer(word: String, with: Arguments): List<Block> = when (word) {
        "open" -> listOf(reply()).also { subject.open(with) }
        "call" -> listOf(judged { call(with.text("do"), with.record("with")) })
        "batch" -> batch(with.records("calls"))
        "advance" -> listOf(reply()).also { subject.advance(with.long("ms") ?: 0) }
        "turn" -> listOf(reply()).also { subject.turn() }
        "digest" -> listOf(reply("digest" to subject.digest()))
        "prepare" -> listOf(judged { reply("prepared" to prepare(with.text("what"), with.text("name"), with)) })
        "close" -> listOf(reply()).also { subject.close() }
        else -> error("no such word: $word")
    }

    private suspend fun prepare(what: String, name: String, with: Arguments) = when (what) {
        "event" -> engine.prepareEvent(name)
        "seat" -> engine.prepareSeat(with.text("event"), name)
        else -> engine.prepareUser(name)
    }

    private suspend fun call(operation: String, with: Arguments): Block {
        READS[operation]?.let { return it(engine, with) }
        subject.own(operation, with)?.let { return it }
        val command = with.command(operation) ?: return unsupported("the operation $operation")
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

fun main(arguments: Array<String>) {
    val subject = if (arguments.firstOrNull() == "--dial") Served(arguments.drop(1)) else Linked()
    val (lines, driver) = System.`in`.bufferedReader() to Driver(subject)
    while (true) {
        val block = readBlock(lines::readLine) ?: return subject.end()
        val answers = runBlocking { driver.answer(block.word, Arguments(block.fields)) }
        System.out.write(answers.joinToString("") { it.written() }.encodeToByteArray())
        System.out.flush()
    }
}
