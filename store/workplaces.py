"""Workplaces: ordered sets of sections for some roles, or for everybody; they give no right to data."""

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from store import audit, database, guard, system_settings
from store.actor import Actor
from store.catalogs import shaping
from store.operations import need, need_employee
from store.problems import BadValue, Invalid, NotFound, Problem

CHOSEN = 'workplace'
"""The preference that remembers where a person works, over sign-outs too."""
EVERYTHING = ''
"""The code of the workplace that shows all there is to read; it is there while no other one is."""
_CODE = re.compile(r'[a-z][a-z0-9_]{0,59}')
_SECTION = re.compile(r'[a-z][a-z0-9_]{0,59}|/|(/[a-z_-]{1,40}){1,4}')
MOST_SECTIONS = 60


@dataclass(frozen=True, kw_only=True, slots=True)
class Workplace:
    """A set of sections; a section is a catalogue's code or a page's address such as '/dashboards'.

    Without `roles` it is for everybody."""

    code: str
    label: str
    labels: Mapping[str, str] = field(default_factory=dict)
    icon: str = 'workspaces'
    sections: tuple[str, ...] = ()
    roles: tuple[str, ...] = ()
    position: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class RoleName:
    """A role that a workplace may be for."""

    code: str
    label: str
    labels: Mapping[str, str] = field(default_factory=dict)


_held: list[Workplace] = []
_on_chosen: list[Callable[[int, str], None]] = []


async def load() -> None:
    """Read every workplace into memory; after opening, and when one was changed."""
    with guard.acting(guard.DOOR):
        found = await database.rows('SELECT * FROM workplaces ORDER BY position, id')
    _held[:] = [_workplace(row) for row in found]


def every() -> tuple[Workplace, ...]:
    """All workplaces in their order."""
    return tuple(_held)


def open_to(actor: Actor) -> tuple[Workplace, ...]:
    """Those this person may work in: all for an administrator, else by role; none leaves `EVERYTHING`."""
    return tuple(
        one for one in _held if actor.is_admin or not one.roles or not actor.roles.isdisjoint(one.roles)
    )


async def chosen(actor: Actor) -> str:
    """The code this person chose last; it may be closed to them, or gone, meanwhile."""
    return str((await system_settings.preferences(actor, CHOSEN)).get(CHOSEN) or EVERYTHING)


def subscribe_chosen(callback: Callable[[int, str], None]) -> Callable[[], None]:
    """Hear, after the commit, which person works in which workplace now.

    :return: a function that ends the subscription"""
    _on_chosen.append(callback)
    return lambda: _on_chosen.remove(callback)


async def choose(actor: Actor, code: str) -> None:
    """Work there from now on, in every open tab.

    :raises NotFound: 'no_such_workplace', also for one that is closed to this person"""
    need_employee(actor)
    if code != EVERYTHING and code not in {one.code for one in open_to(actor)}:
        raise NotFound('no_such_workplace', workplace=code[:60])
    await system_settings.save_preference(actor, CHOSEN, code or None)

    def tell() -> None:
        for callback in tuple(_on_chosen):
            callback(actor.person_id or 0, code)

    database.after_commit(tell)


async def roles_to_choose(actor: Actor) -> list[RoleName]:
    """Every role by name, for who arranges workplaces."""
    need(actor, 'manage_workplaces')
    with guard.acting(actor):
        found = await database.rows('SELECT code, label, labels FROM roles ORDER BY id', read=True)
    return [RoleName(code=r['code'], label=r['label'], labels=json.loads(r['labels'])) for r in found]


async def save(actor: Actor, one: Workplace) -> None:
    """Make a workplace at the end, or replace the one of this code in its place.

    :raises Invalid: fields 'code', 'label', 'sections', 'roles'"""
    need(actor, 'manage_workplaces')
    if errors := _errors(one):
        raise Invalid(errors)
    async with shaping(actor, load):
        await _check_roles(one.roles)
        await database.rows(
            'INSERT INTO workplaces (code, label, labels, icon, sections, roles, position)'
            ' VALUES (?, ?, ?, ?, ?, ?, (SELECT coalesce(max(position), -1) + 1 FROM workplaces))'
            ' ON CONFLICT (code) DO UPDATE SET label = excluded.label, labels = excluded.labels,'
            ' icon = excluded.icon, sections = excluded.sections, roles = excluded.roles',
            [
                one.code,
                one.label.strip(),
                json.dumps(dict(one.labels), ensure_ascii=False),
                one.icon,
                json.dumps(list(dict.fromkeys(one.sections))),
                json.dumps(list(dict.fromkeys(one.roles))),
            ],
        )
        facts = {'sections': list(one.sections), 'roles': list(one.roles)}
        await audit.note(actor, 'setting_changed', setting=f'workplace {one.code}', **facts)


async def arrange(actor: Actor, codes: Sequence[str]) -> None:
    """Put the workplaces into this order."""
    need(actor, 'manage_workplaces')
    async with shaping(actor, load):
        for place, code in enumerate(codes):
            await database.rows('UPDATE workplaces SET position = ? WHERE code = ?', [place, code])


async def remove(actor: Actor, code: str) -> None:
    """Take a workplace away; whoever worked there works in another one.

    :raises NotFound: 'no_such_workplace'"""
    need(actor, 'manage_workplaces')
    async with shaping(actor, load):
        if not await database.rows('DELETE FROM workplaces WHERE code = ? RETURNING id', [code]):
            raise NotFound('no_such_workplace', workplace=code[:60])
        await audit.note(actor, 'setting_changed', setting=f'workplace {code}', removed=True)


def _errors(one: Workplace) -> dict[str, Problem]:
    errors: dict[str, Problem] = {}
    if not _CODE.fullmatch(one.code):
        errors['code'] = BadValue('bad_code')
    if not 0 < len(one.label.strip()) <= 200:
        errors['label'] = BadValue('required')
    if len(one.sections) > MOST_SECTIONS or not all(map(_SECTION.fullmatch, one.sections)):
        errors['sections'] = BadValue('bad_section')
    if not re.fullmatch(r'[a-z0-9_]{1,60}', one.icon):
        errors['icon'] = BadValue('bad_code')
    return errors


async def _check_roles(codes: Sequence[str]) -> None:
    known = {row['code'] for row in await database.rows('SELECT code FROM roles')}
    for code in codes:
        if code not in known:
            raise Invalid({'roles': BadValue('unknown_role', role=code[:60])})


def _workplace(row: Mapping[str, Any]) -> Workplace:
    return Workplace(
        code=row['code'],
        label=row['label'],
        labels=json.loads(row['labels']),
        icon=row['icon'],
        sections=tuple(json.loads(row['sections'])),
        roles=tuple(json.loads(row['roles'])),
        position=row['position'],
    )
