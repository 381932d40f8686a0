# Written by `cargo run -p tacos-generator` from the engine's description of itself: do not edit.
"""What reads show: plain copies of one moment."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from .settings import EventSettings
from .states import (
    SaleState,
    PaymentMethod,
    Scenario,
    SeatState,
    ReservationState,
    PaymentState,
    PaymentEffect,
    QueueState,
)

__all__ = [
    "Place",
    "Seat",
    "Counts",
    "SectionView",
    "Event",
    "Reservation",
    "Payment",
    "QueuePlace",
    "QueueFigures",
    "Draw",
    "Webhook",
    "Status",
]


@dataclass(frozen=True, slots=True)
class Place:
    """One place of a reservation or seat map, described."""

    id: str
    """The seat's id; for standing places the section's."""
    section: str
    """The section."""
    row: str
    """The row; empty for standing places."""
    number: str
    """The number within the row; empty for standing places."""
    price_minor: int
    """Price of one place, in minor units."""
    count: int
    """How many places: 1 for a seat."""


@dataclass(frozen=True, slots=True)
class Seat:
    """A seat of the map with its state."""

    place: Place
    """The seat."""
    state: SeatState
    """How it stands."""


@dataclass(frozen=True, slots=True)
class Counts:
    """How many places there are of each kind. At every moment `available + reserved + sold + blocked == total`."""

    available: int
    """Can be had now."""
    reserved: int
    """Held."""
    sold: int
    """Sold."""
    blocked: int
    """Off sale."""
    total: int
    """All of them."""


@dataclass(frozen=True, slots=True)
class SectionView:
    """A section with its counts."""

    name: str
    """Its name."""
    standing: bool
    """True if it has places but no numbered seats."""
    counts: Counts
    """Its counts."""
    price_min_minor: int
    """Cheapest place, in minor units."""
    price_max_minor: int
    """Dearest place, in minor units."""


@dataclass(frozen=True, slots=True)
class Event:
    """An event."""

    id: str
    """Its id."""
    settings: EventSettings
    """Its settings."""
    sale: SaleState
    """Where its sale stands."""
    counts: Counts
    """Counts over all sections."""
    has_queue: bool
    """True if it has a waiting line."""


@dataclass(frozen=True, slots=True)
class Reservation:
    """A reservation."""

    id: str
    """Its id."""
    hold: str
    """The same under the name that hold services use (`hold_…`)."""
    order: str | None
    """The order that it became, once confirmed (`ord_…`)."""
    external: str | None
    """The id that its service brought."""
    event: str
    """Its event."""
    user: str
    """Whose it is."""
    state: ReservationState
    """Where it stands. A hold whose time has run out shows as Expired, whether or not a timer has fired."""
    places: tuple[Place, ...]
    """What it has, or had when it ended."""
    total_minor: int
    """Their price together. In minor units of the currency."""
    currency: str
    """Three letters, as in ISO 4217."""
    created_at: datetime
    """When it was made."""
    changed_at: datetime
    """When it last changed."""
    expires_at: datetime
    """The hold ends, or ended, at this moment."""
    extensions: int
    """How often it was extended."""
    payment: str | None
    """The payment that is under way or done."""


@dataclass(frozen=True, slots=True)
class Payment:
    """A payment intent."""

    id: str
    """Its id."""
    state: PaymentState
    """Where it stands. An intent whose life is over shows as Expired, whether or not a timer has fired."""
    reservation: str | None
    """The reservation paid for."""
    unlinked: str | None
    """What is paid for, if the engine does not know it."""
    user: str
    """Who pays."""
    amount_minor: int
    """How much. In minor units of the currency."""
    currency: str
    """Three letters, as in ISO 4217."""
    refunded_minor: int
    """How much went back, in minor units."""
    refunds: int
    """In how many refunds."""
    method: PaymentMethod
    """How."""
    scenario: Scenario
    """What the simulated processor does."""
    effect: PaymentEffect
    """What became of the reservation."""
    created_at: datetime
    """When it was made."""
    changed_at: datetime
    """When it last changed."""
    processed_at: datetime | None
    """When its outcome came."""
    expires_at: datetime
    """Its life ends at this moment."""
    webhook_url: str | None
    """Where results are delivered."""
    attachment: bytes
    """What was carried along."""


@dataclass(frozen=True, slots=True)
class QueuePlace:
    """A place in the line at one moment."""

    state: QueueState
    """How it stands."""
    position: int
    """1 is next; 0 where there is no position (not waiting, or the order is not drawn yet)."""
    eta: timedelta | None
    """Expected wait from the measured outflow (figures are milliseconds); `None` when nothing is known."""
    expires_at: datetime | None
    """The place is lost at this moment unless something happens; `None` while nothing can end it."""


@dataclass(frozen=True, slots=True)
class QueueFigures:
    """Figures of one waiting line."""

    waiting: int
    """People waiting, those in the pre-sale room included."""
    ready: int
    """People whose turn it is."""
    inside: int
    """People inside: ready or with a token that is good and unused."""
    admitted_total: int
    """People ever let in."""
    expired_total: int
    """People whose time ran out."""
    left_total: int
    """People who gave up."""
    admitted_per_minute: int
    """People let in during the last minute: in the present second of the clock and the 59 before it."""
    average_wait: timedelta
    """Mean wait of those people from joining to being let in (figures are milliseconds); 0 without any."""
    paused: bool
    """True while admissions are paused."""


@dataclass(frozen=True, slots=True)
class Draw:
    """The pre-sale draw of an event: anyone can check it."""

    commitment: bytes
    """blake3 of the seed: known before the draw."""
    seed: bytes | None
    """The seed: known after the draw."""


@dataclass(frozen=True, slots=True)
class Webhook:
    """A webhook of the outbox."""

    id: str
    """Its id."""
    payment: str
    """The payment that it tells of."""
    tells: PaymentState
    """The state that it tells of."""
    created_at: datetime
    """When it was put into the outbox."""
    attempts: int
    """Attempts so far."""
    next_at: datetime | None
    """When to try next; `None` for a dead letter."""
    order: int
    """Order of creation, to page by."""


@dataclass(frozen=True, slots=True)
class Status:
    """Figures of the engine as a whole."""

    written: int
    """End of everything written so far, in bytes of the journal."""
    durable: int
    """End of everything durable so far."""
    snapshot: int
    """End of what the last finished snapshot holds."""
    poisoned: str | None
    """Why the journal takes no more writes, if it does not."""
    disk_full: bool
    """True while the disk is too full for new writes."""
    events: int
    """Events."""
    reservation_slots: int
    """Slots of reservations ever used at once."""
    payment_slots: int
    """Slots of payments ever used at once."""
    users: int
    """Users with something live."""
    idempotency_keys: int
    """Idempotency keys remembered."""
    webhooks_waiting: int
    """Webhooks to deliver."""
    webhooks_dead: int
    """Dead letters."""
    timers: int
    """Timers set."""
    commands: int
    """Commands done since the engine was opened."""
    refusals: int
    """Commands refused since the engine was opened."""
    groups: int
    """Groups written to the journal since it was opened."""
    fired: int
    """Timers that fired since it was opened."""
    memory_bytes: int
    """What the engine's tables take, in bytes."""
