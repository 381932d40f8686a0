"""Updates: iterators for threads and for tasks read every fact once, and end with their engine."""

import asyncio
import threading
import unittest
from datetime import timedelta

import tacos_engine as tacos
from support import EVENT, TestCase, ran
from tacos_engine import updates


def _held(update: tacos.Update) -> str | None:
    match update.what:
        case updates.ReservationChanged(change) if change.from_ is None:
            return change.places[0].place.id
    return None


class EveryUpdateIsReadOnce(TestCase):
    def test_a_thread_reads_everything_in_order_and_ends_with_the_engine(self) -> None:
        engine = self.engine(self.folder())
        seen: list[str] = []

        def follow() -> None:
            with engine.updates(0) as reader:
                seen.extend(seat for update in reader if (seat := _held(update)))

        reader = threading.Thread(target=follow)
        reader.start()
        for number in range(1, 101):
            engine.reserve(EVENT, f"user{number}", [f"A-{number}"])
        engine.stop()
        reader.join(30)
        self.assertFalse(reader.is_alive(), "the reader did not end")
        self.assertEqual(seen, [f"A-{number}" for number in range(1, 101)])

    def test_a_task_reads_everything_though_its_waits_are_cancelled(self) -> None:
        async def follow() -> None:
            engine = self.engine(self.folder()).aio
            seen: list[str] = []
            cancelled = 0

            async def sell() -> None:
                for number in range(1, 101):
                    await engine.reserve(EVENT, f"user{number}", [f"A-{number}"])

            selling = asyncio.create_task(sell())
            async with engine.updates(0) as reader:
                while len(seen) < 100:
                    # A wait that is given up at once, most of the time.
                    wait = asyncio.ensure_future(anext(reader))
                    await asyncio.sleep(0)
                    wait.cancel()
                    try:
                        update = await wait
                    except asyncio.CancelledError:
                        cancelled += 1
                        continue
                    if seat := _held(update):
                        seen.append(seat)
            await selling
            self.assertGreater(cancelled, 0)
            self.assertEqual(seen, [f"A-{number}" for number in range(1, 101)])

        ran(follow())

    def test_a_task_that_waits_ends_with_the_engine(self) -> None:
        async def follow() -> None:
            engine = self.engine(self.folder()).aio

            async def read() -> int:
                return len([update async for update in engine.updates()])

            reading = asyncio.create_task(read())
            await asyncio.sleep(0)
            await engine.reserve(EVENT, "kim", ["A-1"])
            await engine.close()
            self.assertGreaterEqual(await reading, 1)

        ran(follow())

    def test_what_is_there_is_taken_without_waiting(self) -> None:
        engine = self.engine()
        with engine.updates() as reader:
            self.assertEqual(reader.poll(), [])
            self.assertEqual(reader.wait(timedelta(milliseconds=1)), [])
            engine.reserve(EVENT, "kim", ["A-1"])
            came = reader.wait(timedelta(seconds=30))
            self.assertIn("A-1", [_held(update) for update in came])
            self.assertEqual(reader.position, came[-1].position)
        with self.assertRaises(tacos.EngineClosedError):
            reader.poll()

    def test_a_position_that_cannot_be_is_told(self) -> None:
        engine = self.engine()
        with self.assertRaises(tacos.UpdatesLostError) as raised:
            engine.updates(2**62)
        self.assertIs(raised.exception.reason, tacos.UpdatesLostError.Reason.NOT_A_POSITION)
        for wrong in (-1, "0", True):
            with self.assertRaises((TypeError, ValueError)):
                engine.updates(wrong)  # type: ignore[arg-type]

    def test_credentials_show_themselves_only_when_asked(self) -> None:
        engine = self.engine()
        engine.set_queue_policy(EVENT, tacos.QueuePolicy())
        joined = engine.join_queue(EVENT, user="kim")
        self.assertTrue(joined.token.startswith("wtkn_"))
        self.assertNotIn(joined.token, repr(joined))
        self.assertNotIn(joined.token, repr(tacos.LeaveQueue(joined.token)))


if __name__ == "__main__":
    unittest.main()
