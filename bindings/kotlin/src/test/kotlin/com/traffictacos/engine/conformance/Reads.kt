// Reads of a scenario that wait for nothing, and what is done to an engine as a whole.
package com.traffictacos.engine.conformance

import com.traffictacos.engine.Engine
import com.traffictacos.engine.Refused
import com.traffictacos.engine.orThrow

suspend fun read(engine: Engine, operation: String, with: Arguments): Came = when (operation) {
    "event" -> engine.event(with.need("event"))?.let { Came.Reply(it.toRecord()) }
        ?: Came.Refusal(record("code" to "unknown_event"))
    "events" -> Came.Reply(list(engine.events().map { it.toRecord() }))
    "sections" -> Came.Reply(list(engine.sections(with.need("event")).map { it.toRecord() }))
    "counts" -> Came.Reply(engine.counts(with.need("event")).toRecord())
    "seats" -> {
        val (from, most) = (with.int("from") ?: 0) to (with.int("most") ?: Int.MAX_VALUE)
        Came.Reply(list(engine.seats(with.need("event"), from, most).map { it.toRecord() }))
    }
    "seats_named" ->
        Came.Reply(list(engine.seatsNamed(with.need("event"), with.texts("seats").orEmpty()).map { it.toRecord() }))
    "free_seats" -> Came.Reply(record("free" to engine.freeSeats(with.need("event")).cardinality()))
    else -> line(engine, operation, with)
}

private suspend fun line(engine: Engine, operation: String, with: Arguments): Came = when (operation) {
    "queue_place" -> when (val place = engine.queuePlace(with.need("token"))) {
        is Refused -> Came.Refusal(refusalRecord(place.code, place.refusal))
        else -> Came.Reply(place.orThrow().toRecord())
    }
    "token_event" -> Came.Reply(record("event" to engine.tokenEvent(with.need("token"))))
    "queue" -> Came.Reply(engine.queue(with.need("event")).toRecord())
    "queue_policy" -> Came.Reply(engine.queuePolicy(with.need("event")).toRecord())
    "draw" -> Came.Reply(
        engine.draw(with.need("event")).let { record("commitment" to it.commitment.toHex(), "seed" to it.seed?.toHex()) },
    )
    "due_webhooks" -> {
        val due = engine.dueWebhooks(with.int("most") ?: 100)
        Came.Reply(list(due.webhooks.map { it.toRecord() }) + record("next_at_ms" to due.nextAt))
    }
    "dead_webhooks" -> Came.Reply(list(engine.deadWebhooks(with.long("after") ?: 0).map { it.toRecord() }))
    "read_note" -> Came.Reply(record("value" to engine.note(with.need("name"))?.toByteArray()?.decodeToString()))
    "notes" -> Came.Reply(
        list(
            engine.notes(with.text("prefix").orEmpty()).map { (name, value) ->
                record("name" to name, "value" to value.toByteArray().decodeToString())
            },
        ),
    )
    else -> whole(engine, operation, with)
}

private suspend fun whole(engine: Engine, operation: String, with: Arguments): Came = when (operation) {
    "position" -> Came.Reply(record("position" to engine.position()))
    "updates" -> engine.blocking().updates(with.long("after")).use { reader ->
        val items = generateSequence { reader.poll()?.ifEmpty { null } }.flatten().map { it.toRecord() }.toList()
        Came.Reply(list(items) + record("position" to reader.position))
    }
    "status" -> engine.status().let { status ->
        Came.Reply(
            record(
                "events" to status.events,
                "webhooks_waiting" to status.webhooksWaiting,
                "webhooks_dead" to status.webhooksDead,
                "idempotency_keys" to status.idempotencyKeys,
                "poisoned" to (status.poisoned != null),
            ),
        )
    }
    "clear_idempotency" -> Came.Reply(emptyMap()).also { engine.clearIdempotency() }
    "snapshot" -> Came.Reply(emptyMap()).also { engine.snapshot() }
    "close" -> Came.Reply(emptyMap()).also { engine.stop() }
    else -> Came.Unsupported("the operation $operation")
}
