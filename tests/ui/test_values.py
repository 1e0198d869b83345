"""Values are shown in the reader's words and read back as the reader types them."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from store import FIELD_TYPES, BadValue, FieldSpec, Money, Ref
from ui.components.inputs import INPUTS
from ui.components.inputs.text import address, readable
from ui.reader import Reader, reading
from ui.values import edited, field_hint, from_json, parse, shown

RUSSIAN = Reader('ru', 'Europe/Moscow')
AMERICAN = Reader('en', 'America/New_York')
HEAT = {
    'choices': [{'key': 'hot', 'label': 'Hot', 'labels': {'ru': 'Горячий'}}, {'key': 'cold', 'label': 'Cold'}]
}


def spec(kind: str, **options: Any) -> FieldSpec:
    return FieldSpec(code='field', label='Field', type=kind, options=options)


@pytest.mark.parametrize('kind', FIELD_TYPES.values(), ids=lambda kind: kind.key)
def test_every_field_type_has_an_input_that_draws_it(kind: Any) -> None:
    assert kind.look in INPUTS


@pytest.mark.parametrize(
    ('typed', 'kind', 'value'),
    [
        ('1 250 000,50', 'number', Decimal('1250000.50')),
        ('21.11.2026', 'date', date(2026, 11, 21)),
        ('21.11.2026 14:30', 'date_time', datetime(2026, 11, 21, 11, 30, tzinfo=UTC)),
        ({'amount': '99,5', 'currency': 'EUR'}, 'money', Money(Decimal('99.5'), 'EUR')),
    ],
)
def test_a_russian_types_as_russians_write(typed: Any, kind: str, value: Any) -> None:
    with reading(RUSSIAN):
        assert parse(typed, spec(kind)) == value


def test_an_american_types_the_month_first_and_lives_in_another_zone() -> None:
    with reading(AMERICAN):
        assert parse('11/21/2026', spec('date')) == date(2026, 11, 21)
        assert parse('11/21/2026 14:30', spec('date_time')) == datetime(2026, 11, 21, 19, 30, tzinfo=UTC)


@pytest.mark.parametrize('who', [RUSSIAN, AMERICAN], ids=['ru', 'en'])
@pytest.mark.parametrize(
    ('kind', 'value'),
    [
        ('number', Decimal('-1250.5')),
        ('date', date(2026, 2, 28)),
        ('date_time', datetime(2026, 3, 29, 1, 30, tzinfo=UTC)),
    ],
)
def test_what_is_given_for_typing_reads_back_as_the_same_value(who: Reader, kind: str, value: Any) -> None:
    with reading(who):
        assert parse(edited(value), spec(kind)) == value


def test_values_are_said_in_the_readers_words() -> None:
    with reading(RUSSIAN):
        assert shown('hot', spec('choice', **HEAT)) == 'Горячий'
        assert shown(('hot', 'cold'), spec('choices', **HEAT)) == 'Горячий, Cold'
        assert shown(True, spec('yes_no')) == 'Да'
        assert shown(Ref(1, 'Ромашка', 'accounts'), spec('link')) == 'Ромашка'
        assert shown(None, spec('text')) == ''
        assert shown(Decimal(1998), spec('number', grouping=False)) == '1998'


def test_rubbish_is_refused_with_a_code() -> None:
    with reading(RUSSIAN), pytest.raises(BadValue, match='not_a_number'):
        parse('много', spec('number'))


def test_a_value_of_the_history_that_no_longer_fits_is_shown_as_it_was() -> None:
    assert from_json('warm', spec('choice', **HEAT)) == 'warm'
    assert from_json({'amount': 'x'}, spec('money')) is None


@pytest.mark.parametrize(
    ('kind', 'text', 'way'),
    [
        ('web', 'https://example.com/a?b=1', 'https://example.com/a?b=1'),
        ('web', 'javascript:alert(1)', ''),
        ('web', ' JaVaScRiPt:alert(1)', ''),
        ('web', 'data:text/html,x', ''),
        ('email', 'ada@example.com', 'mailto:ada@example.com'),
        ('phone', '+7 (916) 123-45-67', 'tel:+7%20%28916%29%20123-45-67'),
        ('text', 'https://example.com', ''),
        ('web', '', ''),
    ],
)
def test_only_plain_addresses_can_be_followed(kind: str, text: str, way: str) -> None:
    assert address(spec(kind), text) == way


@pytest.mark.parametrize(
    ('kind', 'text', 'read'),
    [
        ('web', 'https://www.example.com/', 'example.com'),
        ('web', 'http://example.com/a?b=1', 'example.com/a?b=1'),
        ('web', 'example.com', 'example.com'),
        ('text', 'https://example.com', 'https://example.com'),
    ],
)
def test_a_web_address_is_read_without_what_every_address_has(kind: str, text: str, read: str) -> None:
    assert readable(spec(kind), text) == read


def test_a_hint_is_in_the_readers_language_as_far_as_somebody_wrote_it() -> None:
    own = FieldSpec(code='size', label='Size', type='text', id=7, hint='In metres', hints={'ru': 'В метрах'})
    said = []
    for reader in (RUSSIAN, AMERICAN):
        with reading(reader):
            said.append(field_hint(own))
    assert said == ['В метрах', 'In metres']
