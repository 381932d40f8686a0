"""Arguments of a scenario as values of Python; what cannot be said is raised with its name."""

from __future__ import annotations

import dataclasses
import functools
import typing
from collections.abc import Sequence
from datetime import datetime, timedelta, UTC
from enum import Enum
from typing import Any, get_args, get_origin, get_type_hints

import tacos_engine as tacos
from described import COMMANDS, RECORDS

# Where every scenario's clock begins, and its times count from.
START = 1_800_000_000_000
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class IllFormed(Exception):
    """An argument that cannot be what it should be."""

    def __init__(self, field: str) -> None:
        super().__init__(field)
        self.field = field


def moment(ms: int) -> datetime:
    """A moment that scenarios count from their beginning."""
    return _EPOCH + timedelta(milliseconds=START + ms)


def rows(text: str) -> list[tuple[str, str]]:
    """Rows of `described`: names of scenarios, and those of fields."""
    pairs = (row.partition("=") for row in text.split())
    return [(name, field or name) for name, _, field in pairs]


@functools.cache
def _kinds(of: type) -> dict[str, Any]:
    return get_type_hints(of)


class Arguments:
    def __init__(self, fields: dict[str, Any]) -> None:
        self._fields = fields

    def __contains__(self, name: str) -> bool:
        return name in self._fields

    def get(self, name: str, usual: Any = None) -> Any:
        return self._fields.get(name, usual)

    def text(self, name: str) -> str:
        text: str = self._fields[name]
        return text

    def int(self, name: str) -> int:
        number: int = self._fields[name]
        return number

    def record(self, name: str) -> Arguments:
        return Arguments(self.get(name, {}))

    def records(self, name: str) -> list[Arguments]:
        return [Arguments(entry) for entry in self.get(name, [])]

    def command(self, operation: str) -> tacos.Command[Any] | None:
        """The command of an operation; none if it is none."""
        known = COMMANDS.get(operation)
        if known is None:
            return None
        kind, text = known
        if "seats" in self and "quantity" in self:
            raise IllFormed("quantity")
        made = self.filled(kind, {"value": None} if operation == "note" else {}, text)
        assert isinstance(made, tacos.Command)
        return made

    def filled(self, kind: type, given: dict[str, Any], text: str | None = None) -> Any:
        """A record made of these arguments; what is not given has its usual value."""
        needed = {one.name for one in dataclasses.fields(kind) if one.default is dataclasses.MISSING}
        for name, field in rows(RECORDS[kind] if text is None else text):
            value = self._value(name, _kinds(kind)[field])
            if value is not None:
                given[field] = value
            elif field in needed - given.keys():
                raise IllFormed(name)
        return kind(**given)

    def _value(self, name: str, kind: Any) -> Any:
        """The value of a field of this type; none if it is not given."""
        if name == ".":
            return self._own(kind)
        if name not in self:
            return None
        value = self._fields[name]
        kinds = [one for one in (get_args(kind) if _is_union(kind) else (kind,)) if one is not type(None)]
        match kinds:
            case [one] if isinstance(one, type) and issubclass(one, Enum):
                try:
                    return one(value)
                except ValueError:
                    raise IllFormed(name) from None
            case [one] if one is datetime:
                return moment(value)
            case [one] if one is timedelta:
                return timedelta(milliseconds=value)
            case [one] if one is bool and isinstance(value, str):
                return value in ("completed", "refund")
            case [one] if one is bytes:
                return self._bytes(name, value)
            case [one] if one in _RECORDS:
                return Arguments(value).filled(one, {})
            case [one] if get_origin(one) is not None and name == "places":
                return self._sections()
        return value

    def _bytes(self, name: str, value: str) -> bytes:
        # A cursor.
        if name != "after":
            return value.encode()
        try:
            return bytes.fromhex(value)
        except ValueError:
            raise IllFormed(name) from None

    def _own(self, kind: Any) -> Any:
        """A record, or one of several forms, whose fields are the operation's own."""
        if kind == tacos.SeatRequest:
            return self._want()
        if kind == tacos.ReservationRef or kind == tacos.Payee:
            return tacos.Unlinked(self.text("unlinked")) if "unlinked" in self else self._which()
        if _is_union(kind):
            kind = next(one for one in get_args(kind) if one is not type(None))
            given = [name in self for name, _ in rows(RECORDS[kind])]
            if not any(given):
                return None
        if kind is tacos.EventSettings and "name" not in self:
            return self.filled(kind, {"name": ""})
        return self.filled(kind, {})

    def _want(self) -> tacos.SeatRequest:
        if "seats" in self:
            seats: Sequence[str] = self.get("seats")
            return seats
        if "quantity" not in self:
            raise IllFormed("quantity")
        best = {name: self.get(name) for name in ("section", "allow_split", "accessible") if name in self}
        return tacos.Best(self.int("quantity"), **best)

    def _which(self) -> tacos.ReservationRef:
        if ("id" in self) == ("external" in self):
            raise IllFormed("id")
        return self.text("id") if "id" in self else tacos.External(self.text("external"))

    def _sections(self) -> list[tacos.Section]:
        """Sections of places: rows that follow each other under one name are one section."""
        sections: list[tacos.Section] = []
        for place in self.records("places"):
            name = place.text("section")
            if "capacity" in place:
                price = place.int("price_minor")
                sections.append(tacos.General(name, place.int("capacity"), price_minor=price))
            elif sections and isinstance(last := sections[-1], tacos.Seated) and last.name == name:
                sections[-1] = tacos.Seated(name, [*last.rows, place._row()])
            else:
                sections.append(tacos.Seated(name, [place._row()]))
        return sections

    def _row(self) -> tacos.Row:
        numbered = {"first_number": "first", "step": "step", "digits_min": "digits_min"}
        given = {field: self.int(name) for field, name in numbered.items() if name in self}
        seats: tacos.RowSeats
        if "labels" in self:
            seats = tacos.Listed(self.get("labels"))
        else:
            seats = tacos.Numbered(self.get("prefix", ""), self.get("count", 0), **given)
        exceptions = [tacos.SeatException(at, accessible=True) for at in self.get("accessible_at", [])]
        return tacos.Row(
            self.get("row", ""),
            seats,
            price_minor=self.int("price_minor"),
            accessible=self.get("accessible", False),
            aisles_before=self.get("aisles_before", []),
            exceptions=exceptions,
        )


_RECORDS = frozenset(RECORDS)


def _is_union(kind: Any) -> bool:
    return get_origin(kind) in (typing.Union, type(int | str))
