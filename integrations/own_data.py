"""Everything that is somebody's own, as one ZIP of JSON and CSV that they take with them."""

import asyncio
import io
import json
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import date, datetime
from typing import Any

from integrations.exchange.formats.csv_files import CsvFiles
from store import (
    FIELD_TYPES,
    Catalog,
    NotAllowed,
    Query,
    Records,
    RecordView,
    Ref,
    audit,
    letters,
    people,
    sessions,
    units,
    where,
)
from store.actor import Actor
from store.own_words import own_comments
from store.system_settings import preferences

PAGE = 1000
MOST_RECORDS = 100_000
LEFT_OUT = frozenset({'id', 'photo_id', 'contact_id'})
NOTE = """What Artel keeps of you.

profile.json      who you are here
sessions.json     where you are signed in, and your keys for the API (their secrets are not kept)
preferences.json  what you chose on pages
comments.csv      what you wrote about records
letters.csv       the letters of your mailbox that are kept here
records/*.csv     records you are responsible for, in the sections you may export
"""


async def own_data(records: Records) -> bytes:
    """A ZIP with what belongs to the person who acts; an administrator, too, gets only their own.

    :raises NotAllowed: through another's eyes"""
    actor = records.actor
    if actor.read_only:
        raise NotAllowed(right='read_only')
    me = await people.person(actor, actor.person_id or 0)
    working_in = [one.name for one in await units.list_units(actor) if me.id in one.members]
    profile = {name: value for name, value in asdict(me).items() if name not in LEFT_OUT}
    parts: dict[str, bytes] = {
        'README.txt': NOTE.encode(),
        'profile.json': _json({**profile, 'units': working_in}),
        'sessions.json': _json(
            {
                'sessions': [_without(asdict(one), 'token') for one in await sessions.list_sessions(actor)],
                'keys': [_without(asdict(one), 'secret') for one in await sessions.list_tokens(actor)],
            }
        ),
        'preferences.json': _json(await preferences(actor)),
        'letters.csv': _csv(await _letters(actor)),
        'comments.csv': _csv(
            [
                ('at', 'section', 'record', 'text'),
                *(
                    (one.at.isoformat(), one.catalog, str(one.record_id), one.text)
                    for one in await own_comments(actor)
                ),
            ]
        ),
    }
    for catalog in records.catalogs():
        if records.may('export', catalog.code):
            parts[f'records/{catalog.code}.csv'] = _csv(await _owned(records, catalog))
    await audit.note(actor, 'exported', what='own_data')
    return await asyncio.to_thread(_zip, parts)


async def _letters(actor: Actor) -> list[Sequence[str]]:
    table: list[Sequence[str]] = [('at', 'from', 'to', 'subject', 'text')]
    before = None
    while found := await letters.own_letters(actor, before=before):
        for one in found:
            to = ', '.join(address for _, address in (*one.to, *one.cc))
            table.append((one.sent_at.isoformat(), one.sender, to, one.subject, one.text))
        before = found[-1].id
    return table


async def _owned(records: Records, catalog: Catalog) -> list[Sequence[str]]:
    """Records of a catalogue that the person is responsible for, with a row of captions."""
    codes = ['number', 'title', *(['stage'] if catalog.pipelines else []), 'created_at']
    codes += [spec.code for spec in catalog.live_fields]
    specs = [spec for code in codes if (spec := catalog.field(code)) is not None]
    table: list[Sequence[str]] = [[spec.label for spec in specs]]
    after = None
    while len(table) < MOST_RECORDS:
        asked = Query(filter=where(owner=records.actor.person_id), sort='id', limit=PAGE, after=after)
        page = await records.find(catalog.code, asked)
        exact = await records.granted(catalog.code, page.records, 'export')
        table += [
            [_text(view, catalog, spec.code) for spec in specs]
            for view in page.records
            if 'export' in exact.get(view.id, ())
        ]
        after = page.cursor
        if after is None:
            break
    return table


def _text(view: RecordView, catalog: Catalog, code: str) -> str:
    value, spec = view.values.get(code), catalog.field(code)
    if value is None or spec is None:
        return ''
    if isinstance(value, Ref):
        return value.title
    if code == 'stage':
        found = catalog.stage(str(value))
        return found[1].label if found else str(value)
    return FIELD_TYPES[spec.type].show(value, spec)


def _without(values: Mapping[str, Any], secret: str) -> dict[str, Any]:
    return {name: value for name, value in values.items() if name != secret}


def _json(value: Any) -> bytes:
    def plain(one: Any) -> Any:
        return one.isoformat() if isinstance(one, date | datetime) else str(one)

    return json.dumps(value, ensure_ascii=False, indent=2, default=plain).encode()


def _csv(rows: Sequence[Sequence[str]]) -> bytes:
    target = io.BytesIO()
    CsvFiles().write(rows, target)
    return target.getvalue()


def _zip(parts: Mapping[str, bytes]) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, 'w', zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return target.getvalue()
