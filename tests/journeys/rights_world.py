"""A company with every kind of reader and record, and what each may do: told in plain Python from the set-up.

The verdicts here know nothing of the store's SQL: they are what it is held against."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

from store import (
    Designer,
    FieldLevel,
    FieldSpec,
    Level,
    NotAllowed,
    NotFound,
    Records,
    Ref,
    Rights,
    clock,
    database,
    guard,
    people,
    roles,
)
from store.actor import RIGHTS, Actor
from store.actors import actor_as, forget
from store.problems import Problem
from store.query import Condition, Filter
from store.record_rules import SavedRule, save_rule
from store.role_rights import set_fields, set_operations, set_places, set_portal
from store.shares import share
from store.units import save_unit, set_members
from tests.conftest import records_of

STAGES = ('new', 'talks', 'won', 'lost')
ALL, UNIT, OWN, NONE = 'all', 'unit', 'own', 'none'
LEVELS = {ALL: Level.ALL, UNIT: Level.UNIT, OWN: Level.OWN, NONE: Level.NONE}
Levels = Mapping[str, str]


def levels(every: str = NONE, **other: str) -> dict[str, str]:
    """A level for each right."""
    return {**dict.fromkeys(RIGHTS, every), **other}


@dataclass(frozen=True, kw_only=True)
class Thing:
    """A deal: whose it is, where it stands, with whom it is shared ('read', 'change', 'ended')."""

    owner: str = 'sid'
    stage: str = 'new'
    shared: Mapping[str, str] = field(default_factory=dict)
    is_granted: bool = False
    is_secret: bool = False
    is_deleted: bool = False
    contact: str = ''


THINGS: Mapping[str, Thing] = {
    'mine of owen': Thing(owner='owen'),
    'mine of una': Thing(owner='una'),
    'mine of mona': Thing(owner='mona'),
    'mine of pia': Thing(owner='pia'),
    'mine of lena': Thing(owner='lena'),
    'mine of sara': Thing(owner='sara'),
    'talks of pia': Thing(owner='pia', stage='talks'),
    'won of pia': Thing(owner='pia', stage='won'),
    'of a colleague': Thing(owner='max'),
    'of a sub-unit': Thing(owner='bea', stage='lost'),
    'of a stranger': Thing(),
    'of nobody': Thing(owner=''),
    'talks of a stranger': Thing(stage='talks'),
    'won of a stranger': Thing(stage='won'),
    'shared to read': Thing(shared={'sara': 'read', 'exie': 'ended'}),
    'shared to change': Thing(stage='talks', shared={'chad': 'change', 'owen': 'read'}),
    'granted to some': Thing(is_granted=True),
    'secret of owen': Thing(owner='owen', is_secret=True),
    'linked to cora': Thing(contact='cora'),
    'linked to cody': Thing(contact='cody', owner='owen', stage='won'),
    'linked to another': Thing(contact='dora', stage='talks'),
    'in the bin': Thing(is_deleted=True),
    'in the bin of cora': Thing(contact='cora', is_deleted=True),
    'in the bin of owen': Thing(owner='owen', is_deleted=True),
}


@dataclass(frozen=True, kw_only=True)
class Reader:
    """Somebody with a role of their own."""

    levels: Levels = field(default_factory=levels)
    places: Mapping[str, Levels] = field(default_factory=dict)
    colleagues: frozenset[str] = frozenset()
    reports: frozenset[str] = frozenset()
    operations: frozenset[str] = frozenset({'share', 'restore', 'bulk_change'})
    fields: Mapping[str, FieldLevel] = field(default_factory=dict)
    granted: frozenset[str] = frozenset()
    keeps_secrets: bool = False
    is_admin: bool = False
    only_looks: bool = False
    is_customer: bool = False


NORTH = frozenset({'una', 'max', 'bea'})
READERS: Mapping[str, Reader] = {
    'nora': Reader(),
    'owen': Reader(levels=levels(OWN), operations=frozenset()),
    'una': Reader(levels=levels(UNIT, delete=OWN), colleagues=NORTH),
    'mona': Reader(levels=levels(OWN), reports=NORTH),
    'vera': Reader(levels=levels(read=ALL, export=ALL)),
    'pia': Reader(
        levels=levels(OWN, create=ALL), places={'won': levels(read=ALL, export=ALL), 'talks': levels()}
    ),
    'hugo': Reader(levels=levels(ALL), fields={'salary': FieldLevel.HIDDEN, 'grade': FieldLevel.READ}),
    'lena': Reader(levels=levels(ALL), places={'lost': levels(OWN, read=ALL)}),
    'sara': Reader(),
    'chad': Reader(operations=frozenset()),
    'exie': Reader(),
    'gus': Reader(granted=frozenset({'read', 'change'})),
    'kit': Reader(levels=levels(ALL)),
    'keo': Reader(levels=levels(ALL), keeps_secrets=True),
    'ada': Reader(levels=levels(ALL), is_admin=True),
    'eyes': Reader(levels=levels(ALL), keeps_secrets=True, only_looks=True),
    'cora': Reader(levels=levels(OWN), operations=frozenset(), is_customer=True),
    'cody': Reader(levels=levels(UNIT, create=OWN, delete=NONE), operations=frozenset(), is_customer=True),
}
"""By login; 'eyes' is Ada who looks through those of Keo; Cora and Cody are customers at the portal."""
CUSTOMERS: Mapping[str, str] = {'cora': 'Spring', 'cody': 'Spring'}
"""The accounts of the contacts that customers are."""


# Verdicts


def reaches(reader: Reader, login: str, right: str, thing: Thing) -> bool:
    """Whether the level of a role gives a right to a thing."""
    level = reader.places.get(thing.stage, reader.levels)[right]
    if level == ALL:
        return True
    if reader.is_customer:
        of_account = level == UNIT and thing.contact in CUSTOMERS
        return (level != NONE and thing.contact == login) or of_account
    is_own = thing.owner == login and level in (OWN, UNIT)
    in_unit = level == UNIT and thing.owner in reader.colleagues
    managed = right == 'read' and level != NONE and thing.owner in reader.reports
    return is_own or in_unit or managed


def may(login: str, right: str, thing: Thing) -> bool:
    """Whether somebody has a right to a thing, by whatever way; who may not read it has none."""
    reader = READERS[login]
    if reader.is_admin:
        return True
    if reader.only_looks and right != 'read':
        return False
    if thing.is_secret and not reader.keeps_secrets:
        return False
    by_share = {'read': {'read'}, 'change': {'read', 'change', 'move'}}.get(
        thing.shared.get(login, ''), set()
    )
    by_rule = thing.is_granted and {'move': 'change', 'export': 'read'}.get(right, right) in reader.granted
    has = reaches(reader, login, right, thing) or right in by_share or by_rule
    return has and (right == 'read' or may(login, 'read', thing))


def may_arrive(login: str, thing: Thing, stage: str) -> bool:
    """Whether somebody who may move a thing may take it to a stage that has rights of its own."""
    reader = READERS[login]
    narrowed = stage in reader.places and stage != thing.stage and not reader.is_admin
    return not narrowed or reaches(reader, login, 'move', replace(thing, stage=stage))


def knows(login: str) -> bool:
    """Whether somebody knows that there are deals at all."""
    reader = READERS[login]
    levels_of_read = [reader.levels['read'], *(place['read'] for place in reader.places.values())]
    shared = any(login in thing.shared for thing in THINGS.values())
    return reader.is_admin or set(levels_of_read) != {NONE} or shared or bool(reader.granted)


def readable(login: str, *, deleted: bool = False) -> set[str]:
    """The names of the things somebody reads."""
    return {n for n, thing in THINGS.items() if thing.is_deleted == deleted and may(login, 'read', thing)}


def worth(names: set[str]) -> int:
    """The sum of the amounts of things: each has a power of two, so that a sum tells what is in it."""
    return sum(2**place for place, name in enumerate(THINGS) if name in names)


# The company


@dataclass
class World:
    """The set-up company: the door of each reader, the ids of things."""

    doors: dict[str, Records]
    ids: dict[str, int]
    people: dict[str, int]

    @property
    def admin(self) -> Records:
        """Ada's door."""
        return self.doors['ada']

    def name(self, id: int) -> str:
        """The name of the thing with this id."""
        return next((name for name, known in self.ids.items() if known == id), f'record {id}')


FIELDS = (
    FieldSpec(code='amount', label='Amount', type='money', options={'currency': 'EUR'}),
    FieldSpec(code='salary', label='Salary', type='number'),
    FieldSpec(code='grade', label='Grade', type='text'),
    FieldSpec(code='code', label='Code', type='text', unique=True),
    FieldSpec(code='parent', label='Parent', type='link', options={'target': 'deals'}),
    FieldSpec(code='contact', label='Contact', type='link', options={'target': 'contacts'}),
    FieldSpec(code='account', label='Account', type='link', options={'target': 'accounts'}),
)


async def built() -> World:
    """The company, in the open and empty store."""
    admin = await records_of('ada', 'Ada Admin')
    designer = Designer(admin.actor)
    contacts = await _contacts(admin, designer)
    await designer.create_catalog('deals', 'Deals', 'Deal')
    for spec in FIELDS:
        await designer.add_field('deals', spec)
    kinds = {'won': 'won', 'lost': 'lost'}
    stages = [
        {'code': c, 'label': c.title(), 'color': '#8b8d98', 'kind': kinds.get(c, 'open')} for c in STAGES
    ]
    await designer.add_pipeline('deals', 'sales', 'Sales', stages, value_field='amount')
    ids = {'ada': admin.actor.person_id or 0}
    for login, reader in READERS.items():
        if login not in ('ada', 'eyes'):
            ids[login] = await _person(login, reader, contacts.get(login))
    for login in ('max', 'bea', 'sid'):
        ids[login] = (await records_of(login, login.title(), role='none')).actor.person_id or 0
    await _units(ids)
    things = await _things(admin, ids, contacts)
    await _rules(admin, things, ids)
    forget()
    doors = {login: Records(await _actor(ids[login])) for login in READERS if login != 'eyes'}
    doors['eyes'] = Records(await actor_as(admin.actor, ids['keo']))
    return World(doors, things, ids)


async def _contacts(admin: Records, designer: Designer) -> dict[str, Ref]:
    """The contacts that customers are, of one account, and Dora's, of none."""
    await designer.create_catalog('accounts', 'Accounts', 'Account')
    await designer.create_catalog('contacts', 'Contacts', 'Contact')
    link = FieldSpec(code='account', label='Account', type='link', options={'target': 'accounts'})
    await designer.add_field('contacts', link)
    spring = await admin.create('accounts', {'title': 'Spring'})
    made = {'dora': (await admin.create('contacts', {'title': 'Dora'})).ref}
    for login in CUSTOMERS:
        made[login] = (await admin.create('contacts', {'title': login, 'account': spring.ref})).ref
    return made


async def _person(login: str, reader: Reader, contact: Ref | None) -> int:
    await roles.save_role(guard.SETUP, login, login.title(), {'deals': _rights(reader.levels)})
    places = {('sales', stage): _rights(given) for stage, given in reader.places.items()}
    await set_places(guard.SETUP, login, 'deals', places)
    await set_fields(guard.SETUP, login, 'deals', reader.fields)
    await set_operations(guard.SETUP, login, reader.operations)
    await roles.save_role(guard.SETUP, 'none', 'None', {})
    if contact is not None:
        await set_portal(guard.SETUP, login, is_portal=True)
        values = {'name': login.title(), 'login': login, 'kind': 'portal', 'contact_id': contact.id}
        return (await people.create_person(guard.SETUP, {**values, 'roles': (login,)})).id
    return (await records_of(login, login.title(), role=login)).actor.person_id or 0


def _rights(given: Levels) -> Rights:
    every = {right: LEVELS[level] for right, level in given.items()}
    moving = every.pop('move')
    return Rights(**every, moving=moving)


async def _actor(person_id: int) -> Actor:
    actor = await people.actor_of_person(person_id)
    assert actor is not None
    return actor


async def _units(ids: Mapping[str, int]) -> None:
    north = await save_unit(guard.SETUP, {'name': 'North', 'kind': 'branch', 'manager_id': ids['mona']})
    below = await save_unit(guard.SETUP, {'name': 'North sales', 'parent_id': north.id})
    south = await save_unit(guard.SETUP, {'name': 'South', 'kind': 'branch'})
    for unit, members in ((north, ('una', 'max')), (below, ('bea',)), (south, ('sid',))):
        await set_members(guard.SETUP, unit.id, [ids[login] for login in members])


async def _things(
    admin: Records, people_ids: Mapping[str, int], contacts: Mapping[str, Ref]
) -> dict[str, int]:
    spring = (await admin.find('accounts')).records[0].ref
    rows = [
        {
            'title': f'Zebra {name}',
            'owner': people_ids[thing.owner] if thing.owner else None,
            'stage': thing.stage,
            'amount': {'amount': 2**place, 'currency': 'EUR'},
            'salary': 4000 + place,
            'code': f'K{place}',
            'contact': contacts.get(thing.contact),
            'account': spring if thing.contact in CUSTOMERS else None,
        }
        for place, (name, thing) in enumerate(THINGS.items())
    ]
    ids = dict(zip(THINGS, await admin.add_many('deals', rows), strict=True))
    top = ids['shared to read']
    await admin.change_many('deals', [i for i in ids.values() if i != top], {'parent': top})
    for name, thing in THINGS.items():
        if thing.is_deleted:
            await admin.remove('deals', ids[name])
    return ids


async def _rules(admin: Records, things: Mapping[str, int], ids: Mapping[str, int]) -> None:
    role_ids = {ref['code']: ref['id'] for ref in await _rows('SELECT id, code FROM roles')}
    for name, thing in THINGS.items():
        for login, what in thing.shared.items():
            # Sara gets hers through her role.
            to = Ref(role_ids['sara'], '', 'role') if login == 'sara' else Ref(ids[login], '', 'person')
            until = clock.now() + timedelta(seconds=3600) if what == 'ended' else None
            await share(admin.actor, Ref(things[name], '', 'deals'), to, change=what == 'change', until=until)
    await _rows('UPDATE record_shares SET until = ? WHERE until IS NOT NULL', [clock.now_ms() - 1])
    grants = Filter((Condition('title', 'contains', 'granted'),))
    secret = Filter((Condition('title', 'contains', 'secret'),))
    for rule in (
        SavedRule(catalog='deals', name='G', condition=grants, roles=('gus',), rights=('read', 'change')),
        SavedRule(catalog='deals', name='S', condition=secret, roles=('keo',), only=True),
    ):
        await save_rule(admin.actor, rule)


async def _rows(sql: str, args: Any = ()) -> list[dict[str, Any]]:
    with guard.acting(guard.SETUP):
        return await database.rows(sql, args)


# What came of it

OK, GONE, NO, INVALID = 'ok', 'not_found', 'not_allowed', 'invalid'


class Undo(Exception):
    """Takes a deed back."""


async def outcome(deed: Callable[[], Awaitable[Any]], *, undo: bool) -> str:
    """What comes of a deed; one that is meant to succeed is taken back."""
    try:
        if not undo:
            await deed()
            return OK
        async with Records(guard.SETUP).transaction():
            await deed()
            raise Undo
    except Undo:
        return OK
    except Problem as problem:
        kinds = {NotFound: GONE, NotAllowed: NO}
        return next((told for kind, told in kinds.items() if isinstance(problem, kind)), INVALID)


NOT_COMPARED = ('sqlite_', 'search_docs', 'audit', 'store_state', 'api_tokens', 'sessions', 'tortoise')


class Watch:
    """Tells whether anything has been written since it was asked last."""

    def __init__(self) -> None:
        self._rows = -1
        self._contents: dict[str, int] = {}

    async def changed(self) -> bool:
        """Whether a table has another content; the first answer means nothing."""
        if not database.is_postgres():
            # What was written and taken back counts as well, so a higher number proves nothing yet.
            rows, self._rows = self._rows, (await _rows('SELECT total_changes() AS n'))[0]['n']
            if rows == self._rows:
                return False
        before, self._contents = self._contents, await contents()
        return before != self._contents


async def contents() -> dict[str, int]:
    """A mark of the content of every table that a refused deed must leave alone."""
    names = await _rows(
        "SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public'"
        if database.is_postgres()
        else "SELECT name FROM sqlite_master WHERE type = 'table'"
    )
    kept = [row['name'] for row in names if not row['name'].startswith(NOT_COMPARED)]
    return {name: hash(str(sorted(map(str, await _rows(f'SELECT * FROM {name}'))))) for name in kept}
