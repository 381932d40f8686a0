# Written by `cargo run -p tacos-generator` from the engine's description of itself: do not edit.
"""Words that say how things stand, and of which kind they are. Each value is the word that all languages have."""

from __future__ import annotations

from enum import Enum

__all__ = [
    "SaleState",
    "PaymentMethod",
    "Scenario",
    "SeatState",
    "ReservationState",
    "PaymentState",
    "PaymentEffect",
    "QueueState",
    "Bound",
    "PaymentDoubt",
    "ExtensionDoubt",
]


class SaleState(Enum):
    """Where a sale stands."""

    DRAFT = "draft"
    """Created; customers cannot buy yet."""

    OPEN = "open"
    """Being sold."""

    PAUSED = "paused"
    """Stopped for a while; holds that exist go on."""

    CLOSED = "closed"
    """Over."""


class PaymentMethod(Enum):
    """How the customer pays; recorded, not interpreted."""

    CREDIT_CARD = "credit_card"
    """Credit card."""

    DEBIT_CARD = "debit_card"
    """Debit card."""

    BANK_TRANSFER = "bank_transfer"
    """Bank transfer."""

    MOBILE_PAY = "mobile_pay"
    """Mobile pay."""

    DIGITAL_WALLET = "digital_wallet"
    """Digital wallet."""


class Scenario(Enum):
    """What the simulated processor does. Times are those of real time; see `Options.payment_time_permille`."""

    APPROVE = "approve"
    """Succeeds after 2 to 5 s."""

    FAIL = "fail"
    """Fails after 1 to 3 s."""

    DELAY = "delay"
    """Succeeds after 10 to 30 s."""

    RANDOM = "random"
    """Seven of ten succeed, after 2 to 7 s."""

    TIMEOUT = "timeout"
    """Never answers: the intent expires."""

    OUTSIDE = "outside"
    """Nothing happens by itself: an outside processor reports by `ReportPayment`."""


class SeatState(Enum):
    """How one seat stands."""

    AVAILABLE = "available"
    """Can be had."""

    RESERVED = "reserved"
    """Held by a customer."""

    SOLD = "sold"
    """Sold."""

    BLOCKED = "blocked"
    """Off sale."""


class ReservationState(Enum):
    """Where a reservation stands. Every move is one of: Pending to Confirmed, Cancelled, Expired or Failed; Confirmed
    to Refunded; Expired to Confirmed (a late payment whose seats were still free).
    """

    PENDING = "pending"
    """Seats are held until the deadline."""

    CONFIRMED = "confirmed"
    """Paid: the seats are sold."""

    CANCELLED = "cancelled"
    """Given back by the customer or the service."""

    EXPIRED = "expired"
    """The hold's time ran out."""

    FAILED = "failed"
    """The payment failed."""

    REFUNDED = "refunded"
    """Paid back in full; the seats are on sale again."""


class PaymentState(Enum):
    """Where a payment intent stands."""

    PENDING = "pending"
    """Created, processing has not begun."""

    PROCESSING = "processing"
    """Outcome and moment are decided and durable; the moment has not come."""

    COMPLETED = "completed"
    """Money taken."""

    FAILED = "failed"
    """Refused by the simulated processor."""

    CANCELLED = "cancelled"
    """Called off before it completed."""

    EXPIRED = "expired"
    """No outcome within the intent's life."""

    REFUNDED = "refunded"
    """Paid back in full."""


class PaymentEffect(Enum):
    """What a payment did to its reservation."""

    NONE = "none"
    """Nothing: there is none, or the outcome says nothing about it."""

    CONFIRMED = "confirmed"
    """It confirmed the reservation."""

    RETAKEN = "retaken"
    """It came after the hold expired, the same seats were still free, and they are sold."""

    PAID_BACK = "paid_back"
    """It came too late: the money was paid back."""

    RELEASED = "released"
    """It gave the seats back."""


class QueueState(Enum):
    """How a place in the line stands."""

    IN_ROOM = "in_room"
    """In the pre-sale room: the order is not drawn yet."""

    WAITING = "waiting"
    """Waiting."""

    READY = "ready"
    """It is this person's turn, until the claim window closes."""

    ADMITTED = "admitted"
    """Let in, with a token that is still good."""

    USED = "used"
    """Let in, and the token was used for an order."""

    LEFT = "left"
    """Given up."""

    EXPIRED = "expired"
    """Its time ran out."""


class Bound(Enum):
    """Which bound was reached."""

    EVENTS = "events"
    """Events of this engine."""

    RESERVATIONS = "reservations"
    """Live and remembered reservations."""

    PAYMENTS = "payments"
    """Live and remembered payment intents."""

    WEBHOOKS = "webhooks"
    """Webhooks in the outbox."""

    IDEMPOTENCY_KEYS = "idempotency_keys"
    """Remembered idempotency keys."""

    WAITING_LINE = "waiting_line"
    """People in this waiting line."""

    NOTES = "notes"
    """Durable notes of the embedding service."""

    LOG_BUFFER = "log_buffer"
    """Bytes between the callers and the disk: the disk cannot keep up. Try again shortly."""

    DISK_SPACE = "disk_space"
    """Room on the disk. Reads go on; writes resume when space returns."""


class PaymentDoubt(Enum):
    """Why a payment does not confirm a reservation."""

    UNKNOWN = "unknown"
    """There is no such intent."""

    FOREIGN = "foreign"
    """It belongs to another reservation or user."""

    UNFINISHED = "unfinished"
    """It is not completed."""

    AMOUNT_DIFFERS = "amount_differs"
    """Amount or currency differ from the reservation's."""


class ExtensionDoubt(Enum):
    """Why a hold is not extended."""

    ALREADY_EXTENDED = "already_extended"
    """It was extended as often as the event allows."""

    TOO_LONG = "too_long"
    """One extension may add at most so many milliseconds."""

    PAST_MAXIMUM = "past_maximum"
    """The hold would last longer than the event allows."""
