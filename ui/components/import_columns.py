"""The step of an import that says where columns go and how their text is read."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from nicegui import events, ui

from integrations.exchange.importer import Importer, sheets_of
from integrations.exchange.mapping import split
from integrations.exchange.plan import CURRENCY, Plan
from store import Problem
from ui.components.basics import button, icon, tell
from ui.components.import_state import Wizard, target_name
from ui.place import go
from ui.session import records, session
from ui.text import date_short, label, n, t
from ui.values import field_label

NOT_TAKEN = ''
SAMPLES = 3
SAMPLE_CHARS = 40
CURRENCIES = ('RUB', 'USD', 'EUR', 'BYN', 'KZT', 'UAH', 'GBP', 'CNY', 'AED', 'TRY')
DECIMALS = {'.': '1,234.56', ',': '1 234,56'}
DAYS = {'ymd': '2026-12-31', 'dmy': '31.12.2026', 'mdy': '12/31/2026'}


class Columns:
    """Draws the step and keeps the plan in step with what is chosen."""

    def __init__(self, wizard: Wizard) -> None:
        self._wizard = wizard

    async def draw(self) -> None:
        """Draw the step into the open slot."""
        wizard = self._wizard
        with ui.element('section').classes('im-section'):
            self._draw_aims()
        await self._draw_last()
        await self._draw_warnings()
        with ui.element('section').classes('im-section'):
            with ui.element('div').classes('a-row a-between a-wrap'):
                ui.label(t('Columns')).classes('a-h2').props('role=heading aria-level=2')
                ui.label(_read_as(wizard)).classes('a-meta a-num')
            self._draw_columns()
        with ui.element('section').classes('im-section'):
            ui.label(t('Records that exist already')).classes('a-h2').props('role=heading aria-level=2')
            self._draw_matching()
        with ui.element('section').classes('im-section'):
            ui.label(t('How the text is read')).classes('a-h2').props('role=heading aria-level=2')
            self._draw_reading()
        with ui.element('div').classes('im-foot'):
            button(t('Another file'), lambda: go('/import'), quiet=True)
            self._next = button(t('Check the file'), self._check, primary=True)
        self._next.set_enabled(bool(wizard.plan.columns))

    # Target, sheet, header, pipeline

    def _draw_aims(self) -> None:
        wizard, plan = self._wizard, self._wizard.plan
        with ui.element('div').classes('im-fields'):
            names = {code: target_name(code) for code in Importer(records()).targets()}
            _select(t('Import into'), names, plan.catalog, self._aimed)
            sheets = sheets_of(wizard.job)
            if len(sheets) > 1:
                named = {number: sheet.name for number, sheet in enumerate(sheets)}
                _select(t('Sheet'), named, plan.sheet, self._sheet_chosen)
            places = {
                0: t('No captions'),
                **{place: t('Row {row}', row=place) for place, _ in wizard.sheet.first[:10]},
            }
            places.setdefault(plan.header, t('Row {row}', row=plan.header))
            _select(t('Captions are in'), places, plan.header, self._header_chosen)
            if len(wizard.target.pipelines) > 1:
                lines = {line.code: label(line) for line in wizard.target.pipelines}
                _select(t('Pipeline'), lines, plan.pipeline, lambda e: wizard.change(pipeline=e.value))

    async def _aimed(self, event: events.ValueChangeEventArguments[Any]) -> None:
        await self._wizard.aim(str(event.value))
        await self._wizard.redraw('columns')

    async def _sheet_chosen(self, event: events.ValueChangeEventArguments[Any]) -> None:
        await self._wizard.aim(self._wizard.plan.catalog, int(event.value))
        await self._wizard.redraw('columns')

    async def _header_chosen(self, event: events.ValueChangeEventArguments[Any]) -> None:
        self._wizard.change(header=int(event.value))
        await self._wizard.redraw('columns')

    # What was chosen the last time

    async def _draw_last(self) -> None:
        """That the columns are as in an earlier import of such a table; one click thinks them out anew."""
        wizard = self._wizard
        last = await Importer(records()).last_like(wizard.job, wizard.plan)
        if last is None or Plan.from_plain(last.plan).columns != wizard.plan.columns:
            return

        async def anew() -> None:
            await wizard.aim(wizard.plan.catalog, anew=True)
            await wizard.redraw('columns')

        with ui.element('div').classes('im-note im-note--calm').props('role=status').mark('as-last-time'):
            icon('history')
            when, name = date_short(last.uploaded_at), last.file_name
            ui.label(
                t('Columns and answers are as in your import of “{name}”, {date}.', name=name, date=when)
            ).classes('a-grow')
            button(t('Propose anew'), anew, small=True)

    # Warnings

    async def _draw_warnings(self) -> None:
        """Sections that linked names would be looked for in, but that are empty yet."""
        wizard, mine = self._wizard, records()
        readable = {catalog.code: catalog for catalog in mine.catalogs()}
        targets: dict[str, str] = {}
        for code in wizard.plan.columns.values():
            spec = wizard.spec(code)
            target = str(spec.options.get('target')) if spec and spec.type == 'link' else ''
            if spec and target in readable and target != wizard.target.code:
                targets[target] = field_label(spec)
        for target, field in targets.items():
            if await mine.count(target) == 0:
                with ui.element('div').classes('im-note').props('role=status'):
                    icon('info')
                    ui.label(
                        t(
                            '“{section}” is empty.'
                            ' Import it first, and the column “{field}” finds its records.',
                            section=label(readable[target]),
                            field=field,
                        )
                    )

    # Columns

    def _draw_columns(self) -> None:
        captions, rows = split(self._wizard.sheet, self._wizard.plan.header)
        options = self._field_options()
        with ui.element('div').classes('a-card im-columns'):
            with ui.element('div').classes('im-column im-column--head'):
                ui.label(t('In the file'))
                ui.element('span')
                ui.label(t('Field'))
            for index, caption in enumerate(captions):
                self._draw_column(index, caption, rows, options)

    def _draw_column(
        self, index: int, caption: str, rows: Sequence[Sequence[str]], options: Mapping[str, str]
    ) -> None:
        chosen = self._wizard.plan.columns.get(index, NOT_TAKEN)
        with ui.element('div').classes('im-column' if chosen else 'im-column im-column--off') as line:
            with ui.element('div').classes('a-col a-gap-0'):
                named = caption.strip() or t('Column {number}', number=index + 1)
                ui.label(named).classes('im-column__name a-ellipsis')
                ui.label(_samples(index, rows)).classes('a-meta a-ellipsis')
            icon('arrow_forward')

            def choose(event: events.ValueChangeEventArguments[Any]) -> None:
                self._choose(index, str(event.value or NOT_TAKEN))
                line.classes(remove='im-column--off') if event.value else line.classes('im-column--off')

            control = _select('', options, chosen, choose)
            control.props['aria-label'] = t('Field for “{column}”', column=named)
            control.mark(f'column-{index}')

    def _field_options(self) -> dict[str, str]:
        wizard = self._wizard
        options = {NOT_TAKEN: t('Do not import')}
        for spec in wizard.target.fields:
            options[spec.code] = field_label(spec)
            if spec.type == 'money':
                options[spec.code + CURRENCY] = wizard.field_name(spec.code + CURRENCY)
        for code in wizard.plan.columns.values():
            options.setdefault(code, wizard.field_name(code))
        return options

    def _choose(self, index: int, code: str) -> None:
        columns = {i: c for i, c in self._wizard.plan.columns.items() if i != index}
        if code:
            columns[index] = code
        self._wizard.change(columns=dict(sorted(columns.items())))
        self._next.set_enabled(bool(columns))

    # Matching

    def _draw_matching(self) -> None:
        wizard, plan = self._wizard, self._wizard.plan
        modes = {
            'create': t('Only create new ones'),
            'both': t('Update those found, create the rest'),
            'update': t('Only update those found'),
        }
        keys = {'': t('Do not look for them'), **{s.code: field_label(s) for s in wizard.target.matching()}}
        with ui.element('div').classes('im-fields'):
            _select(t('What to do'), modes, plan.mode, self._mode_chosen).mark('mode')
            self._key = _select(t('Found by'), keys, plan.key, lambda e: wizard.change(key=e.value)).mark(
                'key'
            )
        ui.checkbox(
            t('An empty cell empties the field'),
            value=plan.clears,
            on_change=lambda e: wizard.change(clears=e.value),
        )

    def _mode_chosen(self, event: events.ValueChangeEventArguments[Any]) -> None:
        """Updating needs a key: the first filled field that tells records apart."""
        self._wizard.change(mode=event.value)
        plan, fields = self._wizard.plan, self._wizard.target.matching()
        if plan.mode != 'create' and plan.column_of(plan.key) is None:
            self._key.value = next(
                (spec.code for spec in fields if plan.column_of(spec.code) is not None), plan.key
            )

    # Reading

    def _draw_reading(self) -> None:
        plan = self._wizard.plan
        with ui.element('div').classes('im-fields'):
            _select(t('Numbers'), DECIMALS, plan.reading.decimal, lambda e: self._read(decimal=e.value))
            _select(t('Dates'), DAYS, plan.reading.dates, lambda e: self._read(dates=e.value))
            if any(spec.type == 'money' for spec in self._wizard.target.fields):
                names = {'': t('As set in the field'), **{code: code for code in CURRENCIES}}
                _select(
                    t('Currency, unless written'),
                    names,
                    plan.reading.currency,
                    lambda e: self._read(currency=e.value),
                )

    def _read(self, **values: Any) -> None:
        self._wizard.change(reading=replace(self._wizard.plan.reading, zone=session().zone, **values))

    async def _check(self) -> None:
        wizard = self._wizard
        wizard.change(reading=replace(wizard.plan.reading, zone=session().zone))
        self._next.props('loading')
        try:
            wizard.forecast = await Importer(records()).forecast(wizard.job, wizard.plan)
        except Problem as problem:
            tell(problem)
            self._next.props(remove='loading')
            return
        await wizard.redraw('check')


def _select(caption: str, options: Mapping[Any, str], value: Any, on_change: Any) -> ui.select:
    known = dict(options)
    known.setdefault(value, str(value))
    return ui.select(known, label=caption or None, value=value, on_change=on_change)


def _read_as(wizard: Wizard) -> str:
    """How much the file holds, and how it was read."""
    sheet = wizard.sheet
    rows = n('{count} row', '{count} rows', sheet.rows - (1 if wizard.plan.header else 0))
    encoding = sheet.facts.get('encoding', '').upper()
    delimiter = {'\t': t('tab')}.get(sheet.facts.get('delimiter', ''), sheet.facts.get('delimiter', ''))
    parts = [rows, encoding, t('delimiter {sign}', sign=delimiter) if delimiter else '']
    return ' · '.join(part for part in parts if part)


def _samples(index: int, rows: Sequence[Sequence[str]]) -> str:
    """The first different values of a column."""
    found = dict.fromkeys(row[index].strip() for row in rows if index < len(row) and row[index].strip())
    shown = [
        one if len(one) <= SAMPLE_CHARS else one[: SAMPLE_CHARS - 1] + '…' for one in list(found)[:SAMPLES]
    ]
    return ' · '.join(shown) or '—'
