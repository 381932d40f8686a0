// Idempotency keys, from one caller and from fifty.
package com.traffictacos.engine

import kotlinx.coroutines.async
import kotlinx.coroutines.awaitAll
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.test.runTest
import kotlinx.coroutines.withContext
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertNotEquals
import org.junit.jupiter.api.Test
import org.junit.jupiter.api.io.TempDir
import java.nio.file.Path
import kotlin.time.Duration.Companion.minutes

class ARetryActsOnceTest {
    @TempDir
    lateinit var folder: Path

    @Test
    fun `the same key gives the same answer, another request with it is a conflict`() = runTest {
        folder.opened().openSale().use { engine ->
            val first = engine.hold("kim", "A-1", key = "k-1").orThrow()
            assertEquals(first, engine.hold("kim", "A-1", key = "k-1"))
            engine.hold("kim", "A-2", key = "k-1").refusal<Refusal.IdempotencyConflict>()
            // Another user's key of the same text is another key.
            assertNotEquals(first.id, engine.hold("lee", "A-3", key = "k-1").orThrow().id)
            assertEquals(2, engine.counts(EVENT).reserved)
        }
        folder.opened().use { engine -> engine.hold("kim", "A-1", key = "k-1").orThrow() }
    }

    @Test
    fun `after its time a key is new`() = runTest {
        folder.opened().openSale().use { engine ->
            val first = engine.hold("kim", "A-1", key = "k-1").orThrow()
            engine.advance(6.minutes)
            assertNotEquals(first.id, engine.hold("kim", "A-1", key = "k-1").orThrow().id)
        }
    }

    @Test
    fun `of fifty senders of one key all get the one answer`() = runTest {
        folder.opened(Options()).openSale().use { engine ->
            val answers = withContext(Dispatchers.Default) {
                List(50) { async { engine.hold("kim", "A-1", key = "k-1") } }.awaitAll()
            }
            assertEquals(1, answers.distinct().size)
            assertEquals(1, engine.counts(EVENT).reserved)
        }
    }
}
