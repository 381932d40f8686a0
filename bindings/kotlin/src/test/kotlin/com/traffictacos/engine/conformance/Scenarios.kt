// Scenarios as they stand in their files, checked against the format's JSON Schema before anything is run.
package com.traffictacos.engine.conformance

import com.networknt.schema.InputFormat
import com.networknt.schema.SchemaRegistry
import com.networknt.schema.SpecificationVersion
import tools.jackson.databind.DeserializationFeature
import tools.jackson.databind.json.JsonMapper
import java.nio.file.Files
import java.nio.file.Path
import kotlin.io.path.extension
import kotlin.io.path.nameWithoutExtension
import kotlin.io.path.readText

/** Texts, whole numbers (always [Long]), booleans, lists and records of them: what scenarios are made of. */
typealias Record = Map<String, Any>

/** A scenario of the conformance suite. */
class Scenario(val name: String, val config: Record, val steps: List<Record>, val failsAt: Int?)

/** What is wrong with a file, at step [step] (from 1; 0 is the head). */
class Malformed(val step: Int, why: String) : Exception("step $step: malformed: $why")

/** Where the suite is, from the Maven project's folder. */
object Suite {
    private val home: Path = Path.of("..", "conformance").toAbsolutePath().normalize()
    private val json = JsonMapper.builder().enable(DeserializationFeature.USE_LONG_FOR_INTS).build()
    private val schema = SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12)
        .getSchema(home.resolve("schema.json").readText(), InputFormat.JSON)

    val scenarios: List<Path> = files("scenarios")
    val selftests: List<Path> = files("selftest")
    val operations: Map<String, Operation> = operationsOf(home.resolve("operations.md").readText())
    val refusals: Set<String> = refusalsOf(home.resolve("operations.md").readText())

    private fun files(folder: String): List<Path> =
        Files.list(home.resolve(folder)).use { all -> all.filter { it.extension == "json" }.sorted().toList() }

    /** Reads a scenario; throws [Malformed]. */
    @Suppress("UNCHECKED_CAST")
    fun read(file: Path): Scenario {
        val text = file.readText()
        val mistakes = schema.validate(text, InputFormat.JSON)
        mistakes.minByOrNull { stepOf("${it.instanceLocation}") }?.let { first ->
            throw Malformed(stepOf("${first.instanceLocation}"), "${first.instanceLocation}: ${first.message}")
        }
        val scenario = json.readValue(text, Map::class.java) as Record
        val name = scenario.getValue("name") as String
        if (name != file.nameWithoutExtension) throw Malformed(0, "the file of $name is called ${file.fileName}")
        return Scenario(
            name,
            scenario["config"] as Record? ?: emptyMap(),
            scenario.getValue("steps") as List<Record>,
            (scenario["fails_at"] as Long?)?.toInt(),
        )
    }

    /** `/steps/3/expect` is in the fourth step; what is in none is in the head. */
    private fun stepOf(location: String): Int = STEP.find(location)?.run { groupValues[1].toInt() + 1 } ?: 0

    private val STEP = Regex("""\bsteps[^0-9]+(\d+)""")
}
