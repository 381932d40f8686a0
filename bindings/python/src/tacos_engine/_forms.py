"""The bytes of values that are one of several forms, and of seat maps."""

from __future__ import annotations

from ._bytes import duration, expect, flag, int32, int64, many, maybe, text
from .values import (
    Best,
    Durability,
    External,
    General,
    Listed,
    Numbered,
    Payee,
    Relaxed,
    Row,
    Seated,
    SeatException,
    Section,
    Synced,
    Unlinked,
    SeatRequest,
    ReservationRef,
)


def put_seat_request(out: bytearray, want: SeatRequest, name: str) -> None:
    if isinstance(want, Best):
        out.append(1)
        int32(out, want.quantity, "quantity")
        maybe(out, text, want.section, "section")
        flag(out, want.allow_split, "allow_split")
        flag(out, want.accessible, "accessible")
    else:
        out.append(0)
        many(out, text, want, name)


def put_reservation_ref(out: bytearray, which: ReservationRef, name: str) -> None:
    if isinstance(which, External):
        out.append(1)
        text(out, which.id, "external")
    else:
        out.append(0)
        text(out, which, name)


def put_payee(out: bytearray, payee: Payee, name: str) -> None:
    if isinstance(payee, Unlinked):
        out.append(1)
        text(out, payee.id, "unlinked")
    else:
        out.append(0)
        put_reservation_ref(out, payee, name)


def put_durability(out: bytearray, durability: Durability, name: str) -> None:
    # An acknowledgement that does not wait for the disk says how often it is synced.
    if isinstance(durability, Relaxed):
        maybe(out, duration, durability.sync_every, "sync_every")
    else:
        expect(Synced, durability, name)
        out.append(0)


def put_section(out: bytearray, section: Section, name: str) -> None:
    if isinstance(section, General):
        out.append(1)
        text(out, section.name, "name")
        int32(out, section.capacity, "capacity")
        int64(out, section.price_minor, "price_minor")
    else:
        expect(Seated, section, name)
        out.append(0)
        text(out, section.name, "name")
        many(out, _put_row, section.rows, "rows")


def _put_row(out: bytearray, row: Row, name: str) -> None:
    expect(Row, row, name)
    text(out, row.label, "label")
    int64(out, row.price_minor, "price_minor")
    flag(out, row.accessible, "accessible")
    seats = row.seats
    if isinstance(seats, Listed):
        out.append(1)
        many(out, text, seats.labels, "labels")
    else:
        expect(Numbered, seats, "seats")
        out.append(0)
        text(out, seats.prefix, "prefix")
        int32(out, seats.first_number, "first_number")
        int32(out, seats.step, "step")
        int32(out, seats.digits_min, "digits_min")
        int32(out, seats.count, "count")
    many(out, int32, row.aisles_before, "aisles_before")
    many(out, _put_exception, row.exceptions, "exceptions")


def _put_exception(out: bytearray, exception: SeatException, name: str) -> None:
    expect(SeatException, exception, name)
    int32(out, exception.index, "index")
    maybe(out, int64, exception.price_minor, "price_minor")
    maybe(out, flag, exception.accessible, "accessible")
