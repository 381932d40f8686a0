// What the border costs: the rows of `bindings/tests/bench.sh`, for `kotlin` (as it is), `kotlin-jna` (the long way, which
// uniffi takes by itself) and `java` (blocking calls). `bench/run.sh` runs it; no test does.
package com.traffictacos.engine

import com.traffictacos.engine.border.IntegrityCheckingUniffiLib
import com.traffictacos.engine.border.RawEngine
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.coroutineScope
import kotlinx.coroutines.launch
import kotlinx.coroutines.runBlocking
import java.nio.file.Path
import java.util.UUID
import java.util.concurrent.atomic.AtomicInteger

private const val SHOW = "evt_1"
private val HOUSE = listOf(
    Section.General("floor", 2_000_000, 100),
    Section.Seated("stalls", listOf(Row("A", 100, RowSeats.Numbered("A-", 10)))),
)
private val HOLD = Reserve(SHOW, "kim", SeatRequest.best(1, "floor"))

/** Kept where the compiler cannot see that nothing reads it. */
@Volatile
private var seen: Any? = null

fun main(arguments: Array<String>) {
    val folder = Path.of(arguments.first())
    NativeLibrary.loaded
    for (face in arguments.drop(1).ifEmpty { listOf("kotlin") }) {
        when (face) {
            "kotlin" -> {
                best(face, "empty call", 1, 10_000) { seen = Crossing.nothing(1) }
                inMemory(face, ::ShortWay)
                durable(face, folder, ::ShortWay)
            }
            "kotlin-jna" -> {
                best(face, "empty call", 1, 10_000) {
                    seen = IntegrityCheckingUniffiLib.uniffi_tacos_engine_uniffi_checksum_func_engine_version()
                }
                inMemory(face, ::LongWay, slower = 50)
                durable(face, folder, ::LongWay)
            }
            "java" -> blocking(face)
            else -> error("there is no face $face")
        }
    }
}

private fun inMemory(face: String, way: (RawEngine) -> Way, slower: Int = 1) = runBlocking {
    Engine.over(RawEngine.inMemory(Options().raw()), way).use { engine ->
        engine.openHouse()
        best(face, "availability", 1, 1_000 / slower) { seen = engine.counts(SHOW) }
        best(face, "hold in memory", 2, 200 / slower) { engine.holdAndRelease(HOLD) }
        var number = 0L
        val seats = listOf("A-1", "A-2")
        best(face, "two seats, with a key", 2, 200 / slower) {
            number += 1
            val key = UUID(number, 0).toString()
            engine.holdAndRelease(Reserve(SHOW, "kim", SeatRequest.Seats(seats), key = key))
        }
        val (show, kim) = engine.prepareEvent(SHOW) to engine.prepareUser("kim")
        val prepared = seats.map { engine.prepareSeat(show, it) }
        best(face, "the same, prepared", 2, 200 / slower) {
            number += 1
            val key = Keys.of(UUID(number, 0))
            engine.holdAndRelease(Reserve(show, kim, SeatRequest.Seats(prepared), key = key))
        }
        val holds = List(64) { HOLD }
        best(face, "batch of 64", 128, 2 / slower + 1) {
            val held = engine.executeAll(holds)
            seen = engine.executeAll(held.map { Release(ReservationRef.id((it as Reserved).id)) })
        }
    }
}

private fun blocking(face: String) = Engine.inMemory().use { engine ->
    runBlocking { engine.openHouse() }
    val blocking = engine.blocking()
    best(face, "hold in memory", 2, 200) {
        blocking.execute(Release(ReservationRef.id((blocking.execute(HOLD) as Reserved).id))).orThrow()
    }
}

private fun durable(face: String, folder: Path, way: (RawEngine) -> Way) = runBlocking(Dispatchers.Default) {
    for (inFlight in listOf(1, 64, 1_024)) {
        val path = folder.resolve("$face-$inFlight").toString()
        Engine.over(RawEngine.open(path, Options().raw()), way).use { engine ->
            engine.openHouse()
            val holds = (inFlight * 8).coerceAtLeast(20)
            val rounds = List(15) { engine.holdTogether(inFlight, holds) }
            tell(face, "durable hold, $inFlight in flight", rounds.sorted()[7] / holds)
        }
    }
}

private suspend fun Engine.holdAndRelease(hold: Reserve) {
    release(ReservationRef.id((execute(hold) as Reserved).id)).orThrow()
}

private suspend fun Engine.openHouse() {
    createEvent(SHOW, EventSettings("A concert", "EUR"), HOUSE).orThrow()
    setSale(SHOW, SaleState.OPEN).orThrow()
}

/** Nanoseconds in which [inFlight] coroutines make [holds] together, each waiting for its own. */
private suspend fun Engine.holdTogether(inFlight: Int, holds: Int): Double {
    val left = AtomicInteger(holds)
    val begun = System.nanoTime()
    coroutineScope {
        repeat(inFlight) { launch { while (left.getAndDecrement() > 0) execute(HOLD).orThrow() } }
    }
    return (System.nanoTime() - begun).toDouble()
}

/** The best of five hundred rounds, for each command; two hundred more come before, for the compiler. */
private inline fun best(face: String, row: String, commands: Int, calls: Int, call: () -> Unit) {
    var best = Double.POSITIVE_INFINITY
    for (round in -200 until 500) {
        val begun = System.nanoTime()
        repeat(calls) { call() }
        val took = (System.nanoTime() - begun).toDouble()
        if (round >= 0 && took < best) best = took
    }
    tell(face, row, best / calls / commands)
}

private fun tell(face: String, row: String, ns: Double) = println("$face\t$row\t${"%.1f".format(java.util.Locale.ROOT, ns)}")
