"""Layouts of record pages: a default one for each catalogue, others for roles; they give no right to data.

All are held in memory, so a page asks for its layout without a query."""

import json
import logging
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from store import audit, database, guard, layout_values
from store.actor import Actor, FieldLevel
from store.catalogs import SCHEMA, shaping
from store.layout_values import DEFAULT, Block, Layout, LayoutTab
from store.operations import need
from store.problems import BadValue, Invalid, NotFound
from store.schema import Catalog
from store.seen import seen
from store.workplaces import RoleName

__all__ = ['DEFAULT', 'Block', 'Layout', 'LayoutTab']

_held: dict[str, tuple[Layout, ...]] = {}
log = logging.getLogger(__name__)


async def load() -> None:
    """Read every layout into memory; after opening, and when one was changed."""
    with guard.acting(guard.DOOR):
        found = await database.rows(
            'SELECT l.*, c.code AS catalog FROM layouts l JOIN catalogs c ON c.id = l.catalog_id'
            ' ORDER BY l.position, l.id'
        )
    fresh: dict[str, tuple[Layout, ...]] = {}
    for row in found:
        one = _layout(row)
        if one is not None:
            fresh[row['catalog']] = (*fresh.get(row['catalog'], ()), one)
    _held.clear()
    _held.update(fresh)


def of_roles(catalog: str) -> tuple[Layout, ...]:
    """The layouts that are given to roles, in their order."""
    return tuple(one for one in _held.get(catalog, ()) if one.code != DEFAULT)


def has(catalog: str, code: str) -> bool:
    """Whether somebody has made this layout; the default one is there without that."""
    return any(one.code == code for one in _held.get(catalog, ()))


def layout_code(actor: Actor, catalog: Catalog) -> str:
    """The code of the layout this person has."""
    given = (one.code for one in of_roles(catalog.code) if not actor.roles.isdisjoint(one.roles))
    return next(given, DEFAULT)


def layout_for(actor: Actor, catalog: Catalog) -> Layout:
    """How this person's record page looks; `catalog` is what they see of it.

    The first layout that one of their roles has, else the default; without what they may not see, and with
    every field they must fill."""
    whole = layout_values.with_required(_known(catalog, layout_code(actor, catalog)), catalog)
    return layout_values.without_empty(layout_values.narrowed(whole, catalog))


def layout_to_edit(actor: Actor, catalog: str, code: str) -> Layout:
    """A layout as its editor sees it: with empty blocks, without fields that are hidden from this person.

    :raises NotFound: 'no_such_layout'"""
    need(actor, 'edit_structure')
    known = seen(actor, SCHEMA[catalog])
    whole = layout_values.with_required(_known(known, code), known)
    return layout_values.narrowed(whole, known, links_to(catalog))


def links_to(catalog: str) -> tuple[str, ...]:
    """The reverse links of a catalogue as 'catalogue.field': fields elsewhere that lead to its records."""
    return tuple(
        f'{other.code}.{spec.code}'
        for other in SCHEMA
        for spec in other.live_fields
        if spec.type == 'link' and spec.options.get('target') in (catalog, '*')
    )


async def roles_to_choose(actor: Actor) -> list[RoleName]:
    """Every role by name, for who arranges record pages."""
    need(actor, 'edit_structure')
    with guard.acting(actor):
        found = await database.rows('SELECT code, label, labels FROM roles ORDER BY id', read=True)
    return [RoleName(code=r['code'], label=r['label'], labels=json.loads(r['labels'])) for r in found]


async def levels_of_roles(actor: Actor, catalog: str) -> dict[str, dict[str, FieldLevel]]:
    """By role: the fields it does not see or cannot change; {} for who may not know the rights of roles."""
    need(actor, 'edit_structure')
    known = {spec.code for spec in seen(actor, SCHEMA[catalog]).live_fields}
    if not actor.may_do('manage_roles'):
        return {}
    with guard.acting(actor):
        found = await database.rows(
            'SELECT r.code AS role, f.field, f.level FROM role_fields f JOIN roles r ON r.id = f.role_id'
            ' WHERE f.catalog = ?',
            [catalog],
            read=True,
        )
    levels: dict[str, dict[str, FieldLevel]] = {}
    for row in found:
        if row['field'] in known:
            levels.setdefault(row['role'], {})[row['field']] = FieldLevel(row['level'])
    return levels


async def save(actor: Actor, catalog: str, one: Layout) -> None:
    """Make a layout at the end, or replace the one of this code in its place.

    Fields that are hidden from the actor stay where they were.

    :raises Invalid: fields 'code', 'label', 'roles', 'tabs'"""
    need(actor, 'edit_structure')
    whole = SCHEMA[catalog]
    if errors := layout_values.check(one, seen(actor, whole), links_to(catalog)):
        raise Invalid(errors)
    old = next((known for known in _held.get(catalog, ()) if known.code == one.code), None)
    if old is not None:
        in_sight = {spec.code for spec in seen(actor, whole).live_fields}
        unseen = {spec.code for spec in whole.fields} - in_sight
        one = layout_values.keeping_unseen(one, old, unseen)
    async with shaping(actor, load):
        held = await _present_roles(one.roles, old.roles if old is not None else ())
        await _write(whole.id, replace(one, roles=held))
        facts = {'roles': list(held)} if held else {}
        await audit.note(actor, 'setting_changed', setting=f'layout {catalog} {one.code}', **facts)


async def arrange(actor: Actor, catalog: str, codes: Sequence[str]) -> None:
    """Put the layouts of roles into this order: a person has the first one that fits."""
    need(actor, 'edit_structure')
    async with shaping(actor, load):
        for place, code in enumerate(codes):
            sql = 'UPDATE layouts SET position = ? WHERE catalog_id = ? AND code = ?'
            await database.rows(sql, [place, SCHEMA[catalog].id, code])


async def remove(actor: Actor, catalog: str, code: str) -> None:
    """Take a layout away; the default one becomes again as the fields themselves say.

    :raises NotFound: 'no_such_layout'"""
    need(actor, 'edit_structure')
    async with shaping(actor, load):
        sql = 'DELETE FROM layouts WHERE catalog_id = ? AND code = ? RETURNING id'
        gone = await database.rows(sql, [SCHEMA[catalog].id, code])
        if not gone and code != DEFAULT:
            raise NotFound('no_such_layout', layout=code[:60])
        if gone:
            await audit.note(actor, 'setting_changed', setting=f'layout {catalog} {code}', removed=True)


def _known(catalog: Catalog, code: str) -> Layout:
    if code == DEFAULT:
        return _default(catalog)
    for one in of_roles(catalog.code):
        if one.code == code:
            return one
    raise NotFound('no_such_layout', layout=code[:60])


def _default(catalog: Catalog) -> Layout:
    made = next((one for one in _held.get(catalog.code, ()) if one.code == DEFAULT), None)
    return layout_values.derived(catalog) if made is None else layout_values.with_new(made, catalog)


async def _write(catalog_id: int, one: Layout) -> None:
    plain = layout_values.to_plain(one)
    body = {key: plain[key] for key in ('tabs', 'beside', 'left_out')}
    await database.rows(
        'INSERT INTO layouts (catalog_id, code, label, labels, roles, body, position)'
        ' VALUES (?, ?, ?, ?, ?, ?,'
        ' (SELECT coalesce(max(position), -1) + 1 FROM layouts WHERE catalog_id = ?))'
        ' ON CONFLICT (catalog_id, code) DO UPDATE SET label = excluded.label, labels = excluded.labels,'
        ' roles = excluded.roles, body = excluded.body',
        [
            catalog_id,
            one.code,
            one.label.strip(),
            json.dumps(plain['labels'], ensure_ascii=False),
            json.dumps(list(dict.fromkeys(one.roles))),
            json.dumps(body, ensure_ascii=False),
            catalog_id,
        ],
    )


async def _present_roles(codes: Sequence[str], before: Sequence[str]) -> tuple[str, ...]:
    """These roles without those that were removed since they had the layout."""
    known = {row['code'] for row in await database.rows('SELECT code FROM roles')}
    for code in codes:
        if code not in known and code not in before:
            raise Invalid({'roles': BadValue('unknown_role', role=code[:60])})
    return tuple(code for code in codes if code in known)


def _layout(row: Mapping[str, Any]) -> Layout | None:
    """A row as a layout; None when it cannot be read: its readers have the default then."""
    try:
        body = json.loads(row['body'])
        made = layout_values.from_plain({**body, 'code': row['code']})
        named = {'label': row['label'], 'labels': json.loads(row['labels'])}
        return replace(made, **named, roles=tuple(json.loads(row['roles'])))
    except (ValueError, TypeError, Invalid):
        log.warning('the layout %s of %s cannot be read and is not used', row['code'], row['catalog'])
        return None
