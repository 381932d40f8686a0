"""Values that are one of several forms (which seats, which reservation, what is paid for), seat maps, and pages."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import KW_ONLY, dataclass
from datetime import datetime, timedelta
from typing import Generic, TypeVar

from .views import Event, Seat, Webhook

__all__ = [
    "Best",
    "Command",
    "DueWebhooks",
    "Durability",
    "EventSnapshot",
    "External",
    "General",
    "Listed",
    "Numbered",
    "Page",
    "Payee",
    "Relaxed",
    "Row",
    "RowSeats",
    "SeatException",
    "Seated",
    "Section",
    "Synced",
    "Unlinked",
    "SeatRequest",
    "ReservationRef",
]

T_co = TypeVar("T_co", covariant=True)


class Command(Generic[T_co]):
    """Anything whose answer waits for the disk, as data; the type behind it is that of its answer."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Best:
    """Seats by count: adjacent where they exist, best row first."""

    quantity: int
    """1 to 64, and to the event's own bound."""
    _: KW_ONLY
    section: str | None = None
    """Only in this section."""
    allow_split: bool = True
    """If no row has that many next to each other: take them from the fewest rows."""
    accessible: bool = False
    """Offer accessible seats too; they are kept for those who ask."""


SeatRequest = Sequence[str] | Best
"""
Which seats are wanted: exactly these, or none; or the best of a number. The name of a standing section stands for one
place there, and may be said several times.
"""


@dataclass(frozen=True, slots=True)
class External:
    """A reservation by the id that the caller brought."""

    id: str


ReservationRef = str | External
"""A reservation: by the id that `Reserve` gave, or by the id that the caller brought."""


@dataclass(frozen=True, slots=True)
class Unlinked:
    """Something to pay for that the engine does not know; the outcome changes no seats."""

    id: str


Payee = str | External | Unlinked
"""What is paid for: a reservation, or something that the engine does not know."""


@dataclass(frozen=True, slots=True)
class Numbered:
    """Labels made of a prefix and a number, which cost no memory per seat: `A-1`, `A-2`, …"""

    prefix: str
    count: int
    _: KW_ONLY
    first_number: int = 1
    step: int = 1
    """From one seat to the next on its right; not zero, may be negative."""
    digits_min: int = 0
    """Numbers are filled up with zeros to this many digits, at most 9."""


@dataclass(frozen=True, slots=True)
class Listed:
    """Labels one by one."""

    labels: Sequence[str]


RowSeats = Numbered | Listed
"""The seats of a row; each label is unique in the event."""


@dataclass(frozen=True, slots=True)
class SeatException:
    """What one seat has that its row has not."""

    index: int
    """Index of the seat in its row, from 0."""
    _: KW_ONLY
    price_minor: int | None = None
    accessible: bool | None = None


@dataclass(frozen=True, slots=True)
class Row:
    """Seats side by side."""

    label: str
    """What the row is called. Need not be unique."""
    seats: RowSeats
    """The seats, from left to right."""
    _: KW_ONLY
    price_minor: int
    """Price of one seat, in the smallest unit of the currency."""
    accessible: bool = False
    """Kept for people who need them: best available leaves them out unless asked."""
    aisles_before: Sequence[int] = ()
    """Indices (ascending, from 1) of seats that have an aisle on their left."""
    exceptions: Sequence[SeatException] = ()
    """Seats that differ from their row, by ascending index."""


@dataclass(frozen=True, slots=True)
class Seated:
    """Rows of numbered seats, best row first."""

    name: str
    """1 to 128 bytes of `A-Z a-z 0-9 . _ : -`, unique in the event."""
    rows: Sequence[Row]


@dataclass(frozen=True, slots=True)
class General:
    """Places without numbers."""

    name: str
    """1 to 128 bytes of `A-Z a-z 0-9 . _ : -`, unique in the event."""
    capacity: int
    _: KW_ONLY
    price_minor: int
    """Price of one place, in the smallest unit of the currency."""


Section = Seated | General
"""A part of the venue with its own counts. The order of sections is the order of preference."""


@dataclass(frozen=True, slots=True)
class Synced:
    """Acknowledged once on disk: survives a crash of the process and of the machine."""


@dataclass(frozen=True, slots=True)
class Relaxed:
    """
    Acknowledged once handed to the operating system, and synced at least so often: survives a crash of the process; a
    crash of the machine may lose what was acknowledged within the last interval.
    """

    sync_every: timedelta


Durability = Synced | Relaxed
"""What an acknowledgement promises."""


@dataclass(frozen=True, slots=True)
class Page(Generic[T_co]):
    """A page of a listing, newest entry first."""

    items: tuple[T_co, ...]
    next: bytes | None
    """Where the next page begins; `None` if this is the last. A page may be short and still have a next one."""


@dataclass(frozen=True, slots=True)
class EventSnapshot:
    """An event with all its seats, and the position behind which lie all updates that this copy may lack."""

    event: Event
    seats: tuple[Seat, ...]
    position: int


@dataclass(frozen=True, slots=True)
class DueWebhooks:
    """Webhooks whose time has come, and the time of the next one."""

    webhooks: tuple[Webhook, ...]
    next_at: datetime | None
