"""Answers, refusals and updates as the fields that scenarios compare."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import Enum
from typing import Any

import tacos_engine as tacos
from arguments import moment, rows
from described import RECORDS, REFUSALS
from tacos_engine import updates
from wire import Answer

_MILLISECOND = timedelta(milliseconds=1)


def fields(value: object) -> dict[str, Any]:
    """A record's fields, by its rows."""
    out: dict[str, Any] = {}
    for name, way in rows(RECORDS[type(value)]):
        field, _, form = way.partition(":")
        name = name.partition(":")[0]
        found = getattr(value, field)
        if found is None:
            continue
        if name == ".":
            out |= fields(found)
        elif isinstance(found, tuple):
            out |= _places(found)
        else:
            out[name] = found.hex() if form == "hex" else said(found)
    return out


def said(value: Any) -> Any:
    match value:
        case datetime():
            return (value - moment(0)) // _MILLISECOND
        case timedelta():
            return value // _MILLISECOND
        case Enum():
            return value.value
        case bytes():
            return value.decode()
        case tuple():
            return [one.field if isinstance(one, tacos.Problem) else one for one in value]
    return value


def _names(places: Sequence[tacos.Place]) -> list[str]:
    """In the order of the seat map; standing places as their section with the count."""
    return [place.id if place.row else f"{place.id}*{place.count}" for place in places]


def _places(places: Sequence[tacos.Place]) -> dict[str, Any]:
    return {"seats": _names(places), "count": sum(place.count for place in places)}


def record(value: Any) -> Answer:
    """The answer to a command or a read of one record."""
    if isinstance(value, tacos.Page):
        return items(value.items, next=value.next.hex() if value.next is not None else None)
    return Answer("reply", **fields(value))


def items(values: Sequence[Any], **rest: Any) -> Answer:
    return Answer("reply", items=[fields(value) for value in values], **rest)


def refusal(why: tacos.Refused) -> Answer:
    carried = {name: said(getattr(why, field)) for name, field in rows(REFUSALS.get(type(why), ""))}
    return Answer("refused", code=why.code, **carried)


def update(one: tacos.Update) -> dict[str, Any]:
    """A fact, as all languages tell it."""
    shown = {name: said(value) for name, value in _fact(one.what).items()}
    return {**shown, "at_ms": said(one.at), "event": one.event}


def _changed(places: Sequence[tacos.PlaceChange]) -> dict[str, Any]:
    """Places that changed hands, and how they all stand now."""
    return {"seats": _names([one.place for one in places]), "seats_state": places[0].state} if places else {}


def _fact(what: updates.What) -> dict[str, Any]:
    match what:
        case updates.EventCreated():
            return {"kind": "event_created"}
        case updates.EventChanged():
            return {"kind": "event_changed"}
        case updates.Sale(state):
            return {"kind": "sale", "state": state}
        case updates.QueuePaused(paused):
            return {"kind": "queue_paused", "paused": paused}
        case updates.RoomDrawn(seed):
            return {"kind": "room_drawn", "id": seed.hex()}
        case updates.Seats(places):
            return {"kind": "seats", **_changed(places)}
        case updates.ReservationChanged(one):
            about = {"id": one.id, "user": one.user, "from": one.from_, "state": one.state}
            return {"kind": "reservation", **about, "expires_at_ms": one.expires_at, **_changed(one.places)}
        case updates.HoldExpiring(id, user, expires_at):
            return {"kind": "hold_expiring", "id": id, "user": user, "expires_at_ms": expires_at}
        case updates.PaymentChanged(id, user, state, effect, refunded_minor, reservation):
            payment = {"id": id, "user": user, "state": state, "effect": effect, "refunded_minor": refunded_minor}
            if reservation is None:
                return {"kind": "payment", **payment}
            of = {"reservation": reservation.id, "reservation_state": reservation.state}
            return {"kind": "payment", **payment, **of, **_changed(reservation.places)}
        case updates.WebhookChanged(id):
            return {"kind": "webhook", "id": id}
        case updates.Joined():
            return {"kind": "joined"}
        case updates.Left():
            return {"kind": "left"}
        case updates.Ready(tokens, until):
            return {"kind": "ready", "tickets": len(tokens), "until_ms": until}
        case updates.Admitted():
            return {"kind": "admitted"}
        case updates.PlacesExpired(tokens):
            return {"kind": "tickets_expired", "tickets": len(tokens)}
        case updates.NoteChanged(name):
            return {"kind": "note", "id": name}
        case updates.Newer():
            raise ValueError("an update that the face does not know")
