"""Killed anywhere and started again: no effect of a rule is lost, none happens twice.

At every point of `automations.faults`, the first, second and third time it is reached, a process of its own
kills itself with SIGKILL; another engine then goes on, and the tables are counted."""

import asyncio
import multiprocessing
import signal
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from automations import Engine, FakeClock, Rules
from automations.faults import POINTS
from store import Designer, Records, database, guard
from store.catalogs import SCHEMA
from tests.automations.conftest import Save, accountant, house, save
from tests.crash.worker import World, main

__all__ = ['accountant', 'house', 'save']

HITS = (1, 2, 3)
WON = {'kind': 'won'}
TASK = {'title': 'Collect documents', 'due_amount': 1, 'due_unit': 'hours', 'remind_minutes': 59}
LETTER = {'to': ['client@example.com'], 'subject': 'Thank you', 'body': 'For {{ title }}'}
children = multiprocessing.get_context('forkserver')
children.set_forkserver_preload(['tests.crash.worker'])


async def rules_of(save: Save) -> None:
    """Rules that use every kind of effect: records, bells, letters, calls, waits, other rules, the clock."""
    steps = (
        ('create_task', TASK),
        ('notify', {'to': ['role:accounting'], 'text': 'won {{ id }}'}),
        ('send_email', LETTER),
        ('wait', {'amount': 1, 'unit': 'minutes'}),
        ('call_webhook', {'url': 'https://example.com/hook'}),
        ('set_fields', {'values': {'note': 'told'}}),
    )
    await save('deals', 'stage_entered', WON, *steps, name='won')
    await save(
        'tasks',
        'record_created',
        {},
        ('notify', {'to': ['field:owner'], 'text': 'task {{ id }}'}),
        name='new',
    )
    remind = ('notify', {'to': ['field:owner'], 'text': 'remind {{ id }}'})
    at_once = {'field': 'remind_at', 'amount': 0, 'unit': 'minutes', 'when': 'after'}
    await save('tasks', 'date_reached', at_once, remind, name='remind')


async def killed(fault: str, url: str, file: Path, clock: FakeClock, person_id: int) -> int:
    """Let a process work until it dies of the fault; its exit code."""
    child = children.Process(target=main, args=(fault, url, str(file), clock.now(), person_id))
    child.start()
    await asyncio.to_thread(child.join, 60)
    assert child.exitcode is not None, f'{fault}: the process hangs'
    return child.exitcode


async def count(sql: str, *args: Any) -> list[dict[str, Any]]:
    with guard.acting(guard.SETUP):
        return await database.rows(sql, args)


async def faults_of(file: Path) -> list[str]:
    """Everything that was lost or doubled."""
    deals, tasks = SCHEMA['deals'], SCHEMA['tasks']
    won = [row['record_id'] for row in await count(
        "SELECT record_id FROM changes WHERE catalog_id = ? AND kind = 'moved' ORDER BY id", deals.id
    )]  # fmt: skip
    about = tasks.field('about')
    note = deals.field('note')
    assert about
    assert note
    made = await count(f'SELECT id, f_{about.id} AS deal FROM o_{tasks.id}')
    lines = Counter(row['text'] for row in await count('SELECT text FROM notifications'))
    told = {row['id'] for row in await count(f"SELECT id FROM o_{deals.id} WHERE f_{note.id} = 'told'")}
    runs = {
        row['record_id']: row['id']
        for row in await count(
            "SELECT id, record_id FROM rule_runs WHERE catalog = 'deals' AND trigger = 'stage_entered'"
        )
    }
    arrived = set(file.read_text().split())
    found = [f'{n} waiting' for n in await _waiting() if n]
    found += [f'deal {d}: tasks {n}' for d, n in _not_one(Counter(row['deal'] for row in made), won)]
    found += [f'bell: {text} {n}' for text, n in _not_one(lines, [f'won {deal}' for deal in won])]
    for word in ('task', 'remind'):
        found += [f'bell: {t} {n}' for t, n in _not_one(lines, [f'{word} {row["id"]}' for row in made])]
    found += [f'deal {deal}: not told' for deal in won if deal not in told]
    expected = {f'{runs.get(deal)}:{step}:0:0' for deal in won for step in (2, 4)}
    found += [f'parcel {key}' for key in expected ^ arrived]
    return found


def _not_one(counts: Counter[Any], expected: list[Any]) -> list[tuple[Any, int]]:
    return [(one, counts[one]) for one in expected if counts[one] != 1]


async def _waiting() -> list[int]:
    asked = (
        'SELECT COUNT(*) AS n FROM changes WHERE dispatched = 0',
        "SELECT COUNT(*) AS n FROM rule_runs WHERE status NOT IN ('done', 'skipped')",
        "SELECT COUNT(*) AS n FROM outbox WHERE status <> 'sent'",
        'SELECT COUNT(*) - COUNT(DISTINCT key) AS n FROM outbox',
    )
    return [(await count(sql))[0]['n'] for sql in asked]


@pytest.mark.timeout(900)
async def test_nothing_is_lost_or_doubled_wherever_the_process_dies(  # noqa: PLR0917  fixtures
    database_open: str,
    as_admin: Records,
    house: Designer,
    accountant: Records,
    save: Save,
    clock: FakeClock,
    tmp_path: Path,
) -> None:
    await rules_of(save)
    file = tmp_path / 'world.txt'
    file.touch()
    world, deaths = World(file), Counter[str]()
    for point in POINTS:
        for hit in HITS:
            clock.forward(hours=2)
            exit_code = await killed(
                f'{point}:{hit}', database_open, file, clock, as_admin.actor.person_id or 0
            )
            assert exit_code == -signal.SIGKILL, f'{point}:{hit} was not reached: {exit_code}'
            deaths[point] += 1
            clock.forward(hours=1)
            engine = Engine(clock=clock, mailer=world, poster=world)
            await engine.drain()
            # What was waiting when the process died is a minute away; leases of parcels, two.
            for _ in range(2):
                clock.forward(minutes=3)
                await engine.drain()
            await engine.stop()
            assert await faults_of(file) == [], f'{point}:{hit}'
    assert set(deaths.values()) == {len(HITS)}
    repeated = [key for key, n in Counter(file.read_text().split()).items() if n > 1]
    # Only a letter that had left when the process died goes out again, under the same key.
    assert len(repeated) <= len(HITS) * 2
    assert not await Rules(as_admin.actor).broken()
