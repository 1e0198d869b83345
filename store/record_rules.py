"""Rules about records: who holds a role may do something with what a filter finds, or only they may."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from store import audit, database, guard, marking
from store.actor import Actor
from store.actors import book, publish_changed
from store.catalogs import SCHEMA
from store.conditions import filter_sql
from store.operations import need
from store.policies import Eyes
from store.problems import BadValue, Invalid, NotAllowed, NotFound, Problem
from store.query import Filter
from store.role_rights import need_all
from store.tables import table

RULE_RIGHTS = ('read', 'change', 'delete')
"""What a rule may give or keep; moving goes with changing, exporting with reading."""
_COLUMNS = ('catalog', 'name', 'condition', 'roles', 'rights', '"only"', 'is_on')


@dataclass(frozen=True, kw_only=True, slots=True)
class SavedRule:
    """A rule about records as it is written down; `roles` are codes, `id` is 0 while it is new."""

    id: int = 0
    catalog: str
    name: str
    condition: Filter
    roles: tuple[str, ...]
    rights: tuple[str, ...] = ('read',)
    only: bool = False
    is_on: bool = True


async def list_rules(actor: Actor) -> list[SavedRule]:
    """Every rule about records, in order."""
    need(actor, 'manage_roles')
    with guard.acting(actor):
        found = await database.rows('SELECT * FROM record_rules ORDER BY position, id', read=True)
    return [_saved(row) for row in found]


def _saved(row: Mapping[str, Any]) -> SavedRule:
    return SavedRule(
        id=row['id'],
        catalog=row['catalog'],
        name=row['name'],
        condition=Filter.from_plain(json.loads(row['condition'])),
        roles=tuple(json.loads(row['roles'])),
        rights=tuple(json.loads(row['rights'])),
        only=bool(row['only']),
        is_on=bool(row['is_on']),
    )


async def save_rule(actor: Actor, rule: SavedRule) -> int:
    """Write a rule down, a new one or the one of this id; it counts from everybody's next call.

    :raises Invalid: no name, no role, no right, or a filter that does not fit the catalogue
    :raises NotAllowed: it gives more than the actor has"""
    need(actor, 'manage_roles')
    with guard.acting(actor):
        async with database.transaction():
            await marking.alone()
            await _check(actor, rule)
            _need_own(actor, rule)
            old = await _rule(rule.id) if rule.id else rule
            _need_own(actor, old)
            rule_id = await _write(rule, has_moved=old.catalog != rule.catalog)
            if old.catalog != rule.catalog:
                await marking.begin(old.catalog, is_removed=True)
            await marking.begin(rule.catalog)
            publish_changed(None)
            await audit.note(actor, 'rights_changed', rule=rule.name, **_told(rule))
    return rule_id


async def _write(rule: SavedRule, *, has_moved: bool) -> int:
    """The row of a rule; a mark belongs to the records of the catalogue that the rule had till now."""
    row = _row(rule)
    if rule.id:
        sets = ', '.join(f'{column} = ?' for column in _COLUMNS) + (", mark = 0, marked = ''" * has_moved)
        found = await database.rows(
            f'UPDATE record_rules SET {sets} WHERE id = ? RETURNING id', [*row, rule.id]
        )
    else:
        found = await database.rows(
            f'INSERT INTO record_rules ({", ".join(_COLUMNS)}, position) VALUES'
            f' ({", ".join("?" * len(_COLUMNS))},'
            ' (SELECT COALESCE(MAX(o.position), 0) + 1 FROM record_rules o)) RETURNING id',
            row,
        )
    return int(found[0]['id'])


def _row(rule: SavedRule) -> list[Any]:
    plain = json.dumps(rule.condition.to_plain(), ensure_ascii=False)
    roles, rights = json.dumps(list(rule.roles)), json.dumps(list(rule.rights))
    return [rule.catalog, rule.name.strip()[:200], plain, roles, rights, int(rule.only), int(rule.is_on)]


def _told(rule: SavedRule) -> dict[str, Any]:
    told = {'catalog': rule.catalog, 'roles': list(rule.roles), 'rights': list(rule.rights)}
    return {**told, 'only': rule.only, 'is_on': rule.is_on, 'condition': rule.condition.to_text()}


async def _check(actor: Actor, rule: SavedRule) -> None:
    kind = SCHEMA.by_code.get(rule.catalog)
    if kind is None:
        raise Invalid({'catalog': BadValue('no_such_catalog')})
    # A rule for every record is a right of the role: it belongs there, where people look for it.
    given = {'name': rule.name.strip(), 'roles': rule.roles, 'condition': rule.condition}
    errors: dict[str, Problem] = {code: BadValue('required') for code, said in given.items() if not said}
    if not rule.rights or not set(RULE_RIGHTS).issuperset(rule.rights):
        errors['rights'] = BadValue('required')
    known = {role.code for role in (await book()).roles.values()}
    if unknown := [code for code in rule.roles if code not in known]:
        errors['roles'] = BadValue('unknown_role', role=unknown[0])
    if errors:
        raise Invalid(errors)
    # Through the actor's own eyes: nobody makes rules about fields they may not see.
    eyes = Eyes(actor)
    seen = eyes.catalog(rule.catalog)
    filter_sql(eyes, seen or kind, Filter.from_plain(rule.condition.to_plain()))


def _need_own(actor: Actor, rule: SavedRule) -> None:
    """Nobody gives what they do not have, or takes away what keeps themselves out."""
    if not rule.only:
        for right in rule.rights:
            need_all(actor, right, rule.catalog)
    elif rule.is_on and not actor.is_admin and actor.roles.isdisjoint(rule.roles):
        raise NotAllowed(right='administer')


async def _rule(rule_id: int) -> SavedRule:
    found = await database.rows('SELECT * FROM record_rules WHERE id = ?', [rule_id])
    if not found:
        raise NotFound(catalog='record_rule', id=rule_id)
    return _saved(found[0])


async def remove_rule(actor: Actor, rule_id: int) -> None:
    """Take a rule away.

    :raises NotFound: there is none of this id"""
    need(actor, 'manage_roles')
    with guard.acting(actor):
        async with database.transaction():
            await marking.alone()
            gone = await _rule(rule_id)
            if gone.only:
                _need_own(actor, gone)
            await database.rows('DELETE FROM record_rules WHERE id = ?', [rule_id])
            await marking.begin(gone.catalog, is_removed=True)
            publish_changed(None)
            await audit.note(actor, 'rights_changed', rule=gone.name, removed=True, **_told(gone))


async def count_found(actor: Actor, catalog: str, condition: Filter) -> int:
    """How many records of those the actor may read a rule's filter finds now."""
    need(actor, 'manage_roles')
    eyes = Eyes(actor)
    seen = eyes.catalog(catalog)
    if seen is None:
        raise NotFound('no_such_catalog', catalog=catalog)
    text, args = filter_sql(eyes, seen, condition)
    narrow, more = eyes.narrow(seen)
    with guard.acting(actor):
        found = await database.rows(
            f'SELECT COUNT(*) AS n FROM {table(seen)} t WHERE t.deleted_at IS NULL AND {narrow} AND {text}',
            [*more, *args],
            read=True,
        )
    count: int = found[0]['n']
    return count
