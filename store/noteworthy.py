"""Days that come every year (birthdays, foundation days): whose they are, and who cares about them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from store import clock, database, guard
from store.catalogs import SCHEMA
from store.schema import Catalog, FieldSpec
from store.tables import columns, table

OPTION = 'noteworthy'
"""The option of a date field that says how it is announced: 'birthday' or 'anniversary'; '' not at all."""


@dataclass(frozen=True, slots=True)
class Noteworthy:
    """The day of one record."""

    record_id: int
    day: date
    owner_id: int | None


def fields() -> list[tuple[Catalog, FieldSpec]]:
    """The fields whose days are announced every year."""
    return [
        (catalog, spec)
        for catalog in SCHEMA
        for spec in catalog.live_fields
        if spec.type == 'date' and spec.options.get(OPTION)
    ]


async def on_days(catalog: Catalog, spec: FieldSpec, keys: Sequence[str]) -> list[Noteworthy]:
    """Records whose day is one of these 'MM-DD' of any year."""
    blanks = ', '.join('?' * len(keys))
    return await _found(catalog, spec, f'substr(t.{columns(spec)[0]}, 6, 5) IN ({blanks})', keys)


async def of_records(catalog: Catalog, spec: FieldSpec, ids: Sequence[int]) -> list[Noteworthy]:
    """The days of these records."""
    return await _found(catalog, spec, f't.id IN ({", ".join("?" * len(ids))})', ids)


async def _found(catalog: Catalog, spec: FieldSpec, condition: str, args: Sequence[Any]) -> list[Noteworthy]:
    if not args:
        return []
    column = columns(spec)[0]
    with guard.acting(guard.ENGINE):
        rows = await database.rows(
            f'SELECT t.id, t.owner_id, t.{column} AS day FROM {table(catalog)} t'
            f' WHERE t.deleted_at IS NULL AND t.{column} IS NOT NULL AND {condition} ORDER BY t.id',
            list(args),
            read=True,
        )
    return [Noteworthy(row['id'], date.fromisoformat(row['day']), row['owner_id']) for row in rows]


async def interested(catalog: Catalog, record_id: int) -> set[int]:
    """The owners of what is open and linked to a record: deals with a contact, tasks about it."""
    people: set[int] = set()
    for other in SCHEMA:
        stages = [stage.id for _, stage in other.stages() if not stage.is_final]
        links = [spec for spec in other.live_fields if _may_link(spec, catalog)]
        for spec in links if stages else ():
            people |= await _owners(other, spec, catalog, record_id, stages)
    return people


def _may_link(spec: FieldSpec, catalog: Catalog) -> bool:
    return spec.type == 'link' and spec.options.get('target') in (catalog.code, '*')


async def _owners(
    other: Catalog, spec: FieldSpec, catalog: Catalog, record_id: int, stages: Sequence[int]
) -> set[int]:
    id_column, catalog_column = columns(spec)
    with guard.acting(guard.ENGINE):
        rows = await database.rows(
            f'SELECT DISTINCT t.owner_id FROM {table(other)} t WHERE t.deleted_at IS NULL'
            f' AND t.{id_column} = ? AND t.{catalog_column} = ?'
            f' AND t.owner_id IS NOT NULL AND t.stage_id IN ({", ".join("?" * len(stages))})',
            [record_id, catalog.code, *stages],
            read=True,
        )
    return {row['owner_id'] for row in rows}


async def claim(person_id: int, key: str) -> bool:
    """Whether this person is to hear of the day `key` now, for the first time; inside the caller's
    transaction."""
    with guard.acting(guard.ENGINE):
        made = await database.rows(
            'INSERT INTO told_events (person_id, key, at) VALUES (?, ?, ?)'
            ' ON CONFLICT DO NOTHING RETURNING id',
            [person_id, key, clock.now_ms()],
        )
    return bool(made)
