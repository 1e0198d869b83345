"""What the audit log must know of: who came in, who was refused, and what was changed, from where."""

from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI
from starlette.types import ASGIApp, Receive, Scope, Send

from integrations.rest import RestApi
from store import Designer, FieldSpec, Records, audit, guard, people, roles, secret_box, sessions
from store.audit import AuditEntry
from store.problems import Refused
from store.system_settings import change_settings
from tests.conftest import records_of
from ui.security import Gate

PASSWORD = 'correct-horse-battery-9'


async def written(as_admin: Records, kind: str) -> list[AuditEntry]:
    """The lines of a kind, oldest first."""
    return list(reversed(await audit.entries(as_admin.actor, kinds=(kind,))))


async def test_what_matters_is_written_down(as_admin: Records, tmp_path: Path) -> None:
    secret_box.open_key(tmp_path / 'key')
    made = await people.create_person(
        as_admin.actor, {'name': 'Max', 'login': 'max', 'password': PASSWORD, 'roles': ['member']}
    )
    with audit.coming_from('192.0.2.9', 'Firefox on Linux'):
        session = await sessions.sign_in('max', PASSWORD, address='192.0.2.9')
        for login in ('max', 'a password typed into the wrong box'):
            with pytest.raises(Refused):
                await sessions.sign_in(login, 'wrong', address='192.0.2.9')
    actor = await sessions.actor_of_session(session.token)
    assert actor is not None
    key = await sessions.create_token(actor, 'nightly')
    await sessions.revoke_token(actor, key.id)
    await sessions.sign_out(session.token)
    await people.change_person(as_admin.actor, made.id, {'roles': ['viewer']})
    await people.set_password(as_admin.actor, made.id, 'another-horse-battery-8')
    await roles.save_role(as_admin.actor, 'guest', 'Guest', {})
    await change_settings(as_admin.actor, {'company': 'Acme', 'smtp_password': 'hunter2hunter2'})

    [came] = await written(as_admin, 'signed_in')
    assert (came.person_id, came.who, came.address) == (made.id, 'Max', '192.0.2.9')
    known, unknown = await written(as_admin, 'sign_in_failed')
    assert (known.facts['person_id'], known.address) == (made.id, '192.0.2.9')
    assert 'login' not in unknown.facts
    assert [line.who for line in await written(as_admin, 'signed_out')] == ['Max']
    for kind in ('token_made', 'token_revoked'):
        [line] = await written(as_admin, kind)
        assert (line.who, line.facts['name']) == ('Max', 'nightly')
    assert (await written(as_admin, 'rights_changed'))[-1].facts['role'] == 'guest'
    assert (await written(as_admin, 'password_changed'))[-1].who == 'Ada Admin'
    settings = {line.facts['setting']: line.facts for line in await written(as_admin, 'setting_changed')}
    assert settings['company']['after'] == 'Acme'
    everything = str(await audit.entries(as_admin.actor, limit=1000))
    for secret in (PASSWORD, 'another-horse-battery-8', 'hunter2', key.secret, session.token, 'wrong box'):
        assert secret not in everything
    assert await audit.verify(as_admin.actor) is None


async def test_a_refusal_of_the_api_is_written_down_with_its_address(as_admin: Records) -> None:
    designer = Designer(as_admin.actor)
    await designer.create_catalog('deals', 'Deals')
    await designer.add_field('deals', FieldSpec(code='note', label='Note', type='text'))
    deal = await as_admin.create('deals', {'title': 'Secret'})
    viewer = await records_of('vera', 'Vera Viewer', role='viewer')
    key = (await sessions.create_token(guard.SETUP, 'test', viewer.actor.person_id)).secret
    app = _under('203.0.113.5', RestApi(lambda code, *_: code))
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(app),
        base_url='http://artel.test',
        headers={'authorization': f'Bearer {key}'},
    ) as client:
        place = f'/api/v1/catalogs/deals/records/{deal.id}'
        assert (await client.patch(place, json={'values': {'note': 'x'}})).status_code == 403
        assert (await client.get('/api/v1/catalogs/deals/records/999')).status_code == 404
        assert (await client.get(place)).status_code == 200
    changed, missing = await written(as_admin, 'refused')
    assert (changed.who, changed.address, changed.facts['code']) == (
        'Vera Viewer',
        '203.0.113.5',
        'not_allowed',
    )
    assert changed.facts['path'] == f'/v1/catalogs/deals/records/{deal.id}'
    assert missing.facts['id'] == 999


def _under(address: str, rest: ASGIApp) -> ASGIApp:
    """The API behind the gate, asked from an address."""
    app = FastAPI()
    app.mount('/api', rest)
    gate = Gate(app)

    async def asked(scope: Scope, receive: Receive, send: Send) -> None:
        await gate({**scope, 'client': (address, 4711)} if scope['type'] == 'http' else scope, receive, send)

    return asked
