"""A rule as a value: it comes back from JSON as it went, and every fault is named with its place."""

from typing import Any

import pytest

from automations import ACTIONS, TRIGGERS, Engine, FakeClock, Rules
from automations.conditions import OPERATIONS, operators_of
from automations.spec import choice_keys, rule_from_plain
from store import FIELD_TYPES, Designer, FieldSpec, Invalid, NotAllowed, Records, Refused, guard, rules
from tests.automations.conftest import Save, tasks_of

GOOD: dict[str, Any] = {
    'key': 'won_documents',
    'name': 'Documents',
    'names': {'ru': 'Документы'},
    'catalog': 'deals',
    'language': 'ru',
    'triggers': [{'kind': 'stage_entered', 'options': {'stages': ['won']}}],
    'conditions': {
        'all': [{'path': 'amount', 'op': 'greater', 'value': 5}, {'any': [{'expr': 'filled(owner)'}]}]
    },
    'steps': [{'action': 'create_task', 'options': {'title': 'Call {{ account.title }}'}}],
    'priority': 10,
    'origins': ['person', 'import'],
    'zone': 'Europe/Moscow',
    'enabled': False,
}


def changed(**values: Any) -> dict[str, Any]:
    return {**GOOD, **values}


def step(action: str, **options: Any) -> dict[str, Any]:
    return changed(steps=[{'action': action, 'options': options}])


def trigger(kind: str, **options: Any) -> dict[str, Any]:
    return changed(triggers=[{'kind': kind, 'options': options}])


def condition(path: str, op: str, value: Any = None) -> dict[str, Any]:
    return changed(conditions={'all': [{'path': path, 'op': op, 'value': value}]})


def test_a_rule_comes_back_from_json_as_it_went() -> None:
    assert rule_from_plain(GOOD).to_plain() == GOOD


FAULTS: list[tuple[dict[str, Any], str, str]] = [
    (changed(nonsense=1), 'nonsense', 'unknown_field'),
    (changed(name=''), 'name', 'required'),
    (changed(key='Bad Key'), 'key', 'bad_code'),
    (changed(catalog='nowhere'), 'catalog', 'no_such_catalog'),
    (changed(origins=['moon']), 'origins', 'rule_bad_origins'),
    (changed(zone='Europe/Atlantis'), 'zone', 'no_such_zone'),
    (changed(priority='high'), 'priority', 'not_a_number'),
    (changed(triggers=[]), 'triggers', 'required'),
    (changed(steps=[{'action': 'dance'}]), 'steps.0', 'rule_unknown_kind'),
    (changed(steps='many'), 'steps', 'rule_bad_list'),
    (changed(conditions={'none': []}), 'conditions', 'bad_condition'),
    (trigger('stage_entered', stages=['paid']), 'triggers.0.stages', 'no_such_choice'),
    (trigger('stage_entered', colour='red'), 'triggers.0.colour', 'unknown_field'),
    (trigger('field_changed'), 'triggers.0.field', 'required'),
    (trigger('field_changed', field='ghost'), 'triggers.0.field', 'no_such_choice'),
    (trigger('stage_stale', amount='soon'), 'triggers.0.amount', 'not_a_number'),
    (trigger('date_reached', field='amount'), 'triggers.0.field', 'no_such_choice'),
    (trigger('date_reached', field='closes_on', at='25:00'), 'triggers.0.at', 'not_a_time'),
    (
        trigger('date_reached', field='closes_on', amount=5, unit='minutes'),
        'triggers.0.unit', 'rule_date_in_days',
    ),
    (trigger('date_reached', field='created_at', yearly=True), 'triggers.0.yearly', 'rule_yearly_needs_date'),
    (trigger('schedule', every='cron', cron='61 * * * *'), 'triggers.0.cron', 'rule_bad_cron'),
    (trigger('schedule', every='day', at='noon'), 'triggers.0.at', 'not_a_time'),
    (condition('ghost', 'is', 1), 'conditions.0', 'expr_unknown_name'),
    (condition('account.ghost', 'is', 1), 'conditions.0', 'expr_unknown_name'),
    (condition('amount', 'greater', 'much'), 'conditions.0', 'not_a_number'),
    (condition('amount', 'greater'), 'conditions.0', 'condition_value_missing'),
    (condition('source', 'is', 'mars'), 'conditions.0', 'no_such_choice'),
    (condition('closes_on', 'last_days', -1), 'conditions.0', 'not_a_number'),
    (changed(conditions={'all': [{'expr': 'ammount > 5'}]}), 'conditions.0', 'expr_unknown_name'),
    (changed(conditions={'all': [{'expr': 'amount >'}]}), 'conditions.0', 'expr_syntax'),
    (step('set_fields', values={'ghost': 1}), 'steps.0.values', 'rule_unknown_field'),
    (step('set_fields', values={'created_at': 1}), 'steps.0.values', 'rule_unknown_field'),
    (step('set_fields', values={'note': '{{ ghost }}'}), 'steps.0.values', 'expr_unknown_name'),
    (step('set_fields', values={'note': '{{ title | shout }}'}), 'steps.0.values', 'template_unknown_format'),
    (step('set_fields', values={'note': '= open('}), 'steps.0.values', 'expr_syntax'),
    (step('move_stage', stage='paid'), 'steps.0.stage', 'no_such_choice'),
    (step('create_record', catalog='ghosts', values={'title': 'x'}), 'steps.0.catalog', 'no_such_choice'),
    (step('create_task', title='x', due_at='late'), 'steps.0.due_at', 'not_a_time'),
    (step('call_webhook', url='ftp://example.com'), 'steps.0.url', 'not_a_web_address'),
    (step('send_email', to=['nobody'], subject='a', body='b'), 'steps.0.to', 'not_an_email'),
    (step('notify', to=[], text='x'), 'steps.0.to', 'required'),
    (step('wait', amount=1, unit='years'), 'steps.0.unit', 'no_such_choice'),
]  # fmt: skip


async def test_every_fault_is_named_with_its_place(house: Designer, as_admin: Records) -> None:
    check = Rules(as_admin.actor).check
    assert check(GOOD) == {}
    found = [{place: problem.code for place, problem in check(spec).items()} for spec, _, _ in FAULTS]
    assert found == [{place: code} for _, place, code in FAULTS]


async def test_a_faulty_rule_is_not_saved(house: Designer, as_admin: Records) -> None:
    with pytest.raises(Invalid):
        await Rules(as_admin.actor).create(step('dance'))
    assert await Rules(as_admin.actor).list() == []


async def test_only_administrators_make_rules(house: Designer, as_member: Records) -> None:
    rules_of_max = Rules(as_member.actor)
    for attempt in (rules_of_max.create(GOOD), rules_of_max.list(), rules_of_max.switch(1, enabled=True)):
        with pytest.raises(NotAllowed):
            await attempt


async def test_a_key_is_taken_once_and_free_again_after_the_rule_is_gone(
    house: Designer, as_admin: Records
) -> None:
    book = Rules(as_admin.actor)
    made = await book.create(GOOD)
    with pytest.raises(Refused, match='rule_key_taken'):
        await book.create(GOOD)
    assert (await book.keep(GOOD)).id == made.id
    await book.remove(made.id)
    assert (await book.create(GOOD)).id != made.id


async def test_rules_made_before_anybody_was_there_rest_until_the_first_administrator_takes_them(
    house: Designer, as_admin: Records, engine: Engine, clock: FakeClock, save: Save
) -> None:
    task = ('create_task', {'title': 'x'})
    rule = await save('deals', 'record_created', {}, task, actor=guard.SETUP)
    assert rule.stored.owner_id == 0
    await as_admin.create('deals', {'title': 'early'})
    await engine.drain()
    assert await tasks_of(as_admin) == []
    assert await rules.adopt(as_admin.actor.person_id or 0) == 1
    await as_admin.create('deals', {'title': 'late'})
    await engine.drain()
    assert len(await tasks_of(as_admin)) == 1
    assert (await Rules(as_admin.actor).get(rule.id)).stored.paused == ''


async def test_a_rule_whose_field_is_gone_is_paused_with_the_reason(
    house: Designer, as_admin: Records, engine: Engine, save: Save
) -> None:
    rule = await save(
        'deals', 'record_created', {}, ('wait', {'amount': 1, 'unit': 'days'}),
        conditions={'all': [{'path': 'source', 'op': 'is', 'value': 'site'}]},
    )  # fmt: skip
    await house.change_field('deals', 'source', options={'choices': [{'key': 'call', 'label': 'Call'}]})
    await engine.drain()
    assert (await Rules(as_admin.actor).get(rule.id)).stored.paused == 'rule_broken'


def test_every_operator_a_form_offers_is_one_that_conditions_know() -> None:
    for kind in FIELD_TYPES.values():
        offered = operators_of(FieldSpec(code='x', label='X', type=kind.key))
        assert set(offered) <= set(OPERATIONS)
        assert len(offered) == len(set(offered))


@pytest.mark.parametrize('entry', [*TRIGGERS.values(), *ACTIONS.values()], ids=lambda entry: entry.key)
async def test_every_option_of_every_entry_can_be_drawn(
    house: Designer, as_admin: Records, entry: Any
) -> None:
    catalog, catalogs = rules.catalogs()['deals'], rules.catalogs()
    known = {'text', 'long_text', 'number', 'yes_no', 'choice', 'choices', 'field_value', 'field_values'}
    for spec in entry.options:
        assert spec.type in known
        if spec.type in ('choice', 'choices'):
            keys = choice_keys(spec, catalog, catalogs)
            assert keys is None or keys
            assert spec.default in (None, '') or keys is None or spec.default in keys
