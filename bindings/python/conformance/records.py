"""Answers, refusals and updates as the fields that scenarios compare."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import Enum
from typing import Any

import tacos_engine as tacos
from arguments import moment, rows
from described import FACTS, RECORDS, REFUSALS
from wire import Answer

_MILLISECOND = timedelta(milliseconds=1)


def fields(value: object, text: str | None = None) -> dict[str, Any]:
    """A record's fields, by its rows."""
    out: dict[str, Any] = {}
    for name, way in rows(RECORDS[type(value)] if text is None else text):
        field, _, form = way.partition(":")
        name = name.partition(":")[0]
        found = getattr(value, field)
        if found is None:
            continue
        match form:
            case "hex":
                out[name] = found.hex()
            case "count":
                out[name] = len(found)
            case "of":
                out |= {name: found.id, f"{name}_state": said(found.state), **_changed(found.places)}
            case _ if name == ".":
                out |= _changed(found) if isinstance(found, tuple) else fields(found)
            case _:
                out |= _places(found) if isinstance(found, tuple) else {name: said(found)}
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


def _changed(places: Sequence[tacos.PlaceChange]) -> dict[str, Any]:
    """Places that changed hands, and how they all stand now."""
    seats = _names([one.place for one in places])
    return {"seats": seats, "seats_state": said(places[0].state)} if places else {}


def update(one: tacos.Update) -> dict[str, Any]:
    """A fact, as all languages tell it; one that the face does not know has no row."""
    kind, _, told = FACTS[type(one.what)].partition(" ")
    return {**fields(one.what, told), "kind": kind, "at_ms": said(one.at), "event": one.event}
