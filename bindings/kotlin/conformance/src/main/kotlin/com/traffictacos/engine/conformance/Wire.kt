// Blocks of lines between the runner and this driver (`bindings/conformance/DRIVING.md`): reading and writing them.
package com.traffictacos.engine.conformance

/** Texts, whole numbers (always [Long]), booleans, lists and records of them; what has no value is not said. */
typealias Record = Map<String, Any?>

/** A block: a word and fields. */
class Block(val word: String, val fields: Record)

fun reply(vararg fields: Pair<String, Any?>) = Block("reply", mapOf(*fields))

fun unsupported(why: String) = Block("unsupported", mapOf("why" to why))

/** The next block; `null` at the end of the input. */
fun readBlock(line: () -> String?): Block? {
    val word = line() ?: return null
    val fields = mutableMapOf<String, Any>()
    while (true) {
        val next = checkNotNull(line()) { "a block has no end: $word" }
        if (next.isEmpty()) return Block(word, fields)
        val (path, value) = next.split('\t', limit = 2)
        val way = path.split('.')
        val inside = way.dropLast(1).fold<String, Any>(fields) { at, part ->
            checkNotNull(if (at is List<*>) at[part.toInt()] else (at as Map<*, *>)[part]) { "$path is nowhere" }
        }
        @Suppress("UNCHECKED_CAST")
        if (inside is MutableList<*>) {
            (inside as MutableList<Any>) += scalar(value)
        } else {
            (inside as MutableMap<String, Any>)[way.last()] = scalar(value)
        }
    }
}

private fun scalar(value: String): Any = when (val kind = value.first()) {
    's' -> ESCAPED.replace(value.drop(1)) { UNESCAPED.getValue(it.value) }
    'i' -> value.drop(1).toLong()
    'b' -> value == "b1"
    'l' -> mutableListOf<Any>()
    'o' -> mutableMapOf<String, Any>()
    else -> error("no kind $kind")
}

fun Block.written(): String = buildString {
    append(word).append('\n')
    fields.forEach { (name, value) -> put(name, value) }
    append('\n')
}

private fun StringBuilder.put(path: String, value: Any?) {
    fun line(kind: Char, value: Any) = append(path).append('\t').append(kind).append(value).append('\n')
    when (value) {
        null -> Unit
        is Boolean -> line('b', if (value) 1 else 0)
        is Int, is Long -> line('i', value)
        is String -> line('s', PLAIN.replace(value) { ESCAPES.getValue(it.value) })
        is List<*> -> {
            line('l', value.size)
            value.forEachIndexed { at, entry -> put("$path.$at", entry) }
        }
        is Map<*, *> -> {
            line('o', "")
            value.forEach { (name, entry) -> put("$path.$name", entry) }
        }
        else -> error("$path cannot be said: $value")
    }
}

private val ESCAPES = mapOf("\\" to "\\\\", "\n" to "\\n", "\t" to "\\t", "\r" to "\\r")
private val UNESCAPED = ESCAPES.entries.associate { (plain, escaped) -> escaped to plain }
private val ESCAPED = Regex("""\\.""")
private val PLAIN = Regex("[\\\\\n\t\r]")
