"""The store's time: epoch milliseconds UTC, which a test or a set of demo data may set back."""

import contextlib
import datetime as dt
import time
from collections.abc import Iterator
from contextvars import ContextVar

EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
_fixed: ContextVar[int | None] = ContextVar('fixed moment', default=None)


def now_ms() -> int:
    """This moment, or the one set by `at`."""
    fixed = _fixed.get()
    return time.time_ns() // 1_000_000 if fixed is None else fixed


def now() -> dt.datetime:
    """This moment as an aware date-time."""
    return from_ms(now_ms())


def today(zone: dt.tzinfo = dt.UTC) -> dt.date:
    """The date of this moment in a time zone."""
    return now().astimezone(zone).date()


@contextlib.contextmanager
def at(moment: int | dt.datetime) -> Iterator[None]:
    """Inside the block `now_ms` gives this moment: demo data get a believable past."""
    token = _fixed.set(to_ms(moment) if isinstance(moment, dt.datetime) else moment)
    try:
        yield
    finally:
        _fixed.reset(token)


def to_ms(moment: dt.datetime) -> int:
    """Epoch milliseconds of an aware date-time, exact."""
    return (moment - EPOCH) // dt.timedelta(milliseconds=1)


def from_ms(value: int) -> dt.datetime:
    """The aware UTC date-time of epoch milliseconds."""
    return EPOCH + dt.timedelta(milliseconds=value)
