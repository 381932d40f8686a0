# Written by `cargo run -p tacos-generator` from the engine's description of itself: do not edit.
"""Commands and settings into bytes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ._bytes import duration, expect, flag, int32, int64, many, maybe, maybe_many, moment, octets, text, writer_of
from ._forms import put_durability, put_payee, put_section, put_reservation_ref, put_seat_request
from .commands import (
    CreateEvent,
    UpdateEvent,
    SetSale,
    BlockSeats,
    SetQueuePolicy,
    PauseQueue,
    DrawRoom,
    JoinQueue,
    LeaveQueue,
    RequestAdmission,
    Reserve,
    Confirm,
    Release,
    Extend,
    Expire,
    CreatePayment,
    ProcessPayment,
    CancelPayment,
    ReportPayment,
    ReportWebhook,
    ReplayWebhook,
    Note,
    ReadReservation,
    ReadReservations,
    ReadPayment,
    ReadPayments,
)
from .options import Options
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
)
from .values import Command

put_sale_state = writer_of(SaleState)
put_payment_method = writer_of(PaymentMethod)
put_scenario = writer_of(Scenario)
put_seat_state = writer_of(SeatState)
put_reservation_state = writer_of(ReservationState)
put_payment_state = writer_of(PaymentState)
put_payment_effect = writer_of(PaymentEffect)
put_queue_state = writer_of(QueueState)
put_bound = writer_of(Bound)


def put_event_settings(out: bytearray, of: EventSettings, name: str) -> None:
    expect(EventSettings, of, name)
    text(out, of.name, "name")
    text(out, of.currency, "currency")
    int32(out, of.seats_per_reservation_max, "seats_per_reservation_max")
    maybe(out, int32, of.seats_per_user_max, "seats_per_user_max")
    duration(out, of.hold, "hold")
    duration(out, of.hold_max, "hold_max")
    duration(out, of.extension_max, "extension_max")
    int32(out, of.extensions_max, "extensions_max")
    maybe(out, moment, of.sale_starts, "sale_starts")
    maybe(out, moment, of.sale_ends, "sale_ends")


def put_queue_policy(out: bytearray, of: QueuePolicy, name: str) -> None:
    expect(QueuePolicy, of, name)
    flag(out, of.enabled, "enabled")
    int32(out, of.admissions_per_minute, "admissions_per_minute")
    int32(out, of.burst, "burst")
    int32(out, of.inside_max, "inside_max")
    int32(out, of.waiting_max, "waiting_max")
    duration(out, of.claim_window, "claim_window")
    duration(out, of.token_ttl, "token_ttl")
    duration(out, of.inactivity, "inactivity")
    flag(out, of.one_place_per_user, "one_place_per_user")
    maybe(out, put_presale_room, of.room, "room")


def put_presale_room(out: bytearray, of: PresaleRoom, name: str) -> None:
    expect(PresaleRoom, of, name)
    moment(out, of.opens_at, "opens_at")
    moment(out, of.draws_at, "draws_at")


def _create_event(out: bytearray, of: CreateEvent) -> None:
    out.append(1)
    text(out, of.event, "event")
    put_event_settings(out, of.settings, "settings")
    many(out, put_section, of.sections, "sections")
    maybe(out, put_queue_policy, of.queue, "queue")
    maybe(out, text, of.key, "key")


def _update_event(out: bytearray, of: UpdateEvent) -> None:
    out.append(2)
    text(out, of.event, "event")
    put_event_settings(out, of.settings, "settings")
    maybe(out, text, of.key, "key")


def _set_sale(out: bytearray, of: SetSale) -> None:
    out.append(3)
    text(out, of.event, "event")
    put_sale_state(out, of.state, "state")
    maybe(out, text, of.key, "key")


def _block_seats(out: bytearray, of: BlockSeats) -> None:
    out.append(4)
    text(out, of.event, "event")
    many(out, text, of.seats, "seats")
    flag(out, of.block, "block")
    maybe(out, text, of.key, "key")


def _set_queue_policy(out: bytearray, of: SetQueuePolicy) -> None:
    out.append(5)
    text(out, of.event, "event")
    put_queue_policy(out, of.policy, "policy")
    maybe(out, text, of.key, "key")


def _pause_queue(out: bytearray, of: PauseQueue) -> None:
    out.append(6)
    text(out, of.event, "event")
    flag(out, of.paused, "paused")
    maybe(out, text, of.key, "key")


def _draw_room(out: bytearray, of: DrawRoom) -> None:
    out.append(7)
    text(out, of.event, "event")
    maybe(out, text, of.key, "key")


def _join_queue(out: bytearray, of: JoinQueue) -> None:
    out.append(8)
    text(out, of.event, "event")
    maybe(out, text, of.session, "session")
    maybe(out, text, of.user, "user")


def _leave_queue(out: bytearray, of: LeaveQueue) -> None:
    out.append(9)
    text(out, of.token, "token")


def _request_admission(out: bytearray, of: RequestAdmission) -> None:
    out.append(14)
    text(out, of.token, "token")
    maybe(out, text, of.event, "event")
    maybe(out, text, of.user, "user")


def _reserve(out: bytearray, of: Reserve) -> None:
    out.append(10)
    text(out, of.event, "event")
    text(out, of.user, "user")
    put_seat_request(out, of.want, "want")
    maybe(out, text, of.token, "token")
    flag(out, of.trusted, "trusted")
    maybe(out, text, of.external, "external")
    maybe(out, moment, of.hold_until, "hold_until")
    maybe(out, text, of.key, "key")


def _confirm(out: bytearray, of: Confirm) -> None:
    out.append(11)
    put_reservation_ref(out, of.which, "which")
    maybe(out, text, of.user, "user")
    maybe(out, text, of.payment, "payment")
    maybe_many(out, text, of.exactly, "exactly")
    maybe(out, int64, of.total_minor, "total_minor")
    maybe(out, text, of.key, "key")


def _release(out: bytearray, of: Release) -> None:
    out.append(12)
    put_reservation_ref(out, of.which, "which")
    maybe(out, text, of.user, "user")
    many(out, text, of.seats, "seats")
    maybe(out, text, of.key, "key")


def _extend(out: bytearray, of: Extend) -> None:
    out.append(13)
    put_reservation_ref(out, of.which, "which")
    maybe(out, text, of.user, "user")
    duration(out, of.by, "by")
    maybe(out, moment, of.expires_at, "expires_at")
    maybe(out, text, of.key, "key")


def _expire(out: bytearray, of: Expire) -> None:
    out.append(15)
    put_reservation_ref(out, of.which, "which")


def _create_payment(out: bytearray, of: CreatePayment) -> None:
    out.append(20)
    put_payee(out, of.payee, "payee")
    text(out, of.user, "user")
    int64(out, of.amount_minor, "amount_minor")
    text(out, of.currency, "currency")
    put_payment_method(out, of.method, "method")
    put_scenario(out, of.scenario, "scenario")
    maybe(out, text, of.webhook_url, "webhook_url")
    octets(out, of.attachment, "attachment")
    maybe(out, text, of.key, "key")


def _process_payment(out: bytearray, of: ProcessPayment) -> None:
    out.append(21)
    text(out, of.payment, "payment")
    maybe(out, text, of.user, "user")
    maybe(out, text, of.key, "key")


def _cancel_payment(out: bytearray, of: CancelPayment) -> None:
    out.append(22)
    text(out, of.payment, "payment")
    maybe(out, text, of.user, "user")
    maybe(out, int64, of.refund_minor, "refund_minor")
    maybe(out, text, of.key, "key")


def _report_payment(out: bytearray, of: ReportPayment) -> None:
    out.append(23)
    text(out, of.payment, "payment")
    flag(out, of.completed, "completed")
    maybe(out, text, of.key, "key")


def _report_webhook(out: bytearray, of: ReportWebhook) -> None:
    out.append(24)
    text(out, of.webhook, "webhook")
    flag(out, of.delivered, "delivered")


def _replay_webhook(out: bytearray, of: ReplayWebhook) -> None:
    out.append(25)
    text(out, of.webhook, "webhook")


def _note(out: bytearray, of: Note) -> None:
    out.append(30)
    text(out, of.name, "name")
    maybe(out, octets, of.value, "value")
    maybe(out, text, of.key, "key")


def _read_reservation(out: bytearray, of: ReadReservation) -> None:
    out.append(200)
    put_reservation_ref(out, of.which, "which")
    maybe(out, text, of.user, "user")


def _read_reservations(out: bytearray, of: ReadReservations) -> None:
    out.append(201)
    text(out, of.user, "user")
    maybe(out, put_reservation_state, of.state, "state")
    maybe(out, text, of.event, "event")
    maybe(out, octets, of.after, "after")
    int32(out, of.most, "most")


def _read_payment(out: bytearray, of: ReadPayment) -> None:
    out.append(202)
    text(out, of.payment, "payment")
    maybe(out, text, of.user, "user")


def _read_payments(out: bytearray, of: ReadPayments) -> None:
    out.append(203)
    text(out, of.user, "user")
    maybe(out, put_payment_state, of.state, "state")
    maybe(out, text, of.reservation, "reservation")
    maybe(out, octets, of.after, "after")
    int32(out, of.most, "most")


_COMMANDS: dict[type[Command[Any]], Callable[[bytearray, Any], None]] = {
    CreateEvent: _create_event,
    UpdateEvent: _update_event,
    SetSale: _set_sale,
    BlockSeats: _block_seats,
    SetQueuePolicy: _set_queue_policy,
    PauseQueue: _pause_queue,
    DrawRoom: _draw_room,
    JoinQueue: _join_queue,
    LeaveQueue: _leave_queue,
    RequestAdmission: _request_admission,
    Reserve: _reserve,
    Confirm: _confirm,
    Release: _release,
    Extend: _extend,
    Expire: _expire,
    CreatePayment: _create_payment,
    ProcessPayment: _process_payment,
    CancelPayment: _cancel_payment,
    ReportPayment: _report_payment,
    ReportWebhook: _report_webhook,
    ReplayWebhook: _replay_webhook,
    Note: _note,
    ReadReservation: _read_reservation,
    ReadReservations: _read_reservations,
    ReadPayment: _read_payment,
    ReadPayments: _read_payments,
}


def put_command(out: bytearray, command: Command[Any]) -> None:
    put = _COMMANDS.get(type(command))
    if put is None:
        raise TypeError(f"not a command of an engine: {command!r}")
    put(out, command)


def put_options(out: bytearray, options: Options) -> None:
    expect(Options, options, "options")
    put_durability(out, options.durability, "durability")
    maybe(out, moment, options.time_by_hand_from, "time_by_hand_from")
    flag(out, options.idempotency_required, "idempotency_required")
    maybe(out, duration, options.idempotency_ttl, "idempotency_ttl")
    maybe(out, int32, options.idempotency_keys_max, "idempotency_keys_max")
    maybe(out, int32, options.reservations_max, "reservations_max")
    maybe(out, int32, options.payments_max, "payments_max")
    maybe(out, int32, options.webhooks_max, "webhooks_max")
    maybe(out, int32, options.notes_max, "notes_max")
    maybe(out, duration, options.retention, "retention")
    maybe(out, duration, options.expiry_warning, "expiry_warning")
    maybe(out, int32, options.admissions_per_second_max, "admissions_per_second_max")
    flag(out, options.refund_late_payments, "refund_late_payments")
    flag(out, options.payment_amount_must_match, "payment_amount_must_match")
    maybe(out, duration, options.payment_ttl, "payment_ttl")
    maybe(out, int32, options.payment_time_permille, "payment_time_permille")
    maybe(out, int32, options.webhook_retries_max, "webhook_retries_max")
    maybe(out, int64, options.log_buffer_bytes, "log_buffer_bytes")
    maybe(out, int64, options.update_history_bytes, "update_history_bytes")
    maybe(out, int64, options.segment_bytes, "segment_bytes")
    maybe(out, int64, options.snapshot_every_bytes, "snapshot_every_bytes")
    maybe(out, int64, options.fixed_entropy, "fixed_entropy")
    flag(out, options.cut_at_damage, "cut_at_damage")
    int32(out, options.in_flight_max, "in_flight_max")


# Reads that wait for nothing, by their numbers.
READ_EVENT = 0
READ_EVENTS = 1
READ_SECTIONS = 2
READ_COUNTS = 3
READ_SEATS = 4
READ_SEATS_NAMED = 5
READ_FREE_SEATS = 6
READ_QUEUE_PLACE = 7
READ_TOKEN_EVENT = 8
READ_QUEUE = 9
READ_QUEUE_POLICY = 10
READ_DRAW = 11
READ_DUE_WEBHOOKS = 12
READ_DEAD_WEBHOOKS = 13
READ_NOTE = 14
READ_NOTES = 15
READ_POSITION = 16
READ_STATUS = 17
READ_EVENT_SNAPSHOT = 18
READ_FREE_SEAT_BIT = 19
READ_NOW = 20
READ_DIGEST = 21
READ_PREPARE_EVENT = 22
READ_PREPARE_SEAT = 23
READ_PREPARE_USER = 24
