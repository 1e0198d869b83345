"""Who acts, with which rights, and what for."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Any


class Level(IntEnum):
    """How far a right reaches: own records, those of the own units and the units below, all."""

    NONE = 0
    OWN = 10
    UNIT = 20
    ALL = 30


class FieldLevel(IntEnum):
    """How far one may go with a field."""

    HIDDEN = 0
    READ = 10
    CHANGE = 20


EMPLOYEE, PORTAL = 'employee', 'portal'
"""Kinds of people: who works here, and customers who see only the portal."""

RIGHTS = ('create', 'read', 'change', 'delete', 'move', 'export')
"""What one may do with records, in the order people see."""


@dataclass(frozen=True, slots=True)
class Rights:
    """What a role allows in one catalogue, pipeline or stage; `move` is as `change` unless it is given."""

    create: Level = Level.NONE
    read: Level = Level.NONE
    change: Level = Level.NONE
    delete: Level = Level.NONE
    export: Level = Level.NONE
    moving: Level | None = None

    @property
    def move(self) -> Level:
        """How far cards may be taken to another stage."""
        return self.change if self.moving is None else self.moving

    def level(self, right: str) -> Level:
        """The level of one of `RIGHTS`."""
        found: Level = getattr(self, right)
        return found


NO_RIGHTS = Rights()
ALL_RIGHTS = Rights(Level.ALL, Level.ALL, Level.ALL, Level.ALL, Level.ALL)
EVERY = '*'
"""The catalogue code that stands for every catalogue a role does not name."""


@dataclass(frozen=True, slots=True)
class RecordRule:
    """Records a filter finds: holders of one of `roles` have `rights` to them, or `only` they have.

    The bit `mark` of a record's marks says the same as the SQL condition `marked`; '' until it does."""

    id: int
    catalog: str
    condition: Any
    roles: frozenset[str]
    rights: frozenset[str]
    only: bool = False
    mark: int = 0
    marked: str = ''


@dataclass(frozen=True, kw_only=True, slots=True)
class Actor:
    """A signed-in person, a token's owner or a rule's owner; made only in store/actors.py and store/guard.py.

    `catalogs` maps a catalogue code, or '*' for every other one, to rights, `places` the same for
    (pipeline, stage or '') of a catalogue, `fields` the fields that may not be changed;
    an administrator has all rights everywhere. `units` are the own units and all below them, `managed` the
    units whose people's records a manager reads; `colleagues` and `reports` are the people who work there.
    `shared` names catalogues with records shared with this
    actor. `zone` is the person's time zone, '' for the company's. A `read_only` actor is
    somebody's eyes: nothing can be written through it, and `looker` (id and name) is who looks.

    Somebody `portal` is a customer at the portal, who is the contact `contact_id`: their own records are
    those linked to it, those of their unit the ones linked to its account."""

    person_id: int | None
    name: str
    login: str = ''
    is_admin: bool = False
    roles: frozenset[str] = frozenset()
    catalogs: Mapping[str, Rights] = field(default_factory=dict)
    places: Mapping[str, Mapping[tuple[str, str], Rights]] = field(default_factory=dict)
    fields: Mapping[str, Mapping[str, FieldLevel]] = field(default_factory=dict)
    operations: frozenset[str] = frozenset()
    units: tuple[int, ...] = ()
    managed: tuple[int, ...] = ()
    colleagues: tuple[int, ...] = ()
    reports: tuple[int, ...] = ()
    role_ids: tuple[int, ...] = ()
    shared: frozenset[str] = frozenset()
    record_rules: Mapping[str, tuple[RecordRule, ...]] = field(default_factory=dict)
    built_in: str = ''
    zone: str = ''
    read_only: bool = False
    looker: tuple[int | None, str] | None = None
    portal: bool = False
    contact_id: int | None = None

    def rights(self, catalog: str) -> Rights:
        """What this actor may do in the catalogue of this code, by level alone."""
        if self.is_admin:
            return ALL_RIGHTS
        return self.catalogs.get(catalog) or self.catalogs.get(EVERY, NO_RIGHTS)

    def may_do(self, operation: str) -> bool:
        """Whether this actor may do a named operation of `store.operations`."""
        return self.is_admin or operation in self.operations


@dataclass(frozen=True, slots=True)
class Cause:
    """Why a change happens: `kind` is 'person', 'rule', 'import', 'api', 'sample' (demo data), 'undo' or
    'merge' (of two values of a choice).

    `id` names the run or import, of an 'undo' the import that it takes back; `chain` lists
    'rule:catalogue:record' of the rules that led here, oldest first."""

    kind: str = 'person'
    id: int | None = None
    chain: tuple[str, ...] = ()

    @property
    def depth(self) -> int:
        """How many rules led here."""
        return len(self.chain)


BY_PERSON = Cause()
TO_UNDO = Cause('undo')
QUIET = ('import', 'sample', 'undo', 'merge')
"""Kinds of causes that start no rule, unless the rule or the import asks for it."""
