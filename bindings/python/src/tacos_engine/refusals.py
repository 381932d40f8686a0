# Written by `cargo run -p tacos-generator` from the engine's description of itself: do not edit.
"""Every expected "no" by its name, with what it names: it changed nothing and waited for nothing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from .errors import Refused
from .states import SaleState, ReservationState, PaymentState, Bound, PaymentDoubt, ExtensionDoubt

__all__ = [
    "Problem",
    "Invalid",
    "IdempotencyRequired",
    "IdempotencyConflict",
    "UnknownEvent",
    "EventExists",
    "UnknownSeats",
    "UnknownSection",
    "UnknownReservation",
    "UnknownPayment",
    "UnknownWebhook",
    "UnknownToken",
    "TokenExpired",
    "SaleNotOpen",
    "AlreadyWaiting",
    "LeftLine",
    "NoWaitingLine",
    "NotYet",
    "AdmissionPaused",
    "SeatsTaken",
    "Insufficient",
    "NotAdjacent",
    "QuotaExceeded",
    "Forbidden",
    "ReservationExpired",
    "ReservationIs",
    "PaymentIs",
    "PaymentNotApproved",
    "PaymentExists",
    "ExtensionRefused",
    "RefundTooLarge",
    "SeatsDiffer",
    "ExternalExists",
    "NotDue",
    "AtCapacity",
    "NewerRefusal",
]


@dataclass(frozen=True, slots=True)
class Problem:
    """One argument that cannot be taken: which, why, and what was given."""

    field: str
    """The argument's name, as in the command."""
    reason: str
    """Why it cannot be taken, for a person."""
    value: str
    """What was given; empty where showing it would not help, or would tell a secret."""


class Invalid(Refused):
    """Arguments that cannot be taken; each is named."""

    code = "invalid"
    problems: tuple[Problem, ...]


class IdempotencyRequired(Refused):
    """A write without an idempotency key where the engine demands one."""

    code = "idempotency_required"


class IdempotencyConflict(Refused):
    """The key was used within its life for a different request."""

    code = "idempotency_conflict"


class UnknownEvent(Refused):
    """No event has this id."""

    code = "unknown_event"


class EventExists(Refused):
    """An event with this id exists."""

    code = "event_exists"


class UnknownSeats(Refused):
    """The event has no such seats; they are named."""

    code = "unknown_seats"
    seats: tuple[str, ...]


class UnknownSection(Refused):
    """The event has no such section."""

    code = "unknown_section"
    section: str


class UnknownReservation(Refused):
    """No reservation has this id (or it is long forgotten)."""

    code = "unknown_reservation"


class UnknownPayment(Refused):
    """No payment intent has this id (or it is long forgotten)."""

    code = "unknown_payment"


class UnknownWebhook(Refused):
    """No webhook has this id."""

    code = "unknown_webhook"


class UnknownToken(Refused):
    """The token is not one of ours, or of another event or user, or long forgotten. Which, is not told."""

    code = "unknown_token"


class TokenExpired(Refused):
    """The token was good once, and its time ran out."""

    code = "token_expired"


class SaleNotOpen(Refused):
    """The event is not being sold now."""

    code = "sale_not_open"
    state: SaleState


class AlreadyWaiting(Refused):
    """The user waits in this line under another session."""

    code = "already_waiting"


class LeftLine(Refused):
    """The place in the line was given up."""

    code = "left_line"


class NoWaitingLine(Refused):
    """The event has no waiting line."""

    code = "no_waiting_line"


class NotYet(Refused):
    """Not the caller's turn."""

    code = "not_yet"


class AdmissionPaused(Refused):
    """Admissions are stopped for the moment."""

    code = "admission_paused"


class SeatsTaken(Refused):
    """Other customers have these seats; they are named."""

    code = "seats_taken"
    seats: tuple[str, ...]


class Insufficient(Refused):
    """Fewer are left than asked for."""

    code = "insufficient"
    wanted: int
    """How many were asked for."""
    available: int
    """How many could be had."""


class NotAdjacent(Refused):
    """Enough are left, but not next to each other, and a split was not allowed."""

    code = "not_adjacent"
    wanted: int
    """How many were asked for."""


class QuotaExceeded(Refused):
    """The user would hold or own more than the event allows."""

    code = "quota_exceeded"
    seats_max: int
    """The most seats that one user may hold or own."""
    seats: int
    """What the user holds or owns now."""


class Forbidden(Refused):
    """It belongs to another user."""

    code = "forbidden"


class ReservationExpired(Refused):
    """The hold's time ran out."""

    code = "reservation_expired"


class ReservationIs(Refused):
    """The reservation is in a state that does not allow this."""

    code = "reservation_is"
    state: ReservationState


class PaymentIs(Refused):
    """The payment is in a state that does not allow this."""

    code = "payment_is"
    state: PaymentState


class PaymentNotApproved(Refused):
    """The reservation cannot be confirmed with this payment."""

    code = "payment_not_approved"
    doubt: PaymentDoubt
    """Why."""
    state: PaymentState | None
    """Where that is why: it is not completed."""


class PaymentExists(Refused):
    """A payment for this reservation is under way or done."""

    code = "payment_exists"


class ExtensionRefused(Refused):
    """The hold cannot be extended."""

    code = "extension_refused"
    doubt: ExtensionDoubt
    """Why."""
    extension_max: timedelta | None
    """Where that is why: one extension may add at most so many milliseconds."""


class RefundTooLarge(Refused):
    """More than what is left to refund."""

    code = "refund_too_large"
    left_minor: int
    """What is left to refund, in minor units."""


class SeatsDiffer(Refused):
    """A write of the commit names other seats than the hold has."""

    code = "seats_differ"


class ExternalExists(Refused):
    """A request with another idempotency key used this external id."""

    code = "external_exists"


class NotDue(Refused):
    """The step is not due: its moment is given."""

    code = "not_due"
    at: datetime


class AtCapacity(Refused):
    """A bound is reached; nothing was changed."""

    code = "at_capacity"
    bound: Bound


class NewerRefusal(Refused):
    """A refusal that this library does not know yet."""
