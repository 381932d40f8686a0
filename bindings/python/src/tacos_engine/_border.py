"""How calls cross the border: threads wait behind it; for all else one thread fetches answers, many at a time."""

from __future__ import annotations

import atexit
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from typing import TYPE_CHECKING, Any
from weakref import WeakSet

from ._bytes import Reader, count, measured
from ._native import crossing, is_abandoned, job
from ._outcomes import outcome
from ._reading import read_answer
from ._writing import put_command
from .errors import EngineBugError, EngineClosedError, EngineError

if TYPE_CHECKING:
    # A program without an event loop does not load asyncio.
    import asyncio

    from ._uniffi import RawEngine
    from .values import Command

# How long the fetching thread stays on the other side when there is nothing: an engine that closes wakes it.
_FETCH_MS = 1_000
# What came for each event loop: it is woken once for all of it.
Wakes = dict["asyncio.AbstractEventLoop", list[tuple["asyncio.Future[Reader]", "Reader | EngineError"]]]
# Takes one answer, or why there will be none. Called once, on the thread that fetches: must hand over and return.
Waiter = Callable[["Reader | EngineError", Wakes], None]


class Promise:
    """Where a `concurrent.futures.Future` gets its answer."""

    __slots__ = ("future",)

    def __init__(self) -> None:
        self.future: Future[Any] = Future()

    def __call__(self, answer: Reader | EngineError, wakes: Wakes | None = None) -> None:
        if not self.future.set_running_or_notify_cancel():
            return
        try:
            found = answered(answer)
        except BaseException as why:
            self.future.set_exception(why)
        else:
            self.future.set_result(found)


def answer_of(answer: Reader) -> Any:
    """The answer to a command, or the refusal."""
    return outcome(answer, read_answer)


def answered(answer: Reader | EngineError) -> Any:
    """The answer to a command; a refusal is raised, and so is what stands in the way of an answer."""
    found = answer_of(answer) if isinstance(answer, Reader) else answer
    if isinstance(found, EngineError):
        raise found
    return found


class Border:
    """One engine's side of the border."""

    def __init__(self, raw: RawEngine, in_flight_max: int) -> None:
        self.raw = raw
        self._in_flight_max = in_flight_max
        self._waiters: dict[int, Waiter] = {}
        self._tag = 1
        self._tags = threading.Lock()
        # Why no answers are fetched any more, if that is so: a bug.
        self._broken: str | None = None
        self._fetcher = threading.Thread(target=self._fetch, name="tacos-answers", daemon=True)
        _OPEN.add(self)
        self._fetcher.start()

    @property
    def waiting(self) -> int:
        """How many answers are waited for."""
        return len(self._waiters)

    @property
    def is_full(self) -> bool:
        """True if one more write may wait for the disk before it returns to its thread."""
        return len(self._waiters) >= self._in_flight_max

    def call(self, command: Command[Any]) -> Reader:
        """Asks, and waits for the answer on the other side: other threads of Python run meanwhile."""
        out = bytearray()
        put_command(out, command)
        return Reader(crossing(self.raw, self.raw.call, bytes(out)))

    def call_all(self, commands: Sequence[Command[Any]]) -> list[Reader]:
        """The same of many things, with one crossing."""
        answers = Reader(crossing(self.raw, self.raw.call_all, _together(commands)))
        return answers.whole(lambda of: [of.part(of.int32()) for _ in commands])

    def ask(self, command: Command[Any], waiter: Waiter) -> tuple[int, Reader | None]:
        """
        Asks. Gives the number under which the waiter can be forgotten, and the answer if it is known at once; if not,
        the waiter gets it.
        """
        out = bytearray()
        put_command(out, command)
        tag = self._numbers(1)
        # Before asking: the answer may come before the question returns.
        self._waiters[tag] = waiter
        try:
            self._check()
            answer = crossing(self.raw, self.raw.submit, tag, bytes(out))
        except BaseException:
            self.forget(tag)
            raise
        # The side that removes the waiter answers it: if it is gone, it was told that something is broken.
        if answer is None or self._waiters.pop(tag, None) is None:
            return tag, None
        return tag, Reader(answer)

    def ask_all(self, commands: Sequence[Command[Any]], waiters: Sequence[Waiter]) -> tuple[int, list[Reader | None]]:
        """Asks many things with one crossing. Waiters of answers that are known at once are not called."""
        requests = _together(commands)
        first = self._numbers(len(commands))
        numbers = range(first, first + len(commands))
        self._waiters.update(zip(numbers, waiters, strict=True))
        try:
            self._check()
            answers = Reader(crossing(self.raw, self.raw.submit_all, first, requests))
            return first, answers.whole(lambda of: [self._now(tag, of) for tag in numbers])
        except BaseException:
            for tag in numbers:
                self.forget(tag)
            raise

    def _now(self, tag: int, of: Reader) -> Reader | None:
        # Below zero: it comes later.
        length = of.int32()
        if length < 0:
            return None
        answer = of.part(length)
        return None if self._waiters.pop(tag, None) is None else answer

    def _numbers(self, many: int) -> int:
        with self._tags:
            first = self._tag
            self._tag += many
            return first

    def _check(self) -> None:
        # Behind the waiter's registration: the fetching thread says that it is broken, and then looks for waiters. So
        # either is seen.
        if self._broken is not None:
            raise EngineBugError(self._broken)

    def forget(self, tag: int) -> None:
        """The answer is no longer wanted. A write goes on all the same."""
        self._waiters.pop(tag, None)

    def close(self) -> None:
        """Closes the engine and hands out all answers. A second caller returns when the first has done it."""
        if is_abandoned(self.raw):
            return
        _OPEN.discard(self)
        try:
            job(self.raw, self.raw.shut_down)
        finally:
            if threading.current_thread() is not self._fetcher:
                self._fetcher.join()

    def _fetch(self) -> None:
        try:
            while (came := self.raw.drain(_FETCH_MS)) is not None:
                self._hand_out(Reader(came))
        except BaseException as why:
            self._broken = f"the thread that fetches answers failed: {why!r}"
            self._fail(lambda: EngineBugError(f"answers are lost; {self._broken}"))
            # The hook for threads tells it too.
            raise
        # After the last answer of a closed engine there is none to come: asking now is answered at once.
        self._fail(EngineClosedError)

    def _hand_out(self, answers: Reader) -> None:
        wakes: Wakes = {}
        try:
            while not answers.is_empty:
                tag = answers.int64()
                answer = answers.part(answers.int32())
                waiter = self._waiters.pop(tag, None)
                if waiter is not None:
                    waiter(answer, wakes)
        finally:
            # What was read before a failure is handed out all the same: its waiters are known to no other.
            _wake_all(wakes)

    def _fail(self, why: Callable[[], EngineError]) -> None:
        wakes: Wakes = {}
        while self._waiters:
            try:
                _, waiter = self._waiters.popitem()
            except KeyError:
                break
            waiter(why(), wakes)
        _wake_all(wakes)


def _together(commands: Sequence[Command[Any]]) -> bytes:
    """Commands behind their number, each behind its length."""
    out = bytearray()
    count(out, len(commands))
    for command in commands:
        measured(out, command, put_command)
    return bytes(out)


def _wake(came: list[tuple[asyncio.Future[Reader], Reader | EngineError]]) -> None:
    """Runs on the loop of these futures."""
    for future, answer in came:
        # A task that was cancelled does not wait any more.
        if future.done():
            continue
        if isinstance(answer, Reader):
            future.set_result(answer)
        else:
            future.set_exception(answer)


def _wake_all(wakes: Wakes) -> None:
    for loop, came in wakes.items():
        try:
            loop.call_soon_threadsafe(_wake, came)
        except RuntimeError:
            # The loop is closed, and its tasks with it.
            continue


# Engines that are open when the process ends are closed: what was taken is written.
_OPEN: WeakSet[Border] = WeakSet()


@atexit.register
def _close_all() -> None:
    for border in tuple(_OPEN):
        border.close()
