"""Whether a rule about records holds is kept beside each record, and is always what the filter says."""

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from store import (
    Condition,
    Designer,
    FieldSpec,
    Filter,
    Level,
    Query,
    Records,
    Rights,
    database,
    guard,
    lookups,
    marking,
    marks,
    opening,
    people,
    record_rules,
    roles,
)
from store.catalogs import SCHEMA
from store.conditions import filter_sql
from store.policies import Judge
from store.record_rules import SavedRule
from store.schema import Catalog
from store.tables import table
from tests.conftest import records_of
from tests.store.conftest import STAGES

WORDS = ("it's", 'Ёлка 100%', '$marks$', 'a ? b', 't.marks', '\\', '_', '"; DROP TABLE people; --')
LASTING: tuple[Filter, ...] = (
    Filter((Condition('title', 'contains', 'елк'),)),
    *(Filter((Condition('note', 'contains', word),)) for word in WORDS),
    Filter((Condition('code', 'starts', "it's"),)),
    Filter((Condition('heat', 'not_in', ['hot', None]),)),
    Filter((Condition('amount', 'greater', '-12.5'),)),
    Filter((Condition('amount.currency', 'is', 'EUR'),)),
    Filter((Condition('heat', 'is_not', 'hot'),)),
    Filter((Condition('tags', 'has_any', ['hot']),)),
    Filter((Condition('stage', 'in', ['new', 'won']),)),
    Filter((Condition('stage_kind', 'is', 'won'),)),
    Filter((Condition('pieces', 'between', [None, '2.5']),)),
    Filter((Condition('paid', 'is', False),)),
    Filter((Condition('closed_on', 'filled'),)),
    Filter((Condition('due', 'less', '2026-03-01'),)),
    Filter((Condition('number', 'greater', '3'),)),
    Filter((Condition('heat', 'is', 'hot'), Filter((Condition('paid', 'is', True),), 'any')), 'any'),
)
PASSING = (
    Filter((Condition('owner', 'is_me'),)),
    Filter((Condition('created_at', 'last_days', 3),)),
    Filter((Condition('account.city', 'is', 'Perm'),)),
    Filter((Condition('visited', 'is', 'talks'),)),
)


def rule(condition: Filter, **more: Any) -> SavedRule:
    return SavedRule(catalog='deals', name='A rule', condition=condition, roles=('senior',), **more)


async def values(trade: Records) -> None:
    """Records of all kinds, hostile ones among them."""
    for number, word in enumerate(WORDS):
        await trade.create(
            'deals',
            {
                'title': f'{word} {number}', 'note': f'x{word}y', 'code': f'{word}{number}',
                'amount': {'amount': f'{number * 10 - 20}.25', 'currency': 'USD' if number % 3 else 'EUR'},
                'heat': 'hot' if number % 2 else 'cold', 'tags': ['hot'] if number % 3 else [],
                'stage': ('new', 'talks', 'won', 'lost')[number % 4], 'pieces': number - 1.5,
                'paid': bool(number % 2), 'due': f'2026-0{number + 1}-01T10:00',
            },
        )  # fmt: skip
    await trade.create('deals', {'title': 'empty'})


async def verdicts(condition: Filter, rule_id: int) -> tuple[list[int], list[int]]:
    """The records for which the filter holds, and those that carry the mark."""
    kind = SCHEMA['deals']
    with guard.acting(guard.SETUP):
        text, args = filter_sql(Judge(guard.SETUP), kind, condition)
        mark = (await database.rows('SELECT mark FROM record_rules WHERE id = ?', [rule_id]))[0]['mark']
        held = await database.rows(f'SELECT t.id FROM {table(kind)} t WHERE {text} ORDER BY t.id', args)
        kept = await database.rows(
            f'SELECT t.id FROM {table(kind)} t WHERE (t.marks & {mark}) = {mark} ORDER BY t.id'
        )
    assert mark
    return [row['id'] for row in held], [row['id'] for row in kept]


async def state(rule_id: int) -> tuple[int, str]:
    with guard.acting(guard.SETUP):
        row = (await database.rows('SELECT mark, marked FROM record_rules WHERE id = ?', [rule_id]))[0]
    return row['mark'], row['marked']


async def now(door: Records) -> Records:
    """The door of a person with their rights of this moment."""
    found = await people.actor_of_person(door.actor.person_id or 0)
    assert found is not None
    return Records(found)


async def reader(trade: Records) -> Records:
    """Who reads everything that no rule keeps."""
    await roles.save_role(guard.SETUP, 'senior', 'Senior', {})
    await roles.save_role(guard.SETUP, 'reads', 'Reads', {'deals': Rights(read=Level.ALL)})
    return await records_of('rita', 'Rita', role='reads')


async def titles(door: Records) -> list[str]:
    return sorted(view.title for view in (await (await now(door)).find('deals')).records)


async def test_a_mark_is_what_the_filter_says_of_every_kind_of_field(trade: Records) -> None:
    """Of records that were there, that come, and that change, by whatever way they are written."""
    await reader(trade)
    await values(trade)
    rules = [await record_rules.save_rule(trade.actor, rule(condition)) for condition in LASTING]
    await values_again(trade)
    for condition, rule_id in zip(LASTING, rules, strict=True):
        held, kept = await verdicts(condition, rule_id)
        assert held == kept, condition
    assert len({(await state(rule_id))[0] for rule_id in rules}) == len(rules)


async def values_again(trade: Records) -> None:
    page = await trade.find('deals', Query(limit=100))
    for number, view in enumerate(page.records):
        await trade.change('deals', view.id, {'note': WORDS[number % 3], 'paid': None, 'pieces': number})
    await trade.move('deals', page.records[0].id, stage='lost')
    await lookups.merge(trade.actor, 'deals', 'heat', 'cold', 'hot')
    with guard.acting(guard.SETUP):
        await database.rows(f"UPDATE {table(SCHEMA['deals'])} SET title_key = 'елки' WHERE id = 2")


@pytest.mark.parametrize('condition', PASSING)
async def test_what_is_not_the_records_own_is_asked_each_time(trade: Records, condition: Filter) -> None:
    """Me, these days, and what lies behind a link change without the record being written."""
    await reader(trade)
    rule_id = await record_rules.save_rule(trade.actor, rule(condition))
    assert await state(rule_id) == (0, '')


async def test_a_big_catalogue_is_marked_beside_other_work(
    trade: Records, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Until the last record has its mark the filter is asked; cut off, it is gone on with."""
    monkeypatch.setattr(marking, 'AT_ONCE', 0)
    monkeypatch.setattr(marking, 'CHUNK', 2)
    rita = await reader(trade)
    for number in range(6):
        await trade.create('deals', {'title': f'deal {number}', 'note': 'secret' if number % 2 else 'open'})
    secret = Filter((Condition('note', 'contains', 'secret'),))
    rule_id = await record_rules.save_rule(trade.actor, rule(secret, only=True))
    open_ones = ['deal 0', 'deal 2', 'deal 4']
    assert (await state(rule_id))[1] == ''
    assert await titles(rita) == open_ones

    going = marking.go_through

    async def cut_off(kind: Catalog, bits: Mapping[int, str], first: int, last: int) -> None:
        if first:
            raise InterruptedError
        await going(kind, bits, first, last)

    monkeypatch.setattr(marking, 'go_through', cut_off)
    with pytest.raises(InterruptedError):
        await marking.catch_up()
    monkeypatch.undo()
    mark, marked = await state(rule_id)
    assert (bool(mark), marked) == (True, '')
    await trade.create('deals', {'title': 'late', 'note': 'a secret'})
    assert await titles(rita) == open_ones
    url = database.address()
    await opening.close_store()
    await opening.open_migrated(url)
    assert await marking.catch_up() == 1
    assert await state(rule_id) == (
        mark,
        marks.spelled(filter_sql(Judge(guard.SETUP), SCHEMA['deals'], secret)),
    )
    held, kept = await verdicts(secret, rule_id)
    assert held == kept
    assert await titles(rita) == open_ones
    assert await (await now(rita)).count('deals') == 3
    assert await marking.catch_up() == 0


async def test_a_changed_rule_is_asked_until_the_records_follow(
    trade: Records, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another filter, off, on and gone: the verdict is right at once, the mark comes after."""
    rita = await reader(trade)
    for heat in ('hot', 'cold'):
        await trade.create('deals', {'title': heat, 'heat': heat})
    hot, cold = (Filter((Condition('heat', 'is', heat),)) for heat in ('hot', 'cold'))
    rule_id = await record_rules.save_rule(trade.actor, rule(hot, only=True))
    first = await state(rule_id)
    assert await titles(rita) == ['cold']
    monkeypatch.setattr(marking, 'AT_ONCE', 0)
    await record_rules.save_rule(trade.actor, rule(cold, only=True, id=rule_id))
    assert (await state(rule_id))[1] == ''
    assert (await state(rule_id))[0] != first[0]
    assert await titles(rita) == ['hot']
    await marking.catch_up()
    assert await titles(rita) == ['hot']
    await record_rules.save_rule(trade.actor, rule(cold, only=True, id=rule_id, is_on=False))
    assert await state(rule_id) == (0, '')
    assert await titles(rita) == ['cold', 'hot']
    await record_rules.save_rule(trade.actor, rule(cold, only=True, id=rule_id))
    await record_rules.remove_rule(trade.actor, rule_id)
    await trade.create('deals', {'title': 'new', 'heat': 'cold'})
    assert await titles(rita) == ['cold', 'hot', 'new']


async def test_a_stage_of_another_kind_is_seen_at_once(trade: Records) -> None:
    """What a filter means can change without it: the mark is left aside until the records follow."""
    rita = await reader(trade)
    for stage in ('won', 'talks'):
        await trade.create('deals', {'title': stage, 'stage': stage, 'amount': '5'})
    won = Filter((Condition('stage_kind', 'is', 'won'),))
    rule_id = await record_rules.save_rule(trade.actor, rule(won, only=True))
    assert await titles(rita) == ['talks']
    stages = [{**stage, 'kind': 'won'} if stage['code'] == 'talks' else stage for stage in STAGES]
    await Designer(trade.actor).change_pipeline('deals', 'sales', stages=stages)
    assert await titles(rita) == []
    assert await marking.catch_up() == 1
    held, kept = await verdicts(won, rule_id)
    assert (held, await titles(rita)) == (kept, [])


async def test_old_records_are_marked_by_hostile_words_too(trade: Records) -> None:
    """What goes through the records says the same as what follows them."""
    await reader(trade)
    await values(trade)
    for word in WORDS:
        condition = Filter((Condition('note', 'contains', word),))
        held, kept = await verdicts(condition, await record_rules.save_rule(trade.actor, rule(condition)))
        assert held, word
        assert held == kept, word


async def test_a_rule_of_another_catalogue_is_marked_there_anew(trade: Records) -> None:
    """A condition may read the same in two catalogues, and their bits have nothing to do with each other."""
    rita = await reader(trade)
    for title in ('open', 'secret'):
        await trade.create('deals', {'title': title})
    secret = Filter((Condition('title', 'contains', 'secret'),))
    elsewhere = replace(rule(secret, only=True), catalog='accounts')
    rule_id = await record_rules.save_rule(trade.actor, elsewhere)
    await record_rules.save_rule(trade.actor, rule(secret, only=True, id=rule_id))
    assert await titles(rita) == ['open']
    await trade.create('deals', {'title': 'secret too'})
    assert await titles(rita) == ['open']
    assert await marking.catch_up() == 0


async def test_a_rule_changed_and_changed_back_while_records_are_marked(
    trade: Records, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was written between the two changes has been marked by the other filter."""
    rita = await reader(trade)
    await trade.create('deals', {'title': 'open'})
    hot, cold = (Filter((Condition('heat', 'is', heat),)) for heat in ('hot', 'cold'))
    monkeypatch.setattr(marking, 'AT_ONCE', 0)
    rule_id = await record_rules.save_rule(trade.actor, rule(hot, only=True))
    going = marking.take_stock

    async def interrupted(kind: Catalog, bits: Mapping[int, str]) -> None:
        await record_rules.save_rule(trade.actor, rule(cold, only=True, id=rule_id))
        await trade.create('deals', {'title': 'hot', 'heat': 'hot'})
        await record_rules.save_rule(trade.actor, rule(hot, only=True, id=rule_id))
        await going(kind, bits)

    monkeypatch.setattr(marking, 'take_stock', interrupted)
    await marking.catch_up()
    assert await titles(rita) == ['open']
    monkeypatch.setattr(marking, 'take_stock', going)
    await marking.catch_up()
    held, kept = await verdicts(hot, rule_id)
    assert (held, bool((await state(rule_id))[1])) == (kept, True)


async def test_a_rule_saved_while_others_are_marked_stays_followed(
    trade: Records, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever went through the records does not let the database follow what was wanted at the beginning."""
    rita = await reader(trade)
    paid, cold = Filter((Condition('paid', 'is', True),)), Filter((Condition('heat', 'is', 'cold'),))
    with monkeypatch.context() as big:
        big.setattr(marking, 'AT_ONCE', -1)
        await record_rules.save_rule(trade.actor, rule(paid, only=True))
    going = marking.take_stock

    async def joined(kind: Catalog, bits: Mapping[int, str]) -> None:
        await record_rules.save_rule(trade.actor, rule(cold, only=True))
        await going(kind, bits)

    monkeypatch.setattr(marking, 'take_stock', joined)
    await marking.catch_up()
    await trade.create('deals', {'title': 'cold', 'heat': 'cold'})
    assert await titles(rita) == []


async def test_more_rules_than_bits_are_asked_and_nobody_waits_for_them(
    trade: Records, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The rule that is left over is asked; the records are not gone through again and again for it."""
    monkeypatch.setattr(marking, 'BITS', 2)
    rita = await reader(trade)
    await values(trade)
    for heat in ('hot', 'cold'):
        await record_rules.save_rule(trade.actor, rule(Filter((Condition('heat', 'is', heat),)), only=True))
    left_over = Filter((Condition('title', 'is', 'empty'),))
    rule_id = await record_rules.save_rule(trade.actor, rule(left_over, only=True))
    assert await state(rule_id) == (0, '')
    assert await titles(rita) == []
    assert await marking.catch_up() == 0


async def test_who_still_holds_the_rule_as_it_was_sees_no_more_than_then(trade: Records) -> None:
    """Another process, or a long reading, believes a mark a little longer: it is not taken away under it."""
    rita = await reader(trade)
    for heat in ('hot', 'cold'):
        await trade.create('deals', {'title': heat, 'heat': heat})
    hot, cold = (Filter((Condition('heat', 'is', heat),)) for heat in ('hot', 'cold'))
    rule_id = await record_rules.save_rule(trade.actor, rule(hot, only=True))
    held = await now(rita)
    await record_rules.save_rule(trade.actor, rule(cold, only=True, id=rule_id))
    assert [view.title for view in (await held.find('deals')).records] == ['cold']


async def test_two_who_save_rules_at_once_get_two_bits(trade: Records) -> None:
    """Neither sees the other's rule until it is committed."""
    await reader(trade)
    await values(trade)
    filters = [Filter((Condition('heat', 'is', heat),)) for heat in ('hot', 'cold')]
    ids = await asyncio.gather(*(record_rules.save_rule(trade.actor, rule(one)) for one in filters))
    for condition, rule_id in zip(filters, ids, strict=True):
        held, kept = await verdicts(condition, rule_id)
        assert held == kept
    assert len({(await state(rule_id))[0] for rule_id in ids}) == 2


async def test_records_are_written_whatever_becomes_of_the_fields_of_a_rule(trade: Records) -> None:
    """What the database follows by names columns; fields come, are put away, come back, lose a value."""
    rita = await reader(trade)
    designer = Designer(trade.actor)
    secret = Filter((Condition('note', 'contains', 'secret'), Condition('heat', 'is', 'hot')), 'any')
    rule_id = await record_rules.save_rule(trade.actor, rule(secret, only=True))
    for step in range(6):
        if step == 1:
            await designer.add_field('deals', FieldSpec(code='more', label='More', type='text', unique=True))
        elif step == 2:
            await designer.archive_field('deals', 'note')
        elif step == 3:
            await marking.catch_up()
        elif step == 4:
            await designer.change_field('deals', 'note', archived=False)
        elif step == 5:
            await marking.catch_up()
            await designer.change_field('deals', 'code', unique=False)
        given = {'note': 'a secret'} if step not in (2, 3) else {}
        record = await trade.create('deals', {'title': 'gone', 'code': f'c{step}', **given})
        await trade.change('deals', record.id, {'title': 'gone again'})
        await trade.create('deals', {'title': 'open'})
        # With its field put away the rule keeps all out; back, those without the word are seen again.
        kept = [] if step in (2, 3) else ['gone again'] * 2 * (step > 3) + ['open'] * (step + 1)
        assert await titles(rita) == kept, step
    held, marked = await verdicts(secret, rule_id)
    assert held == marked
