"""The step of an import that shows the dry run: figures, names without a match, refused rows, automations."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from nicegui import events, ui

from integrations.exchange.dry_run import Forecast
from integrations.exchange.importer import Importer
from integrations.exchange.names import Unmatched
from integrations.exchange.plan import PEOPLE, REST, Answer, key_of
from store import FieldSpec, Problem
from store.imports import RefusedRow
from ui.components.basics import button, dot, icon, tell
from ui.components.controls.picker import Picker
from ui.components.import_report import download_refused
from ui.components.import_rights import draw_rights_hint
from ui.components.import_rules import RuleChoice
from ui.components.import_state import Wizard, reason_of
from ui.components.references import ref_of, search_people, searcher
from ui.session import records
from ui.text import label, language, n, number, t
from ui.values import field_label

SHOWN_VALUES = 8
MORE_VALUES = 50
SHOWN_REASONS = 12
OTHER = 'other'
CREATE, EMPTY, REFUSE = 'create', 'empty', 'refuse'


class Check:
    """Draws the dry run; another answer runs it again."""

    def __init__(self, wizard: Wizard) -> None:
        self._wizard = wizard
        self._turn = 0

    @property
    def _forecast(self) -> Forecast:
        return self._wizard.forecast or Forecast()

    async def draw(self) -> None:
        """Draw the step into the open slot."""
        with ui.element('section').classes('im-section') as self._figures:
            self._draw_figures()
        unmatched = self._forecast.unmatched
        if unmatched:
            with ui.element('section').classes('im-section'):
                ui.label(t('Names without a match')).classes('a-h2').props('role=heading aria-level=2')
                for code in dict.fromkeys(one.field for one in unmatched):
                    spec = self._wizard.spec(code)
                    if spec:
                        self._draw_field(spec, [one for one in unmatched if one.field == code])
        with ui.element('section').classes('im-section') as self._reasons:
            self._draw_reasons()
        with ui.element('section').classes('im-section'):
            self._rules = RuleChoice(self._wizard)
            await self._rules.draw()
        if self._wizard.target.code != PEOPLE:
            await draw_rights_hint(self._wizard.target.code)
        with ui.element('div').classes('im-foot'):
            button(t('Back'), lambda: self._wizard.redraw('columns'), quiet=True)
            self._start = button('', self._begin, primary=True).mark('start')
        self._show_start()

    # Figures

    def _draw_figures(self) -> None:
        found = self._forecast
        with ui.element('div').classes('im-figures').props('aria-live=polite'):
            _figure(t('will be created'), found.created)
            _figure(t('will be updated'), found.updated)
            if self._wizard.target.code == PEOPLE:
                _figure(t('of the new are contacts already'), found.linked)
            _figure(t('will be refused'), len(found.refused), bad=True)
        if found.namesakes:
            self._draw_namesakes(found.namesakes)
        known = {s.code: s for line in self._wizard.target.pipelines for s in line.stages}
        if known and found.stages:
            with ui.element('div').classes('a-row a-wrap a-gap-16'):
                for code, count in sorted(
                    found.stages.items(), key=lambda one: [*known, one[0]].index(one[0])
                ):
                    with ui.element('span').classes('a-row a-gap-4 a-small'):
                        dot(known[code].color if code in known else '')
                        ui.label(label(known[code]) if code in known else code).classes('a-muted')
                        ui.label(number(count)).classes('a-num a-strong')

    def _draw_namesakes(self, count: int) -> None:
        """The file may have been imported before: one click updates instead of doubling."""

        async def update_instead() -> None:
            self._wizard.change(mode='both', key=self._wizard.target.name_field)
            await self._again(redraw=True)

        with ui.element('div').classes('im-note').props('role=status'):
            icon('content_copy')
            ui.label(
                n(
                    '{count} row has a name that exists already.',
                    '{count} rows have names that exist already.',
                    count,
                )
            ).classes('a-grow')
            button(t('Update those'), update_instead, small=True).mark('update-those')

    def _show_start(self) -> None:
        count = self._forecast.created + self._forecast.updated
        self._start.text = n('Import {count} row', 'Import {count} rows', count)
        self._start.set_enabled(count > 0)

    # Names without a match

    def _draw_field(self, spec: FieldSpec, values: Sequence[Unmatched]) -> None:
        rows = sum(one.count for one in values)
        with ui.element('div').classes('a-card').mark(f'unmatched-{spec.code}'):
            with ui.element('div').classes('im-value im-value--head'):
                with ui.element('div').classes('a-col a-gap-0'):
                    ui.label(field_label(spec)).classes('im-value__name')
                    ui.label(n('{count} name', '{count} names', len(values))).classes('a-meta')
                ui.label(n('{count} row', '{count} rows', rows)).classes('a-meta a-num')
                if len(values) > 1:
                    with ui.element('div').classes('im-value__choice'):
                        self._draw_rest(spec)
            for one in values[:SHOWN_VALUES]:
                self._draw_value(spec, one)
            if len(values) > SHOWN_VALUES:
                self._draw_more(spec, values[SHOWN_VALUES:])

    def _draw_more(self, spec: FieldSpec, values: Sequence[Unmatched]) -> None:
        """The less frequent ones, a page at a time."""
        box = ui.element('div')

        def show() -> None:
            box.clear()
            with box:
                for one in values[:MORE_VALUES]:
                    self._draw_value(spec, one)
                if len(values) > MORE_VALUES:
                    self._draw_more(spec, values[MORE_VALUES:])

        with box, ui.element('div').classes('im-reason'):
            button(n('Show {count} more', 'Show {count} more', len(values)), show, quiet=True, small=True)

    def _draw_rest(self, spec: FieldSpec) -> None:
        rest = self._wizard.plan.answers.get(spec.code, {}).get(REST, Answer())
        more = self._more(spec, t('All: create'), t('All: skip rows'))
        self._select({EMPTY: self._all_empty(spec), **more}, rest.do, spec, REST, t('For all names'))

    def _all_empty(self, spec: FieldSpec) -> str:
        return t('All: begin at the first stage') if spec.type == 'stage' else t('All: leave empty')

    def _draw_value(self, spec: FieldSpec, one: Unmatched) -> None:
        with ui.element('div').classes('im-value').mark(f'value-{one.value}'):
            with ui.element('div').classes('a-col a-gap-0'):
                ui.label(one.value).classes('im-value__name')
                if one.ambiguous:
                    ui.label(t('Several records bear this name')).classes('a-meta')
                elif one.likely and one.answer.do == 'empty':
                    self._draw_likely(spec, one)
            ui.label(n('{count} row', '{count} rows', one.count)).classes('a-meta a-num')
            with ui.element('div').classes('im-value__choice a-col a-gap-4') as slot:
                self._draw_choice(spec, one, slot)

    def _draw_likely(self, spec: FieldSpec, one: Unmatched) -> None:
        """The most alike one, a click away."""
        best = one.likely[0]

        async def take() -> None:
            await self._answer(spec, one.value, Answer('map', best.to), redraw=True)

        with ui.element('span').classes('a-row a-gap-4 a-meta'):
            ui.label(t('Looks like'))
            ui.button(best.title, on_click=take, color=None).classes('im-likely').mark(f'likely-{one.value}')

    def _draw_choice(self, spec: FieldSpec, one: Unmatched, slot: ui.element) -> None:
        answer = one.answer
        choices = self._choices(spec, one)
        value = f'map:{answer.to}' if answer.do == 'map' else answer.do
        if value not in choices:
            choices[value] = t('Another one')

        def chosen(event: events.ValueChangeEventArguments[Any]) -> None:
            if event.value == OTHER:
                with slot:
                    self._draw_picker(spec, one.value)

        self._select(choices, value, spec, one.value, t('For “{value}”', value=one.value), also=chosen)

    def _choices(self, spec: FieldSpec, one: Unmatched) -> dict[str, str]:
        near = (*one.ambiguous, *one.likely)
        choices = {f'map:{option.to}': t('Take “{name}”', name=option.title) for option in near}
        if spec.type == 'stage':
            for line in self._wizard.target.pipelines:
                if self._wizard.plan.pipeline in ('', line.code):
                    choices |= {f'map:{s.code}': t('Take “{name}”', name=label(s)) for s in line.stages}
        elif spec.type in ('choice', 'choices'):
            choices |= {
                f'map:{c["key"]}': t('Take “{name}”', name=_named(c)) for c in spec.options.get('choices', ())
            }
        empty = t('Begin at the first stage') if spec.type == 'stage' else t('Leave empty')
        choices = {
            EMPTY: empty,
            **choices,
            **self._more(spec, t('Create “{name}”', name=one.value), t('Skip these rows')),
        }
        if spec.type in ('link', 'person') and spec.options.get('target') != '*':
            choices[OTHER] = t('Choose another one…')
        return choices

    def _more(self, spec: FieldSpec, create: str, refuse: str) -> dict[str, str]:
        return ({CREATE: create} if self._may_make(spec) else {}) | {REFUSE: refuse}

    def _may_make(self, spec: FieldSpec) -> bool:
        mine, target = records(), str(spec.options.get('target', ''))
        if spec.type == 'link':
            return target != '*' and mine.may('create', target)
        roles = self._wizard.target.code == PEOPLE and spec.type == 'choices'
        return mine.actor.is_admin and not roles

    def _select(
        self, choices: Mapping[str, str], value: str, spec: FieldSpec, name: str, hint: str,
        also: Callable[[events.ValueChangeEventArguments[Any]], None] | None = None,
    ) -> None:  # fmt: skip
        async def chosen(event: events.ValueChangeEventArguments[Any]) -> None:
            if also:
                also(event)
            if event.value != OTHER:
                do, _, to = str(event.value).partition(':')
                await self._answer(spec, name, _answer(spec, do, to))

        control = ui.select(dict(choices), value=value, on_change=chosen)
        control.props['aria-label'] = hint

    def _draw_picker(self, spec: FieldSpec, value: str) -> None:
        search = search_people if spec.type == 'person' else searcher(str(spec.options.get('target', '')))

        async def picked(chosen: Sequence[Mapping[str, Any]]) -> None:
            if chosen:
                await self._answer(spec, value, Answer('map', ref_of(chosen[0]).id))

        Picker(search=search, look='link', label=field_label(spec), on_set=picked)

    async def _answer(self, spec: FieldSpec, value: str, answer: Answer, *, redraw: bool = False) -> None:
        plan = self._wizard.plan
        own = dict(plan.answers.get(spec.code, {}))
        if value == REST:
            own = {REST: answer}
        else:
            own[key_of(value)] = answer
        self._wizard.change(answers={**plan.answers, spec.code: own})
        await self._again(redraw=redraw or value == REST)

    async def _again(self, *, redraw: bool) -> None:
        """Run dry once more; only the last of quick answers is shown."""
        self._turn += 1
        turn = self._turn
        self._figures.classes('im-stale')
        self._start.set_enabled(False)
        await asyncio.sleep(0.05)
        if turn != self._turn:
            return
        wizard = self._wizard
        try:
            found = await Importer(records()).forecast(wizard.job, wizard.plan)
        except Problem as problem:
            tell(problem)
            return
        if turn == self._turn:
            wizard.forecast = found
            await self._show(redraw=redraw)

    async def _show(self, *, redraw: bool) -> None:
        if redraw:
            await self._wizard.redraw('check')
            return
        for box, draw in ((self._figures, self._draw_figures), (self._reasons, self._draw_reasons)):
            box.clear()
            with box:
                draw()
        await self._rules.refresh()
        self._figures.classes(remove='im-stale')
        self._show_start()

    # Refused rows

    def _draw_reasons(self) -> None:
        found = self._forecast
        self._reasons.set_visibility(bool(found.refused))
        if not found.refused:
            return
        ui.label(t('Refused rows')).classes('a-h2').props('role=heading aria-level=2')
        with ui.element('div').classes('a-card'):
            for (code, problem), count in found.reasons.most_common(SHOWN_REASONS):
                self._draw_reason(code, problem, count)
        with ui.element('div').classes('a-row'):
            button(t('Download the refused rows'), self._download, icon='download', small=True)

    def _draw_reason(self, code: str, problem: str, count: int) -> None:
        rows = [
            one for one in self._forecast.refused if (one.facts.get('field'), one.code) == (code, problem)
        ]
        with ui.element('div').classes('im-reason'):
            facts = dict(rows[0].facts) if rows else {}
            ui.label(reason_of(self._wizard, code, problem, facts)).classes('a-grow')
            if rows:
                ui.label(_examples(rows)).classes('a-meta a-num')
            ui.label(n('{count} row', '{count} rows', count)).classes('a-num a-strong')

    async def _download(self) -> None:
        await download_refused(
            self._wizard.job, self._wizard.plan, self._forecast.refused, self._wizard.reason
        )

    # Start

    async def _begin(self) -> None:
        self._start.props('loading')
        try:
            await Importer(records()).start(self._wizard.job, self._wizard.plan)
        except Problem as problem:
            tell(problem)
            self._start.props(remove='loading')
            return
        await self._wizard.redraw('run')


def _answer(spec: FieldSpec, do: str, to: str) -> Answer:
    if do == 'map':
        return Answer('map', int(to) if spec.type in ('link', 'person') else to)
    return {CREATE: Answer('create'), REFUSE: Answer('refuse')}.get(do, Answer())


def _figure(caption: str, count: int, *, bad: bool = False) -> None:
    kind = 'im-figure--zero' if not count else 'im-figure--bad' if bad else ''
    with ui.element('div').classes(f'a-card im-figure {kind}'):
        ui.label(number(count)).classes('im-figure__number')
        ui.label(caption).classes('a-meta')


def _named(choice: Mapping[str, Any]) -> str:
    return str(choice.get('labels', {}).get(language()) or choice.get('label') or choice['key'])


def _examples(rows: Sequence[RefusedRow]) -> str:
    shown = ', '.join(str(one.row) for one in rows[:3])
    return (
        t('row {rows}', rows=shown)
        if len(rows) == 1
        else t('rows {rows}', rows=shown + ('…' if len(rows) > 3 else ''))
    )
