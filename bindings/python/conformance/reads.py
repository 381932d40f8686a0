"""Reads of a scenario that wait for nothing, and what is done to an engine as a whole."""

from __future__ import annotations

from collections.abc import Callable

import tacos_engine as tacos
from arguments import Arguments
from records import items, record, said, update
from wire import Answer

Read = Callable[[tacos.Engine, Arguments], Answer]


def _draw(engine: tacos.Engine, a: Arguments) -> Answer:
    return record(engine.draw(a.text("event")))


def _due_webhooks(engine: tacos.Engine, a: Arguments) -> Answer:
    due = engine.due_webhooks(a.get("most", 100))
    return items(due.webhooks, next_at_ms=said(due.next_at))


def _read_note(engine: tacos.Engine, a: Arguments) -> Answer:
    return Answer("reply", value=said(engine.note(a.text("name"))))


def _notes(engine: tacos.Engine, a: Arguments) -> Answer:
    notes = engine.notes(a.get("prefix", ""))
    return Answer("reply", items=[{"name": name, "value": said(value)} for name, value in notes.items()])


def _updates(engine: tacos.Engine, a: Arguments) -> Answer:
    with engine.updates(a.int("after")) as reader:
        came = []
        while more := reader.poll():
            came += more
        return Answer("reply", items=[update(one) for one in came], position=reader.position)


def _status(engine: tacos.Engine, _: Arguments) -> Answer:
    status = engine.status()
    return Answer(
        "reply",
        events=status.events,
        webhooks_waiting=status.webhooks_waiting,
        webhooks_dead=status.webhooks_dead,
        idempotency_keys=status.idempotency_keys,
        poisoned=status.poisoned is not None,
    )


READS: dict[str, Read] = {
    "event": lambda engine, a: record(engine.event(a.text("event"))),
    "events": lambda engine, _: items(engine.events()),
    "sections": lambda engine, a: items(engine.sections(a.text("event"))),
    "counts": lambda engine, a: record(engine.counts(a.text("event"))),
    "seats": lambda engine, a: items(engine.seats(a.text("event"), a.get("from", 0), a.get("most"))),
    "seats_named": lambda engine, a: items(engine.seats_named(a.text("event"), a.get("seats", []))),
    "free_seats": lambda engine, a: Answer("reply", free=engine.free_seats(a.text("event")).bit_count()),
    "queue_place": lambda engine, a: record(engine.queue_place(a.text("token"))),
    "token_event": lambda engine, a: Answer("reply", event=engine.token_event(a.text("token"))),
    "queue": lambda engine, a: record(engine.queue(a.text("event"))),
    "queue_policy": lambda engine, a: record(engine.queue_policy(a.text("event"))),
    "draw": _draw,
    "due_webhooks": _due_webhooks,
    "dead_webhooks": lambda engine, a: items(engine.dead_webhooks(a.get("after", 0))),
    "read_note": _read_note,
    "notes": _notes,
    "position": lambda engine, _: Answer("reply", position=engine.position()),
    "updates": _updates,
    "status": _status,
}


def whole(engine: tacos.Engine, operation: str, _: Arguments) -> Answer:
    """What is done to an engine as a whole."""
    match operation:
        case "clear_idempotency":
            engine.clear_idempotency()
        case "snapshot":
            engine.snapshot()
        case "close":
            engine.stop()
        case _:
            return Answer("unsupported", why=f"the operation {operation}")
    return Answer("reply")
