// What the border costs: the same work as in the benchmarks of the other languages, a line `face<TAB>case<TAB>ns` each. Faces
// are `kotlin` (as it is), `java` (blocking calls), and `kotlin-jna` (the long way, which uniffi takes by itself).
// `bench/border.sh` runs it; no test does.
package com.traffictacos.engine

import com.traffictacos.engine.border.IntegrityCheckingUniffiLib
import com.traffictacos.engine.border.RawEngine
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.coroutineScope
import kotlinx.coroutines.launch
import kotlinx.coroutines.runBlocking
import java.nio.file.Files
import java.nio.file.Path
import java.util.concurrent.atomic.AtomicInteger
import kotlin.io.path.ExperimentalPathApi
import kotlin.io.path.deleteRecursively

private const val SHOW = "evt_1"
private val HOUSE = listOf(Section.General("floor", 2_000_000, 100))
private val HOLD = Reserve(SHOW, "kim", Want.best(1))

/** Kept where the compiler cannot see that nobody looks. */
@Volatile
private var seen: Any? = null

fun main(arguments: Array<String>) {
    val rounds = arguments.firstOrNull()?.toInt() ?: 200_000
    NativeLibrary.loaded
    tell("kotlin", "empty call", nanos(rounds * 10) { seen = Crossing.nothing(it.toLong()) })
    tell("kotlin-jna", "empty call", nanos(rounds) {
        seen = IntegrityCheckingUniffiLib.uniffi_tacos_engine_uniffi_checksum_func_engine_version()
    })
    inMemory("kotlin", rounds, ::ShortWay)
    inMemory("kotlin-jna", rounds / 10, ::LongWay)
    durable("kotlin", ::ShortWay)
    durable("kotlin-jna", ::LongWay)
}

private fun inMemory(face: String, rounds: Int, way: (RawEngine) -> Way) = runBlocking {
    Engine.over(RawEngine.inMemory(Options().raw()), way).use { engine ->
        engine.openHouse()
        tell(face, "availability", nanos(rounds * 5) { seen = engine.counts(SHOW) })
        tell(face, "hold in memory", nanos(rounds, 2) { engine.release(Which.id((engine.execute(HOLD) as Reserved).id)) })
        val holds = List(64) { HOLD }
        tell(face, "batch of 64, each", nanos(rounds / 50, 128) {
            val held = engine.executeAll(holds)
            seen = engine.executeAll(held.map { Release(Which.id((it as Reserved).id)) })
        })
        if (face != "kotlin") return@use
        val blocking = engine.blocking()
        tell("java", "hold in memory", nanos(rounds, 2) {
            blocking.execute(Release(Which.id((blocking.execute(HOLD) as Reserved).id)))
        })
    }
}

@OptIn(ExperimentalPathApi::class)
private fun durable(face: String, way: (RawEngine) -> Way) = runBlocking(Dispatchers.Default) {
    val folder: Path = Files.createTempDirectory("border-bench")
    try {
        Engine.over(RawEngine.open(folder.toString(), Options().raw()), way).use { engine ->
            engine.openHouse()
            for ((inFlight, calls) in listOf(1 to 300, 64 to 20_000, 1_024 to 200_000)) {
                engine.holdTogether(inFlight, calls / 10)
                tell(face, "durable hold, $inFlight in flight", engine.holdTogether(inFlight, calls))
            }
        }
    } finally {
        folder.deleteRecursively()
    }
}

private suspend fun Engine.openHouse() {
    createEvent(SHOW, EventSettings("A concert", "EUR"), HOUSE).orThrow()
    setSale(SHOW, SaleState.OPEN).orThrow()
}

/** Nanoseconds a call when [inFlight] coroutines make [calls] together, each waiting for its own. */
private suspend fun Engine.holdTogether(inFlight: Int, calls: Int): Double {
    val left = AtomicInteger(calls)
    val begun = System.nanoTime()
    coroutineScope {
        repeat(inFlight) { launch { while (left.getAndDecrement() > 0) execute(HOLD).orThrow() } }
    }
    return (System.nanoTime() - begun).toDouble() / calls
}

/** Nanoseconds of one of [each] commands in a round, after a third of the rounds for the compiler. */
private inline fun nanos(rounds: Int, each: Int = 1, work: (Int) -> Unit): Double {
    for (round in 0 until rounds / 3) work(round)
    val begun = System.nanoTime()
    for (round in 0 until rounds) work(round)
    return (System.nanoTime() - begun).toDouble() / rounds / each
}

private fun tell(face: String, case: String, ns: Double) = println("$face\t$case\t${"%.0f".format(ns)}")
