"""Conditions: every operator, what empty does to them, and that the reason never differs from the verdict."""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from automations.conditions import Group, Row, compile_group, group_from_plain, judge
from automations.values import Cash, Keyed, Scope
from store import BadValue, Catalog, FieldSpec

CHOICES = [{'key': 'hot', 'label': 'Hot'}, {'key': 'cold', 'label': 'Cold'}]
DEALS = Catalog(
    id=1,
    code='deals',
    label='Deals',
    label_one='Deal',
    fields=(
        FieldSpec(code='amount', label='Amount', type='money', id=1),
        FieldSpec(code='heat', label='Heat', type='choice', id=2, options={'choices': CHOICES}),
        FieldSpec(code='tags', label='Tags', type='choices', id=3, options={'choices': CHOICES}),
        FieldSpec(code='due', label='Due', type='date', id=4),
        FieldSpec(code='note', label='Note', type='text', id=5),
        FieldSpec(code='paid', label='Paid', type='yes_no', id=6),
        FieldSpec(code='account', label='Account', type='link', id=7, options={'target': '*'}),
    ),
)
VALUES: dict[str, Any] = {
    'amount': Cash(Decimal(100), 'RUB'),
    'heat': Keyed('hot', 'Hot'),
    'tags': [Keyed('hot', 'Hot'), Keyed('cold', 'Cold')],
    'due': date(2026, 3, 5),
    'note': None,
    'paid': False,
    'title': 'Big deal',
    'owner': {'id': 7, 'title': 'Ann', 'catalog': 'person'},
    'account': {'id': 3, 'title': 'Acme', 'catalog': 'accounts', 'city': 'Oslo'},
    'old': {'amount': Cash(Decimal(50), 'RUB')},
    'new': None,
    'changed': ['amount'],
}
SCOPE = Scope(VALUES, datetime(2026, 3, 2, 9, tzinfo=UTC))


def held(plain: Mapping[str, Any]) -> bool | None:
    return judge(compile_group(group_from_plain(plain), DEALS, {'deals': DEALS}), SCOPE).holds


@pytest.mark.parametrize(
    ('path', 'op', 'value', 'expected'),
    [
        ('amount', 'is', '100 RUB', True),
        ('amount', 'is', {'amount': '100', 'currency': 'RUB'}, True),
        ('amount', 'between', ['50 RUB', '100 RUB'], True),
        ('amount', 'greater', '= old.amount * 1.5', True),
        ('old.amount', 'less', '60 RUB', True),
        ('new.amount', 'less', '60 RUB', None),
        ('amount', 'changed', None, True),
        ('note', 'changed', None, False),
        ('heat', 'is', 'hot', True),
        ('heat', 'is_not', 'hot', False),
        ('heat', 'in', ['hot', 'cold'], True),
        ('heat', 'not_in', ['cold'], True),
        ('tags', 'has_any', ['cold'], True),
        ('tags', 'has_all', ['hot', 'cold'], True),
        ('title', 'is', 'BIG DEAL', True),
        ('title', 'contains', 'DEAL', True),
        ('title', 'not_contains', 'deal', False),
        ('title', 'starts', 'big', True),
        ('due', 'next_days', 3, True),
        ('due', 'next_days', 2, False),
        ('due', 'last_days', 3, False),
        ('due', 'older_than_days', 1, False),
        ('due', 'less', '2026-03-06', True),
        ('due', 'greater_equal', '= today() + 3', True),
        ('owner', 'is', 7, True),
        ('owner.title', 'is', 'ann', True),
        ('account.city', 'is', 'oslo', True),
        ('paid', 'is', False, True),
        ('note', 'empty', None, True),
        ('note', 'filled', None, False),
        *((('note', op, 'x', None)) for op in ('is', 'is_not', 'contains', 'not_contains', 'starts', 'in')),
    ],
)
def test_operators(path: str, op: str, value: Any, expected: bool | None) -> None:
    assert held({'all': [{'path': path, 'op': op, 'value': value}]}) is expected


def test_empty_conditions_hold() -> None:
    assert held({}) is True
    assert held({'any': []}) is True


@pytest.mark.parametrize(
    'plain',
    [[], 'all', {'all': 5}, {'all': [], 'any': []}, {'all': ['x']}, {'all': [{'path': 'a', 'op': 'like'}]},
     {'all': [{'path': 'a', 'op': 'is', 'value': 1, 'more': 2}]}, {'all': [{'expr': 5}]}],
)  # fmt: skip
def test_rubbish_is_refused(plain: Any) -> None:
    if not plain:
        assert group_from_plain(plain) == Group()
        return
    with pytest.raises(BadValue):
        group_from_plain(plain)


def test_conditions_nest_so_deep_and_no_deeper() -> None:
    plain: dict[str, Any] = {'all': []}
    for _ in range(6):
        plain = {'any': [plain]}
    with pytest.raises(BadValue):
        group_from_plain(plain)


LINES = st.sampled_from(
    [
        Row('paid', 'is', False),
        Row('paid', 'is', True),
        Row('note', 'is', 'x'),
        Row('note', 'empty'),
        Row('heat', 'is', 'cold'),
    ]
)
TREES = st.recursive(
    LINES,
    lambda inner: st.builds(Group, st.lists(inner, max_size=4).map(tuple), st.sampled_from(['all', 'any'])),
    max_leaves=12,
)


@given(st.builds(Group, st.lists(TREES, max_size=4).map(tuple), st.sampled_from(['all', 'any'])))
def test_the_reason_never_differs_from_the_verdict(tree: Group) -> None:
    compiled = compile_group(tree, DEALS, {'deals': DEALS})
    verdict = judge(compiled, SCOPE)
    assert verdict.holds is compiled.node.run(SCOPE)
    assert (verdict.line is None) is (verdict.holds is True)
