"""The short form for a new record: its name, its key fields, and whatever it cannot be saved without."""

import asyncio
from collections.abc import Iterable, Mapping
from typing import Any

from nicegui import ui

from store import Catalog, FieldSpec, Invalid, Problem, RecordView
from ui import theme
from ui.components.basics import button, tell
from ui.components.elsewhere import Elsewhere
from ui.components.form import Form
from ui.session import records
from ui.text import field_errors, label, label_one, t

theme.add_style('components/record.css')

EXTRA = 3
"""Key fields beyond the required ones when the catalogue names no card fields."""


class MiniCard:
    """A dialog with a short form; `answer()` waits for the new record, None when it was given up."""

    def __init__(self, catalog: Catalog, values: Mapping[str, Any], stage: str | None) -> None:
        self._catalog, self._stage, self._given = catalog, stage, dict(values)
        self._busy = asyncio.Lock()
        with ui.dialog() as self._dialog, ui.element('div').classes('rc-dialog').mark('mini-card'):
            ui.label(t('New: {name}', name=label_one(catalog))).classes('rc-dialog__title')
            self._place()
            self.form = Form(
                short_fields(catalog, stage, self._given),
                self._given,
                on_change=self._follow,
                on_submit=self._save,
            )
            self._elsewhere = Elsewhere(catalog, self.form.fields)
            with ui.element('div').classes('rc-dialog__foot'):
                button(t('Cancel'), lambda: self._dialog.submit(None))
                button(t('Create'), self._save, primary=True).mark('mini-card-save')

    def _place(self) -> None:
        found = self._catalog.stage(self._stage) if self._stage else None
        if found is not None:
            pipeline, stage = found
            words = (
                label(stage) if len(self._catalog.pipelines) < 2 else f'{label(pipeline)} · {label(stage)}'
            )
            with ui.element('div').classes('rc-dialog__stage'):
                ui.element('span').classes('a-dot').style(f'--c:{stage.color}')
                ui.label(words)

    async def _follow(self, _code: str, _value: Any) -> None:
        await self._elsewhere.show({**self._given, **self.form.values})

    async def answer(self) -> RecordView | None:
        """Open, and wait until it is saved or given up."""
        self._dialog.open()
        with self._dialog:
            self.form.start()
        made: RecordView | None = await self._dialog
        self._dialog.delete()
        return made

    async def _save(self) -> None:
        if self._busy.locked() or not self.form.check():
            return
        async with self._busy:
            typed = {code: value for code, value in self.form.values.items() if value is not None}
            try:
                made = await records().create(self._catalog.code, {**self._given, **typed}, stage=self._stage)
            except Invalid as problem:
                self._refused(problem)
            except Problem as problem:
                tell(problem)
            else:
                self._dialog.submit(made)

    def _refused(self, problem: Invalid) -> None:
        errors = field_errors(problem)
        self.form.refuse(errors)
        if not errors.keys() & self.form.fields.keys():
            tell(problem)


async def quick_create(
    catalog: str, values: Mapping[str, Any] | None = None, stage: str | None = None
) -> RecordView | None:
    """Ask for a new record in a dialog; None when the person gives up.

    `values` are taken as they are and shown where the short form holds their field."""
    return await MiniCard(records().catalog(catalog), values or {}, stage).answer()


def short_fields(catalog: Catalog, stage: str | None, given: Mapping[str, Any]) -> list[FieldSpec]:
    """The fields of the short form: never one fewer than saving needs."""
    title = catalog.field('title')
    live = list(catalog.live_fields)
    line, step = catalog.stage(stage or '') or (catalog.pipeline(), None)
    needed = set(step.required if step else ()) | {
        spec.code for spec in live if spec.required and spec.default is None
    }
    key = [code for code in catalog.card.values() if catalog.field(code)] or [
        spec.code for spec in live[:EXTRA]
    ]
    wanted = {*key, *needed, *([line.value_field] if line and line.value_field else [])}
    chosen = [spec for spec in live if spec.code in wanted or spec.code in given]
    return [*([title] if title else []), *_writable(chosen, needed)]


def _writable(specs: Iterable[FieldSpec], needed: set[str]) -> list[FieldSpec]:
    plain = [spec for spec in specs if not spec.read_only and spec.type != 'auto_number']
    return [spec if spec.required or spec.code not in needed else _required(spec) for spec in plain]


def _required(spec: FieldSpec) -> FieldSpec:
    return FieldSpec(**{name: getattr(spec, name) for name in FieldSpec.__slots__} | {'required': True})
