"""Catalogues, fields and pipelines are shaped while people work."""

from dataclasses import replace
from typing import Any

import pytest

from store import Designer, FieldSpec, Invalid, Records, Refused
from store.catalogs import SCHEMA, load, refresh
from tests.store.conftest import STAGES


async def test_a_catalogue_is_there_at_once_with_everything(as_admin: Records) -> None:
    made = await Designer(as_admin.actor).create_catalog(
        'boats', 'Boats', 'Boat', labels={'ru': 'Лодки'}, icon='sailing', title_label='Boat name'
    )
    assert made.labels == {'ru': 'Лодки'}
    assert (await as_admin.create('boats', {'title': 'Чайка'})).title == 'Чайка'
    assert [catalog.code for catalog in as_admin.catalogs()] == ['boats']
    await load()
    assert SCHEMA['boats'] == made


@pytest.mark.parametrize('code', ['', 'Имя', 'a b', 'drop table', 'x' * 61, '1a', 'person'])
async def test_a_bad_code_is_refused(as_admin: Records, code: str) -> None:
    with pytest.raises(Invalid):
        await Designer(as_admin.actor).create_catalog(code, 'X')


@pytest.mark.parametrize(
    'spec',
    [
        FieldSpec(code='amount', label='Taken', type='text'),
        FieldSpec(code='owner', label='System', type='text'),
        FieldSpec(code='x"y', label='Quote', type='text'),
        FieldSpec(code='x', label='', type='text'),
        FieldSpec(code='x', label='X', type='nonsense'),
        FieldSpec(code='x', label='X', type='stage'),
        FieldSpec(code='x', label='X', type='link'),
        FieldSpec(code='x', label='X', type='link', options={'target': 'nowhere'}),
        FieldSpec(code='x', label='X', type='choice'),
        FieldSpec(code='x', label='X', type='choice', options={'choices': [{'key': "a'b", 'label': 'A'}]}),
        FieldSpec(code='x', label='X', type='choice', options={'choices': [{'key': 'a', 'label': ''}]}),
    ],
)
async def test_a_bad_field_is_refused(trade: Records, spec: FieldSpec) -> None:
    before = SCHEMA['deals']
    with pytest.raises(Invalid):
        await Designer(trade.actor).add_field('deals', spec)
    assert SCHEMA['deals'] == before


@pytest.mark.parametrize(
    ('stages', 'code'),
    [
        ([STAGES[2]], 'pipeline_without_start'),
        ([STAGES[0]], 'pipeline_without_end'),
        ([STAGES[0], STAGES[3]], 'pipeline_without_end'),
    ],
)
async def test_a_pipeline_needs_a_start_and_a_success(
    as_admin: Records, stages: list[dict[str, Any]], code: str
) -> None:
    designer = Designer(as_admin.actor)
    await designer.create_catalog('boats', 'Boats')
    with pytest.raises(Refused) as refused:
        await designer.add_pipeline('boats', 'sale', 'Sale', stages)
    assert refused.value.code == code
    assert SCHEMA['boats'].pipelines == ()


async def test_a_stage_with_cards_is_kept_and_an_empty_one_goes(trade: Records) -> None:
    designer = Designer(trade.actor)
    await trade.create('deals', {'title': 'a', 'stage': 'lost'})
    with pytest.raises(Refused) as refused:
        await designer.change_pipeline('deals', 'sales', stages=STAGES[:3])
    assert refused.value.facts == {'stage': 'Lost', 'count': 1}
    without_talks = [*STAGES[:1], {'code': 'offer', 'label': 'Offer', 'color': '#123456'}, *STAGES[2:]]
    changed = await designer.change_pipeline('deals', 'sales', stages=without_talks, label='Selling')
    assert [stage.code for stage in changed.stages] == ['new', 'offer', 'won', 'lost']
    assert changed.label == 'Selling'


async def test_a_second_pipeline_has_stages_of_its_own(trade: Records) -> None:
    renewals = [{**stage, 'code': f'renewal_{stage["code"]}', 'required': []} for stage in STAGES]
    await Designer(trade.actor).add_pipeline('deals', 'renewals', 'Renewals', renewals, value_field='amount')
    deal = await trade.create('deals', {'title': 'r', 'amount': 5}, stage='renewal_new')
    assert (await trade.stage_totals('deals', 'renewals'))['renewal_new'].count == 1
    moved = await trade.move('deals', deal.id, stage='talks')
    assert (await trade.stage_totals('deals', 'sales'))['talks'].count == 1
    assert moved.stage == 'talks'


async def test_a_field_that_is_no_longer_unique_takes_a_value_twice(trade: Records) -> None:
    await Designer(trade.actor).change_field('deals', 'code', unique=False)
    await trade.create_many('deals', [{'title': t, 'code': 'same'} for t in 'ab'])
    with pytest.raises(Refused):
        await Designer(trade.actor).change_field('deals', 'code', unique=True)


async def test_a_hint_and_its_translations_are_kept(trade: Records) -> None:
    said = {'hint': 'In metres', 'hints': {'ru': 'В метрах'}}
    await Designer(trade.actor).change_field('deals', 'amount', **said)
    spec = trade.catalog('deals').field('amount')
    assert spec is not None
    assert (spec.hint, spec.hints) == ('In metres', {'ru': 'В метрах'})


async def test_a_field_becomes_unique_only_when_its_values_are(trade: Records) -> None:
    designer = Designer(trade.actor)
    await trade.create_many('accounts', [{'title': 'a', 'city': 'Уфа'}, {'title': 'b', 'city': 'уфа'}])
    with pytest.raises(Refused) as refused:
        await designer.change_field('accounts', 'city', unique=True)
    assert refused.value.code == 'values_repeat'
    assert SCHEMA['accounts'].field('city') == replace(SCHEMA['accounts'].fields[0], unique=False)


async def test_another_process_is_noticed(trade: Records) -> None:
    assert await refresh() is False
    SCHEMA.version = 'of yesterday'
    assert await refresh() is True
    assert SCHEMA['deals'].fields
