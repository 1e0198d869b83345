"""Who acts, with which rights, and what for."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum


class Level(IntEnum):
    """How far a right reaches. Gaps are left for finer levels (own unit, own units below)."""

    NONE = 0
    OWN = 10
    ALL = 30


@dataclass(frozen=True, slots=True)
class Rights:
    """What a role allows in one catalogue."""

    create: Level = Level.NONE
    read: Level = Level.NONE
    change: Level = Level.NONE
    delete: Level = Level.NONE


NO_RIGHTS = Rights()
ALL_RIGHTS = Rights(Level.ALL, Level.ALL, Level.ALL, Level.ALL)


@dataclass(frozen=True, kw_only=True, slots=True)
class Actor:
    """A signed-in person, a token's owner or a rule's owner; made only in store/people.py and store/guard.py.

    `catalogs` maps a catalogue code, or '*' for every other one, to rights; an administrator
    has all rights everywhere. `zone` is the person's time zone, '' for the company's."""

    person_id: int | None
    name: str
    login: str = ''
    is_admin: bool = False
    roles: frozenset[str] = frozenset()
    catalogs: Mapping[str, Rights] = field(default_factory=dict)
    built_in: str = ''
    zone: str = ''

    def rights(self, catalog: str) -> Rights:
        """What this actor may do in the catalogue of this code."""
        if self.is_admin:
            return ALL_RIGHTS
        return self.catalogs.get(catalog) or self.catalogs.get('*', NO_RIGHTS)


@dataclass(frozen=True, slots=True)
class Cause:
    """Why a change happens: `kind` is 'person', 'rule', 'import', 'api', 'sample' (demo data) or 'undo'.

    `id` names the run or import; `chain` lists 'rule:catalogue:record' of the rules that led
    here, oldest first."""

    kind: str = 'person'
    id: int | None = None
    chain: tuple[str, ...] = ()

    @property
    def depth(self) -> int:
        """How many rules led here."""
        return len(self.chain)


BY_PERSON = Cause()
TO_UNDO = Cause('undo')
QUIET = ('import', 'sample', 'undo')
"""Kinds of causes that start no rule, unless the rule or the import asks for it."""
