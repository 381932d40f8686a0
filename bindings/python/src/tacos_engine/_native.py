"""The native library: loaded at the first use, checked to fit, and left alone in a process that was forked."""

from __future__ import annotations

import functools
import os
from collections.abc import Callable
from types import ModuleType
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar
from weakref import WeakSet

from ._reading import ENCODING
from .errors import EngineBugError, EngineClosedError, EngineError, JobError, LibraryError, OpenError
from .refusals import Problem

if TYPE_CHECKING:
    from . import _uniffi

P = ParamSpec("P")
T = TypeVar("T")


@functools.cache
def library() -> ModuleType:
    """The lower layer, which uniffi wrote out of the library; importing it loads the library beside it."""
    try:
        from . import _uniffi
    except ModuleNotFoundError as why:
        raise LibraryError("this package of tacos_engine was made without its native library") from why
    except OSError as why:
        raise LibraryError(f"the native library of tacos_engine cannot be loaded: {why}") from why
    except Exception as why:
        raise LibraryError(f"the native library of tacos_engine is of another build than this package: {why}") from why
    # A library of another build would take one field for another.
    theirs = _uniffi.encoding()
    if theirs != ENCODING:
        raise LibraryError(
            f"the native library of tacos_engine is of another build than this package: {theirs}, not {ENCODING}"
        )
    return _uniffi


# Objects of the library that this process has.
_OBJECTS: WeakSet[Any] = WeakSet()


def _forked() -> None:
    """A child has the objects of its parent, but none of the threads behind them: letting go of one would never end."""
    for one in _OBJECTS:
        one._handle = None


os.register_at_fork(after_in_child=_forked)


def tracked(one: T) -> T:
    """The object, which will be useless after a fork."""
    _OBJECTS.add(one)
    return one


def is_abandoned(one: _uniffi.RawEngine | _uniffi.RawUpdates) -> bool:
    """True if the object belongs to the process that this one was forked from."""
    return one._handle is None


def crossing(
    one: _uniffi.RawEngine | _uniffi.RawUpdates, call: Callable[P, T], *arguments: P.args, **named: P.kwargs
) -> T:
    """Calls a method of an object of the library, and gives a panic behind it its name here."""
    if one._handle is None:
        raise EngineError("the engine was opened before this process was forked: open engines after the fork")
    native = library()
    try:
        return call(*arguments, **named)
    except native.InternalError as panic:
        raise EngineBugError(f"the engine panicked: {panic}") from panic
    except native.RawRequestError as malformed:
        raise EngineBugError(f"the engine cannot read what it was asked: {malformed}") from malformed


def opened(open_it: Callable[[Any], _uniffi.RawEngine]) -> _uniffi.RawEngine:
    """Opens an engine by a function of the library."""
    native = library()
    raised = native.RawOpenError
    try:
        return tracked(open_it(native))
    except raised.Config as why:
        problems = tuple(Problem(one.field, one.reason, one.value) for one in why.problems)
        text = "; ".join(f"{one.field} {one.reason}" for one in problems)
        raise OpenError(OpenError.Reason.CONFIG, f"the configuration cannot be used: {text}", problems) from None
    except raised.Locked as why:
        raise OpenError(OpenError.Reason.LOCKED, why.text) from None
    except raised.Journal as why:
        raise OpenError(OpenError.Reason.JOURNAL, why.text) from None
    except raised.System as why:
        raise OpenError(OpenError.Reason.SYSTEM, why.text) from None
    except raised.Malformed as why:
        raise EngineBugError(why.text) from None
    except native.InternalError as panic:
        raise EngineBugError(f"the engine panicked: {panic}") from panic


def job(one: _uniffi.RawEngine, call: Callable[P, T], *arguments: P.args, **named: P.kwargs) -> T:
    """Calls a method that maintains the engine."""
    raised = library().RawJobError
    try:
        return crossing(one, call, *arguments, **named)
    except raised.Closed:
        raise EngineClosedError from None
    except raised.NoFolder:
        raise JobError("an engine in memory has no folder") from None
    except raised.Busy:
        raise JobError("another snapshot is being taken") from None
    except (raised.Misused, raised.Failed) as why:
        raise JobError(why.text) from None
