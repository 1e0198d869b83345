"""What time it is for the engine, and the heartbeat that makes it look."""

import contextlib
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta

from apscheduler.schedulers.asyncio import AsyncIOScheduler

from store import clock


class Clock:
    """The real time."""

    def now(self) -> datetime:
        """This moment, aware, in UTC."""
        return datetime.now(UTC)

    def stamp(self) -> AbstractContextManager[None]:
        """Inside, records are stamped with this clock's time; the real one needs no help."""
        return contextlib.nullcontext()


class FakeClock(Clock):
    """A clock that stands still until it is told to go on."""

    def __init__(self, now: datetime) -> None:
        self._now = now.astimezone(UTC)

    def now(self) -> datetime:
        """The moment it was set to."""
        return self._now

    def stamp(self) -> AbstractContextManager[None]:
        """Inside, records are stamped with this clock's time."""
        return clock.at(self._now)

    def forward(self, **by: float) -> None:
        """Go on by so many `days`, `hours`, `minutes`, `seconds`."""
        self._now += timedelta(**by)

    def set(self, now: datetime) -> None:
        """Jump to a moment."""
        self._now = now.astimezone(UTC)


class Heartbeat:
    """Calls `beat` every second, late rather than never, and never twice at once."""

    def __init__(self, beat: Callable[[], None], every_s: float = 1.0) -> None:
        async def pulse() -> None:
            # A plain function would be called in a thread, where setting an event wakes nobody.
            beat()

        self._scheduler = AsyncIOScheduler(timezone=UTC)
        # Without misfire_grace_time=None a beat that is more than a second late is silently left out.
        self._scheduler.add_job(
            pulse, 'interval', seconds=every_s, coalesce=True, max_instances=1, misfire_grace_time=None
        )

    def start(self) -> None:
        """Begin; call it outside any transaction, as the timer keeps the context it is started in."""
        self._scheduler.start()

    def stop(self) -> None:
        """End."""
        self._scheduler.shutdown(wait=False)
