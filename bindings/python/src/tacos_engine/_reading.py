# Written by `cargo run -p tacos-generator` from the engine's description of itself: do not edit.
"""Answers, refusals and updates out of bytes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from . import updates
from ._bytes import Reader, reader_of
from .errors import Refused
from .refusals import (
    Problem,
    Invalid,
    IdempotencyRequired,
    IdempotencyConflict,
    UnknownEvent,
    EventExists,
    UnknownSeats,
    UnknownSection,
    UnknownReservation,
    UnknownPayment,
    UnknownWebhook,
    UnknownToken,
    TokenExpired,
    SaleNotOpen,
    AlreadyWaiting,
    LeftLine,
    NoWaitingLine,
    NotYet,
    AdmissionPaused,
    SeatsTaken,
    Insufficient,
    NotAdjacent,
    QuotaExceeded,
    Forbidden,
    ReservationExpired,
    ReservationIs,
    PaymentIs,
    PaymentNotApproved,
    PaymentExists,
    ExtensionRefused,
    RefundTooLarge,
    SeatsDiffer,
    ExternalExists,
    NotDue,
    AtCapacity,
    NewerRefusal,
)
from .results import EventChanged, Reserved, Extended, Released, Confirmed, PaymentChanged, Joined, Admitted, Done
from .settings import EventSettings, QueuePolicy, PresaleRoom
from .states import (
    SaleState,
    PaymentMethod,
    Scenario,
    SeatState,
    ReservationState,
    PaymentState,
    PaymentEffect,
    QueueState,
    Bound,
    PaymentDoubt,
    ExtensionDoubt,
)
from .updates import PlaceChange, ReservationChange, Update, UpdateKind
from .values import Page
from .views import (
    Place,
    Seat,
    Counts,
    SectionView,
    Event,
    Reservation,
    Payment,
    QueuePlace,
    QueueFigures,
    Draw,
    Webhook,
    Status,
)

read_sale_state = reader_of(SaleState)
read_payment_method = reader_of(PaymentMethod)
read_scenario = reader_of(Scenario)
read_seat_state = reader_of(SeatState)
read_reservation_state = reader_of(ReservationState)
read_payment_state = reader_of(PaymentState)
read_payment_effect = reader_of(PaymentEffect)
read_queue_state = reader_of(QueueState)
read_bound = reader_of(Bound)
read_payment_doubt = reader_of(PaymentDoubt)
read_extension_doubt = reader_of(ExtensionDoubt)


def read_event_settings(of: Reader) -> EventSettings:
    return EventSettings(
        name=of.text(),
        currency=of.text(),
        seats_per_reservation_max=of.int32(),
        seats_per_user_max=of.maybe(Reader.int32),
        hold=of.duration(),
        hold_max=of.duration(),
        extension_max=of.duration(),
        extensions_max=of.int32(),
        sale_starts=of.maybe(Reader.moment),
        sale_ends=of.maybe(Reader.moment),
    )


def read_queue_policy(of: Reader) -> QueuePolicy:
    return QueuePolicy(
        enabled=of.flag(),
        admissions_per_minute=of.int32(),
        burst=of.int32(),
        inside_max=of.int32(),
        waiting_max=of.int32(),
        claim_window=of.duration(),
        token_ttl=of.duration(),
        inactivity=of.duration(),
        one_place_per_user=of.flag(),
        room=of.maybe(read_presale_room),
    )


def read_presale_room(of: Reader) -> PresaleRoom:
    return PresaleRoom(
        opens_at=of.moment(),
        draws_at=of.moment(),
    )


def read_counts(of: Reader) -> Counts:
    return Counts(
        available=of.int32(),
        reserved=of.int32(),
        sold=of.int32(),
        blocked=of.int32(),
        total=of.int32(),
    )


def read_place(of: Reader) -> Place:
    return Place(
        id=of.text(),
        section=of.text(),
        row=of.text(),
        number=of.text(),
        price_minor=of.int64(),
        count=of.int32(),
    )


def read_seat(of: Reader) -> Seat:
    return Seat(
        place=read_place(of),
        state=read_seat_state(of),
    )


def read_section_view(of: Reader) -> SectionView:
    return SectionView(
        name=of.text(),
        standing=of.flag(),
        counts=read_counts(of),
        price_min_minor=of.int64(),
        price_max_minor=of.int64(),
    )


def read_event(of: Reader) -> Event:
    return Event(
        id=of.text(),
        settings=read_event_settings(of),
        sale=read_sale_state(of),
        counts=read_counts(of),
        has_queue=of.flag(),
    )


def read_reservation(of: Reader) -> Reservation:
    return Reservation(
        id=of.text(),
        hold=of.text(),
        order=of.maybe(Reader.text),
        external=of.maybe(Reader.text),
        event=of.text(),
        user=of.text(),
        state=read_reservation_state(of),
        places=of.many(read_place),
        total_minor=of.int64(),
        currency=of.text(),
        created_at=of.moment(),
        changed_at=of.moment(),
        expires_at=of.moment(),
        extensions=of.int32(),
        payment=of.maybe(Reader.text),
    )


def read_payment(of: Reader) -> Payment:
    return Payment(
        id=of.text(),
        state=read_payment_state(of),
        reservation=of.maybe(Reader.text),
        unlinked=of.maybe(Reader.text),
        user=of.text(),
        amount_minor=of.int64(),
        currency=of.text(),
        refunded_minor=of.int64(),
        refunds=of.int32(),
        method=read_payment_method(of),
        scenario=read_scenario(of),
        effect=read_payment_effect(of),
        created_at=of.moment(),
        changed_at=of.moment(),
        processed_at=of.maybe(Reader.moment),
        expires_at=of.moment(),
        webhook_url=of.maybe(Reader.text),
        attachment=of.octets(),
    )


def read_queue_place(of: Reader) -> QueuePlace:
    return QueuePlace(
        state=read_queue_state(of),
        position=of.int32(),
        eta=of.maybe(Reader.duration),
        expires_at=of.maybe(Reader.moment),
    )


def read_queue_figures(of: Reader) -> QueueFigures:
    return QueueFigures(
        waiting=of.int32(),
        ready=of.int32(),
        inside=of.int32(),
        admitted_total=of.int64(),
        expired_total=of.int64(),
        left_total=of.int64(),
        admitted_per_minute=of.int32(),
        average_wait=of.duration(),
        paused=of.flag(),
    )


def read_draw(of: Reader) -> Draw:
    return Draw(
        commitment=of.octets(),
        seed=of.maybe(Reader.octets),
    )


def read_webhook(of: Reader) -> Webhook:
    return Webhook(
        id=of.text(),
        payment=of.text(),
        tells=read_payment_state(of),
        created_at=of.moment(),
        attempts=of.int32(),
        next_at=of.maybe(Reader.moment),
        order=of.int64(),
    )


def read_status(of: Reader) -> Status:
    return Status(
        written=of.int64(),
        durable=of.int64(),
        snapshot=of.int64(),
        poisoned=of.maybe(Reader.text),
        disk_full=of.flag(),
        events=of.int32(),
        reservation_slots=of.int32(),
        payment_slots=of.int32(),
        users=of.int64(),
        idempotency_keys=of.int64(),
        webhooks_waiting=of.int64(),
        webhooks_dead=of.int64(),
        timers=of.int64(),
        commands=of.int64(),
        refusals=of.int64(),
        groups=of.int64(),
        fired=of.int64(),
        memory_bytes=of.int64(),
    )


def read_event_changed(of: Reader) -> EventChanged:
    return EventChanged(
        at=of.moment(),
    )


def read_reserved(of: Reader) -> Reserved:
    return Reserved(
        id=of.text(),
        hold=of.text(),
        event=of.text(),
        places=of.many(read_place),
        total_minor=of.int64(),
        expires_at=of.moment(),
    )


def read_extended(of: Reader) -> Extended:
    return Extended(
        id=of.text(),
        expires_at=of.moment(),
        extended_by_ms=of.int64(),
    )


def read_released(of: Reader) -> Released:
    return Released(
        id=of.text(),
        event=of.text(),
        state=read_reservation_state(of),
        places=of.many(read_place),
        at=of.moment(),
    )


def read_confirmed(of: Reader) -> Confirmed:
    return Confirmed(
        id=of.text(),
        order=of.text(),
        event=of.text(),
        places=of.many(read_place),
        total_minor=of.int64(),
        at=of.moment(),
    )


def read_payment_changed(of: Reader) -> PaymentChanged:
    return PaymentChanged(
        id=of.text(),
        transaction=of.text(),
        state=read_payment_state(of),
        at=of.moment(),
        expires_at=of.moment(),
        refunded_minor=of.int64(),
        refund_number=of.int32(),
        effect=read_payment_effect(of),
    )


def read_joined(of: Reader) -> Joined:
    return Joined(
        token=of.text(),
        place=read_queue_place(of),
        again=of.flag(),
    )


def read_admitted(of: Reader) -> Admitted:
    return Admitted(
        token=of.text(),
        valid_until=of.moment(),
    )


def read_done(of: Reader) -> Done:
    return Done(
        at=of.moment(),
    )


_ANSWERS: tuple[Callable[[Reader], Any], ...] = (
    read_event_changed,
    read_reserved,
    read_extended,
    read_released,
    read_confirmed,
    read_payment_changed,
    read_joined,
    read_admitted,
    read_done,
    read_reservation,
    lambda of: Page(of.many(read_reservation), of.maybe(Reader.octets)),
    read_payment,
    lambda of: Page(of.many(read_payment), of.maybe(Reader.octets)),
)


def read_answer(of: Reader) -> Any:
    """The value of an answer to a command."""
    return of.form(_ANSWERS, "answer")(of)


def read_problem(of: Reader) -> Problem:
    return Problem(
        field=of.text(),
        reason=of.text(),
        value=of.text(),
    )


def _payment_not_approved(of: Reader) -> dict[str, object]:
    doubt = read_payment_doubt(of)
    state = read_payment_state(of) if doubt is PaymentDoubt.UNFINISHED else None
    return {"doubt": doubt, "state": state}


def _extension_refused(of: Reader) -> dict[str, object]:
    doubt = read_extension_doubt(of)
    extension_max = of.duration() if doubt is ExtensionDoubt.TOO_LONG else None
    return {"doubt": doubt, "extension_max": extension_max}


_REFUSALS: tuple[tuple[type[Refused], Callable[[Reader], dict[str, object]] | None], ...] = (
    (Invalid, lambda of: {"problems": of.many(read_problem)}),
    (IdempotencyRequired, None),
    (IdempotencyConflict, None),
    (UnknownEvent, None),
    (EventExists, None),
    (UnknownSeats, lambda of: {"seats": of.many(Reader.text)}),
    (UnknownSection, lambda of: {"section": of.text()}),
    (UnknownReservation, None),
    (UnknownPayment, None),
    (UnknownWebhook, None),
    (UnknownToken, None),
    (TokenExpired, None),
    (SaleNotOpen, lambda of: {"state": read_sale_state(of)}),
    (AlreadyWaiting, None),
    (LeftLine, None),
    (NoWaitingLine, None),
    (NotYet, None),
    (AdmissionPaused, None),
    (SeatsTaken, lambda of: {"seats": of.many(Reader.text)}),
    (Insufficient, lambda of: {"wanted": of.int32(), "available": of.int32()}),
    (NotAdjacent, lambda of: {"wanted": of.int32()}),
    (QuotaExceeded, lambda of: {"seats_max": of.int32(), "seats": of.int32()}),
    (Forbidden, None),
    (ReservationExpired, None),
    (ReservationIs, lambda of: {"state": read_reservation_state(of)}),
    (PaymentIs, lambda of: {"state": read_payment_state(of)}),
    (PaymentNotApproved, _payment_not_approved),
    (PaymentExists, None),
    (ExtensionRefused, _extension_refused),
    (RefundTooLarge, lambda of: {"left_minor": of.int64()}),
    (SeatsDiffer, None),
    (ExternalExists, None),
    (NotDue, lambda of: {"at": of.moment()}),
    (AtCapacity, lambda of: {"bound": read_bound(of)}),
)


def read_refusal(of: Reader) -> Refused:
    """A refusal: its name for machines, its text for a person, what to do about it, what it is about."""
    code, message, transient = of.text(), of.text(), of.flag()
    retry_after = of.maybe(Reader.duration)
    number = of.tag()
    if number == 255:
        refused: Refused = NewerRefusal(message, transient=transient, retry_after=retry_after)
        refused.code = code
        return refused
    kind, values = of.form_numbered(number, _REFUSALS, "refusal")
    about = values(of) if values is not None else {}
    return kind(message, transient=transient, retry_after=retry_after, **about)


def read_place_change(of: Reader) -> PlaceChange:
    return PlaceChange(
        place=read_place(of),
        state=read_seat_state(of),
        version=of.int64(),
    )


def read_reservation_change(of: Reader) -> ReservationChange:
    return ReservationChange(
        id=of.text(),
        user=of.maybe(Reader.text),
        from_=of.maybe(read_reservation_state),
        state=read_reservation_state(of),
        expires_at=of.maybe(Reader.moment),
        places=of.many(read_place_change),
    )


_FACTS: tuple[Callable[[Reader], UpdateKind], ...] = (
    lambda of: updates.EventCreated(),
    lambda of: updates.EventChanged(),
    lambda of: updates.Sale(state=read_sale_state(of)),
    lambda of: updates.QueuePaused(paused=of.flag()),
    lambda of: updates.RoomDrawn(seed=of.octets()),
    lambda of: updates.Seats(places=of.many(read_place_change)),
    lambda of: updates.ReservationChanged(reservation=read_reservation_change(of)),
    lambda of: updates.HoldExpiring(id=of.text(), user=of.maybe(Reader.text), expires_at=of.moment()),
    lambda of: updates.PaymentChanged(
        id=of.text(),
        user=of.maybe(Reader.text),
        state=read_payment_state(of),
        effect=read_payment_effect(of),
        refunded_minor=of.int64(),
        reservation=of.maybe(read_reservation_change),
    ),
    lambda of: updates.WebhookChanged(id=of.text()),
    lambda of: updates.Joined(token=of.text()),
    lambda of: updates.Left(token=of.text()),
    lambda of: updates.Ready(tokens=of.many(Reader.text), until=of.moment()),
    lambda of: updates.Admitted(token=of.text(), reservation_token=of.text()),
    lambda of: updates.PlacesExpired(tokens=of.many(Reader.text)),
    lambda of: updates.NoteChanged(name=of.text()),
)


def read_update_kind(of: Reader) -> UpdateKind:
    number = of.tag()
    if number == 255:
        return updates.Newer()
    return of.form_numbered(number, _FACTS, "fact")(of)


def read_update(of: Reader) -> Update:
    return Update(
        position=of.int64(),
        at=of.moment(),
        event=of.maybe(Reader.text),
        what=read_update_kind(of),
    )

ENCODING = 6026662233030190066
"""Which description both ends of the border were written from."""
