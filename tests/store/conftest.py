"""A small trade: accounts, and deals on a pipeline."""

from typing import Any

import pytest

from store import Designer, FieldSpec, Records

STAGES: list[dict[str, Any]] = [
    {'code': 'new', 'label': 'New', 'color': '#8b8d98'},
    {'code': 'talks', 'label': 'Talks', 'color': '#0090ff', 'required': ['amount']},
    {'code': 'won', 'label': 'Won', 'color': '#30a46c', 'kind': 'won'},
    {'code': 'lost', 'label': 'Lost', 'color': '#e5484d', 'kind': 'lost'},
]
HEAT: list[dict[str, Any]] = [
    {'key': 'hot', 'label': 'Hot', 'labels': {'ru': 'Горячий'}},
    {'key': 'cold', 'label': 'Cold'},
]
FIELDS = (
    FieldSpec(code='amount', label='Amount', type='money', options={'currency': 'EUR'}),
    FieldSpec(code='account', label='Account', type='link', options={'target': 'accounts'}),
    FieldSpec(code='closed_on', label='Closed on', type='date'),
    FieldSpec(code='due', label='Due', type='date_time'),
    FieldSpec(code='heat', label='Heat', type='choice', options={'choices': HEAT}),
    FieldSpec(code='tags', label='Tags', type='choices', options={'choices': HEAT}),
    FieldSpec(code='about', label='About', type='link', options={'target': '*'}),
    FieldSpec(code='contract', label='Contract', type='auto_number', options={'prefix': 'D-'}),
    FieldSpec(code='code', label='Code', type='text', unique=True),
    FieldSpec(code='phone', label='Phone', type='phone'),
    FieldSpec(code='note', label='Note', type='long_text'),
    FieldSpec(code='pieces', label='Pieces', type='number'),
    FieldSpec(code='paid', label='Paid', type='yes_no'),
    FieldSpec(code='helper', label='Helper', type='person'),
)


@pytest.fixture
async def trade(as_admin: Records) -> Records:
    """The administrator of a store with accounts and deals."""
    designer = Designer(as_admin.actor)
    await designer.create_catalog('accounts', 'Accounts', 'Account', title_label='Company')
    await designer.add_field('accounts', FieldSpec(code='city', label='City', type='text', indexed=True))
    await designer.create_catalog('deals', 'Deals', 'Deal')
    for spec in FIELDS:
        await designer.add_field('deals', spec)
    await designer.add_pipeline(
        'deals', 'sales', 'Sales', STAGES, value_field='amount', closed_field='closed_on'
    )
    return as_admin
