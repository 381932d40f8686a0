"""An engine that is closed, a fetching thread that fails, and a process that is forked: whatever waits is told."""

import asyncio
import multiprocessing
import os
import subprocess
import sys
import threading
import unittest
import warnings
from typing import Any

import tacos_engine as tacos
from support import EVENT, TestCase, ran
from tacos_engine._border import Border


class NoWaitOutlivesItsEngine(TestCase):
    def test_closing_answers_every_call_that_waits(self) -> None:
        engine = self.engine(self.folder())
        futures = [engine.submit(tacos.Reserve(EVENT, f"user{n}", [f"A-{n}"])) for n in range(1, 501)]
        engine.close()
        for future in futures:
            why = future.exception(0)
            self.assertIsInstance(why, tacos.EngineClosedError | None)
        engine.close()
        with self.assertRaises(tacos.EngineClosedError):
            engine.reserve(EVENT, "kim", ["A-501"])
        with self.assertRaises(tacos.EngineClosedError):
            engine.counts(EVENT)

    def test_closing_answers_every_thread_that_waits(self) -> None:
        engine = self.engine(self.folder())
        came: list[object] = []

        def sell(first: int) -> None:
            for number in range(first, 1_000, 4):
                try:
                    came.append(engine.reserve(EVENT, f"user{number}", [f"A-{number}"]))
                except tacos.EngineClosedError as why:
                    came.append(why)
                    return

        threads = [threading.Thread(target=sell, args=(first,)) for first in (1, 2, 3, 4)]
        for thread in threads:
            thread.start()
        while len(came) < 8:
            threads[0].join(0.001)
        engine.close()
        for thread in threads:
            thread.join(30)
            self.assertFalse(thread.is_alive(), "a call outlived its engine")
        closed = [one for one in came if isinstance(one, tacos.EngineClosedError)]
        self.assertEqual(len(closed), 4)

    def test_closing_answers_every_task_that_waits(self) -> None:
        async def close() -> None:
            engine = self.engine(self.folder()).aio
            asked = [asyncio.create_task(engine.reserve(EVENT, f"user{n}", [f"A-{n}"])) for n in range(1, 501)]
            await asyncio.sleep(0)
            await engine.close()
            for came in await asyncio.gather(*asked, return_exceptions=True):
                self.assertIsInstance(came, tacos.Reserved | tacos.EngineClosedError)
            with self.assertRaises(tacos.EngineClosedError):
                await engine.reserve(EVENT, "kim", ["A-501"])

        ran(close())

    def test_a_stopped_engine_is_still_read(self) -> None:
        engine = self.engine(self.folder())
        engine.stop()
        self.assertEqual(engine.counts(EVENT).total, 1_000)
        with self.assertRaises(tacos.EngineClosedError):
            engine.reserve(EVENT, "kim", ["A-1"])

    def test_a_fetching_thread_that_fails_tells_every_wait(self) -> None:
        raw = FailsOnceAsked()
        told: list[object] = []
        hook, threading.excepthook = threading.excepthook, lambda arguments: told.append(arguments.exc_value)
        self.addCleanup(setattr, threading, "excepthook", hook)
        engine = tacos.Engine(Border(raw, 16))  # type: ignore[arg-type]
        self.addCleanup(setattr, engine, "_is_closed", True)

        async def ask() -> None:
            waits = [asyncio.create_task(engine.aio.execute(tacos.LeaveQueue("wtkn_"))) for _ in range(10)]
            future = engine.submit(tacos.LeaveQueue("wtkn_"))
            while engine._border.waiting < 11:
                await asyncio.sleep(0)
            raw.fail.set()
            for came in await asyncio.gather(*waits, return_exceptions=True):
                self.assertIsInstance(came, tacos.EngineBugError)
                self.assertIn("the disk is a lie", str(came))
            self.assertIsInstance(future.exception(30), tacos.EngineBugError)

        ran(ask())
        engine._border._fetcher.join(30)
        self.assertEqual([str(one) for one in told], ["the disk is a lie"])
        # What is asked now is told so at once.
        with self.assertRaisesRegex(tacos.EngineBugError, "fetches answers failed"):
            engine.submit(tacos.LeaveQueue("wtkn_"))

    def test_what_was_fetched_before_a_failure_is_handed_out(self) -> None:
        raw = FailsOnceAsked()
        # The answer of a closed engine to the first question, and the beginning of another.
        raw.last = (1).to_bytes(8, "big") + (1).to_bytes(4, "big") + b"\x02" + b"cut"
        hook, threading.excepthook = threading.excepthook, lambda arguments: None
        self.addCleanup(setattr, threading, "excepthook", hook)
        engine = tacos.Engine(Border(raw, 16))  # type: ignore[arg-type]
        self.addCleanup(setattr, engine, "_is_closed", True)

        async def ask() -> None:
            waits = [asyncio.create_task(engine.aio.execute(tacos.LeaveQueue("wtkn_"))) for _ in range(3)]
            while engine._border.waiting < 3:
                await asyncio.sleep(0)
            raw.fail.set()
            came = await asyncio.gather(*waits, return_exceptions=True)
            kinds = [tacos.EngineClosedError, tacos.EngineBugError, tacos.EngineBugError]
            self.assertEqual([type(one) for one in came], kinds)

        ran(ask())
        engine._border._fetcher.join(30)

    def test_an_engine_that_is_forgotten_is_closed_with_a_warning(self) -> None:
        folder = self.folder()
        with warnings.catch_warnings(record=True) as told:
            warnings.simplefilter("always")
            tacos.Engine.open(folder)
        self.assertEqual([one.category for one in told], [ResourceWarning])
        # Its folder is free.
        tacos.Engine.open(folder).close()

    def test_a_forked_process_is_told_that_engines_stay_with_their_parent(self) -> None:
        engine = self.engine(self.folder())
        fork = multiprocessing.get_context("fork")
        here, there = fork.Pipe()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)
            child = fork.Process(target=_asks, args=(engine, there))
            child.start()
        self.assertTrue(here.poll(30), "the child says nothing")
        self.assertIn("before this process was forked", here.recv())
        child.join(30)
        self.assertEqual(child.exitcode, 0)
        engine.reserve(EVENT, "kim", ["A-1"])

    def test_two_processes_share_no_folder(self) -> None:
        folder = self.folder()
        self.engine(folder)
        program = (
            "import sys, tacos_engine as t\n"
            "try: t.Engine.open(sys.argv[1])\n"
            "except t.OpenError as why: print(why.reason.name)"
        )
        done = subprocess.run(
            [sys.executable, "-c", program, folder], capture_output=True, text=True, timeout=50, check=True
        )
        self.assertEqual(done.stdout, "LOCKED\n")
        with self.assertRaises(tacos.OpenError):
            tacos.Engine.open(folder)

    def test_a_program_that_ends_without_closing_loses_nothing(self) -> None:
        folder = self.folder()
        self.engine(folder).close()
        program = (
            "import sys, tacos_engine as t\n"
            "engine = t.Engine.open(sys.argv[1])\n"
            f"engine.submit(t.Reserve('{EVENT}', 'kim', ['A-1']))"
        )
        done = subprocess.run(
            [sys.executable, "-c", program, folder], capture_output=True, text=True, timeout=50, check=True
        )
        self.assertEqual(done.stderr, "")
        with tacos.Engine.open(folder) as engine:
            self.assertEqual(engine.counts(EVENT).reserved, 1)


class FailsOnceAsked:
    """Stands in for the library: nothing is answered, and fetching fails when it is told to."""

    _handle = 1

    def __init__(self) -> None:
        self.fail = threading.Event()
        self.last: bytes | None = None

    def submit(self, tag: int, request: bytes) -> None:
        return None

    def drain(self, timeout_ms: int) -> bytes:
        if self.fail.wait(50):
            if self.last is not None:
                return self.last
            raise OSError("the disk is a lie")
        return b""

    def shut_down(self) -> None:
        self.fail.set()


def _asks(engine: tacos.Engine, parent: Any) -> None:
    try:
        engine.reserve(EVENT, "kim", ["A-1"])
    except tacos.EngineError as why:
        parent.send(str(why))
    engine.close()
    parent.close()
    os._exit(0)


if __name__ == "__main__":
    unittest.main()
