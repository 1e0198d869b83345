"""The order of cards in a column, and the totals above it."""

import asyncio
from decimal import Decimal
from typing import Any

import pytest

from store import Records, StageTotal, database, ranks, where
from store.query import Condition, Filter
from tests.conftest import records_of


async def order(door: Records, stage: str = 'new') -> list[str]:
    return [view.title for view in (await door.column('deals', stage, limit=500)).records]


async def test_the_newest_card_is_on_top_and_a_dropped_card_stays_where_it_was_dropped(
    trade: Records,
) -> None:
    a, b, c = await trade.create_many('deals', [{'title': t} for t in 'abc'])
    assert await order(trade) == ['c', 'b', 'a']
    await trade.move('deals', a.id, stage='new', above=c.id)
    assert await order(trade) == ['c', 'a', 'b']
    await trade.move('deals', c.id, stage='new', above=b.id)
    assert await order(trade) == ['a', 'b', 'c']
    await trade.move('deals', c.id, stage='new', below=a.id)
    assert await order(trade) == ['c', 'a', 'b']
    await trade.move('deals', b.id, stage='lost')
    assert await order(trade, 'lost') == ['b']


async def test_sixty_cards_at_one_spot_keep_their_order(trade: Records) -> None:
    cards = await trade.create_many('deals', [{'title': f'{n:02d}'} for n in range(62)])
    top, *rest, bottom = reversed(cards)
    for card in rest:
        await trade.move('deals', card.id, stage='new', above=top.id)
    expected = [top.title, *(card.title for card in reversed(rest)), bottom.title]
    assert await order(trade) == expected


async def test_a_move_writes_one_row(trade: Records, monkeypatch: pytest.MonkeyPatch) -> None:
    async def never(*_: object) -> None:
        raise AssertionError('the column was respaced')

    monkeypatch.setattr(ranks, 'respace', never)
    cards = await trade.create_many('deals', [{'title': f'{n}'} for n in range(20)])
    for card in cards[2:18]:
        await trade.move('deals', card.id, stage='new', above=cards[19].id)


async def test_moving_within_a_column_is_no_change_of_the_record(trade: Records) -> None:
    a, b = await trade.create_many('deals', [{'title': 'a'}, {'title': 'b'}])
    moved = await trade.move('deals', a.id, stage='new', below=b.id)
    assert moved.version == a.version
    assert len(await trade.history('deals', a.id)) == 1


async def test_a_column_is_read_page_by_page_without_gap_or_double(trade: Records) -> None:
    await trade.create_many('deals', [{'title': f'{n}'} for n in range(95)])
    seen: list[int] = []
    cursor = None
    while True:
        page = await trade.column('deals', 'new', limit=30, after=cursor)
        seen += [view.id for view in page.records]
        cursor = page.cursor
        if cursor is None:
            break
    assert len(seen) == len(set(seen)) == 95


async def test_totals_count_all_cards_and_never_add_two_currencies(trade: Records) -> None:
    await trade.create_many(
        'deals',
        [
            {'title': 'a', 'amount': '10.50 EUR'},
            {'title': 'b', 'amount': '4.50 EUR', 'heat': 'hot'},
            {'title': 'c', 'amount': '100 USD'},
            {'title': 'd'},
            {'title': 'e', 'stage': 'won', 'amount': '7 EUR'},
        ],
    )
    totals = await trade.stage_totals('deals', 'sales')
    assert totals['new'] == StageTotal(4, {'EUR': Decimal(15), 'USD': Decimal(100)})
    assert totals['won'] == StageTotal(1, {'EUR': Decimal(7)})
    assert totals['talks'] == StageTotal(0, {})
    hot = await trade.stage_totals('deals', 'sales', where(heat='hot'))
    assert hot['new'] == StageTotal(1, {'EUR': Decimal('4.5')})


async def test_ten_boards_ask_the_database_once_a_change(
    trade: Records, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    rows = database.rows

    async def counted(sql: str, *args: Any, **more: Any) -> list[dict[str, Any]]:
        asked.append(sql)
        return await rows(sql, *args, **more)

    monkeypatch.setattr(database, 'rows', counted)
    for title in ('a', 'b'):
        await trade.create('deals', {'title': title})
        asked.clear()
        totals = await asyncio.gather(*(trade.stage_totals('deals') for _ in range(10)))
        assert {one['new'].count for one in totals} == {1 if title == 'a' else 2}
        assert sum('COUNT(*) AS n' in sql for sql in asked) == 1
    seller = await records_of('sue', 'Sue Seller', role='seller')
    assert (await seller.stage_totals('deals'))['new'].count == 0


async def test_everybody_sees_the_totals_of_his_own_rights(trade: Records) -> None:
    seller = await records_of('sue', 'Sue Seller', role='seller')
    await trade.create('deals', {'title': 'theirs', 'amount': '5'})
    await seller.create('deals', {'title': 'mine', 'amount': '7'})
    assert (await seller.stage_totals('deals'))['new'] == StageTotal(1, {'EUR': Decimal(7)})
    assert await order(seller) == ['mine']
    assert (await trade.stage_totals('deals'))['new'].count == 2


async def test_a_card_knows_its_neighbours_among_those_shown(trade: Records) -> None:
    a, b, c = await trade.create_many(
        'deals', [{'title': 'a', 'heat': 'hot'}, {'title': 'b'}, {'title': 'c', 'heat': 'hot'}]
    )
    assert await trade.neighbours('deals', b.id) == (c.id, a.id)
    hot = Filter((Condition('heat', 'is', 'hot'),))
    assert await trade.neighbours('deals', a.id, filter=hot) == (c.id, None)
