"""The choices above a dashboard: period, responsible, pipeline; each a small button with a menu."""

import datetime as dt
from collections.abc import Awaitable, Callable, Mapping

from nicegui import ui

from ui.components.basics import OnClick, button, menu_item, row, text
from ui.components.dashboard_period import Period, names
from ui.session import records
from ui.text import t

Choose = Callable[[str], Awaitable[None]]
OFFERED = 12


def choice_button(shown: str, icon: str, name: str) -> ui.button:
    """A button that says what is chosen and opens a menu."""
    made = button(shown, icon=icon, small=True).classes('a-dash__choice')
    made.props['aria-haspopup'] = 'menu'
    made.props['aria-label'] = f'{name}: {shown}'
    return made


def _option(shown: str, on_click: OnClick, *, is_on: bool) -> None:
    menu_item(shown, on_click).classes('a-dash__on' if is_on else '')


def pipeline_choice(options: Mapping[str, str], chosen: str, on_choose: Choose) -> None:
    """One of several pipelines."""
    with (
        choice_button(options.get(chosen, ''), 'view_week', t('Pipeline')),
        ui.menu().classes('a-dash__menu'),
    ):
        for code, name in options.items():
            _option(name, lambda code=code: on_choose(code), is_on=code == chosen)


def period_choice(period: Period, on_choose: Callable[[Period], Awaitable[None]]) -> None:
    """A ready period, or two dates."""

    async def ask() -> None:
        chosen = await _ask_dates(period)
        if chosen is not None:
            await on_choose(chosen)

    with choice_button(period.words(), 'date_range', t('Period')), ui.menu().classes('a-dash__menu'):
        for key, name in names().items():
            _option(name, lambda key=key: on_choose(Period(key)), is_on=key == period.key)
        ui.separator()
        _option(t('Other dates…'), ask, is_on=period.key == 'dates')


async def _ask_dates(period: Period) -> Period | None:
    with ui.dialog() as dialog, ui.card():
        text(t('Other dates…'), 'a-h2')
        with row():
            first = ui.input(t('From'), value=period.first.isoformat() if period.first else '').props(
                'type=date'
            )
            last = ui.input(t('To'), value=period.last.isoformat() if period.last else '').props('type=date')
        with row('a-full').style('justify-content:flex-end'):
            button(t('Cancel'), lambda: dialog.submit(None))
            button(t('Show'), lambda: dialog.submit((first.value, last.value)), primary=True)
    answer = await dialog
    dialog.delete()
    if not answer or not any(answer):
        return None
    days = [dt.date.fromisoformat(day) if day else None for day in answer]
    if all(days) and days[0] > days[1]:  # type: ignore[operator]  # both are days here
        days.reverse()
    return Period('dates', days[0], days[1])


def owner_choice(chosen: str, on_choose: Choose) -> None:
    """One responsible person, found by typing, or everybody."""
    everybody = t('Everybody')
    with choice_button(chosen or everybody, 'person', t('Responsible')), ui.menu().classes('a-dash__menu'):
        with ui.element('div').classes('a-dash__search'):
            search = ui.input(placeholder=t('Find a person')).props('autofocus debounce=200')
            search.props['aria-label'] = t('Find a person')
        found = ui.element('div')

    async def refresh() -> None:
        people = await records().suggest('person', str(search.value or ''), limit=OFFERED)
        found.clear()
        with found:
            _option(everybody, lambda: on_choose(''), is_on=not chosen)
            for person in people:
                _option(person.title, lambda id=person.id: on_choose(str(id)), is_on=person.title == chosen)

    search.on_value_change(refresh)
    ui.timer(0, refresh, once=True)
