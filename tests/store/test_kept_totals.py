"""Totals of a board are added up again where something has changed, and are always those of the records."""

import json
import random
from collections.abc import Collection
from decimal import Decimal
from typing import Any

import pytest

from store import Records, StageTotal, database, guard, kept_totals
from tests.conftest import records_of

STAGES = ('new', 'won', 'lost')


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[Collection[int] | None]:
    """Which stages were added up, one entry for each statement; None stands for all."""
    heard: list[Collection[int] | None] = []
    kept = kept_totals.kept

    async def listening(key: Any, kind: Any, line: Any, add: kept_totals.Add) -> kept_totals.Rows:
        async def told(stages: Collection[int] | None) -> kept_totals.Rows:
            heard.append(stages)
            return await add(stages)

        return await kept(key, kind, line, told)

    monkeypatch.setattr(kept_totals, 'kept', listening)
    return heard


async def counted(door: Records) -> dict[str, StageTotal]:
    """The totals, made of the records one by one."""
    found: dict[str, list[Any]] = {stage: [] for stage in STAGES}
    for view in (await door.find('deals')).records:
        found[str(view.stage)].append(view['amount'])
    made = {}
    for stage, amounts in found.items():
        sums: dict[str, Decimal] = {}
        for one in filter(None, amounts):
            sums[one.currency] = sums.get(one.currency, Decimal()) + one.amount
        made[stage] = StageTotal(len(amounts), sums)
    return made


async def something(door: Records, step: int, chance: random.Random, ids: list[int], gone: list[int]) -> None:
    """One thing that people do."""
    stage, one = chance.choice(STAGES), chance.choice(ids)
    colleague = (await door.suggest('person', 'Sue'))[0]
    changed: list[dict[str, Any]] = [
        {'amount': f'{step}.5 USD', 'stage': stage},
        {'title': f'renamed {step}'},
        {'owner': chance.choice((None, colleague.id))},
    ]
    match chance.randrange(6):
        case 0:
            values = {'title': 'made', 'amount': f'{step} {chance.choice(("EUR", "USD"))}'}
            ids.append((await door.create('deals', values, stage=stage)).id)
        case 1 | 2:
            await door.move('deals', one, stage=stage)
        case 3 if gone:
            ids.append(gone.pop())
            await door.restore('deals', ids[-1])
        case 3:
            ids.remove(one)
            gone.append(one)
            await door.remove('deals', one)
        case _:
            await door.change('deals', one, chance.choice(changed))


async def test_whatever_happens_the_totals_are_those_of_the_records(trade: Records) -> None:
    """Administrators, and those who see their own records alone, are told the truth after every change."""
    sue = await records_of('sue', 'Sue', role='seller')
    chance = random.Random(7)
    ids = [(await trade.create('deals', {'title': str(n), 'amount': f'{n} EUR'})).id for n in range(4)]
    gone: list[int] = []
    for step in range(40):
        await something(trade, step, chance, ids, gone)
        for door in (trade, sue):
            found = await door.stage_totals('deals')
            assert {stage: found[stage] for stage in STAGES} == await counted(door)


async def test_a_move_adds_up_the_stages_it_leaves_and_enters(
    trade: Records, asked: list[Collection[int] | None]
) -> None:
    if database.is_postgres():
        pytest.skip('PostgreSQL adds up every stage: its changes have no order to go by')
    deals = [await trade.create('deals', {'title': stage}, stage=stage) for stage in STAGES]
    await trade.stage_totals('deals')
    await trade.move('deals', deals[0].id, stage='won')
    assert (await trade.stage_totals('deals'))['won'].count == 2
    await trade.change('deals', deals[0].id, {'title': 'of no account'})
    assert (await trade.stage_totals('deals'))['won'].count == 2
    assert [None if one is None else len(one) for one in asked] == [None, 2]


async def test_what_another_process_wrote_is_not_overlooked(
    trade: Records, asked: list[Collection[int] | None]
) -> None:
    """A change we were not told of makes the next addition a whole one."""
    if database.is_postgres():
        pytest.skip('PostgreSQL adds up every stage')
    deals = [await trade.create('deals', {'title': stage}, stage=stage) for stage in STAGES]
    await trade.stage_totals('deals')
    kind = trade.catalog('deals')
    won, lost = (kind.stage(code) for code in ('won', 'lost'))
    assert won
    assert lost
    with guard.acting(guard.SETUP):
        # As another process would: the record and its journal, and nobody here is told.
        await database.rows(f'UPDATE o_{kind.id} SET stage_id = {lost[1].id} WHERE stage_id = {won[1].id}')
        await database.rows(
            'INSERT INTO changes (at, catalog_id, record_id, kind, version, before, after, cause, chain)'
            " VALUES (0, ?, ?, 'moved', 2, ?, ?, 'person', '[]')",
            [kind.id, deals[1].id, json.dumps({'stage': 'won'}), json.dumps({'stage': 'lost'})],
        )
    await trade.move('deals', deals[0].id, stage='lost')
    totals = await trade.stage_totals('deals')
    assert (totals['new'].count, totals['won'].count, totals['lost'].count) == (0, 0, 3)
    assert asked == [None, None]
