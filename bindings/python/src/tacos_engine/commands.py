# Written by `cargo run -p tacos-generator` from the engine's description of itself: do not edit.
"""What an engine can be asked whose answer waits for the disk: plain data, complete before it goes in. Where a command
has a `key`, sending it again with the same key within five minutes gives the first answer, also after a restart, and
acts once. A `user` of `None` is an operator, who may act for every user.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import KW_ONLY, dataclass, field
from datetime import datetime, timedelta

from .results import EventChanged, Reserved, Extended, Released, Confirmed, PaymentChanged, Joined, Admitted, Done
from .settings import EventSettings, QueuePolicy
from .states import SaleState, PaymentMethod, Scenario, ReservationState, PaymentState
from .values import Command, Page, Payee, Section, SeatRequest, ReservationRef
from .views import Reservation, Payment

__all__ = [
    "CreateEvent",
    "UpdateEvent",
    "SetSale",
    "BlockSeats",
    "SetQueuePolicy",
    "PauseQueue",
    "DrawRoom",
    "JoinQueue",
    "LeaveQueue",
    "RequestAdmission",
    "Reserve",
    "Confirm",
    "Release",
    "Extend",
    "Expire",
    "CreatePayment",
    "ProcessPayment",
    "CancelPayment",
    "ReportPayment",
    "ReportWebhook",
    "ReplayWebhook",
    "Note",
    "ReadReservation",
    "ReadReservations",
    "ReadPayment",
    "ReadPayments",
]


@dataclass(frozen=True, slots=True)
class CreateEvent(Command[EventChanged]):
    """Creates an event with its seats; its sale is a draft until it is opened."""

    event: str
    """The new event's id."""
    settings: EventSettings
    """Its settings."""
    sections: Sequence[Section]
    """Its sections, in order of preference."""
    _: KW_ONLY
    queue: QueuePolicy | None = None
    """Its waiting line; without one, customers reserve without a token."""
    key: str | None = None
    """Makes the command safe to send twice."""


@dataclass(frozen=True, slots=True)
class UpdateEvent(Command[EventChanged]):
    """Changes an event's settings. The currency must stay."""

    event: str
    """The event."""
    settings: EventSettings
    """All settings, as they shall be."""
    _: KW_ONLY
    key: str | None = None
    """Makes the command safe to send twice."""


@dataclass(frozen=True, slots=True)
class SetSale(Command[EventChanged]):
    """Opens, pauses or closes a sale. Any state may follow any other, but nothing returns to draft."""

    event: str
    """The event."""
    state: SaleState
    """The state to be in."""
    _: KW_ONLY
    key: str | None = None
    """Makes the command safe to send twice."""


@dataclass(frozen=True, slots=True)
class BlockSeats(Command[Done]):
    """Takes free seats off sale, or puts blocked ones back: all of them or none. The name of a standing section stands
    for one place there, and may be said several times.
    """

    event: str
    """The event."""
    seats: Sequence[str]
    """The seats, without doubles; at most 64 in one command."""
    block: bool
    """True to block, false to unblock."""
    _: KW_ONLY
    key: str | None = None
    """Makes the command safe to send twice."""


@dataclass(frozen=True, slots=True)
class SetQueuePolicy(Command[EventChanged]):
    """Gives an event a waiting line, or changes the rules of the one it has, while the sale runs."""

    event: str
    """The event."""
    policy: QueuePolicy
    """All rules, as they shall be."""
    _: KW_ONLY
    key: str | None = None
    """Makes the command safe to send twice."""


@dataclass(frozen=True, slots=True)
class PauseQueue(Command[EventChanged]):
    """Stops or restarts admissions of one event's line. People keep their places."""

    event: str
    """The event."""
    paused: bool
    """True to pause, false to resume."""
    _: KW_ONLY
    key: str | None = None
    """Makes the command safe to send twice."""


@dataclass(frozen=True, slots=True)
class DrawRoom(Command[EventChanged]):
    """Draws the order of the pre-sale room now; it is drawn by itself when its time comes. From then on the line is
    first come, first served.
    """

    event: str
    """The event."""
    _: KW_ONLY
    key: str | None = None
    """Makes the command safe to send twice."""


@dataclass(frozen=True, slots=True)
class JoinQueue(Command[Joined]):
    """Takes a place in an event's waiting line. At least one of session and user is needed; the same session joining
    again has the same place.
    """

    event: str
    """The event."""
    _: KW_ONLY
    session: str | None = None
    """The customer's session."""
    user: str | None = None
    """The customer."""


@dataclass(frozen=True, slots=True)
class LeaveQueue(Command[Done]):
    """Gives a place in the line up."""

    token: str = field(repr=False)
    """The place in the line."""


@dataclass(frozen=True, slots=True)
class RequestAdmission(Command[Admitted]):
    """Asks to be let in; asked again, the answer is the same."""

    token: str = field(repr=False)
    """The place in the line."""
    _: KW_ONLY
    event: str | None = None
    """Must be the token's event, if given."""
    user: str | None = None
    """Must be who joined, if both are given. Who joined without a name is named here."""


@dataclass(frozen=True, slots=True)
class Reserve(Command[Reserved]):
    """Holds seats for a customer until the deadline: all that are wanted or none."""

    event: str
    """The event."""
    user: str
    """Who will own the seats."""
    want: SeatRequest
    """Which seats."""
    _: KW_ONLY
    token: str | None = field(default=None, repr=False)
    """The right to reserve; needed where the event has a waiting line, unless the caller is `trusted`."""
    trusted: bool = False
    """A caller that is let past the line (an inventory client with its own admission)."""
    external: str | None = None
    """The caller's own id for this reservation, for services that keep their own."""
    hold_until: datetime | None = None
    """When the hold shall end, within the event's maximum; `None` for the event's usual time."""
    key: str | None = None
    """Makes the command safe to send twice."""


@dataclass(frozen=True, slots=True)
class Confirm(Command[Confirmed]):
    """Turns a hold into a sale."""

    which: ReservationRef
    """The reservation."""
    _: KW_ONLY
    user: str | None = None
    """Whose it must be, unless an operator asks."""
    payment: str | None = None
    """The payment intent (`pay_…`) that proves it is paid; `None` when the caller vouches for it."""
    exactly: Sequence[str] | None = None
    """If given, the hold must have exactly these seats."""
    total_minor: int | None = None
    """If given, what the hold costs must be exactly this, in minor units: what the customer was charged where money is
    handled elsewhere.
    """
    key: str | None = None
    """Makes the command safe to send twice."""


@dataclass(frozen=True, slots=True)
class Release(Command[Released]):
    """Gives a hold back, whole or in part; a part only while no payment is under way for the whole."""

    which: ReservationRef
    """The reservation."""
    _: KW_ONLY
    user: str | None = None
    """Whose it must be, unless an operator asks."""
    seats: Sequence[str] = ()
    """Only these seats; empty for all. Naming all of them is the same as naming none. The name of a standing section
    stands for one place there.
    """
    key: str | None = None
    """Makes the command safe to send twice."""


@dataclass(frozen=True, slots=True)
class Extend(Command[Extended]):
    """Lets a hold last longer."""

    which: ReservationRef
    """The reservation."""
    by: timedelta
    """By how much, in whole milliseconds."""
    _: KW_ONLY
    user: str | None = None
    """Whose it must be, unless an operator asks."""
    expires_at: datetime | None = None
    """If given, the hold must end at this moment before it is extended: what was extended meanwhile is not extended
    again.
    """
    key: str | None = None
    """Makes the command safe to send twice."""


@dataclass(frozen=True, slots=True)
class Expire(Command[Released]):
    """Expires a hold whose time has run out, as the engine does by itself: for an outside orchestrator."""

    which: ReservationRef
    """The reservation."""


@dataclass(frozen=True, slots=True)
class CreatePayment(Command[PaymentChanged]):
    """Creates a payment intent."""

    payee: Payee
    """What is paid for."""
    user: str
    """Who pays."""
    amount_minor: int
    """How much; see `Options.payment_amount_must_match`. In minor units of the currency."""
    currency: str
    """Three letters, as in ISO 4217."""
    _: KW_ONLY
    method: PaymentMethod = PaymentMethod.CREDIT_CARD
    """How."""
    scenario: Scenario = Scenario.APPROVE
    """What the simulated processor does."""
    webhook_url: str | None = None
    """Where results are delivered, at most 2,048 bytes; the embedding service delivers from the outbox."""
    attachment: bytes = b""
    """Carried along unread, at most 4,096 bytes. Never put card data here."""
    key: str | None = None
    """Makes the command safe to send twice."""


@dataclass(frozen=True, slots=True)
class ProcessPayment(Command[PaymentChanged]):
    """Starts processing a payment at once instead of shortly."""

    payment: str
    """The payment intent."""
    _: KW_ONLY
    user: str | None = None
    """Whose it must be, unless an operator asks."""
    key: str | None = None
    """Makes the command safe to send twice."""


@dataclass(frozen=True, slots=True)
class CancelPayment(Command[PaymentChanged]):
    """Calls a payment off before it completes, or pays back (all that is left, or a part) after."""

    payment: str
    """The payment intent."""
    _: KW_ONLY
    user: str | None = None
    """Whose it must be, unless an operator asks."""
    refund_minor: int | None = None
    """How much to pay back, in minor units; `None` for all that is left."""
    key: str | None = None
    """Makes the command safe to send twice."""


@dataclass(frozen=True, slots=True)
class ReportPayment(Command[PaymentChanged]):
    """Reports the outcome of a payment at once, whatever its scenario."""

    payment: str
    """The payment intent."""
    completed: bool
    """True if the money was taken."""
    _: KW_ONLY
    key: str | None = None
    """Makes the command safe to send twice."""


@dataclass(frozen=True, slots=True)
class ReportWebhook(Command[Done]):
    """Reports what became of one delivery attempt of a webhook."""

    webhook: str
    """The webhook."""
    delivered: bool
    """True if the receiver took it."""


@dataclass(frozen=True, slots=True)
class ReplayWebhook(Command[Done]):
    """Puts a dead letter back into the outbox."""

    webhook: str
    """The webhook."""


@dataclass(frozen=True, slots=True)
class Note(Command[Done]):
    """Sets or removes a small durable fact of the embedding service: a setting that outlives a restart, a registered
    address.
    """

    name: str
    """Its name. Names that begin with `tacos.` are the engine's own and are refused."""
    value: bytes | None
    """Its value, at most 4,096 bytes; `None` removes it."""
    _: KW_ONLY
    key: str | None = None
    """Makes the command safe to send twice."""


@dataclass(frozen=True, slots=True)
class ReadReservation(Command[Reservation]):
    """Reads a reservation; what is shown is durable."""

    which: ReservationRef
    """The reservation."""
    _: KW_ONLY
    user: str | None = None
    """Whose it must be, unless an operator asks."""


@dataclass(frozen=True, slots=True)
class ReadReservations(Command[Page[Reservation]]):
    """Reads a user's reservations, newest first; what is shown is durable."""

    user: str
    """Whose."""
    _: KW_ONLY
    state: ReservationState | None = None
    """Only in this state."""
    event: str | None = None
    """Only of this event."""
    after: bytes | None = None
    """Where the page before ended; `None` for the first."""
    most: int = 100
    """Entries on the page: 1 to 100; 100 if not given."""


@dataclass(frozen=True, slots=True)
class ReadPayment(Command[Payment]):
    """Reads a payment intent; what is shown is durable."""

    payment: str
    """The payment intent."""
    _: KW_ONLY
    user: str | None = None
    """Whose it must be, unless an operator asks."""


@dataclass(frozen=True, slots=True)
class ReadPayments(Command[Page[Payment]]):
    """Reads a user's payments, newest first; what is shown is durable."""

    user: str
    """Whose."""
    _: KW_ONLY
    state: PaymentState | None = None
    """Only in this state."""
    reservation: str | None = None
    """Only of this reservation."""
    after: bytes | None = None
    """Where the page before ended; `None` for the first."""
    most: int = 100
    """Entries on the page: 1 to 100; 100 if not given."""
