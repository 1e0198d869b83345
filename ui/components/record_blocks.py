"""Fields edited in place: saved when left, refused beside the field, conflicts settled by choice."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from nicegui import ui

from store import Conflict, FieldSpec, Invalid, NotFound, Problem, RecordView
from ui.components.basics import button, tell
from ui.components.elsewhere import Elsewhere
from ui.components.form import Field
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
        began = getattr(field.drawn.element, 'began', None)
        seen = self._versions.get(field.spec.code, {}).get(began or 0, self._state.view.version)
        await self._write(field, value, seen)

    async def _write(self, field: Field, value: Any, version: int | None) -> None:
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
            self._note(field, view)
            await state.take(view)

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
                await self._write(field, mine, int(facts['version']))

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
            # What is being argued about or refused stays as typed: nothing a person wrote is lost.
            if code not in self._asking and not field.error and field.value != view.values.get(code):
                field.show(view.values.get(code))
                self._note(field, view)


def blocks_of(fields: tuple[FieldSpec, ...]) -> Mapping[str, list[FieldSpec]]:
    """Fields by their block, in order; those of no block come first."""
    found: dict[str, list[FieldSpec]] = {}
    for spec in sorted(fields, key=lambda spec: bool(spec.block)):
        found.setdefault(spec.block, []).append(spec)
    return found


def draw_blocks(state: RecordState, editor: InPlace) -> None:
    """Every block of the record's catalogue."""
    for caption, specs in blocks_of(state.catalog.live_fields).items():
        with ui.element('section').classes('rc-block'):
            if caption:
                ui.label(t(caption)).classes('rc-block__title')
            with ui.element('div').classes('rc-block__fields af-quiet'):
                for spec in specs:
                    # A block of one field is named once.
                    editor.draw(spec, bare=len(specs) == 1 and t(caption) == field_label(spec))
    elsewhere = Elsewhere(state.catalog, editor.fields)
    state.listen(lambda view: elsewhere.show(view.values))
    ui.timer(0.1, lambda: elsewhere.show(state.view.values), once=True)
