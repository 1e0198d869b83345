"""Roles: named sets of rights that administrators make and people hold, several at a time."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from store import audit, database, guard, role_rights
from store.actor import EVERY, Actor, Level, Rights
from store.actors import RoleGrants, book, publish_changed, rights_of
from store.operations import USUAL, need
from store.problems import BadValue, Invalid, NotFound, Refused
from store.reindexing import closing

MEMBER = 'member'
VIEWER = 'viewer'
CUSTOMER = 'portal'
READY: Mapping[str, tuple[str, Mapping[str, str], Rights]] = {
    MEMBER: ('Member', {'ru': 'Сотрудник'}, Rights(Level.ALL, Level.ALL, Level.ALL, Level.OWN, Level.ALL)),
    'seller': (
        'Own records only',
        {'ru': 'Только свои записи'},
        Rights(Level.ALL, Level.OWN, Level.OWN, Level.NONE, Level.OWN),
    ),
    VIEWER: ('Viewer', {'ru': 'Наблюдатель'}, Rights(Level.NONE, Level.ALL, Level.NONE, Level.NONE)),
    CUSTOMER: ('Customer at the portal', {'ru': 'Клиент на портале'}, Rights()),
}
"""The roles of a new installation: label, its translations, rights in every catalogue."""


_KEPT = 'roles_have_operations'
_OF_ROLE = (
    'role_rights', 'role_places', 'role_fields', 'role_operations', 'unit_roles', 'record_shares',
    'default_rights', 'directory_roles',
)  # fmt: skip
"""The tables that speak of a role by its id."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Role:
    """A role; `rights` by catalogue code, `EVERY` for the rest; `held_by` counts the people.

    One that `is_portal` is for customers at the portal and nobody else."""

    code: str
    label: str
    labels: Mapping[str, str] = field(default_factory=dict)
    rights: Mapping[str, Rights] = field(default_factory=dict)
    held_by: int = 0
    is_portal: bool = False


async def list_roles(actor: Actor) -> list[Role]:
    """Every role with its rights, in the order they were made."""
    need(actor, 'manage_roles')
    with guard.acting(actor):
        rows = await database.rows(
            'SELECT r.id, r.code, r.label, r.labels, r.is_portal,'
            ' (SELECT count(*) FROM person_roles h WHERE h.role_id = r.id) AS held FROM roles r ORDER BY r.id'
        )
        rights = await database.rows('SELECT * FROM role_rights ORDER BY id')
    by_role: dict[int, dict[str, Rights]] = {}
    for row in rights:
        by_role.setdefault(row['role_id'], {})[row['catalog']] = rights_of(row)
    return [
        Role(
            code=row['code'],
            label=row['label'],
            labels=json.loads(row['labels']),
            rights=by_role.get(row['id'], {}),
            held_by=row['held'],
            is_portal=bool(row['is_portal']),
        )
        for row in rows
    ]


async def save_role(
    actor: Actor, code: str, label: str, rights: Mapping[str, Rights], labels: Mapping[str, str] | None = None
) -> None:
    """Make a role, or replace the one of this code; counts from its holders' next call.

    :raises Invalid: fields 'code' and 'label'"""
    need(actor, 'manage_roles')
    if not re.fullmatch(r'[a-z][a-z0-9_]{0,63}', code):
        raise Invalid({'code': BadValue('bad_code')})
    if not label.strip():
        raise Invalid({'label': BadValue('required')})
    with guard.acting(actor):
        async with database.transaction():
            before = (await book()).roles
            saved = await database.rows(
                'INSERT INTO roles (code, label, labels) VALUES (?, ?, ?) ON CONFLICT (code)'
                ' DO UPDATE SET label = excluded.label, labels = excluded.labels RETURNING id',
                [code, label.strip()[:120], json.dumps(dict(labels or {}), ensure_ascii=False)],
            )
            role_id = saved[0]['id']
            await _save_rights(role_id, rights)
            role_rights.need_own(actor, before.get(role_id, RoleGrants(code)), (await book()).roles[role_id])
            publish_changed(None)
            await audit.note(actor, 'rights_changed', role=code, label=label.strip())


def cells_of(rights: Rights) -> tuple[int | None, ...]:
    """Rights as the columns of a row: create, read, change, delete, export, move."""
    levels = (rights.create, rights.read, rights.change, rights.delete, rights.export)
    return *map(int, levels), None if rights.moving is None else int(rights.moving)


async def _save_rights(role_id: int, rights: Mapping[str, Rights]) -> None:
    await database.rows('DELETE FROM role_rights WHERE role_id = ?', [role_id])
    await database.many(
        'INSERT INTO role_rights (role_id, catalog, may_create, may_read, may_change, may_delete, may_export,'
        ' may_move) VALUES (?, ?, ?, ?, ?, ?, ?, ?)',
        [(role_id, catalog, *cells_of(r)) for catalog, r in rights.items()],
    )


async def remove_role(actor: Actor, code: str) -> None:
    """Remove a role nobody holds.

    :raises Refused: 'role_in_use' with the number of holders"""
    need(actor, 'manage_roles')
    async with closing(actor):
        found = await database.rows('SELECT id FROM roles WHERE code = ?', [code])
        if not found:
            raise NotFound(catalog='role', code=code)
        held = len(await role_rights.holders_of(found[0]['id']))
        if held:
            raise Refused('role_in_use', people=held)
        for named in _OF_ROLE:
            await database.rows(f'DELETE FROM {named} WHERE role_id = ?', [found[0]['id']])
        await database.rows('DELETE FROM roles WHERE id = ?', [found[0]['id']])
        publish_changed(None)
        await audit.note(actor, 'rights_changed', role=code, removed=True)


async def add_ready_roles(actor: Actor, codes: Sequence[str] = tuple(READY)) -> None:
    """Add those of the `READY` roles that are missing, as a new installation needs them."""
    have = {role.code for role in await list_roles(actor)}
    missing = [code for code in codes if code not in have]
    if not missing:
        return
    # A role that is there is never given its operations again: it comes with them, or not at all.
    with guard.acting(actor):
        async with database.transaction():
            for code in missing:
                label, labels, rights = READY[code]
                await save_role(actor, code, label, {EVERY: rights}, labels)
            await _allow_usual([code for code in missing if code not in (VIEWER, CUSTOMER)])
            if CUSTOMER in missing:
                await role_rights.set_portal(actor, CUSTOMER, is_portal=True)


async def keep_what_was_allowed() -> None:
    """Let roles from before exporting and operations were rights of their own do what they did; once."""
    with guard.acting(guard.SETUP):
        async with database.transaction():
            first = await database.rows(
                'INSERT INTO store_state (key, value) VALUES (?, ?) ON CONFLICT DO NOTHING RETURNING key',
                [_KEPT, '1'],
            )
            if not first:
                return
            await database.rows(
                'UPDATE role_rights SET may_export = may_read WHERE may_export = 0 AND may_change > 0'
            )
            for operation in sorted(USUAL):
                await database.rows(
                    'INSERT INTO role_operations (role_id, operation)'
                    ' SELECT DISTINCT x.role_id, ? FROM role_rights x WHERE x.may_change > 0'
                    ' ON CONFLICT DO NOTHING',
                    [operation],
                )


async def _allow_usual(codes: Sequence[str]) -> None:
    for code in codes:
        for operation in sorted(USUAL):
            await database.rows(
                'INSERT INTO role_operations (role_id, operation)'
                ' SELECT r.id, ? FROM roles r WHERE r.code = ? ON CONFLICT DO NOTHING',
                [operation, code],
            )
