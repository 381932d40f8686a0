"""Blocks of lines between the runner and this driver: reading and writing them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

_ESCAPES = (("\\", "\\\\"), ("\n", "\\n"), ("\t", "\\t"), ("\r", "\\r"))
_UNESCAPED = {"\\": "\\", "n": "\n", "t": "\t", "r": "\r"}


def _unescape(text: str) -> str:
    out, signs = [], iter(text)
    for sign in signs:
        out.append(_UNESCAPED[next(signs)] if sign == "\\" else sign)
    return "".join(out)


def _escape(text: str) -> str:
    for plain, escaped in _ESCAPES:
        text = text.replace(plain, escaped)
    return text


def _scalar(value: str) -> Any:
    kind, text = value[0], value[1:]
    match kind:
        case "s":
            return _unescape(text)
        case "i":
            return int(text)
        case "b":
            return text == "1"
        case "l":
            return []
        case "o":
            return {}
    raise ValueError(f"no kind {kind!r}")


def read_block(lines: Iterator[str]) -> tuple[str, dict[str, Any]] | None:
    """The next block; none at the end of the input."""
    word = next(lines, None)
    if word is None:
        return None
    fields: dict[str, Any] = {}
    for line in lines:
        line = line.rstrip("\n")
        if not line:
            return word.rstrip("\n"), fields
        path, value = line.split("\t", 1)
        at: Any = fields
        *way, last = path.split(".")
        for part in way:
            at = at[int(part)] if isinstance(at, list) else at[part]
        if isinstance(at, list):
            at.append(_scalar(value))
        else:
            at[last] = _scalar(value)
    raise ValueError(f"a block has no end: {word!r}")


class Answer:
    """A block that goes out. What has no value has no line."""

    def __init__(self, word: str, **fields: Any) -> None:
        self.word = word
        self.fields = fields

    def written(self) -> str:
        lines = [self.word]
        for name, value in self.fields.items():
            _put(lines, name, value)
        return "\n".join(lines) + "\n\n"


def _put(lines: list[str], path: str, value: Any) -> None:
    match value:
        case None:
            return
        case bool():
            lines.append(f"{path}\tb{int(value)}")
        case int():
            lines.append(f"{path}\ti{value}")
        case str():
            lines.append(f"{path}\ts{_escape(value)}")
        case list():
            lines.append(f"{path}\tl{len(value)}")
            for at, entry in enumerate(value):
                _put(lines, f"{path}.{at}", entry)
        case dict():
            lines.append(f"{path}\to")
            for name, entry in value.items():
                _put(lines, f"{path}.{name}", entry)
        case other:
            raise TypeError(f"{path} cannot be said: {other!r}")
