"""Works on imports that go on in the background of this process, at most one of a kind for each import."""

import asyncio
from collections.abc import Callable, Coroutine, Iterable
from typing import Any

from store import Refused, people, spawn
from store.actor import Actor

Work = Callable[[int, int], Coroutine[Any, Any, None]]


class UnderWay:
    """Works of one kind, each `work(import_id, person_id)`; `name` stands in the names of their tasks."""

    def __init__(self, name: str, work: Work) -> None:
        self._name = name
        self._work = work
        self._tasks: dict[int, asyncio.Task[None]] = {}

    def start(self, import_id: int, person_id: int) -> None:
        """Let it work; nobody has to wait."""
        task = spawn(self._work(import_id, person_id), name=f'{self._name} {import_id}')
        self._tasks[import_id] = task
        task.add_done_callback(lambda _: self._tasks.pop(import_id, None))

    def start_missing(self, waiting: Iterable[tuple[int, int]]) -> None:
        """Start those (import, person) that do not work here already."""
        for import_id, person_id in waiting:
            if import_id not in self._tasks:
                self.start(import_id, person_id)

    async def wait(self, import_id: int) -> None:
        """Until this one has ended, if it works here."""
        if import_id in self._tasks:
            await asyncio.wait({self._tasks[import_id]})


async def present(person_id: int) -> Actor:
    """The person with their rights of this moment.

    :raises Refused: 'signed_out'"""
    actor = await people.actor_of_person(person_id)
    if actor is None:
        raise Refused('signed_out')
    return actor
