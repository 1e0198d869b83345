"""All that a person may do, each right with the roles that give it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from store import database, guard
from store.actor import RIGHTS, Actor, FieldLevel, Level
from store.actors import Book, RoleGrants, actor_of_person, book, held_roles
from store.catalogs import SCHEMA
from store.operations import OPERATIONS, need, need_employee
from store.policies import reads_any
from store.problems import NotFound
from store.schema import Catalog
from store.seen import seen


@dataclass(frozen=True, slots=True)
class Source:
    """A role that gives something; `through` is the unit it comes from, '' when it is held by name."""

    role: str
    label: str
    labels: str
    through: str = ''


@dataclass(frozen=True, slots=True)
class Reach:
    """A level and the roles that give it; nobody when it is none."""

    level: Level
    by: tuple[Source, ...] = ()


@dataclass(frozen=True, slots=True)
class OfCatalog:
    """What a person may do in a catalogue, in its pipelines and stages, and with its fields."""

    catalog: Catalog
    rights: Mapping[str, Reach]
    places: Mapping[tuple[str, str], Mapping[str, Reach]] = field(default_factory=dict)
    fields: Mapping[str, FieldLevel] = field(default_factory=dict)
    shared: bool = False
    ruled: int = 0


@dataclass(frozen=True, slots=True)
class Effective:
    """All that a person may do; `managed` names units whose records they read as their manager."""

    person_id: int
    is_admin: bool
    is_active: bool
    roles: tuple[Source, ...] = ()
    catalogs: tuple[OfCatalog, ...] = ()
    operations: Mapping[str, tuple[Source, ...]] = field(default_factory=dict)
    units: tuple[str, ...] = ()
    managed: tuple[str, ...] = ()


async def effective(actor: Actor, person_id: int) -> Effective:
    """All that a person may do; about oneself, or for who manages roles.

    Those who ask about themselves learn nothing of catalogues and fields that they may not see.

    :raises NotAllowed: about somebody else without 'manage_roles'
    :raises NotFound: there is no such person"""
    need_employee(actor)
    if person_id != actor.person_id:
        need(actor, 'manage_roles')
    with guard.acting(actor):
        found = await database.rows(
            'SELECT is_admin, is_active FROM people WHERE id = ?', [person_id], read=True
        )
        if not found:
            raise NotFound(catalog='person', id=person_id)
        person = await actor_of_person(person_id)
        if person is None:
            return Effective(person_id, bool(found[0]['is_admin']), is_active=False)
        known, sources = await book(), await _sources(person_id)
    shown = [kind for kind in SCHEMA if actor.may_do('manage_roles') or reads_any(actor, kind.code)]
    return Effective(
        person_id,
        person.is_admin,
        is_active=True,
        roles=tuple(sources.values()),
        catalogs=tuple(_of_catalog(actor, person, kind, known, sources) for kind in shown),
        operations=_operations(person, known, sources),
        units=_names(known, person.units),
        managed=_names(known, person.managed),
    )


async def _sources(person_id: int) -> dict[int, Source]:
    held, known = await held_roles(person_id), await book()
    rows = await database.rows('SELECT id, code, label, labels FROM roles ORDER BY id', read=True)
    return {
        row['id']: Source(row['code'], row['label'], row['labels'], _through(known, held[row['id']]))
        for row in rows
        if row['id'] in held
    }


def _through(known: Book, unit: int | None) -> str:
    return known.units[unit].name if unit is not None and unit in known.units else ''


def _names(known: Book, units: Iterable[int]) -> tuple[str, ...]:
    return tuple(known.units[unit].name for unit in units if unit in known.units)


def _of_catalog(
    actor: Actor, person: Actor, kind: Catalog, known: Book, sources: Mapping[int, Source]
) -> OfCatalog:
    roles = {role: known.roles[role] for role in sources}
    named = {
        (pipeline, stage)
        for one in roles.values()
        for catalog, pipeline, stage in one.places
        if catalog == kind.code
    }
    visible = seen(actor, kind)
    levels = {} if person.is_admin else person.fields.get(kind.code, {})
    return OfCatalog(
        visible,
        _reaches(person, roles, sources, (kind.code, '', '')),
        {place: _reaches(person, roles, sources, (kind.code, *place)) for place in _in_order(kind, named)},
        {code: level for code, level in levels.items() if visible.field(code) is not None},
        shared=kind.code in person.shared,
        ruled=len(person.record_rules.get(kind.code, ())),
    )


def _in_order(kind: Catalog, named: set[tuple[str, str]]) -> list[tuple[str, str]]:
    every = [(line.code, stage) for line in kind.pipelines for stage in ('', *(s.code for s in line.stages))]
    return [place for place in every if place in named]


def _reaches(
    person: Actor,
    roles: Mapping[int, RoleGrants],
    sources: Mapping[int, Source],
    place: tuple[str, str, str],
) -> dict[str, Reach]:
    return {right: _reach(person, roles, sources, place, right) for right in RIGHTS}


def _reach(
    person: Actor,
    roles: Mapping[int, RoleGrants],
    sources: Mapping[int, Source],
    place: tuple[str, str, str],
    right: str,
) -> Reach:
    if person.is_admin:
        return Reach(Level.ALL)
    levels = {role: one.at(*place).level(right) for role, one in roles.items()}
    best = max(levels.values(), default=Level.NONE)
    by = (sources[role] for role, level in levels.items() if level == best and best > Level.NONE)
    return Reach(best, tuple(by))


def _operations(person: Actor, known: Book, sources: Mapping[int, Source]) -> dict[str, tuple[Source, ...]]:
    return {
        code: tuple(source for role, source in sources.items() if code in known.roles[role].operations)
        for code in OPERATIONS
        if person.may_do(code)
    }


def as_plain(source: Source) -> dict[str, Any]:
    """A source as facts of a sentence."""
    return {'role': source.role, 'label': source.label, 'labels': source.labels, 'through': source.through}
