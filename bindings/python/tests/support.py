"""What tests share: engines with an event on sale, and a watchdog that ends a test which hangs."""

from __future__ import annotations

import asyncio
import faulthandler
import tempfile
import unittest
from collections.abc import Coroutine
from typing import Any, TypeVar

import tacos_engine as tacos

T = TypeVar("T")

EVENT = "evt_1"
SEATS = 1_000
# A test that takes so long hangs: the watchdog says where every thread stands, and ends the run.
WATCHDOG_S = 60


class TestCase(unittest.TestCase):
    def setUp(self) -> None:
        faulthandler.dump_traceback_later(WATCHDOG_S, exit=True)
        self.addCleanup(faulthandler.cancel_dump_traceback_later)

    def folder(self) -> str:
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        return folder.name + "/data"

    def engine(self, folder: str | None = None, options: tacos.Options | None = None) -> tacos.Engine:
        """An engine with an event on sale; in memory if there is no folder."""
        engine = tacos.Engine.open(folder, options) if folder else tacos.Engine.in_memory(options)
        self.addCleanup(engine.close)
        on_sale(engine)
        return engine


def on_sale(engine: tacos.Engine, seats: int = SEATS) -> None:
    rows = [tacos.Row("A", tacos.Numbered("A-", seats), price_minor=5_000)]
    engine.create_event(EVENT, tacos.EventSettings("A concert", "KRW"), [tacos.Seated("stalls", rows)])
    engine.set_sale(EVENT, tacos.SaleState.OPEN)


def ran(coroutine: Coroutine[Any, Any, T]) -> T:
    """Runs a coroutine on an event loop of its own."""
    return asyncio.run(coroutine)
