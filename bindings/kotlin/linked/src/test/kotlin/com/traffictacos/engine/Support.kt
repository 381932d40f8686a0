// What the tests share: a house with twenty seats, a clock that stands still, and short names.
package com.traffictacos.engine

import java.nio.file.Path
import java.time.Instant

const val EVENT = "evt_2025_1001"

val START: Instant = Instant.ofEpochMilli(1_800_000_000_000)

val BY_HAND = Options(timeByHandFrom = START)

fun row(label: String, count: Int = 10) = Row(label, 5_000, RowSeats.Numbered("$label-", count))

val STALLS = listOf(Section.Seated("stalls", listOf(row("A"), row("B"))))

suspend fun Engine.openSale(sections: List<Section> = STALLS, queue: QueuePolicy? = null, event: String = EVENT): Engine {
    createEvent(event, EventSettings("A concert", "KRW"), sections, queue).orThrow()
    setSale(event, SaleState.OPEN).orThrow()
    return this
}

suspend fun Engine.hold(user: String, vararg seats: String, key: String? = null): ReserveResult =
    reserve(EVENT, user, SeatRequest.seats(*seats), key = key)

fun Path.opened(options: Options = BY_HAND): Engine = Engine.open(this, options)

/** Takes the refusal out of an answer, or fails. */
inline fun <reified R : Refusal> Answer.refusal(): R {
    check(this is Refused) { "refused, not $this" }
    check(refusal is R) { "${R::class.simpleName}, not $refusal" }
    return refusal as R
}

/** A big house: [rows] rows of a hundred seats. */
fun bigHouse(rows: Int) = listOf(Section.Seated("hall", (1..rows).map { row("R$it", 100) }))

/** A command as it crosses the border. */
fun Command<*>.toBytes(): ByteArray = Writer().also { it.put(this) }.copied()
