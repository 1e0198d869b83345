"""A company of a thousand people in units, with as many deals as a question needs, straight by SQL."""

import random
import re
from collections.abc import Mapping
from typing import Any

from benchmarks import _deals
from store import clock, database, guard, people, sessions, solutions
from store.actor import Actor, FieldLevel, Level, Rights
from store.catalogs import SCHEMA
from store.query import Condition, Filter
from store.record_rules import SavedRule, save_rule
from store.records import Records
from store.role_rights import set_fields, set_places
from store.roles import save_role
from store.tables import table

PEOPLE = 1_000
BRANCHES = 10
SHARES = 200
TEMPLATES = 1_000
DEAR = 89_000
"""Deals above this amount are about one in a hundred; a rule gives them, another keeps them."""
WORDS = ('call', 'Monday', 'offer', 'price', 'Ёлкин', 'contract', 'later', 'delivery', 'budget', 'and', 'for')
ALL = Rights(Level.ALL, Level.ALL, Level.ALL, Level.ALL, Level.ALL)
OWN = Rights(Level.OWN, Level.OWN, Level.OWN, Level.OWN, Level.OWN)
UNIT = Rights(Level.OWN, Level.UNIT, Level.OWN, Level.OWN, Level.OWN)


async def fill(deals: int) -> None:
    """The administrator ada, the Sales solution, units with their people, deals spread over everybody."""
    await sessions.set_up(
        login='ada', name='Ada Admin', password='a long password of no use 7', language='en', company=''
    )
    ada = await person('ada')
    await solutions.install(ada, 'sales', 'en')
    await Records(ada).add_many('deals', [_deals.deal(n) | {'notes': note(n)} for n in range(TEMPLATES)])
    with guard.acting(guard.SETUP):
        async with database.transaction():
            await _people()
        async with database.transaction():
            await _multiply(deals)
        await database.script('ANALYZE')


def note(number: int) -> str:
    """A paragraph of fifty words; one in fifty is confidential, one in a hundred is for the press."""
    chance = random.Random(number)
    words = [chance.choice(WORDS) for _ in range(48)]
    words += ['confidential'] if number % 50 == 7 else []
    return ' '.join([*words, 'press'] if number % 100 == 11 else words)


async def person(login: str) -> Actor:
    """Somebody with their rights of this moment."""
    found = await people.person_by_login(guard.SETUP, login)
    actor = await people.actor_of_person(found.id) if found else None
    if actor is None:
        raise LookupError(login)
    return actor


async def _people() -> None:
    """A company of ten branches with ten departments each, ten people in every department."""
    now = clock.now_ms()
    rows = [(f'p{n}', f'Person {n}', f'person {n}', now) for n in range(PEOPLE)]
    await database.many('INSERT INTO people (login, name, folded, created_at) VALUES (?, ?, ?, ?)', rows)
    units: list[tuple[int, int | None, str]] = [(1, None, 'Company')]
    units += [(2 + branch, 1, f'Branch {branch}') for branch in range(BRANCHES)]
    units += [(100 + n, 2 + n // BRANCHES, f'Department {n}') for n in range(BRANCHES**2)]
    await database.many('INSERT INTO org_units (id, parent_id, name) VALUES (?, ?, ?)', units)
    await database.rows(
        'INSERT INTO unit_people (unit_id, person_id)'
        f' SELECT 100 + (CAST(SUBSTR(login, 2) AS INTEGER) % {BRANCHES**2}), id FROM people'
        " WHERE login LIKE 'p%'"
    )


async def _multiply(deals: int) -> None:
    """Copies of the first deals with other names and owners; indexes are made anew behind them."""
    kind = SCHEMA['deals']
    name = table(kind)
    first = await database.rows(f'SELECT * FROM {name} ORDER BY id LIMIT 1')
    indexes = await _indexes(name)
    for index in indexes:
        await database.script(f'DROP INDEX {index}')
    others = {'id', 'title', 'title_key', 'owner_id', 'rank', 'created_at'}
    unique = {f'f_{spec.id}' for spec in kind.fields if spec.unique}
    copied = [c for c in first[0] if c not in others and not any(c.startswith(u) for u in unique)]
    owner = f"(SELECT MIN(id) FROM people WHERE login = 'p0') + (t.id * 31 + n.i * 7919) % {PEOPLE}"
    listed = ', '.join(copied)
    chosen = ', '.join(f't.{column}' for column in copied)
    copies = max(1, deals // TEMPLATES) - 1
    await database.rows(f'UPDATE {name} SET owner_id = {owner.replace("n.i", "0").replace("t.id", "id")}')
    await database.rows(
        f'WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {copies})'
        f' INSERT INTO {name} (title, title_key, owner_id, rank, created_at, {listed})'
        f" SELECT t.title || ' ' || n.i, t.title_key || ' ' || n.i, {owner},"
        f' t.rank - n.i * 1048576, t.created_at - n.i * 60000, {chosen}'
        f' FROM n CROSS JOIN {name} t'
    )
    for statement in indexes.values():
        await database.script(statement)


async def _indexes(name: str) -> Mapping[str, str]:
    if database.is_postgres():
        found = await database.rows(
            'SELECT indexname AS name, indexdef AS sql FROM pg_indexes WHERE tablename = ?', [name]
        )
    else:
        found = await database.rows(
            "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND tbl_name = ?", [name]
        )
    return {row['name']: row['sql'] for row in found if row['sql'] and not re.search('_pkey', row['name'])}


# Who asks


async def give_rights() -> Mapping[str, str]:
    """Roles, shares and rules about records; the login of each kind of reader by what is asked of them."""
    await _role('all', ALL)
    await _role('own', OWN)
    await _role('unit', UNIT)
    await _role('none', Rights())
    await _role('hidden', ALL)
    levels = {'amount': FieldLevel.READ, 'source': FieldLevel.HIDDEN, 'expected_on': FieldLevel.HIDDEN}
    await set_fields(guard.SETUP, 'hidden', 'deals', levels)
    await _role('placed', OWN)
    won = {('sales', 'won'): Rights(read=Level.ALL), ('sales', 'lost'): Rights(read=Level.UNIT)}
    await set_places(guard.SETUP, 'placed', 'deals', won)
    await _role('given', OWN)
    await _role('kept', ALL)
    await _role('every', UNIT)
    await set_places(guard.SETUP, 'every', 'deals', won)
    askers = {
        'all records by role': await _hold(0, 'all'),
        'own records': await _hold(1, 'own'),
        'unit of 10 people': await _hold(2, 'unit'),
        'branch of 100 people': await _hold(3, 'unit', unit=5),
        'the whole company as a unit': await _hold(4, 'unit', unit=1),
        'manager of a branch': await _hold(5, 'own', manages=7),
        'nothing but 200 shares': await _hold(6, 'none', shares=True),
        'own and 200 shares': await _hold(7, 'own', shares=True),
        'unit and 200 shares': await _hold(8, 'unit', unit=6, shares=True),
        'own, with two stages of other rights': await _hold(9, 'placed'),
        'hidden and read-only fields': await _hold(12, 'hidden'),
    }
    ruled = {
        'own and a rule that gives': await _hold(10, 'given'),
        'all but what a rule keeps': await _hold(11, 'kept'),
        'unit, stages, shares and rules': await _hold(13, 'every', 'given', unit=8, shares=True),
    }
    return askers | ruled


async def make_rules() -> None:
    """A rule that gives dear deals to some; another keeps the dearest from the holders of two roles."""
    dear, dearest = (Filter((Condition('amount', 'greater', str(n)),)) for n in (DEAR, DEAR + 700))
    gives = SavedRule(catalog='deals', name='Dear deals', condition=dear, roles=('given',))
    others = ('all', 'own', 'unit', 'none', 'hidden', 'placed')
    keeps = SavedRule(catalog='deals', name='The dearest', condition=dearest, roles=others, only=True)
    for rule in (gives, keeps):
        await save_rule(guard.SETUP, rule)


async def make_rules_about_texts() -> None:
    """Rules that look at a long text without an index: one gives to some, one keeps from nearly everybody."""
    press, secret = (Filter((Condition('notes', 'contains', word),)) for word in ('press', 'confidential'))
    gives = SavedRule(catalog='deals', name='For the press', condition=press, roles=('own', 'given'))
    keeps = SavedRule(catalog='deals', name='Secret', condition=secret, roles=('hidden',), only=True)
    renewals = Filter((Condition('title', 'contains', 'renewal'),))
    most = SavedRule(catalog='deals', name='Renewals', condition=renewals, roles=('kept',), only=True)
    for rule in (gives, keeps, most):
        await save_rule(guard.SETUP, rule)


async def _role(code: str, rights: Rights) -> None:
    await save_role(guard.SETUP, code, code.title(), {'deals': rights, 'accounts': rights})


async def _hold(
    number: int, *roles: str, unit: int | None = None, manages: int | None = None, shares: bool = False
) -> str:
    login = f'p{number}'
    who = await person(login)
    await people.change_person(guard.SETUP, who.person_id or 0, {'roles': roles})
    with guard.acting(guard.SETUP):
        async with database.transaction():
            if unit is not None:
                place = [unit, who.person_id]
                await database.rows('INSERT INTO unit_people (unit_id, person_id) VALUES (?, ?)', place)
            if manages is not None:
                await database.rows(
                    'UPDATE org_units SET manager_id = ? WHERE id = ?', [who.person_id, manages]
                )
            if shares:
                await _share(who.person_id or 0)
    return login


async def _share(person_id: int) -> None:
    kind = SCHEMA['deals']
    top = (await database.rows(f'SELECT MAX(id) AS n FROM {table(kind)}'))[0]['n']
    rows: list[tuple[Any, ...]] = [
        (kind.id, 1 + n * (top // SHARES), person_id, n % 2) for n in range(SHARES)
    ]
    await database.many(
        'INSERT INTO record_shares (catalog_id, record_id, person_id, may_change) VALUES (?, ?, ?, ?)', rows
    )
