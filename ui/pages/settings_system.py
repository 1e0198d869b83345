"""System settings: every one with its code, its default, who changed it and when, and the way back."""

from collections.abc import Sequence
from typing import Any

from nicegui import ui

from store import FieldSpec, Invalid, Problem, system_settings
from store.own_company import SETTING as OWN_COMPANY
from store.system_settings import SettingState
from ui.components import frame
from ui.components.basics import button, col, pill, row, text, toast
from ui.components.designer import in_all_languages
from ui.components.form import Field
from ui.components.own_company import draw_own_field
from ui.components.system_setting import as_field, shown_value
from ui.components.toast import tell
from ui.pages import Area, Page, may
from ui.place import Place
from ui.session import session
from ui.text import ago, date_long, field_errors, t

BRAND_PAGE = '/settings/brand'


async def draw_system_settings(place: Place) -> None:
    """The table with its search."""
    states = await system_settings.settings_now(session().actor)
    with frame.header(t('System settings'), back='/settings') as head, head.actions:
        find = ui.input(placeholder=t('Find a setting'), value=place.query.get('find', ''))
        find.classes('a-find').props('clearable type=search debounce=120')
        find.props['aria-label'] = t('Find a setting')
    with frame.body(read=True):
        table = _Table(states)
        table.draw()
    find.on_value_change(lambda event: table.narrow(event.value or ''))
    table.narrow(str(find.value or ''))


class _Table:
    """A line a setting, in blocks."""

    def __init__(self, states: Sequence[SettingState]) -> None:
        self._states = states
        self._lines: list[tuple[str, str, ui.element]] = []
        self._blocks: dict[str, ui.element] = {}

    def draw(self) -> None:
        """Draw all of them."""
        for name in dict.fromkeys(state.spec.block for state in self._states):
            with ui.element('section').classes('a-block a-block--flush') as box:
                with ui.element('div').classes('a-block__head'):
                    text(t(name), 'a-h2 a-grow').props('role=heading aria-level=2')
                for state in self._states:
                    if state.spec.block == name:
                        self._line(state)
            self._blocks[name] = box
        self._none = text(t('Nothing found. Try another word.'), 'a-empty__text a-empty--small')

    def _line(self, state: SettingState) -> None:
        spec = state.spec
        with ui.element('div').classes('a-setting').mark(f'setting-{spec.code}') as line:
            _Line(state).draw()
        words = f'{in_all_languages(spec.label, spec.hint, spec.block)} {spec.options.get("words", "")}'
        self._lines.append((f'{words} {spec.code}'.lower().replace('ё', 'е'), spec.block, line))

    def narrow(self, wanted: str) -> None:
        """Show the settings whose words hold all of these."""
        asked = wanted.lower().replace('ё', 'е').split()
        left: set[str] = set()
        for words, name, line in self._lines:
            line.visible = all(word in words for word in asked)
            if line.visible:
                left.add(name)
        for name, box in self._blocks.items():
            box.visible = name in left
        self._none.visible = not left


class _Line:
    """One setting: what it is for, its field, and how it came to its value."""

    def __init__(self, state: SettingState) -> None:
        self._state = state
        self._spec = as_field(state.spec)
        self._own: Field | None = None

    def draw(self) -> None:
        """Draw both halves."""
        spec = self._state.spec
        with col('a-gap-4 a-setting__about'):
            with row('a-gap-8'):
                text(t(spec.label), 'a-small a-strong')
                if spec.options.get('personal'):
                    pill(t('Per person')).tooltip(
                        t('Everybody may have a value of their own in the profile.')
                    )
            text(t(spec.hint), 'a-meta')
            text(spec.code, 'a-meta a-mono')
        with col('a-gap-4 a-setting__value'):
            if spec.code == OWN_COMPANY:
                self._own = draw_own_field(self._again, bare=True)
            elif spec.options.get('hidden'):
                ui.link(t('Open the page'), BRAND_PAGE).classes('a-link a-small')
            else:
                bare = FieldSpec(
                    code=spec.code, label=spec.label, type=self._spec.type, options=self._spec.options
                )
                self._field = Field(bare, self._state.value, self._save, bare=True)
                self._field.drawn.element.props['aria-label'] = t(spec.label)
            self._foot = row('a-gap-8 a-wrap')
        self._fill()

    def _fill(self) -> None:
        self._foot.clear()
        with self._foot:
            state = self._state
            if state.changed_at:
                moment = text(
                    t('{who}, {when}', who=state.changed_by or t('Set-up'), when=ago(state.changed_at)),
                    'a-meta',
                )
                moment.tooltip(date_long(state.changed_at))
            if not state.is_changed:
                text(t('Default'), 'a-meta')
                return
            text(t('Default: {value}', value=shown_value(self._spec, state.spec.default)), 'a-meta')
            button(t('Reset'), self._reset, small=True, quiet=True)

    async def _save(self, field: Field, value: Any) -> None:
        code = self._state.spec.code
        try:
            await system_settings.change_settings(session().actor, {code: '' if value is None else value})
        except Invalid as problem:
            field.refuse(field_errors(problem).get(code, ''))
        except Problem as problem:
            tell(problem)
        else:
            await self._again()

    async def _reset(self) -> None:
        try:
            await system_settings.reset_settings(session().actor, [self._state.spec.code])
        except Problem as problem:
            tell(problem)
            return
        await self._again()
        if self._own is not None:
            self._own.show(None)
        if not self._state.spec.options.get('hidden'):
            self._field.show(self._state.value)
        toast(t('“{name}” has its default again.', name=t(self._state.spec.label)))

    async def _again(self) -> None:
        states = await system_settings.settings_now(session().actor)
        self._state = next(state for state in states if state.spec.code == self._state.spec.code)
        self._fill()


PAGES = (
    Page(
        path='/settings/system',
        draw=draw_system_settings,
        title='System settings',
        allowed=may('manage_settings'),
        area=Area(
            category='maintenance',
            icon='tune',
            sentence='Every setting with its code, default, and who changed it',
            words='системные настройки параметры константы system settings parameters options',
            blocks=('Files and notices',),
            place=10,
        ),
    ),
)
