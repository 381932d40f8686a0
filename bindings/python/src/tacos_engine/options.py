# Written by `cargo run -p tacos-generator` from the engine's description of itself: do not edit.
"""How an engine is opened."""

from __future__ import annotations

from dataclasses import KW_ONLY, dataclass
from datetime import datetime, timedelta

from .values import Durability, Synced

__all__ = [
    "Options",
]


@dataclass(frozen=True, slots=True)
class Options:
    """Settings of one engine. What is left out has the engine's own default, which is fit for production."""

    _: KW_ONLY
    durability: Durability = Synced()
    """What an acknowledgement promises."""
    time_by_hand_from: datetime | None = None
    """With a moment given here, time stands still there until `Engine.advance` moves it, and what is due happens only
    in `Engine.turn`: for tests and simulations.
    """
    idempotency_required: bool = False
    """Refuse writes that have no idempotency key. Default: false (the server's strict profile sets it)."""
    idempotency_ttl: timedelta | None = None
    """How long an answer is remembered for its idempotency key. Default: 5 minutes; 1 s to 24 h."""
    idempotency_keys_max: int | None = None
    """Idempotency keys remembered at once. Default: 4,194,304."""
    reservations_max: int | None = None
    """Reservations kept at once, remembered ones included. Default: 4,194,304."""
    payments_max: int | None = None
    """Payment intents kept at once, remembered ones included. Default: 1,048,576."""
    webhooks_max: int | None = None
    """Webhooks in the outbox, dead letters included. Default: 262,144."""
    notes_max: int | None = None
    """Durable notes of the embedding service. Default: 65,536."""
    retention: timedelta | None = None
    """How long ended reservations and payments that sold nothing can still be looked up. Default: 1 hour; at least the
    life of a payment intent.
    """
    expiry_warning: timedelta | None = None
    """A warning update goes out this long before a hold expires. Default: 10 s; zero turns it off."""
    admissions_per_second_max: int | None = None
    """Admissions a second over all waiting lines together. Default: 1,000."""
    refund_late_payments: bool = False
    """Pay money back that comes after its hold ended, even if the same seats are still free."""
    payment_amount_must_match: bool = True
    """A payment must be for exactly the reservation's total. Default: true (the compat profile turns it off)."""
    payment_ttl: timedelta | None = None
    """Life of a payment intent. Default: 15 minutes."""
    payment_time_permille: int | None = None
    """Simulated payments take this share of their usual time, in thousandths: 1,000 is real time, 1 makes tests fast. 1
    to 1,000,000.
    """
    webhook_retries_max: int | None = None
    """Attempts after the first for one webhook, then it is a dead letter. Default: 3."""
    log_buffer_bytes: int | None = None
    """Size of the buffer between callers and the disk, in bytes; rounded up to a power of two. Default: 16 MiB."""
    update_history_bytes: int | None = None
    """Recent updates kept in memory for readers, in bytes; rounded up to a power of two. Default: 16 MiB."""
    segment_bytes: int | None = None
    """Size of one journal file, in bytes. Default: 64 MiB."""
    snapshot_every_bytes: int | None = None
    """A snapshot is taken after this many bytes of journal. Default: 512 MiB; zero: only when asked for."""
    fixed_entropy: int | None = None
    """Fixed entropy: makes issued ids and simulated outcomes reproducible. For simulations only; never in production.
    """
    cut_at_damage: bool = False
    """Cut a damaged journal at the damage and lose what comes after, instead of refusing to open it. What is cut is
    kept aside. For operators who have read the refusal.
    """
    in_flight_max: int = 65_536
    """Answers under way at once, 1 to 1,048,576. Beyond it a write waits for the disk before it returns to its thread.
    """

    def __post_init__(self) -> None:
        if not 1 <= self.in_flight_max <= 1 << 20:
            raise ValueError(f"in_flight_max is {self.in_flight_max}, but must be 1 to 1048576")
