"""Why somebody may or may not do something with a record or see a field: the chain of reasons, as data.

Each reason is found by the enforcement itself: `policies.allowed` is asked about an actor who has nothing
but one role, or one rule. The verdict is what it says about the whole actor."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from store import clock, database, guard, policies
from store.actor import ALL_RIGHTS, EVERY, Actor, FieldLevel, Level, RecordRule, Rights
from store.actors import Book, RoleGrants, actor_of_person, book, held_roles
from store.catalogs import SCHEMA
from store.operations import need, need_employee
from store.problems import NotFound
from store.schema import Catalog
from store.seen import seen
from store.sql import Sql
from store.tables import table

ASKED = ('read', 'change', 'move', 'delete', 'export')
"""The rights one may ask about; creating concerns no record."""


@dataclass(frozen=True, slots=True)
class Reason:
    """One link of the chain: `grants` is True when it gives the right, False when it takes it, else None.

    Codes: deactivated, administrator, role, no_roles, manager, share, rule, only_rule, in_bin, unreadable,
    field_role, field_role_silent, field_open. Facts are plain values that complete the sentence."""

    code: str
    facts: Mapping[str, Any] = field(default_factory=dict)
    grants: bool | None = None


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether it is allowed, and why."""

    allowed: bool
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True)
class _Asked:
    """The person, the record and all that rights are made of."""

    person: Actor
    kind: Catalog
    record: Mapping[str, Any]
    known: Book
    held: Mapping[int, int | None]
    labels: Mapping[int, Mapping[str, Any]]
    owner_units: frozenset[int]
    rule_names: Mapping[int, str]

    @property
    def place(self) -> tuple[str, str]:
        """The pipeline and stage the record is in."""
        found = self.kind.stage(self.record['stage_id']) if self.record['stage_id'] is not None else None
        return (found[0].code, found[1].code) if found else ('', '')


async def why_record(actor: Actor, person_id: int, catalog: str, record_id: int) -> dict[str, Verdict]:
    """Why a person may or may not read, change, move, delete and export a record.

    :raises NotAllowed: about somebody else without 'manage_roles'
    :raises NotFound: the asker may not read the record, or there is no such person"""
    need_employee(actor)
    if person_id != actor.person_id:
        need(actor, 'manage_roles')
    kind = SCHEMA[catalog]
    with guard.acting(actor):
        record = await _record(actor, kind, record_id)
        person = await _person(person_id)
        if isinstance(person, Reason):
            return dict.fromkeys(ASKED, Verdict(False, (person,)))
        asked = await _gathered(person, kind, record)
        truths = await _truths(asked)
        shares = await _shares(asked, record_id)
    return _verdicts(asked, truths, shares)


async def _record(actor: Actor, kind: Catalog, record_id: int) -> Mapping[str, Any]:
    text, args = policies.readable(actor, kind)
    binned = '' if actor.may_do('restore') else ' AND t.deleted_at IS NULL'
    found = await database.rows(
        f'SELECT t.id, t.owner_id, t.stage_id, t.deleted_at, o.name AS owner FROM {table(kind)} t'
        f' LEFT JOIN people o ON o.id = t.owner_id WHERE t.id = ?{binned} AND {text}',
        [record_id, *args],
        read=True,
    )
    if not found:
        raise NotFound(catalog=kind.code, id=record_id)
    return found[0]


async def _person(person_id: int) -> Actor | Reason:
    """The person as an actor, or that they are deactivated."""
    found = await database.rows('SELECT id FROM people WHERE id = ?', [person_id], read=True)
    if not found:
        raise NotFound(catalog='person', id=person_id)
    return await actor_of_person(person_id) or Reason('deactivated', grants=False)


async def _gathered(person: Actor, kind: Catalog, record: Mapping[str, Any]) -> _Asked:
    known = await book()
    held = await held_roles(person.person_id or 0)
    labels = await database.rows('SELECT id, code, label, labels FROM roles ORDER BY id', read=True)
    units = await database.rows(
        'SELECT unit_id FROM unit_people WHERE person_id = ?', [record['owner_id'] or 0], read=True
    )
    rules = await database.rows('SELECT id, name FROM record_rules', read=True)
    return _Asked(
        person,
        kind,
        record,
        known,
        held,
        {row['id']: row for row in labels},
        frozenset(row['unit_id'] for row in units),
        {row['id']: row['name'] for row in rules},
    )


# What the enforcement says


async def _truths(asked: _Asked) -> dict[tuple[str, str, int], bool]:
    """By (right, what, id): whether the enforcement grants the right to an actor who has that alone."""
    wanted: dict[tuple[str, str, int], Sql] = {}
    for right in ASKED:
        wanted[right, 'all', 0] = policies.allowed(asked.person, right, asked.kind)
        for role in asked.held:
            alone = _with_role(asked.person, asked.known.roles[role])
            wanted[right, 'role', role] = policies.allowed(alone, right, asked.kind)
        for rule in _rules(asked):
            wanted[right, 'rule', rule.id] = policies.allowed(
                _with_rule(asked.person, rule), right, asked.kind
            )
    managing = replace(asked.person, record_rules={}, shared=frozenset())
    wanted['read', 'manager', 0] = policies.allowed(managing, 'read', asked.kind)
    return await _answers(asked, wanted)


async def _answers(
    asked: _Asked, wanted: Mapping[tuple[str, str, int], Sql]
) -> dict[tuple[str, str, int], bool]:
    found: dict[tuple[str, str, int], bool] = {}
    keys = list(wanted)
    for start in range(0, len(keys), 100):
        part = keys[start : start + 100]
        columns = [f'CASE WHEN {wanted[key][0]} THEN 1 ELSE 0 END AS c{i}' for i, key in enumerate(part)]
        args = [arg for key in part for arg in wanted[key][1]]
        rows = await database.rows(
            f'SELECT {", ".join(columns)} FROM {table(asked.kind)} t WHERE t.id = ?',
            [*args, asked.record['id']],
            read=True,
        )
        found |= {key: bool(rows[0][f'c{i}']) for i, key in enumerate(part)}
    return found


def _with_role(person: Actor, role: RoleGrants) -> Actor:
    """The person as if they had this one role and nothing else."""
    places: dict[str, dict[tuple[str, str], Rights]] = {}
    for (catalog, pipeline, stage), rights in role.places.items():
        places.setdefault(catalog, {})[pipeline, stage] = rights
    nothing: dict[str, Any] = {
        'is_admin': False,
        'managed': (),
        'reports': (),
        'shared': frozenset(),
        'record_rules': {},
    }
    return replace(person, catalogs=role.rights, places=places, **nothing)


def _with_rule(person: Actor, rule: RecordRule) -> Actor:
    """The person as if nothing but this rule were said: it gives, or it alone takes."""
    catalogs = {EVERY: ALL_RIGHTS} if rule.only else {}
    rules = {rule.catalog: (rule,)}
    nothing: dict[str, Any] = {
        'is_admin': False,
        'places': {},
        'managed': (),
        'reports': (),
        'shared': frozenset(),
    }
    return replace(person, catalogs=catalogs, record_rules=rules, **nothing)


def _rules(asked: _Asked) -> Sequence[RecordRule]:
    """The rules that concern this person and catalogue."""
    return asked.person.record_rules.get(asked.kind.code, ())


async def _shares(asked: _Asked, record_id: int) -> Sequence[Mapping[str, Any]]:
    """Shares of the record with this person or a role of theirs, ended ones too."""
    roles = ', '.join(str(int(role)) for role in sorted(asked.held)) or 'NULL'
    return await database.rows(
        'SELECT s.*, g.name AS giver FROM record_shares s LEFT JOIN people g ON g.id = s.given_by'
        ' WHERE s.catalog_id = ? AND s.record_id = ?'
        f' AND (s.person_id = ? OR s.role_id IN ({roles})) ORDER BY s.id',
        [asked.kind.id, record_id, asked.person.person_id],
        read=True,
    )


# The chain


def _verdicts(
    asked: _Asked, truths: Mapping[tuple[str, str, int], bool], shares: Sequence[Mapping[str, Any]]
) -> dict[str, Verdict]:
    if asked.record['deleted_at'] is not None:
        return dict.fromkeys(ASKED, Verdict(False, (Reason('in_bin', grants=False),)))
    if asked.person.is_admin:
        return dict.fromkeys(ASKED, Verdict(True, (Reason('administrator', grants=True),)))
    reads = truths['read', 'all', 0]
    found: dict[str, Verdict] = {}
    for right in ASKED:
        reasons = [
            *_by_roles(asked, right, truths),
            *_by_manager(asked, right, truths),
            *(_by_share(asked, right, row) for row in shares if right in policies.SHARED),
            *_by_rules(asked, right, truths),
        ]
        if right != 'read' and not reads:
            reasons.append(Reason('unreadable', grants=False))
        found[right] = Verdict(reads and truths[right, 'all', 0], tuple(reasons))
    return found


def _by_roles(asked: _Asked, right: str, truths: Mapping[tuple[str, str, int], bool]) -> list[Reason]:
    if not asked.held:
        return [Reason('no_roles')]
    reasons = []
    for role in asked.held:
        grants = truths[right, 'role', role]
        facts = {**_role(asked, role), **_level(asked, asked.known.roles[role], right)}
        facts['because'] = _because(asked, Level(facts['level'])) if grants else ''
        facts |= {'owner': asked.record['owner'] or '', 'unit': _unit_of(asked, asked.person.units)}
        facts['portal'] = asked.person.portal
        reasons.append(Reason('role', facts, True if grants else None))
    return reasons


def _because(asked: _Asked, level: Level) -> str:
    if level >= Level.ALL:
        return 'all'
    if asked.person.portal:
        return 'linked'
    return 'own' if asked.record['owner_id'] == asked.person.person_id else 'unit'


def _unit_of(asked: _Asked, units: Sequence[int]) -> str:
    """The owner's unit that is among these, by name."""
    mine = sorted(asked.owner_units.intersection(units))
    return asked.known.units[mine[0]].name if mine else ''


def _role(asked: _Asked, role: int) -> dict[str, Any]:
    """The role and, when a unit gives it, that unit."""
    unit = asked.held.get(role)
    row = asked.labels[role]
    through = asked.known.units[unit].name if unit is not None and unit in asked.known.units else ''
    return {'role': row['code'], 'label': row['label'], 'labels': row['labels'], 'through': through}


def _level(asked: _Asked, role: RoleGrants, right: str) -> dict[str, Any]:
    """The level a role gives where the record is, and where that is said."""
    code, (pipeline, stage) = asked.kind.code, asked.place
    level = role.at(code, pipeline, stage).level(right)
    said = 'every' if code not in role.rights else 'catalog'
    if pipeline and (code, pipeline, stage) in role.places:
        said = 'stage'
    elif pipeline and (code, pipeline, '') in role.places:
        said = 'pipeline'
    return {'level': int(level), 'said': said, 'pipeline': pipeline, 'stage': stage}


def _by_manager(asked: _Asked, right: str, truths: Mapping[tuple[str, str, int], bool]) -> list[Reason]:
    if right != 'read' or not truths['read', 'manager', 0]:
        return []
    if any(truths['read', 'role', role] for role in asked.held):
        return []
    unit = _unit_of(asked, asked.person.managed)
    return [Reason('manager', {'unit': unit, 'owner': asked.record['owner'] or ''}, True)]


def _by_share(asked: _Asked, right: str, row: Mapping[str, Any]) -> Reason:
    ended = row['until'] is not None and row['until'] <= clock.now_ms()
    enough = right == 'read' or bool(row['may_change'])
    to = _role(asked, row['role_id']) if row['role_id'] is not None else {}
    facts = {
        **to,
        'by': row['giver'] or '',
        'until': row['until'],
        'ended': ended,
        'change': bool(row['may_change']),
        'origin': row['origin'],
    }
    return Reason('share', facts, True if enough and not ended else None)


def _by_rules(asked: _Asked, right: str, truths: Mapping[tuple[str, str, int], bool]) -> list[Reason]:
    reasons = []
    for rule in _rules(asked):
        said = truths[right, 'rule', rule.id]
        facts = {
            'rule': rule.id,
            'name': asked.rule_names.get(rule.id, ''),
            'roles': [_named(asked, code) for code in sorted(rule.roles)],
        }
        if rule.only and not said:
            reasons.append(Reason('only_rule', facts, False))
        elif not rule.only and said:
            reasons.append(Reason('rule', facts, True))
    return reasons


def _named(asked: _Asked, code: str) -> dict[str, Any]:
    found = next((row for row in asked.labels.values() if row['code'] == code), None)
    return {
        'role': code,
        'label': found['label'] if found else code,
        'labels': found['labels'] if found else '{}',
    }


# Fields


async def why_field(
    actor: Actor, person_id: int, catalog: str, code: str
) -> tuple[FieldLevel, tuple[Reason, ...]]:
    """How far a person may go with a field, and what each of their roles says.

    :raises NotAllowed: about somebody else without 'manage_roles'
    :raises NotFound: a field the asker does not see, or no such person"""
    need_employee(actor)
    if person_id != actor.person_id:
        need(actor, 'manage_roles')
    kind = SCHEMA[catalog]
    if seen(actor, kind).field(code) is None:
        raise NotFound('no_such_field', field=code)
    with guard.acting(actor):
        person = await _person(person_id)
        if isinstance(person, Reason):
            return FieldLevel.HIDDEN, (person,)
        asked = await _gathered(person, kind, {'owner_id': None, 'stage_id': None, 'owner': '', 'id': 0})
    return field_level(person, kind, code), tuple(_by_fields(asked, code))


def field_level(person: Actor, kind: Catalog, code: str) -> FieldLevel:
    """How far an actor may go with a field, as the enforcement sees it."""
    found = seen(person, kind).field(code)
    if found is None:
        return FieldLevel.HIDDEN
    level = (
        FieldLevel.CHANGE
        if person.is_admin
        else person.fields.get(kind.code, {}).get(code, FieldLevel.CHANGE)
    )
    return FieldLevel.READ if found.read_only or level < FieldLevel.CHANGE else FieldLevel.CHANGE


def _by_fields(asked: _Asked, code: str) -> list[Reason]:
    if asked.person.is_admin:
        return [Reason('administrator', grants=True)]
    catalog = asked.kind.code
    reasons = []
    for role in asked.held:
        grants = asked.known.roles[role]
        level = grants.fields.get((catalog, code), FieldLevel.CHANGE)
        what = 'field_role' if grants.reads(catalog) else 'field_role_silent'
        reasons.append(Reason(what, {**_role(asked, role), 'level': int(level)}, level > FieldLevel.HIDDEN))
    spec = asked.kind.field(code)
    if spec is not None and spec.read_only:
        reasons.append(Reason('field_read_only', grants=None))
    return reasons or [Reason('no_roles')]
