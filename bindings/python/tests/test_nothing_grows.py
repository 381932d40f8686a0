"""Thousands of calls leave nothing behind: no waiter, no object, no memory that grows with their number."""

import asyncio
import contextlib
import gc
import sys
import threading
import unittest
from datetime import timedelta

import tacos_engine as tacos
from support import EVENT, TestCase, ran

CALLS = 20_000
AWAITED = 6_000
READERS = 300


def _objects() -> int:
    gc.collect()
    return sys.getallocatedblocks()


class NothingGrows(TestCase):
    def test_over_many_calls(self) -> None:
        engine = self.engine(options=tacos.Options(expiry_warning=timedelta()))

        def calls(many: int) -> None:
            for _ in range(many // 4):
                held = engine.reserve(EVENT, "kim", ["A-1"])
                with contextlib.suppress(tacos.SeatsTaken):
                    engine.reserve(EVENT, "lee", ["A-1"])
                engine.release(held.id)
                engine.counts(EVENT)

        calls(2_000)
        before, threads = _objects(), threading.active_count()
        calls(CALLS)
        # One object that each call left behind would show ten times as often.
        self.assertLess(_objects() - before, CALLS // 10)
        self.assertEqual((engine._border.waiting, threading.active_count()), (0, threads))

    def test_over_many_awaited_and_cancelled_calls(self) -> None:
        engine = self.engine()

        async def calls(many: int) -> None:
            for _ in range(many // 100):
                tasks = [asyncio.create_task(engine.aio.execute(tacos.ReadReservations("kim"))) for _ in range(100)]
                await asyncio.sleep(0)
                for task in tasks[::2]:
                    task.cancel()
                await asyncio.gather(*tasks, return_exceptions=True)

        asyncio.run(calls(1_000))
        before = _objects()
        asyncio.run(calls(AWAITED))
        self.assertLess(_objects() - before, AWAITED // 10)
        self.assertEqual(engine._border.waiting, 0)

    def test_over_many_readers_of_updates(self) -> None:
        engine = self.engine()

        async def readers(many: int) -> None:
            for _ in range(many):
                with engine.updates() as reader:
                    reader.poll()
                async with engine.aio.updates() as awaited:
                    waiting = asyncio.ensure_future(anext(awaited))
                    await asyncio.sleep(0)
                    waiting.cancel()

        ran(readers(100))
        before = _objects()
        ran(readers(READERS))
        # A reader that stayed would show by a dozen.
        self.assertLess(_objects() - before, READERS)


if __name__ == "__main__":
    unittest.main()
