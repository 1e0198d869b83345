"""One answer for many who ask the same at once: ten open boards need the totals of a stage once a change."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Hashable
from typing import Any, TypeVar, cast

from store import changes, database, guard
from store.actor import Actor

T = TypeVar('T')

FRESH_S = 2.0
"""How long an answer is kept at most: another process may write without our hearing of it."""
KEPT = 256
_answers: dict[Hashable, tuple[float, asyncio.Task[Any]]] = {}


def _forget(_: object) -> None:
    _answers.clear()


changes.subscribe(_forget)


async def shared(actor: Actor, key: Hashable, work: Callable[[], Awaitable[T]]) -> T:
    """The answer to `key` since the last change of any record, or that of `work`, done once for all who wait.

    The key holds all that the answer depends on, the reader's rights included. Nothing is shared in a
    transaction."""
    if database.in_open_transaction():
        return await work()
    asked = (database.address(), key)
    since, task = _answers.get(asked, (0.0, None))
    if task is None or time.monotonic() - since > FRESH_S or _has_failed(task):
        if len(_answers) >= KEPT:
            _answers.clear()
        task = guard.spawn(_as(actor, work), name='an answer for many')
        _answers[asked] = (time.monotonic(), task)
    return cast('T', await asyncio.shield(task))


def _has_failed(task: asyncio.Task[Any]) -> bool:
    return task.done() and (task.cancelled() or task.exception() is not None)


async def _as(actor: Actor, work: Callable[[], Awaitable[T]]) -> T:
    with guard.acting(actor):
        return await work()
