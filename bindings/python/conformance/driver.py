"""
The conformance suite's driver for Python: it takes blocks (`bindings/conformance/DRIVING.md`) from its standard input
and does what they ask through the public API of this package alone. Writes are by turns awaited and waited for: both
ways must come to the same.
"""

from __future__ import annotations

import asyncio
import functools
import itertools
import sys
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import tacos_engine as tacos
from arguments import START, Arguments, IllFormed, moment
from reads import READS, whole
from records import record, refusal
from wire import Answer, read_block

# Enough for every scenario.
SMALL = 4096


class Driver:
    def __init__(self) -> None:
        self._engine: tacos.Engine | None = None
        self._loop = asyncio.Runner()
        self._is_awaited = itertools.cycle((False, True))

    @property
    def engine(self) -> tacos.Engine:
        if self._engine is None:
            raise RuntimeError("no engine is open")
        return self._engine

    def answer(self, word: str, with_: Arguments) -> list[Answer]:
        match word:
            case "open":
                self._engine = tacos.Engine.open(with_.text("folder"), options(with_))
                return [Answer("reply")]
            case "call":
                return [self._call(with_.text("do"), with_.record("with"))]
            case "batch":
                return self._batch(with_.records("calls"))
            case "advance":
                self.engine.advance(timedelta(milliseconds=with_.int("ms")), turn=False)
                return [Answer("reply")]
            case "turn":
                self.engine.turn()
                return [Answer("reply")]
            case "digest":
                # Reading the position writes what there is to write.
                self.engine.position()
                return [Answer("reply", digest=self.engine.digest().hex())]
            case "prepare":
                return [judged(lambda: self._prepare(with_))]
            case "close":
                self.engine.close()
                return [Answer("reply")]
        raise RuntimeError(f"no such word: {word!r}")

    def _prepare(self, with_: Arguments) -> Answer:
        name = with_.text("name")
        match with_.text("what"):
            case "event":
                return Answer("reply", prepared=self.engine.prepare_event(name))
            case "seat":
                return Answer("reply", prepared=self.engine.prepare_seat(with_.text("event"), name))
            case _:
                return Answer("reply", prepared=self.engine.prepare_user(name))

    def _call(self, operation: str, with_: Arguments) -> Answer:
        def done() -> Answer:
            read = READS.get(operation)
            if read is not None:
                return read(self.engine, with_)
            command = with_.command(operation)
            if command is not None:
                return record(self._execute(command))
            return whole(self.engine, operation, with_)

        return judged(done)

    def _execute(self, command: tacos.Command[Any]) -> Any:
        if next(self._is_awaited):
            return self._loop.run(self.engine.aio.execute(command))
        return self.engine.execute(command)

    def _batch(self, calls: list[Arguments]) -> list[Answer]:
        """All commands are handed over together; answers to those that cannot be commands stand between the others."""
        commands: list[tacos.Command[Any]] = []
        answers: list[Callable[[list[Any]], Answer]] = []
        for call in calls:
            try:
                command = call.record("with").command(call.text("do"))
            except IllFormed as why:
                answers.append(functools.partial(_invalid, why))
                continue
            if command is None:
                raise RuntimeError(f"no write: {call.text('do')}")
            answers.append(functools.partial(_at, len(commands)))
            commands.append(command)
        try:
            if next(self._is_awaited):
                found = self._loop.run(self.engine.aio.execute_all(commands))
            else:
                found = self.engine.execute_all(commands)
        except tacos.EngineError as why:
            found = [why] * len(calls)
        return [answer(found) for answer in answers]


def _at(number: int, found: list[Any]) -> Answer:
    return judged(lambda: came(found[number]))


def _invalid(why: IllFormed, _: list[Any]) -> Answer:
    return invalid(why)


def came(found: Any) -> Answer:
    if isinstance(found, tacos.EngineError):
        raise found
    return record(found)


def invalid(why: IllFormed) -> Answer:
    return Answer("refused", code="invalid", fields=[why.field])


def judged(call: Callable[[], Answer]) -> Answer:
    try:
        return call()
    except IllFormed as why:
        return invalid(why)
    except tacos.Refused as why:
        return refusal(why)
    except tacos.EngineClosedError:
        return Answer("failed", why="closed")
    except tacos.JournalFailedError:
        return Answer("failed", why="poisoned")
    except tacos.UpdatesLostError as why:
        return Answer("failed", why=why.reason.value)


def options(with_: Arguments) -> tacos.Options:
    usual = {
        **dict.fromkeys(("idempotency_keys_max", "reservations_max", "payments_max", "webhooks_max"), SMALL),
        **dict.fromkeys(("log_buffer_bytes", "update_history_bytes", "segment_bytes"), 1 << 20),
        "time_by_hand_from": moment(with_.int("clock_unix_ms") - START),
        "snapshot_every_bytes": 0,
    }
    made = with_.record("config").filled(tacos.Options, usual)
    assert isinstance(made, tacos.Options)
    return made


def main() -> None:
    driver = Driver()
    lines = iter(sys.stdin)
    while (block := read_block(lines)) is not None:
        word, fields = block
        for answer in driver.answer(word, Arguments(fields)):
            sys.stdout.write(answer.written())
        sys.stdout.flush()


if __name__ == "__main__":
    main()
