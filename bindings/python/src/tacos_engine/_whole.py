"""What blocking and awaited engines have in common: the reads, time by hand, and how they are opened."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from uuid import UUID

from ._border import Border
from ._bytes import Reader, duration, text
from ._native import crossing, job, library, opened
from ._outcomes import value
from ._reading import read_event, read_seat
from ._reads import Reads
from ._writing import (
    READ_DIGEST,
    READ_EVENT_SNAPSHOT,
    READ_FREE_SEAT_BIT,
    READ_NOW,
    READ_PREPARE_EVENT,
    READ_PREPARE_SEAT,
    READ_PREPARE_USER,
    put_options,
)
from .options import Options
from .values import EventSnapshot

if TYPE_CHECKING:
    from types import ModuleType

    from ._uniffi import RawEngine


def engine_version() -> str:
    """The version of the native engine."""
    version: str = library().engine_version()
    return version


def key_of(uuid: UUID) -> str:
    """
    The idempotency key of a UUID's sixteen bytes. It is compared and remembered by its bytes, which is faster than by a
    text, and is another key than every text. It means the same in every process.
    """
    return f"bytes {uuid.hex}"


def opened_folder(folder: str | os.PathLike[str], options: Options | None) -> Border:
    path = os.path.abspath(os.fspath(folder))
    return _border(options, lambda native, given: native.RawEngine.open(path, given))


def opened_in_memory(options: Options | None) -> Border:
    return _border(options, lambda native, given: native.RawEngine.in_memory(given))


def _border(options: Options | None, open_it: Callable[[ModuleType, bytes], RawEngine]) -> Border:
    options = Options() if options is None else options
    out = bytearray()
    put_options(out, options)
    return Border(opened(lambda native: open_it(native, bytes(out))), options.in_flight_max)


class Whole(Reads):
    """What can be done to an engine without waiting for the disk."""

    def __init__(self, border: Border) -> None:
        self._border = border

    def _look(self, request: bytes) -> bytes:
        return crossing(self._border.raw, self._border.raw.read, request)

    def event_snapshot(self, event: str) -> EventSnapshot:
        """An event with all its seats, and the position from which to follow."""
        out = bytearray((READ_EVENT_SNAPSHOT,))
        text(out, event, "event")
        return value(self._look(bytes(out)), lambda of: EventSnapshot(read_event(of), of.many(read_seat), of.int64()))

    def free_seat_bit(self, event: str, seat: str) -> int:
        """A seat's bit in what `free_seats` gives."""
        out = bytearray((READ_FREE_SEAT_BIT,))
        text(out, event, "event")
        text(out, seat, "seat")
        return value(self._look(bytes(out)), Reader.int64)

    def prepare_event(self, event: str) -> str:
        """
        An event's id, looked up ahead: what it gives stands for the id in every command and read, and saves looking the
        id up each time. It is a text like any other and costs the engine no memory.

        It is good as long as the process lives. Another engine, and the same folder opened again, take it for the id
        that it was made of, which is at its end. Do not keep or send it: in another process, or if a character is
        changed, it is no id.
        """
        out = bytearray((READ_PREPARE_EVENT,))
        text(out, event, "event")
        return value(self._look(bytes(out)), Reader.text)

    def prepare_seat(self, event: str, seat: str) -> str:
        """
        The same of a seat of an event, or of a standing section whose name stands for one place; see `prepare_event`.
        In commands about another event it stands for the seat's name.
        """
        out = bytearray((READ_PREPARE_SEAT,))
        text(out, event, "event")
        text(out, seat, "seat")
        return value(self._look(bytes(out)), Reader.text)

    def prepare_user(self, user: str) -> str:
        """The same of a customer's id, whether or not the engine has met them; see `prepare_event`."""
        out = bytearray((READ_PREPARE_USER,))
        text(out, user, "user")
        return value(self._look(bytes(out)), Reader.text)

    def now(self) -> datetime:
        """The engine's clock."""
        return value(self._look(bytes((READ_NOW,))), Reader.moment)

    def digest(self) -> bytes:
        """
        A hash of the whole state: equal before a crash and after recovery. Of one moment only if nothing is written
        meanwhile.
        """
        return value(self._look(bytes((READ_DIGEST,))), Reader.octets)

    def turn(self) -> int:
        """Does everything that is due, and tells how many timers fired. With time by hand, deadlines work only here."""
        return job(self._border.raw, self._border.raw.turn)

    def advance(self, by: timedelta, *, turn: bool = True) -> datetime:
        """
        Lets time pass by hand, does everything that is due then (unless `turn` is false), and returns the new time. See
        `Options.time_by_hand_from`.
        """
        out = bytearray()
        duration(out, by, "by")
        by_ms = Reader(bytes(out)).int64()
        job(self._border.raw, self._border.raw.advance, by_ms)
        if turn:
            self.turn()
        return self.now()

    def clear_idempotency(self) -> None:
        """Forgets all remembered idempotency answers. For operators only: a retry may act twice."""
        job(self._border.raw, self._border.raw.clear_idempotency)
