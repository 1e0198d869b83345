"""No SQL without an actor: who acts travels with the task, and tasks start in a clean context."""

import asyncio
import contextlib
from collections.abc import Coroutine, Iterator
from contextvars import Context, ContextVar, copy_context
from typing import Any, TypeVar

from store.actor import Actor
from store.problems import Unguarded

T = TypeVar('T')

DOOR = Actor(person_id=None, name='Door', built_in='door')
"""Reads people and tokens to check a sign-in."""
ENGINE = Actor(person_id=None, name='Engine', built_in='engine')
"""Keeps rules, runs and the change log; touches no record."""
SETUP = Actor(person_id=None, name='Setup', is_admin=True, built_in='setup')
"""Migrates, and installs a solution before anybody is known."""
DIRECTORY = Actor(person_id=None, name='Directory', is_admin=True, built_in='directory')
"""Takes over people from the company's directory by schedule."""

_acting: ContextVar[Actor | None] = ContextVar('acting', default=None)
_tied: ContextVar[bool] = ContextVar('tied', default=False)
_base: list[Context] = []
_tasks: set[asyncio.Task[Any]] = set()


def current_actor() -> Actor:
    """Who acts now.

    :raises Unguarded: nobody does"""
    actor = _acting.get()
    if actor is None:
        raise Unguarded
    return actor


@contextlib.contextmanager
def acting(actor: Actor) -> Iterator[Actor]:
    """Let `actor` act inside the block."""
    token = _acting.set(actor)
    try:
        yield actor
    finally:
        _acting.reset(token)


def tie() -> None:
    """Let this task, and what it starts, write nothing: somebody looks through another's eyes."""
    _tied.set(True)


def is_tied() -> bool:
    """Whether nothing may be written here."""
    actor = _acting.get()
    return _tied.get() or (actor is not None and actor.read_only)


@contextlib.contextmanager
def untied() -> Iterator[None]:
    """Inside the block the house writes for itself: that a session lives, and what was done."""
    token = _tied.set(False)
    try:
        yield
    finally:
        _tied.reset(token)


def remember_context() -> None:
    """Take the present context, outside any transaction, as the one that `spawn` starts tasks in."""
    _base[:] = [copy_context()]


def clean_context() -> Context:
    """A copy of the remembered context: no actor, no transaction."""
    context = _base[0].copy() if _base else Context()
    context.run(_acting.set, None)
    return context


def spawn(work: Coroutine[Any, Any, T], *, name: str) -> asyncio.Task[T]:
    """Start a task that inherits neither the actor nor an open transaction.

    A plain task keeps the transaction it was started in, and its writes would vanish with somebody else's."""
    task = asyncio.get_running_loop().create_task(work, name=name, context=clean_context())
    _tasks.add(task)
    task.add_done_callback(_tasks.discard)
    return task
