"""A small trade for the pages: accounts, and deals on a pipeline."""

from collections.abc import Mapping
from typing import Any

import pytest

from store import Designer, FieldSpec, Records

HEAT = [{'key': 'hot', 'label': 'Hot', 'labels': {'ru': 'Горячий'}, 'color': '#e5484d'}]
STAGES: list[Mapping[str, Any]] = [
    {'code': 'new', 'label': 'New', 'labels': {'ru': 'Новая'}, 'color': '#8b8d98'},
    {'code': 'talks', 'label': 'Talks', 'color': '#0090ff', 'required': ['amount']},
    {'code': 'won', 'label': 'Won', 'color': '#30a46c', 'kind': 'won'},
    {'code': 'lost', 'label': 'Lost', 'color': '#e5484d', 'kind': 'lost'},
]


@pytest.fixture
async def trade(as_admin: Records) -> Records:
    """The administrator of a store with accounts and deals."""
    designer = Designer(as_admin.actor)
    await designer.create_catalog('accounts', 'Accounts', 'Account')
    await designer.add_field('accounts', FieldSpec(code='city', label='City', type='text'))
    await designer.create_catalog('deals', 'Deals', 'Deal', card={'link': 'account', 'money': 'amount'})
    for spec in (
        FieldSpec(code='amount', label='Amount', type='money', options={'currency': 'EUR'}),
        FieldSpec(code='account', label='Account', type='link', options={'target': 'accounts'}),
        FieldSpec(code='due', label='Due', type='date'),
        FieldSpec(code='heat', label='Heat', type='choice', options={'choices': HEAT}),
        FieldSpec(code='source', label='Source', type='text', required=True, default='web'),
        FieldSpec(code='contract', label='Contract', type='text', required=True, default='—', block='Papers'),
        FieldSpec(code='note', label='Note', type='long_text'),
    ):
        await designer.add_field('deals', spec)
    await designer.add_pipeline('deals', 'sales', 'Sales', STAGES, value_field='amount')
    return as_admin
