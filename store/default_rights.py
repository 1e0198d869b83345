"""Default rights: what a holder of one role makes is shared at once with another role or a person."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from store import audit, clock, database, guard
from store.actor import EVERY, Actor
from store.actors import publish_changed
from store.catalogs import SCHEMA
from store.operations import need
from store.problems import BadValue, Invalid, NotFound
from store.role_rights import holders_of, need_all, role_id_of
from store.schema import Catalog
from store.sql import Sql
from store.tables import table
from store.values import Ref

ORIGIN = 'default'
CHUNK = 500
"""Records that are looked at in one transaction while default rights are applied again."""


@dataclass(frozen=True, kw_only=True, slots=True)
class DefaultRight:
    """Records of `catalog` ('*': every one) made by holders of `author_role` ('': anybody) are shared."""

    id: int = 0
    catalog: str
    author_role: str = ''
    to: Ref
    change: bool = False


@dataclass(frozen=True, slots=True)
class Gain:
    """How many records a default right would be shared by, and how many of them are already."""

    right: DefaultRight
    records: int
    new: int


@dataclass(frozen=True, slots=True)
class Preview:
    """What applying default rights again would do: shares given, taken, and given by hand, which stay."""

    gains: tuple[Gain, ...]
    lost: int
    kept: int

    @property
    def new(self) -> int:
        """How many shares would be given."""
        return sum(gain.new for gain in self.gains)


async def list_rights(actor: Actor) -> list[DefaultRight]:
    """Every default right, in the order they were made."""
    need(actor, 'manage_roles')
    with guard.acting(actor):
        return await _rights('1 = 1', [])


async def _rights(condition: str, args: Sequence[Any]) -> list[DefaultRight]:
    found = await database.rows(
        'SELECT d.*, p.name, r.label FROM default_rights d LEFT JOIN people p ON p.id = d.person_id'
        f' LEFT JOIN roles r ON r.id = d.role_id WHERE {condition} ORDER BY d.id',
        args,
        read=True,
    )
    return [_right(row) for row in found if row['name'] or row['label']]


def _right(row: Mapping[str, Any]) -> DefaultRight:
    by_role = row['role_id'] is not None
    return DefaultRight(
        id=row['id'],
        catalog=row['catalog'],
        author_role=row['author_role'],
        to=Ref(row['role_id'], row['label'], 'role')
        if by_role
        else Ref(row['person_id'], row['name'], 'person'),
        change=bool(row['may_change']),
    )


async def add_right(actor: Actor, right: DefaultRight) -> DefaultRight:
    """Add a default right; it counts for records made from now on.

    :raises Invalid: a catalogue, role or person that is not there
    :raises NotAllowed: it gives more than the actor has"""
    need(actor, 'manage_roles')
    if right.catalog != EVERY and right.catalog not in SCHEMA.by_code:
        raise Invalid({'catalog': BadValue('no_such_catalog')})
    for given in ('read', 'change') if right.change else ('read',):
        need_all(actor, given, right.catalog)
    with guard.acting(actor):
        async with database.transaction():
            if right.author_role:
                await role_id_of(right.author_role)
            kind = 'roles' if right.to.catalog == 'role' else 'people'
            if not await database.rows(f'SELECT id FROM {kind} WHERE id = ?', [right.to.id]):
                raise Invalid({'to': BadValue('no_such_record', value=str(right.to.id))})
            column = _column(right)
            made = await database.rows(
                f'INSERT INTO default_rights (catalog, author_role, {column}, may_change) VALUES (?, ?, ?, ?)'
                ' RETURNING id',
                [right.catalog, right.author_role, right.to.id, int(right.change)],
            )
            await audit.note(actor, 'rights_changed', default_right=made[0]['id'], **_told(right))
    return replace(right, id=made[0]['id'])


async def remove_right(actor: Actor, right_id: int) -> None:
    """Take a default right away; what it has shared stays until default rights are applied again.

    :raises NotFound: there is none of this id"""
    need(actor, 'manage_roles')
    with guard.acting(actor):
        async with database.transaction():
            found = await database.rows('DELETE FROM default_rights WHERE id = ? RETURNING id', [right_id])
            if not found:
                raise NotFound(catalog='default_right', id=right_id)
            await audit.note(actor, 'rights_changed', default_right=right_id, removed=True)


def _column(right: DefaultRight) -> str:
    return 'role_id' if right.to.catalog == 'role' else 'person_id'


def _told(right: DefaultRight) -> dict[str, Any]:
    to = {'to_role' if right.to.catalog == 'role' else 'to_person': right.to.title or right.to.id}
    return {'catalog': right.catalog, 'author_role': right.author_role, 'change': right.change, **to}


def any_for(catalog: Catalog) -> Sql:
    """How many default rights may concern a catalogue, as SQL for the statement that makes its records."""
    return '(SELECT COUNT(*) FROM default_rights d WHERE d.catalog IN (?, ?))', [catalog.code, EVERY]


async def apply(actor: Actor, catalog: Catalog, ids: Sequence[int]) -> None:
    """Share records just made by the actor as the default rights say; inside the insert's transaction."""
    found = await _rights('d.catalog IN (?, ?)', [catalog.code, EVERY])
    meant = [one for one in found if not one.author_role or one.author_role in actor.roles]
    people: set[int | None] = set()
    for right in meant:
        for start in range(0, len(ids), CHUNK):
            part = ids[start : start + CHUNK]
            blanks = ', '.join('?' * len(part))
            await _give(catalog, right, (f't.id IN ({blanks})', list(part)), actor.person_id)
        people.add(right.to.id if right.to.catalog == 'person' else None)
    for person_id in {None} if None in people else people:
        publish_changed(person_id)


async def _give(
    catalog: Catalog, right: DefaultRight, where: tuple[str, list[Any]], giver: int | None
) -> list[dict[str, Any]]:
    """Share records that are not yet; nobody is given what is theirs anyway."""
    text, args = _lacking(catalog, right)
    return await database.rows(
        f'INSERT INTO record_shares (catalog_id, record_id, {_column(right)}, may_change, given_by, given_at,'
        f' origin) SELECT {int(catalog.id)}, t.id, {int(right.to.id)}, {int(right.change)},'
        f' CAST(? AS BIGINT), CAST(? AS BIGINT), CAST(? AS VARCHAR(10)) FROM {table(catalog)} t'
        f' WHERE {where[0]} AND {text} RETURNING record_id',
        [giver, clock.now_ms(), ORIGIN, *where[1], *args],
    )


def _lacking(catalog: Catalog, right: DefaultRight) -> tuple[str, list[Any]]:
    """The condition on a record's row `t` that this default right has not been given to it."""
    text = (
        f't.id NOT IN (SELECT s.record_id FROM record_shares s WHERE s.catalog_id = {int(catalog.id)}'
        f' AND s.{_column(right)} = ? AND s.may_change >= ? AND s.origin = ?)'
    )
    if right.to.catalog == 'person':
        text += f' AND (t.owner_id IS NULL OR t.owner_id <> {int(right.to.id)})'
    return text, [right.to.id, int(right.change), ORIGIN]


async def preview(actor: Actor, catalog: str) -> Preview:
    """What `reapply` would do to the records of a catalogue.

    :raises NotAllowed: without 'manage_roles'"""
    need(actor, 'manage_roles')
    kind = SCHEMA[catalog]
    with guard.acting(actor):
        gains = []
        meant = await _meant(kind)
        for right, authors in meant:
            text, args = _lacking(kind, right)
            found = await database.rows(
                f'SELECT COUNT(*) AS n, SUM(CASE WHEN {text} THEN 1 ELSE 0 END) AS fresh'
                f' FROM {table(kind)} t WHERE t.deleted_at IS NULL AND {authors}',
                args,
                read=True,
            )
            gains.append(Gain(right, found[0]['n'], int(found[0]['fresh'] or 0)))
        lost = await _count(kind, f'{_unfounded(kind, meant)} AND s.origin = ?', [ORIGIN])
        kept = await _count(kind, 's.origin <> ?', [ORIGIN])
    return Preview(tuple(gains), lost, kept)


async def _meant(kind: Catalog) -> list[tuple[DefaultRight, str]]:
    """The default rights of a catalogue, each with the condition on a row `t` that it is about it."""
    found = await _rights('d.catalog IN (?, ?)', [kind.code, EVERY])
    return [(right, await _made_by(right.author_role)) for right in found]


async def _made_by(role: str) -> str:
    if not role:
        return '1 = 1'
    known = await database.rows('SELECT id FROM roles WHERE code = ?', [role])
    people = await holders_of(known[0]['id']) if known else {}
    return f't.created_by IN ({", ".join(str(int(one)) for one in sorted(people)) or "NULL"})'


def _unfounded(kind: Catalog, meant: Sequence[tuple[DefaultRight, str]]) -> str:
    """The condition on a share `s` that no default right would give it."""
    parts = []
    for right, authors in meant:
        receiver = f's.{_column(right)} = {int(right.to.id)} AND s.may_change = {int(right.change)}'
        made = f's.record_id IN (SELECT t.id FROM {table(kind)} t WHERE {authors})'
        parts.append(f'(s.{_column(right)} IS NOT NULL AND {receiver} AND {made})')
    return f'NOT ({" OR ".join(parts)})' if parts else '1 = 1'


async def _count(kind: Catalog, condition: str, args: Sequence[Any]) -> int:
    found = await database.rows(
        f'SELECT COUNT(*) AS n FROM record_shares s WHERE s.catalog_id = ? AND {condition}',
        [kind.id, *args],
        read=True,
    )
    count: int = found[0]['n']
    return count


async def reapply(
    actor: Actor, catalog: str, on_progress: Callable[[int, int], None] = lambda _done, _all: None
) -> tuple[int, int]:
    """Give and take default shares of existing records as the rules say now; those given by hand stay.

    :param on_progress: hears (looked at, all) after each piece of `CHUNK` records
    :return: how many shares were given, and how many taken"""
    need(actor, 'manage_roles')
    kind = SCHEMA[catalog]
    given = taken = done = last = 0
    with guard.acting(actor):
        meant = await _meant(kind)
        every = (await database.rows(f'SELECT COUNT(*) AS n FROM {table(kind)} t', read=True))[0]['n']
    while True:
        with guard.acting(actor):
            async with database.transaction():
                found = await database.rows(
                    f'SELECT t.id FROM {table(kind)} t WHERE t.id > ? ORDER BY t.id LIMIT ?', [last, CHUNK]
                )
                if not found:
                    break
                piece = (last, found[-1]['id'])
                gone, made = await _reapply_piece(actor, kind, meant, piece)
        last, done = piece[1], done + len(found)
        given, taken = given + made, taken + gone
        on_progress(done, every)
        # Others get their turn between two pieces.
        await asyncio.sleep(0)
    with guard.acting(actor):
        async with database.transaction():
            publish_changed(None)
            await audit.note(actor, 'rights_changed', reapplied=catalog, given=given, taken=taken)
    return given, taken


async def _reapply_piece(
    actor: Actor, kind: Catalog, meant: Sequence[tuple[DefaultRight, str]], piece: tuple[int, int]
) -> tuple[int, int]:
    gone = await database.rows(
        'DELETE FROM record_shares WHERE id IN (SELECT s.id FROM record_shares s WHERE s.catalog_id = ?'
        f' AND s.record_id > ? AND s.record_id <= ? AND s.origin = ? AND {_unfounded(kind, meant)})'
        ' RETURNING id',
        [kind.id, *piece, ORIGIN],
    )
    made = 0
    for right, authors in meant:
        where = (f't.id > ? AND t.id <= ? AND t.deleted_at IS NULL AND {authors}', list(piece))
        made += len(await _give(kind, right, where, actor.person_id))
    return len(gone), made
