// What the suite's table says that answers look like. The table's only form for people and programs alike is operations.md,
// which is generated: a line `| out | **`field`** | kind | meaning |` for each field, in bold where it is always there.
package com.traffictacos.engine.conformance

/** One field of an answer. */
class Field(val name: String, val always: Boolean, val kind: Kind)

/** What a field may be. */
sealed interface Kind {
    data object Text : Kind

    data object Number : Kind

    data object Bool : Kind

    data object Texts : Kind

    data class Word(val words: Set<String>) : Kind

    data class Records(val fields: List<Field>) : Kind
}

/** What is known of one operation: whether it may be part of a batch, and the fields of its answer. */
class Operation(val writes: Boolean, val results: List<Field>)

private val QUOTED = Regex("""(\*\*)?`([^`]+)`(?:\*\*)?""")

/** Every operation of `operations.md`. */
fun operationsOf(markdown: String): Map<String, Operation> {
    val found = mutableMapOf<String, Operation>()
    for (chapter in markdown.split("\n## ").drop(1)) {
        val writes = when (chapter.substringBefore('\n')) {
            "Writes" -> true
            "Reads and the engine as a whole" -> false
            else -> continue
        }
        for (operation in chapter.split("\n### ").drop(1)) {
            val name = checkNotNull(QUOTED.find(operation)) { "no name: $operation" }.groupValues[2]
            val results = operation.lines().filter { it.startsWith("| out |") }.map(::field)
            found[name] = Operation(writes, results)
        }
    }
    check(found.size >= 40) { "operations.md has only ${found.size} operations: $found" }
    return found
}

/** The codes of all refusals. */
fun refusalsOf(markdown: String): Set<String> =
    markdown.substringAfter("\n## Refusals\n").lines().filter { it.startsWith("| `") }
        .map { QUOTED.find(it)!!.groupValues[2] }.toSet()

private fun field(line: String): Field {
    val (_, _, name, kind) = line.split('|').map { it.trim() }
    val (bold, word) = QUOTED.matchEntire(name)!!.destructured
    return Field(word, always = bold.isNotEmpty(), kind(kind))
}

private fun kind(text: String): Kind = when {
    text == "text" -> Kind.Text
    text == "int" -> Kind.Number
    text == "bool" -> Kind.Bool
    text == "list of text" -> Kind.Texts
    text.startsWith("list of objects (") ->
        Kind.Records(QUOTED.findAll(text).map { Field(it.groupValues[2], it.groupValues[1].isNotEmpty(), ANY) }.toList())
    text.startsWith("`") -> Kind.Word(QUOTED.findAll(text).map { it.groupValues[2] }.toSet())
    else -> error("operations.md has a kind that this runner does not know: $text")
}

/** The table does not say of what kind the fields of entries are. */
private val ANY = Kind.Word(emptySet())

/** What is wrong with an answer: a field too few, one too many, or one of another kind; `null` if nothing. */
fun List<Field>.complaint(answer: Record): String? {
    firstOrNull { it.always && it.name !in answer }?.let { return "${it.name} is missing" }
    for ((name, value) in answer) {
        val field = firstOrNull { it.name == name } ?: return "$name is not one of its fields"
        field.kind.complaint(value)?.let { return "$name: $it" }
    }
    return null
}

private fun Kind.complaint(value: Any): String? {
    val fits = when (this) {
        ANY -> true
        Kind.Text -> value is String
        Kind.Number -> value is Long
        Kind.Bool -> value is Boolean
        Kind.Texts -> value is List<*> && value.all { it is String }
        is Kind.Word -> value in words
        is Kind.Records -> {
            val records = value as? List<*> ?: return "$value is no list"
            for (record in records) fields.complaint(record.asRecord())?.let { return it }
            true
        }
    }
    return if (fits) null else "$value is no $this"
}

@Suppress("UNCHECKED_CAST")
fun Any?.asRecord(): Record = checkNotNull(this as? Record) { "$this is no record" }
