"""Who follows a record: its owner and those who spoke there by themselves, others because they chose to."""

import re
from collections.abc import Iterable, Sequence

from store import actors, database, guard
from store.actor import Actor
from store.catalogs import SCHEMA
from store.folding import fold
from store.problems import NotFound, Refused
from store.records import Records
from store.values import Ref

MOST_TOLD = 200
"""More people than these are not told of one message."""
SUGGESTED = 8
_NAMED = re.compile(r'(?<![\w@])@(?=\w)')


async def follow(actor: Actor, catalog: str, record_id: int, *, is_on: bool) -> None:
    """Follow a record from now on, or no longer.

    :raises NotFound: no such record, or not for this actor"""
    await Records(actor).get(catalog, record_id)
    if actor.person_id is None:
        raise Refused('nobody_follows')
    with guard.acting(actor):
        await database.rows(
            'INSERT INTO follows (catalog_id, record_id, person_id, is_on) VALUES (?, ?, ?, ?)'
            ' ON CONFLICT (catalog_id, record_id, person_id) DO UPDATE SET is_on = excluded.is_on',
            [SCHEMA[catalog].id, record_id, actor.person_id, int(is_on)],
        )


async def follows(actor: Actor, catalog: str, record_id: int) -> bool:
    """Whether the actor follows a record.

    :raises NotFound: no such record, or not for this actor"""
    view = await Records(actor).get(catalog, record_id)
    return actor.person_id in await followers(catalog, record_id, view.owner.id if view.owner else None)


async def followers(catalog: str, record_id: int, owner_id: int | None) -> list[int]:
    """The people who follow a record, whether or not they may read it now."""
    place = [SCHEMA[catalog].id, record_id]
    with guard.acting(guard.ENGINE):
        spoke = await database.rows(
            "SELECT DISTINCT actor_id FROM changes WHERE kind = 'commented' AND catalog_id = ?"
            ' AND record_id = ? AND actor_id IS NOT NULL',
            place,
            read=True,
        )
        chose = await database.rows(
            'SELECT person_id, is_on FROM follows WHERE catalog_id = ? AND record_id = ?', place, read=True
        )
    found = {row['actor_id'] for row in spoke} | ({owner_id} if owner_id else set())
    found |= {row['person_id'] for row in chose if row['is_on']}
    return sorted(found - {row['person_id'] for row in chose if not row['is_on']})


async def may_read(person_id: int, catalog: str, record_id: int) -> bool:
    """Whether a person may read a record at this moment; deactivated people may nothing."""
    actor = await actors.actor_of_person(person_id)
    if actor is None:
        return False
    try:
        await Records(actor).get(catalog, record_id)
    except NotFound:
        return False
    return True


async def readers(catalog: str, record_id: int, people: Iterable[int], limit: int = MOST_TOLD) -> list[int]:
    """Those of these people who may read a record at this moment."""
    found: list[int] = []
    for person_id in dict.fromkeys(people):
        if len(found) < limit and await may_read(person_id, catalog, record_id):
            found.append(person_id)
    return found


async def mentionable(actor: Actor, catalog: str, record_id: int, text: str) -> list[Ref]:
    """People whose name contains `text` and who may read the record, for the list behind an @.

    :raises NotFound: no such record, or not for this actor"""
    records = Records(actor)
    await records.get(catalog, record_id)
    found: list[Ref] = []
    for ref in await records.suggest('person', text[:60], limit=SUGGESTED * 4):
        if len(found) < SUGGESTED and await may_read(ref.id, catalog, record_id):
            found.append(ref)
    return found


async def named_in(text: str, picked: Sequence[int] = ()) -> list[Ref]:
    """The people whose full name stands behind an @ in a text; `picked` tells equal names apart."""
    places = [match.end() for match in _NAMED.finditer(text)]
    if not places:
        return []
    with guard.acting(guard.DOOR):
        people = await database.rows('SELECT id, name FROM people WHERE is_active = 1', read=True)
    tails = [fold(text[at : at + 200]) or '' for at in places]
    by_name: dict[str, list[Ref]] = {}
    for row in people:
        by_name.setdefault(fold(row['name']) or '', []).append(Ref(row['id'], row['name'], 'person'))
    meant: dict[int, Ref] = {}
    for tail in tails:
        name = _longest(tail, by_name)
        same = by_name.get(name, [])
        for ref in [ref for ref in same if ref.id in picked] or (same if len(same) == 1 else []):
            meant[ref.id] = ref
    return list(meant.values())


def _longest(tail: str, names: Iterable[str]) -> str:
    """The longest name that a text begins with, as a whole word."""
    fitting = (
        name
        for name in names
        if name and tail.startswith(name) and not (tail[len(name) : len(name) + 1] or ' ').isalnum()
    )
    return max(fitting, key=len, default='')
