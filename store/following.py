"""Who follows a record: its owner and those who spoke there by themselves, others because they chose to."""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import timedelta

from store import actors, clock, database, guard
from store.actor import Actor
from store.catalogs import SCHEMA
from store.changes import Change, from_row
from store.folding import fold
from store.operations import need_employee
from store.problems import NotFound, Refused
from store.records import Records
from store.tables import table
from store.values import Ref

MOST_TOLD = 200
"""More people than these are not told of one message."""
SUGGESTED = 8
LOOKED_AT = 500
"""Newest changes that are looked at after a start."""
_NAMED = re.compile(r'(?<![\w@])@(?=\w)')


async def follow(actor: Actor, catalog: str, record_id: int, *, is_on: bool) -> None:
    """Follow a record from now on, or no longer.

    :raises NotFound: no such record, or not for this actor"""
    need_employee(actor)
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
    need_employee(actor)
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


async def heard_by(catalog: str, concerned: Mapping[int, Collection[int]]) -> dict[int, set[int]]:
    """The records of `concerned` by the person who follows them, as far as each may read them now.

    :param concerned: people who hear of a record whether or not they follow it, by its id"""
    wanted: dict[int, set[int]] = {}
    for record_id, people in (await _followers_of(catalog, list(concerned))).items():
        for person_id in people | set(concerned[record_id]):
            wanted.setdefault(person_id, set()).add(record_id)
    heard: dict[int, set[int]] = {}
    for person_id, ids in wanted.items():
        actor = await actors.actor_of_person(person_id)
        if (
            actor is not None
            and not actor.portal
            and catalog in {one.code for one in Records(actor).catalogs()}
        ):
            titles = await Records(actor).titles(Ref(record_id, '', catalog) for record_id in sorted(ids))
            heard[person_id] = {record_id for _, record_id in titles}
    return {person_id: ids for person_id, ids in heard.items() if ids}


async def _followers_of(catalog: str, record_ids: Sequence[int]) -> dict[int, set[int]]:
    """The people who follow each of these records, whether or not they may read it now."""
    found: dict[int, set[int]] = {record_id: set() for record_id in record_ids}
    blanks, known = ', '.join('?' * len(record_ids)), SCHEMA[catalog]
    place = [known.id, *record_ids]
    with guard.acting(guard.ENGINE):
        own = await database.rows(
            f'SELECT id AS record_id, owner_id AS person_id FROM {table(known)}'
            f' WHERE owner_id IS NOT NULL AND id IN ({blanks})',
            list(record_ids),
            read=True,
        )
        spoke = await database.rows(
            "SELECT DISTINCT record_id, actor_id AS person_id FROM changes WHERE kind = 'commented'"
            f' AND actor_id IS NOT NULL AND catalog_id = ? AND record_id IN ({blanks})',
            place,
            read=True,
        )
        chose = await database.rows(
            'SELECT record_id, person_id, is_on FROM follows'
            f' WHERE catalog_id = ? AND record_id IN ({blanks})',
            place,
            read=True,
        )
    for row in [*own, *spoke, *(row for row in chose if row['is_on'])]:
        found[row['record_id']].add(row['person_id'])
    for row in chose:
        if not row['is_on']:
            found[row['record_id']].discard(row['person_id'])
    return found


async def lately_changed(limit: int = LOOKED_AT) -> list[Change]:
    """Stages and people responsible that became others within the last hour, the oldest first."""
    edge = clock.to_ms(clock.now() - timedelta(hours=1))
    with guard.acting(guard.ENGINE):
        found = await database.rows(
            'SELECT c.*, p.name FROM changes c LEFT JOIN people p ON p.id = c.actor_id'
            " WHERE c.kind IN ('moved', 'changed') AND c.at > ? ORDER BY c.id DESC LIMIT ?",
            [edge, limit],
            read=True,
        )
    return [
        from_row(
            row,
            SCHEMA.code_of(row['catalog_id']),
            Ref(row['actor_id'], row['name'] or '', 'person') if row['actor_id'] else None,
        )
        for row in reversed(found)
    ]


async def mentionable(actor: Actor, catalog: str, record_id: int, text: str) -> list[Ref]:
    """People whose name contains `text` and who may read the record, for the list behind an @.

    :raises NotFound: no such record, or not for this actor"""
    need_employee(actor)
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
        people = await database.rows(
            "SELECT id, name FROM people WHERE is_active = 1 AND kind = 'employee'", read=True
        )
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
