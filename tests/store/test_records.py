"""Records are made, changed, moved, removed and remembered."""

import asyncio
import contextlib
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from store import Change, Conflict, Invalid, Money, NotFound, Records, Ref, changes, clock


async def test_a_deal_keeps_every_value_as_typed(trade: Records) -> None:
    acme = await trade.create('accounts', {'title': 'Ромашка', 'city': 'Самара'})
    deal = await trade.create(
        'deals',
        {
            'title': ' Поставка "Ёлок" ',
            'amount': '1 234,56 EUR',
            'account': acme.id,
            'due': '2026-03-29T12:30:00+03:00',
            'heat': 'Горячий',
            'tags': ['cold', 'hot'],
            'about': f'accounts:{acme.id}',
            'pieces': '12.5',
            'paid': 'да',
            'phone': '8 (916) 123-45-67',
            'note': "Robert'); DROP TABLE o_1;--",
            'helper': trade.actor.person_id,
        },
    )
    stored = await trade.get('deals', deal.id)
    assert stored == deal
    assert stored.title == 'Поставка "Ёлок"'
    assert stored['amount'] == Money(Decimal('1234.56'), 'EUR')
    assert stored['account'] == stored['about'] == Ref(acme.id, 'Ромашка', 'accounts')
    assert stored['due'] == datetime(2026, 3, 29, 9, 30, tzinfo=UTC)
    assert stored['heat'] == 'hot'
    assert stored['tags'] == ('hot', 'cold')
    assert stored['pieces'] == Decimal('12.5')
    assert stored['paid'] is True
    assert stored['contract'] == 'D-00001'
    assert stored.stage == 'new'
    assert stored.owner == Ref(trade.actor.person_id or 0, 'Ada Admin', 'person')


@pytest.mark.parametrize(
    ('values', 'field', 'code'),
    [
        ({'title': ''}, 'title', 'required'),
        ({'title': 'x', 'amount': 'a lot'}, 'amount', 'not_a_number'),
        ({'title': 'x', 'heat': 'warm'}, 'heat', 'no_such_choice'),
        ({'title': 'x', 'account': 999}, 'account', 'no_such_record'),
        ({'title': 'x', 'helper': 999}, 'helper', 'no_such_record'),
        ({'title': 'x', 'stage': 'nowhere'}, 'stage', 'no_such_stage'),
        ({'title': 'x', 'stage': 'talks'}, 'amount', 'required'),
        ({'title': 'x', 'contract': 'D-1'}, 'contract', 'read_only'),
        ({'title': 'x', 'created_at': '2020-01-01'}, 'created_at', 'read_only'),
        ({'title': 'x', 'id': 7}, 'id', 'read_only'),
        ({'title': 'x', 'is_admin': True}, 'is_admin', 'unknown_field'),
    ],
)
async def test_a_bad_value_is_refused_beside_its_field(
    trade: Records, values: dict[str, object], field: str, code: str
) -> None:
    with pytest.raises(Invalid) as refused:
        await trade.create('deals', values)
    assert refused.value.errors[field].code == code
    assert await trade.count('deals') == 0


async def test_all_bad_values_are_named_at_once(trade: Records) -> None:
    with pytest.raises(Invalid) as refused:
        await trade.create('deals', {'title': 'x', 'amount': 'many', 'due': 'soon', 'pieces': 'some'})
    assert set(refused.value.errors) == {'amount', 'due', 'pieces'}


async def test_two_records_never_share_a_unique_value_but_the_bin_frees_it(trade: Records) -> None:
    first = await trade.create('deals', {'title': 'a', 'code': 'X-1'})
    with pytest.raises(Invalid) as refused:
        await trade.create('deals', {'title': 'b', 'code': 'x-1'})
    assert refused.value.errors['code'].code == 'not_unique'
    await trade.remove('deals', first.id)
    second = await trade.create('deals', {'title': 'b', 'code': 'X-1'})
    assert second['code'] == 'X-1'
    with pytest.raises(Invalid):
        await trade.restore('deals', first.id)


async def test_a_stale_save_shows_both_values_and_keeps_theirs(trade: Records) -> None:
    deal = await trade.create('deals', {'title': 'Old', 'amount': '5'})
    await trade.change('deals', deal.id, {'title': 'Theirs'}, version=deal.version)
    with pytest.raises(Conflict) as conflict:
        await trade.change('deals', deal.id, {'title': 'Mine'}, version=deal.version)
    assert conflict.value.facts['theirs'] == {'title': 'Theirs'}
    assert conflict.value.facts['mine'] == {'title': 'Mine'}
    assert conflict.value.facts['changed_by'] == 'Ada Admin'
    assert (await trade.get('deals', deal.id)).title == 'Theirs'


async def test_changes_of_different_fields_are_both_kept(trade: Records) -> None:
    deal = await trade.create('deals', {'title': 'Old', 'amount': '5'})
    await trade.change('deals', deal.id, {'title': 'New'}, version=1)
    merged = await trade.change('deals', deal.id, {'amount': '7'}, version=1)
    assert (merged.title, merged['amount'].amount) == ('New', Decimal(7))


async def test_thirty_people_count_up_and_nobody_is_lost(trade: Records) -> None:
    deal = await trade.create('deals', {'title': 'Counter', 'pieces': 0})

    async def add_one() -> None:
        while True:
            seen = await trade.get('deals', deal.id)
            try:
                await trade.change('deals', deal.id, {'pieces': seen['pieces'] + 1}, version=seen.version)
            except Conflict:
                await asyncio.sleep(0)
            else:
                return

    await asyncio.gather(*(add_one() for _ in range(30)))
    assert (await trade.get('deals', deal.id))['pieces'] == 30


async def test_a_change_of_nothing_writes_nothing(trade: Records) -> None:
    deal = await trade.create('deals', {'title': 'Same', 'amount': '5'})
    again = await trade.change('deals', deal.id, {'title': 'Same', 'amount': '5.00 EUR'})
    assert again.version == deal.version
    assert len(await trade.history('deals', deal.id)) == 1


async def test_the_history_tells_who_did_what_and_why(trade: Records) -> None:
    deal = await trade.create('deals', {'title': 'Story', 'amount': '5'})
    await trade.move('deals', deal.id, stage='talks')
    await trade.change('deals', deal.id, {'amount': '9'})
    await trade.comment('deals', deal.id, 'They like it')
    await trade.remove('deals', deal.id)
    await trade.restore('deals', deal.id)
    story = await trade.history('deals', deal.id)
    kinds = [change.kind for change in reversed(story)]
    assert kinds == ['created', 'moved', 'changed', 'commented', 'removed', 'restored']
    assert story[3].before == {'amount': {'amount': '5', 'currency': 'EUR'}}
    assert story[3].after == {'amount': {'amount': '9', 'currency': 'EUR'}}
    assert story[4].after == {'stage': 'talks'}
    assert story[2].text == 'They like it'
    assert all(change.actor and change.actor.title == 'Ada Admin' for change in story)


async def test_the_living_hear_of_a_change_after_its_commit_only(trade: Records) -> None:
    heard: list[Change] = []
    stop = changes.subscribe(heard.extend)
    with contextlib.suppress(ZeroDivisionError):
        async with trade.transaction():
            await trade.create('deals', {'title': 'Ghost'})
            raise ZeroDivisionError
    assert heard == []
    async with trade.transaction():
        await trade.create('deals', {'title': 'One'})
        await trade.create('deals', {'title': 'Two'})
        assert heard == []
    stop()
    assert [change.after['title'] for change in heard] == ['One', 'Two']
    assert await trade.count('deals') == 2


async def test_a_listener_that_fails_does_not_make_a_save_look_failed(
    trade: Records, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(_: object) -> None:
        raise RuntimeError('deaf')

    stop = changes.subscribe(fail)
    made = await trade.create('deals', {'title': 'Saved'})
    stop()
    assert (await trade.get('deals', made.id)).title == 'Saved'
    assert 'a listener failed' in caplog.text


async def test_a_new_place_in_a_column_is_told_without_a_journal_line(trade: Records) -> None:
    told: list[tuple[str, int]] = []
    stop = changes.subscribe_reordered(lambda catalog, id: told.append((catalog, id)))
    a, b = await trade.create_many('deals', [{'title': 'a'}, {'title': 'b'}])
    await trade.move('deals', a.id, stage='new', below=b.id)
    await trade.move('deals', b.id, stage='lost')
    stop()
    assert told == [('deals', a.id)]


async def test_a_won_deal_gets_its_closing_date_and_loses_it_when_reopened(trade: Records) -> None:
    deal = await trade.create('deals', {'title': 'Close', 'amount': '5'})
    won = await trade.move('deals', deal.id, stage='won')
    assert won['closed_on'] == clock.today()
    reopened = await trade.move('deals', deal.id, stage='talks')
    assert reopened['closed_on'] is None
    given = await trade.create('deals', {'title': 'Old', 'stage': 'won', 'closed_on': '2017-03-01'})
    assert given['closed_on'] == date(2017, 3, 1)


async def test_a_stage_asks_for_its_fields_before_it_takes_a_card(trade: Records) -> None:
    deal = await trade.create('deals', {'title': 'Bare'})
    with pytest.raises(Invalid) as refused:
        await trade.move('deals', deal.id, stage='talks')
    assert refused.value.errors['amount'].code == 'required'
    assert (await trade.get('deals', deal.id)).stage == 'new'


async def test_a_removed_record_is_gone_until_it_is_restored(trade: Records) -> None:
    deal = await trade.create('deals', {'title': 'Gone'})
    await trade.remove('deals', deal.id)
    with pytest.raises(NotFound):
        await trade.get('deals', deal.id)
    assert await trade.count('deals') == 0
    assert await trade.search('gone') == []
    assert (await trade.get('deals', deal.id, deleted=True)).deleted_at is not None
    assert (await trade.restore('deals', deal.id)).title == 'Gone'


async def test_many_are_made_or_none(trade: Records) -> None:
    with pytest.raises(Invalid) as refused:
        await trade.create_many('deals', [{'title': 'a'}, {'title': 'b', 'amount': '?'}])
    assert refused.value.facts['row'] == 1
    assert await trade.count('deals') == 0
    made = await trade.create_many('deals', [{'title': f'{n}', 'pieces': n} for n in range(120)])
    assert [view['pieces'] for view in made] == list(range(120))
    assert {view['contract'] for view in made} == {f'D-{n:05d}' for n in range(1, 121)}
    changed = await trade.change_many('deals', [view.id for view in made[:3]], {'heat': 'hot'})
    assert [view['heat'] for view in changed] == ['hot'] * 3
    each = await trade.change_each('deals', [(made[0].id, {'pieces': 5}), (made[1].id, {'pieces': 6})])
    assert [view['pieces'] for view in each] == [5, 6]


async def test_an_account_knows_what_links_to_it(trade: Records) -> None:
    acme = await trade.create('accounts', {'title': 'Acme'})
    await trade.create('deals', {'title': 'a', 'account': acme.id})
    await trade.create('deals', {'title': 'b', 'account': acme.id, 'about': acme.ref})
    counts = {(r.catalog, r.field): r.count for r in await trade.related('accounts', acme.id)}
    assert counts == {('deals', 'account'): 2, ('deals', 'about'): 1}


async def test_words_are_found_by_their_beginnings_in_any_form(trade: Records) -> None:
    await trade.create('accounts', {'title': 'ООО «Весёлые договоры»', 'city': 'Самара'})
    await trade.create('deals', {'title': 'Call', 'phone': '+7 (916) 123-45-67'})
    assert [ref.catalog for ref in await trade.search('договор')] == ['accounts']
    assert [ref.catalog for ref in await trade.search('веселых договоров')] == []
    assert [ref.catalog for ref in await trade.search('ВЕСЕЛЫЕ сама')] == ['accounts']
    assert [ref.title for ref in await trade.search('7916')] == ['Call']
    for hostile in ('"', 'AND', '*', "a' OR 1=1", '12-345', '(', 'ivan@mail.ru'):
        await trade.search(hostile)
    assert [ref.title for ref in await trade.suggest('accounts', 'ДОГОВ')] == ['ООО «Весёлые договоры»']
    assert await trade.suggest('accounts', '%') == []
    assert [ref.title for ref in await trade.suggest('person', 'ada')] == ['Ada Admin']
