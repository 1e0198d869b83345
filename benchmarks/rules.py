"""How fast do rules work? 10,000 changes against 100 rules, and what a run costs beside the change that
started it.

`python -m benchmarks.rules [changes] [rules]` — ratios of one run on a database of its own."""

import asyncio
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from automations import Engine, Limits, Rules
from store import Designer, FieldSpec, Records, database, guard, people

CHANGES, RULES = 10_000, 100
SOURCES = [{'key': f's{n}', 'label': f'Source {n}'} for n in range(RULES)]
STAGES = [
    {'code': 'new', 'label': 'New', 'color': '#3b82f6'},
    {'code': 'won', 'label': 'Won', 'color': '#16a34a', 'kind': 'won'},
]


async def prepare(folder: str) -> Records:
    """A fresh database with deals, and somebody who owns the rules."""
    url = str(Path(folder) / 'rules.db')
    await database.migrate(url)
    await database.connect(url)
    person = await people.create_person(guard.SETUP, {'name': 'Ada', 'login': 'ada', 'is_admin': True})
    actor = await people.actor_of_person(person.id)
    assert actor is not None
    shape = Designer(actor)
    await shape.create_catalog('deals', 'Deals')
    await shape.add_field('deals', FieldSpec(code='amount', label='Amount', type='number'))
    await shape.add_field('deals', FieldSpec(code='note', label='Note', type='text'))
    await shape.add_field(
        'deals', FieldSpec(code='source', label='Source', type='choice', options={'choices': SOURCES})
    )
    await shape.add_pipeline('deals', 'sales', 'Sales', STAGES)
    return Records(actor)


def rule(number: int, count: int) -> dict[str, Any]:
    """Rules as a big team has them: most listen to other fields or stages, some judge each new deal."""
    kinds: list[tuple[str, dict[str, Any]]] = [
        ('field_changed', {'field': 'note', 'to': f'value {number}'}),
        ('stage_entered', {'kind': 'won'}),
        ('field_changed', {'field': 'amount'}),
        ('record_created', {}),
    ]
    kind, options = kinds[number % 4]
    return {
        'name': f'Rule {number}',
        'catalog': 'deals',
        'triggers': [{'kind': kind, 'options': options}],
        'conditions': {'all': [{'path': 'source', 'op': 'is', 'value': f's{number}'}]},
        'steps': [{'action': 'set_fields', 'options': {'values': {'note': f'ruled by {number} of {count}'}}}],
    }


async def write(records: Records, changes: int, count: int) -> float:
    """Create records with the engine asleep; how long it took."""
    begun = time.perf_counter()
    rows = [{'title': f'Deal {n}', 'amount': n, 'source': f's{n % count}'} for n in range(changes)]
    for start in range(0, changes, 500):
        await records.create_many('deals', rows[start : start + 500])
    return time.perf_counter() - begun


async def dispatch(engine: Engine) -> float:
    """Let the engine look at every change, and run nothing yet; how long it took."""
    await engine._hold()  # noqa: SLF001  dispatching alone is what is measured
    await engine._shelf.refresh()  # noqa: SLF001  as above
    begun = time.perf_counter()
    while await engine._dispatcher.dispatch():  # noqa: SLF001  as above
        pass
    return time.perf_counter() - begun


async def measure(changes: int, count: int) -> None:
    """Create records with the engine asleep, let it look at them, let it work."""
    with tempfile.TemporaryDirectory() as folder:
        records = await prepare(folder)
        try:
            rules = Rules(records.actor)
            for number in range(count):
                await rules.create(rule(number, count))
            written = await write(records, changes, count)
            engine = Engine(limits=Limits(per_rule=10 * changes))
            looked = await dispatch(engine)
            begun = time.perf_counter()
            done = await engine.drain(600)
            ran, started = time.perf_counter() - begun, changes // 4
            print(f'{changes:,} changes written in bulk in {written:.2f} s')
            print(f'looked at with {count} rules: {looked:.2f} s, {changes / looked:,.0f} changes/s,')
            print(f'  {looked / written:.2f} of the time of writing them')
            print(f'{started:,} runs with their effects: {ran:.2f} s, {started / ran:,.0f} runs/s')
            print(f'  ({done:,} deeds in all)')
            await one_by_one(records, engine)
            await engine.stop()
        finally:
            await database.close()


async def one_by_one(records: Records, engine: Engine) -> None:
    """From a person's save to the effect of a rule, with the engine at work beside it."""
    await engine.start()
    waits = []
    for number in range(50):
        begun = time.perf_counter()
        deal = await records.create('deals', {'title': 'One', 'source': 's3', 'amount': number})
        while (await records.get('deals', deal.id))['note'] is None:
            await asyncio.sleep(0.001)
        waits.append((time.perf_counter() - begun) * 1000)
    waits.sort()
    told = f'median {statistics.median(waits):.1f} ms, p95 {waits[47]:.1f} ms'
    print(f'from a save to the effect of its rule: {told}')


if __name__ == '__main__':
    chosen = [int(text) for text in sys.argv[1:]]
    asyncio.run(measure(*(chosen + [CHANGES, RULES][len(chosen) :])))
