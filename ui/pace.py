"""How fast one page may act: a burst at once, then so many a second; what comes faster waits its turn."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Hashable
from weakref import WeakKeyDictionary


class Pace:
    """Slots in time, one an act. Acts keep their order; whoever is too far ahead is not let in.

    :param rate: acts a second that one may go on with
    :param burst: acts that are let in at once after a rest
    :param longest_s: so long an act may wait"""

    def __init__(
        self,
        *,
        rate: float,
        burst: int,
        longest_s: float,
        now: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._rate, self._burst, self._longest_s = rate, burst, longest_s
        self._now, self._sleep = now, sleep
        self._next: WeakKeyDictionary[Hashable, float] = WeakKeyDictionary()

    async def admit(self, who: Hashable) -> bool:
        """Wait for a slot; False, at once, when it would take too long."""
        now = self._now()
        slot = max(self._next.get(who, now), now)
        wait = slot - (self._burst - 1) / self._rate - now
        if wait > self._longest_s:
            return False
        self._next[who] = slot + 1 / self._rate
        if wait > 0:
            await self._sleep(wait)
        return True
