"""Charts as figures: round scales, words instead of markup, one figure for both themes."""

import json
from datetime import date
from decimal import Decimal

import pytest

from store import solutions
from store.figures import Lens
from store.records import Records
from store.reports import Report
from tests.conftest import records_of
from ui.components.charts import CHARTS, Mark, short
from ui.components.charts.columns import scale
from ui.components.dashboard_period import Period
from ui.components.widgets import WIDGETS, Scene, briefly
from ui.reader import Reader, reading

MARKS = [
    Mark(label='<b>A & B</b>', value=3, text='3', note='× 1', caption='A'),
    Mark(label='C', value=0, text='0'),
]


@pytest.mark.parametrize('key', sorted(CHARTS))
def test_a_figure_is_plain_json_without_markup_of_data(key: str) -> None:
    figure = CHARTS[key].figure(MARKS)
    assert json.loads(json.dumps(figure)) == figure
    assert '<b>A' not in json.dumps(figure)
    assert figure['config']['displayModeBar'] is False
    assert CHARTS[key].height(MARKS) > 0
    assert CHARTS[key].figure([])['data'][0]['type']


@pytest.mark.parametrize(
    ('most', 'ticks'),
    [
        (0, [0, 1]),
        (2, [0, 1, 2]),
        (5, [0, 1, 2, 3, 4, 5]),
        (43_000, [0, 10_000, 20_000, 30_000, 40_000, 50_000]),
    ],
)
def test_a_scale_is_round(most: float, ticks: list[float]) -> None:
    assert scale(most) == ticks


def test_a_long_caption_is_cut_and_kept_plain() -> None:
    assert short('x' * 40) == 'x' * 23 + '…'
    assert short('<i>') == '&lt;i&gt;'


def test_a_period_comes_from_an_address_and_goes_into_one() -> None:
    assert Period.of_query({}).key == '12m'
    assert Period.of_query({'period': 'nonsense'}).key == '12m'
    dates = Period.of_query({'period': 'dates', 'from': '2026-01-05', 'to': 'soon'})
    assert dates.query() == {'period': 'dates', 'from': '2026-01-05', 'to': None}


def test_periods_are_whole() -> None:
    day = date(2026, 3, 15)
    spans = {
        key: Period(key).span(day)
        for key in ('month', 'last_month', 'quarter', 'year', 'last_year', '12m', 'all')
    }
    assert spans == {
        'month': (date(2026, 3, 1), day),
        'last_month': (date(2026, 2, 1), date(2026, 2, 28)),
        'quarter': (date(2026, 1, 1), day),
        'year': (date(2026, 1, 1), day),
        'last_year': (date(2025, 1, 1), date(2025, 12, 31)),
        '12m': (date(2025, 4, 1), day),
        'all': (None, None),
    }


def test_money_is_short_in_both_languages() -> None:
    with reading(Reader('ru')):
        assert briefly(Decimal(1_270_000), 'RUB').replace('\xa0', ' ') == '1,3 млн ₽'
    with reading(Reader('en')):
        assert briefly(Decimal(1_270_000), 'USD') == '$1.3M'
        assert briefly(Decimal(950), 'USD') == '$950'


@pytest.mark.parametrize('language', ['en', 'ru'])
async def test_every_widget_draws_a_busy_year(as_admin: Records, language: str) -> None:
    await solutions.install(as_admin.actor, 'sales', language, demo=True)
    head = await records_of('head', 'Head', role='head_of_sales')
    report = Report(head.actor, Lens(catalog='deals', pipeline='sales'))
    scene = Scene(report=report, before=None)
    with reading(Reader(language)):
        for key, widget in WIDGETS.items():
            if not widget.fits(report):
                continue
            for panel in await widget.panels(scene):
                assert not panel.is_empty, key
                assert all(mark.url.startswith('/c/deals/list?filter=') for mark in panel.marks), key
