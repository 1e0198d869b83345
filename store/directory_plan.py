"""What a run of the synchronisation would do: a plain function of entries and people."""

import re
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from store.directory_settings import EVERYBODY
from store.person_values import checked_value
from store.problems import BadValue

CREATED, CHANGED, DISABLED, REFUSED = 'created', 'changed', 'disabled', 'refused'
KINDS = (CREATED, CHANGED, DISABLED, REFUSED)
TAKEN = 'directory_login_taken'
NEEDED = ('name', 'login')
WISHED = ('email', 'phone', 'department')
MOST_GONE = 5
"""So many people may vanish at a time without anybody looking,"""
SHARE_GONE = 3
"""and of more than that at most one in so many."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Entry:
    """Somebody in the directory; `groups` are DNs or other values, `is_off` means switched off there."""

    id: str
    dn: str
    login: str
    name: str
    email: str = ''
    phone: str = ''
    department: str = ''
    groups: tuple[str, ...] = ()
    is_off: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Known:
    """Somebody here; `given` are the roles of theirs that the directory gave.

    `entry_id` is '' for whom the directory does not know; `is_off` when it deactivated them."""

    id: int
    name: str
    login: str = ''
    email: str = ''
    phone: str = ''
    department: str = ''
    is_active: bool = True
    is_admin: bool = False
    is_customer: bool = False
    roles: frozenset[str] = frozenset()
    entry_id: str = ''
    dn: str = ''
    is_off: bool = False
    given: frozenset[str] = frozenset()


@dataclass(frozen=True, kw_only=True, slots=True)
class Line:
    """What becomes of one person, or why nothing does.

    `values` are those of `people.change_person`; `left_out` names fields whose value in the directory does
    not fit; `person_id` of a refused one is who stands in the way and could be linked instead."""

    kind: str
    name: str
    login: str = ''
    entry_id: str = ''
    dn: str = ''
    person_id: int | None = None
    values: Mapping[str, Any] = field(default_factory=dict)
    roles: frozenset[str] = frozenset()
    no_roles: frozenset[str] = frozenset()
    left_out: tuple[str, ...] = ()
    code: str = ''
    facts: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, slots=True)
class Plan:
    """Lines by name; `found` entries were read, `linked` active people have one."""

    lines: tuple[Line, ...] = ()
    found: int = 0
    linked: int = 0

    def of(self, kind: str) -> list[Line]:
        """The lines of a kind."""
        return [line for line in self.lines if line.kind == kind]

    def counts(self) -> dict[str, int]:
        """How many of each kind, and how many entries were found."""
        return {'found': self.found, **{kind: len(self.of(kind)) for kind in KINDS}}

    @property
    def is_frightening(self) -> bool:
        """Whether so many would be deactivated that somebody should look first."""
        gone = len(self.of(DISABLED))
        return gone > MOST_GONE and gone * SHARE_GONE > self.linked


def plan(
    entries: Sequence[Entry],
    people: Sequence[Known],
    groups: Sequence[tuple[str, str]],
    roles: Collection[str],
) -> Plan:
    """What a run would do.

    :param groups: (group, code of a role); a role that is not among `roles` is passed over"""
    known = [(group, role) for group, role in groups if role in roles]
    made = _Planner(entries, people, known)
    lines = [line for line in (*map(made.line, entries), *made.gone()) if line is not None]
    return Plan(
        lines=tuple(sorted(lines, key=lambda line: line.name.casefold())),
        found=len(entries),
        linked=sum(1 for one in people if one.entry_id and one.is_active),
    )


def roles_of(entry_groups: Iterable[str], groups: Iterable[tuple[str, str]]) -> frozenset[str]:
    """The roles that somebody in these groups gets; a group is named by its DN or by its name alone."""
    own = {EVERYBODY}
    for group in entry_groups:
        own |= {_normal(group), _normal(_first(group))}
    return frozenset(role for group, role in groups if _normal(group) in own)


def _normal(text: str) -> str:
    return re.sub(r'\s*([,=+])\s*', r'\1', text).strip().casefold()


def _first(dn: str) -> str:
    """The name in front of a DN: 'Sales' of 'CN=Sales,OU=Groups,DC=example'."""
    found = re.match(r'\s*[A-Za-z0-9.-]+\s*=\s*((?:\\.|[^,\\])*)', dn)
    return re.sub(r'\\(.)', r'\1', found[1]) if found else dn


class _Planner:
    """Looks at one entry after another, knowing all of them."""

    def __init__(
        self, entries: Sequence[Entry], people: Sequence[Known], groups: Sequence[tuple[str, str]]
    ) -> None:
        self._people, self._groups = people, groups
        self._ids = {entry.id for entry in entries}
        self._often = Counter(entry.login for entry in entries) + Counter(entry.id for entry in entries)
        self._by_entry = {one.entry_id: one for one in people if one.entry_id}
        self._by_login = {one.login: one for one in people if one.login}
        self._admins = {one.id for one in people if one.is_admin and one.is_active}

    def line(self, entry: Entry) -> Line | None:
        """What becomes of an entry; None when all is as it should be."""
        person = self._by_entry.get(entry.id)
        if entry.is_off:
            return self._off(person, 'directory_off') if person else None
        if self._often[entry.login] > 1 or self._often[entry.id] > 1:
            return _refused(entry, 'directory_twice', login=entry.login)
        values, left_out, wrong = _values(entry)
        if wrong is not None:
            return wrong
        if person is None:
            return self._new(entry, values, left_out)
        return self._old(entry, person, values, left_out)

    def _new(self, entry: Entry, values: dict[str, Any], left_out: tuple[str, ...]) -> Line:
        other = self._by_login.get(values['login'])
        if other is not None:
            return _refused(entry, TAKEN, person=other, name=other.name)
        return Line(
            kind=CREATED,
            name=values['name'],
            login=values['login'],
            entry_id=entry.id,
            dn=entry.dn,
            values=values,
            roles=roles_of(entry.groups, self._groups),
            left_out=left_out,
        )

    def _old(
        self, entry: Entry, person: Known, values: dict[str, Any], left_out: tuple[str, ...]
    ) -> Line | None:
        if not person.is_active and not person.is_off:
            # Somebody deactivated them here, by hand: that stays so.
            return None
        fresh = {code: value for code, value in values.items() if value != getattr(person, code)}
        other = self._by_login.get(values['login'])
        if other is not None and other.id != person.id:
            return _refused(entry, 'login_taken', login=values['login'])
        if not person.is_active:
            fresh['is_active'] = True
        wanted = roles_of(entry.groups, self._groups)
        more, less = wanted - person.roles, person.given - wanted
        if not (fresh or more or less or entry.dn != person.dn):
            return None
        return Line(
            kind=CHANGED,
            name=values['name'],
            login=values['login'],
            entry_id=entry.id,
            dn=entry.dn,
            person_id=person.id,
            values=fresh,
            roles=more,
            no_roles=less,
            left_out=left_out,
        )

    def gone(self) -> list[Line | None]:
        """Those whose entry is not there any more."""
        missing = [one for entry_id, one in self._by_entry.items() if entry_id not in self._ids]
        return [self._off(person, 'directory_gone') for person in missing]

    def _off(self, person: Known, code: str) -> Line | None:
        if not person.is_active:
            return None
        about: dict[str, Any] = {
            'name': person.name,
            'login': person.login,
            'entry_id': person.entry_id,
            'dn': person.dn,
        }
        if self._admins == {person.id}:
            return Line(kind=REFUSED, code='last_administrator', **about)
        self._admins.discard(person.id)
        return Line(kind=DISABLED, person_id=person.id, code=code, values={'is_active': False}, **about)


def _values(entry: Entry) -> tuple[dict[str, Any], tuple[str, ...], Line | None]:
    """What is taken over, the fields that do not fit, and the refusal when it is one that is needed."""
    values: dict[str, Any] = {}
    left_out = []
    for code in (*NEEDED, *WISHED):
        given = getattr(entry, code)
        try:
            value = checked_value(code, given)
        except BadValue as problem:
            if code in NEEDED:
                return {}, (), _refused(entry, problem.code, field=code, **problem.facts)
            left_out.append(code)
            continue
        if value:
            values[code] = value
        elif code in NEEDED:
            return {}, (), _refused(entry, 'required', field=code)
    return values, tuple(left_out), None


def _refused(entry: Entry, code: str, *, person: Known | None = None, **facts: Any) -> Line:
    may_link = person is not None and not person.entry_id and not person.is_customer
    return Line(
        kind=REFUSED,
        name=entry.name or entry.login or entry.dn,
        login=entry.login,
        entry_id=entry.id,
        dn=entry.dn,
        person_id=person.id if person is not None and may_link else None,
        code=code,
        facts=facts,
    )
