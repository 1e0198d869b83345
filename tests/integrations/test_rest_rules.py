"""Rules and runs as REST tells them."""

from collections.abc import AsyncIterator

import httpx
import pytest

from automations import Rules
from integrations.rest import RestApi
from store import Designer, Records, guard, sessions
from tests.conftest import records_of

CALL_BACK = {
    'key': 'call_back',
    'name': 'Call back',
    'catalog': 'leads',
    'triggers': [{'kind': 'manual', 'options': {'button': 'Call'}}],
    'steps': [
        {'action': 'notify', 'options': {'to': ['field:owner'], 'text': 'Call {{ title }}'}},
        {'action': 'call_webhook', 'options': {'url': 'https://example.com/x', 'secret': 'do not tell'}},
    ],
}


async def client_of(records: Records) -> httpx.AsyncClient:
    token = await sessions.create_token(guard.SETUP, 'test', records.actor.person_id)
    headers = {'Authorization': f'Bearer {token.secret}'}
    transport = httpx.ASGITransport(RestApi(lambda code, facts, language: code))
    return httpx.AsyncClient(transport=transport, base_url='http://artel.test/v1', headers=headers)


@pytest.fixture
async def api(as_admin: Records) -> AsyncIterator[httpx.AsyncClient]:
    designer = Designer(as_admin.actor)
    await designer.create_catalog('leads', 'Leads', 'Lead')
    async with await client_of(as_admin) as client:
        yield client


async def test_a_rule_and_its_runs_can_be_read(api: httpx.AsyncClient, as_admin: Records) -> None:
    rules = Rules(as_admin.actor)
    made = await rules.create(CALL_BACK)
    lead = await as_admin.create('leads', {'title': 'Ромашка'})
    await rules.start(made.id, [lead.id])
    (rule,) = (await api.get('/rules')).json()['rules']
    assert (rule['id'], rule['is_on'], rule['rule']['name']) == (made.id, True, 'Call back')
    assert (await api.get(f'/rules/{made.id}')).json()['rule']['catalog'] == 'leads'
    (run,) = (await api.get(f'/rules/{made.id}/runs')).json()['runs']
    assert (run['record'], run['trigger'], run['status']) == (lead.id, 'manual', 'queued')
    traced = (await api.get(f'/runs/{run["id"]}')).json()
    assert traced == {**run, 'steps': []}


async def test_a_secret_of_a_rule_is_not_told(api: httpx.AsyncClient, as_admin: Records) -> None:
    await Rules(as_admin.actor).create(CALL_BACK)
    assert 'do not tell' not in (await api.get('/rules')).text


async def test_rules_are_for_administrators_and_runs_for_readers_of_the_record(
    api: httpx.AsyncClient, as_admin: Records
) -> None:
    rules = Rules(as_admin.actor)
    made = await rules.create(CALL_BACK)
    lead = await as_admin.create('leads', {'title': 'Secret'})
    await rules.start(made.id, [lead.id])
    run = (await api.get(f'/rules/{made.id}/runs')).json()['runs'][0]['id']
    async with await client_of(await records_of('vera', 'Vera', role='viewer')) as reader:
        for path in ('/rules', f'/rules/{made.id}', f'/rules/{made.id}/runs'):
            assert (await reader.get(path)).status_code == 403
        assert (await reader.get(f'/runs/{run}')).status_code == 200
    async with await client_of(await records_of('sam', 'Sam', role='seller')) as stranger:
        assert (await stranger.get(f'/runs/{run}')).status_code == 404
    for path in ('/rules/999', '/rules/x', '/runs/999'):
        assert (await api.get(path)).status_code == 404
