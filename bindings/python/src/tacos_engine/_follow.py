"""Updates as an iterator that blocks, and what readers of updates have in common."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from datetime import timedelta
from types import TracebackType
from typing import TYPE_CHECKING, ParamSpec

from ._border import Border
from ._bytes import Reader, duration, expect
from ._native import crossing, library, tracked
from ._reading import read_update
from .errors import EngineBugError, EngineClosedError, UpdatesLostError
from .updates import Update

if TYPE_CHECKING:
    from ._uniffi import RawUpdates

P = ParamSpec("P")

# How long a thread stays on the other side when there is nothing: so long a signal may wait.
_WAIT_MS = 500


def _named(call: Callable[P, bytes], *arguments: P.args, **named: P.kwargs) -> tuple[Update, ...]:
    """What a reader gives; raises `EngineClosedError` when the engine is closed and everything was read."""
    lost = library().RawUpdatesLost
    try:
        return Reader(call(*arguments, **named)).whole(lambda of: of.many(read_update))
    except lost as why:
        raise lost_error(why) from None


def lost_error(why: Exception) -> Exception:
    lost = library().RawUpdatesLost
    reason = UpdatesLostError.Reason
    match why:
        case lost.Gone(oldest=oldest):
            return UpdatesLostError(
                reason.GONE, f"these updates are gone, the oldest kept begin at {oldest}", oldest
            )
        case lost.NotAPosition(position=position):
            return UpdatesLostError(reason.NOT_A_POSITION, f"no update ends at {position}")
        case lost.Journal(text=text):
            return UpdatesLostError(reason.JOURNAL, f"the journal cannot be read: {text}")
        case lost.Closed():
            return EngineClosedError()
        case lost.Busy():
            return RuntimeError("another thread or task waits with this reader")
    return EngineBugError(f"a reader of updates ended in an unknown way: {why!r}")


class Following:
    """One reader of updates."""

    def __init__(self, border: Border, start: int | None) -> None:
        if start is not None and (isinstance(start, bool) or expect(int, start, "start") < 0):
            raise ValueError(f"start must be a position, not {start}")
        try:
            raw = crossing(border.raw, border.raw.updates, start)
        except library().RawUpdatesLost as why:
            raise lost_error(why) from None
        self._raw: RawUpdates | None = tracked(raw)
        self._ready: deque[Update] = deque()
        self._position = raw.position()

    @property
    def position(self) -> int:
        """Where the last update that was taken ends."""
        return self._position

    def _open(self) -> RawUpdates:
        if self._raw is None:
            raise EngineClosedError("this reader of updates is closed")
        return self._raw

    def _taken(self, update: Update) -> Update:
        self._position = update.position
        return update

    def poll(self) -> list[Update]:
        """
        The updates that are there now, some hundreds at most, without waiting. Raises `EngineClosedError` when the
        engine is closed and everything was read.
        """
        raw = self._open()
        came = [*self._ready] or list(crossing(raw, _named, raw.ready))
        self._ready.clear()
        return [self._taken(update) for update in came]


class Updates(Following):
    """An iterator of updates that waits for the next one. For one thread at a time."""

    def __iter__(self) -> Updates:
        return self

    def __next__(self) -> Update:
        try:
            while not self._ready:
                raw = self._open()
                self._ready.extend(crossing(raw, _named, raw.wait, _WAIT_MS))
        except EngineClosedError:
            raise StopIteration from None
        return self._taken(self._ready.popleft())

    def wait(self, timeout: timedelta) -> list[Update]:
        """
        The updates that are there, some hundreds at most; waits for the first, at most so long; none if none came.
        Raises `EngineClosedError` when the engine is closed and everything was read.
        """
        if not self._ready:
            out = bytearray()
            duration(out, timeout, "timeout")
            raw = self._open()
            self._ready.extend(crossing(raw, _named, raw.wait, Reader(bytes(out)).int64()))
        came = [self._taken(update) for update in self._ready]
        self._ready.clear()
        return came

    def close(self) -> None:
        """Ends the reader; a thread that iterates ends shortly after."""
        self._raw = None

    def __enter__(self) -> Updates:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, why: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
