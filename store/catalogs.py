"""The run-time schema in memory: every catalogue by code and id, loaded anew when a designer changes it."""

import json
import secrets
from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from typing import Any

from store import database, guard
from store.actor import Actor
from store.problems import NotFound
from store.schema import Catalog, FieldSpec, Pipeline, Rewriting, Stage

VERSION_KEY = 'schema_version'
REWRITING_KEY = 'rewriting:'
"""With the id of a catalogue behind it: how far its search words have been written anew."""


class Schema:
    """All catalogues, as last loaded."""

    def __init__(self) -> None:
        self.by_code: dict[str, Catalog] = {}
        self.by_id: dict[int, Catalog] = {}
        self.rewriting: dict[int, Rewriting] = {}
        self.version = ''

    def __getitem__(self, code: str) -> Catalog:
        """The catalogue of this code.

        :raises NotFound: there is none"""
        try:
            return self.by_code[code]
        except KeyError:
            raise NotFound('no_such_catalog', catalog=code) from None

    def __iter__(self) -> Any:
        return iter(self.by_code.values())

    def code_of(self, catalog_id: int) -> str:
        """The code of a catalogue's id; '' when it is gone."""
        catalog = self.by_id.get(catalog_id)
        return catalog.code if catalog else ''


SCHEMA = Schema()
"""The schema of the open database."""


async def load() -> None:
    """Read the schema; call it after opening and after each change of structure, outside a transaction."""
    with guard.acting(guard.SETUP):
        catalogs = await database.rows('SELECT * FROM catalogs ORDER BY position, id')
        fields = await database.rows('SELECT * FROM fields ORDER BY position, id')
        pipelines = await database.rows('SELECT * FROM pipelines ORDER BY position, id')
        stages = await database.rows('SELECT * FROM stages WHERE archived = 0 ORDER BY position, id')
        closed = await database.rows('SELECT DISTINCT catalog, field FROM role_fields WHERE level = 0')
        rewriting = await _rewriting()
        version = await _stored_version()
    apart = {(row['catalog'], row['field']) for row in closed}
    codes = {row['id']: row['code'] for row in catalogs}
    for row in fields:
        row['closed'] = (codes.get(row['catalog_id']), row['code']) in apart
    built = [_catalog(row, fields, pipelines, stages) for row in catalogs]
    SCHEMA.by_code = {catalog.code: catalog for catalog in built}
    SCHEMA.by_id = {catalog.id: catalog for catalog in built}
    SCHEMA.rewriting = rewriting
    SCHEMA.version = version


async def _rewriting() -> dict[int, Rewriting]:
    found = await database.rows(f"SELECT key, value FROM store_state WHERE key LIKE '{REWRITING_KEY}%'")
    return {
        int(row['key'].removeprefix(REWRITING_KEY)): Rewriting.from_plain(json.loads(row['value']))
        for row in found
    }


async def refresh() -> bool:
    """Load again when another process has changed the structure; whether it had."""
    with guard.acting(guard.SETUP):
        version = await _stored_version()
    if version == SCHEMA.version:
        return False
    await load()
    return True


async def announce() -> None:
    """Let other processes know, inside the caller's transaction, that what is held in memory has changed."""
    await database.rows(
        'INSERT INTO store_state (key, value) VALUES (?, ?)'
        ' ON CONFLICT (key) DO UPDATE SET value = excluded.value',
        [VERSION_KEY, secrets.token_hex(8)],
    )


@asynccontextmanager
async def shaping(actor: Actor, reload: Callable[[], Awaitable[None]] | None = None) -> AsyncIterator[None]:
    """One transaction for what is held in memory; this process and others read it anew after it.

    :param reload: what reads it, the schema if nothing is given"""
    read = reload or load
    try:
        with guard.acting(actor):
            async with database.transaction():
                yield
                await announce()
                await read()
    except BaseException:
        # What was read inside the transaction has been rolled back with it.
        if not database.in_open_transaction():
            await read()
        raise


async def _stored_version() -> str:
    found = await database.rows('SELECT value FROM store_state WHERE key = ?', [VERSION_KEY])
    return str(found[0]['value']) if found else ''


def _catalog(
    row: Mapping[str, Any],
    fields: list[dict[str, Any]],
    pipelines: list[dict[str, Any]],
    stages: list[dict[str, Any]],
) -> Catalog:
    of_pipeline: dict[int, list[Stage]] = defaultdict(list)
    for stage in stages:
        of_pipeline[stage['pipeline_id']].append(_stage(stage))
    labels = json.loads(row['labels'])
    return Catalog(
        id=row['id'],
        code=row['code'],
        label=row['label'],
        label_one=row['label_one'],
        title_label=row['title_label'],
        icon=row['icon'],
        labels=labels.get('many', {}),
        labels_one=labels.get('one', {}),
        title_labels=labels.get('title', {}),
        fields=tuple(_field(f) for f in fields if f['catalog_id'] == row['id']),
        pipelines=tuple(_pipeline(p, of_pipeline) for p in pipelines if p['catalog_id'] == row['id']),
        traits=json.loads(row['traits']),
        card=json.loads(row['card']),
        list_columns=tuple(json.loads(row['list_columns'])),
        position=row['position'],
    )


def _field(row: Mapping[str, Any]) -> FieldSpec:
    more = json.loads(row['more'])
    return FieldSpec(
        code=row['code'],
        label=row['label'],
        type=row['type'],
        id=row['id'],
        required=bool(row['required']),
        unique=bool(row['is_unique']),
        read_only=bool(row['read_only']),
        indexed=bool(row['indexed']),
        archived=bool(row['archived']),
        default=more.get('default'),
        hint=more.get('hint', ''),
        hints=more.get('hints') or {},
        options=more.get('options', {}),
        labels=more.get('labels', {}),
        block=more.get('block', ''),
        closed=row['closed'],
    )


def _pipeline(row: Mapping[str, Any], stages: Mapping[int, list[Stage]]) -> Pipeline:
    return Pipeline(
        id=row['id'],
        code=row['code'],
        label=row['label'],
        labels=json.loads(row['labels']),
        stages=tuple(stages[row['id']]),
        value_field=row['value_field'],
        closed_field=row['closed_field'],
    )


def _stage(row: Mapping[str, Any]) -> Stage:
    return Stage(
        id=row['id'],
        code=row['code'],
        label=row['label'],
        labels=json.loads(row['labels']),
        color=row['color'],
        kind=row['kind'],
        required=tuple(json.loads(row['required'])),
    )
