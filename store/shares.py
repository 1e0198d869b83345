"""Sharing one record with a person or a role, to read or to change, for good or until a moment."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from store import audit, changes, clock, database, guard, notifications, policies
from store.actor import BY_PERSON, Actor, Cause
from store.actors import book, publish_changed
from store.catalogs import SCHEMA
from store.changes import Entry
from store.notifications import Notice
from store.operations import need, need_employee
from store.problems import BadValue, Invalid, NotAllowed, NotFound
from store.role_rights import holders_of
from store.schema import Catalog
from store.tables import table
from store.values import Ref

SHARED, UNSHARED = 'shared', 'unshared'
"""Kinds of lines in a record's journal."""
BY_HAND, BY_DEFAULT = 'hand', 'default'
"""Where a share comes from: somebody gave it, or a default right did."""
MANY = 200
"""A role with more holders is told nothing: a note to everybody is a note to nobody."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Share:
    """A record shared with `to`: a person, or a role (`to.catalog` 'role')."""

    id: int
    to: Ref
    change: bool = False
    until: datetime | None = None
    given_by: Ref | None = None
    given_at: datetime
    origin: str = BY_HAND
    labels: str = '{}'

    @property
    def has_ended(self) -> bool:
        """Whether its time is over."""
        return self.until is not None and self.until <= clock.now()


async def shares_of(actor: Actor, catalog: str, record_id: int) -> list[Share]:
    """With whom a record is shared, ended shares too; for everybody who may read it.

    :raises NotFound: no such record, or not for this reader"""
    need_employee(actor)
    kind = SCHEMA[catalog]
    with guard.acting(actor):
        await _record(actor, kind, record_id)
        found = await database.rows(
            'SELECT s.*, p.name, r.label, r.labels, g.name AS giver FROM record_shares s'
            ' LEFT JOIN people p ON p.id = s.person_id LEFT JOIN roles r ON r.id = s.role_id'
            ' LEFT JOIN people g ON g.id = s.given_by'
            ' WHERE s.catalog_id = ? AND s.record_id = ? ORDER BY s.id',
            [kind.id, record_id],
            read=True,
        )
    return [_share(row) for row in found if row['name'] or row['label']]


def _share(row: Mapping[str, Any]) -> Share:
    person = row['person_id'] is not None
    giver = None if row['given_by'] is None else Ref(row['given_by'], row['giver'] or '', 'person')
    return Share(
        id=row['id'],
        to=Ref(row['person_id'], row['name'], 'person')
        if person
        else Ref(row['role_id'], row['label'], 'role'),
        change=bool(row['may_change']),
        until=None if row['until'] is None else clock.from_ms(row['until']),
        given_by=giver,
        given_at=clock.from_ms(row['given_at']),
        origin=row['origin'],
        labels='{}' if person else row['labels'],
    )


async def may_share(actor: Actor, catalog: str, record_id: int) -> bool:
    """Whether the actor may share this record: operation 'share', and may change it."""
    if actor.read_only or not actor.may_do('share'):
        return False
    with guard.acting(actor):
        return bool((await _record(actor, SCHEMA[catalog], record_id))['may_change'])


async def role_refs(actor: Actor) -> list[tuple[Ref, str]]:
    """Every role by name with its translations (JSON), for choosing whom to share with."""
    need_employee(actor)
    with guard.acting(actor):
        found = await database.rows('SELECT id, label, labels FROM roles ORDER BY id', read=True)
    return [(Ref(row['id'], row['label'], 'role'), row['labels']) for row in found]


async def share(
    actor: Actor,
    record: Ref,
    to: Ref,
    *,
    change: bool = False,
    until: datetime | None = None,
    cause: Cause = BY_PERSON,
) -> Share:
    """Share a record; sharing it once more with the same replaces what they had by hand.

    :raises NotAllowed: without operation 'share', or without the right to change the record
    :raises Invalid: nobody of this name, or an end in the past"""
    kind, record_id = SCHEMA[record.catalog], record.id
    with guard.acting(actor):
        async with database.transaction():
            row = await _need_right(actor, kind, record_id)
            if until is not None and until <= clock.now():
                raise Invalid({'until': BadValue('already_past')})
            await _need_lasting(actor, kind, row, until)
            column = await _receiver(to)
            await database.rows(
                f'DELETE FROM record_shares WHERE catalog_id = ? AND record_id = ? AND {column} = ?'
                ' AND origin = ?',
                [kind.id, record_id, to.id, BY_HAND],
            )
            made = await database.rows(
                f'INSERT INTO record_shares (catalog_id, record_id, {column}, may_change, until, given_by,'
                ' given_at, origin) VALUES (?, ?, ?, ?, ?, ?, ?, ?) RETURNING id',
                [
                    kind.id, record_id, to.id, int(change), None if until is None else clock.to_ms(until),
                    actor.person_id, clock.now_ms(), BY_HAND,
                ],
            )  # fmt: skip
            told = {**await _receiver_told(to), 'change': change}
            told |= {'until': clock.to_ms(until)} if until else {}
            await _write_down(actor, cause, kind, (record_id, row['version'], SHARED), told)
            await _tell(actor, kind, record_id, row['title'], to)
            publish_changed(to.id if to.catalog == 'person' else None)
            await audit.note(actor, 'shared', catalog=kind.code, record_id=record_id, **_audited(to, told))
    return next(one for one in await shares_of(actor, kind.code, record_id) if one.id == made[0]['id'])


async def unshare(actor: Actor, catalog: str, share_id: int, *, cause: Cause = BY_PERSON) -> None:
    """End a share; for those who may share the record.

    :raises NotFound: there is none of this id"""
    kind = SCHEMA[catalog]
    with guard.acting(actor):
        async with database.transaction():
            found = await database.rows(
                'SELECT record_id, person_id, role_id FROM record_shares WHERE id = ? AND catalog_id = ?',
                [share_id, kind.id],
            )
            if not found:
                raise NotFound(catalog='share', id=share_id)
            record_id, person_id = found[0]['record_id'], found[0]['person_id']
            row = await _need_right(actor, kind, record_id)
            await database.rows('DELETE FROM record_shares WHERE id = ?', [share_id])
            to = (
                Ref(person_id, '', 'person')
                if person_id is not None
                else Ref(found[0]['role_id'], '', 'role')
            )
            told = await _receiver_told(to)
            await _write_down(actor, cause, kind, (record_id, row['version'], UNSHARED), told)
            publish_changed(person_id)
            facts = _audited(to, {'ended': True})
            await audit.note(actor, 'shared', catalog=catalog, record_id=record_id, **facts)


async def _record(actor: Actor, kind: Catalog, record_id: int) -> Mapping[str, Any]:
    """Title, version and whether the actor may change it.

    :raises NotFound: not there, or not for this reader"""
    read, read_args = policies.readable(actor, kind)
    change, change_args = policies.allowed(actor, 'change', kind)
    alone = replace(actor, shared=frozenset())
    own, own_args = policies.allowed(alone, 'change', kind)
    found = await database.rows(
        f'SELECT t.id, t.title, t.version, CASE WHEN {change} THEN 1 ELSE 0 END AS may_change,'
        f' CASE WHEN {own} THEN 1 ELSE 0 END AS of_own'
        f' FROM {table(kind)} t WHERE t.id = ? AND t.deleted_at IS NULL AND {read}',
        [*change_args, *own_args, record_id, *read_args],
        read=True,
    )
    if not found:
        raise NotFound(catalog=kind.code, id=record_id)
    return found[0]


async def _need_right(actor: Actor, kind: Catalog, record_id: int) -> Mapping[str, Any]:
    row = await _record(actor, kind, record_id)
    need(actor, 'share')
    if not row['may_change']:
        raise NotAllowed(right='change', catalog=kind.code)
    return row


async def _need_lasting(actor: Actor, kind: Catalog, row: Mapping[str, Any], until: datetime | None) -> None:
    """Who has a record only by a share that ends gives it on no longer than that."""
    if row['of_own']:
        return
    roles = ', '.join(str(int(role)) for role in actor.role_ids) or 'NULL'
    found = await database.rows(
        'SELECT until FROM record_shares WHERE catalog_id = ? AND record_id = ? AND may_change = 1'
        f' AND (person_id = ? OR role_id IN ({roles}))',
        [kind.id, row['id'], actor.person_id],
    )
    ends = [share['until'] for share in found]
    if ends and None not in ends and (until is None or clock.to_ms(until) > max(ends)):
        raise Invalid({'until': BadValue('beyond_own')})


async def _receiver(to: Ref) -> str:
    """The column of whom it is shared with."""
    if to.catalog == 'role' and to.id in (await book()).roles:
        return 'role_id'
    if to.catalog == 'person':
        found = await database.rows('SELECT id FROM people WHERE id = ? AND is_active = 1', [to.id])
        if found:
            return 'person_id'
    raise Invalid({'to': BadValue('no_such_record', value=str(to.id))})


async def _write_down(
    actor: Actor, cause: Cause, kind: Catalog, line: tuple[int, int, str], told: Mapping[str, Any]
) -> None:
    record_id, version, what = line
    await changes.append(actor, cause, kind, [Entry(record_id, what, version, {}, told)])


async def _receiver_told(to: Ref) -> dict[str, Any]:
    """Whom a line of the journal names: a person as a link, a role by its name of the moment."""
    if to.catalog == 'person':
        return {'to': {'id': to.id, 'catalog': 'person'}}
    found = await database.rows('SELECT label FROM roles WHERE id = ?', [to.id])
    return {'to_role': found[0]['label'] if found else ''}


def _audited(to: Ref, told: Mapping[str, Any]) -> dict[str, Any]:
    plain = {name: value for name, value in told.items() if name not in ('to', 'to_role')}
    return {**plain, **({'person_id': to.id} if to.catalog == 'person' else {'role_id': to.id})}


async def _tell(actor: Actor, kind: Catalog, record_id: int, title: str, to: Ref) -> None:
    receivers: Sequence[int] = [to.id] if to.catalog == 'person' else list(await holders_of(to.id))
    told = [person_id for person_id in receivers if person_id != actor.person_id]
    if len(told) > MANY:
        return
    notice = Notice(
        kind='system',
        code='record_shared',
        facts={'who': actor.name, 'title': title},
        catalog=kind.code,
        record_id=record_id,
    )
    await notifications.notify(told, notice)
