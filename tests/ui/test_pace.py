"""A page that acts faster than any person waits, and one that does not stop is cut off."""

from ui.pace import Pace


class Page:
    """Somebody who acts."""


class Clock:
    """Moves when somebody sleeps, and when it is told to."""

    def __init__(self) -> None:
        self.now = 0.0
        self.slept: list[float] = []

    async def sleep(self, seconds: float) -> None:
        """Note it; the time of others does not pass by it."""
        self.slept.append(round(seconds, 6))


def pace(clock: Clock) -> Pace:
    return Pace(rate=8, burst=5, longest_s=2, now=lambda: clock.now, sleep=clock.sleep)


async def test_a_burst_passes_at_once_and_what_comes_faster_waits_in_order() -> None:
    clock, page = Clock(), Page()
    one = pace(clock)
    assert [await one.admit(page) for _ in range(8)] == [True] * 8
    assert clock.slept == [0.125, 0.25, 0.375]


async def test_after_a_rest_everything_passes_again() -> None:
    clock, page = Clock(), Page()
    one = pace(clock)
    for _ in range(5):
        await one.admit(page)
    clock.now = 0.625
    for _ in range(5):
        assert await one.admit(page)
    assert clock.slept == []


async def test_whoever_does_not_stop_is_not_let_in_and_no_other_page_feels_it() -> None:
    clock, page, other = Clock(), Page(), Page()
    one = pace(clock)
    admitted = [await one.admit(page) for _ in range(100)]
    assert admitted == [True] * 21 + [False] * 79
    assert max(clock.slept) == 2
    assert await one.admit(other)
    clock.now = 10
    assert await one.admit(page)
