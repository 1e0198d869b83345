"""The editor of a rule: When / And if / Then do as cards, its sentence, faults beside what is wrong."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from nicegui import ui

from automations import ACTIONS, TRIGGERS
from store import Problem
from ui import theme
from ui.components.basics import button, icon, icon_button, menu_item, text
from ui.components.rule_conditions import RuleConditions
from ui.components.rule_context import RuleContext
from ui.components.rule_options import RuleOptions, with_defaults
from ui.components.rule_words import (
    ACTION_ICONS,
    OTHER_ICON,
    TRIGGER_ICONS,
    draft_faults,
    draft_sentence,
)
from ui.text import language, t, words

theme.add_style('components/rules.css')

Draft = dict[str, Any]
PART_KEYS: Mapping[str, str] = {'triggers': 'kind', 'steps': 'action'}


def new_draft(catalog: str) -> Draft:
    """An empty rule of a catalogue."""
    return {
        'name': '',
        'catalog': catalog,
        'language': language(),
        'triggers': [],
        'conditions': {'all': []},
        'steps': [],
        'enabled': True,
    }


class RuleEditor:
    """Cards for the parts of a draft; `on_change` hears that something is different."""

    def __init__(self, draft: Draft, context: RuleContext, on_change: Callable[[], Any]) -> None:
        self.draft, self._context, self._on_change = draft, context, on_change
        self.faults: dict[str, Problem] = {}
        self._strict = False
        self._options: dict[str, RuleOptions] = {}
        self._errors: dict[str, ui.label] = {}
        self._sentence: ui.label | None = None

    async def draw(self, sentence: ui.label) -> None:
        """Draw every card into the open slot; `sentence` is kept saying the rule."""
        self._sentence = sentence
        with ui.element('div').classes('ar-flow'):
            with _section('bolt', t('When')):
                self._triggers = ui.element('div').classes('ar-parts')
                self._draw_parts('triggers')
            with _section('filter_alt', t('And if')), ui.element('div').classes('a-card ar-part'):
                await self._draw_conditions()
            with _section('play_arrow', t('Then do'), last=True):
                self._steps = ui.element('div').classes('ar-parts')
                self._draw_parts('steps')
        self.refresh()

    async def _draw_conditions(self) -> None:
        with ui.element('div').classes('ar-if'):
            hint = text(t('Always, whatever the record holds'), 'a-small a-faint')
            plain = self.draft['conditions'] or {}
            await RuleConditions.drawn(self._context.catalog, plain, self._set_conditions, hint)
            self._errors['conditions'] = text('', 'a-error')

    def _set_conditions(self, plain: dict[str, Any]) -> Any:
        self.draft['conditions'] = plain
        return self._changed()

    # Parts

    def _box(self, kind: str) -> ui.element:
        return self._triggers if kind == 'triggers' else self._steps

    def _draw_parts(self, kind: str) -> None:
        box = self._box(kind)
        box.clear()
        with box:
            for place in range(len(self.draft[kind])):
                if place and kind == 'triggers':
                    text(t('or'), 'ar-or')
                self._part(kind, place)
            self._adding(kind)

    def _part(self, kind: str, place: int) -> None:
        part = self.draft[kind][place]
        entry = _entries(kind)[part[PART_KEYS[kind]]]
        with ui.element('div').classes('a-card ar-part'):
            with ui.element('div').classes('ar-part__head'):
                with ui.element('span').classes('ar-mark'):
                    icon(_icons(kind).get(entry.key, OTHER_ICON))
                text(t(entry.label), 'a-strong a-grow a-ellipsis')
                self._part_buttons(kind, place)
            if entry.options:
                self._options[f'{kind}.{place}'] = RuleOptions(
                    entry.options, part['options'], self._context, lambda new: self._set_options(part, new),
                    lambda options: self._target(entry, options),
                )  # fmt: skip
            self._errors[f'{kind}.{place}'] = text('', 'a-error')

    def _part_buttons(self, kind: str, place: int) -> None:
        last = len(self.draft[kind]) - 1
        if kind == 'steps' and last:
            up = icon_button('arrow_upward', t('Up'), lambda: self._move(place, -1), small=True)
            down = icon_button('arrow_downward', t('Down'), lambda: self._move(place, 1), small=True)
            up.set_enabled(place > 0)
            down.set_enabled(place < last)
        icon_button('close', t('Remove'), lambda: self._remove(kind, place), small=True)

    def _target(self, entry: Any, options: Mapping[str, Any]) -> Any:
        return entry.target(options, self._context.catalog, self._context.catalogs)

    def _adding(self, kind: str) -> None:
        several = bool(self.draft[kind])
        captions = {
            'triggers': t('Another beginning') if several else t('Choose what starts the rule'),
            'steps': t('Add action'),
        }
        adding = ui.element('div').classes('ar-add')
        with adding, button(captions[kind], quiet=several, icon='add'), ui.menu().classes('ar-menu'):
            for key, entry in _in_order(kind):
                fits = kind == 'steps' or self._context.catalog.pipelines or not key.startswith('stage_')
                if fits:
                    menu_item(
                        t(entry.label), lambda key=key: self._add(kind, key),
                        icon_name=_icons(kind).get(key, OTHER_ICON),
                    )  # fmt: skip
        self._errors[kind] = text('', 'a-error')

    def _add(self, kind: str, key: str) -> Any:
        options = with_defaults(_entries(kind)[key].options)
        self.draft[kind].append({PART_KEYS[kind]: key, 'options': options})
        return self._reshaped(kind)

    def _remove(self, kind: str, place: int) -> Any:
        del self.draft[kind][place]
        return self._reshaped(kind)

    def _move(self, place: int, by: int) -> Any:
        steps = self.draft['steps']
        steps[place], steps[place + by] = steps[place + by], steps[place]
        return self._reshaped('steps')

    def _reshaped(self, kind: str) -> Any:
        self._options = {place: form for place, form in self._options.items() if not place.startswith(kind)}
        self._errors = {place: line for place, line in self._errors.items() if not place.startswith(kind)}
        self._draw_parts(kind)
        with self._box(kind):
            return self._changed()

    def _set_options(self, part: Draft, options: Mapping[str, Any]) -> Any:
        part['options'] = dict(options)
        return self._changed()

    # Faults and words

    def _changed(self) -> Any:
        self.refresh()
        return self._on_change()

    def refresh(self) -> None:
        """Say the rule anew, and what is wrong with it once somebody tried to save."""
        self.faults = draft_faults(self.draft, self._context.catalogs)
        if self._sentence is not None:
            self._sentence.set_text(draft_sentence(self.draft, self.faults, self._context.words))
        self._show_faults()

    def _show_faults(self) -> None:
        shown = self.faults if self._strict else {}
        sentences = {place: _sentence(place, problem) for place, problem in shown.items()}
        for place, form in self._options.items():
            form.refuse(
                {at.removeprefix(f'{place}.'): s for at, s in sentences.items() if at.startswith(f'{place}.')}
            )
        for place, line in self._errors.items():
            found = [
                s
                for at, s in sentences.items()
                if at == place or (place == 'conditions' and at.startswith(place))
            ]
            line.set_text(found[0] if found else '')

    def refuse(self, errors: Mapping[str, Problem] | None = None) -> bool:
        """From now on show every fault; whether there are any."""
        self._strict = True
        self.refresh()
        if errors:
            self.faults = {**self.faults, **errors}
            self._show_faults()
        return bool(self.faults)


def _entries(kind: str) -> Mapping[str, Any]:
    return TRIGGERS if kind == 'triggers' else ACTIONS


def _sentence(place: str, problem: Problem) -> str:
    if problem.code == 'required' and place == 'triggers':
        return t('Choose what starts the rule.')
    if problem.code == 'required' and place == 'steps':
        return t('Add at least one action.')
    return words(problem)


def _in_order(kind: str) -> list[tuple[str, Any]]:
    """The kinds to choose from, the usual ones first."""
    usual = list(_icons(kind))
    places = {key: usual.index(key) if key in usual else len(usual) for key in _entries(kind)}
    return sorted(_entries(kind).items(), key=lambda entry: places[entry[0]])


def _icons(kind: str) -> Mapping[str, str]:
    return TRIGGER_ICONS if kind == 'triggers' else ACTION_ICONS


def _section(icon_name: str, title: str, *, last: bool = False) -> ui.element:
    """One of the three parts of a rule, its title beside the rail; gives the place for its cards."""
    with ui.element('section').classes('ar-section').classes('ar-section--last' if last else ''):
        with ui.element('span').classes('ar-rail'):
            icon(icon_name)
        with ui.element('div').classes('ar-section__inside') as inside:
            text(title, 'a-h2').props('role=heading aria-level=2')
    return inside


def faults_elsewhere(faults: Mapping[str, Problem]) -> Sequence[Problem]:
    """Faults that belong to no card, such as a catalogue that is gone."""
    return [
        problem
        for place, problem in faults.items()
        if place.split('.')[0] not in ('triggers', 'steps', 'conditions')
    ]
