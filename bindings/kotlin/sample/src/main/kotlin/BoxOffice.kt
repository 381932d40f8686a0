// A box office: hold, confirm and release over HTTP, and a feed of what happens, with the engine in the same process.
//
//   mvn package exec:java -Dexec.args="data 8080"
//   curl -X POST 'localhost:8080/hold?user=kim&seats=A-7,A-8' -H 'Idempotency-Key: order-1'
//   curl -N localhost:8080/updates

import com.sun.net.httpserver.HttpExchange
import com.sun.net.httpserver.HttpServer
import com.traffictacos.engine.Answer
import com.traffictacos.engine.Confirmed
import com.traffictacos.engine.Engine
import com.traffictacos.engine.EventSettings
import com.traffictacos.engine.Refused
import com.traffictacos.engine.Released
import com.traffictacos.engine.Reserved
import com.traffictacos.engine.Row
import com.traffictacos.engine.RowSeats
import com.traffictacos.engine.SaleState
import com.traffictacos.engine.Section
import com.traffictacos.engine.Update
import com.traffictacos.engine.SeatRequest
import com.traffictacos.engine.UpdateKind
import com.traffictacos.engine.ReservationRef
import com.traffictacos.engine.orThrow
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.SupervisorJob
import kotlinx.coroutines.cancel
import kotlinx.coroutines.flow.mapNotNull
import kotlinx.coroutines.launch
import kotlinx.coroutines.runBlocking
import java.io.IOException
import java.net.InetAddress
import java.net.InetSocketAddress
import java.net.URLDecoder
import java.nio.file.Path
import kotlin.time.Duration.Companion.minutes

const val EVENT = "evt_concert"

/** Serves one engine until it is closed. */
class BoxOffice(private val engine: Engine, port: Int) : AutoCloseable {
    private val scope = CoroutineScope(SupervisorJob() + Dispatchers.Default)
    private val server = HttpServer.create(InetSocketAddress(InetAddress.getLoopbackAddress(), port), 0)

    val port: Int get() = server.address.port

    init {
        route("/hold") { ask ->
            val want = ask["seats"]?.let { SeatRequest.Seats(it.split(',')) } ?: SeatRequest.Best(ask["count"]?.toIntOrNull() ?: 1)
            engine.reserve(EVENT, ask["user"].orEmpty(), want, key = ask["key"])
        }
        route("/confirm") { ask -> engine.confirm(ReservationRef.id(ask["id"].orEmpty()), user = ask["user"], key = ask["key"]) }
        route("/release") { ask -> engine.release(ReservationRef.id(ask["id"].orEmpty()), user = ask["user"], key = ask["key"]) }
        server.createContext("/counts") { exchange -> exchange.reply(200, "${engine.blocking().counts(EVENT)}") }
        server.createContext("/updates") { exchange -> scope.launch(Dispatchers.IO) { feed(exchange) } }
        server.start()
    }

    /** One coroutine a request: none of them keeps a thread while it waits for the disk. */
    private fun route(path: String, handle: suspend (Map<String, String>) -> Answer) {
        server.createContext(path) { exchange ->
            scope.launch {
                try {
                    val answer = handle(exchange.asked())
                    exchange.reply(if (answer is Refused) 409 else 200, answer.told())
                } catch (failure: RuntimeException) {
                    exchange.reply(503, failure.message.orEmpty())
                }
            }
        }
    }

    /** Server-sent events: each reader at its own pace, and none of them slows a sale. */
    private suspend fun feed(exchange: HttpExchange) {
        exchange.responseHeaders["Content-Type"] = "text/event-stream"
        exchange.sendResponseHeaders(200, 0)
        try {
            exchange.responseBody.use { body ->
                engine.updates().mapNotNull { it.told() }.collect { line ->
                    body.write("data: $line\n\n".encodeToByteArray())
                    body.flush()
                }
            }
        } catch (_: IOException) {
            // The reader went away.
        }
    }

    override fun close() {
        server.stop(0)
        scope.cancel()
    }
}

private fun HttpExchange.asked(): Map<String, String> {
    val query = requestURI.rawQuery.orEmpty().split('&').filter { '=' in it }
    val asked = query.associate { it.substringBefore('=') to URLDecoder.decode(it.substringAfter('='), "UTF-8") }
    return requestHeaders.getFirst("Idempotency-Key")?.let { asked + ("key" to it) } ?: asked
}

private fun HttpExchange.reply(status: Int, text: String) = use {
    val bytes = "$text\n".encodeToByteArray()
    sendResponseHeaders(status, bytes.size.toLong())
    responseBody.write(bytes)
}

private fun Answer.told(): String = when (this) {
    is Reserved -> "held $id ${places.joinToString(",") { it.id }} until $expiresAt"
    is Confirmed -> "sold $order"
    is Released -> "released ${places.joinToString(",") { it.id }}"
    is Refused -> "$code: ${refusal.message}"
    else -> toString()
}

private fun Update.told(): String? = (what as? UpdateKind.ReservationChanged)?.reservation?.let { change ->
    "${change.state} ${change.places.joinToString(",") { it.place.id }}"
}

/** Opens the folder; an empty one becomes a house of ten rows. */
suspend fun openHouse(folder: Path): Engine {
    val engine = Engine.open(folder)
    if (engine.event(EVENT) == null) {
        val rows = ('A'..'J').map { Row("$it", 5_000, RowSeats.Numbered("$it-", 20)) }
        engine.createEvent(EVENT, EventSettings("A concert", "EUR", hold = 2.minutes), listOf(Section.Seated("hall", rows))).orThrow()
        engine.setSale(EVENT, SaleState.OPEN).orThrow()
    }
    return engine
}

fun main(arguments: Array<String>) = runBlocking {
    if (arguments.firstOrNull() == "--demo") return@runBlocking demo(Path.of(arguments[1]))
    val folder = Path.of(arguments.getOrElse(0) { "data" })
    val engine = openHouse(folder)
    val office = BoxOffice(engine, arguments.getOrElse(1) { "8080" }.toInt())
    println("selling ${engine.counts(EVENT).available} seats at http://localhost:${office.port}, data in $folder")
    Runtime.getRuntime().addShutdownHook(Thread {
        office.close()
        engine.close()
    })
}
