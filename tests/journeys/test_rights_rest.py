"""What anybody may do over REST is what they may do in the store, at every endpoint."""

from collections.abc import Mapping
from typing import Any

import httpx
import pytest

from integrations.rest import RestApi
from integrations.rest_catalogs import CATALOG_ENDPOINTS
from integrations.rest_limits import Limits
from integrations.rest_records import RECORD_ENDPOINTS
from integrations.rest_rules import RULE_ENDPOINTS
from store import Records, guard, sessions
from tests.journeys import rights_world as world_of
from tests.journeys.rights_world import (
    GONE,
    INVALID,
    NO,
    OK,
    READERS,
    THINGS,
    World,
    contents,
    knows,
    may,
    may_arrive,
    readable,
    worth,
)

ALL, ONE = '/catalogs/{catalog}/records', '/catalogs/{catalog}/records/{id}'
Row = tuple[str, str]
# What each endpoint about one record takes, and what is sent to it.
EACH: Mapping[Row, tuple[str, Any]] = {
    ('GET', ONE): ('read', None),
    ('GET', f'{ONE}/history'): ('read', None),
    ('POST', f'{ONE}/comments'): ('read', {'text': 'hello'}),
    ('PATCH', ONE): ('change', {'values': {'title': 'x'}}),
    ('PATCH', f'{ALL}/bulk'): ('change', {'ids': ['{id}'], 'values': {'title': 'x'}}),
    ('POST', f'{ONE}/move'): ('move', {'stage': 'lost'}),
    ('DELETE', ONE): ('delete', None),
    ('POST', f'{ONE}/restore'): ('delete restore', None),
}
SETS = {('GET', ALL), ('POST', f'{ALL}/query')}
FIGURES = {('GET', '/catalogs/{catalog}/count'), ('GET', '/catalogs/{catalog}/stages'), ('GET', '/search')}
MAKING: Mapping[Row, Any] = {
    ('POST', ALL): {'values': {'title': 'made'}},
    ('POST', f'{ALL}/bulk'): {'records': [{'title': 'made'}]},
}
SHAPE = {('GET', '/me'), ('GET', '/catalogs'), ('GET', '/catalogs/{catalog}')}
RULES = {('GET', '/rules'), ('GET', '/rules/{id}'), ('GET', '/rules/{id}/runs')}
RUNS = {('GET', '/runs/{id}')}
"""Held in `test_hidden_fields` and `test_rights_of_rules`."""
STATUS = {200: OK, 201: OK, 204: OK, 403: NO, 404: GONE, 422: INVALID}
HOLDERS = [login for login, reader in READERS.items() if login != 'eyes' and not reader.is_customer]
"""Who looks through another's eyes has no key of the API."""


def test_no_endpoint_is_without_a_row() -> None:
    """A new endpoint fails here until the matrix has a row for it."""
    endpoints = {(one.method, one.path) for one in (*RECORD_ENDPOINTS, *CATALOG_ENDPOINTS, *RULE_ENDPOINTS)}
    assert endpoints == {*EACH, *SETS, *FIGURES, *MAKING, *SHAPE, *RULES, *RUNS}


@pytest.fixture
async def world(database: str) -> World:
    """The company with every kind of reader and record."""
    return await world_of.built()


async def client_of(world: World, login: str) -> httpx.AsyncClient:
    """A client with a key of this reader."""
    made = await sessions.create_token(guard.SETUP, 'matrix', world.doors[login].actor.person_id)
    transport = httpx.ASGITransport(RestApi(lambda code, _facts, _language: code, limits=Limits(burst=10**6)))
    headers = {'Authorization': f'Bearer {made.secret}'}
    return httpx.AsyncClient(transport=transport, base_url='http://artel.test/v1', headers=headers)


async def answered(client: httpx.AsyncClient, row: Row, id: int, body: Any, *, undo: bool) -> str:
    """What comes of a request; one that is meant to succeed is taken back."""
    method, path = row
    address = path.replace('{catalog}', 'deals').replace('{id}', str(id))
    sent = None if body is None else {**body, **({'ids': [id]} if 'ids' in body else {})}
    if not undo:
        answer = await client.request(method, address, json=sent)
        return STATUS.get(answer.status_code, str(answer.status_code))
    try:
        async with Records(guard.SETUP).transaction():
            answer = await client.request(method, address, json=sent)
            raise world_of.Undo
    except world_of.Undo:
        return STATUS.get(answer.status_code, str(answer.status_code))


def expected(login: str, row: Row, name: str) -> str:
    """What should come of a request about a thing."""
    thing, reader = THINGS[name], READERS[login]
    right, _, operation = EACH[row][0].partition(' ')
    if thing.is_deleted is not bool(operation) or not may(login, 'read', thing):
        return GONE
    has = reader.is_admin or not operation or operation in reader.operations
    if right == 'move' and may(login, right, thing) and not may_arrive(login, thing, 'lost'):
        return INVALID
    return OK if has and may(login, right, thing) else NO


async def test_each_record_by_rest(world: World) -> None:
    """One record through every endpoint: first what is refused, then, and undone, what is not."""
    wrong = [line for login in HOLDERS for line in await _each(world, login)]
    assert not wrong, '\n'.join(wrong)


async def _each(world: World, login: str) -> list[str]:
    wrong: list[str] = []
    async with await client_of(world, login) as client:
        for is_ok in (False, True):
            before = await contents()
            for row, (_, body) in EACH.items():
                for name, id in world.ids.items():
                    wanted = expected(login, row, name)
                    if (wanted == OK) is is_ok:
                        came = await answered(client, row, id, body, undo=is_ok)
                        wrong += [f'{login}: {row} «{name}»: {came}, not {wanted}'] if came != wanted else []
            assert await contents() == before, f'{login}: a refusal left a trace'
        for row, body in MAKING.items():
            wanted = _made(login)
            came = await answered(client, row, 0, body, undo=True)
            wrong += [f'{login}: {row}: {came}, not {wanted}'] if came != wanted else []
    return wrong


def _made(login: str) -> str:
    reader = READERS[login]
    if not knows(login):
        return GONE
    return OK if reader.is_admin or reader.levels['create'] != 'none' else NO


async def test_sets_and_figures_by_rest(world: World) -> None:
    """Lists by cursor, counts, sums and searches show what may be read; so does the description."""
    for login in HOLDERS:
        await _sets(world, login)


async def _sets(world: World, login: str) -> None:
    wanted = readable(login)
    async with await client_of(world, login) as client:
        codes = [one['code'] for one in (await client.get('/catalogs')).json()['catalogs']]
        found = (await client.get('/search', params={'text': 'zebra', 'limit': '99'})).json()['found']
        assert {world.name(one['id']) for one in found} == wanted
        described = (await client.get('/openapi.json')).text
        assert ('/catalogs/deals' in described) is knows(login)
        admin = READERS[login].is_admin
        for method, path in sorted(RULES):
            came = (await client.request(method, path.replace('{id}', '1'))).status_code
            assert came == (200 if path == '/rules' or 'runs' in path else 404) if admin else came == 403
        if not knows(login):
            assert codes == []
            for method, path in (*SETS, *FIGURES, ('GET', '/catalogs/{catalog}')):
                if path != '/search':
                    assert await answered(client, (method, path), 0, None, undo=False) == GONE
            return
        assert codes == (['accounts', 'contacts', 'deals'] if admin else ['deals'])
        assert await _listed(world, client) == wanted
        stages = (await client.get('/catalogs/deals/stages')).json()['stages']
        assert sum(int(one['sums'].get('EUR', 0)) for one in stages) == worth(wanted)
        assert (await client.get('/catalogs/deals/count')).json()['count'] == len(wanted)
        by_body = (await client.post('/catalogs/deals/records/query', json={'text': 'zebra'})).json()
        assert {world.name(one['id']) for one in by_body['records']} == wanted


async def _listed(world: World, client: httpx.AsyncClient) -> set[str]:
    found, after = set(), None
    while True:
        asked = {'limit': '4', 'sort': '-amount', **({'after': after} if after else {})}
        page = (await client.get('/catalogs/deals/records', params=asked)).json()
        found |= {world.name(one['id']) for one in page['records']}
        after = page['next']
        if after is None:
            return found


async def test_a_customer_has_no_business_with_the_api(world: World) -> None:
    """A key of somebody who comes in by the portal opens nothing, not even what they may read there."""
    async with await client_of(world, 'cora') as client:
        for path in ('/me', '/catalogs', '/catalogs/deals/records', '/search?q=zebra'):
            assert (await client.get(path)).status_code == 401, path
