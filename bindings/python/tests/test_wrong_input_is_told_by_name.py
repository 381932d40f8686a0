"""Wrong types, numbers out of range, bytes that no answer has, a library that does not fit: each is told clearly."""

import subprocess
import sys
import unittest
from datetime import UTC, datetime, timedelta
from typing import Any

import tacos_engine as tacos
from support import EVENT, TestCase
from tacos_engine._bytes import Reader
from tacos_engine._outcomes import outcome
from tacos_engine._reading import read_answer, read_update


class WrongInputIsToldByName(TestCase):
    def told(self, kind: type[Exception], words: str, call: Any, *arguments: Any, **named: Any) -> None:
        with self.subTest(words):
            with self.assertRaises(kind) as raised:
                call(*arguments, **named)
            self.assertIn(words, str(raised.exception))

    def test_wrong_types_and_numbers(self) -> None:
        engine = self.engine()
        reserve = engine.reserve
        self.told(TypeError, "want must be a list, not 'A-7'", reserve, EVENT, "kim", "A-7")
        self.told(TypeError, "want must be a list, not 7", reserve, EVENT, "kim", 7)
        self.told(TypeError, "want must be a text, not 7", reserve, EVENT, "kim", [7])
        self.told(TypeError, "event must be a text, not None", reserve, None, "kim", ["A-7"])
        self.told(TypeError, "key must be a text, not 7", reserve, EVENT, "kim", ["A-7"], key=7)
        self.told(TypeError, "trusted must be a bool, not 1", reserve, EVENT, "kim", ["A-7"], trusted=1)
        self.told(ValueError, "quantity must fit in 32 bits", reserve, EVENT, "kim", tacos.Best(2**31))
        self.told(TypeError, "quantity must be a whole number, not True", reserve, EVENT, "kim", tacos.Best(True))
        self.told(TypeError, "quantity must be a whole number, not 2.0", reserve, EVENT, "kim", tacos.Best(2.0))  # type: ignore[arg-type]
        self.told(ValueError, "user has half of a surrogate pair", reserve, EVENT, "\ud800", ["A-7"])
        now = datetime(2027, 1, 1)
        self.told(ValueError, "hold_until must say its time zone", reserve, EVENT, "kim", ["A-7"], hold_until=now)
        self.told(TypeError, "which must be a text, not 7", engine.confirm, 7)
        self.told(TypeError, "state must be a SaleState", engine.set_sale, EVENT, tacos.PaymentState.FAILED)
        self.told(TypeError, "by must be a timedelta, not 30", engine.extend, "rsv_1", 30)
        self.told(TypeError, "value must be bytes, not 'Seoul'", engine.set_note, "city", "Seoul")
        self.told(TypeError, "settings must be a EventSettings", engine.update_event, EVENT, {})
        self.told(TypeError, "sections must be a Seated", engine.create_event, "e", settings(), ["stalls"])
        self.told(TypeError, "not a command", engine.execute, "reserve")
        self.told(TypeError, "not a command", engine.execute_all, [tacos.Reserve(EVENT, "kim", ["A-7"]), None])
        self.told(TypeError, "event must be a text", engine.counts, 7)
        self.told(TypeError, "options must be a Options", tacos.Engine.in_memory, {})
        self.told(TypeError, "durability must be a Synced", tacos.Engine.in_memory, tacos.Options(durability="synced"))  # type: ignore[arg-type]
        self.told(ValueError, "in_flight_max", tacos.Options, in_flight_max=0)
        # Nothing of all this was done, and nothing waits.
        self.assertEqual(engine.counts(EVENT).available, 1_000)
        self.assertEqual(engine._border.waiting, 0)

    def test_what_the_engine_refuses_is_named(self) -> None:
        engine = self.engine()
        with self.assertRaises(tacos.Invalid) as raised:
            engine.extend("rsv_1", timedelta(milliseconds=-1))
        self.assertEqual([one.field for one in raised.exception.problems], ["reservation"])
        with self.assertRaises(tacos.UnknownEvent):
            engine.event("evt_2")
        with self.assertRaises(tacos.OpenError) as not_opened:
            tacos.Engine.in_memory(tacos.Options(payment_time_permille=0))
        self.assertIs(not_opened.exception.reason, tacos.OpenError.Reason.CONFIG)
        self.assertEqual([one.field for one in not_opened.exception.problems], ["payment_time_permille"])

    def test_a_panic_behind_the_border_is_an_exception(self) -> None:
        from tacos_engine import _uniffi

        engine = self.engine()
        with self.assertRaisesRegex(tacos.EngineBugError, "the engine panicked: on purpose"):
            from tacos_engine._native import crossing

            crossing(engine._border.raw, _uniffi.panic_for_test, "on purpose")
        with self.assertRaisesRegex(tacos.EngineBugError, "cannot read what it was asked"):
            crossing(engine._border.raw, engine._border.raw.submit, 1, b"\xff")
        self.assertEqual(engine.counts(EVENT).total, 1_000)

    def test_bytes_that_no_answer_has_are_told(self) -> None:
        engine = self.engine()
        asked = bytearray()
        from tacos_engine._writing import put_command

        put_command(asked, tacos.Reserve(EVENT, "kim", ["A-7"]))
        raw = engine._border.raw
        with engine.updates() as reader:
            whole = raw.submit(1, bytes(asked)) or _drained(raw)
            assert reader._raw is not None
            told = reader._raw.wait(30_000)
        for cut in range(len(whole)):
            with self.assertRaises(tacos.EngineBugError):
                outcome(Reader(whole[:cut]), read_answer)
        with self.assertRaisesRegex(tacos.EngineBugError, "left over"):
            outcome(Reader(whole + b"\0"), read_answer)
        for cut in range(len(told)):
            with self.assertRaises(tacos.EngineBugError):
                Reader(told[:cut]).whole(lambda of: of.many(read_update))
        for wrong in (b"\x05", b"\x00\xfe", b"\x01\x7f\xff\xff\xff", b"\x01\xff\xff\xff\xff"):
            with self.assertRaises(tacos.EngineBugError):
                outcome(Reader(wrong), read_answer)

    def test_moments_beyond_those_of_python_are_its_last(self) -> None:
        never, millisecond = b"\x7f" + b"\xff" * 7, timedelta(milliseconds=1)
        self.assertEqual(Reader(never).moment(), datetime.max.replace(tzinfo=UTC))
        self.assertEqual(Reader(never).duration(), timedelta.max // millisecond * millisecond)

    def test_a_library_that_is_missing_or_does_not_fit_is_told(self) -> None:
        lines = {
            "sys.modules['tacos_engine._uniffi'] = None": "without its native library",
            "import tacos_engine._native as n; n.ENCODING = 1": "another build",
            "import ctypes; ctypes.cdll.LoadLibrary = lambda path: ctypes.CDLL('/no/library.so')": "cannot be loaded",
        }
        for line, words in lines.items():
            program = (
                f"import sys\n{line}\nimport tacos_engine\n"
                "try: tacos_engine.Engine.in_memory()\n"
                "except tacos_engine.LibraryError as why: print(why)"
            )
            done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=50)
            self.assertIn(words, done.stdout, done.stderr)


def settings() -> tacos.EventSettings:
    return tacos.EventSettings("A concert", "KRW")


def _drained(raw: Any) -> bytes:
    while not (came := raw.drain(1_000)):
        pass
    return bytes(came[12:])


if __name__ == "__main__":
    unittest.main()
