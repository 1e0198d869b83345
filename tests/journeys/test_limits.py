"""What a page, a socket or an address may ask for is bounded: lengths, sizes, numbers, events."""

import httpx
import pytest

from integrations.rest import RestApi
from store import Condition, Designer, Filter, NotFound, Problem, Query, Records, sessions
from store.schema import FieldSpec
from ui.rows import block

LONG = 'слово ' * 100_000
WORD = 'x' * 1_000_000
HUGE = 10**30


@pytest.fixture(autouse=True)
async def deals(as_admin: Records) -> None:
    """A catalogue with a record."""
    designer = Designer(as_admin.actor)
    await designer.create_catalog('deals', 'Deals')
    await designer.add_field('deals', FieldSpec(code='note', label='Note', type='text'))
    await designer.add_field('deals', FieldSpec(code='sum', label='Sum', type='number'))
    await as_admin.create('deals', {'title': 'Fleet', 'note': 'x'})


@pytest.mark.parametrize('text', [LONG, WORD, '%' * 60_000, '"' * 60_000])
async def test_a_search_of_any_length_is_answered(as_admin: Records, text: str) -> None:
    assert await as_admin.search(text) == []
    assert await as_admin.suggest('deals', text) == []
    assert await as_admin.suggest('person', text) == []
    assert not (await as_admin.find('deals', Query(text=text))).records
    assert await as_admin.count('deals', Filter(), text) in (0, 1)


@pytest.mark.parametrize(
    'asked',
    [
        {'start': HUGE, 'end': HUGE + 10},
        {'start': -5, 'end': 10**9},
        {'start': 'x', 'end': None},
        {'start': 0, 'end': 10, 'text': WORD},
        {'start': 0, 'end': 10, 'after': WORD},
        {'start': 0, 'end': 10, 'sort': WORD},
        {'start': 0, 'end': 10, 'columns': ['note'] * 100_000},
        {'start': 0, 'end': 10, 'columns': {'note': 1}},
        {'start': 0, 'end': 10, 'filter': '{"all": [' + ','.join(['["note", "=", "x"]'] * 5000) + ']}'},
        {'start': 0, 'end': 10, 'filter': '{"all": ' * 5000},
        {'start': 0, 'end': 10, 'filter': f'{{"all": [["id", "in", {list(range(100_000))}]]}}'},
        {'start': 0, 'end': 10, 'filter': f'{{"all": [["id", "=", {HUGE}]]}}'},
        {'start': 0, 'end': 10, 'filter': f'{{"all": [["sum", ">", {HUGE}]]}}'},
        {'start': 0, 'end': 10, 'filter': f'{{"all": [["note", "contains", "{"x" * 200_000}"]]}}'},
        {'start': 0, 'end': 10, 'filter': f'{{"all": [["note", "contains", "{"%" * 200_000}"]]}}'},
        {'start': 0, 'end': 10, 'filter': '{"all": [["sum", ">", 1e400]]}'},
        {'start': 0, 'end': 10, 'filter': '{"all": [["sum", ">", NaN]]}'},
    ],
)
async def test_a_block_of_rows_is_small_or_refused_whatever_is_asked(
    as_admin: Records, asked: dict[str, object]
) -> None:
    try:
        answer = await block(as_admin, 'deals', asked)
    except (Problem, RecursionError, ValueError):
        return
    assert len(answer['rows']) <= 1


async def test_numbers_beyond_the_database_find_nothing(as_admin: Records) -> None:
    for number in (HUGE, -HUGE, 2**63):
        with pytest.raises(NotFound):
            await as_admin.get('deals', number)
    with pytest.raises(Problem):
        await as_admin.find('deals', Query(offset=HUGE))
    with pytest.raises(Problem):
        await as_admin.find('deals', Query(filter=Filter((Condition('id', 'in', [HUGE, 1]),))))


@pytest.mark.parametrize(
    'path',
    [
        '/v1/catalogs/deals/records/99999999999999999999999999',
        '/v1/catalogs/deals/records/99999999999999999999999999/changes',
        '/v1/catalogs/deals/records?limit=99999999999999999999999',
        '/v1/catalogs/deals/records?cursor=' + 'x' * 5000,
        '/v1/rules/99999999999999999999999999',
        '/v1/runs/99999999999999999999999999',
    ],
)
async def test_the_api_answers_a_number_beyond_all_with_a_refusal(as_admin: Records, path: str) -> None:
    key = (await sessions.create_token(as_admin.actor, 'test')).secret
    api = httpx.ASGITransport(RestApi(lambda code, *_: code))
    headers = {'authorization': f'Bearer {key}'}
    async with httpx.AsyncClient(transport=api, base_url='http://artel.test', headers=headers) as client:
        assert (await client.get(path)).status_code in (400, 404, 409, 422)
