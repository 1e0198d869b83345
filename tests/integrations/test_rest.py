"""The REST interface: the same door, the same rights, the same words as the pages."""

from collections.abc import AsyncIterator, Mapping
from typing import Any

import httpx
import pytest

from integrations.rest import RestApi
from integrations.rest_limits import Limits
from store import Designer, FieldSpec, Level, Records, Rights, guard, people, roles, sessions
from tests.conftest import records_of

STAGES = (
    {'code': 'new', 'label': 'New', 'color': '#888888', 'kind': 'open'},
    {'code': 'talks', 'label': 'Talks', 'color': '#3366cc', 'kind': 'open'},
    {'code': 'won', 'label': 'Won', 'color': '#22aa55', 'kind': 'won', 'required': ['amount']},
    {'code': 'lost', 'label': 'Lost', 'color': '#cc3333', 'kind': 'lost'},
)


def words(code: str, facts: Mapping[str, Any], language: str) -> str:
    return f'{language}:{code}'


@pytest.fixture
async def as_boss(as_admin: Records) -> Records:
    """An administrator in whose company deals are made."""
    designer = Designer(as_admin.actor)
    await designer.create_catalog('accounts', 'Accounts', 'Account')
    await designer.create_catalog('deals', 'Deals', 'Deal')
    kinds = [{'key': 'hot', 'label': 'Hot'}, {'key': 'cold', 'label': 'Cold'}]
    for spec in (
        FieldSpec(code='amount', label='Amount', type='money', options={'currency': 'RUB'}),
        FieldSpec(code='closes', label='Closes', type='date'),
        FieldSpec(code='heat', label='Heat', type='choice', options={'choices': kinds}),
        FieldSpec(code='account', label='Account', type='link', options={'target': 'accounts'}),
        FieldSpec(code='required', label='A field that is called so', type='number'),
    ):
        await designer.add_field('deals', spec)
    await designer.add_pipeline('deals', 'sales', 'Sales', stages=STAGES, value_field='amount')
    return as_admin


async def client_of(records: Records, *, limits: Limits | None = None) -> httpx.AsyncClient:
    """A client with a fresh token of this person."""
    token = await sessions.create_token(guard.SETUP, 'test', records.actor.person_id)
    transport = httpx.ASGITransport(RestApi(words, limits=limits))
    headers = {'Authorization': f'Bearer {token.secret}'}
    return httpx.AsyncClient(transport=transport, base_url='http://artel.test/v1', headers=headers)


@pytest.fixture
async def api(as_boss: Records) -> AsyncIterator[httpx.AsyncClient]:
    async with await client_of(as_boss) as client:
        yield client


DEALS = '/catalogs/deals/records'


async def make(api: httpx.AsyncClient, title: str, **values: Any) -> dict[str, Any]:
    answer = await api.post(DEALS, json={'values': {'title': title, **values}})
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    return made


async def test_a_record_lives_from_creation_to_the_bin_and_back(
    api: httpx.AsyncClient, as_boss: Records
) -> None:
    made = await make(
        api, 'Ромашка', amount={'amount': '1250.50', 'currency': 'RUB'}, closes='2026-12-01', heat='hot'
    )
    place = f'{DEALS}/{made["id"]}'
    assert made['values']['amount'] == {'amount': '1250.50', 'currency': 'RUB'}
    assert made['values']['stage'] == 'new'
    assert (await api.get(place)).json() == made
    changed = (await api.patch(place, json={'values': {'heat': 'cold'}, 'version': made['version']})).json()
    assert (changed['values']['heat'], changed['version']) == ('cold', made['version'] + 1)
    moved = (await api.post(f'{place}/move', json={'stage': 'won'})).json()
    assert moved['values']['stage'] == 'won'
    assert (await api.post(f'{place}/comments', json={'text': 'Thanks!'})).status_code == 201
    kinds = [change['kind'] for change in (await api.get(f'{place}/history')).json()['changes']]
    assert kinds == ['commented', 'moved', 'changed', 'created']
    assert (await as_boss.history('deals', made['id']))[1].cause.kind == 'api'
    assert (await api.delete(place)).status_code == 204
    assert (await api.get(place)).status_code == 404
    assert (await api.get(place, params={'deleted': '1'})).json()['deleted_at']
    assert (await api.post(f'{place}/restore')).status_code == 200
    assert (await api.get(place)).status_code == 200


async def test_a_page_is_filtered_sorted_and_continued(api: httpx.AsyncClient) -> None:
    for number in range(7):
        await make(api, f'Deal {number}', amount=f'{number * 100} RUB', heat='hot' if number % 2 else 'cold')
    asked = {'filter': '{"all":[["amount","greater_equal",100]]}', 'sort': '-amount', 'limit': '4'}
    first = (await api.get(DEALS, params=asked)).json()
    assert [record['values']['title'] for record in first['records']] == [
        'Deal 6',
        'Deal 5',
        'Deal 4',
        'Deal 3',
    ]
    second = (await api.get(DEALS, params={**asked, 'after': first['next']})).json()
    assert [record['values']['title'] for record in second['records']] == ['Deal 2', 'Deal 1']
    assert second['next'] is None
    body = {'filter': {'all': [['heat', 'is', 'hot']]}, 'sort': 'title', 'fields': ['heat']}
    queried = (await api.post(f'{DEALS}/query', json=body)).json()
    assert [record['values']['title'] for record in queried['records']] == ['Deal 1', 'Deal 3', 'Deal 5']
    assert 'amount' not in queried['records'][0]['values']
    count = await api.get('/catalogs/deals/count', params={'filter': asked['filter']})
    assert count.json() == {'count': 6}


async def test_the_sum_of_each_stage_comes_with_its_currency(api: httpx.AsyncClient) -> None:
    await make(api, 'One', amount='100 RUB')
    await make(api, 'Two', amount='50.25 EUR', stage='talks')
    found = {one['stage']: one for one in (await api.get('/catalogs/deals/stages')).json()['stages']}
    assert found['new'] == {'stage': 'new', 'count': 1, 'sums': {'RUB': '100'}}
    assert found['talks']['sums'] == {'EUR': '50.25'}
    assert found['lost'] == {'stage': 'lost', 'count': 0, 'sums': {}}


async def test_a_stale_change_is_refused_with_both_values(api: httpx.AsyncClient) -> None:
    made = await make(api, 'Deal', heat='hot')
    place = f'{DEALS}/{made["id"]}'
    await api.patch(place, json={'values': {'heat': 'cold'}})
    answer = await api.patch(place, json={'values': {'heat': None}, 'version': made['version']})
    error = answer.json()['error']
    assert (answer.status_code, error['code']) == (409, 'conflict')
    assert (error['facts']['theirs'], error['facts']['mine']) == ({'heat': 'cold'}, {'heat': None})
    assert (await api.get(place)).json()['values']['heat'] == 'cold'


@pytest.mark.parametrize(
    'field', ['id', 'number', 'created_at', 'created_by', 'updated_by', 'is_admin', 'version']
)
async def test_unknown_and_read_only_fields_are_refused(api: httpx.AsyncClient, field: str) -> None:
    answer = await api.post(DEALS, json={'values': {'title': 'Deal', field: 1}})
    assert answer.status_code == 422
    assert answer.json()['error']['fields'].keys() == {field}
    made = await make(api, 'Deal')
    assert (await api.patch(f'{DEALS}/{made["id"]}', json={'values': {field: 1}})).status_code == 422
    assert (await api.get(DEALS)).json()['records'] == [made]


async def test_every_bad_field_is_told_with_a_sentence_in_the_readers_language(
    api: httpx.AsyncClient,
) -> None:
    values = {'heat': 'warm', 'closes': 'soon', 'amount': 'much'}
    answer = await api.post(
        DEALS, json={'values': values}, headers={'Accept-Language': 'de, ru;q=0.9, en;q=0.8'}
    )
    error = answer.json()['error']
    assert (answer.status_code, error['code'], error['message']) == (422, 'invalid', 'ru:invalid')
    assert error['fields'].keys() == {'heat', 'closes', 'amount'}
    assert error['fields']['closes']['message'] == 'ru:not_a_date'


@pytest.mark.parametrize(
    ('body', 'status'),
    [
        (b'{"values": {"title"', 400),
        (b'[1, 2]', 400),
        (b'{"values": [1]}', 422),
        (b'{"values": {}, "hidden": 1}', 422),
        (b'{"values": {"title": "x"}, "stage": 7}', 422),
        (b'"' + b'x' * 9_000_000 + b'"', 413),
        (b'[' * 50_000, 400),
        (b'', 422),
    ],
)
async def test_a_body_that_makes_no_sense_is_refused(
    api: httpx.AsyncClient, body: bytes, status: int
) -> None:
    answer = await api.post(DEALS, content=body, headers={'Content-Type': 'application/json'})
    assert answer.status_code == status
    assert answer.json()['error']['code']
    assert (await api.get('/catalogs/deals/count')).json() == {'count': 0}


@pytest.mark.parametrize('content_type', ['text/plain', 'application/x-www-form-urlencoded', ''])
async def test_only_json_is_json(api: httpx.AsyncClient, content_type: str) -> None:
    body = b'{"values": {"title": "x"}}'
    answer = await api.post(DEALS, content=body, headers={'Content-Type': content_type})
    assert answer.status_code == 415


async def test_bulk_is_all_or_nothing(api: httpx.AsyncClient) -> None:
    rows = [{'title': f'Deal {number}', 'heat': 'hot'} for number in range(50)]
    answer = await api.post(f'{DEALS}/bulk', json={'records': rows})
    assert answer.status_code == 201
    ids = [record['id'] for record in answer.json()['records']]
    assert len(set(ids)) == 50
    bad = await api.post(f'{DEALS}/bulk', json={'records': [*rows, {'title': 'Bad', 'heat': 'warm'}]})
    assert (bad.status_code, bad.json()['error']['facts']['row']) == (422, 50)
    assert (await api.get('/catalogs/deals/count')).json() == {'count': 50}
    answer = await api.patch(f'{DEALS}/bulk', json={'ids': ids[:2], 'values': {'heat': 'cold'}})
    assert [record['version'] for record in answer.json()['records']] == [2, 2]
    each = [{'id': ids[0], 'values': {'title': 'First'}}, {'id': 999_999, 'values': {'title': 'Nobody'}}]
    assert (await api.patch(f'{DEALS}/bulk', json={'records': each})).status_code == 404
    assert (await api.get(f'{DEALS}/{ids[0]}')).json()['values']['title'] == 'Deal 0'
    too_many = await api.post(f'{DEALS}/bulk', json={'records': [{'title': 'x'}] * 1001})
    assert too_many.json()['error']['code'] == 'too_many_rows'


async def test_nobody_gets_in_without_a_living_token(api: httpx.AsyncClient, as_boss: Records) -> None:
    for header in (
        {},
        {'Authorization': 'Bearer'},
        {'Authorization': 'Bearer artel_wrong'},
        {'Authorization': 'Basic x'},
    ):
        api.headers.pop('Authorization', None)
        answer = await api.get('/catalogs', headers=header)
        assert answer.status_code == 401
        assert answer.headers['WWW-Authenticate'] == 'Bearer'
    max_ = await records_of('max', 'Max', role='member')
    async with await client_of(max_) as client:
        assert (await client.get('/me')).json()['login'] == 'max'
        await people.change_person(as_boss.actor, max_.actor.person_id or 0, {'is_active': False})
        assert (await client.get('/me')).status_code == 401


async def test_a_token_may_what_its_owner_may(api: httpx.AsyncClient, as_boss: Records) -> None:
    made = await make(api, 'Secret deal')
    place = f'{DEALS}/{made["id"]}'
    async with await client_of(await records_of('vera', 'Vera', role='viewer')) as viewer:
        assert (await viewer.get(place)).status_code == 200
        for deed in (
            viewer.post(DEALS, json={'values': {'title': 'x'}}),
            viewer.patch(place, json={'values': {'title': 'x'}}),
            viewer.post(f'{place}/move', json={'stage': 'won'}),
            viewer.delete(place),
            viewer.post(f'{DEALS}/bulk', json={'records': [{'title': 'x'}]}),
            viewer.get('/rules'),
        ):
            answer = await deed
            assert (answer.status_code, answer.json()['error']['code']) == (403, 'not_allowed'), answer.text
    async with await client_of(await records_of('sam', 'Sam', role='seller')) as seller:
        assert (await seller.get(DEALS)).json()['records'] == []
        for deed in (
            seller.get(place),
            seller.patch(place, json={'values': {'title': 'x'}}),
            seller.get(f'{place}/history'),
        ):
            assert (await deed).status_code == 404
        assert (await seller.get('/search', params={'text': 'secret'})).json() == {'found': []}
    assert (await api.get(place)).json() == made


@pytest.mark.parametrize(
    ('method', 'path', 'status'),
    [
        ('GET', '/nothing', 404),
        ('GET', '/catalogs/nothing', 404),
        ('GET', '/catalogs/nothing/records', 404),
        ('GET', f'{DEALS}/0', 404),
        ('GET', f'{DEALS}/-1', 404),
        ('GET', f'{DEALS}/٣', 404),
        ('GET', f'{DEALS}/{"9" * 30}', 404),
        ('GET', f'{DEALS}/%2e%2e%2f1', 404),
        ('PUT', f'{DEALS}/1', 405),
        ('DELETE', DEALS, 405),
        ('GET', f'{DEALS}?sort=nothing', 400),
        ('GET', f'{DEALS}?filter=nothing', 400),
        ('GET', f'{DEALS}?filter={{"all":[["amount","is","x"]]}}', 400),
        ('GET', f'{DEALS}?after=nothing', 400),
        ('GET', f'{DEALS}?limit=5000', 400),
        ('GET', f'{DEALS}?limit=x', 422),
        ('GET', f'{DEALS}?color=red', 422),
        ('GET', f'{DEALS}?fields=salary', 422),
        ('GET', '/catalogs/accounts/stages', 422),
    ],
)
async def test_a_wrong_address_is_answered_in_json(
    api: httpx.AsyncClient, method: str, path: str, status: int
) -> None:
    answer = await api.request(method, path, json={} if method == 'PUT' else None)
    assert answer.status_code == status, answer.text
    assert answer.json()['error']['message']
    assert answer.headers['X-Content-Type-Options'] == 'nosniff'


async def test_the_description_follows_the_model_at_once(api: httpx.AsyncClient, as_boss: Records) -> None:
    before = (await api.get('/openapi.json')).json()
    assert before['components']['schemas']['deals.values']['properties']['heat']['enum'] == ['hot', 'cold']
    assert before['components']['schemas']['deals.values']['required'] == ['title']
    assert 'id' not in before['components']['schemas']['deals.values']['properties']
    assert before['components']['schemas']['deals.move']['properties']['stage']['enum'] == [
        'new',
        'talks',
        'won',
        'lost',
    ]
    assert {'get', 'post'} == before['paths'][DEALS].keys()
    await Designer(as_boss.actor).add_field('deals', FieldSpec(code='budget', label='Budget', type='number'))
    after = (await api.get('/openapi.json')).json()
    assert after['components']['schemas']['deals.values']['properties']['budget'] == {
        'type': 'number',
        'title': 'Budget',
    }
    assert (await make(api, 'Deal', budget=5))['values']['budget'] == 5


async def test_the_description_points_nowhere_and_names_each_operation_once(api: httpx.AsyncClient) -> None:
    model = (await api.get('/openapi.json')).json()
    text = (await api.get('/openapi.json')).text
    for pointer in {part.split('"')[0] for part in text.split('"#/components/schemas/')[1:]}:
        assert pointer in model['components']['schemas'], pointer
    names = [operation['operationId'] for path in model['paths'].values() for operation in path.values()]
    assert len(names) == len(set(names))


async def test_the_description_hides_what_its_reader_may_not_see(
    api: httpx.AsyncClient, as_boss: Records
) -> None:
    await roles.save_role(as_boss.actor, 'clerk', 'Clerk', {'accounts': Rights(read=Level.ALL)})
    async with await client_of(await records_of('carl', 'Carl', role='clerk')) as clerk:
        text = (await clerk.get('/openapi.json')).text
        assert 'accounts' in text
        assert 'deals' not in text
        assert [one['code'] for one in (await clerk.get('/catalogs')).json()['catalogs']] == ['accounts']


async def test_the_documentation_page_needs_no_outside_address(api: httpx.AsyncClient) -> None:
    api.headers.pop('Authorization')
    for name, kind in (('docs', 'text/html'), ('docs.css', 'text/css'), ('docs.js', 'text/javascript')):
        answer = await api.get(f'/{name}')
        assert answer.headers['Content-Type'].startswith(kind)
        assert '//' not in answer.text.replace('// ', '').replace('https://example.com', '')
    assert (await api.get('/openapi.json')).status_code == 401


async def test_one_token_cannot_take_everything(as_boss: Records) -> None:
    async with await client_of(as_boss, limits=Limits(per_second=0.001, burst=3)) as client:
        statuses = [(await client.get('/me')).status_code for _ in range(5)]
        assert statuses == [200, 200, 200, 429, 429]
        assert (await client.get('/me')).headers['Retry-After'] == '1'


async def test_tokens_cannot_be_guessed_for_long(as_boss: Records) -> None:
    async with await client_of(as_boss, limits=Limits(wrong_tokens=3)) as client:
        right = client.headers['Authorization']
        client.headers['Authorization'] = 'Bearer artel_guess'
        assert [(await client.get('/me')).status_code for _ in range(5)] == [401, 401, 401, 429, 429]
        client.headers['Authorization'] = right
        assert (await client.get('/me')).status_code == 200
