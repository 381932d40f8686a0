# Written by `cargo run -p tacos-generator` from the engine's description of itself: do not edit.
"""What can be set about events and their waiting lines. What is left out has the engine's usual value."""

from __future__ import annotations

from dataclasses import KW_ONLY, dataclass
from datetime import datetime, timedelta

__all__ = [
    "EventSettings",
    "QueuePolicy",
    "PresaleRoom",
]


@dataclass(frozen=True, slots=True)
class EventSettings:
    """What can be set about an event while it lives. Seats and prices are fixed when it is created."""

    name: str
    """A name for people, at most 512 bytes."""
    currency: str
    """The currency of all prices. Cannot change once the event exists."""
    _: KW_ONLY
    seats_per_reservation_max: int = 10
    """Seats that one reservation may have: 1 to 64. Default 10."""
    seats_per_user_max: int | None = None
    """Seats that one user may hold or own together; `None` (the default) for no bound."""
    hold: timedelta = timedelta(minutes=1)
    """How long a hold lasts (figures are milliseconds). Default 60,000; 1 to 24 h."""
    hold_max: timedelta = timedelta(minutes=10)
    """The longest that a hold may last from its beginning, extensions included (figures are milliseconds). Default
    600,000.
    """
    extension_max: timedelta = timedelta(seconds=30)
    """The most that one extension may add (figures are milliseconds). Default 30,000."""
    extensions_max: int = 1
    """How often a hold may be extended. Default 1."""
    sale_starts: datetime | None = None
    """Customers can reserve from this moment on; `None` for no such moment."""
    sale_ends: datetime | None = None
    """Customers can reserve until just before this moment; `None` for no such moment."""


@dataclass(frozen=True, slots=True)
class QueuePolicy:
    """The rules of one event's waiting line. They may change while the sale runs."""

    _: KW_ONLY
    enabled: bool = True
    """With `False` customers do not wait: each one who joins is ready as fast as the system-wide ceiling allows.
    Default `True`.
    """
    admissions_per_minute: int = 6_000
    """People made ready per minute, 1 to 6,000,000. Default 6,000."""
    burst: int = 100
    """Permits that a quiet line saves up and may then use at once, 1 to 1,000,000. Default 100."""
    inside_max: int = 5_000
    """People inside at once (ready, or holding a token that is neither used nor expired), 1 to 67,108,864. Default
    5,000. Lowering it sends no customer out: no new one comes in until enough have left.
    """
    waiting_max: int = 2_000_000
    """People waiting at once, 1 to 67,108,864. Default 2,000,000."""
    claim_window: timedelta = timedelta(minutes=1)
    """How long a customer who is ready keeps the turn (figures are milliseconds), 1,000 to 86,400,000. Default 60,000.
    """
    token_ttl: timedelta = timedelta(minutes=5)
    """How long an admission is valid (figures are milliseconds), 1,000 to 86,400,000. Default 300,000."""
    inactivity: timedelta = timedelta(hours=1)
    """A waiting person who shows no activity for this long loses the place (figures are milliseconds), 1,000 to
    604,800,000. Default 3,600,000. A restart of the engine counts as activity.
    """
    one_place_per_user: bool = True
    """One place per user, whatever the number of sessions. Default `True`. Switched on during a sale it looks only at
    tickets that were taken while it was on.
    """
    room: PresaleRoom | None = None
    """The room before the sale, whose order is drawn at random. Default none."""


@dataclass(frozen=True, slots=True)
class PresaleRoom:
    """A room in which people gather before the sale; coming early brings no advantage."""

    opens_at: datetime
    """Customers can join from this moment on."""
    draws_at: datetime
    """The order of those in the room is drawn then; who joins at or after this moment stands behind them."""
