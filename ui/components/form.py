"""The one form: draws any FieldSpecs, reads what is typed by its type, says beside a field what is wrong."""

import inspect
import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from nicegui import ui
from nicegui.element import Element

from store import FIELD_TYPES, BadValue, FieldSpec
from ui.components.inputs import INPUTS, Drawn
from ui.text import words
from ui.values import field_hint, field_label, parse

WIDE = frozenset({'long_text', 'choices'})


class Field:
    """One field on the page: label, input, hint, error. `value` is the last value that could be read.

    A `bare` one has no label above; `empty` is what an empty box says."""

    def __init__(
        self,
        spec: FieldSpec,
        value: Any,
        on_value: Callable[['Field', Any], Any],
        *,
        bare: bool = False,
        empty: str = '',
    ) -> None:
        self.spec, self.value, self.error = spec, value, ''
        self._on_value = on_value
        self._label: Element | None = None
        self._error: ui.label | None = None
        self._tick: ui.label | None = None
        look = FIELD_TYPES[spec.type].look
        self.box = ui.element('div').classes('af-field').classes('af-wide' if look in WIDE else '')
        self.box.mark(f'field-{spec.code}')
        with self.box:
            if not bare:
                self._caption()
            self.drawn: Drawn = INPUTS[look].draw(spec, value, self._changed)
            if empty:
                self.drawn.element.props['placeholder'] = empty
            self._below()

    def _caption(self) -> None:
        with ui.element('div').classes('af-label') as self._label:
            ui.label(field_label(self.spec))
            if self.spec.required and not self.spec.read_only:
                ui.label('*').classes('af-required').props('aria-hidden=true')

    def _below(self) -> None:
        hint = field_hint(self.spec)
        if hint:
            ui.label(hint).classes('af-hint')

    async def _changed(self, raw: Any) -> None:
        try:
            value = parse(raw, self.spec)
        except BadValue as problem:
            self.refuse(words(problem))
            return
        if value is None and self.spec.required:
            self.refuse(words(BadValue('required')))
            return
        self.refuse('')
        self.show(value)
        answer = self._on_value(self, value)
        if inspect.isawaitable(answer):
            await answer

    def show(self, value: Any) -> None:
        """Show another value."""
        self.value = value
        self.drawn.show(value)

    def refuse(self, sentence: str) -> None:
        """Say under the field what is wrong; '' when it is fine again."""
        if sentence == self.error:
            return
        self.error = sentence
        if self._error is None:
            with self.box:
                self._error = ui.label().classes('af-error').props('role=alert')
        self._error.set_text(sentence)
        self._error.visible = bool(sentence)
        self.drawn.refuse(bool(sentence))

    def tick(self) -> None:
        """Show for a second that the value is saved; the mark fades in the browser, each time anew."""
        if self._label is None:
            return
        if self._tick is not None:
            self._tick.delete()
        with self._label:
            self._tick = ui.label('✓').classes('af-saved')

    def focus(self) -> None:
        """Put the cursor here."""
        self.drawn.element.run_method('focus')


class Form:
    """Fields drawn one below the other, or in two columns; `values` holds what is in them now.

    `on_change` hears (code, value) of each finished edit; `on_submit` hears Enter in a line."""

    def __init__(
        self,
        specs: Sequence[FieldSpec],
        values: Mapping[str, Any] | None = None,
        *,
        on_change: Callable[[str, Any], Any] | None = None,
        on_submit: Callable[[], Any] | None = None,
        two_columns: bool = False,
    ) -> None:
        self._on_change = on_change
        given = values or {}
        self.element: Element = ui.element('div').classes('af-form').classes('af-two' if two_columns else '')
        self.fields: dict[str, Field] = {}
        with self.element:
            for spec in specs:
                self.fields[spec.code] = self._field(spec, given.get(spec.code, _default(spec)), on_submit)

    def _field(self, spec: FieldSpec, value: Any, on_submit: Callable[[], Any] | None) -> Field:
        field = Field(spec, value, self._changed)
        if on_submit is not None:
            field.drawn.element.on('submit', on_submit)
        return field

    async def _changed(self, field: Field, value: Any) -> None:
        if self._on_change is not None:
            answer = self._on_change(field.spec.code, value)
            if inspect.isawaitable(answer):
                await answer

    def start(self) -> None:
        """Put the cursor into the first field once the dialog around it has slid in.

        Whoever was quicker and is in a field of it already stays there."""
        first = next(iter(self.fields.values())).drawn.element

        def focus() -> None:
            ui.run_javascript(f'focusUnlessBusy(getElement({json.dumps(first.id)}))')

        ui.timer(0.15, focus, once=True)

    @property
    def values(self) -> dict[str, Any]:
        """Values by code, read by their types; empty ones are None."""
        return {code: field.value for code, field in self.fields.items()}

    def check(self) -> bool:
        """Whether every field is fine; marks the ones that are not and goes to the first of them."""
        for field in self.fields.values():
            if field.spec.required and not field.spec.read_only and field.value is None and not field.error:
                field.refuse(words(BadValue('required')))
        wrong = [field for field in self.fields.values() if field.error]
        if wrong:
            wrong[0].focus()
        return not wrong

    def refuse(self, errors: Mapping[str, str]) -> None:
        """Put each sentence under its field; '' clears one."""
        for code, sentence in errors.items():
            if code in self.fields:
                self.fields[code].refuse(sentence)

    def show(self, values: Mapping[str, Any]) -> None:
        """Show other values."""
        for code, value in values.items():
            if code in self.fields:
                self.fields[code].show(value)


def _default(spec: FieldSpec) -> Any:
    if spec.default is None:
        return None
    try:
        return parse(spec.default, spec)
    except BadValue:
        return None
