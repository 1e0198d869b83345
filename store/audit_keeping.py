"""Keeping the audit log: it is as it was written, and old lines go without breaking what is left."""

import json
import logging
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

from store import audit, clock, database, guard
from store.actor import Actor
from store.audit_seals import (
    FIRST_SEAL,
    HEAD,
    Head,
    Mark,
    canonical,
    is_keyed,
    put_mark,
    read_mark,
    sealed,
    take_head,
)
from store.operations import need
from store.secret_box import is_open
from store.system_settings import setting

PAGE = 1000
log = logging.getLogger(__name__)


async def verify(actor: Actor, *, latest: int | None = None) -> int | None:
    """The id of the first line that does not fit the one before it or the end; None when all is as written.

    :param latest: look only at this many lines before the last one"""
    need(actor, 'view_audit')
    with guard.acting(actor):
        mark, is_trusted = await read_mark()
        if not is_trusted:
            return mark.keyed_from or 1
        found = await database.rows('SELECT value FROM store_state WHERE key = ?', [HEAD], read=True)
        head = Head.of(found[0]['value'] if found else f'0:{FIRST_SEAL}:')
        start = max(mark.start, head.line - latest) if latest is not None else mark.start
        seal = await _seal_of(start, mark)
        if seal is None:
            return start
        return await _broken(start, seal, head, mark) or await _beside(mark)


async def unproven(actor: Actor) -> int:
    """The last line that was sealed under another key file, which nobody can check; 0 when there is none."""
    need(actor, 'view_audit')
    with guard.acting(actor):
        return (await read_mark())[0].unproven


async def role_labels(actor: Actor) -> dict[str, tuple[str, dict[str, str]]]:
    """What roles are called, with the captions per language, for whoever reads of them in the log."""
    need(actor, 'view_audit')
    with guard.acting(actor):
        found = await database.rows('SELECT code, label, labels FROM roles', read=True)
    return {row['code']: (row['label'], json.loads(row['labels'])) for row in found}


async def accept_unproven() -> None:
    """Take what cannot be checked as it is, e.g. after a move to another machine; a line tells of it."""
    with guard.acting(guard.SETUP):
        async with database.transaction():
            await take_head()
            mark, _ = await read_mark()
            await put_mark(replace(mark, unproven=0))
            await audit.note(guard.SETUP, 'log_kept', accepted=mark.unproven)


async def forget_old() -> int:
    """Remove lines older than the settings keep them; how many went.

    Nothing is removed from a log that is not as it was written: that is evidence."""
    days = int(setting('audit_kept_days'))
    if not days:
        return 0
    edge = clock.to_ms(clock.now() - timedelta(days=days))
    with guard.acting(guard.SETUP):
        if not await database.rows('SELECT id FROM audit_log WHERE at < ? LIMIT 1', [edge], read=True):
            return 0
    if await verify(guard.SETUP) is not None:
        log.warning('the audit log was tampered with; no line of it is removed')
        return 0
    with guard.acting(guard.SETUP):
        async with database.transaction():
            return await _cut(edge)


async def _cut(edge: int) -> int:
    head = await take_head()
    kept = await database.rows('SELECT MIN(id) AS id FROM audit_log WHERE at >= ?', [edge])
    last = (kept[0]['id'] or head.line + 1) - 1
    mark, _ = await read_mark()
    if last <= mark.start:
        return 0
    seal = await _seal_of(last, mark)
    await put_mark(replace(mark, start=last, seal=seal or '', unproven=0, beside=0))
    await database.rows('DELETE FROM audit_log WHERE id <= ?', [last])
    await audit.note(guard.SETUP, 'log_kept', removed=last - mark.start, until=last)
    return last - mark.start


async def _seal_of(line: int, mark: Mark) -> str | None:
    if line == mark.start:
        return mark.seal
    found = await database.rows('SELECT seal FROM audit_log WHERE id = ?', [line], read=True)
    return str(found[0]['seal']) if found else None


async def _broken(place: int, seal: str, head: Head, mark: Mark) -> int | None:
    """The first line after `place` that is not as it was written, up to the last one."""
    while place < head.line:
        found = await database.rows(
            'SELECT * FROM audit_log WHERE id > ? AND id <= ? ORDER BY id LIMIT ?',
            [place, head.line, PAGE],
            read=True,
        )
        for row in found:
            place += 1
            if row['id'] != place or not _fits(row, seal, mark):
                return place
            seal = row['seal']
        if not found:
            return place + 1
    is_end = seal == head.seal and (not (is_open() and is_keyed(mark, head.line)) or head.is_proven)
    return None if is_end else max(1, head.line)


async def _beside(mark: Mark) -> int | None:
    """A line that stands before the beginning or after the end of the chain."""
    # In one statement: other lines are written meanwhile.
    [found] = await database.rows(
        'SELECT (SELECT value FROM store_state WHERE key = ?) AS head, MAX(id) AS last,'
        ' MIN(CASE WHEN id <= ? AND id > ? OR id < 1 THEN id END) AS lost FROM audit_log',
        [HEAD, mark.start, mark.beside],
        read=True,
    )
    if found['lost'] is not None:
        return int(found['lost'])
    end = Head.of(found['head']).line if found['head'] else 0
    return end + 1 if found['last'] is not None and found['last'] > end else None


def _fits(row: Mapping[str, Any], before: str, mark: Mark) -> bool:
    try:
        facts = json.loads(row['facts'])
    except ValueError:
        return False
    about = facts.get('person_id') if isinstance(facts, dict) else None
    if row['about_id'] != (about if isinstance(about, int) else None) or canonical(facts) != row['facts']:
        return False
    keyed = is_keyed(mark, row['id'])
    if keyed and not is_open():
        # Without the key, as for a backup on another machine, only the order can be looked at.
        return True
    line = {name: row[name] for name in ('id', 'at', 'person_id', 'who', 'kind', 'address')}
    return sealed(before, {**line, 'facts': facts}, keyed=keyed) == str(row['seal'])
