# Written by `cargo run -p tacos-generator` from the engine's description of itself: do not edit.
"""Facts that happened, as followers read them: `match update.what: case updates.Seats(places): …`."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from .states import SaleState, SeatState, ReservationState, PaymentState, PaymentEffect
from .views import Place

__all__ = [
    "PlaceChange",
    "ReservationChange",
    "Update",
    "UpdateKind",
]


@dataclass(frozen=True, slots=True)
class PlaceChange:
    """How one place stands after an update. It carries the whole state, so a reader may apply it twice: an update whose
    version is not above the version that the reader has is old news.
    """

    place: Place
    """The place."""
    state: SeatState
    """How it stands now."""
    version: int
    """Counts the changes of one seat; 0 for standing places, which have no versions."""


@dataclass(frozen=True, slots=True)
class ReservationChange:
    """A reservation that was made or changed."""

    id: str
    """The reservation."""
    user: str | None
    """Whose it is, if it can still be looked up."""
    from_: ReservationState | None
    """Where it stood before; `None` if it was made just now."""
    state: ReservationState
    """Where it stands."""
    expires_at: datetime | None
    """When its hold ends, if it has one and the update says so."""
    places: tuple[PlaceChange, ...]
    """Places that changed hands."""


@dataclass(frozen=True, slots=True)
class EventCreated:
    """An event was created."""


@dataclass(frozen=True, slots=True)
class EventChanged:
    """An event's settings, queue policy or draw changed."""


@dataclass(frozen=True, slots=True)
class Sale:
    """A sale opened, paused or closed."""

    state: SaleState


@dataclass(frozen=True, slots=True)
class QueuePaused:
    """Admissions of the event's line were paused (true) or resumed."""

    paused: bool


@dataclass(frozen=True, slots=True)
class RoomDrawn:
    """The order of the pre-sale room was drawn with this seed."""

    seed: bytes


@dataclass(frozen=True, slots=True)
class Seats:
    """Seats were taken off sale or put back."""

    places: tuple[PlaceChange, ...]


@dataclass(frozen=True, slots=True)
class ReservationChanged:
    """A reservation was made, or changed."""

    reservation: ReservationChange


@dataclass(frozen=True, slots=True)
class HoldExpiring:
    """A hold ends soon."""

    id: str
    """The reservation."""
    user: str | None
    """Whose it is, if it can still be looked up."""
    expires_at: datetime
    """When the hold ends."""


@dataclass(frozen=True, slots=True)
class PaymentChanged:
    """A payment intent was made, or changed."""

    id: str
    """The intent."""
    user: str | None
    """Whose it is, if it can still be looked up."""
    state: PaymentState
    """Where it stands."""
    effect: PaymentEffect
    """What it did to its reservation. `PaidBack` says that money came for a hold that had ended."""
    refunded_minor: int
    """What this update paid back, in minor units."""
    reservation: ReservationChange | None
    """The reservation that changed with it."""


@dataclass(frozen=True, slots=True)
class WebhookChanged:
    """A webhook was tried, delivered, given up or replayed."""

    id: str


@dataclass(frozen=True, slots=True)
class Joined:
    """A customer joined the line."""

    token: str = field(repr=False)
    """The credential for the place in the line (`wtkn_…`)."""


@dataclass(frozen=True, slots=True)
class Left:
    """A customer left it."""

    token: str = field(repr=False)
    """The credential for the place in the line (`wtkn_…`)."""


@dataclass(frozen=True, slots=True)
class Ready:
    """It is these people's turn, until the moment given."""

    tokens: tuple[str, ...] = field(repr=False)
    """The credentials for their places in the line (`wtkn_…`)."""
    until: datetime


@dataclass(frozen=True, slots=True)
class Admitted:
    """A customer was let in."""

    token: str = field(repr=False)
    """The credential for the place in the line (`wtkn_…`)."""
    reservation_token: str = field(repr=False)
    """The right to reserve (`rtkn_…`)."""


@dataclass(frozen=True, slots=True)
class PlacesExpired:
    """These people's time ran out."""

    tokens: tuple[str, ...] = field(repr=False)
    """The credentials for their places in the line (`wtkn_…`)."""


@dataclass(frozen=True, slots=True)
class NoteChanged:
    """A durable note was set or removed."""

    name: str


@dataclass(frozen=True, slots=True)
class Newer:
    """A fact that this library does not know yet."""


UpdateKind = (
    EventCreated
    | EventChanged
    | Sale
    | QueuePaused
    | RoomDrawn
    | Seats
    | ReservationChanged
    | HoldExpiring
    | PaymentChanged
    | WebhookChanged
    | Joined
    | Left
    | Ready
    | Admitted
    | PlacesExpired
    | NoteChanged
    | Newer
)
"""What happened."""


@dataclass(frozen=True, slots=True)
class Update:
    """A fact that happened. Updates of one event, one reservation, one payment or one ticket come in the order in which
    they happened.
    """

    position: int
    """Where its record ends: reading from here gives what came after."""
    at: datetime
    """When it happened."""
    event: str | None
    """The event that it is about."""
    what: UpdateKind
    """What happened."""
