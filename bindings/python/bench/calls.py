"""
What a call costs from Python: nanoseconds a command, the least of five rounds. Run it with what `native/stage.sh`
put together: `PYTHONPATH=FOLDER/src python bench/calls.py`.
"""

from __future__ import annotations

import asyncio
import tempfile
import time
from collections.abc import Callable
from datetime import timedelta

import tacos_engine as tacos

ROUNDS = 5
CALLS = 2_000
BATCH = 64
IN_FLIGHT = 1_024


def on_sale(engine: tacos.Engine) -> None:
    rows = [tacos.Row(f"{row}", tacos.Numbered(f"{row}-", 1_000), price_minor=5_000) for row in range(50)]
    settings = tacos.EventSettings("A concert", "KRW", hold=timedelta(hours=1), hold_max=timedelta(hours=1))
    engine.create_event("evt_1", settings, [tacos.Seated("stalls", rows)])
    engine.set_sale("evt_1", tacos.SaleState.OPEN)


def holds(first: int, many: int) -> list[tacos.Command[tacos.Reserved]]:
    numbers = range(first, first + many)
    return [tacos.Reserve("evt_1", f"user{n}", [f"{n // 1_000}-{n % 1_000 + 1}"]) for n in numbers]


def measured(name: str, each: int, run: Callable[[int], object]) -> None:
    took = []
    for number in range(ROUNDS):
        started = time.perf_counter_ns()
        run(number)
        took.append(time.perf_counter_ns() - started)
    print(f"{name:40} {min(took) // each:>8,} ns")


def one_by_one(engine: tacos.Engine, commands: list[tacos.Command[tacos.Reserved]]) -> None:
    for command in commands:
        engine.execute(command)


def in_batches(engine: tacos.Engine, commands: list[tacos.Command[tacos.Reserved]]) -> None:
    for first in range(0, len(commands), BATCH):
        engine.execute_all(commands[first : first + BATCH])


async def at_once(engine: tacos.Engine, commands: list[tacos.Command[tacos.Reserved]]) -> None:
    for first in range(0, len(commands), IN_FLIGHT):
        await asyncio.gather(*(engine.aio.execute(one) for one in commands[first : first + IN_FLIGHT]))


def main() -> None:
    with tacos.Engine.in_memory() as engine:
        on_sale(engine)
        measured("counts", CALLS, lambda _: [engine.counts("evt_1") for _ in range(CALLS)])
        measured("hold in memory", CALLS, lambda n: one_by_one(engine, holds(n * CALLS, CALLS)))
        behind = ROUNDS * CALLS
        measured(f"batch of {BATCH}, each", CALLS, lambda n: in_batches(engine, holds(behind + n * CALLS, CALLS)))
    with tempfile.TemporaryDirectory() as folder, tacos.Engine.open(folder + "/data") as engine:
        on_sale(engine)
        with asyncio.Runner() as runner:
            name = f"durable hold, asyncio, {IN_FLIGHT:,} in flight"
            many = 4 * IN_FLIGHT
            measured(name, many, lambda n: runner.run(at_once(engine, holds(n * many, many))))


if __name__ == "__main__":
    main()
