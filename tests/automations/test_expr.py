"""Expressions: what they give, what they refuse, and that no source can hurt."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from automations.expr import BadExpression, check_names, evaluate, explain, parse
from automations.values import Cash, Scope

DEAL: dict[str, Any] = {
    'amount': Cash(Decimal('150000.50'), 'RUB'),
    'stage': 'won',
    'title': 'Ромашка: поставка',
    'closed_on': date(2026, 3, 1),
    'created_at': datetime(2026, 2, 27, 22, 30, tzinfo=UTC),
    'owner': {'id': 7, 'title': 'Анна', 'catalog': 'person'},
    'account': {'id': 3, 'title': 'Ромашка', 'industry': 'retail', 'catalog': 'accounts'},
    'tags': ('hot', 'vip'),
    'paid': True,
    'note': None,
}
SCOPE = Scope(DEAL, datetime(2026, 3, 2, 9, 0, tzinfo=UTC), ZoneInfo('Europe/Moscow'))


def value(source: str) -> Any:
    return evaluate(parse(source), SCOPE)


@pytest.mark.parametrize(
    ('source', 'expected'),
    [
        ('0.1 + 0.2 == 0.3', True),
        ('amount > 100000 and stage == "won"', True),
        ('amount * 2', Decimal('300001.00')),
        ('amount.currency', 'RUB'),
        ('7 // 2 + 7 % 2', Decimal(4)),
        ('1 < 2 < 3', True),
        ('closed_on < today()', True),
        ('сегодня() - closed_on', Decimal(1)),
        ('closed_on + 30 == date(2026, 3, 31)', True),
        ('add_months(date(2026, 1, 31), 1)', date(2026, 2, 28)),
        ("closed_on > '2026-02-28'", True),
        # 22:30 UTC is already the 28th in Moscow.
        ('created_at == date(2026, 2, 28)', True),
        ('now() - created_at > days(2)', True),
        ('owner == 7', True),
        ("owner.title == 'Анна'", True),
        ("account.industry in ['retail', 'food']", True),
        ("'vip' in tags", True),
        ("'РОМАШКА' in title", True),
        ("like(title, 'ромашка*')", True),
        ("title + '!'", 'Ромашка: поставка!'),
        ("'big' if amount > 10 else 'small'", 'big'),
        ('empty(note) and filled(owner)', True),
        ('coalesce(note, title)', 'Ромашка: поставка'),
        ('round(amount / 3, 2)', Decimal('50000.17')),
        ('max(1, 5, 3)', Decimal(5)),
        ('sum([1, 2, 3])', Decimal(6)),
        ('not paid', False),
    ],
)
def test_expressions_calculate(source: str, expected: Any) -> None:
    assert value(source) == expected


@pytest.mark.parametrize(
    'source',
    [
        'note > 5',
        'not (note > 5)',
        'note == note',
        'not note',
        'note + 1',
        'note and paid',
        'upper(note)',
        '1 if note else 2',
        "note in ['a']",
        'account.nothing == 1',
        '-note',
    ],
)
def test_what_touches_empty_is_unknown(source: str) -> None:
    assert value(source) is None


def test_unknown_does_not_hide_a_certain_answer() -> None:
    assert value('note > 5 or paid') is True
    assert value('note > 5 and not paid') is False
    assert value('paid and note > 5') is None


@pytest.mark.parametrize(
    ('source', 'code', 'column'),
    [
        ('amount >', 'expr_syntax', 9),
        ("amount > 'x'", 'expr_types', 1),
        ('title > 5', 'expr_types', 1),
        ('1 + ammount', 'expr_unknown_name', 5),
        ('todai()', 'expr_unknown_function', 1),
        ('today(1)', 'expr_argument_count', 1),
        ('upper(5)', 'expr_argument', 1),
        ('1 / 0', 'expr_math', 1),
        ('2 ** 9', 'expr_not_allowed', 1),
        ('title.upper()', 'expr_not_allowed', 1),
        ('[x for x in tags]', 'expr_not_allowed', 1),
        ('lambda: 1', 'expr_not_allowed', 1),
        ("f'{title}'", 'expr_not_allowed', 1),
        ('title[0]', 'expr_not_allowed', 1),
        ("''.__class__", 'expr_not_allowed', 1),
        ('title.__class__', 'expr_no_part', 1),
        ('paid + 1', 'expr_types', 1),
        ('paid and 1', 'expr_types', 1),
        ("'я' == сегодня(1)", 'expr_argument_count', 8),
        ("'a' * 1000000", 'expr_types', 1),
        ('1e2000', 'expr_math', 1),
        ('1' * 2001, 'expr_too_big', 2000),
        ('+'.join('1' * 300), 'expr_too_big', 1),
        ('today() + 99999999999', 'expr_math', 1),
    ],
)
def test_refusals_name_their_reason_and_place(source: str, code: str, column: int) -> None:
    with pytest.raises(BadExpression) as refusal:
        value(source)
    assert (refusal.value.code, refusal.value.facts['column']) == (code, column)


def test_money_of_two_currencies_is_not_compared() -> None:
    scope = Scope({'a': Cash(Decimal(5), 'RUB'), 'b': Cash(Decimal(5), 'USD')})
    with pytest.raises(BadExpression, match='expr_currencies'):
        evaluate(parse('a == b'), scope)


def test_a_mistyped_name_is_met_with_the_nearest_one() -> None:
    with pytest.raises(BadExpression) as refusal:
        check_names(parse('ammount > 5'), DEAL)
    assert refusal.value.facts['hint'] == 'amount'


def test_an_explanation_shows_the_value_of_every_part() -> None:
    tree = explain(parse("amount > 200000 or note == 'x'"), SCOPE)
    assert tree.value is None
    assert [(part.text, part.value) for part in tree.parts] == [
        ('amount > 200000', False),
        ("note == 'x'", None),
    ]
    assert tree.parts[0].parts[0].to_plain() == {'text': 'amount', 'value': '150000.50'}


ATOMS = st.sampled_from(
    [
        '1',
        '0.5',
        '-3',
        "'a'",
        'amount',
        'title',
        'tags',
        'note',
        'paid',
        'owner',
        'account.industry',
        'closed_on',
        'created_at',
        'today()',
        'now()',
        'days(2)',
        'True',
        'None',
        '[]',
        'date(2026, 1, 1)',
        'nobody',
        'title.x',
        '9e300',
        'hours(9e20)',
    ]
)
OPERATORS = st.sampled_from(
    ['+', '-', '*', '/', '//', '%', '==', '!=', '<', '>=', 'in', 'not in', 'and', 'or', '**', 'is']
)
CALLS = st.sampled_from(
    [
        'upper',
        'round',
        'min',
        'max',
        'sum',
        'count',
        'empty',
        'coalesce',
        'add_months',
        'weekday',
        'left',
        'like',
        'text',
        'number',
        'between',
        'date',
        'days',
        'floor',
        'length',
        'days_between',
        'eval',
        '__import__',
    ]
)


def grown(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.one_of(
        st.tuples(inner, OPERATORS, inner).map(lambda parts: f'({parts[0]} {parts[1]} {parts[2]})'),
        st.tuples(CALLS, st.lists(inner, max_size=3)).map(lambda parts: f'{parts[0]}({", ".join(parts[1])})'),
        inner.map(lambda part: f'not {part}'),
        st.tuples(inner, inner, inner).map(lambda parts: f'({parts[0]} if {parts[1]} else {parts[2]})'),
        st.lists(inner, max_size=3).map(lambda parts: f'[{", ".join(parts)}]'),
    )


@given(st.recursive(ATOMS, grown, max_leaves=25) | st.text(max_size=60))
@settings(max_examples=400, deadline=2000)
def test_any_source_gives_a_value_or_a_refusal(source: str) -> None:
    try:
        explain(parse(source), SCOPE)
        found = value(source)
    except BadExpression:
        return
    assert not isinstance(found, float)
