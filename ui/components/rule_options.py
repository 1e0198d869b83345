"""The form of one trigger or action: its options as fields of the one form, with lists filled in."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from nicegui import ui

from store import FIELD_TYPES, Catalog, FieldSpec
from ui.components.basics import icon_button, menu_item
from ui.components.controls.picker import Picker
from ui.components.form import Field
from ui.components.rule_context import RuleContext, placeholders
from ui.components.rule_values import TEXTS, ValuesEditor, is_written, plain_of, value_of
from ui.text import t
from ui.values import field_label

RESHAPING = frozenset({'field', 'catalog'})
"""Options that decide what other options look like."""


class RuleOptions:
    """Fields for the options of one part; `on_change` hears them all as the rule keeps them."""

    def __init__(
        self,
        specs: Sequence[FieldSpec],
        options: Mapping[str, Any],
        context: RuleContext,
        on_change: Callable[[dict[str, Any]], Any],
        target: Callable[[Mapping[str, Any]], Catalog | None],
    ) -> None:
        self._specs, self._context, self._on_change, self._target = specs, context, on_change, target
        self.options = dict(options)
        self._errors: dict[str, Callable[[str], None]] = {}
        self._box = ui.element('div').classes('af-form af-two ar-options')
        self._draw()

    def _draw(self) -> None:
        self._box.clear()
        self._errors = {}
        with self._box:
            for spec in self._specs:
                if spec.options.get('from') != 'pipelines' or len(self._context.catalog.pipelines) > 1:
                    self._option(spec)

    def _option(self, spec: FieldSpec) -> None:
        if spec.type == 'field_values':
            self._own(spec, self._values, wide=True)
        elif spec.type == 'field_value':
            chosen = self._context.catalog.field(str(self.options.get('field', '')))
            if chosen is not None:
                self._field(
                    replace(_plain(chosen, self._context), code=spec.code, label=t(spec.label), labels={})
                )
        elif spec.options.get('from') in ('people', 'addresses'):
            self._own(spec, self._people, wide=spec.type == 'choices')
        else:
            self._field(self._filled(spec))

    def _filled(self, spec: FieldSpec) -> FieldSpec:
        source = spec.options.get('from')
        spec = replace(spec, required=False) if source is None and spec.required else spec
        if source is None:
            return spec
        return replace(spec, required=False, options={'choices': self._context.choices(str(source))})

    def _field(self, spec: FieldSpec) -> None:
        given = self.options.get(spec.code, spec.default)
        if is_written(given) and spec.type not in TEXTS:
            spec = replace(spec, type='text', options={})
        field = Field(spec, value_of(given, spec), lambda _, new: self._set(spec.code, plain_of(new, spec)))
        self._errors[spec.code] = field.refuse
        if spec.options.get('template'):
            field.box.classes('af-wide')
            self._blanks(spec, field)

    def _blanks(self, spec: FieldSpec, field: Field) -> None:
        """A menu that puts a field of the record into the text."""

        def insert(what: str) -> Any:
            text = f'{field.value or ""} {{{{ {what} }}}}'.strip()
            field.show(text)
            return self._set(spec.code, text)

        with field.box:
            place = ui.element('div').classes('ar-blanks')
        with place, icon_button('data_object', t('Insert a field'), small=True), ui.menu().classes('ar-menu'):
            for one in placeholders(self._context):
                menu_item(one['title'], partial(insert, one['id']))

    def _own(self, spec: FieldSpec, draw: Callable[[FieldSpec], None], *, wide: bool) -> None:
        with ui.element('div').classes('af-field').classes('af-wide' if wide else ''):
            with ui.element('div').classes('af-label'):
                ui.label(field_label(spec))
                if spec.required:
                    ui.label('*').classes('af-required').props('aria-hidden=true')
            draw(spec)
            if spec.hint:
                ui.label(t(spec.hint)).classes('af-hint')
            error = ui.label().classes('af-error').props('role=alert')
            error.visible = False

        def refuse(sentence: str) -> None:
            error.set_text(sentence)
            error.visible = bool(sentence)

        self._errors[spec.code] = refuse

    def _values(self, spec: FieldSpec) -> None:
        given = self.options.get(spec.code) or {}
        ValuesEditor(self._context, self._target(self.options), given, lambda new: self._set(spec.code, new))

    def _people(self, spec: FieldSpec) -> None:
        several = spec.type == 'choices'
        offered = [
            {'id': one['key'], 'title': one['label']} for one in self._context.choices(spec.options['from'])
        ]
        given = self.options.get(spec.code, spec.default) or ()
        keys = [given] if isinstance(given, str) else list(given)
        names = {one['id']: one for one in offered}
        chosen = [names.get(key, {'id': key, 'title': key}) for key in keys]

        def chose(items: Sequence[Mapping[str, Any]]) -> Any:
            picked = [str(item['id']) for item in items]
            return self._set(spec.code, picked if several else picked[0] if picked else None)

        async def address(text: str) -> Mapping[str, Any] | None:
            return {'id': text.strip(), 'title': text.strip()} if '@' in text else None

        Picker(
            chosen, options=offered, multiple=several, look='pill' if several else 'plain',
            label=field_label(spec), on_set=chose,
            make=address if spec.options['from'] == 'addresses' else None,
        )  # fmt: skip

    def _set(self, code: str, value: Any) -> Any:
        self.options[code] = value
        if value in (None, '', [], {}):
            del self.options[code]
        if code in RESHAPING:
            for further in ('from', 'to', 'values'):
                self.options.pop(further, None)
            self._draw()
        with self._box:
            return self._on_change(self.options)

    def refuse(self, errors: Mapping[str, str]) -> None:
        """Show each sentence under its option, clear the others."""
        for code, tell in self._errors.items():
            tell(errors.get(code, ''))


def _plain(spec: FieldSpec, context: RuleContext) -> FieldSpec:
    """A field of the catalogue as one may compare with it."""
    if spec.type == 'stage':
        return replace(spec, type='choice', options={'choices': context.choices('stages')}, read_only=False)
    return replace(spec, required=False, read_only=False, hint='', default=None)


def with_defaults(specs: Sequence[FieldSpec]) -> dict[str, Any]:
    """The options a new part begins with."""
    known = [spec for spec in specs if spec.default not in (None, False, '') and spec.type in FIELD_TYPES]
    return {spec.code: spec.default for spec in known}
