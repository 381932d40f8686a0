"""What an answer begins with: a value, a refusal, or why there is neither."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from ._bytes import Reader
from ._reading import read_refusal
from .errors import EngineBugError, EngineClosedError, JournalFailedError, Refused

T = TypeVar("T")


def outcome(answer: Reader, read: Callable[[Reader], T]) -> T | Refused:
    """A value, or the refusal; raises if there is neither."""
    return answer.whole(lambda of: _outcome(of, read))


def _outcome(of: Reader, read: Callable[[Reader], T]) -> T | Refused:
    match of.tag():
        case 0:
            return read(of)
        case 1:
            return read_refusal(of)
        case 2:
            raise EngineClosedError
        case 3:
            cause = of.text()
            raise JournalFailedError(f"the journal failed and takes no more writes (reopen the data folder): {cause}")
        case 4:
            raise EngineBugError("the engine panicked; a write was made all the same")
    of.malformed("an outcome has a number that no outcome has")


def value(answer: bytes, read: Callable[[Reader], T]) -> T:
    """The value; raises a refusal too."""
    found = outcome(Reader(answer), read)
    if isinstance(found, Refused):
        raise found
    return found
