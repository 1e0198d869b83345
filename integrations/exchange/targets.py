"""Where rows can go: a catalogue, or the people of the team. Both are found, made and changed in batches."""

from abc import ABC, abstractmethod
from collections import defaultdict
from collections.abc import AsyncIterator, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from integrations.exchange.plan import PEOPLE, key_of
from store import (
    FIELD_TYPES,
    BadValue,
    Catalog,
    Condition,
    FieldSpec,
    Filter,
    Pipeline,
    Query,
    Records,
    RecordView,
    colleagues,
    units,
)
from store import people as team
from store.colleagues import RoleName
from store.fields import TextType
from store.operations import need
from store.person_values import problem_of
from store.units import Unit

BATCH = 400
PAGE = 1_000
EVERYBODY = 100_000
MATCHING = frozenset({'text', 'email', 'phone', 'web', 'auto_number'})
"""Types of fields by which present records can be found."""


@dataclass(frozen=True, slots=True)
class Hit:
    """A present record that a key found."""

    id: int
    title: str
    version: int = 0


Hits = Mapping[str, Sequence[Hit]]


class Target(ABC):
    """A kind of record that rows become."""

    code: str
    name_field: str
    fields: tuple[FieldSpec, ...]
    pipelines: tuple[Pipeline, ...] = ()

    def field(self, code: str) -> FieldSpec | None:
        """The field of this code that an import may fill."""
        return next((spec for spec in self.fields if spec.code == code), None)

    def matching(self) -> tuple[FieldSpec, ...]:
        """The fields by which present records can be found."""
        return tuple(spec for spec in self.fields if spec.type in MATCHING)

    def key(self, code: str, text: str) -> str:
        """The key under which `find_by` keeps the records that hold this text."""
        return key_of(text)

    def problems(self, values: Mapping[str, Any]) -> Mapping[str, BadValue]:
        """What is wrong with values beyond what their types know, by field."""
        return {}

    async def linked(self, rows: Sequence[Mapping[str, Any]]) -> int:
        """How many new records are joined to present ones of another kind instead of doubling them."""
        return 0

    @abstractmethod
    def may(self, right: str) -> bool:
        """Whether rows may 'create' or 'change' records here."""

    @abstractmethod
    async def find_by(self, code: str, values: Collection[str]) -> Hits:
        """Present records by the folded text of a field."""

    @abstractmethod
    async def create(self, rows: Sequence[Mapping[str, Any]]) -> None:
        """Make records, all or none."""

    @abstractmethod
    async def change(self, hit: Hit, values: Mapping[str, Any]) -> bool:
        """Change a record; whether anything was different."""


class CatalogTarget(Target):
    """Records of a catalogue."""

    def __init__(self, records: Records, catalog: Catalog) -> None:
        self._records = records
        self.code = catalog.code
        self.name_field = 'title'
        self.pipelines = catalog.pipelines
        system = [spec for code in ('title', 'stage', 'owner') if (spec := catalog.field(code))]
        shown = [spec for spec in system if spec.code != 'stage' or catalog.pipelines]
        own = [spec for spec in catalog.fields if not (spec.archived or spec.read_only)]
        self.fields = tuple(spec for spec in (*shown, *own) if spec.type != 'auto_number')
        self._numbers = tuple(
            spec for spec in catalog.fields if spec.type == 'auto_number' and not spec.archived
        )

    def matching(self) -> tuple[FieldSpec, ...]:
        """Text-like fields, automatic numbers included."""
        return (*super().matching(), *self._numbers)

    def field(self, code: str) -> FieldSpec | None:
        """A field that can be filled, or an automatic number that can only match."""
        return super().field(code) or next((spec for spec in self._numbers if spec.code == code), None)

    def may(self, right: str) -> bool:
        """By the rights of the person who imports."""
        return self._records.may(right, self.code)  # type: ignore[arg-type, unused-ignore]

    async def find_by(self, code: str, values: Collection[str]) -> Hits:
        """Batches of one query each."""
        found: dict[str, list[Hit]] = defaultdict(list)
        # What is longer than the field is nobody's, and no filter would take it.
        limit = self._longest(code)
        wanted = sorted({value.strip() for value in values if 0 < len(value.strip()) <= limit})
        for start in range(0, len(wanted), BATCH):
            condition = Condition(code, 'in', wanted[start : start + BATCH])
            async for view in self._pages(Filter((condition,)), code):
                found[self.key(code, str(view.values.get(code)))].append(
                    Hit(view.id, view.title, view.version)
                )
        return found

    def _longest(self, code: str) -> int:
        spec = self.field(code)
        kind = FIELD_TYPES[spec.type] if spec else None
        return kind.limit if isinstance(kind, TextType) else 0

    def key(self, code: str, text: str) -> str:
        """Telephones by their digits, all else by its words."""
        spec = self.field(code)
        if spec and spec.type == 'phone':
            return str(FIELD_TYPES['phone'].encode(text, spec)[-1])
        return key_of(text)

    async def _pages(self, asked: Filter, code: str) -> AsyncIterator[RecordView]:
        after = None
        while True:
            page = await self._records.find(
                self.code, Query(filter=asked, sort='id', limit=PAGE, after=after, fields=('title', code))
            )
            for view in page.records:
                yield view
            after = page.cursor
            if after is None:
                return

    async def create(self, rows: Sequence[Mapping[str, Any]]) -> None:
        """Through the door, in one call."""
        await self._records.add_many(self.code, rows)

    async def change(self, hit: Hit, values: Mapping[str, Any]) -> bool:
        """Through the door; a change of nothing writes nothing."""
        view = await self._records.change(self.code, hit.id, values)
        return view.version != hit.version


class PeopleTarget(Target):
    """The people of the team; for those who manage them."""

    code = PEOPLE
    name_field = 'name'
    fields: tuple[FieldSpec, ...] = (
        FieldSpec(code='name', label='Full name', type='text', required=True),
        FieldSpec(code='login', label='Login', type='text', unique=True),
        FieldSpec(code='email', label='E-mail', type='email'),
        FieldSpec(code='phone', label='Phone', type='phone'),
        FieldSpec(code='department', label='Department', labels={'ru': 'Отдел'}, type='text'),
        FieldSpec(code='manager_id', label='Manager', type='person'),
    )

    def __init__(self, records: Records, roles: Sequence[RoleName], known: Sequence[Unit]) -> None:
        self._actor = records.actor
        self.fields = type(self).fields
        if known:
            named = [{'key': str(one.id), 'label': one.name, 'labels': one.names} for one in known]
            self.fields += (
                FieldSpec(code='units', label='Unit', type='choices', options={'choices': named}),
            )
        if self._actor.may_do('manage_roles'):
            # The roles of the portal are not for colleagues.
            own = [role for role in roles if not role.is_portal]
            choices = [{'key': role.code, 'label': role.label, 'labels': role.labels} for role in own]
            spec = FieldSpec(code='roles', label='Roles', type='choices', options={'choices': choices})
            self.fields += (spec,)

    def matching(self) -> tuple[FieldSpec, ...]:
        """What tells people apart."""
        return tuple(spec for code in ('email', 'login', 'name') if (spec := self.field(code)))

    def may(self, right: str) -> bool:
        """Whoever manages people."""
        return self._actor.may_do('manage_people')

    def problems(self, values: Mapping[str, Any]) -> Mapping[str, BadValue]:
        """A login has rules that its type does not know."""
        found = {code: problem_of(code, values[code]) for code in ('name', 'login') if values.get(code)}
        return {code: problem for code, problem in found.items() if problem is not None}

    async def linked(self, rows: Sequence[Mapping[str, Any]]) -> int:
        """How many new people are contacts already, by their e-mail."""
        catalog = colleagues.contacts_catalog()
        if catalog is None:
            return 0
        emails = [str(row['email']) for row in rows if row.get('email')]
        found = await colleagues.contacts_with(catalog, emails)
        return sum(len(found.get(key_of(email), ())) == 1 for email in emails)

    async def find_by(self, code: str, values: Collection[str]) -> Hits:
        """Everybody is read once: a team is small beside its deals."""
        wanted = {key_of(value) for value in values}
        found: dict[str, list[Hit]] = defaultdict(list)
        for one in await team.list_people(self._actor, is_active=None, limit=EVERYBODY):
            key = key_of(str(getattr(one, code)))
            if key in wanted:
                found[key].append(Hit(one.id, one.name))
        return found

    async def create(self, rows: Sequence[Mapping[str, Any]]) -> None:
        """All in one transaction, each with their contact."""
        await colleagues.add_people(self._actor, [_of_person(row) for row in rows])

    async def change(self, hit: Hit, values: Mapping[str, Any]) -> bool:
        """A person's values; those that are the same write the same."""
        before = await team.person(self._actor, hit.id)
        known = await units.list_units(self._actor)
        present = {'units': [one.id for one in known if hit.id in one.members]}
        given = _of_person(values)
        if all(_same(present.get(code, getattr(before, code, None)), value) for code, value in given.items()):
            return False
        await colleagues.change_person(self._actor, hit.id, given)
        return True


def _of_person(values: Mapping[str, Any]) -> dict[str, Any]:
    manager = values.get('manager_id')
    given = {code: value for code, value in values.items() if value is not None}
    if 'units' in given:
        given['units'] = tuple(int(one) for one in given['units'])
    return given | ({'manager_id': manager.id} if manager is not None else {})


def _same(old: Any, new: Any) -> bool:
    if isinstance(new, tuple):
        return set(old) == set(new)
    return key_of(str(old or '')) == key_of(str(new or '')) if isinstance(new, str) else bool(old == new)


async def target_of(records: Records, code: str) -> Target:
    """The target of a catalogue's code or of `PEOPLE`.

    :raises NotFound: no such catalogue for this person
    :raises NotAllowed: people, without operation 'manage_people'"""
    if code != PEOPLE:
        return CatalogTarget(records, records.catalog(code))
    need(records.actor, 'manage_people')
    names = await colleagues.role_names(records.actor)
    return PeopleTarget(records, names, await units.list_units(records.actor))


def targets_of(records: Records) -> Iterator[str]:
    """Codes of what this person may import into."""
    yield from (catalog.code for catalog in records.catalogs() if records.may('create', catalog.code))
    if records.actor.may_do('manage_people'):
        yield PEOPLE
