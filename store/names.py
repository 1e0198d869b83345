"""What people are called, kept as briefly as their rights: every page of records names a few of them."""

import time
from collections.abc import Iterable

from store import database
from store.actors import CACHED_S, subscribe_changed

_names: dict[int, tuple[float, str]] = {}
_turn = [0]
"""Counts what was forgotten: an answer that was on its way meanwhile is not kept."""


def forget(person_id: int | None = None) -> None:
    """Ask anew for one person's name, or for all."""
    _turn[0] += 1
    if person_id is None:
        _names.clear()
    else:
        _names.pop(person_id, None)


subscribe_changed(forget)


async def names_of(person_ids: Iterable[int]) -> dict[int, str]:
    """The names of these people by id; who does not exist is absent."""
    asked, turn = time.monotonic(), _turn[0]
    wanted = set(person_ids)
    kept = {one: known[1] for one in wanted if (known := _names.get(one)) and asked - known[0] < CACHED_S}
    missing = sorted(wanted - kept.keys())
    if not missing:
        return kept
    blanks = ', '.join('?' * len(missing))
    found = await database.rows(f'SELECT id, name FROM people WHERE id IN ({blanks})', missing, read=True)
    fresh = {row['id']: row['name'] for row in found}

    def keep() -> None:
        if turn == _turn[0]:
            _names.update((one, (asked, name)) for one, name in fresh.items())

    # A transaction may have given the name that it reads, and may yet be undone.
    database.after_commit(keep)
    return kept | fresh
