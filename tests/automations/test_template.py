"""Texts with blanks: filled in the reader's language, never running anything."""

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from automations.expr import BadExpression
from automations.template import parse_template, render
from automations.values import Cash, Keyed, Scope

VALUES: dict[str, Any] = {
    'title': 'Поставка <b>',
    'amount': Cash(Decimal('1250000'), 'RUB'),
    'share': Decimal('12.50'),
    'closed_on': date(2026, 2, 28),
    'remind_at': datetime(2026, 2, 28, 9, 30, tzinfo=UTC),
    'owner': {'id': 7, 'title': 'Анна', 'catalog': 'person'},
    'stage': Keyed('won', 'Выиграна'),
    'tags': (Keyed('hot', 'Горячий'), Keyed('vip', 'VIP')),
    'note': None,
    'paid': True,
}
RUSSIAN = Scope(VALUES, datetime(2026, 3, 2, tzinfo=UTC), ZoneInfo('Europe/Moscow'), 'ru')
ENGLISH = replace(RUSSIAN, language='en')


@pytest.mark.parametrize(
    ('text', 'russian', 'english'),
    [
        ('{{ title }}', 'Поставка <b>', 'Поставка <b>'),
        ('{{ amount | money }}', '1 250 000 ₽', 'RUB 1,250,000'),
        ('{{ amount / 4 | money }}', '312 500 ₽', 'RUB 312,500'),
        ('{{ share }}', '12,5', '12.5'),
        ('{{ closed_on | day }}', '28 февраля', 'February 28'),
        ('{{ remind_at | time }}', '12:30', '12:30 PM'),
        ('{{ remind_at }}', '28 февр. 2026 г., 12:30', 'Feb 28, 2026, 12:30 PM'),
        ('{{ owner.title }}, {{ owner }}', 'Анна, Анна', 'Анна, Анна'),
        ('{{ stage }}: {{ tags }}', 'Выиграна: Горячий, VIP', 'Выиграна: Горячий, VIP'),
        ('{{ note }} {{ note | money }}', '— —', '— —'),
        ("{{ note | default('нет | пусто') }}", 'нет | пусто', 'нет | пусто'),
        ('{{ paid }}', 'да', 'yes'),
        ('{{ title | upper }}', 'ПОСТАВКА <B>', 'ПОСТАВКА <B>'),
        ('{{ closed_on + 3 | day }}', '3 марта', 'March 3'),
        ('no blanks { here }', 'no blanks { here }', 'no blanks { here }'),
    ],
)
def test_blanks_are_filled_in_the_readers_language(text: str, russian: str, english: str) -> None:
    spaces = str.maketrans('\xa0\u202f', '  ')
    assert render(text, RUSSIAN).translate(spaces) == russian
    assert render(text, ENGLISH).translate(spaces).replace('₽', 'RUB ') == english


@pytest.mark.parametrize(
    'text',
    [
        '{{ title.__class__ }}',
        '{{ nobody }}',
        '{{ }}',
        '{{ title | eval }}',
        '{{ title | money }}',
        '{{ amount | date }}',
        "{{ ''.join(tags) }}",
        '{{ 1 | number(title) }}',
        '{{ title }}' * 201,
    ],
)
def test_a_text_that_asks_for_more_is_refused(text: str) -> None:
    with pytest.raises(BadExpression):
        render(text, RUSSIAN)


def test_a_short_text_cannot_grow_without_end() -> None:
    scope = Scope({'long': 'я' * 20_000})
    with pytest.raises(BadExpression, match='expr_limit'):
        render('{{ long }}' * 11, scope)


def test_the_names_a_text_needs_are_known_beforehand() -> None:
    assert parse_template('{{ account.industry }} {{ title }}').paths == {('account', 'industry'), ('title',)}
