"""
The bytes of what crosses the border: numbers are big-endian, texts and lists have their length ahead, and a byte says
whether an optional value is there. `bindings/uniffi/src/codec` has the other end.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta, UTC
from enum import Enum
from typing import NoReturn, TypeVar

from .errors import EngineBugError

T = TypeVar("T")
E = TypeVar("E", bound=Enum)
# What writes one value; the name is that of the argument, for messages.
Put = Callable[[bytearray, T, str], None]

INT32_MAX = 2**31 - 1
_INT32 = struct.Struct(">i")
_INT64 = struct.Struct(">q")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_LAST = datetime.max.replace(tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)
_LONGEST = timedelta.max // _MILLISECOND
_LAST_MS = (_LAST - _EPOCH) // _MILLISECOND


def expect(kind: type[T], value: object, name: str) -> T:
    """The value, if it is of this kind."""
    if isinstance(value, kind):
        return value
    raise TypeError(f"{name} must be a {kind.__name__}, not {value!r}")


def flag(out: bytearray, value: bool, name: str) -> None:
    out.append(1 if expect(bool, value, name) else 0)


def _number(out: bytearray, value: int, name: str, form: struct.Struct) -> None:
    # What says yes or no is a number for Python.
    if isinstance(value, bool) or not isinstance(value, int):
        raise TypeError(f"{name} must be a whole number, not {value!r}")
    try:
        out += form.pack(value)
    except struct.error:
        raise ValueError(f"{name} must fit in {form.size * 8} bits with a sign, not {value}") from None


def int32(out: bytearray, value: int, name: str) -> None:
    _number(out, value, name, _INT32)


def int64(out: bytearray, value: int, name: str) -> None:
    _number(out, value, name, _INT64)


def text(out: bytearray, value: str, name: str) -> None:
    if not isinstance(value, str):
        raise TypeError(f"{name} must be a text, not {value!r}")
    try:
        encoded = value.encode()
    except UnicodeEncodeError as why:
        raise ValueError(f"{name} has half of a surrogate pair and is no text") from why
    out += _INT32.pack(len(encoded))
    out += encoded


def octets(out: bytearray, value: bytes, name: str) -> None:
    if not isinstance(value, (bytes, bytearray, memoryview)):
        raise TypeError(f"{name} must be bytes, not {value!r}")
    value = bytes(value)
    out += _INT32.pack(len(value))
    out += value


def moment(out: bytearray, value: datetime, name: str) -> None:
    if expect(datetime, value, name).tzinfo is None:
        raise ValueError(f"{name} must say its time zone: {value!r} does not")
    out += _INT64.pack((value - _EPOCH) // _MILLISECOND)


def duration(out: bytearray, value: timedelta, name: str) -> None:
    out += _INT64.pack(expect(timedelta, value, name) // _MILLISECOND)


def maybe(out: bytearray, put: Put[T], value: T | None, name: str) -> None:
    if value is None:
        out.append(0)
    else:
        out.append(1)
        put(out, value, name)


def many(out: bytearray, put: Put[T], values: Sequence[T], name: str) -> None:
    # A text is a sequence of texts for Python: one that is meant as a list of one would become a list of its signs.
    if isinstance(values, (str, bytes)) or not isinstance(values, Iterable):
        raise TypeError(f"{name} must be a list, not {values!r}")
    values = tuple(values)
    out += _INT32.pack(len(values))
    for value in values:
        put(out, value, name)


def maybe_many(out: bytearray, put: Put[T], values: Sequence[T] | None, name: str) -> None:
    out.append(0 if values is None else 1)
    if values is not None:
        many(out, put, values, name)


def measured(out: bytearray, value: T, put: Callable[[bytearray, T], None]) -> None:
    """Writes what `put` writes behind its length."""
    at = len(out)
    out += _INT32.pack(0)
    put(out, value)
    _INT32.pack_into(out, at, len(out) - at - _INT32.size)


def count(out: bytearray, of: int) -> None:
    out += _INT32.pack(of)


def writer_of(kind: type[E]) -> Put[E]:
    """What writes a word by its number."""
    numbers = {word: number for number, word in enumerate(kind)}

    def put(out: bytearray, value: E, name: str) -> None:
        out.append(numbers[expect(kind, value, name)])

    return put


class Reader:
    """Reads one answer. Bytes that no answer has are a bug: the two sides do not fit."""

    __slots__ = ("_at", "_bytes", "_end")

    def __init__(self, data: bytes, at: int = 0, end: int | None = None) -> None:
        self._bytes = data
        self._at = at
        self._end = len(data) if end is None else end

    @property
    def is_empty(self) -> bool:
        return self._at == self._end

    def _take(self, length: int) -> int:
        """Where the next bytes begin, if there are so many."""
        at = self._at
        if not 0 <= length <= self._end - at:
            self.malformed(f"{length} bytes are promised, {self._end - at} are left")
        self._at = at + length
        return at

    def tag(self) -> int:
        return self._bytes[self._take(1)]

    def flag(self) -> bool:
        number = self.tag()
        if number > 1:
            self.malformed(f"{number} is neither yes nor no")
        return number == 1

    def int32(self) -> int:
        number: int = _INT32.unpack_from(self._bytes, self._take(4))[0]
        return number

    def int64(self) -> int:
        number: int = _INT64.unpack_from(self._bytes, self._take(8))[0]
        return number

    def octets(self) -> bytes:
        length = self.int32()
        at = self._take(length)
        return self._bytes[at : at + length]

    def text(self) -> str:
        try:
            return self.octets().decode()
        except UnicodeDecodeError as why:
            self.malformed(str(why))

    def moment(self) -> datetime:
        number = self.int64()
        # Python's time ends with the year 9999.
        return _EPOCH + timedelta(milliseconds=number) if number <= _LAST_MS else _LAST

    def duration(self) -> timedelta:
        return timedelta(milliseconds=min(self.int64(), _LONGEST))

    def maybe(self, read: Callable[[Reader], T]) -> T | None:
        return read(self) if self.flag() else None

    def many(self, read: Callable[[Reader], T]) -> tuple[T, ...]:
        length = self.int32()
        # Each takes a byte at least, so that no more are promised than are there.
        if not 0 <= length <= self._end - self._at:
            self.malformed(f"{length} items are promised, {self._end - self._at} bytes are left")
        return tuple([read(self) for _ in range(length)])

    def part(self, length: int) -> Reader:
        """The next bytes, to be read apart."""
        at = self._take(length)
        return Reader(self._bytes, at, at + length)

    def form(self, table: Sequence[T], what: str) -> T:
        return self.form_numbered(self.tag(), table, what)

    def form_numbered(self, number: int, table: Sequence[T], what: str) -> T:
        if number >= len(table):
            self.malformed(f"no {what} has number {number}")
        return table[number]

    def malformed(self, what: str) -> NoReturn:
        raise EngineBugError(f"the answer of the engine cannot be read: {what}")

    def whole(self, read: Callable[[Reader], T]) -> T:
        """Reads all that there is; bytes that are left over are a bug."""
        value = read(self)
        if not self.is_empty:
            self.malformed("bytes are left over")
        return value


def reader_of(kind: type[E]) -> Callable[[Reader], E]:
    """What reads a word by its number."""
    all_words = tuple(kind)

    def read(of: Reader) -> E:
        return of.form(all_words, f"word of {kind.__name__}")

    return read
