# Written by `cargo run -p tacos-generator` from the engine's description of itself: do not edit.
"""What commands give when all goes well; a refusal is an exception."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from .states import ReservationState, PaymentState, PaymentEffect
from .views import Place, QueuePlace

__all__ = [
    "EventChanged",
    "Reserved",
    "Extended",
    "Released",
    "Confirmed",
    "PaymentChanged",
    "Joined",
    "Admitted",
    "Done",
]


@dataclass(frozen=True, slots=True)
class EventChanged:
    """An event was created or changed."""

    at: datetime
    """When."""


@dataclass(frozen=True, slots=True)
class Reserved:
    """Seats are held."""

    id: str
    """The reservation."""
    hold: str
    """The same under the name that hold services use (`hold_…`)."""
    event: str
    """Its event."""
    places: tuple[Place, ...]
    """What is held."""
    total_minor: int
    """Their price together, in minor units of the event's currency."""
    expires_at: datetime
    """The hold ends at this moment."""


@dataclass(frozen=True, slots=True)
class Extended:
    """A hold lasts longer."""

    id: str
    """The reservation."""
    expires_at: datetime
    """The hold now ends at this moment."""
    extended_by_ms: int
    """By how much it was extended (figures are milliseconds)."""


@dataclass(frozen=True, slots=True)
class Released:
    """Places were given back."""

    id: str
    """The reservation."""
    event: str
    """Its event."""
    state: ReservationState
    """Where the reservation stands now; still Pending if a part was given back."""
    places: tuple[Place, ...]
    """What was given back."""
    at: datetime
    """When."""


@dataclass(frozen=True, slots=True)
class Confirmed:
    """A hold became a sale."""

    id: str
    """The reservation; its order is `order`."""
    order: str
    """The order that the reservation became (`ord_…`)."""
    event: str
    """Its event."""
    places: tuple[Place, ...]
    """What is sold."""
    total_minor: int
    """Their price together, in minor units."""
    at: datetime
    """When."""


@dataclass(frozen=True, slots=True)
class PaymentChanged:
    """A payment intent, as it stands after a write."""

    id: str
    """The intent."""
    transaction: str
    """Its transaction (`txn_…`)."""
    state: PaymentState
    """Where it stands."""
    at: datetime
    """When it came to stand there."""
    expires_at: datetime
    """The intent's life ends at this moment."""
    refunded_minor: int
    """What this write paid back, in minor units."""
    refund_number: int
    """Refunds that the intent has had so far; a refund made by this write is counted."""
    effect: PaymentEffect
    """What became of the reservation."""


@dataclass(frozen=True, slots=True)
class Joined:
    """A place in the line."""

    token: str = field(repr=False)
    """The credential for this place."""
    place: QueuePlace
    """The place, as it stands at the moment."""
    again: bool
    """True if this session had the place already."""


@dataclass(frozen=True, slots=True)
class Admitted:
    """The right to reserve."""

    token: str = field(repr=False)
    """The credential for it."""
    valid_until: datetime
    """It ends at this moment."""


@dataclass(frozen=True, slots=True)
class Done:
    """Something was done, at a moment."""

    at: datetime
    """When."""
