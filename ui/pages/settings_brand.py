"""Brand: the company's name, its logos, and the colour of the side panel."""

import json
from functools import partial
from typing import Any

from nicegui import ui

from store import Problem, brand, system_settings
from store.schema import FieldSpec
from ui.brand import logo_url, panel_css
from ui.components import frame
from ui.components.basics import button, col, confirm, icon, row, text, toast
from ui.components.logo_drop import LogoDrop
from ui.components.settings import autosaved, block
from ui.components.toast import tell
from ui.contrast import is_color
from ui.pages import Area, Find, Page, may
from ui.place import Place
from ui.session import session
from ui.text import t

COLORS = ('#1e293b', '#172554', '#312e81', '#3b0764', '#134e4a', '#14532d', '#7c2d12', '#e2e8f0', '#fef3c7')
"""Colours to begin with; any other may be chosen too."""


async def draw_brand(place: Place) -> None:
    """Name, logos, colour."""
    with frame.header(t('Brand'), back='/settings') as head, head.actions:
        button(t('Reset all'), partial(_reset_all, place))
    with frame.body(narrow=True):
        if session().actor.may_do('manage_settings'):
            with block(t('Company name')):
                spec = FieldSpec(code='company', label='Company name', type='text')
                autosaved([spec], {'company': system_settings.setting('company')}, _save)
        with (
            block(
                t('Logos'), t('PNG, JPEG, WebP or SVG up to 1 MB. Everybody sees a new one at the next load.')
            ),
            ui.element('div').classes('a-logos'),
        ):
            for which, title in _logos():
                _Logo(which, title)
        with block(
            t('Colour of the side panel'),
            t('Text and icons are made light or dark so that they can be read.'),
        ):
            _Color()


def _logos() -> list[tuple[str, str]]:
    return [('sign_in', t('Sign-in page')), ('header', t('Header')), ('icon', t('Browser icon'))]


async def _save(values: dict[str, Any]) -> None:
    await system_settings.change_settings(session().actor, values)


async def _reset_all(place: Place) -> None:
    if not await confirm(t('Logos and the colour of the panel go; the company name stays.'), t('Reset all')):
        return
    try:
        await brand.reset(session().actor)
    except Problem as problem:
        tell(problem)
        return
    _repaint()
    place.replace(place.url)


def _repaint() -> None:
    """Show the panel's colour in this tab at once; other tabs follow at their next load."""
    ui.run_javascript(f'document.getElementById("a-brand").textContent = {json.dumps(panel_css())}')


class _Logo:
    """One logo with its preview."""

    def __init__(self, which: str, title: str) -> None:
        self._which = which
        with col('a-gap-8').mark(f'logo-{which}'):
            with row('a-between a-logo__head'):
                text(title, 'a-small a-strong')
                self._remove = button(t('Remove'), self._reset, small=True, quiet=True)
            self._drop = LogoDrop(title, logo_url(which), self._take)
        self._remove.visible = bool(logo_url(which))

    async def _take(self, name: str, data: bytes) -> str:
        await brand.set_logo(session().actor, self._which, name, data)
        self._remove.visible = True
        toast(t('Saved'))
        return logo_url(self._which)

    async def _reset(self) -> None:
        try:
            await brand.reset(session().actor, f'logo_{self._which}')
        except Problem as problem:
            tell(problem)
            return
        self._drop.show('')
        self._remove.visible = False


class _Color:
    """Swatches, a colour of one's own, and a sample of the panel."""

    def __init__(self) -> None:
        box = ui.element('div').classes('a-swatches').props('role=radiogroup')
        box.props['aria-label'] = t('Colour of the side panel')
        with box:
            self._swatches = {color: self._swatch(color) for color in COLORS}
            self._own = ui.element('input').props('type=color').classes('a-lines__color')
            self._own.props['aria-label'] = t('Another colour')
            self._own.on('change', self._typed, js_handler='(e) => emit(e.target.value)')
            self._reset = button(t('Reset'), partial(self._choose, ''), small=True, quiet=True)
        with ui.element('div').classes('a-side-sample'):
            _sample()
        self._show()

    def _swatch(self, color: str) -> ui.element:
        one = ui.element('button').classes('a-swatch').props('type=button role=radio').style(f'--c:{color}')
        one.props['aria-label'] = one.props['title'] = color
        return one.on('click', partial(self._choose, color))

    def _show(self) -> None:
        now = str(system_settings.setting('panel_color'))
        for color, one in self._swatches.items():
            one.props['aria-checked'] = 'true' if color == now else 'false'
            one.classes(add='is-on' if color == now else '', remove='' if color == now else 'is-on')
        self._own.props['value'] = now if is_color(now) else '#4f46e5'
        self._reset.visible = bool(now)

    async def _typed(self, event: Any) -> None:
        await self._choose(str(event.args).lower())

    async def _choose(self, color: str) -> None:
        try:
            await system_settings.change_settings(session().actor, {'panel_color': color})
        except Problem as problem:
            tell(problem)
            return
        _repaint()
        self._show()


def _sample() -> None:
    """Lines of a panel; the style sheet paints them like the real one."""
    with ui.element('div').classes('a-panel-sample a-panel-colors').props('aria-hidden=true'):
        for picture, name, is_on in (
            ('home', t('Home'), False),
            ('handshake', t('Sections'), True),
            ('insights', t('Dashboards'), False),
        ):
            with ui.element('div').classes('a-nav a-nav--on' if is_on else 'a-nav'):
                icon(picture)
                ui.label(name).classes('a-nav__text')
                ui.label('12').classes('a-nav__count')


PAGES = (
    Page(
        path='/settings/brand',
        draw=draw_brand,
        title='Brand',
        allowed=may('manage_workplaces'),
        area=Area(
            category='look',
            icon='palette',
            sentence='Logos, browser icon, colour of the side panel',
            words='логотип бренд оформление иконка цвет logo brand theme favicon icon colour color',
            blocks=('Brand',),
            finds=(Find(label='Company name', words='название компании name'),),
            place=20,
        ),
    ),
)
