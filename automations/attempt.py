"""The one place where anything that goes wrong is caught, so that one bad rule or server never stops the
others."""

import logging
from collections.abc import Awaitable
from typing import Generic, TypeVar

from store.problems import Problem

T = TypeVar('T')
log = logging.getLogger('artel.engine')


class Attempt(Generic[T]):
    """What came of some work: its result, or the error it ended with."""

    def __init__(self, result: T | None, error: Exception | None = None) -> None:
        self.result = result
        self.error = error

    @property
    def problem(self) -> Problem | None:
        """The refusal, when it was one."""
        return self.error if isinstance(self.error, Problem) else None


async def attempt(work: Awaitable[T], name: str) -> Attempt[T]:
    """Await the work and keep what went wrong; a bug is logged with its trace, a refusal is not."""
    try:
        return Attempt(await work)
    except Problem as problem:
        return Attempt(None, problem)
    except Exception as error:
        log.exception('%s failed', name)
        return Attempt(None, error)
