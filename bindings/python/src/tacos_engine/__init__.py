"""
A ticket-sale engine in this process: seats, holds, waiting lines, reservations and payments of any number of events.

`Engine` is for threads, `AsyncEngine` for asyncio. Commands (`commands`) are plain data and calls of the same name;
what they give stands in `results`; an expected "no" is raised as a `Refused` (`refusals`); what followers are told
stands in `updates`, whose facts are named through their module: `updates.Seats`.
"""

from typing import TYPE_CHECKING, Any

from . import commands, errors, refusals, results, settings, states, updates, values, views
from ._follow import Updates
from ._whole import engine_version, key_of
from .commands import *
from .engine import Engine
from .errors import *
from .options import Options
from .refusals import *
from .results import *
from .settings import *
from .states import *
from .updates import PlaceChange, ReservationChange, Update
from .values import *
from .views import *

if TYPE_CHECKING:
    from .aio import AsyncEngine, AsyncUpdates

__version__ = "0.1.0"
__all__ = [
    "AsyncEngine",
    "AsyncUpdates",
    "Engine",
    "Options",
    "PlaceChange",
    "ReservationChange",
    "Update",
    "Updates",
    "engine_version",
    "key_of",
    "updates",
]
__all__ += commands.__all__
__all__ += errors.__all__
__all__ += refusals.__all__
__all__ += results.__all__
__all__ += settings.__all__
__all__ += states.__all__
__all__ += values.__all__
__all__ += views.__all__


def __getattr__(name: str) -> Any:
    # A program without an event loop does not load asyncio.
    if name in ("AsyncEngine", "AsyncUpdates"):
        from . import aio

        return getattr(aio, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
