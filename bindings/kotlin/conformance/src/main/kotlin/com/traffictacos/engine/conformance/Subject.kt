// What is driven: the engine in this process, or a client and its server.
package com.traffictacos.engine.conformance

import com.traffictacos.engine.Engine
import com.traffictacos.engine.Options
import com.traffictacos.engine.TicketEngine
import com.traffictacos.engine.remote.RemoteEngine
import com.traffictacos.engine.remote.RemoteOptions
import java.nio.file.Path
import kotlin.time.Duration.Companion.milliseconds

/** Small buffers and tables: many engines fit one run. */
private const val SMALL = 1 shl 12
private const val BUFFER = 1L shl 20

/** An engine, and what is done to it from outside. */
interface Subject {
    val engine: TicketEngine

    fun open(with: Arguments)

    fun advance(ms: Long)

    fun turn()

    suspend fun digest(): String

    fun close()

    /** An operation that not every engine has; `null` if this one has not either. */
    suspend fun own(operation: String, with: Arguments): Block?

    /** There is nothing more to drive. */
    fun end() = Unit
}

/** The engine in this process. */
class Linked : Subject {
    private var opened: Engine? = null
    override val engine get() = checkNotNull(opened) { "no engine is open" }

    override fun open(with: Arguments) {
        opened = Engine.open(Path.of(with.text("folder")), options(with))
    }

    override fun advance(ms: Long) {
        engine.advance(ms.milliseconds, turn = false)
    }

    override fun turn() {
        engine.turn()
    }

    override suspend fun digest(): String {
        // Reading the position writes what there is to write.
        engine.position()
        return engine.digest().toHex()
    }

    override fun close() = engine.close()

    override suspend fun own(operation: String, with: Arguments): Block? = when (operation) {
        "updates" -> engine.blocking().updates(with.long("after")).use { reader ->
            val items = generateSequence { reader.poll()?.ifEmpty { null } }.flatten().map(::told).toList()
            reply("items" to items, "position" to reader.position)
        }
        "clear_idempotency" -> reply().also { engine.clearIdempotency() }
        "snapshot" -> reply().also { engine.snapshot() }
        "close" -> reply().also { engine.stop() }
        else -> null
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
}

/** A client of a server, which the program of [command] is. */
class Served(command: List<String>) : Subject {
    private val program = ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start()
    private val answers = program.inputStream.bufferedReader()
    private var dialled: RemoteEngine? = null

    /** The settings of the scenario's engine. */
    private var config: Record = emptyMap()
    override val engine get() = checkNotNull(dialled) { "no server is open" }

    private fun handed(word: String, fields: Record = emptyMap()): Record {
        program.outputStream.write(Block(word, fields).written().encodeToByteArray())
        program.outputStream.flush()
        val answer = checkNotNull(readBlock(answers::readLine)) { "the server ended at $word" }
        check(answer.word == "reply") { "the server, at $word: ${answer.fields["why"]}" }
        return answer.fields
    }

    override fun open(with: Arguments) {
        config = with.record("config").fields
        // The server itself writes without keys.
        val said = handed("open", with.fields + ("config" to config - "idempotency_required"))
        val token = said["token"] as String
        dialled = RemoteEngine.dial(said["address"] as String, RemoteOptions(token = { token }))
    }

    override fun advance(ms: Long) {
        handed("advance", mapOf("ms" to ms))
    }

    override fun turn() {
        handed("turn")
    }

    override suspend fun digest() = handed("digest")["digest"] as String

    override fun close() {
        engine.close()
        handed("close")
    }

    override suspend fun own(operation: String, with: Arguments): Block? = when (operation) {
        "updates" -> unsupported("updates: the stream of commands has none")
        "note" -> unsupported("notes_max: the server's own notes count").takeIf { "notes_max" in config }
        "create_payment" -> unsupported("webhook_url: the server delivers by itself").takeIf { "webhook_url" in with }
        "create_event" -> unsupported("idempotency_required: the server writes without keys")
            .takeIf { "idempotency_required" in config }
        "close" -> unsupported("close: a server is not stopped by its clients")
        "clear_idempotency", "snapshot" -> reply().also { handed("call", mapOf("do" to operation)) }
        else -> null
    }

    override fun end() {
        program.outputStream.close()
        program.waitFor()
    }
}
