"""The engine, for asyncio: each call is awaited and blocks neither its thread nor the event loop."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Sequence
from types import TracebackType
from typing import Any, TypeVar

from ._border import Border, Wakes, answer_of, answered
from ._bytes import Reader
from ._calls import AsyncCalls
from ._follow import Following, lost_error
from ._native import crossing, library
from ._reading import read_update
from ._whole import Whole
from .engine import Engine
from .errors import EngineClosedError, EngineError
from .options import Options
from .updates import Update
from .values import Command

__all__ = ["AsyncEngine", "AsyncUpdates"]

R = TypeVar("R")


class _Awaited:
    """Where a task waits for one answer."""

    __slots__ = ("_loop", "future")

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self.future: asyncio.Future[Reader] = loop.create_future()

    def __call__(self, answer: Reader | EngineError, wakes: Wakes) -> None:
        wakes.setdefault(self._loop, []).append((self.future, answer))


class AsyncEngine(Whole, AsyncCalls):
    """
    An engine whose calls are awaited, by any number of tasks, on any number of event loops.

        async with await AsyncEngine.open("data") as engine:
            held = await engine.reserve("evt_1", "kim", ["A-7"], key="order-1")

    A task that is cancelled while it waits gives up its waiting, not the write: what was asked may have been done, and
    asking again with the same key tells. Reads of counts, seats and places in line wait for nothing and are plain
    calls. With `Options.time_by_hand_from` writes are done by the thread that asks, so that they block its event loop.
    """

    def __init__(self, engine: Engine) -> None:
        super().__init__(engine._border)
        self._engine = engine

    @classmethod
    async def open(cls, folder: str | os.PathLike[str], options: Options | None = None) -> AsyncEngine:
        """As `Engine.open`, on a thread of its own."""
        return (await asyncio.to_thread(Engine.open, folder, options)).aio

    @classmethod
    async def in_memory(cls, options: Options | None = None) -> AsyncEngine:
        """As `Engine.in_memory`, on a thread of its own."""
        return (await asyncio.to_thread(Engine.in_memory, options)).aio

    @property
    def blocking(self) -> Engine:
        """The same engine for threads. Closing either closes both."""
        return self._engine

    async def execute(self, command: Command[R]) -> R:
        if self._border.is_full:
            # One more would wait for the disk before it returns to its thread, which must not be the loop's.
            return await asyncio.to_thread(self._engine.execute, command)
        waiter = _Awaited(asyncio.get_running_loop())
        tag, answer = self._border.ask(command, waiter)
        found: R = answered(await self._wait(tag, waiter) if answer is None else answer)
        return found

    async def execute_all(self, commands: Sequence[Command[Any]]) -> list[Any]:
        if not commands:
            return []
        if self._border.is_full:
            return await asyncio.to_thread(self._engine.execute_all, commands)
        loop = asyncio.get_running_loop()
        waiters = [_Awaited(loop) for _ in commands]
        first, answers = self._border.ask_all(commands, waiters)
        pairs = enumerate(zip(answers, waiters, strict=True), first)
        coming = [self._wait(tag, waiter) if answer is None else _known(answer) for tag, (answer, waiter) in pairs]
        return [answer_of(answer) for answer in await asyncio.gather(*coming)]

    async def _wait(self, tag: int, waiter: _Awaited) -> Reader:
        try:
            return await waiter.future
        finally:
            # Gone already, unless the task was cancelled.
            self._border.forget(tag)

    def updates(self, start: int | None = None) -> AsyncUpdates:
        """As `Engine.updates`: `async for update in engine.updates(): …`."""
        return AsyncUpdates(self._border, start)

    async def snapshot(self) -> int:
        """As `Engine.snapshot`, on a thread of its own."""
        return await asyncio.to_thread(self._engine.snapshot)

    async def backup(self, folder: str | os.PathLike[str]) -> None:
        """As `Engine.backup`, on a thread of its own."""
        await asyncio.to_thread(self._engine.backup, folder)

    async def stop(self) -> None:
        """As `Engine.stop`, on a thread of its own."""
        await asyncio.to_thread(self._engine.stop)

    async def close(self) -> None:
        """As `Engine.close`, on a thread of its own."""
        await asyncio.to_thread(self._engine.close)

    async def __aenter__(self) -> AsyncEngine:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, why: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()


async def _known(answer: Reader) -> Reader:
    return answer


class AsyncUpdates(Following):
    """An iterator of updates for `async for`. For one task at a time, on one event loop."""

    def __init__(self, border: Border, start: int | None) -> None:
        super().__init__(border, start)
        # What is being waited for. A task that is cancelled leaves it here: nothing that was read is lost.
        self._coming: asyncio.Task[tuple[Update, ...]] | None = None

    def __aiter__(self) -> AsyncUpdates:
        return self

    async def __anext__(self) -> Update:
        while not self._ready:
            if self._coming is None:
                self._coming = asyncio.create_task(self._read())
            if not self._coming.done():
                # Cancelling this wait does not cancel what is waited for.
                await asyncio.wait((self._coming,))
            coming, self._coming = self._coming, None
            try:
                self._ready.extend(coming.result())
            except EngineClosedError:
                raise StopAsyncIteration from None
        return self._taken(self._ready.popleft())

    async def _read(self) -> tuple[Update, ...]:
        raw = self._open()
        lost = library().RawUpdatesLost
        try:
            came = await crossing(raw, raw.next)
        except lost as why:
            raise lost_error(why) from None
        return Reader(came).whole(lambda of: of.many(read_update))

    async def aclose(self) -> None:
        """Ends the reader; a task that waits with it ends."""
        self._raw = None
        if self._coming is not None:
            self._coming.cancel()
            await asyncio.gather(self._coming, return_exceptions=True)
            self._coming = None

    async def __aenter__(self) -> AsyncUpdates:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, why: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.aclose()
