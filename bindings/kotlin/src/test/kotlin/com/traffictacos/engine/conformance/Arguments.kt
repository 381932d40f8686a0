// Arguments of a scenario as the types of the face. What cannot be such a type is named.
package com.traffictacos.engine.conformance

import com.traffictacos.engine.Which
import java.time.Instant
import kotlin.time.Duration
import kotlin.time.Duration.Companion.milliseconds

/** Every scenario begins at this moment. */
const val START_MS = 1_800_000_000_000

/** The argument with this name cannot be what it should be. */
class IllFormed(val field: String) : Exception(field)

/** Arguments by name; their kinds were checked when the scenario was read. */
class Arguments(private val record: Record) {
    operator fun contains(name: String) = name in record

    fun text(name: String): String? = record[name] as String?

    fun long(name: String): Long? = record[name] as Long?

    /** A number of the width that the face has for it. */
    fun int(name: String): Int? = long(name)?.let { number ->
        number.toInt().takeIf { it.toLong() == number } ?: throw IllFormed(name)
    }

    fun bool(name: String): Boolean? = record[name] as Boolean?

    fun duration(name: String): Duration? = long(name)?.milliseconds

    /** A moment, counted from the scenario's beginning. */
    fun moment(name: String): Instant? = long(name)?.let { Instant.ofEpochMilli(Math.addExact(START_MS, it)) }

    @Suppress("UNCHECKED_CAST")
    fun texts(name: String): List<String>? = record[name] as List<String>?

    @Suppress("UNCHECKED_CAST")
    fun ints(name: String): List<Int> = (record[name] as List<Long>? ?: emptyList()).map { it.toInt() }

    fun records(name: String): List<Arguments> = (record[name] as List<*>? ?: emptyList<Any>()).map { Arguments(it.asRecord()) }

    fun record(name: String): Arguments? = record[name]?.let { Arguments(it.asRecord()) }

    fun need(name: String): String = text(name) ?: throw IllFormed(name)

    /** A reservation by `id` or by `external`. */
    fun which(): Which {
        val (id, external) = text("id") to text("external")
        return when {
            id != null && external == null -> Which.id(id)
            id == null && external != null -> Which.external(external)
            else -> throw IllFormed("id")
        }
    }
}

/** An enum's constant by its word in scenarios. */
inline fun <reified E : Enum<E>> Arguments.word(name: String): E? = text(name)?.let { word ->
    enumValues<E>().firstOrNull { it.word == word } ?: throw IllFormed(name)
}

/** The word of scenarios for a constant. */
val Enum<*>.word: String get() = name.lowercase()
