"""Fields edited in place: saved when left, refused beside the field, conflicts settled by choice."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from nicegui import ui

from store import Conflict, FieldSpec, Invalid, NotFound, Problem, RecordView
from store.layouts import Block, LayoutTab
from ui.components.basics import button, icon, tell
from ui.components.elsewhere import Elsewhere
from ui.components.form import Field
from ui.components.layout_modules import Modules
from ui.components.layout_words import module_name, part_name
from ui.components.record_state import RecordState
from ui.session import records
from ui.text import field_errors, t, words
from ui.values import field_label, from_json, shown


class InPlace:
    """Fields of one record that save themselves; several parts of a page may share it."""

    def __init__(self, state: RecordState) -> None:
        self._state = state
        self.fields: dict[str, Field] = {}
        self._asking: dict[str, ui.element] = {}
        self._versions: dict[str, dict[int, int]] = {}
        self._saved: dict[str, int] = {}
        self._waiting: dict[str, int] = {}
        self._turn = asyncio.Lock()
        state.listen(self._refreshed)

    def draw(self, spec: FieldSpec, *, bare: bool = False, empty: str | None = None) -> Field:
        """One field into the open slot."""
        locked = spec.read_only or spec.type == 'auto_number' or not self._state.may_change
        drawn = replace(spec, read_only=True) if locked else spec
        says = '' if locked else t('Add') if empty is None else empty
        field = Field(
            drawn,
            self._state.view.values.get(spec.code),
            self._save,
            bare=bare,
            empty='—' if locked else says,
        )
        self.fields[spec.code] = field
        self._note(field, self._state.view)
        return field

    def _note(self, field: Field, view: RecordView) -> None:
        """Remember which version of the record is shown: a typist may have started from an older one."""
        stamp = getattr(field.drawn.element, 'stamp', None)
        if stamp is not None:
            self._versions.setdefault(field.spec.code, {})[stamp] = view.version

    async def _save(self, field: Field, value: Any) -> None:
        began, code = getattr(field.drawn.element, 'began', None), field.spec.code
        seen = self._versions.get(code, {}).get(began or 0, self._state.view.version)
        await self._put(field, value, seen)

    async def _put(self, field: Field, value: Any, seen: int) -> None:
        code = field.spec.code
        self._waiting[code] = self._waiting.get(code, 0) + 1
        try:
            # One after another: whoever is quick does not argue with the value they typed just before.
            async with self._turn:
                view = await self._write(field, value, max(seen, self._saved.get(code, 0)))
        finally:
            self._waiting[code] -= 1
        if view is not None:
            await self._state.take(view)

    async def _write(self, field: Field, value: Any, version: int) -> RecordView | None:
        state, code = self._state, field.spec.code
        self._settle(code)
        try:
            view = await records().change(state.catalog.code, state.view.id, {code: value}, version=version)
        except Conflict as conflict:
            self._ask(field, value, conflict)
        except Invalid as problem:
            field.refuse(field_errors(problem).get(code) or words(problem))
        except NotFound:
            await state.reload()
        except Problem as problem:
            tell(problem)
            field.show(state.view.values.get(code))
            self._note(field, state.view)
        else:
            field.tick()
            self._saved[code] = view.version
            self._note(field, view)
            return view
        return None

    def _ask(self, field: Field, mine: Any, conflict: Conflict) -> None:
        code, facts = field.spec.code, conflict.facts
        theirs = from_json(facts.get('theirs', {}).get(code), field.spec)
        who = str(facts.get('changed_by') or t('Somebody'))
        both = {
            'who': who,
            'theirs': shown(theirs, field.spec, self._state.catalog) or '—',
            'mine': shown(mine, field.spec, self._state.catalog) or '—',
        }

        async def keep_mine() -> None:
            with field.box:
                field.show(mine)
                await self._put(field, mine, int(facts['version']))

        async def take_theirs() -> None:
            # The button that was pressed goes away; its field stays.
            with field.box:
                self._settle(code)
                field.show(theirs)
                self._note(field, self._state.view)
                await self._state.reload()

        field.refuse(t('{who} has just saved “{theirs}”. You typed “{mine}”.', **both))
        with field.box, ui.element('div').classes('af-choose').mark(f'conflict-{code}') as asking:
            button(t('Save mine'), keep_mine, small=True).mark('conflict-mine')
            button(t('Keep theirs'), take_theirs, small=True).mark('conflict-theirs')
        self._asking[code] = asking

    def _settle(self, code: str) -> None:
        asking = self._asking.pop(code, None)
        if asking is not None:
            asking.delete()
            self.fields[code].refuse('')

    def _refreshed(self, view: RecordView) -> None:
        for code, field in self.fields.items():
            # What is being saved, argued about or refused stays as typed: nothing a person wrote is lost.
            if self._waiting.get(code) or code in self._asking or field.error:
                continue
            if field.value != view.values.get(code):
                field.show(view.values.get(code))
                self._note(field, view)


class Blocks:
    """The blocks of a tab: fields that are edited in place, and modules."""

    def __init__(self, state: RecordState, editor: InPlace, modules: Modules) -> None:
        self._state, self._editor, self._modules = state, editor, modules

    async def draw(self, tab: LayoutTab) -> None:
        """Every block of a tab into the open slot."""
        drawn: dict[str, Field] = {}
        for block in tab.blocks:
            drawn |= await self._block(block, alone=len(tab.blocks) == 1)
        if any(field.spec.type == 'date_time' for field in drawn.values()):
            elsewhere = Elsewhere(self._state.catalog, drawn)
            self._state.listen(lambda view: elsewhere.show(view.values))
            ui.timer(0.1, lambda: elsewhere.show(self._state.view.values), once=True)

    async def _block(self, block: Block, *, alone: bool) -> dict[str, Field]:
        caption = part_name(block)
        if block.module and not caption and not alone:
            caption = module_name(block.module)
        with _frame(block, caption, is_open=not block.folded or self._wants_attention(block)):
            if block.module:
                await self._modules.draw(block)
                return {}
            return self._fields(block, caption)

    def _wants_attention(self, block: Block) -> bool:
        """Whether a field in here has to be filled: it is not folded away then."""
        found = (self._state.catalog.field(code) for code in block.fields)
        empty = self._state.view.values
        return any(spec.required and empty.get(spec.code) is None for spec in found if spec is not None)

    def _fields(self, block: Block, caption: str) -> dict[str, Field]:
        found = (self._state.catalog.field(code) for code in block.fields)
        specs = [spec for spec in found if spec is not None]
        with ui.element('div').classes('rc-block__fields af-quiet') as box:
            box.classes('rc-block__fields--one' if block.columns == 1 else '')
            # A block of one field is named once.
            is_bare = len(specs) == 1 and caption == field_label(specs[0])
            return {spec.code: self._editor.draw(spec, bare=is_bare) for spec in specs}


@contextmanager
def _frame(block: Block, caption: str, *, is_open: bool) -> Iterator[None]:
    """A section with its title; one that may be folded is opened and closed by its title."""
    if block.folded and caption:
        with ui.element('details').classes('rc-block').mark(f'block-{block.code}') as made:
            made.props['open'] = is_open
            with ui.element('summary').classes('rc-block__title rc-block__title--folds'):
                icon('chevron_right')
                ui.label(caption)
            yield
        return
    with ui.element('section').classes('rc-block').mark(f'block-{block.code}'):
        if caption:
            ui.label(caption).classes('rc-block__title')
        yield
