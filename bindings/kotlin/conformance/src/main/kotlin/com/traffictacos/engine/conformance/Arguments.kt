// Arguments of a scenario as values of the face, by their rows. What cannot be said is thrown with its name.
package com.traffictacos.engine.conformance

import com.traffictacos.engine.Bytes
import com.traffictacos.engine.Command
import com.traffictacos.engine.Cursor
import com.traffictacos.engine.EventSettings
import com.traffictacos.engine.Payee
import com.traffictacos.engine.Row
import com.traffictacos.engine.RowSeats
import com.traffictacos.engine.SeatException
import com.traffictacos.engine.Section
import com.traffictacos.engine.SeatRequest
import com.traffictacos.engine.ReservationRef
import java.lang.reflect.InvocationTargetException
import java.time.Instant
import java.util.HexFormat
import kotlin.reflect.KClass
import kotlin.reflect.KParameter
import kotlin.reflect.KType
import kotlin.reflect.full.primaryConstructor
import kotlin.time.Duration
import kotlin.time.Duration.Companion.milliseconds

/** Where every scenario's clock begins, and its times count from. */
const val START_MS = 1_800_000_000_000

/** The argument with this name cannot be what it should be. */
class IllFormed(val field: String) : Exception(field)

/** A row: the name in scenarios, that of the face, and how the value is shown. */
class RowOf(val name: String, val field: String, val form: String)

fun rows(text: String): List<RowOf> = text.split(' ').filter { it.isNotEmpty() }.map { row ->
    val pair = row.substringBefore(':')
    RowOf(pair.substringBefore('='), pair.substringAfter('='), row.substringAfter(':', ""))
}

/** Arguments by name; their kinds were checked when the scenario was read. */
class Arguments(val fields: Record) {
    operator fun contains(name: String) = name in fields

    fun maybeText(name: String): String? = fields[name] as String?

    fun text(name: String): String = maybeText(name) ?: throw IllFormed(name)

    fun long(name: String): Long? = fields[name] as Long?

    /** A number of the width that the face has for it. */
    fun int(name: String): Int? = long(name)?.let { number ->
        number.toInt().takeIf { it.toLong() == number } ?: throw IllFormed(name)
    }

    private fun bool(name: String): Boolean? = fields[name] as Boolean?

    @Suppress("UNCHECKED_CAST")
    fun <T> list(name: String): List<T> = fields[name] as List<T>? ?: emptyList()

    fun record(name: String): Arguments = Arguments(fields[name].asRecord())

    fun records(name: String): List<Arguments> = list<Any>(name).map { Arguments(it.asRecord()) }

    /** The command of an operation; `null` if it is none. */
    fun command(operation: String): Command<*>? = COMMANDS[operation]?.let { (kind, rows) ->
        if ("seats" in fields && "quantity" in fields) throw IllFormed("quantity")
        val given = if (operation == "note") mapOf("value" to null) else emptyMap()
        filled(kind, rows, given) as Command<*>
    }

    /** A record made of these arguments; what is not given has its usual value. */
    fun filled(kind: KClass<*>, rows: String, given: Map<String, Any?> = emptyMap()): Any {
        val make = checkNotNull(kind.primaryConstructor) { "$kind cannot be made" }
        val parameters = make.parameters.associateBy { it.name }
        val values = mutableMapOf<KParameter, Any?>()
        given.forEach { (name, value) -> values[parameters.getValue(name)] = value }
        for (row in rows(rows)) {
            val parameter = checkNotNull(parameters[row.field]) { "$kind has no ${row.field}" }
            val value = value(row.name, parameter.type)
            if (value != null) {
                values[parameter] = value
            } else if (!parameter.isOptional && parameter !in values) {
                throw IllFormed(row.name)
            }
        }
        return try {
            make.callBy(values)
        } catch (thrown: InvocationTargetException) {
            throw thrown.targetException
        }
    }

    /** The value of a parameter of this type; `null` if it is not given. */
    private fun value(name: String, type: KType): Any? {
        val kind = type.classifier as KClass<*>
        if (name == ".") return own(kind, type.isMarkedNullable)
        val value = fields[name] ?: return null
        return when {
            kind.java.isEnum -> kind.java.enumConstants.firstOrNull { said(it) == value } ?: throw IllFormed(name)
            kind == Int::class -> int(name)
            kind == Instant::class -> moment(value as Long)
            kind == Duration::class -> (value as Long).milliseconds
            kind == Boolean::class && value is String -> value == "completed" || value == "refund"
            kind == Bytes::class -> Bytes.of(value as String)
            kind == Cursor::class -> cursor(name, value as String)
            name == "places" -> sections()
            kind in RECORDS -> record(name).filled(kind, RECORDS.getValue(kind))
            else -> value
        }
    }

    private fun cursor(name: String, hex: String) = try {
        Cursor(Bytes.of(HexFormat.of().parseHex(hex)))
    } catch (_: IllegalArgumentException) {
        throw IllFormed(name)
    }

    /** A record, or one of several forms, whose fields are the operation's own. */
    private fun own(kind: KClass<*>, isOptional: Boolean): Any? = when {
        kind == SeatRequest::class -> want()
        kind == ReservationRef::class -> which()
        kind == Payee::class -> maybeText("unlinked")?.let { Payee.Unlinked(it) } ?: Payee.OfReservation(which())
        isOptional && rows(RECORDS.getValue(kind)).none { it.name in fields } -> null
        kind == EventSettings::class && "name" !in fields -> filled(kind, RECORDS.getValue(kind), mapOf("name" to ""))
        else -> filled(kind, RECORDS.getValue(kind))
    }

    private fun want(): SeatRequest {
        if ("seats" in fields) return SeatRequest.Seats(list("seats"))
        val quantity = int("quantity") ?: throw IllFormed("quantity")
        return SeatRequest.Best(quantity, maybeText("section"), bool("allow_split") ?: true, bool("accessible") ?: false)
    }

    private fun which(): ReservationRef {
        if (("id" in fields) == ("external" in fields)) throw IllFormed("id")
        return maybeText("id")?.let { ReservationRef.id(it) } ?: ReservationRef.external(text("external"))
    }

    /** Sections of places: rows that follow each other under one name are one section. */
    private fun sections(): List<Section> {
        val sections = mutableListOf<Section>()
        for (place in records("places")) {
            val name = place.text("section")
            val capacity = place.int("capacity")
            val last = sections.lastOrNull()
            when {
                capacity != null -> sections += Section.General(name, capacity, place.price())
                last is Section.Seated && last.name == name ->
                    sections[sections.lastIndex] = last.copy(rows = last.rows + place.row())
                else -> sections += Section.Seated(name, listOf(place.row()))
            }
        }
        return sections
    }

    private fun price(): Long = long("price_minor") ?: throw IllFormed("places")

    private fun row() = Row(
        label = maybeText("row").orEmpty(),
        priceMinor = price(),
        seats = if ("labels" in fields) RowSeats.Listed(list("labels")) else RowSeats.Numbered(
            prefix = maybeText("prefix").orEmpty(),
            count = int("count") ?: 0,
            firstNumber = int("first") ?: 1,
            step = int("step") ?: 1,
            digitsMin = int("digits_min") ?: 0,
        ),
        accessible = bool("accessible") ?: false,
        aislesBefore = list<Long>("aisles_before").map { it.toInt() },
        exceptions = list<Long>("accessible_at").map { SeatException(it.toInt(), accessible = true) },
    )
}

/** A moment that scenarios count from their beginning. */
fun moment(ms: Long): Instant = Instant.ofEpochMilli(Math.addExact(START_MS, ms))

@Suppress("UNCHECKED_CAST")
fun Any?.asRecord(): Record = this as Record? ?: emptyMap()
