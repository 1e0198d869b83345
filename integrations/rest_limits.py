"""How much one token and one address may ask for."""

import contextlib
import time
from collections import OrderedDict
from collections.abc import Iterator

from integrations.rest_calls import Answered
from store.throttle import Throttle


class Limits:
    """A bucket for each token, filled at `per_second` up to `burst`; at most `at_once` requests in flight."""

    def __init__(
        self, *, per_second: float = 1000.0, burst: float = 3000.0, at_once: int = 64, wrong_tokens: int = 30
    ) -> None:
        self._per_second = per_second
        self._burst = burst
        self._at_once = at_once
        self._buckets: OrderedDict[str, list[float]] = OrderedDict()
        self._wrong = Throttle(wrong_tokens, 60, code='too_many_requests')

    @contextlib.contextmanager
    def one(self, token: str) -> Iterator[None]:
        """Count one request of a token while it runs.

        :raises Answered: 'too_many_requests' with `seconds`"""
        bucket = self._bucket(token)
        if bucket[0] < 1 or bucket[2] >= self._at_once:
            raise Answered('too_many_requests', seconds=1)
        bucket[0] -= 1
        bucket[2] += 1
        try:
            yield
        finally:
            bucket[2] -= 1

    def _bucket(self, token: str) -> list[float]:
        """What is left, when it was filled, how many run."""
        now = time.monotonic()
        bucket = self._buckets.get(token)
        if bucket is None:
            bucket = self._buckets[token] = [self._burst, now, 0]
            if len(self._buckets) > 5000:
                self._buckets.popitem(last=False)
        bucket[0] = min(self._burst, bucket[0] + (now - bucket[1]) * self._per_second)
        bucket[1] = now
        return bucket

    def blame(self, address: str, *, guessed: bool) -> None:
        """Count a wrong token from this address.

        :raises Answered: 'too_many_requests' when it has been guessing for a while"""
        if wait := self._wrong.wait(address):
            raise Answered('too_many_requests', seconds=wait)
        if guessed:
            self._wrong.take(address)
