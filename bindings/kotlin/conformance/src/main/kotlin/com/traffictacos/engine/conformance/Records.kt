// Answers, refusals and updates of the face as the fields that scenarios compare, by their rows.
package com.traffictacos.engine.conformance

import com.traffictacos.engine.Answer
import com.traffictacos.engine.Bytes
import com.traffictacos.engine.Cursor
import com.traffictacos.engine.PaymentPage
import com.traffictacos.engine.Place
import com.traffictacos.engine.PlaceChange
import com.traffictacos.engine.Problem
import com.traffictacos.engine.Refusal
import com.traffictacos.engine.Refused
import com.traffictacos.engine.ReservationChange
import com.traffictacos.engine.ReservationPage
import com.traffictacos.engine.Update
import java.time.Instant
import kotlin.reflect.KProperty1
import kotlin.reflect.full.memberProperties
import kotlin.time.Duration

/** The fields of a record, by its rows. */
fun fields(of: Any, rows: String = RECORDS.getValue(of::class)): Record = buildMap {
    for (row in rows(rows)) {
        val found = property(of, row.field) ?: continue
        when {
            row.form == "hex" -> put(row.name, (found as Bytes).toHex())
            row.form == "count" -> put(row.name, (found as List<*>).size)
            row.form == "of" -> {
                val change = found as ReservationChange
                putAll(mapOf(row.name to change.id, "${row.name}_state" to said(change.state)) + changed(change.places))
            }
            row.name == "." -> putAll(if (found is List<*>) changed(found) else fields(found))
            found is List<*> -> putAll(held(found))
            else -> put(row.name, said(found))
        }
    }
}

@Suppress("UNCHECKED_CAST")
private fun property(of: Any, name: String): Any? =
    (of::class.memberProperties.first { it.name == name } as KProperty1<Any, *>).get(of)

/** A single value as it is written. */
fun said(value: Any?): Any? = when (value) {
    is Instant -> value.toEpochMilli() - START_MS
    is Duration -> value.inWholeMilliseconds
    is Enum<*> -> value.name.lowercase()
    is Bytes -> value.toByteArray().decodeToString()
    is Problem -> value.field
    is List<*> -> value.map(::said)
    else -> value
}

/** Ids of places in the order of the seat map: a seat as it is called, standing places as `section*count`. */
private fun names(places: List<Place>) = places.map { if (it.row.isEmpty()) "${it.id}*${it.count}" else it.id }

private fun held(of: List<*>): Record {
    val places = of.map { it as Place }
    return mapOf("seats" to names(places), "count" to places.sumOf { it.count })
}

/** Places that changed hands, and how they all stand now. */
private fun changed(of: List<*>): Record {
    val changes = of.map { it as PlaceChange }
    val first = changes.firstOrNull() ?: return emptyMap()
    return mapOf("seats" to names(changes.map { it.place }), "seats_state" to said(first.state))
}

fun items(values: List<Any>, vararg rest: Pair<String, Any?>) = reply("items" to values.map { fields(it) }, *rest)

private fun page(values: List<Any>, next: Cursor?) = items(values, "next" to next?.bytes?.toHex())

/** The block of an answer to a command or a read. */
fun came(answer: Answer): Block = when (answer) {
    is Refused -> refused(answer.code, answer.refusal)
    is ReservationPage -> page(answer.items, answer.next)
    is PaymentPage -> page(answer.items, answer.next)
    else -> Block("reply", fields(answer))
}

/** A refusal: its code, and what it carries. */
fun refused(code: String, refusal: Refusal): Block {
    val carried = rows(REFUSALS[refusal::class].orEmpty()).associate { it.name to said(property(refusal, it.field)) }
    return Block("refused", carried + ("code" to code))
}

/** A fact, as all languages tell it. */
fun told(update: Update): Record {
    val row = checkNotNull(FACTS[update.what::class]) { "an update that the face does not know" }
    val shown = fields(update.what, row.substringAfter(' ', ""))
    return shown + mapOf("kind" to row.substringBefore(' '), "at_ms" to said(update.at), "event" to update.event)
}
