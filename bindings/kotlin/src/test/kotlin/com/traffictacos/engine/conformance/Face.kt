// The Kotlin face as the suite sees it: an engine in a folder of its own, by its public API only.
package com.traffictacos.engine.conformance

import com.traffictacos.engine.Answer
import com.traffictacos.engine.Bytes
import com.traffictacos.engine.Command
import com.traffictacos.engine.Cursor
import com.traffictacos.engine.Engine
import com.traffictacos.engine.EngineClosedException
import com.traffictacos.engine.EngineException
import com.traffictacos.engine.JournalFailedException
import com.traffictacos.engine.Keys
import com.traffictacos.engine.Options
import com.traffictacos.engine.PaymentState
import com.traffictacos.engine.ReadPayment
import com.traffictacos.engine.ReadPayments
import com.traffictacos.engine.ReadReservation
import com.traffictacos.engine.ReadReservations
import com.traffictacos.engine.Refused
import com.traffictacos.engine.RefusedException
import com.traffictacos.engine.ReservationState
import com.traffictacos.engine.UpdatesLostException
import java.nio.ByteBuffer
import java.nio.file.Files
import java.nio.file.Path
import java.time.Instant
import java.util.UUID
import kotlin.io.path.copyToRecursively
import kotlin.io.path.ExperimentalPathApi
import kotlin.time.Duration.Companion.milliseconds

/** What came of an operation. */
sealed interface Came {
    data class Reply(val record: Record) : Came

    data class Refusal(val record: Record) : Came

    data class Failure(val word: String) : Came

    data class Unsupported(val what: String) : Came
}

/**
 * How writes are handed over, and whether with prepared ids and keys of sixteen bytes: every scenario must come to the same
 * either way.
 */
enum class Way { SUSPENDING, JAVA_FUTURE, PREPARED }

/** An engine of one scenario, in [folders]. */
class Face(private val options: Options, private val folders: Path, private val way: Way) : AutoCloseable {
    private var folder = Files.createTempDirectory(folders, "engine")
    private var engine = Engine.open(folder, options)
    private var passedMs = 0L

    /** Does one operation. */
    suspend fun call(operation: String, with: Record): Came = judged {
        val arguments = Arguments(prepared(with))
        val command = command(operation, arguments) ?: lookup(operation, arguments)
        if (command != null) came(execute(command)) else read(engine, operation, arguments)
    }

    /** Does writes with one crossing of the border. */
    suspend fun batch(calls: List<Pair<String, Record>>): List<Came> {
        val commands = calls.map { (operation, with) ->
            runCatching { checkNotNull(command(operation, Arguments(prepared(with)))) { "$operation is no write" } }
        }
        val good = commands.mapNotNull { it.getOrNull() }
        val answers = try {
            engine.executeAll(good).map(::came).iterator()
        } catch (failure: EngineClosedException) {
            return calls.map { judged { throw failure } }
        }
        return commands.map { command -> if (command.isSuccess) answers.next() else judged { command.getOrThrow(); error("") } }
    }

    fun advance(ms: Long) {
        passedMs += ms
        engine.advance(ms.milliseconds, turn = false)
    }

    fun turn() {
        engine.turn()
    }

    /** Ends the engine, or lets it crash, and opens it again; throws if it is not as it was. */
    @OptIn(ExperimentalPathApi::class)
    fun restart(how: String) {
        // Whoever reads the position writes what there is to write.
        engine.position()
        val before = engine.digest()
        val image = if (how == "clean") null else Files.createTempDirectory(folders, "crash").also {
            folder.copyToRecursively(it, followLinks = false, overwrite = true)
        }
        engine.close()
        folder = image ?: folder
        engine = Engine.open(folder, options.copy(timeByHandFrom = Instant.ofEpochMilli(START_MS + passedMs)))
        val after = engine.digest()
        check(before == after) { "the engine is not as it was: the digests differ" }
    }

    override fun close() = engine.close()

    /** What was prepared, kept over restarts: a name stands for itself where it could not be prepared. */
    private val known = mutableMapOf<Pair<String, String>, String>()

    /** The event that was named last: the seats of commands that name none are prepared for it. */
    private var event = ""

    private fun prepared(with: Record): Record {
        if (way != Way.PREPARED) return with
        (with["event"] as? String)?.let { event = it }
        fun name(what: String, name: String, prepare: () -> String): String =
            known[what to name] ?: try {
                prepare().also { known[what to name] = it }
            } catch (_: EngineException) {
                name
            }
        return with.mapValues { (argument, value) ->
            when {
                argument == "event" && value is String -> name("event", value) { engine.prepareEvent(value) }
                argument == "user" && value is String -> name("user", value) { engine.prepareUser(value) }
                argument == "key" && value is String && value.length in 1..16 && value.all { it in '!'..'~' } -> {
                    val bytes = ByteBuffer.wrap(value.encodeToByteArray().copyOf(16))
                    Keys.of(UUID(bytes.long, bytes.long))
                }
                (argument == "seats" || argument == "exactly") && value is List<*> -> {
                    val of = event
                    value.map { if (it is String) name("of $of", it) { engine.prepareSeat(of, it) } else it }
                }
                else -> value
            }
        }
    }

    private suspend fun <R : Answer> execute(command: Command<R>): R = when (way) {
        Way.SUSPENDING, Way.PREPARED -> engine.execute(command)
        Way.JAVA_FUTURE -> engine.async().execute(command).get()
    }

    private inline fun judged(call: () -> Came): Came = try {
        call()
    } catch (refused: RefusedException) {
        Came.Refusal(refusalRecord(refused.code, refused.refusal))
    } catch (illFormed: IllFormed) {
        Came.Refusal(record("code" to "invalid", "fields" to listOf(illFormed.field)))
    } catch (failed: java.util.concurrent.ExecutionException) {
        failed(failed.cause ?: failed)
    } catch (failed: Exception) {
        failed(failed)
    }

    private fun failed(why: Throwable): Came = when (why) {
        is EngineClosedException -> Came.Failure("closed")
        is JournalFailedException -> Came.Failure("poisoned")
        is UpdatesLostException -> Came.Failure(why.reason.word)
        else -> throw why
    }

    private fun came(answer: Answer): Came =
        if (answer is Refused) Came.Refusal(refusalRecord(answer.code, answer.refusal)) else Came.Reply(answer.toRecord())
}

/** Reads whose answers wait for the disk. */
private fun lookup(operation: String, with: Arguments): Command<*>? = when (operation) {
    "reservation" -> ReadReservation(with.which(), with.text("user"))
    "reservations" ->
        ReadReservations(with.need("user"), with.word<ReservationState>("state"), with.text("event"), with.cursor(), with.int("most") ?: 100)
    "payment" -> ReadPayment(with.need("payment"), with.text("user"))
    "payments" ->
        ReadPayments(with.need("user"), with.word<PaymentState>("state"), with.text("reservation"), with.cursor(), with.int("most") ?: 100)
    else -> null
}

private fun Arguments.cursor(): Cursor? = text("after")?.let { hex ->
    if (hex.length % 2 != 0) throw IllFormed("after")
    val bytes = hex.chunked(2).map { it.toIntOrNull(16)?.toByte() ?: throw IllFormed("after") }
    Cursor(Bytes.of(bytes.toByteArray()))
}

/** Settings of a scenario over small buffers: many engines fit one run. */
fun optionsOf(settings: Record): Options {
    val given = Arguments(settings)
    return Options(
        timeByHandFrom = Instant.ofEpochMilli(START_MS),
        logBufferBytes = 1 shl 20,
        updateHistoryBytes = 1 shl 20,
        segmentBytes = 1 shl 20,
        snapshotEveryBytes = 0,
        idempotencyRequired = given.bool("idempotency_required") ?: false,
        idempotencyTtl = given.duration("idempotency_ttl_ms"),
        idempotencyKeysMax = given.int("idempotency_keys_max") ?: SMALL,
        reservationsMax = given.int("reservations_max") ?: SMALL,
        paymentsMax = given.int("payments_max") ?: SMALL,
        webhooksMax = given.int("webhooks_max") ?: SMALL,
        notesMax = given.int("notes_max"),
        retention = given.duration("retention_ms"),
        expiryWarning = given.duration("expiry_warning_ms"),
        admissionsPerSecondMax = given.int("admissions_per_second_max"),
        refundLatePayments = given.text("late_payment") == "refund",
        paymentAmountMustMatch = given.bool("payment_amount_must_match") ?: true,
        paymentTtl = given.duration("payment_ttl_ms"),
        paymentTimePermille = given.int("payment_time_permille"),
        webhookRetriesMax = given.int("webhook_retries_max"),
    )
}

private const val SMALL = 1 shl 12
