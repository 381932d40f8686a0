"""What is raised: a broken environment, misuse, a bug; and refusals, which are expected."""

from __future__ import annotations

from datetime import timedelta
from enum import Enum
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .refusals import Problem

__all__ = [
    "EngineBugError",
    "EngineClosedError",
    "EngineError",
    "JobError",
    "JournalFailedError",
    "LibraryError",
    "OpenError",
    "Refused",
    "UpdatesLostError",
]


class EngineError(Exception):
    """Everything that this library raises of its own accord, but for wrong arguments (`TypeError`, `ValueError`)."""


class LibraryError(EngineError, ImportError):
    """The native library is missing, was built for another machine, or does not fit this package."""


class EngineClosedError(EngineError):
    """The engine is closed, or was closed while the call waited."""

    def __init__(self, message: str = "the engine is closed") -> None:
        super().__init__(message)


class JournalFailedError(EngineError):
    """
    A write or sync of the journal failed, or a panic stopped a thread of the engine. What was not acknowledged may be
    lost; reads go on; opening the folder again is the only way back to writing.
    """


class JobError(EngineError):
    """A snapshot, a backup, a turn of the clock or the closing was not done as it should be."""


class EngineBugError(EngineError):
    """The engine panicked, or the two sides of the border do not fit: a bug. The process goes on."""


class OpenError(EngineError):
    """An engine could not be opened. Nothing on disk was changed; the text says what to do."""

    class Reason(Enum):
        """Which kind of thing stood in the way."""

        CONFIG = "config"
        """Settings that cannot be used; `problems` names each."""
        LOCKED = "locked"
        """Another process, or another engine of this one, has the folder open."""
        JOURNAL = "journal"
        """The folder is damaged, of another program, or of a later version."""
        SYSTEM = "system"
        """The operating system refused."""

    def __init__(self, reason: Reason, message: str, problems: tuple[Problem, ...] = ()) -> None:
        super().__init__(reason, message, problems)
        self.reason = reason
        self.message = message
        self.problems = problems

    def __str__(self) -> str:
        return self.message


class UpdatesLostError(EngineError):
    """Updates that were asked for cannot be given."""

    class Reason(Enum):
        """Which kind of thing stood in the way."""

        GONE = "gone"
        """What comes next is no longer kept; `oldest` is where one can begin."""
        NOT_A_POSITION = "not_a_position"
        """No update ends at the position asked for, or it is not durable yet."""
        JOURNAL = "journal"
        """The journal could not be read."""

    def __init__(self, reason: Reason, message: str, oldest: int | None = None) -> None:
        super().__init__(reason, message, oldest)
        self.reason = reason
        self.message = message
        self.oldest = oldest
        """The oldest position from which can be read, where the updates asked for are gone."""

    def __str__(self) -> str:
        return self.message


class Refused(EngineError):
    """An expected "no": it changed nothing and waited for nothing. Each refusal is a class of its own in `refusals`."""

    code: str = "refused"
    """The refusal's name for machines: snake case, the same in all languages, never changed."""
    message: str
    """For a person."""
    transient: bool
    """True if the same request may succeed shortly, without a change by a person."""
    retry_after: timedelta | None
    """How long to wait before trying again, where that is known."""

    def __init__(
        self, message: str, *, transient: bool = False, retry_after: timedelta | None = None, **about: object
    ) -> None:
        super().__init__(message)
        self.message = message
        self.transient = transient
        self.retry_after = retry_after
        self.__dict__.update(about)

    def __reduce__(self) -> tuple[Any, ...]:
        return _again, (type(self), self.__dict__)


def _again(kind: type[Refused], about: dict[str, Any]) -> Refused:
    """A refusal that comes out of a pickle."""
    return kind(**about)
