"""Words: plurals, numbers, dates, refusals, in the reader's language."""

import asyncio
import string
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from store import BadValue, Catalog, Invalid, Money, NotFound, Refused
from store.schema import SYSTEM_FIELDS
from tools import texts
from ui.codes import code_of
from ui.formats import SPACE, ago, date_long, date_short, due, money, number, short_number, today
from ui.locales import languages, translations
from ui.reader import Reader, reading
from ui.text import field_errors, label, n, t, words

RUSSIAN, ENGLISH = Reader('ru', 'Europe/Moscow'), Reader('en', 'UTC')


@pytest.mark.parametrize(
    ('count', 'said'), [(1, '1 поле'), (2, '2 поля'), (5, '5 полей'), (11, '11 полей'), (21, '21 поле')]
)
def test_russian_has_three_plurals(count: int, said: str) -> None:
    with reading(RUSSIAN):
        assert n('{count} field', '{count} fields', count) == said


def test_an_unknown_language_speaks_english() -> None:
    with reading(Reader('xx')):
        assert t('Save') == 'Save'
        assert n('{count} field', '{count} fields', 1) == '1 field'


async def test_two_readers_at_once_do_not_meet() -> None:
    async def say(who: Reader) -> list[str]:
        said = []
        with reading(who):
            for _ in range(20):
                said.append(t('Save'))
                await asyncio.sleep(0)
        return said

    russian, english = await asyncio.gather(say(RUSSIAN), say(ENGLISH))
    assert set(russian) == {'Сохранить'}
    assert set(english) == {'Save'}


def test_numbers_are_grouped_as_the_language_writes_them() -> None:
    with reading(RUSSIAN):
        assert number(1250000) == f'1{SPACE}250{SPACE}000'
        assert number(Decimal('-0.50')) == '−0,5'
        assert number(Decimal('2.5'), 2) == '2,50'
        assert money(Money(Decimal(1250000), 'RUB')) == f'1{SPACE}250{SPACE}000\u00a0₽'
        assert money(Money(Decimal('12.5'), 'XAU')) == '12,50\u00a0XAU'
        assert short_number(12_500) == '12,5 тыс.'
    with reading(ENGLISH):
        assert number(1250000.25) == '1,250,000.25'
        assert money(Money(Decimal('-3.5'), 'USD')) == '−$3.50'
        assert short_number(1_200_000) == '1.2M'
        assert money(None) == ''


def test_dates_are_short_and_in_the_readers_zone() -> None:
    moment = datetime(2025, 11, 21, 22, 30, tzinfo=UTC)
    with reading(RUSSIAN):
        assert date_short(moment) == '22 ноя 2025, 01:30'
        assert date_long(date(2025, 5, 9)) == '9 мая 2025'
    with reading(ENGLISH):
        assert date_short(moment) == 'Nov 21, 2025, 22:30'
        assert date_short(None) == ''
        assert str(today().year) not in date_short(today())


def test_nearness_is_said_in_words() -> None:
    with reading(ENGLISH):
        now = datetime.now(UTC)
        assert ago(now) == 'just now'
        assert ago(now - timedelta(minutes=5)) == '5 min ago'
        assert due(today()) == 'today'
        assert due(today() + timedelta(days=1)) == 'tomorrow'
        assert due(today() - timedelta(days=3)) == '3 days overdue'
        assert due(None) == ''
    with reading(RUSSIAN):
        assert due(today() - timedelta(days=2)) == 'просрочено на 2 дня'


def test_captions_come_in_the_readers_language_with_a_fallback() -> None:
    deals = Catalog(id=1, code='deals', label='Deals', label_one='Deal', labels={'ru': 'Сделки'})
    own = Catalog(id=2, code='own', label='Заявки', label_one='Заявка')
    with reading(RUSSIAN):
        assert label(deals) == 'Сделки'
        assert label(own) == 'Заявки'
        assert label(SYSTEM_FIELDS['owner']) == 'Ответственный'
    with reading(ENGLISH):
        assert label(deals) == 'Deals'
        assert label(own) == 'Заявки'


def test_refusals_become_sentences() -> None:
    with reading(ENGLISH):
        assert words(NotFound(catalog='deals', id=1)) == 'This does not exist, or you have no access to it.'
        assert words(Refused('file_refused', reason='empty')) == 'This file holds no rows.'
        assert words(Refused('file_refused', reason='odd')) == 'This file cannot be read.'
        assert words(Refused('never_heard_of')) == 'This did not work (never_heard_of).'
        assert words(Refused('too_long')) == 'This did not work (too_long).'  # a fact is missing
        several = Invalid({'name': BadValue('required'), 'amount': BadValue('not_a_number')})
        assert field_errors(several) == {'name': 'Fill this in.', 'amount': 'Enter a number.'}


def test_translations_keep_the_blanks() -> None:
    for language in languages()[1:]:
        for text in texts.collect():
            if text.many or text.context:
                continue
            said = translations(language).gettext(text.one)
            if _is_filled(text.one):
                assert _blanks(said) <= _blanks(text.one), text.one


def _is_filled(text: str) -> bool:
    return '{' in text and '{{' not in text


def _blanks(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


@pytest.mark.parametrize(
    ('name', 'code'),
    [
        ('Источник лида', 'istochnik_lida'),
        ('Deal size', 'deal_size'),
        ('2024', 'field_2024'),
        ('日本', 'field'),
    ],
)
def test_codes_are_made_of_names(name: str, code: str) -> None:
    assert code_of(name, set(), 'field') == code
    assert code_of(name, {code}, 'field') == f'{code}_2'
