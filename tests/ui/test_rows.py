"""The rows a list asks for: in order, narrowed in SQL, in words, never more than the reader may see."""

import httpx
import pytest
from fastapi import FastAPI

from store import NotFound, Records, Refused, guard, own_company, people, sessions
from store.query import Condition, Filter
from tests.conftest import records_of
from ui.reader import Reader, reading
from ui.rows import block, changed_rows, router

PASSWORD = 'correct-horse-battery-9'


async def fill(trade: Records, count: int = 5) -> None:
    city = await trade.create('accounts', {'title': 'Ромашка', 'city': 'Самара'})
    rows = [
        {
            'title': f'Deal {n}',
            'amount': f'{n * 1000} EUR',
            'account': city.ref,
            'heat': 'hot',
            'due': '2020-11-21',
        }
        for n in range(1, count + 1)
    ]
    await trade.create_many('deals', rows)


async def test_a_row_says_everything_in_the_readers_words(trade: Records) -> None:
    await fill(trade, 1)
    asked = {'columns': ['amount', 'account', 'account.city', 'heat', 'stage', 'owner', 'due'], 'count': True}
    with reading(Reader('ru', 'Europe/Moscow')):
        answer = await block(trade, 'deals', asked)
    (row,) = answer['rows']
    cells = row['c']
    assert cells['title'] == 'Deal 1'
    assert cells['amount'].replace('\u202f', ' ').replace('\xa0', ' ') == '1 000 €'
    assert (cells['account']['t'], cells['account']['h']) == ('Ромашка', '/c/accounts/1')
    assert cells['account.city'] == 'Самара'
    assert cells['heat'] == [{'t': 'Горячий', 'c': '#e5484d'}]
    assert cells['stage'] == {'t': 'Новая', 'c': '#8b8d98'}
    assert (cells['owner']['t'], cells['owner']['i']) == ('Ada Admin', 'AA')
    assert cells['due'] == '21 ноя 2020'
    assert (answer['total'], answer['cursor']) == (1, None)


async def test_the_row_of_our_company_has_a_badge(trade: Records) -> None:
    """C-06."""
    made = await trade.create_many('accounts', [{'title': 'Ours'}, {'title': 'Theirs'}])
    await own_company.make_own(trade.actor, made[0].id)
    with reading(Reader('ru')):
        answer = await block(trade, 'accounts', {'sort': 'title'})
    assert [row.get('b') for row in answer['rows']] == ['Наша компания', None]


async def test_empty_cells_are_not_sent(trade: Records) -> None:
    await trade.create('deals', {'title': 'Bare', 'owner': None})
    answer = await block(trade, 'deals', {'columns': ['amount', 'account', 'account.city', 'owner']})
    assert answer['rows'][0]['c'] == {'title': 'Bare'}


async def test_pages_follow_one_another_by_cursor_and_by_place(trade: Records) -> None:
    await fill(trade, 7)
    asked = {'sort': 'amount', 'start': 0, 'end': 3}
    first = await block(trade, 'deals', asked)
    by_cursor = await block(trade, 'deals', {**asked, 'start': 3, 'end': 6, 'after': first['cursor']})
    by_place = await block(trade, 'deals', {**asked, 'start': 3, 'end': 6})
    assert [row['c']['title'] for row in first['rows']] == ['Deal 1', 'Deal 2', 'Deal 3']
    assert [row['c']['title'] for row in by_cursor['rows']] == ['Deal 4', 'Deal 5', 'Deal 6']
    assert by_place['rows'] == by_cursor['rows']


async def test_a_filter_and_words_narrow_rows_and_total_alike(trade: Records) -> None:
    await fill(trade, 5)
    asked = {'filter': Filter((Condition('amount', 'greater', 2000),)).to_text(), 'count': True}
    assert (await block(trade, 'deals', asked))['total'] == 3
    answer = await block(trade, 'deals', {**asked, 'text': 'deal 4'})
    assert [row['c']['title'] for row in answer['rows']] == ['Deal 4']
    assert answer['total'] == 1


async def test_a_reader_gets_only_rows_and_linked_names_of_their_own(trade: Records) -> None:
    await fill(trade, 2)
    stranger = await records_of('zoe', 'Zoe', role='seller')
    answer = await block(stranger, 'deals', {'columns': ['account', 'account.city'], 'count': True})
    assert (answer['rows'], answer['total']) == ([], 0)


async def test_rubbish_in_a_request_is_refused_or_ignored(trade: Records) -> None:
    await fill(trade, 2)
    with pytest.raises(Refused):
        await block(trade, 'deals', {'filter': '{"all":[["password","is","x"]]}'})
    with pytest.raises(Refused):
        await block(trade, 'deals', {'sort': 'id; DROP TABLE o_1'})
    with pytest.raises(NotFound):
        await block(trade, 'nothing', {})
    answer = await block(trade, 'deals', {'start': -5, 'end': 'many', 'columns': ['nope', 7, 'account.nope']})
    assert [set(row['c']) for row in answer['rows']] == [{'title'}, {'title'}]


async def test_a_live_change_brings_only_rows_that_still_match(trade: Records) -> None:
    await fill(trade, 3)
    asked = {'filter': Filter((Condition('amount', 'greater', 1000),)).to_text(), 'text': '', 'columns': []}
    rows = await changed_rows(trade, 'deals', [1, 2, 3], asked)
    assert [row['id'] for row in rows] == [2, 3]


def browser(token: str = '') -> httpx.AsyncClient:
    app = FastAPI()
    app.include_router(router)
    cookies = {'artel': token} if token else {}
    return httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url='http://artel', cookies=cookies)


async def test_rows_are_for_own_pages_of_people_who_are_signed_in(trade: Records) -> None:
    await fill(trade, 2)
    await people.set_password(guard.SETUP, trade.actor.person_id or 0, PASSWORD)
    token = (await sessions.sign_in('ada', PASSWORD)).token
    async with browser(token) as ada, browser() as stranger:
        assert (await stranger.post('/_rows/deals', json={}, headers={'X-Artel': '1'})).status_code == 401
        assert (await ada.post('/_rows/deals', json={})).status_code == 401
        answer = await ada.post('/_rows/deals', json={'count': True}, headers={'X-Artel': '1'})
        assert (answer.status_code, answer.json()['total']) == (200, 2)
        refused = await ada.post('/_rows/deals', json={'sort': 'nothing'}, headers={'X-Artel': '1'})
        assert (refused.status_code, refused.json()) == (
            400,
            {'error': 'Records cannot be sorted by this field.'},
        )
        deep = await ada.post('/_rows/deals', content=b'[' * 100_000, headers={'X-Artel': '1'})
        assert deep.status_code == 400
        assert (await ada.post('/_rows/secrets', json={}, headers={'X-Artel': '1'})).status_code == 404
        broken = await ada.post('/_rows/deals', content=b'{', headers={'X-Artel': '1'})
        assert broken.status_code == 400
