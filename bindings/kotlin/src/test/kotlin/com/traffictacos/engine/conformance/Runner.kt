// Runs one scenario: puts known values in, compares answers, stops at the first step that does not come as expected.
package com.traffictacos.engine.conformance

/** Not as expected at step [step], or not supported ([lacking]). */
class Stopped(val step: Int, val why: String, val lacking: Boolean = false) : Exception("step $step: $why")

private class Unexpected(why: String, val lacking: Boolean = false) : Exception(why)

/** Runs [scenario] on a fresh engine; throws [Stopped]. */
suspend fun run(scenario: Scenario, open: (Record) -> Face) {
    open(scenario.config).use { face ->
        val running = Running(face)
        scenario.steps.forEachIndexed { index, step ->
            try {
                running.step(step)
            } catch (stop: Unexpected) {
                val note = step["note"]?.let { " ($it)" }.orEmpty()
                throw Stopped(index + 1, stop.message + note, stop.lacking)
            } catch (failure: Exception) {
                throw Stopped(index + 1, "$failure").also { it.initCause(failure) }
            }
        }
    }
}

/** The clock goes on by so much at a time. */
private const val PASS_SLICE_MS = 250L

private class Running(private val face: Face) {
    private val known = mutableMapOf<String, Record>()

    suspend fun step(step: Record) {
        val work = WORKS.single { it in step }
        val value = step.getValue(work)
        when (work) {
            "do" -> judge(step, face.call(value as String, filled(step.part("with"))))
            "batch" -> batch((value as List<*>).map { it.asRecord() })
            "advance_ms" -> face.advance(value as Long)
            "pass_ms" -> {
                var left = value as Long
                while (left > 0) {
                    val slice = left.coerceAtMost(PASS_SLICE_MS)
                    face.advance(slice)
                    face.turn()
                    left -= slice
                }
            }
            "turn" -> face.turn()
            "restart" -> face.restart(value as String)
            else -> counts(filled(value.asRecord()))
        }
    }

    private suspend fun batch(calls: List<Record>) {
        val ready = calls.map { it.getValue("do") as String to filled(it.part("with")) }
        ready.forEach { (operation, _) ->
            hold(Suite.operations.getValue(operation).writes) { "$operation is no write: it cannot be in a batch" }
        }
        val answers = face.batch(ready)
        hold(answers.size == calls.size) { "${answers.size} answers to ${calls.size} writes" }
        calls.zip(answers).forEach { (call, answer) -> judge(call, answer) }
    }

    private suspend fun counts(wanted: Record) {
        val came = face.call("counts", wanted.filterKeys { it == "event" })
        val found = (came as? Came.Reply)?.record ?: throw Unexpected("counts: $came")
        val sum = listOf("available", "reserved", "sold", "blocked").sumOf { found.getValue(it) as Long }
        hold(sum == found["total"]) { "the counts do not add up: $found" }
        subset("counts", wanted - "event", found)
    }

    private fun judge(call: Record, came: Came) {
        val name = call.getValue("do") as String
        val (refused, fails) = call["refused"] to call["fails"]
        when {
            came is Came.Unsupported -> throw Unexpected(came.what, lacking = true)
            refused != null -> {
                val expected = filled(refused.asRecord())
                hold(expected["code"] in Suite.refusals) { "there is no refusal ${expected["code"]}" }
                val found = (came as? Came.Refusal)?.record
                subset("$name: refused", expected, found ?: throw Unexpected("$name: expected $expected, but: $came"))
            }
            fails != null -> hold(came == Came.Failure(fails as String)) { "$name: expected to fail as $fails, but: $came" }
            else -> {
                val reply = (came as? Came.Reply)?.record ?: throw Unexpected("$name: expected an answer, but: $came")
                Suite.operations.getValue(name).results.complaint(reply)
                    ?.let { throw Unexpected("$name: the answer is not as documented: $it: $reply") }
                compare(name, call, reply)
                call["as"]?.let { known[it as String] = reply }
            }
        }
    }

    private fun compare(name: String, call: Record, reply: Record) {
        fun each(key: String, holds: (Any?, Any) -> Boolean) = filled(call.part(key)).forEach { (field, value) ->
            val found = reply[field]
            hold(holds(found, value)) { "$name: $field is $found, but $key says $value" }
        }
        each("expect") { found, value -> found == value }
        each("expect_one_of") { found, values -> found != null && found in values as List<*> }
        each("expect_min") { found, least -> found is Long && found >= least as Long }
        each("expect_max") { found, most -> found is Long && found <= most as Long }
        each("expect_prefix") { found, prefix -> found is String && found.startsWith(prefix as String) }
        each("expect_differs") { found, other -> found != null && found != other }
        for (field in call["expect_absent"] as List<*>? ?: emptyList<Any>()) {
            hold(field !in reply) { "$name: $field is ${reply[field]}, and must not be there" }
        }
        call["same_as"]?.let { before ->
            val was = known[before] ?: throw Unexpected("nothing is known as $before")
            hold(was == reply) { "$name: not as $before: $reply and $was" }
        }
        compareItems(name, call, reply)
    }

    private fun compareItems(name: String, call: Record, reply: Record) {
        val found = (reply["items"] as List<*>? ?: emptyList<Any>()).map { it.asRecord() }
        call["expect_items"]?.let { items ->
            val wanted = (items as List<*>).map { filled(it.asRecord()) }
            hold(wanted.size == found.size) { "$name: ${found.size} items, not ${wanted.size}: $found" }
            wanted.zip(found).forEachIndexed { at, (want, have) -> subset("$name: item $at", want, have) }
        }
        val rest = found.iterator()
        for (item in call["expect_items_contain"] as List<*>? ?: emptyList<Any>()) {
            val wanted = filled(item.asRecord())
            val here = rest.asSequence().any { entry -> wanted.all { (field, value) -> entry[field] == value } }
            hold(here) { "$name: no item (left) like $wanted in $found" }
        }
    }

    /** The record with what is known put in for every `$…`. */
    private fun filled(record: Record): Record = record.mapValues { (_, value) -> filled(value) }

    private fun filled(value: Any?): Any = when (value) {
        is String -> if (value.startsWith('$')) lookUp(value.drop(1)) else value
        is List<*> -> value.map { filled(it) }
        is Map<*, *> -> filled(value.asRecord())
        else -> checkNotNull(value)
    }

    /** `name.field` or `name.items.0.field`. */
    private fun lookUp(path: String): Any {
        val parts = path.split('.')
        var found: Any? = known[parts.first()] ?: throw Unexpected("nothing is known as ${parts.first()}")
        for (part in parts.drop(1)) {
            found = when (found) {
                is Map<*, *> -> found[part]
                is List<*> -> part.toIntOrNull()?.let(found::getOrNull)
                else -> null
            }
        }
        return found ?: throw Unexpected("\$$path leads nowhere")
    }

    private companion object {
        val WORKS = listOf("do", "batch", "advance_ms", "pass_ms", "turn", "restart", "expect_counts")
    }
}

private fun Record.part(key: String): Record = this[key]?.asRecord() ?: emptyMap()

/** Every field of [wanted] has the same value in [found]. */
private fun subset(name: String, wanted: Record, found: Record) = wanted.forEach { (field, value) ->
    hold(found[field] == value) { "$name: $field is ${found[field]}, not $value" }
}

private inline fun hold(holds: Boolean, why: () -> String) {
    if (!holds) throw Unexpected(why())
}
