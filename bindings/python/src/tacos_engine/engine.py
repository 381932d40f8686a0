"""The engine, for threads: each call blocks the thread that makes it."""

from __future__ import annotations

import functools
import os
import warnings
from collections.abc import Sequence
from concurrent.futures import Future
from types import TracebackType
from typing import TYPE_CHECKING, Any, TypeVar

from ._border import Border, Promise, answer_of, answered
from ._calls import Calls
from ._follow import Updates
from ._native import is_abandoned, job
from ._whole import Whole, opened_folder, opened_in_memory
from .options import Options
from .values import Command

if TYPE_CHECKING:
    from .aio import AsyncEngine

__all__ = ["Engine"]

R = TypeVar("R")


class Engine(Whole, Calls):
    """
    A ticket-sale engine in this process: seats, holds, waiting lines, reservations and payments of any number of
    events.

    Any number of threads may use it at once. A write returns when it is on disk; an expected "no" is raised as a
    `Refused`, of which each refusal is a class of its own. For asyncio there is `aio`.

        with Engine.open("data") as engine:
            held = engine.reserve("evt_1", "kim", ["A-7"], key="order-1")

    After `close`, and when a call waits while the engine closes, calls raise `EngineClosedError`; when the journal has
    failed, writes raise `JournalFailedError`. A process that was forked cannot use the engines of its parent.
    """

    def __init__(self, border: Border) -> None:
        super().__init__(border)
        self._is_closed = False

    @classmethod
    def open(cls, folder: str | os.PathLike[str], options: Options | None = None) -> Engine:
        """
        Opens the data folder, or makes one there, and brings back everything that was durable. Blocks for as long as
        that takes. Damage is never repaired silently. Raises `OpenError` if it is not possible; nothing on disk was
        changed then.
        """
        return cls(opened_folder(folder, options))

    @classmethod
    def in_memory(cls, options: Options | None = None) -> Engine:
        """An engine without a folder: everything is gone when it is closed."""
        return cls(opened_in_memory(options))

    @functools.cached_property
    def aio(self) -> AsyncEngine:
        """The same engine for asyncio. Closing either closes both."""
        from .aio import AsyncEngine

        return AsyncEngine(self)

    def execute(self, command: Command[R]) -> R:
        found: R = answered(self._border.call(command))
        return found

    def execute_all(self, commands: Sequence[Command[Any]]) -> list[Any]:
        return [answer_of(answer) for answer in self._border.call_all(commands)] if commands else []

    def submit(self, command: Command[R]) -> Future[R]:
        """
        Does any command without waiting: its future has the answer when it may be seen. What is done with
        `add_done_callback` runs on the thread that fetches answers: it must be short.
        """
        promise = Promise()
        _, answer = self._border.ask(command, promise)
        if answer is not None:
            promise(answer)
        return promise.future

    def updates(self, start: int | None = None) -> Updates:
        """
        Updates behind a position: one that an earlier update or `position` gave, 0 for everything that is kept, `None`
        for what happens from now on. Each reader reads for itself and at its own pace; one that is slow slows no other.
        It ends when the engine is closed, and raises `UpdatesLostError` if what comes next is no longer kept: take a
        new `event_snapshot` then, and follow from its position.
        """
        return Updates(self._border, start)

    def snapshot(self) -> int:
        """Takes a snapshot of everything durable by now, and returns the position that it holds. Writers go on."""
        return job(self._border.raw, self._border.raw.snapshot)

    def backup(self, folder: str | os.PathLike[str]) -> None:
        """
        Copies everything durable by now into an empty or absent folder. The copy can be opened, and is the same engine:
        never run both.
        """
        job(self._border.raw, self._border.raw.backup, os.path.abspath(os.fspath(folder)))

    def stop(self) -> None:
        """
        Takes no more writes, syncs what was taken, and answers every call that waits. Reads go on until `close`;
        followers end once they have read everything. Raises `JobError` if the journal had failed before, or fails now.
        """
        job(self._border.raw, self._border.raw.stop)

    def close(self) -> None:
        """
        Takes no more writes, syncs what was taken, answers every call that waits, and lets the folder and all memory
        go. Closing twice is the same as closing once. Raises `JobError` if the journal had failed before, or fails now;
        the engine is closed all the same.
        """
        self._is_closed = True
        self._border.close()

    def __enter__(self) -> Engine:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, why: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def __del__(self) -> None:
        # Not there if opening failed.
        if not getattr(self, "_is_closed", True) and not is_abandoned(self._border.raw):
            warnings.warn(f"an engine was not closed: {self!r}", ResourceWarning, source=self, stacklevel=2)
            self.close()
