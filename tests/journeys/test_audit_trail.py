"""What the audit log must know of: who came in, who was refused, and what was changed, from where."""

from pathlib import Path
from zoneinfo import ZoneInfo

import httpx
import pytest
from fastapi import FastAPI
from starlette.types import ASGIApp, Receive, Scope, Send

from automations import Rules
from integrations.audit_export import export_audit
from integrations.rest import RestApi
from store import (
    Designer,
    FieldSpec,
    Records,
    audit,
    audit_keeping,
    guard,
    people,
    roles,
    secret_box,
    sessions,
    solutions,
)
from store.audit import AuditEntry
from store.problems import NotAllowed, Refused
from store.system_settings import change_settings
from tests.conftest import records_of
from ui.components.audit_words import sentence
from ui.reader import Reader, reading
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
    assert await audit_keeping.verify(as_admin.actor) is None


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


STAGES = [
    {'code': 'new', 'label': 'New', 'kind': 'open', 'color': '#336699'},
    {'code': 'won', 'label': 'Won', 'kind': 'won', 'color': '#336699'},
    {'code': 'lost', 'label': 'Lost', 'kind': 'lost', 'color': '#336699'},
]


RULE = {
    'name': 'Greet',
    'catalog': 'deals',
    'triggers': [{'kind': 'record_created', 'options': {}}],
    'steps': [{'action': 'notify', 'options': {'to': ['field:owner'], 'text': 'Hello'}}],
}


async def test_whatever_changes_the_structure_is_written_down_with_its_name(as_admin: Records) -> None:
    designer = Designer(as_admin.actor)
    await designer.create_catalog('deals', 'Deals')
    await designer.change_catalog('deals', label='Big deals')
    await designer.add_field('deals', FieldSpec(code='note', label='Note', type='text'))
    await designer.change_field('deals', 'note', label='Remark')
    await designer.archive_field('deals', 'note')
    await designer.add_pipeline('deals', 'sales', 'Sales', STAGES)
    more = [STAGES[0], {'code': 'talk', 'label': 'Talk', 'kind': 'open', 'color': '#336699'}, *STAGES[1:]]
    await designer.change_pipeline('deals', 'sales', stages=more)
    rule = await Rules(as_admin.actor).create({**RULE, 'name': 'Greet'})
    await Rules(as_admin.actor).switch(rule.id, enabled=False)
    await Rules(as_admin.actor).remove(rule.id)
    lines = await written(as_admin, 'structure_changed')
    assert [(line.facts['what'], line.facts['name']) for line in lines] == [
        ('catalog_made', 'Deals'),
        ('catalog_changed', 'Deals'),
        ('field_made', 'Note'),
        ('field_changed', 'Note'),
        ('field_archived', 'Remark'),
        ('pipeline_made', 'Sales'),
        ('pipeline_changed', 'Sales'),
        ('rule_made', 'Greet'),
        ('rule_off', 'Greet'),
        ('rule_removed', 'Greet'),
    ]
    assert lines[6].facts['stages_added'] == ['Talk']
    with reading(Reader('en')):
        said = [sentence(line, '') for line in lines]
    assert said[2] == 'added the field “Note” to “Big deals”'
    assert said[6] == 'changed the pipeline “Sales” in “Big deals”, new stages: Talk'
    assert said[8] == 'switched the rule “Greet” off'


async def test_a_solution_is_one_line_of_the_log(as_admin: Records) -> None:
    await solutions.install(as_admin.actor, 'hiring', 'en', save_rule=Rules(as_admin.actor).keep)
    assert [line.facts for line in await written(as_admin, 'structure_changed')] == [
        {'what': 'solution', 'name': 'hiring'}
    ]


async def test_the_log_goes_home_as_a_file_for_who_may_see_and_export_it(
    as_admin: Records, as_member: Records, tmp_path: Path
) -> None:
    await audit.note(as_admin.actor, 'exported', catalog='=1+1', count=3)
    headings = ('Line', 'When', 'Who', 'Kind', 'What', 'Address', 'Details')
    with reading(Reader('en')):
        count = await export_audit(
            as_admin.actor,
            tmp_path / 'log.csv',
            headings=headings,
            say=lambda line: sentence(line, ''),
            zone=ZoneInfo('Europe/Berlin'),
            kinds=('exported',),
            ending='csv',
        )
    assert count == 1
    said = (tmp_path / 'log.csv').read_text(encoding='utf-8-sig')
    assert said.splitlines()[0].startswith('Line,When,Who')
    assert 'exported 3 records: =1+1' in said
    [_, line] = await written(as_admin, 'exported')
    assert line.facts['what'] == 'audit'
    with pytest.raises(NotAllowed):
        await export_audit(
            as_member.actor, tmp_path / 'x.csv', headings=headings, say=str, zone=ZoneInfo('UTC')
        )
    assert not (tmp_path / 'x.csv').exists()
