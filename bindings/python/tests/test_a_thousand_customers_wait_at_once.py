"""asyncio: many tasks wait at once, none blocks the loop, and one that is cancelled gives up its waiting only."""

import asyncio
import unittest

import tacos_engine as tacos
from support import EVENT, SEATS, TestCase, on_sale, ran
from tacos_engine.aio import _Awaited


class AThousandCustomersWaitAtOnce(TestCase):
    def test_each_gets_the_seat_that_was_asked_for(self) -> None:
        async def sell() -> None:
            async with await tacos.AsyncEngine.open(self.folder()) as engine:
                on_sale(engine.blocking)

                async def buy(number: int) -> str:
                    held = await engine.reserve(EVENT, f"user{number}", [f"A-{number}"])
                    await engine.confirm(held.id, user=f"user{number}")
                    return held.places[0].id

                sold = await asyncio.gather(*(buy(number) for number in range(1, SEATS + 1)))
                self.assertEqual(sold, [f"A-{number}" for number in range(1, SEATS + 1)])
                self.assertEqual(engine.counts(EVENT).sold, SEATS)
                self.assertEqual(engine._border.waiting, 0)

        ran(sell())

    def test_other_tasks_run_while_a_write_waits_for_the_disk(self) -> None:
        async def sell() -> None:
            engine = self.engine(self.folder()).aio
            turns = 0

            async def count() -> None:
                nonlocal turns
                while True:
                    turns += 1
                    await asyncio.sleep(0)

            counting = asyncio.create_task(count())
            for number in range(1, 11):
                await engine.reserve(EVENT, f"user{number}", [f"A-{number}"])
            counting.cancel()
            self.assertGreater(turns, 10)

        ran(sell())

    def test_a_task_that_is_cancelled_gives_up_its_waiting_and_not_the_write(self) -> None:
        async def sell() -> None:
            engine = self.engine(self.folder()).aio
            cancelled = 0
            for number in range(1, 51):
                task = asyncio.create_task(engine.reserve(EVENT, f"user{number}", [f"A-{number}"], key="k"))
                # The task asks, and waits.
                await asyncio.sleep(0)
                task.cancel()
                try:
                    await task
                except asyncio.CancelledError:
                    cancelled += 1
            self.assertGreater(cancelled, 0, "no task was met while it waited")
            self.assertEqual(engine._border.waiting, 0)
            # Asking again tells what became of it: the same answer, and nothing new.
            again = await engine.reserve(EVENT, "user1", ["A-1"], key="k")
            self.assertEqual(again.places[0].id, "A-1")
            self.assertEqual(engine.counts(EVENT).reserved, 50)

        ran(sell())

    def test_a_batch_is_awaited_and_its_refusals_are_entries(self) -> None:
        async def sell() -> None:
            engine = self.engine(self.folder()).aio
            batch = [tacos.Reserve(EVENT, f"user{number}", ["A-1"]) for number in range(3)]
            answers = await engine.execute_all(batch)
            self.assertEqual([type(one) for one in answers], [tacos.Reserved, tacos.SeatsTaken, tacos.SeatsTaken])
            self.assertEqual(await engine.execute_all([]), [])
            with self.assertRaises(tacos.SeatsTaken):
                await engine.reserve(EVENT, "lee", ["A-1"])

        ran(sell())

    def test_more_than_may_be_under_way_are_served_by_other_threads(self) -> None:
        async def sell() -> None:
            engine = self.engine(self.folder(), tacos.Options(in_flight_max=2)).aio
            asked = (engine.reserve(EVENT, f"user{number}", [f"A-{number}"]) for number in range(1, 101))
            held = await asyncio.gather(*asked)
            self.assertEqual(len({one.id for one in held}), 100)

        ran(sell())

    def test_one_engine_serves_several_event_loops(self) -> None:
        engine = self.engine(self.folder())

        async def buy(first: int) -> int:
            asked = (engine.aio.reserve(EVENT, f"user{n}", [f"A-{n}"]) for n in range(first, first + 100))
            return len(await asyncio.gather(*asked))

        async def all_loops() -> list[int]:
            return await asyncio.gather(*(asyncio.to_thread(ran, buy(first)) for first in (1, 101, 201)))

        self.assertEqual(ran(all_loops()), [100, 100, 100])
        self.assertEqual(engine.counts(EVENT).reserved, 300)

    def test_a_loop_that_ended_is_in_no_other_customers_way(self) -> None:
        engine = self.engine(self.folder())

        async def leave() -> None:
            for number in range(1, 101):
                waiter = _Awaited(asyncio.get_running_loop())
                engine.aio._border.ask(tacos.Reserve(EVENT, f"user{number}", [f"A-{number}"]), waiter)

        asyncio.run(leave())
        self.assertEqual(engine.reserve(EVENT, "kim", ["A-500"]).places[0].id, "A-500")


if __name__ == "__main__":
    unittest.main()
