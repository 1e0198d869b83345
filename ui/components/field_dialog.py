"""The dialog that makes or changes a field of a section: type, name, what it must be, its values."""

from collections.abc import Sequence
from typing import Any

from nicegui import ui

from store import FIELD_TYPES, FieldSpec
from store.fields import FieldType
from store.system_settings import setting
from ui.codes import code_of
from ui.components.basics import button, error_line, row, text
from ui.components.captions import Captions, renamed
from ui.components.colored_rows import ColoredRows, Line
from ui.components.dialogs import answer_of
from ui.components.form import Form
from ui.formats import SIGNS
from ui.session import records
from ui.text import label, t
from ui.values import choice_label, field_hint, field_label

CHOSEN = ('choice', 'choices')


class FieldDialog:
    """One open dialog; `answer` gives the field's values once everything is fine."""

    def __init__(self, spec: FieldSpec | None) -> None:
        self._spec = spec
        self._type = spec.type if spec else 'text'
        self._choices: ColoredRows | None = None
        self._options: Form | None = None
        with ui.dialog().props('persistent') as self.dialog, ui.card().style('width:min(560px,100%)'):
            text(t('Change field') if spec else t('Add field'), 'a-title')
            kinds = {key: t(kind.label) for key, kind in FIELD_TYPES.items() if not kind.system}
            if spec is None:
                chosen = ui.select(kinds, value=self._type, label=t('Type')).classes('a-full')
                chosen.on_value_change(lambda event: self._retype(event.value))
            else:
                text(kinds.get(self._type, self._type), 'a-muted')
            self._form = Form(_specs(), _values(spec), on_submit=self._submit)
            self._special = ui.element('div').classes('a-col a-gap-12')
            self._error = error_line()
            with row('a-full').style('justify-content:flex-end'):
                button(t('Cancel'), lambda: self.dialog.submit(None))
                button(t('Save') if spec else t('Add'), self._submit, primary=True)
            self._form.start()
        self._draw_special()

    def _retype(self, kind: str) -> None:
        self._type = kind
        self._draw_special()

    def _draw_special(self) -> None:
        self._special.clear()
        self._choices, self._options = None, None
        kind = FIELD_TYPES[self._type]
        given = dict(self._spec.options) if self._spec else {'currency': setting('currency')}
        with self._special:
            if self._type in CHOSEN:
                text(t('Values'), 'a-h2')
                lines = [
                    Line(str(c['key']), choice_label(c), c.get('color') or '#8a8f98', '', c)
                    for c in given.get('choices', ())
                ]
                self._choices = ColoredRows(lines or [Line()], add=t('Add value'))
            elif kind.options:
                self._options = Form(_option_specs(kind), given)

    def _submit(self) -> None:
        if not self._form.check() or (self._options is not None and not self._options.check()):
            return
        if self._choices is not None and not any(line.text.strip() for line in self._choices.lines):
            self._error.set_text(t('Add at least one value.'))
            return
        self.dialog.submit(self._answer())

    def _answer(self) -> dict[str, Any]:
        values = {code: value for code, value in self._form.values.items() if value is not None}
        values.setdefault('hint', '')
        options = dict(self._spec.options) if self._spec else {}
        if self._choices is not None:
            options['choices'] = _choices(self._choices.lines)
        if self._options is not None:
            options |= {
                code: _plain(value) for code, value in self._options.values.items() if value is not None
            }
        return {**values, 'type': self._type, 'options': options}


def _plain(value: Any) -> Any:
    return value if isinstance(value, (str, bool)) else int(value)


def _specs() -> list[FieldSpec]:
    return [
        FieldSpec(code='label', label='Name', type='text', required=True),
        FieldSpec(code='hint', label='Hint under the field', type='text'),
        FieldSpec(code='required', label='Must be filled in', type='yes_no'),
        FieldSpec(code='unique', label='No two records with the same value', type='yes_no'),
    ]


def _values(spec: FieldSpec | None) -> dict[str, Any]:
    if spec is None:
        return {}
    return {
        'label': field_label(spec),
        'hint': field_hint(spec),
        'required': spec.required,
        'unique': spec.unique,
    }


def _option_specs(kind: FieldType) -> list[FieldSpec]:
    targets = [{'key': catalog.code, 'label': label(catalog)} for catalog in records().catalogs()]
    listed = {
        'target': [*targets, {'key': '*', 'label': t('Any section')}],
        'currency': [{'key': code, 'label': f'{code} {sign}'} for code, sign in SIGNS.items()],
    }
    return [
        FieldSpec(
            code=o.code,
            label=o.label,
            type='choice',
            required=o.code == 'target',
            options={'choices': listed[o.code]},
        )
        if o.code in listed
        else o
        for o in kind.options
    ]


def _choices(lines: Sequence[Line]) -> list[dict[str, Any]]:
    taken = {line.code for line in lines if line.code}
    found = []
    for line in lines:
        if not line.text.strip():
            continue
        code = line.code or code_of(line.text, taken, 'value')
        taken.add(code)
        known = Captions(str(line.source.get('label') or line.text), line.source.get('labels') or {})
        named = renamed(known, line.text)
        found.append(
            {
                **line.source,
                'label': named.label,
                'labels': dict(named.labels),
                'key': code,
                'color': line.color,
            }
        )
    return found


async def ask_field(spec: FieldSpec | None) -> dict[str, Any] | None:
    """The values of a new or changed field, None when the person thinks better of it."""
    asked = FieldDialog(spec)
    answer = await answer_of(asked.dialog)
    return answer if isinstance(answer, dict) else None
