"""A person's id becomes an Actor here, and nowhere else; and everybody hears when rights change."""

import json
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from store import database, guard
from store.actor import EVERY, NO_RIGHTS, PORTAL, RIGHTS, Actor, FieldLevel, Level, RecordRule, Rights
from store.operations import need
from store.problems import NotAllowed, NotFound

CACHED_S = 1.0
"""How long an Actor may be reused unasked: the limit within which another process's change takes effect."""

Place = tuple[str, str, str]
"""Catalogue, pipeline, stage; the latter two '' for all of them."""


@dataclass(frozen=True, slots=True)
class RoleGrants:
    """All that one role gives."""

    code: str
    is_portal: bool = False
    rights: dict[str, Rights] = field(default_factory=dict)
    places: dict[Place, Rights] = field(default_factory=dict)
    fields: dict[tuple[str, str], FieldLevel] = field(default_factory=dict)
    operations: set[str] = field(default_factory=set)

    def base(self, catalog: str) -> Rights:
        """The rights in a catalogue as a whole."""
        return self.rights.get(catalog) or self.rights.get(EVERY, NO_RIGHTS)

    def at(self, catalog: str, pipeline: str, stage: str) -> Rights:
        """The rights in a stage; the most specific place that is named counts."""
        for place in ((catalog, pipeline, stage), (catalog, pipeline, '')):
            if place in self.places:
                return self.places[place]
        return self.base(catalog)

    def reads(self, catalog: str) -> bool:
        """Whether any record of the catalogue may be read by this role's levels."""
        placed = (r.read for (code, _, _), r in self.places.items() if code == catalog)
        return self.base(catalog).read > Level.NONE or any(level > Level.NONE for level in placed)


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit of the organisation as rights see it."""

    id: int
    parent_id: int | None
    name: str
    manager_id: int | None
    manager_sees: bool


@dataclass(frozen=True, slots=True)
class Book:
    """What all rights are made of: roles, units, rules about records."""

    roles: Mapping[int, RoleGrants]
    units: Mapping[int, Unit]
    unit_roles: Mapping[int, frozenset[int]]
    rules: tuple[RecordRule, ...]

    def ancestors(self, unit_id: int) -> list[int]:
        """A unit and those above it, nearest first."""
        found: list[int] = []
        at: int | None = unit_id
        while at is not None and at in self.units and at not in found:
            found.append(at)
            at = self.units[at].parent_id
        return found

    def below(self, unit_ids: Iterable[int]) -> tuple[int, ...]:
        """Units and all below them."""
        wanted = set(unit_ids)
        return tuple(sorted(u for u in self.units if wanted.intersection(self.ancestors(u))))


_actors: dict[int, tuple[float, Actor | None]] = {}
_books: list[tuple[float, Book]] = []
_on_revoked: list[Callable[[int, int | None], None]] = []
_on_changed: list[Callable[[int | None], None]] = []


def subscribe_revoked(callback: Callable[[int, int | None], None]) -> Callable[[], None]:
    """Hear, after the commit, that sessions ended: (person id, session id), the latter None for all of them.

    :return: a function that ends the subscription"""
    _on_revoked.append(callback)
    return lambda: _on_revoked.remove(callback)


def subscribe_changed(callback: Callable[[int | None], None]) -> Callable[[], None]:
    """Hear, after the commit, that a person's rights or name changed; None: a role did, so anybody's may."""
    _on_changed.append(callback)
    return lambda: _on_changed.remove(callback)


def publish_revoked(person_id: int, session_id: int | None = None) -> None:
    """Tell the subscribers, after the commit, that sessions ended."""

    def tell() -> None:
        forget(person_id)
        for callback in tuple(_on_revoked):
            callback(person_id, session_id)

    database.after_commit(tell)


def publish_changed(person_id: int | None) -> None:
    """Let new rights count from the next call, and tell the subscribers after the commit."""

    def tell() -> None:
        forget(person_id)
        for callback in tuple(_on_changed):
            callback(person_id)

    database.after_commit(tell)


def forget(person_id: int | None = None) -> None:
    """Drop remembered Actors: of one person, or all, as when another database is opened."""
    if person_id is None:
        _actors.clear()
        _books.clear()
    else:
        _actors.pop(person_id, None)


async def actor_of_person(person_id: int) -> Actor | None:
    """The person with their present rights, for sessions and for rules; None when unknown or deactivated."""
    known = _actors.get(person_id)
    if known and time.monotonic() - known[0] < CACHED_S:
        return known[1]
    asked = time.monotonic()
    with guard.acting(guard.DOOR):
        actor = await _made(person_id)
    if not database.in_open_transaction():
        _actors[person_id] = (asked, actor)
    return actor


async def actor_as(actor: Actor, person_id: int) -> Actor:
    """Another person's eyes: their rights, and nothing can be written.

    :raises NotAllowed: without operation 'run_as', or when they are an administrator and the actor is not
    :raises NotFound: unknown or deactivated, or somebody of the portal, who sees no page that is here"""
    need(actor, 'run_as')
    found = await actor_of_person(person_id)
    if found is None or found.portal:
        raise NotFound(catalog='person', id=person_id)
    if found.is_admin and not actor.is_admin:
        raise NotAllowed(right='administer')
    return replace(found, read_only=True, looker=(actor.person_id, actor.name))


async def book() -> Book:
    """Every role, unit and rule about records, at most `CACHED_S` old."""
    if _books and time.monotonic() - _books[0][0] < CACHED_S and not database.in_open_transaction():
        return _books[0][1]
    asked = time.monotonic()
    with guard.acting(guard.DOOR):
        made = await _read_book()
    if not database.in_open_transaction():
        _books[:] = [(asked, made)]
    return made


async def held_roles(person_id: int) -> dict[int, int | None]:
    """The ids of the roles a person holds: None for those held by name, else the unit that gives it."""
    with guard.acting(guard.DOOR):
        known = await book()
        roles, units, _ = await _held(person_id, known)
        found = await _rows('SELECT kind FROM people WHERE id = ?', [person_id])
    is_portal = bool(found) and found[0]['kind'] == PORTAL
    return _counted(known, {**_of_units(known, units), **dict.fromkeys(roles)}, portal=is_portal)


def _counted(known: Book, held: Mapping[int, int | None], *, portal: bool) -> dict[int, int | None]:
    """The roles that count: those of the portal for its people, by name alone, and for nobody else."""
    return {
        role: unit
        for role, unit in held.items()
        if role in known.roles and known.roles[role].is_portal == portal and not (portal and unit)
    }


def _of_units(known: Book, units: Iterable[int]) -> dict[int, int | None]:
    """The roles that units give, with the unit that does."""
    return {
        role: above
        for unit in units
        for above in known.ancestors(unit)
        for role in known.unit_roles.get(above, ())
    }


async def _rows(sql: str, args: Sequence[Any] = ()) -> list[dict[str, Any]]:
    return await database.rows(sql, list(args), read=not database.in_open_transaction())


async def _made(person_id: int) -> Actor | None:
    found = await _rows(
        'SELECT name, login, is_admin, is_active, time_zone, kind, contact_id FROM people WHERE id = ?',
        [person_id],
    )
    if not found or not found[0]['is_active']:
        return None
    known = await book()
    direct, units, shared = await _held(person_id, known)
    if found[0]['kind'] == PORTAL:
        return _of_portal(person_id, found[0], known, _counted(known, dict.fromkeys(direct), portal=True))
    held = _counted(known, {**_of_units(known, units), **dict.fromkeys(direct)}, portal=False)
    own = known.below(units)
    managed = known.below(u.id for u in known.units.values() if u.manager_id == person_id and u.manager_sees)
    workers = await _workers({*own, *managed})
    return replace(
        _with_roles(person_id, found[0], known, sorted(held)),
        is_admin=bool(found[0]['is_admin']),
        units=own,
        managed=managed,
        colleagues=_among(workers, own),
        reports=_among(workers, managed),
        shared=shared,
    )


def _with_roles(person_id: int, row: Mapping[str, Any], known: Book, role_ids: Sequence[int]) -> Actor:
    """A person with what their roles and rules about records give."""
    grants = [known.roles[role] for role in role_ids]
    codes = frozenset(one.code for one in grants)
    return Actor(
        person_id=person_id,
        name=row['name'],
        login=row['login'] or '',
        roles=codes,
        catalogs=united(one.rights for one in grants),
        places=_places(grants),
        fields=_fields(grants),
        operations=frozenset(code for one in grants for code in one.operations),
        role_ids=tuple(role_ids),
        record_rules=_rules(known, codes),
        zone=row['time_zone'],
    )


def _of_portal(person_id: int, row: Mapping[str, Any], known: Book, held: Iterable[int]) -> Actor:
    """A customer: no operation, no unit, nothing that was shared, never an administrator."""
    made = _with_roles(person_id, row, known, sorted(held))
    return replace(made, operations=frozenset(), portal=True, contact_id=row['contact_id'])


async def _held(person_id: int, known: Book) -> tuple[list[int], list[int], frozenset[str]]:
    """Roles held by name, units worked in, catalogues with records shared with this person."""
    found = await _rows(
        "SELECT 'role' AS what, role_id AS id FROM person_roles WHERE person_id = ?"
        " UNION ALL SELECT 'unit', unit_id FROM unit_people WHERE person_id = ?",
        [person_id, person_id],
    )
    roles = [row['id'] for row in found if row['what'] == 'role']
    units = [row['id'] for row in found if row['what'] == 'unit']
    every = sorted({*roles, *_of_units(known, units)})
    blanks = ', '.join('?' * len(every)) or 'NULL'
    shared = await _rows(
        'SELECT c.code FROM catalogs c WHERE EXISTS (SELECT 1 FROM record_shares s'
        ' WHERE s.person_id = ? AND s.catalog_id = c.id)'
        f' OR EXISTS (SELECT 1 FROM record_shares s WHERE s.role_id IN ({blanks}) AND s.catalog_id = c.id)',
        [person_id, *every],
    )
    return roles, units, frozenset(row['code'] for row in shared)


async def _workers(units: Iterable[int]) -> list[tuple[int, int]]:
    """Who works in these units, as (unit, person)."""
    listed = ', '.join(str(int(unit)) for unit in sorted(units))
    if not listed:
        return []
    found = await _rows(f'SELECT unit_id, person_id FROM unit_people WHERE unit_id IN ({listed})')
    return [(row['unit_id'], row['person_id']) for row in found]


def _among(workers: Iterable[tuple[int, int]], units: Iterable[int]) -> tuple[int, ...]:
    wanted = set(units)
    return tuple(sorted({person for unit, person in workers if unit in wanted}))


def united(roles: Iterable[Mapping[str, Rights]]) -> dict[str, Rights]:
    """The union of several roles' rights, the farthest level wins; '*' stands for catalogues not named."""
    roles = list(roles)
    named = {catalog for role in roles for catalog in role}
    return {
        catalog: farthest(role.get(catalog) or role.get(EVERY) or Rights() for role in roles)
        for catalog in named
    }


def farthest(rights: Iterable[Rights]) -> Rights:
    """The farthest level of each right."""
    every = list(rights)
    best = {right: max((r.level(right) for r in every), default=Level.NONE) for right in RIGHTS}
    moving = best.pop('move')
    return Rights(**best, moving=None if moving == best['change'] else moving)


def _places(grants: Sequence[RoleGrants]) -> dict[str, dict[tuple[str, str], Rights]]:
    named = {place for one in grants for place in one.places}
    placed: dict[str, dict[tuple[str, str], Rights]] = {}
    for catalog, pipeline, stage in named:
        every = farthest(one.at(catalog, pipeline, stage) for one in grants)
        placed.setdefault(catalog, {})[pipeline, stage] = every
    return placed


def _fields(grants: Sequence[RoleGrants]) -> dict[str, dict[str, FieldLevel]]:
    narrowed: dict[str, dict[str, FieldLevel]] = {}
    for catalog, code in {key for one in grants for key in one.fields}:
        reading = [one for one in grants if one.reads(catalog)]
        heard = reading or [one for one in grants if (catalog, code) in one.fields]
        level = max(one.fields.get((catalog, code), FieldLevel.CHANGE) for one in heard)
        if level < FieldLevel.CHANGE:
            narrowed.setdefault(catalog, {})[code] = level
    return narrowed


def _rules(known: Book, codes: frozenset[str]) -> dict[str, tuple[RecordRule, ...]]:
    """The rules that concern a holder of these roles: that give something, or keep them out."""
    by_catalog: dict[str, tuple[RecordRule, ...]] = {}
    for rule in known.rules:
        if rule.only != bool(rule.roles & codes):
            by_catalog[rule.catalog] = (*by_catalog.get(rule.catalog, ()), rule)
    return by_catalog


# The book


def rights_of(row: Mapping[str, Any]) -> Rights:
    """The rights of a row of `role_rights` or `role_places`."""
    create, read, change, delete, export = (
        Level(row[f'may_{right}']) for right in ('create', 'read', 'change', 'delete', 'export')
    )
    moving = None if row['may_move'] is None else Level(row['may_move'])
    return Rights(create, read, change, delete, export, moving)


async def _read_book() -> Book:
    named = await _rows('SELECT id, code, is_portal FROM roles')
    roles = {row['id']: RoleGrants(row['code'], bool(row['is_portal'])) for row in named}
    await _read_grants(roles)
    units = {
        row['id']: Unit(
            row['id'], row['parent_id'], row['name'], row['manager_id'], bool(row['manager_sees'])
        )
        for row in await _rows('SELECT id, parent_id, name, manager_id, manager_sees FROM org_units')
    }
    unit_roles: dict[int, frozenset[int]] = {}
    for row in await _rows('SELECT unit_id, role_id FROM unit_roles'):
        unit_roles[row['unit_id']] = unit_roles.get(row['unit_id'], frozenset()) | {row['role_id']}
    rules = await _rows('SELECT * FROM record_rules WHERE is_on = 1 ORDER BY position, id')
    return Book(roles, units, unit_roles, tuple(rule_of(row) for row in rules))


async def _read_grants(roles: Mapping[int, RoleGrants]) -> None:
    async def of_known(table: str) -> list[tuple[RoleGrants, dict[str, Any]]]:
        found = await _rows(f'SELECT * FROM {table}')
        return [(roles[row['role_id']], row) for row in found if row['role_id'] in roles]

    for role, row in await of_known('role_rights'):
        role.rights[row['catalog']] = rights_of(row)
    for role, row in await of_known('role_places'):
        role.places[row['catalog'], row['pipeline'], row['stage']] = rights_of(row)
    for role, row in await of_known('role_fields'):
        role.fields[row['catalog'], row['field']] = FieldLevel(row['level'])
    for role, row in await of_known('role_operations'):
        role.operations.add(row['operation'])


def rule_of(row: Mapping[str, Any]) -> RecordRule:
    """A rule about records of its row."""
    return RecordRule(
        id=row['id'],
        catalog=row['catalog'],
        condition=json.loads(row['condition']),
        roles=frozenset(json.loads(row['roles'])),
        rights=frozenset(json.loads(row['rights'])),
        only=bool(row['only']),
        mark=row['mark'],
        marked=row['marked'],
    )
