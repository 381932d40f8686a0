# Written by `cargo run -p tacos-generator` from the engine's description of itself: do not edit.
"""Looking, read by read."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence

from ._bytes import INT32_MAX, Reader, int32, int64, many, text
from ._outcomes import value
from ._reading import (
    read_seat,
    read_counts,
    read_section_view,
    read_event,
    read_queue_place,
    read_queue_figures,
    read_draw,
    read_webhook,
    read_status,
    read_queue_policy,
)
from ._writing import (
    READ_EVENT,
    READ_EVENTS,
    READ_SECTIONS,
    READ_COUNTS,
    READ_SEATS,
    READ_SEATS_NAMED,
    READ_FREE_SEATS,
    READ_QUEUE_PLACE,
    READ_TOKEN_EVENT,
    READ_QUEUE,
    READ_QUEUE_POLICY,
    READ_DRAW,
    READ_DUE_WEBHOOKS,
    READ_DEAD_WEBHOOKS,
    READ_NOTE,
    READ_NOTES,
    READ_POSITION,
    READ_STATUS,
)
from .settings import QueuePolicy
from .values import DueWebhooks
from .views import Seat, Counts, SectionView, Event, QueuePlace, QueueFigures, Draw, Webhook, Status


class Reads(ABC):
    """
    What can be looked at without waiting. What is shown may run ahead of the disk. Where there is no such event, seat
    or place in the line, the refusal that says so is raised.
    """

    __slots__ = ()

    @abstractmethod
    def _look(self, request: bytes) -> bytes: ...

    def event(self, event: str) -> Event:
        """An event."""
        out = bytearray((READ_EVENT,))
        text(out, event, "event")
        return value(self._look(bytes(out)), read_event)

    def events(self) -> tuple[Event, ...]:
        """All events, in the order of their creation."""
        out = bytearray((READ_EVENTS,))
        return value(self._look(bytes(out)), lambda of: of.many(read_event))

    def sections(self, event: str) -> tuple[SectionView, ...]:
        """An event's sections with counts and prices."""
        out = bytearray((READ_SECTIONS,))
        text(out, event, "event")
        return value(self._look(bytes(out)), lambda of: of.many(read_section_view))

    def counts(self, event: str) -> Counts:
        """An event's counts."""
        out = bytearray((READ_COUNTS,))
        text(out, event, "event")
        return value(self._look(bytes(out)), read_counts)

    def seats(self, event: str, start: int = 0, most: int | None = None) -> tuple[Seat, ...]:
        """Numbered seats with their states, in the seat map's order. A seat whose hold has lapsed shows as available.
        `start`: index of the first. `most`: how many.
        """
        out = bytearray((READ_SEATS,))
        text(out, event, "event")
        int32(out, start, "start")
        int32(out, INT32_MAX if most is None else most, "most")
        return value(self._look(bytes(out)), lambda of: of.many(read_seat))

    def seats_named(self, event: str, seats: Sequence[str]) -> tuple[Seat, ...]:
        """These seats, in the order asked for."""
        out = bytearray((READ_SEATS_NAMED,))
        text(out, event, "event")
        many(out, text, seats, "seats")
        return value(self._look(bytes(out)), lambda of: of.many(read_seat))

    def free_seats(self, event: str) -> int:
        """Which numbered seats the bitmap shows as free, 64 a word: a hint, exact when nothing is being written and no
        hold has lapsed.
        """
        out = bytearray((READ_FREE_SEATS,))
        text(out, event, "event")
        return value(self._look(bytes(out)), lambda of: int.from_bytes(of.octets(), "little"))

    def queue_place(self, token: str) -> QueuePlace:
        """A place in the line. Asking counts as activity."""
        out = bytearray((READ_QUEUE_PLACE,))
        text(out, token, "token")
        return value(self._look(bytes(out)), read_queue_place)

    def token_event(self, token: str) -> str:
        """The event of a waiting token."""
        out = bytearray((READ_TOKEN_EVENT,))
        text(out, token, "token")
        return value(self._look(bytes(out)), lambda of: of.text())

    def queue(self, event: str) -> QueueFigures:
        """Figures of a waiting line."""
        out = bytearray((READ_QUEUE,))
        text(out, event, "event")
        return value(self._look(bytes(out)), read_queue_figures)

    def queue_policy(self, event: str) -> QueuePolicy:
        """The rules of a waiting line."""
        out = bytearray((READ_QUEUE_POLICY,))
        text(out, event, "event")
        return value(self._look(bytes(out)), read_queue_policy)

    def draw(self, event: str) -> Draw:
        """The draw of the pre-sale room."""
        out = bytearray((READ_DRAW,))
        text(out, event, "event")
        return value(self._look(bytes(out)), read_draw)

    def due_webhooks(self, most: int = 100) -> DueWebhooks:
        """Webhooks whose time has come, and the time of the next one. `most`: how many."""
        out = bytearray((READ_DUE_WEBHOOKS,))
        int32(out, most, "most")
        return value(self._look(bytes(out)), lambda of: DueWebhooks(of.many(read_webhook), of.maybe(Reader.moment)))

    def dead_webhooks(self, after: int = 0) -> tuple[Webhook, ...]:
        """Dead letters, oldest first. `after`: only behind this order."""
        out = bytearray((READ_DEAD_WEBHOOKS,))
        int64(out, after, "after")
        return value(self._look(bytes(out)), lambda of: of.many(read_webhook))

    def note(self, name: str) -> bytes | None:
        """A durable note's value, or nothing."""
        out = bytearray((READ_NOTE,))
        text(out, name, "name")
        return value(self._look(bytes(out)), lambda of: of.maybe(Reader.octets))

    def notes(self, prefix: str = "") -> dict[str, bytes]:
        """Notes whose names begin with a prefix, in order, with their values. `prefix`: what the names begin with."""
        out = bytearray((READ_NOTES,))
        text(out, prefix, "prefix")
        return value(self._look(bytes(out)), lambda of: dict(of.many(lambda of: (of.text(), of.octets()))))

    def position(self) -> int:
        """Where the newest durable update ends."""
        out = bytearray((READ_POSITION,))
        return value(self._look(bytes(out)), lambda of: of.int64())

    def status(self) -> Status:
        """Figures of the engine as a whole."""
        out = bytearray((READ_STATUS,))
        return value(self._look(bytes(out)), read_status)
