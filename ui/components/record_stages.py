"""The stage strip of a record: click to move; what a stage requires is asked in place."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from nicegui import ui
from nicegui.element import Element

from store import Catalog, Invalid, Pipeline, Problem, RecordView
from ui.components.basics import button, tell
from ui.components.controls.picker import Picker
from ui.components.form import Form
from ui.components.record_state import RecordState
from ui.session import records
from ui.text import field_errors, label, t


class StageStrip(Element, component='stage_strip.js', default_classes='rs-root'):
    """The stages of a pipeline, the present one lit."""

    def give(self, pipeline: Pipeline, current: str | None, *, readonly: bool) -> None:
        """Show where the record stands."""
        self._props['stages'] = [
            {'code': s.code, 'label': label(s), 'color': s.color, 'kind': s.kind} for s in pipeline.stages
        ]
        self._props['current'] = current or ''
        self._props['readonly'] = readonly
        self._props['label'] = t('Stage')


class Stages:
    """The strip of a page's record, and the choice of another pipeline where there are several."""

    def __init__(self, state: RecordState) -> None:
        self._state = state
        with ui.element('div').classes('rs-line'):
            if len(state.catalog.pipelines) > 1:
                self._picker = self._pipelines()
            self._strip = StageStrip().mark('stage-strip')
        self._strip.on('go', lambda e: self._go(str(e.args)))
        self._refreshed(state.view)
        state.listen(self._refreshed)

    def _pipelines(self) -> Picker:
        options = [{'id': p.code, 'title': label(p)} for p in self._state.catalog.pipelines]
        return Picker(
            options=options,
            look='plain',
            clearable=False,
            label=t('Pipeline'),
            readonly=not self._state.may_move,
            on_set=lambda chosen: self._switch(str(chosen[0]['id'])),
        ).classes('rs-pipeline')

    def _refreshed(self, view: RecordView) -> None:
        found = self._state.catalog.stage(view.stage or '')
        pipeline = found[0] if found else self._state.catalog.pipelines[0]
        self._strip.give(pipeline, view.stage, readonly=not self._state.may_move)
        if len(self._state.catalog.pipelines) > 1:
            self._picker.give([{'id': pipeline.code, 'title': label(pipeline)}])

    async def _switch(self, code: str) -> None:
        pipeline = self._state.catalog.pipeline(code)
        if pipeline is not None:
            await self._go(pipeline.start.code)

    async def _go(self, stage: str) -> None:
        moved = await move_asking(self._state.catalog, self._state.view, stage)
        if moved is None:
            self._refreshed(self._state.view)
        else:
            await self._state.take(moved)


async def move_asking(
    catalog: Catalog, view: RecordView, stage: str, above: int | None = None, below: int | None = None
) -> RecordView | None:
    """Move a record; ask first for empty fields that the stage requires. None when it stays."""
    found = catalog.stage(stage)
    needed = [code for code in (found[1].required if found else ()) if view.values.get(code) is None]
    try:
        if not needed:
            return await _move(catalog, view, stage, {}, above, below)
    except Invalid as problem:
        needed = [code for code in problem.errors if catalog.field(code)]
        if not needed:
            tell(problem)
            return None
    except Problem as problem:
        tell(problem)
        return None
    return await _Required(catalog, view, stage, needed, (above, below)).answer()


async def _move(
    catalog: Catalog,
    view: RecordView,
    stage: str,
    values: Mapping[str, Any],
    above: int | None,
    below: int | None,
) -> RecordView:
    mine = records()
    async with mine.transaction():
        if values:
            await mine.change(catalog.code, view.id, values)
        return await mine.move(catalog.code, view.id, stage=stage, above=above, below=below)


class _Required:
    """A small dialog with the fields a stage requires."""

    def __init__(
        self,
        catalog: Catalog,
        view: RecordView,
        stage: str,
        needed: list[str],
        place: tuple[int | None, int | None],
    ) -> None:
        self._move = (catalog, view, stage)
        self._place = place
        found = catalog.stage(stage)
        specs = [replace(spec, required=True) for code in needed if (spec := catalog.field(code))]
        with ui.dialog() as self._dialog, ui.element('div').classes('rc-dialog').mark('stage-required'):
            name = label(found[1]) if found else stage
            ui.label(t('“{stage}” needs to know', stage=name)).classes('rc-dialog__title')
            self._form = Form(specs, view.values, on_submit=self._save)
            with ui.element('div').classes('rc-dialog__foot'):
                button(t('Cancel'), lambda: self._dialog.submit(None))
                button(t('Move'), self._save, primary=True)

    async def answer(self) -> RecordView | None:
        """Ask; None when the person gives up."""
        answer: RecordView | None = await self._dialog
        self._dialog.delete()
        return answer

    async def _save(self) -> None:
        if not self._form.check():
            return
        catalog, view, stage = self._move
        try:
            moved = await _move(catalog, view, stage, self._form.values, *self._place)
        except Invalid as problem:
            self._form.refuse(field_errors(problem))
        except Problem as problem:
            tell(problem)
        else:
            self._dialog.submit(moved)
