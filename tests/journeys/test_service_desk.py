"""The ready rules of the Service solution, from a letter that becomes a case to a contract that runs out."""

from collections.abc import AsyncIterator
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest

from automations import Engine, FakeClock, Rules
from automations.discretion import scope_for
from automations.snapshot import our_company
from automations.template import render
from automations.values import Scope
from store import Records, own_company, system_settings
from store.solutions import install
from tests.automations.conftest import bell
from tests.conftest import Outbox, records_of


@pytest.fixture
async def desk(as_admin: Records, clock: FakeClock, outbox: Outbox) -> AsyncIterator[Engine]:
    """The English service solution with its rules, and an engine."""
    await system_settings.load_settings()
    await install(as_admin.actor, 'service', 'en', save_rule=Rules(as_admin.actor, clock).keep)
    engine = Engine(clock=clock, mailer=outbox, poster=outbox, zone=lambda: 'Europe/Moscow')
    await engine.drain()
    yield engine
    await engine.stop()


async def test_a_registered_case_gets_its_deadlines_and_the_least_busy_operator(
    desk: Engine, as_admin: Records, clock: FakeClock
) -> None:
    vera = await records_of('vera', 'Vera', role='operator')
    roman = await records_of('roman', 'Roman', role='operator')
    with clock.stamp():
        service = await as_admin.create(
            'services', {'title': 'Tills', 'answer_hours': 2, 'solution_hours': 8}
        )
        await vera.create('cases', {'title': 'By phone', 'source': 'phone'})
        case = await as_admin.create(
            'cases', {'title': 'By mail', 'source': 'mail', 'service': service.ref, 'owner': None}
        )
    await desk.drain()
    case = await as_admin.get('cases', case.id)
    assert case.owner is not None
    assert case.owner.id == roman.actor.person_id
    assert case['answer_due'] == clock.now() + timedelta(hours=2)
    assert case['solution_due'] == clock.now() + timedelta(hours=8)
    assert await bell(roman) == ['New case SD-00002: By mail']
    mine = (await vera.find('cases')).records
    by_phone = next(view for view in mine if view.title == 'By phone')
    assert by_phone.owner is not None
    assert by_phone.owner.id == vera.actor.person_id


async def test_a_case_nobody_takes_is_told_to_the_manager_and_one_that_is_taken_is_not(
    desk: Engine, clock: FakeClock
) -> None:
    chief = await records_of('mike', 'Mike', role='service_manager')
    vera = await records_of('vera', 'Vera', role='operator')
    with clock.stamp():
        await vera.create('cases', {'title': 'Forgotten'})
        taken = await vera.create('cases', {'title': 'Taken'})
        await vera.move('cases', taken.id, stage='in_work')
    await desk.drain()
    assert (await vera.get('cases', taken.id))['answered_at'] == clock.now()
    clock.forward(hours=2)
    await desk.drain()
    assert await bell(chief) == ['Case SD-00001 “Forgotten” has not been taken for 2 hours']


async def test_a_solved_case_asks_for_a_rating_closes_by_itself_and_counts_when_it_comes_back(
    desk: Engine, clock: FakeClock
) -> None:
    chief = await records_of('mike', 'Mike', role='service_manager')
    vera = await records_of('vera', 'Vera', role='operator')
    with clock.stamp():
        case = await vera.create('cases', {'title': 'Till is silent', 'resolution': 'New cable'})
        for stage in ('in_work', 'solved'):
            await vera.move('cases', case.id, stage=stage)
    await desk.drain()
    solved = await vera.get('cases', case.id)
    assert solved['solved_at'] == clock.now()
    (task,) = (await vera.find('tasks')).records
    assert task.title == 'Ask the customer for a rating: SD-00001 Till is silent'
    assert task['about'].id == case.id
    clock.forward(days=3)
    await desk.drain()
    assert (await vera.get('cases', case.id)).stage == 'closed'
    with clock.stamp():
        await vera.move('cases', case.id, stage='in_work')
    await desk.drain()
    again = await vera.get('cases', case.id)
    assert (again['reopened'], again['solved_at'], again['closed_on']) == (1, None, None)
    assert 'Case SD-00001 “Till is silent” is open again' in await bell(chief)


async def test_the_letter_to_the_customer_is_signed_by_our_company(
    desk: Engine, as_admin: Records, clock: FakeClock, outbox: Outbox
) -> None:
    """C-06: the rule is there and off; switched on, it signs with the name and phone of our account."""
    rules = Rules(as_admin.actor, clock)
    letter = next(one for one in await rules.list() if one.rule.key == 'case_solved_letter')
    assert not letter.rule.enabled
    await rules.switch(letter.id, enabled=True)
    with clock.stamp():
        ours = await as_admin.create('accounts', {'title': 'Artel Inc.', 'phone': '+12125550110'})
        who = await as_admin.create('contacts', {'title': 'Tamara', 'email': 'tamara@shop.example'})
        await own_company.make_own(as_admin.actor, ours.id)
        case = await as_admin.create('cases', {'title': 'X', 'resolution': 'Fixed', 'contact': who.ref})
        await as_admin.move('cases', case.id, stage='solved')
    await desk.drain()
    (mail,) = outbox.mails
    assert mail.to == ('tamara@shop.example',)
    assert 'Fixed' in mail.text
    assert mail.text.rstrip().endswith('Artel Inc.\n+12125550110')


async def test_a_colleague_who_may_not_read_every_account_finds_the_name_alone(
    desk: Engine, as_admin: Records, clock: FakeClock
) -> None:
    """C-06: what a rule of an administrator tells of our company depends on who reads it."""
    ours = await as_admin.create('accounts', {'title': 'Artel Inc.', 'phone': '+12125550110'})
    await own_company.make_own(as_admin.actor, ours.id)
    names = {'our_company': await our_company(as_admin, 'en')}
    scope = Scope(names, clock.now(), ZoneInfo('UTC'), 'en')
    told: dict[str, str] = {}
    for role in ('operator', 'seller'):
        reader = await records_of(role, role, role=role)
        known = scope_for(reader.actor, as_admin.catalog('cases'), scope)
        told[role] = render('{{ our_company.signature }}', known)
        assert (await our_company(reader, 'en'))['signature'] == told[role]
    assert told == {'operator': 'Artel Inc.\n+12125550110', 'seller': 'Artel Inc.'}


async def test_a_contract_that_runs_out_is_to_be_renewed_a_month_before(
    desk: Engine, as_admin: Records, clock: FakeClock
) -> None:
    with clock.stamp():
        ends = (clock.now() + timedelta(days=31)).date()
        made = {'title': 'Support', 'ends_on': ends.isoformat()}
        contract = await as_admin.create('contracts', made, stage='active')
        draft = await as_admin.create('contracts', made)
    await desk.drain()
    clock.forward(days=1)
    await desk.drain()
    assert (await as_admin.get('contracts', contract.id)).stage == 'renewal'
    assert (await as_admin.get('contracts', draft.id)).stage == 'draft'
    (task,) = (await as_admin.find('tasks')).records
    assert task.title.startswith('Renew the contract SC-0001')


async def test_every_ready_rule_passes_the_check_again_in_both_languages(
    desk: Engine, as_admin: Records
) -> None:
    rules = Rules(as_admin.actor)
    assert [rules.check(view.rule.to_plain()) for view in await rules.list()] == [{}] * 10
