"""Prepared ids and keys of sixteen bytes: the answers are those of the texts, and what was changed is no id."""

import unittest
from uuid import UUID

import tacos_engine as tacos
from support import EVENT, TestCase, on_sale


class APreparedIdMeansWhatItNames(TestCase):
    def test_the_answers_are_those_of_the_texts(self) -> None:
        folder = self.folder()
        engine = self.engine(folder)
        event, user = engine.prepare_event(EVENT), engine.prepare_user("kim")
        seat = engine.prepare_seat(event, "A-7")
        key = tacos.key_of(UUID(int=7 << 120))
        self.assertEqual(key, "bytes 07000000000000000000000000000000")
        prepared = tacos.Reserve(event, user, [seat], key=key)
        held = engine.execute(prepared)
        # Under one key one is the retry of the other.
        self.assertEqual(engine.reserve(EVENT, "kim", ["A-7"], key=key), held)
        self.assertEqual([one.place.id for one in engine.seats_named(event, [seat])], ["A-7"])
        self.assertEqual(engine.seats_named(EVENT, ["A-7"])[0].state, tacos.SeatState.RESERVED)

        # Another engine takes the texts, and so does the same folder opened again.
        with tacos.Engine.in_memory() as other:
            with self.assertRaises(tacos.UnknownEvent):
                other.execute(prepared)
            on_sale(other)
            other.execute(prepared)
            self.assertEqual(other.seats_named(EVENT, ["A-7"])[0].state, tacos.SeatState.RESERVED)
        engine.close()
        with tacos.Engine.open(folder) as again:
            self.assertEqual(again.execute(prepared), held)

    def test_what_was_changed_is_no_id(self) -> None:
        engine = self.engine()
        seat = engine.prepare_seat(EVENT, "A-7")
        for at in range(len(seat)):
            forged = seat[:at] + chr(ord(seat[at]) ^ 1) + seat[at + 1 :]
            with self.subTest(forged), self.assertRaises(tacos.Invalid):
                engine.reserve(EVENT, "kim", [forged])
        self.assertEqual(engine.counts(EVENT).reserved, 0)

    def test_what_is_not_there_cannot_be_prepared(self) -> None:
        engine = self.engine()
        with self.assertRaises(tacos.UnknownEvent):
            engine.prepare_event("nope")
        with self.assertRaises(tacos.UnknownSeats):
            engine.prepare_seat(EVENT, "Z-1")
        with self.assertRaises(tacos.Invalid):
            engine.prepare_user("a b")


if __name__ == "__main__":
    unittest.main()
