"""One customer from the hold to the sale, with every kind of call that blocks."""

import pickle
import threading
import unittest
from datetime import UTC, datetime, timedelta

import tacos_engine as tacos
from support import EVENT, TestCase


class ACustomerBuysASeat(TestCase):
    def test_a_hold_becomes_a_sale_and_is_there_after_a_restart(self) -> None:
        folder = self.folder()
        with self.engine(folder) as engine:
            held = engine.reserve(EVENT, "kim", ["A-7"])
            self.assertEqual([place.id for place in held.places], ["A-7"])
            self.assertEqual(held.total_minor, 5_000)
            self.assertGreater(held.expires_at, datetime.now(UTC))
            sold = engine.confirm(held.id, user="kim")
            self.assertTrue(sold.order.startswith("ord_"))
        with tacos.Engine.open(folder) as engine:
            self.assertEqual(engine.counts(EVENT).sold, 1)
            found = engine.reservation(held.id, user="kim")
            self.assertIs(found.state, tacos.ReservationState.CONFIRMED)
            page = engine.reservations("kim")
            self.assertEqual((page.items, page.next), ((found,), None))

    def test_a_refusal_is_an_exception_that_names_what_it_is_about(self) -> None:
        engine = self.engine()
        engine.reserve(EVENT, "kim", ["A-7"])
        with self.assertRaises(tacos.SeatsTaken) as raised:
            engine.reserve(EVENT, "lee", ["A-6", "A-7"])
        refused = raised.exception
        self.assertEqual((refused.seats, refused.code), (("A-7",), "seats_taken"))
        self.assertIn("A-7", str(refused))
        self.assertFalse(refused.transient)
        again = pickle.loads(pickle.dumps(refused))
        self.assertEqual((type(again), again.seats, str(again)), (tacos.SeatsTaken, refused.seats, str(refused)))
        with self.assertRaises(tacos.Invalid) as raised_invalid:
            engine.reserve(EVENT, "a user", tacos.Best(2))
        self.assertEqual([problem.field for problem in raised_invalid.exception.problems], ["user"])

    def test_answers_of_a_batch_come_in_its_order(self) -> None:
        engine = self.engine()
        wants: list[tacos.Command[object]] = [
            tacos.Reserve(EVENT, "kim", ["A-1"]),
            tacos.Reserve(EVENT, "lee", ["A-1"]),
            tacos.ReadReservations("kim"),
        ]
        held, refused, page = engine.execute_all(wants)
        self.assertIsInstance(held, tacos.Reserved)
        self.assertIsInstance(refused, tacos.SeatsTaken)
        self.assertEqual([one.id for one in page.items], [held.id])
        self.assertEqual(engine.execute_all([]), [])

    def test_a_future_has_the_answer_or_the_refusal(self) -> None:
        engine = self.engine(self.folder())
        held = engine.submit(tacos.Reserve(EVENT, "kim", ["A-1"]))
        taken = engine.submit(tacos.Reserve(EVENT, "lee", ["A-1"]))
        self.assertEqual(held.result(30).event, EVENT)
        self.assertIsInstance(taken.exception(30), tacos.SeatsTaken)

    def test_what_is_done_with_an_answer_may_ask_again(self) -> None:
        engine = self.engine(self.folder())
        seen: list[int] = []
        called = threading.Semaphore(0)
        futures = [engine.submit(tacos.Reserve(EVENT, f"user{number}", [f"A-{number}"])) for number in range(1, 101)]

        def ask_again(_: object) -> None:
            seen.append(len(engine.reservations("user1").items))
            called.release()

        for future in futures:
            future.add_done_callback(ask_again)
        # A future has its result before its callbacks are called: the engine must not be closed between the two.
        for future in futures:
            future.result(30)
            self.assertTrue(called.acquire(timeout=30), f"only {len(seen)} callbacks were called")
        engine.close()
        self.assertEqual(seen, [1] * 100)

    def test_time_by_hand_goes_on_by_hand(self) -> None:
        start = datetime(2027, 1, 1, tzinfo=UTC)
        engine = self.engine(options=tacos.Options(time_by_hand_from=start))
        held = engine.reserve(EVENT, "kim", ["A-7"])
        self.assertEqual(held.expires_at, start + timedelta(minutes=1))
        self.assertEqual(engine.advance(timedelta(minutes=1)), start + timedelta(minutes=1))
        self.assertEqual(engine.counts(EVENT).available, 1_000)

    def test_what_can_be_looked_at_is_shown(self) -> None:
        engine = self.engine()
        self.assertEqual([event.id for event in engine.events()], [EVENT])
        self.assertEqual(engine.seats(EVENT, 3, 2)[0].place.id, "A-4")
        self.assertEqual(engine.free_seats(EVENT).bit_count(), 1_000)
        engine.reserve(EVENT, "kim", ["A-7"])
        self.assertFalse(engine.free_seats(EVENT) >> engine.free_seat_bit(EVENT, "A-7") & 1)
        engine.set_note("city", b"Seoul")
        self.assertEqual(engine.notes(), {"city": b"Seoul"})
        self.assertEqual((engine.note("city"), engine.note("town")), (b"Seoul", None))
        snapshot = engine.event_snapshot(EVENT)
        self.assertEqual((len(snapshot.seats), snapshot.event.counts.reserved), (1_000, 1))
        self.assertEqual(engine.status().events, 1)
        self.assertEqual(tacos.engine_version(), tacos.__version__)

    def test_a_folder_is_copied_and_the_copy_opens(self) -> None:
        engine, copy = self.engine(self.folder()), self.folder()
        engine.reserve(EVENT, "kim", ["A-7"])
        self.assertGreater(engine.snapshot(), 0)
        engine.backup(copy)
        with tacos.Engine.open(copy) as second:
            self.assertEqual(second.counts(EVENT).reserved, 1)
        with self.assertRaisesRegex(tacos.JobError, "no folder"):
            self.engine().snapshot()


if __name__ == "__main__":
    unittest.main()
