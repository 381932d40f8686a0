// Reads of a scenario that wait for nothing.
package com.traffictacos.engine.conformance

import com.traffictacos.engine.TicketEngine

private typealias Read = suspend (engine: TicketEngine, with: Arguments) -> Block

val READS: Map<String, Read> = mapOf(
    "event" to { engine, with ->
        engine.event(with.text("event"))?.let { view(it) } ?: Block("refused", mapOf("code" to "unknown_event"))
    },
    "events" to { engine, _ -> items(engine.events()) },
    "sections" to { engine, with -> items(engine.sections(with.text("event"))) },
    "counts" to { engine, with -> view(engine.counts(with.text("event"))) },
    "seats" to { engine, with ->
        items(engine.seats(with.text("event"), with.int("from") ?: 0, with.int("most") ?: Int.MAX_VALUE))
    },
    "seats_named" to { engine, with -> items(engine.seatsNamed(with.text("event"), with.list("seats"))) },
    "free_seats" to { engine, with -> reply("free" to engine.freeSeats(with.text("event")).cardinality()) },
    "queue_place" to { engine, with -> came(engine.queuePlace(with.text("token"))) },
    "token_event" to { engine, with -> reply("event" to engine.tokenEvent(with.text("token"))) },
    "queue" to { engine, with -> view(engine.queue(with.text("event"))) },
    "queue_policy" to { engine, with -> view(engine.queuePolicy(with.text("event"))) },
    "draw" to { engine, with -> view(engine.draw(with.text("event"))) },
    "due_webhooks" to { engine, with ->
        engine.dueWebhooks(with.int("most") ?: 100).let { items(it.webhooks, "next_at_ms" to said(it.nextAt)) }
    },
    "dead_webhooks" to { engine, with -> items(engine.deadWebhooks(with.long("after") ?: 0)) },
    "read_note" to { engine, with -> reply("value" to said(engine.note(with.text("name")))) },
    "notes" to { engine, with ->
        val notes = engine.notes(with.maybeText("prefix").orEmpty())
        reply("items" to notes.map { (name, value) -> mapOf("name" to name, "value" to said(value)) })
    },
    "position" to { engine, _ -> reply("position" to engine.position()) },
    "status" to { engine, _ ->
        val status = engine.status()
        reply(
            "events" to status.events,
            "webhooks_waiting" to status.webhooksWaiting,
            "webhooks_dead" to status.webhooksDead,
            "idempotency_keys" to status.idempotencyKeys,
            "poisoned" to (status.poisoned != null),
        )
    },
)

private fun view(view: Any) = Block("reply", fields(view))
