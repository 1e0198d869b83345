"""The organisation of sample people: units with managers and members, functional roles, who is away."""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from store import people, roles, units
from store.actor import Actor, Level, Rights

Ids = Mapping[str, int]
"""The ids of the sample people by login."""


async def organize(actor: Actor, told: Mapping[str, Any], ids: Ids, today: dt.date) -> None:
    """Give the sample people their places; what is there already stays."""
    await _units(actor, told.get('units', ()), ids)
    await _functional(actor, told.get('functional', ()), ids)
    await _absences(actor, told.get('absences', ()), ids, today)


async def _units(actor: Actor, rows: Sequence[Sequence[Any]], ids: Ids) -> None:
    """Rows of name, kind, name of the unit above, manager and members, each after the one above it."""
    known = {one.name: one for one in await units.list_units(actor)}
    for name, kind, above, manager, members in rows:
        if name not in known:
            values = {
                'name': name,
                'kind': kind,
                'manager_id': ids[manager],
                'parent_id': known[above].id if above else None,
            }
            known[name] = await units.save_unit(actor, values)
        whole = [*known[name].members, *(ids[login] for login in members)]
        await units.set_members(actor, known[name].id, whole)


async def _functional(actor: Actor, described: Sequence[Mapping[str, Any]], ids: Ids) -> None:
    """Roles that people of several units hold beside their own."""
    have = {role.code for role in await roles.list_roles(actor)}
    for role in described:
        if role['code'] not in have:
            rights = {
                catalog: Rights(**{right: Level[level.upper()] for right, level in levels.items()})
                for catalog, levels in role['rights'].items()
            }
            await roles.save_role(actor, role['code'], role['name'], rights, role['names'])
        for login in role['people']:
            held = (await people.person(actor, ids[login])).roles
            await people.change_person(actor, ids[login], {'roles': [*held, role['code']]})


async def _absences(actor: Actor, rows: Sequence[Sequence[Any]], ids: Ids, today: dt.date) -> None:
    """Rows of login, first and last day counted from today, and the deputy."""
    for login, first, last, deputy in rows:
        away = {
            'absent_from': (today + dt.timedelta(days=first)).isoformat(),
            'absent_until': (today + dt.timedelta(days=last)).isoformat(),
            'deputy_id': ids[deputy],
        }
        await people.change_person(actor, ids[login], away)
