"""How often somebody may try: counted in memory, before the costly work, per account and per address."""

import math
import time
from collections import OrderedDict

from store.problems import Refused


class Throttle:
    """At most `most` tries of a key in `seconds`; counted when a try begins, so parallel ones count too."""

    def __init__(self, most: int, seconds: float, *, code: str, keys: int = 20_000) -> None:
        self._most = most
        self._seconds = seconds
        self._code = code
        self._keys = keys
        self._tries: OrderedDict[str, list[float]] = OrderedDict()

    def wait(self, key: str) -> int:
        """Seconds until a key may try again; 0 when it may now."""
        now = time.monotonic()
        tries = [moment for moment in self._tries.get(key, ()) if moment > now - self._seconds]
        return max(1, math.ceil(tries[0] + self._seconds - now)) if len(tries) >= self._most else 0

    def take(self, key: str) -> float:
        """Count a try, and give the mark with which `give_back` takes it back.

        :raises Refused: this throttle's code, with `seconds` to wait"""
        if seconds := self.wait(key):
            raise Refused(self._code, seconds=seconds)
        now = time.monotonic()
        tries = self._tries.setdefault(key, [])
        tries[:] = [*(moment for moment in tries if moment > now - self._seconds), now]
        self._tries.move_to_end(key)
        if len(self._tries) > self._keys:
            self._tries.popitem(last=False)
        return now

    def give_back(self, key: str, mark: float) -> None:
        """Uncount the one try that turned out well; earlier failures stay."""
        tries = self._tries.get(key, [])
        if mark in tries:
            tries.remove(mark)

    def forget(self) -> None:
        """Forget every try."""
        self._tries.clear()
