"""Whatever is sent, the interface answers with a refusal or a record, and goes on."""

import json
import random
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from integrations.rest import RestApi
from store import OPERATORS, Designer, FieldSpec, Records, sessions

DEALS = '/catalogs/deals/records'
RUBBISH: tuple[Any, ...] = (
    None, True, False, 0, -1, 2**63, 10**30, 1.5, 1e300, '', ' ', 'x' * 5000, '\x00', '\ud800', '٣',
    '=1', '%', '\\',
    'NaN', '-Infinity', '1e400', '2026-13-40', '9999-12-31', '0001-01-01', "'; DROP TABLE people; --", 'hot',
    [], [1], ['a', None], [[1]], ['hot', 'x'], {}, {'id': -1}, {'id': 10**30}, {'id': 'x', 'catalog': 'x'},
    {'amount': 'NaN', 'currency': 'RUB'}, {'amount': '1e999999', 'currency': 'RUB'}, {'amount': {}}, '12 RUB',
)  # fmt: skip
FIELDS = (
    'id', 'number', 'title', 'stage', 'stage_at', 'owner', 'created_at', 'amount', 'closes', 'heat',
    'part_of', 'part_of.title', 'part_of.salary', 'owner.name', 'pipeline', 'stage_kind', 'visited',
    'amount.currency', '',
)  # fmt: skip


@pytest.fixture
async def api(as_admin: Records) -> AsyncIterator[httpx.AsyncClient]:
    """A client, with one deal to disturb."""
    designer = Designer(as_admin.actor)
    await designer.create_catalog('deals', 'Deals', 'Deal')
    for spec in (
        FieldSpec(code='amount', label='Amount', type='money', options={'currency': 'RUB'}),
        FieldSpec(code='closes', label='Closes', type='date'),
        FieldSpec(
            code='heat', label='Heat', type='choice', options={'choices': [{'key': 'hot', 'label': 'Hot'}]}
        ),
        FieldSpec(code='part_of', label='Part of', type='link', options={'target': 'deals'}),
    ):
        await designer.add_field('deals', spec)
    stages = [
        {'code': code, 'label': code, 'color': '#888888', 'kind': kind}
        for code, kind in (('new', 'open'), ('won', 'won'), ('lost', 'lost'))
    ]
    await designer.add_pipeline('deals', 'sales', 'Sales', stages=stages, value_field='amount')
    await as_admin.create('deals', {'title': 'Deal'})
    token = await sessions.create_token(as_admin.actor, 'test')
    transport = httpx.ASGITransport(RestApi(lambda code, facts, language: code))
    headers = {'Authorization': f'Bearer {token.secret}', 'Content-Type': 'application/json'}
    async with httpx.AsyncClient(
        transport=transport, base_url='http://artel.test/v1', headers=headers
    ) as client:
        yield client


async def refused_or_done(api: httpx.AsyncClient, method: str, path: str, body: Any) -> None:
    answer = await api.request(method, path, content=json.dumps(body).encode())
    assert answer.status_code < 500, (method, path, body, answer.text)
    assert answer.status_code < 400 or answer.json()['error']['code'], (method, path, body)


async def test_no_filter_breaks_the_server(api: httpx.AsyncClient) -> None:
    dice = random.Random(3)
    for field in FIELDS:
        for operator in OPERATORS:
            for value in dice.sample(RUBBISH, 4):
                asked = {'filter': {'all': [[field, operator, value]]}}
                await refused_or_done(api, 'POST', f'{DEALS}/query', asked)


async def test_no_value_breaks_the_server(api: httpx.AsyncClient) -> None:
    for value in RUBBISH:
        for field in FIELDS[:11]:
            await refused_or_done(api, 'PATCH', f'{DEALS}/1', {'values': {field: value}})
        for member in ('stage', 'above', 'below', 'version'):
            await refused_or_done(api, 'POST', f'{DEALS}/1/move', {'stage': 'won', member: value})
        for member in ('sort', 'limit', 'after', 'text', 'fields', 'filter'):
            await refused_or_done(api, 'POST', f'{DEALS}/query', {member: value})
        await refused_or_done(api, 'POST', DEALS, value)
        await refused_or_done(api, 'POST', f'{DEALS}/bulk', {'records': value})
        await refused_or_done(api, 'PATCH', f'{DEALS}/bulk', {'ids': value, 'values': {'heat': 'hot'}})
        await refused_or_done(api, 'POST', f'{DEALS}/1/comments', {'text': value})
    assert (await api.get(f'{DEALS}/1')).status_code == 200
