// The conformance suite on this face, and the wrong scenarios that a runner must catch.
package com.traffictacos.engine.conformance

import kotlinx.coroutines.runBlocking
import org.junit.jupiter.api.AfterAll
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.DynamicTest
import org.junit.jupiter.api.DynamicTest.dynamicTest
import org.junit.jupiter.api.Test
import org.junit.jupiter.api.TestFactory
import org.junit.jupiter.api.TestInstance
import org.junit.jupiter.api.io.TempDir
import java.nio.file.Files
import java.nio.file.Path
import java.util.concurrent.ConcurrentSkipListMap
import kotlin.io.path.nameWithoutExtension
import kotlin.io.path.writeLines

/**
 * Every scenario of `bindings/conformance` on this face. With TACOS_CONFORMANCE_RESULTS set to a folder, the results are
 * written there as `kotlin.tsv`.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ConformanceTest {
    @TempDir
    lateinit var folders: Path

    /** Scenario and what came of it: `passed`, or `failed` or `skipped` with the reason. */
    private val results = ConcurrentSkipListMap<String, String>()

    @TestFactory
    fun `every scenario comes to the same as in Rust`(): List<DynamicTest> = Suite.scenarios.map { file ->
        dynamicTest(file.nameWithoutExtension) {
            results[file.nameWithoutExtension] = "failed\tstep 0: the runner ended early"
            try {
                val scenario = Suite.read(file)
                for (way in Way.entries) runBlocking { run(scenario) { Face(optionsOf(it), folders, way) } }
                results[scenario.name] = "passed\t"
            } catch (stop: Stopped) {
                results[file.nameWithoutExtension] = (if (stop.lacking) "skipped\t" else "failed\t") + stop.message.oneLine()
                throw stop
            }
        }
    }

    @TestFactory
    fun `a wrong scenario fails where it must`(): List<DynamicTest> = Suite.selftests.map { file ->
        dynamicTest(file.nameWithoutExtension) {
            val must = checkNotNull(FAILS_AT.find(Files.readString(file))) { "$file does not say where it fails" }
            val failedAt = try {
                runBlocking { run(Suite.read(file)) { Face(optionsOf(it), folders, Way.SUSPENDING) } }
                null
            } catch (malformed: Malformed) {
                malformed.step
            } catch (stop: Stopped) {
                stop.step
            }
            assertEquals(must.groupValues[1].toInt(), failedAt)
        }
    }

    @Test
    fun `there is a suite to run`() {
        assertTrue(Suite.scenarios.size >= 120, "only ${Suite.scenarios.size} scenarios")
        assertTrue(Suite.selftests.size >= 25, "only ${Suite.selftests.size} self-tests")
        assertTrue(Suite.refusals.size >= 30, "only ${Suite.refusals.size} refusals")
    }

    @AfterAll
    fun tell() {
        val passed = results.values.count { it.startsWith("passed") }
        println("conformance: kotlin: $passed of ${Suite.scenarios.size} scenarios passed")
        val folder = System.getenv("TACOS_CONFORMANCE_RESULTS") ?: return
        Files.createDirectories(Path.of(folder))
        Path.of(folder, "kotlin.tsv").writeLines(results.map { (name, came) -> "$name\t$came" })
    }

    private fun String?.oneLine() = orEmpty().replace(Regex("[\t\r\n]"), " ")

    private companion object {
        val FAILS_AT = Regex(""""fails_at": *(\d+)""")
    }
}
