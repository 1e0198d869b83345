"""Values of choice fields: put away, counted, merged and taken back (C-20)."""

from typing import Any

import pytest

from store import Records, guard, lookups
from store import database as store_database
from store.problems import Invalid, NotAllowed, Refused
from store.query import Condition, Filter
from tests.conftest import records_of

HOT = {'key': 'hot', 'label': 'Hot', 'labels': {'ru': 'Горячий'}, 'color': '#e5484d'}
COLD: dict[str, Any] = {'key': 'cold', 'label': 'Cold'}
WARM = {'key': 'warm', 'label': 'Warm', 'color': '#ffb224'}


async def _deal(trade: Records, **values: Any) -> int:
    return (await trade.create('deals', {'title': 'Deal', **values})).id


async def test_an_inactive_value_stays_on_old_records_and_cannot_be_chosen_anew(trade: Records) -> None:
    old = await _deal(trade, heat='cold', tags=['hot', 'cold'])
    for field in ('heat', 'tags'):
        await lookups.save_values(trade.actor, 'deals', field, [HOT, {**COLD, 'inactive': True}])
    assert (await trade.get('deals', old)).values['heat'] == 'cold'
    await trade.change('deals', old, {'heat': 'cold', 'tags': ['cold'], 'note': 'kept'})
    with pytest.raises(Invalid) as refusal:
        await _deal(trade, heat='cold')
    assert refusal.value.errors['heat'].code == 'inactive_choice'
    other = await _deal(trade, heat='hot', tags=['hot'])
    with pytest.raises(Invalid):
        await trade.change('deals', other, {'tags': ['hot', 'cold']})
    await trade.change('deals', old, {'heat': 'hot'})
    with pytest.raises(Invalid):
        await trade.change('deals', old, {'heat': 'cold'})


async def test_old_records_are_still_found_by_an_inactive_value(trade: Records) -> None:
    old = await _deal(trade, heat='cold')
    await lookups.save_values(trade.actor, 'deals', 'heat', [HOT, {**COLD, 'inactive': True}])
    assert await trade.count('deals', Filter((Condition('heat', 'is', 'cold'),))) == 1
    assert (await trade.get('deals', old)).values['heat'] == 'cold'


async def test_names_colours_and_order_are_changed_at_once(trade: Records) -> None:
    await lookups.save_values(trade.actor, 'deals', 'heat', [WARM, {**HOT, 'label': 'Very hot'}, COLD])
    spec = trade.catalog('deals').field('heat')
    assert spec is not None
    assert [value['label'] for value in lookups.values_of(spec)] == ['Warm', 'Very hot', 'Cold']
    assert lookups.values_of(spec)[1]['labels'] == {'ru': 'Горячий'}


async def test_a_value_in_use_is_not_dropped(trade: Records) -> None:
    deal = await _deal(trade, heat='cold', tags=['cold'])
    for field in ('heat', 'tags'):
        with pytest.raises(Refused) as refusal:
            await lookups.save_values(trade.actor, 'deals', field, [HOT])
        assert (refusal.value.code, refusal.value.facts['count']) == ('choice_in_use', 1)
    await trade.change('deals', deal, {'heat': None})
    await lookups.save_values(trade.actor, 'deals', 'heat', [HOT])
    with pytest.raises(Refused, match='no_active_choice'):
        await lookups.save_values(trade.actor, 'deals', 'heat', [{**HOT, 'inactive': True}])


async def test_each_value_is_counted(trade: Records) -> None:
    await _deal(trade, heat='hot', tags=['hot', 'cold'])
    gone = await _deal(trade, heat='hot', tags=['hot'])
    await trade.remove('deals', gone)
    assert await lookups.used(trade.actor, 'deals', 'heat') == {'hot': 1, 'cold': 0}
    assert await lookups.used(trade.actor, 'deals', 'tags') == {'hot': 1, 'cold': 1}


async def test_two_values_are_merged_in_every_record_and_the_journal_says_so(trade: Records) -> None:
    one = await _deal(trade, heat='cold', tags=['cold'])
    two = await _deal(trade, heat='hot', tags=['hot', 'cold'])
    binned = await _deal(trade, heat='cold')
    await trade.remove('deals', binned)
    merged = await lookups.merge(trade.actor, 'deals', 'heat', 'cold', 'hot')
    assert merged.records == 2
    assert (await lookups.merge(trade.actor, 'deals', 'tags', 'cold', 'hot')).records == 2
    assert (await trade.get('deals', one)).values['heat'] == 'hot'
    assert (await trade.get('deals', two)).values['tags'] == ('hot',)
    assert (await trade.restore('deals', binned)).values['heat'] == 'hot'
    spec = trade.catalog('deals').field('heat')
    assert spec is not None
    assert [value['key'] for value in lookups.values_of(spec)] == ['hot']
    last = next(c for c in await trade.history('deals', one) if 'heat' in c.after)
    assert (last.before, last.after, last.cause.kind) == ({'heat': 'cold'}, {'heat': 'hot'}, 'merge')
    assert last.cause.id == merged.id


async def test_a_merge_is_taken_back_where_nobody_changed_the_value_since(trade: Records) -> None:
    one = await _deal(trade, tags=['cold'])
    two = await _deal(trade, tags=['cold', 'hot'])
    three = await _deal(trade, tags=['cold'])
    merged = await lookups.merge(trade.actor, 'deals', 'tags', 'cold', 'hot')
    await trade.change('deals', three, {'tags': None})
    assert await lookups.unmerge(trade.actor, merged) == 2
    assert (await trade.get('deals', one)).values['tags'] == ('cold',)
    assert (await trade.get('deals', two)).values['tags'] == ('hot', 'cold')
    assert (await trade.get('deals', three)).values['tags'] is None
    spec = trade.catalog('deals').field('tags')
    assert spec is not None
    assert [value['key'] for value in lookups.values_of(spec)] == ['hot', 'cold']


async def test_many_records_are_merged_together(trade: Records) -> None:
    await trade.add_many('deals', [{'title': f'Deal {n}', 'heat': 'cold'} for n in range(450)])
    assert (await lookups.merge(trade.actor, 'deals', 'heat', 'cold', 'hot')).records == 450
    assert await lookups.used(trade.actor, 'deals', 'heat') == {'hot': 450}


async def test_a_default_that_is_put_away_is_none(trade: Records) -> None:
    with guard.acting(guard.SETUP):
        await store_database.rows(
            'UPDATE fields SET more = replace(more, \'"default": null\', \'"default": "cold"\')'
            " WHERE code = 'heat'"
        )
    await lookups.save_values(trade.actor, 'deals', 'tags', [HOT, COLD])
    await lookups.save_values(trade.actor, 'deals', 'heat', [HOT, {**COLD, 'inactive': True}])
    assert (await trade.get('deals', await _deal(trade))).values['heat'] is None


async def test_only_who_may_edit_lookups_does(trade: Records) -> None:
    member = await records_of('max', 'Max Member', role='member')
    for deed in (
        lookups.save_values(member.actor, 'deals', 'heat', [HOT, COLD]),
        lookups.merge(member.actor, 'deals', 'heat', 'cold', 'hot'),
        lookups.used(member.actor, 'deals', 'heat'),
    ):
        with pytest.raises(NotAllowed) as refusal:
            await deed
        assert refusal.value.facts['operation'] == 'edit_lookups'
